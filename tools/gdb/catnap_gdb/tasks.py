# SPDX-License-Identifier: MIT
"""Tasks: who there is, and whose stack GDB looks at (ps, task, bt-task, runq)."""

import gdb

from . import frames, kernel
from .commands import command, number

TASK_RUNNING, TASK_INTERRUPTIBLE, TASK_UNINTERRUPTIBLE = 0, 1, 2
TASK_DEAD, TASK_WAKING, TASK_NOLOAD = 0x80, 0x200, 0x400
PF_IDLE = 2
POLICIES = {0: "fair", 1: "fifo", 2: "rr", 5: "idle"}


class Task:
    """A task_struct, with what one asks about it."""

    def __init__(self, struct):
        self.struct = struct

    def __getitem__(self, field):
        return self.struct[field]

    def __eq__(self, other):
        return isinstance(other, Task) and kernel.address(self.struct) == kernel.address(other.struct)

    def __hash__(self):
        return kernel.address(self.struct)

    def __str__(self):
        return f"{self.comm}/{self.pid}"

    @property
    def comm(self):
        return kernel.text(self["comm"])

    @property
    def pid(self):
        return int(self["pid"])

    @property
    def cpu(self):
        return int(self["cpu"])

    @property
    def state(self):
        """The letter that ps shows."""
        state = int(self["__state"])
        if state in (TASK_RUNNING, TASK_WAKING):
            return "R"
        if state & TASK_INTERRUPTIBLE:
            return "S"
        if state & TASK_UNINTERRUPTIBLE:
            return "I" if state & TASK_NOLOAD else "D"
        return "X" if state & TASK_DEAD else "?"

    @property
    def running(self):
        """Does a CPU run it?"""
        return self.cpu in kernel.online_cpus() and Task(kernel.current(self.cpu)) == self

    @property
    def sleeping(self):
        return not int(self["on_rq"]) and self.state != "R"

    @property
    def idle(self):
        return bool(int(self["flags"]) & PF_IDLE)

    @property
    def queue(self):
        """The wait_queue_head it sleeps on, or None."""
        if self.sleeping and kernel.has(self.struct, "wait_head") and int(self["wait_head"]):
            return self["wait_head"].dereference()
        return None

    def callers(self, limit=16):
        """Return addresses on the stack of a task that does not run, from the frame pointers."""
        frame, ip = kernel.word(int(self["thread"]["sp"]), 2)
        low = int(self["stack"])
        size = kernel.variable("early_ist_stack").type.sizeof  # each stack's
        for _ in range(limit):
            yield ip
            if not low <= frame < low + size or frame & 7:
                return
            frame, ip = kernel.word(frame, 2)

    def asleep_in(self):
        """The return address into the function that put it to sleep: the first that is not the scheduler's."""
        start, end = (kernel.address(kernel.variable(name)) for name in ("__sched_text_start", "__sched_text_end"))
        return next((ip for ip in self.callers() if not start <= ip < end), None)

    def waits_on(self):
        """What ps shows: a queue's name, else a function's."""
        if self.idle or self.running or int(self["on_rq"]):
            return "-"
        queue = self.queue
        if queue is not None:
            return kernel.text(queue["lock"]["dep_map"]["name"])
        ip = self.asleep_in()
        return kernel.bare(ip) if ip else "-"


def all_tasks():
    """Every task but the idle ones, in the order of their birth."""
    return [Task(each) for each in kernel.members(kernel.variable("task_list"), "struct task_struct", "tasks")]


def idle_tasks():
    return [Task(kernel.per_cpu("runqueues", cpu)["idle"].dereference()) for cpu in kernel.online_cpus()]


def find(argument):
    """The task with the PID typed; the selected CPU's without one. Idle tasks, all with PID 0, have names: swapper/1."""
    if not argument:
        return Task(kernel.current())
    for task in idle_tasks():
        if task.comm == argument:
            return task
    pid = number(argument, "a PID")
    if not pid:
        return Task(kernel.per_cpu("runqueues", kernel.selected_cpu())["idle"].dereference())
    for task in all_tasks():
        if task.pid == pid:
            return task
    raise gdb.GdbError(f"there is no task with PID {pid}")


