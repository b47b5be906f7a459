// Cost: what a score takes, and which of the tied trials is the cheapest

const costKinds = {
  cost: {
    text: "TFLOP", label: "TFLOP of the training", of: trial => trial.cost, say: cost => `${shortText(cost)} TFLOP`,
  },
  seconds: { text: "seconds", label: "seconds of the training", of: trial => trial.seconds, say: timeText },
};

const costChoices = () => Object.entries(costKinds)
  .filter(([, { of }]) => page.study.scored.some(trial => of(trial) > 0)).map(([kind, { text }]) => [kind, text]);

function costControls(parent) {
  addChooser(parent, "cost.by", "Cost in", costChoices);
}

const hasCosts = () => costChoices().length > 0;

/** The trained trials that no other beats at no more cost, from the cheapest to the best. */
function paretoFront(trials, costOf) {
  const { sign } = page.study;
  const sorted = [...trials].sort((a, b) => costOf(a) - costOf(b) || sign * (b.value - a.value));
  let best = -Infinity;
  return sorted.filter(trial => {
    const isBetter = sign * trial.value > best;
    if (isBetter) best = sign * trial.value;
    return isBetter;
  });
}

/** The cheapest trial that is statistically tied with the best, or null. */
function cheapestTied(costOf) {
  const tied = page.study.scored.filter(trial => trial.tied && trial.state === "completed" && costOf(trial) > 0);
  return tied.length === 0 ? null : tied.reduce((a, b) =>
    (costOf(b) < costOf(a) || (costOf(b) === costOf(a) && (b.rank ?? Infinity) < (a.rank ?? Infinity)) ? b : a));
}

function drawCost(parent) {
  const kind = costKinds[chosen("cost.by")];
  const { score, scoreLabel, metric } = page.study;
  const trials = page.study.scored.filter(trial => kind.of(trial) > 0);
  if (trials.length === 0) return sayEmpty(parent, "The cost of no trial is known yet.");
  sayCheapest(parent, kind);
  const completed = trials.filter(trial => trial.state === "completed");
  drawLegend(parent, [
    ...stateEntries(trials), ...(page.study.best ? [{ sign: "ring.best", text: "best trial" }] : []),
    ...(completed.length > 1 ? [{ sign: "front", text: "best for its cost" }] : []),
  ]);
  const [low, high] = extent(trials.map(kind.of));
  const x = high > low ? logarithmicScale(low, high) : linearScale(low, high, 4);
  const front = paretoFront(completed, kind.of);
  const label = `${metric} by ${kind.label}, ${trials.length} trials; best for their cost: `
    + front.slice(-5).map(trial => `trial ${trial.number}`).join(", ");
  const area = plot(parent, { id: "cost", height: 320, x, y: score, xLabel: kind.label, yLabel: scoreLabel, label,
    count: trials.length });
  const pointOf = trial => ({ ...area.place(x.at(kind.of(trial)), score.at(trial.value)), trial });
  const points = trials.map(pointOf);
  svgNode(area.front, "path", { class: "front", d: frontPath(front.map(pointOf), area.right) });
  paintSelected(area, layer => {
    drawMarks(layer, points);
    drawBest(layer, points);
  });
  addPointing(area, points, { mark: markWithInterval(area, score) });
}

function frontPath(points, right) {
  if (points.length === 0) return "";
  return points.map(({ x, y }, i) => (i === 0 ? `M${pixel(x)} ${pixel(y)}` : `H${pixel(x)}V${pixel(y)}`)).join("")
    + `H${right}`;
}

/** Names the trial that costs least of those that are as good as the best, as far as the users can tell. */
function sayCheapest(parent, { of, say }) {
  const { best, metric } = page.study;
  const cheapest = cheapestTied(of);
  if (!best || !cheapest || !(of(best) > 0)) return;
  const line = htmlNode(parent, "p", "answer");
  const share = Math.round((100 * of(cheapest)) / of(best));
  const score = trial => `${metric} ${shortText(trial.value)}`;
  const isCheaper = of(cheapest) < of(best);
  line.textContent = isCheaper
    ? `The cheapest trial that is statistically tied with the best is trial ${cheapest.number}: ${score(cheapest)} for `
      + `${say(of(cheapest))}, ${share} % of what the best, trial ${best.number}, took (${score(best)}). `
    : `No trial that is statistically tied with the best costs less than it: trial ${best.number}, ${score(best)} for `
      + `${say(of(best))}. `;
  const { number } = isCheaper ? cheapest : best;
  const button = htmlNode(line, "button", "", `Open trial ${number}`);
  [button.type, button.id] = ["button", "cost-open"];
  button.addEventListener("click", () => openTrial(number));
}

function costTable() {
  const kind = costKinds[chosen("cost.by")];
  const trials = page.study.scored.filter(trial => kind.of(trial) > 0 && isSelected(trial));
  const front = new Set(paretoFront(trials.filter(trial => trial.state === "completed"), kind.of));
  return {
    caption: `${page.study.metric} and ${kind.label}, from the cheapest`,
    columns: ["trial", "state", kind.text, page.study.metric, "tied", "best for its cost"],
    rows: [...trials].sort((a, b) => kind.of(a) - kind.of(b)).map(trial => [
      String(trial.number), trial.state, kind.of(trial), trial.value, trial.tied ? "yes" : "",
      front.has(trial) ? "yes" : "",
    ]),
  };
}
