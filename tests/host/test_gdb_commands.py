# SPDX-License-Identifier: MIT
"""Each of our GDB commands against a live, a hung and a panicked kernel, on one CPU and on two."""

import functools
import re

import pytest

from conftest import KERNEL
from gdb import Gdb, Live, pid_of

pytestmark = pytest.mark.slow
COMMANDS = ["ps", "task", "bt-task", "runq", "waitq", "locks", "preempt", "irqs", "timers", "lockgraph", "dmesg",
            "modules", "press", "why", "irqs-on-step", "irqs-off-step", "who-woke", "who-took", "last-write", "when", "travel"]
ENTRIES = r"(ret_from_fork|start64|ap_start)"


@pytest.fixture(params=[1, 2], ids=lambda smp: f"{smp}cpu")
def live(request, boot, tmp_path, each_kernel):
    """Starts a machine: with live(append="...") as shell."""
    return functools.partial(Live, boot, tmp_path, smp=request.param, kernel=each_kernel)


@pytest.fixture
def shell(live):
    """A machine whose shell sleeps at its prompt and whose CPU 0 is idle; a job sleeps on a timer."""
    with live(append='run="sleep 1000 &; sleep 0.2"') as machine:
        to_the_prompt(machine)
        yield machine


def to_the_prompt(machine):
    machine("delete")
    machine("tbreak do_idle if $waiters(console_tty.read_wait)")
    machine("continue")


def say_all(machine):
    """Each command that looks, for what all of them must survive."""
    for line in ("ps", "bt-task all", "runq", "waitq all", "locks", "lockgraph", "preempt", "irqs", "timers", "dmesg 9",
                 "modules", "info threads", "task", *(f"why {pid}" for pid in re.findall(r"^[* ] *(\d+) ", machine("ps"), re.M))):
        said = machine(line)
        assert said and not re.search("Exception|Traceback|Error |Cannot|No symbol|Undefined", said), f"{line}: {said}"


def test_every_command_has_help():
    with Gdb() as gdb:
        listed = re.findall(r"^(\S+) ", gdb("catnap"), re.MULTILINE)
        assert sorted(listed) == sorted(COMMANDS)
        for name in listed:
            assert len(gdb(f"help {name}").split()) > 5, name
        for function in ("task", "waiters", "lx_current", "lx_task_by_pid", "lx_per_cpu", "container_of"):
            assert f"${function}(" in gdb(f"help function {function}")


def test_commands_before_there_is_a_machine_say_so():
    with Gdb() as gdb:
        for line in ("preempt", "task", "who-woke 1", "when"):
            assert "Python Exception" not in gdb(line), line


def test_commands_on_a_live_kernel(shell):
    tasks = shell("ps")
    sh, sleeper = pid_of(tasks, "sh"), pid_of(tasks, "sleep")
    assert re.search(rf"^ +{sh} S .* console_tty\.read_wait +sh$", tasks, re.MULTILINE), tasks
    assert tasks.count("*") == shell.smp
    assert f'"swapper/{shell.smp - 1}/0"' in shell("info threads")

    assert shell("runq").count("CPU ") == shell.smp
    assert re.search(rf"1\. sh/{sh}, state S, asleep since \[ *\d", shell("waitq console_tty.read_wait"))
    assert shell("waitq all") == shell("waitq &console_tty.read_wait")
    assert "last woken by" in shell("waitq console_tty.read_wait")
    assert "is no wait queue" in shell("waitq jiffies")
    assert "No task holds a lock" in shell("locks")
    assert "No task waits for another's lock" in shell("lockgraph")
    assert "the idle task has preemption off all its life" in shell("preempt")
    assert re.search(r"^ *1: .* i8042 \(i8042_interrupt\)$", shell("irqs"), re.MULTILINE)
    assert re.search(rf"process_timeout\(\), wakes sleep/{sleeper}$", shell("timers"), re.MULTILINE)
    assert shell("timers").count("next tick at") == shell.smp
    assert "i8042: keyboard ready" in shell("dmesg")
    assert len(shell("dmesg 2").splitlines()) == 2
    assert "no loadable modules" in shell("modules")
    assert re.search(rf"sh/{sh} sleeps .* in \w+\+.*lineedit.c:\d+\)\n.*number 1 of 1 in the wait queue", shell(f"why {sh}"))
    assert "a timer wakes it in" in shell(f"why {sleeper}")
    assert "there is no task with PID 31999" in shell("why 31999")
    assert "swapper/0/0 runs on CPU 0" in shell("task swapper/0") and "swapper/0/0" in shell("bt-task 0")
    assert len(shell("dmesg 0").splitlines()) == 0 and "press wants `make gdb`" in shell("press a")
    assert "time travel wants `make record`" in shell("when")


