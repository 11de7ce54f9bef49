/* SPDX-License-Identifier: MIT */
/*
 * Reader-writer spinlocks: many readers at a time, or one writer. The forms and their meaning are
 * those of <linux/spinlock.h>: plain, _bh, _irq, _irqsave. Waiters come in in order, so writers do
 * not starve; therefore a reader must not take the lock again while it holds it, since a writer may
 * have queued in between. Only in an interrupt it may: a reader there overtakes the queue. It is
 * enough to keep interrupts off in writers, if handlers only read. Context for all: any but NMI;
 * none sleeps, and no holder may.
 *
 * An rwlock costs more than a spinlock when nobody waits. It pays where readers are many and stay
 * long; where they are many and short, see <linux/seqlock.h>.
 */
#ifndef _LINUX_RWLOCK_H
#define _LINUX_RWLOCK_H

#ifndef _LINUX_SPINLOCK_H
#error "include <linux/spinlock.h> instead"
#endif

#include <linux/rwlock_types.h>

/*
 * The ways in and out are alike for readers and writers; @op is read or write. What they are made
 * of differs with the profile: __read_lock() and so on, and __lock_preempt_disable(), which notes
 * the caller for reports.
 */
#define __DECLARE_RWLOCK_FORMS(linkage, op)                                                        \
	linkage void _raw_##op##_lock(rwlock_t *lock) __acquires(lock);                            \
	linkage void _raw_##op##_lock_irq(rwlock_t *lock) __acquires(lock);                        \
	linkage void _raw_##op##_lock_bh(rwlock_t *lock) __acquires(lock);                         \
	linkage unsigned long _raw_##op##_lock_irqsave(rwlock_t *lock) __acquires(lock);           \
	linkage bool _raw_##op##_trylock(rwlock_t *lock);                                          \
	linkage void _raw_##op##_unlock(rwlock_t *lock) __releases(lock);                          \
	linkage void _raw_##op##_unlock_irq(rwlock_t *lock) __releases(lock);                      \
	linkage void _raw_##op##_unlock_bh(rwlock_t *lock) __releases(lock);                       \
	linkage void _raw_##op##_unlock_irqrestore(rwlock_t *lock, unsigned long flags)            \
		__releases(lock);

