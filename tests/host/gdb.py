# SPDX-License-Identifier: MIT
"""A GDB of our own, driven line by line against a machine or a recording.

GDB reads a pipe and prints a prompt that no output contains after each command: nothing here waits for a time.
"""

import json
import pathlib
import re
import signal
import subprocess
import time

from conftest import KERNEL, ROOT, environment

PROMPT = "@@@ ready @@@"
START = ["set confirm off", "set pagination off", "set width 0", f"set prompt {PROMPT}\\n",
         f"source {ROOT}/tools/gdb/catnap.py"]


class Gdb:
    """One GDB; a context manager."""

    def __init__(self, kernel=KERNEL, command=None):
        words = [word for line in START for word in ("-ex", line)]
        self.process = subprocess.Popen(command or ["gdb", "-q", "-nx", str(kernel), *words], cwd=ROOT, text=True,
                                        env=environment(TERM="dumb"), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.STDOUT)
        self.said = self.read()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()

    def send(self, line):
        """Types a command, whose output read() waits for."""
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def read(self):
        """What is printed up to the next prompt."""
        lines = []
        for line in self.process.stdout:
            if line.rstrip("\n").endswith(PROMPT):
                lines.append(line.rstrip("\n").removesuffix(PROMPT))
                return "\n".join(each for each in "\n".join(lines).splitlines() if each.strip())
            lines.append(line.rstrip("\n"))
        return "\n".join(lines)

    def __call__(self, line):
        self.send(line)
        return self.read()


class Live:
    """A booted machine with GDB at its first schedule(), as after `make gdb`."""

    def __init__(self, boot, directory, **options):
        options = {"smp": 2, "clock": "live", **options}
        self.machine = boot("-S", "-gdb", f"unix:{directory}/gdb.sock,server=on,wait=off", **options)
        self.gdb = Gdb(kernel=options.get("kernel", KERNEL))
        self.smp = options["smp"]
        self.gdb(f"target remote {directory}/gdb.sock")
        self.gdb("break schedule")
        self.gdb("continue")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.gdb.__exit__()

    def __call__(self, line):
        return self.gdb(line)

    def go_on(self, line):
        """Types a command that lets the machine run, and waits until it does."""
        self.gdb.send(line)
        end = time.monotonic() + 30
        while not self.machine.qmp("query-status")["running"]:
            assert time.monotonic() < end, f"{line} does not let the machine run: {self.gdb.read()}"
            time.sleep(0.01)

    def pressing(self, line, *keys):
        """Goes on, presses keys, and returns what GDB says at the stop that follows."""
        self.go_on(line)  # a machine that stands still loses keys
        for key in keys:
            self.machine.press(key)
        return self.gdb.read()

    def interrupting(self, line):
        """Goes on, presses Ctrl-C in GDB, and returns what it says."""
        self.go_on(line)
        self.gdb.process.send_signal(signal.SIGINT)
        return self.gdb.read()


def pid_of(said, name):
    """The PID of a task in the output of ps."""
    return int(re.search(rf"^[* ] *(\d+) \w .* {re.escape(name)}$", said, re.MULTILINE)[1])


def record(directory, append, kernel=KERNEL):
    """Records a run that ends by itself. Returns what was printed."""
    made = subprocess.run([ROOT / "tools/record.py", "record", directory, "--kernel", kernel, "--mem", "64M", "--ui", "serial",
                           "--append", append], cwd=ROOT, env=environment(), stdin=subprocess.DEVNULL, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    assert made.returncode == 0, made.stdout
    return made.stdout


class Replay(Gdb):
    """GDB at the end of a recording, as after `make replay`."""

    def __init__(self, directory):
        words = [f"--gdb-arg={word}" for line in START[:-1] for word in ("-ex", line)]
        super().__init__(command=[ROOT / "tools/record.py", "replay", directory, "--gdb-arg=-nx", *words])
        self.end = json.loads(pathlib.Path(directory, "end.json").read_text(encoding="utf-8"))

    def __exit__(self, *_):
        self.process.stdin.close()  # GDB ends, and then all
        self.process.wait()
        self.process.stdout.close()
