#!/usr/bin/env python3
"""Trains BERT4Rec with RecBole and with run-hyper, in turn, and prints how long an epoch takes with each.

scripts/compare-recbole sets up what this needs and calls it. Three runs, with the same data and the same settings (the defaults of
RecBole's documentation page for BERT4Rec):

  RecBole as shipped   one process with a thread for each core, as its tuner runs one trial after the other. Importing its models
                       switches on autograd's anomaly mode, which checks every gradient.
  RecBole at its best  a process for each core with one thread, anomaly mode off, and an allocator that keeps large blocks.
  run-hyper            a process for each core with one thread.

An epoch is training and the validation after it. What is compared is machine time per trial-epoch: the seconds of an epoch,
divided by the trials that run side by side. It counts on a quiet machine only; CPU time suffers less from other jobs.
"""
import argparse
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time

# RecBole's documentation page; the file in its package has dropout rates of 0.2 instead.
DOCUMENTED = dict(
    hidden_size=64, inner_size=256, n_layers=2, n_heads=2, hidden_dropout_prob=0.5, attn_dropout_prob=0.5, hidden_act="gelu",
    layer_norm_eps=1e-12, initializer_range=0.02, mask_ratio=0.2, ft_ratio=0.5, loss_type="CE", train_neg_sample_args=None,
)

# Blocks of any size stay with the process, in huge pages: by default glibc gives each large tensor back and asks for it again.
KIND_ALLOCATOR = ":".join(
    f"glibc.malloc.{name}"
    for name in ("hugetlb=1", f"mmap_threshold={1 << 34}", f"trim_threshold={1 << 34}", "arena_max=1")
)


# MARK: The peer


def train_peer(options):
    """One RecBole run: prints a line of JSON when it is ready, waits for a line, then prints one for each epoch."""
    sys.argv = sys.argv[:1]  # RecBole reads them too.
    import logging
    import warnings

    warnings.filterwarnings("ignore")
    import torch

    torch.set_num_threads(options.threads)
    from recbole.config import Config
    from recbole.data import create_dataset, data_preparation
    from recbole.utils import get_model, get_trainer, init_logger, init_seed

    get_model("BERT4Rec")  # Imports all models of the kind; one of them switches the anomaly mode on.
    if options.at_best:
        torch.autograd.set_detect_anomaly(False)
    settings = dict(
        DOCUMENTED, epochs=options.epochs, data_path=options.data_path, use_gpu=False, show_progress=False, state="ERROR")
    own_file = os.path.join(options.data_path, options.dataset, options.dataset + ".yaml")
    files = [own_file] if os.path.exists(own_file) else None
    config = Config(model="BERT4Rec", dataset=options.dataset, config_file_list=files, config_dict=settings)
    init_seed(config["seed"], config["reproducibility"])
    init_logger(config)
    logging.disable(logging.WARNING)
    train, valid, _ = data_preparation(config, create_dataset(config))
    model = get_model("BERT4Rec")(config, train.dataset).to(config["device"])
    trainer = get_trainer(config["MODEL_TYPE"], "BERT4Rec")(config, model)
    trainer.eval_collector.data_collect(train)

    print(json.dumps(dict(rows=len(train.dataset.inter_feat), anomaly_mode=torch.is_anomaly_enabled())), flush=True)
    sys.stdin.readline()
    for epoch in range(options.epochs):
        start, cpu = time.perf_counter(), time.process_time()
        trainer._train_epoch(train, epoch, show_progress=False)
        trainer._valid_epoch(valid, show_progress=False)
        print(json.dumps(dict(seconds=time.perf_counter() - start, cpu=time.process_time() - cpu)), flush=True)


# MARK: Runs


