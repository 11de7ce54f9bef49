# SPDX-License-Identifier: MIT
"""Locks: who holds which and took it where, who waits for whom, in which orders they were taken (locks, lockgraph).

Who holds what is noted by the debug profile's lock validator; its tables are described in
kernel/locking/lockdep_internals.h.
"""

import fnmatch

import gdb

from . import kernel, tasks
from .commands import command

KINDS = {0: ("mutex", "struct mutex"), 1: ("semaphore", "struct semaphore"),
         2: ("rwsem, to read", "struct rw_semaphore"), 3: ("rwsem, to write", "struct rw_semaphore"),
         4: ("rt_mutex", "struct rt_mutex")}
LD_WAIT_SLEEP = 3
OWNER_FLAGS = 7  # the low bits of an owner's address have other meanings: kernel/locking/mutex.c


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
        how = " (reader)" if int(self.entry["read"]) else ""
        usage = Class(int(self.entry["class_idx"])).usage
        return f"#{self.number}: ({self.name}){{{usage}}}{how}, taken at {kernel.place(int(self.entry['acquire_ip']))}"


def held_by(task):
    """The locks that a task holds, the one taken first in front. One that it sleeps for is in its list, too."""
    if not kernel.has(task.struct, "held_locks"):
        return []
    entries, blocker = task["held_locks"], blocker_of(task)
    depth = min(int(task["lockdep_depth"]), entries.type.range()[1] + 1)
    locks_of = [entries[each] for each in range(depth) if entries[each]["valid"] and not entries[each]["function"]]
    if locks_of and blocker and int(locks_of[-1]["instance"]) == blocker.dep_map:
        locks_of.pop()
    return [Held(entry, number) for number, entry in enumerate(locks_of)]


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
        if self.dep_map:
            return kernel.text(gdb.Value(self.dep_map).cast(kernel.pointer_to("struct lockdep_map"))["name"])
        symbol = gdb.execute(f"info symbol {self.address:#x}", to_string=True)
        return f"{self.address:#x}" if symbol.startswith("No symbol") else symbol.split(" in section")[0]

    @property
    def dep_map(self):
        """The address of what the validator calls the lock by; 0 if it has none. A semaphore goes by its own lock's."""
        for holder in (self.lock, self.lock["lock"] if self.kind == "semaphore" else None):
            if holder is not None and kernel.has(holder, "dep_map"):
                return int(holder["dep_map"].address)
        return 0

    def owner(self):
        """The task that has it, as far as the lock knows, or None."""
        if self.lock is not None and kernel.has(self.lock, "last_holder"):
            pid = int(self.lock["last_holder"])
            return next((each for each in tasks.all_tasks() if each.pid == pid), None)
        if self.lock is None or not kernel.has(self.lock, "owner"):
            return None
        value = self.lock["owner"]
        word = int(value["counter"] if value.type.strip_typedefs().code == gdb.TYPE_CODE_STRUCT else value)
        word &= (1 << 64) - 1 & ~OWNER_FLAGS
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
def lockgraph(argument):
    """Show who waits for whom, and the orders of locks: lockgraph [PATTERN].

    First each chain of tasks and locks, and the deadlocks among them. Then the orders in which locks were ever taken,
    as the validator (lockdep) has seen them: A -> B says that B was taken, at that place, while A was held. With a
    pattern, like *wait*, only the orders of locks that it fits."""
    if not kernel.has(kernel.variable("init_task"), "blocker"):
        print("Only the debug profile notes who waits for which lock.")
        return
    chains = [chain(task) for task in tasks.all_tasks() if blocker_of(task)]
    for each in chains:
        print(each)
    if not chains:
        print("No task waits for another's lock.")
    orders = [each for each in seen_orders() if each.fits(argument or "*")]
    if orders:
        print("Orders seen:")
    for each in orders:
        print(f"  {each}")


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


class Class:
    """A class of locks, by its index in lock_classes[]."""

    def __init__(self, index):
        self.known, self.entry = bool(index), kernel.variable("lock_classes")[index]

    @property
    def name(self):
        """As in the kernel's reports: the name, which of several classes of that name, the nesting level."""
        version, subclass = int(self.entry["name_version"]), int(self.entry["subclass"])
        return ((kernel.text(self.entry["name"]) if self.known else "?") + (f"#{version}" if version > 1 else "")
                + (f"/{subclass}" if subclass else ""))

    @property
    def usage(self):
        """In which contexts it was used: four characters, as in the kernel's reports."""
        bits = int(self.entry["usage"])
        return "".join(".-+?"[(bits >> bit & 1) + 2 * (bits >> (bit | 2) & 1)] for bit in (0, 1, 4, 5))


class Order:
    """An edge of the validator's graph."""

    def __init__(self, entry):
        self.outer, self.inner = Class(int(entry["from"])), Class(int(entry["to"]))
        self.place = kernel.place(int(entry["to_ip"]) | 0xffffffff << 32)

    def __str__(self):
        return f"({self.outer.name}) -> ({self.inner.name}), taken at {self.place}"

    def fits(self, pattern):
        return any(fnmatch.fnmatchcase(each.name, pattern) for each in (self.outer, self.inner))


def seen_orders():
    """All edges of the validator's graph; none in a kernel without."""
    if not kernel.exists("lock_edges"):
        return
    edges, left = kernel.variable("lock_edges"), int(kernel.variable("nr_lock_edges"))
    for index in range(1, edges.type.range()[1] + 1):
        if not left:
            return
        if int(edges[index]["from"]):
            left -= 1
            yield Order(edges[index])
