// Selecting trials, by parts of axes and by a filter's text

/** Whether the trial is in the selected part of each axis and fits the filter. */
const isSelected = trial => page.selection === null || page.selection.has(trial.number);

const selecting = { listeners: new Map(), isDragging: false, isShowing: false };

/** Selects the trials whose places on an axis lie in a range; null: all of them. */
function setBrush(name, range, isDragging = false) {
  if (range === null) page.brushes.delete(name);
  else page.brushes.set(name, range);
  selecting.isDragging = isDragging;
  select();
  if (!isDragging) writeLink();
}

/** Calls `show` when the selection has changed, for as long as the chart that is being drawn is not drawn again. */
function addSelecting(show) {
  const id = frame.drawing;
  selecting.listeners.set(id, [...(selecting.listeners.get(id) ?? []), show]);
}

/** Works out which trials are selected. */
function updateSelection() {
  const { trials } = page.study;
  const conditions = [
    ...[...page.brushes].map(([name, [low, high]]) => trial => {
      const at = placeOnAxis(name, trial);
      return at !== null && at >= low && at <= high;
    }),
    ...page.filter.conditions,
  ];
  page.isFiltered = conditions.length > 0;
  page.selection = null;
  page.selectedCount = trials.length;
  if (!page.isFiltered) return;
  const selected = trials.filter(trial => conditions.every(fits => fits(trial)));
  page.selection = new Set(selected.map(trial => trial.number));
  page.selectedCount = selected.length;
}

function select() {
  updateSelection();
  if (selecting.isShowing) return;
  selecting.isShowing = true;
  requestAnimationFrame(() => {
    selecting.isShowing = false;
    showSelection();
    for (const shows of selecting.listeners.values()) for (const show of shows) show();
    redrawAll("selection");
  });
}

/** Says how many trials are selected, and shows them in the leaderboard. */
function showSelection() {
  const count = `${page.selectedCount.toLocaleString("en")} of ${counted(page.study.trials.length, "trial")} selected`;
  element("selection").hidden = !page.isFiltered;
  if (element("selected").textContent !== count) element("selected").textContent = page.isFiltered ? count : "";
  updateLeaderboard();
}

function clearSelection() {
  page.brushes.clear();
  setFilter("");
  element("filter-text").value = "";
  select();
  redrawAll("brush");
  writeLink();
}
