# SPDX-License-Identifier: MIT
"""Keys, the screen, the serial line, jobs and SysRq, as a person at the machine meets them."""

import re

import pytest

from conftest import LIVE_MODES, MODES
from machine import SCREEN_COLUMNS, SCREEN_ROWS


@pytest.fixture(params=LIVE_MODES)
def shell(boot, request):
    machine = boot(**request.param)
    machine.wait_for_prompt()
    return machine


def wait_for_ps(shell, pattern):
    """Looks at the tasks until they are as wanted: one that was just started may not have run yet."""
    for _ in range(100):
        tasks = shell.shell("ps")
        match = re.search(pattern, tasks, re.MULTILINE)
        if match:
            return match
    raise AssertionError(tasks)


def sleeps(shell, name):
    """Does a task of this name sleep? A job that has just ended may still be listed, on its way out: that one runs."""
    return re.search(rf"^ +\d+ [SDI] .* {name}$", shell.shell("ps"), re.MULTILINE)


def test_typed_keys_run_a_command_and_show_on_both_consoles(shell):
    shell.type('echo "Aa~|" [9] <done>\n'.replace("<done>", "DONE"))
    shell.wait_for(r"^Aa~\| \[9\] DONE$")
    shell.wait_for_screen(r"^# echo \"Aa~\|\" \[9\] DONE$")
    shell.wait_for_screen(r"^Aa~\| \[9\] DONE$")


def test_caps_lock_swaps_the_case_of_letters_only(shell):
    shell.press("caps_lock")
    shell.type("ECHO A1b-\n".lower())
    shell.wait_for(r"ECHO A1B-")
    shell.press("caps_lock")
    shell.type("echo back\n")
    shell.wait_for(r"^back$")


def test_control_c_ends_the_foreground_command(shell):
    shell.type("sleep 1000\n")
    shell.wait_for(r"sleep 1000")
    shell.press("ctrl", "c")
    shell.wait_for_prompt()
    assert not sleeps(shell, "sleep")


def test_control_c_on_the_serial_line_ends_the_foreground_command(shell):
    shell.send_serial("sleep 1000\r")
    shell.wait_for(r"sleep 1000")
    shell.send_serial("\x03")
    shell.wait_for_prompt()
    assert not sleeps(shell, "sleep")


@pytest.mark.parametrize("group", ["", "crowd"])
def test_control_c_ends_a_bench_and_its_threads(shell, group):
    shell.type(f"bench {group}\n")
    shell.wait_for(r"^operation +cycles$")
    shell.press("ctrl", "c")
    shell.wait_for(r"\^C$")  # the bench's end, or the prompt's if that came first
    shell.wait_for_prompt()
    assert not sleeps(shell, "bench")
    assert "task create" in shell.shell("bench life")


def test_of_two_benches_one_gives_way(run):
    console = run(append='run="bench crowd &; bench crowd; poweroff"', smp=2)[1]
    assert console.count("\nbench: another one runs\n") == 1, console


def test_control_c_ends_the_tests_between_two_cases(shell):
    shell.type("test\n")
    shell.wait_for(r" ok 1 \w+$")
    shell.press("ctrl", "c")
    shell.wait_for(r"Bail out! Interrupted$")
    shell.wait_for(r"^\^C$")
    shell.wait_for_prompt()
    ktap = shell.shell("test shell_parser")
    assert re.search(r"\bok 1 shell_parser$", ktap, re.MULTILINE) and "Bail out" not in ktap, ktap


def test_control_c_ends_provoke_between_two_cells(boot):
    shell = boot(append="atomic_sleep=warn")
    shell.wait_for_prompt()
    shell.send_serial("provoke all\r\x03")
    cells = int(shell.wait_for(r"^(\d+) cells$")[1])
    assert cells < 100  # of more than 200
    assert cells == len(re.findall(r"^cell ", shell.console, re.MULTILINE))
    shell.wait_for(r"^\^C$")


def test_a_bench_without_memory_for_its_threads_ends(run):
    console = run(append='run="bench crowd; bench life; poweroff"', clock="icount", mem="16M")[1]
    assert "1000 exclusive" not in console and "\nbench: not enough memory\n" in console, console
    assert re.search(r"^task create \+ run", console, re.MULTILINE), console


def test_a_background_job_leaves_the_prompt_free_and_can_be_killed(shell):
    shell.shell("sleep 1000 &")
    pid = re.search(r"^ +(\d+) .* sleep$", shell.shell("ps"), re.MULTILINE)[1]
    shell.send_serial(f"kill {pid}\r")
    shell.wait_for(r"^\[1\] Terminated +sleep 1000$")
    assert not sleeps(shell, "sleep")


def test_a_blocked_shell_task_is_shown_where_it_sleeps(shell):
    shell.shell("sleep 1000 &")
    pid = wait_for_ps(shell, r"^ +(\d+) S .* sleep$")[1]
    trace = shell.shell(f"bt {pid}")
    assert re.search(r"schedule\+0x[0-9a-f]+", trace), trace
    assert re.search(r"\(kernel/\S+\.c:\d+\)", trace), trace


def test_the_line_can_be_edited_and_recalled(shell):
    shell.type("echo wrong")
    shell.press("ctrl", "u")
    shell.type("echo rigt")
    shell.press("left")
    shell.type("h\n")
    shell.wait_for(r"^right$")
    shell.wait_for_prompt()
    shell.press("up")
    shell.type("\n")
    shell.wait_for(r"^right$")
    shell.wait_for_prompt()
    shell.type("upt\t\n")
    shell.wait_for(r"uptime *$")


