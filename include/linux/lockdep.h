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

/* How a lock waits, and so what its holder may do: only a holder of nothing but sleeping locks may sleep. */
enum lockdep_wait_type {
	LD_WAIT_INV = 0,	/* not said */
	LD_WAIT_FREE,		/* never waits: RCU */
	LD_WAIT_SPIN,
	LD_WAIT_CONFIG = LD_WAIT_SPIN,
	LD_WAIT_SLEEP,
	LD_WAIT_MAX,
};

struct lockdep_map {
	const char *name;
	u8 usage;
	u8 wait_type_inner;
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

#define __DEP_MAP_INIT(field, lockname, wait) .field = { .name = #lockname, .wait_type_inner = wait },

void lockdep_init_map_wait(struct lockdep_map *map, const char *name, struct lock_class_key *key, int subclass,
			   u8 wait_type_inner);

/**
 * lock_acquire - note that the running task now waits for, and then holds, a lock
 * @read: 0 for a writer, 1 for a reader, 2 for a reader that may come again while it holds the lock
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

/* holds_spinning_lock - is one of the locks that the running task holds one that spins? */
bool holds_spinning_lock(void);

/* lock_usage_chars - fill @usage with the four characters and a NUL: hardirq and softirq use, for writers and readers. */
void lock_usage_chars(const struct lockdep_map *map, char usage[5]);

#define lockdep_assert_held(l) WARN_ON(!lock_is_held(&(l)->dep_map))
#define lockdep_depth(tsk) ((tsk)->lockdep_depth)

#else

#define __DEP_MAP_INIT(field, lockname, wait)
#define lockdep_init_map_wait(map, name, key, subclass, wait) do { (void)(name); (void)(key); } while (0)
#define lock_acquire(map, subclass, trylock, read, ip) do { } while (0)
#define lock_release(map, ip) do { } while (0)
#define lockdep_assert_held(l) do { (void)(l); } while (0)
#define lockdep_depth(tsk) (0)
#define holds_spinning_lock() (false)

#endif

#define DEP_MAP_INIT(field, lockname) __DEP_MAP_INIT(field, lockname, LD_WAIT_SPIN)
#define SLEEP_DEP_MAP_INIT(field, lockname) __DEP_MAP_INIT(field, lockname, LD_WAIT_SLEEP)
#define lockdep_init_map(map, name, key, subclass) lockdep_init_map_wait(map, name, key, subclass, LD_WAIT_INV)

/*
 * What each kind of lock says of itself. l: the map, s: subclass, t: trylock, i: the place. A reader of an rwlock in an
 * interrupt goes past waiting writers, and so may come again (2); elsewhere it may not.
 */
#define rwlock_acquire(l, s, t, i) lock_acquire(l, s, t, 0, i)
#define rwlock_acquire_read(l, s, t, i) lock_acquire(l, s, t, in_interrupt() ? 2 : 1, i)
#define rwlock_release(l, i) lock_release(l, i)
#define seqcount_acquire(l, s, t, i) lock_acquire(l, s, t, 0, i)
#define seqcount_acquire_read(l, s, t, i) lock_acquire(l, s, t, 2, i)
#define seqcount_release(l, i) lock_release(l, i)
#define mutex_acquire(l, s, t, i) lock_acquire(l, s, t, 0, i)
#define mutex_release(l, i) lock_release(l, i)
#define rwsem_acquire(l, s, t, i) lock_acquire(l, s, t, 0, i)
#define rwsem_acquire_read(l, s, t, i) lock_acquire(l, s, t, 1, i)
#define rwsem_release(l, i) lock_release(l, i)

#define lockdep_assert_preemption_disabled() \
	WARN_ON_ONCE(IS_ENABLED(CONFIG_DEBUG_LOCK_ALLOC) && preemptible())
#define lockdep_assert_irqs_disabled() WARN_ON_ONCE(IS_ENABLED(CONFIG_DEBUG_LOCK_ALLOC) && !irqs_disabled())

#endif
