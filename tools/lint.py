#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Runs every checker over the sources; prints what they complain about, and nothing when they do not.

C: clang-format, clang-tidy and sparse, with the flags of compile_commands.json. Python: ruff or
pyflakes. Shell: shellcheck.
"""

import argparse
import concurrent.futures
import json
import os
import pathlib
import shutil
import subprocess
import sys

# What sparse does not know, or would only repeat after the compiler.
NOT_FOR_SPARSE = ("-W", "-fcf-", "-fno-", "-m", "--target", "-g", "-O")
ROOMS = ["boot", "drivers", "fs", "include", "kernel", "labs", "lib", "samples", "tests", "tools", ".ci"]


def files():
    """Every file of ours, by its kind."""
    kinds = {"c": [], "python": [], "shell": []}  # headers are not formatted: columns of macros are set by hand
    for path in sorted(path for room in ROOMS for path in pathlib.Path(room).rglob("*") if path.is_file()):
        if path.suffix == ".c":
            kinds["c"].append(str(path))
        elif path.suffix == ".py":
            kinds["python"].append(str(path))
        elif not path.suffix and path.read_bytes()[:30].startswith((b"#!/usr/bin/env bash", b"#!/bin/sh")):
            kinds["shell"].append(str(path))
    return kinds


def sparse(entry):
    """sparse's command for one entry of compile_commands.json."""
    flags = [flag for flag in entry["arguments"][1:] if not flag.startswith(NOT_FOR_SPARSE)]
    # Tests take locks in ways that no function should, to see what happens.
    context = "-Wno-context" if entry["file"].startswith("tests/") else "-Wcontext"
    return ["sparse", "-m64", "-Wsparse-error", "-Wbitwise", context, "-Wno-old-initializer", *flags]


def commands():
    """Every checker's command line, with the name it goes by."""
    kinds = files()
    with open("compile_commands.json", encoding="utf-8") as file:
        entries = json.load(file)
    yield "clang-format", ["clang-format", "--dry-run", "-Werror", *kinds["c"]]
    for entry in entries:
        yield "sparse", sparse(entry)
        yield "clang-tidy", ["clang-tidy", "--quiet", "-p", ".", entry["file"]]
    if shutil.which("ruff"):
        yield "ruff", ["ruff", "check", *kinds["python"]]
    else:
        yield "pyflakes", ["/usr/bin/python3", "-m", "pyflakes", *kinds["python"]]
    yield "shellcheck", ["shellcheck", *kinds["shell"]]


def check(named):
    """Runs one checker; returns its name and its complaints."""
    name, command = named
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          text=True, check=False)
    said = done.stdout + (done.stderr if name != "clang-tidy" or not done.stdout else "")
    return name, said.strip() if done.returncode or name == "sparse" else ""


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--only", help="just this checker")
    args = parser.parse_args()
    wanted = [named for named in commands() if args.only in (None, named[0])]
    complaints = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for name, said in pool.map(check, wanted):
            if said:
                complaints += 1
                print(f"--- {name}\n{said}", flush=True)
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
