# SPDX-License-Identifier: MIT
"""Why a CPU's task may not be preempted, and so may not sleep (preempt)."""

import gdb

from . import kernel, locks, tasks
from .commands import command


def interrupts_off(cpu):
    """The CPU's interrupt flag, from its own registers."""
    tasks.thread_of(cpu).switch()
    return not int(gdb.newest_frame().read_register("eflags")) & 0x200


def decode(count):
    """What each of the four counts says."""
    said = []
    softirq = count >> 8 & 0xff
    if count >> 20 & 0xf:
        said.append(f"{count >> 20 & 0xf} NMI")
    if count >> 16 & 0xf:
        said.append(f"{count >> 16 & 0xf} hardirq")
    if softirq & 1:
        said.append("a softirq runs")
    if softirq >> 1:
        said.append(f"bottom halves off {softirq >> 1} times")
    if count & 0xff:
        said.append(f"preemption off {count & 0xff} times")
    return ", ".join(said) or "preemptible"


@command("preempt")
def preempt(_):
    """Decode each CPU's preempt_count, and say what raised it.

    Locks that spin count one each; the rest is preempt_disable(), interrupts, softirqs, and the scheduler itself."""
    with tasks.frames.kept():
        for cpu in kernel.online_cpus():
            word = int(kernel.per_cpu("__preempt_count", cpu))
            task = tasks.Task(kernel.current(cpu))
            print(f"CPU {cpu}: {word & 0x7fffffff:#010x}: {decode(word & 0x7fffffff)}; "
                  f"interrupts {'off' if interrupts_off(cpu) else 'on'}"
                  f"{', to reschedule' if tasks.needs_resched(cpu) else ''}; runs {task}")
            explain(word & 0x7fffffff, task)


def explain(count, task):
    if not count:
        return
    if task.idle and count == 1:
        print("  the idle task has preemption off all its life")
        return
    if kernel.has(task.struct, "preempt_disable_ip") and int(task["preempt_disable_ip"]):
        print(f"  left 0 at {kernel.place(int(task['preempt_disable_ip']))}")
    for held in locks.held_by(task):
        if held.spins:
            print(f"  {held}")
