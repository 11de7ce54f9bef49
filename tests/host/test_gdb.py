# SPDX-License-Identifier: MIT
"""GDB finds the kernel's symbols, stops in schedule(), and leaves nothing behind."""

import fcntl
import json
import os
import pathlib
import pty
import re
import signal
import socket
import struct
import subprocess
import termios
import time
import uuid

import pytest

from conftest import KERNEL, ROOT, environment, make
from gdb import Gdb
from test_make_run import read_until


@pytest.mark.parametrize("smp", [1, 2])
@pytest.mark.parametrize("clock", ["icount", "mttcg"])
def test_gdb_stops_in_schedule_with_a_backtrace(boot, tmp_path, smp, clock):
    boot("-S", "-gdb", f"unix:{tmp_path}/gdb,server=on,wait=off", smp=smp, clock=clock)
    script = ["set pagination off", f"target remote {tmp_path}/gdb", "break schedule", "continue",
              "backtrace", "info line *$pc", "kill"]
    commands = [word for line in script for word in ("-ex", line)]
    said = subprocess.run(["gdb", "-q", "-nx", "-batch", *commands, KERNEL], capture_output=True, text=True,
                          stdin=subprocess.DEVNULL, timeout=120, check=False).stdout
    assert "hit Breakpoint 1, schedule" in said or "Breakpoint 1, schedule" in said, said
    assert "kernel/sched/core.c" in said, said
    assert "#1 " in said, said


def marked(mark):
    """The processes that carry the mark in their environment."""
    found = []
    for path in pathlib.Path("/proc").glob("[0-9]*/environ"):
        try:
            if mark.encode() in path.read_bytes():
                found.append(path.parent.name)
        except OSError:
            pass
    return found


def test_make_gdb_stops_in_schedule_and_leaves_no_process_behind(built_tree):
    mark = str(uuid.uuid4())
    made = make(built_tree, "gdb", "SMP=1", standard_input="backtrace\nquit\n", CATNAP_MARK=mark)
    assert "Breakpoint 1, schedule" in made.stdout, made.stdout
    assert not marked(mark)


def test_make_gdb_presses_keys_once_the_machine_runs(built_tree):
    typed = ("delete\ntbreak do_idle if $waiters(console_tty.read_wait)\ncontinue\ntbreak tty_insert_char\n"
             "press a\npress b nosuchkey\npress shift-c\ncontinue\nprint c\ntbreak tty_insert_char\ncontinue\npress\nquit\n")
    said = make(built_tree, "gdb", standard_input=typed).stdout
    assert re.search(r"(?s)hit Temporary breakpoint 3, tty_insert_char \(.*c=97 'a'\)", said), said
    assert re.search(r"(?s)hit Temporary breakpoint 4, tty_insert_char \(.*c=67 'C'\)", said), said
    assert "say which keys" in said and "QEMU has no key nosuchkey" in said


