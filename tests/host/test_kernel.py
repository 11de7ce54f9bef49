# SPDX-License-Identifier: MIT
"""The in-kernel suites, each in a boot of its own, on 1, 2 and 4 CPUs and both kinds of emulation."""

import re

import pytest

import ktap
from conftest import MODES, ROOT

NAME = re.compile(r'struct kunit_suite\b[^;]*?\.name\s*=\s*"([^"]+)"')
SUITES = sorted(name for path in (ROOT / "tests" / "kernel").rglob("*.c")
                for name in NAME.findall(path.read_text(encoding="utf-8")))


def explain(report, console):
    """Which rules broke, what the tests said, and the console's end."""
    lines = []
    for failure in report.failures():
        lines += [f"BROKEN: {failure.name}", *failure.output]
    return "\n".join([*lines, "---- the console's last lines ----", *console.splitlines()[-80:]])


def check(run, pattern, **mode):
    code, console = run(append=f"test={pattern} panic=exit", **mode)
    report = ktap.parse(console)
    if not report.passed or code != 33:
        pytest.fail(f"test={pattern}: exit code {code}\n{explain(report, console)}", pytrace=False)
    return report


@pytest.mark.parametrize("suite", SUITES)
@pytest.mark.parametrize("mode", MODES)
def test_suite(run, mode, suite):
    report = check(run, suite, **mode)
    assert [each.name for each in report.tests] == [suite]


@pytest.mark.slow
def test_all_suites_pass_in_one_boot_and_none_is_overlooked(run):
    report = check(run, "*", smp=4, clock="mttcg")
    assert sorted(each.name for each in report.tests) == SUITES


@pytest.mark.slow
@pytest.mark.parametrize(("pattern", "mem"), [("scale.*", "4G"), ("sched.picking_*_10000", "1G")])
def test_a_case_that_needs_much_memory_is_not_skipped_where_there_is_enough(run, pattern, mem):
    report = check(run, pattern, mem=mem, smp=1, clock="mttcg")
    cases = [case for suite in report.tests for case in suite.tests]
    assert cases and not [case.name for case in cases if case.skipped]
    if pattern.startswith("sched"):  # with less memory it makes do with fewer tasks
        assert all(any("; 10000 tasks: " in line for line in case.output) for case in cases), report


def test_a_turn_of_round_robin_is_as_long_at_any_rate_of_ticks(run):
    code, console = run(append="hz=1000 test=sched.equal_rr* panic=exit", clock="icount")
    report = ktap.parse(console)
    assert report.passed and code == 33, explain(report, console)
