// SPDX-License-Identifier: MIT
/*
 * Wait queues: the mechanism behind <linux/wait.h>. A queue is a list of entries under a spinlock; sleepers add theirs,
 * wakers walk the list and call each entry's function. The lock is taken with interrupts off, because interrupt
 * handlers wake.
 */
#include <linux/kthread.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/wait.h>

/* Remember, for reports, which queue the running task sleeps on. */
#ifdef CONFIG_DEBUG_ATOMIC_SLEEP
#define note_wait_head(wq_head) WRITE_ONCE(current->wait_head, wq_head)
#else
#define note_wait_head(wq_head) do { } while (0)
#endif

void __init_waitqueue_head(struct wait_queue_head *wq_head, const char *name, struct lock_class_key *key)
{
	wq_head->lock = __SPIN_LOCK_UNLOCKED(wq_head->lock);
	lockdep_init_map(&wq_head->lock.dep_map, name, key, 0);
	INIT_LIST_HEAD(&wq_head->head);
}

void add_wait_queue(struct wait_queue_head *wq_head, struct wait_queue_entry *wq_entry)
{
	unsigned long flags;

	wq_entry->flags &= ~WQ_FLAG_EXCLUSIVE;
	spin_lock_irqsave(&wq_head->lock, flags);
	__add_wait_queue(wq_head, wq_entry);
	spin_unlock_irqrestore(&wq_head->lock, flags);
}

void add_wait_queue_exclusive(struct wait_queue_head *wq_head, struct wait_queue_entry *wq_entry)
{
	unsigned long flags;

	wq_entry->flags |= WQ_FLAG_EXCLUSIVE;
	spin_lock_irqsave(&wq_head->lock, flags);
	__add_wait_queue_entry_tail(wq_head, wq_entry);
	spin_unlock_irqrestore(&wq_head->lock, flags);
}

void add_wait_queue_priority(struct wait_queue_head *wq_head, struct wait_queue_entry *wq_entry)
{
	unsigned long flags;

	wq_entry->flags |= WQ_FLAG_EXCLUSIVE | WQ_FLAG_PRIORITY;
	spin_lock_irqsave(&wq_head->lock, flags);
	list_add(&wq_entry->entry, &wq_head->head);
	spin_unlock_irqrestore(&wq_head->lock, flags);
}

void remove_wait_queue(struct wait_queue_head *wq_head, struct wait_queue_entry *wq_entry)
{
	unsigned long flags;

	spin_lock_irqsave(&wq_head->lock, flags);
	__remove_wait_queue(wq_head, wq_entry);
	spin_unlock_irqrestore(&wq_head->lock, flags);
}

/*
 * Call the entries' functions until @nr_exclusive exclusive ones have woken somebody (0: all of them). Entries may
 * take themselves out on the way. Return: how many exclusive ones woke somebody.
 */
static __always_inline int __wake_up_common(struct wait_queue_head *wq_head, unsigned int mode, int nr_exclusive,
					    int wake_flags, void *key)
{
	struct wait_queue_entry *curr, *next;
	int woken = 0;

	list_for_each_entry_safe(curr, next, &wq_head->head, entry) {
		unsigned int flags = curr->flags;	/* curr may be gone after func() */
		int ret = curr->func(curr, mode, wake_flags, key);

		if (ret < 0)
			break;
		if (ret && (flags & WQ_FLAG_EXCLUSIVE) && ++woken == nr_exclusive)
			break;
	}
	return woken;
}

int __wake_up(struct wait_queue_head *wq_head, unsigned int mode, int nr, void *key)
{
	unsigned long flags;
	int woken;

	spin_lock_irqsave(&wq_head->lock, flags);
	woken = __wake_up_common(wq_head, mode, nr, 0, key);
	spin_unlock_irqrestore(&wq_head->lock, flags);
	return woken;
}

void __wake_up_locked(struct wait_queue_head *wq_head, unsigned int mode, int nr)
{
	__wake_up_common(wq_head, mode, nr, 0, NULL);
}

void __wake_up_locked_key(struct wait_queue_head *wq_head, unsigned int mode, void *key)
{
	__wake_up_common(wq_head, mode, 1, 0, key);
}

void __wake_up_sync(struct wait_queue_head *wq_head, unsigned int mode)
{
	unsigned long flags;

	spin_lock_irqsave(&wq_head->lock, flags);
	__wake_up_common(wq_head, mode, 1, WF_SYNC, NULL);
	spin_unlock_irqrestore(&wq_head->lock, flags);
}

void prepare_to_wait(struct wait_queue_head *wq_head, struct wait_queue_entry *wq_entry, int state)
{
	unsigned long flags;

	wq_entry->flags &= ~WQ_FLAG_EXCLUSIVE;
	spin_lock_irqsave(&wq_head->lock, flags);
	note_wait_head(wq_head);
	if (list_empty(&wq_entry->entry))
		__add_wait_queue(wq_head, wq_entry);
	set_current_state(state);
	spin_unlock_irqrestore(&wq_head->lock, flags);
}

bool prepare_to_wait_exclusive(struct wait_queue_head *wq_head, struct wait_queue_entry *wq_entry, int state)
{
	unsigned long flags;
	bool was_empty = false;

	wq_entry->flags |= WQ_FLAG_EXCLUSIVE;
	spin_lock_irqsave(&wq_head->lock, flags);
	note_wait_head(wq_head);
	if (list_empty(&wq_entry->entry)) {
		was_empty = list_empty(&wq_head->head);
		__add_wait_queue_entry_tail(wq_head, wq_entry);
	}
	set_current_state(state);
	spin_unlock_irqrestore(&wq_head->lock, flags);
	return was_empty;
}

