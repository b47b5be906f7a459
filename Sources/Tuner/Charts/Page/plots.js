// Plots with two axes

/** An empty plot; `place` turns places on its axes into pixels. `top` is the room for texts above it. */
function plot(parent, { id, height, x, y, xLabel, yLabel, title, label, count = 0, top = 8 }) {
  const width = Math.max(parent.clientWidth, 140);
  const left = 32 + Math.max(0, ...y.ticks.map(tick => textWidth(tick.text)));
  const [right, bottom] = [width - 12, height - 40];
  const inset = 16; // keeps marks off the frame
  const inner = { width: right - left - 2 * inset, height: bottom - top - 2 * inset };
  const place = (a, b) => ({ x: left + inset + a * inner.width, y: bottom - inset - b * inner.height });
  const area = drawing(parent, { id, width, height, count, label: label ?? `${title}: ${yLabel} by ${xLabel}` });
  const { front } = area;

  for (const tick of separated(y.ticks, () => 14 / inner.height)) {
    const level = pixel(place(0, tick.at).y);
    svgNode(front, "path", { class: "grid", d: `M${left} ${level}H${right}` });
    svgText(front, tick.text, 90, { x: left - 6, y: level + 4, "text-anchor": "end" });
  }
  svgNode(front, "path", { class: "axis", d: `M${left} ${top}V${bottom}H${right}` });
  const widest = x.isCategories ? Math.max(34, inner.width * x.gap - 8) : 90;
  const room = tick => (Math.min(widest, textWidth(tick.text)) + 8) / inner.width;
  for (const tick of separated(x.ticks, room)) {
    const at = pixel(place(tick.at, 0).x);
    svgNode(front, "path", { class: "axis", d: `M${at} ${bottom}v4` });
    svgText(front, tick.text, widest, { x: at, y: bottom + 17, "text-anchor": "middle" });
  }
  const middle = { x: (left + right) / 2, y: (top + bottom) / 2 };
  svgText(front, xLabel, right - left, { class: "name", x: middle.x, y: height - 6, "text-anchor": "middle" });
  const turned = `translate(13 ${middle.y}) rotate(-90)`;
  svgText(front, yLabel, bottom - top, { class: "name", transform: turned, "text-anchor": "middle" });
  return { ...area, place, left, right, top, bottom, inner };
}

// Marks of trials: the shape says the state, and for pruned trials the rung

const rungShapes = ["diamond", "square", "triangle", "wedge"]; // of the first rungs; the last stands for all later ones

const isBroken = trial => trial.state === "diverged" || trial.state === "failed";

/** The rung at which a pruned trial stopped, counted from 0. */
function rungOf(trial) {
  const epoch = trial.rungs?.findLast(rung => rung.decision === "stop")?.epoch;
  const found = (page.study.rungs ?? []).findIndex(rung => rung.epoch === epoch);
  return Math.max(0, Math.min(found, rungShapes.length - 1));
}

const shapesOfStudy = new WeakMap(); // by study: whether ties are known, and shapes by trial

function knownShapes() {
  const { study } = page;
  if (!shapesOfStudy.has(study)) {
    shapesOfStudy.set(study, { hasTies: study.scored.some(trial => trial.tied), byTrial: new Map() });
  }
  return shapesOfStudy.get(study);
}

/** Whether intervals say which trials are tied with the best. */
const knowsTies = () => knownShapes().hasTies;

function shapeOf(trial) {
  const { hasTies, byTrial } = knownShapes();
  if (!byTrial.has(trial)) {
    const plain = trial.state !== "completed" || (hasTies && !trial.tied) ? "circle" : "dot";
    byTrial.set(trial, isBroken(trial) ? "cross" : trial.state === "pruned" ? rungShapes[rungOf(trial)] : plain);
  }
  return byTrial.get(trial);
}

