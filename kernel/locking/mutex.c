// SPDX-License-Identifier: MIT
/*
 * The slow paths of a mutex, and the debug profile's checks. All of a mutex that is free, or that
 * nobody waits for, is its owner word, which goes from 0 to the task and back by one cmpxchg.
 *
 * Waiters. They stand in a list under wait_lock, and MUTEX_FLAG_WAITERS is set as long as the list
 * is not empty. It is set and cleared with wait_lock held, but by cmpxchg, because the owner may be
 * unlocking without that lock. With the flag set the owner's cmpxchg fails: it takes wait_lock and
 * stores the first waiter as the new owner. So the word is never 0 while anybody waits, and nobody
 * overtakes. What the last owner did is seen by the next: through the word on the fast path
 * (release, acquire), through wait_lock on the slow one, which a waiter holds when it finds that it
 * is the owner.
 */
#include <linux/bug.h>
#include <linux/errno.h>
#include <linux/hung_task.h>
#include <linux/jiffies.h>
#include <linux/mutex.h>
#include <linux/preempt.h>
#include <asm/processor.h>

#define SPIN_JIFFIES HZ /* longest spin of one wait */

struct mutex_waiter {
	struct list_head list;
	struct task_struct *task;
	bool granted; /* it is the owner, and out of the list */
};

void __mutex_init(struct mutex *lock, const char *name, struct lock_class_key *key)
{
	debug_check_no_locks_freed(lock, sizeof(*lock));
	*lock = (struct mutex)__MUTEX_INITIALIZER(*lock);
	raw_spin_lock_init(&lock->wait_lock);
	lockdep_init_map_wait(&lock->dep_map, name, key, 0, LD_WAIT_SLEEP);
}

/* Take a free mutex, or see to it that its owner will not miss the caller. wait_lock held. */
static bool trylock_or_announce(struct mutex *lock)
{
	s64 owner = atomic_long_read(&lock->owner), new;

	do {
		new = owner ? (s64)(owner | MUTEX_FLAG_WAITERS) : (s64)current;
	} while (!atomic_long_try_cmpxchg_acquire(&lock->owner, &owner, new));
	return !owner;
}

/*
 * A deadlock should sleep for ever: visibly. So nobody spins for a mutex that is its own, nor for very long: tasks that
 * wait for each other in a circle, each on a CPU of its own, would all see an owner that runs.
 */
static bool worth_spinning(struct task_struct *owner, unsigned int state, unsigned long end)
{
	return READ_ONCE(owner->on_cpu) && owner != current && !need_resched() &&
	       time_before(jiffies, end) && !signal_pending_state(state, current);
}

/*
 * Wait until the owner gives the mutex to somebody, or stops running.
 *
 * Is the owner still there when its on_cpu is read? The reference is taken with wait_lock held, the
 * caller in the list and the flag set: then the owner can give the mutex back only under wait_lock,
 * so it is still inside its critical section, and alive. From there on the reference keeps it, also
 * if it unlocks and ends while this loop looks at it.
 */
static void __sched spin_on_owner(struct mutex *lock, struct task_struct *owner, unsigned int state,
				  unsigned long end) __releases(&lock->wait_lock)
	__acquires(&lock->wait_lock)
{
	get_task_struct(owner);
	raw_spin_unlock(&lock->wait_lock);
	while (__mutex_owner(lock) == owner && worth_spinning(owner, state, end))
		cpu_relax();
	put_task_struct(owner);
	raw_spin_lock(&lock->wait_lock);
}

/* No barrier after the state: unlocking looks for waiters, and wakes them, under wait_lock. */
static void __sched sleep_until_woken(struct mutex *lock, unsigned int state)
	__releases(&lock->wait_lock) __acquires(&lock->wait_lock)
{
	__set_current_state(state);
	raw_spin_unlock(&lock->wait_lock);
	schedule();
	raw_spin_lock(&lock->wait_lock);
}

/* Leave the list without the mutex. The owner may be unlocking: the flag goes by a locked AND. */
static void give_up(struct mutex *lock, struct mutex_waiter *waiter)
{
	list_del(&waiter->list);
	if (list_empty(&lock->wait_list))
		atomic_long_andnot(MUTEX_FLAG_WAITERS, &lock->owner);
}

