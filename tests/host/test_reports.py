# SPDX-License-Identifier: MIT
"""What the watchdogs report of `provoke`'s lockups, hung tasks and screaming interrupts: who, where, and why."""

import re

import pytest

from conftest import LIVE_MODES
from machine import EXIT_POWEROFF
from test_provoke import FRAME, unstamped

TIMES = "watchdog_thresh=1 rcupdate.rcu_cpu_stall_timeout=1 hung_task_timeout_secs=3"


def provoke(run, what, smp=2, clock="icount5"):
    """Makes the mistake, which ends by itself, and leaves. Returns what was printed."""
    code, console = run(append=f'{TIMES} panic=exit run="provoke {what}; poweroff"', smp=smp, clock=clock)
    report = unstamped(console)
    assert code == EXIT_POWEROFF, report
    return report


def trace_after(report, headline):
    """The first call trace behind a line that the expression finds, as the functions' names."""
    match = re.search(rf"^{headline}.*\n(?:.*\n)*?Call Trace:\n((?:^ .*\n)+)", report, re.MULTILINE)
    assert match, report
    lines = [line for line in match[1].splitlines() if not re.match(r" +</?\w+>$", line)]
    assert all(re.match(rf"^ +{FRAME}$|^ +\w+_stub.*|^ +ret_from_fork.*", line) for line in lines), report
    return [re.match(r" +(\w+)", line)[1] for line in lines]


@pytest.mark.parametrize(("smp", "clock"), [(1, "icount5"), (2, "icount5"), (4, "mttcg")])
def test_a_soft_lockup_names_the_task_and_shows_it(run, smp, clock):
    report = provoke(run, "softlockup", smp, clock)
    assert len(re.findall(r"^watchdog: BUG: soft lockup - CPU#\d stuck for \d+s! \[provoke:\d+\]$", report,
                          re.MULTILINE)) == 1, report
    assert "soft_lockup" in trace_after(report, "watchdog: BUG: soft lockup")
    assert "hard LOCKUP" not in report


@pytest.mark.parametrize(("smp", "clock"), [(2, "icount5"), (4, "mttcg")])
def test_a_hard_lockup_is_seen_by_another_cpu(run, smp, clock):
    report = provoke(run, "hardlockup", smp, clock)
    match = re.search(r"^watchdog: Watchdog detected hard LOCKUP on cpu (\d) \(seen from cpu (\d)\)$", report,
                      re.MULTILINE)
    assert match and match[1] != match[2], report
    assert re.search(rf"^CPU {match[1]} runs provoke/\d+, and takes no interrupts$", report, re.MULTILINE)
    assert "hard_lockup" in trace_after(report, "watchdog: Watchdog detected")


def test_one_cpu_cannot_see_its_own_hard_lockup(run):
    assert "another CPU has to see it" in provoke(run, "hardlockup", smp=1)


@pytest.mark.parametrize("smp", [1, 2])
def test_an_rcu_stall_names_the_section_and_shows_the_cpu(run, smp):
    report = provoke(run, "rcu-stall", smp)
    assert re.search(r"^rcu: INFO: rcu_sched detected stalls on CPUs: \d", report, re.MULTILINE), report
    assert re.search(r"^ #0: \(rcu_read_lock\)\S+, taken at rcu_stall\+.*$", report, re.MULTILINE), report
    assert re.search(r"^CPU: \d PID: \d+ Comm: provoke, debug kernel$", report, re.MULTILINE), report
    assert "rcu_stall" in trace_after(report, "rcu: INFO: rcu_sched")


@pytest.mark.parametrize(("smp", "clock"), [(1, "icount5"), (4, "icount5"), (2, "mttcg")])
def test_a_hung_task_says_what_it_waits_for_and_who_holds_it(run, smp, clock):
    report = provoke(run, "hung-task", smp, clock)
    task = re.search(r"^INFO: task provoke:(\d+) blocked for more than 3 seconds\.$", report, re.MULTILINE)
    assert task, report
    assert {"mutex_lock_nested", "hung_task"} <= set(trace_after(report, "INFO: task provoke:"))
    holder = re.search(rf"^ provoke:{task[1]} waits for mutex \(provoke_a\), held by holder:(\d+), taken at "
                       rf"hold_too_long{FRAME.partition('*')[2]}$", report, re.MULTILINE)
    assert holder, report
    assert re.search(rf"^ holder:{holder[1]} sleeps on wait queue \(provoke_report\) in wait_for_report\+", report,
                     re.MULTILINE), report
    assert "wait_for_report" in trace_after(report, "task:holder")
    assert "DEADLOCK" not in report


