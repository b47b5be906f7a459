// Choosers: fields above a chart for its options

const choosers = new Map(); // by the option's name

/**
 * Adds a select field for an option of a chart. `entries()` are the pairs of value and text; the first is the default.
 *
 * A list of one hides the field.
 */
function addChooser(parent, name, label, entries) {
  const field = htmlNode(parent, "label", "choice");
  field.hidden = true; // until there is something to choose
  htmlNode(field, "span", "", label);
  const select = htmlNode(field, "select");
  select.id = `choose-${name.replace(".", "-")}`;
  select.addEventListener("change", () => {
    setOption(name, select.selectedIndex === 0 ? null : select.value);
  });
  choosers.set(name, { field, select, entries, shown: "" });
}

/** The option's value; brings its field up to date. */
function chosen(name) {
  const chooser = choosers.get(name);
  const { field, select } = chooser;
  const entries = chooser.entries();
  const isOffered = value => entries.some(([offered]) => offered === value);
  const wanted = option(name, entries[0][0]);
  const value = isOffered(wanted) ? wanted : entries[0][0];
  const shown = JSON.stringify(entries);
  if (chooser.shown !== shown) { // an open list must not change for nothing
    chooser.shown = shown;
    select.replaceChildren();
    for (const [offered, text] of entries) htmlNode(select, "option", "", text).value = offered;
  }
  select.value = value;
  field.hidden = entries.length < 2;
  return value;
}
