# SPDX-License-Identifier: MIT
"""What single steps do about interrupts and about the other CPUs."""

import gdb

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
