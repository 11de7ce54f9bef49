# SPDX-License-Identifier: MIT
"""The mistakes that `provoke` makes and that end in a panic: one in each context, and every crash."""

import re

import pytest

import machine as machine_module
import matrix
import test_matrix
from conftest import MODES
from machine import EXIT_PANIC


# A context of each kind, and what the trace passes through.
PANICS = {context: "schedule" for context in test_matrix.CONTEXTS} | {"wait-condition": "mutex"}

FRAME = r"[A-Za-z_][\w.]*\+0x[0-9a-f]+(/0x[0-9a-f]+)? \((kernel|drivers|lib)/[\w./-]+\.[ch]:\d+\)"


def unstamped(console):
    """The console without printk's time stamps."""
    return re.sub(r"^\[ *\d+\.\d+\] ", "", console, flags=re.MULTILINE)


def provoke(run, what, append="", **options):
    """Makes the mistake in a boot of its own; returns the report."""
    code, console = run(append=f'panic=exit {append} run="provoke {what}"', **options)
    report = unstamped(console)
    assert code == EXIT_PANIC, report
    return report


def test_provoke_alone_lists_every_context_and_primitive(boot):
    machine = boot()
    machine.wait_for_prompt()
    listed = machine.shell("provoke").splitlines()
    assert len(listed) < machine_module.SCREEN_ROWS - 1
    assert max(map(len, listed)) < machine_module.SCREEN_COLUMNS
    words = set(re.findall(r"[\w-]+", "\n".join(listed)))
    assert words >= {"task", *test_matrix.CONTEXTS, *test_matrix.PRIMITIVES, "panic", "null", "stack-overflow", "divide",
                     "bug", "warn", "panic-in-panic"}


@pytest.mark.parametrize("context", PANICS)
def test_sleeping_where_one_must_not_panics(run, context):
    primitive = PANICS[context]
    report = provoke(run, f"{context} {'mutex_lock' if primitive == 'mutex' else primitive}")  # it has two names
    reason = matrix.BY_SCHEDULE if primitive == "schedule" else matrix.BY_MIGHT_SLEEP
    assert len(re.findall(r"^BUG: ", report, re.MULTILINE)) == 1, report
    assert len(re.findall(rf"^Kernel panic - not syncing: {reason}$", report, re.MULTILINE)) == 1, report
    expected = test_matrix.CONTEXTS[context]
    rule = re.search(r"^Rule broken: (.*?)^To mend it: ", report, re.MULTILINE | re.DOTALL)
    assert rule and re.search(expected.words, rule[1].replace("\n", " ")), report
    for pattern in expected.lines:
        assert re.search(pattern, report, re.MULTILINE), f"{pattern}\n{report}"
    check_trace(report)


def check_trace(report):
    trace = re.search(r"^Call Trace:\n((?:^ .*\n)+)", report, re.MULTILINE)
    assert trace, report
    frames = trace[1].splitlines()
    assert sum(bool(re.match(rf"^ (<\w+>|</\w+>|\? )?\s*{FRAME}$", frame)) for frame in frames) >= 3, report
    assert re.search(r"\(kernel/debug/(provoke|contexts)\.c:", trace[1]), report


@pytest.mark.parametrize("count, what", [
    (0x2, "spinlock schedule"), (0x2, "preempt-off schedule"), (0x202, "spinlock-bh schedule"), (0x1, "irqs-off schedule"),
    (0x201, "bh-off schedule"), (0x10001, "hardirq schedule"), (0x110001, "nmi schedule"), (0x2, "idle schedule"),
])
def test_the_headline_has_the_preempt_count(run, count, what):
    report = provoke(run, what)
    match = re.search(r"^BUG: scheduling while atomic: ([\w/]+)/(\d+)/0x([0-9a-f]{8})$", report, re.MULTILINE)
    assert match and int(match[3], 16) == count, report
    assert re.search(rf"^CPU: 0 PID: {match[2]} Comm: {match[1]}\b", report, re.MULTILINE), report


@pytest.mark.parametrize("smp, clock", [(1, "mttcg"), (4, "icount"), (4, "mttcg")])
def test_the_report_is_whole_in_every_mode(run, smp, clock):
    report = provoke(run, "spinlock schedule", smp=smp, clock=clock)
    assert report.count("BUG: scheduling while atomic") == 1
    check_trace(report)


def test_a_panic_shows_what_the_other_cpus_did(run):
    report = provoke(run, "panic", smp=4)
    for cpu in range(4):
        assert re.search(rf"CPU:? ?{cpu}\b", report), report


def test_atomic_sleep_warn_reports_and_goes_on(boot):
    machine = boot(append='atomic_sleep=warn run="provoke spinlock msleep"')
    machine.wait_for("BUG: sleeping function called from invalid context")
    machine.wait_for_prompt()
    assert "hello" in machine.shell("echo hello")


CRASHES = {
    "panic": r"^Kernel panic - not syncing: \S+",
    "null": r"^BUG: NULL pointer dereference, writing address 0{16}$",
    "divide": r"^Oops: divide error",
    "stack-overflow": r"^BUG: kernel stack overflow: provoke/\d+ ",
    "bug": r"^kernel BUG at kernel/debug/provoke\.c:\d+!$",
}


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("what", CRASHES)
def test_a_crash_is_reported_with_registers_and_trace(run, what, mode):
    report = provoke(run, what, **mode)
    assert len(re.findall(CRASHES[what], report, re.MULTILINE)) == 1, report
    assert re.search(r"^CPU: \d PID: \d+ Comm: provoke\b", report, re.MULTILINE), report
    assert re.search(r"^ +\w*(provoke|recurse)\w*\+0x.*\(kernel/debug/provoke\.c:\d+\)$", report, re.MULTILINE), report
    if what != "panic":
        assert re.search(r"^RIP: 0*\d+:\w+\+0x.*\(kernel/debug/provoke\.c:\d+\)$", report, re.MULTILINE), report
        assert re.search(r"^CR2: [0-9a-f]{16}", report, re.MULTILINE), report
    assert len(re.findall(r"^Kernel panic - not syncing: ", report, re.MULTILINE)) == 1


def test_a_warning_shows_where_it_is_and_goes_on(boot):
    machine = boot()
    machine.wait_for_prompt()
    report = unstamped(machine.shell("provoke warn"))
    warning = re.search(r"^WARNING: CPU: 0 PID: (\d+) at kernel/debug/provoke\.c:\d+ do_warn$", report, re.MULTILINE)
    assert warning, report
    assert re.search(rf"^CPU: 0 PID: {warning[1]} Comm: provoke\b", report, re.MULTILINE), report
    check_trace(report)
    assert "panic" not in report
    assert "hello" in machine.shell("echo hello")


@pytest.mark.parametrize("smp, clock", [(1, "icount"), (4, "mttcg")])
def test_an_error_inside_a_report_is_told_in_one_line_and_ends_it(run, smp, clock):
    report = provoke(run, "panic-in-panic", smp=smp, clock=clock)
    told = report[report.index("Kernel panic"):].splitlines()
    assert told[0] == "Kernel panic - not syncing: provoked", report
    assert re.fullmatch(r"Kernel panic - not syncing: page fault at do_null\+0x\S+ \(kernel/debug/provoke\.c:\d+\), "
                        r"inside another report; stopping here", told[1]), report
    assert len(told) == 2, report  # no second trace, and no error inside an error inside the report
