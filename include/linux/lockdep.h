/* SPDX-License-Identifier: MIT */
/*
 * Lockdep, the lock validator of the debug profile. Each lock belongs to a class (all locks that one place in the code
 * initialises), each task lists the locks it holds, and lockdep remembers which class was ever taken while which other
 * was held, and in which contexts. From that it tells that a deadlock can happen, the first time that each half of it
 * is seen to be possible, long before the halves meet. kernel/locking/lockdep.c tells how.
 *
 * lock_acquire() and lock_release() are the only hooks in the locks themselves; without CONFIG_DEBUG_LOCK_ALLOC they
 * are nothing. The first report switches the validator off (debug_locks); the lists of held locks go on.
 */
#ifndef _LINUX_LOCKDEP_H
#define _LINUX_LOCKDEP_H

#include <linux/types.h>

struct task_struct;

#define MAX_LOCKDEP_SUBCLASSES 8
#define NR_LOCKDEP_CACHING_CLASSES 2
#define SINGLE_DEPTH_NESTING 1		/* the usual subclass of a second lock of the same class */
#define MAX_LOCK_DEPTH 32

/* Its address is what tells classes apart. One for each place that initialises locks, static, or registered. */
struct lock_class_key {
	struct lock_class_key *next;	/* registered keys. lockdep's lock */
};

/* How a lock waits, and so what its holder may do: inside a lock that spins only such may be taken. */
enum lockdep_wait_type {
	LD_WAIT_INV = 0,	/* not said, not checked */
	LD_WAIT_FREE,		/* never waits: RCU */
	LD_WAIT_SPIN,
	LD_WAIT_CONFIG = LD_WAIT_SPIN,
	LD_WAIT_SLEEP,
	LD_WAIT_MAX,
};

/* The part of a lock that lockdep knows. */
struct lockdep_map {
	struct lock_class_key *key;	/* NULL: a static lock, which is a class by itself */
	const char *name;
	u16 class_cache[NR_LOCKDEP_CACHING_CLASSES];	/* class by subclass; 0: not known yet */
	u8 wait_type_outer;		/* as what it may be taken; LD_WAIT_INV: as wait_type_inner */
	u8 wait_type_inner;		/* what may be taken inside */
};

/* A lock that a task holds, or waits for: then it is the last. For debuggers: valid entries have bit 31 of word. */
struct held_lock {
	struct lockdep_map *instance;
	unsigned long acquire_ip;
	u64 chain_key;			/* of all locks held up to this one, in this context */
	union {
		u32 word;
		struct {
			u32 class_idx : 13;	/* in lock_classes[] */
			u32 read : 2;		/* 1: reader, 2: reader that may come again while it reads */
			u32 trylock : 1;	/* it did not wait */
			u32 hardirqs_on : 1;	/* when it was taken */
			u32 softirqs_on : 1;
			u32 in_hardirq : 1;	/* taken there */
			u32 in_softirq : 1;
			u32 in_nmi : 1;
			u32 nested : 1;		/* the caller says which lock keeps others of its class in order */
			u32 subclass : 3;
			u32 function : 1;	/* no lock: a function whose end others may wait for */
			u32 unused : 5;
			u32 valid : 1;		/* written last */
		};
	};
};

#ifdef CONFIG_DEBUG_LOCK_ALLOC

extern int debug_locks;			/* 0 after the first report */
#define debug_locks_on() WRITE_ONCE(debug_locks, 1)

#define __DEP_MAP_INIT(field, lockname, wait) .field = { .name = #lockname, .wait_type_inner = wait },
#define STATIC_LOCKDEP_MAP_INIT(_name, _key) { .name = (_name), .key = (void *)(_key) }

/* lockdep_init_map_type - a lock that nobody holds gets its class. @key NULL: see struct lockdep_map. Context: any. */
void lockdep_init_map_type(struct lockdep_map *map, const char *name, struct lock_class_key *key, int subclass,
			   u8 wait_type_inner, u8 wait_type_outer);

