#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Boots Catnap for a person: in a window, on the terminal's own screen, or over the serial line.

With GDB (--gdb) the terminal is GDB's: it stops in schedule(), and QEMU ends when GDB does. With
--gdb-server the machine waits for a debugger to connect from elsewhere.
"""

import argparse
import ctypes
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

import machine

HERE = os.path.dirname(os.path.realpath(__file__))

MEANING = {machine.EXIT_TESTS_FAILED: "in-kernel tests failed",
           machine.EXIT_PANIC: "the kernel panicked"}
ENDINGS = (signal.SIGTERM, signal.SIGHUP)


def window():
    """QEMU's name for a window on this display, or None."""
    if not os.environ.get("DISPLAY") and not os.environ.get("WAYLAND_DISPLAY"):
        return None
    known = subprocess.run([machine.QEMU, "-display", "help"], stdin=subprocess.DEVNULL, check=True,
                           capture_output=True, text=True).stdout.split()
    return next((name for name in ("gtk", "sdl", "cocoa") if name in known), None)


def console(wanted, log):
    """QEMU's options for the user interface: wanted, or the best that is here."""
    com1 = ["-chardev", f"vc,id=com1,logfile={log}", "-serial", "chardev:com1", "-monitor", "vc"]
    name = window()
    if wanted in ("auto", "window") and name:
        print(f"What scrolls off the screen is in {log}.", flush=True)
        return ["-display", name, *com1]
    if wanted == "window":
        sys.exit("run: no display, or QEMU lacks its window (Debian's package qemu-system-gui)")
    if wanted == "curses" or (wanted == "auto" and sys.stdout.isatty()
                              and os.environ.get("TERM", "dumb") != "dumb"):
        print("Alt-2 then `quit` leaves QEMU, as `poweroff` does in Catnap's shell.\n"
              f"What scrolls off the screen is in {log}.", flush=True)
        return ["-display", "curses", *com1]
    if sys.stdin.isatty():
        print("Ctrl-A x leaves QEMU, as `poweroff` does in Catnap's shell.", flush=True)
    return ["-display", "none", "-chardev", f"stdio,id=com1,mux=on,signal=off,logfile={log}",
            "-serial", "chardev:com1", "-mon", "com1"]


def result(code):
    """The shell's view of QEMU's exit code: a power-off, or a closed window, is success."""
    if code in MEANING:
        print(f"run: {MEANING[code]} (QEMU's exit code {code})", file=sys.stderr)
        return 1
    return 0 if code in (0, machine.EXIT_POWEROFF) else code


def listen(*ports):
    """A socket that QEMU will take over, so that nobody else can have its port: the first of these that is free, 0 any.

    A debugger can connect to it at once, even before QEMU runs."""
    for port in ports:
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        # QEMU's answers are short, and wait for nothing (accepted sockets inherit it): else each takes 40 ms.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            listener.bind(("127.0.0.1", port))
        except OSError:
            listener.close()
            continue
        listener.listen(1)
        return listener
    sys.exit(f"run: port {ports[0]} is taken: end what has it, or leave PORT= out and any free one is found")


def port_number(text):
    """An argument that is one."""
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise argparse.ArgumentTypeError(f"{text} is no port: 1 to 65535")
    return int(text)


def gdbstub(listener):
    """QEMU's options to wait for a debugger on a socket that listens."""
    return ["-S", "-chardev", f"socket,id=gdb,fd={listener.fileno()},server=on,wait=off", "-gdb", "chardev:gdb"]


def die_with_parent():
    """In a child: whatever becomes of us, it does not stay behind. On Linux; elsewhere our own end must be orderly."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


def gdb_command(name, kernel, start, extra=()):
    """GDB's command line with our commands, the lines to start with, and the source view where the terminal has one."""
    terminal = sys.stdin.isatty() and sys.stdout.isatty() and os.environ.get("TERM", "dumb") != "dumb"
    if terminal and "-batch" not in extra:
        start = [*start, "python catnap_gdb.commands.source_view()"]
    words = [word for line in start for word in ("-ex", line)]
    return [name, "-q", *extra, kernel, "-ex", "set confirm off", "-x", os.path.join(HERE, "gdb", "catnap.py"), *words]


def for_gdb():
    """GDB handles Ctrl-C itself."""
    die_with_parent()
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def end_with(qemu, gdb):
    """Ends GDB, which gives the terminal back, once the machine is gone. A GDB that reads a file ends with that."""
    signal.pthread_sigmask(signal.SIG_BLOCK, ENDINGS)  # they are the main thread's: it waits, and must be woken
    qemu.wait()
    if sys.stdin.isatty():
        time.sleep(0.5)  # GDB has something to say about it
        gdb.terminate()


