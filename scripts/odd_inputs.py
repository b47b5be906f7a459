#!/usr/bin/env python3
"""Calls the program with random but plausible command lines and files, and looks at how each call ends.

scripts/odd-inputs calls it. Call N of a seed is the same on every machine. It takes a command that works on a table of 30 rows, and
changes up to three things: an option or a configuration key gets an awkward value, or a line of the table, of the YAML file or of the
parameter file is changed. Options and commands come from the program itself. Calls that are still valid train one epoch.

A call is a finding when a signal ends it, when its status is not 0, 1, 2 or 130, when it takes longer than a minute, when a
message is not one line for each problem, when status 2 comes with a result or leaves a study behind, or when status 1 or 2 comes without
a message.
"""
import argparse
import concurrent.futures
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile

TIMEOUT = 600

# Values that programs stumble over, for any option or key.
AWKWARD = [
    "", " ", "0", "1", "-1", "2", "-0", "00", "1.5", "1e-3", "1e400", "-1e400", "nan", "inf", "-inf", "1_000", "0x10", "0b1", "017",
    "9223372036854775807", "9223372036854775808", "-9223372036854775809", "9" * 40, "0." + "9" * 40, "1e-400", "4294967296", "65537",
    "True", "False", "true", "yes", "None", "none", "null", "~", "~/", "~/x", "a", "/", ".", "..", "a/", "a//b", "./a", "/dev/null",
    "/proc/self/mem", "-", "--", "=", "==", "a=b", ",", ";", ":", "::", "[", "]", "[]", "[1]", "[1,2]", "[1,,2]", "[1,2", "(1,2)", "{}",
    "{", "{'a':1}", "{'a'", "['a','a']", "[None]", "[[1]]", "[" * 300, "'", '"', "''", "'a", "\\", "\\t", "\t", "\n", "a\nb", "\r", "%s%n",
    "$HOME", "`id`", "a;b", "a b", " a ", "é", "e\u0301", "\u202eabc", "\ufeff", "\u0301", "日本語", "🙂", "x" * 10000, "sqlite:///x.sqlite",
    "postgresql://a/b", "file:x", "http://x", "*", "?", "#", "a#b", "[5,inf)", "(5", "5,inf", "[2,1]", "valid", "test", "best", "latest",
    b"\xff\xfe", b"a\xc3",
]

