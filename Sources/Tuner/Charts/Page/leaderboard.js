// Leaderboard: only the rows in sight are in the document, so that twenty thousand trials are as quick as twenty

const board = {
  columns: [], signature: "", widths: [],
  trials: [], // in the order of the rows
  rows: new Map(), // the rows in the document, by their trials' numbers
  current: null, // the number of the trial that Tab comes to
  rowHeight: 0,
  isUnder: false, // whether the pointer is in the table, which then keeps its order
  isReordered: false, // whether a person has asked for another order
  isWaiting: false,
};
const mostCompared = 5;
const rowsBeyond = 8; // rows that are ready above and below those in sight

function makeLeaderboard() {
  makeTools(element("leaderboard-tools"));
  const parent = element("leaderboard");
  htmlNode(parent, "p", "note keys", "Arrow keys move between rows and mark the trial in the charts, Enter opens it, "
    + "Space chooses it for a comparison.");
  const scroller = htmlNode(parent, "div", "table");
  scroller.id = "rows";
  scroller.tabIndex = -1; // it takes the focus of a row that leaves the document
  const table = htmlNode(scroller, "table");
  htmlNode(table, "caption", "unseen", "All trials of the study");
  Object.assign(board, {
    scroller, table, group: htmlNode(table, "colgroup"), head: htmlNode(htmlNode(table, "thead"), "tr"),
    above: htmlNode(table, "tbody", "space"), body: htmlNode(table, "tbody"), below: htmlNode(table, "tbody", "space"),
    note: htmlNode(parent, "p", "note"),
  });
  for (const space of [board.above, board.below]) {
    space.setAttribute("aria-hidden", "true");
    htmlNode(htmlNode(space, "tr"), "td");
  }
  scroller.addEventListener("scroll", () => showRowsSoon(false));
  scroller.addEventListener("pointerenter", event => { board.isUnder = event.pointerType !== "touch"; });
  scroller.addEventListener("pointerleave", () => {
    board.isUnder = false;
    updateLeaderboard();
  });
  scroller.addEventListener("keydown", moveFocus);
  board.body.addEventListener("click", clickRow);
  new ResizeObserver(() => showRowsSoon(false)).observe(scroller);
}

function makeTools(parent) {
  const label = htmlNode(parent, "label", "filter", "Filter ");
  const field = htmlNode(label, "input");
  Object.assign(field, { id: "filter-text", type: "search", autocomplete: "off", spellcheck: false });
  field.placeholder = "n_layers=1 state=completed";
  field.setAttribute("aria-describedby", "filter-problem");
  field.addEventListener("input", () => {
    if (!setFilter(field.value)) return;
    select();
    writeLink();
  });
  makeColumnChooser(parent);
  makeExports(parent);
  const button = htmlNode(parent, "button");
  Object.assign(button, { id: "to-compare", type: "button", hidden: true });
  button.addEventListener("click", () => goTo("compare"));
}

/** Shows the study's trials again in the next frame; the pointer in the table keeps the rows in their order. */
function updateLeaderboard() {
  if (board.isWaiting) return;
  board.isWaiting = true;
  requestAnimationFrame(() => {
    board.isWaiting = false;
    if (page.study === null) return;
    const hadFocus = board.body.contains(document.activeElement);
    showColumns();
    const isLost = hadFocus && !board.body.contains(document.activeElement); // other columns have other rows
    orderRows();
    showRows(true);
    if (isLost) board.rows.get(board.current)?.node.focus({ preventScroll: true });
  });
}

function orderRows() {
  const ordered = orderedTrials();
  if (board.isUnder && !board.isReordered) {
    const present = new Set(ordered.map(trial => trial.number));
    const before = board.trials.filter(trial => present.has(trial.number)).map(trial => trialNumbered(trial.number));
    const known = new Set(before.map(trial => trial.number));
    board.trials = [...before, ...ordered.filter(trial => !known.has(trial.number))];
  } else board.trials = ordered;
  board.isReordered = false;
}

// Rows

let rowsAreWaiting = false;

function showRowsSoon(isChanged) {
  if (rowsAreWaiting) return;
  rowsAreWaiting = true;
  requestAnimationFrame(() => {
    rowsAreWaiting = false;
    if (page.study !== null) showRows(isChanged);
  });
}

