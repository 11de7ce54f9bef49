// SPDX-License-Identifier: MIT
/*
 * The slow paths of an rwlock. All who wait, readers and writers, stand in one queue, that of
 * wait_lock; its holder is the head, and the only one that waits for the lock word. A reader at
 * the head lets the next come as soon as it is in, so readers that stand together read together.
 */
#include <linux/preempt.h>
#include <asm/qrwlock.h>

/*
 * A reader in an interrupt cannot queue behind a writer that waits, for that one may be waiting
 * for the very task that was interrupted:
 *
 *	CPU 0: task		CPU 1			CPU 0: interrupt
 *	  read_lock()
 *				write_lock_irq()
 *				  waits for CPU 0
 *							  read_lock()
 *							    would wait for CPU 1
 *
 * So it waits only for a writer that has the lock, which runs, with interrupts off, on another CPU.
 * The price: readers in interrupts can keep a writer out, if there are enough of them.
 */
void queued_read_lock_slowpath(arch_rwlock_t *lock)
{
	if (unlikely(in_interrupt())) {
		smp_cond_load_acquire(&lock->cnts.counter, !(VAL & _QW_LOCKED));
		return;
	}
	atomic_sub(_QR_BIAS, &lock->cnts);
	arch_spin_lock(&lock->wait_lock);
	/* Nobody is _QW_WAITING: that would be wait_lock's holder. */
	atomic_add(_QR_BIAS, &lock->cnts);
	smp_cond_load_acquire(&lock->cnts.counter, !(VAL & _QW_LOCKED));
	arch_spin_unlock(&lock->wait_lock);
}

/* _QW_WAITING sends readers that come from now on to the queue; those inside leave one by one. */
void queued_write_lock_slowpath(arch_rwlock_t *lock)
{
	int cnts;

	arch_spin_lock(&lock->wait_lock);
	if (!arch_write_trylock(lock)) {
		atomic_or(_QW_WAITING, &lock->cnts);
		do {
			cnts = smp_cond_load_relaxed(&lock->cnts.counter, VAL == _QW_WAITING);
		} while (!atomic_try_cmpxchg_acquire(&lock->cnts, &cnts, _QW_LOCKED));
	}
	arch_spin_unlock(&lock->wait_lock);
}
