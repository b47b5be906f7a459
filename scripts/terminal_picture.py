"""What a terminal shows, as an SVG for light and dark pages."""

import re
from xml.sax.saxutils import escape

CELL, LINE, MARGIN = 8.4, 19, 14  # pixels; a cell is 0.6 of the font's size, as in nearly all monospaced fonts

# The colors of the codes 30 to 37, for light and dark pages: each has at least 4.5 : 1 against its paper.
COLORS = {
    30: ("#57606a", "#8b949e"), 31: ("#b42318", "#ff7b72"), 32: ("#116329", "#56d364"), 33: ("#7d4e00", "#e3b341"),
    34: ("#0550ae", "#79c0ff"), 35: ("#8250df", "#d2a8ff"), 36: ("#1b6b72", "#56d4dd"), 37: ("#24292f", "#e6edf3")}
PAPER, INK, FAINT = ("#ffffff", "#0d1117"), ("#24292f", "#e6edf3"), ("#57606a", "#8b949e")


def runs(line, classes):
    """The parts of a line with the same look (column, text, classes of the style sheet), and the look after it, which goes on.

    Source: ECMA-48, section 8.3.117, Select Graphic Rendition.
    """
    column, found = 0, []
    for code, text in re.findall(r"\x1b\[([0-9;]*)m|([^\x1b]+)", line):
        if text:
            found.append((column, text, sorted(classes)))
            column += len(text)
            continue
        for number in (int(word or 0) for word in code.split(";")):
            colors = {name for name in classes if name.startswith("c")}
            if number == 0:
                classes = set()
            elif number in (1, 2):
                classes = classes | {{1: "b", 2: "f"}[number]}
            elif number == 22:
                classes = classes - {"b", "f"}
            elif number == 39:
                classes = classes - colors
            elif 30 <= number <= 37 or 90 <= number <= 97:
                classes = classes - colors | {f"c{number % 10 + 30}"}
            else:
                raise ValueError(f"found the code {number} in {line!r}; expected bold, faint or one of eight colors")
    return found, classes


def svg(text, columns, title):
    """The SVG of what `tmux capture-pane -e -p` prints."""
    lines = text.rstrip("\n").split("\n")
    while lines and not re.sub(r"\x1b\[[0-9;]*m", "", lines[-1]).strip():
        lines.pop()
    width, height = round(columns * CELL + 2 * MARGIN), len(lines) * LINE + 2 * MARGIN

    def style(side):
        rules = [f".p{{fill:{PAPER[side]}}}", f"text{{fill:{INK[side]}}}", f".f{{fill:{FAINT[side]}}}"]
        return "".join(rules + [f".c{code}{{fill:{pair[side]}}}" for code, pair in COLORS.items()])

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" role="img">',
        f"<title>{escape(title)}</title>",
        f"<style>text{{font:14px ui-monospace,Menlo,Consolas,'DejaVu Sans Mono',monospace;white-space:pre}}.b{{font-weight:bold}}"
        f"{style(0)}@media (prefers-color-scheme:dark){{{style(1)}}}</style>",
        f'<rect class="p" width="{width}" height="{height}" rx="6"/>']
    look = set()
    for number, line in enumerate(lines):
        y = MARGIN + number * LINE + 14
        found, look = runs(line, look)
        for column, run, classes in found:
            if not run.strip():
                continue
            start = len(run) - len(run.lstrip(" "))
            run = run.strip(" ")
            name = f' class="{" ".join(classes)}"' if classes else ""
            # The length keeps columns in place, whatever font is there.
            parts.append(
                f'<text{name} x="{MARGIN + (column + start) * CELL:.1f}" y="{y}" textLength="{len(run) * CELL:.1f}">{escape(run)}</text>')
    return "\n".join([*parts, "</svg>"]) + "\n"