@command("ps")
def ps(_):
    """List the tasks: state, CPU, class, CPU time in seconds, what each waits for.

    A star marks the tasks that a CPU runs at the moment. State R is also that of a task which waits for a CPU."""
    print("   PID S CPU CLASS       TIME  WAITS ON                     COMMAND")
    for task in idle_tasks() + all_tasks():
        used = kernel.nanoseconds(int(task["se"]["sum_exec_runtime"])) / 1e9
        kind = "idle" if task.idle else POLICIES.get(int(task["policy"]), "?")
        print(f"{'*' if task.running else ' '}{task.pid:5} {task.state} {task.cpu:3} {kind:5} {used:10.3f}  "
              f"{task.waits_on():28} {task.comm}")


def select(task):
    """Makes a task's stack the one that GDB looks at."""
    if task.running:
        frames.leave()
        thread_of(task.cpu).switch()
        gdb.newest_frame().select()
    else:
        frames.enter(int(task["thread"]["sp"]))


def thread_of(cpu):
    """GDB's thread for a CPU."""
    return next(each for each in gdb.selected_inferior().threads() if each.ptid[1] == cpu + 1)


@command("task")
def task_command(argument):
    """Look at a task's stack: task PID. Without a PID: back to what the CPU runs.

    Of a task that sleeps, or waits for a CPU, the frames are those it has on its stack: backtrace, up, down, info
    locals, info args and print show them; nothing is changed in the machine. A task that runs is its CPU's thread.
    Whatever makes the machine go on (continue, step, ...) leaves the task's stack first; finish runs until the task
    gets back to the selected frame's caller."""
    if not argument:
        frames.leave()
        gdb.newest_frame().select()
        print(f"The CPU's own stack: CPU {kernel.selected_cpu()} runs {Task(kernel.current())}.")
        return
    task = find(argument)
    select(task)
    if task.running:
        print(f"{task} runs on CPU {task.cpu}.")
    elif task.sleeping:
        on = task.waits_on()
        print(f"{task} sleeps (state {task.state})" + (f", on {on}." if on != "-" else "."))
    else:
        print(f"{task} waits for CPU {task.cpu}.")
    gdb.execute("frame")


@command("bt-task")
def bt_task(argument):
    """Print the stack of a task: bt-task PID, or of all: bt-task all."""
    chosen = idle_tasks() + all_tasks() if argument == "all" else [find(argument)]
    with frames.kept():
        for task in chosen:
            select(task)
            print(f"{task}, state {task.state}, CPU {task.cpu}{', running' if task.running else ''}")
            gdb.execute("backtrace")


@command("runq")
def runq(_):
    """Show each CPU's run queue: who runs, and who waits for the CPU, in the order of its turn.

    Real-time tasks come first, by priority; fair tasks follow, by virtual run time: the gap to the first is shown."""
    for cpu in kernel.online_cpus():
        rq = kernel.per_cpu("runqueues", cpu)
        print(f"CPU {cpu}: runs {Task(rq['curr'].dereference())}, {int(rq['nr_running'])} runnable"
              + (", to reschedule" if needs_resched(cpu) else ""))
        for task in queued(rq):
            print(f"  {task}, {order(task, rq)}")


def needs_resched(cpu):
    return not int(kernel.per_cpu("__preempt_count", cpu)) & 1 << 31


def queued(rq):
    """The tasks that wait for this CPU, those to come first in front."""
    lists = rq["rt"]["queue"]
    low, high = lists.type.range()
    for prio in range(low, high + 1):
        if int(rq["rt"]["bitmap"][prio // 64]) >> prio % 64 & 1:
            for each in kernel.members(lists[prio], "struct task_struct", "rt.run_list"):
                yield Task(each)
    for each in kernel.tree_members(rq["cfs"]["tasks_timeline"]["rb_root"]["rb_node"], "struct task_struct",
                                    "se.run_node"):
        yield Task(each)


def order(task, rq):
    if int(task["prio"]) < 99:
        return f"{POLICIES.get(int(task['policy']), '?')}, priority {int(task['rt_priority'])}"
    gap = kernel.nanoseconds(max(0, int(task["se"]["vruntime"]) - int(rq["cfs"]["min_vruntime"])))
    return f"fair, nice {int(task['static_prio']) - 120}, {gap / 1e6:.3f} ms of virtual time to go"
