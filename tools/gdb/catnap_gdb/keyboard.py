# SPDX-License-Identifier: MIT
"""Keys for the machine (press). It loses those that come while it stands, so they wait until it runs."""

import json
import os
import socket
import threading
import time

import gdb

from .commands import command


class Monitor:
    """QEMU's own monitor (QMP), on the socket that make gdb has given to both."""

    def __init__(self):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(os.environ["CATNAP_QMP"])
        self.lines = self.socket.makefile("r")
        self.lines.readline()
        self("qmp_capabilities")

    def __call__(self, name, **arguments):
        self.socket.sendall(json.dumps({"execute": name, "arguments": arguments}).encode() + b"\n")
        for line in self.lines:
            reply = json.loads(line)
            if "event" not in reply:
                return reply
        raise OSError("QEMU has ended")


def when_it_runs(monitor, keys):
    """In a thread of its own, which touches nothing of GDB."""
    try:
        while not monitor("query-status")["return"]["running"]:
            time.sleep(0.02)
        for key in keys:
            monitor("send-key", keys=[{"type": "qcode", "data": part} for part in key.split("-")])
    except OSError:
        pass  # QEMU has ended first
    finally:
        monitor.socket.close()


@command("press")
def press(argument):
    """Press keys on the machine's keyboard, once it runs: press KEY..., then continue.

    Names are QEMU's: press a, press ctrl-c, press e c h o spc ret. For `make gdb`, with a window and without."""
    if not argument:
        raise gdb.GdbError("press: say which keys, like: press a")
    if "CATNAP_QMP" not in os.environ:
        raise gdb.GdbError("press wants `make gdb`; elsewhere type on the machine's own console")
    try:
        monitor = Monitor()
    except OSError as error:
        raise gdb.GdbError(f"press: QEMU does not answer: {error}") from None
    threading.Thread(target=when_it_runs, args=(monitor, argument.split()), daemon=True).start()
