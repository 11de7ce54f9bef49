// SPDX-License-Identifier: MIT
/*
 * Semaphores: a count and a list of waiters under a spinlock that is taken with interrupts off,
 * since handlers call up(). up() hands over: it does not raise the count but marks the first waiter
 * as served, so nobody who comes later overtakes it. A waiter looks and leaves only with the lock
 * held, so whoever holds the lock may touch it, and its task.
 */
#include <linux/errno.h>
#include <linux/hung_task.h>
#include <linux/kernel.h>
#include <linux/sched.h>
#include <linux/semaphore.h>

struct semaphore_waiter {
	struct list_head list;
	struct task_struct *task;
	bool up; /* served, and out of the list */
};

#ifdef CONFIG_DEBUG_LOCK_ALLOC
static void set_last_holder(struct semaphore *sem, pid_t pid)
{
	WRITE_ONCE(sem->last_holder, pid);
}
#else
#define set_last_holder(sem, pid)                                                                  \
	do {                                                                                       \
	} while (0)
#endif

/*
 * Wait in the list. Whether it was served is asked first after each sleep: an up() that comes after
 * the time is up, or after a signal, but before the lock is taken again, must not be lost.
 * Context: lock held, also on return.
 */
static noinline int __sched __down_common(struct semaphore *sem, unsigned int state, long timeout)
{
	struct semaphore_waiter waiter = { .task = current };

	list_add_tail(&waiter.list, &sem->wait_list);
	hung_task_set_blocker(sem, BLOCKER_TYPE_SEM);
	do {
		if (signal_pending_state(state, current) || timeout <= 0) {
			list_del(&waiter.list);
			break;
		}
		__set_current_state(state); /* up() looks at it under the lock: no barrier needed */
		raw_spin_unlock_irq(&sem->lock);
		timeout = schedule_timeout(timeout);
		raw_spin_lock_irq(&sem->lock);
	} while (!waiter.up);
	hung_task_clear_blocker();
	if (waiter.up)
		return 0;
	return timeout <= 0 ? -ETIME : -EINTR;
}

static __always_inline int down_common(struct semaphore *sem, unsigned int state, long timeout)
{
	unsigned long flags;
	int err = 0;

	might_sleep();
	raw_spin_lock_irqsave(&sem->lock, flags);
	if (likely(sem->count > 0))
		sem->count--;
	else
		err = __down_common(sem, state, timeout);
	if (!err)
		set_last_holder(sem, current->pid);
	raw_spin_unlock_irqrestore(&sem->lock, flags);
	return err;
}

void __sched down(struct semaphore *sem)
{
	down_common(sem, TASK_UNINTERRUPTIBLE, MAX_SCHEDULE_TIMEOUT);
}

int __sched down_interruptible(struct semaphore *sem)
{
	return down_common(sem, TASK_INTERRUPTIBLE, MAX_SCHEDULE_TIMEOUT);
}

int __sched down_killable(struct semaphore *sem)
{
	return down_common(sem, TASK_KILLABLE, MAX_SCHEDULE_TIMEOUT);
}

int __sched down_timeout(struct semaphore *sem, long timeout)
{
	return down_common(sem, TASK_UNINTERRUPTIBLE, timeout);
}

int down_trylock(struct semaphore *sem)
{
	unsigned long flags;
	bool got;

	raw_spin_lock_irqsave(&sem->lock, flags);
	got = sem->count > 0;
	if (got) {
		sem->count--;
		set_last_holder(sem, current->pid);
	}
	raw_spin_unlock_irqrestore(&sem->lock, flags);
	return !got;
}

static noinline void hand_over(struct semaphore *sem)
{
	struct semaphore_waiter *first;

	first = list_first_entry(&sem->wait_list, struct semaphore_waiter, list);
	list_del(&first->list);
	first->up = true;
	wake_up_process(first->task);
}

void up(struct semaphore *sem)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&sem->lock, flags);
	set_last_holder(sem, 0);
	if (likely(list_empty(&sem->wait_list)))
		sem->count++;
	else
		hand_over(sem);
	raw_spin_unlock_irqrestore(&sem->lock, flags);
}
