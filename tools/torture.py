#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Tortures the kernel: random operations from many tasks, for minutes of guest time, each suite in a boot of its own.

A suite fails when a check of its own does, or when the kernel reports anything. Every failing run's console is kept
beside the kernel, and the command that repeats it is printed: with icount the same seed is the same run. Closes with
"N passed, N failed".
"""

import argparse
import fnmatch
import pathlib
import re
import sys

import ktap
import machine

SOURCES = pathlib.Path(__file__).resolve().parents[1] / "tests" / "kernel" / "torture"
SUITES = sorted(name for path in SOURCES.glob("*.c")
                for name in re.findall(r'\.name = "torture_(\w+)"', path.read_text(encoding="utf-8")))
REPORT = re.compile(r"^(?:\[ *\d+\.\d+\] )?((?:BUG|WARNING|watchdog|DEADLOCK|INFO: task|rcu: INFO|Kernel panic|Oops)\b.*)$",
                    re.MULTILINE)
DONE = re.compile(r"torture of (.* done: .*)$", re.MULTILINE)


def torture(args, suite):
    """One suite: what broke, and the console; nothing broke when the first is empty."""
    append = f"test=torture_{suite} torture={max(1, round(60 * args.minutes))} seed={args.seed} panic=exit"
    try:
        code, console = machine.run(kernel=args.kernel, smp=args.smp, clock=args.clock, mem=args.mem, append=append)
    except machine.MachineError as error:
        return ["it hangs"], str(error)
    report = ktap.parse(console)
    broken = [f"{failure.name}: {' '.join(line for line in failure.output if 'operations' not in line)}"
              for failure in report.failures()]
    broken += [f"the kernel reported {what}" for what in dict.fromkeys(REPORT.findall(console))]
    if not broken and (not report.passed or code != machine.EXIT_POWEROFF):
        broken = [f"exit code {code}"]
    return broken, console


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("kernel", type=pathlib.Path, help="the ELF image")
    parser.add_argument("--minutes", type=float, default=1, help="guest minutes for each suite")
    parser.add_argument("--suites", default="", help=f"which: a pattern, or a part of a name, of {', '.join(SUITES)}")
    parser.add_argument("--seed", type=int, default=1, help="what all that is random comes from")
    parser.add_argument("--smp", type=int, default=4, help="number of CPUs")
    parser.add_argument("--mem", default="128M", help="memory")
    parser.add_argument("--clock", default="mttcg", choices=[*machine.CLOCKS], help="how time passes")
    args = parser.parse_args()

    chosen = [suite for suite in SUITES if fnmatch.fnmatch(suite, f"*{args.suites}*")]
    if not chosen:
        print(f"no suite matches {args.suites!r}; there are {', '.join(SUITES)}")
        return 1
    failed = 0
    for suite in chosen:
        broken, console = torture(args, suite)
        for line in DONE.findall(console):
            print(line, flush=True)
        if broken:
            failed += 1
            log = args.kernel.parent / f"torture-{suite}.log"
            log.write_text(console, encoding="utf-8")
            print(f"{suite}: FAILED: {'; '.join(broken)}\n  its console: {log}\n  once more: make torture "
                  f"MINUTES={args.minutes:g} T={suite} SMP={args.smp} ACCEL={args.clock} SEED={args.seed}", flush=True)
    print(f"{len(chosen) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
