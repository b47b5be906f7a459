// Importance: which parameters explain the scores

const effectName = ({ parameters }) => parameters.join(" × ");

/** The effects from the largest to the smallest, then what none of them explains. */
function importanceRows() {
  const { effects = [], rest } = page.study.importance ?? {};
  const rows = effects.map(effect => ({ ...effect, name: effectName(effect), isPair: effect.parameters.length > 1 }))
    .sort((a, b) => b.fraction - a.fraction);
  if (rows.length === 0 || typeof rest !== "number") return rows;
  return [...rows, { name: "all else", fraction: rest, isRest: true }];
}

const percent = fraction => `${shortText(Math.round(1000 * fraction) / 10)} %`;
const hasRange = ({ low, high }) => Number.isFinite(low) && Number.isFinite(high);
const rangeOf = row => (hasRange(row) ? `${percent(row.low).replace(" %", "")} to ${percent(row.high)}` : "");

const mostEffects = 24;

function drawImportance(parent) {
  const { statement } = page.study.importance ?? {};
  const rows = importanceRows().slice(0, mostEffects);
  if (rows.length === 0) return sayEmpty(parent, statement ?? "Not known for this study.");
  if (statement) htmlNode(parent, "p", "note", statement);
  drawLegend(parent, [
    { sign: "segment.effect", text: "one parameter" },
    ...(rows.some(row => row.isPair) ? [{ sign: "segment.pair", text: "two together, beyond each alone" }] : []),
    ...(rows.some(hasRange) ? [{ sign: "range.mean", text: "95 % interval" }] : []),
  ]);
  const width = Math.max(parent.clientWidth, 220);
  const isNarrow = width < 560; // names lie above their bars
  const left = isNarrow ? 4 : 10 + Math.min(0.4 * width, Math.max(...rows.map(({ name }) => textWidth(name))));
  const texts = rows.map(row => percent(row.fraction) + (hasRange(row) ? ` (${rangeOf(row)})` : ""));
  const right = width - 14 - Math.max(...texts.map(textWidth));
  const rowHeight = isNarrow ? 38 : 24;
  const most = Math.max(0.01, ...rows.map(row => Math.max(row.fraction, hasRange(row) ? row.high : 0)));
  const place = fraction => left + ((right - left) * Math.max(0, fraction)) / most;
  const said = rows.slice(0, 8).map((row, i) => `${row.name} ${texts[i]}`).join("; ");
  const label = `Importance, share of the variance: ${said}`;
  const { front } = drawing(parent, { id: "importance", width, height: rows.length * rowHeight + 6, label });
  rows.forEach((row, i) => {
    const top = i * rowHeight + (isNarrow ? 18 : 4);
    const middle = top + 8;
    const name = isNarrow ? { x: left, y: top - 4 } : { x: left - 8, y: middle + 4, "text-anchor": "end" };
    svgText(front, row.name, isNarrow ? width - 10 : left - 10, { ...name, class: "name" });
    const kind = row.isRest ? "rest" : row.isPair ? "pair" : "effect";
    const bar = rectangle(left, top, Math.max(1, place(row.fraction) - left), 16);
    svgNode(front, "path", { class: `segment ${kind}`, d: bar });
    if (hasRange(row)) {
      const [from, to] = [pixel(place(row.low)), pixel(place(row.high))];
      const whisker = `M${from} ${middle}H${to}M${from} ${middle - 4}v8M${to} ${middle - 4}v8`;
      svgNode(front, "path", { class: "mean", d: whisker });
    }
    svgText(front, texts[i], 200, { x: right + 10, y: middle + 4 });
  });
}

const importanceTable = () => ({
  caption: "Share of the variance of the scores",
  columns: ["parameters", "share", "95 % interval"],
  rows: importanceRows().map(row => [row.name, percent(row.fraction), rangeOf(row)]),
});
