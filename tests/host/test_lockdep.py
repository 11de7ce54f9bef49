# SPDX-License-Identifier: MIT
"""Lockdep's reports on the console: each mistake that `lockdep try` makes, in its own boot, and the kernel goes on."""

import re

import pytest

from machine import EXIT_POWEROFF

PLACE = r"\(kernel/locking/lockdep_show\.c:\d+\)"

REPORTS = {
    "abba": ["WARNING: possible circular locking dependency detected",
             rf"\(lock_a\)\{{\S{{4}}\}}, at take_b_then_a\+0x\w+ {PLACE}",
             r"-> \(lock_b\) was taken while \(lock_a\) was held:",
             rf"take_a_then_b\+0x\w+ {PLACE}",
             r"lock\(lock_b\)\s+lock\(lock_a\)\s+lock\(lock_a\)  waits\s+lock\(lock_b\)  waits\s+\*\*\* DEADLOCK \*\*\*"],
    "irq": ["WARNING: inconsistent lock state",
            r"inconsistent \{IN-HARDIRQ-W\} -> \{HARDIRQ-ON-W\} usage\.",
            rf"\(spin_a\) became \{{IN-HARDIRQ-W\}} here:\s+try_irq\+0x\w+ {PLACE}"],
    "unlock": ["WARNING: bad unlock balance detected!", rf"try_unlock\+0x\w+ {PLACE}",
               r"BUG: spinlock already unlocked on CPU#\d, lockdep/\d+",
               r" lock: spin_a, \.magic: dead4ead, \.owner: <none>/-1, \.owner_cpu: -1"],
    "exit": [r"WARNING: lockdep/\d+ still has locks held!", rf"#0: \(lock_a\)\{{\S{{4}}\}}, taken at try_exit\+0x\w+ {PLACE}"],
}


def unstamped(console):
    return re.sub(r"^\[ *\d+\.\d+\] ", "", console, flags=re.MULTILINE)


@pytest.mark.parametrize("mistake", REPORTS)
def test_a_mistake_is_reported_once_and_the_kernel_goes_on(run, mistake):
    code, console = run(append=f'run="lockdep try {mistake}; lockdep; poweroff"')
    report = unstamped(console)
    assert code == EXIT_POWEROFF
    for pattern in REPORTS[mistake]:
        assert re.search(pattern, report), f"no {pattern} in:\n{report}"
    assert "Rule broken:" in report
    assert "To mend it:" in report
    assert report.count("Lockdep is off from here on.") == 1
    assert "validating: no, after a report" in report


def test_a_spinlock_taken_twice_is_reported_before_it_hangs(boot):
    machine = boot(append='run="lockdep try recursion"')
    machine.wait_for(r"WARNING: possible recursive locking detected", "lockdep did not see it")
    machine.wait_for(r"BUG: spinlock recursion on CPU#\d, lockdep/\d+", "the lock did not see it")
    machine.wait_for(r" lock: spin_a, \.magic: dead4ead, \.owner: lockdep/\d+, \.owner_cpu: \d", "whose is it?")


def test_a_full_table_is_reported_and_turns_the_validator_off(run):
    code, console = run(append='run="lockdep try classes; lockdep; lockdep try abba; poweroff"')
    report = unstamped(console)
    assert code == EXIT_POWEROFF
    assert report.count("BUG: MAX_LOCKDEP_KEYS too low!") == 1
    assert "turning off the locking correctness validator." in report and "validating: no, after a report" in report
    assert int(re.search(r"lock classes: (\d+)", report)[1]) < 200, "those of the keys that are gone are forgotten"
    assert "circular" not in report


def test_nothing_is_reported_by_a_boot_and_a_shell(run):
    code, console = run(append='run="demo mailbox; ps; lockdep; poweroff"', smp=4)
    assert code == EXIT_POWEROFF
    assert "validating: yes" in console
    classes, edges = (int(re.search(rf"{what}: (\d+)", console)[1]) for what in ("lock classes", "direct dependencies"))
    assert classes > 5
    assert edges > 0
