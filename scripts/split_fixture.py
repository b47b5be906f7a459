#!/usr/bin/env python3
"""Writes the samples that RecBole 1.2.1 makes of a small table, for the tests of the splits.

scripts/split-fixture sets up what this needs and calls it. The table has users of 1, 2, 3, 4, 5, 9, 10 and 19 rows, equal times of one user
and of several, times that are equal only as 32-bit numbers, and rows that are not in the order of time. Each case is a split of it:

  RS of each user, RS of all together, TS, and LS for comparison, with ratios that divide evenly and ratios that do not
  times as they are, which RecBole compares as 32-bit numbers, or scaled to 0 ... 1 first (normalize_all)
  small times, which 32 bits hold exactly

The file has the rows, in order, and for each case the samples of the three parts in RecBole's order: user, history and target, by name.
"""
import argparse
import json
import logging
import os
import sys
import tempfile
import warnings

LENGTHS = {"u1": 5, "u2": 1, "u3": 19, "u4": 2, "u5": 10, "u6": 3, "u7": 4, "u8": 9, "u9": 3}
SHARES = [[0.8, 0.1, 0.1], [0.5, 0.25, 0.25], [8, 1, 1], [0.7, 0.2, 0.1], [1, 1, 1], [0.6, 0.4, 0], [0.85, 0, 0.15], [1, 0, 2]]
# Seconds on top of the small times, so that 64 of them are one 32-bit number.
LATE = 978_300_000


def rows(late):
    """User, item and time of each row.

    A small generator, so that the table is the same with any Python. Times are drawn from few numbers, so many are equal.
    """
    state = 20_240
    table = []
    left = dict(LENGTHS)
    while left:
        state = (state * 1_103_515_245 + 12_345) % 2**31
        user = sorted(left)[(state >> 8) % len(left)]
        left[user] -= 1
        if not left[user]:
            del left[user]
        moment = (state >> 16) % 37
        table.append([user, f"i{(state >> 4) % 23}", LATE + 29 * moment if late else moment])
    return table


def split(folder, table, arguments, scaled):
    """RecBole's samples of the three parts, by name."""
    from recbole.config import Config
    from recbole.data import create_dataset

    os.makedirs(f"{folder}/toy", exist_ok=True)
    with open(f"{folder}/toy/toy.inter", "w", encoding="utf-8") as file:
        file.write("user_id:token\titem_id:token\ttimestamp:float\n")
        file.writelines(f"{user}\t{item}\t{time}\n" for user, item, time in table)
    settings = {
        "data_path": folder, "load_col": {"inter": ["user_id", "item_id", "timestamp"]}, "MAX_ITEM_LIST_LENGTH": 4,
        "normalize_all": scaled, "train_neg_sample_args": None, "eval_args": {"order": "TO", "mode": "full", **arguments},
    }
    dataset = create_dataset(Config(model="BERT4Rec", dataset="toy", config_dict=settings))
    users, items = dataset.field2id_token["user_id"], dataset.field2id_token["item_id"]
    parts = []
    for part in dataset.build():
        feature = part.inter_feat
        columns = (feature[name].tolist() for name in ("user_id", "item_id_list", "item_length", "item_id"))
        parts.append([
            f"{users[user]}: {' '.join(items[item] for item in history[:length])} > {items[target]}"
            for user, history, length, target in zip(*columns)
        ])
    return dict(zip(("train", "valid", "test"), parts))


def cases():
    for late, scaled in ((False, False), (True, False), (True, True)):
        for ratios in SHARES:
            yield late, scaled, {"split": {"RS": ratios}, "group_by": "user"}
            yield late, scaled, {"split": {"RS": ratios}, "group_by": "none"}
            yield late, scaled, {"split": {"TS": ratios}, "group_by": "user"}
        yield late, scaled, {"split": {"LS": "valid_and_test"}, "group_by": "user"}


def made():
    """The file's text."""
    tables = {late: rows(late) for late in (False, True)}
    samples = []
    with tempfile.TemporaryDirectory() as folder:
        for late, scaled, arguments in cases():
            samples.append(
                {"table": "late" if late else "early", "normalize_all": scaled, "eval_args": arguments,
                 **split(folder, tables[late], arguments, scaled)})
    lines = [json.dumps(case, separators=(",", ":")) for case in samples]
    named = {"early" if not late else "late": table for late, table in tables.items()}
    head = json.dumps({"about": "The samples of RecBole 1.2.1 with numpy 1.26.4; scripts/split-fixture writes them.",
                       "MAX_ITEM_LIST_LENGTH": 4, "tables": named}, separators=(",", ":"))
    return head[:-1] + ',"cases":[\n' + ",\n".join(lines) + "\n]}\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--file", default="Tests/ModelTests/Fixtures/splits.json", help="the file to write")
    parser.add_argument("--check", action="store_true", help="compare with the file; the exit status is 1 if they differ")
    options = parser.parse_args()
    sys.argv = sys.argv[:1]  # RecBole reads them too.
    warnings.filterwarnings("ignore")
    logging.disable(logging.WARNING)
    text = made()
    if options.check:
        with open(options.file, encoding="utf-8") as file:
            if file.read() != text:
                sys.exit(f"error: {options.file} does not have RecBole's samples; scripts/split-fixture writes them")
        print(f"{options.file} has RecBole's samples")
        return
    with open(options.file, "w", encoding="utf-8") as file:
        file.write(text)
    print(f"Wrote {options.file}")


if __name__ == "__main__":
    main()
