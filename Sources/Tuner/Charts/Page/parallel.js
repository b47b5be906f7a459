// Parallel coordinates

const parallelHeight = 400;
const [parallelTop, parallelBottom] = [60, parallelHeight - 36];
const parallelInset = 28; // of the ends of an axis' line beyond its least and largest value
const axisLevel = at => parallelBottom - at * (parallelBottom - parallelTop);

/**
 * The axes from left to right, the score's last.
 *
 * The lines of one value lie side by side in the order of their scores, so that those of a grid do not hide each
 * other.
 */
function parallelAxes() {
  const { parameters, scored, score, metric } = page.study;
  const last = { name: metric, ticks: score.ticks, of: trial => score.at(trial.value) };
  const beside = ({ of, gap, ...axis }) => {
    const width = Math.min(0.16, 0.6 * gap);
    return { ...axis, of: trial => (of(trial) === null ? null : of(trial) + width * (score.at(trial.value) - 0.5)) };
  };
  return [...parameters.map(name => beside(parameterScale(name, scored))), last];
}

function drawParallel(parent) {
  const { scored, parameters } = page.study;
  page.parallel = null;
  if (scored.length === 0) return sayEmpty(parent, "No trial has a score yet.");
  if (parameters.length === 0) return sayEmpty(parent, "The study tunes no parameters.");
  const note = htmlNode(parent, "p", "note", "Drag along an axis to select trials, click the axis to clear it. ");
  const selection = htmlNode(note, "span");
  selection.setAttribute("role", "status");
  drawLegend(parent, lineEntries());

  const axes = parallelAxes();
  const scroller = htmlNode(parent, "div", "wide");
  const width = Math.max(scroller.clientWidth, 70 + 90 * axes.length);
  const gap = (width - 150) / (axes.length - 1);
  const label = "Parallel coordinates: one line per trial, through its parameters to its score";
  const svg = svgNode(scroller, "svg", { width, height: parallelHeight, role: "img", "aria-label": label });
  const base = svgNode(svg, "g", { class: "base" });
  const overlay = svgNode(svg, "g", { class: "overlay" });
  const left = i => 70 + i * gap;

  const lines = new Map(scored.map(trial => [
    trial,
    axes.map((axis, i) => ({ x: left(i), at: axis.of(trial) })).filter(({ at }) => at !== null)
      .map(({ x, at }) => ({ x, y: axisLevel(at) })),
  ]));
  page.parallel = { axes, selection, paths: drawLines(base, lines) };
  axes.forEach((axis, i) => drawAxis(svg, axis, left(i), gap));
  addMarking(svg, (x, y) => nearestLine(lines, x, y), markLine({ overlay }, lines));
}

function drawAxis(svg, axis, x, gap) {
  const end = { x, "text-anchor": "middle", class: "name" };
  svgText(svg, axis.name, Math.min(gap - 8, 136), { ...end, y: 16 });
  const line = `M${x} ${parallelTop - parallelInset}V${parallelBottom + parallelInset}`;
  svgNode(svg, "path", { class: "axis", d: line });
  const ticks = separated([...axis.ticks].sort((a, b) => a.at - b.at), () => 15 / (parallelBottom - parallelTop));
  for (const { at, text } of ticks) {
    const y = pixel(axisLevel(at));
    svgNode(svg, "path", { class: "axis", d: `M${x} ${y}h4` });
    svgText(svg, text, Math.min(gap - 16, 70), { x: x + 7, y: y + 4, class: "halo" });
  }
  addBrush(svg, axis.name, x);
}

/** The trial whose line is nearest above or below the pointer, at most 12 pixels off. */
function nearestLine(lines, x, y) {
  let [found, least] = [null, 12];
  for (const [trial, points] of lines) {
    const next = points.findIndex(point => point.x >= x);
    if (next <= 0 || !isSelected(trial)) continue;
    const [a, b] = [points[next - 1], points[next]];
    const distance = Math.abs(a.y + ((b.y - a.y) * (x - a.x)) / (b.x - a.x) - y);
    if (distance < least) [found, least] = [trial, distance];
  }
  return found;
}

// Selecting

/** Lets the pointer select a part of an axis; a click without a drag clears it. */
function addBrush(svg, name, x) {
  const bar = svgNode(svg, "rect", { class: "brush", x: x - 5, width: 10 });
  const [y, height] = [parallelTop - parallelInset, parallelBottom - parallelTop + 2 * parallelInset];
  const size = { x: x - 10, width: 20, y, height };
  const handle = svgNode(svg, "rect", { class: "handle", ...size });
  const show = () => {
    const [low, high] = page.brushes.get(name) ?? [0, 0];
    bar.setAttribute("y", axisLevel(high));
    bar.setAttribute("height", axisLevel(low) - axisLevel(high));
    bar.style.display = page.brushes.has(name) ? "" : "none";
  };
  const place = event => {
    const level = event.clientY - svg.getBoundingClientRect().top;
    return Math.max(-0.09, Math.min(1.09, (parallelBottom - level) / (parallelBottom - parallelTop)));
  };
  let start = null;
  handle.addEventListener("pointerdown", event => {
    handle.setPointerCapture(event.pointerId);
    start = place(event);
    page.brushes.delete(name);
    show();
  });
  handle.addEventListener("pointermove", event => {
    event.stopPropagation();
    const end = place(event);
    if (start === null || Math.abs(end - start) < 0.01) return;
    page.brushes.set(name, [Math.min(start, end), Math.max(start, end)]);
    show();
  });
  handle.addEventListener("lostpointercapture", () => {
    start = null;
    showSelection();
  });
  handle.addEventListener("click", event => event.stopPropagation());
  show();
}

/** Whether the trial goes through the selected part of each axis that has one. */
function isSelected(trial) {
  return page.parallel.axes.filter(({ name }) => page.brushes.has(name)).every(({ name, of }) => {
    const [low, high] = page.brushes.get(name);
    const at = trial.hasScore ? of(trial) : null;
    return at !== null && at >= low && at <= high;
  });
}

/** Shows the selected trials alone, here and in the leaderboard. */
function showSelection() {
  if (page.parallel === null) return;
  const { trials } = page.study;
  const { selection, paths } = page.parallel;
  for (const [trial, path] of paths) path.classList.toggle("unselected", !isSelected(trial));
  for (const trial of trials) trial.row.hidden = !isSelected(trial);
  const count = trials.filter(isSelected).length;
  selection.textContent = count < trials.length ? `${count} of ${trials.length} trials selected.` : "";
}
