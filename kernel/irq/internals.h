/* SPDX-License-Identifier: MIT */
/* What irqdesc.c, handle.c and manage.c share of the interrupt lines. */
#ifndef KERNEL_IRQ_INTERNALS_H
#define KERNEL_IRQ_INTERNALS_H

#include <linux/irqdesc.h>

/* Mask or unmask a line at its chip, if it is not so already. Context: desc->lock held. */
static inline void irq_set_masked(struct irq_desc *desc, bool masked)
{
	if (desc->masked == masked)
		return;
	desc->masked = masked;
	if (masked)
		desc->irq_data.chip->irq_mask(&desc->irq_data);
	else
		desc->irq_data.chip->irq_unmask(&desc->irq_data);
}

/* May the line interrupt? Not while it is disabled, nor until the threads have run that it is held back for. */
static inline bool irq_is_open(const struct irq_desc *desc)
{
	return !desc->depth && !desc->threads_oneshot;
}

/* Open a line that may interrupt again: deliver an edge that came meanwhile. Context: desc->lock held. */
void irq_open_line(struct irq_desc *desc);

/* Have the thread of @action run. Context: desc->lock held. */
void irq_thread_wake(struct irq_desc *desc, struct irqaction *action);

/* The thread of @action has run, or never will. Context: desc->lock held. */
void irq_thread_done(struct irq_desc *desc, struct irqaction *action);

/* Make @action its thread, which sleeps. Context: may sleep. Return: 0, -ENOMEM. */
int irq_thread_create(struct irqaction *action);

/* End it; @desc does not know the action any more. Context: may sleep. */
void irq_thread_stop(struct irq_desc *desc, struct irqaction *action);

/* The handler of those that have none: IRQ_WAKE_THREAD. */
irqreturn_t irq_default_primary_handler(int irq, void *dev_id);

#endif
