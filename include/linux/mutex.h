/* SPDX-License-Identifier: MIT */
/*
 * Mutexes: mutual exclusion between tasks, whose holder may sleep. One task holds it, and that task
 * gives it back, before it ends. No interrupt handler and no bottom half uses one, mutex_trylock()
 * included. Those who wait are served in order, and nobody overtakes them: a mutex that is given
 * back while somebody waits belongs to that one at once. Meanwhile the waiter spins as long as the
 * holder runs on another CPU, because then it will be soon; otherwise it sleeps.
 *
 * mutex_unlock() may still look at the mutex when another task has it already: memory that holds a
 * mutex must not be freed before every mutex_unlock() has returned.
 */
#ifndef _LINUX_MUTEX_H
#define _LINUX_MUTEX_H

#include <asm/current.h>
#include <linux/atomic.h>
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/sched.h>
#include <linux/spinlock.h>

struct mutex {
	atomic_long_t owner;		/* the task that has it; MUTEX_FLAG_WAITERS in bit 0 */
	raw_spinlock_t wait_lock;
	struct list_head wait_list;	/* wait_lock */
#ifdef CONFIG_DEBUG_LOCK_ALLOC
	void *magic;			/* the mutex itself, until mutex_destroy() */
	struct lockdep_map dep_map;
#endif
};

#define MUTEX_FLAG_WAITERS 1UL		/* the list is not empty: unlocking takes the slow path */

#ifdef CONFIG_DEBUG_LOCK_ALLOC
#define __MUTEX_DEBUG_INIT(lockname) .magic = &(lockname),
#else
#define __MUTEX_DEBUG_INIT(lockname)
#endif

#define __MUTEX_INITIALIZER(lockname)                                                              \
	{                                                                                          \
		.owner = ATOMIC64_INIT(0),                                                         \
		.wait_lock = __RAW_SPIN_LOCK_INITIALIZER((lockname).wait_lock),                    \
		.wait_list = LIST_HEAD_INIT((lockname).wait_list),                                 \
		__MUTEX_DEBUG_INIT(lockname) SLEEP_DEP_MAP_INIT(dep_map, lockname)                 \
	}
#define DEFINE_MUTEX(mutexname) struct mutex mutexname = __MUTEX_INITIALIZER(mutexname)

void __mutex_init(struct mutex *lock, const char *name, struct lock_class_key *key);

/* mutex_init - Context: nobody uses it. */
#define mutex_init(mutex)                                                                          \
	do {                                                                                       \
		static struct lock_class_key __key;                                                \
		__mutex_init((mutex), #mutex, &__key);                                             \
	} while (0)

int __mutex_lock_slowpath(struct mutex *lock, unsigned int state);
void __mutex_unlock_slowpath(struct mutex *lock);

static __always_inline struct task_struct *__mutex_owner(struct mutex *lock)
{
	return (struct task_struct *)(atomic_long_read(&lock->owner) & ~MUTEX_FLAG_WAITERS);
}

static __always_inline bool __mutex_trylock_fast(struct mutex *lock)
{
	s64 nobody = 0;

	return atomic_long_try_cmpxchg_acquire(&lock->owner, &nobody, (long)current);
}

/* Fails if somebody waits, or if the caller does not have it. */
static __always_inline bool __mutex_unlock_fast(struct mutex *lock)
{
	s64 curr = (long)current;

	return atomic_long_try_cmpxchg_release(&lock->owner, &curr, 0);
}

#ifdef CONFIG_DEBUG_LOCK_ALLOC

/* @subclass: which of several mutexes of a class, for code that nests them in a fixed order. */
void mutex_lock_nested(struct mutex *lock, unsigned int subclass);
int __must_check mutex_lock_interruptible_nested(struct mutex *lock, unsigned int subclass);
int __must_check mutex_lock_killable_nested(struct mutex *lock, unsigned int subclass);

/* mutex_lock_nest_lock - the caller holds @nest_lock, under which any order among mutexes of this class is right. */
void _mutex_lock_nest_lock(struct mutex *lock, struct lockdep_map *nest_lock);
#define mutex_lock_nest_lock(lock, nest_lock) _mutex_lock_nest_lock(lock, &(nest_lock)->dep_map)

/* mutex_lock - take it, or sleep until it is free; no signal ends it. Context: task, may sleep. */
#define mutex_lock(lock) mutex_lock_nested(lock, 0)

/* The same; return 0, or -EINTR for a signal (killable: for SIGKILL). Context: task, may sleep. */
#define mutex_lock_interruptible(lock) mutex_lock_interruptible_nested(lock, 0)
#define mutex_lock_killable(lock) mutex_lock_killable_nested(lock, 0)

/* mutex_trylock - Context: task. Does not sleep. Return: 1 when it has it now, 0 when not. */
int mutex_trylock(struct mutex *lock);

/* mutex_unlock - give it back, to the first who waits. Context: the task that has it. */
void mutex_unlock(struct mutex *lock);

/* mutex_destroy - from now on, until mutex_init(), to use it is reported. Debug only. */
void mutex_destroy(struct mutex *lock);

#else

static __always_inline void mutex_lock(struct mutex *lock)
{
	if (unlikely(!__mutex_trylock_fast(lock)))
		__mutex_lock_slowpath(lock, TASK_UNINTERRUPTIBLE);
}

static __always_inline int __must_check mutex_lock_interruptible(struct mutex *lock)
{
	if (likely(__mutex_trylock_fast(lock)))
		return 0;
	return __mutex_lock_slowpath(lock, TASK_INTERRUPTIBLE);
}

static __always_inline int __must_check mutex_lock_killable(struct mutex *lock)
{
	if (likely(__mutex_trylock_fast(lock)))
		return 0;
	return __mutex_lock_slowpath(lock, TASK_KILLABLE);
}

static __always_inline int mutex_trylock(struct mutex *lock)
{
	return __mutex_trylock_fast(lock);
}

static __always_inline void mutex_unlock(struct mutex *lock)
{
	if (unlikely(!__mutex_unlock_fast(lock)))
		__mutex_unlock_slowpath(lock);
}

static inline void mutex_destroy(struct mutex *lock __maybe_unused)
{
}

#define mutex_lock_nested(lock, subclass) mutex_lock(lock)
#define mutex_lock_nest_lock(lock, nest_lock) mutex_lock(lock)
#define mutex_lock_interruptible_nested(lock, subclass) mutex_lock_interruptible(lock)
#define mutex_lock_killable_nested(lock, subclass) mutex_lock_killable(lock)

#endif

#define mutex_lock_io(lock) mutex_lock(lock)
#define mutex_lock_io_nested(lock, subclass) mutex_lock_nested(lock, subclass)

/* mutex_is_locked - does anybody have it? A hint. Context: any. */
static inline bool mutex_is_locked(struct mutex *lock)
{
	return __mutex_owner(lock) != NULL;
}

/**
 * atomic_dec_and_mutex_lock - decrement @cnt; if that makes it 0, return with @lock held
 *
 * The count reaches 0 only under the mutex. Context: task, may sleep. Return: 1 if it is held.
 */
int atomic_dec_and_mutex_lock(atomic_t *cnt, struct mutex *lock);

#endif
