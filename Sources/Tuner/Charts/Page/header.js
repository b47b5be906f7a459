// Header: what the study is, how far it is, and its best value

const badgeTexts = { running: "live", paused: "paused", finished: "finished", gone: "process gone" };

/** What the badge says; `isConnected` is false while the page waits for its server. */
function badgeText(live, isConnected) {
  if (!isConnected) return "reconnecting";
  const text = badgeTexts[live.state] ?? live.state;
  const isSince = live.state === "gone" && Number.isFinite(live.since);
  return isSince ? `${text} since ${durationText(Math.round(live.since))}` : text;
}

const setText = (node, text) => { if (node.textContent !== text) node.textContent = text; };

function showHeader() {
  const { study, model, dataset, metric, direction, ranking } = page.study;
  document.title = page.live ? `${study}: ${badgeText(page.live, live.isConnected)}` : study;
  setText(element("study"), study);
  const about = `${model} on ${dataset}, ${direction} ${metric}.`;
  setText(element("about"), ranking ? `${about} ${ranking}` : about);
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
  badge.className = live.isConnected ? page.live.state : "reconnecting";
  setText(badge, badgeText(page.live, live.isConnected));
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
  const parts = [
    [counts.running, "running"], [counts.finished, "finished"], [counts.paused, page.live ? "paused" : "pruned"],
    [counts.failed, "failed"],
  ];
  const ended = parts.filter(([number]) => number > 0)
    .map(([number, name]) => `${number.toLocaleString("en")} ${name}`);
  const of = counts.total > counts.started ? ` of ${counts.total.toLocaleString("en")}` : "";
  return [`${(counts.started ?? 0).toLocaleString("en")}${of} started`, ...ended].join(" · ");
}

function headerFacts() {
  const { trials, best, metric, users } = page.study;
  const facts = [["Trials", trials.length === 0 ? "none yet" : countFacts()]];
  if (best) {
    facts.push([`Best ${metric}`, scoreText(best.value) + intervalText(best)]);
    const tied = trials.filter(trial => trial.tied && trial.number !== best.number).length;
    if (users > 0 && tied > 0) facts.push(["Tied with the best", counted(tied, "trial")]);
  }
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
  const { best, trials, varying } = page.study;
  if (!best) return trials.length === 0 ? "The study has no trials." : "No trial has a score yet.";
  const values = varying.filter(name => own(best.parameters, name))
    .map(name => `${name}=${valueText(best.parameters[name])}`).join(" ");
  const after = best.epochs > 0 ? ` after ${counted(best.epochs, "epoch")}` : "";
  const state = best.state === "completed" ? "" : `, ${stateText(best)},`;
  return `Best: trial ${best.number}${state}${after}${values && `: ${values}`}`;
}

const news = { best: undefined, state: undefined };

/** Tells screen readers of a new best trial and of the study's end, and of nothing else. */
function sayNews() {
  if (!isLive()) return;
  const { best, metric } = page.study;
  const said = [];
  if (news.best !== undefined && best && best.number !== news.best) {
    said.push(`New best: trial ${best.number} with ${metric} ${scoreText(best.value)}.`);
  }
  if (news.state !== undefined && page.live.state !== news.state) {
    said.push(`The study is ${badgeText(page.live, true)}.`);
  }
  [news.best, news.state] = [best?.number ?? null, page.live.state];
  if (said.length > 0) setText(element("news"), said.join(" "));
}
