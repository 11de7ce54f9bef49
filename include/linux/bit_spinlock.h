/* SPDX-License-Identifier: MIT */
/*
 * A spinlock of one bit, for where there is no room for more: unfair, and known to no checker but
 * preempt_count's. Context: as spin_lock(). A bit that may be slept for: wait_on_bit_lock().
 */
#ifndef _LINUX_BIT_SPINLOCK_H
#define _LINUX_BIT_SPINLOCK_H

#include <linux/bitops.h>
#include <linux/bug.h>
#include <linux/preempt.h>
#include <asm/processor.h>

/* Nothing is held while waiting, so preemption is on: something more important may run. */
static inline void bit_spin_lock(int bitnum, unsigned long *addr)
{
	preempt_disable();
	while (unlikely(test_and_set_bit_lock(bitnum, addr))) {
		preempt_enable();
		do {
			cpu_relax();
		} while (test_bit(bitnum, addr));
		preempt_disable();
	}
}

/* Return: 1 with the bit set, 0 if it was. */
static inline int bit_spin_trylock(int bitnum, unsigned long *addr)
{
	preempt_disable();
	if (likely(!test_and_set_bit_lock(bitnum, addr)))
		return 1;
	preempt_enable();
	return 0;
}

static inline void bit_spin_unlock(int bitnum, unsigned long *addr)
{
	WARN_ON_ONCE(IS_ENABLED(CONFIG_DEBUG_SPINLOCK) && !test_bit(bitnum, addr));
	clear_bit_unlock(bitnum, addr);
	preempt_enable();
}

static inline int bit_spin_is_locked(int bitnum, unsigned long *addr)
{
	return test_bit(bitnum, addr);
}

#endif
