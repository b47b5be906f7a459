#!/usr/bin/env python3
"""Kills studies with SIGKILL at random moments, continues them, and compares every byte with undisturbed runs.

scripts/crash-test calls it. Studies are of the kinds below, in turn by one process and by four on one database. Each is killed at least
kills / studies times (one that ends before that is followed by another of its kind) and continued each time by the same command or, once
a trial has ended, by `resume`; of four processes any number from one to all are killed at once, and started again. After every kill the
database is read: a trial that had ended has to end up as it was, with no further attempt.

At the end of a study these have to be those of an undisturbed run with one worker, byte for byte: the leaderboard as CSV and as JSON,
every point of every learning curve, every user's rank, and the file of the best weights. `run-hyper verify` has to find nothing. What a
pruner decides depends on the order of things, so a pruned study is only verified (its record has to replay); then --pruner=none
finishes it, which has to give the bytes of the study that never had a pruner.

With --storage=postgresql the studies are on a throw-away server, and the undisturbed runs they are compared with in SQLite files. With
--server_kills the server itself is killed (`kill -9`, or an immediate stop) and started again while they run.
"""
import argparse
import glob
import hashlib
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time

from postgresql_server import Server

GRID = "learning_rate choice [0.01,0.001]\nhidden_dropout_prob choice [0.2,0.5]\nn_layers choice [1,2]\n"
RANGES = "learning_rate loguniform_bounds 0.0005,0.01\nn_layers quniform 1,2,1\nhidden_dropout_prob uniform 0.1,0.5\n"

# Name, parameter file, options, the options that end it where a pruner is in force, whether several processes give the same bytes.
KINDS = [
    ("grid", GRID, ["--epochs=3"], None, True),
    ("asha", GRID, ["--epochs=4", "--pruner=asha", "--reduction_factor=2"], ["--epochs=4"], True),
    ("random", RANGES, ["--epochs=2", "--algo=random", "--max_evals=8"], None, True),
    ("hyperband", GRID, ["--epochs=4", "--pruner=hyperband", "--reduction_factor=2"], ["--epochs=4"], True),
    ("median", GRID, ["--epochs=4", "--pruner=median"], ["--epochs=4"], True),
    # Proposals go by what has ended before, so that several workers propose other points.
    ("bayes", RANGES, ["--epochs=2", "--algo=bayes", "--max_evals=12"], None, False),
    ("repeats", "n_heads choice [1,2]\n", ["--epochs=3", "--repeats=2"], None, True),
    ("shuffled", GRID, ["--epochs=3", "--shuffle", "--early_stop=5"], None, True),
]
NAME = "bert4rec-grocery-hyper"
ENVIRONMENT = {**os.environ, "RUN_HYPER_CHECKPOINT_SECONDS": "0"}


class Folder:
    """A folder with a parameter file and the study that is made in it, or on a server."""

    def __init__(self, program, place, parameters, server=None):
        self.program, self.path, self.server = program, place, server
        self.name = server.new_database() if server else None
        self.storage = [f"--storage={server.uri(self.name)}"] if server else []
        self.logs = 0
        os.makedirs(place)
        with open(os.path.join(place, "hyper.test"), "w") as file:
            file.write(parameters)
        self.database = os.path.join(place, "studies/studies.sqlite")

    def run(self, *words):
        while True:
            ending = subprocess.run(
                [self.program, *words, *self.storage], cwd=self.path, env=ENVIRONMENT, stdout=subprocess.PIPE,
                stderr=subprocess.PIPE, text=True)
            # A command that finds no server when it starts says so and ends; one that has begun waits for it.
            if not (self.server and ending.returncode == 2 and "no connection" in ending.stderr):
                return ending
            time.sleep(0.3)

    def is_well(self, process):
        """Whether a process ended as it may: by itself, by a kill, or because it found no server when it started."""
        if process.returncode != 2 or not self.server:
            return process.returncode in (0, -signal.SIGKILL)
        with open(process.log) as log:
            return "no connection" in log.read()

    def start(self, *words):
        self.logs += 1
        path = os.path.join(self.path, f"log-{self.logs}")
        with open(path, "a") as log:
            process = subprocess.Popen([self.program, *words, *self.storage], cwd=self.path, env=ENVIRONMENT, stdout=log, stderr=log)
        process.log = path
        return process

    def query(self, sql):
        if self.server:
            return self.server.rows(self.name, sql)
        connection = sqlite3.connect(f"file:{self.database}?mode=ro", uri=True, timeout=60)
        try:
            return connection.execute(sql).fetchall()
        finally:
            connection.close()

    def everything(self):
        """What has to be the same whatever happened, by name; the numbers of rows of other attempts are left out."""
        boards = {f"leaderboard {f}": self.run("leaderboard", "--top=0", f"--format={f}").stdout for f in ("csv", "json")}
        # On a server, the bytes are in the database, and verify has compared them with this.
        weights = dict(self.query("SELECT file, sha256 FROM weights")) if self.server else {}
        for path in glob.glob(f"{self.database}.weights/*/*"):
            with open(path, "rb") as file:
                weights[os.path.basename(path)] = hashlib.sha256(file.read()).hexdigest()
        return boards | {
            "curves": self.query(
                "SELECT ordinal, epoch, metric, value FROM learning_curve JOIN trial ON id = trial_id "
                "WHERE active = 1 ORDER BY 1, 2, 3"),
            "ranks": self.query(
                "SELECT ordinal, split, ranks FROM user_rank JOIN trial ON id = trial_id WHERE active = 1 ORDER BY 1, 2"),
            "results": self.query(
                "SELECT ordinal, split, metric, value FROM result JOIN trial ON id = trial_id WHERE active = 1 ORDER BY 1, 2, 3"),
            "weights": weights,
        }

    def ended(self):
        """Trials that have ended for good, with what must not change any more."""
        if not self.server and not os.path.exists(self.database):
            return set()
        try:
            return set(
                self.query(
                    "SELECT ordinal, attempt, state, finished_at, best_value FROM trial "
                    "WHERE state IN ('completed', 'diverged')"))
        except sqlite3.OperationalError as error:
            # Killed before the tables were there.
            if "no such table" in str(error) or "does not exist" in str(error):
                return set()
            raise


