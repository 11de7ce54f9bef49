/* SPDX-License-Identifier: MIT */
/*
 * The lock word under every spinlock: fair, four bytes, and each waiter spins on a cache line of its own.
 *
 *	byte 0		locked
 *	bytes 2-3	tail: the last waiter in the queue, 0 when there is none
 *
 * Taking a free lock is one CMPXCHG of the whole word from 0 to 1, which fails as long as anybody queues: nobody
 * overtakes. kernel/locking/qspinlock.c has the queue. Context for all of these: preemption (or interrupts) off.
 */
#ifndef _ASM_SPINLOCK_H
#define _ASM_SPINLOCK_H

#include <linux/types.h>
#include <asm/barrier.h>

typedef struct qspinlock {
	union {
		u32 val;
		struct {
			u8 locked;
			u8 unused;
			u16 tail;
		};
	};
} arch_spinlock_t;

#define __ARCH_SPIN_LOCK_UNLOCKED { { .val = 0 } }
#define _Q_LOCKED_VAL 1U

/* queued_spin_lock_slowpath - wait in the queue. Called through a thunk that keeps all registers: see thunk.asm. */
void queued_spin_lock_slowpath(arch_spinlock_t *lock);

static __always_inline bool arch_spin_trylock(arch_spinlock_t *lock)
{
	u32 val = 0;

	return try_cmpxchg(&lock->val, &val, _Q_LOCKED_VAL);
}

static __always_inline void arch_spin_lock(arch_spinlock_t *lock)
{
	if (unlikely(!arch_spin_trylock(lock)))
		__asm__ __volatile__("call queued_spin_lock_slowpath_thunk"
				     : ASM_CALL_CONSTRAINT : "D"(lock) : "memory", "cc");
}

/* A plain store: x86 does not move earlier loads and stores past it (SDM volume 3, section 8.2.2). */
static __always_inline void arch_spin_unlock(arch_spinlock_t *lock)
{
	smp_store_release(&lock->locked, 0);
}

static __always_inline bool arch_spin_is_locked(const arch_spinlock_t *lock)
{
	return READ_ONCE(lock->val) != 0;
}

static __always_inline bool arch_spin_is_contended(const arch_spinlock_t *lock)
{
	return READ_ONCE(lock->tail) != 0;
}

#endif
