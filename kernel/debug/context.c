// SPDX-License-Identifier: MIT
/*
 * Where did the code run that wanted to sleep? The lines of a report that say it: which interrupt or
 * callback, which section, and where that began. The debug profile notes these things as they happen
 * (<catnap/context.h>); each note belongs to its task or to its CPU, so there is no lock.
 */
#include <linux/atomic.h>
#include <linux/bug.h>
#include <linux/interrupt.h>
#include <linux/irqdesc.h>
#include <linux/kallsyms.h>
#include <linux/kernel.h>
#include <linux/preempt.h>
#include <linux/printk.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/smp.h>
#include <catnap/context.h>

#include "report.h"

#ifdef CONFIG_DEBUG_ATOMIC_SLEEP

#define LEVEL_MASK (NMI_MASK | HARDIRQ_MASK | SOFTIRQ_OFFSET)

DEFINE_PER_CPU(unsigned long, irq_disable_ip);

void callback_begin(struct running_callback *cb, const char *what, const void *function, int nr)
{
	struct task_struct *curr = current;

	cb->what = what;
	cb->function = function;
	cb->nr = nr;
	cb->count = preempt_count();
	cb->irqs_off = irqs_disabled();
	cb->outer = curr->callback;
	barrier(); /* an interrupt that comes here finds it complete */
	WRITE_ONCE(curr->callback, cb);
}

/* Once in a row for each function: the next call may follow at once. */
static void report_unbalanced(const struct running_callback *cb, unsigned int count, bool irqs_off)
{
	static const void *reported;

	if (xchg(&reported, cb->function) == cb->function)
		return;
	WARN(1,
	     "%s %ps leaves preempt_count %08x, entered with %08x; interrupts %s, entered with %s\n",
	     cb->what, cb->function, count, cb->count, irqs_off ? "off" : "on",
	     cb->irqs_off ? "off" : "on");
}

static noinline void restore_context(const struct running_callback *cb)
{
	unsigned int count = preempt_count();
	bool irqs_off = irqs_disabled();

	local_irq_disable();
	preempt_count_set(cb->count);
	report_unbalanced(cb, count, irqs_off);
	if (!cb->irqs_off)
		local_irq_enable();
}

void callback_end(struct running_callback *cb)
{
	WRITE_ONCE(current->callback, cb->outer);
	if (unlikely(preempt_count() != cb->count || irqs_disabled() != cb->irqs_off))
		restore_context(cb);
}

static void print_place(const char *what, unsigned long ip)
{
	char place[KSYM_SYMBOL_LEN];

	sprint_location(place, ip, true);
	pr_err("%s: %s\n", what, place);
}

static const char *level_name(int count)
{
	if (count & NMI_MASK)
		return "NMI";
	if (count & HARDIRQ_MASK)
		return "hard interrupt";
	return "softirq";
}

/* And the callbacks of this level, innermost first. */
static void print_interrupt(int count)
{
	const struct running_callback *cb = current->callback;
	char place[KSYM_SYMBOL_LEN];

	pr_err("Context: %s on CPU %d\n", level_name(count), raw_smp_processor_id());
	for (; cb && (cb->count & LEVEL_MASK) == (count & LEVEL_MASK); cb = cb->outer) {
		sprint_location(place, (unsigned long)cb->function, false);
		if (cb->nr == NO_LINE)
			pr_err(" in %s %s\n", cb->what, place);
		else
			pr_err(" in %s %s of IRQ %d\n", cb->what, place, cb->nr);
	}
}

static void print_task_context(const struct atomic_context *context)
{
	const struct task_struct *curr = current;

	if (curr->flags & PF_IDLE)
		pr_err("Context: the idle task of CPU %d\n", raw_smp_processor_id());
	if (context->in_condition)
		print_place("Context: inside the condition of wait_event() at",
			    curr->wait_condition_ip);
}

void print_context(const struct atomic_context *context)
{
	if (context->count & LEVEL_MASK)
		print_interrupt(context->count);
	else
		print_task_context(context);
}

/*
 * Where a section began is known for tasks only: an interrupt does not note where it began, and the
 * task's own notes are old by then.
 */
void print_section(const struct atomic_context *context)
{
	const struct task_struct *curr = current;

	if (context->count & LEVEL_MASK)
		return;
	if (rcu_read_depth())
		print_place("RCU read-side section began at", rcu_read_began());
	if ((context->count & PREEMPT_MASK) && !(curr->flags & PF_IDLE))
		print_place("Preemption disabled at", curr->preempt_disable_ip);
	if (context->count & SOFTIRQ_MASK)
		print_place("Bottom halves disabled at", curr->bh_disable_ip);
	if (context->irqs_off)
		print_place("Interrupts disabled at", context->irqs_off_ip);
}

#endif
