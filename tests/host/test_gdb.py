# SPDX-License-Identifier: MIT
"""GDB finds the kernel's symbols, stops in schedule(), and leaves nothing behind."""

import pathlib
import subprocess
import uuid

import pytest

from conftest import KERNEL, make


@pytest.mark.parametrize("smp", [1, 2])
@pytest.mark.parametrize("clock", ["icount", "mttcg"])
def test_gdb_stops_in_schedule_with_a_backtrace(boot, tmp_path, smp, clock):
    boot("-S", "-gdb", f"unix:{tmp_path}/gdb,server=on,wait=off", smp=smp, clock=clock)
    script = ["set pagination off", f"target remote {tmp_path}/gdb", "break schedule", "continue",
              "backtrace", "info line *$pc", "kill"]
    commands = [word for line in script for word in ("-ex", line)]
    said = subprocess.run(["gdb", "-q", "-nx", "-batch", *commands, KERNEL], capture_output=True, text=True,
                          stdin=subprocess.DEVNULL, timeout=120, check=False).stdout
    assert "hit Breakpoint 1, schedule" in said or "Breakpoint 1, schedule" in said, said
    assert "kernel/sched/core.c" in said, said
    assert "#1 " in said, said


def marked(mark):
    """The processes that carry the mark in their environment."""
    found = []
    for path in pathlib.Path("/proc").glob("[0-9]*/environ"):
        try:
            if mark.encode() in path.read_bytes():
                found.append(path.parent.name)
        except OSError:
            pass
    return found


def test_make_gdb_stops_in_schedule_and_leaves_no_process_behind(built_tree):
    mark = str(uuid.uuid4())
    made = make(built_tree, "gdb", "SMP=1", standard_input="backtrace\nquit\n", CATNAP_MARK=mark)
    assert "Breakpoint 1, schedule" in made.stdout, made.stdout
    assert not marked(mark)
