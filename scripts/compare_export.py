#!/usr/bin/env python3
"""Loads an export into RecBole and compares scores: RecBole's, run-hyper's, and those of the item vectors.

scripts/compare-export sets up what this needs and calls it. A small study is run and its best trial exported. RecBole builds the dataset
from the exported config.yaml alone, and load_recbole.py puts the weights into its BERT4Rec. Scores are compared for all items after

  complete histories   all users, as `recommend --all` has them
  test histories       RecBole's own test samples, given to `recommend --histories`

Three kinds of scores are compared: those of RecBole's full_sort_predict, those that `recommend` prints, and the products of the users'
vectors with item_vectors.npy. The largest difference has to be 1e-5 or less; otherwise the exit status is 1.
"""
import argparse
import csv
import importlib
import io
import os
import subprocess
import sys
import tempfile

LIMIT = 1e-5


def call(program, folder, *arguments):
    ending = subprocess.run([program, *arguments], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if ending.returncode != 0:
        sys.exit(f"error: run-hyper {' '.join(arguments)} ended with status {ending.returncode}; it said:\n{ending.stderr}")
    return ending.stdout


def complete_histories(dataset):
    """Each user's items in the order of time; of equal times, in the order of the file."""
    rows = dataset.inter_feat.sort_values(dataset.time_field, kind="stable")
    return {user: list(items) for user, items in rows.groupby(dataset.uid_field, sort=True)[dataset.iid_field]}


def test_histories(config, dataset):
    """RecBole's test samples, as it makes them."""
    from recbole.data import data_preparation

    histories = {}
    for interaction, _, _, _ in data_preparation(config, dataset)[2]:
        columns = (interaction[name].tolist() for name in ("item_id_list", "item_length", config["USER_ID_FIELD"]))
        for items, length, user in zip(*columns):
            histories[user] = items[:length]
    return histories


def peer_scores(model, config, histories, vectors):
    """RecBole's scores of all items, and the inner products, both [users, items]."""
    import numpy
    import torch

    longest = config["MAX_ITEM_LIST_LENGTH"]
    kept = [items[-longest:] for items in histories]
    items = torch.tensor([part + [0] * (longest - len(part)) for part in kept], device=config["device"])
    lengths = torch.tensor([len(part) for part in kept], device=config["device"])
    with torch.no_grad():
        scores = model.full_sort_predict({model.ITEM_SEQ: items, model.ITEM_SEQ_LEN: lengths})
        output = model.forward(model.reconstruct_test_data(items, lengths))
        users = model.gather_indexes(output, lengths - 1).cpu().numpy()
    products = numpy.concatenate([users, numpy.ones_like(users[:, :1])], axis=1) @ vectors.T
    return scores.cpu().numpy(), products


def own_scores(text, ids, users):
    """The scores that `recommend` prints, [users, items]; padding has none."""
    import numpy

    scores = numpy.full((len(users), len(ids)), numpy.nan, dtype="float32")
    rows = {user: row for row, user in enumerate(users)}
    for line in csv.DictReader(io.StringIO(text)):
        scores[rows[line["user"]], ids[line["item"]]] = line["score"]
    return scores


def compare(options):
    import logging
    import warnings

    import numpy
    import yaml

    sys.argv = sys.argv[:1]  # RecBole reads them too.
    warnings.filterwarnings("ignore")
    logging.disable(logging.WARNING)
    home = os.environ.get("RUN_HYPER_HOME", ".")
    data_path = os.path.abspath(options.data_path or os.path.join(home, "datasets"))
    program = os.path.abspath(options.program)
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, "small.test"), "w") as file:
            file.write("n_layers choice [1,2]\nlearning_rate choice [0.005]\n")
        call(program, folder, "--params_file=small.test", f"--dataset={options.dataset}", f"--data_path={data_path}",
             f"--epochs={options.epochs}")
        call(program, folder, "export", "--to=model")
        export = os.path.join(folder, "model")
        sys.path.insert(0, export)
        loader = importlib.import_module("load_recbole")
        config, dataset, model = loader.load(data_path)
        with open(os.path.join(export, "config.yaml"), encoding="utf-8") as file:
            settings = yaml.safe_load(file)
        from recbole.config import Config

        plain = Config(model="BERT4Rec", dataset=options.dataset, config_dict={"train_neg_sample_args": None})
        # RecBole reads `encoding`, and has no default for it.
        unknown = set(settings) - set(plain.final_config_dict) - {"encoding"}
        if unknown:
            sys.exit(f"error: config.yaml: found {sorted(unknown)}; expected only keys that RecBole knows")
        # Of these two, RecBole makes something longer.
        kept = {key: value for key, value in settings.items() if key not in ("eval_args", "train_neg_sample_args")}
        wrong = {key: value for key, value in kept.items() if config[key] != value}
        if wrong:
            sys.exit(f"error: config.yaml: found {wrong}, which RecBole read as {({key: config[key] for key in wrong})}")

        vectors = numpy.load(os.path.join(export, "item_vectors.npy"))
        tokens = loader.read_tokens()
        ids = {token: id for id, token in enumerate(tokens)}
        print(f"{options.dataset}: {len(tokens) - 1} items, vectors of {vectors.shape[1]} numbers")
        worst = 0.0
        complete = complete_histories(dataset)  # before RecBole makes samples of the rows
        for name, histories in (("complete", complete), ("test", test_histories(config, dataset))):
            users = [str(dataset.id2token(dataset.uid_field, user)) for user in histories]
            if name == "complete":
                # A user of the `.user` file alone has no history.
                chosen = ["--users=users.txt"]
                lines = users
            else:
                chosen = ["--histories=users.txt"]
                lines = ["\t".join([user] + [tokens[item] for item in items]) for user, items in zip(users, histories.values())]
            with open(os.path.join(folder, "users.txt"), "w", encoding="utf-8") as file:
                file.write("\n".join(lines) + "\n")
            text = call(program, folder, "recommend", *chosen, f"--top={min(len(tokens), 10_000)}", "--format=csv")
            own = own_scores(text, ids, users)
            peer, products = peer_scores(model, config, list(histories.values()), vectors)
            if not (numpy.isneginf(products[:, 0]).all() and numpy.isfinite(own[:, 1:]).all()):
                sys.exit("error: found a score for padding, or an item without one; expected scores of all items")
            print(f"{name} histories of {len(users)} users, scores from {own[:, 1:].min():.3f} to {own[:, 1:].max():.3f};"
                  " largest difference:")
            for title, first, second in (
                ("RecBole and run-hyper", peer, own), ("RecBole and item_vectors.npy", peer, products),
                ("run-hyper and item_vectors.npy", own, products),
            ):
                difference = float(numpy.abs(first[:, 1:] - second[:, 1:]).max())
                worst = max(worst, difference)
                print(f"  {title:<31} {difference:.1e}")
        verdict = "as it has to be" if worst <= LIMIT else f"more than {LIMIT:.0e}"
        print(f"largest of all: {worst:.1e}, {verdict}")
        sys.exit(worst > LIMIT)


def main():
    parser = argparse.ArgumentParser(
        prog="scripts/compare-export", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False)
    parser.add_argument("--dataset", default="grocery", help="the dataset (grocery)")
    parser.add_argument("--data_path", "--data-path", help="the folder of datasets (datasets)")
    parser.add_argument("--epochs", type=int, default=3, help="epochs of each of the two trials (3)")
    parser.add_argument("--program", help=argparse.SUPPRESS)
    compare(parser.parse_args())


if __name__ == "__main__":
    main()
