"""Measures what open pages of `dashboard` cost the study that they show.

scripts/bench readers builds what this needs and calls it. Pages are connections that take every event; what a browser does with an event
is the browser's own time. Runs without and with pages take turns; each pair gives a ratio. Parts:

  training  BERT4Rec on grocery, two workers: epochs a second with ten pages, as a share of those without
  trivial   trials that are over in a moment, two workers: the same share
  many      the last fifth of 100,000 trials that compute nothing: the share with one and with ten pages, and what the server takes
"""
import argparse
import contextlib
import json
import os
import re
import selectors
import socket
import statistics
import subprocess
import tempfile
import threading
import time

import tiny_dataset

PARTS = ("training", "trivial", "many")

TRAINING = ["--params_file=training.test", "--dataset=grocery", "--epochs=12", "--stopping_step=12"]
TRAINING_SPACE = "learning_rate choice [0.001,0.003]\nn_layers choice [1,2]\n"
TRIVIAL = ["--params_file=trivial.test", "--dataset=tiny", "--data_path=data", "--algo=random", "--max_evals=400", "--epochs=1",
           "--hidden_size=8", "--inner_size=8", "--n_heads=1", "--n_layers=1", "--MAX_ITEM_LIST_LENGTH=5"]
TRIVIAL_SPACE = "learning_rate loguniform -8,-4\n"

# Measured runs of `many` with one page, and with ten; and the trials of each.
LAPS = 5
LAP_TRIALS = 1000


