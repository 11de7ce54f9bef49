// SPDX-License-Identifier: MIT
/*
 * provoke's mistakes that the watchdogs report: code that never ends, tasks that are never woken, an
 * interrupt that nobody wants; and a deadlock that rt_mutex_lock() sees itself. Each goes on until the
 * report has come, or until that can be given up, and then lets go, so that the machine can be used on;
 * but for the deadlocks of mutexes, which nobody can resolve.
 */
#include <linux/err.h>
#include <linux/hung_task.h>
#include <linux/interrupt.h>
#include <linux/irqdesc.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/ktime.h>
#include <linux/mutex.h>
#include <linux/nmi.h>
#include <linux/rcupdate.h>
#include <linux/rtmutex.h>
#include <linux/sched.h>
#include <linux/semaphore.h>
#include <linux/smp.h>
#include <linux/wait.h>
#include <catnap/shell.h>

#include "../rcu/rcu.h"
#include "provoke.h"
#include "watchdog.h"

#define SCREAMING_IRQ 5

static DEFINE_MUTEX(provoke_a);
static DEFINE_MUTEX(provoke_b);
static DEFINE_SEMAPHORE(provoke_c);
static DEFINE_RT_MUTEX(provoke_d);
static DECLARE_WAIT_QUEUE_HEAD(provoke_report);

/* ---- code that never ends ---- */

/* The watchdogs count ticks, which may be few where the host is busy: so there is time enough. */
static void spin_until_reported(bool hard)
{
	ktime_t end = ktime_get() + 20 * hard_lockup_ns;
	int cpu = raw_smp_processor_id();

	while (!lockup_reported(cpu, hard) && ktime_get() < end)
		cpu_relax();
}

static void soft_lockup(void)
{
	preempt_disable();
	spin_until_reported(false);
	preempt_enable();
}

static void hard_lockup(void)
{
	if (num_online_cpus() == 1) {
		shell_printf("provoke: another CPU has to see it, and there is none\n");
		return;
	}
	local_irq_disable();
	spin_until_reported(true);
	local_irq_enable();
}

static void do_nothing(struct rcu_head *head)
{
}

static void rcu_stall(void)
{
	static struct rcu_head head;
	ktime_t end = ktime_get() + rcu_stall_timeout_ns + rcu_stall_timeout_ns / 2;

	rcu_read_lock();
	call_rcu(&head, do_nothing);
	while (ktime_get() < end)
		cpu_relax();
	rcu_read_unlock();
	rcu_barrier();
}

/* ---- tasks that are never woken ---- */

/* Until Ctrl-C, where nobody reports it. */
static void wait_for_report(struct task_struct *p)
{
	while (!hung_task_reported(p) && !signal_pending(current))
		wait_event_interruptible_timeout(provoke_report, hung_task_reported(p), HZ / 4);
}

/* Holds what provoke waits for, and sleeps. */
static int hold_too_long(void *victim)
{
	mutex_lock(&provoke_a);
	wait_for_report(victim);
	mutex_unlock(&provoke_a);
	put_task_struct(victim);
	return 0;
}

static void hung_task(void)
{
	struct task_struct *holder = kthread_run(hold_too_long, get_task_struct(current), "holder");

	if (IS_ERR(holder)) {
		put_task_struct(current);
		return;
	}
	while (!mutex_is_locked(&provoke_a))
		schedule_timeout_uninterruptible(1);
	mutex_lock(&provoke_a);
	mutex_unlock(&provoke_a);
}

/* Nobody can tell whether both hold the first when they go for the second; so each waits for that. */
static void lock_both(struct mutex *first, struct mutex *second)
{
	mutex_lock(first);
	while (!mutex_is_locked(second))
		schedule_timeout_uninterruptible(1);
	mutex_lock(second);
	mutex_unlock(second);
	mutex_unlock(first);
}

static int lock_a_then_b(void *unused)
{
	lock_both(&provoke_a, &provoke_b);
	return 0;
}

static int lock_b_then_a(void *unused)
{
	lock_both(&provoke_b, &provoke_a);
	return 0;
}

/* Both stay, whatever becomes of provoke. */
static void deadlock(void)
{
	struct task_struct *one, *other;

	one = kthread_run(lock_a_then_b, NULL, "a-then-b");
	other = kthread_run(lock_b_then_a, NULL, "b-then-a");
	if (!IS_ERR(one) && !IS_ERR(other))
		wait_for_report(one);
}

/* A semaphore has no owner: a task that takes it twice waits for an up() that only itself would do. */
static int take_twice(void *unused)
{
	down(&provoke_c);
	down(&provoke_c);
	up(&provoke_c);
	up(&provoke_c);
	return 0;
}

static void self_deadlock(void)
{
	struct task_struct *p = kthread_run(take_twice, NULL, "take-twice");

	if (IS_ERR(p))
		return;
	wait_for_report(p);
	up(&provoke_c);
}

/* Lockdep would report the second one before it is waited for; it is told here that this is another mutex. */
static int lock_own_rt_mutex(void *unused)
{
	rt_mutex_lock(&provoke_d);
	rt_mutex_lock_nested(&provoke_d, SINGLE_DEPTH_NESTING);
	return 0;
}

/* The thread stays, and the mutex with it: a second one would wait for the first, which is no deadlock. */
static void rt_deadlock(void)
{
	struct task_struct *p;

	if (rt_mutex_is_locked(&provoke_d)) {
		shell_printf("provoke: the thread of the last time still waits; see ps\n");
		return;
	}
	p = kthread_run(lock_own_rt_mutex, NULL, "rt-twice");
	while (!IS_ERR(p) && !(READ_ONCE(p->__state) & TASK_UNINTERRUPTIBLE))
		schedule_timeout_uninterruptible(1);
}

/* ---- an interrupt that nobody wants ---- */

static irqreturn_t not_mine(int irq, void *dev_id)
{
	return IRQ_NONE;
}

/*
 * No device is on this line: each interrupt is the controller's doing. Until the line is disabled: those to
 * another CPU may melt into one.
 */
static void screaming_irq(void)
{
	struct irq_desc *desc = irq_to_desc(SCREAMING_IRQ);

	if (!desc || request_irq(SCREAMING_IRQ, not_mine, 0, "provoke", NULL)) {
		shell_printf("provoke: interrupt line %d is taken\n", SCREAMING_IRQ);
		return;
	}
	while (!READ_ONCE(desc->depth) && !signal_pending(current))
		desc->irq_data.chip->irq_retrigger(&desc->irq_data);
	free_irq(SCREAMING_IRQ, NULL);
}

const struct provoke_crash provoke_lockups[] = {
	{ "softlockup", soft_lockup, "spin with preemption off until the watchdog sees it" },
	{ "hardlockup", hard_lockup, "the same with interrupts off: another CPU sees it" },
	{ "rcu-stall", rcu_stall, "stay in rcu_read_lock() for too long" },
	{ "hung-task", hung_task, "wait for a mutex whose holder sleeps" },
	{ "deadlock", deadlock, "two threads, each waits for the other's mutex, for ever" },
	{ "self-deadlock", self_deadlock, "down() twice on a semaphore of one" },
	{ "rt-deadlock", rt_deadlock, "rt_mutex_lock() twice: told at once; the thread stays" },
	{ "screaming-irq", screaming_irq, "an interrupt line that no handler answers for" },
	{}
};
