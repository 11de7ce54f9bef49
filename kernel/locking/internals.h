/* SPDX-License-Identifier: MIT */
/* What the debug profile's spinlocks and rwlocks share. */
#ifndef _KERNEL_LOCKING_INTERNALS_H
#define _KERNEL_LOCKING_INTERNALS_H

#include <linux/bug.h>
#include <linux/percpu.h>
#include <linux/preempt.h>
#include <linux/sched.h>

#ifdef CONFIG_DEBUG_SPINLOCK

/* The lock that this CPU spins for, if any, and since when: for the lockup check, and for debuggers. */
struct spin_wait {
	struct raw_spinlock *lock;
	s64 since;			/* ktime_get() */
};
DECLARE_PER_CPU(struct spin_wait, spin_wait);

extern s64 spin_lockup_ns;		/* how long a wait may last before it is reported; tests make it short */

/* spin_wait_turn - a turn of a wait in a spinlock's queue: report one that never ends. Return: false. Context: any. */
bool spin_wait_turn(void);

/* lock_bug_begin - is a lock's mistake to be reported? Once a boot; always in lockdep's sandbox. */
bool lock_bug_begin(void);

/* lock_dump - the second line of such a report, and the trace. @name: NULL if it cannot be trusted. */
void lock_dump(const void *lock, const char *name, u32 magic, const struct task_struct *owner, int owner_cpu);

/* Reports shall name the caller of spin_lock(), at @ip, as the one who disabled preemption. */
static __always_inline void __lock_preempt_disable(unsigned long ip)
{
	__preempt_count_add(PREEMPT_OFFSET);
	if ((preempt_count() & PREEMPT_MASK) == PREEMPT_OFFSET)
		current->preempt_disable_ip = ip;
	barrier();
}

/* preempt_enable(), inline, since every unlock comes by; an unlock too many must not take the count below 0. */
static __always_inline void __unlock_preempt_enable(void)
{
	barrier();
	if (WARN_ON_ONCE(!(preempt_count() & PREEMPT_MASK)))
		return;
	if (unlikely(__preempt_count_dec_and_test()))
		__preempt_schedule();
}

#else
#define spin_wait_turn() false
#endif

#endif
