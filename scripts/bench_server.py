#!/usr/bin/env python3
"""Measures what a study on a PostgreSQL server costs, beside what the server's disk allows.

scripts/bench server builds what this needs and calls it. Without --storage it starts a throw-away server, which syncs every commit, and
measures its disk (pg_test_fsync), the memory of its processes, and what is left in its database, too. Parts:

  trials     trials a second that compute nothing and report once, with one process and with eight
  claims     how long 8 workers that end a trial a second each wait until it has ended and the next one is theirs
  connected  the same with 100 workers and a trial in two seconds
  best       the ten best of 100,000 trials
  states     a state of 230 MB written, read and removed, beside a synced file; then one of 1 MB, for the server's memory
"""
import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading

from postgresql_server import Server

PARTS = ("trials", "claims", "connected", "best", "states")


class MemoryWatch(threading.Thread):
    """The most memory of each process that serves a connection to a database, in MB."""

    def __init__(self, server, database):
        super().__init__(daemon=True)
        self.title = f"postgres: hyper {database} ".encode()
        self.server, self.over, self.most = server, threading.Event(), {}
        self.start()

    def run(self):
        main = self.server.main_process
        while not self.over.wait(0.02):
            with open(f"/proc/{main}/task/{main}/children") as file:
                for process in file.read().split():
                    try:
                        self.look(process)
                    except (FileNotFoundError, ProcessLookupError):
                        # It has ended.
                        pass

    def look(self, process):
        with open(f"/proc/{process}/cmdline", "rb") as file:
            if not file.read().startswith(self.title):
                return
        with open(f"/proc/{process}/status") as file:
            status = dict(line.split(":", 1) for line in file)
        found = [int(status[key].split()[0]) / 1024 for key in ("VmHWM", "RssAnon")]
        self.most[process] = [max(pair) for pair in zip(found, self.most.get(process, found))]

    def stop(self):
        """The most of any process: all of it, and what is its own."""
        self.over.set()
        self.join()
        return [max(values) for values in zip(*self.most.values())]


class Bench:
    def __init__(self, options, command, results):
        self.options, self.benchmarks, self.program, self.results = options, command[0], command[1], results
        # A hundred workers, and what the server keeps for administrators.
        self.server = None if options.storage else Server("max_connections=120")
        self.database = self.server.new_database() if self.server else None
        self.uri = self.server.uri(self.database) if self.server else options.storage
        self.lines = []

    def call(self, part, *words):
        """Runs the benchmarks; returns their lines of JSON by name."""
        environment = {**os.environ, "RUN_HYPER_PROGRAM": self.program}
        subprocess.run(
            [self.benchmarks, "server", f"--storage={self.uri}", f"--part={part}", f"--json={self.results}", *words],
            env=environment, check=True)
        with open(self.results) as file:
            lines = [json.loads(line) for line in file]
        self.lines += lines
        return {line["name"]: line for line in lines if line["group"] == "server"}

    def say(self, text, **figures):
        print(text, flush=True)
        self.lines.append({"group": "server", "name": text, **figures})

    def trials(self):
        for processes in (1, 8):
            self.call("trials", f"--processes={processes}")

    def claims(self):
        syncs = [self.server.sync_seconds() for _ in range(3)] if self.server else []
        lines = self.call("claims")
        if not self.server:
            return
        syncs += [self.server.sync_seconds() for _ in range(3)]
        sync = statistics.median(syncs)
        self.say(
            f"  a synced write by pg_test_fsync: {1e3 * sync:.2f} ms, median of {len(syncs)}, {1e3 * min(syncs):.2f} … "
            f"{1e3 * max(syncs):.2f}", median_seconds=sync)
        for name, line in lines.items():
            times = line["rates"]["p99_ms"] * 1e-3 / sync
            self.say(f"  {name}: p99 is {times:.1f} times that", times=times)

    def connected(self):
        self.call("connected")

    def best(self):
        self.call("best")

    def states(self):
        # First the small one, since the connections of both are new.
        for megabytes in (1, 230):
            watch = MemoryWatch(self.server, self.database) if self.server else None
            self.call("states", f"--megabytes={megabytes}")
            if watch:
                most, own = watch.stop()
                self.say(
                    f"  the server's process: {most:.0f} MB resident at most, {own:.0f} MB of it without shared memory and files",
                    resident_megabytes=most, own_megabytes=own)
        if self.server:
            left = [self.server.rows(self.database, f"SELECT count(*) FROM {t}")[0][0] for t in ("saved_state", "saved_state_part")]
            self.say(f"  rows left behind: {left[0]} states, {left[1]} parts", rows_left=sum(left))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--storage", help="the URI of a database on a server, which must take 110 connections")
    parser.add_argument("--part", action="append", choices=PARTS, help="only this part; can be repeated")
    parser.add_argument("--json", metavar="FILE", help="write each result to this file as a line of JSON, too")
    arguments = sys.argv[1:]
    split = arguments.index("--") if "--" in arguments else len(arguments)
    options = parser.parse_args(arguments[:split])
    with tempfile.TemporaryDirectory(prefix="run-hyper-bench-") as place:
        bench = Bench(options, arguments[split + 1:], os.path.join(place, "results.jsonl"))
        try:
            if bench.server:
                bench.say(f"PostgreSQL {bench.server.setting('server_version')}, fsync {bench.server.setting('fsync')}, on this host")
            for part in options.part or PARTS:
                getattr(bench, part)()
        finally:
            if bench.server:
                bench.server.stop()
    if options.json:
        with open(options.json, "w") as file:
            file.writelines(json.dumps(line, ensure_ascii=False, sort_keys=True) + "\n" for line in bench.lines)


main()