class Run:
    """A process whose epochs are timed and whose memory is read when it ends."""

    def __init__(self, command, environment, folder, stream):
        self.command = command
        self.rows = 0
        self.epochs = []
        self.cpu = []
        self.lines = []
        self.is_ready = threading.Event()
        pipes = {stream: subprocess.PIPE}
        if stream != "stderr":
            pipes["stderr"] = subprocess.DEVNULL if not os.environ.get("COMPARE_VERBOSE") else None
        else:
            pipes["stdout"] = subprocess.DEVNULL
        self.process = subprocess.Popen(
            command, env=dict(os.environ, **environment), cwd=folder, stdin=subprocess.PIPE, text=True, **pipes)
        self.thread = threading.Thread(target=self.read, args=[getattr(self.process, stream)], daemon=True)
        self.thread.start()

    def read(self, stream):
        for line in stream:
            self.lines.append(line.rstrip())
            self.understand(line, time.perf_counter())
        self.is_ready.set()

    def start(self):
        try:
            self.process.stdin.write("go\n")
            self.process.stdin.close()
        except BrokenPipeError:
            pass

    def finish(self):
        _, status, usage = os.wait4(self.process.pid, 0)
        self.process.returncode = os.waitstatus_to_exitcode(status)
        self.thread.join()
        self.memory = usage.ru_maxrss / 1024  # MB
        # run-hyper does not say it itself; reading the data and the last measurement are small beside its epochs.
        self.cpu = self.cpu or [(usage.ru_utime + usage.ru_stime) / max(1, len(self.epochs))]
        if self.process.returncode != 0 or not self.epochs:
            said = "\n".join(self.lines[-10:]) or "nothing; COMPARE_VERBOSE=1 shows what it says on standard error"
            sys.exit(f"error: {' '.join(self.command)} ended with status {self.process.returncode}; it said:\n{said}")


class PeerRun(Run):
    def understand(self, line, now):
        try:
            said = json.loads(line)
        except ValueError:
            return
        if "rows" in said:
            self.rows = said["rows"]
            self.is_ready.set()
        elif "seconds" in said:
            self.epochs.append(said["seconds"])
            self.cpu.append(said["cpu"])


class OwnRun(Run):
    """run-hyper says a line when training begins and one after each epoch."""

    def understand(self, line, now):
        words = line.split()
        if words[:1] == ["Training"] and "samples," in words:
            self.rows = int(words[words.index("samples,") - 1])
            self.mark = now
        elif words[:1] == ["epoch"]:
            self.epochs.append(now - self.mark)
            self.mark = now


def measure(name, make, count, threads):
    """Runs `count` of one kind side by side."""
    print(f"{name}: {count} × {threads} thread{'s' if threads > 1 else ''} …", file=sys.stderr, flush=True)
    runs = [make() for _ in range(count)]
    try:
        if isinstance(runs[0], PeerRun):
            for run in runs:
                run.is_ready.wait()
        for run in runs:
            run.start()
        for run in runs:
            run.finish()
    finally:
        for run in runs:
            if run.process.returncode is None:
                run.process.kill()
    seconds = statistics.median(second for run in runs for second in run.epochs)
    cpu = statistics.median(second for run in runs for second in run.cpu)
    print(f"  {seconds:.1f} s an epoch, {cpu:.1f} s of CPU time", file=sys.stderr, flush=True)
    return dict(
        name=name, count=count, threads=threads, seconds=seconds, cpu=cpu, machine=seconds / count, rows=runs[0].rows,
        least=min(min(run.epochs) for run in runs), most=max(max(run.epochs) for run in runs),
        memory=sum(run.memory for run in runs))


def report(results):
    head = ("", "processes", "s/epoch each", "spread", "CPU s/epoch", "machine s", "rows/s", "peak memory")
    lines = [head] + [
        (
            result["name"], f"{result['count']} × {result['threads']} thread{'s' if result['threads'] > 1 else ''}",
            f"{result['seconds']:.1f}", f"{result['least']:.1f}…{result['most']:.1f}", f"{result['cpu']:.1f}",
            f"{result['machine']:.2f}",
            f"{result['rows'] / result['machine']:,.0f}", f"{result['memory']:,.0f} MB")
        for result in results
    ]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    for line in lines:
        cells = [line[0].ljust(widths[0])] + [cell.rjust(width) for cell, width in zip(line[1:], widths[1:])]
        print("  ".join(cells))
    own = results[-1]
    print("\nMachine time per trial-epoch, and memory of all processes of a run, against run-hyper's:")
    for result in results[:-1]:
        print(f"  {result['name']}: {result['machine'] / own['machine']:.1f} × the time, "
              f"{result['memory'] / own['memory']:.0f} × the memory")


