// Learning curves

const mostPoints = 200; // of a curve; more than a screen shows between two neighbors

function thinned(points) {
  const stride = Math.ceil(points.length / mostPoints);
  return points.filter((_, i) => i % stride === 0 || i === points.length - 1);
}

// Curves of other metrics come from the server of a live page.

const fetched = { metric: "", study: null, curves: null, problem: "", time: 0, isWaiting: false, timer: null };
const freshFor = 3000; // milliseconds for which curves from the server count as new

/** The curves of a metric by trial number, or null while they are on their way. */
function fetchedCurves(metric) {
  if (fetched.metric !== metric) Object.assign(fetched, { metric, study: null, curves: null, problem: "", time: 0 });
  if (fetched.isWaiting || fetched.study === page.study) return fetched.curves;
  const rest = fetched.time + freshFor - Date.now();
  if (rest <= 0) fetchCurves(metric);
  else { // the last epochs are shown later even if nothing happens any more
    fetched.timer ??= setTimeout(() => {
      fetched.timer = null;
      redraw("curves", false);
    }, rest);
  }
  return fetched.curves;
}

async function fetchCurves(metric) {
  fetched.isWaiting = true;
  const { study } = page;
  const answer = await fetchJSON("curves", { metric })
    .then(curves => ({ curves, problem: "", study }), error => ({ problem: error.message }));
  fetched.isWaiting = false;
  const isFirst = fetched.curves === null;
  if (fetched.metric === metric) Object.assign(fetched, answer, { time: Date.now() });
  redraw("curves", isFirst);
}

function curveMetrics() {
  const { metric, trials } = page.study;
  const others = isLive() ? [...new Set(trials.flatMap(trial => Object.keys(trial.metrics)))]
    .filter(name => name.startsWith("valid.") && name !== `valid.${metric}`).sort() : [];
  return [
    ["score", metric],
    ...(trials.some(trial => trial.losses.length > 0) ? [["train.loss", "train loss"]] : []),
    ...others.map(name => [name, name.replace("valid.", "")]),
  ];
}

function curveAxes() {
  const axes = [
    ["linear", "linear"], ["x", "logarithmic epochs"], ["y", "logarithmic values"], ["both", "both logarithmic"],
  ];
  return page.study.trials.some(trial => trial.points.length > 1) ? axes : axes.slice(0, 1);
}

function curvesControls(parent) {
  addChooser(parent, "curves.metric", "Metric", curveMetrics);
  addChooser(parent, "curves.axes", "Axes", curveAxes);
}

const asPoints = pairs => (pairs ?? []).filter(([, value]) => value !== null)
  .map(([epoch, value]) => ({ epoch, value }));

/** The points of each trial's curve by trial, or null where they are not there yet. */
function curvesOf(metric) {
  const { trials } = page.study;
  let pointsOf = trial => trial.points;
  if (metric === "train.loss") pointsOf = trial => asPoints(trial.losses);
  else if (metric !== "score") {
    const curves = fetchedCurves(metric);
    if (!curves) return null;
    pointsOf = trial => asPoints(curves[trial.number]);
  }
  return new Map(trials.map(trial => [trial, pointsOf(trial)]).filter(([, points]) => points.length > 0));
}

const curveName = metric => (metric === "score" ? page.study.scoreLabel : metric.replace("valid.", ""));

