// SPDX-License-Identifier: MIT
/*
 * What drivers call about interrupt lines: request and free, disable and enable, affinity. All of it changes a
 * descriptor under desc->lock; handle.c is the other side.
 */
#include <linux/bitops.h>
#include <linux/bug.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/mutex.h>
#include <linux/printk.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <asm/processor.h>
#include "internals.h"

/* May @new join the handlers of the line? Context: desc->lock held. */
static bool can_share(const struct irq_desc *desc, const struct irqaction *new)
{
	const struct irqaction *old = desc->action;
	unsigned int type = new->flags &IRQF_TRIGGER_MASK;

	return (old->flags & new->flags &IRQF_SHARED) &&
	       !((old->flags ^ new->flags) & IRQF_ONESHOT) &&
	       (!type || type == desc->irq_data.type);
}

/* A line's first handler sets its trigger and opens it. Context: desc->lock held. */
static int start_line(struct irq_desc *desc, const struct irqaction *first)
{
	unsigned int type = first->flags & IRQF_TRIGGER_MASK;
	int ret = 0;

	if (type && type != desc->irq_data.type)
		ret = desc->irq_data.chip->irq_set_type(&desc->irq_data, type);
	if (ret)
		return ret;
	desc->depth = 0;
	desc->threads_oneshot = 0;
	desc->pending = false;
	desc->count = 0;
	desc->unhandled = 0;
	desc->thread_answered = false;
	return 0;
}

/* Give @new's thread a bit that no sharer has. Context: desc->lock held. */
static int choose_thread_mask(const struct irq_desc *desc, struct irqaction *new)
{
	unsigned long used = 0;

	for (const struct irqaction *action = desc->action; action; action = action->next)
		used |= action->thread_mask;
	if (!~used)
		return -EBUSY;
	new->thread_mask = BIT(__ffs(~used));
	return 0;
}

/* Append @new, in the order in which they came. Context: desc->lock held. */
static int add_action(struct irq_desc *desc, struct irqaction *new)
{
	struct irqaction **link = &desc->action;
	bool first = !desc->action;
	int ret = 0;

	if (first)
		ret = start_line(desc, new);
	else if (!can_share(desc, new))
		ret = -EBUSY;
	if (!ret && new->thread)
		ret = choose_thread_mask(desc, new);
	if (ret)
		return ret;
	while (*link)
		link = &(*link)->next;
	smp_store_release(link, new); /* complete before run_handlers() can find it */
	if (first)
		irq_set_masked(desc, false);
	return 0;
}

static bool request_is_valid(irq_handler_t handler, irq_handler_t thread_fn, unsigned long flags,
			     const void *dev_id)
{
	if ((flags & IRQF_SHARED) && !dev_id)
		return false;
	/* Nobody would tell a level to go away before the line is open again. */
	return handler || (thread_fn && (flags & IRQF_ONESHOT));
}

static struct irqaction *alloc_action(unsigned int irq, irq_handler_t handler,
				      irq_handler_t thread_fn, unsigned long flags,
				      const char *name, void *dev_id)
{
	struct irqaction *action = kzalloc(sizeof(*action), GFP_KERNEL);

	if (!action)
		return NULL;
	action->irq = irq;
	action->handler = handler ?: irq_default_primary_handler;
	action->thread_fn = thread_fn;
	action->flags = flags;
	action->name = name;
	action->dev_id = dev_id;
	if (thread_fn && irq_thread_create(action)) {
		kfree(action);
		return NULL;
	}
	return action;
}

int request_threaded_irq(unsigned int irq, irq_handler_t handler, irq_handler_t thread_fn,
			 unsigned long flags, const char *name, void *dev_id)
{
	struct irq_desc *desc = irq_to_desc(irq);
	struct irqaction *action;
	unsigned long irqflags;
	int ret;

	if (!desc || !request_is_valid(handler, thread_fn, flags, dev_id))
		return -EINVAL;
	action = alloc_action(irq, handler, thread_fn, flags, name, dev_id);
	if (!action)
		return -ENOMEM;
	mutex_lock(&desc->request_mutex);
	spin_lock_irqsave(&desc->lock, irqflags);
	ret = add_action(desc, action);
	spin_unlock_irqrestore(&desc->lock, irqflags);
	mutex_unlock(&desc->request_mutex);
	if (ret) {
		irq_thread_stop(desc, action);
		kfree(action);
	}
	return ret;
}

/* Unlink the handler of @dev_id; the last one closes the line. Context: desc->lock held. Return: it, or NULL. */
static struct irqaction *remove_action(struct irq_desc *desc, const void *dev_id)
{
	struct irqaction **link = &desc->action;
	struct irqaction *action;