# Values that keys and options know, so that a good part of the calls goes further than the first check.
PLAUSIBLE = {
    "epochs": ["0", "1", "2"], "train_batch_size": ["1", "7", "64"], "learner": ["adam", "adamw", "sgd", "Adam", "sdg"],
    "learning_rate": ["0.01", "1e-8", "1e20"], "weight_decay": ["0", "0.1"], "clip_grad_norm": ["5", "{'max_norm': 5}", "None"],
    "shuffle": ["True", "False"], "eval_step": ["0", "-1", "1", "2", "5"], "stopping_step": ["0", "1"],
    "eval_args": ["{'split':{'LS':'valid_only'}}", "{'split':{'LS':'test_only'}}", "{'split':{'RS':[0.8,0.1,0.1]}}", "{'mode':'uni100'}",
                  "{'order':'RO'}", "{'group_by':None}"],
    "metrics": ["['NDCG']", "NDCG", "['Recall','GAUC']", "['ItemCoverage']", "['MRR','MRR']"], "topk": ["5", "[1,10]", "[1,100000]", "0"],
    "valid_metric": ["NDCG@10", "ndcg@10", "MRR@5", "GAUC"], "metric_decimal_place": ["0", "8", "15", "16"],
    "field_separator": [",", " ", "::", "\\t"], "USER_ID_FIELD": ["user_id", "item_id", "user"], "TIME_FIELD": ["timestamp", "None"],
    "load_col": ["{'inter':['user_id','item_id','timestamp']}", "{'user':['user_id']}", "{'item':['item_id','price']}", "None"],
    "rm_dup_inter": ["first", "last", "True"], "val_interval": ["{'timestamp':'[0,inf)'}", "{'rating':'[3,inf)'}"],
    "user_inter_num_interval": ["[3,inf)", "[2, 100000]", "[100,inf)"], "item_inter_num_interval": ["[1,inf)", "[100,inf)"],
    "MAX_ITEM_LIST_LENGTH": ["1", "2", "5", "65536"], "benchmark_filename": ["['train','valid','test']", "None"],
    "time_precision": ["exact", "float32"], "hidden_size": ["2", "8", "9", "64"], "inner_size": ["1", "16"], "n_layers": ["1", "3"],
    "n_heads": ["1", "2", "3"], "hidden_dropout_prob": ["0", "0.9", "1"], "attn_dropout_prob": ["0", "1"],
    "hidden_act": ["gelu", "relu", "selu"], "mask_ratio": ["0", "0.2", "1"], "ft_ratio": ["0", "1"], "loss_type": ["CE", "BPR"],
    "seed": ["0", "2020"], "dataset": ["toy", "grocery", "nowhere"], "model": ["BERT4Rec", "SASRec"], "encoding": ["utf-8", "latin-1"],
    "gpu_id": ["0"], "repeatable": ["True", "False"], "embedding_size": ["64"], "num_layers": ["1"], "d_state": ["4"],
    "algo": ["exhaustive", "random", "bayes"], "max-evals": ["1", "3", "100001"], "pruner": ["none", "median", "asha", "hyperband"],
    "first-rung": ["1", "2"], "reduction-factor": ["2", "3"], "repeats": ["1"], "keep-weights": ["2"], "early-stop": ["1", "3"], "workers": ["1", "2", "1000"],
    "timeout": ["1", "2h", "0"], "target": ["ndcg@10>0", "valid.mrr@10>=0.9", "test.mrr@10>0.1"], "retry": ["failed", "diverged"],
    "tool": ["Hyperopt", "Ray"], "format": ["table", "json", "jsonl", "csv", "markdown"], "top": ["0", "1", "-1"], "sort": ["valid.ndcg@3", "mrr@10", "-tflop", "trial"],
    "where": ["n_layers=1", "n_layers=7", "=1", "state!=pruned", "tflop<0.1", "n_layers in 1,2"], "metric": ["mrr@5", "hit@1"], "split": ["valid", "test"], "threads": ["1", "3"],
    "output-file": ["out.txt", "None", "."], "display-file": ["out.html", "None", "."], "save": ["w.safetensors", "."],
    "storage": ["s.sqlite", "studies/studies.sqlite", "deep/er/s.sqlite", "toy.yaml", "."], "study": ["other", "a/b"],
    "config-files": ["toy.yaml", "toy.yaml toy.yaml", "none.yaml"], "weights": ["none", "toy.yaml"], "data-path": ["datasets", "nowhere"],
    "params-file": ["hyper.test", "toy.yaml", "datasets"], "delete": ["other"], "free-states": ["other"],
    "users": ["users.txt", "toy.yaml"], "histories": ["users.txt", "toy.yaml"], "items": ["users.txt", "toy.yaml"],
}

# Lines of configuration files that people published or that RecBole's documents show, and lines near them.
YAML_LINES = [
    "seed: 1", "seed: 1\nseed: 1", "seed: 1\nseed: 2", "encoding: utf-8", "train_from_scratch: False", "unisrec_transform: ~",
    "eval_setting: TO_LS,full", "num_layers: 1", "dropout_prob: 0.2", "d_state: 32", "field_seperator: ','", "train:\n  a: 1\n  b: [1, 2]",
    "user_inter_num_interval: [2, 100000]", "user_inter_num_interval: [5,inf)", "train_neg_sample_args: null", "metrics: ['NDCG', 'GAUC']",
    "metrics: ['Recall', 'AveragePopularity']\nvalid_metric: Recall@10", "topk: [1,5,10]  # 中文", "min_user_inter_num: 5",
    "mlm_probability: 0.2", "num_attention_heads: 2", "batch_size: 64", "n_heads: 2\nn_heads: 1", "transform: null", "repeatable: False",
    "eval_args:\n  split: {'LS': 'valid_and_test'}\n  order: TO\n  mode: full", "eval_args:\n  spilt: {'RS': [8,1,1]}\n  gourp_by: user",
    "eval_args: {'split': {'RS': [0.8,0.1,0.1]}, 'order': 'RO', 'mode': 'uni100'}", "load_col:\n  inter: [user_id, item_id, timestamp]",
    "load_col: {inter: [user_id], item: [item_id, sales_rank]}", "benchmark_filename: ['train','valid','test']", "learning_rate: 1e-3",
    "- a\n- b", "a: *b", "a: &a [*a]", "? [a]\n: b", "'", "key", "key: 'a", "key: [1", "\tkey: 1", "epochs: 1:30", "epochs: 0x1",
    "LABEL_FIELD: label\nthreshold: {'rating': 3}", "wandb_project: x", "neg_sampling: {'uniform': 1}", "NEG_PREFIX: neg_", "show_progress: no",
]

