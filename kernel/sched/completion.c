// SPDX-License-Identifier: MIT
/*
 * Completions: a count under the wait queue's own lock. Waiters are exclusive and in order, so complete() wakes the
 * one that has waited longest. complete() touches the completion only with the lock held, and a waiter returns only
 * after it has held the lock: so a completion on the waiter's stack is not touched after the waiter has gone.
 */
#include <linux/completion.h>
#include <linux/limits.h>
#include <linux/sched/signal.h>

static void complete_with_flags(struct completion *x, unsigned int done, int nr)
{
	unsigned long flags;

	spin_lock_irqsave(&x->wait.lock, flags);
	if (x->done != UINT_MAX)
		x->done = done ? done : x->done + 1;
	__wake_up_locked(&x->wait, TASK_NORMAL, nr);
	spin_unlock_irqrestore(&x->wait.lock, flags);
}

void complete(struct completion *x)
{
	complete_with_flags(x, 0, 1);
}

void complete_all(struct completion *x)
{
	complete_with_flags(x, UINT_MAX, 0);
}

/* Sleep with the lock dropped until there is a completion, a signal, or the end of the time. Lock held throughout. */
static long __sched do_wait_for_common(struct completion *x, long timeout, int state)
{
	DEFINE_WAIT_FUNC(wait, autoremove_wake_function);

	wait.flags = WQ_FLAG_EXCLUSIVE;
	while (!x->done && timeout) {
		if (signal_pending_state(state, current)) {
			timeout = -ERESTARTSYS;
			break;
		}
		if (list_empty(&wait.entry))
			__add_wait_queue_entry_tail(&x->wait, &wait);
		note_wait_head(&x->wait);
		__set_current_state(
			state); /* complete() looks at it under the lock: no barrier needed */
		spin_unlock_irq(&x->wait.lock);
		timeout = schedule_timeout(timeout);
		spin_lock_irq(&x->wait.lock);
	}
	note_wait_head(NULL);
	list_del_init(&wait.entry);
	if (!x->done)
		return timeout;
	if (x->done != UINT_MAX)
		x->done--;
	return timeout > 0 ? timeout : 1;
}

static long __sched wait_for_common(struct completion *x, long timeout, int state)
{
	might_sleep();
	spin_lock_irq(&x->wait.lock);
	timeout = do_wait_for_common(x, timeout, state);
	spin_unlock_irq(&x->wait.lock);
	return timeout;
}

void __sched wait_for_completion(struct completion *x)
{
	wait_for_common(x, MAX_SCHEDULE_TIMEOUT, TASK_UNINTERRUPTIBLE);
}

unsigned long __sched wait_for_completion_timeout(struct completion *x, unsigned long timeout)
{
	return wait_for_common(x, timeout, TASK_UNINTERRUPTIBLE);
}

int __sched wait_for_completion_state(struct completion *x, unsigned int state)
{
	long t = wait_for_common(x, MAX_SCHEDULE_TIMEOUT, state);

	return t == -ERESTARTSYS ? t : 0;
}

int __sched wait_for_completion_interruptible(struct completion *x)
{
	return wait_for_completion_state(x, TASK_INTERRUPTIBLE);
}

long __sched wait_for_completion_interruptible_timeout(struct completion *x, unsigned long timeout)
{
	return wait_for_common(x, timeout, TASK_INTERRUPTIBLE);
}

int __sched wait_for_completion_killable(struct completion *x)
{
	return wait_for_completion_state(x, TASK_KILLABLE);
}

long __sched wait_for_completion_killable_timeout(struct completion *x, unsigned long timeout)
{
	return wait_for_common(x, timeout, TASK_KILLABLE);
}

bool try_wait_for_completion(struct completion *x)
{
	unsigned long flags;
	bool got;

	spin_lock_irqsave(&x->wait.lock, flags);
	got = x->done;
	if (got && x->done != UINT_MAX)
		x->done--;
	spin_unlock_irqrestore(&x->wait.lock, flags);
	return got;
}

bool completion_done(struct completion *x)
{
	unsigned long flags;
	bool done;

	spin_lock_irqsave(&x->wait.lock, flags);
	done = x->done;
	spin_unlock_irqrestore(&x->wait.lock, flags);
	return done;
}
