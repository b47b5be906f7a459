// The leaderboard's columns

/** All columns: a name for links, a title, what sorts it, the text of a cell, and whether it is shown at first. */
function allColumns() {
  const { metric, parameters, trials, varying } = page.study;
  const metrics = new Set();
  for (const trial of trials) for (const name of Object.keys(trial.metrics)) metrics.add(name);
  const has = test => trials.some(test);
  const column = (name, title, key, more = {}) => ({
    name, title, key, isShown: true, isText: false,
    text: value => (typeof value === "number" ? shortText(value) : value), ...more,
  });
  return [
    column("rank", "rank", trial => trial.rank),
    column("trial", "trial", trial => trial.number),
    column("value", metric, trial => trial.value, { text: scoreText, isScore: true }),
    column("state", "state", trial => trial.state, { isText: true }),
    ...parameters.map(name => column(`parameter ${name}`, name, trial => parameterKey(trial, name), {
      text: (_, trial) => (own(trial.parameters, name) ? valueText(trial.parameters[name]) : ""),
      full: trial => own(trial.parameters, name)?.text ?? "", isShown: varying.includes(name),
    })),
    column("epochs", "epochs", trial => trial.epochs, { isShown: has(trial => trial.state !== "completed") }),
    column("best epoch", "best epoch", trial => trial.bestEpoch, { isShown: false }),
    ...[...metrics].sort().map(name => column(`metric ${name}`, name, trial => own(trial.metrics, name) ?? null, {
      text: scoreText, isShown: name === `test.${metric}`,
    })),
    column("seeds", "mean over seeds", trial => trial.repeats?.mean ?? null, {
      text: (_, { repeats }) => `${repeatsText(repeats)} (${repeats.count})`,
      isShown: has(trial => trial.repeats),
    }),
    column("cost", "TFLOP", trial => trial.cost, { isShown: has(trial => trial.cost !== null) }),
    column("seconds", "training (s)", trial => trial.seconds, { text: seconds => seconds.toFixed(1) }),
    column("message", "message", trial => trial.message, { isText: true, isShown: has(trial => trial.message) }),
  ];
}

/** The mean over seeds, with the standard deviation, which one seed does not have. */
const repeatsText = ({ mean, deviation }) =>
  scoreText(mean) + (Number.isFinite(deviation) ? ` ± ${scoreText(deviation)}` : "");

const parameterKey = (trial, name) => own(trial.parameters, name)?.number ?? own(trial.parameters, name)?.text ?? null;

/** The chosen columns; the rank and the trial are always there. */
function chosenColumns() {
  const always = ["rank", "trial", "value"];
  return allColumns().filter(({ name, isShown }) =>
    always.includes(name) || (page.columns === null ? isShown : page.columns.includes(name)));
}

function columnText(column, trial) {
  const value = column.key(trial);
  return value === null ? "" : column.text(value, trial);
}

/** A cell's text with all digits. */
function fullText(column, trial) {
  if (column.full) return column.full(trial);
  const value = column.key(trial);
  return value === null ? "" : typeof value === "number" ? String(value) : column.text(value, trial);
}

/** Numbers by size and before texts, nothing last in both directions. */
function compare(a, b, descending) {
  if (a === null || b === null) return (a === null) - (b === null);
  const isText = (typeof a === "string") - (typeof b === "string");
  const order = isText || (a < b ? -1 : a > b ? 1 : 0);
  return descending ? -order : order;
}

/** The selected trials in the leaderboard's order. */
function orderedTrials() {
  const columns = allColumns();
  const { key } = columns.find(({ name }) => name === page.order.column) ?? columns[0];
  const rows = page.study.trials.filter(isSelected).map(trial => ({ trial, value: key(trial) }));
  rows.sort((a, b) => compare(a.value, b.value, page.order.descending) || a.trial.number - b.trial.number);
  return rows.map(({ trial }) => trial);
}

/** A list of all columns to choose from. */
function makeColumnChooser(parent) {
  const details = htmlNode(parent, "details", "menu");
  htmlNode(details, "summary", "", "Columns");
  const list = htmlNode(details, "div", "menu-list");
  const fill = () => {
    list.replaceChildren();
    const shown = new Set(chosenColumns().map(({ name }) => name));
    for (const { name, title } of allColumns()) {
      if (["rank", "trial", "value"].includes(name)) continue;
      const label = htmlNode(list, "label");
      const box = htmlNode(label, "input");
      box.type = "checkbox";
      box.checked = shown.has(name);
      htmlNode(label, "span", "", title);
      box.addEventListener("change", () => {
        if (box.checked) shown.add(name);
        else shown.delete(name);
        page.columns = [...shown];
        updateLeaderboard();
        writeLink();
      });
    }
    const reset = htmlNode(list, "button", "", "As at first");
    reset.type = "button";
    reset.addEventListener("click", () => {
      page.columns = null;
      fill();
      updateLeaderboard();
      writeLink();
    });
  };
  details.addEventListener("toggle", () => { if (details.open) fill(); });
  closeOutside(details);
}

/** Closes a menu by Escape, or by a click or the focus elsewhere. */
function closeOutside(details) {
  document.addEventListener("pointerdown", event => { if (!details.contains(event.target)) details.open = false; });
  details.addEventListener("focusout", event => {
    if (event.relatedTarget && !details.contains(event.relatedTarget)) details.open = false;
  });
  details.addEventListener("keydown", event => {
    if (event.key !== "Escape" || !details.open) return;
    event.stopPropagation();
    details.open = false;
    details.querySelector("summary").focus();
  });
}
