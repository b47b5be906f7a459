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
import os
import random
import shutil
import signal
import sys
import tempfile
import threading
import time

from disturbed_studies import KINDS, NAME, DisturbedStudy, Folder, Reference
from postgresql_server import Server


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


class Study(DisturbedStudy):
    """One study, killed and continued until it ends."""

    def __init__(self, kind, processes, folder, generator, reference):
        super().__init__(kind, folder, generator, reference)
        self.processes, self.kills = processes, 0
        self.workers = "--workers=1" if processes > 1 or not kind[4] else f"--workers={generator.choice([1, 2])}"
        self.command = ["--params_file=hyper.test", self.workers]

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
