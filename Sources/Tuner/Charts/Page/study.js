// The study

const page = {
  study: null,
  markers: [], // functions of the drawings that show one trial above the others
  hovered: null,
  focused: null,
  kept: null, // the number of the trial that a click keeps marked
  parallel: null, // what selecting needs of the parallel coordinates, when they are drawn
  brushes: new Map(), // the selected part of an axis of the parallel coordinates, by the axis' name
  order: { column: 0, descending: false },
};

const element = id => document.getElementById(id);

/** A member that the object itself has: a parameter may be named `constructor`. */
const own = (object, name) => (Object.hasOwn(object, name) ? object[name] : undefined);

/** What charts ask of a study, worked out once. */
function prepared(chart) {
  const sign = chart.direction === "minimize" ? -1 : 1;
  const trials = chart.trials.map(trial => ({
    ...trial,
    key: Object.keys(trial.parameters).sort().map(name => `${name}:${trial.parameters[name].text}`).join(", "),
    hasScore: (trial.state === "completed" || trial.state === "pruned") && trial.value !== null,
    points: trial.curve.filter(([, value]) => value !== null).map(([epoch, value]) => ({ epoch, value })),
    rank: null,
  })).sort((a, b) => a.number - b.number);
  const isPruned = trial => trial.state === "pruned";
  const scored = trials.filter(trial => trial.hasScore)
    .sort((a, b) => isPruned(a) - isPruned(b) || sign * (b.value - a.value) || a.number - b.number);
  const ranked = [...scored, ...trials.filter(trial => trial.state === "diverged")];
  ranked.forEach((trial, i) => { trial.rank = i + 1; });
  const best = scored.find(trial => trial.state === "completed") ?? null;
  const [low, high] = extent(scored.map(trial => trial.value));
  const scoreLabel = `${chart.metric} (${sign > 0 ? "higher" : "lower"} is better)`;
  return { ...chart, sign, trials, scored, best, scoreLabel, score: linearScale(low, high, 6) };
}

/** Where a trial's score lies between the worst, 0, and the best, 1. */
function quality(trial) {
  const { score, sign } = page.study;
  return sign > 0 ? score.at(trial.value) : 1 - score.at(trial.value);
}

/** The color of a trial's line, from the worst score to the best; none for trials without a score. */
function scoreColor(trial) {
  return trial.hasScore ? `color-mix(in oklab, var(--high) ${(100 * quality(trial)).toFixed(1)}%, var(--low))` : "";
}

/** What the legend says of lines in the colors of their scores. */
const lineEntries = () => [
  { sign: "ramp", text: `${page.study.metric}, worst to best` },
  ...(page.study.best ? [{ sign: "record", text: "best trial" }] : []),
];

// Marking

function showMark() {
  const kept = page.study.trials.find(trial => trial.number === page.kept) ?? null;
  const trial = page.hovered ?? page.focused ?? kept;
  element("charts").classList.toggle("marking", trial !== null);
  for (const mark of page.markers) mark(trial);
  for (const row of document.querySelectorAll("tr.marked")) row.classList.remove("marked");
  if (trial) trial.row.classList.add("marked");
}

function hover(trial, x = 0, y = 0) {
  if (trial !== page.hovered) {
    page.hovered = trial;
    showMark();
    showTooltip(trial);
  }
  if (trial) placeTooltip(x, y);
}

/** Keeps the hovered trial marked, or lets the kept one go. */
function keep(trial) {
  page.kept = trial && trial.number !== page.kept ? trial.number : null;
  showMark();
  if (page.kept !== null) {
    const table = trial.row.closest(".table");
    table.scrollTop = trial.row.offsetTop - table.clientHeight / 2;
  }
}

function showTooltip(trial) {
  const tooltip = element("tooltip");
  tooltip.hidden = trial === null;
  if (!trial) return;
  tooltip.replaceChildren();
  htmlNode(tooltip, "div", "", `Trial ${trial.number}, ${trial.state}`);
  if (trial.value !== null) htmlNode(tooltip, "div", "", `${page.study.metric}: ${trial.value}`);
  htmlNode(tooltip, "div", "", trial.key.length > 600 ? trial.key.slice(0, 600) + "…" : trial.key);
}

function placeTooltip(x, y) {
  const { style, offsetWidth, offsetHeight } = element("tooltip");
  style.left = `${Math.max(4, x + 16 + offsetWidth > innerWidth ? x - 16 - offsetWidth : x + 16)}px`;
  style.top = `${Math.max(4, Math.min(y + 12, innerHeight - offsetHeight - 4))}px`;
}

/** Makes a drawing mark the trial that `nearest(x, y)` finds under the pointer. */
function addMarking(svg, nearest, mark) {
  page.markers.push(mark);
  svg.addEventListener("pointermove", event => {
    const box = svg.getBoundingClientRect();
    hover(nearest(event.clientX - box.left, event.clientY - box.top), event.clientX, event.clientY);
  });
  svg.addEventListener("pointerleave", () => hover(null));
  svg.addEventListener("click", () => keep(page.hovered));
}

// The whole

function showHeader() {
  const { study, model, dataset, metric, direction, ranking, trials, best } = page.study;
  const states = ["completed", "pruned", "diverged", "failed", "running", "pending"];
  const counts = states.map(state => [trials.filter(trial => trial.state === state).length, state])
    .filter(([count]) => count > 0).map(([count, state]) => `${count} ${state}`).join(", ");
  const count = `${trials.length} ${trials.length === 1 ? "trial" : "trials"}${counts && ": "}${counts}`;
  document.title = `hyperparams_tuning: ${study}`;
  element("study").textContent = study;
  const about = `${model} on ${dataset}, ${direction} ${metric}. ${count}.`;
  element("about").textContent = ranking ? `${about} ${ranking}` : about;
  element("best").textContent = best
    ? `Best: trial ${best.number} with ${metric} ${scoreText(best.value)} (${best.key})`
    : "No trial has completed yet.";
}

function showCharts() {
  page.markers = [];
  const charts = { history: drawHistory, curves: drawCurves, parallel: drawParallel, slices: drawSlices };
  for (const [id, draw] of Object.entries(charts)) {
    element(id).replaceChildren();
    draw(element(id));
  }
  showSelection();
  showMark();
}

const sayEmpty = (parent, text) => htmlNode(parent, "p", "empty", text);

function showStudy(chart) {
  const isFirst = page.study === null;
  page.study = prepared(chart);
  [page.hovered, page.focused] = [null, null];
  showHeader();
  showLeaderboard(element("leaderboard"));
  showCharts();
  if (isFirst) watchWindow();
}

function watchWindow() {
  document.addEventListener("keydown", event => { if (event.key === "Escape") keep(null); });
  let width = element("charts").clientWidth;
  new ResizeObserver(() => {
    if (element("charts").clientWidth === width) return;
    width = element("charts").clientWidth;
    requestAnimationFrame(showCharts);
  }).observe(element("charts"));
}
