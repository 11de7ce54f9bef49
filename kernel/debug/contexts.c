// SPDX-License-Identifier: MIT
/*
 * Every context that code can run in, made the way any driver makes it: by taking a lock, by requesting
 * an interrupt, by starting a timer. Interrupts of all kinds are taken by the CPU that the caller spins
 * on, so that it is the caller who is interrupted.
 */
#include <linux/bottom_half.h>
#include <linux/completion.h>
#include <linux/cpumask.h>
#include <linux/errno.h>
#include <linux/hrtimer.h>
#include <linux/interrupt.h>
#include <linux/irqdesc.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/preempt.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/seqlock.h>
#include <linux/smp.h>
#include <linux/spinlock.h>
#include <linux/timer.h>
#include <linux/wait.h>
#include <asm/apic.h>
#include <asm/nmi.h>
#include <asm/processor.h>
#include <catnap/context.h>

#include "contexts.h"

#define SOON_NS     1000000
#define PROVOKE_IRQ 5

static DEFINE_SPINLOCK(provoke_lock);
static DEFINE_RWLOCK(provoke_rwlock);
static DEFINE_SEQLOCK(provoke_seqlock);
static DECLARE_WAIT_QUEUE_HEAD(provoke_queue);

static context_fn interrupt_fn; /* for the callbacks; one at a time */
static bool interrupt_done;

/* ---- sections of a task ---- */

static int in_task_context(context_fn fn)
{
	fn();
	return 0;
}

static int in_spinlock(context_fn fn)
{
	spin_lock(&provoke_lock);
	fn();
	spin_unlock(&provoke_lock);
	return 0;
}

static int in_spinlock_irq(context_fn fn)
{
	spin_lock_irq(&provoke_lock);
	fn();
	spin_unlock_irq(&provoke_lock);
	return 0;
}

static int in_spinlock_irqsave(context_fn fn)
{
	unsigned long flags;

	spin_lock_irqsave(&provoke_lock, flags);
	fn();
	spin_unlock_irqrestore(&provoke_lock, flags);
	return 0;
}

static int in_spinlock_bh(context_fn fn)
{
	spin_lock_bh(&provoke_lock);
	fn();
	spin_unlock_bh(&provoke_lock);
	return 0;
}

static int in_rwlock_read(context_fn fn)
{
	read_lock(&provoke_rwlock);
	fn();
	read_unlock(&provoke_rwlock);
	return 0;
}

static int in_rwlock_write(context_fn fn)
{
	write_lock(&provoke_rwlock);
	fn();
	write_unlock(&provoke_rwlock);
	return 0;
}

static int in_seqlock_write(context_fn fn)
{
	write_seqlock(&provoke_seqlock);
	fn();
	write_sequnlock(&provoke_seqlock);
	return 0;
}

static int in_preempt_off(context_fn fn)
{
	preempt_disable();
	fn();
	preempt_enable();
	return 0;
}

static int in_irqs_off(context_fn fn)
{
	local_irq_disable();
	fn();
	local_irq_enable();
	return 0;
}

static int in_bh_off(context_fn fn)
{
	local_bh_disable();
	fn();
	local_bh_enable();
	return 0;
}

static int in_rcu_read(context_fn fn)
{
	rcu_read_lock();
	fn();
	rcu_read_unlock();
	return 0;
}

/* ---- conditions ---- */

struct provoked {
	struct hrtimer timer;
	struct task_struct *task;
};

/* Not before the task is asleep: woken earlier it would be TASK_RUNNING when it calls, which is no mistake. */
static enum hrtimer_restart wake_provoked(struct hrtimer *timer)
{
	if (READ_ONCE(container_of(timer, struct provoked, timer)->task->on_rq)) {
		hrtimer_forward_now(timer, ns_to_ktime(SOON_NS));
		return HRTIMER_RESTART;
	}
	wake_up(&provoke_queue);
	return HRTIMER_NORESTART;
}

/* The first test comes before the task announces that it sleeps, the second after. */
static bool condition_calls(context_fn fn, int *tests)
{
	if (++*tests < 2)
		return false;
	fn();
	return true;
}

/* If @fn sleeps, it is asleep on the queue: so the timer wakes it. */
static int in_wait_condition(context_fn fn)
{
	struct provoked p = { .task = current };
	int tests = 0;

	hrtimer_init(&p.timer, CLOCK_MONOTONIC, HRTIMER_MODE_REL_HARD);
	p.timer.function = wake_provoked;
	hrtimer_start(&p.timer, ns_to_ktime(SOON_NS), HRTIMER_MODE_REL_HARD);
	wait_event(provoke_queue, condition_calls(fn, &tests));
	hrtimer_cancel(&p.timer);
	return 0;
}

/* ---- interrupts ---- */

static void call_interrupt_fn(void)
{
	interrupt_fn();
	WRITE_ONCE(interrupt_done, true);
}

static void expect_interrupt(context_fn fn)
{
	interrupt_fn = fn;
	WRITE_ONCE(interrupt_done, false);
}

static void be_interrupted(void)
{
	while (!READ_ONCE(interrupt_done))
		cpu_relax();
}

static irqreturn_t device_handler(int irq, void *dev_id)
{
	call_interrupt_fn();
	return IRQ_HANDLED;
}

/* No device is on this line; the interrupt controller is told to deliver it as if there were one. */
static int from_hardirq(context_fn fn)
{
	struct irq_desc *desc = irq_to_desc(PROVOKE_IRQ);
	int err = -EBUSY;

	expect_interrupt(fn);
	if (desc)
		err = request_irq(PROVOKE_IRQ, device_handler, 0, "provoke", NULL);
	if (err)
		return err;
	irq_set_affinity(PROVOKE_IRQ, cpumask_of(raw_smp_processor_id()));
	desc->irq_data.chip->irq_retrigger(&desc->irq_data);
	be_interrupted();
	free_irq(PROVOKE_IRQ, NULL);
	return 0;
}

