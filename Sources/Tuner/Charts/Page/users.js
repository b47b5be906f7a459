// Two trials user by user, which the server compares

function fillUsers(parent, number) {
  if (!isLive()) {
    htmlNode(parent, "p", "note", "The comparison of two trials over the same users is on the live page, "
      + `run-hyper dashboard, and in the terminal: run-hyper compare ${shellWord(page.study.study)} ${number} OTHER.`);
    return;
  }
  const label = htmlNode(parent, "label", "", "Compare with trial ");
  const field = htmlNode(label, "input");
  Object.assign(field, { type: "number", min: 1, step: 1, id: "compare-with" });
  const { best } = page.study;
  const rival = best && best.number !== number ? best : page.study.scored.find(trial => trial.number !== number);
  field.value = drawer.other ?? rival?.number ?? "";
  const button = htmlNode(parent, "button", "", "Compare");
  button.type = "button";
  const result = htmlNode(parent, "div");
  result.setAttribute("role", "status");
  const run = async () => {
    const other = Number(field.value);
    drawer.other = field.value;
    if (!page.study.byNumber.has(other) || other === number) {
      result.replaceChildren();
      const found = field.value === "" ? "no number" : `trial ${field.value}`;
      return htmlNode(result, "p", "problem", `found ${found}; expected the number of another trial`);
    }
    const answer = await pairedTest(number, other);
    if (!result.isConnected) return;
    result.replaceChildren();
    if (answer.message) htmlNode(result, "p", "note", answer.message);
    else fillPair(result, number, other, answer);
  };
  button.addEventListener("click", run);
  field.addEventListener("keydown", event => { if (event.key === "Enter") run(); });
}

const shellWord = text => (/^[\w.,:/@+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);

const pairs = new Map(); // the server's answers, by the trials and how far they were

async function pairedTest(a, b) {
  const key = [a, b].map(number => `${number} ${trialNumbered(number)?.epochs} ${trialNumbered(number)?.state}`).join();
  if (!pairs.has(key)) pairs.set(key, fetchJSON("compare", { a, b }).catch(error => ({ message: error.message })));
  const answer = await pairs.get(key);
  if (answer.message) pairs.delete(key);
  return answer;
}

const chanceText = p => (p < 0.0001 ? "p < 0.0001" : `p = ${shortText(Number(p.toPrecision(2)))}`);
const signedText = value => (value > 0 ? "+" : "") + scoreText(value);

function fillPair(parent, a, b, { metric, difference, low, high, p, better, equal, worse, histogram }) {
  const verdict = low > 0 || high < 0 ? "" : ": no clear difference";
  htmlNode(parent, "p", "", `${metric}: trial ${a} minus trial ${b} is ${signedText(difference)}, `
    + `95 % interval ${signedText(low)} to ${signedText(high)}, ${chanceText(p)}${verdict}.`);
  htmlNode(parent, "p", "", `Better for ${counted(better, "user")}, equal for ${equal.toLocaleString("en")}, `
    + `worse for ${worse.toLocaleString("en")}.`);
  if (histogram?.length > 0) drawHistogram(parent, histogram, `${metric} of trial ${a} minus trial ${b}, by user`);
}

/** Users by their difference; the count has a square root's scale, as most users often have none. */
function drawHistogram(parent, histogram, label) {
  const [low, high] = [histogram[0].from, histogram.at(-1).to];
  const most = Math.max(1, ...histogram.map(bin => bin.users));
  const x = linearScale(low, high, 4);
  const height = count => Math.sqrt(count / most);
  const counts = new Set([most / 4, most].map(Math.round).filter(count => count > 0));
  const ticks = [...counts].map(count => ({ at: height(count), text: String(count) }));
  const y = { at: height, ticks };
  const area = plot(parent, { height: 180, x, y, xLabel: "difference", yLabel: "users", title: label });
  for (const { from, to, users } of histogram) {
    if (users === 0) continue;
    const [start, end] = [area.place(x.at(from), 0), area.place(x.at(to), height(users))];
    const bar = svgNode(area.base, "rect", {
      class: from >= 0 ? "better" : "worse", x: start.x, y: end.y,
      width: Math.max(1, end.x - start.x - 1), height: start.y - end.y,
    });
    svgNode(bar, "title").textContent = `${shortText(from)} to ${shortText(to)}: ${counted(users, "user")}`;
  }
}
