// Leaderboard: only the rows in sight are in the document, so that twenty thousand trials are as quick as twenty

const board = {
  columns: [], signature: "", widths: [],
  trials: [], // in the order of the rows
  rows: new Map(), // the rows in the document, by their trials' numbers
  current: null, // the number of the trial that Tab comes to
  rowHeight: 0,
  isUnder: false, // whether the pointer is in the table, which then keeps its order
  isWaiting: false,
};
const mostCompared = 5;
const rowsBeyond = 8; // rows that are ready above and below those in sight

function makeLeaderboard() {
  makeTools(element("leaderboard-tools"));
  const parent = element("leaderboard");
  htmlNode(parent, "p", "note", "Arrow keys move between rows and mark the trial in the charts, Enter opens it, "
    + "Space chooses it for a comparison.");
  const scroller = htmlNode(parent, "div", "table");
  scroller.id = "rows";
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
  addEventListener("beforeprint", () => showRows(true, 2000));
  addEventListener("afterprint", () => showRows(true));
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
}

/** Shows the study's trials again in the next frame; the pointer in the table keeps the rows in their order. */
function updateLeaderboard() {
  if (board.isWaiting) return;
  board.isWaiting = true;
  requestAnimationFrame(() => {
    board.isWaiting = false;
    if (page.study === null) return;
    showColumns();
    orderRows();
    showRows(true);
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

// Head

function showColumns() {
  board.columns = chosenColumns();
  const signature = JSON.stringify([
    board.columns.map(({ name, title }) => [name, title]), Math.floor(Math.log2(page.study.trials.length + 1)),
  ]);
  if (signature !== board.signature) {
    board.signature = signature;
    makeHead();
  }
  [...board.head.children].slice(1).forEach((cell, i) => {
    if (board.columns[i].name !== page.order.column) cell.removeAttribute("aria-sort");
    else cell.setAttribute("aria-sort", page.order.descending ? "descending" : "ascending");
  });
}

const stickyCount = 3; // the columns to compare, of the rank and of the trial stay in sight

function makeHead() {
  const focused = [...board.head.children].indexOf(document.activeElement?.closest("th"));
  const sample = page.study.trials.filter((_, i, trials) => i % Math.ceil(trials.length / 400) === 0);
  const isCoarse = matchMedia("(pointer: coarse)").matches;
  board.widths = [isCoarse ? 44 : 32, ...board.columns.map(column => {
    const longest = sample.map(trial => columnText(column, trial)).reduce((a, b) => (b.length > a.length ? b : a), "");
    const extra = column.isScore ? 110 : 0;
    return Math.ceil(Math.min(240, Math.max(textWidth(column.title) * 1.25, textWidth(longest) * 1.1 + extra)) + 24);
  })];
  board.group.replaceChildren();
  for (const width of board.widths) htmlNode(board.group, "col").style.width = `${width}px`;
  board.table.style.minWidth = `${board.widths.reduce((a, b) => a + b, 0)}px`;
  board.head.replaceChildren();
  const first = htmlNode(board.head, "th");
  htmlNode(first, "span", "unseen", "compare");
  board.columns.forEach((column, i) => {
    const cell = htmlNode(board.head, "th", column.isText ? "left" : "");
    cell.scope = "col";
    const button = htmlNode(cell, "button", "", column.title);
    button.type = "button";
    button.title = `Sort by ${column.title}`;
    button.addEventListener("click", () => {
      const isSame = page.order.column === column.name;
      page.order = { column: column.name, descending: isSame && !page.order.descending };
      board.isReordered = true;
      updateLeaderboard();
      writeLink();
    });
    if (i === focused - 1) button.focus({ preventScroll: true });
  });
  stick(board.head);
  board.table.setAttribute("aria-colcount", board.columns.length + 1);
  board.rows.clear();
  board.body.replaceChildren();
}

function stick(row) {
  let left = 0;
  for (const [i, cell] of [...row.children].slice(0, stickyCount).entries()) {
    cell.classList.add("sticky");
    cell.style.left = `${left}px`;
    left += board.widths[i];
  }
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
  const leftOver = Math.max(0, trials.length - first - shown.length);
  board.above.firstElementChild.firstElementChild.style.height = `${first * height}px`;
  board.below.firstElementChild.firstElementChild.style.height = `${leftOver * height}px`;
  [board.above.hidden, board.below.hidden] = [first === 0, leftOver === 0];
  board.table.setAttribute("aria-rowcount", trials.length + 1);
  if (focused && document.activeElement !== focused) {
    if (focused.isConnected) focused.focus({ preventScroll: true });
    else scroller.focus({ preventScroll: true });
  }
  scroller.tabIndex = -1;
  sayBoard();
  measureRows();
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
  const isConstant = name => !varying.includes(name);
  const constant = parameters.filter(isConstant).map(name => `${name}=${own(trials[0]?.parameters ?? {}, name)?.text ?? ""}`);
  const said = [
    ...(trials.length === 0 ? ["The study has no trials."] : board.trials.length === 0 ? ["No trial is selected."] : []),
    ...(users > 0 && trials.some(trial => trial.tied)
      ? [`= is statistically tied with the best; intervals are of 95 % confidence, from ${counted(users, "user")}.`] : []),
    ...(constant.length > 0 && trials.length > 1 ? [`The same in all trials: ${constant.join(", ")}.`] : []),
  ];
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
  node.addEventListener("focus", () => focusTrial(number));
  node.addEventListener("blur", () => focusTrial(null));
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

/** The score with a bar of its interval, on one scale for all rows, and the mark of those tied with the best. */
function fillScore(cell, text, trial) {
  const [low, high] = intervalScale();
  const said = JSON.stringify([text, trial.interval, trial.tied, low, high]);
  if (cell.dataset.said === said) return;
  cell.dataset.said = said;
  cell.textContent = "";
  const at = value => (60 * (value - low)) / (high - low);
  const svg = svgNode(cell, "svg", { width: 64, height: 12, viewBox: "-2 0 64 12", "aria-hidden": "true" });
  if (trial.interval && high > low && trial.value >= low && trial.value <= high) {
    const [start, end] = [Math.max(low, trial.interval[0]), Math.min(high, trial.interval[1])];
    svgNode(svg, "path", { class: "interval", d: `M${pixel(at(start))} 6H${pixel(at(end))}` });
    svgNode(svg, "path", { class: "interval-value", d: `M${pixel(at(trial.value))} 6h.01` });
  }
  htmlNode(cell, "span", "", text);
  const tied = htmlNode(cell, "span", "tied", trial.tied ? "=" : "");
  if (trial.tied) tied.title = "Statistically tied with the best trial";
}

const scale = { study: null, ends: [0, 0] };

/** The least and the largest end of a completed trial's interval; of any trial's while few have completed. */
function intervalScale() {
  if (scale.study === page.study) return scale.ends;
  const all = page.study.scored.filter(trial => trial.interval);
  const completed = all.filter(trial => trial.state === "completed");
  scale.study = page.study;
  scale.ends = extent((completed.length > 1 ? completed : all).flatMap(trial => trial.interval));
  return scale.ends;
}

// Marks, focus and choice

const isMarked = number => number === (page.hovered ?? page.focused ?? page.kept);

function markRow(trial) {
  for (const [number, row] of board.rows) row.node.classList.toggle("marked", number === trial?.number);
}

/** Brings a trial's row into sight within the table. */
function showRow(number) {
  const index = board.trials.findIndex(trial => trial.number === number);
  if (index < 0) return;
  const { scroller, rowHeight } = board;
  const [top, bottom] = [index * rowHeight, (index + 2) * rowHeight + board.head.offsetHeight];
  if (scroller.scrollTop <= top && bottom <= scroller.scrollTop + scroller.clientHeight) return;
  scroller.scrollTop = top - scroller.clientHeight / 2;
  showRows(false);
}

function focusRow(number) {
  showRow(number);
  board.current = number;
  showRows(false);
  board.rows.get(number)?.node.focus({ preventScroll: true });
}

function clickRow(event) {
  const number = Number(event.target.closest("tr")?.dataset.number);
  if (!Number.isInteger(number) || event.target.closest(".choose") || String(getSelection()) !== "") return;
  focusRow(number);
  openTrial(number);
}

/** Goes to another row; Tab enters and leaves the table at one row. */
function moveFocus(event) {
  const index = board.trials.findIndex(trial => trial.number === board.current);
  const isHead = event.target.closest("thead");
  if (index < 0 || isHead || event.ctrlKey || event.metaKey || event.altKey) return;
  const pageful = Math.max(1, Math.floor(board.scroller.clientHeight / board.rowHeight) - 2);
  const steps = {
    ArrowDown: index + 1, ArrowUp: index - 1, PageDown: index + pageful, PageUp: index - pageful,
    Home: 0, End: board.trials.length - 1,
  };
  if (event.key in steps) {
    event.preventDefault();
    focusRow(board.trials[Math.max(0, Math.min(board.trials.length - 1, steps[event.key]))].number);
  } else if (event.key === "Enter") {
    event.preventDefault();
    openTrial(board.current);
  } else if (event.key === " " && event.target.tagName !== "INPUT") {
    event.preventDefault();
    chooseToCompare(board.current, !page.compared.includes(board.current));
  }
}

/** Puts a trial into the comparison, or takes it out. */
function chooseToCompare(number, isChosen) {
  const others = page.compared.filter(other => other !== number);
  page.compared = isChosen ? [...others, number].slice(-mostCompared) : others;
  for (const [other, { box }] of board.rows) box.checked = page.compared.includes(other);
  showComparison();
  writeLink();
}
