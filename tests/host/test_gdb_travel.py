# SPDX-License-Identifier: MIT
"""Recordings: the same bytes again, keys included, and time that runs both ways."""

import json
import pathlib
import re
import shutil
import socket
import subprocess

import pytest

from conftest import KERNEL, ROOT, environment
from gdb import Replay, record
from machine import keys_for

pytestmark = pytest.mark.slow


def instruction(said):
    return int(re.search(r"instruction (\d+)", said)[1])


def test_a_recorded_panic_goes_back_and_forth(tmp_path):
    said = record(tmp_path / "rec", 'panic=exit run="provoke spinlock schedule"')
    assert "to the same byte" in said
    with Replay(tmp_path / "rec") as gdb:
        assert "at the panic" in gdb.said
        end = instruction(gdb("when"))
        gdb("reverse-stepi")
        assert instruction(gdb("when")) == end - 1
        for back in ("reverse-step", "reverse-next"):
            before = instruction(gdb("when"))
            gdb(back)
            assert instruction(gdb("when")) < before
        assert re.search("^&provoke_lock was taken", gdb("who-took &provoke_lock"))
        gdb(f"travel {end}")
        taken = gdb("who-took provoke_lock")
        assert re.search(r"provoke_lock was taken, by provoke/\d+", taken), taken
        assert "in_spinlock" in taken and instruction(gdb("when")) == instruction(taken)
        assert re.search("provoke_lock.*locked by provoke", gdb("print provoke_lock"))
        assert "was never written before" in gdb("last-write provoke_lock.rlock.owner")
        gdb("reverse-finish")
        assert "in_spinlock" in gdb("backtrace 1") and "unlocked" in gdb("print provoke_lock")
        pid = re.search(r"provoke/(\d+)", taken)[1]
        woken = gdb(f"who-woke {pid}")
        assert "was woken, by sh/" in woken and "try_to_wake_up" in woken and "run_thread" in woken, woken
        gdb("continue")
        assert instruction(gdb("when")) == end, "forwards, it stops where the recording ends"
        gdb("watch -l provoke_lock.rlock.owner")
        gdb("reverse-continue")
        assert instruction(gdb("when")) == instruction(taken)
        # Of many times the last one, and then the one before.
        gdb("delete")
        gdb(f"travel {end}")
        assert "became 0x0" in gdb("last-write tasklist_lock.rlock.owner"), "it was let go of"
        taken = instruction(gdb("last-write tasklist_lock.rlock.owner"))
        gdb(f"travel {end}")
        assert instruction(gdb("who-took tasklist_lock")) == taken
        assert instruction(gdb("who-took tasklist_lock")) < taken
        assert f"instruction {end} of {end}" in gdb(f"travel {end}") + gdb("when")
        for line in ("continue", "stepi"):
            assert "the recording ends here" in gdb(line)
        assert f"the recording has the instructions 0 to {end}" in gdb(f"travel {end + 1}")
        assert re.search(r"console_owner became (atomic )?\S+, by", gdb("last-write console_owner"))
        assert "1, 2, 4 or 8 bytes" in gdb("last-write provoke_lock")
        assert "3 has no address" in gdb("last-write 3") and "nothing tells who" in gdb("who-took jiffies")


def test_a_mutex_was_taken_by_its_owner_and_not_by_who_waits_for_it(tmp_path):
    """In a deadlock each waiter has put its flag into the other's mutex."""
    record(tmp_path / "rec", 'run="provoke deadlock &; sleep 0.3; poweroff"')
    with Replay(tmp_path / "rec") as gdb:
        for lock, owner in (("provoke_a", "a-then-b"), ("provoke_b", "b-then-a")):
            end = gdb.end["end"]
            gdb(f"travel {end}")
            assert re.search(rf"^{lock} was taken, by {owner}/\d+, at", gdb(f"who-took {lock}")), lock


def test_a_recording_outlives_the_kernel_that_was_built_then(tmp_path):
    copy = shutil.copy(KERNEL, tmp_path / "kernel.elf")
    record(tmp_path / "rec", 'panic=exit run="provoke panic"', copy)
    pathlib.Path(copy).write_bytes(b"another")
    with Replay((tmp_path / "rec").rename(tmp_path / "moved")) as gdb:
        assert "at the panic" in gdb.said and "leave" in gdb.said
    said = subprocess.run([ROOT / "tools/record.py", "record", tmp_path, "--kernel", KERNEL], cwd=ROOT, text=True,
                          stdin=subprocess.DEVNULL, capture_output=True, env=environment(), check=False)
    assert said.returncode == 1 and "is no recording, and not empty" in said.stderr
    said = subprocess.run([ROOT / "tools/record.py", "record", copy, "--kernel", KERNEL], cwd=ROOT, text=True,
                          stdin=subprocess.DEVNULL, capture_output=True, env=environment(), check=False)
    assert said.returncode == 1 and "is no directory" in said.stderr


@pytest.mark.parametrize(("part", "content", "complaint"), [
    ("log", None, "log is missing"), ("catnap.elf", None, "catnap.elf is missing"),
    ("machine.json", '{"append": "", "mem": "64M", "copied": ["kernel", "initrd"]}', "root.cpio is missing"),
    ("machine.json", "{", "machine.json is damaged"), ("end.json", "{}", "end.json is damaged")])
def test_what_is_no_whole_recording_is_not_replayed(tmp_path, part, content, complaint):
    for name in ("log", "disk.qcow2", "catnap.elf"):
        (tmp_path / name).touch()
    (tmp_path / "machine.json").write_text('{"append": "", "mem": "64M", "copied": ["kernel"]}')
    (tmp_path / "end.json").write_text('{"end": 1, "reason": "exit"}')
    (tmp_path / part).unlink()
    if content:
        (tmp_path / part).write_text(content)
    said = subprocess.run([ROOT / "tools/record.py", "replay", tmp_path], cwd=ROOT, text=True, timeout=60,
                          stdin=subprocess.DEVNULL, capture_output=True, env=environment(), check=False)
    assert said.returncode == 1 and complaint in said.stderr, said


def read_until(process, pattern):
    seen = ""
    while not re.search(pattern, seen, re.MULTILINE):
        more = process.stdout.read(1)
        assert more, f"it ended without {pattern!r}: {seen}"
        seen += more


def test_keys_are_part_of_the_record(tmp_path):
    """Typed from outside, through QEMU's monitor, each when the one before is seen; the replay has them by itself."""
    directory = tmp_path / "rec"
    with subprocess.Popen(
            [ROOT / "tools/record.py", "record", directory, "--kernel", KERNEL, "--mem", "64M", "--ui", "serial",
             "--qemu-arg=-monitor", f"--qemu-arg=unix:{tmp_path}/monitor,server=on,wait=off"], cwd=ROOT, env=environment(),
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as recorder, \
            socket.socket(socket.AF_UNIX) as monitor:
        try:
            read_until(recorder, "^# ")
            monitor.connect(f"{tmp_path}/monitor")
            for char in "echo typed; poweroff\n":
                monitor.sendall(f"sendkey {'-'.join(keys_for(char))} 20\n".encode())
                read_until(recorder, re.escape(char))
            rest = recorder.stdout.read()
        finally:
            recorder.kill()
    assert "to the same byte" in rest and "typed" in (directory / "again.log").read_text()
    assert json.loads((directory / "end.json").read_text())["reason"] == "exit"
