// Scales: `at` gives a value's place on an axis from 0 to 1, `ticks` are places with a text.

const mostValues = 8; // values of a parameter that each get a tick of their own

function extent(values) {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return [low, high];
}

const isPlain = value => value === 0 || (Math.abs(value) >= 1e-4 && Math.abs(value) < 1e6);
const exponentText = (value, digits) => (value === 0 ? "0" : Number(value.toPrecision(digits)).toExponential());
const numberText = value => (isPlain(value) ? String(Number(value.toPrecision(5))) : exponentText(value, 3));

/** A score with the four decimals that leaderboards have. */
const scoreText = value => (isPlain(value) ? value.toFixed(4) : value.toExponential(3));

/** 1, 2 or 5 times a power of ten: the least such step that is no less than `step`. */
function roundStep(step) {
  const power = 10 ** Math.floor(Math.log10(step));
  return power * ([1, 2, 5].find(factor => factor * power >= step * (1 - 1e-9)) ?? 10);
}

function linearScale(low, high, count, leastStep = 0) {
  const half = high / 2 - low / 2; // the whole may be more than a number can hold
  const size = Math.max(Math.abs(low), Math.abs(high));
  // Beyond nine digits the steps between two scores say nothing, and would fall below what a number can hold.
  if (!(half > 1e-9 * size)) return { at: () => 0.5, valueAt: () => low, ticks: [{ at: 0.5, text: numberText(low) }] };
  const step = Math.max(leastStep, roundStep((half / count) * 2));
  const decimals = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  const digits = Math.ceil(Math.log10(size / step)) + 1;
  const text = value => (isPlain(size) ? value.toFixed(decimals) : exponentText(value, digits));
  const at = value => (value / 2 - low / 2) / half;
  const ticks = [];
  for (let i = Math.ceil(low / step - 1e-9); i <= high / step + 1e-9; i += 1) {
    ticks.push({ at: at(i * step), text: text(i * step) });
  }
  return { at, valueAt: place => low * (1 - place) + high * place, ticks };
}

/** Ticks at powers of ten, at 1, 2 and 5 times them for few decades, and as on a line below one decade. */
function logarithmicScale(low, high) {
  if (!(high > low * (1 + 1e-9))) return linearScale(low, high, 4);
  const [first, last] = [Math.log10(low), Math.log10(high)];
  // Nothing of 0 or less has a place; it is far below all that has.
  const at = value => (Math.log10(Math.max(value, Number.MIN_VALUE)) - first) / (last - first);
  const valueAt = place => 10 ** (first + place * (last - first));
  if (last - first < 0.8) {
    const { ticks } = linearScale(low, high, 5);
    return { at, valueAt, ticks: ticks.map(({ text }) => ({ at: at(Number(text)), text })) };
  }
  const stride = Math.ceil((last - first) / 8);
  const ticks = [];
  for (let power = Math.floor(first); power <= last + 1e-9; power += stride) {
    for (const factor of last - first < 2.5 ? [1, 2, 5] : [1]) {
      const value = Number(`${factor}e${power}`);
      const isInside = value >= low * (1 - 1e-9) && value <= high * (1 + 1e-9);
      if (isInside) ticks.push({ at: at(value), text: numberText(value) });
    }
  }
  return { at, valueAt, ticks };
}

const isPositive = values => values.length > 0 && values.every(value => value > 0);

// Axes of parameters, as the parameter file declares them

const costAxis = "cost (TFLOP)"; // no parameter's name has a space

/** Whether neighbors differ by a factor rather than by a difference. */
function isGeometric(numbers) {
  if (numbers.length < 3 || numbers[0] <= 0) return false;
  const spreadOf = values => {
    const [least, most] = extent(values.slice(1).map((value, i) => value - values[i]));
    return most / least;
  };
  return spreadOf(numbers.map(Math.log)) < spreadOf(numbers) * (1 - 1e-9);
}

/** The number that a text of the parameter file is, or null. */
function numberOf(text) {
  const number = text.trim() === "" ? NaN : Number(text);
  return Number.isFinite(number) ? number : null;
}

