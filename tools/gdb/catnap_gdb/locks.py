# SPDX-License-Identifier: MIT
"""Locks: who holds which and took it where, who waits for whom (locks, lockgraph)."""

import gdb

from . import kernel, tasks
from .commands import command

KINDS = {0: ("mutex", "struct mutex"), 1: ("semaphore", "struct semaphore"),
         2: ("rwsem, to read", "struct rw_semaphore"), 3: ("rwsem, to write", "struct rw_semaphore"),
         4: ("rt_mutex", "struct rt_mutex")}
LD_WAIT_SLEEP = 3


class Held:
    """An entry of a task's list of held locks."""

    def __init__(self, entry, number):
        self.entry, self.number = entry, number
        self.lock = entry["instance"].dereference()

    @property
    def name(self):
        return kernel.text(self.lock["name"])

    @property
    def spins(self):
        return not kernel.has(self.lock, "wait_type_inner") or int(self.lock["wait_type_inner"]) != LD_WAIT_SLEEP

    def __str__(self):
        how = " (reader)" if kernel.has(self.entry, "read") and int(self.entry["read"]) else ""
        return f"#{self.number}: ({self.name}){how}, taken at {kernel.place(int(self.entry['acquire_ip']))}"


def held_by(task):
    """The locks that a task holds, the one taken first in front."""
    if not kernel.has(task.struct, "held_locks"):
        return []
    entries = task["held_locks"]
    depth = min(int(task["lockdep_depth"]), entries.type.range()[1] + 1)
    return [Held(entries[each], each) for each in range(depth)]


class Blocker:
    """The lock that a task sleeps for: see <linux/hung_task.h>."""

    def __init__(self, word):
        self.kind, type_name = KINDS.get(word & 7, ("lock", None))
        self.address = word & ~7
        self.lock = gdb.Value(self.address).cast(kernel.pointer_to(type_name)).dereference() if type_name else None

    def __str__(self):
        return f"{self.kind} {self.name}"

    @property
    def name(self):
        """The lock's own name, else its symbol, else its address."""
        if self.lock is not None and kernel.has(self.lock, "dep_map"):
            return kernel.text(self.lock["dep_map"]["name"])
        symbol = gdb.execute(f"info symbol {self.address:#x}", to_string=True)
        return f"{self.address:#x}" if symbol.startswith("No symbol") else symbol.split(" in section")[0]

    def owner(self):
        """The task that has it, as far as the lock knows, or None."""
        if self.lock is None:
            return None
        word = 0
        for field in ("owner", "last_holder"):
            if kernel.has(self.lock, field):
                value = self.lock[field]
                word = int(value["counter"] if value.type.strip_typedefs().code == gdb.TYPE_CODE_STRUCT else value)
        word &= (1 << 64) - 2
        return next((each for each in tasks.all_tasks() if kernel.address(each.struct) == word), None)


def blocker_of(task):
    if not kernel.has(task.struct, "blocker") or not int(task["blocker"]) or not task.sleeping:
        return None
    return Blocker(int(task["blocker"]))


@command("locks")
def locks(_):
    """List who holds which lock and where it was taken, and who waits for a lock that sleeps.

    The debug profile keeps these lists; they are those of Alt-SysRq-d."""
    if not kernel.has(kernel.variable("init_task"), "held_locks"):
        print("Only the debug profile notes who holds which lock.")
        return
    said = False
    for task in tasks.idle_tasks() + tasks.all_tasks():
        held, blocker = held_by(task), blocker_of(task)
        if held or blocker:
            said = True
            print(f"{task}" + (f" (CPU {task.cpu})" if task.running else ""))
        for each in held:
            print(f"  holds     {each}")
        if blocker:
            owner = blocker.owner()
            print(f"  waits for ({blocker}), which {owner} has" if owner else f"  waits for ({blocker})")
    if not said:
        print("No task holds a lock, and none waits for one.")


@command("lockgraph")
def lockgraph(_):
    """Show who waits for whom: each chain of tasks and locks, and the deadlocks among them.

    If the kernel proves the order of its locks (lockdep), the edges that it has seen follow: A -> B says that B was
    taken while A was held."""
    chains = [chain(task) for task in tasks.all_tasks() if blocker_of(task)]
    for each in chains:
        print(each)
    if not chains:
        print("No task waits for another's lock.")
    for line in seen_orders():
        print(line)


def chain(task):
    """The task, the lock it waits for, its owner, and so on."""
    said, met = str(task), [task]
    while True:
        blocker = blocker_of(task)
        if blocker is None:
            return said + (" (runs)" if task.running else f" (state {task.state}, {task.waits_on()})")
        task = blocker.owner()
        said += f" -> ({blocker.name})"
        if task is None:
            return said
        said += f" -> {task}"
        if task in met:
            return said + ": a deadlock"
        met.append(task)


def seen_orders():
    """The edges of the kernel's lock validator, whatever of it this kernel has."""
    try:
        classes = kernel.variable("lock_classes")
        count = int(kernel.variable("nr_lock_classes"))
        for number in range(count):
            one = classes[number]
            for entry in kernel.members(one["locks_after"], "struct lock_list", "entry"):
                yield f"{kernel.text(one['name'])} -> {kernel.text(entry['class']['name'])}"
    except (gdb.error, StopIteration):
        return