def test_control_l_clears_the_screen(shell):
    shell.type("echo first\n")
    shell.wait_for_screen(r"^first$")
    shell.press("ctrl", "l")
    shell.wait_for_screen(r"\A# *\n")


def test_an_unknown_command_is_named(shell):
    assert "nosuchthing" in shell.shell("nosuchthing")


@pytest.mark.parametrize("command", ["help", "provoke"])
def test_help_fits_one_screen(boot, command):
    shell = boot()
    shell.wait_for_prompt()
    rows = shell.shell(command).splitlines()
    assert len(rows) < SCREEN_ROWS and max(map(len, rows)) < SCREEN_COLUMNS, rows
    screen = shell.screen()
    assert screen[0] == rows[0].rstrip() or f"# {command}" in screen, screen


def test_the_screen_scrolls(shell):
    shell.shell("help; help; echo the end")
    shell.wait_for_screen(r"^the end$")
    assert shell.screen()[0] != ""


def test_taskset_and_nice_show_in_ps(shell):
    shell.shell("taskset -c 0 spin 1000 &")
    shell.shell("nice -n 7 sleep 1000 &")
    wait_for_ps(shell, r"^ +\d+ R +0 fair +0 .* spin$")
    wait_for_ps(shell, r"^ +\d+ S +\d+ fair +7 .* sleep$")


@pytest.mark.parametrize("mode", MODES)
def test_waitq_names_who_sleeps_on_which_queue(run, mode):
    console = run(append='run="demo keyboard & sleep 1; waitq; poweroff"', **mode)[1]
    assert re.search(r"^console_tty\.read_wait .*\n +1\. demo/\d+$", console, re.MULTILINE), console


@pytest.mark.parametrize("name", ["timer", "mailbox", "busy"])
def test_a_demo_runs_to_its_end(shell, name):
    said = shell.shell(f"demo {name}")
    assert "on CPU" in said and "woke" in said, said


def test_the_keyboard_demo_is_woken_by_a_key(shell):
    shell.type("demo keyboard\n")
    shell.wait_for(r"Press one\.$")
    shell.press("x")
    shell.wait_for(r"the byte was 0x78$")
    shell.wait_for_prompt()


def test_the_keyboard_demo_takes_all_of_an_arrow_key(shell):
    shell.type("demo keyboard\n")
    shell.wait_for(r"Press one\.$")
    shell.press("up")
    shell.wait_for(r"the byte was 0x1b$")
    shell.wait_for_prompt()
    assert "hello" in shell.shell("echo hello")
    assert "[A" not in shell.console


def test_top_refreshes_until_q_is_pressed(shell):
    shell.send_serial("top\r")
    shell.wait_for_screen(r"COMMAND$")
    shell.type("q")
    shell.wait_for_screen(r"^# *$")
    assert "hello" in shell.shell("echo hello")


def test_top_in_the_background_leaves_the_terminal_alone(shell):
    shell.send_serial("top & sleep 1000\r")
    shell.wait_for(r"^top: -EIO$")
    shell.press("ctrl", "c")
    shell.wait_for(r"^\^C$")
    shell.wait_for_prompt()
    assert "COMMAND" not in shell.console


@pytest.mark.parametrize("busy, state", [("sleep 1000", "S"), ("spin 1000", "R")])
def test_sysrq_t_shows_all_tasks_while_the_shell_is_busy(shell, busy, state):
    shell.send_serial(f"{busy}\r")
    shell.wait_for(rf"{busy}$")
    shell.press("alt", "sysrq", "t")
    shell.wait_for(r"sysrq: show all tasks$")
    shell.wait_for(rf"task:{busy[:4]}\w* +state:{state} pid:\d+ +cpu:\d+$")
    shell.press("alt", "sysrq", "t")
    shell.wait_for(r"schedule\+0x[0-9a-f]+\S* \(kernel/sched/core\.c:\d+\)$")
    shell.press("ctrl", "c")
    shell.wait_for_prompt()


def test_sysrq_w_shows_blocked_tasks_only(shell):
    shell.press("alt", "sysrq", "w")
    shell.wait_for(r"sysrq: show blocked tasks$")
    shell.shell("echo on")
    assert "state:S" not in shell.console and "state:R" not in shell.console


def test_sysrq_l_shows_what_every_cpu_does(shell):
    count = shell.args[shell.args.index("-smp") + 1]
    shell.press("alt", "sysrq", "l")
    shell.wait_for(r"sysrq: show all CPUs$")
    for cpu in range(int(count)):
        shell.wait_for(rf"CPU:? ?{cpu}\b")


def test_a_break_on_the_serial_line_makes_a_sysrq_key_of_the_next(shell):
    shell.qmp("chardev-send-break", id="com1")
    shell.send_serial("wecho on\r")
    shell.wait_for(r"sysrq: show blocked tasks$")
    shell.wait_for(r"^on$")


@pytest.mark.parametrize("key, code", [("b", 0), ("o", 33)])
def test_sysrq_leaves_the_machine(shell, key, code):
    """b reboots, which ends QEMU here; o powers off."""
    shell.press("alt", "sysrq", key)
    assert shell.wait_for_exit() == code


def test_sysrq_c_panics_on_purpose(boot):
    machine = boot(append="panic=exit")
    machine.wait_for_prompt()
    machine.press("alt", "sysrq", "c")
    machine.wait_for(r"Kernel panic - not syncing: sysrq triggered crash$")
    assert machine.wait_for_exit() == 37
