# SPDX-License-Identifier: MIT
"""The newcomer's way: `make run` on a terminal, on a serial line, with keys pressed by a person."""

import os
import pty
import re
import select
import subprocess

from conftest import environment, make


def read_until(terminal, wanted):
    """Reads the terminal until it shows what the expression finds; gives up after a minute of silence."""
    seen = b""
    while not re.search(wanted, seen):
        if not select.select([terminal], [], [], 60)[0]:
            raise AssertionError(f"{wanted!r} never came: {seen[-2000:]!r}")
        try:
            seen += os.read(terminal, 65536)
        except OSError as error:
            raise AssertionError(f"{wanted!r} never came: {seen[-2000:]!r}") from error


def test_make_run_in_a_terminal_takes_real_key_presses_and_keeps_what_scrolls_away(built_tree):
    child, terminal = pty.fork()
    if not child:
        os.chdir(built_tree)
        os.execvpe("make", ["make", "run", "SMP=1"], environment(TERM="xterm", LINES="25", COLUMNS="80"))
    try:
        read_until(terminal, rb"(?s)is in build/debug/console.log.*# ")
        os.write(terminal, b"poweroff\n")
        read_until(terminal, rb"\x1b\[\?1049l")  # curses gives the screen back
        child, status = os.waitpid(child, 0)
        child = 0
        assert os.waitstatus_to_exitcode(status) == 0
        assert "# poweroff" in (built_tree / "build/debug/console.log").read_text(encoding="utf-8")
    finally:
        if child:
            os.kill(child, 15)
            os.waitpid(child, 0)
        os.close(terminal)


def test_make_run_talks_over_the_serial_line_with_ui_serial(built_tree):
    with subprocess.Popen(["make", "run", "UI=serial", "SMP=1"], cwd=built_tree, env=environment(), bufsize=0,
                          stdin=subprocess.PIPE, stdout=subprocess.PIPE) as made:
        read_until(made.stdout.fileno(), rb"\n# ")
        made.stdin.write(b"poweroff\r")
        read_until(made.stdout.fileno(), rb"poweroff")
        assert made.wait() == 0


def test_a_panic_makes_make_run_fail(built_tree):
    made = make(built_tree, "run", "UI=serial", "SMP=1", 'APPEND=panic=exit run="provoke panic"')
    assert made.returncode != 0
    assert "the kernel panicked" in made.stdout


def test_files_of_root_are_handed_over(built_tree, tmp_path):
    """Through GRUB as a module: the kernel says where it lies."""
    files = tmp_path / "files"
    files.mkdir()
    (files / "hello").write_text("hello\n")
    made = make(built_tree, "run", "UI=serial", "SMP=1", f"ROOT={files}", 'APPEND=run="poweroff"')
    assert made.returncode == 0
    assert re.search(r"initrd: \d+ bytes at 0x[0-9a-f]+$", made.stdout, re.MULTILINE), made.stdout
