"""A study of processes on two hosts, and the faults that disturb it."""
import os
import random
import re
import signal
import sqlite3
import time

from disturbed_studies import NAME, DisturbedStudy
from host_server import processor_seconds, send
from hosts import Switch

# How often each comes.
FAULTS = {
    "cut-5": 12, "cut-25": 12, "server-cut-5": 8, "frozen": 10, "frozen-ended": 8, "ended": 14, "ended-commits": 10, "restart": 12,
    "full-disk": 8, "killed": 6,
}

# Seconds by which a fault that is to cost trials may last longer until it has.
SPARE = 5

# Faults of one study at most; with one process half of that.
MOST_FAULTS = 8

# What a process says of a trial that it has lost.
TOLD = "was taken over by another process"

# What the server says when it ends a connection whose commit has taken place.
COMMITTED = "canceling the wait for synchronous replication and terminating connection"

# What a process says that ends because of the server; the last one when it connects to one whose disk is full.
EXCUSES = ("no connection", "no free connection", "no space left on the server's disk", "could not write init file")


class Fault:
    """What happens next; its draws are the same however often it is tried."""

    def __init__(self, number, seed, names):
        self.number, self.draws = number, f"{seed}-{number}-draws"
        generator = random.Random(f"{seed}-{number}")
        self.name = generator.choices(names, [FAULTS[name] for name in names])[0]
        self.gap = generator.uniform(0.5, 4)


class Worker:
    """A process on a host, which is started again when it ends before the study does."""

    def __init__(self, host, count):
        self.host, self.count = host, count
        self.process, self.not_before = None, 0
        # Whether the process has been killed on purpose and is not to be started yet, and whether it has found the study finished.
        self.is_held, self.is_done = False, False


class Totals:
    """What happened, over all studies."""

    NAMES = [
        "attempts lost", "of them taken over from a host that was cut or frozen", "old processes that trained on meanwhile",
        "losses that the old process was told of", "commits that had taken place when their connection ended",
        "processes that ended and were started again", "epochs trained again after a loss", "crashes of the full server"]

    def __init__(self):
        self.faults = dict.fromkeys(FAULTS, 0)
        self.counts = dict.fromkeys(self.NAMES, 0)
        self.takeovers = []

    def add(self, name, count=1):
        self.counts[name] += count


class StudyOver(Exception):
    """The study has ended before a fault could begin."""