/** A place for each text, in the given order. */
function categoryScale(name, texts) {
  const places = new Map(texts.map((text, i) => [text, (i + 0.5) / texts.length]));
  const ticks = texts.map(text => ({ at: places.get(text), text }));
  const of = trial => places.get(own(trial.parameters, name)?.text) ?? null;
  return { name, ticks, isCategories: true, gap: 1 / texts.length, of };
}

/**
 * The axis of a parameter: `of` gives a trial's place, or null, and `gap` is what lies between two values that
 * have ticks of their own, 0 where values are too many for that. `at` and `valueAt` are those of numbers' scales.
 *
 * Numbers lie on a line, which is logarithmic where the parameter file says so or its values differ by factors;
 * all else has a place for each text.
 */
function parameterScale(name, trials) {
  const values = new Map();
  for (const { parameters } of trials) {
    const value = own(parameters, name);
    if (value && !values.has(value.text)) values.set(value.text, value.number);
  }
  const axis = own(page.study.axes ?? {}, name);
  const declared = axis?.kind === "choice" ? axis.values : [];
  for (const text of declared) if (!values.has(text)) values.set(text, numberOf(text));
  const texts = [...new Set([...declared, ...values.keys()])];
  const numbers = [...new Set(values.values())].filter(number => number !== null).sort((a, b) => a - b);
  if (numbers.length === 0 || [...values.values()].includes(null)) return categoryScale(name, texts);

  const isFloat = axis?.kind === "loguniform" || axis?.kind === "uniform";
  const ends = axis && axis.kind !== "choice" ? [axis.low, axis.high] : [];
  const [low, high] = extent([...numbers, ...ends]);
  const isLogarithmic = low > 0 && (axis?.kind === "loguniform"
    || (axis?.kind === "choice" && isGeometric(numbers))
    || (!axis && (numbers.length > mostValues ? high / low > 99.9 : isGeometric(numbers))));
  const { at, valueAt, ticks } = isLogarithmic ? logarithmicScale(low, high) : linearScale(low, high, 4);
  const of = trial => {
    const number = own(trial.parameters, name)?.number ?? null;
    return number === null ? null : at(number);
  };
  if (isFloat || numbers.length > mostValues) return { name, ticks, isCategories: false, gap: 0, of, at, valueAt };
  const textOf = new Map([...values].map(([text, number]) => [number, valueText({ text, number })]));
  const exact = numbers.map(number => ({ at: at(number), text: textOf.get(number) }));
  const gap = Math.min(1, ...exact.slice(1).map((tick, i) => tick.at - exact[i].at));
  if (gap < 0.05) return categoryScale(name, numbers.map(number => [...values].find(pair => pair[1] === number)[0]));
  return { name, ticks: exact, isCategories: false, gap, of, at, valueAt };
}

/** The cost's axis, logarithmic where costs span a factor of ten. */
function costScale(trials) {
  const costs = trials.map(trial => trial.cost).filter(cost => cost !== null && cost > 0);
  if (costs.length === 0) return null;
  const [low, high] = extent(costs);
  const { at, valueAt, ticks } = high / low > 10 ? logarithmicScale(low, high) : linearScale(low, high, 5);
  const of = ({ cost }) => (cost > 0 ? at(cost) : null);
  return { name: costAxis, ticks, at, valueAt, isCategories: false, gap: 0, of };
}

const axesOfStudy = new WeakMap(); // by study: axes by name

/** The axis of a parameter, of the study's metric or of the cost; null if there is none. */
function axisOf(name) {
  const { study } = page;
  if (!axesOfStudy.has(study)) axesOfStudy.set(study, new Map());
  const axes = axesOfStudy.get(study);
  if (!axes.has(name)) {
    const { metric, score } = study;
    const of = trial => (trial.hasScore ? score.at(trial.value) : null);
    if (name === metric) axes.set(name, { name, ...score, isCategories: false, gap: 0, of });
    else axes.set(name, name === costAxis ? costScale(study.trials) : parameterScale(name, study.trials));
  }
  return axes.get(name);
}

