#!/usr/bin/env python3
"""Disturbs studies on several hosts, and compares every byte with undisturbed runs.

scripts/host-faults calls it, as root. Three hosts of this machine (namespaces with a network, a host name and a boot id of their own) are
on one switch: a PostgreSQL server with a small disk of its own is on one of them, and processes of run-hyper on the other two, which share
a study. Faults come one after another while they train:

  cut-5         a worker's link is cut for 5 s: no trial may change hands
  cut-25        the same for 25 s, or up to 30: its trials have to be taken over, and the old process, which goes on training, must not
                write any more
  server-cut-5  the server's link is cut for 5 s: no trial may change hands
  frozen        a process is stopped for 5 to 25 s: no trial may change hands
  frozen-ended  the same for 18 to 25 s, and its connection is ended: its trials have to be taken over, and it must not write any more
  ended         all connections are ended, again and again, for some seconds, at whatever statement they are
  ended-commits the same, while each commit waits when it has taken place: whoever waits cannot know that it has
  restart       the server is killed, stopped immediately, or stopped, and started again
  full-disk     the server's disk is full for some seconds
  killed        a process is killed, and started again on its host

A process that ends because the server was away or full is started again, by the same command or by `resume`.

At the end of a study these have to be those of an undisturbed run in an SQLite file, byte for byte: the leaderboard in all formats, every
point of every learning curve, every user's rank, all results, and the hash of the best weights. `run-hyper verify` has to find nothing.
An epoch may be trained twice only where an attempt was lost, or a state could not be written. A pruned study is finished with
--pruner=none first. A study with a cut of 25 s among its first two faults has epochs that last longer than that.

Fault N is the same for the same --seed, so that --from=N goes on with it.
"""
import argparse
import os
import pwd
import random
import shutil
import signal
import subprocess
import sys
import time

from disturbed_studies import ENVIRONMENT, KINDS, Folder, Reference
from host_server import HostFolder, HostServer
from host_study import FAULTS, Fault, Study, Totals
from hosts import Host, Switch, obstacle
from postgresql_server import server_programs

# Epochs of a second, so that faults hit.
LARGER = ["--train_batch_size=1", "--inner_size=1024"]

# Its epochs last longer than a cut: the data are as many times the bundled ones as that takes here.
SLOW = ("slow", "learning_rate choice [0.01,0.003,0.001,0.0003]\n", ["--epochs=1", "--train_batch_size=1"], None, True)
SLOW_SECONDS, MOST_COPIES = 35, 60


def kind_of(name, program, place):
    if name == "slow":
        name, parameters, options, rest, is_parallel = SLOW
        return name, parameters, [*options, f"--data_path=../{make_data(program, place)}"], rest, is_parallel
    name, parameters, options, rest, is_parallel = next(kind for kind in KINDS if kind[0] == name)
    return name, parameters, options + LARGER, rest and rest + LARGER, is_parallel


def make_data(program, place):
    """Makes the bundled data many times over, for epochs that take long with a small network; returns the name of their folder."""
    if known := [name for name in os.listdir(place) if name.startswith("data-")]:
        return known[0]
    folder = Folder(program, os.path.join(place, "speed"), SLOW[1])
    began = time.monotonic()
    folder.run("--params_file=hyper.test", "--workers=2", *SLOW[2])
    # Two trials after one another.
    copies = max(1, min(MOST_COPIES, round(SLOW_SECONDS * 2 / (time.monotonic() - began))))
    name = f"data-{copies}"
    os.makedirs(os.path.join(place, name, "grocery"))
    with open(os.path.join(ENVIRONMENT["RUN_HYPER_HOME"], "datasets/grocery/grocery.inter")) as file:
        head, *rows = file.read().splitlines()
    with open(os.path.join(place, name, "grocery/grocery.inter"), "w") as file:
        print(head, file=file)
        for copy in range(copies):
            for row in rows:
                print(f"{copy}-{row}", file=file)
    return name


def keep(study, folder, server, place):
    """Keeps what is needed to look into a difference: the logs, the database."""
    shutil.copytree(folder.path, place, dirs_exist_ok=True)
    shutil.copy(os.path.join(server.folder, "server.log"), place)
    subprocess.run([os.path.join(server.programs, "pg_dump"), "-f", os.path.join(place, "database.sql"), server.uri(folder.name)])
    with open(os.path.join(place, "problems"), "w") as file:
        print(*study.problems, sep="\n", file=file)


def make_place():
    """A folder for this run; those of runs that were killed are removed."""
    for name in os.listdir("/tmp"):
        number = name.removeprefix("run-hyper-hosts-")
        if number != name and number.isdigit() and not os.path.exists(f"/proc/{number}"):
            shutil.rmtree(f"/tmp/{name}", ignore_errors=True)
    # The path of a socket has at most 107 bytes.
    place = f"/tmp/run-hyper-hosts-{os.getpid()}"
    os.makedirs(place)
    return place


