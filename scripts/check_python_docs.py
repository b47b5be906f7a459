#!/usr/bin/env python3
"""Runs the blocks of docs/python.md in their order, and compares what they print with the page.

scripts/check-python-docs sets up what this needs and calls it. Blocks marked `sh` are run by bash, blocks marked `python` by one
interpreter, all in one folder that has nothing but a link to the bundled datasets. A block marked `text` is the output of the block before
it. The exit status is 1 if a block fails, or prints something else than the page says; with --write the page is changed instead.
Trained weights, and so some of the numbers, may differ on machines with other vector instructions.
"""
import argparse
import contextlib
import difflib
import io
import os
import re
import subprocess
import sys
import tempfile
import traceback
import warnings

BLOCK = re.compile(r"^```(sh|python|text)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def run_shell(text, environment):
    ending = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", text], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if ending.returncode != 0:
        raise RuntimeError(f"status {ending.returncode}; it said:\n{ending.stderr}")
    return ending.stdout


def run_python(text, names):
    output = io.StringIO()
    with contextlib.redirect_stdout(output):
        exec(compile(text, "docs/python.md", "exec"), names)
    return output.getvalue()


def check(page, options):
    """Returns the page with the output that was seen, and whether all blocks ran and printed what the page says."""
    names, environment = {"__name__": "__main__"}, dict(os.environ)
    environment["PATH"] = os.path.abspath("bin") + os.pathsep + environment["PATH"]
    changed, end, output, is_right = [], 0, "", True
    for block in BLOCK.finditer(page):
        kind, text = block.groups()
        line = page.count("\n", 0, block.start()) + 1
        changed.append(page[end:block.start()])
        end = block.end()
        if kind == "text":
            seen = "\n".join(part.rstrip() for part in output.rstrip().split("\n")) + "\n"
            if seen != text:
                is_right = False
                print(f"docs/python.md:{line}: the output is another one")
                sys.stdout.writelines(difflib.unified_diff(
                    text.splitlines(True), seen.splitlines(True), "in the page", "seen"))
            changed.append(f"```text\n{seen}```")
            continue
        print(f"docs/python.md:{line}: {kind}", file=sys.stderr, flush=True)
        changed.append(block.group())
        try:
            output = run_shell(text, environment) if kind == "sh" else run_python(text, names)
        except Exception as error:
            sys.exit(f"error: docs/python.md:{line}: {error if kind == 'sh' else traceback.format_exc()}")
    return "".join(changed) + page[end:], is_right


def main():
    parser = argparse.ArgumentParser(
        prog="scripts/check-python-docs", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False)
    parser.add_argument("--write", action="store_true", help="put the output into the page")
    parser.add_argument("--program", help=argparse.SUPPRESS)
    options = parser.parse_args()
    sys.argv = sys.argv[:1]  # RecBole reads them too.
    warnings.filterwarnings("ignore")
    home = os.path.abspath(os.environ.get("RUN_HYPER_HOME", "."))
    path = os.path.join(home, "docs", "python.md")
    with open(path, encoding="utf-8") as file:
        page = file.read()
    program = os.path.abspath(options.program)
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        os.mkdir("bin")
        os.symlink(program, "bin/run-hyper")
        os.symlink(os.path.join(home, "datasets"), "datasets")
        changed, is_right = check(page, options)
        os.chdir(home)
    if options.write:
        with open(path, "w", encoding="utf-8") as file:
            file.write(changed)
    elif not is_right:
        sys.exit(1)


if __name__ == "__main__":
    main()
