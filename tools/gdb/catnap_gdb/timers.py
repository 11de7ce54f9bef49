# SPDX-License-Identifier: MIT
"""What will happen at which time: the timer wheel and the high-resolution timers of each CPU (timers)."""

import pathlib
import re

import gdb

from . import kernel, tasks
from .commands import command

CONFIG = pathlib.Path(__file__).parents[3] / "include/linux/kconfig.h"
HZ = int(re.search(r"^#define CONFIG_HZ (\d+)$", CONFIG.read_text(encoding="utf-8"), re.MULTILINE)[1])
WHEEL, HRTIMER = "kernel/time/timer.c", "kernel/time/hrtimer.c"


def wheel(cpu):
    """The pending timers of a CPU's wheel, soonest first."""
    base = kernel.per_cpu("timer_bases", cpu, WHEEL)
    vectors, found = base["vectors"], []
    pending = base["pending_map"]
    for bucket in range(vectors.type.range()[1] + 1):
        if int(pending[bucket // 64]) >> bucket % 64 & 1:
            found += list(kernel.hlist_members(vectors[bucket], "struct timer_list", "entry"))
    return sorted(found, key=lambda timer: int(timer["expires"]))


def precise(cpu):
    """The queued hrtimers of a CPU, soonest first."""
    base = kernel.per_cpu("hrtimer_bases", cpu, HRTIMER)
    return list(kernel.tree_members(base["active"]["rb_root"]["rb_node"], "struct hrtimer", "node"))


def when(timer):
    """Of a wheel's timer: distance in milliseconds, in jiffies' steps."""
    left = int(timer["expires"]) - int(kernel.variable("jiffies"))
    left = (left + (1 << 63)) % (1 << 64) - (1 << 63)
    return f"in {left * 1000 // HZ} ms" if left > 0 else "due"


def sleeper_of(timer, function):
    """The task that a timer of schedule_timeout() or of schedule_hrtimeout() will wake, or None."""
    try:
        if function == "process_timeout":
            holder, member = "struct process_timer", "timer"
            return tasks.Task(kernel.container_of(timer.address, holder, member)["task"].dereference())
        if function == "hrtimer_wakeup":
            task = kernel.container_of(timer.address, "struct hrtimer_sleeper", "timer")["task"]
            return tasks.Task(task.dereference()) if task else None
    except gdb.error:
        pass
    return None


def described(timer):
    function = kernel.bare(int(timer["function"]))
    task = sleeper_of(timer, function)
    return f"{function}()" + (f", wakes {task}" if task else "")


def that_wake(task):
    """What to say about the timers that will wake a task."""
    for cpu in kernel.online_cpus():
        for timer in wheel(cpu):
            if sleeper_of(timer, kernel.bare(int(timer["function"]))) == task:
                yield f"a timer wakes it {when(timer)}"
        for timer in precise(cpu):
            if sleeper_of(timer, kernel.bare(int(timer["function"]))) == task:
                yield f"a timer wakes it at {kernel.stamp(int(timer['expires']) / 1e9)}"


@command("timers")
def timers(_):
    """List what is to happen when, CPU by CPU: the tick, the timer wheel, the high-resolution timers.

    Times of the wheel are distances from jiffies; the others are seconds since boot."""
    print(f"jiffies {int(kernel.variable('jiffies'))}, {HZ} a second")
    for cpu in kernel.online_cpus():
        tick = int(kernel.per_cpu("next_tick", cpu, "kernel/time/tick.c"))
        print(f"CPU {cpu}: next tick at {kernel.stamp(tick / 1e9)}")
        for timer in precise(cpu):
            print(f"  at {kernel.stamp(int(timer['expires']) / 1e9)} {described(timer)}")
        for timer in wheel(cpu):
            print(f"  {when(timer)}: {described(timer)}")