/**
 * lock_acquire - note that the running task now waits for, and then holds, a lock
 * @subclass: which of several locks of a class, for code that nests them in a fixed order
 * @trylock: 1 when the caller has the lock already and did not wait for it
 * @read: 0 for a writer, 1 for a reader, 2 for a reader that may come again while it holds the lock
 * @ip: the place to name in reports
 *
 * Context: any; preemption is off or the lock is one that may be held while sleeping.
 */
#define lock_acquire(map, subclass, trylock, read, ip) __lock_acquire(map, __HELD_HOW(subclass, trylock, read), ip)

/* How a lock is taken, as it stands in held_lock.word: mostly a constant, so that it costs nothing to put together. */
#define __HELD_HOW(subclass, trylock, read) \
	((u32)(read) << 13 | (u32)!!(trylock) << 15 | (u32)(subclass) << 22 | 1U << 31)
void __lock_acquire(struct lockdep_map *map, u32 how, unsigned long ip);

/* lock_acquire_nest - the same, under @nest_lock, which makes any order among the locks of this class right. */
void lock_acquire_nest(struct lockdep_map *map, struct lockdep_map *nest_lock, int read, unsigned long ip);

/*
 * lock_function_acquire - @fn begins, for whose end others may wait; _release - it has ended. All that run @fn are one
 * class. lock_function_wait - the caller waits until @fn is over; if it may begin at all, it counts.
 * So a lock that @fn takes, held by who waits for @fn, is found. Context: any but NMI.
 */
void lock_function_acquire(struct lockdep_map *map, void *fn);
void lock_function_wait(void *fn);
#define lock_function_release(map) lock_release(map, (unsigned long)(map)->key)

/* lock_release - note that the running task gives the lock back. Reports a lock that it does not hold. */
void lock_release(struct lockdep_map *map, unsigned long ip);

/* lock_check - would it be right to take this lock here? Reports if not; takes nothing. Context: as lock_acquire(). */
void lock_check(struct lockdep_map *map, unsigned int subclass, int read, unsigned long ip);

/* lock_is_held - does the running task hold this lock? _type: as a writer (0), a reader (1), either (-1) */
bool lock_is_held_type(const struct lockdep_map *map, int read);
#define lock_is_held(map) lock_is_held_type(map, -1)

/* lock_set_class - a lock that the running task holds belongs to another class from now on. */
void lock_set_class(struct lockdep_map *map, const char *name, struct lock_class_key *key, unsigned int subclass,
		    unsigned long ip);
#define lock_set_subclass(map, subclass, ip) lock_set_class(map, (map)->name, (map)->key, subclass, ip)

/* lockdep_in_sandbox - does the running task make mistakes on purpose, for a test? */
bool lockdep_in_sandbox(void);

/* holds_spinning_lock - is one of the locks that the running task holds one that spins? */
bool holds_spinning_lock(void);

/* lock_usage_chars - fill @usage with the four characters of a held lock's class, and a NUL. Context: any. */
void lock_usage_chars(const struct held_lock *hlock, char usage[5]);

/*
 * lockdep_register_key, lockdep_unregister_key - for keys in memory that is not static: before the first lock is
 * initialised with it, and after the last one is gone, before the memory is. Context: any but NMI.
 */
void lockdep_register_key(struct lock_class_key *key);
void lockdep_unregister_key(struct lock_class_key *key);

/* lockdep_reset_lock - forget all that is known of a lock's class. Context: nobody holds one of the class. */
void lockdep_reset_lock(struct lockdep_map *map);

/* lockdep_off, lockdep_on - nothing that this task does in between is validated. Nest. Context: any. */
void lockdep_off(void);
void lockdep_on(void);

/* debug_check_no_locks_freed - report a lock in @len bytes at @mem that the running task holds. Context: any. */
void __debug_check_no_locks_freed(const void *mem, unsigned long len);
#define debug_check_no_locks_freed(mem, len)                                                       \
	do {                                                                                       \
		if (unlikely(current->lockdep_depth))                                              \
			__debug_check_no_locks_freed(mem, len);                                    \
	} while (0)

