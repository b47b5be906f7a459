// Layers: what is drawn for all trials, as elements or, for many trials, on a canvas

const mostNodes = 300; // trials whose marks are elements
const mostLive = 600; // trials up to which all drawings follow a brush while it is dragged

/** A layer of elements in a group of an svg. */
function elementLayer(group) {
  const path = (classes, d, { stroke, fill, opacity } = {}) => {
    const node = svgNode(group, "path", { class: classes, d });
    if (stroke) node.style.stroke = stroke;
    if (fill) node.style.fill = fill;
    if (opacity) node.style.strokeOpacity = opacity;
  };
  return {
    path,
    clear: () => group.replaceChildren(),
    lines: (classes, lines, look) => path(classes, lines.map(polyline).join(""), look),
    marks: (shape, classes, points, look) => path(classes, marks(shape, points), look),
  };
}

/** A layer on a canvas that lies over the svg. It takes the looks of classes from the style sheet, as elements do. */
function canvasLayer(frame, svg, width, height) {
  const canvas = htmlNode(frame, "canvas", "base");
  const ratio = Math.min(3, window.devicePixelRatio || 1);
  [canvas.width, canvas.height] = [Math.round(width * ratio), Math.round(height * ratio)];
  [canvas.style.width, canvas.style.height] = [`${width}px`, `${height}px`];
  let context = canvas.getContext("2d");
  context.scale(ratio, ratio);
  const looks = new Map();
  const lookOf = classes => {
    if (!looks.has(classes)) {
      const probe = svgNode(svg, "path", { class: classes });
      const { stroke, strokeWidth, strokeOpacity, strokeDasharray, strokeLinecap, fill, fillOpacity, opacity } =
        getComputedStyle(probe);
      const dashes = strokeDasharray === "none" ? [] : strokeDasharray.split(/[ ,]+/).map(parseFloat);
      looks.set(classes, {
        stroke, width: parseFloat(strokeWidth), dashes, cap: strokeLinecap, fill,
        strokeOpacity: Number(strokeOpacity) * Number(opacity), fillOpacity: Number(fillOpacity) * Number(opacity),
      });
      probe.remove();
    }
    return looks.get(classes);
  };
  const useStroke = (classes, { stroke, opacity } = {}) => {
    const look = lookOf(classes);
    context.strokeStyle = stroke || look.stroke;
    context.lineWidth = look.width;
    context.lineCap = look.cap;
    context.setLineDash(look.dashes);
    context.globalAlpha = opacity ? opacity * look.strokeOpacity : look.strokeOpacity;
    return look.stroke !== "none" || stroke;
  };
  const path = (classes, d, look = {}) => {
    const shape = new Path2D(d);
    const { fill, fillOpacity } = lookOf(classes);
    if (look.fill || fill !== "none") {
      context.fillStyle = look.fill || fill;
      context.globalAlpha = fillOpacity;
      context.fill(shape);
    }
    if (useStroke(classes, look)) context.stroke(shape);
  };
  return {
    path,
    clear: () => context.clearRect(0, 0, width, height),
    lines(classes, lines, look) {
      useStroke(classes, look);
      if (lines.length > 1) { // wide or dashed lines take tens of times as long
        context.lineWidth = 1 / ratio;
        context.setLineDash([]);
      }
      for (const line of lines) { // one by one: strokes of a long path take more than linear time
        context.beginPath();
        for (const { x, y } of line) context.lineTo(x, y);
        context.stroke();
      }
    },
    marks(shape, classes, points, look) {
      if (points.length <= 50) return path(classes, marks(shape, points), look);
      // A stamp, drawn once: a long path takes more than linear time.
      const size = Math.round(20 * ratio);
      const stamp = new OffscreenCanvas(size, size);
      const whole = context;
      context = stamp.getContext("2d");
      context.scale(ratio, ratio);
      path(classes, marks(shape, [{ x: size / 2 / ratio, y: size / 2 / ratio }]), look);
      const image = stamp.transferToImageBitmap();
      context = whole;
      context.globalAlpha = 1;
      context.setTransform(1, 0, 0, 1, 0, 0);
      const corner = at => Math.round(at * ratio - size / 2);
      for (const { x, y } of points) context.drawImage(image, corner(x), corner(y));
      context.setTransform(ratio, 0, 0, ratio, 0, 0);
    },
  };
}

/**
 * An empty drawing: an svg for axes and texts, a layer for the marks of all trials, an overlay for the marked one.
 *
 * `count` is the number of things to draw, which decides whether the layer is a canvas.
 */
function drawing(parent, { id, width, height, label, count = 0, role = "img" }) {
  const frame = htmlNode(parent, "div", "plot");
  const svg = svgNode(frame, "svg", { width, height, role, "aria-label": label });
  if (id) svg.id = `chart-${id}`;
  const front = svgNode(svg, "g"); // axes, below the marks
  const base = svgNode(svg, "g", { class: "base" });
  if (count <= mostNodes) {
    return { frame, svg, width, height, front, base, ...upperGroups(svg), layer: elementLayer(base) };
  }
  const layer = canvasLayer(frame, svg, width, height);
  const above = svgNode(frame, "svg", { class: "above", width, height, "aria-hidden": "true" });
  return { frame, svg, width, height, front, base, ...upperGroups(above), layer };
}

/** What lies above the marks: texts, what the pointer reads, and the marked trial. */
const upperGroups = svg => ({
  labels: svgNode(svg, "g"),
  guide: svgNode(svg, "g", { class: "guide" }),
  overlay: svgNode(svg, "g", { class: "overlay" }),
});

/** Paints now, and again whenever other trials are selected. */
function paintSelected(area, paint) {
  const repaint = () => {
    area.layer.clear();
    paint(area.layer);
  };
  repaint();
  if (page.study.trials.length <= mostLive) addSelecting(repaint);
}
