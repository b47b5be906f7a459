// Parallel coordinates: one axis per parameter, one for the cost and one for the score, one line per trial

const parallelHeight = 400;
const [parallelTop, parallelBottom] = [52, parallelHeight - 36];
const parallelInset = 28; // of the ends of an axis' line beyond its least and largest value
const axisLevel = at => parallelBottom - at * (parallelBottom - parallelTop);

// Order: the option `parallel.axes` lists names, with a sign before those that are inverted (-) or hidden (!)

/** The names of all axes, as the study gives them. */
function parallelNames() {
  const { varying, metric, trials } = page.study;
  const hasCosts = new Set(trials.map(trial => trial.cost).filter(cost => cost > 0)).size > 1;
  return [...varying, ...(hasCosts ? [costAxis] : []), metric];
}

/** The axes from left to right, as they were arranged. */
function arrangement() {
  const names = parallelNames();
  const arranged = option("parallel.axes", "").split(",").filter(text => text !== "").map(text => {
    const [, signs, name] = text.match(/^([!-]*)(.*)$/s);
    let decoded = name;
    try { decoded = decodeURIComponent(name); } catch { /* a link that was cut */ }
    return { name: decoded, isHidden: signs.includes("!"), isInverted: signs.includes("-") };
  }).filter(({ name }, i, all) => names.includes(name) && all.findIndex(other => other.name === name) === i);
  const missing = names.filter(name => !arranged.some(axis => axis.name === name))
    .map(name => ({ name, isHidden: false, isInverted: false }));
  return [...arranged, ...missing];
}

function arrange(axes) {
  const isDefault = axes.map(({ name }) => name).join() === parallelNames().join()
    && !axes.some(({ isHidden, isInverted }) => isHidden || isInverted);
  const text = axes.map(({ name, isHidden, isInverted }) =>
    (isHidden ? "!" : "") + (isInverted ? "-" : "") + encodeURIComponent(name)).join(",");
  setOption("parallel.axes", isDefault ? null : text);
  fillAxisList();
}

/** Moves an axis by a number of places among those that are shown. */
function moveAxis(name, step) {
  const axes = arrangement();
  const shown = axes.filter(axis => !axis.isHidden);
  const from = shown.findIndex(axis => axis.name === name);
  const to = Math.max(0, Math.min(shown.length - 1, from + step));
  if (from < 0 || to === from) return;
  const [axis] = shown.splice(from, 1);
  shown.splice(to, 0, axis);
  arrange([...shown, ...axes.filter(other => other.isHidden)]);
}

const changeAxis = (name, change) =>
  arrange(arrangement().map(axis => (axis.name === name ? { ...axis, ...change } : axis)));

const axisList = { node: null, shown: "" };

/** A list of all axes with what can be done to them, for keys and touch. */
function parallelControls(parent) {
  const details = htmlNode(parent, "details", "axes");
  htmlNode(details, "summary", "", "Axes");
  axisList.node = htmlNode(details, "ul");
}

function fillAxisList() {
  const axes = arrangement();
  const shown = JSON.stringify(axes);
  if (!axisList.node || axisList.shown === shown) return;
  axisList.shown = shown;
  const focus = axisList.node.contains(document.activeElement) ? document.activeElement.id : "";
  axisList.node.replaceChildren();
  axes.forEach(({ name, isHidden, isInverted }, i) => {
    const item = htmlNode(axisList.node, "li");
    const check = (text, isChecked, change) => {
      const label = htmlNode(item, "label");
      const box = htmlNode(label, "input");
      [box.type, box.checked, box.id] = ["checkbox", isChecked, `axis-${text}-${name}`];
      box.addEventListener("change", () => change(box.checked));
      const isName = text === "shown";
      htmlNode(label, "span", isName ? "name" : "", isName ? name : text);
      if (!isName) box.setAttribute("aria-label", `${name} ${text}`);
    };
    check("shown", !isHidden, isShown => changeAxis(name, { isHidden: !isShown }));
    check("inverted", isInverted, isNow => changeAxis(name, { isInverted: isNow }));
    for (const [text, step, sign] of [["left", -1, "←"], ["right", 1, "→"]]) {
      const button = htmlNode(item, "button", "", sign);
      [button.type, button.id, button.disabled] = ["button", `axis-${text}-${name}`, isHidden];
      button.setAttribute("aria-label", `Move ${name} to the ${text}`);
      button.addEventListener("click", () => moveAxis(name, step));
    }
  });
  if (focus) element(focus)?.focus();
}

