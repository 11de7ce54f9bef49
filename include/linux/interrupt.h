/* SPDX-License-Identifier: MIT */
/*
 * Interrupt handlers of drivers. A handler runs in hardirq context with interrupts off on its CPU: it may wake tasks,
 * take spinlocks (which everybody else then takes with the _irqsave form) and allocate with GFP_ATOMIC; it may not
 * sleep. One line's handlers never run on two CPUs at once.
 */
#ifndef _LINUX_INTERRUPT_H
#define _LINUX_INTERRUPT_H

#include <linux/types.h>
#include <linux/irqreturn.h>
#include <linux/irqflags.h>
#include <linux/cpumask.h>

#define IRQF_TRIGGER_NONE    0x00000000 /* as the firmware says */
#define IRQF_TRIGGER_RISING  0x00000001
#define IRQF_TRIGGER_FALLING 0x00000002
#define IRQF_TRIGGER_HIGH    0x00000004
#define IRQF_TRIGGER_LOW     0x00000008
#define IRQF_TRIGGER_MASK    0x0000000f
#define IRQF_SHARED          0x00000080 /* other handlers may use the line too, if they all say so */

typedef irqreturn_t (*irq_handler_t)(int irq, void *dev_id);

/**
 * request_irq - run @handler whenever line @irq interrupts
 * @irq: line; 0 to 15 are the ISA lines
 * @handler: called in hardirq context; says whether its device had interrupted
 * @flags: IRQF_SHARED; a trigger overrides what the firmware says, and must agree with that of a sharer
 * @name: for /proc/interrupts; kept by reference
 * @dev_id: given to @handler, and names it in free_irq(): not NULL on a shared line
 *
 * Context: task, may sleep. The handler may run before this returns.
 * Return: 0; -EINVAL for no such line, no handler or a shared line without @dev_id; -EBUSY when the line is taken by
 * someone who does not share, or differently triggered; -ENOMEM.
 */
int __must_check request_irq(unsigned int irq, irq_handler_t handler, unsigned long flags,
			     const char *name, void *dev_id);

/**
 * free_irq - undo request_irq(); when it returns, the handler runs nowhere and will not run again
 * @irq: the line
 * @dev_id: what request_irq() was given
 *
 * Context: task, may sleep; not from the handler itself. The device must not interrupt any more unless it shares.
 * Return: the name given to request_irq(), NULL (and a warning) when there is no such handler.
 */
const void *free_irq(unsigned int irq, void *dev_id);

/**
 * disable_irq - hold back a line's interrupts, and wait until a running handler has ended
 * @irq: the line
 *
 * Context: task; holding nothing that the handler wants. Nests. An edge that comes meanwhile is delivered by the
 * last enable_irq(), it is not lost. disable_irq_nosync() does not wait: any context.
 */
void disable_irq(unsigned int irq);
void disable_irq_nosync(unsigned int irq);

/* enable_irq - undo one disable_irq(). Context: any. */
void enable_irq(unsigned int irq);

/* synchronize_irq - wait until no handler of line @irq is running. Context: task; see disable_irq(). */
void synchronize_irq(unsigned int irq);

/**
 * irq_set_affinity - have line @irq interrupt the first online CPU of @cpumask
 *
 * Context: any.
 * Return: 0; -EINVAL when no CPU of @cpumask is online, or there is no such line.
 */
int irq_set_affinity(unsigned int irq, const struct cpumask *cpumask);

/* irq_init - prepare the table of interrupt lines. Context: boot CPU, before ioapic_init(). */
void irq_init(void);

/* Softirqs, in the order in which they run. */
enum {
	HI_SOFTIRQ,
	TIMER_SOFTIRQ,
	TASKLET_SOFTIRQ,
	SCHED_SOFTIRQ,
	RCU_SOFTIRQ,
	NR_SOFTIRQS,
};

struct softirq_action {
	void (*action)(struct softirq_action *action);
};

/* open_softirq - give softirq @nr its function, which runs in softirq context, on the CPU that raised it. */
void open_softirq(int nr, void (*action)(struct softirq_action *));

/* raise_softirq - have @nr run on this CPU as soon as may be. Context: any but NMI; _irqoff: interrupts off. */
void raise_softirq(unsigned int nr);
void raise_softirq_irqoff(unsigned int nr);

/* spawn_ksoftirqd - a thread for each online CPU, for when softirqs do not end. Context: task, while booting. */
void spawn_ksoftirqd(void);

#endif
