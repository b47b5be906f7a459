// Timeline: what each worker did, attempt by attempt

/** How an attempt ended: `kind` decides how it is drawn. */
const endings = {
  completed: { kind: "completed", text: "completed" },
  pruned: { kind: "low pruned", text: "pruned" },
  diverged: { kind: "broken", text: "diverged or failed" },
  failed: { kind: "broken", text: "diverged or failed" },
  interrupted: { kind: "cut", text: "interrupted or lost" },
  lost: { kind: "cut", text: "interrupted or lost" },
  running: { kind: "running", text: "running" },
};

const compareTexts = new Intl.Collator("en", { numeric: true }).compare;

/** All attempts with their trials, and whether another worker had the trial before. */
function timelineAttempts() {
  return page.study.trials.flatMap(trial => trial.attempts.map((attempt, i) => {
    const before = trial.attempts[i - 1];
    const isLost = before !== undefined && (before.ending === "lost" || before.ending === "interrupted");
    return { ...attempt, trial, index: i, isTaken: isLost && before.worker !== attempt.worker,
      ending: attempt.end === null ? "running" : attempt.ending ?? "lost" };
  }));
}

const hasAttempts = () => page.study.trials.some(trial => trial.attempts.length > 0);

/** The end of the time axis: the last thing that is known to have happened, or now. */
function timelineEnd(attempts) {
  const known = attempts.map(({ start, end }) => Math.max(start, end ?? start));
  return Math.max(page.live?.state === "running" ? page.live.elapsed ?? 0 : 0, extent(known)[1], 1e-3);
}

function drawTimeline(parent) {
  const attempts = timelineAttempts();
  if (attempts.length === 0) return sayEmpty(parent, "No trial has been started yet.");
  const lanes = [...new Set(attempts.map(({ worker }) => worker))].sort(compareTexts);
  const isIn = ending => attempts.some(attempt => endings[attempt.ending]?.kind === ending);
  const isAnyTaken = attempts.some(({ isTaken }) => isTaken);
  const entry = (kind, sign, text) => (isIn(kind) ? [{ sign, text }] : []);
  drawLegend(parent, [
    ...entry("completed", "segment.completed", "completed"), ...entry("low pruned", "low.pruned", "pruned"),
    ...entry("broken", "segment.broken", "diverged or failed"), ...entry("running", "segment.running", "running"),
    ...entry("cut", "segment.cut cross", "interrupted or lost"),
    ...(isAnyTaken ? [{ sign: "triangle.taken", text: "another worker took over" }] : []),
  ]);

  const end = timelineEnd(attempts);
  const x = timeScale(page.study.trials, end);
  const width = Math.max(parent.clientWidth, 220);
  const isNarrow = width < 620; // names lie above their lanes
  const widest = Math.max(...lanes.map(textWidth));
  const barHeight = Math.max(5, Math.min(18, 500 / lanes.length));
  const isNamed = barHeight >= 12;
  const left = isNarrow || !isNamed ? 8 : 14 + Math.min(0.3 * width, widest);
  const right = width - 16;
  const laneHeight = barHeight + (isNarrow && isNamed ? 20 : isNamed ? 6 : 2);
  const bottom = lanes.length * laneHeight + 6;
  const cutCount = attempts.filter(({ ending }) => endings[ending]?.kind === "cut").length;
  const label = `Timeline of ${counted(lanes.length, "worker")} and ${counted(attempts.length, "attempt")} `
    + `over ${timeText(end)}, ${cutCount} interrupted or lost`;
  const area = { ...drawing(parent, { id: "timeline", width, height: bottom + 24, label, count: attempts.length }),
    left, right, top: 0, bottom, place: at => left + (right - left) * at };
  drawTimeAxis(area, x);
  const tops = new Map(lanes.map((name, i) => {
    const top = i * laneHeight + (isNarrow && isNamed ? 16 : 3);
    if (isNamed) {
      const where = isNarrow ? { x: left, y: top - 4 } : { x: left - 8, y: top + barHeight - 4, "text-anchor": "end" };
      svgText(area.front, name, isNarrow ? width - 16 : left - 10, where);
    }
    return [name, top];
  }));
  const segments = attempts.map(attempt => {
    const from = area.place(x.at(attempt.start));
    const to = Math.max(from + 1.5, area.place(x.at(attempt.end ?? end)));
    return { ...attempt, x: from, width: to - from, y: tops.get(attempt.worker), height: barHeight };
  });
  paintSelected(area, layer => {
    drawSegments(layer, segments);
    if (isNamed && attempts.length <= mostNodes) drawNumbers(area, segments);
  });
  pointAtSegments(area, segments);
}