// Drawing

/**
 * An arranged axis with the places of its lines: those of one value lie side by side in the order of their scores,
 * so that those of a grid do not hide each other. `plain` is the axis as it is, neither inverted nor spread.
 */
function placedAxis({ name, isInverted }) {
  const axis = axisOf(name);
  const { score } = page.study;
  const width = Math.min(0.16, 0.6 * axis.gap);
  const turn = at => (isInverted ? 1 - at : at);
  const of = trial => {
    const at = axis.of(trial);
    return at === null ? null : turn(at + width * (trial.hasScore ? score.at(trial.value) - 0.5 : 0));
  };
  const ticks = axis.ticks.map(tick => ({ ...tick, at: turn(tick.at) }));
  return { name, plain: axis, isInverted, turn, of, ticks };
}

function drawParallel(parent) {
  const { scored, parameters } = page.study;
  if (scored.length === 0) return sayEmpty(parent, "No trial has a score yet.");
  if (parameters.length === 0) return sayEmpty(parent, "The study tunes no parameters.");
  fillAxisList();
  const axes = arrangement().filter(({ isHidden, name }) => !isHidden && axisOf(name)).map(placedAxis);
  if (axes.length < 2) return sayEmpty(parent, "Choose at least two axes.");
  htmlNode(parent, "p", "note", "Drag along an axis to select trials everywhere on the page, click the axis to clear "
    + "it. With keys: up and down move the selected part, with Shift they size it, Escape clears it. Drag a name to "
    + "move its axis, click it to invert it.");
  drawLegend(parent, lineEntries());

  const scroller = htmlNode(parent, "div", "wide");
  const names = htmlNode(scroller, "div", "names");
  const width = Math.max(scroller.clientWidth, 60 + 90 * axes.length);
  const gap = (width - 150) / (axes.length - 1);
  const left = i => 70 + i * gap;
  const label = `Parallel coordinates of ${scored.length} trials: ${axes.map(({ name }) => name).join(", ")}`;
  const area = drawing(scroller, { id: "parallel", width, height: parallelHeight, label, count: scored.length,
    role: "group" });

  const lines = new Map(scored.map(trial => [
    trial,
    axes.map((axis, i) => ({ x: left(i), at: axis.of(trial) })).filter(({ at }) => at !== null)
      .map(({ x, at }) => ({ x, y: axisLevel(at) })),
  ]).filter(([, points]) => points.length > 1));
  const byTrial = new Map([...lines].map(([trial, points]) => [trial.number, points]));
  const handles = axes.map((axis, i) => {
    drawAxis(area, axis, left(i), gap);
    addName(names, axes, i, left(i), gap);
    return addBrush(area, axis, left(i), gap);
  });
  addRoving(handles);
  addSelecting(() => {
    area.layer.clear();
    drawLines(area.layer, lines);
    for (const { show } of handles) show();
  });
  drawLines(area.layer, lines);
  addMarking(area.svg, (x, y) => nearestLine(lines, x, y, 12), trial => {
    area.overlay.replaceChildren();
    const points = trial && byTrial.get(trial.number);
    if (points) markedLine(area.overlay, points);
  });
}

