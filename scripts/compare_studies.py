#!/usr/bin/env python3
"""Counts trials a second of studies whose trials compute nothing: run-hyper's and Optuna's, on the same SQLite disk or PostgreSQL server.

scripts/compare-optuna --studies sets up what this needs and calls it. Optuna runs with its defaults and the sampler that costs least,
random draws, of one parameter; run-hyper claims, ends and syncs every trial as always.

With --storage=postgresql each trial has five parameters, as many as hyper.test, and reports one value. Both take turns, with one process
and with eight: on a throw-away server, which syncs every commit, or on the one of a URI, in whose database Optuna's tables stay.
"""
import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

from postgresql_server import Server

PROCESSES = (1, 8)


def load_optuna():
    """Makes `optuna` known; the help needs no Optuna."""
    global optuna
    import optuna
    optuna.logging.set_verbosity(optuna.logging.WARNING)


def work(uri, study, trials, parameters):
    """Works on a study, as one process of several: says that it is connected, and begins when it is told to."""
    load_optuna()
    study = optuna.load_study(study_name=study, storage=uri, sampler=optuna.samplers.RandomSampler())
    print("ready", flush=True)
    sys.stdin.readline()

    def objective(trial):
        value = sum(trial.suggest_float(f"number{index}", 0, 1) for index in range(parameters))
        trial.report(value, 1)
        return value

    study.optimize(objective, n_trials=trials)


def peer_rate(uri, trials, processes, parameters):
    """Trials a second of Optuna's processes on a new study, which is deleted."""
    study = optuna.create_study(storage=uri)
    each = trials // processes
    workers = [
        subprocess.Popen(
            [sys.executable, __file__, "--peer", uri, study.study_name, str(each), str(parameters)], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, text=True) for _ in range(processes)]
    for worker in workers:
        worker.stdout.readline()
    start = time.perf_counter()
    for worker in workers:
        worker.stdin.write("\n")
        worker.stdin.flush()
    if any([worker.wait() for worker in workers]):
        sys.exit("error: a process of Optuna's failed")
    rate = each * processes / (time.perf_counter() - start)
    optuna.delete_study(study_name=study.study_name, storage=uri)
    return rate


def rates(bench, place, *words):
    """Rates of run-hyper's benchmarks by name."""
    results = os.path.join(place, "results.jsonl")
    subprocess.run([*bench, *words, f"--json={results}"], stdout=subprocess.DEVNULL, check=True)
    with open(results) as lines:
        lines = [json.loads(line) for line in lines]
    return {
        line["name"]: line["rates"]["trials_per_second"] for line in lines if "trials_per_second" in line.get("rates", {})}


def compare_sqlite(bench, place, options):
    study = optuna.create_study(
        storage=f"sqlite:///{place}/optuna.sqlite", sampler=optuna.samplers.RandomSampler(seed=1))
    start = time.perf_counter()
    study.optimize(lambda trial: trial.suggest_float("number", 0, 1), n_trials=options.peer_trials)
    peer = options.peer_trials / (time.perf_counter() - start)
    print(f"Optuna {optuna.__version__}, one process: {peer:.0f} trials/s of {options.peer_trials}", flush=True)
    for name, rate in rates(bench, place, "scale", f"--trials={options.trials}").items():
        print(f"{name}: {rate:.0f} trials/s, {rate / peer:.0f} times Optuna")


def compare_postgresql(bench, place, options):
    server = Server() if options.storage == "postgresql" else None
    try:
        uri = server.uri(server.new_database()) if server else options.storage
        peer_uri = "postgresql+psycopg://" + uri.split("://", 1)[1]
        if server:
            print(
                f"PostgreSQL {server.setting('server_version')}, one host; Optuna {optuna.__version__}; trials of one report, "
                f"{options.parameters} parameter{'s' if options.parameters > 1 else ''}", flush=True)
        ours, peers, syncs = {n: [] for n in PROCESSES}, {n: [] for n in PROCESSES}, []
        for number in range(1, options.rounds + 1):
            if server:
                syncs.append(server.sync_seconds())
            for processes in PROCESSES:
                ours[processes] += rates(
                    bench, place, "server", "--part=trials", f"--storage={uri}", f"--processes={processes}",
                    f"--trials={options.trials}", f"--parameters={options.parameters}").values()
                peers[processes].append(peer_rate(peer_uri, options.peer_trials, processes, options.parameters))
                print(
                    f"round {number}, {processes} process{'es' if processes > 1 else ''}: run-hyper {ours[processes][-1]:.0f}, "
                    f"Optuna {peers[processes][-1]:.1f} trials/s", flush=True)
        if syncs:
            print(f"a synced write (pg_test_fsync): {spread([1e3 * sync for sync in syncs], 2)} ms")
        for processes in PROCESSES:
            ratios = [our / peer for our, peer in zip(ours[processes], peers[processes])]
            print(
                f"{processes} process{'es' if processes > 1 else ''}: run-hyper {spread(ours[processes])} trials/s, "
                f"Optuna {spread(peers[processes], 1)} trials/s, {spread(ratios, 1)} times")
    finally:
        if server:
            server.stop()


def spread(values, digits=0):
    return f"{statistics.median(values):.{digits}f} ({min(values):.{digits}f} … {max(values):.{digits}f})"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--studies", action="store_true", help="what a study costs by itself; also said by --storage")
    parser.add_argument("--storage", default="sqlite", help="sqlite, postgresql, or a URI postgresql://… (default sqlite)")
    parser.add_argument(
        "--trials", type=int, help="trials of each of run-hyper's studies (default 100000; on a server 1000)")
    parser.add_argument(
        "--peer-trials", type=int, help="trials of each of Optuna's studies (default 300; on a server 160)")
    parser.add_argument("--parameters", type=int, default=5, help="parameters of each trial on a server (default 5)")
    parser.add_argument("--rounds", type=int, default=5, help="how often both are measured on a server (default 5)")
    arguments = sys.argv[1:]
    split = arguments.index("--") if "--" in arguments else len(arguments)
    options = parser.parse_args(arguments[:split])
    bench = arguments[split + 1:]
    on_server = options.storage != "sqlite"
    if on_server and options.storage != "postgresql" and not options.storage.startswith(("postgresql://", "postgres://")):
        parser.error(f"--storage: found '{options.storage}'; expected sqlite, postgresql or postgresql://USER@HOST/DATABASE")
    options.trials = options.trials or (1000 if on_server else 100_000)
    options.peer_trials = options.peer_trials or (160 if on_server else 300)
    load_optuna()
    # On the disk that the benchmark's studies are on.
    folder = os.path.join(os.environ["RUN_HYPER_HOME"], "studies")
    with tempfile.TemporaryDirectory(dir=folder) as place:
        (compare_postgresql if on_server else compare_sqlite)(bench, place, options)


if sys.argv[1:2] == ["--peer"]:
    work(sys.argv[2], sys.argv[3], int(sys.argv[4]), int(sys.argv[5]))
else:
    main()
