// SPDX-License-Identifier: MIT
/*
 * What happens when a line interrupts. Its handlers run without desc->lock, so that they may call disable_irq_nosync(),
 * and never on two CPUs at once: whoever comes second leaves a note (`pending`) and the first goes round again.
 */
#include <linux/hardirq.h>
#include <linux/jiffies.h>
#include <linux/printk.h>
#include <linux/smp.h>
#include <catnap/context.h>
#include "internals.h"

#define UNHANDLED_WINDOW 100000
#define UNHANDLED_LIMIT  99900

static noinline void report_missing_thread(const struct irqaction *action)
{
	pr_warn_once("irq %u: the handler of %s returned IRQ_WAKE_THREAD, but it has no thread\n",
		     action->irq, action->name);
}

static noinline void report_bogus_answer(const struct irqaction *action, irqreturn_t answer)
{
	pr_warn_once("irq %u: the handler of %s returned %#x, which is no irqreturn_t\n",
		     action->irq, action->name, answer);
}

/* A handler wants its thread, or answers nonsense: that is no answer. */
static irqreturn_t note_wish(const struct irqaction *action, irqreturn_t answer,
			     unsigned long *woken)
{
	if (answer > (IRQ_HANDLED | IRQ_WAKE_THREAD)) {
		report_bogus_answer(action, answer);
		return IRQ_NONE;
	}
	*woken |= action->thread_mask;
	if (!action->thread_mask)
		report_missing_thread(action);
	return answer;
}

/* @woken becomes the thread_mask of the threads that are to run. */
static irqreturn_t run_handlers(struct irq_desc *desc, unsigned long *woken)
{
	irqreturn_t answer = IRQ_NONE;

	for (struct irqaction *action = READ_ONCE(desc->action); action;
	     action = READ_ONCE(action->next)) {
		struct running_callback cb;
		irqreturn_t ret;

		callback_begin(&cb, "handler", action->handler, desc->irq_data.irq);
		ret = action->handler(desc->irq_data.irq, action->dev_id);
		callback_end(&cb);
		if (unlikely(ret > IRQ_HANDLED))
			ret = note_wish(action, ret, woken);
		answer |= ret;
	}
	return answer;
}

/*
 * Whose handler was just removed is not found any more, and its thread not woken. A level that is
 * still there would interrupt again at once, so its line is masked; for an edge that can wait until
 * one comes, as when the line is disabled. Context: desc->lock held.
 */
static noinline void wake_threads(struct irq_desc *desc, unsigned long woken)
{
	for (struct irqaction *action = desc->action; action; action = action->next)
		if (action->thread_mask & woken)
			irq_thread_wake(desc, action);
	if (desc->threads_oneshot && (desc->irq_data.type & IRQ_TYPE_LEVEL_MASK))
		irq_set_masked(desc, true);
}

static noinline void report_nobody_cared(const struct irq_desc *desc)
{
	pr_emerg("irq %u: nobody cared; the line is disabled. It has called:\n",
		 desc->irq_data.irq);
	for (const struct irqaction *action = desc->action; action; action = action->next) {
		pr_emerg(" %pS of %s\n", action->handler, action->name);
		if (action->thread_fn)
			pr_emerg(" %pS of %s, in its thread\n", action->thread_fn, action->name);
	}
	pr_emerg(
		"None of them knew the interrupt: does the device that raises it have a driver, and\n"
		"does its handler return IRQ_HANDLED?\n");
}

/*
 * Whose handler only woke its thread has not said whether the interrupt was his: his thread says so, and that is known
 * at the next one.
 */
static noinline bool answered_by_thread(struct irq_desc *desc, irqreturn_t answer)
{
	bool answered = (answer & IRQ_WAKE_THREAD) && desc->thread_answered;

	desc->thread_answered = false;
	return answered;
}

/* Sparse ones harm nobody: one that comes long after the last is the first of a new row. */
static void note_unhandled(struct irq_desc *desc)
{
	if (time_after(jiffies, desc->last_unhandled + HZ / 10))
		desc->unhandled = 0;
	desc->unhandled++;
	desc->last_unhandled = jiffies;
}

/*
 * A line stuck at its level that no driver recognises would keep the CPU for itself: after nearly a hundred thousand
 * in a row without an answer it is turned off for good. Context: desc->lock held.
 */
static void note_answer(struct irq_desc *desc, irqreturn_t answer)
{
	if (unlikely(!(answer & IRQ_HANDLED)) && !answered_by_thread(desc, answer))
		note_unhandled(desc);
	if (++desc->count < UNHANDLED_WINDOW)
		return;
	if (desc->unhandled > UNHANDLED_LIMIT) {
		report_nobody_cared(desc);
		desc->depth++;
		irq_set_masked(desc, true);
	}
	desc->count = 0;
	desc->unhandled = 0;
}

/*
 * Masking is put off until a disabled line really interrupts: that costs nothing if it does not, and an edge that
 * comes while the pin is masked would be lost for good, where `pending` remembers this one for enable_irq().
 */
void generic_handle_irq(unsigned int irq)
{
	struct irq_desc *desc = irq_to_desc(irq);

	(*this_cpu_ptr(&kstat_irqs))[irq]++;
	spin_lock(&desc->lock);
	if (!irq_is_open(desc) || desc->in_progress) {
		desc->pending = true;
		if (!irq_is_open(desc))
			irq_set_masked(desc, true);
		goto out;
	}
	desc->in_progress = true;
	do {
		unsigned long woken = 0;
		irqreturn_t answer;

		desc->pending = false;
		spin_unlock(&desc->lock);
		answer = run_handlers(desc, &woken);
		spin_lock(&desc->lock);
		if (unlikely(woken))
			wake_threads(desc, woken);
		note_answer(desc, answer);
	} while (desc->pending && irq_is_open(desc));
	WRITE_ONCE(desc->in_progress, false);
out:
	desc->irq_data.chip->irq_eoi(&desc->irq_data);
	spin_unlock(&desc->lock);
}
