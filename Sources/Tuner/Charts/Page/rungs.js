// Rungs: how many trials the pruner let go on

const rungText = ({ epoch, entered, wentOn }) => `${wentOn} of ${entered} went on after epoch ${epoch}`;

function drawRungChart(parent) {
  const { pruner, epochs, trials } = page.study;
  const rungs = page.study.rungs ?? [];
  const completed = trials.filter(trial => trial.state === "completed").length;
  const who = pruner ?? "The pruner";
  htmlNode(parent, "p", "note", `${who} compares trials after some epochs, and lets the best go on.`);
  const rows = rungs.map(rung => ({
    name: `epoch ${rung.epoch}`, count: rung.entered, part: rung.wentOn, text: rungText(rung),
  }));
  const last = epochs ? `epoch ${epochs}` : "end";
  rows.push({ name: last, count: completed, part: completed, text: `${completed} trained to the end` });
  const width = Math.max(parent.clientWidth, 220);
  const left = 12 + Math.max(...rows.map(({ name }) => textWidth(name)));
  const most = Math.max(1, ...rows.map(({ count }) => count));
  const label = `Rungs: ${rows.map(({ text }) => text).join("; ")}`;
  const { front } = drawing(parent, { id: "rungs", width, height: rows.length * 42 + 4, label });
  const size = count => ((width - left - 8) * count) / most;
  rows.forEach(({ name, count, part, text }, i) => {
    const top = i * 42 + 2;
    svgText(front, name, left, { x: left - 8, y: top + 14, "text-anchor": "end", class: "name" });
    svgNode(front, "path", { class: "segment entered", d: rectangle(left, top, Math.max(1, size(count)), 18) });
    if (part > 0) svgNode(front, "path", { class: "segment effect", d: rectangle(left, top, size(part), 18) });
    svgText(front, text, width - left, { x: left, y: top + 32 });
  });
}

const rungTable = () => ({
  caption: "Trials at each rung",
  columns: ["epoch", "came", "went on"],
  rows: (page.study.rungs ?? []).map(({ epoch, entered, wentOn }) => [epoch, entered, wentOn]),
});