# Lines of parameter files, likewise.
PARAMETER_LINES = [
    "n_layers choice [1,2]", "learning_rate choice [0.01,0.001]", "learning_rate choice [0,0.01]", "attn_dropout_prob choice [0.2,0.2]",
    "hidden_dropout_prob uniform 0.1,0.5", "learning_rate loguniform -8,-4", "learning_rate loguniform 1e-5,1e-2", "learning_rate loguniform -8 0",
    "learning_rate loguniform_bounds 1e-4,1e-2", "hidden_size quniform 8,16,8", "n_heads choice [1,2,3]", "embedding_size choice [64,96]",
    "mlp_hidden_size choice ['[64,64,64]','[128,128]']", "batch_size choice [64]", "dropout_prob choice [0.1]", "seed choice [1,2]",
    "dataset choice ['toy']", "eval_step choice [0,1]", "MAX_ITEM_LIST_LENGTH choice [1,5]", "user_inter_num_interval choice ['[0,inf)','[9,inf)']",
    "hidden_act choice ['gelu','relu']", "hidden_act choice [gelu]", "loss_type choice ['CE','BPR']", "n_layers choice [1，2]", "n_layers in [1,2]",
    "n_layers choice [4, 8. 16]", "n_layers choice", "n_layers", "# nothing", "", "n_layers\tchoice\t(1,2)", "n_layers choice range(1,3)",
    "epochs choice [0,1]", "stopping_step choice [1,99]", "metrics choice ['NDCG']", "mask_ratio choice [0.0,0.2]", "n_layers choice [1,1.0]",
    "learning_rate choice [" + ",".join(str(0.001 * n) for n in range(1, 40)) + "]",
]

# What can befall one cell of a table.
CELLS = ["", "x", "0", "-1", "1e400", "nan", "1.5", "1.7e+09", "\"a", "\"a\"", "a b", "é", "\ufeff", "\x00", "\x1b[2J", "2020-01-01 00:00:00", "x" * 10000]


class Files:
    """The files of a call, by path, as bytes; unchanged they all work."""

    def __init__(self, generator):
        rows = [f"u{n % 6}\ti{n * 7 % 11}\t{1_700_000_000 + n}" for n in range(30)]
        self.generator = generator
        self.table = ["user_id:token\titem_id:token\ttimestamp:float"] + rows
        self.yaml = ["epochs: 1", "hidden_size: 8", "inner_size: 8", "n_layers: 1", "MAX_ITEM_LIST_LENGTH: 5", "eval_batch_size: 64"]
        self.parameters = ["n_layers choice [1,2]"]
        self.table_bytes = None

    def change_table(self):
        pick = self.generator.randrange(13)
        row = self.generator.randrange(max(1, len(self.table)))
        if row == len(self.table):
            return
        cells = self.table[row].split("\t")
        if pick < 4:
            cells[self.generator.randrange(len(cells))] = self.generator.choice(CELLS)
            self.table[row] = "\t".join(cells)
        elif pick == 4:
            self.table[row] = "\t".join(cells[:-1])
        elif pick == 5:
            self.table[row] += "\textra"
        elif pick == 6:
            del self.table[row]
        elif pick == 7:
            self.table.insert(row, self.table[row])
        elif pick == 8:
            separator = self.generator.choice([",", " ", ";", "::"])
            self.table = [line.replace("\t", separator) for line in self.table]
        elif pick == 9:
            self.table = self.table[: self.generator.choice([0, 1, 2, 4])]
        elif pick == 10:
            self.table = [line for line in self.table for _ in range(2)]
        elif pick == 11:
            self.table = ["\t".join(line.split("\t")[:2]) for line in self.table]
        else:
            encoding = self.generator.choice(["utf-16", "utf-8-sig", "latin-1"])
            self.table_bytes = "\r\n".join(self.table + ["é\té\t1"]).encode(encoding)

    def change_yaml(self):
        self.change_lines(self.yaml, YAML_LINES)

    def change_parameters(self):
        self.change_lines(self.parameters, PARAMETER_LINES)

    def change_lines(self, lines, others):
        pick = self.generator.randrange(8)
        if pick < 5 or not lines:
            lines.insert(self.generator.randrange(len(lines) + 1), self.generator.choice(others))
            return
        row = self.generator.randrange(len(lines))
        if pick == 5:
            lines[row] = self.generator.choice(others)
        elif pick == 6:
            place = self.generator.randrange(len(lines[row]) + 1)
            lines[row] = lines[row][:place] + self.generator.choice(list("[]{}()'\",:;# \t\\\ufeff\u0301x0-=")) + lines[row][place:]
        else:
            place = self.generator.randrange(len(lines[row]) + 1)
            lines[row] = lines[row][:place]

    def write(self, folder):
        os.makedirs(os.path.join(folder, "datasets/toy"))
        contents = {
            "datasets/toy/toy.inter": self.table_bytes if self.table_bytes is not None else "".join(f"{line}\n" for line in self.table).encode(),
            "toy.yaml": "".join(f"{line}\n" for line in self.yaml).encode(),
            "hyper.test": "".join(f"{line}\n" for line in self.parameters).encode(),
            "users.txt": b"u0\nu1\n",
        }
        for path, content in contents.items():
            with open(os.path.join(folder, path), "wb") as file:
                file.write(content)