@pytest.mark.parametrize(("smp", "clock"), [(1, "icount5"), (4, "icount5"), (2, "mttcg")])
def test_a_deadlock_is_reported_as_one_with_both_tasks(run, smp, clock):
    report = provoke(run, "deadlock", smp, clock)
    assert len(re.findall(r"^INFO: task ", report, re.MULTILINE)) == 1, report  # one deadlock, one report
    cycle = re.search(r"^DEADLOCK: ([\w-]+:\d+) waits for ([\w-]+:\d+) waits for ([\w-]+:\d+)\. ", report, re.MULTILINE)
    assert cycle and cycle[1] == cycle[3], report
    assert {cycle[1].partition(":")[0], cycle[2].partition(":")[0]} == {"a-then-b", "b-then-a"}
    for waiter, holder in ((cycle[1], cycle[2]), (cycle[2], cycle[1])):
        assert re.search(rf"^ {waiter} waits for mutex \(provoke_[ab]\), held by {holder}, taken at lock_both\+", report,
                         re.MULTILINE), report
    assert {"lock_a_then_b"} <= set(trace_after(report, "(?:INFO: )?task[: ]a-then-b"))
    assert {"lock_b_then_a"} <= set(trace_after(report, "(?:INFO: )?task[: ]b-then-a"))


def test_a_semaphore_names_who_took_it_last(run):
    report = provoke(run, "self-deadlock")
    match = re.search(r"^ (take-twice:\d+) waits for semaphore \(.*provoke_c.*\), last taken by (take-twice:\d+)$",
                      report, re.MULTILINE)
    assert match and match[1] == match[2], report
    assert re.search(rf"^DEADLOCK: {match[1]} waits for itself\.", report, re.MULTILINE), report


def test_an_rt_mutex_tells_a_deadlock_at_once(boot):
    machine = boot(append="hung_task_timeout_secs=0")
    machine.wait_for_prompt()
    report = unstamped(machine.shell("provoke rt-deadlock"))
    match = re.search(r"^rtmutex deadlock detected: (rt-twice/\d+) waits for (rt-twice/\d+), which waits for it$", report,
                      re.MULTILINE)
    assert match and match[1] == match[2], report
    assert "lock_own_rt_mutex" in trace_after(report, "rtmutex deadlock detected")
    assert re.search(r"\bD\b.*\brt-twice$", machine.shell("ps"), re.MULTILINE)
    assert "still waits" in machine.shell("provoke rt-deadlock")


def test_a_screaming_interrupt_is_disabled_and_its_handlers_named(run):
    report = provoke(run, "screaming-irq")
    assert re.search(r"^irq 5: nobody cared; the line is disabled\. It has called:\n not_mine\+.* of provoke$", report,
                     re.MULTILINE), report


@pytest.mark.parametrize("mode", LIVE_MODES[:2])
def test_sysrq_w_shows_who_holds_what_a_blocked_task_waits_for(boot, mode):
    machine = boot(append=TIMES.replace("hung_task_timeout_secs=3", "hung_task_timeout_secs=0"), **mode)
    machine.wait_for_prompt()
    machine.shell("provoke hung-task &")
    while not re.search(r"D +\d+ .* provoke_a +provoke$", machine.shell("ps"), re.MULTILINE):
        machine.shell("sleep 0.1")
    machine.press("alt", "sysrq", "w")
    machine.wait_for(r" provoke:\d+ waits for mutex \(provoke_a\), held by holder:\d+")


@pytest.mark.parametrize("words", ["watchdog_thresh=0 hung_task_timeout_secs=0", "watchdog_thresh=x", "watchdog_thresh=61",
                                   "hung_task_timeout_secs=-1"])
def test_the_times_are_validated_and_0_turns_them_off(run, words):
    code, console = run(append=f'{words} run="poweroff"', clock="icount5")
    assert code == EXIT_POWEROFF
    assert ("malformed value" in console) == ("=0" not in words), console
