// Heat map: the score by two parameters

/** The number of cells of an axis whose values are too many for a cell each. */
const binCount = () => Math.max(4, Math.min(10, Math.round(0.8 * Math.sqrt(page.study.scored.length))));

const heatmapNames = () => page.study.varying.filter(name => axisOf(name).ticks.length > 0);

/** The parameters with the largest effect first; the pair that is shown first has the largest effect of a pair. */
function heatmapOrder() {
  const effects = page.study.importance?.effects ?? [];
  const names = heatmapNames();
  const known = effects.filter(({ parameters }) => parameters.every(name => names.includes(name)))
    .sort((a, b) => b.fraction - a.fraction);
  const pair = known.find(({ parameters }) => parameters.length === 2)?.parameters ?? [];
  const singles = known.filter(({ parameters }) => parameters.length === 1).map(({ parameters }) => parameters[0]);
  return [...new Set([...pair, ...singles, ...names])];
}

const heatmapX = () => heatmapOrder().map(name => [name, name]);

function heatmapY() {
  const others = heatmapOrder().filter(name => name !== chosen("heatmap.x"));
  return others.map(name => [name, name]);
}

const hasPruned = () => page.study.scored.some(trial => trial.state === "pruned");
const heatmapAxes = () => [axisOf(chosen("heatmap.x")), axisOf(chosen("heatmap.y"))];
const heatmapShows = () => [
  ...(hasSurface(heatmapAxes()) ? [["surface", "forest's prediction"]] : []),
  ["mean", `mean${hasPruned() && averaged()[0]?.state === "completed" ? " of completed trials" : ""}`],
  ["best", `best${hasPruned() ? " of all trials" : ""}`],
];

function heatmapControls(parent) {
  addChooser(parent, "heatmap.x", "Across", heatmapX);
  addChooser(parent, "heatmap.y", "Up", heatmapY);
  addChooser(parent, "heatmap.show", "Cells show the", heatmapShows);
}

/** The cells of an axis from 0 to 1: one for each value, or parts of the same size. */
function binsOf(axis, count = binCount()) {
  if (axis.gap === 0) {
    const edge = i => shortText(axis.valueAt(i / count));
    return Array.from({ length: count }, (_, i) => ({
      text: `${edge(i)} to ${edge(i + 1)}`, low: i / count - 1e-9, high: (i + 1) / count + (i + 1 === count ? 1e-9 : 0),
    }));
  }
  const places = [...axis.ticks].sort((a, b) => a.at - b.at);
  return places.map(({ at, text }) => ({ text, low: at - 1e-9, high: at + 1e-9 }));
}

/** Finds the cell of a place on an axis; -1 if there is none. */
const binFinder = bins => at => (at === null ? -1 : bins.findIndex(({ low, high }) => at >= low && at <= high));

/** The cells that have trials, with their mean and best; or those of the surface. */
function heatmapCells(x, y, show) {
  if (show === "surface") return surfaceCells(x, y);
  const { scored, sign } = page.study;
  const [columns, rows] = [binsOf(x), binsOf(y)];
  const counting = show === "best" ? scored : averaged();
  const [columnOf, rowOf] = [binFinder(columns), binFinder(rows)];
  const placed = counting.filter(isSelected).map(trial => ({
    trial, column: columnOf(x.of(trial)), row: rowOf(y.of(trial)),
  })).filter(({ column, row }) => column >= 0 && row >= 0);
  const cells = [...grouped(placed, ({ column, row }) => `${column} ${row}`).values()].map(members => {
    const [{ column, row }] = members;
    const best = members.map(({ trial }) => trial).reduce((a, b) => (sign * (b.value - a.value) > 0 ? b : a));
    const { mean, half } = meanOf(members.map(({ trial }) => trial.value));
    return { column, row, best, mean, half, count: members.length, value: show === "best" ? best.value : mean,
      numbers: new Set(members.map(({ trial }) => trial.number)),
      names: [`${x.name} ${columns[column].text}`, `${y.name} ${rows[row].text}`] };
  });
  return { columns, rows, cells };
}

function cellText(cell) {
  if (cell.isPredicted) return predictionText(cell);
  const { names, count, mean, half, best } = cell;
  const interval = half === null ? "" : ` ± ${shortText(half)}`;
  const about = count === 1 ? `${shortText(mean)}, trial ${best.number}`
    : `mean ${shortText(mean)}${interval} of ${count} trials, best ${shortText(best.value)}, trial ${best.number}`;
  return `${names.join(", ")}: ${about}`;
}

