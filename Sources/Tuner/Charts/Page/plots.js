// Plots with two axes

/** An empty plot; `place` turns places on its axes into pixels. */
function plot(parent, { height, x, y, xLabel, yLabel, title }) {
  const width = Math.max(parent.clientWidth, 220);
  const left = 32 + Math.max(0, ...y.ticks.map(tick => textWidth(tick.text)));
  const [right, top, bottom] = [width - 12, 8, height - 40];
  const inset = 16; // keeps marks off the frame
  const inner = { width: right - left - 2 * inset, height: bottom - top - 2 * inset };
  const place = (a, b) => ({ x: left + inset + a * inner.width, y: bottom - inset - b * inner.height });
  const svg = svgNode(parent, "svg", { width, height, role: "img", "aria-label": `${title}: ${yLabel} by ${xLabel}` });

  for (const tick of y.ticks) {
    const level = pixel(place(0, tick.at).y);
    svgNode(svg, "path", { class: "grid", d: `M${left} ${level}H${right}` });
    svgText(svg, tick.text, 90, { x: left - 6, y: level + 4, "text-anchor": "end" });
  }
  svgNode(svg, "path", { class: "axis", d: `M${left} ${top}V${bottom}H${right}` });
  const widest = x.isCategories ? Math.max(34, inner.width * x.gap - 8) : 90;
  const room = tick => (Math.min(widest, textWidth(tick.text)) + 8) / inner.width;
  for (const tick of separated(x.ticks, room)) {
    const at = pixel(place(tick.at, 0).x);
    svgNode(svg, "path", { class: "axis", d: `M${at} ${bottom}v4` });
    svgText(svg, tick.text, widest, { x: at, y: bottom + 17, "text-anchor": "middle" });
  }
  const middle = { x: (left + right) / 2, y: (top + bottom) / 2 };
  svgText(svg, xLabel, right - left, { class: "name", x: middle.x, y: height - 6, "text-anchor": "middle" });
  const turned = `translate(13 ${middle.y}) rotate(-90)`;
  svgText(svg, yLabel, bottom - top, { class: "name", transform: turned, "text-anchor": "middle" });
  return {
    svg, place, bottom,
    base: svgNode(svg, "g", { class: "base" }),
    overlay: svgNode(svg, "g", { class: "overlay" }),
  };
}

/** The trial of the point that is nearest to the pointer, at most 24 pixels off. */
function nearestTrial(points, x, y) {
  let [found, least] = [null, 24 ** 2];
  for (const point of points) {
    const distance = (point.x - x) ** 2 + (point.y - y) ** 2;
    if (distance < least) [found, least] = [point.trial, distance];
  }
  return found;
}

const isBroken = trial => trial.state === "diverged" || trial.state === "failed";
const shapeOf = trial => (isBroken(trial) ? "cross" : trial.state === "pruned" ? "diamond" : "dot");

/** Draws a mark for each point, of the shape that its trial's state has. */
function drawMarks(parent, points) {
  for (const shape of Object.keys(shapes)) {
    const own = points.filter(point => shapeOf(point.trial) === shape);
    if (own.length > 0) svgNode(parent, "path", { class: shape, d: marks(shape, own) });
  }
}

/** Marks the points of a trial with large dots. */
function markPoints({ overlay }, points) {
  return trial => {
    overlay.replaceChildren();
    const own = points.filter(point => point.trial === trial);
    if (own.length > 0) svgNode(overlay, "path", { class: "dot", d: marks("dot", own) });
  };
}

const stateEntries = trials => [
  ...(trials.some(trial => trial.state === "pruned") ? [{ sign: "diamond", text: "pruned" }] : []),
  ...(trials.some(isBroken) ? [{ sign: "cross", text: "diverged or failed" }] : []),
];

// History: the scores in the order of the trials, as in the page that RecBole writes.

function drawHistory(parent) {
  const { trials, scored, score, model, scoreLabel } = page.study;
  if (scored.length === 0) return sayEmpty(parent, "No trial has a score yet.");
  const process = { sign: "line dot", text: `${model} tuning process` };
  drawLegend(parent, [process, { sign: "record", text: "best so far" }, ...stateEntries(trials)]);

  const x = linearScale(trials[0].number, trials.at(-1).number, 10, 1);
  const area = plot(parent, { height: 340, x, y: score, xLabel: "trial", yLabel: scoreLabel, title: "History" });
  const byNumber = trials.filter(trial => trial.hasScore);
  const points = byNumber.map(trial => ({ ...area.place(x.at(trial.number), score.at(trial.value)), trial }));
  const broken = trials.filter(isBroken)
    .map(trial => ({ x: area.place(x.at(trial.number), 0).x, y: area.bottom, trial }));
  const completed = points.filter(point => point.trial.state === "completed");
  svgNode(area.base, "path", { class: "line", d: polyline(completed) });
  drawMarks(area.base, [...points, ...broken]);
  svgNode(area.base, "path", { class: "record", d: recordPath(completed) });
  const all = [...points, ...broken];
  addMarking(area.svg, (x, y) => nearestTrial(all, x, y), markPoints(area, all));
}

