// Header: what the study is, how far it is, and its best value

const badgeTexts = { running: "live", paused: "paused", finished: "finished", gone: "process gone" };
const newsTexts = {
  running: "The study is running.", paused: "The study is paused.", finished: "The study has finished.",
  gone: "The study's process is gone.",
};

function badgeText() {
  if (!connection.isOpen) return "reconnecting";
  const { state, since } = page.live;
  const isSince = state === "gone" && Number.isFinite(since);
  return isSince ? `${badgeTexts[state]} since ${durationText(Math.round(since))}` : badgeTexts[state];
}

const setText = (node, text) => { if (node.textContent !== text) node.textContent = text; };

function showHeader() {
  const { study, model, dataset, metric, direction, ranking, epochShare } = page.study;
  document.title = isLive() ? `${study}: ${badgeText()}` : study;
  setText(element("study"), study);
  const about = [`${model} on ${dataset}, ${direction} ${metric}.`, ranking];
  if (epochShare) about.push(`An epoch is ${epochShare}.`);
  setText(element("about"), about.filter(Boolean).join(" "));
  showBadge();
  showStudyChoice();
  showFacts();
  setText(element("best"), bestText());
  sayNews();
}

function showBadge() {
  const badge = element("badge");
  badge.hidden = !isLive();
  if (!isLive()) return;
  badge.className = connection.isOpen ? page.live.state : "reconnecting";
  setText(badge, badgeText());
}

function showStudyChoice() {
  const names = page.live?.studies ?? [];
  const choice = element("study-choice");
  element("studies").hidden = names.length < 2;
  if (names.join("\n") !== [...choice.options].map(option => option.value).join("\n")) {
    choice.replaceChildren();
    for (const name of names) htmlNode(choice, "option", "", name).value = name;
  }
  if (choice !== document.activeElement) choice.value = page.study.study;
}

/** The counts of the trials, in the words of people who watch them. */
function countFacts() {
  const { trials } = page.study;
  const count = (...states) => trials.filter(trial => states.includes(trial.state)).length;
  const counts = page.live ?? {
    started: trials.length - count("pending"), finished: count("completed", "diverged"), paused: count("pruned"),
    running: count("running"), failed: count("failed"), total: trials.length,
  };
  const parts = [ // "pruned", as leaderboard and filter say it: paused is what the whole study may be
    [counts.running, "running"], [counts.finished, "finished"], [counts.paused, "pruned"], [counts.failed, "failed"],
  ];
  const ended = parts.filter(([number]) => number > 0)
    .map(([number, name]) => `${number.toLocaleString("en")} ${name}`);
  const of = counts.total > counts.started ? ` of ${counts.total.toLocaleString("en")}` : "";
  return [`${(counts.started ?? 0).toLocaleString("en")}${of} started`, ...ended].join(" · ");
}

function headerFacts() {
  const { trials, best, bestSoFar, metric, users } = page.study;
  const facts = [["Trials", trials.length === 0 ? "none yet" : countFacts()]];
  if (bestSoFar) facts.push([`Best ${metric}`, scoreText(bestSoFar.value) + intervalText(bestSoFar)]);
  const tied = trials.filter(trial => trial.tied && trial.number !== best?.number).length;
  if (users > 0 && tied > 0) facts.push(["Tied with the best", counted(tied, "trial")]);
  if (page.live) facts.push(...liveFacts(page.live));
  return facts;
}

function liveFacts({ state, elapsed, remaining, epochsPerSecond, workers, stateBytes }) {
  const facts = [];
  if (Number.isFinite(elapsed)) facts.push(["Elapsed", durationText(elapsed)]);
  if (state === "running" && remaining) {
    const [low, high] = remaining.map(seconds => durationText(Math.max(1, Math.round(seconds))));
    facts.push(["Left, about", low === high ? low : `${low} to ${high}`]);
  }
  if (state === "running" && epochsPerSecond > 0) facts.push(["Speed", `${shortText(epochsPerSecond)} epochs/s`]);
  if (workers?.length > 0) {
    const hosts = new Map();
    for (const { host, workers: count } of workers) hosts.set(host, (hosts.get(host) ?? 0) + (count ?? 1));
    facts.push(["Workers", [...hosts].map(([host, count]) => `${count} on ${host}`).join(", ")]);
  }
  if (stateBytes > 0) facts.push(["States on disk", bytesText(stateBytes)]);
  return facts;
}

/** Brings the list of facts up to date and keeps the nodes of those that stay. */
function showFacts() {
  const list = element("facts");
  const facts = headerFacts();
  while (list.children.length > facts.length) list.lastElementChild.remove();
  facts.forEach(([name, text], i) => {
    const item = list.children[i] ?? htmlNode(list, "div");
    if (item.children.length === 0) for (const tag of ["dt", "dd"]) htmlNode(item, tag);
    setText(item.firstElementChild, name);
    setText(item.lastElementChild, text);
  });
}

function bestText() {
  const { bestSoFar: best, trials, varying } = page.study;
  if (!best) return trials.length === 0 ? "The study has no trials." : "No trial has a score yet.";
  const values = varying.filter(name => own(best.parameters, name))
    .map(name => `${name}=${valueText(best.parameters[name])}`).join(" ");
  const after = best.epochs > 0 ? ` after ${counted(best.epochs, "epoch")}` : "";
  const state = best.state === "completed" ? "" : `, ${best.state},`;
  return `Best: trial ${best.number}${state}${after}${values && `: ${values}`}`;
}

const news = { best: undefined, state: undefined };

/** Tells screen readers of a new best trial and of the study's end, and of nothing else. */
function sayNews() {
  if (!isLive()) return;
  const { bestSoFar: best, metric } = page.study;
  const said = [];
  if (news.best !== undefined && best && best.number !== news.best) {
    said.push(`New best: trial ${best.number} with ${metric} ${scoreText(best.value)}.`);
  }
  if (news.state !== undefined && page.live.state !== news.state) {
    said.push(newsTexts[page.live.state]);
  }
  [news.best, news.state] = [best?.number ?? null, page.live.state];
  if (said.length > 0) setText(element("news"), said.join(" "));
}
