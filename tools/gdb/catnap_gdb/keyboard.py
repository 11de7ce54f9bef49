# SPDX-License-Identifier: MIT
"""Keys for the machine (press). It loses those that come while it stands, so they wait until it runs."""

import functools
import json
import os
import queue
import socket
import threading
import time

import gdb

from .commands import command


class Monitor:
    """QEMU's own monitor (QMP), on the socket that make gdb has given to both. It serves one connection at a time."""

    def __init__(self):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(10)
        self.socket.connect(os.environ["CATNAP_QMP"])
        self.lines, self.lock = self.socket.makefile("r"), threading.Lock()
        self.lines.readline()
        self("qmp_capabilities")

    def __call__(self, name, **arguments):
        with self.lock:
            self.socket.sendall(json.dumps({"execute": name, "arguments": arguments}).encode() + b"\n")
            for line in self.lines:
                reply = json.loads(line)
                if "event" not in reply:
                    return reply
        raise OSError("QEMU has ended")


def codes(key):
    return [{"type": "qcode", "data": part} for part in key.split("-")]


class Keyboard:
    """Keys that were asked for, and a thread of its own that presses them in order. It touches nothing of GDB."""

    def __init__(self):
        self.monitor, self.waiting = Monitor(), queue.SimpleQueue()
        threading.Thread(target=self.press_them, daemon=True).start()

    def press_them(self):
        try:
            while True:
                key = self.waiting.get()
                while not self.monitor("query-status")["return"]["running"]:
                    time.sleep(0.02)
                self.monitor("send-key", keys=codes(key))
        except OSError:
            pass  # QEMU has ended first

    def knows(self, key):
        """QEMU looks at a request's keys first, and of one that is wrong elsewhere it does nothing."""
        return "hold-time" in self.monitor("send-key", keys=codes(key), **{"hold-time": "wrong"})["error"]["desc"]


keyboard = functools.lru_cache(maxsize=None)(Keyboard)


@command("press")
def press(argument):
    """Press keys on the machine's keyboard, once it runs: press KEY..., then continue.

    Names are QEMU's: press a, press ctrl-c, press e c h o spc ret. For `make gdb`, with a window and without."""
    if not argument:
        raise gdb.GdbError("press: say which keys, like: press a")
    if "CATNAP_QMP" not in os.environ:
        raise gdb.GdbError("press wants `make gdb`; elsewhere type on the machine's own console")
    keys = argument.split()
    try:
        unknown = [key for key in keys if not keyboard().knows(key)]
    except OSError as error:
        raise gdb.GdbError(f"press: QEMU does not answer: {error}") from None
    if unknown:
        raise gdb.GdbError(f"press: QEMU has no key {unknown[0]}")
    for key in keys:
        keyboard().waiting.put(key)
