# SPDX-License-Identifier: MIT
"""How print shows the kernel's types: one line that says what matters. print/r shows them raw."""

import gdb

from . import kernel, tasks


def task_at(word):
    """The name of the task at an address, as an owner word has it."""
    if not word:
        return None
    task = gdb.Value(word).cast(kernel.pointer_to("struct task_struct")).dereference()
    return f"{kernel.text(task['comm'])}/{int(task['pid'])}"


def length(head):
    """How many are in a list; None of memory that is none."""
    try:
        return sum(1 for _ in kernel.nodes(head, 10000))
    except (gdb.error, gdb.GdbError):
        return None


def show_task(value):
    task = tasks.Task(value)
    return f"task {task}, state {task.state}, CPU {task.cpu}"


def show_list(value):
    count = length(value) if value.address is not None else None
    if count is None:
        return "list_head, not initialised"
    return f"list_head, {count} entries" if count != 1 else "list_head, 1 entry"


def show_queue(value):
    waiters = []
    for entry in kernel.members(value["head"], "struct wait_queue_entry", "entry"):
        exclusive = " (exclusive)" if int(entry["flags"]) & 1 else ""
        waiters.append((task_at(int(entry["private"])) if int(entry["private"]) else "a function") + exclusive)
    return f"wait queue, {len(waiters)} waiting" + (": " + ", ".join(waiters) if waiters else "")


def show_arch_spinlock(value):
    held, tail = int(value["locked"]), int(value["tail"])
    return ("locked" if held else "unlocked") + (", others queue" if tail else "")


def show_raw_spinlock(value):
    said = show_arch_spinlock(value["raw_lock"])
    if kernel.has(value, "owner") and int(value["owner"]):
        said += f" by {task_at(int(value['owner']))} on CPU {int(value['owner_cpu'])}"
    if kernel.has(value, "dep_map") and int(value["dep_map"]["name"]):
        said = f"({kernel.text(value['dep_map']['name'])}) {said}"
    return f"spinlock {said}"


def show_mutex(value):
    word = int(value["owner"]["counter"]) & (1 << 64) - 1
    owner = task_at(word & ~1)
    waiting = length(value["wait_list"])
    return ("mutex " + (f"({kernel.text(value['dep_map']['name'])}) " if kernel.has(value, "dep_map") else "")
            + (f"held by {owner}" if owner else "unlocked") + (f", {waiting} waiting" if waiting else ""))


def show_cpumask(value):
    bits = int(value["bits"][0]) & (1 << 64) - 1
    cpus, ranges = [cpu for cpu in range(64) if bits >> cpu & 1], []
    for cpu in cpus:
        if ranges and ranges[-1][1] == cpu - 1:
            ranges[-1][1] = cpu
        else:
            ranges.append([cpu, cpu])
    return "CPUs " + (",".join(str(a) if a == b else f"{a}-{b}" for a, b in ranges) or "none")


def show_ktime(value):
    ns = int(value.cast(gdb.lookup_type("long")))
    return "never" if ns == (1 << 63) - 1 else f"{ns} ns ({ns / 1e9:.6f} s)"


STRUCTS = {"task_struct": show_task, "list_head": show_list, "wait_queue_head": show_queue,
           "qspinlock": show_arch_spinlock, "raw_spinlock": show_raw_spinlock,
           "spinlock": lambda value: show_raw_spinlock(value["rlock"]), "mutex": show_mutex, "cpumask": show_cpumask}
TYPEDEFS = {"atomic_t": lambda value: f"atomic {int(value['counter'])}",
            "atomic64_t": lambda value: f"atomic {int(value['counter'])}",
            "atomic_long_t": lambda value: f"atomic {int(value['counter'])}",
            "ktime_t": show_ktime}


class Printer:
    def __init__(self, value, function):
        self.value, self.function = value, function

    def to_string(self):
        try:
            return self.function(self.value)
        except (gdb.error, gdb.GdbError) as error:
            return f"<{error}>"


def lookup(value):
    """GDB asks for each value that it prints."""
    kind, names = value.type.unqualified(), []
    while kind.code == gdb.TYPE_CODE_TYPEDEF:
        names.append(kind.name)
        kind = kind.target().unqualified()
    function = next((TYPEDEFS[name] for name in names if name in TYPEDEFS), None)
    if function is None and kind.code == gdb.TYPE_CODE_STRUCT:
        function = STRUCTS.get(kind.tag)
    return Printer(value, function) if function else None


gdb.pretty_printers.append(lookup)
