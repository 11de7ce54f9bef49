/* SPDX-License-Identifier: MIT */
/*
 * The task that is running on this CPU, in one instruction. The load is not volatile: whatever CPU the task runs on,
 * `current` has the same value for it, so the compiler may keep the answer.
 */
#ifndef _ASM_CURRENT_H
#define _ASM_CURRENT_H

#include <asm/percpu.h>

struct task_struct;

DECLARE_PER_CPU(struct task_struct *, current_task);

static __always_inline struct task_struct *get_current(void)
{
	return this_cpu_read_stable(current_task);
}

#define current get_current()

#endif
