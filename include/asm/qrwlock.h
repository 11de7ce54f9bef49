/* SPDX-License-Identifier: MIT */
/*
 * The lock word under every rwlock: fair between readers and writers, eight bytes.
 *
 *	bits 0-7	a writer has it
 *	bit 8		a writer is the next: readers that come now queue
 *	bits 9-31	number of readers
 *
 * Whoever cannot have the lock at once queues for wait_lock, which is fair itself; only the one
 * that holds wait_lock looks at the word. A reader in an interrupt does not queue:
 * kernel/locking/qrwlock.c says why. Context for all: preemption off.
 */
#ifndef _ASM_QRWLOCK_H
#define _ASM_QRWLOCK_H

#include <asm/atomic.h>
#include <asm/spinlock.h>

typedef struct qrwlock {
	union {
		atomic_t cnts;
		u8 wlocked;
	};
	arch_spinlock_t wait_lock;
} arch_rwlock_t;

#define __ARCH_RW_LOCK_UNLOCKED                                                                    \
	{ { .cnts = ATOMIC_INIT(0) }, .wait_lock = __ARCH_SPIN_LOCK_UNLOCKED }

#define _QW_LOCKED 0x0ff
#define _QW_WAITING 0x100
#define _QW_WMASK (_QW_LOCKED | _QW_WAITING)
#define _QR_BIAS 0x200

void queued_read_lock_slowpath(arch_rwlock_t *lock);
void queued_write_lock_slowpath(arch_rwlock_t *lock);

static __always_inline bool arch_read_trylock(arch_rwlock_t *lock)
{
	if (atomic_read(&lock->cnts) & _QW_WMASK)
		return false;
	if (likely(!(atomic_add_return_acquire(_QR_BIAS, &lock->cnts) & _QW_WMASK)))
		return true;
	atomic_sub(_QR_BIAS, &lock->cnts);
	return false;
}

static __always_inline void arch_read_lock(arch_rwlock_t *lock)
{
	if (unlikely(atomic_add_return_acquire(_QR_BIAS, &lock->cnts) & _QW_WMASK))
		queued_read_lock_slowpath(lock);
}

/* A locked instruction: what the reader read was read before. Pairs with the writer's cmpxchg. */
static __always_inline void arch_read_unlock(arch_rwlock_t *lock)
{
	atomic_sub(_QR_BIAS, &lock->cnts);
}

static __always_inline bool arch_write_trylock(arch_rwlock_t *lock)
{
	int cnts = 0;

	return atomic_try_cmpxchg_acquire(&lock->cnts, &cnts, _QW_LOCKED);
}

static __always_inline void arch_write_lock(arch_rwlock_t *lock)
{
	if (unlikely(!arch_write_trylock(lock)))
		queued_write_lock_slowpath(lock);
}

/* The writer's byte alone: readers that wait may be counted above it. Pairs with their acquire. */
static __always_inline void arch_write_unlock(arch_rwlock_t *lock)
{
	smp_store_release(&lock->wlocked, 0);
}

static __always_inline bool arch_rwlock_is_contended(const arch_rwlock_t *lock)
{
	return arch_spin_is_locked(&lock->wait_lock);
}

#endif
