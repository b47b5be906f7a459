// The study, and what every part of the page knows
//
// The core (study, selection, marking, frame, links, live, header, running, leaderboard, drawer, compare) calls the
// charts through the list `charts`: {id, title, draw(parent)} and, where a chart has them, controls(parent),
// isUseful(), table() and wide. It draws a chart when the study, the width, the selection or the colors have changed,
// at most once a frame, only near the viewport, and not under the pointer. A drawing may be older than `page.study`,
// so trials are compared by number. Charts use addMarking, addSelecting, isSelected, setBrush, option, setOption,
// color, hover, keep and openTrial.

const page = {
  study: null,
  live: null, // how the study runs, on a page that a server keeps up to date
  hovered: null, // the numbers of the trials that the pointer and the focus are on, and of the one that stays marked
  focused: null,
  kept: null,
  brushes: new Map(), // the selected part of an axis by its name: [low, high], values or, of texts, places
  filter: { text: "", conditions: [], problem: "" },
  isFiltered: false, // whether brushes or conditions select trials
  selection: null, // the numbers of the selected trials; null: all are
  selectedCount: 0,
  order: { column: "rank", descending: false },
  columns: null, // the names of the leaderboard's chosen columns; null: those that it chooses
  compared: [], // the numbers of the trials to compare
  opened: null, // the number of the trial in the drawer
  options: new Map(), // the charts' own choices, by name
};

const element = id => document.getElementById(id);

/** A member that the object itself has: a parameter may be named `constructor`. */
const own = (object, name) => (Object.hasOwn(object, name) ? object[name] : undefined);

const isLive = () => page.live !== null;

/** A number with four significant digits. */
function shortText(value) {
  if (typeof value !== "number" || Number.isInteger(value) && isPlain(value)) return String(value);
  return isPlain(value) ? String(Number(value.toPrecision(4))) : Number(value.toPrecision(4)).toExponential();
}

/** A parameter's value as it was written, or shorter where it is a number with many digits. */
const valueText = ({ text, number }) => (typeof number === "number" && text.length > 6 ? shortText(number) : text);

/** Seconds for people: `4.2 s`, `3 min 20 s`, `2 h 5 min`. */
function durationText(seconds) {
  if (seconds < 9.95) return `${Number.isInteger(seconds) ? seconds : seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  const minutes = Math.round(whole / 60);
  return minutes < 2880 ? `${Math.floor(minutes / 60)} h ${minutes % 60} min`
    : `${Math.floor(minutes / 1440)} d ${Math.floor((minutes % 1440) / 60)} h`;
}

function bytesText(bytes) {
  const units = ["B", "KB", "MB", "GB", "TB"];
  let [size, unit] = [bytes, 0];
  while (size >= 999.5 && unit < units.length - 1) [size, unit] = [size / 1000, unit + 1];
  return `${unit === 0 ? size : Number(size.toPrecision(3))} ${units[unit]}`;
}

const counted = (count, one, many = `${one}s`) => `${count.toLocaleString("en")} ${count === 1 ? one : many}`;

/** What charts ask of a trial. */
function preparedTrial(trial) {
  const curve = trial.curve ?? [];
  const parameters = trial.parameters ?? {};
  return {
    losses: [], rungs: [], metrics: {}, interval: null, tied: null, cost: null, bestEpoch: null,
    seconds: null, repeats: null, message: null, ...trial, curve, parameters,
    attempts: (trial.attempts ?? []).map(attempt => ({ end: null, ending: null, ...attempt })),
    value: trial.value ?? null,
    epochs: trial.epochs ?? (curve.length > 0 ? curve.at(-1)[0] : 0),
    hasScore: (trial.state === "completed" || trial.state === "pruned") && (trial.value ?? null) !== null,
    points: curve.filter(([, value]) => value !== null).map(([epoch, value]) => ({ epoch, value })),
    rank: null,
  };
}

/**
 * What charts ask of a study, worked out once; `trials` are prepared and of any order.
 *
 * `best` is the first of the leaderboard, with which others are tied; `bestSoFar` may be running or pruned.
 */
function prepared(chart, trials) {
  const sign = chart.direction === "minimize" ? -1 : 1;
  trials.sort((a, b) => a.number - b.number);
  const isPruned = trial => trial.state === "pruned";
  const scored = trials.filter(trial => trial.hasScore)
    .sort((a, b) => isPruned(a) - isPruned(b) || sign * (b.value - a.value) || a.number - b.number);
  for (const trial of trials) trial.rank = null;
  [...scored, ...trials.filter(trial => trial.state === "diverged")].forEach((trial, i) => { trial.rank = i + 1; });
  const byNumber = new Map(trials.map(trial => [trial.number, trial]));
  const best = scored[0] ?? null;
  const bestSoFar = byNumber.get(page.live?.best) ?? best;
  const [low, high] = extent(scored.map(trial => trial.value));
  const scoreLabel = `${chart.metric} (${sign > 0 ? "higher" : "lower"} is better)`;
  return {
    axes: {}, parameters: [], ...chart, sign, trials, byNumber, scored, best, bestSoFar, scoreLabel,
    score: linearScale(low, high, 6), varying: varyingParameters(chart.parameters ?? [], trials),
  };
}

function varyingParameters(names, trials) {
  const first = new Map();
  const varying = new Set();
  for (const { parameters } of trials) {
    for (const name of names) {
      const text = own(parameters, name)?.text;
      if (!first.has(name)) first.set(name, text);
      else if (first.get(name) !== text) varying.add(name);
    }
  }
  return trials.length === 1 ? names : names.filter(name => varying.has(name));
}

/** Whether no trial can go on. A file does not say so, but then it has no trial that is running or left. */
function isFinished() {
  if (page.live) return page.live.state === "finished";
  return !page.study.trials.some(({ state }) => state === "running" || state === "pending");
}

const trialNumbered = number => page.study.byNumber.get(number) ?? null;

/** What the axis of epochs says: an epoch may be a share of the training samples. */
const epochLabel = () => (page.study.epochShare ? `epoch (${page.study.epochShare})` : "epoch");

/** Where a trial's score lies between the worst, 0, and the best, 1. */
function quality(trial) {
  const { score, sign } = page.study;
  return Math.max(0, Math.min(1, sign > 0 ? score.at(trial.value) : 1 - score.at(trial.value)));
}

/** The color of a trial's line, from the worst score to the best; none for trials without a score. */
function scoreColor(trial) {
  const share = trial.hasScore ? (100 * quality(trial)).toFixed(1) : null;
  return share === null ? "" : `color-mix(in oklab, ${color("high")} ${share}%, ${color("low")})`;
}

/** What the legend says of lines in the colors of their scores. */
const lineEntries = () => [
  { sign: "ramp", text: `${page.study.metric}, worst to best` },
  ...(page.study.best ? [{ sign: "record", text: "best trial" }] : []),
];

// Colors

const colors = new Map();

/** The style sheet's color of this name, for canvases. */
function color(name) {
  if (!colors.has(name)) {
    colors.set(name, getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim());
  }
  return colors.get(name);
}

// The charts' own choices, which belong to the page's link

const option = (name, otherwise) => page.options.get(name) ?? otherwise;

function setOption(name, text) {
  if (text === null) page.options.delete(name);
  else page.options.set(name, text);
  writeLink();
  redraw(name.split(".")[0]);
}
