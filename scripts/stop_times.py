"""Interrupts studies at random moments; see scripts/stop-times."""

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time

LONG = ["--epochs=5000", "--stopping_step=5000"]
WIDE = ["--hidden_size=256", "--n_layers=4"]
CATALOGUE = ["--dataset=catalogue", "--data_path=data"]

# Kind: arguments, and the longest time in seconds before the interruption.
KINDS = {
    "grocery": (LONG, 2),
    "bayes": (["--algo=bayes", "--max_evals=9", *LONG], 2),
    "ml-100k": (["--dataset=ml-100k", *LONG], 4),
    "ml-100k-wide": (["--dataset=ml-100k", "--train_batch_size=2048", *WIDE, *LONG], 6),
    "catalogue": ([*CATALOGUE, *LONG], 4),
    "catalogue-wide": ([*CATALOGUE, "--train_batch_size=256", *WIDE, *LONG], 6),
    "catalogue-wide-batch": ([*CATALOGUE, "--train_batch_size=2048", *WIDE, *LONG], 6),
}


def write_catalogue(folder, generator):
    """50,000 items, 200,000 rows of 5,000 users."""
    os.makedirs(f"{folder}/data/catalogue")
    with open(f"{folder}/data/catalogue/catalogue.inter", "w") as file:
        file.write("user_id:token\titem_id:token\ttimestamp:float\n")
        for user in range(5000):
            for time_ in range(40):
                file.write(f"{user}\t{generator.randrange(50000)}\t{time_}\n")


def measure(binary, kind, tries, generator):
    """Runs one study again and again; returns the times to the end and to the first trial that goes on."""
    arguments, longest = KINDS[kind]
    ends, starts = [], []
    with tempfile.TemporaryDirectory(prefix="run-hyper-stop-") as folder:
        with open(f"{folder}/hyper.test", "w") as file:
            file.write("learning_rate choice [0.001,0.002,0.003,0.004]\n")
        if "--dataset=catalogue" in arguments:
            write_catalogue(folder, generator)
        command = [binary, "--params_file=hyper.test", "--workers=2", *arguments]
        for attempt in range(tries + 1):
            begin = time.monotonic()
            process = subprocess.Popen(
                command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
            running = 0
            for line in process.stderr:
                running += " started" in line
                if attempt > 0 and running == 1 and " started again" in line:
                    starts.append(time.monotonic() - begin)
                if running == 2:
                    break
            time.sleep(generator.uniform(0, longest))
            begin = time.monotonic()
            process.send_signal(signal.SIGINT)
            rest = process.stderr.read()
            process.wait()
            if process.returncode != 130:
                sys.exit(f"{kind}: status {process.returncode}\n{rest}")
            ends.append(time.monotonic() - begin)
    return ends[1:], starts


def main():
    parser = argparse.ArgumentParser(prog="scripts/stop-times", description=__doc__)
    parser.add_argument("--tries", type=int, default=10, help="interruptions of each study")
    parser.add_argument("--seed", type=int, default=1, help="of the moments")
    parser.add_argument("--kinds", default=",".join(KINDS), help=f"of {', '.join(KINDS)}; ml-100k has to be fetched")
    parser.add_argument("binary", help=argparse.SUPPRESS)
    options = parser.parse_args()
    generator = random.Random(options.seed)
    for kind in options.kinds.split(","):
        ends, starts = measure(options.binary, kind, options.tries, generator)
        print(
            f"{kind}: ends after {sorted(ends)[len(ends) // 2]:.2f} s, at most {max(ends):.2f}; "
            f"goes on after {sorted(starts)[len(starts) // 2]:.2f} s, at most {max(starts):.2f}", flush=True)


if __name__ == "__main__":
    main()