void init_wait_entry(struct wait_queue_entry *wq_entry, int flags)
{
	wq_entry->flags = flags;
	wq_entry->private = current;
	wq_entry->func = autoremove_wake_function;
	INIT_LIST_HEAD(&wq_entry->entry);
}

/*
 * A signal takes the entry out of the queue under the lock. If an exclusive wake-up came before that, it has taken the
 * entry out itself and the caller finds its condition true, or tests it again and passes the wake-up's reason on; if
 * it comes after, it finds the next waiter. Either way it is not spent on a task that leaves.
 */
long prepare_to_wait_event(struct wait_queue_head *wq_head, struct wait_queue_entry *wq_entry, int state)
{
	unsigned long flags;
	long ret = 0;

	spin_lock_irqsave(&wq_head->lock, flags);
	if (unlikely(signal_pending_state(state, current))) {
		list_del_init(&wq_entry->entry);
		ret = -ERESTARTSYS;
	} else {
		note_wait_head(wq_head);
		if (list_empty(&wq_entry->entry)) {
			if (wq_entry->flags & WQ_FLAG_EXCLUSIVE)
				__add_wait_queue_entry_tail(wq_head, wq_entry);
			else
				__add_wait_queue(wq_head, wq_entry);
		}
		set_current_state(state);
	}
	spin_unlock_irqrestore(&wq_head->lock, flags);
	return ret;
}

/*
 * An entry whose both pointers lead back to itself has been taken out by autoremove_wake_function(), and nobody can
 * reach it any more: no lock is needed. list_empty_careful() looks at both, because a waker on another CPU may be in
 * the middle of list_del_init_careful(), whose last store, seen here with acquire, ends its use of the entry.
 */
void finish_wait(struct wait_queue_head *wq_head, struct wait_queue_entry *wq_entry)
{
	unsigned long flags;

	__set_current_state(TASK_RUNNING);
	note_wait_head(NULL);
	if (!list_empty_careful(&wq_entry->entry)) {
		spin_lock_irqsave(&wq_head->lock, flags);
		list_del_init(&wq_entry->entry);
		spin_unlock_irqrestore(&wq_head->lock, flags);
	}
}

int autoremove_wake_function(struct wait_queue_entry *wq_entry, unsigned int mode, int flags, void *key)
{
	int ret = default_wake_function(wq_entry, mode, flags, key);

	if (ret)
		list_del_init_careful(&wq_entry->entry);
	return ret;
}

static int __sched do_wait_intr_common(struct wait_queue_head *wq_head, struct wait_queue_entry *wait, bool irq)
{
	if (list_empty(&wait->entry))
		__add_wait_queue_entry_tail(wq_head, wait);
	note_wait_head(wq_head);
	set_current_state(TASK_INTERRUPTIBLE);
	if (signal_pending(current))
		return -ERESTARTSYS;
	if (irq)
		spin_unlock_irq(&wq_head->lock);
	else
		spin_unlock(&wq_head->lock);
	schedule();
	note_wait_head(NULL);
	if (irq)
		spin_lock_irq(&wq_head->lock);
	else
		spin_lock(&wq_head->lock);
	return 0;
}

int __sched do_wait_intr(struct wait_queue_head *wq_head, struct wait_queue_entry *wait)
{
	return do_wait_intr_common(wq_head, wait, false);
}

int __sched do_wait_intr_irq(struct wait_queue_head *wq_head, struct wait_queue_entry *wait)
{
	return do_wait_intr_common(wq_head, wait, true);
}

/*
 * The wake-up is remembered in a flag, so that the caller may test its condition in state TASK_RUNNING:
 *
 *	wait_woken()					woken_wake_function()
 *	  [A] set_current_state(mode)			  [C] wq_entry->flags |= WQ_FLAG_WOKEN
 *	      (full barrier)				      (full barrier)
 *	  [B] if (!(flags & WQ_FLAG_WOKEN))		  [D] wake it if p->state & mode
 *		      schedule_timeout()
 *	  [E] flags &= ~WQ_FLAG_WOKEN, full barrier
 *
 * As at set_current_state(), one of the two sees the other's store. The barrier at [E] puts the clearing before the
 * caller's next test of its condition: a wake-up that is erased there belongs to a condition which that test sees.
 */
long __sched wait_woken(struct wait_queue_entry *wq_entry, unsigned int mode, long timeout)
{
	set_current_state(mode);					/* [A] */
	if (!(READ_ONCE(wq_entry->flags) & WQ_FLAG_WOKEN) && !kthread_should_stop())
		timeout = schedule_timeout(timeout);			/* [B] */
	__set_current_state(TASK_RUNNING);
	smp_store_mb(wq_entry->flags, wq_entry->flags & ~WQ_FLAG_WOKEN);	/* [E] */
	return timeout;
}

int woken_wake_function(struct wait_queue_entry *wq_entry, unsigned int mode, int flags, void *key)
{
	smp_mb();			/* the caller's condition before the flag */
	wq_entry->flags |= WQ_FLAG_WOKEN;				/* [C] */
	return default_wake_function(wq_entry, mode, flags, key);	/* [D] */
}
