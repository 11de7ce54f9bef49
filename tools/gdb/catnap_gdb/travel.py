# SPDX-License-Identifier: MIT
"""Time travel in a replayed recording (make record, make replay): where was this value written, who woke, who took.

Every instruction has a number, counted from power-on. GDB's own commands run backwards by means of QEMU: it loads the
snapshot taken at power-on and runs forwards, to one instruction before this one, or to the last stop before it. The
commands here do so themselves: they run forwards to where we stand, note the instruction and the value at each hit of a
watchpoint, and go to the last that fits.
"""

import contextlib
import json
import os
import re

import gdb

from . import frames, kernel, locks, tasks
from .commands import command, number

SNAPSHOT = "power-on"
state = {"end": None, "moving": False}


def monitor(line):
    return gdb.execute(f"monitor {line}", to_string=True)


def now():
    """The number of the next instruction."""
    found = re.search(r"Replaying .* instruction count = (\d+)", monitor("info replay"))
    if not found:
        raise gdb.GdbError("this is no replay: time travel wants `make record`, then `make replay`")
    return int(found[1])


@contextlib.contextmanager
def quietly():
    """What GDB says about stops on the way goes nowhere: no setting of its own silences them all."""
    state["moving"] = True
    gdb.flush()
    kept = os.dup(1)
    with open(os.devnull, "w", encoding="utf-8") as nowhere:
        os.dup2(nowhere.fileno(), 1)
    try:
        yield
    finally:
        gdb.flush()
        os.dup2(kept, 1)
        os.close(kept)
        state["moving"] = False
        if "not active" not in gdb.execute("info win", to_string=True):
            gdb.execute("refresh")
        stop_at_end()


@contextlib.contextmanager
def alone():
    """Without the breakpoints that the user has set."""
    enabled = [each for each in gdb.breakpoints() if each.enabled]
    for each in enabled:
        each.enabled = False
    try:
        yield
    finally:
        for each in enabled:
            if each.is_valid():
                each.enabled = True


def rewind():
    complaint = monitor(f"loadvm {SNAPSHOT}").strip()
    if complaint:
        raise gdb.GdbError(f"QEMU cannot go back: {complaint}")
    gdb.execute("maintenance flush register-cache", to_string=True)
    gdb.execute("maintenance flush dcache", to_string=True)


def run_until(target):
    """Forwards to this instruction, or to a breakpoint before it. Returns the number reached."""
    monitor(f"replay_break {target}")
    gdb.execute("continue", to_string=True)
    return now()


def go_to(target):
    """Makes this instruction the next."""
    if state["end"] and not 0 <= target <= state["end"]:
        raise gdb.GdbError(f"the recording has the instructions 0 to {state['end']}")
    with quietly(), alone():
        if target < now():
            rewind()
        while now() < target:
            run_until(target)


def scan(make_stop, note):
    """What note() says at each hit of the stop that make_stop() sets, with its instruction, up to where we stand."""
    here, hits = now(), []
    with quietly(), alone():
        rewind()
        with stopping_at(gdb.Breakpoint("start_kernel", internal=True)):  # nothing before it is ours
            run_until(here)
        if now() < here:
            with stopping_at(make_stop()):
                while run_until(here) < here:
                    hits.append((now(), note()))
    return hits


@contextlib.contextmanager
def stopping_at(stop):
    stop.silent = True
    try:
        yield
    finally:
        if stop.is_valid():
            stop.delete()


WORDS = {1: "unsigned char", 2: "unsigned short", 4: "unsigned int", 8: "unsigned long"}


def watch(place):
    """A maker of watchpoints for writes to an object, and the function that reads it."""
    kind, at = place.type, kernel.address(place.address)
    if kind.sizeof not in WORDS:
        raise gdb.GdbError(f"a CPU watches 1, 2, 4 or 8 bytes, and that has {kind.sizeof}: say which part of it")

    def make():
        return gdb.Breakpoint(f"*({WORDS[kind.sizeof]} *){at:#x}", type=gdb.BP_WATCHPOINT, wp_class=gdb.WP_WRITE, internal=True)

    def read():
        value = gdb.Value(at).cast(kind.pointer()).dereference()
        value.fetch_lazy()
        return value

    return make, read


def changes(place):
    """(instruction after the one that wrote, new value) of each change of an object before where we stand."""
    make, read = watch(place)
    return scan(make, read)


def arrive(when, text):
    go_to(when)
    print(f"{text}, by {tasks.Task(kernel.current())}, at instruction {when}:")


def lvalue(value, text):
    """A value that is somewhere in memory."""
    if value.address is None:
        raise gdb.GdbError(f"{text} has no address")
    return value


@command("last-write", gdb.COMPLETE_EXPRESSION)
def last_write(argument):
    """Go back to where a value was last changed: last-write EXPRESSION. In a replay only.

    EXPRESSION is a variable or a part of one. Stands right behind the instruction that wrote it; the same again goes to
    the change before. reverse-step and the like go on from there; continue goes forwards."""
    place = lvalue(gdb.parse_and_eval(argument), argument)
    found = changes(place.referenced_value() if place.type.code == gdb.TYPE_CODE_REF else place)
    if not found:
        raise gdb.GdbError(f"{argument} was never written before instruction {now()}")
    when, value = found[-1]
    arrive(when, f"{argument} became {value.format_string()}")
    gdb.execute("frame")


