# SPDX-License-Identifier: MIT
"""Reads KTAP, the format in which the in-kernel suites report, out of a console's text.

Lines of other origin may stand between; what a test printed is kept with it, so that a failure shows
which expectation broke.
"""

import dataclasses
import re

LINE = re.compile(r"^(?:<\d>)?(?:\[ *\d+\.\d+\] ?)?(?P<indent> *)(?P<text>.*)$")
RESULT = re.compile(r"^(?P<not>not )?ok (?P<number>\d+)(?: -)? ?(?P<name>[^#]*?)\s*(?:# *(?P<directive>.*))?$")
PLAN = re.compile(r"^1\.\.(\d+)")
SUBTEST = re.compile(r"^# Subtest: (.+)")


@dataclasses.dataclass
class Result:
    """A test, or a suite with its tests below it."""

    name: str
    passed: bool = False
    skipped: bool = False
    output: list = dataclasses.field(default_factory=list)
    tests: list = dataclasses.field(default_factory=list)
    planned: int | None = None

    def failures(self):
        """The failing tests below this one; itself when nothing below explains it."""
        below = [failure for test in self.tests for failure in test.failures()]
        return below or ([] if self.passed else [self])

    def complete(self):
        """Did every test that was announced report a result?"""
        return self.planned in (None, len(self.tests))

    def finish(self, match):
        """Takes name and outcome from a line of result."""
        self.name = match["name"] or match["number"]
        self.passed = not match["not"] and self.complete()
        self.skipped = (match["directive"] or "").upper().startswith("SKIP")


def parse(console):
    """The whole report, as a Result whose tests are the suites; failed if anything is missing."""
    report = Result("KTAP")
    suite, test = Result("unfinished suite"), Result("unfinished test")
    started = False
    for line in console.splitlines():
        match = LINE.match(line)
        nested, text = bool(match["indent"]), match["text"]
        plan, result, subtest = PLAN.match(text), RESULT.match(text), SUBTEST.match(text)
        if text.startswith("KTAP version"):
            started = True
        elif not started:
            continue
        elif plan:
            (suite if nested else report).planned = int(plan[1])
        elif subtest:
            suite.name = subtest[1]
        elif result and nested:
            test.finish(result)
            suite.tests.append(test)
            test = Result("unfinished test")
        elif result:
            suite.finish(result)
            suite.output += test.output
            report.tests.append(suite)
            suite, test = Result("unfinished suite"), Result("unfinished test")
        else:
            test.output.append(text)
    if suite.tests or suite.planned is not None:
        report.tests.append(suite)
    report.passed = (report.planned is not None and report.complete()
                     and all(suite.passed for suite in report.tests))
    return report
