// SPDX-License-Identifier: MIT
/*
 * What happens when a line interrupts. Its handlers run without desc->lock, so that they may call disable_irq_nosync(),
 * and never on two CPUs at once: whoever comes second leaves a note (`pending`) and the first goes round again.
 */
#include <linux/hardirq.h>
#include <linux/printk.h>
#include <linux/smp.h>
#include "internals.h"

#define UNHANDLED_WINDOW 100000
#define UNHANDLED_LIMIT  99900

static irqreturn_t run_handlers(struct irq_desc *desc)
{
	irqreturn_t answer = IRQ_NONE;

	for (struct irqaction *action = READ_ONCE(desc->action); action;
	     action = READ_ONCE(action->next))
		answer |= action->handler(desc->irq_data.irq, action->dev_id);
	return answer;
}

/*
 * A line stuck at its level that no driver recognises would keep the CPU for itself: after nearly a hundred thousand
 * in a row without an answer it is turned off for good. Context: desc->lock held.
 */
static void note_answer(struct irq_desc *desc, irqreturn_t answer)
{
	if (answer == IRQ_NONE)
		desc->unhandled++;
	if (++desc->count < UNHANDLED_WINDOW)
		return;
	if (desc->unhandled > UNHANDLED_LIMIT) {
		pr_emerg("irq %u: nobody cared; the line is disabled\n", desc->irq_data.irq);
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
	if (desc->depth || desc->in_progress) {
		desc->pending = true;
		if (desc->depth)
			irq_set_masked(desc, true);
		goto out;
	}
	desc->in_progress = true;
	do {
		irqreturn_t answer;

		desc->pending = false;
		spin_unlock(&desc->lock);
		answer = run_handlers(desc);
		spin_lock(&desc->lock);
		note_answer(desc, answer);
	} while (desc->pending && !desc->depth);
	WRITE_ONCE(desc->in_progress, false);
out:
	desc->irq_data.chip->irq_eoi(&desc->irq_data);
	spin_unlock(&desc->lock);
}
