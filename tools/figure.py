#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Boots the kernel, lets a key wake a task on another CPU, and draws what happened on a time axis (SVG).

GDB finds the places to watch, waits until the reader sleeps, and leaves before the key comes: each stop costs guest
time that the kernel did not spend. QEMU then logs every instruction, and each is a fixed time by the machine's clock,
so the log is a clock that disturbs nothing. The key drawn is the second: with the first the lock validator sees each
nesting for the first time, which takes far longer than the wake-up.
"""

import argparse
import html
import pathlib
import re
import subprocess
import sys
import tempfile
import threading
import time

import machine

ROOT = pathlib.Path(__file__).resolve().parent.parent
CLOCK = "live"
MICROSECONDS = (1 << int(re.search(r"shift=(\d+)", " ".join(machine.CLOCKS[CLOCK]))[1])) / 1000  # an instruction takes
READER = "taskset -c 1 demo keyboard"
# The events that have a name in the figure: CPU and function.
SHOWN = [(0, "interrupt_common"), (0, "i8042_interrupt"), (0, "try_to_wake_up"), (0, "smp_send_reschedule"),
         (0, "interrupt_return"), (1, "reschedule_interrupt"), (1, "interrupt_return"), (1, "schedule_idle"),
         (1, "__switch_to_asm"), (1, "finish_wait")]
START, CALL, RETURN, IPI, IPI_RETURN, SCHEDULE, SWITCH, LAST = (SHOWN[at] for at in (0, 3, 4, 5, 6, 7, 8, 9))
WOKEN = (0, "__check_preempt_curr")  # comes next after the state is set
END = (1, "do_exit")
TICKS = [(0, "timer_interrupt"), (1, "timer_interrupt")]
EVENTS = [*SHOWN, WOKEN, END, *TICKS]
TRIES = 10  # a tick may come between
PATIENCE = 60  # seconds, after which a kernel that does not get there is given up


# ---- the run

def gdb_words(args, socket):
    """GDB's command line: where the functions are, then to where the reader sleeps, twice, and off."""
    asleep = ["tbreak do_idle if $waiters(console_tty.read_wait)", "continue"]
    commands = ["set confirm off", "set pagination off", "set width 0", f"source {ROOT}/tools/gdb/catnap.py"]
    for function in sorted({function for _, function in EVENTS}):
        commands += [f"echo function {function}\\n", f"info line {function}"]
    commands += [f"target remote {socket}", *asleep, "tbreak do_exit thread 2", "echo asleep\\n", "continue",
                 *asleep, "waitq console_tty.read_wait", "echo asleep\\n"]
    return [args.debugger, "-q", "-nx", "-batch", args.kernel, *(word for line in commands for word in ("-ex", line))]


def press(guest):
    """A key goes down, and stays: its release would be another interrupt. A machine that stands still loses keys."""
    while not guest.qmp("query-status")["running"]:
        time.sleep(0.01)
    key = {"down": True, "key": {"type": "qcode", "data": "a"}}
    guest.qmp("input-send-event", events=[{"type": "key", "data": key}])


def monitor(guest, *lines):
    """The first of these commands that QEMU's monitor knows, which depends on its version."""
    for line in lines:
        if "unknown command" not in guest.qmp("human-monitor-command", **{"command-line": line}):
            return
    guest.fail(f"QEMU's monitor does not know {lines}")


