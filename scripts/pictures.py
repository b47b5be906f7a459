"""Makes the pictures of the documents from a real study; see scripts/pictures."""

import argparse
import os
import shutil
import signal
import subprocess
import tempfile
import time

from browser import Browser
from terminal_picture import svg

STUDY = ["--params_file=hyper.test", "--study=asha", "--epochs=27", "--pruner=asha", "--workers=2"]
COLUMNS = (60, 80, 160)
EPOCHS = 170  # of about 200, after which the terminal is drawn
MOST = 150_000  # bytes of a picture


def terminal(program, home, columns, epochs):
    """What tmux shows of a study that is running: it has trained so many epochs."""
    with tempfile.TemporaryDirectory(prefix="run-hyper-pictures-") as folder:
        shutil.copy(os.path.join(home, "hyper.test"), folder)
        tmux = ["tmux", "-L", f"run-hyper-{os.getpid()}", "-f", "/dev/null"]
        environment = {**os.environ, "RUN_HYPER_HOME": home, "LC_ALL": "C.UTF-8"}
        environment.pop("NO_COLOR", None)
        subprocess.run(
            [*tmux, "new-session", "-d", "-x", str(columns), "-y", "24", "-c", folder, program, *STUDY], env=environment, check=True)
        process = int(ask([*tmux, "list-panes", "-F", "#{pane_pid}"]))
        try:
            while True:
                text = ask([*tmux, "capture-pane", "-e", "-p"])
                if trained(folder) >= epochs and "\nbest " in text:
                    return text
                time.sleep(0.1)
        finally:
            os.kill(process, signal.SIGKILL)
            while os.path.exists(f"/proc/{process}"):
                time.sleep(0.05)


def ask(command):
    return subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout


def trained(folder):
    """How many epochs a study has trained; 0 before there is one."""
    file = os.path.join(folder, "studies", "studies.sqlite")
    if not os.path.exists(file):
        return 0
    ask = ["sqlite3", "-cmd", ".timeout 9000", file, "SELECT count(DISTINCT trial_id || ' ' || epoch) FROM observation"]
    answer = subprocess.run(ask, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=False)
    return int(answer.stdout) if answer.returncode == 0 else 0


def smaller(file):
    """Writes a PNG with fewer bytes where a program for it is installed."""
    if shutil.which("pngquant"):
        subprocess.run(["pngquant", "--force", "--skip-if-larger", "--output", file, "128", file], check=False)
    if shutil.which("optipng"):
        subprocess.run(["optipng", "-quiet", "-o5", file], check=True)
    size = os.path.getsize(file)
    print(f"{file}: {size / 1000:.0f} KB")
    if size > MOST:
        raise SystemExit(f"error: {file} has {size} bytes; expected at most {MOST}")


def page(program, home, target):
    """The page of the finished study in light and dark colors, and on a small screen."""
    with tempfile.TemporaryDirectory(prefix="run-hyper-pictures-") as folder, Browser() as browser:
        shutil.copy(os.path.join(home, "hyper.test"), folder)
        environment = {**os.environ, "RUN_HYPER_HOME": home}
        quiet = {"cwd": folder, "env": environment, "check": True, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        subprocess.run([program, *STUDY], **quiet)
        subprocess.run([program, "chart", "--to=page.html"], **quiet)
        for name, scheme, width, height in (
            ("page-light", "light", 1280, 1500), ("page-dark", "dark", 1280, 1500), ("page-390", "light", 390, 1500)):
            browser.resize(width, height)
            browser.scheme(scheme)
            browser.open(f"file://{folder}/page.html")
            browser.wait("all charts are drawn", "return document.querySelectorAll('svg, canvas').length > 2")
            # Two frames later, all that is near is drawn.
            browser.later("const done = arguments[0]; requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 500)))")
            file = os.path.join(target, f"{name}.png")
            with open(file, "wb") as picture:
                picture.write(browser.screenshot())
            smaller(file)


def main():
    parser = argparse.ArgumentParser(prog="scripts/pictures", description="Makes the pictures in docs/pictures from a real study.")
    parser.add_argument("--only", choices=["page", "terminal"], help="only these")
    parser.add_argument("--to", help="another folder than docs/pictures")
    parser.add_argument("--program", required=True, help=argparse.SUPPRESS)
    options = parser.parse_args()
    home = os.environ["RUN_HYPER_HOME"]
    target = options.to or os.path.join(home, "docs", "pictures")
    os.makedirs(target, exist_ok=True)
    if options.only != "terminal":
        page(options.program, home, target)
    if options.only != "page":
        for columns in COLUMNS:
            file = os.path.join(target, f"terminal-{columns}.svg")
            drawing = svg(terminal(options.program, home, columns, EPOCHS), columns, f"A study in a terminal of {columns} columns")
            with open(file, "w") as picture:
                picture.write(drawing)
            print(f"{file}: {os.path.getsize(file) / 1000:.0f} KB")


main()