function drawAxis({ front, labels }, axis, x, gap) {
  const line = `M${x} ${parallelTop - parallelInset}V${parallelBottom + parallelInset}`;
  svgNode(front, "path", { class: "axis", d: line });
  const ticks = separated([...axis.ticks].sort((a, b) => a.at - b.at), () => 15 / (parallelBottom - parallelTop));
  for (const { at, text } of ticks) {
    const y = pixel(axisLevel(at));
    svgNode(labels, "path", { class: "axis", d: `M${x} ${y}h4` });
    svgText(labels, text, Math.min(gap - 16, 70), { x: x + 7, y: y + 4, class: "halo" });
  }
}

/** The name above an axis: a click inverts it, dragging and arrow keys move it. */
function addName(parent, axes, i, x, gap) {
  const { name, isInverted } = axes[i];
  const button = htmlNode(parent, "button", "", name);
  [button.type, button.id] = ["button", `parallel-name-${name}`];
  const width = Math.min(gap - 6, 150);
  [button.style.left, button.style.width] = [`${Math.max(0, x - width / 2)}px`, `${width}px`];
  button.title = `${name}: click to invert, drag or press the arrow keys to move`;
  button.setAttribute("aria-label", `${name}${isInverted ? ", inverted" : ""}: invert; arrow keys move the axis`);
  if (isInverted) button.textContent = `${name} ↓`;
  let start = null;
  let isMoved = false;
  const stepOf = event => Math.round((event.clientX - start) / gap);
  button.addEventListener("pointerdown", event => {
    [start, isMoved] = [event.clientX, false];
    button.setPointerCapture(event.pointerId);
  });
  button.addEventListener("pointermove", event => {
    if (start === null) return;
    if (Math.abs(event.clientX - start) > 6) isMoved = true;
    if (isMoved) button.style.transform = `translateX(${event.clientX - start}px)`;
  });
  button.addEventListener("pointerup", event => {
    const step = isMoved ? stepOf(event) : 0;
    start = null;
    button.style.transform = "";
    if (step !== 0) moveAxis(name, step);
  });
  button.addEventListener("pointercancel", () => {
    start = null;
    button.style.transform = "";
  });
  button.addEventListener("click", () => {
    if (!isMoved) changeAxis(name, { isInverted: !isInverted });
    isMoved = false;
  });
  button.addEventListener("keydown", event => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!step || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    moveAxis(name, step);
  });
}

// Selecting

/** The range widened to whole values, on an axis whose values have places of their own; null if it has none. */
function snapped({ gap, ticks }, [low, high]) {
  if (gap === 0) return [low, high];
  const reach = Math.min(0.08, 0.3 * gap);
  const touched = ticks.map(tick => tick.at).filter(at => at + reach >= low && at - reach <= high);
  if (touched.length === 0) return null;
  const [first, last] = extent(touched);
  return [first - 0.45 * Math.min(gap, 0.2), last + 0.45 * Math.min(gap, 0.2)];
}