function drawCurves(parent) {
  const metric = chosen("curves.metric");
  const axes = chosen("curves.axes");
  const curves = curvesOf(metric);
  if (!curves) return sayEmpty(parent, fetched.problem || "The curves are on their way.");
  if (curves.size === 0) return sayEmpty(parent, "No trial has a learning curve yet.");
  const [isLogarithmicX, isLogarithmicY] = ["x", "y"].map(axis => axes === axis || axes === "both");
  const hasPlace = ({ epoch, value }) => (epoch > 0 || !isLogarithmicX) && (value > 0 || !isLogarithmicY);
  const values = new Map([...curves].map(([trial, points]) => [trial, points.filter(hasPlace)])
    .filter(([, points]) => points.length > 0));
  if (values.size === 0) return sayEmpty(parent, "All values are 0 or less: they have no place on a logarithmic axis.");
  const trials = [...values.keys()];
  const isMany = trials.length > mostNodes; // then the lines at the rungs say enough
  const marked = trials.filter(trial => isBroken(trial) || values.get(trial).length === 1
    || (!isMany && trial.state !== "completed"));
  if (page.study.trials.length > 1) drawLegend(parent, [...lineEntries(), ...curveEntries(marked)]);

  const all = [...values.values()].flat();
  const [first, last] = extent(all.map(point => point.epoch));
  const numbers = all.map(point => point.value);
  const omitted = [...curves.values()].flat().length - all.length;
  if (omitted > 0) {
    htmlNode(parent, "p", "note", `${counted(omitted, "point")} at 0 or below: without a place on a logarithmic axis.`);
  }
  const x = isLogarithmicX ? logarithmicScale(first, last) : linearScale(first, last, 10, 1);
  const y = isLogarithmicY ? logarithmicScale(...extent(numbers)) : linearScale(...extent(numbers), 5);
  const name = curveName(metric);
  const label = `Learning curves: ${name} by epoch, of ${counted(trials.length, "trial")}`;
  const rungs = (page.study.rungs ?? []).filter(({ epoch }) => epoch >= first && epoch <= last);
  const area = plot(parent, { id: "curves", height: 340, x, y, xLabel: epochLabel(), yLabel: name, label,
    count: trials.length, top: rungs.length > 0 ? 34 : 8 });
  drawRungs(area, x, rungs);

  const lines = new Map([...values].map(([trial, points]) => [
    trial, thinned(points).map(({ epoch, value }) => ({ ...area.place(x.at(epoch), y.at(value)), trial })),
  ]));
  const ends = marked.map(trial => lines.get(trial).at(-1));
  paintSelected(area, layer => {
    drawLines(layer, lines);
    drawMarks(layer, ends);
  });
  const byTrial = new Map([...lines].map(([trial, points]) => [trial.number, points]));
  addPointing(area, [...lines.values()].map(points => points.at(-1)), {
    nearest: (x, y) => nearestLine(lines, x, y, 24),
    mark: trial => markedLine(area.overlay, byTrial.get(trial.number)),
  });
  addReading(parent, area, x, values, metric === "train.loss" ? -1 : metric === "score" ? page.study.sign : 1);
}

const curveEntries = trials => stateEntries(trials).filter(({ sign }) => sign !== "dot" && sign !== "circle")
  .concat(trials.some(trial => trial.state === "running") ? [{ sign: "curve.running", text: "running" }] : []);

/** Lines at the rungs of the pruner, with how many trials went on. */
function drawRungs(area, x, rungs) {
  const taken = [-Infinity, -Infinity]; // the ends of the texts in two rows
  for (const { epoch, entered, wentOn } of rungs) {
    const at = pixel(area.place(x.at(epoch), 0).x);
    svgNode(area.front, "path", { class: "rung", d: `M${at} ${area.top}V${area.bottom}` });
    const texts = [`${wentOn} of ${entered} went on`, `${wentOn} of ${entered}`];
    const fitting = texts.flatMap(text => [0, 1].map(row => ({ text, row }))).map(({ text, row }) => {
      const width = textWidth(text);
      return { text, row, width, start: Math.max(area.left, Math.min(at - width / 2, area.right - width)) };
    }).find(({ row, start }) => start > taken[row] + 8);
    if (!fitting) continue;
    const { text, row, width, start } = fitting;
    taken[row] = start + width;
    svgText(area.front, text, width + 4, { x: start, y: 12 + 14 * row });
  }
}

