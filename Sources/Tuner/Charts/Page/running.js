// Trials that are running: a curve that grows, and how far it is

const running = { nodes: new Map() }; // the parts of a trial's card, by number
const mostRunning = 64;

function showRunning() {
  const trials = page.study.trials.filter(trial => trial.state === "running");
  const isRunning = page.live?.state === "running";
  element("section-running").hidden = trials.length === 0 && !isRunning;
  const parent = element("running");
  // Between two trials the section keeps its height, so that what is below stays where it is.
  parent.style.minHeight = isRunning ? `${Math.min(parent.offsetHeight, 400)}px` : "";
  const shown = trials.slice(0, mostRunning);
  const numbers = new Set(shown.map(trial => trial.number));
  for (const [number, card] of running.nodes) {
    if (numbers.has(number)) continue;
    card.node.remove();
    running.nodes.delete(number);
  }
  for (const trial of shown) {
    if (!running.nodes.has(trial.number)) running.nodes.set(trial.number, makeCard(trial.number));
    const card = running.nodes.get(trial.number);
    if (card.trial !== trial) fillCard(card, trial);
  }
  const more = trials.length - shown.length;
  parent.dataset.more = more > 0 ? `and ${more} more` : trials.length === 0 ? "Waiting for the next trial." : "";
}

function makeCard(number) {
  const node = htmlNode(element("running"), "button", "card");
  node.type = "button";
  node.addEventListener("click", () => openTrial(number));
  const card = { node, trial: null };
  card.title = htmlNode(node, "strong");
  card.value = htmlNode(node, "span", "value");
  const picture = { preserveAspectRatio: "none", "aria-hidden": "true" };
  card.curve = svgNode(node, "svg", { class: "spark", viewBox: "0 0 200 40", ...picture });
  card.line = svgNode(card.curve, "path");
  card.bar = svgNode(node, "svg", { class: "bar", viewBox: "0 0 100 4", ...picture });
  svgNode(card.bar, "rect", { class: "bar-track", width: 100, height: 4 });
  card.filled = svgNode(card.bar, "rect", { class: "bar-filled", width: 0, height: 4 });
  card.epoch = htmlNode(node, "span", "epoch");
  card.values = htmlNode(node, "span", "values");
  return card;
}

function fillCard(card, trial) {
  card.trial = trial;
  const { epochs, metric, varying } = page.study;
  const last = trial.points.at(-1);
  setText(card.title, `Trial ${trial.number}`);
  setText(card.value, last ? `${metric} ${scoreText(last.value)}` : "no result yet");
  const rung = trial.rungs.at(-1);
  const passed = rung ? ` · rank ${rung.rank} of ${rung.of} at epoch ${rung.epoch}` : "";
  setText(card.epoch, `epoch ${trial.epochs}${epochs > 0 ? ` of ${epochs}` : ""}${passed}`);
  card.filled.setAttribute("width", epochs > 0 ? Math.min(100, (100 * trial.epochs) / epochs) : 0);
  card.line.setAttribute("d", sparkPath(trial.points, epochs));
  setText(card.values, varying.filter(name => own(trial.parameters, name))
    .map(name => `${name}=${valueText(trial.parameters[name])}`).join("  "));
}

/** The curve in a box of 200 by 40 whose width is the budget, and whose height is the scores of all trials. */
function sparkPath(points, epochs) {
  if (points.length === 0) return "";
  const [low, high] = extent([...points, ...page.study.scored].map(({ value }) => value));
  const last = Math.max(epochs || 0, points.at(-1).epoch, 2);
  const place = ({ epoch, value }) => ({
    x: (200 * epoch) / last, y: high > low ? 37 - 34 * ((value - low) / (high - low)) : 20,
  });
  const places = points.map(place);
  return points.length === 1 ? `M${pixel(places[0].x - 2)} ${pixel(places[0].y)}h4` : polyline(places);
}
