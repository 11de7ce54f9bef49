/* SPDX-License-Identifier: MIT */
/*
 * What the debug profile remembers about locks: each lock has a name and the contexts in which it was taken, and each
 * task has a list of the locks it holds with the place that took each. lock_acquire() and lock_release() are the
 * only hooks in the locks themselves; without CONFIG_DEBUG_LOCK_ALLOC they are nothing.
 */
#ifndef _LINUX_LOCKDEP_H
#define _LINUX_LOCKDEP_H

#include <linux/types.h>

struct task_struct;

/* Contexts in which a lock was taken, for the four characters that reports print behind its name. */
#define LOCK_USED_IN_HARDIRQ 0x01	/* '-' */
#define LOCK_ENABLED_HARDIRQ 0x02	/* '+': taken with hard interrupts on; both: '?' */
#define LOCK_USED_IN_SOFTIRQ 0x04
#define LOCK_ENABLED_SOFTIRQ 0x08
#define LOCK_USAGE_READ_SHIFT 4		/* the same four for readers */

struct lock_class_key {
	u8 unused;
};

struct lockdep_map {
	const char *name;
	u8 usage;
};

#define MAX_LOCK_DEPTH 32

struct held_lock {
	struct lockdep_map *instance;
	unsigned long acquire_ip;
	u8 read;
	u8 trylock;
	u8 hardirqs_off;
};

#ifdef CONFIG_DEBUG_LOCK_ALLOC

#define DEP_MAP_INIT(field, lockname) .field = { .name = #lockname, .usage = 0 },

void lockdep_init_map(struct lockdep_map *map, const char *name, struct lock_class_key *key, int subclass);

/**
 * lock_acquire - note that the running task now waits for, and then holds, a lock
 * @read: 0 for a writer, 1 for a reader
 * @trylock: 1 when the caller has the lock already and did not wait for it
 * @ip: the place to name in reports
 *
 * Context: any; preemption is off or the lock is one that may be held while sleeping.
 */
void lock_acquire(struct lockdep_map *map, unsigned int subclass, int trylock, int read, unsigned long ip);

/* lock_release - note that the running task gives the lock back. Reports a lock that it does not hold. */
void lock_release(struct lockdep_map *map, unsigned long ip);

/* lock_is_held - does the running task hold this lock? */
bool lock_is_held(const struct lockdep_map *map);

/* lock_usage_chars - fill @usage with the four characters and a NUL: hardirq and softirq use, for writers and readers. */
void lock_usage_chars(const struct lockdep_map *map, char usage[5]);

#define lockdep_assert_held(l) WARN_ON(!lock_is_held(&(l)->dep_map))
#define lockdep_depth(tsk) ((tsk)->lockdep_depth)

#else

#define DEP_MAP_INIT(field, lockname)
#define lockdep_init_map(map, name, key, subclass) do { (void)(name); (void)(key); } while (0)
#define lock_acquire(map, subclass, trylock, read, ip) do { } while (0)
#define lock_release(map, ip) do { } while (0)
#define lockdep_assert_held(l) do { (void)(l); } while (0)
#define lockdep_depth(tsk) (0)

#endif

#define lockdep_assert_irqs_disabled() WARN_ON_ONCE(IS_ENABLED(CONFIG_DEBUG_LOCK_ALLOC) && !irqs_disabled())

#endif
