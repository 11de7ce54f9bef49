# SPDX-License-Identifier: MIT
"""A QEMU machine that runs Catnap, driven from Python.

Tests and tools share this one place that knows QEMU's options. A Machine boots the ELF through PVH or
an ISO through GRUB, collects COM1, types on the keyboard, reads the VGA text screen, and ends with an
exit code. Nothing here waits for a length of time: every wait ends with what it waits for, or when
the guest makes no progress, measured in the CPU time that QEMU burns without anything new printed.
"""

import json
import os
import random
import re
import shutil
import socket
import subprocess
import tempfile
import threading
import time

QEMU = os.environ.get("QEMU", "qemu-system-x86_64")

# What isa-debug-exit makes of the values the kernel writes: (value << 1) | 1.
EXIT_POWEROFF, EXIT_TESTS_FAILED, EXIT_PANIC = 33, 35, 37

# How time passes in the guest. icount: one host thread, an instruction takes 1 ns (icount5: 32 ns),
# idle time is skipped: the same run every time. live: the same, but idle time is waited for, so that
# somebody may type. mttcg: one host thread a CPU, real parallelism, real time.
CLOCKS = {
    "icount": ["-accel", "tcg", "-icount", "shift=0,sleep=off"],
    "icount5": ["-accel", "tcg", "-icount", "shift=5,sleep=off"],
    # For what is typed from outside: an idle guest waits, and a busy one's clock keeps up with the keys' own times.
    "live": ["-accel", "tcg", "-icount", "shift=6,sleep=on"],
    "mttcg": ["-accel", "tcg,thread=multi"],
    "kvm": ["-accel", "kvm", "-cpu", "host"],
}

STALLED_CPU_SECONDS = 15  # QEMU worked this long, and the guest printed nothing: it hangs
STALLED_SECONDS = 30  # the same for a guest that sleeps, however slow the host
SCREEN_COLUMNS, SCREEN_ROWS = 80, 25
VGA_TEXT = 0xB8000

# Characters that are typed with another key, or with shift.
KEYS = {" ": "spc", "\n": "ret", "\t": "tab", "-": "minus", "=": "equal", ",": "comma", ".": "dot",
        "/": "slash", ";": "semicolon", "'": "apostrophe", "[": "bracket_left",
        "]": "bracket_right", "\\": "backslash", "`": "grave_accent", "\b": "backspace"}
SHIFTED = dict(zip('!@#$%^&*()_+{}|:"<>?~', "1234567890-=[]\\;',./`"))


class MachineError(AssertionError):
    """The guest did not do what was waited for; its message ends with the console."""


def command(*, kernel=None, iso=None, append="", initrd=None, smp=1, mem="128M", clock="mttcg",
            exit_device=True):
    """QEMU's command line up to the devices that the user interface decides on."""
    args = [QEMU, "-nodefaults", "-net", "none", "-vga", "std", "-no-reboot", *CLOCKS[clock],
            "-smp", str(smp), "-m", str(mem)]
    if exit_device:
        args += ["-device", "isa-debug-exit,iobase=0xf4,iosize=4"]
    if clock.startswith("icount"):
        args += ["-rtc", "base=2026-01-01T00:00:00,clock=vm"]
    if iso:
        return args + ["-boot", "d", "-cdrom", str(iso)]
    args += ["-kernel", str(kernel), "-append", append]
    return args + (["-initrd", str(initrd)] if initrd else [])


def keys_for(char):
    """The key codes pressed together for one character of the US layout."""
    if char in SHIFTED:
        return ["shift", *keys_for(SHIFTED[char])]
    if char.isupper():
        return ["shift", char.lower()]
    return [KEYS.get(char, char)]


