/* SPDX-License-Identifier: MIT */
/*
 * Which lock a sleeping task waits for: noted by the lock's slow path, read by reports that follow
 * who waits for whom. Debug only. The kind is in the low bits of the address. And the watchdog that
 * makes such reports: see kernel/debug/hung_task.c.
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

#ifdef CONFIG_DETECT_HUNG_TASK
/* hung_task_init - tasks are looked at from now on. Context: boot, timers work. */
void hung_task_init(void);

/* check_hung_uninterruptible_tasks - one look at all tasks. Context: any but NMI and hardirq. */
void check_hung_uninterruptible_tasks(void);

/* debug_show_wait_chain - if @p waits for a lock: who holds it, what that one waits for, and so on. tasklist_lock held. */
void debug_show_wait_chain(struct task_struct *p);

/* hung_task_reported - has the sleep been reported that @p is in? */
bool hung_task_reported(const struct task_struct *p);

/* sprint_blocker - Context: any but NMI. Return: true if @p sleeps for a lock, whose name is in @buf. */
bool sprint_blocker(char *buf, size_t size, struct task_struct *p);
#else
static inline void hung_task_init(void)
{
}

static inline void debug_show_wait_chain(struct task_struct *p __maybe_unused)
{
}

static inline bool hung_task_reported(const struct task_struct *p __maybe_unused)
{
	return false;
}

static inline bool sprint_blocker(char *buf __maybe_unused, size_t size __maybe_unused,
				  struct task_struct *p __maybe_unused)
{
	return false;
}
#endif

#endif