def read_options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--faults", type=int, default=100, help="so many faults (default 100)")
    parser.add_argument("--seed", type=int, default=None, help="of the faults (default: another each time)")
    parser.add_argument("--from", type=int, default=1, dest="first", help="number of the first fault (default 1)")
    parser.add_argument("--only", default="", help="only these faults, separated by commas")
    parser.add_argument("--kinds", default="", help="only these studies: " + ", ".join([*(k[0] for k in KINDS), "slow"]))
    parser.add_argument("--keep", help="a folder where studies that differ are kept (default: one in /tmp)")
    parser.add_argument("--references", help="a folder where undisturbed runs are kept for the next part")
    parser.add_argument("--check", action="store_true", help="only say whether hosts can be made here")
    arguments = sys.argv[1:]
    split = arguments.index("--") if "--" in arguments else len(arguments)
    options = parser.parse_args(arguments[:split])
    for given, known, option in [
        (options.only, list(FAULTS), "--only"), (options.kinds, [*(kind[0] for kind in KINDS), "slow"], "--kinds")]:
        for name in filter(None, given.split(",")):
            if name not in known:
                parser.error(f"{option}: found '{name}'; expected some of {', '.join(known)}")
    if problem := obstacle() or (None if server_programs() else "found no PostgreSQL server; install postgresql"):
        print(f"error: scripts/host-faults: {problem}", file=sys.stderr)
        sys.exit(2)
    if options.check:
        sys.exit()
    options.program = os.path.abspath(arguments[split + 1])
    options.only = options.only.split(",") if options.only else list(FAULTS)
    options.kinds = options.kinds.split(",") if options.kinds else [*(kind[0] for kind in KINDS), "slow"]
    options.seed = options.seed if options.seed is not None else random.SystemRandom().randrange(1 << 32)
    options.keep = options.keep or f"/tmp/host-faults-{os.getpid()}"
    return options


def choose_kind(faults, options):
    """The study that begins with these faults."""
    others = [name for name in options.kinds if name != "slow"]
    if "slow" in options.kinds and (any(fault.name == "cut-25" for fault in faults[:2]) or not others):
        return "slow"
    return random.Random(f"{options.seed}-{faults[0].number}-study").choice(others)


def report(totals, studies, seconds):
    print("faults:")
    for name, count in totals.faults.items():
        print(f"  {count:4} {name}")
    print("of the studies:")
    for name, count in totals.counts.items():
        print(f"  {count:4} {name}")
    if totals.takeovers:
        times = sorted(totals.takeovers)
        print(f"taken over after {times[0]:.1f} to {times[-1]:.1f} s, median {times[len(times) // 2]:.1f} s")
    different = sum(bool(study.problems) for study in studies)
    lost, repeated = sum(study.vanished for study in studies), sum(study.repeated for study in studies)
    print(
        f"{sum(totals.faults.values())} faults, {len(studies)} studies compared: {different} different, {lost} trials lost, "
        f"{repeated} repeated, {seconds:.0f} s", flush=True)


def main():
    options = read_options()
    for kind in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM):
        signal.signal(kind, lambda number, _: sys.exit(128 + number))
    print(f"seed {options.seed}", flush=True)
    faults = [Fault(number, options.seed, options.only) for number in range(options.first, options.first + options.faults)]
    start, studies, totals = time.time(), [], Totals()
    place, hosts, server = make_place(), [], None
    try:
        folder = os.path.join(place, "server")
        os.makedirs(os.path.join(folder, "data"))
        switch = Switch(place)
        hosts.append(switch)
        user = pwd.getpwnam("postgres")
        disk = f"size=320m,mode=700,uid={user.pw_uid},gid={user.pw_gid}"
        for name in ("server", "worker-1", "worker-2"):
            hosts.append(Host(name, place, (os.path.join(folder, "data"), disk) if name == "server" else None))
            switch.plug(hosts[-1])
        server = HostServer(hosts[1], folder)
        reference = Reference(options.program, place, workers=2, kept=options.references)
        while faults:
            kind, first = kind_of(choose_kind(faults, options), options.program, place), faults[0].number
            expected, began = reference.of(kind), time.time()
            folder = HostFolder(options.program, os.path.join(place, f"study-{first}"), kind[1], server)
            study = Study(kind, folder, random.Random(f"{options.seed}-{first}-workers"), expected, hosts[2:], totals)
            studies.append(study)
            kept = os.path.join(options.keep, f"study-{first}")
            try:
                study.run(faults)
            except Exception:
                keep(study, folder, server, kept)
                print(f"  kept in {kept}", flush=True)
                raise
            verdict = "DIFFERENT" if study.problems else "same bytes, verified"
            print(f"study {len(studies)}: {kind[0]}, {len(study.ended)} trials ended, {time.time() - began:.1f} s: {verdict}", flush=True)
            for problem in study.problems:
                print(f"  {problem}", flush=True)
            if study.problems:
                keep(study, folder, server, kept)
                print(f"  kept in {kept}", flush=True)
            server.sql(f"DROP DATABASE {folder.name} WITH (FORCE)")
            shutil.rmtree(folder.path)
        report(totals, studies, time.time() - start)
    finally:
        for study in studies:
            study.stop()
        if server:
            server.stop()
        for host in hosts:
            host.remove()
        shutil.rmtree(place, ignore_errors=True)
    sys.exit(1 if any(study.problems for study in studies) else 0)


main()
