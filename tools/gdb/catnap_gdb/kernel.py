# SPDX-License-Identifier: MIT
"""The kernel's data as Python sees it: symbols, types, lists, per-CPU variables, times, and places in the code."""

import functools
import re

import gdb

LIST_LIMIT = 200000  # a list that is longer is broken


@functools.lru_cache(maxsize=None)
def type_of(name):
    return gdb.lookup_type(name)


def pointer_to(name):
    return type_of(name).pointer()


def variable(name, file=None):
    """A variable's value; a static one by the file that has it."""
    return gdb.parse_and_eval(f"'{file}'::{name}" if file else name)


def exists(name):
    return gdb.lookup_global_symbol(name) is not None or gdb.lookup_static_symbol(name) is not None


def has(value, field):
    """Does this structure have the field? The release profile lacks some."""
    return any(each.name == field for each in value.type.strip_typedefs().fields())


def address(value):
    """A pointer, or an object's address, as a number."""
    if value.type.strip_typedefs().code != gdb.TYPE_CODE_PTR:
        value = value.address
    return int(value) & (1 << 64) - 1


def container_of(pointer, type_name, member):
    """The structure that the member, at this address, is in."""
    offset = int(gdb.parse_and_eval(f"(unsigned long)&(({type_name} *)0)->{member}"))
    return gdb.Value(address(pointer) - offset).cast(pointer_to(type_name)).dereference()


def nodes(head, limit=LIST_LIMIT):
    """The struct list_head pointers in a list."""
    at = head["next"]
    for _ in range(limit):
        if address(at) == address(head):
            return
        yield at
        at = at["next"]
    raise gdb.GdbError(f"the list at {address(head):#x} does not end")


def members(head, type_name, member):
    """The structures in a list, given its struct list_head."""
    for at in nodes(head):
        yield container_of(at, type_name, member)


def hlist_members(head, type_name, member):
    at = head["first"]
    for _ in range(LIST_LIMIT):
        if not at:
            return
        yield container_of(at, type_name, member)
        at = at["next"]


def tree_members(node, type_name, member):
    """The structures in a red-black tree, in order, given its root's struct rb_node pointer."""
    if not node:
        return
    yield from tree_members(node["rb_left"], type_name, member)
    yield container_of(node, type_name, member)
    yield from tree_members(node["rb_right"], type_name, member)


def word(at, count=1):
    """The unsigned longs in memory from an address on."""
    data = gdb.selected_inferior().read_memory(at, 8 * count)
    words = [int.from_bytes(data[8 * each:8 * each + 8], "little") for each in range(count)]
    return words if count > 1 else words[0]


def text(value):
    """A char array or pointer as a string."""
    return value.string(errors="replace") if value.type.code == gdb.TYPE_CODE_ARRAY or int(value) else "?"


# ---- CPUs

def online_cpus():
    """The numbers of the CPUs that run tasks."""
    mask = int(variable("__cpu_online_mask")["bits"][0])
    return [cpu for cpu in range(64) if mask >> cpu & 1]


def per_cpu(name, cpu, file=None):
    """A CPU's copy of a variable."""
    template = variable(name, file)
    return gdb.Value(address(template.address) + int(variable("__per_cpu_offset")[cpu])
                     & (1 << 64) - 1).cast(template.type.pointer()).dereference()


def selected_cpu():
    """The CPU that is GDB's selected thread: QEMU numbers its threads from 1."""
    thread = gdb.selected_thread()
    if thread is None:
        raise gdb.GdbError("the machine does not run")
    return thread.ptid[1] - 1


def current(cpu=None):
    """The task that a CPU runs."""
    return per_cpu("current_task", selected_cpu() if cpu is None else cpu).dereference()


# ---- time

def seconds(cycles):
    """A value of the TSC as seconds since boot, as messages have them."""
    boot = int(variable("boot_tsc", "kernel/time/tick.c"))
    return nanoseconds(cycles - boot) / 1e9 if boot and cycles > boot else 0.0


def nanoseconds(cycles):
    return cycles * int(variable("tsc_ns_mult")) >> 32


def stamp(when):
    """Seconds since boot the way printk() prints them."""
    return f"[{when:12.6f}]"


# ---- places

def function_at(ip):
    """Name and offset, as the kernel's reports have them."""
    found = gdb.execute(f"info symbol {ip:#x}", to_string=True).split(" in section")[0].strip()
    if found.startswith("No symbol"):
        return f"{ip:#x}"
    name, _, offset = found.partition(" + ")
    return f"{name}+{int(offset or 0):#x}"


def place(ip, is_return=True):
    """name+offset (file:line); of a return address, the line of the call."""
    line = gdb.find_pc_line(ip - is_return)
    where = f" ({source(line.symtab.filename)}:{line.line})" if line.symtab else ""
    return function_at(ip) + where


def source(filename):
    """A file's name from the root of the tree."""
    found = re.search(r"(?:^|/)((?:boot|drivers|fs|include|kernel|lib|samples|tests)/.*)", filename)
    return found[1] if found else filename


def bare(ip):
    """The function's name alone."""
    return function_at(ip).partition("+")[0]
