"""Puts the weights of this folder into the BERT4Rec of RecBole 1.2.1.

    from load_recbole import load
    config, dataset, model = load("datasets")    # the folder that has the dataset's own folder

The model is in evaluation mode. Without a folder there is no dataset: enough to compute scores, or to convert the model.
"""
import csv
import json
from pathlib import Path
from types import SimpleNamespace

import numpy
import torch
from recbole.config import Config
from recbole.data import create_dataset
from recbole.model.sequential_recommender.bert4rec import BERT4Rec

FOLDER = Path(__file__).resolve().parent


def read_tensors(path=FOLDER / "weights.safetensors"):
    content = Path(path).read_bytes()
    start = 8 + int.from_bytes(content[:8], "little")
    header = json.loads(content[8:start])
    header.pop("__metadata__", None)
    tensors = {}
    for name, entry in header.items():
        first, end = (start + offset for offset in entry["data_offsets"])
        tensors[name] = torch.from_numpy(numpy.frombuffer(content[first:end], "<f4").reshape(entry["shape"]).copy())
    return tensors


def read_tokens(path=FOLDER / "items.tsv"):
    with open(path, encoding="utf-8", newline="") as file:
        return [row["token"] for row in csv.DictReader(file, delimiter="\t")]


def load(data_path=None):
    tensors, tokens = read_tensors(), read_tokens()
    place = {} if data_path is None else {"data_path": str(data_path)}
    config = Config(config_file_list=[str(FOLDER / "config.yaml")], config_dict=place)
    dataset = SimpleNamespace(num=lambda field: len(tokens)) if data_path is None else create_dataset(config)
    if data_path is not None and list(dataset.field2id_token[dataset.iid_field]) != tokens:
        raise ValueError(f"{data_path}: found other items than in items.tsv; expected the files of the training")
    model = BERT4Rec(config, dataset).to(config["device"])
    model.load_state_dict(tensors)
    return config, dataset, model.eval()
