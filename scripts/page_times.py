"""Measures the page of a study in Chromium; see scripts/page-times."""

import argparse
import json
import os
import re
import signal
import sqlite3
import statistics
import subprocess
import tempfile
import time

import tiny_dataset
from browser import Browser

SPACE = """learning_rate loguniform -8,-4
hidden_dropout_prob uniform 0,0.6
attn_dropout_prob uniform 0,0.6
n_layers choice [1,2]
hidden_act choice ['gelu','relu']
"""
SMALL = ["--hidden_size=8", "--inner_size=8", "--n_heads=1", "--MAX_ITEM_LIST_LENGTH=5", "--dataset=tiny", "--data_path=data"]

# Runs before the page's own script: notes when the first chart, and what stands above it, has been painted.
WATCH = """
new MutationObserver((_, observer) => {
  if (!document.querySelector("#history .plot svg") || !document.querySelector("h1")?.textContent) return;
  observer.disconnect();
  // A message is taken after the frame in which it was sent has been painted.
  requestAnimationFrame(() => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => { window.runHyperPainted = performance.now(); };
    port2.postMessage(null);
  });
}).observe(document, { subtree: true, childList: true });
"""

# What the page's thread has to do for a move of the pointer, up to the painted frame, for 40 moves over a chart.
HOVER = """
const [id, done] = [arguments[0], arguments[1]];
const frame = () => new Promise(next => requestAnimationFrame(next));
(async () => {
  document.getElementById(`section-${id}`).scrollIntoView({ block: "center", behavior: "instant" });
  // Charts are drawn when they come into sight.
  for (let i = 0; i < 60 || !document.querySelector(`#${id} .plot svg`); i += 1) await frame();
  const svg = document.querySelector(`#${id} .plot svg`);
  const box = svg.getBoundingClientRect();
  const [times, marked] = [[], new Set()];
  for (let i = 0; i < 40; i += 1) {
    const [clientX, clientY] = [box.x + box.width * (0.1 + 0.02 * i), box.y + box.height * (0.3 + 0.01 * i)];
    await frame();
    const painted = new Promise(next => requestAnimationFrame(() => { // before what the page does in the same frame
      const start = performance.now();
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => next(performance.now() - start);
      port2.postMessage(null);
    }));
    const start = performance.now();
    svg.dispatchEvent(new PointerEvent("pointermove", { clientX, clientY, bubbles: true, pointerType: "mouse" }));
    const handled = performance.now() - start;
    times.push(handled + await painted);
    if (page.hovered !== null) marked.add(page.hovered);
  }
  done([times, marked.size]);
})();
"""


def run(program, folder, *words):
    ending = subprocess.run([program, *words], cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False)
    if ending.returncode != 0:
        raise SystemExit(f"error: {' '.join(words)}: {ending.stderr.strip()}")


def page_of(program, folder, trials):
    """The page of a random study with so many trials of three epochs."""
    run(program, folder, "--params_file=hyper.test", f"--study=random-{trials}", "--algo=random", f"--max_evals={trials}", "--epochs=3",
        "--workers=2", "--progress=none", *SMALL)
    run(program, folder, "chart", f"random-{trials}", f"--to=page-{trials}.html")
    return f"{folder}/page-{trials}.html"


def with_many_trials(source, target, count):
    """A page with the trials of another one, again and again with other numbers."""
    with open(source) as file:
        before, data, after = re.fullmatch(r'(.*id="study-chart">)(.*?)(</script>.*)', file.read(), re.DOTALL).groups()
    study = json.loads(data)
    trials = study["trials"]
    study["trials"] = [{**trials[i % len(trials)], "number": i + 1} for i in range(count)]
    with open(target, "w") as file:
        file.write(before + json.dumps(study).replace("<", "\\u003c") + after)


def size_without_data(page):
    with open(page, "rb") as file:
        content = file.read()
    data = re.search(rb'id="study-chart">(.*?)</script>', content, re.DOTALL)
    return len(content) - len(data[1]), len(content)


def measure(browser, page, tries):
    """Medians in milliseconds: the first picture, and the hovers of three charts."""
    paints, hovers = [], {"history": [], "curves": [], "parallel": []}
    browser.resize(1280, 900)
    browser.command("Page.addScriptToEvaluateOnNewDocument", source=WATCH)
    for _ in range(tries):
        browser.open("about:blank")
        browser.open(f"file://{page}")
        browser.wait("the first chart is painted", "return window.runHyperPainted")
        paints.append(browser.value("return runHyperPainted"))
    for name, times in hovers.items():
        for _ in range(tries):
            moves, marked = browser.later(HOVER, name)
            if marked < 3:
                raise SystemExit(f"error: pointing at {name} marked {marked} trials; expected more")
            times.append(statistics.median(moves))
    return statistics.median(paints), {name: statistics.median(times) for name, times in hovers.items()}


