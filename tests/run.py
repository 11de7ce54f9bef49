#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Runs the host-side scenarios, in parallel, and closes with "N passed, N failed"."""

import argparse
import os
import pathlib
import sys

import pytest

HOST = pathlib.Path(__file__).resolve().parent / "host"


class Count:
    """Counts tests; what breaks before or after a test's own body is a failure of the test."""

    def __init__(self):
        self.outcome = {}

    def pytest_runtest_logreport(self, report):
        before = self.outcome.get(report.nodeid, "passed")
        if report.failed:
            self.outcome[report.nodeid] = "failed"
        elif report.skipped and before != "failed":
            self.outcome[report.nodeid] = "skipped"
        else:
            self.outcome[report.nodeid] = before

    def pytest_collectreport(self, report):
        if report.failed:
            self.outcome[report.nodeid] = "failed"

    def number(self, outcome):
        return sum(each == outcome for each in self.outcome.values())


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pattern", nargs="?", default="", help="only tests whose name matches (pytest's -k)")
    parser.add_argument("-j", "--jobs", default=str(os.cpu_count()), help="tests at a time")
    args = parser.parse_args()

    count = Count()
    options = ["-n", args.jobs, "-q", "--tb=short", "-k", args.pattern, "-c", str(HOST / "pytest.ini"),
               "--rootdir", str(HOST.parents[1]), str(HOST)]
    code = pytest.main(options, plugins=[count])
    skipped = count.number("skipped")
    if code == pytest.ExitCode.NO_TESTS_COLLECTED:
        print(f"no test matches {args.pattern!r}")
    print(f"{count.number('passed')} passed, {count.number('failed')} failed"
          + (f", {skipped} skipped" if skipped else ""), flush=True)
    return int(code)


if __name__ == "__main__":
    sys.exit(main())
