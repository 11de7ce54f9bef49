/* SPDX-License-Identifier: MIT */
/*
 * Spinlocks: short mutual exclusion between CPUs. The holder must not sleep, and so has preemption off. Which form?
 *
 *	spin_lock()		no interrupt handler and no bottom half takes this lock
 *	spin_lock_bh()		bottom halves (softirqs, timers) take it too
 *	spin_lock_irq()		an interrupt handler takes it too; the caller knows that interrupts are on
 *	spin_lock_irqsave()	an interrupt handler takes it too; interrupts may be off already
 *
 * A handler that takes a lock which its own CPU holds waits for ever: that is what the last three exclude. Waiters
 * are served in the order in which they came. Context for all: any but NMI; none sleeps.
 */
#ifndef _LINUX_SPINLOCK_H
#define _LINUX_SPINLOCK_H

#include <linux/spinlock_types.h>
#include <linux/preempt.h>
#include <linux/irqflags.h>
#include <linux/bottom_half.h>

#ifdef CONFIG_DEBUG_SPINLOCK

/* Out of line: checks, and the caller's address for reports. */
void _raw_spin_lock(raw_spinlock_t *lock) __acquires(lock);
void _raw_spin_lock_irq(raw_spinlock_t *lock) __acquires(lock);
unsigned long _raw_spin_lock_irqsave(raw_spinlock_t *lock) __acquires(lock);
void _raw_spin_lock_bh(raw_spinlock_t *lock) __acquires(lock);
void _raw_spin_lock_nested(raw_spinlock_t *lock, unsigned int subclass) __acquires(lock);
unsigned long _raw_spin_lock_irqsave_nested(raw_spinlock_t *lock, unsigned int subclass) __acquires(lock);
void _raw_spin_lock_bh_nested(raw_spinlock_t *lock, unsigned int subclass) __acquires(lock);
void _raw_spin_lock_nest_lock(raw_spinlock_t *lock, struct lockdep_map *nest_lock) __acquires(lock);
bool _raw_spin_trylock(raw_spinlock_t *lock);
void _raw_spin_unlock(raw_spinlock_t *lock) __releases(lock);
void _raw_spin_unlock_irq(raw_spinlock_t *lock) __releases(lock);
void _raw_spin_unlock_irqrestore(raw_spinlock_t *lock, unsigned long flags) __releases(lock);
void _raw_spin_unlock_bh(raw_spinlock_t *lock) __releases(lock);
void __raw_spin_lock_init(raw_spinlock_t *lock, const char *name, struct lock_class_key *key);

