// Live updates: the page comes with the whole study, and its server sends what has changed

const connection = {
  isOpen: true,
  sequence: 0, // the server's number for what the page has
  source: null,
  raw: null, // the study as the server has it, without trials
  trials: new Map(), // the prepared trials by number
  hidden: null, // the timer that lets the connection go while nobody sees the page
};

/** A query with `%20` for a space: a server takes `+` for itself. */
const queryText = parameters => new URLSearchParams(parameters).toString().replaceAll("+", "%20");

/** An address below the page's own, for this study. */
function serverPath(path, parameters = {}) {
  return `${path}?${queryText({ study: page.study.study, ...parameters })}`;
}

async function fetchJSON(path, parameters = {}) {
  let response;
  try {
    response = await fetch(serverPath(path, parameters));
  } catch {
    throw new Error("The server does not answer.");
  }
  if (!response.ok) throw new Error(`The server answers with ${response.status}.`);
  return response.json();
}

/** Takes a whole study. */
function takeStudy(chart) {
  const { trials, ...raw } = chart;
  connection.raw = raw;
  connection.trials = new Map(trials.map(trial => [trial.number, preparedTrial(trial)]));
}

function takeChanges({ head = {}, trials = [], removed = [] }) {
  for (const [name, value] of Object.entries(head)) {
    if (value === null) delete connection.raw[name];
    else connection.raw[name] = value;
  }
  for (const trial of trials) connection.trials.set(trial.number, preparedTrial(trial));
  for (const number of removed) connection.trials.delete(number);
}

function connect() {
  connection.source?.close();
  const source = new EventSource(serverPath("events", { after: connection.sequence }));
  connection.source = source;
  const listen = (name, take) => source.addEventListener(name, event => {
    setConnected(true);
    const data = JSON.parse(event.data);
    take(data);
    if (data.live) page.live = data.live;
    if (Number.isFinite(data.sequence)) connection.sequence = data.sequence;
    if (name !== "problem") showSoon();
  });
  listen("study", data => {
    takeStudy(data.study);
    showProblem("");
  });
  listen("changes", data => {
    takeChanges(data);
    showProblem("");
  });
  listen("problem", data => showProblem(data.message));
  source.addEventListener("open", () => setConnected(true));
  source.addEventListener("error", () => {
    setConnected(false);
    // A browser would ask again for what the page has by now, and give up where a server that is starting refuses.
    source.close();
    setTimeout(() => { if (connection.source === source) connect(); }, 2000);
  });
}

function setConnected(isOpen) {
  if (connection.isOpen === isOpen) return;
  connection.isOpen = isOpen;
  showHeader();
}

function showProblem(message) {
  setText(element("problem"), message);
  element("problem").hidden = message === "";
}

const updates = { isWaiting: false, cost: 0 };

/** Shows what has come, in the next frame, or later where the last time took long. */
function showSoon() {
  if (updates.isWaiting) return;
  updates.isWaiting = true;
  setTimeout(() => requestAnimationFrame(() => {
    updates.isWaiting = false;
    const start = performance.now();
    update();
    updates.cost = performance.now() - start;
  }), Math.min(1000, 4 * updates.cost));
}

/** Browsers allow a server six connections, so a page that nobody sees lets its own go. */
function watchVisibility() {
  document.addEventListener("visibilitychange", () => {
    clearTimeout(connection.hidden);
    if (document.hidden) {
      connection.hidden = setTimeout(() => {
        connection.source?.close();
        connection.source = null;
      }, 10_000);
    } else if (connection.source === null) connect();
  });
}

/** Counts the seconds between two events: those of a page that runs, and of a process that does not answer. */
function watchTime() {
  setInterval(() => {
    if (document.hidden || !page.live) return;
    if (page.live.state === "running" && connection.isOpen) page.live.elapsed += 1;
    if (page.live.state === "gone" && Number.isFinite(page.live.since)) page.live.since += 1;
    showHeader();
  }, 1000);
}

function startLive() {
  element("study-choice").addEventListener("change", event => {
    location.assign(`?${queryText({ study: event.target.value })}`);
  });
  // A link to the newest study names it, as another one is the newest later.
  if (!new URLSearchParams(location.search).has("study")) {
    history.replaceState(null, "", `?${queryText({ study: page.study.study })}${location.hash}`);
  }
  connect();
  watchVisibility();
  watchTime();
}
