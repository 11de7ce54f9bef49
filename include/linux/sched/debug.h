/* SPDX-License-Identifier: MIT */
/* Looking at tasks from outside: what they are doing, where they sleep, what they hold. */
#ifndef _LINUX_SCHED_DEBUG_H
#define _LINUX_SCHED_DEBUG_H

#include <linux/types.h>

struct task_struct;
struct pt_regs;

/**
 * show_stack - print the call trace of a task
 * @p: a task that stays around (current, or referenced, or under tasklist_lock)
 *
 * A task that runs on another CPU is held still there by an NMI meanwhile. Context: any but NMI.
 */
void show_stack(struct task_struct *p);

/* sched_show_task - print a task's state, CPU and call trace. Context: as show_stack(). */
void sched_show_task(struct task_struct *p);

/**
 * show_state_filter - sched_show_task() for every task whose state has a bit in common with
 * @state_filter
 *
 * 0 means every task. Context: any but NMI; gives up, and says so, when the task list is locked.
 */
void show_state_filter(unsigned int state_filter);
static inline void show_state(void)
{
	show_state_filter(0);
}

/* show_regs - print registers, the code where they point, and the call trace. Context: any. */
void show_regs(struct pt_regs *regs);

/**
 * get_wchan - where a task sleeps
 *
 * Context: any; @p stays around.
 * Return: the innermost code address outside functions marked __sched; 0 if @p is not sleeping.
 */
unsigned long get_wchan(struct task_struct *p);

/* in_sched_functions - Return: does @addr lie in a function marked __sched? */
bool in_sched_functions(unsigned long addr);

/* debug_show_held_locks - print the locks a task holds, and where it took each. Debug only. */
void debug_show_held_locks(struct task_struct *p);
void __debug_show_held_locks(const char *lvl, struct task_struct *p);

/* debug_show_all_locks - the same for every task. Context: as show_state_filter(). */
void debug_show_all_locks(void);

/* __schedule_bug - schedule()'s caller may not sleep. Returns only with atomic_sleep=warn. */
void __schedule_bug(struct task_struct *prev);

/* print_cpu_header - "CPU: 0 PID: 540 Comm: cat, debug kernel" at level @lvl: @cpu runs @task. */
void print_cpu_header(const char *lvl, int cpu, const struct task_struct *task);

/* print_task_header - the same about who runs here. */
void print_task_header(const char *lvl);

#endif
