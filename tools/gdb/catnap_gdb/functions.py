# SPDX-License-Identifier: MIT
"""Convenience functions, for conditions of breakpoints and for print."""

import fnmatch

import gdb

from . import kernel, tasks, waiting


class TaskIs(gdb.Function):
    """$task(NAME or PID): does the selected CPU run this task?

    NAME may be a pattern: break schedule if $task("kworker/*")"""

    def __init__(self):
        super().__init__("task")

    def invoke(self, wanted):
        task = tasks.Task(kernel.current())
        if wanted.type.strip_typedefs().code in (gdb.TYPE_CODE_ARRAY, gdb.TYPE_CODE_PTR):
            return fnmatch.fnmatchcase(task.comm, wanted.string())
        return task.pid == int(wanted)


class Waiters(gdb.Function):
    """$waiters(QUEUE): how many entries a wait queue has, for conditions.

    break do_idle if $waiters(console_tty.read_wait)"""

    def __init__(self):
        super().__init__("waiters")

    def invoke(self, queue):
        return len(list(waiting.entries(waiting.queue_from(queue))))


class LxCurrent(gdb.Function):
    """$lx_current(): the task that the selected CPU runs, a struct task_struct."""

    def __init__(self):
        super().__init__("lx_current")

    def invoke(self):
        return kernel.current()


class LxTaskByPid(gdb.Function):
    """$lx_task_by_pid(PID): the struct task_struct with this PID."""

    def __init__(self):
        super().__init__("lx_task_by_pid")

    def invoke(self, pid):
        return tasks.find(str(int(pid))).struct


class LxPerCpu(gdb.Function):
    """$lx_per_cpu(VARIABLE [, CPU]): a CPU's copy of a variable, the selected CPU's without a number.

    $lx_per_cpu(runqueues, 1).curr->comm"""

    def __init__(self):
        super().__init__("lx_per_cpu")

    def invoke(self, variable, cpu=None):
        cpu = kernel.selected_cpu() if cpu is None else int(cpu)
        if cpu not in kernel.online_cpus():
            raise gdb.GdbError(f"there is no CPU {cpu}")
        at = kernel.address(variable.address) + int(kernel.variable("__per_cpu_offset")[cpu]) & (1 << 64) - 1
        return gdb.Value(at).cast(variable.type.pointer()).dereference()


class ContainerOf(gdb.Function):
    """$container_of(POINTER, TYPE, MEMBER): the structure, by its name, in which the member is at this address.

    $container_of(p, "struct task_struct", "tasks")->comm"""

    def __init__(self):
        super().__init__("container_of")

    def invoke(self, pointer, kind, member):
        return kernel.container_of(pointer, kind.string(), member.string()).address


for each in (TaskIs, Waiters, LxCurrent, LxTaskByPid, LxPerCpu, ContainerOf):
    each()