static enum hrtimer_restart hrtimer_callback(struct hrtimer *timer)
{
	call_interrupt_fn();
	return HRTIMER_NORESTART;
}

static int from_hrtimer(context_fn fn)
{
	struct hrtimer timer;

	expect_interrupt(fn);
	hrtimer_init(&timer, CLOCK_MONOTONIC, HRTIMER_MODE_REL_HARD);
	timer.function = hrtimer_callback;
	hrtimer_start(&timer, ns_to_ktime(SOON_NS), HRTIMER_MODE_REL_HARD);
	be_interrupted();
	hrtimer_cancel(&timer);
	return 0;
}

static void timer_callback(struct timer_list *timer)
{
	call_interrupt_fn();
}

static int from_timer_callback(context_fn fn)
{
	struct timer_list timer;

	expect_interrupt(fn);
	timer_setup_on_stack(&timer, timer_callback, 0);
	mod_timer(&timer, jiffies + 2);
	be_interrupted();
	del_timer_sync(&timer);
	destroy_timer_on_stack(&timer);
	return 0;
}

static void tasklet_function(struct tasklet_struct *t)
{
	call_interrupt_fn();
}

/* It runs where bottom halves are enabled again. */
static int from_tasklet_function(context_fn fn)
{
	static DECLARE_TASKLET(tasklet, tasklet_function);

	expect_interrupt(fn);
	local_bh_disable();
	tasklet_schedule(&tasklet);
	local_bh_enable();
	be_interrupted();
	tasklet_kill(&tasklet);
	return 0;
}

static void softirq_function(struct softirq_action *action)
{
	call_interrupt_fn();
}

/* It runs where bottom halves are enabled again. */
static int from_softirq(context_fn fn)
{
	expect_interrupt(fn);
	open_softirq(PROVOKE_SOFTIRQ, softirq_function);
	local_bh_disable();
	raise_softirq(PROVOKE_SOFTIRQ);
	local_bh_enable();
	be_interrupted();
	return 0;
}

static int nmi_handler(unsigned int type, struct pt_regs *regs)
{
	if (READ_ONCE(interrupt_done))
		return NMI_DONE;
	call_interrupt_fn();
	return NMI_HANDLED;
}

/*
 * With interrupts off the NMI can only come here: where no lock is held that @fn may want, as would be
 * in the middle of an interrupt.
 */
static int from_nmi(context_fn fn)
{
	int err = register_nmi_handler(NMI_LOCAL, nmi_handler, 0, "provoke");

	if (err)
		return err;
	expect_interrupt(fn);
	local_irq_disable();
	nmi_send(raw_smp_processor_id());
	be_interrupted();
	local_irq_enable();
	unregister_nmi_handler(NMI_LOCAL, "provoke");
	return 0;
}

/* ---- the idle task ---- */

#ifdef CONFIG_DEBUG_ATOMIC_SLEEP

DEFINE_PER_CPU(void (*)(void), idle_hook);
static DECLARE_COMPLETION(idle_done);

static void call_from_idle(void)
{
	call_interrupt_fn();
	complete(&idle_done);
}

/* The caller goes to sleep, so that its CPU has nothing to do. */
static int from_idle(context_fn fn)
{
	expect_interrupt(fn);
	this_cpu_write(idle_hook, call_from_idle);
	wait_for_completion(&idle_done);
	return 0;
}

#else

static int from_idle(context_fn fn)
{
	return -EOPNOTSUPP;
}

#endif

const struct context contexts[NR_CONTEXTS] = {
	{ "task", in_task_context, "nothing held" },
	{ "spinlock", in_spinlock, "spin_lock()" },
	{ "spinlock-irq", in_spinlock_irq, "spin_lock_irq()" },
	{ "spinlock-irqsave", in_spinlock_irqsave, "spin_lock_irqsave()" },
	{ "spinlock-bh", in_spinlock_bh, "spin_lock_bh()" },
	{ "rwlock-read", in_rwlock_read, "read_lock()" },
	{ "rwlock-write", in_rwlock_write, "write_lock()" },
	{ "seqlock-write", in_seqlock_write, "write_seqlock()" },
	{ "rcu-read", in_rcu_read, "rcu_read_lock()" },
	{ "preempt-off", in_preempt_off, "preempt_disable()" },
	{ "irqs-off", in_irqs_off, "local_irq_disable()" },
	{ "bh-off", in_bh_off, "local_bh_disable()" },
	{ "hardirq", from_hardirq, "a device's interrupt" },
	{ "hrtimer", from_hrtimer, "in the timer interrupt" },
	{ "softirq", from_softirq, "a softirq's function" },
	{ "tasklet", from_tasklet_function, "run by a softirq" },
	{ "timer", from_timer_callback, "in the timer softirq" },
	{ "nmi", from_nmi, "an NMI handler" },
	{ "wait-condition", in_wait_condition, "of a wait_event()" },
	{ "idle", from_idle, "the idle task" },
};

int run_in_context(const struct context *context, context_fn fn)
{
	struct cpumask mask = current->cpus_mask;
	int err;

	err = set_cpus_allowed_ptr(current, cpumask_of(raw_smp_processor_id()));
	if (err)
		return err;
	err = context->enter(fn);
	set_cpus_allowed_ptr(current, &mask);
	return err;
}