/** The trial whose line is nearest above or below a place, at most `reach` pixels off. */
function nearestLine(lines, x, y, reach) {
  let [found, least] = [null, reach];
  for (const [trial, points] of lines) {
    if (!isSelected(trial)) continue;
    let [low, high] = [0, points.length - 1]; // the points on both sides of x
    if (x < points[0].x - reach || x > points[high].x + reach) continue;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (points[middle].x <= x) low = middle;
      else high = middle;
    }
    const [a, b] = [points[low], points[high]];
    const share = b.x > a.x ? Math.max(0, Math.min(1, (x - a.x) / (b.x - a.x))) : 0;
    const across = x - (a.x + (b.x - a.x) * share);
    const distance = Math.hypot(a.y + (b.y - a.y) * share - y, across);
    if (distance < least) [found, least] = [trial, distance];
  }
  return found;
}

/** Below the drawing, the best values at the epoch that is nearest to the pointer. */
function addReading(parent, area, x, values, sign) {
  const text = htmlNode(parent, "p", "reading");
  const hint = "Point at an epoch to read the best values there.";
  text.textContent = hint;
  const epochs = [...new Set([...values.values()].flatMap(points => points.map(({ epoch }) => epoch)))]
    .map(epoch => ({ epoch, at: area.place(x.at(epoch), 0).x })).sort((a, b) => a.at - b.at);
  let shown = null;
  const show = (epoch, at) => {
    if (epoch === shown) return;
    shown = epoch;
    area.guide.replaceChildren();
    text.textContent = epoch === null ? hint : readingAt(values, epoch, sign);
    if (epoch !== null) svgNode(area.guide, "path", { class: "guide", d: `M${pixel(at)} ${area.top}V${area.bottom}` });
  };
  const read = event => {
    const place = event.clientX - area.svg.getBoundingClientRect().left;
    const nearest = epochs.reduce((a, b) => (Math.abs(b.at - place) < Math.abs(a.at - place) ? b : a));
    show(nearest.epoch, nearest.at);
  };
  area.svg.addEventListener("pointermove", read);
  area.svg.addEventListener("pointerdown", read);
  area.svg.addEventListener("pointerleave", event => { if (event.pointerType !== "touch") show(null); });
}

/** The five best values at an epoch, in words. */
function readingAt(values, epoch, sign) {
  let count = 0;
  let best = [];
  for (const [trial, points] of values) {
    if (!isSelected(trial)) continue;
    const value = valueAt(points, epoch);
    if (value === null) continue;
    count += 1;
    if (best.length === 5 && sign * (value - best[4].value) <= 0) continue;
    best = [...best, { trial, value }].sort((a, b) => sign * (b.value - a.value)).slice(0, 5);
  }
  if (count === 0) return `Epoch ${epoch}: no selected trial.`;
  const texts = best.map(({ trial, value }) => `${shortText(value)} (trial ${trial.number})`);
  return `Epoch ${epoch}: ${texts.join(", ")}${count > 5 ? `, and ${count - 5} more` : ""}`;
}

function valueAt(points, epoch) {
  let [low, high] = [0, points.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (points[middle].epoch < epoch) low = middle + 1;
    else high = middle;
  }
  return points[low].epoch === epoch ? points[low].value : null;
}

/** The points of the selected trials, those of the best trials first. */
function curvesTable() {
  const metric = chosen("curves.metric");
  const curves = [...curvesOf(metric) ?? []].filter(([trial]) => isSelected(trial));
  curves.sort(([a], [b]) => compare(a.rank, b.rank, false) || a.number - b.number);
  return {
    caption: `${curveName(metric)} by trial and epoch`,
    columns: ["trial", "epoch", metric === "score" ? page.study.metric : curveName(metric)],
    rows: curves.flatMap(([trial, points]) => points.map(({ epoch, value }) => [String(trial.number), epoch, value])),
  };
}