def number_of(trace, function):
    return re.search(rf"^#(\d+) .*\b{function} \(", trace, re.MULTILINE)[1]


def test_a_sleeping_task_s_stack_is_selected_and_left(shell):
    sh = pid_of(shell("ps"), "sh")
    before = shell("backtrace 1")
    assert "sleeps (state S), on console_tty.read_wait" in shell(f"task {sh}")
    trace = shell("backtrace")
    assert re.search(r"read_key \(.*\) at drivers/shell/lineedit.c", trace) and "ret_from_fork" in trace
    shell("frame " + number_of(trace, "edit_line"))
    assert "line = " in shell("info args")
    assert "runs swapper/" in shell("task")
    assert shell("backtrace 1") == before
    assert re.search(rf"^sh/{sh}, state S.*\n(.*\n)*.* read_key ", shell(f"bt-task {sh}"))
    everybody = shell("bt-task all")
    assert everybody.count(", state ") == len(shell("ps").splitlines()) - 1
    assert "Backtrace stopped" not in everybody and "?? ()" not in everybody
    assert shell("backtrace 1") == before
    # Stepping leaves the task's stack, and finish waits for the task itself.
    shell(f"task {sh}")
    shell("stepi")
    assert "read_key" not in shell("backtrace")
    shell(f"task {sh}")
    shell("frame " + number_of(shell("backtrace"), "schedule"))
    said = shell.pressing("finish", "a")
    assert re.search(r"edit_line|read_key", said), said


def test_finish_of_an_inlined_function_of_a_sleeping_task_says_what_to_do(shell):
    shell(f"task {pid_of(shell('ps'), 'sh')}")
    shell("frame " + number_of(shell("backtrace"), "__schedule"))
    shell("down")
    assert "switch_to" in shell("frame")
    said = shell("finish")
    assert re.search(r"^switch_to is part of __schedule: `frame (\d+)`", said), said


def test_functions_and_printers(shell):
    sh = pid_of(shell("ps"), "sh")
    assert f"task sh/{sh}, state S" in shell(f"print $lx_task_by_pid({sh})")
    assert '"swapper/' in shell("print $lx_current().comm")
    assert '"swapper/0"' in shell("print $lx_per_cpu(runqueues, 0).idle->comm")
    assert '"' in shell('print $container_of(task_list.next, "struct task_struct", "tasks")->comm')
    assert shell('print $task("swapper/*")').endswith("= 1") and shell('print $task("sh")').endswith("= 0")
    assert f"wait queue, 1 waiting: sh/{sh}" in shell("print console_tty.read_wait")
    assert re.search(r"list_head, \d+ entries", shell("print task_list"))
    assert "there is no CPU 7" in shell("print $lx_per_cpu(runqueues, 7)")
    assert "There is no member named nonsense" in shell('print $container_of(task_list.next, "struct task_struct", "nonsense")')
    assert "(tasklist_lock) unlocked" in shell("print tasklist_lock")
    assert shell("print __cpu_online_mask").endswith("CPUs 0" if shell.smp == 1 else "CPUs 0-1")
    assert re.search(r"atomic -?\d+", shell("print console_owner"))
    assert re.search(r"\d ns \(\d", shell("print next_jiffy"))


