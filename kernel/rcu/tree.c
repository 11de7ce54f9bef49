// SPDX-License-Identifier: MIT
/*
 * Grace periods. A read-side section has preemption off, so a CPU that switches tasks, that runs its
 * idle loop, or whose tick has interrupted preemptible code, is in none: that is a quiescent state.
 * A grace period begins with a list of all CPUs, each takes itself off the list at its next
 * quiescent state, and the last one ends it. Nobody looks at another CPU: each has its own tick,
 * which comes whether it idles or runs in circles.
 *
 * Grace periods are numbered. A callback waits for the first that begins after call_rcu(), which is
 * number started + 1, whether one is under way or not. So no more than two numbers that are not
 * completed have callbacks, and two lists a CPU are enough.
 *
 * Why it works:
 *
 *	updater			CPU that may have readers		updater
 *	  [A] p = new		  [R1] section that saw old
 *	  call_rcu():		  [Q] quiescent state:
 *	    lock		    lock
 *	  [B] begin		  [C] take itself off the list
 *	    unlock		    unlock
 *				  [R2] section				  [D] completed, under the lock
 *									      free old
 *
 * Every step takes rcu_state.lock. [C] comes after [B], or the CPU would not be on the list, so R2
 * comes after [A] and sees new. R1 is over before [C], and so before [D].
 */
#include <linux/bug.h>
#include <linux/init.h>
#include <linux/interrupt.h>
#include <linux/kernel.h>
#include <linux/sched.h>
#include <linux/sched/clock.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <catnap/context.h>
#include "rcu.h"

#define RCU_BATCH 32 /* callbacks called in one go, before other softirqs have a turn */

struct rcu_cblist {
	struct rcu_head *head, **tail;
};

/* A CPU's callbacks, in the order in which they came. Its own, with interrupts off. */
struct rcu_data {
	struct rcu_cblist done; /* to be called */
	struct rcu_cblist wait; /* for grace period wait_gp */
	struct rcu_cblist next; /* for grace period next_gp, a later one */
	unsigned long wait_gp, next_gp;
};

struct rcu_state rcu_state = { .lock = __RAW_SPIN_LOCK_UNLOCKED(rcu_state.lock) };

static DEFINE_PER_CPU(struct rcu_data, rcu_data);
DEFINE_PER_CPU(bool, rcu_qs_wanted); /* is it on the list? rcu_state.lock to write */
bool rcu_active;                     /* rcu_state.lock to write */

/* ---- grace periods. Context of all: rcu_state.lock held ---- */

static void update_active(void)
{
	WRITE_ONCE(rcu_active, rcu_state.completed != rcu_state.started ||
				       !cpumask_empty(&rcu_state.have_callbacks));
}

static void begin_grace_period(void)
{
	int cpu;

	rcu_state.started++;
	rcu_state.start_ns = sched_clock();
	WRITE_ONCE(rcu_state.stall_ns, rcu_state.start_ns + rcu_stall_timeout_ns);
	cpumask_copy(&rcu_state.qs_pending, cpu_online_mask);
	for_each_cpu(cpu, &rcu_state.qs_pending)
		WRITE_ONCE(per_cpu(rcu_qs_wanted, cpu), true);
}

static void end_grace_period(void)
{
	WRITE_ONCE(rcu_state.completed, rcu_state.started);
	if (rcu_state.wanted != rcu_state.completed)
		begin_grace_period();
	update_active();
}

/* Return: the number of the first grace period that begins from now on. */
static unsigned long request_grace_period(void)
{
	unsigned long gp = rcu_state.started + 1;

	rcu_state.wanted = gp;
	if (rcu_state.completed == rcu_state.started)
		begin_grace_period();
	return gp;
}

/* ---- callbacks ---- */

static void cblist_init(struct rcu_cblist *list)
{
	list->head = NULL;
	list->tail = &list->head;
}

/* Append all of @from, which is empty afterwards. */
static void cblist_move(struct rcu_cblist *to, struct rcu_cblist *from)
{
	if (!from->head)
		return;
	*to->tail = from->head;
	to->tail = from->tail;
	cblist_init(from);
}

/* Move on the callbacks whose grace period is over. Context: rcu_state.lock held. */
static void advance_callbacks(struct rcu_data *rdp)
{
	if (rdp->wait.head && rdp->wait_gp <= rcu_state.completed)
		cblist_move(&rdp->done, &rdp->wait);
	if (rdp->wait.head || !rdp->next.head)
		return;
	cblist_move(&rdp->wait, &rdp->next);
	rdp->wait_gp = rdp->next_gp;
	if (rdp->wait_gp <= rcu_state.completed)
		cblist_move(&rdp->done, &rdp->wait);
}

