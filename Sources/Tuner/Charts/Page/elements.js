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
  const characters = Array.from(text.slice(0, 200));
  if (characters.length === text.length && textWidth(text) <= width) return text;
  while (characters.length > 1 && textWidth(characters.join("") + "…") > width) characters.pop();
  return characters.join("") + "…";
}

/** Text in a drawing; cut text shows all of itself on hover. */
function svgText(parent, text, width, attributes) {
  const node = svgNode(parent, "text", attributes);
  const shown = shortened(text, width);
  node.textContent = shown;
  if (shown !== text) svgNode(node, "title").textContent = text;
}

// Marks are paths, so that a thousand of them are one element. A dot is a line of no length with round ends.

const shapes = { // in the order in which they lie above each other
  diamond: (x, y) => `M${x} ${y - 4.5}l4.5 4.5l-4.5 4.5l-4.5 -4.5z`,
  cross: (x, y) => `M${x - 3.5} ${y - 3.5}l7 7m0 -7l-7 7`,
  dot: (x, y) => `M${x} ${y}h.01`,
};

const pixel = value => Math.round(value * 10) / 10;
const marks = (shape, points) => points.map(({ x, y }) => shapes[shape](pixel(x), pixel(y))).join("");
const polyline = points => points.map(({ x, y }, i) => `${i ? "L" : "M"}${pixel(x)} ${pixel(y)}`).join("");

/** A list of what the signs of a plot mean; `ramp` is the color scale of the score. */
function drawLegend(parent, entries) {
  const list = htmlNode(parent, "ul", "legend");
  for (const { sign, text } of entries) {
    const item = htmlNode(list, "li");
    if (sign === "ramp") htmlNode(item, "i");
    else {
      const svg = svgNode(item, "svg", { width: 24, height: 12, "aria-hidden": "true" });
      for (const className of sign.split(" ")) {
        const d = className in shapes ? shapes[className](12, 6) : "M0 6h24";
        svgNode(svg, "path", { class: className, d });
      }
    }
    htmlNode(item, "span", "", text).title = text;
  }
}
