// Drawer: everything about one trial

const drawer = { opener: null, parts: new Map(), other: null, isUnder: false };
const narrowScreen = matchMedia("(max-width: 700px)");

function makeDrawer() {
  const node = element("drawer");
  const head = htmlNode(node, "div", "drawer-head");
  drawer.title = htmlNode(head, "h2");
  drawer.title.id = "drawer-title";
  drawer.compare = htmlNode(head, "button", "", "Compare");
  drawer.compare.type = "button";
  drawer.compare.addEventListener("click", () => {
    chooseToCompare(page.opened, !page.compared.includes(page.opened));
    showDrawer();
  });
  const close = htmlNode(head, "button", "", "Close");
  close.type = "button";
  close.addEventListener("click", closeDrawer);
  drawer.body = htmlNode(node, "div", "drawer-body");
  node.addEventListener("pointerenter", event => { drawer.isUnder = event.pointerType !== "touch"; });
  node.addEventListener("pointerleave", () => {
    drawer.isUnder = false;
    showDrawer();
  });
  narrowScreen.addEventListener("change", coverPage);
}

/** On a narrow screen the drawer covers the page, which cannot take the focus then. */
function coverPage() {
  const isCovered = page.opened !== null && narrowScreen.matches;
  for (const node of document.querySelectorAll("header, #bar, main")) node.inert = isCovered;
  document.body.classList.toggle("with-drawer", page.opened !== null);
}

function openTrial(number) {
  if (!page.study.byNumber.has(number)) return;
  if (page.opened === null) drawer.opener = document.activeElement;
  if (page.opened !== number) {
    drawer.parts.clear();
    drawer.body.replaceChildren();
    drawer.body.scrollTop = 0;
    drawer.other = null;
  }
  page.opened = number;
  page.kept = number;
  element("drawer").hidden = false;
  coverPage();
  showDrawer(true);
  element("drawer").focus({ preventScroll: true });
  showMark();
  writeLink();
}

function closeDrawer() {
  if (page.opened === null) return;
  const number = page.opened;
  const hadFocus = element("drawer").contains(document.activeElement) || document.activeElement === document.body;
  page.opened = null;
  element("drawer").hidden = true;
  coverPage();
  if (hadFocus) {
    const { opener } = drawer;
    if (opener?.isConnected && opener !== document.body) opener.focus({ preventScroll: true });
    else focusRow(number);
  }
  writeLink();
}

/** Brings the drawer up to date; a part is made again only if what it shows has changed. */
function showDrawer(isOpening = false) {
  if (page.opened === null) return;
  const trial = trialNumbered(page.opened);
  if (!trial) return closeDrawer();
  if (drawer.isUnder && !isOpening && trial.state === "running") {
    showDrawerHead(trial);
    return;
  }
  showDrawerHead(trial);
  part("facts", "", trialFacts(trial), fillFacts);
  part("message", "", trial.message, (parent, text) => htmlNode(parent, "p", "problem", text));
  part("curve", "Learning curve", trial.points.length > 0 ? trial.points : null, parent => {
    drawCurvesOf(parent, [trialNumbered(page.opened)], 220);
  });
  part("configuration", "Configuration", trial.configuration ?? plainConfiguration(trial), fillConfiguration);
  part("command", "Train it again", trial.command ?? null, fillCommand);
  part("results", "Results", Object.keys(trial.metrics).length > 0 ? trial.metrics : null, fillResults);
  part("rungs", "Rungs", trial.rungs.length > 0 ? trial.rungs.map(rungSentence) : null, fillList);
  part("attempts", "Attempts", trial.attempts.length > 0 ? trial.attempts : null, fillAttempts);
  part("users", "User by user", trial.number, fillUsers);
}

function showDrawerHead(trial) {
  setText(drawer.title, `Trial ${trial.number}, ${trial.state}`);
  const isCompared = page.compared.includes(trial.number);
  setText(drawer.compare, isCompared ? "Take out of the comparison" : "Compare");
}

/** A part of the drawer: a title and what `fill(parent, content)` makes; none without content. */
function part(name, title, content, fill) {
  const said = JSON.stringify(content ?? null);
  const known = drawer.parts.get(name);
  if (known?.said === said) return;
  const node = known?.node ?? htmlNode(drawer.body, "section", `part-${name}`);
  drawer.parts.set(name, { said, node });
  node.replaceChildren();
  node.hidden = content === null || content === undefined;
  if (node.hidden) return;
  if (title) htmlNode(node, "h3", "", title);
  fill(node, content);
}

