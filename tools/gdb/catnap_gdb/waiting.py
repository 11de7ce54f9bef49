# SPDX-License-Identifier: MIT
"""Waiting: who sleeps on which queue (waitq), and why a task does not run (why)."""

import gdb

from . import kernel, locks, tasks
from .commands import command

WQ_FLAG_EXCLUSIVE = 1


def woken_by(task):
    """Who woke it the last time, and when; None if nobody has, or the kernel does not note it."""
    if not kernel.has(task.struct, "woken") or not int(task["woken"]["when"]):
        return None
    record = task["woken"]
    who = f"{kernel.text(record['comm'])}/{int(record['pid'])}"
    count = int(record["preempt_count"])
    if count & 0xf0000:
        who = f"an interrupt on top of {who}"
    elif count & 0x100:
        who = f"a softirq on top of {who}"
    return f"{who} at {kernel.stamp(kernel.seconds(int(record['when'])))}"


def slept_since(task):
    """When it left its CPU, in seconds since boot."""
    return kernel.seconds(int(task["se"]["exec_start"]))


def entries(queue):
    return kernel.members(queue["head"], "struct wait_queue_entry", "entry")


def task_of(entry):
    """The task of a queue's entry, if its function is one of those that wake a task."""
    word = int(entry["private"])
    return next((each for each in tasks.all_tasks() if kernel.address(each.struct) == word), None)


def name_of(queue):
    if kernel.has(queue["lock"], "dep_map") or kernel.has(queue["lock"]["rlock"], "dep_map"):
        return kernel.text(queue["lock"]["dep_map"]["name"])
    return gdb.execute(f"info symbol {kernel.address(queue):#x}", to_string=True).split(" in section")[0]


def show(queue):
    """A queue and all who stand in it, front first."""
    found = list(entries(queue))
    number = f"{len(found) or 'nobody'} wait{'' if len(found) > 1 else 's'}"
    print(f"{name_of(queue)} ({kernel.address(queue):#x}): {number}")
    for position, entry in enumerate(found, 1):
        task = task_of(entry)
        if task is None:
            print(f"  {position}. calls {kernel.bare(int(entry['func']))}()")
            continue
        kind = ", exclusive" if int(entry["flags"]) & WQ_FLAG_EXCLUSIVE else ""
        if task.sleeping:
            print(f"  {position}. {task}{kind}, state {task.state}, asleep since {kernel.stamp(slept_since(task))}")
        else:
            print(f"  {position}. {task}{kind}, {'running' if task.running else 'runnable'}: about to leave the queue, "
                  "or not asleep yet")
        by = woken_by(task)
        if by:
            print(f"     last woken by {by}")


@command("waitq", gdb.COMPLETE_EXPRESSION)
def waitq(argument):
    """Show who waits in a wait queue: waitq EXPRESSION, or in all of them: waitq all.

    EXPRESSION is a struct wait_queue_head, a pointer to one, or anything with a member `wait` or `queue` that is one
    (a completion). Of each task: whether exclusive, since when it sleeps (seconds since boot), who woke it last.
    `all` finds the queues on which some task sleeps by means of wait_event(), prepare_to_wait(), or their like; one that
    only called add_wait_queue() is seen in its queue alone."""
    if argument == "all" and not kernel.has(kernel.variable("init_task"), "wait_head"):
        print("Only the debug profile notes on which queue a task sleeps: waitq EXPRESSION shows one.")
        return
    if argument != "all":
        show(queue_from(gdb.parse_and_eval(argument)) if argument else usage())
        return
    queues = {}
    for task in tasks.all_tasks():
        if task.queue is not None:
            queues.setdefault(kernel.address(task.queue), task.queue)
    for queue in queues.values():
        show(queue)
    if not queues:
        print("No task sleeps on a wait queue.")


def usage():
    raise gdb.GdbError("waitq: say which queue, or all")


def queue_from(value):
    """The wait_queue_head that an expression means."""
    kind = value.type.strip_typedefs()
    if kind.code == gdb.TYPE_CODE_PTR:
        return queue_from(value.dereference())
    if kind.code == gdb.TYPE_CODE_STRUCT:
        if kind.tag == "wait_queue_head":
            return value
        for member in ("wait", "queue"):
            if kernel.has(value, member):
                return queue_from(value[member])
    raise gdb.GdbError(f"that is no wait queue but a {value.type}")


@command("why")
def why(argument):
    """Say why a task does not run: why PID. Follows who it waits for, to the end of the chain."""
    task, met = tasks.find(argument), []
    while task:
        met.append(task)
        task = step(task)
        if task and task in met:
            print(f"  and that is {task} again: a deadlock")
            return


def step(task):
    """Prints one task's reason. Returns the next task of the chain, or None."""
    if task.running:
        print(f"{task} runs, on CPU {task.cpu}")
        return None
    if not task.sleeping:
        rq = kernel.per_cpu("runqueues", task.cpu)
        runs = tasks.Task(rq["curr"].dereference())
        before = [str(each) for each in tasks.queued(rq)]
        ahead = before.index(str(task)) if str(task) in before else 0
        print(f"{task} is runnable, but CPU {task.cpu} runs {runs}; {ahead or 'nobody'} queued before it")
        return None
    since = kernel.stamp(slept_since(task))
    blocker = locks.blocker_of(task)
    if blocker:
        owner = blocker.owner()
        print(f"{task} sleeps since {since}, state {task.state}: it waits for the {blocker}"
              + (f", which {owner} has" if owner else ""))
        taken(owner, blocker)
        return owner
    where = task.asleep_in()
    print(f"{task} sleeps since {since}, state {task.state}, in {kernel.place(where)}" if where else
          f"{task} sleeps since {since}, state {task.state}")
    ends(task)
    return None


def taken(owner, blocker):
    """Where the owner took the lock, if it is in its list."""
    for held in locks.held_by(owner) if owner else []:
        if int(held.entry["instance"]) == blocker.dep_map:
            print(f"  taken at {kernel.place(int(held.entry['acquire_ip']))}")


def ends(task):
    """What would wake a task that sleeps for no lock."""
    queue = task.queue
    if queue is not None:
        standing = [task_of(entry) for entry in entries(queue)]
        if task in standing:
            print(f"  it is number {standing.index(task) + 1} of {len(standing)} in the wait queue {name_of(queue)}: "
                  "a wake_up() of that queue ends it")
        else:
            print(f"  its entry is in no wait queue any more, though it slept on {name_of(queue)}")
    from . import timers
    for each in timers.that_wake(task):
        print(f"  {each}")
    if int(task["pending"]):
        print("  a signal is pending, which this state does not accept" if task.state == "D" else
              "  a signal is pending")
