// The filter's text, such as `learning_rate>0.001 n_layers=1 state=completed`

/** What conditions may name beside parameters and metrics: functions that give a trial's number or text, or null. */
const filterFields = {
  trial: trial => trial.number, number: trial => trial.number, state: trial => trial.state, rank: trial => trial.rank,
  value: trial => trial.value, epochs: trial => trial.epochs, best_epoch: trial => trial.bestEpoch,
  seconds: trial => trial.seconds, tflop: trial => trial.cost,
  tied: trial => (trial.tied === null ? null : trial.tied ? "yes" : "no"),
};

/** The function that gives a trial's value of this name, a parameter's before a metric's and any other; or null. */
function fieldNamed(name) {
  const { parameters, metric, trials } = page.study;
  if (parameters.includes(name)) {
    return trial => own(trial.parameters, name)?.number ?? own(trial.parameters, name)?.text ?? null;
  }
  if (name === metric) return trial => trial.value;
  if (trials.some(trial => own(trial.metrics, name) !== undefined)) return trial => own(trial.metrics, name) ?? null;
  return own(filterFields, name.toLowerCase()) ?? null;
}

const conditionPattern = /\s*([^\s=!<>"]+)\s*(!=|<=|>=|=|<|>)\s*(?:"([^"]*)"|([^\s"]+))(?=\s|$)/y;

/** Reads a filter: its conditions, each a function of a trial, and what is wrong with the text, or "". */
function readFilter(text) {
  const conditions = [];
  conditionPattern.lastIndex = 0;
  let end = 0;
  while (text.slice(end).trim() !== "") {
    conditionPattern.lastIndex = end;
    const found = conditionPattern.exec(text);
    if (!found) {
      const problem = `found "${text.slice(end).trim()}"; `
        + "expected conditions such as n_layers=1 or learning_rate>0.001, with =, !=, <, <=, > or >=";
      return { text, conditions: [], problem };
    }
    end = conditionPattern.lastIndex;
    const [, name, operator, quoted, plain] = found;
    const field = fieldNamed(name);
    if (!field) return { text, conditions: [], problem: unknownName(name) };
    const condition = conditionOf(field, operator, quoted ?? plain, quoted === undefined);
    if (!condition) {
      const problem = `found ${name}${operator}${plain ?? `"${quoted}"`}; expected a number after ${operator}`;
      return { text, conditions: [], problem };
    }
    conditions.push(condition);
  }
  return { text, conditions, problem: "" };
}

function unknownName(name) {
  const { parameters, metric } = page.study;
  const names = [...parameters.slice(0, 12), metric, "trial", "state", "epochs", "seconds"];
  return `found no column "${name}"; expected one such as ${names.join(", ")}`;
}

/** A comparison with a value; numbers by size, texts as they are written. Trials without a value fit only `!=`. */
function conditionOf(field, operator, text, mayBeNumber) {
  const number = mayBeNumber && text.trim() !== "" ? Number(text) : NaN;
  const isEqual = trial => {
    const value = field(trial);
    if (typeof value === "number" && !Number.isNaN(number)) return value === number;
    return value !== null && String(value) === text;
  };
  if (operator === "=") return isEqual;
  if (operator === "!=") return trial => !isEqual(trial);
  if (Number.isNaN(number)) return null;
  const compares = {
    "<": value => value < number, "<=": value => value <= number,
    ">": value => value > number, ">=": value => value >= number,
  };
  return trial => typeof field(trial) === "number" && compares[operator](field(trial));
}

/** Takes a text; where it is wrong, the trials stay as they were selected, and the field says what is wrong. */
function setFilter(text) {
  const filter = readFilter(text);
  if (filter.problem === "") page.filter = filter;
  else page.filter = { ...page.filter, text, problem: filter.problem };
  element("filter-text")?.setAttribute("aria-invalid", String(filter.problem !== ""));
  setText(element("filter-problem"), filter.problem);
  return filter.problem === "";
}