/** Brings the rows in sight into the document; `atLeast` rows where the page is printed. */
function showRows(isChanged, atLeast = 0) {
  const { trials, scroller, body } = board;
  const height = board.rowHeight || 29;
  const top = Math.floor(scroller.scrollTop / height) - rowsBeyond;
  const first = atLeast > 0 ? 0 : Math.max(0, Math.min(top, trials.length - 1));
  const count = Math.max(atLeast, Math.ceil(scroller.clientHeight / height) + 2 * rowsBeyond);
  const shown = trials.slice(first, first + count);
  const numbers = new Set(shown.map(trial => trial.number));
  if (!numbers.has(board.current)) board.current = shown[0]?.number ?? null;
  const focused = body.contains(document.activeElement) ? document.activeElement : null;
  for (const [number, row] of board.rows) {
    if (numbers.has(number)) continue;
    row.node.remove();
    board.rows.delete(number);
  }
  let next = body.firstElementChild;
  shown.forEach((trial, i) => {
    const row = board.rows.get(trial.number) ?? makeRow(trial.number);
    if (row.trial !== trial || isChanged) fillRow(row, trial);
    row.node.classList.toggle("even", (first + i) % 2 === 1);
    row.node.setAttribute("aria-rowindex", first + i + 2);
    row.node.tabIndex = trial.number === board.current ? 0 : -1;
    row.box.tabIndex = row.node.tabIndex;
    if (row.node === next) next = next.nextElementSibling;
    else body.insertBefore(row.node, next);
  });
  setSpace(board.above, first * height);
  setSpace(board.below, Math.max(0, trials.length - first - shown.length) * height);
  board.table.setAttribute("aria-rowcount", trials.length + 1);
  if (focused && document.activeElement !== focused) {
    if (focused.isConnected) focused.focus({ preventScroll: true });
    else scroller.focus({ preventScroll: true });
  }
  sayBoard();
  measureRows();
}

/** Takes the place of rows that are not in the document. */
function setSpace(space, height) {
  space.hidden = height === 0;
  space.firstElementChild.firstElementChild.style.height = `${height}px`;
}

/** Rows are as high as the browser makes them, which depends on its fonts. */
function measureRows() {
  const node = board.body.firstElementChild;
  if (!node) return;
  const height = node.getBoundingClientRect().height;
  if (height === 0 || Math.abs(height - board.rowHeight) < 0.01) return;
  board.rowHeight = height;
  showRowsSoon(false);
}

function sayBoard() {
  const { trials, varying, parameters, users } = page.study;
  const said = [];
  if (trials.length === 0) said.push("The study has no trials.");
  else if (board.trials.length === 0) said.push("No trial is selected.");
  if (users > 0 && trials.some(trial => trial.tied)) {
    said.push("= is statistically tied with the best;",
      `intervals are of 95 % confidence, from ${counted(users, "user")}.`);
  }
  const constant = parameters.filter(name => !varying.includes(name))
    .map(name => `${name}=${own(trials[0]?.parameters ?? {}, name)?.text ?? ""}`);
  if (constant.length > 0 && trials.length > 1) said.push(`The same in all trials: ${constant.join(", ")}.`);
  setText(board.note, said.join(" "));
}

function makeRow(number) {
  const node = htmlNode(board.body, "tr");
  node.dataset.number = number;
  const cell = htmlNode(node, "td", "choose");
  const box = htmlNode(cell, "input");
  box.type = "checkbox";
  box.setAttribute("aria-label", `Compare trial ${number}`);
  box.addEventListener("change", () => chooseToCompare(number, box.checked));
  for (const column of board.columns) htmlNode(node, "td", column.isText ? "left" : column.isScore ? "score" : "");
  stick(node);
  node.addEventListener("focusin", () => focusTrial(number));
  node.addEventListener("focusout", () => focusTrial(null));
  const row = { node, box, trial: null };
  board.rows.set(number, row);
  return row;
}

function focusTrial(number) {
  page.focused = number;
  if (number !== null) board.current = number;
  showMark();
}

function fillRow(row, trial) {
  row.trial = trial;
  row.box.checked = page.compared.includes(trial.number);
  row.node.classList.toggle("marked", isMarked(trial.number));
  board.columns.forEach((column, i) => {
    const cell = row.node.children[i + 1];
    const text = columnText(column, trial);
    if (column.isScore) fillScore(cell, text, trial);
    else setText(cell, text);
    const full = fullText(column, trial);
    if (cell.title !== full) cell.title = full;
  });
}