	while (*link && (*link)->dev_id != dev_id)
		link = &(*link)->next;
	action = *link;
	if (!action)
		return NULL;
	WRITE_ONCE(*link, action->next);
	if (!desc->action) {
		desc->depth = 1;
		irq_set_masked(desc, true);
	}
	return action;
}

/* Context: desc->request_mutex held, so that no new action takes the thread_mask while the old thread still runs. */
static struct irqaction *__sched take_down_action(struct irq_desc *desc, const void *dev_id)
{
	struct irqaction *action;
	unsigned long flags;

	spin_lock_irqsave(&desc->lock, flags);
	action = remove_action(desc, dev_id);
	spin_unlock_irqrestore(&desc->lock, flags);
	if (!action)
		return NULL;
	/* Its CPU may still be in it, or about to follow action->next. */
	synchronize_hardirq(desc->irq_data.irq);
	irq_thread_stop(desc, action);
	return action;
}

const void *__sched free_irq(unsigned int irq, void *dev_id)
{
	struct irq_desc *desc = irq_to_desc(irq);
	struct irqaction *action = NULL;
	const char *name;

	might_sleep();
	if (desc) {
		mutex_lock(&desc->request_mutex);
		action = take_down_action(desc, dev_id);
		mutex_unlock(&desc->request_mutex);
	}
	if (WARN(!action, "free_irq(%u): no such handler\n", irq))
		return NULL;
	name = action->name;
	kfree(action);
	return name;
}

bool synchronize_hardirq(unsigned int irq)
{
	struct irq_desc *desc = irq_to_desc(irq);
	bool in_progress, threads_active;
	unsigned long flags;

	do {
		while (desc && READ_ONCE(desc->in_progress))
			cpu_relax();
		if (!desc)
			return true;
		/* Under the lock, so that what the handler wrote is seen by the caller. */
		spin_lock_irqsave(&desc->lock, flags);
		in_progress = desc->in_progress;
		threads_active = desc->threads_active;
		spin_unlock_irqrestore(&desc->lock, flags);
	} while (in_progress);
	return !threads_active;
}

/* A handler wakes its thread before it is done with, so none is overlooked in between. */
void synchronize_irq(unsigned int irq)
{
	struct irq_desc *desc = irq_to_desc(irq);

	might_sleep();
	if (desc)
		wait_event(desc->wait_for_threads, synchronize_hardirq(irq));
}

void disable_irq_nosync(unsigned int irq)
{
	struct irq_desc *desc = irq_to_desc(irq);
	unsigned long flags;

	if (!desc)
		return;
	spin_lock_irqsave(&desc->lock, flags);
	desc->depth++;
	spin_unlock_irqrestore(&desc->lock, flags);
}

void disable_irq(unsigned int irq)
{
	might_sleep();
	disable_irq_nosync(irq);
	synchronize_irq(irq);
}

/* A level that is still there interrupts again by itself; an edge has to be repeated. Context: desc->lock held. */
void irq_open_line(struct irq_desc *desc)
{
	irq_set_masked(desc, false);
	if (desc->pending && !(desc->irq_data.type & IRQ_TYPE_LEVEL_MASK))
		desc->irq_data.chip->irq_retrigger(&desc->irq_data);
	desc->pending = false;
}

void enable_irq(unsigned int irq)
{
	struct irq_desc *desc = irq_to_desc(irq);
	unsigned long flags;
	bool balanced;

	if (!desc)
		return;
	spin_lock_irqsave(&desc->lock, flags);
	balanced = desc->depth > 0 && desc->action;
	if (balanced)
		desc->depth--;
	if (balanced && irq_is_open(desc))
		irq_open_line(desc);
	spin_unlock_irqrestore(&desc->lock, flags);
	WARN(!balanced, "enable_irq(%u) without disable_irq()\n", irq);
}

int irq_set_affinity(unsigned int irq, const struct cpumask *cpumask)
{
	struct irq_desc *desc = irq_to_desc(irq);
	unsigned int cpu = cpumask_first_and(cpumask, cpu_online_mask);
	unsigned long flags;
	int ret;

	if (!desc || cpu >= nr_cpu_ids)
		return -EINVAL;
	spin_lock_irqsave(&desc->lock, flags);
	ret = desc->irq_data.chip->irq_set_affinity(&desc->irq_data, cpu);
	if (!ret && !desc->masked)
		desc->irq_data.chip->irq_unmask(&desc->irq_data);
	spin_unlock_irqrestore(&desc->lock, flags);
	return ret;
}
