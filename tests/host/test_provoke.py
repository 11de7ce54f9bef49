# SPDX-License-Identifier: MIT
"""Every mistake that `provoke` makes, each in its own boot: the report names it, shows where, and explains."""

import dataclasses
import re

import pytest

from machine import EXIT_PANIC


@dataclasses.dataclass
class Context:
    """Where the mistake is made, and what the report must say about it."""

    count: int  # preempt_count before schedule() adds its own; in an interrupt, less the interrupted task's part
    rule: str  # what the rule in words is about
    lock: bool = False  # held, so it must be listed
    locks: int = 1  # so many entries: a seqlock is a spinlock and a sequence count
    irqs_off: bool = False
    entry: str = r"\w+"  # the call trace passes through this function


CONTEXTS = {
    "spinlock": Context(0x1, "spinlock", lock=True),
    "spinlock-irqsave": Context(0x1, "spinlock", lock=True, irqs_off=True),
    "rwlock-read": Context(0x1, "spinlock", lock=True),
    "rwlock-write": Context(0x1, "spinlock", lock=True),
    "seqlock-write": Context(0x1, "spinlock", lock=True, locks=2),
    "preempt-off": Context(0x1, r"preempt_disable\(\)"),
    "irqs-off": Context(0x0, "interrupts off", irqs_off=True),
    "hardirq": Context(0x10000, "interrupt handler", irqs_off=True, entry="common_interrupt"),
    "timer": Context(0x100, "softirq", entry="__do_softirq|run_timer_softirq|call_timer_fn|do_softirq"),
}

# primitive: the function the report's trace must show
PRIMITIVES = {"schedule": "schedule", "wait_event": "call_wait_event", "msleep": "msleep", "kmalloc": "kmalloc",
              "mutex": "mutex_lock", "down": "down", "down_read": "down_read",
              "wait_for_completion": "wait_for_completion"}

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
    words = set(re.findall(r"[\w-]+", machine.shell("provoke")))
    assert words >= {*CONTEXTS, *PRIMITIVES, "panic", "null", "stack-overflow", "divide"}


@pytest.mark.parametrize("primitive", PRIMITIVES)
@pytest.mark.parametrize("name", CONTEXTS)
def test_sleeping_in_atomic_context_is_reported(run, name, primitive):
    context = CONTEXTS[name]
    report = provoke(run, f"{name} {primitive}")
    if primitive == "schedule":
        match = re.search(r"^BUG: scheduling while atomic: ([\w/:-]+)/(\d+)/0x([0-9a-f]{8})$", report, re.MULTILINE)
        assert match, report
        comm, pid, count = match[1], int(match[2]), int(match[3], 16) - 1
        assert "Kernel panic - not syncing: scheduling while atomic" in report
    else:
        match = re.search(r"^BUG: sleeping function called from invalid context at ([\w./-]+\.[ch]):\d+$", report,
                          re.MULTILINE)
        assert match, report
        details = re.search(r"^in_atomic\(\): (\d), irqs_disabled\(\): (\d).* pid: (\d+), name: (.+)$", report,
                            re.MULTILINE)
        assert details, report
        comm, pid = details[4], int(details[3])
        assert int(details[1]) == (context.count != 0), report
        assert int(details[2]) == context.irqs_off, report
        count = int(re.search(r"^preempt_count: ([0-9a-f]+), expected: 0$", report, re.MULTILINE)[1], 16)
    assert comm == "provoke" and pid > 1, report
    assert (count & ~0xFF if context.count > 1 else count) == context.count, report
    assert re.search(rf"^CPU: 0 PID: {pid} Comm: {re.escape(comm)}\b", report, re.MULTILINE), report
    check_locks(report, context, comm, pid)
    check_trace(report, context, PRIMITIVES[primitive])
    rule = re.search(r"^Rule broken: (.*?)^To mend it: ", report, re.MULTILINE | re.DOTALL)
    assert rule and re.search(context.rule, rule[1].replace("\n", " ")), report


def check_locks(report, context, comm, pid):
    held = re.search(rf"^(\d+) locks? held by {re.escape(comm)}/{pid}:$", report, re.MULTILINE)
    if not context.lock:
        assert not held or held[1] == "0", report
        return
    assert held and held[1] == str(context.locks), report
    assert re.search(rf"^ #0: \([&\w.>-]*provoke\w*\)\S*, taken at {FRAME}$", report, re.MULTILINE), report
    assert re.search(r"^Preemption disabled at:", report, re.MULTILINE), report


def check_trace(report, context, primitive):
    trace = re.search(r"^Call Trace:\n((?:^ .*\n)+)", report, re.MULTILINE)
    assert trace, report
    frames = trace[1].splitlines()
    assert sum(bool(re.match(rf"^ (<\w+>|</\w+>|\? )?\s*{FRAME}$", frame)) for frame in frames) >= 3, report
    assert re.search(rf"^ +\w*({primitive})\w*\+0x", trace[1], re.MULTILINE), report
    assert re.search(r"^ +\w*provoke\w*\+0x", trace[1], re.MULTILINE), report
    assert re.search(rf"^ +\w*({context.entry})\w*\+0x", trace[1], re.MULTILINE), report


@pytest.mark.parametrize("smp, clock", [(1, "mttcg"), (4, "icount"), (4, "mttcg")])
def test_the_report_is_whole_in_every_mode(run, smp, clock):
    report = provoke(run, "spinlock schedule", smp=smp, clock=clock)
    assert report.count("BUG: scheduling while atomic") == 1
    check_trace(report, CONTEXTS["spinlock"], "schedule")


def test_a_panic_shows_what_the_other_cpus_did(run):
    report = provoke(run, "panic", smp=4)
    for cpu in range(4):
        assert re.search(rf"CPU:? ?{cpu}\b", report), report


def test_atomic_sleep_warn_reports_and_goes_on(boot):
    machine = boot(append='atomic_sleep=warn run="provoke spinlock msleep"')
    machine.wait_for("BUG: sleeping function called from invalid context")
    machine.wait_for_prompt()
    assert "hello" in machine.shell("echo hello")


@pytest.mark.parametrize("what, headline", [
    ("panic", r"Kernel panic - not syncing: \S+"),
    ("null", r"BUG: NULL pointer dereference, writing address 0{16}$"),
    ("divide", r"Oops: divide error"),
    ("stack-overflow", r"BUG: kernel stack overflow: provoke/\d+ "),
], ids=["panic", "null", "divide", "stack-overflow"])
def test_a_crash_is_reported_with_registers_and_trace(run, what, headline):
    report = provoke(run, what)
    assert re.search(headline, report, re.MULTILINE), report
    assert re.search(r"^CPU: 0 PID: \d+ Comm: provoke\b", report, re.MULTILINE), report
    assert re.search(r"^ +\w*provoke\w*\+0x.*\(kernel/debug/provoke\.c:\d+\)$", report, re.MULTILINE), report
    if what != "panic":
        assert re.search(r"^RIP: 0*\d+:\w+\+0x.*\(kernel/debug/provoke\.c:\d+\)$", report, re.MULTILINE), report
        assert re.search(r"^CR2: [0-9a-f]{16}", report, re.MULTILINE), report
    assert len(re.findall(r"^Kernel panic - not syncing: ", report, re.MULTILINE)) == 1