class Reaper(threading.Thread):
    """Kills a server at random moments, so many times."""

    def __init__(self, server, kills, seed, longest):
        super().__init__(daemon=True)
        self.server, self.left, self.random, self.longest = server, kills, random.Random(seed), longest
        self.over, self.problem = threading.Event(), None
        self.start()

    def run(self):
        try:
            while self.left > 0 and not self.over.wait(self.random.uniform(0.5, 4 * self.longest + 0.5)):
                self.server.kill(self.random)
                self.left -= 1
        except Exception as problem:
            self.problem = problem

    def stop(self):
        self.over.set()
        self.join()
        if self.problem:
            raise self.problem


class Reference:
    """Undisturbed runs, one for each kind."""

    def __init__(self, program, place):
        self.program, self.place, self.known = program, place, {}

    def of(self, kind):
        name, parameters, options, rest, _ = kind
        if name not in self.known:
            folder = Folder(self.program, os.path.join(self.place, f"reference-{name}"), parameters)
            ending = folder.run("--params_file=hyper.test", "--workers=1", *(rest or options))
            assert ending.returncode == 0, ending.stderr
            self.known[name] = folder.everything()
        return self.known[name]


class Study:
    """One study, killed and continued until it ends."""

    def __init__(self, kind, processes, folder, generator, reference):
        self.kind, self.processes, self.folder, self.random, self.reference = kind, processes, folder, generator, reference
        self.kills, self.problems, self.ended = 0, [], set()
        self.workers = "--workers=1" if processes > 1 or not kind[4] else f"--workers={generator.choice([1, 2])}"
        self.command = ["--params_file=hyper.test", self.workers]

    def complain(self, text):
        self.problems.append(text)

    def look(self):
        """Reads what has ended; what had ended before has to be there as it was."""
        now = self.folder.ended()
        for trial in sorted(self.ended - now):
            self.complain(f"trial {trial[0]} had ended as {trial} and is not so any more")
        self.ended |= now

    def start(self):
        if self.ended and self.random.random() < 0.5:
            return self.folder.start("resume", NAME, self.workers)
        return self.folder.start(*self.command, *self.kind[2])

    def run(self, kills, longest):
        running = []
        while self.kills < kills:
            while len(running) < self.processes:
                running.append(self.start())
            time.sleep(self.random.uniform(0.01, longest))
            if all(process.poll() is not None for process in running):
                break
            # Of several, any number dies at once.
            victims = self.random.sample(running, self.random.randint(1, len(running)))
            for process in victims:
                if process.poll() is None:
                    process.send_signal(signal.SIGKILL)
                    self.kills += 1
            for process in victims:
                process.wait()
                if not self.folder.is_well(process):
                    self.complain(f"a process ended with status {process.returncode}")
            running = [process for process in running if process.poll() is None]
            self.look()
        for process in running:
            process.wait()
            if not self.folder.is_well(process):
                self.complain(f"a process ended with status {process.returncode}")
        self.finish(self.kind[2])
        if self.kind[3]:
            self.finish(self.kind[3])
        self.compare()

    def finish(self, options):
        ending = self.folder.run(*self.command, *options)
        if ending.returncode != 0:
            self.complain(f"the last run ended with status {ending.returncode}: {ending.stderr[-500:]}")
        self.look()
        verified = self.folder.run("verify")
        if verified.returncode != 0:
            wrong = [line for line in verified.stdout.splitlines() if "WRONG" in line]
            self.complain("\n".join(["verify found:"] + wrong + [verified.stderr]))

    def compare(self):
        expected, found = self.reference, self.folder.everything()
        for name in expected:
            if expected[name] != found[name]:
                self.complain(f"another {name} than an undisturbed run has")
        # Nothing left over, and no finished trial started again: verify says so, and here it is counted without it.
        again = self.folder.query(
            "SELECT ordinal FROM trial WHERE (SELECT count(*) FROM attempt WHERE trial_id = trial.id "
            "AND ending IN ('completed', 'diverged')) > 1")
        for (trial,) in again:
            self.complain(f"trial {trial} ended twice")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=100, help="at least so many kills in all (default 100)")
    parser.add_argument("--studies", type=int, default=16, help="at least so many studies (default 16)")
    parser.add_argument("--seed", type=int, default=None, help="of the random moments (default: another each time)")
    parser.add_argument("--longest", type=float, default=0.9, help="most seconds between two kills (default 0.9)")
    parser.add_argument("--kinds", default="", help="only these, separated by commas: " + ", ".join(k[0] for k in KINDS))
    parser.add_argument("--keep", help="a folder where studies that differ are kept")
    parser.add_argument("--storage", choices=["sqlite", "postgresql"], default="sqlite", help="where the studies are (default sqlite)")
    parser.add_argument("--server_kills", type=int, default=0, help="kills of the server itself, with --storage=postgresql (default 0)")
    arguments = sys.argv[1:]
    split = arguments.index("--") if "--" in arguments else len(arguments)
    options = parser.parse_args(arguments[:split])
    program = os.path.abspath(arguments[split + 1])
    kinds = [kind for kind in KINDS if kind[0] in options.kinds.split(",") or not options.kinds]
    if not kinds:
        parser.error(f"--kinds: found '{options.kinds}'; expected some of {', '.join(kind[0] for kind in KINDS)}")
    seed = options.seed if options.seed is not None else random.SystemRandom().randrange(1 << 32)
    generator = random.Random(seed)
    print(f"seed {seed}", flush=True)
    start, kills, studies, different, longest = time.time(), 0, 0, 0, options.longest
    by_processes = {1: [0, 0], 4: [0, 0]}
    with tempfile.TemporaryDirectory(prefix="run-hyper-crash-") as place:
        reference = Reference(program, place)
        server = Server() if options.storage == "postgresql" else None
        reaper = Reaper(server, options.server_kills, generator.random(), options.longest) if options.server_kills and server else None
        try:
            while kills < options.kills or studies < options.studies:
                kind = kinds[studies // 2 % len(kinds)]
                processes = 4 if studies % 2 and kind[4] else 1
                expected = reference.of(kind)
                folder = Folder(program, os.path.join(place, f"study-{studies + 1}"), kind[1], server)
                study = Study(kind, processes, folder, generator, expected)
                began = time.time()
                share = -(-max(1, options.kills - kills) // max(1, options.studies - studies))
                study.run(share, longest)
                kills += study.kills
                studies += 1
                by_processes[processes][0] += 1
                by_processes[processes][1] += study.kills
                trials = len(study.ended)
                verdict = "DIFFERENT" if study.problems else "same bytes, verified"
                print(
                    f"study {studies}: {kind[0]}, {processes} {'process' if processes == 1 else 'processes'}, {study.kills} kills, "
                    f"{trials} trials ended, {time.time() - began:.1f} s: {verdict}", flush=True)
                for problem in study.problems:
                    print(f"  {problem}", flush=True)
                if study.problems:
                    different += 1
                    if options.keep:
                        shutil.copytree(folder.path, os.path.join(options.keep, f"study-{studies}"), dirs_exist_ok=True)
                shutil.rmtree(folder.path)
        finally:
            if reaper:
                reaper.stop()
                print(f"the server was killed {server.kills} times")
            if server:
                server.stop()
    for processes, (count, killed) in by_processes.items():
        print(f"by {processes} {'process' if processes == 1 else 'processes'}: {count} studies, {killed} kills")
    print(f"{studies} studies, {kills} kills, {different} different, {time.time() - start:.0f} s")
    sys.exit(1 if different else 0)


main()
