"""A throw-away PostgreSQL server for the other scripts."""
import glob
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time


def server_programs():
    """The folder of the server's programs; `None` if they are not installed."""
    versions = sorted(glob.glob("/usr/lib/postgresql/*/bin"), key=lambda path: float(path.split("/")[-2]))
    programs = versions[-1] if versions else os.path.dirname(shutil.which("initdb") or "")
    return programs if os.path.exists(os.path.join(programs, "initdb")) and shutil.which("psql") else None


class Server:
    """A PostgreSQL server in a folder of its own, reached through a socket there. It syncs every commit, as servers do."""

    # The server refuses to run as root.
    prefix = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []

    def __init__(self, *settings, folder=None, initialization=()):
        """Starts the server. Settings are `name=value` as in postgresql.conf; `initialization` are further words for initdb."""
        self.programs = server_programs()
        if not self.programs:
            sys.exit("error: no PostgreSQL server here; install postgresql")
        self.settings = settings
        # The path of a socket has at most 107 bytes.
        self.folder = folder or tempfile.mkdtemp(prefix="pg-", dir="/tmp")
        self.data = os.path.join(self.folder, "data")
        if os.geteuid() == 0:
            shutil.chown(self.folder, "postgres")
        self.count, self.kills, self.lock = 0, 0, threading.Lock()
        self.call("initdb", "-D", self.data, "-U", "hyper", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", *initialization)
        self.start()

    def command(self, program, *words):
        return [*self.prefix, os.path.join(self.programs, program), *words]

    def call(self, program, *words):
        with open(os.path.join(self.folder, "log"), "a") as log:
            subprocess.run(self.command(program, *words), cwd=self.folder, stdout=log, stderr=log, check=True)

    def start(self):
        options = " ".join(
            [f"-k '{self.folder}' -c listen_addresses= -c shared_buffers=32MB", *(f"-c {setting}" for setting in self.settings)])
        self.call("pg_ctl", "-D", self.data, "-l", os.path.join(self.folder, "server.log"), "-w", "-t", "60", "-o", options, "start")

    def uri(self, database):
        return f"postgresql://hyper@/{database}?host={self.folder}"

    def new_database(self):
        self.count += 1
        with self.lock:
            self.call("psql", "-X", "-q", self.uri("postgres"), "-c", f"CREATE DATABASE study_{self.count}")
        return f"study_{self.count}"

    @property
    def main_process(self):
        with open(os.path.join(self.data, "postmaster.pid")) as file:
            return int(file.readline())

    def kill(self, generator):
        """Ends the server without warning, and starts it again."""
        with self.lock:
            if generator.random() < 0.5:
                os.kill(self.main_process, signal.SIGKILL)
                # Its processes notice by themselves; until they have ended, no other server can have their memory.
                time.sleep(generator.uniform(0.1, 1))
                while subprocess.run(["pgrep", "-f", f"postgres.*{self.data}"], stdout=subprocess.DEVNULL).returncode == 0:
                    time.sleep(0.1)
            else:
                self.call("pg_ctl", "-D", self.data, "-m", "immediate", "stop")
            time.sleep(generator.uniform(0, 1))
            for attempt in range(30):
                try:
                    self.start()
                    break
                except subprocess.CalledProcessError:
                    if attempt == 29:
                        raise
                    time.sleep(0.5)
            self.kills += 1

    def rows(self, database, sql):
        """Rows as SQLite gives them: numbers, text, bytes."""
        text = f"SELECT coalesce(json_agg(row), '[]') FROM ({sql}) AS row"
        with self.lock:
            answer = subprocess.run(
                ["psql", "-X", "-At", "-v", "ON_ERROR_STOP=1", self.uri(database), "-c", "SET search_path = run_hyper", "-c", text],
                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        if answer.returncode != 0:
            raise sqlite3.OperationalError(answer.stderr)
        values = json.loads(answer.stdout.split("\n", 1)[-1] if answer.stdout.startswith("SET") else answer.stdout)
        read = lambda value: bytes.fromhex(value[2:]) if isinstance(value, str) and value.startswith("\\x") else value
        return [tuple(read(value) for value in row.values()) for row in values]

    def sync_seconds(self):
        """The time of one synced write of 8 kB beside the data, as pg_test_fsync measures it in a second, by the server's method."""
        method = self.setting("wal_sync_method")
        command = [os.path.join(self.programs, "pg_test_fsync"), "-s", "1", "-f", os.path.join(self.folder, "sync-test")]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as test:
            for line in test.stdout:
                words = line.split()
                if words[:1] == [method] and words[-1:] == ["usecs/op"]:
                    # The rest measures other things.
                    test.terminate()
                    test.stdout.read()
                    return int(words[-2]) * 1e-6
        sys.exit(f"error: pg_test_fsync says nothing of {method}")

    def setting(self, name):
        answer = subprocess.run(
            ["psql", "-X", "-At", self.uri("postgres"), "-c", f"SHOW {name}"], stdout=subprocess.PIPE, text=True, check=True)
        return answer.stdout.strip()

    def stop(self):
        with self.lock:
            self.call("pg_ctl", "-D", self.data, "-m", "immediate", "stop")
            shutil.rmtree(self.folder, ignore_errors=True)
