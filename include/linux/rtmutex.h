/* SPDX-License-Identifier: MIT */
/*
 * Mutexes with priority inheritance: while an important task waits, the holder runs with its
 * priority, and so does whoever holds the rt_mutex that the holder waits for, and so on. Without
 * that, tasks of middling importance, which need no mutex, could keep the holder from running and
 * the important one waiting:
 *
 *	priority	without				with
 *	high		waits for low			waits for low
 *	middle		runs, as long as it likes	waits for the CPU
 *	low		has the mutex, does not run	has the mutex, runs as high
 *
 * Waiters are served by priority, equals in order. The other rules are a mutex's. A task that would
 * wait for itself, through whatever chain, is told, or, if the call cannot fail, reported; it then
 * sleeps for ever.
 */
#ifndef _LINUX_RTMUTEX_H
#define _LINUX_RTMUTEX_H

#include <asm/current.h>
#include <linux/atomic.h>
#include <linux/kernel.h>
#include <linux/lockdep.h>
#include <linux/rbtree.h>
#include <linux/sched.h>

struct rt_mutex {
	atomic_long_t owner;		/* the task that has it; RT_MUTEX_HAS_WAITERS in bit 0 */
	struct rb_root_cached waiters;	/* rtmutex.c's lock */
#ifdef CONFIG_DEBUG_LOCK_ALLOC
	struct lockdep_map dep_map;
#endif
};

#define RT_MUTEX_HAS_WAITERS 1UL	/* the tree is not empty: unlocking takes the slow path */

#define __RT_MUTEX_INITIALIZER(mutexname)                                                          \
	{                                                                                          \
		.owner = ATOMIC64_INIT(0), .waiters = RB_ROOT_CACHED,                              \
		SLEEP_DEP_MAP_INIT(dep_map, mutexname)                                             \
	}
#define DEFINE_RT_MUTEX(mutexname) struct rt_mutex mutexname = __RT_MUTEX_INITIALIZER(mutexname)

void __rt_mutex_init(struct rt_mutex *lock, const char *name, struct lock_class_key *key);

#define rt_mutex_init(mutex)                                                                       \
	do {                                                                                       \
		static struct lock_class_key __key;                                                \
		__rt_mutex_init((mutex), #mutex, &__key);                                          \
	} while (0)

int __rt_mutex_lock_slowpath(struct rt_mutex *lock, unsigned int state);
void __rt_mutex_unlock_slowpath(struct rt_mutex *lock);

static __always_inline struct task_struct *rt_mutex_owner(struct rt_mutex *lock)
{
	return (struct task_struct *)(atomic_long_read(&lock->owner) & ~RT_MUTEX_HAS_WAITERS);
}

static __always_inline bool __rt_mutex_trylock_fast(struct rt_mutex *lock)
{
	s64 nobody = 0;

	return atomic_long_try_cmpxchg_acquire(&lock->owner, &nobody, (long)current);
}

static __always_inline bool __rt_mutex_unlock_fast(struct rt_mutex *lock)
{
	s64 curr = (long)current;

	return atomic_long_try_cmpxchg_release(&lock->owner, &curr, 0);
}

#ifdef CONFIG_DEBUG_LOCK_ALLOC

void rt_mutex_lock_nested(struct rt_mutex *lock, unsigned int subclass);

/* rt_mutex_lock - take it, or sleep until it is free. Context: task, may sleep. */
#define rt_mutex_lock(lock) rt_mutex_lock_nested(lock, 0)

/*
 * The same. Return: 0; -EINTR for a signal (killable: for SIGKILL); -EDEADLK, where Linux sleeps
 * for ever, if the caller has it, or has what its owner waits for. Context: task, may sleep.
 */
int __must_check rt_mutex_lock_interruptible(struct rt_mutex *lock);
int __must_check rt_mutex_lock_killable(struct rt_mutex *lock);

/* rt_mutex_trylock - Context: task. Does not sleep. Return: 1 when it has it now, 0 when not. */
int rt_mutex_trylock(struct rt_mutex *lock);

/* rt_mutex_unlock - give it back, and the priority with it. Context: the task that has it. */
void rt_mutex_unlock(struct rt_mutex *lock);

#else

static __always_inline void rt_mutex_lock(struct rt_mutex *lock)
{
	if (unlikely(!__rt_mutex_trylock_fast(lock)))
		__rt_mutex_lock_slowpath(lock, TASK_UNINTERRUPTIBLE);
}

static __always_inline int __must_check rt_mutex_lock_interruptible(struct rt_mutex *lock)
{
	if (likely(__rt_mutex_trylock_fast(lock)))
		return 0;
	return __rt_mutex_lock_slowpath(lock, TASK_INTERRUPTIBLE);
}

static __always_inline int __must_check rt_mutex_lock_killable(struct rt_mutex *lock)
{
	if (likely(__rt_mutex_trylock_fast(lock)))
		return 0;
	return __rt_mutex_lock_slowpath(lock, TASK_KILLABLE);
}

static __always_inline int rt_mutex_trylock(struct rt_mutex *lock)
{
	return __rt_mutex_trylock_fast(lock);
}

static __always_inline void rt_mutex_unlock(struct rt_mutex *lock)
{
	if (unlikely(!__rt_mutex_unlock_fast(lock)))
		__rt_mutex_unlock_slowpath(lock);
}

#define rt_mutex_lock_nested(lock, subclass) rt_mutex_lock(lock)

#endif

/* rt_mutex_is_locked - does anybody have it? A hint. Context: any. */
static inline bool rt_mutex_is_locked(struct rt_mutex *lock)
{
	return rt_mutex_owner(lock) != NULL;
}

/* rt_mutex_adjust_pi - @p's priority has changed: if @p waits, so has what it lends. */
void rt_mutex_adjust_pi(struct task_struct *p);

/* rt_mutex_setprio - @p is to run with @pi_prio if that is better than its own. */
void rt_mutex_setprio(struct task_struct *p, int pi_prio);

#endif
