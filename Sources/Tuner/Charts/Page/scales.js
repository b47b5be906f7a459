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
  if (!(half > 1e-9 * size)) return { at: () => 0.5, ticks: [{ at: 0.5, text: numberText(low) }] };
  const step = Math.max(leastStep, roundStep((half / count) * 2));
  const decimals = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  const digits = Math.ceil(Math.log10(size / step)) + 1;
  const text = value => (isPlain(size) ? value.toFixed(decimals) : exponentText(value, digits));
  const at = value => (value / 2 - low / 2) / half;
  const ticks = [];
  for (let i = Math.ceil(low / step - 1e-9); i <= high / step + 1e-9; i += 1) {
    ticks.push({ at: at(i * step), text: text(i * step) });
  }
  return { at, ticks };
}

function logarithmicScale(low, high) {
  const span = Math.log10(high) - Math.log10(low);
  const at = value => (Math.log10(value) - Math.log10(low)) / span;
  const ticks = [];
  for (let power = Math.ceil(Math.log10(low) - 1e-9); power <= Math.log10(high) + 1e-9; power += 1) {
    ticks.push({ at: at(10 ** power), text: numberText(10 ** power) });
  }
  return { at, ticks };
}

/**
 * The axis of a parameter: `of` gives a trial's place, or null, and `gap` is what lies between two values that
 * have ticks of their own, 0 where values are too many for that.
 *
 * Numbers lie on a line, logarithmic where they span two decades; all else has a place for each text.
 */
function parameterScale(name, trials) {
  const values = new Map();
  for (const { parameters } of trials) {
    const value = own(parameters, name);
    if (value && !values.has(value.text)) values.set(value.text, value);
  }
  const texts = [...values.keys()];
  const numbers = [...values.values()].map(value => value.number);
  if (numbers.includes(null)) {
    const places = new Map(texts.map((text, i) => [text, (i + 0.5) / texts.length]));
    const ticks = texts.map(text => ({ at: places.get(text), text }));
    const of = trial => places.get(own(trial.parameters, name)?.text) ?? null;
    return { name, ticks, isCategories: true, gap: 1 / texts.length, of };
  }
  const [low, high] = extent(numbers);
  const { at, ticks } = low > 0 && high / low > 99.9 ? logarithmicScale(low, high) : linearScale(low, high, 4);
  const exact = texts.map(text => ({ at: at(values.get(text).number), text })).sort((a, b) => a.at - b.at);
  const of = trial => {
    const value = own(trial.parameters, name);
    return value ? at(value.number) : null;
  };
  if (texts.length > mostValues) return { name, ticks, isCategories: false, gap: 0, of };
  const gap = Math.min(1, ...exact.slice(1).map((tick, i) => tick.at - exact[i].at));
  return { name, ticks: exact, isCategories: false, gap, of };
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