@command("who-woke")
def who_woke(argument):
    """Go back to the last wake-up of a task: who-woke PID. In a replay only.

    Stands in the waker, with its backtrace: the try_to_wake_up() that made the task runnable."""
    task = tasks.find(argument)
    name = str(task)
    found = changes(task["woken"]["when"])
    if not found:
        raise gdb.GdbError(f"nobody has woken {name} before instruction {now()}")
    arrive(found[-1][0], f"{name} was woken")
    frame = gdb.newest_frame().older()
    frame.select()
    gdb.execute("backtrace")


def owner_field(lock):
    """The part of a lock that says who has it, and where it does not, that somebody has."""
    kind = lock.type.strip_typedefs()
    if kind.code == gdb.TYPE_CODE_PTR:
        return owner_field(lock.dereference())
    if kind.tag == "spinlock":
        return owner_field(lock["rlock"])
    for path in (("owner", "counter"), ("owner",), ("last_holder",), ("raw_lock", "locked"), ("locked",)):
        value = lock
        try:
            for each in path:
                value = value[each]
            return value
        except gdb.error:
            continue
    raise gdb.GdbError(f"of a {lock.type} nothing tells who has it")


def takings(field):
    """(instruction, owner) of each change of who has a lock. The flags in an owner's word do not make it another's."""
    found, before = [], 0
    for when, value in changes(field):
        word = int(value) & (1 << 64) - 1
        if field.type.sizeof == 8:
            word &= ~locks.OWNER_FLAGS
        if word and word != before:
            found.append((when, word))
        before = word
    return found


def owner_of(word, field):
    """The task that a word in a lock means, or None."""
    by = {8: lambda each: kernel.address(each.struct), 4: lambda each: each.pid}.get(field.type.sizeof)
    return by and next((each for each in tasks.idle_tasks() + tasks.all_tasks() if by(each) == word), None)


@command("who-took", gdb.COMPLETE_EXPRESSION)
def who_took(argument):
    """Go back to where a lock was taken last: who-took LOCK. In a replay only.

    LOCK is a spinlock, mutex, semaphore or the like, or a pointer to one. Stands in the code that took it, with its
    backtrace, or in that of the task before, which handed it over; who has let it go since does not matter."""
    field = lvalue(owner_field(gdb.parse_and_eval(argument)), argument)
    found = takings(field)
    if not found:
        raise gdb.GdbError(f"nobody has taken {argument} before instruction {now()}")
    when, word = found[-1]
    go_to(when)
    here, owner = tasks.Task(kernel.current()), owner_of(word, field)
    handed = f"was handed to {owner}" if owner and owner != here else "was taken"
    print(f"{argument} {handed}, by {here}, at instruction {when}:")
    gdb.execute("backtrace")


@command("when")
def when(_):
    """Say which instruction of the recording comes next, and of how many. In a replay only."""
    print(f"instruction {now()}" + (f" of {state['end']}" if state["end"] else ""))


@command("travel")
def travel(argument):
    """Go to an instruction by its number: travel N. In a replay only; `when` says where we are."""
    go_to(number(argument, "an instruction's number"))
    gdb.execute("frame")


# ---- the end of the recording

def ends():
    """Stops where the kernel leaves: the end of a panic, and the exit of the machine."""
    return [gdb.Breakpoint(where, internal=True) for where in ("leave", "debug_exit")]


def measure(path):
    """Replays to the end and writes down which instruction that is, and why it ended."""
    panic, leave = ends()
    gdb.execute("continue", to_string=True)
    reason = "panic" if panic.hit_count else "exit" if leave.hit_count else "left"
    # Behind the last instruction of a machine that was switched off from outside there is nothing to stop at.
    with open(path, "w", encoding="utf-8") as file:
        json.dump({"end": now() - (reason == "left"), "reason": reason}, file)


def open_at_end(path):
    """What make replay begins with."""
    with open(path, encoding="utf-8") as file:
        known = json.load(file)
    state["end"] = known["end"]
    go_to(known["end"])
    gdb.events.stop.connect(stop_at_end)
    frames.before_running.append(refuse_at_end)
    stop_at_end()
    print({"panic": "The recording ends here, at the panic.", "exit": "The recording ends here: the machine went off.",
           "left": "The recording ends here: the machine was switched off."}[known["reason"]],
          "reverse-step, reverse-continue, who-woke, who-took and last-write go back.")
    gdb.execute("frame")


def refuse_at_end(name):
    """At the last instruction nothing runs forwards; behind it QEMU would wait for what was never recorded."""
    if name in frames.FORWARDS and not state["moving"] and now() >= state["end"]:
        raise gdb.GdbError("the recording ends here: only reverse-step and its like, travel, who-woke, who-took, last-write")


def stop_at_end(_=None):
    """Running forwards again must not run off the end."""
    if state["end"] and not state["moving"] and now() < state["end"]:
        monitor(f"replay_break {state['end']}")

