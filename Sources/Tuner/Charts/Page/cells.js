// The leaderboard's head, and the cells that show more than a text

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
    const wanted = [textWidth(column.title) * 1.2 + 12, textWidth(longest) * 1.1 + (column.isScore ? 110 : 0)];
    return Math.ceil(Math.min(240, Math.max(...wanted)) + 24);
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
