#!/usr/bin/env python3
"""Searches the same configurations with a pruner and completely, and prints what each trained and found.

scripts/compare-pruning calls it. The pruner's choice is the first of its leaderboard. Its value is set against the 95 % interval of the
complete search's best, and it is looked up whether that search can tell the choice from its best.
"""
import argparse
import json
import os
import subprocess
import sys


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=5, help="how many seeds, from 2020 on (default 5)")
    parser.add_argument("--epochs", type=int, default=27, help="the most epochs of a trial (default 27)")
    parser.add_argument("--pruner", default="asha", help="the rule (default asha)")
    parser.add_argument("--storage", help="the database (default studies/pruning.sqlite)")
    arguments = sys.argv[1:]
    split = arguments.index("--") if "--" in arguments else len(arguments)
    options = parser.parse_args(arguments[:split])
    program, root = arguments[split + 1:]
    storage = options.storage or os.path.join(root, "studies/pruning.sqlite")

    def run(*words):
        command = [program, *words, f"--storage={storage}"]
        return subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True).stdout

    def search(name, seed, *words):
        run(
            "study", f"--params_file={root}/hyper.test", f"--epochs={options.epochs}", f"--seed={seed}", f"--study={name}",
            *words)
        return json.loads(run("leaderboard", name, "--top=0", "--format=json"))["rows"]

    print("| seed | epochs, complete | epochs, pruned | choice | its value | best of all | interval of the best | inside | tied |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- | --- |")
    inside = 0
    for seed in range(2020, 2020 + options.seeds):
        pruned = search(f"{options.pruner}-{seed}", seed, f"--pruner={options.pruner}")
        complete = search(f"complete-{seed}", seed)
        choice, best = pruned[0], complete[0]
        low, high = best["interval"]
        same = next(row for row in complete if row["parameters"] == choice["parameters"])
        assert same["value"] == choice["value"], "a trial gave another value than the same one without the pruner"
        is_inside = low <= choice["value"] <= high
        inside += is_inside
        epochs = [sum(row["epochs"] for row in rows) for rows in (complete, pruned)]
        print(
            f"| {seed} | {epochs[0]} | {epochs[1]} | trial {choice['trial']} | {choice['value']:.4f} | "
            f"{best['value']:.4f} (trial {best['trial']}) | {low:.4f}–{high:.4f} | {'yes' if is_inside else 'no'} | "
            f"{'yes' if same['may_be_best'] else 'no'} |",
            flush=True)
    print(f"\nInside the interval: {inside} of {options.seeds}")


main()
