/* SPDX-License-Identifier: MIT */
/*
 * Which lock a sleeping task waits for: noted by the lock's slow path, read by reports that follow
 * who waits for whom. Debug only. The kind is in the low bits of the address.
 */
#ifndef _LINUX_HUNG_TASK_H
#define _LINUX_HUNG_TASK_H

#include <linux/sched.h>

#define BLOCKER_TYPE_MUTEX 0UL
#define BLOCKER_TYPE_SEM 1UL
#define BLOCKER_TYPE_RWSEM_READER 2UL
#define BLOCKER_TYPE_RWSEM_WRITER 3UL
#define BLOCKER_TYPE_RT_MUTEX 4UL
#define BLOCKER_TYPE_MASK 7UL

#ifdef CONFIG_DEBUG_LOCK_ALLOC
/* Context: the lock's wait_lock held, and again before the waiter goes: it is valid while set. */
static inline void hung_task_set_blocker(const void *lock, unsigned long type)
{
	WRITE_ONCE(current->blocker, (unsigned long)lock | type);
}

static inline void hung_task_clear_blocker(void)
{
	WRITE_ONCE(current->blocker, 0);
}

static inline unsigned long hung_task_get_blocker_type(unsigned long blocker)
{
	return blocker & BLOCKER_TYPE_MASK;
}

static inline void *hung_task_blocker_to_lock(unsigned long blocker)
{
	return (void *)(blocker & ~BLOCKER_TYPE_MASK);
}
#else
static inline void hung_task_set_blocker(const void *lock __maybe_unused,
					 unsigned long type __maybe_unused)
{
}

static inline void hung_task_clear_blocker(void)
{
}
#endif

#endif
