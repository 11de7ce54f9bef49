/* SPDX-License-Identifier: MIT */
/*
 * Multiplicative hashing: the multiplier is 2^64 (2^32) divided by the golden ratio, made odd,
 * and the high bits of the product are the well-mixed ones (Knuth, TAOCP volume 3, section 6.4).
 */
#ifndef _LINUX_HASH_H
#define _LINUX_HASH_H

#include <linux/compiler.h>
#include <linux/types.h>

#define GOLDEN_RATIO_32 0x9e3779b1
#define GOLDEN_RATIO_64 0x9e3779b97f4a7c15ull

#define hash_long(val, bits) hash_64((val), (bits))

/* @bits: the result lies in 0 … 2^bits - 1. */
static __always_inline u32 hash_32(u32 val, unsigned int bits)
{
	return (val * GOLDEN_RATIO_32) >> (32 - bits);
}

static __always_inline u32 hash_64(u64 val, unsigned int bits)
{
	return (u32)((val * GOLDEN_RATIO_64) >> (64 - bits));
}

static __always_inline u32 hash_ptr(const void *ptr, unsigned int bits)
{
	return hash_long((unsigned long)ptr, bits);
}

#endif /* _LINUX_HASH_H */
