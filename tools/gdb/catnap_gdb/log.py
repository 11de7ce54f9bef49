# SPDX-License-Identifier: MIT
"""The kernel's messages (dmesg): the ring of kernel/printk/printk.c, also when no console has printed them yet."""

from . import kernel
from .commands import command, number

FILE = "kernel/printk/printk.c"


def records():
    """(level, seconds, text, ends a line) of each record in the ring, oldest first. See the top of printk.c."""
    ring, head = kernel.variable("ring", FILE), int(kernel.variable("ring_head", FILE))
    slots = ring.type.range()[1] + 1
    for seq in range(max(0, head - slots), head):
        slot = ring[seq % slots]
        if int(slot["state"]) != 2 * (seq // slots) + 2:
            continue  # being written, or overwritten
        record = slot["record"]
        line = record["text"].string(errors="replace", length=int(record["len"]))
        yield int(record["level"]), int(record["ts_nsec"]) / 1e9, line, bool(record["newline"]), bool(record["cont"])


@command("dmesg")
def dmesg(argument):
    """Print the kernel's messages: dmesg [N], the last N lines.

    They come from the kernel's memory, so also what no console has printed before a hang or a panic is there."""
    lines, goes_on = [], False
    for _, when, line, newline, cont in records():
        if cont and goes_on:
            lines[-1] += line
        else:
            lines.append(f"{kernel.stamp(when)} {line}")
        goes_on = not newline
    wanted = number(argument, "a number of lines") if argument else len(lines)
    for line in lines[max(0, len(lines) - wanted):]:
        print(line)