/** Steps along the best score so far. */
function recordPath(points) {
  let [path, best] = ["", null];
  for (const { x, y, trial } of points) {
    const isRecord = best === null || page.study.sign * (trial.value - best) > 0;
    if (isRecord) best = trial.value;
    path += path === "" ? `M${pixel(x)} ${pixel(y)}` : `H${pixel(x)}${isRecord ? `V${pixel(y)}` : ""}`;
  }
  return path;
}

// Learning curves

const mostPoints = 200; // of a curve; more than a screen shows between two neighbors

function thinned(points) {
  const stride = Math.ceil(points.length / mostPoints);
  return points.filter((_, i) => i % stride === 0 || i === points.length - 1);
}

function drawCurves(parent) {
  const trials = page.study.trials.filter(trial => trial.points.length > 0);
  if (trials.length === 0) return sayEmpty(parent, "No trial has a learning curve yet.");
  drawLegend(parent, [...lineEntries(), ...stateEntries(trials)]);

  const all = trials.flatMap(trial => trial.points);
  const x = linearScale(...extent(all.map(point => point.epoch)), 10, 1);
  const y = linearScale(...extent(all.map(point => point.value)), 5);
  const { scoreLabel } = page.study;
  const area = plot(parent, { height: 340, x, y, xLabel: "epoch", yLabel: scoreLabel, title: "Learning curves" });
  const curves = new Map(trials.map(trial => [
    trial,
    thinned(trial.points).map(({ epoch, value }) => ({ ...area.place(x.at(epoch), y.at(value)), trial })),
  ]));
  drawLines(area.base, curves);
  const ends = [...curves].filter(([trial, points]) => shapeOf(trial) !== "dot" || points.length === 1);
  drawMarks(area.base, ends.map(([, points]) => points.at(-1)));
  const points = [...curves.values()].flat();
  addMarking(area.svg, (x, y) => nearestTrial(points, x, y), markLine(area, curves));
}

/** Draws a line for each trial, the best on top, the fainter the more there are; returns them by trial. */
function drawLines(parent, lines) {
  const opacity = Math.max(0.2, Math.min(0.9, 9 / Math.sqrt(lines.size)));
  const order = [...lines].sort(([a], [b]) => (b.rank ?? Infinity) - (a.rank ?? Infinity) || a.number - b.number);
  return new Map(order.map(([trial, points]) => {
    const line = svgNode(parent, "path", { class: `curve ${trial.state}`, d: polyline(points) });
    if (trial === page.study.best) line.classList.add("record");
    else {
      line.style.stroke = scoreColor(trial);
      line.style.strokeOpacity = opacity;
    }
    return [trial, line];
  }));
}

/** Marks a trial's line, with its points. */
function markLine({ overlay }, lines) {
  return trial => {
    overlay.replaceChildren();
    const points = lines.get(trial);
    if (!points) return;
    svgNode(overlay, "path", { class: "curve", d: polyline(points) });
    if (points.length <= 50) svgNode(overlay, "path", { class: "dot", d: marks("dot", points) });
  };
}

// Slices

/** From -0.5 to 0.5, apart for neighboring numbers: multiples of the golden ratio. */
const spread = number => ((number * 0.618034) % 1) - 0.5;

function drawSlices(parent) {
  const { parameters, scored } = page.study;
  if (scored.length === 0) return sayEmpty(parent, "No trial has a score yet.");
  for (const name of parameters) drawSlice(htmlNode(parent, "div"), name);
}

/** A parameter's values and their scores; trials of one value lie side by side where the values are few. */
function drawSlice(parent, name) {
  const { scored, score, metric } = page.study;
  const x = parameterScale(name, scored);
  const area = plot(parent, { height: 230, x, y: score, xLabel: name, yLabel: metric, title: "Slice" });
  const width = Math.min(0.1, 0.5 * x.gap);
  const points = scored.filter(trial => x.of(trial) !== null).map(trial => ({
    ...area.place(x.of(trial) + width * spread(trial.number), score.at(trial.value)), trial,
  }));
  drawMarks(area.base, points);
  addMarking(area.svg, (x, y) => nearestTrial(points, x, y), markPoints(area, points));
}
