/* SPDX-License-Identifier: MIT */
/* What the debug profile's spinlocks and rwlocks share. */
#ifndef _KERNEL_LOCKING_INTERNALS_H
#define _KERNEL_LOCKING_INTERNALS_H

#include <linux/bug.h>
#include <linux/preempt.h>
#include <linux/sched.h>

#ifdef CONFIG_DEBUG_SPINLOCK
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
#endif

#endif
