#!/usr/bin/env python3
"""Minimizes a few functions with run-hyper's samplers and with Optuna's, and prints how far each gets.

scripts/compare-optuna sets up what this needs and calls it. Every sampler gets the same number of evaluations with each of 100 seeds.
Three functions are those of the comparison: Branin, Hartmann-6 and a mixed one, with a category, a quniform, a choice and two ranges.
Three more were looked at only to see that nothing was tuned to the first: Rosenbrock-4, Ackley-5 and a grid of lists such as RecBole's.

The last columns set run-hyper's TPE against each other sampler: the share of all pairs of runs in which its loss is the lower (ties
count half), and the two-sided p-value of Mann and Whitney's rank-sum test.
"""
import argparse
import json
import math
import os
import statistics
import subprocess
import sys

# MARK: The functions, as in Benchmarks/SamplerBenchmarks.swift; a check of one point each keeps the two files together.


def branin(p):
    x, y = p["x"], p["y"]
    bend = y - 5.1 / (4 * math.pi**2) * x * x + 5 / math.pi * x - 6
    return bend * bend + 10 * (1 - 1 / (8 * math.pi)) * math.cos(x) + 10


HARTMANN_A = [[10, 3, 17, 3.5, 1.7, 8], [0.05, 10, 17, 0.1, 8, 14], [3, 3.5, 1.7, 10, 17, 8], [17, 8, 0.05, 10, 0.1, 14]]
HARTMANN_P = [
    [0.1312, 0.1696, 0.5569, 0.0124, 0.8283, 0.5886], [0.2329, 0.4135, 0.8307, 0.3736, 0.1004, 0.9991],
    [0.2348, 0.1451, 0.3522, 0.2883, 0.3047, 0.6650], [0.4047, 0.8828, 0.8732, 0.5743, 0.1091, 0.0381],
]


def hartmann(p):
    x = [p[f"x{i}"] for i in range(1, 7)]
    return -sum(
        weight * math.exp(-sum(a * (v - c) ** 2 for a, v, c in zip(row, x, center)))
        for weight, row, center in zip([1, 1.2, 3, 3.2], HARTMANN_A, HARTMANN_P))


def mixed(p):
    """Each activation has its own offset, best rate and best width."""
    offset, rate, width = {"gelu": (0, -6.5, 64), "relu": (0.3, -8, 32), "swish": (0.15, -5, 96), "tanh": (0.6, -7, 48)}[p["act"]]
    return (
        offset + ((math.log(p["rate"]) - rate) / 2) ** 2 + ((p["width"] - width) / 40) ** 2 + 4 * (p["dropout"] - 0.3) ** 2
        + 0.2 * abs(p["layers"] - 2))


def rosenbrock(p):
    x = [p[f"x{i}"] for i in range(1, 5)]
    return sum(100 * (b - a * a) ** 2 + (1 - a) ** 2 for a, b in zip(x, x[1:]))


def ackley(p):
    x = [p[f"x{i}"] for i in range(1, 6)]
    spread = math.sqrt(sum(v * v for v in x) / 5)
    return 20 + math.e - 20 * math.exp(-0.2 * spread) - math.exp(sum(math.cos(2 * math.pi * v) for v in x) / 5)


def grid(p):
    """Wider networks want more dropout; each activation has its own best rate."""
    offset, rate = {"gelu": (0, -6.9), "relu": (0.2, -5.8), "swish": (0.1, -8.1), "tanh": (0.5, -6.9)}[p["act"]]
    width = math.log2(p["width"])
    return (
        offset + ((math.log(p["rate"]) - rate) / 2) ** 2 + 0.15 * (p["layers"] - 2) ** 2 + 0.3 * (width - 7) ** 2
        + 10 * (p["dropout"] - 0.1 * (width - 4)) ** 2)


FUNCTIONS = {
    "branin": (branin, dict(x=("uniform", -5, 10), y=("uniform", 0, 15))),
    "hartmann": (hartmann, {f"x{i}": ("uniform", 0, 1) for i in range(1, 7)}),
    "mixed": (mixed, dict(
        act=("choice", ["gelu", "relu", "swish", "tanh"]), width=("quniform", 8, 128, 8), rate=("loguniform", -12, -2),
        dropout=("uniform", 0, 0.8), layers=("choice", [1, 2, 3, 4]))),
    "rosenbrock": (rosenbrock, {f"x{i}": ("uniform", -2, 2) for i in range(1, 5)}),
    "ackley": (ackley, {f"x{i}": ("uniform", -15, 30) for i in range(1, 6)}),
    "grid": (grid, dict(
        rate=("choice", [0.01, 0.003, 0.001, 0.0003, 0.0001]), layers=("choice", [1, 2, 3, 4]),
        width=("choice", [32, 64, 128, 256]), dropout=("choice", [0.1, 0.2, 0.3, 0.4, 0.5]),
        act=("choice", ["gelu", "relu", "swish", "tanh"]))),
}


