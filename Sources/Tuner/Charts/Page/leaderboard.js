// Leaderboard

/** The columns: a title, the text of a trial's cell, and what sorts it. */
function leaderboardColumns() {
  const { metric, parameters, trials } = page.study;
  const metrics = [...new Set(trials.flatMap(trial => Object.keys(trial.metrics)))].sort();
  const column = (title, key, text = value => String(value)) => ({
    title, key, text: trial => (key(trial) === null ? "" : text(key(trial))),
  });
  const parameterColumn = name => ({
    title: name,
    text: trial => own(trial.parameters, name)?.text ?? "",
    key: trial => own(trial.parameters, name)?.number ?? own(trial.parameters, name)?.text ?? null,
  });
  return [
    column("rank", trial => trial.rank),
    column("trial", trial => trial.number),
    column("state", trial => trial.state),
    column(metric, trial => trial.value, scoreText),
    ...parameters.map(parameterColumn),
    ...metrics.map(name => column(name, trial => own(trial.metrics, name) ?? null, scoreText)),
    column("training (s)", trial => trial.seconds, seconds => seconds.toFixed(1)),
  ];
}

function showLeaderboard(parent) {
  parent.replaceChildren();
  if (page.study.trials.length === 0) return sayEmpty(parent, "The study has no trials.");
  const note = "Arrow keys move between rows and highlight the trial in the charts; "
    + "a click on a chart keeps a trial highlighted, Escape releases it.";
  htmlNode(parent, "p", "note", note);
  const columns = leaderboardColumns();
  const table = htmlNode(htmlNode(parent, "div", "table"), "table");
  const head = htmlNode(htmlNode(table, "thead"), "tr");
  const body = htmlNode(table, "tbody");
  columns.forEach((column, index) => {
    const cell = htmlNode(head, "th");
    cell.scope = "col";
    const button = htmlNode(cell, "button", "", column.title);
    button.title = column.title;
    button.addEventListener("click", () => {
      const { order } = page;
      page.order = { column: index, descending: order.column === index && !order.descending };
      sortRows(head, body, columns);
    });
  });
  for (const trial of page.study.trials) addRow(body, columns, trial);
  sortRows(head, body, columns);
  body.addEventListener("keydown", moveFocus);
}

function addRow(body, columns, trial) {
  trial.row = htmlNode(body, "tr");
  trial.row.tabIndex = -1;
  for (const column of columns) {
    const text = column.text(trial);
    htmlNode(trial.row, "td", "", text).title = text;
  }
  const focus = focused => () => {
    page.focused = focused;
    showMark();
  };
  trial.row.addEventListener("focus", focus(trial));
  trial.row.addEventListener("blur", focus(null));
}

function sortRows(head, body, columns) {
  const { column, descending } = page.order;
  const { key } = columns[column] ?? columns[0];
  const rows = page.study.trials.map(trial => ({ trial, value: key(trial) }));
  rows.sort((a, b) => compare(a.value, b.value, descending) || a.trial.number - b.trial.number);
  body.append(...rows.map(({ trial }) => trial.row));
  for (const { trial } of rows) trial.row.tabIndex = -1;
  rows[0].trial.row.tabIndex = 0;
  [...head.children].forEach((cell, i) => {
    if (i === column) cell.setAttribute("aria-sort", descending ? "descending" : "ascending");
    else cell.removeAttribute("aria-sort");
  });
}

/** Numbers by size and before texts, nothing last in both directions. */
function compare(a, b, descending) {
  if (a === null || b === null) return (a === null) - (b === null);
  const isText = (typeof a === "string") - (typeof b === "string");
  const order = isText || (a < b ? -1 : a > b ? 1 : 0);
  return descending ? -order : order;
}

/** Goes to the row above or below; Tab enters and leaves the table at one row. */
function moveFocus(event) {
  const step = { ArrowDown: "nextElementSibling", ArrowUp: "previousElementSibling" }[event.key];
  if (!step) return;
  event.preventDefault();
  let row = event.target.closest("tr")[step];
  while (row?.hidden) row = row[step];
  if (!row) return;
  event.target.tabIndex = -1;
  row.tabIndex = 0;
  row.focus();
}