function drawTimeAxis({ front, left, right, bottom, place }, x) {
  svgNode(front, "path", { class: "axis", d: `M${left} ${bottom}H${right}` });
  for (const tick of separated(x.ticks, ({ text }) => (textWidth(text) + 10) / (right - left))) {
    const at = pixel(place(tick.at));
    svgNode(front, "path", { class: "grid", d: `M${at} 0V${bottom}` });
    svgText(front, tick.text, 90, { x: at, y: bottom + 16, "text-anchor": "middle" });
  }
  for (const { at, text } of x.pauses) {
    const node = svgNode(front, "path", { class: "pause", d: `M${pixel(place(at))} 0V${bottom}` });
    svgNode(node, "title").textContent = text;
  }
}

/** A segment's path: low where the trial was pruned, and with an open end while it runs. */
function segmentPath({ x, y, width, height, ending }) {
  if (ending === "running") {
    const tip = Math.min(height / 2, 8);
    return `M${pixel(x)} ${pixel(y)}h${pixel(width)}l${tip} ${height / 2}l${-tip} ${height / 2}h${pixel(-width)}z`;
  }
  const isLow = ending === "pruned";
  return rectangle(x, isLow ? y + height / 2 : y, Math.max(1, width - 0.5), isLow ? height / 2 : height);
}

function drawSegments(layer, segments) {
  const groups = grouped(segments, ({ trial, ending }) => `${isSelected(trial) ? "shown" : "hidden"} ${ending}`);
  for (const [key, members] of groups) {
    const [state, ending] = key.split(" ");
    const kind = endings[ending]?.kind ?? "cut";
    layer.path(seen(`segment ${kind}`, state === "shown"), members.map(segmentPath).join(""));
  }
  const at = (test, offset) => segments.filter(segment => isSelected(segment.trial) && test(segment))
    .map(segment => ({ x: segment.x + offset(segment), y: segment.y + segment.height / 2 }));
  const [cut, taken] = [
    at(({ ending }) => endings[ending]?.kind === "cut", ({ width }) => width), at(({ isTaken }) => isTaken, () => 0),
  ];
  if (cut.length > 0) layer.marks("cross", "cross halo-mark", cut);
  if (cut.length > 0) layer.marks("cross", "cross", cut);
  if (taken.length > 0) layer.marks("triangle", "triangle taken", taken);
}

/** The trials' numbers in the segments that have room. */
function drawNumbers({ base }, segments) {
  for (const { trial, x, y, width, height, ending } of segments) {
    const text = String(trial.number);
    if (ending === "pruned" || !isSelected(trial) || width < textWidth(text) + 6) continue;
    const node = svgText(base, text, width, { x: pixel(x + width / 2), y: y + height - 5, "text-anchor": "middle" });
    node.setAttribute("class", `on-segment ${endings[ending]?.kind ?? "cut"}`);
  }
}

function attemptText({ trial, index, worker, start, end, ending, from }) {
  const epochs = from > 0 ? `, went on from epoch ${from}` : "";
  const time = end === null ? `since ${timeText(start)}` : `${timeText(start)} to ${timeText(end)}`;
  return `Attempt ${index + 1} of trial ${trial.number} on ${worker}: ${ending}, ${time}${epochs}`;
}

function pointAtSegments(area, segments) {
  const text = htmlNode(area.frame, "p", "reading");
  text.textContent = "Point at an attempt to read it.";
  const lanes = grouped([...segments].sort((a, b) => a.x - b.x), segment => segment.y);
  const find = (x, y) => {
    const lane = [...lanes].find(([top, [first]]) => y >= top - 3 && y < top + first.height + 3)?.[1] ?? [];
    const after = lane.findIndex(segment => segment.x > x + 2);
    const segment = lane.slice(0, after < 0 ? lane.length : after)
      .findLast(({ x: from, width, trial }) => isSelected(trial) && x <= Math.max(from + width, from + 5) + 2);
    if (segment) text.textContent = attemptText(segment);
    return segment?.trial ?? null;
  };
  const points = segments.map(segment => ({
    x: segment.x + Math.min(segment.width / 2, 10), y: segment.y + segment.height / 2, trial: segment.trial, segment,
  }));
  const lineOf = trial => segments.findLast(segment => segment.trial.number === trial.number);
  addPointing(area, points, {
    nearest: find,
    mark: (_, places) => svgNode(area.overlay, "path", {
      class: "chosen", d: places.map(({ segment }) => segmentPath(segment)).join(""),
    }),
    describe: trial => attemptText(lineOf(trial)),
  });
}

const timelineTable = () => ({
  caption: "Attempts in the order of their starts, in seconds since the study's start",
  columns: ["trial", "attempt", "worker", "start", "end", "ended as", "from epoch"],
  rows: timelineAttempts().sort((a, b) => a.start - b.start).map(attempt => [
    String(attempt.trial.number), attempt.index + 1, attempt.worker, attempt.start, attempt.end ?? "", attempt.ending,
    attempt.from ?? 0,
  ]),
});
