/* SPDX-License-Identifier: MIT */
/* Inside RCU: grace periods, which tree.c runs and stall.c watches. */
#ifndef _KERNEL_RCU_RCU_H
#define _KERNEL_RCU_RCU_H

#include <linux/cpumask.h>
#include <linux/rcupdate.h>
#include <linux/spinlock.h>

struct rcu_state {
	raw_spinlock_t lock;		/* innermost; interrupts off. Guards everything here */
	unsigned long started;		/* grace periods begun */
	unsigned long completed;	/* and ended: as many, or one less */
	unsigned long wanted;		/* the last that somebody waits for */
	struct cpumask qs_pending;	/* CPUs that the present one waits for */
	struct cpumask have_callbacks;	/* CPUs that have any */
	u64 start_ns;			/* of the present one, on sched_clock() */
	u64 stall_ns;			/* when it is to be reported; put off without the lock after a report */
};

extern struct rcu_state rcu_state;
extern u64 rcu_stall_timeout_ns;	/* rcupdate.rcu_cpu_stall_timeout=; a test makes it shorter */

/* rcu_check_stall - report a grace period that lasts too long. Context: hardirq, a tick. */
void rcu_check_stall(void);

#endif