class Pages(threading.Thread):
    """Open pages: connections to the server of a study, whose events are read."""

    def __init__(self, address, count):
        super().__init__(daemon=True)
        port, self.path = re.fullmatch(r"http://127\.0\.0\.1:(\d+)(/[^?]*)(\?.*)?", address).groups()[:2]
        self.query = re.search(r"\?.*|$", address)[0]
        self.begun, self.shown, self.tails, self.over = set(), set(), [b""] * count, threading.Event()
        self.selector = selectors.DefaultSelector()
        for number in range(count):
            connection = socket.create_connection(("127.0.0.1", int(port)), timeout=60)
            connection.sendall(f"GET {self.path}events{self.query} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
            connection.setblocking(False)
            self.selector.register(connection, selectors.EVENT_READ, number)
        self.start()

    def run(self):
        while not self.over.is_set():
            for key, _ in self.selector.select(timeout=0.1):
                data = key.fileobj.recv(1 << 20)
                if not data:
                    raise SystemExit("error: the server ended a page's connection")
                self.look(key.data, self.tails[key.data] + data)

    def look(self, number, data):
        """Notes which page has got the whole study, to its last byte."""
        self.tails[number] = data[-20:]
        start = data.find(b"event: study")
        if start >= 0:
            self.begun.add(number)
        if number in self.begun and data.find(b"\n\n", max(start, 0)) >= 0:
            self.shown.add(number)

    def wait(self):
        """Until every page has got the study."""
        deadline = time.monotonic() + 300
        while len(self.shown) < len(self.tails):
            if time.monotonic() > deadline:
                raise SystemExit("error: a page got no event; expected the study")
            time.sleep(0.02)

    def close(self):
        self.over.set()
        self.join()
        for key in list(self.selector.get_map().values()):
            key.fileobj.close()


class Server:
    """`dashboard` with pages, and the processor time and memory that it takes."""

    def __init__(self, program, folder, study, storage, pages):
        environment = {**os.environ, "HOME": folder, "XDG_CONFIG_HOME": folder}
        self.process = subprocess.Popen(
            [program, "dashboard", study, f"--storage={storage}", "--port=0"], cwd=folder, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, text=True, env=environment)
        self.pages = Pages(self.process.stdout.readline().strip(), pages)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.pages.close()
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()

    def seconds(self):
        """Of the processor, so far."""
        with open(f"/proc/{self.process.pid}/stat") as file:
            fields = file.read().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def megabytes(self):
        with open(f"/proc/{self.process.pid}/status") as file:
            return int(re.search(r"VmHWM:\s+(\d+)", file.read())[1]) / 1024


class Bench:
    def __init__(self, options, folder):
        self.options, self.folder, self.lines = options, folder, []
        tiny_dataset.write(folder)
        for name, space in (("training", TRAINING_SPACE), ("trivial", TRIVIAL_SPACE)):
            with open(f"{folder}/{name}.test", "w") as file:
                file.write(space)

    def say(self, name, text, **figures):
        print(f"  {name:<58} {text}", flush=True)
        self.lines.append({"group": "readers", "name": name, **figures})

    # -- Studies that train

    def study(self, words, name, pages=0):
        """Seconds that a study takes from its command to its end."""
        storage = f"{self.folder}/studies.sqlite"
        with contextlib.ExitStack() as stack:
            if pages:
                stack.enter_context(Server(self.options.program, self.folder, name, storage, pages))
                time.sleep(0.5)
            start = time.monotonic()
            ending = subprocess.run(
                [self.options.program, *words, f"--study={name}", f"--storage={storage}", "--workers=2", "--progress=none"],
                cwd=self.folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False)
            if ending.returncode != 0:
                raise SystemExit(f"error: {' '.join(words)}: {ending.stderr.strip()}")
            return time.monotonic() - start

    def pairs(self, part, words):
        """Ratios of the time without pages to that with ten."""
        self.study([*words, "--seed=1"], f"{part}-first")
        times = {0: [], 10: []}
        for number in range(self.options.pairs):
            for pages in (0, 10) if number % 2 == 0 else (10, 0):
                times[pages].append(self.study(words, f"{part}-{number}-{pages}", pages))
        ratios = [without / with_ for without, with_ in zip(times[0], times[10])]
        self.say(
            f"{part}, ten pages beside none",
            f"{statistics.median(ratios):.3f} of the speed, {min(ratios):.3f} … {max(ratios):.3f}, {len(ratios)} pairs of "
            f"{statistics.median(times[0]):.1f} s", median=statistics.median(ratios), ratios=ratios)

    def training(self):
        self.pairs("training", TRAINING)

    def trivial(self):
        self.pairs("trivial", TRIVIAL)

    # -- A study of very many trials

    def work(self, trials, **job):
        """Seconds in which a process ends so many trials, of which each reports once."""
        process = subprocess.Popen(
            [self.options.benchmarks, "--worker"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        job = {"storage": f"{self.folder}/many.sqlite", "study": "many", "reports": True, "limit": trials, **job}
        process.stdin.write(json.dumps(job) + "\n")
        process.stdin.flush()
        if process.stdout.readline() != "ready\n":
            raise SystemExit("error: a worker could not open its study")
        start = time.monotonic()
        process.stdin.write("go\n")
        process.stdin.flush()
        process.stdout.read()
        if process.wait() != 0:
            raise SystemExit(f"error: a worker ended with {process.returncode}")
        return time.monotonic() - start

    def many(self):
        trials, measured = self.options.trials, 4 * LAPS * LAP_TRIALS
        self.work(trials - measured, makes=trials)
        for pages in (1, 10):
            ratios, shares = [], []
            for number in range(LAPS):
                times = {}
                for count in (0, pages) if number % 2 == 0 else (pages, 0):
                    with contextlib.ExitStack() as stack:
                        server = stack.enter_context(
                            Server(self.options.program, self.folder, "many", f"{self.folder}/many.sqlite", count)) if count else None
                        if server:
                            server.pages.wait()
                            before = server.seconds()
                        times[count] = self.work(LAP_TRIALS)
                        if server:
                            shares.append((server.seconds() - before) / times[count])
                            megabytes = server.megabytes()
                ratios.append(times[0] / times[pages])
            rate = LAP_TRIALS / times[0]
            self.say(
                f"trials {trials - measured + 1} to {trials}, {pages} page{'s' if pages > 1 else ''} beside none",
                f"{statistics.median(ratios):.3f} of {rate:.0f} trials/s, {min(ratios):.3f} … {max(ratios):.3f}; the server takes "
                f"{100 * statistics.median(shares):.0f} % of a core, {megabytes:.0f} MB",
                median=statistics.median(ratios), ratios=ratios, cores=statistics.median(shares), megabytes=megabytes)


def main():
    parser = argparse.ArgumentParser(
        prog="scripts/bench readers", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--part", action="append", choices=PARTS, help="only this part; can be repeated")
    parser.add_argument("--pairs", type=int, default=10, help="runs without and with pages of training and trivial (default: 10)")
    parser.add_argument("--trials", type=int, default=100_000, help="trials of many (default: 100000)")
    parser.add_argument("--json", metavar="FILE", help="write each result to this file as a line of JSON, too")
    parser.add_argument("--program", help=argparse.SUPPRESS)
    parser.add_argument("--benchmarks", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.pairs < 1:
        parser.error(f"--pairs: found {options.pairs}; expected 1 or more")
    if not 30_000 <= options.trials <= 100_000:
        parser.error(f"--trials: found {options.trials}; expected a number from 30000 to 100000")
    with tempfile.TemporaryDirectory(prefix="run-hyper-readers-") as folder:
        bench = Bench(options, folder)
        print(f"  {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}", flush=True)
        for part in options.part or PARTS:
            getattr(bench, part)()
    if options.json:
        with open(options.json, "w") as file:
            file.writelines(json.dumps(line, ensure_ascii=False, sort_keys=True) + "\n" for line in bench.lines)


main()
