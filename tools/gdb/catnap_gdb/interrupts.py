# SPDX-License-Identifier: MIT
"""Interrupt lines: handlers, counts, and what holds a line back (irqs)."""

import gdb

from . import kernel
from .commands import command

LOCAL = (("nmis", "NMI", "Non-maskable interrupts"), ("timer_irqs", "LOC", "Local timer interrupts"),
         ("resched_irqs", "RES", "Rescheduling interrupts"), ("call_irqs", "CAL", "Function call interrupts"),
         ("error_irqs", "ERR", "APIC errors"), ("spurious_irqs", "SPU", "Spurious interrupts"))


def actions(desc):
    at = desc["action"]
    while at:
        yield at.dereference()
        at = at["next"]


def condition(desc):
    """What is unusual about a line."""
    said = []
    if int(desc["depth"]):
        said.append(f"disabled {int(desc['depth'])} times")
    for field in ("masked", "pending", "in_progress"):
        if kernel.has(desc, field) and bool(desc[field]):
            said.append(field.replace("_", " "))
    if kernel.has(desc, "threads_oneshot") and int(desc["threads_oneshot"]):
        said.append("waits for its thread")
    return f" [{', '.join(said)}]" if said else ""


@command("irqs")
def irqs(_):
    """List the interrupt lines that have handlers: counts by CPU, chip, handlers, and whether the line is open.

    Below them what comes from the local APIC without a line."""
    cpus = kernel.online_cpus()
    print("    " + "".join(f"{f'CPU{cpu}':>11}" for cpu in cpus))
    descs = kernel.variable("irq_descs", "kernel/irq/irqdesc.c")
    for number in range(descs.type.range()[1] + 1):
        desc = descs[number]
        if not desc["action"]:
            continue
        counts = "".join(f" {int(kernel.per_cpu('kstat_irqs', cpu)[number]):10}" for cpu in cpus)
        chip = desc["irq_data"]["chip"]
        names = ", ".join(f"{kernel.text(each['name'])} ({kernel.bare(int(each['handler']))})"
                          for each in actions(desc))
        print(f"{number:3}:{counts}  {kernel.text(chip['name'])}  {names}{condition(desc)}")
    for field, short, long in LOCAL:
        try:
            counts = "".join(f" {int(kernel.per_cpu('irq_stat', cpu)[field]):10}" for cpu in cpus)
        except gdb.error:
            continue
        print(f"{short}:{counts}  {long}")