#define __DEFINE_RWLOCK_FORMS(linkage, op)                                                         \
	linkage void _raw_##op##_lock(rwlock_t *lock)                                              \
	{                                                                                          \
		__lock_preempt_disable(_RET_IP_);                                                  \
		__##op##_lock(lock, _RET_IP_);                                                     \
	}                                                                                          \
	linkage void _raw_##op##_lock_irq(rwlock_t *lock)                                          \
	{                                                                                          \
		__local_irq_disable(_RET_IP_);                                                     \
		__lock_preempt_disable(_RET_IP_);                                                  \
		__##op##_lock(lock, _RET_IP_);                                                     \
	}                                                                                          \
	linkage void _raw_##op##_lock_bh(rwlock_t *lock)                                           \
	{                                                                                          \
		__local_bh_disable(_RET_IP_);                                                      \
		__lock_preempt_disable(_RET_IP_);                                                  \
		__##op##_lock(lock, _RET_IP_);                                                     \
	}                                                                                          \
	linkage unsigned long _raw_##op##_lock_irqsave(rwlock_t *lock)                             \
	{                                                                                          \
		unsigned long flags;                                                               \
                                                                                                   \
		__local_irq_save(flags, _RET_IP_);                                                 \
		__lock_preempt_disable(_RET_IP_);                                                  \
		__##op##_lock(lock, _RET_IP_);                                                     \
		return flags;                                                                      \
	}                                                                                          \
	linkage bool _raw_##op##_trylock(rwlock_t *lock)                                           \
	{                                                                                          \
		__lock_preempt_disable(_RET_IP_);                                                  \
		if (likely(__##op##_trylock(lock, _RET_IP_)))                                      \
			return true;                                                               \
		preempt_enable();                                                                  \
		return false;                                                                      \
	}                                                                                          \
	linkage void _raw_##op##_unlock(rwlock_t *lock)                                            \
	{                                                                                          \
		__##op##_unlock(lock, _RET_IP_);                                                   \
		preempt_enable();                                                                  \
	}                                                                                          \
	linkage void _raw_##op##_unlock_irq(rwlock_t *lock)                                        \
	{                                                                                          \
		__##op##_unlock(lock, _RET_IP_);                                                   \
		local_irq_enable();                                                                \
		preempt_enable();                                                                  \
	}                                                                                          \
	linkage void _raw_##op##_unlock_bh(rwlock_t *lock)                                         \
	{                                                                                          \
		__##op##_unlock(lock, _RET_IP_);                                                   \
		preempt_enable_no_resched();                                                       \
		local_bh_enable();                                                                 \
	}                                                                                          \
	linkage void _raw_##op##_unlock_irqrestore(rwlock_t *lock, unsigned long flags)            \
	{                                                                                          \
		__##op##_unlock(lock, _RET_IP_);                                                   \
		local_irq_restore(flags);                                                          \
		preempt_enable();                                                                  \
	}

#ifdef CONFIG_DEBUG_SPINLOCK

__DECLARE_RWLOCK_FORMS(extern, read)
__DECLARE_RWLOCK_FORMS(extern, write)
void _raw_write_lock_nested(rwlock_t *lock, unsigned int subclass) __acquires(lock);
void __rwlock_init(rwlock_t *lock, const char *name, struct lock_class_key *key);

#define rwlock_init(lock)                                                                          \
	do {                                                                                       \
		static struct lock_class_key __key;                                                \
		__rwlock_init(lock, #lock, &__key);                                                \
	} while (0)

#else

#define __lock_preempt_disable(ip) preempt_disable()
#define __read_lock(lock, ip) arch_read_lock(&(lock)->raw_lock)
#define __read_trylock(lock, ip) arch_read_trylock(&(lock)->raw_lock)
#define __read_unlock(lock, ip) arch_read_unlock(&(lock)->raw_lock)
#define __write_lock(lock, ip) arch_write_lock(&(lock)->raw_lock)
#define __write_trylock(lock, ip) arch_write_trylock(&(lock)->raw_lock)
#define __write_unlock(lock, ip) arch_write_unlock(&(lock)->raw_lock)
__DECLARE_RWLOCK_FORMS(static __always_inline, read)
__DECLARE_RWLOCK_FORMS(static __always_inline, write)
__DEFINE_RWLOCK_FORMS(static __always_inline, read)
__DEFINE_RWLOCK_FORMS(static __always_inline, write)

#define _raw_write_lock_nested(lock, subclass) _raw_write_lock(lock)
#define rwlock_init(lock) do { *(lock) = __RW_LOCK_UNLOCKED(lock); } while (0)

#endif

#define read_lock(lock) _raw_read_lock(lock)
#define read_lock_irq(lock) _raw_read_lock_irq(lock)
#define read_lock_bh(lock) _raw_read_lock_bh(lock)
#define read_lock_irqsave(lock, flags) do { (flags) = _raw_read_lock_irqsave(lock); } while (0)
#define read_trylock(lock) __cond_lock(lock, _raw_read_trylock(lock))
#define read_unlock(lock) _raw_read_unlock(lock)
#define read_unlock_irq(lock) _raw_read_unlock_irq(lock)
#define read_unlock_bh(lock) _raw_read_unlock_bh(lock)
#define read_unlock_irqrestore(lock, flags) _raw_read_unlock_irqrestore(lock, flags)

#define write_lock(lock) _raw_write_lock(lock)
#define write_lock_nested(lock, subclass) _raw_write_lock_nested(lock, subclass)
#define write_lock_irq(lock) _raw_write_lock_irq(lock)
#define write_lock_bh(lock) _raw_write_lock_bh(lock)
#define write_lock_irqsave(lock, flags) do { (flags) = _raw_write_lock_irqsave(lock); } while (0)
#define write_trylock(lock) __cond_lock(lock, _raw_write_trylock(lock))
#define write_unlock(lock) _raw_write_unlock(lock)
#define write_unlock_irq(lock) _raw_write_unlock_irq(lock)
#define write_unlock_bh(lock) _raw_write_unlock_bh(lock)
#define write_unlock_irqrestore(lock, flags) _raw_write_unlock_irqrestore(lock, flags)

/* write_trylock_irqsave - Return: true with the lock held, interrupts off; or false. */
#define write_trylock_irqsave(lock, flags)                                                         \
	({                                                                                         \
		local_irq_save(flags);                                                             \
		write_trylock(lock) ? 1 : ({                                                       \
			local_irq_restore(flags);                                                  \
			0;                                                                         \
		});                                                                                \
	})

/* rwlock_is_contended - does anybody wait? A hint for a holder that could let go for a moment. */
#define rwlock_is_contended(lock) arch_rwlock_is_contended(&(lock)->raw_lock)
#define rwlock_needbreak(lock) rwlock_is_contended(lock)

#endif
