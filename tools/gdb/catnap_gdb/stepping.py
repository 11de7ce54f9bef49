# SPDX-License-Identifier: MIT
"""What single steps do about interrupts and about the other CPUs."""

import re

import gdb

from . import frames, kernel
from .commands import command

# QEMU's mask for single steps: 1 steps at all, 2 no interrupts, 4 no timers.
IRQS_OFF, IRQS_ON = 0x7, 0x1


def set_mask(mask):
    gdb.execute(f"maintenance packet Qqemu.sstep={mask:#x}", to_string=True)


@command("irqs-off-step")
def irqs_off_step(_):
    """Let no interrupt in while single-stepping, and stop the timers meanwhile. It is so from the beginning.

    A function that next runs over, and continue, let interrupts in as ever."""
    set_mask(IRQS_OFF)


@command("irqs-on-step")
def irqs_on_step(_):
    """Let interrupts in while single-stepping: step then goes into the handler that comes."""
    set_mask(IRQS_ON)


def others_stand_still(_):
    """Once there is a machine: step and next move the selected CPU alone."""
    gdb.events.stop.disconnect(others_stand_still)
    try:
        gdb.execute("set scheduler-locking step")
    except gdb.error:
        pass  # this target cannot


gdb.events.stop.connect(others_stand_still)


# ---- over the switch

class Landing(gdb.Breakpoint):
    """Where __switch_to_asm() returns to, whichever task that is. There up to the next stop, which it tells of itself."""

    pending = []

    def __init__(self, at):
        super().__init__(f"*{at:#x}", internal=True)
        self.silent, self.thread = True, gdb.selected_thread().num
        Landing.pending.append(self)


def land(event):
    if isinstance(event, gdb.BreakpointEvent) and event.breakpoints[0] in Landing.pending:
        gdb.execute("frame")
    while Landing.pending:
        Landing.pending.pop().delete()


gdb.events.stop.connect(land)


def calls(callee, function):
    """The return addresses of all calls of one function in another, or in the one at an address."""
    try:
        found = gdb.execute(f"disassemble {function}", to_string=True)
    except gdb.error:
        return []  # no function is there
    lines = re.findall(r"^(?:=>)?\s+(0x[0-9a-f]+).*:\s+(.*)$", found, re.MULTILINE)
    return [int(after, 16) for (_, code), (after, _) in zip(lines, lines[1:]) if f"<{callee}>" in code]


def next_over_switch(name):
    """At the switch, and in schedule() and its like, next goes on in the task switched to. By itself it would follow the
    task, which comes back when it has its turn again: never, if for that the CPUs that stand still must do something."""
    if name not in ("next", "nexti"):
        return
    frame = gdb.newest_frame()
    while frame.type() == gdb.INLINE_FRAME:
        frame = frame.older()
    if frame.name() == "__schedule" or calls("__schedule", f"{frame.pc():#x}"):
        # A task that runs for the first time begins in ret_from_fork().
        for at in [*calls("__switch_to_asm", "__schedule"), kernel.address(gdb.parse_and_eval("&ret_from_fork"))]:
            Landing(at)


frames.before_running.append(next_over_switch)
