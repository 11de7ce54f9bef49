/* SPDX-License-Identifier: MIT */
/*
 * Integer division and rounding. round_up/round_down want a power of two; roundup/rounddown do
 * not.
 */
#ifndef _LINUX_MATH_H
#define _LINUX_MATH_H

#include <linux/types.h>

#define __round_mask(x, y) ((typeof(x))((y) - 1))
#define round_up(x, y) ((((x) - 1) | __round_mask(x, y)) + 1)
#define round_down(x, y) ((x) & ~__round_mask(x, y))

#define DIV_ROUND_UP(n, d) (((n) + (d) - 1) / (d))
#define DIV_ROUND_UP_ULL(n, d) DIV_ROUND_UP((unsigned long long)(n), (d))
#define DIV_ROUND_DOWN_ULL(n, d) ((unsigned long long)(n) / (d))

#define roundup(x, y)                                                   \
	({                                                              \
		typeof(y) __roundup_y = (y);                            \
		(((x) + (__roundup_y - 1)) / __roundup_y) * __roundup_y; \
	})
#define rounddown(x, y)                                                 \
	({                                                              \
		typeof(x) __rounddown_x = (x);                          \
		__rounddown_x - (__rounddown_x % (y));                  \
	})

/* Nearest quotient, halves away from zero; signed only if both types are. */
#define DIV_ROUND_CLOSEST(x, divisor)                                                           \
	({                                                                                      \
		typeof(x) __drc_x = (x);                                                        \
		typeof(divisor) __drc_d = (divisor);                                            \
		(((typeof(x))-1) > 0 || ((typeof(divisor))-1) > 0 ||                            \
		 ((__drc_x > 0) == (__drc_d > 0))) ?                                            \
			((__drc_x + (__drc_d / 2)) / __drc_d) :                                 \
			((__drc_x - (__drc_d / 2)) / __drc_d);                                  \
	})
#define DIV_ROUND_CLOSEST_ULL(x, divisor)                                                       \
	({                                                                                      \
		unsigned long long __drcu_d = (divisor);                                        \
		((unsigned long long)(x) + __drcu_d / 2) / __drcu_d;                            \
	})

/* x * numer / denom without the product overflowing when the quotient fits. */
#define mult_frac(x, numer, denom)                                      \
	({                                                              \
		typeof(x) __mf_x = (x);                                 \
		typeof(denom) __mf_d = (denom);                         \
		typeof(x) __mf_q = __mf_x / __mf_d;                     \
		typeof(x) __mf_r = __mf_x % __mf_d;                     \
		(__mf_q * (numer)) + ((__mf_r * (numer)) / __mf_d);     \
	})

#define abs(x)                                                          \
	({                                                              \
		typeof(x) __abs_x = (x);                                \
		__abs_x < 0 ? -__abs_x : __abs_x;                       \
	})

/* Maps a random u32 onto 0 … @range - 1 with a multiplication in place of a division. */
static inline u32 reciprocal_scale(u32 val, u32 range)
{
	return (u32)(((u64)val * range) >> 32);
}

/**
 * int_sqrt - the integer part of a square root
 * Context: any.
 */
unsigned long int_sqrt(unsigned long x);

/**
 * gcd - the greatest common divisor; gcd(a, 0) is a
 * Context: any.
 */
unsigned long gcd(unsigned long a, unsigned long b);

#endif /* _LINUX_MATH_H */
