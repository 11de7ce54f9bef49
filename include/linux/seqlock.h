/* SPDX-License-Identifier: MIT */
/*
 * Sequence counts and seqlocks: readers that keep nobody out. The writer makes the count odd,
 * writes, and makes it even again; a reader that sees it odd, or changed afterwards, reads again:
 *
 *	reader					writer
 *	  do {					  [A] sequence++	(odd)
 *	  [C] seq = sequence, until even	      smp_wmb()
 *	      smp_rmb()				      data = ...
 *	      copy = data			      smp_wmb()
 *	      smp_rmb()				  [B] sequence++	(even)
 *	  [D] } while (sequence != seq)
 *
 * A reader that copied something of what is written between [A] and [B] sees [A] at [D] at the
 * latest, for the writer's first barrier keeps [A] before the data and the reader's second one
 * keeps [D] behind the copy. A reader whose [C] saw [B] sees all the data: the other two barriers.
 * So: a reader may copy garbage, and must not follow a pointer, divide, or index by it before [D].
 *
 * Writers exclude each other by a lock, and must not be preempted, or interrupted by a reader,
 * between [A] and [B]: that reader would spin for ever. Context: readers any, NMI excluded unless
 * the writer cannot be interrupted by one; they wait only for a writer that runs on another CPU.
 */
#ifndef _LINUX_SEQLOCK_H
#define _LINUX_SEQLOCK_H

#include <linux/bug.h>
#include <linux/lockdep.h>
#include <linux/preempt.h>
#include <linux/spinlock.h>
#include <asm/processor.h>

struct mutex;

/* ---- a sequence count alone: whoever uses it sees to the exclusion of writers ---- */

typedef struct seqcount {
	unsigned int sequence;
#ifdef CONFIG_DEBUG_LOCK_ALLOC
	struct lockdep_map dep_map;
#endif
} seqcount_t;

#define SEQCNT_ZERO(name) { .sequence = 0, DEP_MAP_INIT(dep_map, name) }

static inline void __seqcount_init(seqcount_t *s, const char *name, struct lock_class_key *key)
{
	s->sequence = 0;
	lockdep_init_map_wait(&s->dep_map, name, key, 0, LD_WAIT_SPIN);
}