def end_with_terminal(gdb):
    """Ends GDB when its terminal closes, which may be told to make alone. While the machine runs GDB does not look."""
    signal.pthread_sigmask(signal.SIG_BLOCK, ENDINGS)
    hangup = select.poll()
    hangup.register(sys.stdin, 0)
    if any(what & select.POLLHUP for _, what in hangup.poll()):
        gdb.kill()


def together(qemu_args, gdb_args, listener, **where):
    """Runs QEMU and GDB: when one of the two ends so does the other. Returns the exit codes of both."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is meant for GDB
    ended = []

    def leave(number, _):
        ended.append(number)
        if len(ended) == 1:  # a second one, as when a terminal closes, must not break off the clearing up
            sys.exit(1)

    for ending in ENDINGS:
        signal.signal(ending, leave)
    # A session of its own: the terminal's signals do not reach it.
    with subprocess.Popen(qemu_args + gdbstub(listener), stdin=subprocess.DEVNULL, start_new_session=True,
                          preexec_fn=die_with_parent, pass_fds=[listener.fileno()]) as qemu:
        gdb = None
        try:
            gdb = subprocess.Popen(gdb_args, preexec_fn=for_gdb, **where)
            listener.close()
            threading.Thread(target=end_with, args=(qemu, gdb), daemon=True).start()
            if sys.stdin.isatty():
                threading.Thread(target=end_with_terminal, args=(gdb,), daemon=True).start()
            gdb.wait()
        finally:
            ended.append(None)
            for each in filter(None, (gdb, qemu)):
                each.kill()
                each.wait()
    return qemu.returncode, gdb.returncode


def debug(args, command, log):
    """GDB in this terminal, at the first breakpoint; the console in a window or in a file."""
    name = window()
    if name:
        command += ["-display", name, "-chardev", f"vc,id=com1,logfile={log}"]
    else:
        command += ["-display", "none", "-chardev", f"file,id=com1,path={log}"]
        print(f"The console goes to {log}; `dmesg` shows the kernel's messages.", flush=True)
    command += ["-serial", "chardev:com1", "-monitor", "none"]
    listener = listen(1234, 0)
    start = [f"target remote 127.0.0.1:{listener.getsockname()[1]}",
             *(args.gdb_start or ["break schedule", "continue"])]
    with tempfile.TemporaryDirectory(prefix="catnap-") as directory:
        # For `press`: the console goes nowhere that keys could come from.
        command += ["-qmp", f"unix:{directory}/qmp,server=on,wait=off"]
        qemu, gdb = together(command, gdb_command(args.debugger, args.kernel, start, args.gdb_arg), listener,
                             env={**os.environ, "CATNAP_QMP": f"{directory}/qmp"})
    if qemu in (machine.EXIT_POWEROFF, *MEANING):
        return result(qemu)
    return max(gdb, 0)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("kernel", help="the ELF image")
    parser.add_argument("--iso", help="boot this image through GRUB instead of the ELF through PVH")
    parser.add_argument("--initrd", help="the root file system's image")
    parser.add_argument("--smp", default="2", help="number of CPUs")
    parser.add_argument("--mem", default="128M", help="memory")
    parser.add_argument("--append", default="", help="the kernel's command line (PVH)")
    parser.add_argument("--accel", default="mttcg", choices=[*machine.CLOCKS], help="how time passes")
    parser.add_argument("--ui", default="auto", choices=["auto", "window", "curses", "serial"])
    parser.add_argument("--gdb", action="store_true", help="start GDB too, in this terminal")
    parser.add_argument("--gdb-server", action="store_true", help="wait for a debugger")
    parser.add_argument("--debugger", default="gdb", help="GDB's name")
    parser.add_argument("--gdb-start", action="append", default=[], help="a GDB command instead of break and continue")
    parser.add_argument("--gdb-arg", action="append", default=[], help="one more argument for GDB")
    parser.add_argument("--port", type=port_number,
                        help="for --gdb-server: this one; without, 1234, or any if that is taken")
    args = parser.parse_args()

    log = os.path.join(os.path.dirname(args.kernel), "console.log")
    command = machine.command(kernel=args.kernel, iso=args.iso, append=args.append, smp=args.smp,
                              initrd=args.initrd, mem=args.mem, clock=args.accel)
    if args.gdb:
        return debug(args, command, log)
    command += console(args.ui, log)
    if not args.gdb_server:
        return result(subprocess.run(command, check=False).returncode)
    listener = listen(args.port) if args.port else listen(1234, 0)
    print(f"Waiting for: gdb {args.kernel} -x tools/gdb/catnap.py -ex 'target remote :{listener.getsockname()[1]}'",
          flush=True)
    return result(subprocess.run(command + gdbstub(listener), pass_fds=[listener.fileno()], check=False,
                                 preexec_fn=die_with_parent).returncode)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
