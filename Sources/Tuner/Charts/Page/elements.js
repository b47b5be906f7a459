// Elements

const svgNamespace = "http://www.w3.org/2000/svg";

function htmlNode(parent, tag, className = "", text = "") {
  const node = document.createElement(tag);
  if (className) node.className = className;
  node.textContent = text;
  parent.append(node);
  return node;
}

function svgNode(parent, tag, attributes = {}) {
  const node = document.createElementNS(svgNamespace, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  parent.append(node);
  return node;
}

const ruler = document.createElement("canvas").getContext("2d");
ruler.font = "12px system-ui, sans-serif";
const textWidth = text => ruler.measureText(text).width;

/** The text, cut and with an ellipsis if it is wider than the given number of pixels. */
function shortened(text, width) {
  if (text.length <= 200 && textWidth(text) <= width) return text;
  const characters = Array.from(text.slice(0, 200));
  while (characters.length > 1 && textWidth(characters.join("") + "…") > width) characters.pop();
  return characters.join("") + "…";
}

/** Text in a drawing; cut text shows all of itself on hover. */
function svgText(parent, text, width, attributes) {
  const node = svgNode(parent, "text", attributes);
  const shown = shortened(text, width);
  node.textContent = shown;
  if (shown !== text) svgNode(node, "title").textContent = text;
  return node;
}

// Marks are paths, so that a thousand of them are one element. A dot is a line of no length with round ends.

const shapes = { // in the order in which they lie above each other
  diamond: (x, y) => `M${x} ${y - 4.5}l4.5 4.5l-4.5 4.5l-4.5 -4.5z`,
  square: (x, y) => `M${x - 3.5} ${y - 3.5}h7v7h-7z`,
  triangle: (x, y) => `M${x} ${y - 4.5}l4.5 8h-9z`,
  wedge: (x, y) => `M${x} ${y + 4.5}l4.5 -8h-9z`,
  cross: (x, y) => `M${x - 3.5} ${y - 3.5}l7 7m0 -7l-7 7`,
  circle: (x, y) => `M${x - 3} ${y}a3 3 0 1 0 6 0a3 3 0 1 0 -6 0z`,
  dot: (x, y) => `M${x} ${y}h.01`,
  ring: (x, y) => `M${x - 7} ${y}a7 7 0 1 0 14 0a7 7 0 1 0 -14 0z`,
};

const pixel = value => Math.round(value * 10) / 10;
const marks = (shape, points) => points.map(({ x, y }) => shapes[shape](pixel(x), pixel(y))).join("");
const polyline = points => points.map(({ x, y }, i) => `${i ? "L" : "M"}${pixel(x)} ${pixel(y)}`).join("");
const rectangle = (x, y, width, height) =>
  `M${pixel(x)} ${pixel(y)}h${pixel(width)}v${pixel(height)}h${-pixel(width)}z`;

/** The signs of a legend that are neither marks nor lines; each is drawn 24 by 12 pixels. */
const signs = {
  band: "M0 1h24v10h-24z",
  mean: "M12 1v10m-4 -10h8m-8 10h8",
  speck: "M12 6h.01",
  range: "M2 6h20M2 2v8M22 2v8",
  segment: "M2 1h20v10h-20z",
  low: "M2 6h20v5h-20z",
  hatch: "M2 8l7 -7m-2 10l10 -10m-3 10l8 -8",
};

/**
 * A list of what the signs of a plot mean. A sign is the classes of its paths; `ramp` and `order` are color scales,
 * and an entry without a sign is a heading.
 */
function drawLegend(parent, entries) {
  const list = htmlNode(parent, "ul", "legend");
  for (const { sign, text } of entries) {
    const item = htmlNode(list, "li");
    if (sign === "ramp" || sign === "order") htmlNode(item, "i", sign);
    else if (sign) {
      const svg = svgNode(item, "svg", { width: 24, height: 16, viewBox: "0 -2 24 16", "aria-hidden": "true" });
      for (const name of sign.split(" ")) {
        const [kind, ...classes] = name.split(".");
        const d = own(shapes, kind)?.(12, 6) ?? own(signs, kind) ?? "M0 6h24";
        svgNode(svg, "path", { class: [kind, ...classes].join(" "), d });
      }
    }
    htmlNode(item, "span", "", text).title = text;
  }
}
