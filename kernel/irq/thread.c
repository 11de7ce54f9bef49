// SPDX-License-Identifier: MIT
/*
 * The threads of interrupt handlers: what the handler itself may not do, because it would have to
 * sleep, or because it takes long. A handler that returns IRQ_WAKE_THREAD makes its thread wanted;
 * the thread runs its function once for that. All of it is under desc->lock, so the thread either
 * sees that it is wanted before it sleeps, or is woken.
 */
#include <linux/bug.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/kthread.h>
#include <linux/sched.h>
#include "internals.h"

irqreturn_t irq_default_primary_handler(int irq, void *dev_id)
{
	return IRQ_WAKE_THREAD;
}

void irq_thread_wake(struct irq_desc *desc, struct irqaction *action)
{
	if (action->thread_wanted)
		return;
	action->thread_wanted = true;
	desc->threads_active++;
	if (action->flags & IRQF_ONESHOT)
		desc->threads_oneshot |= action->thread_mask;
	wake_up_process(action->thread);
}

/* Another one may be wanted already. The line opens when no thread is left that it was held back for. */
void irq_thread_done(struct irq_desc *desc, struct irqaction *action)
{
	desc->threads_active--;
	if ((desc->threads_oneshot & action->thread_mask) && !action->thread_wanted) {
		desc->threads_oneshot &= ~action->thread_mask;
		if (irq_is_open(desc))
			irq_open_line(desc);
	}
	if (!desc->threads_active)
		wake_up_all(&desc->wait_for_threads);
}

/* Return: false when the thread is to end. What is wanted comes first. */
static bool wait_until_wanted(struct irq_desc *desc, struct irqaction *action)
{
	bool wanted;

	for (;;) {
		set_current_state(TASK_INTERRUPTIBLE);
		spin_lock_irq(&desc->lock);
		wanted = action->thread_wanted;
		action->thread_wanted = false;
		spin_unlock_irq(&desc->lock);
		if (wanted || kthread_should_stop())
			break;
		schedule();
	}
	__set_current_state(TASK_RUNNING);
	return wanted;
}

static int irq_thread(void *data)
{
	struct irqaction *action = data;
	struct irq_desc *desc = irq_to_desc(action->irq);

	while (wait_until_wanted(desc, action)) {
		irqreturn_t answer = action->thread_fn(action->irq, action->dev_id);

		spin_lock_irq(&desc->lock);
		desc->thread_answered |= answer == IRQ_HANDLED;
		irq_thread_done(desc, action);
		spin_unlock_irq(&desc->lock);
	}
	return 0;
}

int irq_thread_create(struct irqaction *action)
{
	struct task_struct *p =
		kthread_create(irq_thread, action, "irq/%u-%s", action->irq, action->name);

	if (IS_ERR(p))
		return -ENOMEM;
	sched_set_fifo(p);
	action->thread = get_task_struct(p);
	return 0;
}

void irq_thread_stop(struct irq_desc *desc, struct irqaction *action)
{
	unsigned long flags;

	if (!action->thread)
		return;
	kthread_stop(action->thread);
	put_task_struct(action->thread);
	spin_lock_irqsave(&desc->lock, flags);
	if (action->thread_wanted) { /* but stopped before it ran for the first time */
		action->thread_wanted = false;
		irq_thread_done(desc, action);
	}
	spin_unlock_irqrestore(&desc->lock, flags);
}

void irq_wake_thread(unsigned int irq, void *dev_id)
{
	struct irq_desc *desc = irq_to_desc(irq);
	struct irqaction *action;
	unsigned long flags;

	if (!desc)
		return;
	spin_lock_irqsave(&desc->lock, flags);
	for (action = desc->action; action; action = action->next)
		if (action->dev_id == dev_id && action->thread)
			irq_thread_wake(desc, action);
	spin_unlock_irqrestore(&desc->lock, flags);
}
