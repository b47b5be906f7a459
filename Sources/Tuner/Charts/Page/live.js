// Live updates: the server sends the whole study once, then what has changed

const live = {
  isConnected: true,
  sequence: 0,
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

/** Takes a whole study; trials that have not changed stay the same objects. */
function takeStudy(chart) {
  const { trials, ...raw } = chart;
  live.raw = raw;
  live.trials = new Map(trials.map(trial => [trial.number, preparedTrial(trial)]));
}

function takeChanges({ head = {}, trials = [], removed = [] }) {
  for (const [name, value] of Object.entries(head)) {
    if (value === null) delete live.raw[name];
    else live.raw[name] = value;
  }
  for (const trial of trials) live.trials.set(trial.number, preparedTrial(trial));
  for (const number of removed) live.trials.delete(number);
}

function connect() {
  live.source?.close();
  const source = new EventSource(serverPath("events"));
  live.source = source;
  const listen = (name, take) => source.addEventListener(name, event => {
    setConnected(true);
    const data = JSON.parse(event.data);
    take(data);
    if (data.live) page.live = data.live;
    if (Number.isFinite(data.sequence)) live.sequence = data.sequence;
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
    // A browser gives up for good where the server answers with an error, as one that is starting may.
    if (source.readyState === EventSource.CLOSED && live.source === source) setTimeout(connect, 2000);
  });
}

function setConnected(isConnected) {
  if (live.isConnected === isConnected) return;
  live.isConnected = isConnected;
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
    clearTimeout(live.hidden);
    if (document.hidden) {
      live.hidden = setTimeout(() => {
        live.source?.close();
        live.source = null;
      }, 10_000);
    } else if (live.source === null) connect();
  });
}

/** Counts the seconds between two events: those of a page that runs, and of a process that does not answer. */
function watchTime() {
  setInterval(() => {
    if (document.hidden || !page.live) return;
    if (page.live.state === "running" && live.isConnected) page.live.elapsed += 1;
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