@pytest.fixture
def terminal(built_tree):
    """`make gdb` in a terminal of its own: (file descriptor, mark, process)."""
    mark = str(uuid.uuid4())
    child, descriptor = pty.fork()
    if not child:
        os.chdir(built_tree)
        os.execvpe("make", ["make", "gdb", "SMP=1"],
                   environment(TERM="xterm", LINES="40", COLUMNS="120", CATNAP_MARK=mark))
    fcntl.ioctl(descriptor, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
    yield descriptor, mark, child
    for each in marked(mark):
        os.kill(int(each), signal.SIGKILL)
    os.waitpid(child, 0)
    os.close(descriptor)


def read_to_the_end(descriptor):
    """Until the last process has closed the terminal."""
    while True:
        try:
            if not os.read(descriptor, 65536):
                return
        except OSError:
            return


def qemu_of(mark):
    return next(int(each) for each in marked(mark)
                if pathlib.Path(f"/proc/{each}/comm").read_text().startswith("qemu"))


def wait_for_the_prompt(tree):
    """Of the machine, whose console goes to a file: it runs, and so GDB waits for it."""
    end = time.monotonic() + 60
    while not re.search(r"^# ", (tree / "build/debug/console.log").read_text(encoding="utf-8"), re.MULTILINE):
        assert time.monotonic() < end, "the machine was not let go"
        time.sleep(0.05)


def test_in_a_terminal_there_is_a_source_view_and_ctrl_c_stops_the_machine(terminal, built_tree):
    descriptor, mark, _ = terminal
    read_until(descriptor, rb"kernel/sched/core\.c")
    os.write(descriptor, b"delete\ncontinue\n")
    wait_for_the_prompt(built_tree)
    os.write(descriptor, b"\x03")
    read_until(descriptor, rb"SIGINT|Interrupt")
    os.write(descriptor, b"quit\n")
    read_to_the_end(descriptor)
    assert not marked(mark)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_gdb_ends_when_qemu_ends(terminal, number):
    descriptor, mark, _ = terminal
    read_until(descriptor, rb"kernel/sched/core\.c")
    os.kill(qemu_of(mark), number)
    read_to_the_end(descriptor)
    assert not marked(mark)


def test_nothing_stays_behind_when_the_one_who_started_both_is_killed(terminal):
    descriptor, mark, _ = terminal
    read_until(descriptor, rb"kernel/sched/core\.c")
    python = next(int(each) for each in marked(mark)
                  if b"tools/run.py" in pathlib.Path(f"/proc/{each}/cmdline").read_bytes())
    os.kill(python, signal.SIGKILL)
    read_to_the_end(descriptor)
    assert not marked(mark)


def test_nothing_stays_behind_when_the_terminal_closes(terminal, built_tree):
    """While the machine runs, and GDB reads nothing; the kernel tells make, the session's leader, and nobody else."""
    descriptor, mark, _ = terminal
    read_until(descriptor, rb"kernel/sched/core\.c")
    os.write(descriptor, b"delete\ncontinue\n")
    wait_for_the_prompt(built_tree)
    with open(os.devnull, "rb") as nothing:
        os.dup2(nothing.fileno(), descriptor)
    end = time.monotonic() + 60
    while marked(mark):
        assert time.monotonic() < end, "they do not end"
        time.sleep(0.05)


def test_nothing_stays_behind_when_two_signals_come_at_once():
    """As when a terminal closes. They wait for one another while it is stopped."""
    mark = str(uuid.uuid4())
    with subprocess.Popen([ROOT / "tools/run.py", KERNEL, "--gdb"], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          text=True, env=environment(CATNAP_MARK=mark)) as both:
        try:
            assert any("Breakpoint 1, schedule" in line for line in both.stdout)
            for number in (signal.SIGSTOP, signal.SIGTERM, signal.SIGHUP, signal.SIGCONT):
                os.kill(both.pid, number)
            both.wait(60)
            assert not marked(mark)
        finally:
            both.kill()


def test_two_servers_get_a_port_each(boot):
    """The second finds the first's port taken, and says which it has."""
    servers = [subprocess.Popen([ROOT / "tools/run.py", KERNEL, "--gdb-server", "--ui", "serial"], text=True, cwd=ROOT,
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, env=environment()) for _ in range(2)]
    try:
        ports = {re.search(r"target remote :(\d+)", server.stdout.readline())[1] for server in servers}
        assert len(ports) == 2
        for port in ports:
            with Gdb() as gdb:
                assert "Remote debugging" in gdb(f"target remote :{port}")
                assert "hit Temporary breakpoint" in gdb("tbreak schedule") + gdb("continue")
    finally:
        for server in servers:
            server.kill()
            server.wait()
            server.stdout.close()


def test_a_port_that_is_asked_for_and_taken_is_an_error():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen(1)
        port = taken.getsockname()[1]
        said = subprocess.run([ROOT / "tools/run.py", KERNEL, "--gdb-server", "--port", str(port)], cwd=ROOT, text=True,
                              stdin=subprocess.DEVNULL, capture_output=True, env=environment(), check=False)
    assert said.returncode == 1 and f"port {port} is taken" in said.stderr
    for wrong in ("99999", "0", "http"):
        said = subprocess.run([ROOT / "tools/run.py", KERNEL, "--gdb-server", "--port", wrong], cwd=ROOT, text=True,
                              stdin=subprocess.DEVNULL, capture_output=True, env=environment(), check=False)
        assert said.returncode == 2 and f"--port: {wrong} is no port: 1 to 65535" in said.stderr, said.stderr


def editors(kind):
    launch = json.loads((ROOT / ".vscode/launch.json").read_text(encoding="utf-8"))
    return next(each for each in launch["configurations"] if each["type"] == kind)


@pytest.mark.parametrize("kind", ["cppdbg", "gdb"])
def test_f5_lands_in_schedule(built_tree, kind):
    """What each extension makes of its configuration: the task in front, GDB's machine interface, and the commands."""
    setting = editors(kind)
    tasks = json.loads((ROOT / ".vscode/tasks.json").read_text(encoding="utf-8"))["tasks"]
    wanted = next(each for each in tasks if each["label"] == setting["preLaunchTask"])
    words = [word for word in wanted["command"].split() if not word.startswith("PORT=")]
    with subprocess.Popen([*words, "UI=serial"], cwd=built_tree, text=True, stdin=subprocess.DEVNULL, start_new_session=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=environment()) as server:
        try:
            ready = wanted["problemMatcher"]["background"]["endsPattern"]
            line = next(each for each in server.stdout if re.search(ready, each))
            address = "127.0.0.1:" + re.search(r"target remote :(\d+)", line)[1]
            before = [each["text"] for each in setting.get("setupCommands", [])]
            after = [each["text"] for each in setting.get("postRemoteConnectCommands", [])] + setting.get("autorun", [])
            commands = [*before, f"target remote {address}", *after]
            lines = [word.replace("${workspaceFolder}", str(ROOT)) for word in commands]
            program = setting.get("program", setting.get("executable")).replace("${workspaceFolder}", str(ROOT))
            with subprocess.Popen(["gdb", "-q", "-nx", "--interpreter=mi2", program], cwd=ROOT, text=True, env=environment(),
                                  stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as gdb:
                # cppdbg goes on by itself when its commands are done; of Native Debug's the last one does.
                gdb.stdin.write("".join(f'-interpreter-exec console "{line}"\n' for line in lines)
                                + ("-exec-continue\n" if kind == "cppdbg" else ""))
                gdb.stdin.flush()
                said = ""
                while not re.search(r'\*stopped,.*func="schedule"', said) and (line := gdb.stdout.readline()):
                    said += line
                gdb.kill()
            assert "^error" not in said and said.count("^running") == 1, said
        finally:
            os.killpg(server.pid, signal.SIGKILL)
    assert re.search(r'\*stopped,reason="breakpoint-hit".*func="schedule"', said), said


def test_the_editors_files_name_what_is_there():
    launch = json.loads((ROOT / ".vscode/launch.json").read_text(encoding="utf-8"))
    tasks = json.loads((ROOT / ".vscode/tasks.json").read_text(encoding="utf-8"))
    assert {each["type"] for each in launch["configurations"]} == {"cppdbg", "gdb"}
    labels = {each["label"] for each in tasks["tasks"]}
    for each in launch["configurations"]:
        assert each["preLaunchTask"] in labels
        assert str(KERNEL.relative_to(ROOT)) in each.get("program", each.get("executable"))
    assert "tools/gdb/catnap.py" in json.dumps(launch)
    container = json.loads((ROOT / ".devcontainer/devcontainer.json").read_text(encoding="utf-8"))
    assert (ROOT / container["postCreateCommand"]).exists()
