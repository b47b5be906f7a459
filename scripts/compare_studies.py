#!/usr/bin/env python3
"""Counts trials a second of studies whose trials compute nothing: run-hyper's and Optuna's, both on SQLite.

scripts/compare-optuna --studies sets up what this needs and calls it. Optuna runs with its defaults and the sampler that costs least,
random draws of one parameter; run-hyper claims, ends and syncs every trial as always.
"""
import argparse
import json
import os
import subprocess
import sys
import tempfile
import time

import optuna


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=100_000, help="trials of run-hyper's study (default 100000)")
    parser.add_argument("--peer-trials", type=int, default=300, help="trials of Optuna's study (default 300)")
    arguments = sys.argv[1:]
    split = arguments.index("--") if "--" in arguments else len(arguments)
    options = parser.parse_args(arguments[:split])
    bench = arguments[split + 1:]

    # On the disk that the benchmark's studies are on.
    folder = os.path.join(os.path.dirname(os.path.dirname(bench[0])), "studies")
    with tempfile.TemporaryDirectory(dir=folder) as place:
        optuna.logging.set_verbosity(optuna.logging.WARNING)
        study = optuna.create_study(
            storage=f"sqlite:///{place}/optuna.sqlite", sampler=optuna.samplers.RandomSampler(seed=1))
        start = time.perf_counter()
        study.optimize(lambda trial: trial.suggest_float("number", 0, 1), n_trials=options.peer_trials)
        peer = options.peer_trials / (time.perf_counter() - start)
        print(f"Optuna {optuna.__version__}, one process: {peer:.0f} trials/s of {options.peer_trials}", flush=True)

        results = os.path.join(place, "results.jsonl")
        subprocess.run([*bench, f"--trials={options.trials}", f"--json={results}"], check=True)
        with open(results) as lines:
            for line in map(json.loads, lines):
                rate = line.get("rates", {}).get("trials_per_second")
                if rate:
                    print(f"{line['name']}: {rate:.0f} trials/s, {rate / peer:.0f} times Optuna")


main()