function drawHeatmap(parent) {
  if (page.study.scored.length === 0) return sayEmpty(parent, "No trial has a score yet.");
  const [x, y] = heatmapAxes();
  const show = chosen("heatmap.show");
  const { metric, scored, sign } = page.study;
  const { columns, rows, cells } = heatmapCells(x, y, show);
  if (cells.length === 0) return sayEmpty(parent, "No selected trial has both parameters.");
  const [low, high] = extent(cells.map(cell => cell.value));
  const share = value => (high > low ? (sign > 0 ? value - low : high - value) / (high - low) : 1);
  const [worst, top] = sign > 0 ? [low, high] : [high, low];
  const isBinned = x.gap === 0 || y.gap === 0;
  const isSurface = show === "surface";
  drawLegend(parent, [
    { text: `${metric}, ${isSurface ? "predicted" : show}:` },
    { sign: "ramp", text: `${shortText(worst)} to ${shortText(top)}` },
    ...(isBinned ? [{ sign: "speck", text: isSurface ? "a completed trial" : "a trial" }] : []),
    ...(cells.some(({ count }) => count === 0) ? [{ sign: "segment hatch", text: "no trial near" }] : []),
  ]);
  if (isSurface) saySurface(parent);
  const best = cells.filter(({ count }) => count > 0).reduce((a, b) => (sign * (b.value - a.value) > 0 ? b : a));
  const label = `Heat map of ${metric} by ${x.name} and ${y.name}; best cell: ${cellText(best)}`;
  const points = isSurface ? forestSample().trials : isBinned ? scored.filter(isSelected) : [];
  const area = heatmapArea(parent, x, y, columns, rows, label, points.length);
  const boxes = isSurface ? drawSurface(area, cells, share)
    : cells.map(cell => drawCell(area, cell, share(cell.value), isBinned));
  addCellReading(parent, area, cells, boxes, drawSpecks(area, points, x, y));
}

function heatmapArea(parent, x, y, columns, rows, label, count) {
  const width = Math.max(parent.clientWidth, 220);
  const longest = Math.max(...y.ticks.map(tick => textWidth(tick.text)));
  const left = 30 + Math.min(0.25 * width, longest);
  const [right, top] = [width - 12, 8];
  const rowHeight = Math.max(y.gap === 0 ? 15 : 26, Math.min(56, 300 / rows.length));
  const bottom = top + rowHeight * rows.length;
  const area = drawing(parent, { id: "heatmap", width, height: bottom + 40, label, count });
  const [across, up] = [(right - left) / columns.length, rowHeight];
  // Where values have cells of their own, their ticks are in the middle; else places on the axis are as in a plot.
  const tickPlace = (axis, bins, at) => (axis.gap === 0 ? at
    : (bins.findIndex(bin => Math.abs(bin.low - at) < 1e-6) + 0.5) / bins.length);
  const place = (a, b) => ({
    x: left + (right - left) * tickPlace(x, columns, a), y: bottom - (bottom - top) * tickPlace(y, rows, b),
  });
  const widest = x.gap > 0 ? across - 6 : 90;
  const room = tick => (Math.min(widest, textWidth(tick.text)) + 8) / (right - left);
  for (const tick of separated([...x.ticks].map(tick => ({ ...tick, at: tickPlace(x, columns, tick.at) })), room)) {
    const at = left + (right - left) * tick.at;
    svgText(area.front, tick.text, widest, { x: pixel(at), y: bottom + 15, "text-anchor": "middle" });
  }
  const rowTicks = y.ticks.map(tick => ({ ...tick, at: tickPlace(y, rows, tick.at) }));
  for (const tick of separated(rowTicks, () => 14 / (bottom - top))) {
    const level = pixel(bottom - (bottom - top) * tick.at + 4);
    svgText(area.front, tick.text, left - 26, { x: left - 6, y: level, "text-anchor": "end" });
  }
  const middle = { x: (left + right) / 2, y: (top + bottom) / 2 };
  const name = { class: "name", "text-anchor": "middle" };
  svgText(area.front, x.name, right - left, { ...name, x: middle.x, y: bottom + 34 });
  svgText(area.front, y.name, bottom - top, { ...name, transform: `translate(13 ${middle.y}) rotate(-90)` });
  const box = ({ column, row }) => ({
    x: left + across * column, y: bottom - up * (row + 1), width: across, height: up,
  });
  return { ...area, left, right, top, bottom, place, box };
}

const rampColor = share => `color-mix(in oklab, ${color("high")} ${(100 * share).toFixed(1)}%, ${color("low")})`;

const cellPath = ({ x, y, width, height }) => rectangle(x + 1, y + 1, width - 2, height - 2);

/** A cell in its color, with its value and the number of its trials where there is room. */
function drawCell(area, cell, share, isBinned) {
  const box = area.box(cell);
  const fill = rampColor(share);
  area.layer.path("cell", cellPath(box), { fill });
  if (isBinned) return box;
  const texts = [shortText(cell.value), ...(cell.count > 1 ? [`of ${cell.count}`] : [])];
  const fitting = texts.filter(text => textWidth(text) < box.width - 6);
  const isTwo = fitting.length === 2 && box.height >= 34;
  fitting.slice(0, isTwo ? 2 : 1).forEach((text, i) => {
    const y = box.y + box.height / 2 + 4 + (isTwo ? 15 * i - 7 : 0);
    const at = { x: pixel(box.x + box.width / 2), y: pixel(y), "text-anchor": "middle" };
    const node = svgText(area.base, text, box.width, at);
    node.style.fill = inkOn(fill);
  });
  return box;
}

const pot = document.createElement("canvas").getContext("2d", { willReadFrequently: true });