class Syntax:
    """The program's commands and their options, and its configuration keys, as it tells them."""

    def __init__(self, program):
        dump = json.loads(subprocess.run([program, "--experimental-dump-help"], stdout=subprocess.PIPE, check=True).stdout)
        self.options = {}
        self._read(dump["command"], [])
        listed = subprocess.run([program, "train", "--help"], stdout=subprocess.PIPE, check=True, text=True).stdout
        self.keys = sorted(key for key in PLAUSIBLE if "-" not in key and re.search(rf"\b{key}\b", listed))
        self.keys += ["gpu_id", "repeatable", "embedding_size", "num_layers", "d_state", "encoding"]

    def _read(self, command, words):
        options = {}
        for argument in command.get("arguments") or []:
            for name in argument.get("names") or []:
                if name["kind"] == "long" and name["name"] not in ("help", "version", "set"):
                    options[name["name"].replace("_", "-")] = argument["kind"] == "option"
        self.options[" ".join(words)] = options
        for inner in command.get("subcommands") or []:
            if inner["commandName"] != "help":
                self._read(inner, words + [inner["commandName"]])


class Call:
    """One call: arguments, files and variables, from a seed and a number."""

    COMMANDS = ["study"] * 8 + ["train"] * 5 + ["dataset describe"] * 2 + [
        "resume", "leaderboard", "studies", "show", "compare", "importance", "verify", "evaluate", "recommend", "export", "ensemble", "chart", "dataset fetch",
        "dataset import", ""]

    def __init__(self, syntax, seed, number):
        self.generator = random.Random(f"{seed} {number}")
        self.files = Files(self.generator)
        self.variables = {}
        self.command = self.generator.choice(self.COMMANDS)
        self.options = syntax.options.get(self.command, {})
        self.keys = syntax.keys
        if self.command == "dataset import":
            # It writes a dataset to any folder that can be written.
            self.options = {name: value for name, value in self.options.items() if name != "data-path"}
        if self.command in ("export", "ensemble", "chart"):
            # They write to any place that is free.
            self.options = {name: value for name, value in self.options.items() if name != "to"}
        self.takes_keys = self.command in ("study", "train", "evaluate", "recommend", "export", "dataset describe")
        self.arguments = [[argument] for argument in self._base()]
        for _ in range(self.generator.choice([0, 1, 1, 1, 2, 2, 3])):
            self._change()

    def _base(self):
        if self.command == "study":
            return ["--params_file=hyper.test", "--dataset=toy", "--config_files=toy.yaml", "--epochs=1", "--workers=1"]
        if self.command == "train":
            return ["--dataset=toy", "--config_files=toy.yaml", "--epochs=1"]
        if self.command == "evaluate":
            return ["--weights=w.safetensors", "--dataset=toy"]
        if self.command == "recommend":
            return ["--weights=w.safetensors", "--dataset=toy", "--all"] if self.generator.random() < 0.5 else ["--all"]
        if self.command == "export":
            return ["--weights=w.safetensors", "--dataset=toy", "--to=new"] if self.generator.random() < 0.5 else ["--to=new"]
        if self.command == "dataset import":
            return ["new", "datasets/toy/toy.inter", "--user=user_id:token", "--item=item_id:token", "--time=timestamp:float"]
        if self.command.startswith("dataset "):
            return ["toy"] if self.command.endswith("describe") else []
        return {
            "show": ["bert4rec-toy-hyper", "1"], "compare": ["bert4rec-toy-hyper", "1", "2"], "chart": ["--to=page.html"],
        }.get(self.command, [])

    def _change(self):
        pick = self.generator.randrange(10)
        if pick < 3 and self.options:
            name = self.generator.choice(sorted(self.options))
            typed = name if self.generator.random() < 0.5 else name.replace("-", "_")
            self._set(typed, self._value(name) if self.options[name] or self.generator.random() < 0.2 else None)
        elif pick < 6 and self.takes_keys:
            name = self.generator.choice(self.keys)
            if self.generator.random() < 0.05:
                place = self.generator.randrange(len(name))
                name = name[:place] + name[place + 1:]
            self._set(name, self._value(name))
        elif pick == 6:
            self.files.change_table()
        elif pick == 7:
            self.files.change_yaml()
        elif pick == 8 and self.command in ("study", ""):
            self.files.change_parameters()
        elif pick == 9 and self.generator.random() < 0.5:
            self.arguments.append([self.generator.choice(AWKWARD)])
        else:
            name = self.generator.choice(["RUN_HYPER_BUSY_SECONDS", "RUN_HYPER_HEARTBEAT_SECONDS", "RUN_HYPER_CHECKPOINT_SECONDS",
                                          "RUN_HYPER_MEMORY_MB", "RUN_HYPER_HOME", "HOME", "RUN_HYPER_FAULT", "RUN_HYPER_PAUSE", "COLUMNS"])
            self.variables[name] = self.generator.choice([value for value in AWKWARD if value != b"\xff\xfe"])

    def _value(self, name):
        known = PLAUSIBLE.get(name) or PLAUSIBLE.get(name.replace("-", "_")) or []
        return self.generator.choice(known) if known and self.generator.random() < 0.5 else self.generator.choice(AWKWARD)

    def _set(self, name, value):
        words = [f"--{name}"]
        if value is not None:
            joined = b"--" + name.encode() + b"=" + (value if isinstance(value, bytes) else value.encode())
            words = [joined] if self.generator.random() < 0.8 else [f"--{name}", value]
        # Mostly it takes the place of what is there, since giving both is one kind of mistake among many.
        same = [index for index, old in enumerate(self.arguments) if str(old[0]).startswith(f"--{name.replace('-', '_')}=")]
        if same and self.generator.random() < 0.8:
            self.arguments[same[0]] = words
        else:
            self.arguments.append(words)

    def words(self):
        return self.command.split() + [word for words in self.arguments for word in words]

    def run(self, program, prepared):
        """How it ended, and what is wrong with that, one text a problem."""
        folder = tempfile.mkdtemp(prefix="odd-inputs-")
        try:
            # Reports need a study to report on.
            if self.command not in ("study", "train", "dataset describe") or self.generator.random() < 0.1:
                shutil.copytree(prepared, folder, dirs_exist_ok=True)
                shutil.rmtree(os.path.join(folder, "datasets"))
            had_study = os.path.exists(os.path.join(folder, "studies"))
            self.files.write(folder)
            environment = {os.fsencode(k): os.fsencode(v) for k, v in os.environ.items()}
            # What is written to the home folder must not reach the real one.
            environment[b"HOME"] = os.fsencode(folder)
            for name, value in self.variables.items():
                environment[name.encode()] = (value if isinstance(value, bytes) else value.encode())[:2000]
            words = [word if isinstance(word, bytes) else word.encode() for word in self.words()]
            child = subprocess.Popen(
                [os.fsencode(program), *words], cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                stderr=subprocess.PIPE)
            try:
                output, errors = child.communicate(timeout=TIMEOUT)
            except subprocess.TimeoutExpired:
                child.kill()
                output, errors = child.communicate()
                return child.returncode, output, errors, [f"took longer than {TIMEOUT} s"]
            left = not had_study and os.path.exists(os.path.join(folder, "studies/studies.sqlite"))
            return child.returncode, output, errors, list(self.problems(child.returncode, output, errors, left))
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def problems(self, status, output, errors, left):
        if status < 0:
            yield f"ended by {signal.Signals(-status).name}"
            return
        if status not in (0, 1, 2, 130):
            yield f"status {status}"
        try:
            text = errors.decode()
        except UnicodeDecodeError:
            yield "a message that is not UTF-8"
            return
        lines = text.splitlines()
        if status in (1, 2) and not any(line.startswith("error: ") for line in lines) and not output:
            yield "no message"
        if any((ord(character) < 32 and character != "\t") or ord(character) == 127 for line in lines for character in line):
            yield "a control character in a message"
        if any(word in text for word in ("Fatal error", "Swift/", "Swift runtime", "NSCocoa", "Error Domain", "Optional(", "CodingKey")):
            yield "a message of the language, not of the program"
        if any(len(line) > 2000 for line in lines):
            yield "a line of more than 2,000 characters"
        if status == 2:
            yield from self.wrong_input(lines, output, left)

    @staticmethod
    def wrong_input(lines, output, left):
        if output:
            yield "status 2 with a result"
        if left:
            yield "status 2, and a study was begun"
        start = next((index for index, line in enumerate(lines) if line.startswith("error: ")), None)
        if start is None:
            return
        # Behind the first problem: further ones, each a line with its place; the cells that one is about, indented; where to find help.
        for line in lines[start + 1:]:
            if not (": " in line or line.startswith("  ") or line.startswith("See ")):
                yield f"a message of more than one line: {line[:100]!r}"
                return


