/* SPDX-License-Identifier: MIT */
/*
 * The preempt count lives in a per-CPU variable. It belongs to the running task, but needs no saving at a switch:
 * every task switches out with the count at 1 (schedule() holds preemption off), and so finds it at 1 when it is
 * switched in again.
 *
 * Bit 31 holds "need_resched" upside down: set means that nobody wants the CPU. So the whole word is 0 exactly when
 * the task is preemptible *and* should be preempted, and preempt_enable() learns both from the flags of one DEC.
 */
#ifndef _ASM_PREEMPT_H
#define _ASM_PREEMPT_H

#include <asm/percpu.h>
#include <linux/types.h>

#define PREEMPT_NEED_RESCHED 0x80000000u

DECLARE_PER_CPU(u32, __preempt_count);

static __always_inline int preempt_count(void)
{
	return this_cpu_read(__preempt_count) & ~PREEMPT_NEED_RESCHED;
}

static __always_inline void preempt_count_set(u32 pc)
{
	u32 resched = this_cpu_read(__preempt_count) & PREEMPT_NEED_RESCHED;

	this_cpu_write(__preempt_count, pc | resched);
}

static __always_inline void set_preempt_need_resched(void)
{
	this_cpu_and(__preempt_count, ~PREEMPT_NEED_RESCHED);
}

static __always_inline void clear_preempt_need_resched(void)
{
	this_cpu_or(__preempt_count, PREEMPT_NEED_RESCHED);
}

static __always_inline bool test_preempt_need_resched(void)
{
	return !(this_cpu_read(__preempt_count) & PREEMPT_NEED_RESCHED);
}

static __always_inline void __preempt_count_add(int val)
{
	__asm__ __volatile__("addl %1, %%gs:%0" : "+m"(__preempt_count) : "ri"(val) : "memory", "cc");
}

static __always_inline void __preempt_count_sub(int val)
{
	__asm__ __volatile__("subl %1, %%gs:%0" : "+m"(__preempt_count) : "ri"(val) : "memory", "cc");
}

static __always_inline bool __preempt_count_dec_and_test(void)
{
	bool zero;

	__asm__ __volatile__("decl %%gs:%1" : "=@ccz"(zero), "+m"(__preempt_count) : : "memory");
	return zero;
}

/* Call preempt_schedule() without spoiling a register: kernel/sched/thunk.asm says why. */
static __always_inline void __preempt_schedule(void)
{
	__asm__ __volatile__("call preempt_schedule_thunk" : ASM_CALL_CONSTRAINT : : "memory", "cc");
}

/* should_resched - is the count @offset, and does somebody want the CPU? */
static __always_inline bool should_resched(u32 offset)
{
	return unlikely(this_cpu_read(__preempt_count) == offset);
}

#endif
