/* SPDX-License-Identifier: MIT */
/*
 * Reader-writer semaphores: many readers at a time, or one writer, and the holder may sleep. Those
 * who wait come in in order: a reader waits behind a writer that came before it, even while other
 * readers are inside. So a reader must not take the semaphore again while it holds it. No interrupt
 * handler uses one. Memory that holds one must not be freed before every up_read() and up_write()
 * has returned.
 */
#ifndef _LINUX_RWSEM_H
#define _LINUX_RWSEM_H

#include <linux/atomic.h>
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/sched.h>
#include <linux/spinlock.h>

struct rw_semaphore {
	atomic_long_t count;		/* RWSEM_* below */
	raw_spinlock_t wait_lock;
	struct list_head wait_list;	/* wait_lock */
#ifdef CONFIG_DEBUG_LOCK_ALLOC
	struct task_struct *owner;	/* the writer, or NULL */
	struct lockdep_map dep_map;
#endif
};

#define RWSEM_WRITER_LOCKED 0x1L
#define RWSEM_FLAG_WAITERS 0x2L		/* the list is not empty: nobody comes in past it */
#define RWSEM_READER_BIAS 0x100L	/* times the number of readers */

#define __RWSEM_INITIALIZER(name)                                                                  \
	{                                                                                          \
		.count = ATOMIC64_INIT(0),                                                         \
		.wait_lock = __RAW_SPIN_LOCK_INITIALIZER((name).wait_lock),                        \
		.wait_list = LIST_HEAD_INIT((name).wait_list),                                     \
		SLEEP_DEP_MAP_INIT(dep_map, name)                                                  \
	}
#define DECLARE_RWSEM(name) struct rw_semaphore name = __RWSEM_INITIALIZER(name)

void __init_rwsem(struct rw_semaphore *sem, const char *name, struct lock_class_key *key);

