// The surface of the heat map: what a forest predicts, as a mean over the other parameters

const surfaceSize = 20; // the number of cells of an axis whose values are too many for a cell each
const nearness = 0.1; // of such an axis: the cells of which no trial's place is closer are hatched

/**
 * A parameter as the forest sees it: `of` gives a trial's position from 0 to 1, or null. A parameter with few values
 * has so many `steps`; `ranks` are their places in the forest's order, which is that of the mean scores for texts.
 */
function forestAxis(name, trials) {
  const axis = axisOf(name);
  if (axis.gap === 0) return { steps: 0, of: axis.of };
  const places = axis.ticks.map(({ at }) => at).sort((a, b) => a - b);
  const order = [...places];
  if (axis.isCategories && axis.ticks.some(({ text }) => numberOf(text) === null)) {
    const mean = meanOf(trials.map(trial => trial.value)).mean;
    const groups = grouped(trials, axis.of);
    const means = new Map(places.map(at => [at, meanOf(groups.get(at)?.map(trial => trial.value) ?? [mean]).mean]));
    order.sort((a, b) => means.get(a) - means.get(b));
  }
  const rankOf = new Map(order.map((at, rank) => [at, rank]));
  const of = trial => (rankOf.has(axis.of(trial)) ? (rankOf.get(axis.of(trial)) + 0.5) / order.length : null);
  return { steps: order.length, of, ranks: places.map(at => rankOf.get(at)) };
}

const lastSample = { study: null, selection: null, sample: null };

/** What a forest learns from: the selected trials that have completed; null if they are too few. */
function forestSample() {
  const { study, selection } = page;
  if (lastSample.study !== study || lastSample.selection !== selection) {
    Object.assign(lastSample, { study, selection, sample: sampleOf(heatmapNames()) });
  }
  return lastSample.sample;
}

function sampleOf(names) {
  const completed = page.study.scored.filter(trial => trial.state === "completed" && isSelected(trial));
  const isEnough = trials => trials.length >= fewestTrials(names.length);
  if (!isEnough(completed)) return null;
  const axes = names.map(name => forestAxis(name, completed));
  const trials = completed.filter(trial => axes.every(axis => axis.of(trial) !== null));
  if (!isEnough(trials)) return null;
  const counts = axes.map(axis => axis.steps);
  return {
    names, axes, trials, counts, columns: axes.map(axis => Float64Array.from(trials, axis.of)),
    values: Float64Array.from(trials, trial => trial.value),
    kind: JSON.stringify([names, counts, [...page.brushes], page.filter.text]),
  };
}

/** Whether two samples of the same kind have the same trials. */
function isSameSample(a, b) {
  const isSame = (one, other) => one.length === other.length && one.every((value, i) => value === other[i]);
  return isSame(a.values, b.values) && a.columns.every((column, i) => isSame(column, b.columns[i]));
}

const hasSurface = axes => axes.some(axis => axis.gap === 0) && forestSample() !== null;

// A forest takes a second of thousands of trials, so it grows between other work. Meanwhile the chart shows the trees
// that there are or, where only trials were added, the forest before.

const forests = { shown: null, next: null };

function forestOf(sample) {
  const { shown, next } = forests;
  if (shown?.sample.kind !== sample.kind) {
    [forests.shown, forests.next] = [startForest(sample), null];
    growFor(forests.shown, 8);
    growLater(forests.shown);
  } else if (shown.isDone && next === null && !isSameSample(shown.sample, sample)) {
    forests.next = startForest(sample);
    growLater(forests.next);
  }
  if (frame.isPrinting) growFor(forests.shown, Infinity);
  return forests.shown;
}

const startForest = sample => ({ sample, trees: [], growth: grownForest(sample), isDone: false });

/** Grows a forest for some milliseconds, or for the time of a tree. */
function growFor(forest, time) {
  const end = performance.now() + time;
  do {
    const { value, done } = forest.growth.next();
    forest.isDone = done;
    if (!done) forest.trees.push(value);
  } while (!forest.isDone && performance.now() < end);
}

function growLater(forest) {
  if (forest.isDone) return;
  const isFirst = forest === forests.shown;
  setTimeout(() => {
    if (forest !== forests.shown && forest !== forests.next) return; // the selection is another one by now
    growFor(forest, 8);
    if (!forest.isDone) return growLater(forest);
    [forests.shown, forests.next] = [forest, null];
    redraw("heatmap", isFirst);
  }, isFirst ? 4 : 32);
}