def prepare(program, folder):
    """A study of two trials on the table, for the commands that report, and saved weights."""
    Files(random.Random(0)).write(folder)
    for words in (["--params_file=hyper.test", "--dataset=toy", "--config_files=toy.yaml", "--workers=1"],
                  ["train", "--dataset=toy", "--config_files=toy.yaml", "--save=w.safetensors"]):
        ending = subprocess.run([program, *words], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        assert ending.returncode == 0, ending.stderr


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=1000, help="calls to make (default: 1000)")
    parser.add_argument("--seed", default="1", help="which calls (default: 1)")
    parser.add_argument("--only", type=int, help="make this call alone and print all of it")
    parser.add_argument("program", help=argparse.SUPPRESS)
    given = parser.parse_args()

    syntax = Syntax(given.program)
    with tempfile.TemporaryDirectory(prefix="odd-inputs-") as prepared:
        prepare(given.program, prepared)

        def run(number):
            call = Call(syntax, given.seed, number)
            return number, call, call.run(given.program, prepared)

        if given.only is not None:
            _, call, (status, output, errors, problems) = run(given.only)
            print(f"arguments: {call.words()}\nvariables: {call.variables}")
            for name in ("table", "yaml", "parameters"):
                print(f"{name}: {getattr(call.files, name)}")
            sys.stdout.flush()
            sys.stdout.buffer.write(output + errors)
            print(f"status {status}", *problems, sep="\n")
            sys.exit(bool(problems))

        statuses, findings = {}, 0
        with concurrent.futures.ThreadPoolExecutor(max_workers=len(os.sched_getaffinity(0))) as pool:
            for number, call, (status, _, errors, problems) in pool.map(run, range(given.count)):
                statuses[status] = statuses.get(status, 0) + 1
                for problem in problems:
                    findings += 1
                    print(f"call {number}: {problem}\n  {[str(word)[:100] for word in call.words()]} {str(call.variables)[:200]}")
                    print("  " + errors.decode(errors="replace")[:300].replace("\n", "\n  "), flush=True)
        counts = ", ".join(f"{count} with status {status}" for status, count in sorted(statuses.items()))
        print(f"{given.count} calls of seed {given.seed}: {counts}; {findings} findings")
        sys.exit(bool(findings))


if __name__ == "__main__":
    main()
