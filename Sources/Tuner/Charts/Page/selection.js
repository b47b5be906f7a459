// Selecting trials, by parts of axes and by a filter's text

/** Whether the trial is in the selected part of each axis and fits the filter. */
const isSelected = trial => page.selection === null || page.selection.has(trial.number);

const selecting = { listeners: new Map(), isDragging: false, isShowing: false };

/** Selects the trials whose places on an axis lie in a range; null: all of them. */
function setBrush({ name, valueAt }, range, isDragging = false) {
  // Values stay where they are when the axis grows with the study.
  if (range === null) page.brushes.delete(name);
  else page.brushes.set(name, valueAt ? range.map(valueAt) : range);
  selecting.isDragging = isDragging;
  select();
  if (!isDragging) writeLink();
}

/** The selected part of an axis in places on it, at most a little beyond its ends; null if all of it is. */
function brushOn({ name, at, valueAt }) {
  const range = page.brushes.get(name);
  if (!range) return null;
  return (valueAt ? range.map(at) : range).map(place => Math.max(-0.09, Math.min(1.09, place)));
}

/** Calls `show` when the selection has changed, for as long as the chart that is being drawn is not drawn again. */
function addSelecting(show) {
  const id = frame.drawing;
  selecting.listeners.set(id, [...(selecting.listeners.get(id) ?? []), show]);
}

const rounding = 1e-6; // of a place that was a value, and of a value in a link

/** Works out which trials are selected. */
function updateSelection() {
  const { trials } = page.study;
  const conditions = [
    ...[...page.brushes.keys()].map(axisOf).filter(axis => axis !== null).map(axis => {
      const [low, high] = brushOn(axis);
      return trial => {
        const place = axis.of(trial);
        return place !== null && place >= low - rounding && place <= high + rounding;
      };
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
