# SPDX-License-Identifier: MIT
"""Every way of sleeping in every context: caught once, on its first execution, with the right words; or clean.

One boot runs all cells; the suites that run after it in the same boot show that the machine is as it was.
"""

import dataclasses
import re

import pytest

import matrix
from conftest import KERNEL, MODES, ROOT
from machine import EXIT_POWEROFF

PLACE = r"\+0x[0-9a-f]+ \(kernel/[\w./-]+\.[ch]:\d+\)"


def line(text):
    """A whole line: FUNCTION+ stands for a place in that function."""
    return "^" + re.sub(r"(\w+)\\\+", lambda function: function[1] + PLACE, re.escape(text)) + "$"


def held(lock, function):
    """The line of a held lock; usage characters vary."""
    return rf"^ #0: \({lock}\)\S*, taken at {function}{PLACE}$"


@dataclasses.dataclass
class Context:
    """What the reports of a context say."""

    rule: str
    words: str  # of the rule
    lines: list


LOCK = "who holds a spinlock may not sleep"
CONTEXTS = {
    "spinlock": Context("lock", LOCK, [held("provoke_lock", "in_spinlock"),
                                       line("Preemption disabled at: in_spinlock+")]),
    "spinlock-irq": Context("lock", LOCK, [held("provoke_lock", "in_spinlock_irq"),
                                           line("Preemption disabled at: in_spinlock_irq+"),
                                           line("Interrupts disabled at: in_spinlock_irq+")]),
    "spinlock-irqsave": Context("lock", LOCK, [held("provoke_lock", "in_spinlock_irqsave"),
                                               line("Preemption disabled at: in_spinlock_irqsave+"),
                                               line("Interrupts disabled at: in_spinlock_irqsave+")]),
    "spinlock-bh": Context("lock", LOCK, [held("provoke_lock", "in_spinlock_bh"),
                                          line("Preemption disabled at: in_spinlock_bh+"),
                                          line("Bottom halves disabled at: in_spinlock_bh+")]),
    "rwlock-read": Context("lock", LOCK, [held("provoke_rwlock", "in_rwlock_read"),
                                          line("Preemption disabled at: in_rwlock_read+")]),
    "rwlock-write": Context("lock", LOCK, [held("provoke_rwlock", "in_rwlock_write"),
                                           line("Preemption disabled at: in_rwlock_write+")]),
    "seqlock-write": Context("lock", LOCK, [held(r"&?\(?&?provoke_seqlock\)?[\w.>-]*", r"\w*seqlock\w*"),
                                            line("Preemption disabled at: in_seqlock_write+")]),
    "rcu-read": Context("rcu", r"between rcu_read_lock\(\) and rcu_read_unlock\(\)",
                        [held("rcu_read_lock", "in_rcu_read"), line("RCU read-side section began at: in_rcu_read+")]),
    "preempt-off": Context("preempt", r"between preempt_disable\(\) and preempt_enable\(\)",
                           [line("Preemption disabled at: in_preempt_off+")]),
    "irqs-off": Context("irqs", "with interrupts off", [line("Interrupts disabled at: in_irqs_off+")]),
    "bh-off": Context("bh", r"between local_bh_disable\(\) and local_bh_enable\(\)",
                      [line("Bottom halves disabled at: in_bh_off+")]),
    "hardirq": Context("hardirq", "an interrupt handler", [
        r"^Context: hard interrupt on CPU \d+$", line(" in handler device_handler+ of IRQ 5"), "^ <IRQ>$"]),
    "hrtimer": Context("hardirq", "an interrupt handler", [
        r"^Context: hard interrupt on CPU \d+$", line(" in hrtimer callback hrtimer_callback+"), "^ <IRQ>$"]),
    "softirq": Context("softirq", "a softirq may not sleep", [
        r"^Context: softirq on CPU \d+$", line(" in softirq softirq_function+")]),
    "tasklet": Context("softirq", "a softirq may not sleep", [
        r"^Context: softirq on CPU \d+$", line(" in tasklet tasklet_function+"), line(" in softirq tasklet_action+")]),
    "timer": Context("softirq", "a softirq may not sleep", [
        r"^Context: softirq on CPU \d+$", line(" in timer callback timer_callback+"),
        line(" in softirq run_timer_softirq+")]),
    "nmi": Context("nmi", "an NMI handler", [
        r"^Context: NMI on CPU \d+$", line(" in handler nmi_handler+"), "^ <EXCEPTION>$"]),
    "wait-condition": Context("condition", r"the condition of wait_event\(\)", [
        line("do not call blocking ops when !TASK_RUNNING; state=2 set at prepare_to_wait_event+"),
        line("Context: inside the condition of wait_event() at: in_wait_condition+")]),
    "idle": Context("idle", "the idle task", [r"^Context: the idle task of CPU \d+$",
                                              r"^CPU: \d+ PID: 0 Comm: swapper/\d+"]),
}