/** What the legend says of the shapes that occur. */
function stateEntries(trials) {
  const has = test => trials.some(test);
  const rungs = page.study.rungs ?? [];
  const pruned = rungShapes.map((shape, i) => ({ shape, i }))
    .filter(({ i }) => has(trial => trial.state === "pruned" && rungOf(trial) === i))
    .map(({ shape, i }) => {
      const isLast = i === rungShapes.length - 1 && rungs.length > rungShapes.length;
      const text = rungs[i] ? `pruned at epoch ${rungs[i].epoch}${isLast ? " or later" : ""}` : "pruned";
      return { sign: shape, text };
    });
  const ties = knowsTies();
  return [
    ...(ties ? [{ sign: "dot", text: "tied with the best" }] : []),
    ...(has(trial => trial.state === "completed" && !(ties && trial.tied))
      ? [{ sign: ties ? "circle" : "dot", text: ties ? "completed, not tied" : "completed" }] : []),
    ...pruned,
    ...(has(isBroken) ? [{ sign: "cross", text: "diverged or failed" }] : []),
  ];
}

const seen = (classes, isShown) => (isShown ? classes : `${classes} unselected`);

/** The things in groups that are drawn at once, by a key that is a text. */
function grouped(things, keyOf) {
  const groups = new Map();
  for (const thing of things) {
    const key = keyOf(thing);
    if (groups.has(key)) groups.get(key).push(thing);
    else groups.set(key, [thing]);
  }
  return groups;
}

/** Draws a mark for each point, of its trial's shape; those of trials that are not selected are faint and below. */
function drawMarks(layer, points, colorOf = () => "") {
  const groups = grouped(points, ({ trial }) => `${isSelected(trial)}|${shapeOf(trial)}|${colorOf(trial)}`);
  for (const isShown of [false, true]) {
    for (const shape of Object.keys(shapes)) {
      for (const [key, members] of groups) {
        const [selected, itsShape, ...color] = key.split("|");
        if (itsShape !== shape || selected !== String(isShown)) continue;
        layer.marks(shape, seen(shape, isShown), members, { stroke: color.join("|") });
      }
    }
  }
}

/** Rings the best trial's point. */
function drawBest(layer, points) {
  const { best } = page.study;
  const members = points.filter(({ trial }) => trial.number === best?.number);
  if (members.length > 0) layer.path("ring best", marks("ring", members));
}

const rampSteps = 24; // groups of trials by score, each in one color

/**
 * Draws a line for each trial, in the color of its score, the best on top, the fainter the more there are.
 *
 * `lines` are the points by trial.
 */
function drawLines(layer, lines) {
  const shown = [...lines].filter(([trial]) => isSelected(trial));
  const hidden = [...lines].filter(([trial]) => !isSelected(trial));
  const opacity = Math.max(0.15, Math.min(0.9, 16 / Math.sqrt(shown.length || 1)));
  const { best, score, sign } = page.study;
  const stepOf = trial => (trial.hasScore
    ? Math.round(rampSteps * (sign > 0 ? score.at(trial.value) : 1 - score.at(trial.value))) : -1);
  const kindOf = ({ state }) => (state === "pruned" || isBroken({ state }) ? "stopped" : state);
  const draw = (entries, isShown) => {
    const groups = grouped(entries, ([trial]) => `${String(stepOf(trial) + 1).padStart(3, "0")} ${kindOf(trial)}`);
    for (const key of [...groups.keys()].sort()) {
      const members = groups.get(key);
      const [trial] = members[0];
      const look = isShown ? { stroke: trial.hasScore ? scoreColor(trial) : "", opacity } : {};
      layer.lines(seen(`curve ${kindOf(trial)}`, isShown), members.map(([, points]) => points), look);
    }
  };
  if (hidden.length <= mostLive) draw(hidden, false);
  draw(shown, true);
  const record = shown.find(([trial]) => trial.number === best?.number);
  if (!record) return;
  layer.lines("curve casing", [record[1]]); // keeps its color off those of its neighbors
  layer.lines("curve record", [record[1]]);
}

/** A line for the marked trial, with its points. */
function markedLine(overlay, points) {
  svgNode(overlay, "path", { class: "curve", d: polyline(points) });
  if (points.length <= 50) svgNode(overlay, "path", { class: "dot", d: marks("dot", points) });
}