// Time

const timeSteps = [1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 10800, 21600, 43200, 86400];

/** A time in its two largest units: `90 s`, `5 min`, `1 h 30 min`, `2 d 3 h`. */
function timeText(seconds) {
  if (seconds < 1 && seconds > 0) return `${Number(seconds.toPrecision(2))} s`;
  const units = [["d", 86400], ["h", 3600], ["min", 60], ["s", 1]];
  const rounded = Math.round(seconds < 600 ? seconds : seconds / 60) * (seconds < 600 ? 1 : 60);
  const first = units.findIndex(([, size]) => rounded >= size);
  if (first < 0) return "0 s";
  const [unit, size] = units[first];
  const count = Math.floor(rounded / size);
  const [smaller, part] = units[first + 1] ?? ["s", 1];
  const rest = Math.floor((rounded - count * size) / part);
  return rest > 0 && first < 3 ? `${count} ${unit} ${rest} ${smaller}` : `${count} ${unit}`;
}

/**
 * The axis of the time since the study's start. Pauses, in which no trial ran, are cut short: `pauses` are the
 * places of the cuts.
 */
function timeScale(trials, now = 0) {
  const spans = trials.flatMap(trial => trial.attempts)
    .map(({ start, end }) => [start, Math.max(start, end ?? now)]).sort((a, b) => a[0] - b[0]);
  const busy = [];
  for (const [start, end] of spans) {
    const last = busy.at(-1);
    if (last && start <= last[1]) last[1] = Math.max(last[1], end);
    else busy.push([start, end]);
  }
  const total = busy.reduce((sum, [start, end]) => sum + end - start, 0) || 1;
  const merged = []; // pauses of less than a tenth of the whole stay
  for (const [start, end] of busy) {
    const last = merged.at(-1);
    if (last && start - last[1] < Math.max(0.1 * total, 1)) last[1] = end;
    else merged.push([start, end]);
  }
  if (merged.length === 0) merged.push([0, 1]);
  const length = merged.reduce((sum, [start, end]) => sum + end - start, 0) || 1;
  const cut = 0.03 * length;
  const whole = length + cut * (merged.length - 1);
  let offset = 0;
  const pieces = merged.map(([start, end]) => {
    const piece = { start, end, at: offset / whole };
    offset += end - start + cut;
    return piece;
  });
  const at = seconds => {
    const piece = pieces.findLast(({ start }) => start <= seconds) ?? pieces[0];
    const beyond = piece === pieces.at(-1) ? 0 : cut / 2;
    return piece.at + Math.max(0, Math.min(seconds - piece.start, piece.end - piece.start + beyond)) / whole;
  };
  const wanted = length / 8;
  const step = wanted < 0.5 ? roundStep(wanted)
    : timeSteps.find(size => size >= wanted) ?? 86400 * roundStep(wanted / 86400);
  const ticks = pieces.flatMap(({ start, end }) => {
    const found = [];
    for (let i = Math.ceil(start / step - 1e-9); i * step <= end + 1e-9; i += 1) found.push(i * step);
    return found.map(seconds => ({ at: at(seconds), text: timeText(seconds) }));
  });
  const pauses = pieces.slice(1).map((piece, i) => ({
    at: piece.at - cut / 2 / whole, text: `pause of ${timeText(piece.start - pieces[i].end)}`,
  }));
  return { at, ticks, pauses };
}

/**
 * The ticks whose labels keep clear of each other; `room` is what a label takes of the axis.
 *
 * The first and the last say how far the axis goes, so they come before those between them.
 */
function separated(ticks, room) {
  const kept = [];
  for (const tick of [...ticks.slice(0, 1), ...ticks.slice(-1), ...ticks.slice(1, -1)]) {
    const isClear = other => Math.abs(tick.at - other.at) >= (room(tick) + room(other)) / 2;
    if (kept.every(isClear)) kept.push(tick);
  }
  return kept;
}
