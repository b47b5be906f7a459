// Links: what is marked, sorted, selected and compared, in the page's address after `#`

const linkNames = ["trial", "marked", "sort", "filter", "columns", "brush", "compare"];

/** The address' part after `#` that brings back what the page shows. */
function linkText() {
  const { opened, kept, order, filter, columns, brushes, compared, options } = page;
  const parts = [];
  const encoded = text => encodeURIComponent(text).replaceAll("%2C", ",").replaceAll("%40", "@");
  const add = (name, text) => parts.push(`${encoded(name)}=${encoded(text)}`);
  if (opened !== null) add("trial", String(opened));
  else if (kept !== null) add("marked", String(kept));
  if (order.column !== "rank" || order.descending) add("sort", (order.descending ? "-" : "") + order.column);
  if (filter.text.trim() !== "" && filter.problem === "") add("filter", filter.text.trim());
  if (columns !== null) add("columns", columns.join("\n"));
  for (const [name, range] of brushes) {
    const [low, high] = range.map(end => Number(end.toPrecision(9)));
    add("brush", `${low},${high},${name}`);
  }
  if (compared.length > 0) add("compare", compared.join(","));
  for (const [name, text] of options) add(name, text);
  return parts.join("&");
}

const link = { isWaiting: false, isReady: false, written: "" };

/** Puts what the page shows into its address, at most four times a second. */
function writeLink() {
  if (link.isWaiting || !link.isReady) return;
  link.isWaiting = true;
  setTimeout(() => {
    link.isWaiting = false;
    const text = linkText();
    if (text === link.written) return;
    link.written = text;
    history.replaceState(null, "", text === "" ? location.pathname + location.search : `#${text}`);
  }, 250);
}

const linkParameters = text => new URLSearchParams(text.replaceAll("+", "%2B"));

/** Takes what a link says; what does not fit the study is left out. */
function readLink() {
  const parameters = linkParameters(location.hash.slice(1));
  const known = number => page.study.byNumber.has(number);
  const sort = parameters.get("sort") ?? "rank";
  page.order = { column: sort.replace(/^-/, ""), descending: sort.startsWith("-") };
  page.columns = parameters.get("columns")?.split("\n") ?? null;
  const compared = (parameters.get("compare") ?? "").split(",").map(Number).filter(known);
  page.compared = [...new Set(compared)].slice(0, mostCompared);
  page.brushes.clear();
  for (const text of parameters.getAll("brush")) {
    const [low, high, ...parts] = text.split(",");
    const [range, name] = [[Number(low), Number(high)], parts.join(",")];
    if (range.every(Number.isFinite) && parallelNames().includes(name)) page.brushes.set(name, range);
  }
  page.options = new Map([...parameters].filter(([name]) => name.includes(".") && !linkNames.includes(name)));
  element("filter-text").value = parameters.get("filter") ?? "";
  setFilter(element("filter-text").value);
  const [opened, marked] = ["trial", "marked"].map(name => Number(parameters.get(name) ?? NaN));
  page.kept = known(opened) ? opened : known(marked) ? marked : null;
  link.isReady = true;
  link.written = linkText();
  return known(opened) ? opened : null;
}

/** Shows what the address says now; a person may have changed it, or followed a link to another trial. */
function followLink() {
  const [now, written] = [location.hash.slice(1), link.written].map(text => linkParameters(text).toString());
  if (now === written) return;
  const opened = readLink();
  select();
  redrawAll("brush");
  showComparison();
  if (opened === null) closeDrawer();
  else openTrial(opened);
  showMark();
}
