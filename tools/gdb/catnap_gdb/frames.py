# SPDX-License-Identifier: MIT
"""Frames: how GDB gets to see the stack of a task that no CPU runs, and how backtraces name interrupts.

GDB knows registers and stacks of CPUs only. While a sleeping task is selected, an unwinder says that the CPU's frame 0
was "called" by that task's last frame: the one to which __switch_to_asm() will return. Frame 0 itself is left out of
backtraces. Nothing is written to the machine.
"""

import contextlib

import gdb
from gdb.FrameDecorator import FrameDecorator
from gdb.unwinder import Unwinder

from . import kernel


class FrameId:
    def __init__(self, sp, pc):
        self.sp, self.pc = sp, pc


class SleeperUnwinder(Unwinder):
    """From the CPU's frame 0 to the selected task's saved registers."""

    def __init__(self):
        super().__init__("catnap-sleeper")
        self.thread, self.sp = None, None
        self.cpu = None  # RSP and RIP of the CPU: its frame 0, with all that is inlined there

    def __call__(self, pending):
        if self.sp is None or gdb.selected_thread().ptid != self.thread:
            return None
        rsp, rip = pending.read_register("rsp"), pending.read_register("rip")
        if (int(rsp), int(rip)) != self.cpu:
            return None
        info = pending.create_unwind_info(FrameId(rsp, rip))
        saved_bp, saved_ip = kernel.word(self.sp, 2)
        info.add_saved_register("rip", gdb.Value(saved_ip).cast(rip.type))
        info.add_saved_register("rsp", gdb.Value(self.sp + 16).cast(rsp.type))
        info.add_saved_register("rbp", gdb.Value(saved_bp).cast(pending.read_register("rbp").type))
        return info


sleeper = SleeperUnwinder()
gdb.unwinder.register_unwinder(None, sleeper, replace=True)


def enter(sp):
    """Shows the stack of the task that was switched out at this stack pointer: the caller of the scheduler."""
    leave()
    newest = gdb.newest_frame()
    sleeper.cpu = int(newest.read_register("rsp")), int(newest.read_register("rip"))
    sleeper.thread, sleeper.sp = gdb.selected_thread().ptid, sp
    gdb.invalidate_cached_frames()
    start, end = (kernel.address(kernel.variable(name)) for name in ("__sched_text_start", "__sched_text_end"))
    frame = gdb.newest_frame()
    while (of_cpu(frame) or start <= frame.pc() < end) and frame.older():
        frame = frame.older()
    frame.select()


def of_cpu(frame):
    """Is it the CPU's frame, below the sleeping task's?"""
    return sleeper.sp is not None and int(frame.read_register("rsp")) == sleeper.cpu[0]


def leave():
    """Back to the CPU's own stack."""
    if sleeper.sp is not None:
        sleeper.sp = None
        gdb.invalidate_cached_frames()


@contextlib.contextmanager
def kept():
    """Comes back to the thread, the task and the frame that are selected now."""
    thread, chosen = gdb.selected_thread(), (sleeper.thread, sleeper.sp, sleeper.cpu)
    level = gdb.selected_frame().level()
    try:
        yield
    finally:
        leave()
        thread.switch()
        sleeper.thread, sleeper.sp, sleeper.cpu = chosen
        gdb.invalidate_cached_frames()
        frame = gdb.newest_frame()
        while frame.level() < level:
            frame = frame.older()
        frame.select()


FORWARDS = ("continue", "step", "next", "stepi", "nexti", "until", "advance", "jump", "finish")
BACKWARDS = ("reverse-step", "reverse-next", "reverse-stepi", "reverse-nexti", "reverse-continue", "reverse-finish")
before_running = []  # functions of the command's name, which may refuse


class BeforeRunning(gdb.Command):
    """What runs the machine looks at frame 0 first, and must find the CPU's. But finish wants the task's frame."""

    def __init__(self):
        super().__init__("catnap-before-running", gdb.COMMAND_OBSCURE)

    def invoke(self, argument, from_tty):
        # reverse-continue is a continue, too, while GDB has turned round.
        if "Reverse" not in gdb.execute("show exec-direction", to_string=True):
            for each in before_running:
                each(argument)
        if argument == "finish":
            check_finish()
        else:
            leave()


def check_finish():
    """Of an inlined function GDB would single-step the CPU, which is elsewhere, until that function ends."""
    frame = outer = gdb.selected_frame()
    while outer.type() == gdb.INLINE_FRAME:
        outer = outer.older()
    if sleeper.sp is not None and frame != outer:
        raise gdb.GdbError(f"{frame.name()} is part of {outer.name()}: `frame {outer.level()}`, "
                           "and finish leads to its caller")


BeforeRunning()
for name in (*FORWARDS, *BACKWARDS, "thread"):
    gdb.execute(f"define hook-{name}\ncatnap-before-running {name}\nend")
gdb.events.cont.connect(lambda event: leave())


class Named(FrameDecorator):
    """An interrupt's or exception's frame under its own name, for which GDB prints <signal handler called>."""

    def function(self):
        frame = self.inferior_frame()
        if frame.type() == gdb.SIGTRAMP_FRAME:
            return f"<{frame.name() or kernel.bare(frame.pc())}>"
        return super().function() if frame.name() else "??"


class Filter:
    """Names interrupt frames, and hides the CPU's frame below a sleeping task's."""

    def __init__(self):
        self.name, self.priority, self.enabled = "catnap", 100, True
        gdb.frame_filters[self.name] = self

    def filter(self, frames):
        for each in frames:
            if not of_cpu(each.inferior_frame()):
                yield Named(each)


Filter()
