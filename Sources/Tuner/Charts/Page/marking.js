// Marking one trial in all charts, and what is said of it beside the pointer

const markers = new Map(); // by the chart that they belong to: functions that show one trial above the others

/** Makes a drawing mark the trial that `nearest(x, y)` finds under the pointer. */
function addMarking(node, nearest, mark) {
  markers.set(frame.drawing, [...(markers.get(frame.drawing) ?? []), mark]);
  const find = event => {
    const box = node.getBoundingClientRect();
    return nearest(event.clientX - box.left, event.clientY - box.top);
  };
  let pointer = "mouse";
  let waiting = null;
  node.addEventListener("pointermove", event => {
    if (event.pointerType === "touch") return;
    if (waiting === null) requestAnimationFrame(() => {
      if (waiting !== null && node.isConnected) hover(find(waiting), waiting.clientX, waiting.clientY);
      waiting = null;
    });
    waiting = event;
  });
  node.addEventListener("pointerdown", event => { pointer = event.pointerType; });
  node.addEventListener("pointerleave", event => {
    waiting = null;
    if (event.pointerType !== "touch") hover(null);
  });
  node.addEventListener("click", event => {
    const trial = find(event);
    if (pointer === "touch") hover(trial, event.clientX, event.clientY);
    if (trial && trial.number === page.kept) openTrial(trial.number);
    else keep(trial);
  });
}

function showMark() {
  const trial = trialNumbered(page.hovered ?? page.focused ?? page.kept);
  element("charts").classList.toggle("marking", trial !== null);
  for (const marks of markers.values()) for (const mark of marks) mark(trial);
  markRow(trial);
}

/** Marks the trial under the pointer; `lines` are said of it in addition. */
function hover(trial, x = 0, y = 0, lines = []) {
  const number = trial?.number ?? null;
  if (number !== page.hovered) {
    page.hovered = number;
    showMark();
  }
  showTooltip(trial, lines);
  if (trial) placeTooltip(x, y);
}

/** Keeps a trial marked, or lets the kept one go. */
function keep(trial) {
  const number = trial?.number ?? null;
  if (number === page.kept) return;
  page.kept = number;
  showMark();
  if (number !== null) showRow(number);
  writeLink();
}

const tooltipSaid = { text: "" };

function showTooltip(trial, lines) {
  const tooltip = element("tooltip");
  const said = trial ? [`${trial.number} ${trial.state} ${trial.value}`, ...lines].join("\n") : "";
  tooltip.hidden = trial === null;
  if (!trial || said === tooltipSaid.text) return;
  tooltipSaid.text = said;
  tooltip.replaceChildren();
  htmlNode(tooltip, "div", "", `Trial ${trial.number}, ${trial.state}`);
  for (const line of lines) htmlNode(tooltip, "div", "", line);
  if (trial.value !== null) {
    htmlNode(tooltip, "div", "", `${page.study.metric} ${scoreText(trial.value)}${intervalText(trial)}`);
  }
  const { varying } = page.study;
  const values = varying.filter(name => own(trial.parameters, name));
  for (const name of values.slice(0, 12)) htmlNode(tooltip, "div", "", `${name} ${valueText(trial.parameters[name])}`);
  if (values.length > 12) htmlNode(tooltip, "div", "", `and ${values.length - 12} more`);
}

const intervalText = ({ interval }) => (interval ? ` (${scoreText(interval[0])} to ${scoreText(interval[1])})` : "");

function placeTooltip(x, y) {
  const { style, offsetWidth, offsetHeight } = element("tooltip");
  const left = x + 16 + offsetWidth > innerWidth ? x - 16 - offsetWidth : x + 16;
  style.left = `${Math.max(4, Math.min(left, innerWidth - offsetWidth - 4))}px`;
  style.top = `${Math.max(4, Math.min(y + 12, innerHeight - offsetHeight - 4))}px`;
}
