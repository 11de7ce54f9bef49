/* SPDX-License-Identifier: MIT */
/* Entering and leaving interrupt context: every vector's C handler stands between one of these pairs. */
#ifndef _LINUX_HARDIRQ_H
#define _LINUX_HARDIRQ_H

#include <linux/preempt.h>

/* irq_enter - a hard interrupt handler begins. Context: interrupts off. */
static __always_inline void irq_enter(void)
{
	__preempt_count_add(HARDIRQ_OFFSET);
}

void __irq_exit_softirq(void);

DECLARE_PER_CPU(unsigned int, __softirq_pending);

/* irq_exit - it ends: softirqs that it raised run here, unless it interrupted one. Context: interrupts off. */
static __always_inline void irq_exit(void)
{
	__preempt_count_sub(HARDIRQ_OFFSET);
	if (unlikely(this_cpu_read(__softirq_pending)) && !in_interrupt())
		__irq_exit_softirq();
}

/* nmi_enter, nmi_exit - the same around the NMI handler, which may have interrupted anything, those above included. */
static __always_inline void nmi_enter(void)
{
	__preempt_count_add(NMI_OFFSET + HARDIRQ_OFFSET);
}

static __always_inline void nmi_exit(void)
{
	__preempt_count_sub(NMI_OFFSET + HARDIRQ_OFFSET);
}

#endif
