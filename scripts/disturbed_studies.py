"""What the tests share that disturb real studies and compare what comes out with undisturbed runs: the kinds of studies, a
folder with a study, and what has to be the same in the end."""
import ast
import glob
import hashlib
import os
import signal
import sqlite3
import subprocess
import time

GRID = "learning_rate choice [0.01,0.001]\nhidden_dropout_prob choice [0.2,0.5]\nn_layers choice [1,2]\n"
AVERAGES = "weight_average choice [None,0.9,0.99]\nlearning_rate choice [0.01,0.001]\n"
OBJECTIVES = "objective choice ['cloze','causal']\nlearning_rate choice [0.01,0.001]\n"
PRECISIONS = "precision choice ['float32','bfloat16']\nlearning_rate choice [0.01,0.001]\n"
RANGES = "learning_rate loguniform_bounds 0.0005,0.01\nn_layers quniform 1,2,1\nhidden_dropout_prob uniform 0.1,0.5\n"

# Name, parameter file, options, the options that end it where a pruner is in force, whether several processes give the same bytes.
KINDS = [
    ("grid", GRID, ["--epochs=3"], None, True),
    ("asha", GRID, ["--epochs=4", "--pruner=asha", "--reduction_factor=2"], ["--epochs=4"], True),
    ("random", RANGES, ["--epochs=2", "--algo=random", "--max_evals=8"], None, True),
    ("hyperband", GRID, ["--epochs=4", "--pruner=hyperband", "--reduction_factor=2"], ["--epochs=4"], True),
    ("median", GRID, ["--epochs=4", "--pruner=median"], ["--epochs=4"], True),
    # Proposals go by what has ended before, so that several workers propose other points.
    ("bayes", RANGES, ["--epochs=2", "--algo=bayes", "--max_evals=12"], None, False),
    ("repeats", "n_heads choice [1,2]\n", ["--epochs=3", "--repeats=2"], None, True),
    ("shuffled", GRID, ["--epochs=3", "--shuffle", "--early_stop=5"], None, True),
    ("averages", AVERAGES, ["--epochs=4", "--pruner=asha", "--reduction_factor=2"], ["--epochs=4"], True),
    ("objectives", OBJECTIVES, ["--epochs=3", "--train_batch_size=64", "--MAX_ITEM_LIST_LENGTH=7"], None, True),
    ("fractions", GRID, ["--epochs=7", "--epoch_fraction=1/3", "--pruner=asha", "--reduction_factor=2"],
     ["--epochs=7", "--epoch_fraction=1/3"], True),
    ("unseen", GRID, ["--epochs=3", "--repeatable=False", "--repeats=1", "--keep_weights=3"], None, True),
]
with open("/proc/cpuinfo") as information:
    if " avx512_bf16 " in information.read():
        KINDS.append(("precisions", PRECISIONS, ["--epochs=3"], None, True))
NAME = "bert4rec-grocery-hyper"
ENVIRONMENT = {**os.environ, "RUN_HYPER_CHECKPOINT_SECONDS": "0"}


class Folder:
    """A folder with a parameter file and the study that is made in it, or on a server."""

    def __init__(self, program, place, parameters, server=None):
        self.program, self.path, self.server = program, place, server
        self.name = server.new_database() if server else None
        self.storage = [f"--storage={server.uri(self.name)}"] if server else []
        self.logs = 0
        os.makedirs(place)
        with open(os.path.join(place, "hyper.test"), "w") as file:
            file.write(parameters)
        self.database = os.path.join(place, "studies/studies.sqlite")

    def run(self, *words):
        while True:
            ending = subprocess.run(
                [self.program, *words, *self.storage], cwd=self.path, env=ENVIRONMENT, stdout=subprocess.PIPE,
                stderr=subprocess.PIPE, text=True)
            # A command that finds no server when it starts says so and ends; one that has begun waits for it.
            if not (self.server and ending.returncode == 2 and "no connection" in ending.stderr):
                return ending
            time.sleep(0.3)

    def is_well(self, process):
        """Whether a process ended as it may: by itself, by a kill, or because it found no server when it started."""
        if process.returncode != 2 or not self.server:
            return process.returncode in (0, -signal.SIGKILL)
        with open(process.log) as log:
            return "no connection" in log.read()

    def start(self, *words):
        self.logs += 1
        path = os.path.join(self.path, f"log-{self.logs}")
        with open(path, "a") as log:
            process = subprocess.Popen([self.program, *words, *self.storage], cwd=self.path, env=ENVIRONMENT, stdout=log, stderr=log)
        process.log = path
        return process

    def query(self, sql):
        if self.server:
            return self.server.rows(self.name, sql)
        # Not read-only: whoever opens the file first after a kill has to roll back what was being written.
        connection = sqlite3.connect(f"file:{self.database}?mode=rw", uri=True, timeout=60)
        try:
            return connection.execute(sql).fetchall()
        finally:
            connection.close()

    def everything(self):
        """What has to be the same whatever happened, by name; the numbers of rows of other attempts are left out."""
        formats = ("csv", "json", "markdown", "table")
        boards = {f"leaderboard {f}": self.run("leaderboard", "--top=0", f"--format={f}").stdout for f in formats}
        # On a server, the bytes are in the database, and verify has compared them with this.
        weights = dict(self.query("SELECT file, sha256 FROM weights")) if self.server else {}
        for path in glob.glob(f"{self.database}.weights/*/*"):
            with open(path, "rb") as file:
                weights[os.path.basename(path)] = hashlib.sha256(file.read()).hexdigest()
        return boards | {
            "curves": self.query(
                "SELECT ordinal, epoch, metric, value FROM learning_curve JOIN trial ON id = trial_id "
                "WHERE active = 1 ORDER BY 1, 2, 3"),
            "ranks": self.query(
                "SELECT ordinal, split, ranks, other_ranks FROM user_rank JOIN trial ON id = trial_id WHERE active = 1 ORDER BY 1, 2"),
            "results": self.query(
                "SELECT ordinal, split, metric, value FROM result JOIN trial ON id = trial_id WHERE active = 1 ORDER BY 1, 2, 3"),
            "weights": weights,
        }

    def ended(self):
        """Trials that have ended for good, with what must not change any more."""
        if not self.server and not os.path.exists(self.database):
            return set()
        try:
            return set(
                self.query(
                    "SELECT ordinal, attempt, state, finished_at, best_value FROM trial "
                    "WHERE state IN ('completed', 'diverged')"))
        except sqlite3.OperationalError as error:
            # Killed before the tables were there.
            if "no such table" in str(error) or "does not exist" in str(error):
                return set()
            raise


