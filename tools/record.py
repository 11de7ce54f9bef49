#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Records a run of Catnap on one CPU, keys included, and replays it in GDB, where time runs both ways.

A recording is a directory: QEMU's log of all that came from outside, a disk for its snapshot of the machine at
power-on, what COM1 printed, and which machine it was. It is replayed once at once: the same bytes must come out, and
where it ends is noted.
"""

import argparse
import filecmp
import json
import pathlib
import shutil
import subprocess
import sys

import machine
import run

SNAPSHOT = "power-on"
PARTS = ("end.json", "machine.json", "log", "disk.qcow2")
COPIES = {"kernel": "catnap.elf", "initrd": "root.cpio"}


def quoted(path):
    """A file's name inside one of QEMU's comma-separated options."""
    return str(path).replace(",", ",,")


def command(directory, mode, options):
    """QEMU's command line to record or to replay, up to the console."""
    args = machine.command(smp=1, clock="live", **options)
    at = args.index("-icount") + 1
    args[at] += f",rr={mode},rrfile={quoted(directory / 'log')},rrsnapshot={SNAPSHOT}"
    # QEMU 7.2: resetting the helper for paravirtual APICs, as each rewind does, can wait for the CPU, which waits for us.
    args += ["-global", "apic-common.vapic=off"]
    return args + ["-drive", f"file={quoted(directory / 'disk.qcow2')},if=none,id=snapshots"]


def machine_of(directory):
    """What was recorded, wherever the recording is now."""
    options = notes(directory / "machine.json", "append", "mem", "copied")
    return {"append": options["append"], "mem": options["mem"],
            **{what: str(directory / COPIES[what]) for what in options["copied"]}}


def notes(path, *words):
    """What a file of the recording says of each of these."""
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
        return {word: said[word] for word in words}
    except (ValueError, KeyError, TypeError):
        sys.exit(f"record: {path} is damaged, or another version's: `make record` makes another recording")


def record(args):
    """Boots, until the user or the kernel switches the machine off; then replays that once."""
    directory = args.directory
    if directory.exists() and not directory.is_dir():
        sys.exit(f"record: {directory} is no directory: name another one")
    if directory.exists() and any(directory.iterdir()) and not (directory / "machine.json").exists():
        sys.exit(f"record: {directory} is no recording, and not empty: name another directory")
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
    subprocess.run(["qemu-img", "create", "-q", "-f", "qcow2", directory / "disk.qcow2", "1G"], check=True)
    # A copy: the next build must not change what was recorded.
    copied = [what for what in COPIES if getattr(args, what)]
    for what in copied:
        shutil.copy(getattr(args, what), directory / COPIES[what])
    (directory / "machine.json").write_text(json.dumps({"append": args.append, "mem": args.mem, "copied": copied}),
                                            encoding="utf-8")
    options = machine_of(directory)
    console = run.console(args.ui, quoted(directory / "console.log"))
    try:
        code = subprocess.run(command(directory, "record", options) + console + args.qemu_arg, check=False).returncode
    except KeyboardInterrupt:  # QEMU has had it, too, and closes its log
        code = 0
    measure = f"python catnap_gdb.travel.measure({str(directory / 'end.json')!r})"
    replay(args, directory / "again.log", [measure], ["-batch"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    if not (directory / "end.json").exists():
        sys.exit("record: the recording cannot be replayed")
    if not filecmp.cmp(directory / "console.log", directory / "again.log", shallow=False):
        sys.exit(f"record: the replay printed something else: compare {directory}/console.log and again.log")
    known = notes(directory / "end.json", "end")
    print(f"Recorded {known['end']} instructions, and replayed them to the same byte: `make replay`.")
    return 0 if code == machine.EXIT_PANIC else run.result(code)


def replay(args, log, start, extra=(), **where):
    """Replays under GDB. Returns GDB's exit code."""
    options = machine_of(args.directory)
    listener = run.listen(1234, 0)
    qemu = command(args.directory, "replay", options) + [
        "-display", "none", "-monitor", "none", "-no-shutdown", "-chardev", f"file,id=com1,path={quoted(log)}",
        "-serial", "chardev:com1"]
    start = [f"target remote 127.0.0.1:{listener.getsockname()[1]}", *start]
    gdb = run.gdb_command(args.debugger, options["kernel"], start, [*extra, *args.gdb_arg])
    return max(0, run.together(qemu, gdb, listener, **where)[1])


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("what", choices=["record", "replay"])
    parser.add_argument("directory", type=pathlib.Path, help="the recording")
    parser.add_argument("--kernel", help="the ELF image")
    parser.add_argument("--initrd", help="the root file system's image")
    parser.add_argument("--mem", default="128M", help="memory")
    parser.add_argument("--append", default="", help="the kernel's command line")
    parser.add_argument("--ui", default="auto", choices=["auto", "window", "curses", "serial"])
    parser.add_argument("--debugger", default="gdb", help="GDB's name")
    parser.add_argument("--gdb-arg", action="append", default=[], help="one more argument for GDB")
    parser.add_argument("--qemu-arg", action="append", default=[], help="one more argument for QEMU, to record")
    args = parser.parse_args()
    if args.what == "record":
        return record(args)
    missing = [name for name in PARTS if not (args.directory / name).exists()]
    if not missing:
        notes(args.directory / "end.json", "end", "reason")
        copied = notes(args.directory / "machine.json", "copied")["copied"]
        missing = [COPIES[what] for what in copied if not (args.directory / COPIES[what]).exists()]
    if missing:
        sys.exit(f"record: there is no recording in {args.directory}, {missing[0]} is missing: `make record` makes one")
    start = f"python catnap_gdb.travel.open_at_end({str(args.directory / 'end.json')!r})"
    return replay(args, args.directory / "again.log", [start])


if __name__ == "__main__":
    sys.exit(main())
