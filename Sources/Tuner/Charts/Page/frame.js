// The page's sections, and when their charts are drawn

const frame = {
  drawing: null, // the id of the chart that is being drawn
  sections: new Map(), // by a chart's id
  isWaiting: false,
  timer: null, // ends the pause before the next drawing
  rest: false, // whether charts are left for the next frame
  cost: 0, // milliseconds that the last drawing of all charts took
  drawn: 0, // when that was
  isPrinting: false,
};

/** Makes a section for each chart. */
function makeSections() {
  const watch = new IntersectionObserver(entries => {
    for (const entry of entries) sectionOf(entry.target.id).isNear = entry.isIntersecting;
    drawSoon();
  }, { rootMargin: "300px" });
  for (const chart of charts) {
    const node = htmlNode(element("charts"), "section", chart.wide ? "wide-chart" : "");
    node.id = `section-${chart.id}`;
    const title = htmlNode(node, "h2", "", chart.title);
    title.id = `title-${chart.id}`;
    const controls = htmlNode(node, "div", "controls");
    chart.controls?.(controls);
    const figure = htmlNode(node, "div", "drawing");
    figure.id = chart.id;
    figure.setAttribute("role", "group");
    figure.setAttribute("aria-label", chart.id === "history" ? "hyperparams_tuning" : chart.title);
    const section = { chart, node, figure, isNear: false, isUnder: false, isOld: true, isForced: false, width: 0 };
    figure.addEventListener("pointerenter", event => { section.isUnder = event.pointerType !== "touch"; });
    figure.addEventListener("pointerleave", () => {
      section.isUnder = false;
      drawSoon();
    });
    if (chart.table) addChartTable(section);
    frame.sections.set(chart.id, section);
    watch.observe(node);
  }
}

const sectionOf = id => frame.sections.get(id.replace(/^section-/, ""));

/** Draws a chart again; where its own choices have changed, even under the pointer. */
function redraw(id, isForced = true) {
  const section = sectionOf(id);
  if (!section) return;
  section.isOld = true;
  section.isForced ||= isForced;
  drawSoon();
}

/** Draws all charts again; those that follow the selection by themselves only for other causes. */
function redrawAll(cause) {
  for (const [id, section] of frame.sections) {
    if (cause !== "selection" || !selecting.listeners.has(id)) section.isOld = true;
    else if (!selecting.isDragging) section.showTable?.();
    if (cause === "theme" || cause === "brush") section.isForced = true;
  }
  drawSoon();
}

function drawSoon() {
  if (page.study === null || (frame.isWaiting && frame.timer === null)) return;
  const isAwaited = ({ isNear, isForced, width, node }) => isNear && !node.hidden && (isForced || width === 0);
  const isUrgent = frame.rest || [...frame.sections.values()].some(isAwaited);
  if (frame.isWaiting && !isUrgent) return;
  frame.isWaiting = true;
  clearTimeout(frame.timer); // what a person asks for does not wait for the pause to end
  const draw = () => {
    frame.timer = null;
    requestAnimationFrame(drawWaiting);
  };
  // A study that is slow to draw is drawn less often, so that the page still answers.
  const pause = Math.min(2000, 4 * frame.cost) - (performance.now() - frame.drawn);
  if (pause > 0 && !isUrgent) frame.timer = setTimeout(draw, pause);
  else draw();
}

const frameTime = 25; // milliseconds after which the charts that are left wait for the next frame

function drawWaiting() {
  frame.isWaiting = false;
  const start = performance.now();
  const isWanted = ({ isOld, isNear, isForced, isUnder, node }) =>
    isOld && isNear && !node.hidden && (isForced || !(isUnder || selecting.isDragging));
  const sections = [...frame.sections.values()];
  sections.forEach(showSection);
  const wanted = sections.filter(isWanted);
  let count = 0;
  while (count < wanted.length && (count === 0 || performance.now() - start < frameTime)) {
    drawSection(wanted[count]);
    count += 1;
  }
  const isRest = frame.rest;
  frame.rest = count < wanted.length;
  if (count === 0) return;
  showMark();
  frame.drawn = performance.now();
  frame.cost = frame.drawn - start + (isRest ? frame.cost : 0);
  if (frame.rest) drawSoon();
}

