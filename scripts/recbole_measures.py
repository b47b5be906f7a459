#!/usr/bin/env python3
"""Measures small rankings with RecBole 1.2.1's own metrics and writes scores and values as JSON.

scripts/recbole-measures sets up what this needs and calls it. GAUC and ShannonEntropy are measured by RecBole's collector and evaluator.
In 1.2.1 its collector ends with an error for the four other metrics over lists, which need counts beside tensors; they are measured by the
metrics themselves, on what the collector has collected up to there.
"""
import argparse
import json
import os
import random

CUTOFFS = [1, 3, 5, 10]
ITEMS = 30  # with padding
ROWS = 24
WORKING = ["GAUC", "ShannonEntropy"]
FAILING = ["ItemCoverage", "AveragePopularity", "GiniIndex", "TailPercentage"]


def tables():
    """Scores, held-out items, seen items and training counts. The scores of a row are the numbers below ITEMS, so none are equal."""
    draw = random.Random(18)
    rows = []
    for _ in range(ROWS):
        order = sorted(range(1, ITEMS), key=lambda item: draw.gauss(item / 6, 1))
        scores = [0] * ITEMS
        for place, item in enumerate(order):
            scores[item] = place + 1
        seen = sorted(draw.sample(range(1, ITEMS), draw.randrange(0, 12)))
        rows.append(dict(scores=scores, target=draw.randrange(1, ITEMS), seen=seen))
    counts = [0] + [draw.choice([0, 1, 1, 2, 3, 5, 8]) for _ in range(1, ITEMS)]
    return rows, counts


def measure(rows, counts, repeatable, tail_ratio):
    import numpy
    import torch

    numpy.bool = numpy.bool_  # As RecBole's Config does: numpy took the name away, and GAUC uses it.
    from recbole.evaluator import Evaluator
    from recbole.evaluator.collector import Collector
    from recbole.evaluator.register import metrics_dict

    def collected(names):
        config = dict(
            metrics=names, topk=CUTOFFS, metric_decimal_place=12, eval_args=dict(mode="full"), device="cpu", tail_ratio=tail_ratio,
            ITEM_ID_FIELD="item_id")
        collector = Collector(config)
        scores = torch.tensor([row["scores"] for row in rows], dtype=torch.float32)
        scores[:, 0] = -torch.inf
        if not repeatable:
            for index, row in enumerate(rows):
                scores[index, [item for item in row["seen"] if item != row["target"]]] = -torch.inf
        targets = torch.tensor([row["target"] for row in rows])
        if any(name in FAILING for name in names):
            collector.data_struct.set("data.num_items", ITEMS)
            collector.data_struct.set("data.count_items", {item: count for item, count in enumerate(counts) if count > 0})
        collector.eval_batch_collect(scores, None, torch.arange(len(rows)), targets)
        return config, collector

    config, collector = collected(WORKING)
    values = dict(Evaluator(config).evaluate(collector.get_data_struct()))
    config, collector = collected(FAILING)
    for name in FAILING:
        values.update(metrics_dict[name.lower()](config).calculate_metric(collector.data_struct))
    return {name: float(value) for name, value in sorted(values.items())}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--output", required=True, help="the file to write")
    options = parser.parse_args()
    rows, counts = tables()
    cases = [
        dict(repeatable=repeatable, tailRatio=tail_ratio, values=measure(rows, counts, repeatable, tail_ratio))
        for repeatable in (True, False) for tail_ratio in (0.1, 0.3, 1, 2)
    ]
    os.makedirs(os.path.dirname(options.output), exist_ok=True)
    with open(options.output, "w", encoding="utf-8") as file:
        file.write("{\n")
        file.write(f' "cutoffs": {json.dumps(CUTOFFS)},\n "counts": {json.dumps(counts)},\n "rows": [\n')
        file.write(",\n".join("  " + json.dumps(row) for row in rows))
        file.write('\n ],\n "cases": [\n')
        file.write(",\n".join("  " + json.dumps(case) for case in cases))
        file.write("\n ]\n}\n")


if __name__ == "__main__":
    main()
