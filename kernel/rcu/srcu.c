// SPDX-License-Identifier: MIT
/*
 * SRCU. Readers count themselves in one of two counters. An updater waits until it has seen each of
 * them at zero; between the two it sends new readers to the other one, so that none is kept from
 * zero by readers that follow each other.
 *
 *	reader						updater
 *	  [A] readers[idx]++				  [C] p = new
 *	      full barrier				      full barrier
 *	  [B] read p					  [D] wait until readers[] is 0, both
 *
 * A reader that found the old p did [B] before [C], and so [A] before [D]: the updater sees it counted,
 * in whichever counter, until it has left. What index a reader got, and how old that was when it
 * counted itself, does not matter.
 *
 * Waiters share one queue, because a srcu_struct may be freed as soon as its last reader is counted
 * out. For the same reason it is not touched after that.
 */
#include <linux/bug.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/sched.h>
#include <linux/srcu.h>
#include <linux/wait.h>

static DECLARE_WAIT_QUEUE_HEAD(srcu_wait);

int __init_srcu_struct(struct srcu_struct *ssp, const char *name, struct lock_class_key *key)
{
	memset(ssp, 0, sizeof(*ssp));
	spin_lock_init(&ssp->lock);
	INIT_WORK(&ssp->work, srcu_invoke_callbacks);
	lockdep_init_map(&ssp->dep_map, name, key, 0);
	return 0;
}

void __sched cleanup_srcu_struct(struct srcu_struct *ssp)
{
	flush_work(&ssp->work);
	WARN_ON(atomic_read(&ssp->readers[0]) || atomic_read(&ssp->readers[1]));
	WARN_ON(ssp->callbacks);
}

/* ---- readers ---- */

int __srcu_read_lock(struct srcu_struct *ssp)
{
	int idx = READ_ONCE(ssp->idx);

	atomic_inc(&ssp->readers[idx]); /* [A] */
	smp_mb__after_atomic();
	return idx;
}

/*
 * The counting out is a full barrier: before it, for what the reader has done; after it, so that either
 * the waiter is found in the queue or it finds the counter at zero.
 */
void __srcu_read_unlock(struct srcu_struct *ssp, int idx)
{
	if (atomic_dec_and_test(&ssp->readers[idx]) && unlikely(waitqueue_active(&srcu_wait)))
		wake_up_all(&srcu_wait);
}

/* ---- updaters ---- */

/* Also a full barrier, after [C] and again after the last reader: wait_event() may not have waited. */
static void __sched wait_for_readers(struct srcu_struct *ssp, unsigned int idx)
{
	smp_mb();
	wait_event(srcu_wait, !atomic_read(&ssp->readers[idx])); /* [D] */
	smp_mb();
}

/* Context: its turn. */
static void __sched run_grace_period(struct srcu_struct *ssp)
{
	unsigned int idx = ssp->idx;

	WRITE_ONCE(ssp->gp_begun, ssp->gp_begun + 1);
	wait_for_readers(ssp, !idx);
	WRITE_ONCE(ssp->idx, !idx);
	wait_for_readers(ssp, idx);
}

/*
 * One at a time. Those who waited for their turn need no grace period of their own if one has begun
 * since they came: it is over, too.
 */
void __sched synchronize_srcu(struct srcu_struct *ssp)
{
	unsigned long begun;

	might_sleep();
	RCU_LOCKDEP_WARN(
		srcu_read_lock_held(ssp) || rcu_read_lock_any_held(),
		"Illegal synchronize_srcu() in SRCU (or in RCU) read-side critical section");
	smp_mb(); /* [C] before gp_begun is read: one that begins later looks at its counters after [C] */
	begun = READ_ONCE(ssp->gp_begun);
	wait_event(srcu_wait, !xchg(&ssp->synchronizing, true));
	if (ssp->gp_begun == begun)
		run_grace_period(ssp);
	smp_store_release(&ssp->synchronizing, false);
	wake_up_all(&srcu_wait);
}

void call_srcu(struct srcu_struct *ssp, struct rcu_head *head, rcu_callback_t func)
{
	unsigned long flags;

	head->func = func;
	head->next = NULL;
	spin_lock_irqsave(&ssp->lock, flags);
	if (ssp->callbacks)
		ssp->last_callback->next = head;
	else
		ssp->callbacks = head;
	ssp->last_callback = head;
	spin_unlock_irqrestore(&ssp->lock, flags);
	queue_work(system_long_wq, &ssp->work);
}

/* A callback that comes meanwhile queues the item again, for a grace period of its own. */
void srcu_invoke_callbacks(struct work_struct *work)
{
	struct srcu_struct *ssp = container_of(work, struct srcu_struct, work);
	struct rcu_head *head, *next;

	spin_lock_irq(&ssp->lock);
	head = ssp->callbacks;
	ssp->callbacks = NULL;
	spin_unlock_irq(&ssp->lock);
	if (!head)
		return;
	synchronize_srcu(ssp);
	for (; head; head = next) {
		next = head->next; /* @head may be freed, or given again */
		local_bh_disable();
		head->func(head);
		local_bh_enable();
	}
}

void __sched srcu_barrier(struct srcu_struct *ssp)
{
	flush_work(&ssp->work);
}