class Machine:
    """One QEMU process; a context manager. Options are those of command(), and extra QEMU arguments."""

    def __init__(self, *extra, **options):
        self.directory = tempfile.mkdtemp(prefix="catnap-")
        self._received = bytearray()
        self._changed = threading.Condition()
        self._last_output = (time.monotonic(), 0.0)
        self._position = 0
        self._symbols = [str(options["kernel"])] if options.get("kernel") else []
        with self._listen("qmp") as qmp:
            self.args = command(**options) + [
                "-display", "none",
                "-chardev", "stdio,id=com1,signal=off", "-serial", "chardev:com1",
                "-chardev", f"socket,id=qmp,path={self.directory}/qmp", "-mon", "qmp,mode=control",
                *map(str, extra)]
            # COM1 is a pair of pipes: unlike a socket, a pipe holds much when written byte by byte.
            self.process = subprocess.Popen(self.args, bufsize=0, stdin=subprocess.PIPE,
                                            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            self._qmp = self._accept(qmp)
        self._qmp_lines = self._qmp.makefile("r")
        json.loads(self._qmp_lines.readline())
        self._reader = threading.Thread(target=self._read_serial, daemon=True)
        self._reader.start()
        self.qmp("qmp_capabilities")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def _listen(self, name):
        """QEMU connects to us, so there is nothing to poll for."""
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(f"{self.directory}/{name}")
        listener.listen(1)
        listener.settimeout(1)
        return listener

    def _accept(self, listener):
        while True:
            try:
                return listener.accept()[0]
            except TimeoutError:
                if self.process.poll() is not None:
                    error = self.process.stderr.read().decode(errors="replace")
                    raise MachineError(f"QEMU ended at once: {error}") from None

    def _read_serial(self):
        while True:
            data = self.process.stdout.read(65536)
            with self._changed:
                self._received += data
                self._last_output = (time.monotonic(), self._cpu_seconds())
                self._changed.notify_all()
            if not data:
                return

    def _cpu_seconds(self):
        try:
            with open(f"/proc/{self.process.pid}/stat", encoding="ascii") as stat:
                fields = stat.read().rpartition(")")[2].split()
        except OSError:
            return 0.0
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def close(self):
        """Ends QEMU, if it still runs, and forgets its sockets."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self._reader.join()
        for end in (self.process.stdin, self.process.stdout, self.process.stderr, self._qmp_lines, self._qmp):
            end.close()
        shutil.rmtree(self.directory, ignore_errors=True)

    # --- the serial console

    @property
    def console(self):
        """Everything COM1 has said so far, with plain line ends."""
        with self._changed:
            return plain(self._received)

    def fail(self, why, more=""):
        """Raises MachineError, with the console's last lines below the reason, and then what more there is to say."""
        __tracebackhide__ = True  # for pytest
        tail = "\n".join(self.console.splitlines()[-60:])
        raise MachineError(f"{why}\n{tail}\n{more}")

    def _stalled(self):
        wall, cpu = self._last_output
        return (self._cpu_seconds() - cpu > STALLED_CPU_SECONDS
                or time.monotonic() - wall > STALLED_SECONDS)

    def wait_for(self, pattern, what=None):
        """Waits until COM1 has printed what the regular expression finds, after the last such match.

        Returns the match. Fails when the machine ends or stops making progress before that.
        """
        __tracebackhide__ = True
        expression = re.compile(pattern, re.MULTILINE)
        what = what or f"the console never said {pattern!r}"
        while True:
            with self._changed:
                seen = len(self._received)
                text = plain(self._received)
            match = expression.search(text, self._position)
            if match:
                self._position = match.end()
                return match
            if not self._wait_for_more(seen):
                self._give_up(what)

    def _give_up(self, what):
        """Fails, after asking a guest that hangs what its CPUs are doing: itself (Alt-SysRq-l), and then GDB."""
        __tracebackhide__ = True
        if not self._reader.is_alive():
            self.fail(f"{what}: QEMU has ended")
        self.press("alt", "sysrq", "l")
        self._reader.join(2)
        self.fail(f"{what}: no progress", self._backtraces())

    def _backtraces(self):
        """All CPUs' stacks as GDB sees them, which needs nothing of the guest."""
        socket_path = f"{self.directory}/gdb"
        self.qmp("human-monitor-command", **{"command-line": f"gdbserver unix:{socket_path},server=on,wait=off"})
        try:
            return subprocess.run(["gdb", "-nx", "-batch", "-ex", "set width 0", "-ex", f"target remote {socket_path}",
                                   "-ex", "thread apply all backtrace 30", *self._symbols], text=True, timeout=60,
                                  stdin=subprocess.DEVNULL, capture_output=True, check=False).stdout
        except (OSError, subprocess.TimeoutExpired) as error:
            return f"(no backtraces: {error})"

    def _wait_for_more(self, seen):
        """True when COM1 has more than `seen` bytes; False when there will be no more."""
        with self._changed:
            while len(self._received) == seen:
                if not self._reader.is_alive() or self._stalled():
                    return len(self._received) > seen
                self._changed.wait(0.5)
        return True

    def wait_for_exit(self):
        """Waits until the guest leaves. Returns QEMU's exit code."""
        while self._reader.is_alive():
            with self._changed:
                seen = len(self._received)
            if self._reader.is_alive() and not self._wait_for_more(seen) and self._reader.is_alive():
                self._give_up("the machine never switched itself off")
        return self.process.wait()

    def send_serial(self, text):
        """Types on the terminal at the other end of COM1."""
        self.process.stdin.write(text.encode())

    def wait_for_prompt(self):
        """Waits for the shell's prompt at the start of a line."""
        self.wait_for(r"^# ", "the shell's prompt never came")

    def shell(self, line):
        """Runs one command through COM1 and returns what it printed, up to the next prompt."""
        self.send_serial(line + "\r")
        self.wait_for(re.escape(line) + r"\s*?\n", f"the shell did not echo {line!r}")
        start = self._position
        self.wait_for(r"^# ", f"{line!r} never came back to the prompt")
        return self.console[start:self._position - 2]

    # --- QEMU's side

    def qmp(self, name, **arguments):
        """Runs one QMP command and returns its result."""
        request = {"execute": name, "arguments": arguments}
        self._qmp.sendall(json.dumps(request).encode() + b"\n")
        for line in self._qmp_lines:
            reply = json.loads(line)
            if "return" in reply:
                return reply["return"]
            if "error" in reply:
                raise MachineError(f"QMP {name}: {reply['error']['desc']}")
        return self.fail(f"QEMU ended during QMP {name}")

    def press(self, *keys):
        """Presses the keys together, as a person would: down in order, up in reverse."""
        self.qmp("send-key", keys=[{"type": "qcode", "data": key} for key in keys],
                 **{"hold-time": 20})

    def type(self, text):
        """Types text on the keyboard."""
        for char in text:
            self.press(*keys_for(char))

    def read_memory(self, address, size):
        """Physical memory, as bytes."""
        path = f"{self.directory}/memory"
        self.qmp("pmemsave", val=address, size=size, filename=path)
        with open(path, "rb") as file:
            return file.read()

    def screen(self):
        """The VGA text screen: 25 lines without trailing blanks."""
        cells = self.read_memory(VGA_TEXT, SCREEN_COLUMNS * SCREEN_ROWS * 2)
        text = cells[::2].decode("cp437").replace("\0", " ")
        return [text[row:row + SCREEN_COLUMNS].rstrip()
                for row in range(0, len(text), SCREEN_COLUMNS)]

    def wait_for_screen(self, pattern):
        """Waits until the screen shows what the regular expression finds. Returns the match."""
        expression = re.compile(pattern, re.MULTILINE)
        wall, cpu = time.monotonic(), self._cpu_seconds()
        while True:
            shown = "\n".join(self.screen())
            match = expression.search(shown)
            if match:
                return match
            if (self._cpu_seconds() - cpu > STALLED_CPU_SECONDS
                    or time.monotonic() - wall > STALLED_SECONDS):
                raise MachineError(f"the screen never showed {pattern!r}; it shows\n{shown}")
            time.sleep(0.05)

    def screendump(self, path):
        """Saves the screen as a picture (PPM)."""
        self.qmp("screendump", filename=str(path))


def plain(data):
    """Console bytes as text: no terminal escapes, and of a line drawn again only the last drawing."""
    text = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", data.decode("utf-8", errors="replace"))
    return re.sub(r"^.*\r(?!\n|\Z)", "", text.replace("\r\n", "\n"), flags=re.MULTILINE)


def run(*extra, **options):
    """Boots and waits until the guest leaves. Returns (exit code, console)."""
    with Machine(*extra, **options) as machine:
        code = machine.wait_for_exit()
        return code, machine.console


def on_one_host_cpu():
    """In a child: QEMU's threads take turns on one CPU of the host. On Linux.

    Under icount timers are run by the thread that runs the guest's CPUs. But QEMU's main thread looks for them, too, each
    time it wakes, and when both are at it at once a CPU's turn can end early: with several CPUs one run in fifty of a busy
    loop was another by an instruction or two (QEMU 7.2). On one host CPU none of 300 was.
    """
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {random.choice(sorted(os.sched_getaffinity(0)))})


def replay(path, *extra, **options):
    """Boots with COM1 written straight into a file: no host timing can reach the guest.

    Returns the exit code and the file's bytes.
    """
    args = command(**options) + ["-display", "none", "-monitor", "none",
                                 "-serial", f"file:{path}", *map(str, extra)]
    process = subprocess.Popen(args, stdin=subprocess.DEVNULL, preexec_fn=on_one_host_cpu)
    try:
        size, since = -1, time.monotonic()
        while process.poll() is None:
            now = os.path.getsize(path) if os.path.exists(path) else 0
            if now != size:
                size, since = now, time.monotonic()
            if time.monotonic() - since > STALLED_SECONDS:
                raise MachineError(f"no progress; the console's end:\n{_tail(path)}")
            time.sleep(0.05)
    finally:
        process.kill()
        code = process.wait()
    with open(path, "rb") as file:
        return code, file.read()


def _tail(path):
    with open(path, "rb") as file:
        return plain(file.read())[-4000:]
