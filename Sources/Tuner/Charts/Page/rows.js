// The leaderboard's marks, focus and choice of trials

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
  if (!Number.isInteger(number)) return;
  if (event.target.closest(".choose")) { // all of the cell is the box, for fingers
    if (event.target.tagName !== "INPUT") chooseToCompare(number, !page.compared.includes(number));
    return;
  }
  if (String(getSelection()) !== "") return;
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