static int __sched wait_in_list(struct mutex *lock, unsigned int state)
{
	struct mutex_waiter waiter = { .task = current };
	unsigned long spin_end = jiffies + SPIN_JIFFIES;
	struct task_struct *owner;

	list_add_tail(&waiter.list, &lock->wait_list);
	hung_task_set_blocker(lock, BLOCKER_TYPE_MUTEX);
	while (!waiter.granted) {
		if (signal_pending_state(state, current)) {
			give_up(lock, &waiter);
			break;
		}
		owner = __mutex_owner(lock);
		if (worth_spinning(owner, state, spin_end))
			spin_on_owner(lock, owner, state, spin_end);
		else
			sleep_until_woken(lock, state);
	}
	hung_task_clear_blocker();
	return waiter.granted ? 0 : -EINTR;
}

int __sched __mutex_lock_slowpath(struct mutex *lock, unsigned int state)
{
	int err = 0;

	raw_spin_lock(&lock->wait_lock);
	if (!trylock_or_announce(lock))
		err = wait_in_list(lock, state);
	raw_spin_unlock(&lock->wait_lock);
	return err;
}

/*
 * The list may be empty: the last waiter gave up before the caller got wait_lock. A waiter leaves
 * only with wait_lock held, so its task is there to be woken.
 */
void __mutex_unlock_slowpath(struct mutex *lock)
{
	struct mutex_waiter *first;
	unsigned long owner = 0;

	raw_spin_lock(&lock->wait_lock);
	first = list_first_entry_or_null(&lock->wait_list, struct mutex_waiter, list);
	if (first) {
		list_del(&first->list);
		owner = (unsigned long)first->task;
		if (!list_empty(&lock->wait_list))
			owner |= MUTEX_FLAG_WAITERS;
	}
	smp_store_release(&lock->owner.counter, owner);
	if (first) {
		first->granted = true;
		wake_up_process(first->task);
	}
	raw_spin_unlock(&lock->wait_lock);
}

#ifdef CONFIG_DEBUG_LOCK_ALLOC

static __always_inline void check_magic(struct mutex *lock)
{
	WARN(lock->magic != lock, "mutex %px: destroyed, or never initialised\n", lock);
}

static __always_inline int __sched lock_common(struct mutex *lock, unsigned int state,
					       unsigned int subclass, unsigned long ip)
{
	int err = 0;

	might_sleep();
	check_magic(lock);
	mutex_acquire(&lock->dep_map, subclass, 0, ip);
	if (!__mutex_trylock_fast(lock))
		err = __mutex_lock_slowpath(lock, state);
	if (err)
		mutex_release(&lock->dep_map, ip);
	return err;
}

void __sched mutex_lock_nested(struct mutex *lock, unsigned int subclass)
{
	lock_common(lock, TASK_UNINTERRUPTIBLE, subclass, _RET_IP_);
}

void __sched _mutex_lock_nest_lock(struct mutex *lock, struct lockdep_map *nest_lock)
{
	might_sleep();
	check_magic(lock);
	lock_acquire_nest(&lock->dep_map, nest_lock, 0, _RET_IP_);
	if (!__mutex_trylock_fast(lock))
		__mutex_lock_slowpath(lock, TASK_UNINTERRUPTIBLE);
}

int __sched mutex_lock_interruptible_nested(struct mutex *lock, unsigned int subclass)
{
	return lock_common(lock, TASK_INTERRUPTIBLE, subclass, _RET_IP_);
}

int __sched mutex_lock_killable_nested(struct mutex *lock, unsigned int subclass)
{
	return lock_common(lock, TASK_KILLABLE, subclass, _RET_IP_);
}

int mutex_trylock(struct mutex *lock)
{
	check_magic(lock);
	WARN_ON_ONCE(!in_task());
	if (!__mutex_trylock_fast(lock))
		return 0;
	mutex_acquire(&lock->dep_map, 0, 1, _RET_IP_);
	return 1;
}

void mutex_unlock(struct mutex *lock)
{
	check_magic(lock);
	WARN(__mutex_owner(lock) != current, "mutex (%s): unlocked by %s/%d, who does not own it\n",
	     lock->dep_map.name, current->comm, current->pid);
	WARN_ON_ONCE(!in_task());
	mutex_release(&lock->dep_map, _RET_IP_);
	if (!__mutex_unlock_fast(lock))
		__mutex_unlock_slowpath(lock);
}

void mutex_destroy(struct mutex *lock)
{
	WARN(mutex_is_locked(lock), "mutex (%s): destroyed while it is locked\n",
	     lock->dep_map.name);
	lock->magic = NULL;
}

#endif