#define init_rwsem(sem)                                                                            \
	do {                                                                                       \
		static struct lock_class_key __key;                                                \
		__init_rwsem((sem), #sem, &__key);                                                 \
	} while (0)

int __down_read_slowpath(struct rw_semaphore *sem, unsigned int state);
int __down_write_slowpath(struct rw_semaphore *sem, unsigned int state);
void __up_read_slowpath(struct rw_semaphore *sem);
void __up_write_slowpath(struct rw_semaphore *sem);

/* Come in if there is neither a writer nor anybody who waits. */
static __always_inline bool __down_read_fast(struct rw_semaphore *sem)
{
	s64 count = atomic_long_read(&sem->count);

	while (!(count & (RWSEM_WRITER_LOCKED | RWSEM_FLAG_WAITERS)))
		if (atomic_long_try_cmpxchg_acquire(&sem->count, &count, count + RWSEM_READER_BIAS))
			return true;
	return false;
}

static __always_inline bool __down_write_fast(struct rw_semaphore *sem)
{
	s64 count = 0;

	return atomic_long_try_cmpxchg_acquire(&sem->count, &count, RWSEM_WRITER_LOCKED);
}

/* The last reader to leave lets those in who wait. */
static __always_inline void __up_read(struct rw_semaphore *sem)
{
	if (unlikely(atomic_long_sub_return(RWSEM_READER_BIAS, &sem->count) == RWSEM_FLAG_WAITERS))
		__up_read_slowpath(sem);
}

static __always_inline void __up_write(struct rw_semaphore *sem)
{
	s64 count = RWSEM_WRITER_LOCKED;

	if (unlikely(!atomic_long_try_cmpxchg_release(&sem->count, &count, 0)))
		__up_write_slowpath(sem);
}

#ifdef CONFIG_DEBUG_LOCK_ALLOC

/* @subclass: which of several semaphores of a class, for code that nests them in a fixed order. */
void down_read_nested(struct rw_semaphore *sem, unsigned int subclass);
int __must_check down_read_killable_nested(struct rw_semaphore *sem, unsigned int subclass);
void down_write_nested(struct rw_semaphore *sem, unsigned int subclass);
int __must_check down_write_killable_nested(struct rw_semaphore *sem, unsigned int subclass);

/* down_write_nest_lock - the caller holds @nest_lock, under which any order among semaphores of this class is right. */
void _down_write_nest_lock(struct rw_semaphore *sem, struct lockdep_map *nest_lock);
#define down_write_nest_lock(sem, nest_lock) _down_write_nest_lock(sem, &(nest_lock)->dep_map)

/* down_read, down_write - come in, or sleep until one can. Context: task, may sleep. */
#define down_read(sem) down_read_nested(sem, 0)
#define down_write(sem) down_write_nested(sem, 0)

/* The same; return 0, or -EINTR for a signal (killable: for SIGKILL). Context: task, may sleep. */
int __must_check down_read_interruptible(struct rw_semaphore *sem);
#define down_read_killable(sem) down_read_killable_nested(sem, 0)
#define down_write_killable(sem) down_write_killable_nested(sem, 0)

/* Context: task. Do not sleep. Return: 1 when inside, 0 when not. */
int down_read_trylock(struct rw_semaphore *sem);
int down_write_trylock(struct rw_semaphore *sem);

/* up_read, up_write - leave. Context: the task that came in. */
void up_read(struct rw_semaphore *sem);
void up_write(struct rw_semaphore *sem);

/* downgrade_write - the writer becomes a reader, with no writer between. Context: as up_write(). */
void downgrade_write(struct rw_semaphore *sem);

/* For a reader that another task lets out: no report lists it. Context: task. */
void down_read_non_owner(struct rw_semaphore *sem);
void up_read_non_owner(struct rw_semaphore *sem);

#else

static __always_inline void down_read(struct rw_semaphore *sem)
{
	if (unlikely(!__down_read_fast(sem)))
		__down_read_slowpath(sem, TASK_UNINTERRUPTIBLE);
}

static __always_inline int __must_check down_read_interruptible(struct rw_semaphore *sem)
{
	return likely(__down_read_fast(sem)) ? 0 : __down_read_slowpath(sem, TASK_INTERRUPTIBLE);
}

static __always_inline int __must_check down_read_killable(struct rw_semaphore *sem)
{
	return likely(__down_read_fast(sem)) ? 0 : __down_read_slowpath(sem, TASK_KILLABLE);
}

static __always_inline int down_read_trylock(struct rw_semaphore *sem)
{
	return __down_read_fast(sem);
}

static __always_inline void down_write(struct rw_semaphore *sem)
{
	if (unlikely(!__down_write_fast(sem)))
		__down_write_slowpath(sem, TASK_UNINTERRUPTIBLE);
}

static __always_inline int __must_check down_write_killable(struct rw_semaphore *sem)
{
	return likely(__down_write_fast(sem)) ? 0 : __down_write_slowpath(sem, TASK_KILLABLE);
}

static __always_inline int down_write_trylock(struct rw_semaphore *sem)
{
	return __down_write_fast(sem);
}

static __always_inline void up_read(struct rw_semaphore *sem)
{
	__up_read(sem);
}

static __always_inline void up_write(struct rw_semaphore *sem)
{
	__up_write(sem);
}

void downgrade_write(struct rw_semaphore *sem);

#define down_read_nested(sem, subclass) down_read(sem)
#define down_write_nest_lock(sem, nest_lock) down_write(sem)
#define down_read_killable_nested(sem, subclass) down_read_killable(sem)
#define down_write_nested(sem, subclass) down_write(sem)
#define down_write_killable_nested(sem, subclass) down_write_killable(sem)
#define down_read_non_owner(sem) down_read(sem)
#define up_read_non_owner(sem) up_read(sem)

#endif

/* Hints. Context: any. rwsem_is_contended - does anybody wait? */
static inline int rwsem_is_locked(struct rw_semaphore *sem)
{
	return (atomic_long_read(&sem->count) & ~RWSEM_FLAG_WAITERS) != 0;
}

static inline int rwsem_is_contended(struct rw_semaphore *sem)
{
	return !list_empty(&sem->wait_list);
}

#endif