def test_a_breakpoint_for_one_task_only(live):
    with live() as machine:
        machine("delete")
        machine('tbreak schedule if $task("sh")')
        machine("continue")
        assert '"sh"' in machine("print $lx_current().comm")
        said = machine.pressing("finish", "a")  # out of schedule(): the task's next turn, whoever runs in between
        assert '"sh"' in machine("print $lx_current().comm"), said


def test_the_holder_of_a_semaphore_is_followed(live):
    """It is known by its PID. A case of the suite of hung tasks has somebody sleep in down()."""
    with live(append="test=hung_task panic=exit") as machine:
        machine("delete")
        machine("break report_hung_task if (p->blocker & 7) == 1")
        machine("continue")
        waits = re.search(r"^test/(\d+)\n  waits for \(semaphore &\(a\)\.sem\), which test/(\d+) has$", machine("locks"), re.M)
        assert waits, machine("locks")
        assert f"test/{waits[1]} -> (&(a).sem) -> test/{waits[2]} (state D" in machine("lockgraph &*")
        assert re.search(rf"which test/{waits[2]} has\ntest/{waits[2]} sleeps", machine(f"why {waits[1]}"))


@pytest.mark.parametrize("where", ["__schedule", "schedule"])
def test_next_over_the_switch_goes_on_in_the_other_task(live, where):
    with live(append='run="sleep 1"') as machine:
        def number(expression):
            return int(re.search(r"= (\d+)$", machine(f"print/u {expression}"))[1])

        machine("delete")
        machine(f'tbreak {where} if $task("sh")')
        machine("continue")
        before = number("(unsigned long)$lx_current().stack")
        for _ in range(60):
            said = machine("next")
            if not before <= number("(unsigned long)$rsp") < before + 16384:
                break
        now = number("(unsigned long)$lx_current().stack")
        assert before != now <= number("(unsigned long)$rsp") < now + 16384
        assert re.search(r"__schedule|ret_from_fork", said), said
        assert re.search(rf" {ENTRIES} \(\)", deepest(machine)), machine("backtrace")
        assert "No breakpoints" in machine("maintenance info breakpoints")


def test_commands_on_a_panicked_kernel(live):
    with live(append='run="provoke spinlock schedule"') as machine:
        machine("delete")
        machine("break leave")
        machine("continue")
        say_all(machine)
        task = pid_of(machine("ps"), "provoke")
        held = r"#0: \(provoke_lock\)\{\+\.\+\.\}, taken at in_spinlock\+0x\w+ \(kernel/debug/contexts\.c:\d+\)"
        assert re.search(rf"^provoke/{task} \(CPU \d\)\n  holds     {held}$", machine("locks"), re.MULTILINE)
        assert re.search(held, machine("preempt")) and "interrupts off" in machine("preempt")
        assert re.search(r"BUG: scheduling while atomic: provoke/", machine("dmesg"))
        assert re.search(rf"spinlock \(provoke_lock\) locked by provoke/{task}", machine("print provoke_lock"))
        assert "in_spinlock" in machine(f"bt-task {task}")
        assert "state I" in machine("why " + str(pid_of(machine("ps"), "sh")))


def test_commands_on_a_hung_kernel(live):
    """One CPU spins for ever: on a machine with two with interrupts off, on a machine with one as far as they let it."""
    with live(append="watchdog_thresh=60") as machine:
        hard = machine.smp > 1
        to_the_prompt(machine)
        machine("tbreak spin_until_reported")
        machine.go_on("continue")
        machine.machine.type(f"provoke {'hardlockup' if hard else 'softlockup'}\n")
        assert "spin_until_reported" in machine.gdb.read()
        assert "received signal SIGINT" in machine.interrupting("continue")
        say_all(machine)
        machine("tbreak lockup_reported")  # Ctrl-C may have come upon an interrupt, which says so too
        machine("continue")
        task = pid_of(machine("ps"), "provoke")
        assert "spin_until_reported" in machine(f"bt-task {task}") and f"provoke/{task}, state R" in machine(f"bt-task {task}")
        cause = "00: preemptible; interrupts off" if hard else "01: preemption off 1 times; interrupts on"
        assert re.search(rf"^CPU \d: 0x0+{cause}.*; runs provoke/{task}$", machine("preempt"), re.MULTILINE)
        assert hard or "left 0 at soft_lockup+" in machine("preempt")
        assert re.search(rf"^provoke/{task} runs, on CPU \d$", machine(f"why {task}"))
        assert re.search(rf'"provoke/{task}"', machine("info threads"))


