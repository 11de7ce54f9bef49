# SPDX-License-Identifier: MIT
"""What GDB knows about Catnap: `source tools/gdb/catnap.py`, and `help catnap` lists the commands.

Each module of the package beside this file is one topic; importing it registers its commands. Nothing here calls a
function of the kernel or writes to its memory: all commands also work when it hangs or has panicked, and in a replay.
"""

import os
import sys

import gdb

HERE = os.path.dirname(os.path.realpath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))

sys.path.insert(0, HERE)
sys.dont_write_bytecode = True

import catnap_gdb  # noqa: E402
from catnap_gdb import (commands, frames, functions, interrupts, keyboard, locks, log, modules, preempt,  # noqa: E402
                        printers, stepping, tasks, threads, timers, travel, waiting)

assert catnap_gdb
TOPICS = (commands, frames, functions, interrupts, keyboard, locks, log, modules, preempt, printers, stepping, tasks, threads,
          timers, travel, waiting)

# The assembler names source files from the root of the tree.
gdb.execute(f"directory {ROOT}" if " " not in ROOT else f'set directories "{ROOT}":$cdir:$cwd')
gdb.execute("set print pretty on")
gdb.execute("set print null-stop on")
gdb.execute("set print entry-values no")
gdb.execute("set backtrace limit 64")
