/* SPDX-License-Identifier: MIT */
/*
 * preempt_count: why the running code may not be preempted, and so may not sleep. One word, four counts:
 *
 *	bits  0-7	preempt_disable() depth; each spinlock held adds one	PREEMPT_MASK	0x000000ff
 *	bits  8-15	softirq: bit 8 while one runs, 9-15 local_bh_disable()	SOFTIRQ_MASK	0x0000ff00
 *	bits 16-19	hardirq depth						HARDIRQ_MASK	0x000f0000
 *	bits 20-23	NMI depth						NMI_MASK	0x00f00000
 *
 * Task context with the whole count 0 and interrupts on may sleep; nothing else may.
 */
#ifndef _LINUX_PREEMPT_H
#define _LINUX_PREEMPT_H

#include <asm/preempt.h>
#include <linux/irqflags.h>

#define PREEMPT_BITS 8
#define SOFTIRQ_BITS 8
#define HARDIRQ_BITS 4
#define NMI_BITS 4

#define PREEMPT_SHIFT 0
#define SOFTIRQ_SHIFT (PREEMPT_SHIFT + PREEMPT_BITS)
#define HARDIRQ_SHIFT (SOFTIRQ_SHIFT + SOFTIRQ_BITS)
#define NMI_SHIFT (HARDIRQ_SHIFT + HARDIRQ_BITS)

#define PREEMPT_OFFSET (1 << PREEMPT_SHIFT)
#define SOFTIRQ_OFFSET (1 << SOFTIRQ_SHIFT)
#define HARDIRQ_OFFSET (1 << HARDIRQ_SHIFT)
#define NMI_OFFSET (1 << NMI_SHIFT)
#define SOFTIRQ_DISABLE_OFFSET (2 * SOFTIRQ_OFFSET)
#define PREEMPT_DISABLE_OFFSET PREEMPT_OFFSET

#define PREEMPT_MASK (((1 << PREEMPT_BITS) - 1) << PREEMPT_SHIFT)
#define SOFTIRQ_MASK (((1 << SOFTIRQ_BITS) - 1) << SOFTIRQ_SHIFT)
#define HARDIRQ_MASK (((1 << HARDIRQ_BITS) - 1) << HARDIRQ_SHIFT)
#define NMI_MASK (((1 << NMI_BITS) - 1) << NMI_SHIFT)

#define nmi_count() (preempt_count() & NMI_MASK)
#define hardirq_count() (preempt_count() & HARDIRQ_MASK)
#define softirq_count() (preempt_count() & SOFTIRQ_MASK)
#define irq_count() (preempt_count() & (NMI_MASK | HARDIRQ_MASK | SOFTIRQ_MASK))

/* Where is this code running? in_interrupt() and in_softirq() are also true while bottom halves are merely disabled. */
#define in_nmi() (nmi_count())
#define in_hardirq() (hardirq_count())
#define in_serving_softirq() (softirq_count() & SOFTIRQ_OFFSET)
#define in_task() (!(preempt_count() & (NMI_MASK | HARDIRQ_MASK | SOFTIRQ_OFFSET)))
#define in_irq() (hardirq_count())
#define in_softirq() (softirq_count())
#define in_interrupt() (irq_count())
#define in_atomic() (preempt_count() != 0)
#define in_atomic_preempt_off() (preempt_count() != PREEMPT_DISABLE_OFFSET)
#define preemptible() (preempt_count() == 0 && !irqs_disabled())

/* preempt_schedule - switch to the task that should run; nothing if preemption or interrupts are off. */
void preempt_schedule(void);

#ifdef CONFIG_DEBUG_PREEMPT
/* Out of line: remember the caller that disabled preemption first, and catch a count that goes below zero. */
void preempt_count_add(int val);
void preempt_count_sub(int val);
#else
#define preempt_count_add(val) __preempt_count_add(val)
#define preempt_count_sub(val) __preempt_count_sub(val)
#endif

#define preempt_count_inc() preempt_count_add(1)
#define preempt_count_dec() preempt_count_sub(1)

/**
 * preempt_disable - the running task keeps this CPU until the matching preempt_enable()
 *
 * Context: any. Nests. The task must not sleep meanwhile. Interrupts still come.
 */
#define preempt_disable()                                                                          \
	do {                                                                                       \
		preempt_count_inc();                                                               \
		barrier();                                                                         \
	} while (0)

/* preempt_enable - undo one preempt_disable(); switches at once if the count is 0 now and another task should run. */
#ifdef CONFIG_DEBUG_PREEMPT
#define preempt_enable()                                                                           \
	do {                                                                                       \
		barrier();                                                                         \
		preempt_count_dec();                                                               \
		if (should_resched(0))                                                             \
			__preempt_schedule();                                                      \
	} while (0)
#else
#define preempt_enable()                                                                           \
	do {                                                                                       \
		barrier();                                                                         \
		if (unlikely(__preempt_count_dec_and_test()))                                      \
			__preempt_schedule();                                                      \
	} while (0)
#endif

/* preempt_enable_no_resched - the same without the switch; for code that is about to call schedule() anyway. */
#define preempt_enable_no_resched()                                                                \
	do {                                                                                       \
		barrier();                                                                         \
		preempt_count_dec();                                                               \
	} while (0)

#define preempt_check_resched()                                                                    \
	do {                                                                                       \
		if (should_resched(0))                                                             \
			__preempt_schedule();                                                      \
	} while (0)

#define preempt_disable_notrace() preempt_disable()
#define preempt_enable_notrace() preempt_enable()

#endif