def test_a_deadlock_is_followed_round(live):
    with live(append='run="provoke deadlock &; sleep 0.3"') as machine:
        to_the_prompt(machine)
        say_all(machine)
        tasks = machine("ps")
        a, b = f"a-then-b/{pid_of(tasks, 'a-then-b')}", f"b-then-a/{pid_of(tasks, 'b-then-a')}"
        taken = r"taken at lock_\w+\+0x\w+ \(kernel/debug/provoke_lockup\.c:\d+\)"
        said = machine(f"why {a.partition('/')[2]}")
        assert re.fullmatch(rf"{a} sleeps since .* state D: it waits for the mutex provoke_b, which {b} has\n  {taken}\n"
                            rf"{b} sleeps since .* state D: it waits for the mutex provoke_a, which {a} has\n  {taken}\n"
                            rf"  and that is {a} again: a deadlock", said), said
        assert re.search(rf"^{a}\n  holds     #0: \(provoke_a\)\{{\+\.\+\.\}}, {taken}\n"
                         rf"  waits for \(mutex provoke_b\), which {b} has$", machine("locks"), re.MULTILINE)
        graph = machine("lockgraph provoke_*")
        assert f"{a} -> (provoke_b) -> {b} -> (provoke_a) -> {a}: a deadlock" in graph
        assert re.search(rf"^  \(provoke_[ab]\) -> \(provoke_[ab]\), {taken}$", graph, re.MULTILINE), graph
        assert f"mutex (provoke_a) held by {a}, 1 waiting" in machine("print provoke_a")
        assert "mutex_lock" in machine(f"bt-task {a.partition('/')[2]}")


def test_stepping_stays_out_of_interrupts_unless_told_otherwise(shell):
    assert '"step"' in shell("show scheduler-locking")
    shell("irqs-on-step")
    assert "0x1" in shell("maintenance packet qqemu.sstep")
    shell("irqs-off-step")
    assert "0x7" in shell("maintenance packet qqemu.sstep")


def deepest(gdb):
    return gdb("backtrace -1").splitlines()[-1]


@pytest.mark.parametrize(("where", "append"), [("timer_interrupt_stub", ""), ("__switch_to_asm", ""),
                                               ("exception_common", 'run="provoke null"')])
def test_the_stack_is_unwound_at_every_instruction_of_the_assembly(boot, tmp_path, each_kernel, where, append):
    """To the task's entry function, from each instruction on the way in, and out."""
    with Live(boot, tmp_path, smp=1, kernel=each_kernel, append=append) as machine:
        machine("delete")
        machine(f"tbreak *{where}")
        machine("continue")
        for _ in range(60):
            assert re.search(rf" {ENTRIES} \(\)", deepest(machine)), machine("backtrace") + machine("x/i $pc")
            machine("stepi")


def test_symbols_before_paging(boot, tmp_path):
    boot("-S", "-gdb", f"unix:{tmp_path}/sock,server=on,wait=off", smp=1)
    with Gdb(KERNEL) as gdb:
        gdb(f"target remote {tmp_path}/sock")
        assert "0xfff0 in ?? ()" in re.sub("0x0+", "0x", gdb("backtrace 1"))
        gdb("nexti")
        assert "0xfff0" not in re.sub("0x0+", "0x", gdb("backtrace 1"))
        gdb("break pvh_start")
        assert "boot/start32.asm" in gdb("continue")
        assert len(gdb("backtrace").splitlines()) == 1
        gdb("tbreak start64")
        assert "start64 () at boot/start64.asm" in gdb("continue")
