// SPDX-License-Identifier: MIT
/*
 * Wait queues: the mechanism behind <linux/wait.h>. A queue is a list of entries under a spinlock; sleepers add theirs,
 * wakers walk the list and call each entry's function. The lock is taken with interrupts off, because interrupt
 * handlers wake.
 */
#include <linux/kthread.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/string.h>
#include <linux/wait.h>

#include "sched.h"

#ifdef CONFIG_DEBUG_ATOMIC_SLEEP
void note_waker(struct task_struct *p)
{
	p->woken.when = rdtsc();
	p->woken.pid = current->pid;
	p->woken.preempt_count = preempt_count();
	memcpy(p->woken.comm, current->comm, sizeof(p->woken.comm));
}
#endif

void __init_waitqueue_head(struct wait_queue_head *wq_head, const char *name,
			   struct lock_class_key *key)
{
	wq_head->lock = __SPIN_LOCK_UNLOCKED(wq_head->lock);
	lockdep_init_map_wait(&wq_head->lock.dep_map, name, key, 0, LD_WAIT_SPIN);
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
 * Call the entries' functions until @nr_exclusive exclusive ones have woken somebody (0: until the end). Entries may
 * take themselves out on the way. Context: the queue's lock held, interrupts off.
 */
static __always_inline void __wake_up_common(struct wait_queue_head *wq_head, unsigned int mode,
					     int nr_exclusive, void *key)
{
	struct list_head *pos, *next;

	list_for_each_safe(pos, next, &wq_head->head) {
		struct wait_queue_entry *curr = list_entry(pos, struct wait_queue_entry, entry);
		unsigned int exclusive = curr->flags &
					 WQ_FLAG_EXCLUSIVE; /* curr may be gone after func() */
		int ret = curr->func(curr, mode, 0, key);

		if (ret < 0)
			break;
		if (ret && exclusive && !--nr_exclusive)
			break;
	}
}

/* Apart from __wake_up(), so that waking an empty queue need not save the registers that the loop uses. */
static noinline void wake_up_and_unlock(struct wait_queue_head *wq_head, unsigned int mode, int nr,
					void *key, unsigned long flags) __releases(&wq_head->lock)
{
	__wake_up_common(wq_head, mode, nr, key);
	spin_unlock_irqrestore(&wq_head->lock, flags);
}

void __wake_up(struct wait_queue_head *wq_head, unsigned int mode, int nr, void *key)
{
	unsigned long flags;

	spin_lock_irqsave(&wq_head->lock, flags);
	if (likely(!list_empty(&wq_head->head)))
		wake_up_and_unlock(wq_head, mode, nr, key, flags);
	else
		spin_unlock_irqrestore(&wq_head->lock, flags);
}

/* Interrupts may be on in the locked forms, where no interrupt handler uses the queue; the functions want them off. */
void __wake_up_locked(struct wait_queue_head *wq_head, unsigned int mode, int nr)
{
	unsigned long flags;

	local_irq_save(flags);
	__wake_up_common(wq_head, mode, nr, NULL);
	local_irq_restore(flags);
}

void __wake_up_locked_key(struct wait_queue_head *wq_head, unsigned int mode, void *key)
{
	unsigned long flags;

	local_irq_save(flags);
	__wake_up_common(wq_head, mode, 1, key);
	local_irq_restore(flags);
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

bool prepare_to_wait_exclusive(struct wait_queue_head *wq_head, struct wait_queue_entry *wq_entry,
			       int state)
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

/*
 * A signal takes the entry out of the queue under the lock. If an exclusive wake-up came before that, it has taken the
 * entry out itself and the caller finds its condition true, or tests it again and passes the wake-up's reason on; if
 * it comes after, it finds the next waiter. Either way it is not spent on a task that leaves.
 */
long prepare_to_wait_event(struct wait_queue_head *wq_head, struct wait_queue_entry *wq_entry,
			   int state)
{
	struct task_struct *curr = current;
	unsigned long flags;
	long ret = 0;

	spin_lock_irqsave(&wq_head->lock, flags);
	if (unlikely(signal_pending_state(state, curr))) {
		list_del_init(&wq_entry->entry);
		note_wait_head(NULL);
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

void __finish_wait(struct wait_queue_head *wq_head, struct wait_queue_entry *wq_entry)
{
	unsigned long flags;

	spin_lock_irqsave(&wq_head->lock, flags);
	list_del_init(&wq_entry->entry);
	spin_unlock_irqrestore(&wq_head->lock, flags);
}

int default_wake_function(struct wait_queue_entry *wq_entry, unsigned int mode,
			  int flags __maybe_unused, void *key __maybe_unused)
{
	return try_to_wake_up(wq_entry->private, mode);
}

int autoremove_wake_function(struct wait_queue_entry *wq_entry, unsigned int mode,
			     int flags __maybe_unused, void *key __maybe_unused)
{
	int ret = try_to_wake_up(wq_entry->private, mode);

	if (ret)
		list_del_init_careful(&wq_entry->entry);
	return ret;
}

/* Enter the queue and set the state. Return: 0, or -ERESTARTSYS. Context: the queue's lock held. */
static int prepare_to_wait_locked(struct wait_queue_head *wq_head, struct wait_queue_entry *wait)
{
	if (list_empty(&wait->entry))
		__add_wait_queue_entry_tail(wq_head, wait);
	note_wait_head(wq_head);
	set_current_state(TASK_INTERRUPTIBLE);
	if (!signal_pending(current))
		return 0;
	note_wait_head(NULL);
	return -ERESTARTSYS;
}

int __sched do_wait_intr(struct wait_queue_head *wq_head, struct wait_queue_entry *wait)
	__must_hold(wq_head->lock)
{
	int err = prepare_to_wait_locked(wq_head, wait);

	if (err)
		return err;
	spin_unlock(&wq_head->lock);
	schedule();
	note_wait_head(NULL);
	spin_lock(&wq_head->lock);
	return 0;
}

int __sched do_wait_intr_irq(struct wait_queue_head *wq_head, struct wait_queue_entry *wait)
	__must_hold(wq_head->lock)
{
	int err = prepare_to_wait_locked(wq_head, wait);

	if (err)
		return err;
	spin_unlock_irq(&wq_head->lock);
	schedule();
	note_wait_head(NULL);
	spin_lock_irq(&wq_head->lock);
	return 0;
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
	might_sleep();
	set_current_state(mode); /* [A] */
	if (!(READ_ONCE(wq_entry->flags) & WQ_FLAG_WOKEN) && !kthread_should_stop())
		timeout = schedule_timeout(timeout); /* [B] */
	__set_current_state(TASK_RUNNING);
	smp_store_mb(wq_entry->flags, wq_entry->flags & ~WQ_FLAG_WOKEN); /* [E] */
	return timeout;
}

int woken_wake_function(struct wait_queue_entry *wq_entry, unsigned int mode, int flags, void *key)
{
	smp_mb();                         /* the caller's condition before the flag */
	wq_entry->flags |= WQ_FLAG_WOKEN; /* [C] */
	return default_wake_function(wq_entry, mode, flags, key); /* [D] */
}
