#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Runs the in-kernel suites many times on parallel emulation: what fails once in a hundred fails here.

Every failing run's console is kept beside the kernel. Closes with "N passed, N failed".
"""

import argparse
import concurrent.futures
import os
import pathlib
import sys

import ktap
import machine


def once(args, number):
    """One run: what broke, and the console; nothing broke when the first is empty."""
    try:
        code, console = machine.run(kernel=args.kernel, smp=args.smp, clock=args.clock, mem=args.mem,
                                    append=f"test={args.suites} panic=exit seed={number}")
    except machine.MachineError as error:
        return ["hang"], str(error)
    report = ktap.parse(console)
    if report.passed and code == machine.EXIT_POWEROFF:
        return [], console
    return [failure.name for failure in report.failures()] or [f"exit code {code}"], console


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("kernel", type=pathlib.Path, help="the ELF image")
    parser.add_argument("--times", type=int, default=100, help="number of runs")
    parser.add_argument("--suites", default="*", help="which suites: a pattern")
    parser.add_argument("--smp", type=int, default=4, help="number of CPUs")
    parser.add_argument("--mem", default="128M", help="memory")
    parser.add_argument("--clock", default="mttcg", choices=[*machine.CLOCKS], help="how time passes")
    parser.add_argument("-j", "--jobs", type=int, default=max(1, (os.cpu_count() or 1) // 2), help="runs at a time")
    args = parser.parse_args()

    failed = 0
    with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
        runs = pool.map(lambda number: (number, *once(args, number)), range(1, args.times + 1))
        for number, broken, console in runs:
            if broken:
                failed += 1
                log = args.kernel.parent / f"repeat-{number}.log"
                log.write_text(console, encoding="utf-8")
                print(f"run {number}: {', '.join(broken)}; its console: {log}", flush=True)
    print(f"{args.times - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