# primitive: the function that is the first in the trace
PRIMITIVES = {
    "schedule": "schedule", "schedule_timeout": "schedule", "wait_event": "call_wait_event",
    "wait_event_interruptible": "call_wait_event_interruptible", "msleep": "msleep", "mutex": r"mutex_lock\w*",
    "down": "down", "down_read": r"down_read\w*", "wait_for_completion": r"wait_for_com\w+",
    "synchronize_rcu": "synchronize_rcu", "kmalloc": "kmem_cache_alloc", "vmalloc": r"vmalloc\w*",
    "flush_work": "flush_work", "cancel_work_sync": r"_*cancel_work_sync", "kthread_stop": "kthread_stop",
    "free_irq": "free_irq", "cond_resched": "call_cond_resched",
}
BY_SCHEDULE = {"schedule", "schedule_timeout"}
LEGAL = {*(("task", primitive) for primitive in PRIMITIVES),
         *(("wait-condition", primitive) for primitive in ("schedule", "schedule_timeout", "cond_resched"))}

AFTER = ["spinlock", "mutex", "wakeup", "timer", "rcu", "tasklet"]


def wrong_with(cell):
    """What is not as it should be with a cell, in words; nothing otherwise."""
    reports = len(re.findall(r"^(?:BUG: |WARNING: suspicious)", cell.printed, re.MULTILINE))
    if (cell.context, cell.primitive) in LEGAL:
        return [] if cell.verdict == "clean" and not reports else [f"{cell.verdict}, {reports} reports"]
    context = CONTEXTS[cell.context]
    reason = matrix.BY_SCHEDULE if cell.primitive in BY_SCHEDULE else matrix.BY_MIGHT_SLEEP
    if cell.verdict != f"caught, rule {context.rule}, {reason}" or reports != 1:
        return [f"{cell.verdict}, {reports} reports"]
    first = re.search(r"^Call Trace:\n(?: +</?\w+>\n)*(.*)$", cell.printed, re.MULTILINE)
    wanted = [*context.lines, rf"^BUG: {reason}", rf"Rule broken: (?:.|\n)*{context.words}".replace(" ", r"\s")]
    missing = [pattern for pattern in wanted if not re.search(pattern, cell.printed, re.MULTILINE)]
    if not first or not re.match(rf" +{PRIMITIVES[cell.primitive]}\+0x", first[1]):
        missing.append(f"the trace begins with {first and first[1]}")
    return missing


def check(console):
    """The whole run: all cells are there, and each is as it should be."""
    found = matrix.cells(console)
    assert [(cell.context, cell.primitive) for cell in found] == [
        (context, primitive) for context in ["task", *CONTEXTS] for primitive in PRIMITIVES]
    wrong = {(cell.context, cell.primitive): problems for cell in found if (problems := wrong_with(cell))}
    assert not wrong, "\n".join(f"{cell}: {problems}" for cell, problems in wrong.items())
    return found


@pytest.mark.slow
@pytest.mark.parametrize("mode", MODES)
def test_every_cell_is_caught_or_clean_and_the_machine_is_as_before(run, mode):
    suites = "; ".join(f"test {suite}" for suite in AFTER)
    code, console = run(append=f'atomic_sleep=warn panic=exit run="provoke all; {suites}; poweroff"', **mode)
    assert code == EXIT_POWEROFF, console[-4000:]
    check(console)
    after = console.partition("\n340 cells\n")[2]
    for suite in AFTER:
        assert re.search(rf"^(?:\[ *[\d.]+\] )?ok \d+ {suite}$", after, re.MULTILINE), f"{suite}\n{after[-4000:]}"


def test_the_table_in_the_documents_is_what_the_run_gives(run):
    code, console = matrix.run(KERNEL, clock="mttcg", smp=2)
    assert code == EXIT_POWEROFF
    page = (ROOT / "docs/matrix.md").read_text(encoding="utf-8")
    assert matrix.replaced(page, matrix.table(matrix.cells(console))) == page, "stale: make matrix"
