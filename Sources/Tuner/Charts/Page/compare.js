// Comparison of two to five trials: what differs, their curves, and tests over the same users

const comparison = { said: "", width: 0 };
const dashes = ["", "8 3", "2 3", "10 3 2 3", "5 5"];

function showComparison() {
  page.compared = page.compared.filter(number => page.study.byNumber.has(number));
  const trials = page.compared.map(trialNumbered);
  const section = element("section-compare");
  section.hidden = trials.length === 0;
  element("to-compare").hidden = trials.length === 0;
  setText(element("to-compare"), `Go to the comparison (${trials.length})`);
  const said = JSON.stringify(trials.map(({ number, state, value, epochs, interval, tied, cost, metrics }) =>
    [number, state, value, epochs, interval, tied, cost, metrics]));
  if (comparison.said === said && comparison.width === section.clientWidth) return;
  Object.assign(comparison, { said, width: section.clientWidth });
  const parent = element("compare");
  const hadFocus = parent.contains(document.activeElement) ? document.activeElement.id : "";
  parent.replaceChildren();
  if (trials.length === 0) return;
  addRemoveButtons(parent, trials);
  if (trials.length === 1) {
    htmlNode(parent, "p", "note", "Choose up to four more trials in the leaderboard.");
  } else {
    drawDifferences(parent, trials);
    drawCurvesOf(parent, trials, 300);
    drawPairs(parent, trials);
  }
  if (hadFocus) (element(hadFocus) ?? element("compare-none"))?.focus({ preventScroll: true });
}

function addRemoveButtons(parent, trials) {
  const line = htmlNode(parent, "p", "tools");
  for (const { number } of trials) {
    const button = htmlNode(line, "button", "", `Trial ${number} ×`);
    Object.assign(button, { type: "button", id: `compare-${number}` });
    button.setAttribute("aria-label", `Take trial ${number} out of the comparison`);
    button.addEventListener("click", () => chooseToCompare(number, false));
  }
  const button = htmlNode(line, "button", "", "Compare none");
  Object.assign(button, { type: "button", id: "compare-none" });
  button.addEventListener("click", () => {
    page.compared = [];
    for (const { box } of board.rows.values()) box.checked = false;
    showComparison();
    writeLink();
    focusRow(board.current);
  });
}

const trialColumns = trials => ["", ...trials.map(({ number }) => `trial ${number}`)];

function drawDifferences(parent, trials) {
  const { parameters, metric } = page.study;
  const text = (trial, name) => own(trial.parameters, name)?.text ?? "";
  const differing = parameters.filter(name => new Set(trials.map(trial => text(trial, name))).size > 1);
  const score = trial => (trial.value === null ? "" : `${scoreText(trial.value)}${trial.tied ? " =" : ""}`);
  const interval = ({ interval }) => (interval ? `${scoreText(interval[0])} to ${scoreText(interval[1])}` : "");
  const test = `test.${metric}`;
  const rows = [
    ["state", ...trials.map(trial => trial.state)],
    [metric, ...trials.map(score)],
    ["95 % interval", ...trials.map(interval)],
    [test, ...trials.map(trial => (own(trial.metrics, test) ?? null) === null ? "" : scoreText(trial.metrics[test]))],
    ["epochs", ...trials.map(trial => trial.epochs)],
    ["TFLOP", ...trials.map(trial => trial.cost ?? "")],
    ...differing.map(name => [name, ...trials.map(trial => text(trial, name))]),
  ].filter(([, ...cells]) => cells.some(cell => cell !== ""));
  const scroller = htmlNode(parent, "div", "table plain");
  scroller.tabIndex = 0;
  scroller.setAttribute("role", "region");
  scroller.setAttribute("aria-label", "What differs between the trials");
  drawTable(scroller, { caption: "Results, and the parameters that differ", columns: trialColumns(trials), rows });
}

/** The curves of a few trials, in colors and dashes of their own, with a legend where there are several. */
function drawCurvesOf(parent, trials, height) {
  const shown = trials.filter(trial => trial.points.length > 0);
  if (shown.length === 0) return;
  const { scoreLabel, metric } = page.study;
  const all = shown.flatMap(trial => trial.points);
  const x = linearScale(...extent(all.map(point => point.epoch)), 8, 1);
  const y = linearScale(...extent(all.map(point => point.value)), 5);
  const style = i => ({ stroke: `var(--lane${(i % 6) + 1})`, dash: dashes[i % dashes.length] });
  if (shown.length > 1) {
    const list = htmlNode(parent, "ul", "legend");
    shown.forEach((trial, i) => {
      const item = htmlNode(list, "li");
      const svg = svgNode(item, "svg", { width: 34, height: 12, "aria-hidden": "true" });
      paint(svgNode(svg, "path", { class: "compared", d: "M0 6h34" }), style(i));
      htmlNode(item, "span", "", `trial ${trial.number}`);
    });
  }
  const isOne = shown.length === 1;
  const title = isOne ? `Learning curve of trial ${shown[0].number}` : "Learning curves of the compared trials";
  const area = plot(parent, { height, x, y, xLabel: epochLabel(), yLabel: isOne ? metric : scoreLabel, title });
  shown.forEach((trial, i) => {
    const points = trial.points.map(({ epoch, value }) => area.place(x.at(epoch), y.at(value)));
    paint(svgNode(area.base, "path", { class: "compared", d: polyline(points) }), style(i));
    if (points.length > 40) return;
    paint(svgNode(area.base, "path", { class: "compared points", d: marks("dot", points) }), { ...style(i), dash: "" });
  });
}

function paint(node, { stroke, dash }) {
  node.style.stroke = stroke;
  if (dash) node.style.strokeDasharray = dash;
}

/** A matrix of the paired tests: the difference of the row's trial from the column's. */
async function drawPairs(parent, trials) {
  const place = htmlNode(parent, "div", "table plain");
  place.tabIndex = 0;
  place.setAttribute("role", "region");
  place.setAttribute("aria-label", "Paired tests");
  if (!isLive()) {
    place.className = "";
    place.removeAttribute("tabindex");
    const [{ number: a }, { number: b }] = trials;
    htmlNode(place, "p", "note", "Tests over the same users are on the live page, run-hyper dashboard, "
      + `and in the terminal: run-hyper compare ${shellWord(page.study.study)} ${a} ${b}.`);
    return;
  }
  htmlNode(place, "p", "note", "Testing the trials over the same users …");
  const cell = async (a, b) => {
    if (a === b) return "";
    const answer = await pairedTest(Math.min(a, b), Math.max(a, b));
    if (answer.message) return answer.message;
    return `${signedText(a < b ? answer.difference : -answer.difference)}, ${chanceText(answer.p)}`;
  };
  const rows = await Promise.all(trials.map(async ({ number: a }) => [
    `trial ${a}`, ...await Promise.all(trials.map(({ number: b }) => cell(a, b))),
  ]));
  if (!place.isConnected) return;
  place.replaceChildren();
  drawTable(place, {
    caption: `${page.study.metric} of the row's trial minus the column's, over the same users`,
    columns: trialColumns(trials), rows,
  });
}