def wake(args, directory):
    """Boots, and wakes the reader twice, the second time with the log on. Returns what GDB said."""
    said = ""
    with machine.Machine("-S", "-gdb", f"unix:{directory}/gdb,server=on,wait=off", "-D", f"{directory}/log",
                         kernel=args.kernel, smp=2, clock=CLOCK,
                         append=f'run="sleep 0.2; {READER}; {READER}"') as guest:
        with subprocess.Popen(gdb_words(args, f"{directory}/gdb"), stdin=subprocess.DEVNULL, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as gdb:
            patience = threading.Timer(PATIENCE, gdb.kill)
            patience.start()
            for line in gdb.stdout:
                said += line
                if line == "asleep\n" and said.count(line) == 1:
                    press(guest)
            patience.cancel()
        if said.count("asleep\n") < 2:
            guest.fail(f"GDB did not come to the end:\n{said}")
        monitor(guest, "singlestep on", "one-insn-per-tb on")
        monitor(guest, "log exec,nochain")
        press(guest)
        for _ in range(2):
            guest.wait_for("handler of your key woke me")
        guest.wait_for_prompt()
        monitor(guest, "log none")
    return said


def times(said, log):
    """When each event came first after the keyboard's interrupt, in microseconds; None if it is not what we want."""
    where = {}
    for part in said.split("function ")[1:]:
        for address in re.findall(r" address 0x(\w+)", part):
            where[int(address, 16)] = part.split()[0]
    seen, count = {}, 0
    for cpu, address in re.findall(r"^Trace (\d+): \S+ \[\w+/(\w+)", log, re.MULTILINE):
        event = int(cpu), where.get(int(address, 16))
        if event == START and SHOWN[1] not in seen:
            seen, count = {}, 0
        if event in EVENTS:
            seen.setdefault(event, count * MICROSECONDS)
        count += 1
    late = [event for event in TICKS if event in seen and seen[event] < seen.get(LAST, 0)]
    early = (1, "interrupt_return") in seen and seen[1, "interrupt_return"] < seen.get(IPI, 0)
    missing = [event for event in (*SHOWN, WOKEN, END) if event not in seen]
    return None if late or early or missing else seen


def run(args):
    """Returns the sleeping task's name and the events' times."""
    for _ in range(TRIES):
        with tempfile.TemporaryDirectory(prefix="catnap-") as directory:
            said = wake(args, directory)
            at = times(said, pathlib.Path(directory, "log").read_text(encoding="utf-8"))
        task = re.search(r"^ +1\. (\S+), state S, asleep", said, re.MULTILINE)
        if at and task:
            return task[1], at
    raise machine.MachineError(f"no wake-up like the one to draw in {TRIES} runs; GDB said\n{said}")


# ---- the drawing

WIDTH, LEFT, RIGHT = 900, 70, 886
TASK, CPU0, CPU1, AXIS, HEIGHT = 52, 178, 244, 380, 420  # where rows begin, from above
ROW, LINE, CHARACTER = 26, 16, 7  # a row's height, a label's, a character's width
BEFORE, AFTER = 0.07, 0.25  # of the time drawn: what surrounds it

STYLE = """
text { font: 11.5px ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace; fill: #1f2328 }
.event { paint-order: stroke; stroke: #ffffff; stroke-width: 4px } .page { fill: #ffffff }
.mark { stroke: #57606a } .arrow { stroke: #b3261e; stroke-width: 1.8 } .red { fill: #b3261e } .grid { stroke: #d8dee4 }
.idle { fill: #e3e7eb } .interrupt { fill: #f6b26b } .scheduler { fill: #8fb8f0 } .task { fill: #8fd19e }
.waits { fill: #f5dd7a }
@media (prefers-color-scheme: dark) {
text { fill: #e6edf3 } .event { stroke: #0d1117 } .page { fill: #0d1117 }
.mark { stroke: #8b949e } .arrow { stroke: #ff8a80 } .red { fill: #ff8a80 } .grid { stroke: #2b323b }
.idle { fill: #30363d } .interrupt { fill: #8a5215 } .scheduler { fill: #27508a } .task { fill: #23693a }
.waits { fill: #6f5c10 } }
"""


class Drawing:
    """Shapes, by time and row."""

    def __init__(self, end):
        self.first, self.last = -BEFORE * end, (1 + AFTER) * end
        self.parts = []

    def x(self, when):
        return round(LEFT + (when - self.first) / (self.last - self.first) * (RIGHT - LEFT), 1)

    def add(self, shape, text=None, **attributes):
        words = "".join(f' {name.rstrip("_").replace("_", "-")}="{value}"' for name, value in attributes.items())
        self.parts.append(f"<{shape}{words}>{html.escape(text)}</{shape}>" if text else f"<{shape}{words}/>")

    def bar(self, row, kind, since, until, text=""):
        """What a row is from one time to another."""
        since, until = self.x(since), self.x(until)
        self.add("rect", class_=kind, x=since, y=row, width=round(until - since, 1), height=ROW)
        if text:
            self.add("text", text, x=since + 6, y=row + 17)

    def arrow(self, when, since, until):
        down = 1 if until > since else -1
        x = self.x(when)
        self.add("path", class_="arrow", d=f"M{x} {since}V{until - 6 * down}")
        self.add("path", class_="red", d=f"M{x} {until}l-4.5 {-9 * down}h9z")

    def labels(self, row, events, down, avoid=None):
        """Names beside a row. A later one stands nearer, where its line crosses no other name, nor a name the arrow."""
        placed = []
        for when, name in sorted(events, reverse=True):
            x, text = self.x(when), f"{name} {when:.1f}"
            right = x + (len(text) + 1) * CHARACTER
            level = 1 + max((level for left, level in placed if left < right), default=-1)
            placed.append((x, level))
            left_of_line = avoid is not None and x < self.x(avoid) < right
            y = row + ROW + 18 + level * LINE if down else row - 10 - level * LINE
            self.add("path", class_="mark", d=f"M{x} {row + ROW if down else row}V{y}")
            self.add("text", text, class_="event", x=x - 3 if left_of_line else x + 3, y=y,
                     text_anchor="end" if left_of_line else "start")

    def axis(self):
        step = next(step for step in (5, 10, 20, 50, 100, 200, 500, 1000, 5000) if (self.last - self.first) / step < 12)
        for when in range(0, int(self.last) + 1, step):
            self.add("path", class_="grid", d=f"M{self.x(when)} {TASK - 8}V{AXIS}")
            self.add("text", f"{when}", class_="tick", x=self.x(when), y=AXIS + 16, text_anchor="middle")
        self.add("text", "guest time, µs", x=RIGHT, y=AXIS + 34, text_anchor="end")


def draw(task, at):
    """The SVG."""
    drawing = Drawing(at[LAST])
    first, last, woken, switched = drawing.first, drawing.last, at[WOKEN], at[SWITCH]
    drawing.axis()
    for row, text in ((TASK, task), (CPU0, "CPU 0"), (CPU1, "CPU 1")):
        drawing.add("text", text, x=8, y=row + 17)
    for left, kind, text in ((70, "idle", "idle"), (150, "interrupt", "interrupt"), (265, "scheduler", "scheduler"),
                             (380, "task", "the task runs"), (515, "waits", "could run, waits for its CPU")):
        drawing.add("rect", class_=kind, x=left, y=14, width=14, height=14)
        drawing.add("text", text, x=left + 20, y=25)
    drawing.bar(TASK, "idle", first, woken, "S: sleeps")
    drawing.bar(TASK, "waits", woken, switched, "R: waits for its CPU")
    drawing.bar(TASK, "task", switched, last, f"R: runs until {at[END]:.0f}")
    drawing.bar(CPU0, "idle", first, 0)
    drawing.bar(CPU0, "interrupt", 0, at[RETURN], "interrupt")
    drawing.bar(CPU0, "idle", at[RETURN], last, "idle")
    drawing.bar(CPU1, "idle", first, at[IPI], "idle")
    drawing.bar(CPU1, "interrupt", at[IPI], at[IPI_RETURN])
    drawing.bar(CPU1, "idle", at[IPI_RETURN], at[SCHEDULE])
    drawing.bar(CPU1, "scheduler", at[SCHEDULE], switched)
    drawing.bar(CPU1, "task", switched, last, task)
    drawing.arrow(woken, CPU0, TASK + ROW)
    drawing.arrow(at[CALL], CPU0 + ROW, CPU1)
    drawing.labels(CPU0, [(at[event], event[1]) for event in SHOWN if event[0] == 0], down=False, avoid=woken)
    drawing.labels(CPU1, [(at[event], event[1]) for event in SHOWN if event[0] == 1], down=True)
    drawing.add("text", "wakes", class_="red", x=drawing.x(woken) - 42, y=TASK + ROW + 18)
    drawing.add("text", "reschedule IPI", class_="red", x=drawing.x(at[CALL]) + 8, y=CPU0 + ROW + 24)
    size = f'width="{WIDTH}" height="{HEIGHT}"'
    return "\n".join([f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" {size}>',
                      f'<style>{STYLE}</style>\n<rect class="page" {size}/>', *drawing.parts, "</svg>\n"])


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("kernel", help="the ELF image")
    parser.add_argument("output", type=pathlib.Path, help="the SVG to write")
    parser.add_argument("--debugger", default="gdb", help="GDB's name")
    args = parser.parse_args()
    args.output.write_text(draw(*run(args)), encoding="utf-8")


if __name__ == "__main__":
    try:
        main()
    except machine.MachineError as error:
        sys.exit(f"figure: {error}")