void call_rcu(struct rcu_head *head, rcu_callback_t func)
{
	struct rcu_data *rdp;
	unsigned long flags;

	WARN_ON_ONCE(in_nmi());
	head->func = func;
	head->next = NULL;
	raw_spin_lock_irqsave(&rcu_state.lock, flags);
	rdp = this_cpu_ptr(&rcu_data);
	advance_callbacks(rdp); /* what waits in next has a lower number, or this one's */
	rdp->next_gp = request_grace_period();
	*rdp->next.tail = head;
	rdp->next.tail = &head->next;
	cpumask_set_cpu(raw_smp_processor_id(), &rcu_state.have_callbacks);
	update_active();
	raw_spin_unlock_irqrestore(&rcu_state.lock, flags);
}

static void call_back(struct rcu_head *head)
{
	unsigned long offset = (unsigned long)head->func;
	struct running_callback cb;

	if (offset < KFREE_RCU_OFFSETS) {
		kvfree((void *)head - offset);
		return;
	}
	callback_begin(&cb, "RCU callback", head->func, NO_LINE);
	head->func(head);
	callback_end(&cb);
}

/* Return: the oldest callback that is due, or NULL; then whether the CPU has others is noted. */
static struct rcu_head *next_callback(struct rcu_data *rdp)
{
	struct rcu_head *head;

	local_irq_disable();
	head = rdp->done.head;
	if (head) {
		rdp->done.head = head->next;
		if (!head->next)
			rdp->done.tail = &rdp->done.head;
	} else if (!rdp->wait.head && !rdp->next.head) {
		raw_spin_lock(&rcu_state.lock);
		cpumask_clear_cpu(raw_smp_processor_id(), &rcu_state.have_callbacks);
		update_active();
		raw_spin_unlock(&rcu_state.lock);
	}
	local_irq_enable();
	return head;
}

static void rcu_core(struct softirq_action *action)
{
	struct rcu_data *rdp = this_cpu_ptr(&rcu_data);
	struct rcu_head *head;
	int n = 0;

	raw_spin_lock_irq(&rcu_state.lock);
	advance_callbacks(rdp);
	raw_spin_unlock_irq(&rcu_state.lock);
	while (n++ < RCU_BATCH) {
		head = next_callback(rdp);
		if (!head)
			return;
		call_back(head);
	}
	raise_softirq(RCU_SOFTIRQ);
}

/* ---- quiescent states ---- */

/*
 * Take this CPU off the list. rcu_qs_wanted was found true, and this CPU alone makes it false, so the
 * grace period that wants it had begun before.
 */
void __rcu_qs(void)
{
	raw_spin_lock(&rcu_state.lock);
	this_cpu_write(rcu_qs_wanted, false);
	cpumask_clear_cpu(raw_smp_processor_id(), &rcu_state.qs_pending);
	if (cpumask_empty(&rcu_state.qs_pending))
		end_grace_period();
	raw_spin_unlock(&rcu_state.lock);
}

static bool callbacks_due(const struct rcu_data *rdp)
{
	unsigned long completed =
		READ_ONCE(rcu_state.completed); /* looked at again under the lock */

	return rdp->done.head || (rdp->wait.head && rdp->wait_gp <= completed) ||
	       (rdp->next.head && rdp->next_gp <= completed);
}

/* A section that the tick hits every time would never end: have the CPU switch tasks right after it. */
void __rcu_sched_clock_irq(void)
{
	if (this_cpu_read(rcu_qs_wanted)) {
		if (interrupted_preemptible())
			__rcu_qs();
		else
			set_preempt_need_resched();
	}
	if (callbacks_due(this_cpu_ptr(&rcu_data)))
		raise_softirq_irqoff(RCU_SOFTIRQ);
	rcu_check_stall();
}

void __init rcu_init(void)
{
	int cpu;

	for_each_possible_cpu(cpu) {
		struct rcu_data *rdp = per_cpu_ptr(&rcu_data, cpu);

		cblist_init(&rdp->done);
		cblist_init(&rdp->wait);
		cblist_init(&rdp->next);
	}
	open_softirq(RCU_SOFTIRQ, rcu_core);
}
