// The leaderboard as CSV, JSON and Markdown

/** The columns of a file, with the names that `run-hyper leaderboard --format=csv` gives them. */
function fileColumns() {
  const { parameters, trials } = page.study;
  const metrics = [...new Set(trials.flatMap(trial => Object.keys(trial.metrics)))].sort();
  return [
    ["rank", trial => trial.rank], ["trial", trial => trial.number], ["state", trial => trial.state],
    ["value", trial => trial.value], ["best_epoch", trial => trial.bestEpoch],
    ...parameters.map(name => [name, trial => parameterKey(trial, name)]),
    ...metrics.map(name => [name, trial => own(trial.metrics, name) ?? null]),
    ["interval_low", trial => trial.interval?.[0] ?? null], ["interval_high", trial => trial.interval?.[1] ?? null],
    ["may_be_best", trial => trial.tied], ["epochs", trial => trial.epochs], ["cost_tflop", trial => trial.cost],
    ["seeds", trial => trial.repeats?.count ?? null], ["seed_mean", trial => trial.repeats?.mean ?? null],
    ["seed_deviation", trial => trial.repeats?.deviation ?? null],
    ["seconds", trial => trial.seconds], ["message", trial => trial.message],
  ];
}

/** A text as a cell of RFC 4180. */
const csvCell = text => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

function csvText(trials) {
  const columns = fileColumns();
  const lines = [columns.map(([name]) => name), ...trials.map(trial => columns.map(([, key]) => key(trial) ?? ""))];
  return lines.map(line => line.map(cell => csvCell(String(cell))).join(",") + "\n").join("");
}

function jsonText(trials) {
  const { study, metric, direction } = page.study;
  const columns = fileColumns();
  const row = trial => JSON.stringify(Object.fromEntries(columns.map(([name, key]) => [name, key(trial)])));
  const rows = trials.map(trial => `    ${row(trial)}`);
  const head = Object.entries({ study, metric, direction })
    .map(([name, value]) => `  "${name}": ${JSON.stringify(value)},\n`).join("");
  return `{\n${head}  "rows": [\n${rows.join(",\n")}\n  ]\n}\n`;
}

/** The shown columns, as people read them. */
function markdownText(trials) {
  const columns = chosenColumns();
  const escaped = text => text.replaceAll("\\", "\\\\").replaceAll("|", "\\|").replaceAll("\n", " ");
  const line = cells => `| ${cells.map(escaped).join(" | ")} |\n`;
  const rule = `|${columns.map(column => (column.isText ? " --- |" : " ---: |")).join("")}\n`;
  const cell = (column, trial) => columnText(column, trial) + (column.isScore && trial.tied ? " =" : "");
  const rows = trials.map(trial => line(columns.map(column => cell(column, trial))));
  return line(columns.map(({ title }) => title)) + rule + rows.join("");
}

const fileFormats = [
  { name: "CSV", ending: "csv", type: "text/csv", write: csvText },
  { name: "JSON", ending: "json", type: "application/json", write: jsonText },
  { name: "Markdown", ending: "md", type: "text/markdown", write: markdownText },
];

function makeExports(parent) {
  const details = htmlNode(parent, "details", "menu");
  htmlNode(details, "summary", "", "Copy or save");
  const list = htmlNode(details, "div", "menu-list");
  for (const { name, write } of fileFormats) {
    addCopyButton(list, `Copy as ${name}`, () => write(orderedTrials()));
  }
  for (const { name, ending, type, write } of fileFormats) {
    const button = htmlNode(list, "button", "", `Save as ${name}`);
    button.type = "button";
    button.addEventListener("click", () => {
      if (isLive()) follow(serverPath(`leaderboard.${ending}`), "");
      else saveText(write(orderedTrials()), type, `${page.study.study}.${ending}`);
    });
  }
  if (isLive()) {
    const button = htmlNode(list, "button", "", "Save this page");
    button.type = "button";
    button.addEventListener("click", () => follow(serverPath("page"), `${page.study.study}.html`));
  }
  closeOutside(details);
}

/** Lets the browser save what an address leads to. */
function follow(address, name) {
  const link = htmlNode(document.body, "a", "unseen", name);
  link.setAttribute("href", address);
  link.download = name;
  link.click();
  link.remove();
}

function saveText(text, type, name) {
  const address = URL.createObjectURL(new Blob([text], { type }));
  follow(address, name.replace(/[/\\:*?"<>|\u0000-\u001f]/g, "_"));
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

/** A button that copies a text, and says that it has. */
function addCopyButton(parent, title, text) {
  const button = htmlNode(parent, "button", "", title);
  button.type = "button";
  button.addEventListener("click", async () => {
    const isCopied = await copyText(text());
    setText(button, isCopied ? "Copied" : "The browser refused");
    setTimeout(() => setText(button, title), 1500);
  });
  return button;
}

async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = htmlNode(document.body, "textarea", "unseen");
    area.value = text;
    const focused = document.activeElement;
    area.select();
    const isCopied = document.execCommand("copy");
    area.remove();
    focused?.focus({ preventScroll: true });
    return isCopied;
  }
}
