// Pointing at trials in a drawing, with a pointer, by touch or with keys

let pointed = null; // the number of the trial that arrow keys reached last, in any drawing
let drawingOfKeys = null; // the id of the drawing in which they show it now

/** Finds the point that is nearest to a place, at most `reach` pixels off, among those that `accepts` takes. */
function pointIndex(points, reach = 24) {
  const cells = new Map();
  const cell = (column, row) => column * 65536 + row;
  for (const point of points) {
    const key = cell(Math.floor(point.x / reach), Math.floor(point.y / reach));
    if (cells.has(key)) cells.get(key).push(point);
    else cells.set(key, [point]);
  }
  return (x, y, accepts = () => true) => {
    let [found, least] = [null, reach ** 2];
    const [column, row] = [Math.floor(x / reach), Math.floor(y / reach)];
    for (let i = column - 1; i <= column + 1; i += 1) {
      for (let j = row - 1; j <= row + 1; j += 1) {
        for (const point of cells.get(cell(i, j)) ?? []) {
          const distance = (point.x - x) ** 2 + (point.y - y) ** 2;
          if (distance < least && accepts(point)) [found, least] = [point, distance];
        }
      }
    }
    return found;
  };
}

/** Each trial's points, by its number. */
const byNumber = points => grouped(points, point => point.trial.number);

/**
 * Lets pointer, touch and keys mark the trials of a drawing.
 *
 * `points` are the places that keys go through, from left to right. `nearest(x, y)` finds the trial at a place, by
 * default that of the nearest point; `mark(trial, points)` draws a marked trial into the overlay.
 */
function addPointing(area, points, { nearest, mark, describe = trialText } = {}) {
  let index = null;
  const find = (x, y) => {
    index ??= pointIndex(points);
    return index(x, y, point => isSelected(point.trial))?.trial ?? null;
  };
  const members = byNumber(points);
  const show = mark ?? ((_, places) => {
    const { trial } = places[0];
    svgNode(area.overlay, "path", { class: shapeOf(trial), d: marks(shapeOf(trial), places) });
  });
  addMarking(area.svg, nearest ?? find, trial => {
    area.overlay.replaceChildren();
    const places = trial && members.get(trial.number);
    if (places) show(trial, places);
  });
  addKeys(area, points, describe);
}

const trialText = trial => [
  `Trial ${trial.number}, ${trial.state}`,
  ...(trial.value === null ? [] : [`${page.study.metric} ${shortText(trial.value)}`]),
  ...page.study.varying.filter(name => own(trial.parameters, name))
    .map(name => `${name} ${valueText(trial.parameters[name])}`),
].join(", ");

/** Arrow keys go from trial to trial, Enter keeps one marked, and Enter on a kept one opens it. */
function addKeys(area, points, describe) {
  const { svg } = area;
  svg.setAttribute("tabindex", "0");
  let spoken = null;
  let order = null;
  const going = () => {
    const seenTrials = new Set();
    order ??= [...points].sort((a, b) => a.x - b.x || b.y - a.y || a.trial.number - b.trial.number)
      .filter(({ trial }) => !seenTrials.has(trial.number) && seenTrials.add(trial.number));
    return order.filter(({ trial }) => isSelected(trial));
  };
  const show = ({ trial, x, y }) => {
    drawingOfKeys = svg.id;
    const box = svg.getBoundingClientRect();
    hover(trial, box.left + x, box.top + y);
  };
  const go = step => {
    const all = going();
    if (all.length === 0) return;
    const here = all.findIndex(({ trial }) => trial.number === pointed);
    const next = here < 0 && Math.abs(step) === 1 ? (step > 0 ? 0 : all.length - 1)
      : Math.max(0, Math.min(all.length - 1, here + step));
    const { trial } = all[next];
    pointed = trial.number;
    show(all[next]);
    spoken ??= speaker(area.frame);
    spoken.textContent = describe(trial);
  };
  svg.addEventListener("keydown", event => {
    if (event.target !== svg || event.ctrlKey || event.metaKey || event.altKey) return;
    const step = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, PageUp: 10, PageDown: -10,
      Home: -Infinity, End: Infinity }[event.key];
    const trial = trialNumbered(page.hovered);
    if (step) go(step);
    else if (event.key === "Enter" && trial) {
      if (page.kept === trial.number) openTrial(trial.number);
      else keep(trial);
    } else return;
    event.preventDefault();
  });
  keepsFocus(svg, () => {
    const here = drawingOfKeys === svg.id && going().find(({ trial }) => trial.number === pointed);
    if (here) show(here);
  }, () => { drawingOfKeys = null; });
}

/** Calls `back` when a drawing gets the focus of one that it replaces, and `leave` when the focus goes elsewhere. */
function keepsFocus(svg, back, leave) {
  svg.addEventListener("focus", back);
  svg.addEventListener("blur", () => queueMicrotask(() => {
    if (document.activeElement?.id === svg.id) return;
    leave();
    hover(null);
  }));
}

/** A text beside a drawing that is read out but not seen. */
function speaker(frame) {
  const node = htmlNode(frame, "p", "unseen");
  node.setAttribute("role", "status");
  return node;
}