class Study(DisturbedStudy):
    """One study on the hosts, disturbed until it ends."""

    def __init__(self, kind, folder, generator, reference, hosts, totals):
        super().__init__(kind, folder, generator, reference)
        self.server, self.totals = folder.server, totals
        # What finishes it in the end, undisturbed.
        self.command = ["--params_file=hyper.test", "--workers=2" if kind[4] else "--workers=1"]
        # Proposals go by what has ended before: of several processes they would be others.
        counts = [1, 1, 2] if kind[4] and kind[0] != "slow" else [1]
        self.workers = [Worker(host, generator.choice(counts)) for host in (hosts if kind[4] else hosts[:1])]
        # Attempts that were taken over, by trial and number, with the points of their curves that were there then.
        self.lost = {}
        # Processes with a trial that they have lost, and processes that were killed.
        self.losers, self.killed = [], set()

    # MARK: - The processes

    def tend(self):
        """Starts what has to be started."""
        self.server.revive()
        for worker in self.workers:
            if worker.is_held or worker.is_done:
                continue
            if worker.process and worker.process.poll() is None:
                continue
            if worker.process:
                self.note_end(worker)
            if not worker.is_done and time.monotonic() >= worker.not_before:
                count = f"--workers={worker.count}"
                words = ["--params_file=hyper.test", count, *self.kind[2]]
                if self.ended and self.random.random() < 0.5:
                    words = ["resume", NAME, count]
                worker.process = self.folder.start_on(worker.host, *words)

    def note_end(self, worker):
        process, worker.process = worker.process, None
        with open(process.log) as log:
            text = log.read()
        if process.returncode == 0:
            worker.is_done = True
        elif process not in self.killed:
            self.totals.add("processes that ended and were started again")
            if process.returncode not in (1, 2) or not any(excuse in text for excuse in EXCUSES):
                self.complain(f"a process on {worker.host.name} ended with status {process.returncode}: {text[-600:]}")
            worker.not_before = time.monotonic() + 0.5

    def pause(self, seconds):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.tend()
            time.sleep(0.1)

    @property
    def is_over(self):
        return any(worker.is_done for worker in self.workers)

    # MARK: - What the database says

    def attempts(self):
        """All attempts: trial, number, owner, ending, note, points of their curves, age in seconds."""
        try:
            rows = self.folder.query(
                "SELECT ordinal, attempt.attempt, attempt.owner, ending, note, "
                "(SELECT count(*) FROM observation WHERE trial_id = trial.id AND attempt = attempt.attempt) AS points, "
                "extract(epoch FROM now() - CAST(attempt.started_at AS timestamptz)) AS age "
                "FROM attempt JOIN trial ON trial.id = trial_id ORDER BY 1, 2")
        except sqlite3.OperationalError as error:
            if "does not exist" in str(error):
                return []
            raise
        for trial, number, _, ending, _, points, _ in rows:
            if ending == "lost" and (trial, number) not in self.lost:
                self.lost[trial, number] = points
                self.totals.add("attempts lost")
        return rows

    def open_attempts(self):
        return {(trial, number) for trial, number, _, ending, *_ in self.attempts() if ending is None}

    def running(self, worker, youngest=None):
        """The attempts that a worker's process has, on request only those that are not older than so many seconds."""
        found = set()
        for trial, number, owner, ending, _, _, age in self.attempts():
            host, _, _, process, *_ = owner.split("/")
            is_own = host == worker.host.name and worker.process and int(process) == worker.process.pid
            if ending is None and is_own and (youngest is None or age <= youngest):
                found.add((trial, number))
        return found

    def wait_until(self, seconds, is_true):
        """Waits for at most so long; returns whether it came true."""
        end = time.monotonic() + seconds
        while not (found := is_true()) and time.monotonic() < end and not self.is_over:
            self.pause(0.3)
        return found

    def are_connected(self):
        """Whether every process that has a trial holds its lock."""
        addresses = self.server.rows(
            self.folder.name, "SELECT DISTINCT host(client_addr) FROM pg_stat_activity JOIN pg_locks USING (pid) "
            f"WHERE datname = '{self.folder.name}' AND locktype = 'advisory' AND granted")
        return {(worker.host.address,) for worker in self.workers} <= set(addresses)

    def settle(self):
        """Waits until nothing of an earlier fault is left, so that what happens is this one's doing."""
        self.wait_until(20, self.are_connected)

    # MARK: - Faults

    def disturb(self, fault):
        began = time.monotonic()
        text = getattr(self, f"fault_{fault.name.replace('-', '_')}")(random.Random(fault.draws))
        self.totals.faults[fault.name] += 1
        print(f"  fault {fault.number}: {fault.name}, {text} ({time.monotonic() - began:.1f} s)", flush=True)

    def expect_kept(self, before):
        taken = sorted(before & set(self.lost))
        if taken:
            self.complain(f"trials {', '.join(str(trial) for trial, _ in taken)} were taken over without reason")

    def expect_patience(self, process):
        if process.poll() not in (None, 0):
            log = os.path.basename(process.log)
            self.complain(f"a process ended with status {process.returncode} although it could have waited: {log}")

    def keeping(self, workers, disturb, mend, seconds):
        """A fault during which, and shortly after which, trials stay where they are."""
        self.settle()
        having = {worker.process: found for worker in workers if (found := self.running(worker))}
        before = set().union(*having.values())
        if self.is_over:
            raise StudyOver
        disturb()
        try:
            self.pause(seconds)
        finally:
            mend()
        self.pause(2)
        self.attempts()
        for process in having:
            self.expect_patience(process)
        self.expect_kept(before)
        return f"{len(before)} running, none taken over" if not before & set(self.lost) else "TAKEN OVER"

    def losing(self, worker, disturb, mend, seconds):
        """A fault by which a host loses its trials, while its process lives."""
        if self.kind[0] == "slow":
            # Only a trial that has just begun lasts until it is missed.
            self.wait_until(60, lambda: self.running(worker, youngest=6) and self.are_connected())
        else:
            self.wait_until(5, lambda: self.running(worker) and self.are_connected())
        before, process = self.running(worker), worker.process
        others = [other for other in self.workers if other is not worker]
        if self.is_over:
            raise StudyOver
        disturb()
        began, after, used, moved = time.monotonic(), None, 0, False
        try:
            # On a busy machine all take longer to notice.
            spare = SPARE if before and others else 0
            while (passed := time.monotonic() - began) < seconds + (spare if after is None else 0) and not self.is_over:
                self.pause(min(0.5, max(0.1, seconds - passed)))
                if after is None and before and not before & self.open_attempts():
                    after, used = time.monotonic() - began, processor_seconds(process)
            moved = after is not None and processor_seconds(process) - used > 0.3
            left, taken = before & self.open_attempts(), before & set(self.lost)
        finally:
            mend()
        if not before:
            return "it had no trial"
        if not others or self.is_over:
            self.pause(2)
            self.attempts()
            if not others:
                self.expect_kept(before)
            return "with nobody to take over" if not others else "at the study's end"
        self.expect_patience(process)
        if left:
            names = ", ".join(str(trial) for trial, _ in sorted(left))
            self.complain(f"trials {names} were not taken over within {seconds + SPARE:.0f} s")
            return "NOT TAKEN OVER"
        if not taken:
            return "its trial ended just before"
        self.losers += [(process, trial) for trial, _ in taken]
        self.totals.takeovers.append(after)
        self.totals.add("of them taken over from a host that was cut or frozen", len(taken))
        if moved:
            self.totals.add("old processes that trained on meanwhile")
        return f"{len(taken)} taken over after {after:.1f} s{', while the old process trained' if moved else ''}"

    def victim(self, generator):
        """A worker, if possible one that has a trial."""
        first = generator.choice(self.workers)
        order = [first, *(worker for worker in self.workers if worker is not first)]
        self.wait_until(5, lambda: self.running(first))
        return next((worker for worker in order if self.running(worker)), first)

    def cut(self, host, generator):
        """How to cut a host's link, and how to mend it."""
        end = generator.choice(["host", "switch"])
        return lambda: Switch.turn(host, "down", end), lambda: Switch.turn(host, "up", end)

    def fault_cut_5(self, generator):
        worker = self.victim(generator)
        return f"{worker.host.name}: " + self.keeping([worker], *self.cut(worker.host, generator), 5)

    def fault_server_cut_5(self, generator):
        return self.keeping(self.workers, *self.cut(self.server.host, generator), 5)

    def fault_cut_25(self, generator):
        worker = self.victim(generator)
        return f"{worker.host.name}: " + self.losing(worker, *self.cut(worker.host, generator), 25)

    def freezing(self, worker, then=lambda: None):
        """How to stop the process that a worker has then, and how to let it continue."""
        stopped = []

        def disturb():
            if worker.process:
                stopped.append(worker.process.pid)
                send(worker.process.pid, signal.SIGSTOP)
            then()

        def mend():
            for number in stopped:
                send(number, signal.SIGCONT)

        return disturb, mend

    def fault_frozen(self, generator):
        worker, seconds = self.victim(generator), generator.uniform(5, 25)
        return f"{worker.host.name} for {seconds:.0f} s: " + self.keeping([worker], *self.freezing(worker), seconds)

    def fault_frozen_ended(self, generator):
        worker, seconds = self.victim(generator), generator.uniform(18, 25)
        end = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE client_addr = '{worker.host.address}'"
        return f"{worker.host.name} for {seconds:.0f} s: " + self.losing(
            worker, *self.freezing(worker, lambda: self.server.sql(end)), seconds)

    def end_connections(self, pauses):
        """Ends all connections of the study after each pause."""
        self.server.sql(f"""
            DO $$ DECLARE seconds float8; BEGIN
              FOREACH seconds IN ARRAY ARRAY[{", ".join(f"{pause:.4f}" for pause in pauses)}]::float8[] LOOP
                PERFORM pg_sleep(seconds), pg_stat_clear_snapshot();
                PERFORM pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{self.folder.name}';
              END LOOP;
            END $$""")

    def fault_ended(self, generator):
        pauses = [generator.uniform(0.002, 0.15) for _ in range(generator.randint(20, 50))]
        self.end_connections(pauses)
        return f"{len(pauses)} times in {sum(pauses):.1f} s"

    def fault_ended_commits(self, generator):
        pauses = [generator.uniform(0.05, 0.4) for _ in range(generator.randint(8, 16))]
        before = self.server.log().count(COMMITTED)
        # Whoever has committed waits for a copy of the database that does not exist.
        self.server.sql("ALTER SYSTEM SET synchronous_standby_names = 'nobody'", "SELECT pg_reload_conf()")
        self.end_connections(pauses)
        self.server.sql("ALTER SYSTEM RESET synchronous_standby_names", "SELECT pg_reload_conf()")
        count = self.server.log().count(COMMITTED) - before
        self.totals.add("commits that had taken place when their connection ended", count)
        return f"{len(pauses)} times in {sum(pauses):.1f} s, {count} commits in doubt"

    def fault_restart(self, generator):
        how, seconds = generator.choice(["killed", "immediate", "fast"]), generator.uniform(0.2, 6)
        self.server.is_down = True
        self.server.end(how)
        self.pause(seconds)
        self.server.is_down = False
        self.server.revive()
        return f"{how}, away for {seconds:.1f} s"

    def fault_full_disk(self, generator):
        seconds, is_log = generator.uniform(3, 8), generator.random() < 0.5
        crashes = self.server.log().count("PANIC")
        self.server.is_down = True
        try:
            self.server.fill()
            if is_log:
                self.server.use_log()
            end = time.monotonic() + seconds
            while time.monotonic() < end:
                self.pause(0.2)
                self.server.fill()
        finally:
            os.unlink(self.server.filling)
            self.server.is_down = False
        self.server.revive()
        crashes = self.server.log().count("PANIC") - crashes
        self.totals.add("crashes of the full server", crashes)
        return f"for {seconds:.1f} s{', without room for its log' if is_log else ''}, {crashes} crashes of the server"

    def fault_killed(self, generator):
        worker, seconds = generator.choice(self.workers), generator.choice([0, generator.uniform(1, 20)])
        self.wait_until(5, lambda: worker.process)
        if not worker.process:
            return "no process"
        worker.is_held = True
        self.killed.add(worker.process)
        worker.process.kill()
        worker.process.wait()
        worker.process = None
        self.pause(seconds)
        worker.is_held = False
        return f"{worker.host.name}, started again after {seconds:.0f} s"

    # MARK: - The end

    def run(self, faults):
        """Takes faults until the study is over or has had enough, or there are none left."""
        self.tend()
        last = len(faults) - (MOST_FAULTS if len(self.workers) > 1 else MOST_FAULTS // 2)
        while len(faults) > max(0, last) and not self.is_over:
            self.pause(faults[0].gap)
            self.look()
            try:
                self.disturb(faults[0])
            except StudyOver:
                break
            faults.pop(0)
        deadline = time.monotonic() + 900
        while not all(worker.is_done for worker in self.workers):
            self.pause(0.2)
            if time.monotonic() > deadline:
                self.complain("it does not end")
                break
        self.check_losers()
        self.check_attempts()
        self.finish(self.kind[2])
        if self.kind[3]:
            self.finish(self.kind[3])
        self.compare()

    def check_losers(self):
        """Whoever lost a trial must have noticed, unless it was killed first or ended for another reason."""
        for process in {process for process, _ in self.losers}:
            with open(process.log) as log:
                text = log.read()
            for trial in {trial for loser, trial in self.losers if loser is process}:
                if text.count(f"trial {trial} {TOLD}") >= self.losers.count((process, trial)):
                    self.totals.add("losses that the old process was told of", self.losers.count((process, trial)))
                elif process.returncode == 0:
                    self.complain(f"a process did not notice that it had lost trial {trial}: {os.path.basename(process.log)}")

    def unsaved(self):
        """Trials of which a process said that it could not write their state."""
        found = set()
        for number in range(1, self.folder.logs + 1):
            with open(os.path.join(self.folder.path, f"log-{number}")) as log:
                found |= set(map(int, re.findall(r"trial (\d+) (?:continues|was paused\b.*) without a new checkpoint", log.read())))
        return found

    def check_attempts(self):
        """A lost attempt must not have written any more; an epoch may be there twice only after a loss, of an attempt or a state."""
        rows = self.attempts()
        for trial, number, _, ending, _, points, _ in rows:
            if (trial, number) in self.lost and (ending != "lost" or points != self.lost[trial, number]):
                self.complain(f"attempt {number} at trial {trial} went on writing after it was lost")
        ends = {(trial, number): ending == "lost" or note is not None for trial, number, _, ending, note, *_ in rows}
        unsaved, epochs = self.unsaved(), {}
        for trial, epoch, number in self.folder.query(
            "SELECT DISTINCT ordinal, epoch, observation.attempt FROM observation JOIN trial ON trial.id = trial_id ORDER BY 1, 2, 3"):
            epochs.setdefault((trial, epoch), []).append(number)
        for (trial, epoch), numbers in epochs.items():
            self.totals.add("epochs trained again after a loss", len(numbers) - 1)
            if trial not in unsaved and not all(ends[trial, number] for number in numbers[:-1]):
                self.complain(f"epoch {epoch} of trial {trial} was trained again although nothing was lost")

    def stop(self):
        for worker in self.workers:
            if worker.process:
                worker.process.kill()
                worker.process.wait()
