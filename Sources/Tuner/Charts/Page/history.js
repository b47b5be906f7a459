// History: the scores in the order of the trials, as in the page that RecBole writes

/** When a trial ended, in seconds since the study's start, or null. */
const endOf = trial => trial.attempts.at(-1)?.end ?? null;

function historyOrders() {
  const { trials } = page.study;
  const isTimed = trials.some(trial => endOf(trial) !== null);
  return [
    ...(isTimed ? [["ended", "order of ending"]] : []),
    ["number", "number"],
    ...(isTimed ? [["time", "time"]] : []),
    ...(isTimed && trials.some(trial => trial.cost > 0) ? [["cost", "TFLOP spent"]] : []),
  ];
}

const scaleChoices = values => [["linear", "linear"], ...(isPositive(values) ? [["log", "logarithmic"]] : [])];

function historyControls(parent) {
  addChooser(parent, "history.order", "Order", historyOrders);
  addChooser(parent, "history.scale", "Values", () => scaleChoices(page.study.scored.map(trial => trial.value)));
}

/** The trials from left to right, each with its place on the x axis. */
function historyAxis(trials) {
  const order = chosen("history.order");
  if (order === "number") {
    const x = linearScale(trials[0].number, trials.at(-1).number, 10, 1);
    return { x, xLabel: "trial", places: trials.map(trial => ({ trial, at: x.at(trial.number) })) };
  }
  const ended = trials.filter(trial => endOf(trial) !== null)
    .sort((a, b) => endOf(a) - endOf(b) || a.number - b.number);
  if (order === "time") {
    const x = timeScale(trials);
    return { x, xLabel: "time since the start", places: ended.map(trial => ({ trial, at: x.at(endOf(trial)) })) };
  }
  if (order === "cost") {
    let sum = 0;
    const spent = ended.map(trial => ({ trial, sum: sum += trial.cost ?? 0 }));
    const x = linearScale(0, sum, 8);
    const xLabel = "TFLOP of the trials that ended so far";
    return { x, xLabel, places: spent.map(({ trial, sum }) => ({ trial, at: x.at(sum) })) };
  }
  const x = linearScale(1, Math.max(2, ended.length), 10, 1);
  return { x, xLabel: "trials in the order in which they ended",
    places: ended.map((trial, i) => ({ trial, at: x.at(i + 1) })) };
}

/** The best trials so far, from left to right. */
function records(places) {
  let best = null;
  return places.filter(({ trial }) => {
    const isRecord = trial.hasScore && (best === null || page.study.sign * (trial.value - best) > 0);
    if (isRecord) best = trial.value;
    return isRecord;
  });
}

function drawHistory(parent) {
  const { scored, model, metric, scoreLabel } = page.study;
  if (scored.length === 0) return sayEmpty(parent, "No trial has a score yet.");
  const shown = page.study.trials.filter(trial => trial.hasScore || isBroken(trial));
  const { x, xLabel, places } = historyAxis(shown);
  const steps = records(places);
  const bounds = steps.flatMap(({ trial }) => trial.interval ?? []);
  const isLogarithmic = chosen("history.scale") === "log"; // offered where all scores are above 0, if not all bounds
  const values = [...scored.map(trial => trial.value), ...bounds].filter(value => value > 0 || !isLogarithmic);
  const y = isLogarithmic ? logarithmicScale(...extent(values)) : linearScale(...extent(values), 6);
  drawLegend(parent, [
    { text: `${model} tuning process:` },
    ...stateEntries(shown),
    ...(page.study.best ? [{ sign: "ring.best", text: "best trial" }] : []),
    { sign: "record", text: "best so far" },
    ...(bounds.length > 0 ? [{ sign: "band", text: "95 % interval of the best" }] : []),
  ]);
  const last = steps.at(-1)?.trial;
  const label = `hyperparams_tuning, ${model} tuning process: ${metric} of ${shown.length} trials by ${xLabel}`
    + (last ? `; best so far ${shortText(last.value)}, trial ${last.number}` : "");
  const area = plot(parent, {
    id: "history", height: 340, x, y, xLabel, yLabel: scoreLabel, label, count: shown.length,
  });
  const points = places.map(({ trial, at }) => {
    const level = trial.hasScore ? area.place(at, y.at(trial.value)).y : area.bottom;
    return { x: area.place(at, 0).x, y: level, trial };
  });
  drawPauses(area, x);
  drawRecord(area, steps, y);
  paintSelected(area, layer => {
    drawMarks(layer, points);
    drawBest(layer, points);
  });
  addPointing(area, points, { mark: markWithInterval(area, y) });
}

/** Where a value lies in a drawing, or the edge beyond which it is. */
const levelOf = (area, y, value) => pixel(Math.max(area.top, Math.min(area.bottom, area.place(0, y.at(value)).y)));

/** Steps along the best score so far, with the interval of the best. */
function drawRecord(area, steps, y) {
  const level = value => levelOf(area, y, value);
  let [line, band] = ["", ""];
  steps.forEach(({ trial, at }, i) => {
    const from = pixel(area.place(at, 0).x);
    const to = pixel(i + 1 < steps.length ? area.place(steps[i + 1].at, 0).x : area.right);
    line += i === 0 ? `M${from} ${level(trial.value)}` : `V${level(trial.value)}`;
    line += `H${to}`;
    if (!trial.interval) return;
    const [low, high] = trial.interval.map(level);
    band += `M${from} ${low}H${to}V${high}H${from}z`;
  });
  svgNode(area.front, "path", { class: "band", d: band });
  svgNode(area.front, "path", { class: "record", d: line });
}

function drawPauses(area, x) {
  for (const { at, text } of x.pauses ?? []) {
    const place = pixel(area.place(at, 0).x);
    const node = svgNode(area.front, "path", { class: "pause", d: `M${place} ${area.top}V${area.bottom}` });
    svgNode(node, "title").textContent = text;
  }
}

/** Marks a trial's point, with the interval of its score. */
function markWithInterval(area, y) {
  return (trial, places) => {
    const [{ x }] = places;
    if (trial.interval && trial.hasScore) {
      const [low, high] = trial.interval.map(value => levelOf(area, y, value));
      const d = `M${pixel(x)} ${low}V${high}m-4 0h8M${pixel(x - 4)} ${low}h8`;
      svgNode(area.overlay, "path", { class: "whisker", d });
    }
    svgNode(area.overlay, "path", { class: shapeOf(trial), d: marks(shapeOf(trial), places) });
  };
}