function trialFacts(trial) {
  const { metric, epochs, best } = page.study;
  const facts = [];
  const add = (name, text) => facts.push([name, text]);
  if (trial.value !== null) add(metric, scoreText(trial.value));
  if (trial.interval) add("95 % interval", `${scoreText(trial.interval[0])} to ${scoreText(trial.interval[1])}`);
  const ranked = page.study.trials.filter(other => other.rank !== null);
  if (trial.rank !== null) add("Rank", `${trial.rank} of ${ranked.length}`);
  if (trial.number === best?.number && trial.state === "completed") add("Best", "of all trials");
  else if (trial.tied) add("Tied", "statistically, with the best");
  if (trial.epochs > 0) add("Epochs", `${trial.epochs}${epochs > 0 ? ` of ${epochs}` : ""}`);
  if (trial.bestEpoch) add("Best epoch", String(trial.bestEpoch));
  if (trial.seconds !== null) add("Training", durationText(trial.seconds));
  if (trial.cost !== null) add("Cost", `${shortText(trial.cost)} TFLOP`);
  if (trial.repeats) add("Over seeds", `${repeatsText(trial.repeats)}, ${counted(trial.repeats.count, "seed")}`);
  const weights = own(page.live?.weights ?? {}, String(trial.number));
  if (weights) add("Weights", weights);
  return facts;
}

function fillFacts(parent, facts) {
  const list = htmlNode(parent, "dl", "facts");
  for (const [name, text] of facts) {
    const item = htmlNode(list, "div");
    htmlNode(item, "dt", "", name);
    htmlNode(item, "dd", "", text);
  }
}

const plainConfiguration = ({ parameters }) =>
  Object.entries(parameters).map(([name, { text }]) => `${name}: ${text}\n`).join("");

function fillConfiguration(parent, text) {
  fillCode(parent, text, "Configuration as YAML");
  addCopyButton(parent, "Copy as YAML", () => text);
}

function fillCommand(parent, text) {
  fillCode(parent, text, "Command that trains the trial again");
  addCopyButton(parent, "Copy the command", () => text);
}

function fillCode(parent, text, label) {
  const code = htmlNode(parent, "pre", "", text);
  code.tabIndex = 0; // it may scroll
  code.setAttribute("role", "region");
  code.setAttribute("aria-label", label);
}

/** The results, a row per metric and a column per split. */
function fillResults(parent, metrics) {
  const rows = new Map();
  const splits = new Set();
  for (const [name, value] of Object.entries(metrics)) {
    const [split, metric] = [name.slice(0, name.indexOf(".")), name.slice(name.indexOf(".") + 1)];
    splits.add(split);
    rows.set(metric, { ...rows.get(metric), [split]: value });
  }
  const order = [...new Set(["valid", "test", ...splits])].filter(split => splits.has(split));
  drawTable(parent, {
    columns: ["metric", ...order],
    rows: [...rows].sort(([a], [b]) => compare(a, b, false))
      .map(([metric, values]) => [metric, ...order.map(split => scoreCell(values[split]))]),
  });
}

const scoreCell = value => (typeof value === "number" ? { text: scoreText(value), title: String(value) } : "");

/** What a rung decided, in words. */
function rungSentence({ epoch, rank, of, decision, mayGoOn }) {
  const place = `Epoch ${epoch}: rank ${rank} of ${of}`;
  if (decision === "continue") return `${place}, goes on.`;
  return mayGoOn && !isFinished()
    ? `${place}, waits: it goes on if it is among the best when more trials have come to this rung.`
    : `${place}, stops.`;
}

function fillList(parent, texts) {
  const list = htmlNode(parent, "ul");
  for (const text of texts) htmlNode(list, "li", "", text);
}

function fillAttempts(parent, attempts) {
  const scroller = htmlNode(parent, "div", "table");
  scroller.tabIndex = 0;
  scroller.setAttribute("role", "region");
  scroller.setAttribute("aria-label", "Attempts");
  drawTable(scroller, {
    columns: ["worker", "from epoch", "start", "time", "ending"],
    rows: attempts.map(({ worker, start, end, ending, from }) => [
      worker, from ?? 0, durationText(start), end === null ? "" : durationText(end - start), ending ?? "running",
    ]),
  });
}
