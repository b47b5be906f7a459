"""Writes inputs of a megabyte each that make parsers work hard, for scripts/fuzz --large: large.py FOLDER TARGET."""
import json
import pathlib
import sys

SIZE = 1 << 20


def filled(start, piece, end=""):
    """`piece`, which may have a number in it, again and again between `start` and `end`."""
    parts, length, number = [start], len(start) + len(end), 0
    while length < SIZE:
        part = piece.replace("#", str(number))
        parts.append(part)
        length += len(part)
        number += 1
    return "".join(parts) + end


def bare(text):
    return "\1" + text


values = {
    "integers": filled("[", "1,", "1]"),
    "lists": filled("[", "[],", "1]"),
    "texts": filled("[", "'',", "1]"),
    "numbers": filled("[", "#.5,", "1]"),
    "maps": filled("[", "{},", "1]"),
    "map": filled("{", "'k#':1,", "}"),
    "deep": "[" * 60 + filled("", "[[[]]],") + "]" * 60,
    "open": "[" * SIZE,
    "signs": "-" * SIZE + "1",
    "products": filled("", "2*", "2"),
    "digits": "9" * SIZE,
    "decimals": "0." + "9" * SIZE + "e-999999999",
    "escapes": filled("'", "\\x41", "'"),
    "marks": "'" + "\u0301" * (SIZE // 2) + "'",
    "text without end": "'" + "x" * SIZE,
}
header = "user_id:token\titem_id:token\ttimestamp:float\n"
tensor = '"#":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}'
safetensors = {
    "tensors": filled("{", tensor + ",", tensor.replace("#", "x") + "}"),
    "axes": filled('{"x":{"dtype":"F32","data_offsets":[0,0],"shape":[', "1,", "0]}}"),
    "text by key": filled('{"__metadata__":{', '"#":"",', '"x":""}}'),
    "deep": "[" * SIZE + "}",
    "overlaps": filled("{", '"#":{"dtype":"F32","shape":[9],"data_offsets":[0,36]},', '"x":0}'),
    "text": json.dumps({"__metadata__": {"a": "\x1b" * (SIZE // 6)}}),
}
inputs = {
    "search-space": {name: f"a choice {text if text[0] == '[' else '[' + text + ']'}" for name, text in values.items()}
    | {
        "parameters": filled("", "p# choice [1]\n"),
        "mistakes": filled("", "p\n"),
        "spaces": "a" + " " * SIZE + "choice [1]",
        "comments": "#" * SIZE,
        "line ends": "\n" * SIZE,
    },
    "literals": {name: bare(text) for name, text in values.items()} | {"words": bare(filled("[", "a,", "a]"))},
    "command-line": {
        "arguments": "\2" + filled("", "--k#=1\n"),
        "values": "\2" + filled("", "--epochs=1\n"),
        "value": "\2--load_col=" + filled("{'inter':[", "a,", "a]}"),
        "metrics": "\2--metrics=" + filled("[", "a#,", "a]"),
        "cut-offs": "\2--topk=" + filled("[", "#,", "1]"),
        "name": "\2--" + "n" * SIZE,
        "time": "\0" + "1" * SIZE + "h",
        "target": "\1mrr@10>" + "9" * SIZE,
    },
    "yaml": {
        "keys": filled("", "k#: 1\n"),
        "list": filled("topk: [", "1,", "1]"),
        "block": filled("topk:\n", "- 1\n"),
        "lists": filled("topk: [", "[],", "1]"),
        "maps": filled("load_col: {", "f#: '*',", "x: '*'}"),
        "deep": "a: " + "[" * SIZE,
        "indented": "".join(" " * depth + "a:\n" for depth in range(1400)),
        "aliases": filled("a: &a " + "x" * 1000 + "\nb: [", "*a,", "*a]"),
        "aliases of aliases": "a0: &a0 [1]\n"
        + "".join(f"a{level}: &a{level} [{','.join([f'*a{level - 1}'] * 40)}]\n" for level in range(1, 4000)),
        "text": "a: " + "x" * SIZE,
        "folded": filled("a: >\n", " x\n"),
        "escapes": filled('a: "', "\\x41", '"'),
        "comments": "#" * SIZE,
    },
    "inter": {
        "rows": "\0" + filled(header, "a\ta\t1\n"),
        "users": "\0" + filled(header, "u#\ta\t1\n"),
        "items": "\0" + filled(header, "a\ti#\t1\n"),
        "columns": "\0" + filled("a:token", "\tc#:token"),
        "cells": "\0" + filled(header, "a\t"),
        "quoted": "\0" + filled(header, '"a"\t"a"\t"1"\n'),
        "cell": "\0" + header + '"' + "x" * SIZE + '"\ta\t1\n',
        "digits": "\0" + header + "a\ta\t" + "9" * SIZE + "\n",
        "line": "\0" + "x" * SIZE,
        "missing": "\0" + filled(header, "NA\tNA\t1\n"),
        "filtered": "\xf0" + filled(header, "u#\ti#\t1\n"),
    },
    "safetensors": {name: bare(text) for name, text in safetensors.items()},
    "checkpoint": {f"progress, {name}": bare(text) for name, text in values.items()}
    | {
        name: b"\0" + len(text.encode()).to_bytes(8, "little") + text.encode() for name, text in safetensors.items()
    },
}

folder, target = pathlib.Path(sys.argv[1]), sys.argv[2]
folder.mkdir(parents=True, exist_ok=True)
for name, text in inputs[target].items():
    # The first byte of a table's input is a number, the rest is text.
    data = text if isinstance(text, bytes) else bytes([ord(text[0])]) + text[1:].encode() if text else b""
    (folder / name.replace(" ", "-").replace(",", "")).write_bytes(data)
