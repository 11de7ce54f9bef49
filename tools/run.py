#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Boots Catnap for a person: in a window, on the terminal's own screen, or over the serial line.

With GDB (--gdb) the terminal is GDB's: it stops in schedule(), and QEMU ends when GDB does. With
--gdb-server the machine waits for a debugger to connect from elsewhere.
"""

import argparse
import os
import signal
import socket
import subprocess
import sys

import machine

MEANING = {machine.EXIT_TESTS_FAILED: "in-kernel tests failed",
           machine.EXIT_PANIC: "the kernel panicked"}


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
        return ["-display", name, *com1]
    if wanted == "window":
        sys.exit("run: no display, or QEMU lacks its window (Debian's package qemu-system-gui)")
    if wanted == "curses" or (wanted == "auto" and sys.stdout.isatty()
                              and os.environ.get("TERM", "dumb") != "dumb"):
        print("Alt-2 then `quit` leaves QEMU, as `poweroff` does in Catnap's shell.", flush=True)
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


def free_port():
    """A TCP port of this machine that nobody listens on; 1234, GDB's habit, when it is free."""
    for wanted in (1234, 0):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", wanted))
            except OSError:
                continue
            return probe.getsockname()[1]
    raise OSError("no free port")


def debug(args, command, log):
    """Runs QEMU and GDB together: GDB has the terminal, and QEMU goes when GDB goes."""
    port = free_port()
    name = window()
    if name:
        command += ["-display", name, "-chardev", f"vc,id=com1,logfile={log}"]
    else:
        command += ["-display", "none", "-chardev", f"file,id=com1,path={log}"]
        print(f"The console goes to {log}.", flush=True)
    command += ["-serial", "chardev:com1", "-monitor", "none", "-S", "-gdb", f"tcp:127.0.0.1:{port}"]
    # A session of its own: Ctrl-C in the terminal is meant for GDB, which tries until QEMU listens.
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True) as qemu:
        try:
            signal.signal(signal.SIGINT, lambda *_: None)
            for ending in (signal.SIGTERM, signal.SIGHUP):
                signal.signal(ending, lambda *_: sys.exit(1))
            return subprocess.run(
                [args.debugger, "-q", args.kernel, "-ex", f"target remote 127.0.0.1:{port}",
                 # Single steps stay out of interrupt handlers and of timers.
                 "-ex", "maint packet Qqemu.sstep=0x7",
                 "-ex", "break schedule", "-ex", "continue", *args.gdb_arg], check=False).returncode
        finally:
            qemu.kill()


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
    parser.add_argument("--gdb-arg", action="append", default=[], help="one more argument for GDB")
    args = parser.parse_args()

    log = os.path.join(os.path.dirname(args.kernel), "console.log")
    command = machine.command(kernel=args.kernel, iso=args.iso, append=args.append, smp=args.smp,
                              initrd=args.initrd, mem=args.mem, clock=args.accel)
    if args.gdb:
        return debug(args, command, log)
    command += console(args.ui, log)
    if args.gdb_server:
        port = free_port()
        print(f"Waiting for: gdb {args.kernel} -ex 'target remote :{port}'", flush=True)
        command += ["-S", "-gdb", f"tcp:127.0.0.1:{port}"]
    return result(subprocess.run(command, check=False).returncode)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