/** The cells with what the forest predicts at their middles, the trials near, and the nearest of them. */
function surfaceCells(x, y) {
  const { trials } = forestSample();
  const { trees, sample } = forestOf(forestSample());
  const [columns, rows] = [x, y].map(axis => binsOf(axis, surfaceSize));
  const pair = [x, y].map(({ name }) => sample.names.indexOf(name));
  const means = marginalOf(trees, pair, columns.length, rows.length);
  const [columnRanks, rowRanks] = pair.map(axis => sample.axes[axis].ranks);
  const cells = rows.flatMap((_, row) => columns.map((_, column) => ({
    column, row, isPredicted: true,
    value: means[(rowRanks?.[row] ?? row) * columns.length + (columnRanks?.[column] ?? column)],
    count: 0, best: null, least: Infinity, numbers: new Set(),
    names: [`${x.name} ${columns[column].text}`, `${y.name} ${rows[row].text}`],
  })));
  const [ownColumn, ownRow] = [binFinder(columns), binFinder(rows)];
  for (const trial of trials) {
    const [a, b] = [x.of(trial), y.of(trial)];
    const [column, row] = [ownColumn(a), ownRow(b)];
    cells[row * columns.length + column].numbers.add(trial.number);
    const nearColumns = binsNear(x, a, column);
    for (const [j, up] of binsNear(y, b, row)) {
      for (const [i, across] of nearColumns) {
        const cell = cells[j * columns.length + i];
        const distance = across ** 2 + up ** 2;
        cell.count += 1;
        if (distance < cell.least) [cell.best, cell.least] = [trial, distance];
      }
    }
  }
  return { columns, rows, cells };
}

/** The cells of an axis whose middles are near a place, with their distances; where values have cells, the own one. */
function binsNear(axis, at, own) {
  if (axis.gap > 0) return [[own, 0]];
  const near = [];
  for (let i = Math.ceil((at - nearness) * surfaceSize - 0.5); i <= (at + nearness) * surfaceSize - 0.5; i += 1) {
    if (i >= 0 && i < surfaceSize) near.push([i, (i + 0.5) / surfaceSize - at]);
  }
  return near;
}

function predictionText({ names, value, count, best }) {
  const near = count === 0 ? "no trial near"
    : `${counted(count, "trial")} near, the nearest ${shortText(best.value)}, trial ${best.number}`;
  return `${names.join(", ")}: predicted ${shortText(value)}; ${near}`;
}

function saySurface(parent) {
  const { sample, isDone } = forests.shown;
  const others = sample.names.length > 2 ? ", as a mean over all values of the other parameters" : "";
  const text = `What a random forest predicts from ${counted(sample.trials.length, "completed trial")}${others}.`;
  htmlNode(parent, "p", "note", isDone ? text : `${text} It is still growing.`);
}

/** Draws the cells without gaps, those of about the same color at once. */
function drawSurface({ layer, box }, cells, shareOf) {
  const boxes = cells.map(box);
  const pathOf = ({ x, y, width, height }) => rectangle(x, y, width + 0.5, height + 0.5); // or paper shows between them
  for (const [share, members] of grouped(cells.keys(), i => Math.round(50 * shareOf(cells[i].value)) / 50)) {
    layer.path("cell", members.map(i => pathOf(boxes[i])).join(""), { fill: rampColor(share) });
  }
  layer.path("hatch", boxes.filter((_, i) => cells[i].count === 0).map(hatching).join(""));
  return boxes;
}

/** Oblique lines over a box, which go on over its neighbors. */
function hatching({ x, y, width, height }) {
  let path = "";
  for (let sum = Math.ceil((x + y) / 7) * 7; sum < x + y + width + height; sum += 7) {
    const [left, right] = [Math.max(x, sum - y - height), Math.min(x + width, sum - y)];
    path += `M${pixel(left)} ${pixel(sum - left)}L${pixel(right)} ${pixel(sum - right)}`;
  }
  return path;
}

function surfaceTable(x, y) {
  const { cells, columns, rows } = surfaceCells(x, y);
  return {
    caption: `Predicted ${page.study.metric} by ${x.name} and ${y.name}`,
    columns: [x.name, y.name, "predicted", "trials near", "nearest trial", "its score"],
    rows: cells.sort((a, b) => a.column - b.column || a.row - b.row).map(({ column, row, value, count, best }) => [
      columns[column].text, rows[row].text, value, count, best ? String(best.number) : "", best?.value ?? "",
    ]),
  };
}