#define seqcount_init(s)                                                                           \
	do {                                                                                       \
		static struct lock_class_key __key;                                                \
		__seqcount_init((s), #s, &__key);                                                  \
	} while (0)

/*
 * The same with the lock that excludes writers said, which the debug profile then checks. All have
 * the same members; the types differ so that init is given the right kind of lock.
 */
#ifdef CONFIG_DEBUG_LOCK_ALLOC
#define __SEQCOUNT_LOCK struct lockdep_map *lock_map;
#define __SEQCNT_LOCK_ZERO(name, lock)                                                             \
	{ .seqcount = SEQCNT_ZERO(name), .lock_map = &(lock)->dep_map }
#define __seqcount_set_lock(s, lock) ((s)->lock_map = &(lock)->dep_map)
#define __seqcount_assert_lock(s) WARN_ON_ONCE(!lock_is_held((s)->lock_map))
#else
#define __SEQCOUNT_LOCK
#define __SEQCNT_LOCK_ZERO(name, lock) { .seqcount = SEQCNT_ZERO(name) }
#define __seqcount_set_lock(s, lock) ((void)(lock))
#define __seqcount_assert_lock(s) do { } while (0)
#endif

typedef struct { seqcount_t seqcount; __SEQCOUNT_LOCK } seqcount_raw_spinlock_t;
typedef struct { seqcount_t seqcount; __SEQCOUNT_LOCK } seqcount_spinlock_t;
typedef struct { seqcount_t seqcount; __SEQCOUNT_LOCK } seqcount_rwlock_t;
typedef struct { seqcount_t seqcount; __SEQCOUNT_LOCK } seqcount_mutex_t;

#define SEQCNT_RAW_SPINLOCK_ZERO(name, lock) __SEQCNT_LOCK_ZERO(name, lock)
#define SEQCNT_SPINLOCK_ZERO(name, lock) __SEQCNT_LOCK_ZERO(name, lock)
#define SEQCNT_RWLOCK_ZERO(name, lock) __SEQCNT_LOCK_ZERO(name, lock)
#define SEQCNT_MUTEX_ZERO(name, lock) __SEQCNT_LOCK_ZERO(name, lock)

#define __seqcount_lock_init(s, lock, locktype)                                                    \
	do {                                                                                       \
		locktype *____lock = (lock);                                                       \
		seqcount_init(&(s)->seqcount);                                                     \
		__seqcount_set_lock(s, ____lock);                                                  \
	} while (0)
#define seqcount_raw_spinlock_init(s, lock) __seqcount_lock_init(s, lock, raw_spinlock_t)
#define seqcount_spinlock_init(s, lock) __seqcount_lock_init(s, lock, spinlock_t)
#define seqcount_rwlock_init(s, lock) __seqcount_lock_init(s, lock, rwlock_t)
#define seqcount_mutex_init(s, lock) __seqcount_lock_init(s, lock, struct mutex)

#define seqprop_ptr(s)                                                                             \
	_Generic(*(s),                                                                             \
		seqcount_t: (seqcount_t *)(s),                                                     \
		seqcount_raw_spinlock_t: (seqcount_t *)(s),                                        \
		seqcount_spinlock_t: (seqcount_t *)(s),                                            \
		seqcount_rwlock_t: (seqcount_t *)(s),                                              \
		seqcount_mutex_t: (seqcount_t *)(s))

/* Only a mutex leaves its holder preemptible. */
#define seqprop_preemptible(s) _Generic(*(s), seqcount_mutex_t: true, default: false)

#ifdef CONFIG_DEBUG_LOCK_ALLOC
static inline void __seqprop_assert_preemption(const seqcount_t *s)
{
	lockdep_assert_preemption_disabled();
}
#define __SEQPROP_ASSERT(type)                                                                     \
	static inline void __seqprop_assert_##type(const type *s)                                  \
	{                                                                                          \
		__seqcount_assert_lock(s);                                                         \
	}
__SEQPROP_ASSERT(seqcount_raw_spinlock_t)
__SEQPROP_ASSERT(seqcount_spinlock_t)
__SEQPROP_ASSERT(seqcount_rwlock_t)
__SEQPROP_ASSERT(seqcount_mutex_t)
#define seqprop_assert(s)                                                                          \
	_Generic(*(s),                                                                             \
		seqcount_t: __seqprop_assert_preemption,                                           \
		seqcount_raw_spinlock_t: __seqprop_assert_seqcount_raw_spinlock_t,                 \
		seqcount_spinlock_t: __seqprop_assert_seqcount_spinlock_t,                         \
		seqcount_rwlock_t: __seqprop_assert_seqcount_rwlock_t,                             \
		seqcount_mutex_t: __seqprop_assert_seqcount_mutex_t)(s)

/* A reader waits for the writer only for a moment; but it does, so it counts as taking a lock. */
static inline void seqcount_lockdep_reader_access(seqcount_t *s, unsigned long ip)
{
	seqcount_acquire_read(&s->dep_map, 0, 0, ip);
	seqcount_release(&s->dep_map, ip);
}
#else
#define seqprop_assert(s) do { } while (0)
#define seqcount_lockdep_reader_access(s, ip) do { } while (0)
#endif

/* ---- readers ---- */

static __always_inline unsigned int do___read_seqcount_begin(const seqcount_t *s)
{
	unsigned int seq;

	while ((seq = READ_ONCE(s->sequence)) & 1)			/* [C] */
		cpu_relax();
	return seq;
}

static __always_inline unsigned int do_raw_read_seqcount_begin(const seqcount_t *s)
{
	unsigned int seq = do___read_seqcount_begin(s);

	smp_rmb();
	return seq;
}

static __always_inline unsigned int do_raw_read_seqcount(const seqcount_t *s)
{
	unsigned int seq = READ_ONCE(s->sequence);

	smp_rmb();
	return seq;
}

static __always_inline int do___read_seqcount_retry(const seqcount_t *s, unsigned int start)
{
	return unlikely(READ_ONCE(s->sequence) != start);		/* [D] */
}

static __always_inline int do_read_seqcount_retry(const seqcount_t *s, unsigned int start)
{
	smp_rmb();
	return do___read_seqcount_retry(s, start);
}

/*
 * read_seqcount_begin - Return: the count, to be given to read_seqcount_retry(). raw_: lockdep is
 * not told. Two underscores: without the barrier, for a caller that has one.
 */
#define __read_seqcount_begin(s) do___read_seqcount_begin(seqprop_ptr(s))
#define raw_read_seqcount_begin(s) do_raw_read_seqcount_begin(seqprop_ptr(s))
#define read_seqcount_begin(s)                                                                     \
	({                                                                                         \
		seqcount_lockdep_reader_access(seqprop_ptr(s), _THIS_IP_);                         \
		raw_read_seqcount_begin(s);                                                        \
	})

/* These do not wait: the count may be odd (raw_read_seqcount), or the retry is bound to come. */
#define raw_read_seqcount(s) do_raw_read_seqcount(seqprop_ptr(s))
#define raw_seqcount_begin(s) (raw_read_seqcount(s) & ~1u)

/* read_seqcount_retry - Return: must the reader read again? */
#define __read_seqcount_retry(s, start) do___read_seqcount_retry(seqprop_ptr(s), start)
#define read_seqcount_retry(s, start) do_read_seqcount_retry(seqprop_ptr(s), start)

/* ---- writers ---- */

static __always_inline void do_raw_write_seqcount_begin(seqcount_t *s)
{
	WRITE_ONCE(s->sequence, s->sequence + 1);			/* [A] */
	smp_wmb();
}

static __always_inline void do_raw_write_seqcount_end(seqcount_t *s)
{
	smp_wmb();
	WRITE_ONCE(s->sequence, s->sequence + 1);			/* [B] */
}

#define raw_write_seqcount_begin(s)                                                                \
	do {                                                                                       \
		if (seqprop_preemptible(s))                                                        \
			preempt_disable();                                                         \
		do_raw_write_seqcount_begin(seqprop_ptr(s));                                       \
	} while (0)
#define raw_write_seqcount_end(s)                                                                  \
	do {                                                                                       \
		do_raw_write_seqcount_end(seqprop_ptr(s));                                         \
		if (seqprop_preemptible(s))                                                        \
			preempt_enable();                                                          \
	} while (0)

/**
 * write_seqcount_begin - the writer's section begins
 *
 * Context: the lock held that excludes other writers. Preemption is off, or goes off here, with a
 * seqcount_mutex_t. If an interrupt handler reads, interrupts must be off. Not to be slept in.
 */
#define write_seqcount_begin_nested(s, subclass)                                                   \
	do {                                                                                       \
		seqprop_assert(s);                                                                 \
		if (seqprop_preemptible(s))                                                        \
			preempt_disable();                                                         \
		seqcount_acquire(&seqprop_ptr(s)->dep_map, subclass, 0, _THIS_IP_);                \
		do_raw_write_seqcount_begin(seqprop_ptr(s));                                       \
	} while (0)
#define write_seqcount_begin(s) write_seqcount_begin_nested(s, 0)

#define write_seqcount_end(s)                                                                      \
	do {                                                                                       \
		seqcount_release(&seqprop_ptr(s)->dep_map, _THIS_IP_);                             \
		raw_write_seqcount_end(s);                                                         \
	} while (0)

/*
 * raw_write_seqcount_barrier - what was stored before is seen by whoever sees something of what is
 * stored after: readers between retry. Readers never wait for it. write_seqcount_invalidate - what
 * is being read now is to be read again.
 */
static __always_inline void do_raw_write_seqcount_barrier(seqcount_t *s)
{
	do_raw_write_seqcount_begin(s);
	WRITE_ONCE(s->sequence, s->sequence + 1);
}

static __always_inline void do_write_seqcount_invalidate(seqcount_t *s)
{
	smp_wmb();
	WRITE_ONCE(s->sequence, s->sequence + 2);
}

#define raw_write_seqcount_barrier(s) do_raw_write_seqcount_barrier(seqprop_ptr(s))
#define write_seqcount_invalidate(s) do_write_seqcount_invalidate(seqprop_ptr(s))

/* ---- a latch: two copies of the data, so that readers, NMIs too, never wait ---- */

/*
 * The writer calls raw_write_seqcount_latch(), changes copy 0, calls it again, changes copy 1. A
 * reader reads copy (seq & 1), the one that is not being written, and retries if the count changed.
 */
typedef struct {
	seqcount_t seqcount;
} seqcount_latch_t;

#define SEQCNT_LATCH_ZERO(name) { .seqcount = SEQCNT_ZERO(name) }
#define seqcount_latch_init(s) seqcount_init(&(s)->seqcount)

static __always_inline unsigned int raw_read_seqcount_latch(const seqcount_latch_t *s)
{
	return do_raw_read_seqcount(&s->seqcount);
}

static __always_inline int read_seqcount_latch_retry(const seqcount_latch_t *s, unsigned int start)
{
	return do_read_seqcount_retry(&s->seqcount, start);
}

static __always_inline void raw_write_seqcount_latch(seqcount_latch_t *s)
{
	smp_wmb();		/* the copy written before, before readers are sent to it */
	WRITE_ONCE(s->seqcount.sequence, s->seqcount.sequence + 1);
	smp_wmb();		/* readers are gone from the copy that is written next, or retry */
}

/* ---- seqlock_t: a sequence count with its spinlock ---- */

typedef struct {
	seqcount_spinlock_t seqcount;
	spinlock_t lock;
} seqlock_t;

#define __SEQLOCK_UNLOCKED(lockname)                                                               \
	{                                                                                          \
		.seqcount = SEQCNT_SPINLOCK_ZERO(lockname, &(lockname).lock),                      \
		.lock = __SPIN_LOCK_INITIALIZER(lockname)                                          \
	}
#define DEFINE_SEQLOCK(sl) seqlock_t sl = __SEQLOCK_UNLOCKED(sl)

#define seqlock_init(sl)                                                                           \
	do {                                                                                       \
		spin_lock_init(&(sl)->lock);                                                       \
		seqcount_spinlock_init(&(sl)->seqcount, &(sl)->lock);                              \
	} while (0)

/* read_seqbegin, read_seqretry - as read_seqcount_begin() and read_seqcount_retry(). */
#define read_seqbegin(sl) read_seqcount_begin(&(sl)->seqcount)
#define read_seqretry(sl, start) read_seqcount_retry(&(sl)->seqcount, start)

/*
 * write_seqlock - take the lock and begin to write; the forms are the spinlock's. An interrupt
 * handler that only reads, without the lock, still needs writers with interrupts off.
 */
#define write_seqlock(sl)                                                                          \
	do {                                                                                       \
		spin_lock(&(sl)->lock);                                                            \
		write_seqcount_begin(&(sl)->seqcount);                                             \
	} while (0)
#define write_sequnlock(sl)                                                                        \
	do {                                                                                       \
		write_seqcount_end(&(sl)->seqcount);                                               \
		spin_unlock(&(sl)->lock);                                                          \
	} while (0)
#define write_seqlock_bh(sl)                                                                       \
	do {                                                                                       \
		spin_lock_bh(&(sl)->lock);                                                         \
		write_seqcount_begin(&(sl)->seqcount);                                             \
	} while (0)
#define write_sequnlock_bh(sl)                                                                     \
	do {                                                                                       \
		write_seqcount_end(&(sl)->seqcount);                                               \
		spin_unlock_bh(&(sl)->lock);                                                       \
	} while (0)
#define write_seqlock_irq(sl)                                                                      \
	do {                                                                                       \
		spin_lock_irq(&(sl)->lock);                                                        \
		write_seqcount_begin(&(sl)->seqcount);                                             \
	} while (0)
#define write_sequnlock_irq(sl)                                                                    \
	do {                                                                                       \
		write_seqcount_end(&(sl)->seqcount);                                               \
		spin_unlock_irq(&(sl)->lock);                                                      \
	} while (0)
#define write_seqlock_irqsave(sl, flags)                                                           \
	do {                                                                                       \
		spin_lock_irqsave(&(sl)->lock, flags);                                             \
		write_seqcount_begin(&(sl)->seqcount);                                             \
	} while (0)
#define write_sequnlock_irqrestore(sl, flags)                                                      \
	do {                                                                                       \
		write_seqcount_end(&(sl)->seqcount);                                               \
		spin_unlock_irqrestore(&(sl)->lock, flags);                                        \
	} while (0)

/* read_seqlock_excl - a reader that takes the lock: it excludes writers and its like, no reader. */
#define read_seqlock_excl(sl) spin_lock(&(sl)->lock)
#define read_sequnlock_excl(sl) spin_unlock(&(sl)->lock)
#define read_seqlock_excl_bh(sl) spin_lock_bh(&(sl)->lock)
#define read_sequnlock_excl_bh(sl) spin_unlock_bh(&(sl)->lock)
#define read_seqlock_excl_irq(sl) spin_lock_irq(&(sl)->lock)
#define read_sequnlock_excl_irq(sl) spin_unlock_irq(&(sl)->lock)
#define read_seqlock_excl_irqsave(sl, flags) spin_lock_irqsave(&(sl)->lock, flags)
#define read_sequnlock_excl_irqrestore(sl, flags) spin_unlock_irqrestore(&(sl)->lock, flags)

/* What sparse cannot follow: whether the lock is held depends on @seq. For it, it never is. */
#define __sparse_forget(what, lock)                                                                \
	do {                                                                                       \
		what;                                                                              \
		__release(lock);                                                                   \
	} while (0)
#define __sparse_remember(what, lock)                                                              \
	do {                                                                                       \
		__acquire(lock);                                                                   \
		what;                                                                              \
	} while (0)

/**
 * read_seqbegin_or_lock - read without the lock first, and with it when that had to be retried
 * @seq: in: even for a try without, odd to lock; the caller makes it odd before the second round
 *
 *	int seq = 0;
 *	do {
 *		read_seqbegin_or_lock(&sl, &seq);
 *		...
 *	} while (need_seqretry(&sl, seq) && (seq = 1));
 *	done_seqretry(&sl, seq);
 */
#define read_seqbegin_or_lock(sl, seq)                                                             \
	do {                                                                                       \
		if (!(*(seq) & 1))                                                                 \
			*(seq) = read_seqbegin(sl);                                                \
		else                                                                               \
			__sparse_forget(read_seqlock_excl(sl), &(sl)->lock);                       \
	} while (0)
#define need_seqretry(sl, seq) (!((seq) & 1) && read_seqretry(sl, seq))
#define done_seqretry(sl, seq)                                                                     \
	do {                                                                                       \
		if ((seq) & 1)                                                                     \
			__sparse_remember(read_sequnlock_excl(sl), &(sl)->lock);                   \
	} while (0)

/* The same with interrupts off while locked. Value: flags for done_seqretry_irqrestore(). */
#define read_seqbegin_or_lock_irqsave(sl, seq)                                                     \
	({                                                                                         \
		unsigned long __flags = 0;                                                         \
		if (!(*(seq) & 1))                                                                 \
			*(seq) = read_seqbegin(sl);                                                \
		else                                                                               \
			__sparse_forget(read_seqlock_excl_irqsave(sl, __flags), &(sl)->lock);      \
		__flags;                                                                           \
	})
#define done_seqretry_irqrestore(sl, seq, flags)                                                   \
	do {                                                                                       \
		if ((seq) & 1)                                                                     \
			__sparse_remember(read_sequnlock_excl_irqrestore(sl, flags), &(sl)->lock); \
	} while (0)

#endif