def compare(options):
    # Ended from outside, this has to end what it started, too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    import recbole

    packaged = os.path.join(os.path.dirname(recbole.__file__), "dataset_example")
    home = os.environ.get("RUN_HYPER_HOME", ".")
    if options.dataset == "ml-100k":
        # RecBole reads the copy in its package whatever the path, so both do.
        data_path = packaged
    else:
        data_path = os.path.abspath(options.data_path or os.path.join(home, "datasets"))
    table = os.path.join(data_path, options.dataset, options.dataset + ".inter")
    if not os.path.exists(table):
        sys.exit(f"error: {table}: found no such file; expected a dataset, or another --dataset or --data_path")
    # A laptop's cores are not all alike, and RecBole needs 3 GB for each process on ML-100K: two, unless more are asked for.
    cores = options.cores
    if cores > (os.cpu_count() or 1):
        sys.exit(f"error: --cores: found {cores}; expected at most the machine's {os.cpu_count()}")
    common = [f"--dataset={options.dataset}", f"--data_path={data_path}", f"--epochs={options.epochs}"]

    with tempfile.TemporaryDirectory() as folder:
        def peer(threads, *flags):
            names = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")
            environment = {name: str(threads) for name in names}
            if "--at-best" in flags:
                environment["GLIBC_TUNABLES"] = KIND_ALLOCATOR
            command = [sys.executable, os.path.abspath(__file__), "--peer", f"--threads={threads}", *flags, *common]
            return PeerRun(command, environment, folder, "stdout")

        def own():
            # As many worse epochs in a row as there are epochs: none ends the training early.
            settings = [f"--{key}={value}" for key, value in DOCUMENTED.items() if value is not None]
            command = [os.path.abspath(options.program), "train", *common, *settings, f"--stopping_step={options.epochs}"]
            return OwnRun(command, {}, folder, "stderr")

        load = " ".join(f"{value:.1f}" for value in os.getloadavg())
        print(f"{options.dataset}, {options.epochs} epoch(s) each, {cores} cores; load {load} at the start",
              file=sys.stderr, flush=True)
        results = [
            measure("RecBole as shipped", lambda: peer(cores), 1, cores),
            measure("RecBole at its best", lambda: peer(1, "--at-best"), cores, 1),
            measure("run-hyper", own, cores, 1),
        ]
    rows = {result["rows"] for result in results}
    if len(rows) != 1:
        sys.exit(f"error: found different numbers of training rows, {sorted(rows)}; expected the same of both programs")
    report(results)


def main():
    parser = argparse.ArgumentParser(
        prog="scripts/compare-recbole", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False)
    parser.add_argument("--epochs", type=int, default=3, help="epochs of each run (3)")
    parser.add_argument("--dataset", default="ml-100k", help="the dataset (ml-100k, the copy in RecBole's package)")
    parser.add_argument("--data_path", "--data-path", help="the folder of other datasets (datasets)")
    parser.add_argument("--cores", type=int, default=min(2, os.cpu_count() or 1), help="cores to use (2)")
    parser.add_argument("--program", help=argparse.SUPPRESS)
    parser.add_argument("--peer", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--threads", type=int, default=1, help=argparse.SUPPRESS)
    parser.add_argument("--at-best", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    for name in ("epochs", "cores"):
        if getattr(options, name) < 1:
            parser.error(f"--{name}: found {getattr(options, name)}; expected 1 or more")
    train_peer(options) if options.peer else compare(options)


if __name__ == "__main__":
    main()
