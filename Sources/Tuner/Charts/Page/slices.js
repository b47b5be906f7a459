// Slices: the score by each parameter

/** From -0.5 to 0.5, apart for neighboring numbers: multiples of the golden ratio. */
const spread = number => ((number * 0.618034) % 1) - 0.5;

const orderSteps = 6; // colors from the first trials to the last

/** Gives the color of a trial by its place in the order of numbers. */
function orderColors() {
  const { trials } = page.study;
  const [first, last] = [trials[0].number, trials.at(-1).number];
  const percent = step => Math.round((100 * step) / (orderSteps - 1));
  const steps = Array.from({ length: orderSteps }, (_, i) =>
    `color-mix(in oklab, ${color("late")} ${percent(i)}%, ${color("early")})`);
  const stepOf = number => Math.floor((orderSteps * (number - first)) / (last - first || 1));
  return ({ number }) => steps[Math.min(orderSteps - 1, stepOf(number))];
}

/** The 0.975 quantile of Student's t distribution (Abramowitz and Stegun, 1964, 26.7.5, from 11 degrees on). */
function tQuantile(freedom) {
  const exact = [12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228];
  return exact[freedom - 1] ?? 1.96 + 2.3722 / freedom + 2.8225 / freedom ** 2;
}

/** Mean and 95 % interval of the mean; no interval for one value. */
function meanOf(values) {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  if (values.length < 2) return { mean, half: null };
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
  return { mean, half: tQuantile(values.length - 1) * Math.sqrt(variance / values.length) };
}

function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** The trials that means are of: pruned ones had fewer epochs, so they count only where no trial has completed. */
function averaged() {
  const completed = page.study.scored.filter(trial => trial.state === "completed");
  return completed.length > 0 ? completed : page.study.scored;
}

/** Values with places of their own lie off the ends of the axis, as categories do, so that no mark lies on it. */
function slicePlaces(axis) {
  if (axis.gap === 0 || axis.isCategories) return axis;
  const inside = at => (at + axis.gap / 2) / (1 + axis.gap);
  const of = trial => (axis.of(trial) === null ? null : inside(axis.of(trial)));
  const ticks = axis.ticks.map(tick => ({ ...tick, at: inside(tick.at) }));
  return { ...axis, ticks, gap: axis.gap / (1 + axis.gap), of };
}

function drawSlices(parent) {
  const { varying, scored, trials } = page.study;
  if (scored.length === 0) return sayEmpty(parent, "No trial has a score yet.");
  if (varying.length === 0) return sayEmpty(parent, "No parameter has two values yet.");
  const isCompleted = averaged()[0].state === "completed";
  const whose = isCompleted && trials.some(trial => trial.state === "pruned") ? " of completed trials" : "";
  const axes = varying.map(name => axisOf(name));
  drawLegend(parent, [
    { sign: "order", text: "first to last trial" },
    ...(axes.some(axis => axis.gap > 0) ? [{ sign: "mean", text: `mean${whose}, 95 % interval` }] : []),
    ...(axes.some(axis => axis.gap === 0) ? [{ sign: "trend", text: `running median${whose}` }] : []),
    ...stateEntries(scored),
  ]);
  const grid = htmlNode(parent, "div", "slices");
  for (const axis of axes) {
    const isNarrow = axis.gap > 0 && axis.ticks.length <= 3;
    drawSlice(htmlNode(grid, "div", isNarrow ? "slice narrow" : "slice"), slicePlaces(axis));
  }
}

/** A parameter's values and their scores; trials of one value lie side by side where the values are few. */
function drawSlice(parent, x) {
  const { scored, score, metric } = page.study;
  const label = `${metric} by ${x.name}, of ${scored.length} trials`;
  const area = plot(parent, { id: `slice-${x.name}`, height: 230, x, y: score, xLabel: x.name, yLabel: metric, label,
    count: scored.length });
  const width = Math.min(0.3, 0.5 * x.gap);
  const colorOf = orderColors();
  const points = scored.filter(trial => x.of(trial) !== null).map(trial => ({
    ...area.place(x.of(trial) + width * spread(trial.number), score.at(trial.value)), trial,
  }));
  paintSelected(area, layer => {
    drawMarks(layer, points, colorOf);
    if (x.gap > 0) drawMeans(area, x, width);
    else drawTrend(area, x);
  });
  addPointing(area, points);
}

function drawMeans({ layer, place }, x, width) {
  const { score } = page.study;
  const groups = grouped(averaged().filter(trial => isSelected(trial) && x.of(trial) !== null), x.of);
  let path = "";
  for (const [at, trials] of groups) {
    const { mean, half } = meanOf(trials.map(trial => trial.value));
    const [from, to] = [place(at - width * 0.6, 0).x, place(at + width * 0.6, 0).x];
    const { x: middle, y } = place(at, score.at(mean));
    path += `M${pixel(Math.min(from, middle - 8))} ${pixel(y)}H${pixel(Math.max(to, middle + 8))}`;
    if (half === null) continue;
    const inFrame = value => pixel(place(0, Math.max(-0.08, Math.min(1.08, score.at(value)))).y);
    const [low, high] = [inFrame(mean - half), inFrame(mean + half)];
    path += `M${pixel(middle)} ${low}V${high}M${pixel(middle - 4)} ${low}h8M${pixel(middle - 4)} ${high}h8`;
  }
  layer.path("mean", path);
}

/** The median of the scores around each place, over an eighth of the trials. */
function drawTrend({ layer, place }, x) {
  const { score } = page.study;
  const sorted = averaged().filter(trial => isSelected(trial) && x.of(trial) !== null)
    .map(trial => ({ at: x.of(trial), value: trial.value })).sort((a, b) => a.at - b.at);
  if (sorted.length < 8) return;
  const reach = Math.max(2, Math.round(sorted.length / 16));
  const stride = Math.max(1, Math.floor(sorted.length / 60));
  const line = [];
  for (let i = reach; i < sorted.length - reach; i += stride) {
    const around = sorted.slice(i - reach, i + reach + 1);
    line.push(place(median(around.map(({ at }) => at)), score.at(median(around.map(({ value }) => value)))));
  }
  layer.lines("trend", [line]);
}
