// SPDX-License-Identifier: MIT
/*
 * Softirqs: work that an interrupt handler leaves for right after, with interrupts on. They run when the outermost
 * interrupt ends, or when bottom halves are enabled again; what keeps coming is left to ksoftirqd/N, which takes turns
 * with other tasks. Nothing is shared: __softirq_pending belongs to its CPU, and is changed with interrupts off.
 */
#include <linux/bottom_half.h>
#include <linux/bug.h>
#include <linux/hardirq.h>
#include <linux/init.h>
#include <linux/interrupt.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/panic.h>
#include <linux/percpu.h>
#include <linux/smp.h>
#include <catnap/context.h>

#define MAX_SOFTIRQ_RESTART 10

DEFINE_PER_CPU(unsigned int, __softirq_pending);
static DEFINE_PER_CPU(struct task_struct *, ksoftirqd);
static struct softirq_action softirq_vec[NR_SOFTIRQS]; /* written while booting */

void open_softirq(int nr, void (*action)(struct softirq_action *))
{
	softirq_vec[nr].action = action;
}

static void wakeup_softirqd(void)
{
	struct task_struct *tsk = this_cpu_read(ksoftirqd);

	if (tsk)
		wake_up_process(tsk);
}

/* Run what is pending, and what that raises, a few times. Context: interrupts off, also on return. */
static void __do_softirq(void)
{
	int restart = MAX_SOFTIRQ_RESTART;
	unsigned int pending;

	__preempt_count_add(SOFTIRQ_OFFSET);
	while ((pending = this_cpu_read(__softirq_pending)) && restart--) {
		this_cpu_write(__softirq_pending, 0);
		local_irq_enable();
		do {
			unsigned int nr = __ffs(pending);
			struct running_callback cb;

			callback_begin(&cb, "softirq", softirq_vec[nr].action, NO_LINE);
			softirq_vec[nr].action(&softirq_vec[nr]);
			callback_end(&cb);
			pending &= pending - 1;
		} while (pending);
		local_irq_disable();
	}
	__preempt_count_sub(SOFTIRQ_OFFSET);
	if (pending)
		wakeup_softirqd();
}

void __irq_exit_softirq(void)
{
	__do_softirq();
}

void local_bh_enable(void)
{
	unsigned long flags;

	if (IS_ENABLED(CONFIG_DEBUG_PREEMPT))
		WARN_ONCE(in_hardirq() || irqs_disabled(),
			  "local_bh_enable() with interrupts off: softirqs would turn them on\n");
	/* One bottom-half count becomes one of preemption: it holds the CPU until the pending work is done. */
	preempt_count_sub(SOFTIRQ_DISABLE_OFFSET - PREEMPT_OFFSET);
	if (unlikely(this_cpu_read(__softirq_pending)) && !in_interrupt()) {
		local_irq_save(flags);
		__do_softirq();
		local_irq_restore(flags);
	}
	preempt_enable();
}

void raise_softirq_irqoff(unsigned int nr)
{
	this_cpu_or(__softirq_pending, 1U << nr);
	if (!in_interrupt())
		wakeup_softirqd(); /* no interrupt exit is near that would see to it */
}

void raise_softirq(unsigned int nr)
{
	unsigned long flags;

	local_irq_save(flags);
	raise_softirq_irqoff(nr);
	local_irq_restore(flags);
}

static int run_ksoftirqd(void *unused __maybe_unused)
{
	while (!kthread_should_stop()) {
		set_current_state(TASK_INTERRUPTIBLE);
		if (!this_cpu_read(__softirq_pending))
			schedule();
		__set_current_state(TASK_RUNNING);
		local_irq_disable();
		if (this_cpu_read(__softirq_pending))
			__do_softirq();
		local_irq_enable();
		cond_resched();
	}
	return 0;
}

void __init spawn_ksoftirqd(void)
{
	struct task_struct *tsk;
	int cpu;

	for_each_online_cpu(cpu) {
		tsk = kthread_create_on_cpu(run_ksoftirqd, NULL, cpu, "ksoftirqd/%u");
		if (IS_ERR(tsk))
			panic("no memory for ksoftirqd/%d", cpu);
		per_cpu(ksoftirqd, cpu) = tsk;
		wake_up_process(tsk);
	}
}