#define raw_spin_lock_init(lock)                                                                   \
	do {                                                                                       \
		static struct lock_class_key __key;                                                \
		__raw_spin_lock_init(lock, #lock, &__key);                                         \
	} while (0)

#define spin_lock_init(lock)                                                                       \
	do {                                                                                       \
		static struct lock_class_key __key;                                                \
		__raw_spin_lock_init(spinlock_check(lock), #lock, &__key);                         \
	} while (0)

#else

static __always_inline void _raw_spin_lock(raw_spinlock_t *lock) __acquires(lock)
{
	preempt_disable();
	arch_spin_lock(&lock->raw_lock);
}

static __always_inline void _raw_spin_lock_irq(raw_spinlock_t *lock) __acquires(lock)
{
	local_irq_disable();
	preempt_disable();
	arch_spin_lock(&lock->raw_lock);
}

static __always_inline unsigned long _raw_spin_lock_irqsave(raw_spinlock_t *lock) __acquires(lock)
{
	unsigned long flags;

	local_irq_save(flags);
	preempt_disable();
	arch_spin_lock(&lock->raw_lock);
	return flags;
}

static __always_inline void _raw_spin_lock_bh(raw_spinlock_t *lock) __acquires(lock)
{
	local_bh_disable();
	preempt_disable();
	arch_spin_lock(&lock->raw_lock);
}

static __always_inline bool _raw_spin_trylock(raw_spinlock_t *lock)
{
	preempt_disable();
	if (likely(arch_spin_trylock(&lock->raw_lock)))
		return true;
	preempt_enable();
	return false;
}

static __always_inline void _raw_spin_unlock(raw_spinlock_t *lock) __releases(lock)
{
	arch_spin_unlock(&lock->raw_lock);
	preempt_enable();
}

static __always_inline void _raw_spin_unlock_irq(raw_spinlock_t *lock) __releases(lock)
{
	arch_spin_unlock(&lock->raw_lock);
	local_irq_enable();
	preempt_enable();
}

static __always_inline void _raw_spin_unlock_irqrestore(raw_spinlock_t *lock, unsigned long flags)
	__releases(lock)
{
	arch_spin_unlock(&lock->raw_lock);
	local_irq_restore(flags);
	preempt_enable();
}

static __always_inline void _raw_spin_unlock_bh(raw_spinlock_t *lock) __releases(lock)
{
	arch_spin_unlock(&lock->raw_lock);
	preempt_enable_no_resched();
	local_bh_enable();
}

#define _raw_spin_lock_nested(lock, subclass) _raw_spin_lock(lock)
#define _raw_spin_lock_irqsave_nested(lock, subclass) _raw_spin_lock_irqsave(lock)
#define _raw_spin_lock_bh_nested(lock, subclass) _raw_spin_lock_bh(lock)
#define _raw_spin_lock_nest_lock(lock, nest_lock) _raw_spin_lock(lock)

#define raw_spin_lock_init(lock) do { *(lock) = __RAW_SPIN_LOCK_UNLOCKED(lock); } while (0)
#define spin_lock_init(lock) do { *(lock) = __SPIN_LOCK_UNLOCKED(lock); } while (0)

#endif

#define raw_spin_lock(lock) _raw_spin_lock(lock)
#define raw_spin_lock_irq(lock) _raw_spin_lock_irq(lock)
#define raw_spin_lock_irqsave(lock, flags) do { (flags) = _raw_spin_lock_irqsave(lock); } while (0)
#define raw_spin_lock_bh(lock) _raw_spin_lock_bh(lock)
#define raw_spin_trylock(lock) __cond_lock(lock, _raw_spin_trylock(lock))
#define raw_spin_unlock(lock) _raw_spin_unlock(lock)
#define raw_spin_unlock_irq(lock) _raw_spin_unlock_irq(lock)
#define raw_spin_unlock_irqrestore(lock, flags) _raw_spin_unlock_irqrestore(lock, flags)
#define raw_spin_unlock_bh(lock) _raw_spin_unlock_bh(lock)
#define raw_spin_is_locked(lock) arch_spin_is_locked(&(lock)->raw_lock)
#define raw_spin_is_contended(lock) arch_spin_is_contended(&(lock)->raw_lock)

static __always_inline raw_spinlock_t *spinlock_check(spinlock_t *lock)
{
	return &lock->rlock;
}

#define spin_lock(lock) _raw_spin_lock(spinlock_check(lock))
#define spin_lock_irq(lock) _raw_spin_lock_irq(spinlock_check(lock))
#define spin_lock_irqsave(lock, flags)                                                             \
	do {                                                                                       \
		(flags) = _raw_spin_lock_irqsave(spinlock_check(lock));                            \
	} while (0)
#define spin_lock_bh(lock) _raw_spin_lock_bh(spinlock_check(lock))

/* @subclass: which of several locks of a class, for code that nests them in a fixed order. Debug only. */
#define raw_spin_lock_nested(lock, subclass) _raw_spin_lock_nested(lock, subclass)
#define raw_spin_lock_irqsave_nested(lock, flags, subclass)                                        \
	do { (flags) = _raw_spin_lock_irqsave_nested(lock, subclass); } while (0)
#define spin_lock_nested(lock, subclass) _raw_spin_lock_nested(spinlock_check(lock), subclass)
#define spin_lock_bh_nested(lock, subclass) _raw_spin_lock_bh_nested(spinlock_check(lock), subclass)
#define spin_lock_irqsave_nested(lock, flags, subclass)                                            \
	do {                                                                                       \
		(flags) = _raw_spin_lock_irqsave_nested(spinlock_check(lock), subclass);           \
	} while (0)

/* spin_lock_nest_lock - the caller holds @nest_lock, under which any order among locks of this class is right. */
#define spin_lock_nest_lock(lock, nest_lock) \
	_raw_spin_lock_nest_lock(spinlock_check(lock), &(nest_lock)->dep_map)

#define spin_trylock(lock) __cond_lock(lock, _raw_spin_trylock(spinlock_check(lock)))
#define spin_unlock(lock) _raw_spin_unlock(spinlock_check(lock))
#define spin_unlock_irq(lock) _raw_spin_unlock_irq(spinlock_check(lock))
#define spin_unlock_irqrestore(lock, flags) _raw_spin_unlock_irqrestore(spinlock_check(lock), flags)
#define spin_unlock_bh(lock) _raw_spin_unlock_bh(spinlock_check(lock))
#define spin_is_locked(lock) arch_spin_is_locked(&(lock)->rlock.raw_lock)
#define spin_is_contended(lock) arch_spin_is_contended(&(lock)->rlock.raw_lock)
#define assert_spin_locked(lock) BUG_ON(!spin_is_locked(lock))

/* Each of these: Return: true with the lock held and interrupts, or bottom halves, off; false with nothing changed. */
#define __spin_trylock_or(lock, undo)                                                              \
	({                                                                                         \
		bool __got = spin_trylock(lock);                                                   \
		if (!__got)                                                                        \
			undo;                                                                      \
		__got;                                                                             \
	})

#define spin_trylock_irqsave(lock, flags)                                                          \
	({                                                                                         \
		local_irq_save(flags);                                                             \
		__spin_trylock_or(lock, local_irq_restore(flags));                                 \
	})

#define spin_trylock_irq(lock)                                                                     \
	({                                                                                         \
		local_irq_disable();                                                               \
		__spin_trylock_or(lock, local_irq_enable());                                       \
	})

#define spin_trylock_bh(lock)                                                                      \
	({                                                                                         \
		local_bh_disable();                                                                \
		__spin_trylock_or(lock, local_bh_enable());                                        \
	})

#define spin_needbreak(lock) spin_is_contended(lock)

/**
 * atomic_dec_and_lock - decrement @atomic; if that makes it 0, return with @lock held
 *
 * The count reaches 0 only under the lock. Context: as spin_lock(). Return: is the lock held?
 */
int _atomic_dec_and_lock(atomic_t *atomic, spinlock_t *lock);
int _atomic_dec_and_lock_irqsave(atomic_t *atomic, spinlock_t *lock, unsigned long *flags);
#define atomic_dec_and_lock(atomic, lock) __cond_lock(lock, _atomic_dec_and_lock(atomic, lock))
#define atomic_dec_and_lock_irqsave(atomic, lock, flags)                                           \
	__cond_lock(lock, _atomic_dec_and_lock_irqsave(atomic, lock, &(flags)))

#include <linux/rwlock.h>

#endif