class Reference:
    """Undisturbed runs in SQLite files, one for each kind."""

    def __init__(self, program, place, workers=1, kept=None):
        """`kept` is a folder where they are kept for the next time."""
        self.program, self.place, self.workers, self.kept, self.known = program, place, workers, kept, {}

    def of(self, kind):
        if kind[0] not in self.known:
            self.known[kind[0]] = self.read(kind) if self.kept else self.made(kind)
        return self.known[kind[0]]

    def made(self, kind):
        name, parameters, options, rest, is_parallel = kind
        folder = Folder(self.program, os.path.join(self.place, f"reference-{name}"), parameters)
        ending = folder.run("--params_file=hyper.test", f"--workers={self.workers if is_parallel else 1}", *(rest or options))
        assert ending.returncode == 0, ending.stderr
        return folder.everything()

    def read(self, kind):
        with open(self.program, "rb") as file:
            mark = hashlib.sha256(file.read() + repr(kind).encode()).hexdigest()[:16]
        path = os.path.join(self.kept, f"{kind[0]}-{mark}")
        if not os.path.exists(path):
            os.makedirs(self.kept, exist_ok=True)
            text = repr(self.made(kind))
            with open(path, "w") as file:
                file.write(text)
        with open(path) as file:
            return ast.literal_eval(file.read())


class DisturbedStudy:
    """One study that is disturbed and continued until it ends."""

    def __init__(self, kind, folder, generator, reference):
        self.kind, self.folder, self.random, self.reference = kind, folder, generator, reference
        self.problems, self.ended = [], set()
        # Trials that had ended and were not there any more, and trials that ended twice.
        self.vanished = self.repeated = 0

    def complain(self, text):
        self.problems.append(text)

    def look(self):
        """Reads what has ended; what had ended before has to be there as it was."""
        now = self.folder.ended()
        for trial in sorted(self.ended - now):
            self.vanished += 1
            self.complain(f"trial {trial[0]} had ended as {trial} and is not so any more")
        self.ended |= now

    def finish(self, options):
        ending = self.folder.run(*self.command, *options)
        if ending.returncode != 0:
            self.complain(f"the last run ended with status {ending.returncode}: {ending.stderr[-500:]}")
        self.look()
        verified = self.folder.run("verify")
        if verified.returncode != 0:
            wrong = [line for line in verified.stdout.splitlines() if "WRONG" in line]
            self.complain("\n".join(["verify found:"] + wrong + [verified.stderr]))

    def compare(self):
        expected, found = self.reference, self.folder.everything()
        for name in expected:
            if expected[name] != found[name]:
                self.complain(f"another {name} than an undisturbed run has")
        # Nothing left over, and no finished trial started again: verify says so, and here it is counted without it.
        again = self.folder.query(
            "SELECT ordinal FROM trial WHERE (SELECT count(*) FROM attempt WHERE trial_id = trial.id "
            "AND ending IN ('completed', 'diverged')) > 1")
        for (trial,) in again:
            self.repeated += 1
            self.complain(f"trial {trial} ended twice")
