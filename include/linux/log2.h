/* SPDX-License-Identifier: MIT */
/* Powers of two. All of these are constants when their argument is. */
#ifndef _LINUX_LOG2_H
#define _LINUX_LOG2_H

#include <linux/bitops.h>
#include <linux/types.h>

/* Position of the highest bit set; -1 for 0. */
#define ilog2(n)                                                                        \
	(__builtin_constant_p(n) ?                                                      \
		 ((n) == 0 ? -1 : 63 - __builtin_clzll((unsigned long long)(n) | ((n) == 0))) : \
		 fls64(n) - 1)

static inline __attribute__((const)) bool is_power_of_2(unsigned long n)
{
	return n != 0 && (n & (n - 1)) == 0;
}

/* The result for 0 is undefined, as in Linux: 1 here. */
#define __roundup_pow2(n) ((n) <= 1 ? 1UL : 1UL << (64 - __builtin_clzl(((n) - 1) | 1)))
#define roundup_pow_of_two(n) __roundup_pow2((unsigned long)(n))
#define rounddown_pow_of_two(n) (1UL << (63 - __builtin_clzl((unsigned long)(n) | 1)))

/* The smallest order with 1 << order >= n. */
#define order_base_2(n) ((n) > 1 ? ilog2((n) - 1) + 1 : 0)

/* How many bits it takes to write @n down; one for 0. */
#define bits_per(n) ((n) <= 1 ? 1 : ilog2(n) + 1)

#endif /* _LINUX_LOG2_H */
