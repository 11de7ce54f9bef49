# SPDX-License-Identifier: MIT
"""GDB's threads are the machine's CPUs: `info threads` names the task that each runs."""

import gdb

from . import kernel


def name_threads(_=None):
    """After each stop: what does each CPU run now?"""
    try:
        online = kernel.online_cpus() or [0]
        for thread in gdb.selected_inferior().threads():
            cpu = thread.ptid[1] - 1
            if cpu in online:
                task = kernel.current(cpu)
                thread.name = f"{kernel.text(task['comm'])}/{int(task['pid'])}"
            else:
                thread.name = "not started"
    except gdb.error:
        pass  # no kernel in memory yet


def forget_names(_):
    """GDB tells of the next stop before it calls us: no name is better than that of the task before."""
    for thread in gdb.selected_inferior().threads():
        thread.name = None


gdb.events.stop.connect(name_threads)
gdb.events.cont.connect(forget_names)
