// Start

/** Shows the study as it is now. */
function update() {
  page.study = prepared(connection.raw, [...connection.trials.values()]);
  setFilter(element("filter-text").value);
  updateSelection();
  showHeader();
  showRunning();
  showSelection();
  showComparison();
  showDrawer();
  redrawAll("data");
}

/** Buttons that lead to the parts of the page. */
function makePlaces() {
  const titles = charts.map(({ id, title }) => [id, title]);
  const places = [["running", "Running"], ...titles, ["leaderboard", "Leaderboard"], ["compare", "Comparison"]];
  for (const [id, title] of places) {
    const button = htmlNode(element("places"), "button", "", title);
    button.type = "button";
    button.addEventListener("click", () => goTo(id));
    const show = () => { button.hidden = element(`section-${id}`).hidden; };
    new MutationObserver(show).observe(element(`section-${id}`), { attributes: true, attributeFilter: ["hidden"] });
    show();
  }
}

function goTo(id) {
  const section = element(`section-${id}`);
  section.scrollIntoView({ block: "start" });
  section.tabIndex = -1;
  section.focus({ preventScroll: true });
}

function start() {
  const block = element("study-live");
  if (block) ({ live: page.live, sequence: connection.sequence } = JSON.parse(block.textContent));
  takeStudy(JSON.parse(element("study-chart").textContent));
  page.study = prepared(connection.raw, [...connection.trials.values()]);
  startTheme();
  makeLeaderboard();
  makeDrawer();
  makeSections();
  makePlaces();
  const opened = readLink();
  update();
  watchWindow();
  watchPrinting();
  element("clear-selection").addEventListener("click", clearSelection);
  document.addEventListener("keydown", event => {
    const clears = event.target.type === "search" && event.target.value !== "";
    if (event.key !== "Escape" || event.defaultPrevented || clears) return;
    if (page.opened !== null) closeDrawer();
    else keep(null);
  });
  addEventListener("hashchange", followLink);
  if (opened !== null) openTrial(opened);
  if (isLive()) startLive();
}

start();