/** A study of one trial has only its curve to show, and one without trials nothing. */
function showSection({ chart, node }) {
  const { length } = page.study.trials;
  const isHidden = length === 0 || (length === 1 && chart.id !== "curves") || chart.isUseful?.() === false;
  if (node.hidden !== isHidden) node.hidden = isHidden;
}

function drawSection(section) {
  const { chart, figure } = section;
  const focus = figure.contains(document.activeElement) ? document.activeElement.id : "";
  figure.style.minHeight = `${figure.offsetHeight}px`; // nothing below moves meanwhile
  figure.replaceChildren();
  markers.delete(chart.id);
  selecting.listeners.delete(chart.id);
  frame.drawing = chart.id;
  try {
    chart.draw(figure);
  } catch (error) { // one chart's mistake leaves the others
    console.error(error);
    sayEmpty(figure, `The chart cannot be drawn: ${error.message}`);
  }
  frame.drawing = null;
  figure.style.minHeight = "";
  if (focus) element(focus)?.focus({ preventScroll: true });
  section.width = figure.clientWidth;
  [section.isOld, section.isForced] = [false, false];
  section.showTable?.();
}

const mostTableRows = 500;

/** The numbers of a chart as a table, made when it is opened. */
function addChartTable(section) {
  const details = htmlNode(section.node, "details", "data");
  htmlNode(details, "summary", "", "Show as a table");
  const parent = htmlNode(details, "div", "table");
  parent.tabIndex = 0;
  parent.setAttribute("role", "region");
  parent.setAttribute("aria-label", `${section.chart.title}, as a table`);
  section.showTable = () => {
    parent.replaceChildren();
    if (details.open) drawTable(parent, section.chart.table());
  };
  details.addEventListener("toggle", section.showTable);
}

/** A table of texts, numbers, which have all digits in their titles, and {text, title}. */
function drawTable(parent, { caption, columns, rows }) {
  const table = htmlNode(parent, "table");
  if (caption) htmlNode(table, "caption", "", caption);
  const head = htmlNode(htmlNode(table, "thead"), "tr");
  for (const column of columns) htmlNode(head, "th", "", column).scope = "col";
  const body = htmlNode(table, "tbody");
  for (const row of rows.slice(0, mostTableRows)) {
    const line = htmlNode(body, "tr");
    for (const cell of row) {
      const isNumber = typeof cell === "number";
      const node = htmlNode(line, "td", "", isNumber ? shortText(cell) : cell?.text ?? cell ?? "");
      if (isNumber || cell?.title) node.title = isNumber ? String(cell) : cell.title;
    }
  }
  if (rows.length > mostTableRows) htmlNode(parent, "p", "note", `The first ${mostTableRows} of ${rows.length} rows.`);
  return table;
}

const sayEmpty = (parent, text) => htmlNode(parent, "p", "empty", text);

const mostPrintedRows = 2000;

/** Paper is light, as wide as it is, and has all charts and many rows. */
function watchPrinting() {
  addEventListener("beforeprint", () => {
    frame.isPrinting = true;
    showTheme("light");
    for (const section of frame.sections.values()) if (!section.node.hidden) drawSection(section);
    showMark();
    showRows(true, mostPrintedRows);
  });
  addEventListener("afterprint", () => {
    frame.isPrinting = false;
    showTheme();
    showRows(true);
  });
}

function watchWindow() {
  new ResizeObserver(() => {
    for (const section of frame.sections.values()) {
      if (section.width > 0 && section.figure.clientWidth !== section.width) {
        [section.isOld, section.isForced] = [true, true];
      }
    }
    drawSoon();
  }).observe(element("charts"));
}