# MARK: The peer


def suggest(trial, name, distribution):
    kind, *bounds = distribution
    if kind == "choice":
        return trial.suggest_categorical(name, bounds[0])
    if kind == "quniform":
        return trial.suggest_int(name, bounds[0], bounds[1], step=bounds[2])
    if kind == "loguniform":
        return trial.suggest_float(name, math.exp(bounds[0]), math.exp(bounds[1]), log=True)
    return trial.suggest_float(name, *bounds)


def optuna_bests(name, evaluations, seeds, make_sampler):
    import warnings

    import optuna

    warnings.filterwarnings("ignore")
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    function, space = FUNCTIONS[name]
    bests = []
    for seed in range(seeds):
        study = optuna.create_study(sampler=make_sampler(seed))
        study.optimize(lambda t: function({n: suggest(t, n, d) for n, d in space.items()}), n_trials=evaluations)
        bests.append(study.best_value)
    return bests


def peers():
    import optuna

    tpe = optuna.samplers.TPESampler
    return {
        "Optuna TPE": lambda seed: tpe(seed=seed, multivariate=False),
        "Optuna TPE, multivariate": lambda seed: tpe(seed=seed, multivariate=True),
        "Optuna random": lambda seed: optuna.samplers.RandomSampler(seed=seed),
    }


# MARK: Ours


def our_bests(command):
    """Reads a line of JSON for each function and sampler, and checks that both files mean the same function."""
    bests = {}
    for line in subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines():
        if not line.startswith("{"):
            continue
        record = json.loads(line)
        here = FUNCTIONS[record["function"]][0](record["point"])
        if not math.isclose(here, record["loss"], rel_tol=1e-9, abs_tol=1e-12):
            sys.exit(f"error: {record['function']} at {record['point']}: found {record['loss']}; expected {here}")
        bests.setdefault(record["function"], {})["run-hyper " + record["sampler"]] = record["best"]
        evaluations = record["evaluations"]
    if not bests:
        sys.exit(f"error: {' '.join(command)}: found no line of JSON; expected one for each function and sampler")
    return bests, evaluations


def rounded(losses):
    """The same cell of a grid has losses that differ in the last bit between the two languages."""
    return [round(loss, 9) for loss in losses]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peers", metavar="FILE", help="keep Optuna's results in this file, and use them when it is there")
    parser.add_argument("command", nargs="+", help="what prints run-hyper's results")
    options = parser.parse_args()

    ours, evaluations = our_bests(options.command)
    seeds = len(next(iter(next(iter(ours.values())).values())))
    if options.peers and os.path.exists(options.peers):
        with open(options.peers) as file:
            theirs = json.load(file)
    else:
        theirs = {
            function: {name: optuna_bests(function, evaluations, seeds, make) for name, make in peers().items()} for function in ours}
        if options.peers:
            with open(options.peers, "w") as file:
                json.dump(theirs, file)
    from scipy.stats import mannwhitneyu

    print(f"The lowest loss of {evaluations} evaluations, {seeds} seeds.\n")
    print("| function | sampler | median | quartiles | run-hyper's TPE is lower | p |")
    print("| --- | --- | --- | --- | --- | --- |")
    for function, bests in ours.items():
        reference = bests["run-hyper TPE"]
        for sampler, losses in (bests | theirs[function]).items():
            low, middle, high = statistics.quantiles(losses, n=4, method="inclusive")
            row = f"| {function} | {sampler} | {middle:.4g} | {low:.4g} … {high:.4g} |"
            if losses is reference:
                print(row + " | |")
                continue
            test = mannwhitneyu(rounded(losses), rounded(reference), alternative="two-sided")
            print(row + f" {100 * test.statistic / len(losses) / len(reference):.0f} % | {test.pvalue:.2g} |")


if __name__ == "__main__":
    main()
