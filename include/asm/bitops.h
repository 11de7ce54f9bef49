/* SPDX-License-Identifier: MIT */
/*
 * Bit operations on arrays of unsigned long. Linux's ordering rules: set_bit(), clear_bit() and change_bit() are
 * atomic and order nothing; the test_and_ forms are full barriers; test_and_set_bit_lock() acquires,
 * clear_bit_unlock() releases; the forms with two underscores are not atomic.
 */
#ifndef _ASM_BITOPS_H
#define _ASM_BITOPS_H

#include <asm/barrier.h>
#include <linux/types.h>

#define __BIT_WORD_OF(addr, nr) (((volatile unsigned long *)(addr))[(nr) >> 6])
#define __BIT_MASK_OF(nr) (1UL << ((nr) & 63))

static __always_inline void set_bit(unsigned long nr, volatile unsigned long *addr)
{
	__asm__ __volatile__("lock; btsq %1, %0"
			     : "+m"(__BIT_WORD_OF(addr, nr)) : "Jr"(nr & 63) : "memory", "cc");
}

static __always_inline void clear_bit(unsigned long nr, volatile unsigned long *addr)
{
	__asm__ __volatile__("lock; btrq %1, %0"
			     : "+m"(__BIT_WORD_OF(addr, nr)) : "Jr"(nr & 63) : "memory", "cc");
}

static __always_inline void change_bit(unsigned long nr, volatile unsigned long *addr)
{
	__asm__ __volatile__("lock; btcq %1, %0"
			     : "+m"(__BIT_WORD_OF(addr, nr)) : "Jr"(nr & 63) : "memory", "cc");
}

static __always_inline bool test_and_set_bit(unsigned long nr, volatile unsigned long *addr)
{
	bool old;

	__asm__ __volatile__("lock; btsq %2, %1"
			     : "=@ccc"(old), "+m"(__BIT_WORD_OF(addr, nr))
			     : "Jr"(nr & 63) : "memory");
	return old;
}

static __always_inline bool test_and_clear_bit(unsigned long nr, volatile unsigned long *addr)
{
	bool old;

	__asm__ __volatile__("lock; btrq %2, %1"
			     : "=@ccc"(old), "+m"(__BIT_WORD_OF(addr, nr))
			     : "Jr"(nr & 63) : "memory");
	return old;
}

static __always_inline bool test_and_change_bit(unsigned long nr, volatile unsigned long *addr)
{
	bool old;

	__asm__ __volatile__("lock; btcq %2, %1"
			     : "=@ccc"(old), "+m"(__BIT_WORD_OF(addr, nr))
			     : "Jr"(nr & 63) : "memory");
	return old;
}

static __always_inline bool test_and_set_bit_lock(unsigned long nr, volatile unsigned long *addr)
{
	return test_and_set_bit(nr, addr);
}

static __always_inline void clear_bit_unlock(unsigned long nr, volatile unsigned long *addr)
{
	barrier();
	clear_bit(nr, addr);
}

static __always_inline bool test_bit(unsigned long nr, const volatile unsigned long *addr)
{
	return (__BIT_WORD_OF(addr, nr) & __BIT_MASK_OF(nr)) != 0;
}

/* BTS and BTR with a register as bit number find the right word by themselves: SDM volume 2, BTS. */
static __always_inline void __set_bit(unsigned long nr, volatile unsigned long *addr)
{
	if (__builtin_constant_p(nr))
		((unsigned long *)addr)[nr >> 6] |= __BIT_MASK_OF(nr);
	else
		__asm__ __volatile__("btsq %1, %0" : "+m"(*addr) : "r"(nr) : "memory", "cc");
}

static __always_inline void __clear_bit(unsigned long nr, volatile unsigned long *addr)
{
	if (__builtin_constant_p(nr))
		((unsigned long *)addr)[nr >> 6] &= ~__BIT_MASK_OF(nr);
	else
		__asm__ __volatile__("btrq %1, %0" : "+m"(*addr) : "r"(nr) : "memory", "cc");
}

static __always_inline void __change_bit(unsigned long nr, volatile unsigned long *addr)
{
	((unsigned long *)addr)[nr >> 6] ^= __BIT_MASK_OF(nr);
}

static __always_inline bool __test_and_set_bit(unsigned long nr, volatile unsigned long *addr)
{
	bool old = test_bit(nr, addr);

	__set_bit(nr, addr);
	return old;
}

static __always_inline bool __test_and_clear_bit(unsigned long nr, volatile unsigned long *addr)
{
	bool old = test_bit(nr, addr);

	__clear_bit(nr, addr);
	return old;
}

/* __ffs - index of the lowest set bit, __fls - of the highest. @word must not be 0. */
static __always_inline unsigned long __ffs(unsigned long word)
{
	return __builtin_ctzl(word);
}

static __always_inline unsigned long __fls(unsigned long word)
{
	return 63 - __builtin_clzl(word);
}

static __always_inline unsigned long ffz(unsigned long word)
{
	return __ffs(~word);
}

/* ffs, fls, fls64 - the same counted from 1, with 0 for no bit set. */
static __always_inline int ffs(int x)
{
	return __builtin_ffs(x);
}

static __always_inline int fls(unsigned int x)
{
	return x ? 32 - __builtin_clz(x) : 0;
}

static __always_inline int fls64(u64 x)
{
	return x ? 64 - __builtin_clzl(x) : 0;
}

#define hweight8(w) __builtin_popcount((u8)(w))
#define hweight16(w) __builtin_popcount((u16)(w))
#define hweight32(w) __builtin_popcount((u32)(w))
#define hweight64(w) __builtin_popcountl(w)
#define hweight_long(w) __builtin_popcountl(w)

#endif