/* debug_check_no_locks_held - report locks that the running task, which ends, still holds. */
void debug_check_no_locks_held(void);

/* lockdep_set_class - all locks set so are of one class, whoever initialised them. Context: nobody holds it. */
#define lockdep_set_class_and_subclass(lock, __key, sub)                                           \
	lockdep_init_map_type(&(lock)->dep_map, #__key, __key, sub,                                \
			      (lock)->dep_map.wait_type_inner, (lock)->dep_map.wait_type_outer)
#define lockdep_set_class(lock, key) lockdep_set_class_and_subclass(lock, key, 0)
#define lockdep_set_class_and_name(lock, __key, __name)                                            \
	lockdep_init_map_type(&(lock)->dep_map, __name, __key, 0,                                  \
			      (lock)->dep_map.wait_type_inner, (lock)->dep_map.wait_type_outer)
#define lockdep_set_subclass(lock, sub)                                                            \
	lockdep_init_map_type(&(lock)->dep_map, (lock)->dep_map.name, (lock)->dep_map.key, sub,    \
			      (lock)->dep_map.wait_type_inner, (lock)->dep_map.wait_type_outer)
#define lockdep_match_class(lock, _key) ((lock)->dep_map.key == (_key))

/* lockdep_set_novalidate_class - nothing about this lock is validated. */
extern struct lock_class_key __lockdep_no_validate__;
#define lockdep_set_novalidate_class(lock)                                                         \
	lockdep_set_class_and_name(lock, &__lockdep_no_validate__, #lock)

/* lockdep_assert_held - warn unless the running task has this lock; with nothing about how, in either way. */
#define lockdep_assert(cond) WARN_ON(!(cond))
#define lockdep_assert_once(cond) WARN_ON_ONCE(!(cond))
#define lockdep_is_held(l) lock_is_held(&(l)->dep_map)
#define lockdep_is_held_type(l, r) lock_is_held_type(&(l)->dep_map, (r))
#define lockdep_assert_held(l) lockdep_assert(lockdep_is_held(l))
#define lockdep_assert_held_write(l) lockdep_assert(lockdep_is_held_type(l, 0))
#define lockdep_assert_held_read(l) lockdep_assert(lockdep_is_held_type(l, 1))
#define lockdep_assert_held_once(l) lockdep_assert_once(lockdep_is_held(l))
#define lockdep_assert_not_held(l) lockdep_assert(!lockdep_is_held(l))
#define lockdep_assert_none_held_once() lockdep_assert_once(!current->lockdep_depth)
#define lockdep_depth(tsk) ((tsk)->lockdep_depth)

/* might_lock - this function may take @lock: say so at its head, where it is seen even when it does not. */
#define might_lock(lock) lock_check(&(lock)->dep_map, 0, 0, _THIS_IP_)
#define might_lock_nested(lock, subclass) lock_check(&(lock)->dep_map, subclass, 0, _THIS_IP_)
#define might_lock_read(lock) lock_check(&(lock)->dep_map, 0, 1, _THIS_IP_)

#else

#define debug_locks 0
#define debug_locks_on() do { } while (0)
#define __DEP_MAP_INIT(field, lockname, wait)
#define STATIC_LOCKDEP_MAP_INIT(_name, _key) { }
#define lockdep_init_map_type(map, name, key, subclass, inner, outer) do { (void)(name); (void)(key); } while (0)
#define lock_acquire(map, subclass, trylock, read, ip) do { } while (0)
#define lock_acquire_nest(map, nest_lock, read, ip) do { } while (0)
#define lock_release(map, ip) do { } while (0)
#define lock_function_acquire(map, fn) do { } while (0)
#define lock_function_release(map) do { } while (0)
#define lock_function_wait(fn) do { } while (0)
#define lock_set_class(map, name, key, subclass, ip) do { (void)(key); } while (0)
#define lock_set_subclass(map, subclass, ip) do { } while (0)
#define lockdep_register_key(key) do { (void)(key); } while (0)
#define lockdep_unregister_key(key) do { (void)(key); } while (0)
#define lockdep_off() do { } while (0)
#define lockdep_on() do { } while (0)
#define debug_check_no_locks_freed(mem, len) do { } while (0)
#define debug_check_no_locks_held() do { } while (0)
#define lockdep_set_class_and_subclass(lock, key, sub) do { (void)(key); } while (0)
#define lockdep_set_class(lock, key) do { (void)(key); } while (0)
#define lockdep_set_class_and_name(lock, key, name) do { (void)(key); (void)(name); } while (0)
#define lockdep_set_subclass(lock, sub) do { } while (0)
#define lockdep_set_novalidate_class(lock) do { } while (0)
#define lockdep_match_class(lock, key) (0)
#define lockdep_assert(cond) do { } while (0)
#define lockdep_assert_once(cond) do { } while (0)
/* lockdep_is_held() and lockdep_is_held_type() are missing: guard code that asks with CONFIG_DEBUG_LOCK_ALLOC. */
#define lockdep_assert_held(l) do { (void)(l); } while (0)
#define lockdep_assert_held_write(l) do { (void)(l); } while (0)
#define lockdep_assert_held_read(l) do { (void)(l); } while (0)
#define lockdep_assert_held_once(l) do { (void)(l); } while (0)
#define lockdep_assert_not_held(l) do { (void)(l); } while (0)
#define lockdep_assert_none_held_once() do { } while (0)
#define lockdep_depth(tsk) (0)
#define holds_spinning_lock() (false)
#define might_lock(lock) do { (void)(lock); } while (0)
#define might_lock_nested(lock, subclass) do { (void)(lock); } while (0)
#define might_lock_read(lock) do { (void)(lock); } while (0)

#endif

#define DEP_MAP_INIT(field, lockname) __DEP_MAP_INIT(field, lockname, LD_WAIT_SPIN)
#define SLEEP_DEP_MAP_INIT(field, lockname) __DEP_MAP_INIT(field, lockname, LD_WAIT_SLEEP)
#define lockdep_init_map_wait(map, name, key, subclass, inner) \
	lockdep_init_map_type(map, name, key, subclass, inner, LD_WAIT_INV)
#define lockdep_init_map(map, name, key, subclass) lockdep_init_map_wait(map, name, key, subclass, LD_WAIT_INV)

/* A map without a lock: for what waits like a lock and is none. _read may come again, _tryread did not wait. */
#define lock_map_acquire(l) lock_acquire(l, 0, 0, 0, _THIS_IP_)
#define lock_map_acquire_read(l) lock_acquire(l, 0, 0, 2, _THIS_IP_)
#define lock_map_acquire_tryread(l) lock_acquire(l, 0, 1, 1, _THIS_IP_)
#define lock_map_release(l) lock_release(l, _THIS_IP_)

/*
 * What each kind of lock says of itself. l: the map, s: subclass, t: trylock, i: the place. A reader of an rwlock in an
 * interrupt goes past waiting writers, and so may come again (2); elsewhere it may not.
 */
#define spin_acquire(l, s, t, i) lock_acquire(l, s, t, 0, i)
#define spin_release(l, i) lock_release(l, i)
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
#define lockdep_assert_preemption_enabled() \
	WARN_ON_ONCE(IS_ENABLED(CONFIG_DEBUG_LOCK_ALLOC) && !preemptible())
#define lockdep_assert_irqs_disabled() WARN_ON_ONCE(IS_ENABLED(CONFIG_DEBUG_LOCK_ALLOC) && !irqs_disabled())
#define lockdep_assert_irqs_enabled() WARN_ON_ONCE(IS_ENABLED(CONFIG_DEBUG_LOCK_ALLOC) && irqs_disabled())
#define lockdep_assert_in_irq() WARN_ON_ONCE(IS_ENABLED(CONFIG_DEBUG_LOCK_ALLOC) && !in_hardirq())

#endif