/** Black or white, whichever is easier to read on a color. */
function inkOn(fill) {
  pot.fillStyle = fill;
  pot.fillRect(0, 0, 1, 1);
  const [red, green, blue] = [...pot.getImageData(0, 0, 1, 1).data].map(level => {
    const part = level / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.179 ? "#000" : "#fff";
}

/** Draws the trials over the cells of floats, and gives their points. */
function drawSpecks(area, trials, x, y) {
  const points = trials.filter(trial => x.of(trial) !== null && y.of(trial) !== null).map(trial => {
    const place = area.place(x.of(trial), y.of(trial));
    const off = spread(trial.number);
    return { x: place.x + (x.gap > 0 ? 24 * off : 0), y: place.y + (y.gap > 0 ? 18 * off : 0), trial };
  });
  if (points.length === 0) return points;
  const many = points.length > mostNodes ? " many" : "";
  area.layer.marks("dot", `speck-edge${many}`, points);
  area.layer.marks("dot", `speck${many}`, points);
  return points;
}

let cellOfKeys = null; // the cell that arrow keys reached, as a text

/** Says what a cell holds and marks its best or nearest trial, for the pointer and for keys; a point marks its own. */
function addCellReading(parent, area, cells, boxes, specks) {
  const speckAt = pointIndex(specks, 7);
  const text = htmlNode(parent, "p", "reading");
  text.setAttribute("role", "status");
  const whose = cells[0].isPredicted ? "the nearest" : "its best";
  const hint = `Point at a cell, or reach it with the arrow keys, to read it; ${whose} trial is marked everywhere.`;
  text.textContent = hint;
  let at = -1;
  const show = next => {
    if (next === at) return;
    at = next;
    area.guide.replaceChildren();
    text.textContent = at < 0 ? hint : cellText(cells[at]);
    if (at < 0) return;
    svgNode(area.guide, "path", { class: "chosen", d: cellPath(boxes[at]) });
  };
  const goTo = next => {
    show(next);
    cellOfKeys = cells[next].names.join();
    const { x, y, width, height } = boxes[next];
    const frame = area.svg.getBoundingClientRect();
    hover(cells[next].best, frame.left + x + width / 2, frame.top + y + height / 2);
  };
  const find = (x, y) => boxes.findIndex(box =>
    x >= box.x && x < box.x + box.width && y >= box.y && y < box.y + box.height);
  addMarking(area.svg, (x, y) => {
    show(find(x, y));
    return speckAt(x, y)?.trial ?? cells[at]?.best ?? null;
  }, trial => {
    area.overlay.replaceChildren();
    const i = trial ? cells.findIndex(({ numbers }) => numbers.has(trial.number)) : -1;
    if (i >= 0) svgNode(area.overlay, "path", { class: "chosen", d: cellPath(boxes[i]) });
    const members = trial ? specks.filter(point => point.trial.number === trial.number) : [];
    svgNode(area.overlay, "path", { class: "dot", d: marks("dot", members) });
  });
  area.svg.addEventListener("pointerleave", event => { if (event.pointerType !== "touch") show(-1); });
  area.svg.setAttribute("tabindex", "0");
  area.svg.addEventListener("keydown", event => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
    const leap = { Home: [-1, 0], End: [1, 0], PageUp: [0, 1], PageDown: [0, -1] }[event.key];
    if (event.key === "Enter" && cells[at]?.best) {
      const { best } = cells[at];
      if (page.kept === best.number) openTrial(best.number);
      else keep(best);
      return;
    }
    if (!step && !leap) return;
    event.preventDefault();
    goTo(at < 0 ? 0 : cellBeside(cells, cells[at], step ?? leap, leap ? -1 : 0));
  });
  keepsFocus(area.svg, () => {
    const here = cells.findIndex(({ names }) => names.join() === cellOfKeys);
    if (here >= 0) goTo(here);
  }, () => {
    cellOfKeys = null;
    show(-1);
  });
}

/** The index of a cell beside one: of those in a direction that have trials, the first (0) or the last (-1). */
function cellBeside(cells, here, [across, up], which) {
  const distance = ({ column, row }) => (column - here.column) * across + (row - here.row) * up;
  const isInLine = cell => (across === 0 ? cell.column === here.column : cell.row === here.row);
  const beside = cells.filter(cell => isInLine(cell) && distance(cell) > 0).sort((a, b) => distance(a) - distance(b));
  return cells.indexOf(beside.at(which) ?? here);
}

function heatmapTable() {
  const [x, y] = heatmapAxes();
  const show = chosen("heatmap.show");
  if (show === "surface") return surfaceTable(x, y);
  const { cells, columns, rows } = heatmapCells(x, y, show);
  const { metric } = page.study;
  return {
    caption: `${metric} by ${x.name} and ${y.name}`,
    columns: [x.name, y.name, "mean", "± (95 %)", "trials", "best", "best trial"],
    rows: cells.sort((a, b) => a.column - b.column || a.row - b.row).map(cell => [
      columns[cell.column].text, rows[cell.row].text, cell.mean, cell.half ?? "", cell.count, cell.best.value,
      String(cell.best.number),
    ]),
  };
}
