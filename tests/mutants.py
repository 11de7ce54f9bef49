#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Breaks one rule of the kernel at a time, and says which test notices.

Every tests/mutants/NAME.patch breaks one rule: its head says which rule, how, and the runs of in-kernel tests that one of
must fail. The patches are applied to a copy of the tree. Closes with "N caught, N survived"; a mutant that no test
catches is a missing test.
"""

import argparse
import fnmatch
import os
import pathlib
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
MUTANTS = ROOT / "tests" / "mutants"
sys.path.insert(0, str(ROOT / "tools"))

import ktap  # noqa: E402
import machine  # noqa: E402

SOURCES = ("Makefile", "mk", "linker.ld", "boot", "drivers", "include", "iso", "kernel", "lib", "tests", "tools")


class Mutant:
    """One patch and what its head says."""

    def __init__(self, path):
        self.path = path
        self.name = path.stem
        head = path.read_text(encoding="utf-8").partition("\n\n")[0]
        fields = [line.partition(": ")[::2] for line in head.splitlines()]
        self.rule = next(value for key, value in fields if key == "Rule")
        self.broken = next(value for key, value in fields if key == "Broken")
        self.runs = [self._run(value) for key, value in fields if key == "Run"]

    @staticmethod
    def _run(text):
        """"wait.* smp=2 clock=icount" and perhaps profile= and times=."""
        tests, *words = text.split()
        options = dict(word.split("=") for word in words)
        return {"tests": tests, "smp": int(options["smp"]), "clock": options["clock"],
                "profile": options.get("profile", "debug"), "times": int(options.get("times", 1))}

    def apply(self, tree, *options):
        """Patches the tree; an error's text is what patch(1) said."""
        done = subprocess.run(["patch", "--strip=1", "--fuzz=0", "--quiet", *options, "--input", self.path],
                              cwd=tree, capture_output=True, text=True, check=False)
        if done.returncode:
            raise ValueError(f"{self.name} does not apply: {done.stdout}{done.stderr}")


def all_mutants(pattern="*"):
    """Those whose name the pattern matches."""
    return [Mutant(path) for path in sorted(MUTANTS.glob("*.patch")) if fnmatch.fnmatch(path.stem, pattern)]


def copy_sources(tree):
    """A fresh copy, with what is built: nothing of an earlier run is left in it, and make builds what a patch changes."""
    shutil.rmtree(tree, ignore_errors=True)
    tree.mkdir(parents=True)
    for name in SOURCES:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy2
        copy(ROOT / name, tree / name)
    for built in filter(pathlib.Path.is_dir, (ROOT / "build" / profile for profile in ("debug", "release"))):
        shutil.copytree(built, tree / "build" / built.name)


def build(tree, profile):
    """Builds the copy's kernel; what the compiler refuses is no mutant."""
    command = ["make", f"--jobs={os.cpu_count()}", f"PROFILE={profile}", f"build/{profile}/catnap.elf"]
    done = subprocess.run(command, cwd=tree, capture_output=True, text=True, check=False)
    if done.returncode:
        raise ValueError(f"it does not build: {done.stderr[-2000:]}")
    return tree / "build" / profile / "catnap.elf"


def what_fails(kernel, run):
    """One run: the names of what fails, in words; empty when all is well."""
    try:
        code, console = machine.run(kernel=kernel, smp=run["smp"], clock=run["clock"],
                                    append=f"test={run['tests']} panic=exit")
    except machine.MachineError as error:
        return ["hangs after " + last_test(str(error))]
    report = ktap.parse(console)
    if report.passed and code == machine.EXIT_POWEROFF:
        return []
    if code == machine.EXIT_PANIC:
        return ["panics after " + last_test(console)]
    return [failure.name for failure in report.failures()] or [f"exit code {code}"]


def last_test(console):
    """The test that passed last before the console ends."""
    passed = [line.split()[-1] for line in console.splitlines() if " ok " in line]
    return passed[-1] if passed else "the start"


def judge(mutant, tree):
    """Runs until one fails. Returns the run and what failed, or None."""
    for run in mutant.runs:
        kernel = build(tree, run["profile"])
        for _ in range(run["times"]):
            failed = what_fails(kernel, run)
            if failed:
                return run, failed
    return None


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("pattern", nargs="?", default="*", help="which mutants")
    parser.add_argument("--tree", type=pathlib.Path, default=ROOT / "build" / "mutants", help="where to break the copy")
    args = parser.parse_args()

    mutants = all_mutants(args.pattern or "*")
    if not mutants:
        sys.exit(f"no mutant is called {args.pattern}: see {MUTANTS}")
    copy_sources(args.tree)
    survived = 0
    for mutant in mutants:
        mutant.apply(args.tree)
        found = judge(mutant, args.tree)
        mutant.apply(args.tree, "--reverse")
        survived += not found
        verdict = "SURVIVED"
        if found:
            run, failed = found
            verdict = f"caught by {run['tests']} smp={run['smp']} clock={run['clock']}: {', '.join(failed)}"
        print(f"{mutant.name}: {mutant.broken}\n\t{verdict}", flush=True)
    print(f"{len(mutants) - survived} caught, {survived} survived")
    return 1 if survived else 0


if __name__ == "__main__":
    sys.exit(main())