def pause(process, database):
    """Stops a process while it does not write: what is held in the middle of a write nobody else can have."""
    while True:
        process.send_signal(signal.SIGSTOP)
        try:
            database.execute("BEGIN IMMEDIATE")
            database.execute("ROLLBACK")
            return
        except sqlite3.OperationalError:
            process.send_signal(signal.SIGCONT)
            time.sleep(0.002)


def delays(program, folder, browser, count):
    """Seconds from an epoch's commit in another process to the page that shows it."""
    environment = {**os.environ, "HOME": folder, "XDG_CONFIG_HOME": folder}
    words = ["--params_file=hyper.test", "--study=live", "--algo=random", "--max_evals=4", "--workers=1", "--epochs=400",
             "--stopping_step=400", "--progress=none", *SMALL]
    study = subprocess.Popen([program, *words], cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    server = None
    try:
        file = f"{folder}/studies/studies.sqlite"
        query = "SELECT max(o.epoch) FROM observation o JOIN trial t ON t.id = o.trial_id JOIN study s ON s.id = t.study_id " \
            "WHERE s.name = 'live' AND t.ordinal = 1"
        database = sqlite3.connect(file, timeout=0.1, isolation_level=None)
        while not database.execute(query).fetchone()[0]:
            time.sleep(0.02)
        pause(study, database)
        server = subprocess.Popen(
            [program, "dashboard", "live", "--port=0"], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
            env=environment)
        browser.open(server.stdout.readline().strip())
        # The page notes when it has been given a trial's epoch.
        browser.later("""
            window.runHyperShown = {};
            new MutationObserver(() => {
              const epochs = page.study?.byNumber.get(1)?.epochs;
              if (epochs && !(epochs in runHyperShown)) runHyperShown[epochs] = Date.now() / 1000;
            }).observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true });
            setTimeout(arguments[0], 1000);""")
        found = []
        last = database.execute(query).fetchone()[0]
        for _ in range(count):
            study.send_signal(signal.SIGCONT)
            while (epoch := database.execute(query).fetchone()[0]) == last:
                pass
            moment = time.time()
            pause(study, database)
            # It may have written more than one.
            last = database.execute(query).fetchone()[0]
            browser.wait("the page shows the epoch", "return Math.max(...Object.keys(runHyperShown)) >= arguments[0]", epoch)
            seen = browser.value("return runHyperShown")
            found.append(min(shown for number, shown in seen.items() if int(number) >= epoch) - moment)
            time.sleep(0.3)
        return found
    finally:
        for process in (study, server):
            if process:
                process.kill()
                process.wait()


def main():
    parser = argparse.ArgumentParser(prog="scripts/page-times", description="Measures the page of a study in Chromium.")
    parser.add_argument("--tries", type=int, default=10, help="loads of each page (default: 10)")
    parser.add_argument("--trials", type=int, default=2000, help="trials of the study (default: 2000)")
    parser.add_argument("--many", type=int, default=20_000, help="trials of a page with the same trials ten times (default: 20000)")
    parser.add_argument("--only", choices=["file", "live"], help="only these")
    parser.add_argument("--program", required=True, help=argparse.SUPPRESS)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="run-hyper-page-") as folder, Browser() as browser:
        tiny_dataset.write(folder)
        with open(f"{folder}/hyper.test", "w") as file:
            file.write(SPACE)
        print(f"Chromium {browser.version}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
        if options.only != "live":
            pages = {options.trials: page_of(options.program, folder, options.trials)}
            pages[options.many] = f"{folder}/many.html"
            with_many_trials(pages[options.trials], pages[options.many], options.many)
            without, _ = size_without_data(pages[options.trials])
            print(f"page without data   {without / 1000:.0f} KB\n")
            print("trials       page   first picture   history    curves   parallel   (ms, medians)")
            for trials, page in pages.items():
                paint, hovers = measure(browser, page, options.tries)
                size = os.path.getsize(page) / 1e6
                texts = "".join(f"{hovers[name]:10.1f}" for name in ("history", "curves", "parallel"))
                print(f"{trials:6}  {size:6.2f} MB   {paint:13.0f}{texts}")
                print(*(f"  console: {error}" for error in browser.errors()), sep="\n", end="")
        if options.only != "file":
            run(options.program, folder, "--params_file=hyper.test", "--study=first", "--algo=random", "--max_evals=1", "--epochs=1",
                "--progress=none", *SMALL)
            found = delays(options.program, folder, browser, options.tries)
            print(f"\ncommit to page   median {statistics.median(found):.2f} s, longest {max(found):.2f} s, of {len(found)} epochs")


main()