/** Lets pointer, touch and keys select a part of an axis; a click without a drag clears it. */
function addBrush({ svg }, axis, x, gap) {
  const { name, plain, turn } = axis;
  const isCoarse = matchMedia("(pointer: coarse)").matches;
  const width = isCoarse ? Math.min(44, gap) : 22;
  const [top, height] = [parallelTop - parallelInset, parallelBottom - parallelTop + 2 * parallelInset];
  const bar = svgNode(svg, "rect", { class: "brush", x: x - 5, width: 10, y: 0, height: 0 });
  const handle = svgNode(svg, "rect", {
    class: "handle", x: x - width / 2, width, y: top, height, role: "slider", "aria-orientation": "vertical",
    "aria-label": `Selected part of ${name}`, "aria-valuemin": 0, "aria-valuemax": 100,
  });
  handle.id = `parallel-brush-${name}`;
  const show = () => {
    const range = brushOn(plain);
    const [low, high] = (range ?? [0, 1]).map(turn).sort((a, b) => a - b);
    bar.setAttribute("y", pixel(axisLevel(high)));
    bar.setAttribute("height", pixel(axisLevel(low) - axisLevel(high)));
    bar.style.display = range ? "" : "none";
    const [from, to] = range ?? [0, 1];
    handle.setAttribute("aria-valuenow", Math.round(50 * (Math.max(0, from) + Math.min(1, to))));
    handle.setAttribute("aria-valuetext", range ? rangeText(plain, range) : "all");
  };
  const place = event => {
    const level = event.clientY - svg.getBoundingClientRect().top;
    return turn(Math.max(-0.09, Math.min(1.09, (parallelBottom - level) / (parallelBottom - parallelTop))));
  };
  let start = null;
  let range = null;
  let isUsed = false; // a click that changes no selection marks a trial
  handle.addEventListener("pointerdown", event => {
    if (event.button > 0) return;
    handle.setPointerCapture(event.pointerId);
    [start, range] = [place(event), null];
    hover(null);
  });
  handle.addEventListener("pointermove", event => {
    if (start === null) return;
    event.stopPropagation();
    const end = place(event);
    if (range === null && Math.abs(end - start) < 0.015) return;
    range = [Math.min(start, end), Math.max(start, end)];
    setBrush(plain, range, true);
  });
  const finish = isDone => {
    if (start === null) return;
    const had = page.brushes.has(name);
    const next = isDone && range ? snapped(plain, range) : null;
    start = null;
    isUsed = had || range !== null;
    if (next || had) setBrush(plain, next);
  };
  handle.addEventListener("pointerup", () => finish(true));
  handle.addEventListener("pointercancel", () => finish(false));
  handle.addEventListener("click", event => { if (isUsed) event.stopPropagation(); });
  handle.addEventListener("keydown", event => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape" && page.brushes.has(name)) {
      event.stopPropagation();
      return setBrush(plain, null);
    }
    const step = { ArrowUp: 1, ArrowDown: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    setBrush(plain, steppedBrush(plain, brushOn(plain), axis.isInverted ? -step : step, event.shiftKey));
  });
  show();
  return { handle, show };
}

/** The brush after a key: a step is a value, or a twentieth of a line; the first step selects at an end. */
function steppedBrush(axis, range, step, isSizing) {
  const { gap, ticks } = axis;
  if (gap > 0) {
    const places = ticks.map(tick => tick.at).sort((a, b) => a - b);
    const selected = range ? places.flatMap((at, i) => (at >= range[0] && at <= range[1] ? [i] : [])) : [];
    const end = places.length - 1;
    let [low, high] = selected.length > 0 ? [selected[0], selected.at(-1)] : step > 0 ? [-1, -1] : [end + 1, end + 1];
    if (isSizing && selected.length > 0) high += step;
    else [low, high] = [low + step, high + step];
    if (low < 0 || high > end || high < low) return range;
    return snapped(axis, [places[low], places[high]]);
  }
  const by = 0.05 * step;
  if (!range) return step > 0 ? [0, 0.25] : [0.75, 1];
  const [low, high] = isSizing ? [range[0], range[1] + by] : [range[0] + by, range[1] + by];
  return low < -0.06 || high > 1.06 || high - low < 0.04 ? range : [low, high];
}

/** What a brush selects, in words. */
function rangeText({ gap, ticks, valueAt }, [low, high]) {
  if (gap > 0) return ticks.filter(({ at }) => at >= low && at <= high).map(({ text }) => text).join(", ");
  return `${shortText(valueAt(Math.max(0, low)))} to ${shortText(valueAt(Math.min(1, high)))}`;
}

/** One of the axes is in the order of the Tab key; left and right go to the others. */
function addRoving(handles) {
  handles.forEach(({ handle }, i) => {
    handle.setAttribute("tabindex", i === 0 ? "0" : "-1");
    handle.addEventListener("focus", () => {
      for (const other of handles) other.handle.setAttribute("tabindex", other.handle === handle ? "0" : "-1");
    });
    handle.addEventListener("keydown", event => {
      const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      const next = step && handles[i + step];
      if (!next || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      next.handle.focus();
    });
  });
}
