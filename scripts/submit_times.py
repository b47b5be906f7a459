"""Measures the time from `submit` to a job's first epoch; see scripts/submit-times."""

import argparse
import os
import signal
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time

from postgresql_server import Server, server_programs
from slurm_cluster import Cluster, obstacle

# Seconds that Slurm may take more.
MOST = 5

# At once, so that each has one thread both ways.
TRIALS = 2

# Far longer than anybody waits for the first epoch.
STUDY = ["--params_file=hyper.test", "--epochs=5000", "--stopping_step=5000"]


class Place:
    """A folder and a database for one study."""

    def __init__(self, server, folder, environment):
        self.server, self.database = server, server.new_database()
        self.folder, self.environment = os.path.join(folder, self.database), {**environment, "HOME": folder}
        os.mkdir(self.folder)
        with open(os.path.join(self.folder, "hyper.test"), "w") as file:
            file.write("learning_rate choice [0.01,0.001]\n")

    def start(self, *words):
        # A job has a session of its own, to which the kernel gives its share of a busy machine.
        return subprocess.Popen(
            [*words, f"--storage={self.server.uri(self.database)}"], cwd=self.folder, env=self.environment, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True, start_new_session=True)

    def wait_for_epoch(self, began, process=None):
        """The seconds until an epoch is in the database, written by a process that goes on, if one is given."""
        while time.monotonic() < began + 120 and not (process and process.poll() is not None):
            try:
                if self.server.rows(self.database, "SELECT 1 AS one FROM observation LIMIT 1"):
                    return time.monotonic() - began
            except sqlite3.OperationalError:
                # There are no tables yet.
                pass
            time.sleep(0.01)
        raise SystemExit("error: no epoch within two minutes")


def alone(place, binary, cluster):
    began = time.monotonic()
    process = place.start(binary, *STUDY, f"--workers={TRIALS}")
    seconds = place.wait_for_epoch(began, process)
    process.send_signal(signal.SIGINT)
    process.communicate()
    return seconds


def submitted(place, binary, cluster):
    began = time.monotonic()
    process = place.start(binary, "submit", *STUDY, "--jobs=1", f"--cpus={TRIALS}")
    output, errors = process.communicate()
    if process.returncode != 0:
        raise SystemExit(f"error: submit ended with status {process.returncode}: {errors}")
    seconds = place.wait_for_epoch(began)
    cluster.call("scancel", output.split()[2].rstrip(":"))
    cluster.wait("the nodes are idle", lambda: set(cluster.states().values()) == {"idle"})
    return seconds


def main():
    parser = argparse.ArgumentParser(prog="scripts/submit-times", description=__doc__)
    parser.add_argument("--rounds", type=int, default=11, help="measurements of each (default 11)")
    parser.add_argument("binary", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if problem := obstacle() or (None if server_programs() else "found no PostgreSQL server; install postgresql"):
        print(f"error: scripts/submit-times: {problem}", file=sys.stderr)
        sys.exit(2)
    for kind in (signal.SIGHUP, signal.SIGTERM):
        signal.signal(kind, lambda number, _: sys.exit(128 + number))
    ways = [alone, submitted]
    times = {way: [] for way in ways}
    server = Server()
    try:
        cluster = Cluster()
        try:
            with tempfile.TemporaryDirectory(prefix="run-hyper-submit-") as folder:
                for number in range(1, options.rounds + 1):
                    for way in ways if number % 2 else reversed(ways):
                        times[way].append(way(Place(server, folder, cluster.environment), options.binary, cluster))
                    print(f"round {number}: " + ", ".join(f"{way.__name__} {times[way][-1]:.2f} s" for way in ways), flush=True)
        finally:
            cluster.stop()
    finally:
        server.stop()
    more = [one - other for one, other in zip(times[submitted], times[alone])]
    for way in ways:
        found = times[way]
        print(f"{way.__name__}: median {statistics.median(found):.2f} s, {min(found):.2f} to {max(found):.2f}")
    print(f"more with Slurm: median {statistics.median(more):.2f} s, at most {max(more):.2f}")
    sys.exit(1 if statistics.median(more) > MOST else 0)


if __name__ == "__main__":
    main()
