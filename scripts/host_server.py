"""A PostgreSQL server on a host of its own, and processes of run-hyper on other hosts that use it."""
import os
import signal
import sqlite3
import subprocess
import time

from disturbed_studies import ENVIRONMENT, Folder
from hosts import TIED
from postgresql_server import Server


class HostServer(Server):
    """A server on a host of its own, whose data are on a small disk there."""

    def __init__(self, host, folder):
        self.host, self.postmaster, self.is_down = host, None, False
        self.prefix = [*host.inside, "env", f"--chdir={folder}", "runuser", "-u", "postgres", "--"]
        # With small files for its log, a full disk is soon noticed.
        super().__init__(folder=folder, initialization=["--wal-segsize=1"])

    def start(self):
        with open(self.host.path(f"{self.data}/pg_hba.conf"), "a+") as file:
            file.seek(0)
            if "10.99.0.0" not in file.read():
                print("host all all 10.99.0.0/24 trust", file=file)
        settings = [
            f"listen_addresses={self.host.address}", "shared_buffers=32MB", "min_wal_size=2MB", "max_wal_size=16MB",
            "log_line_prefix=%m [%p] ", "max_connections=60"]
        with open(os.path.join(self.folder, "server.log"), "a") as log:
            self.postmaster = subprocess.Popen(
                [*TIED, *self.host.inside, "setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", "--pdeathsig=KILL",
                 os.path.join(self.programs, "postgres"), "-D", self.data, "-k", self.folder,
                 *(word for setting in settings for word in ("-c", setting))], stdout=log, stderr=log, cwd="/")
        deadline = time.monotonic() + 60
        while self.postmaster.poll() is None and time.monotonic() < deadline:
            if self.sql("SELECT 1", check=False).returncode == 0:
                return
            time.sleep(0.1)
        raise subprocess.CalledProcessError(1, "postgres")

    def sql(self, *statements, database="postgres", check=True):
        words = [word for statement in statements for word in ("-c", statement)]
        return subprocess.run(
            ["psql", "-X", "-At", "-v", "ON_ERROR_STOP=1", self.uri(database), *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            text=True, check=check)

    def rows(self, database, sql):
        """Rows, also from a server that is starting."""
        deadline = time.monotonic() + 60
        while True:
            try:
                return super().rows(database, sql)
            except sqlite3.OperationalError as error:
                is_missing = "does not exist" in str(error) and "socket" not in str(error)
                if is_missing or time.monotonic() > deadline:
                    raise
            self.revive()
            time.sleep(0.2)

    def revive(self):
        """Starts the server unless it runs, or is down on purpose."""
        for attempt in range(20):
            if self.is_down or self.postmaster.poll() is None:
                return
            try:
                self.start()
            except subprocess.CalledProcessError:
                time.sleep(0.5)
        raise SystemExit(f"error: the server does not start; see {self.folder}/server.log")

    def end(self, how):
        """Ends it: `killed`, `immediate` or `fast`."""
        if how == "killed":
            numbers = descendants(self.postmaster.pid)
            for number in numbers:
                send(number, signal.SIGKILL)
            self.postmaster.wait()
            while any(os.path.exists(f"/proc/{number}") for number in numbers):
                time.sleep(0.02)
        else:
            self.postmaster.send_signal(signal.SIGQUIT if how == "immediate" else signal.SIGINT)
            self.postmaster.wait()

    @property
    def filling(self):
        return self.host.path(f"{self.data}/filling")

    def fill(self):
        """Takes all that is free on its disk."""
        with open(self.filling, "ab") as file:
            for size in (1 << 24, 1 << 20, 1 << 16, 1 << 12):
                try:
                    while True:
                        os.posix_fallocate(file.fileno(), file.seek(0, os.SEEK_END), size)
                except OSError:
                    pass

    def use_log(self):
        """Writes until there is no room for its log, not even in files of it that are there; then the server crashes."""
        for _ in range(60):
            if self.sql("SELECT pg_logical_emit_message(false, 'a', repeat('a', 1000000))", check=False).returncode != 0:
                return

    def log(self):
        with open(os.path.join(self.folder, "server.log"), errors="replace") as file:
            return file.read()

    def stop(self):
        if self.postmaster and self.postmaster.poll() is None:
            self.end("immediate")


def descendants(number):
    """A process and all that it has started."""
    numbers = [number]
    for parent in numbers:
        try:
            with open(f"/proc/{parent}/task/{parent}/children") as file:
                numbers += map(int, file.read().split())
        except OSError:
            pass
    return numbers


def send(number, kind):
    try:
        os.kill(number, kind)
    except ProcessLookupError:
        pass


def processor_seconds(process):
    try:
        with open(f"/proc/{process.pid}/stat") as file:
            fields = file.read().rpartition(")")[2].split()
    except OSError:
        return 0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class HostFolder(Folder):
    """A folder with a study on the server, for processes on the hosts."""

    def start_on(self, host, *words):
        self.logs += 1
        path = os.path.join(self.path, f"log-{self.logs}")
        uri = f"postgresql://hyper@{self.server.host.address}/{self.name}"
        with open(path, "w") as log:
            print(f"on {host.name}: {' '.join(words)}", file=log, flush=True)
            process = subprocess.Popen(
                [*TIED, *host.inside, "env", f"--chdir={self.path}", self.program, *words, f"--storage={uri}"], env=ENVIRONMENT,
                stdout=log, stderr=log)
        process.log = path
        return process
