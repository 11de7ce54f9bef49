/* SPDX-License-Identifier: MIT */
/*
 * Sets of small integers as arrays of unsigned long. Bits past @nbits in the last word are
 * ignored by the readers and may be written by the writers. A set of at most 64 bits, known when
 * compiling, is handled in one word without a call. Nothing here is atomic, but for set_bit() and
 * friends on one bit.
 */
#ifndef _LINUX_BITMAP_H
#define _LINUX_BITMAP_H

#include <linux/align.h>
#include <linux/bitops.h>
#include <linux/errno.h>
#include <linux/find.h>
#include <linux/limits.h>
#include <linux/string.h>
#include <linux/types.h>

#define BITMAP_FIRST_WORD_MASK(start) (~0UL << ((start) & (BITS_PER_LONG - 1)))
#define BITMAP_LAST_WORD_MASK(nbits) (~0UL >> (-(nbits) & (BITS_PER_LONG - 1)))
#define bitmap_size(nbits) (BITS_TO_LONGS(nbits) * sizeof(long))
#define small_const_nbits(nbits) \
	(__builtin_constant_p(nbits) && (nbits) <= BITS_PER_LONG && (nbits) > 0)

bool __bitmap_and(unsigned long *dst, const unsigned long *a, const unsigned long *b,
		  unsigned int nbits);
void __bitmap_or(unsigned long *dst, const unsigned long *a, const unsigned long *b,
		 unsigned int nbits);
void __bitmap_xor(unsigned long *dst, const unsigned long *a, const unsigned long *b,
		  unsigned int nbits);
bool __bitmap_andnot(unsigned long *dst, const unsigned long *a, const unsigned long *b,
		     unsigned int nbits);
void __bitmap_complement(unsigned long *dst, const unsigned long *src, unsigned int nbits);
bool __bitmap_equal(const unsigned long *a, const unsigned long *b, unsigned int nbits);
bool __bitmap_intersects(const unsigned long *a, const unsigned long *b, unsigned int nbits);
bool __bitmap_subset(const unsigned long *a, const unsigned long *b, unsigned int nbits);
unsigned int __bitmap_weight(const unsigned long *map, unsigned int nbits);
void bitmap_shift_right(unsigned long *dst, const unsigned long *src, unsigned int shift,
			unsigned int nbits);
void bitmap_shift_left(unsigned long *dst, const unsigned long *src, unsigned int shift,
		       unsigned int nbits);

/* Set or clear @len bits from @start on. */
void bitmap_set(unsigned long *map, unsigned int start, unsigned int len);
void bitmap_clear(unsigned long *map, unsigned int start, unsigned int len);

/**
 * bitmap_find_next_zero_area - the first run of @nr zero bits at or after @start
 * @align_mask: the run begins at a multiple of @align_mask + 1, a power of two
 * Context: any.
 * Return: where the run begins; a value > @size - @nr if there is none.
 */
unsigned long bitmap_find_next_zero_area(unsigned long *map, unsigned long size,
					 unsigned long start, unsigned int nr,
					 unsigned long align_mask);

/**
 * bitmap_parselist - read a list of bits such as "0-3,7,8-20:2/4", "all" or ""
 * "8-20:2/4" is the first 2 of every 4 bits from 8 to 20; N stands for the last bit. The list
 * ends at a zero or a newline.
 * Context: any.
 * Return: 0; -EINVAL malformed, -ERANGE past @nbits, -EOVERFLOW a number too large; @map is then
 * undefined.
 */
int bitmap_parselist(const char *list, unsigned long *map, unsigned int nbits);

/**
 * bitmap_print_to_pagebuf - write a bitmap as text with a newline, at most one page
 * @list: as ranges; otherwise in hex
 * Return: characters written.
 */
int bitmap_print_to_pagebuf(bool list, char *buf, const unsigned long *map, int nbits);

/* Context: as kmalloc() with @flags. Return: NULL without memory. */
unsigned long *bitmap_alloc(unsigned int nbits, gfp_t flags);
unsigned long *bitmap_zalloc(unsigned int nbits, gfp_t flags);
void bitmap_free(const unsigned long *bitmap);

static __always_inline void bitmap_zero(unsigned long *dst, unsigned int nbits)
{
	if (small_const_nbits(nbits))
		*dst = 0;
	else
		memset(dst, 0, bitmap_size(nbits));
}

static __always_inline void bitmap_fill(unsigned long *dst, unsigned int nbits)
{
	if (small_const_nbits(nbits))
		*dst = ~0UL;
	else
		memset(dst, 0xff, bitmap_size(nbits));
}

static __always_inline void bitmap_copy(unsigned long *dst, const unsigned long *src,
					unsigned int nbits)
{
	if (small_const_nbits(nbits))
		*dst = *src;
	else
		memcpy(dst, src, bitmap_size(nbits));
}

/* Return: whether the result has any bit set. */
static __always_inline bool bitmap_and(unsigned long *dst, const unsigned long *a,
				       const unsigned long *b, unsigned int nbits)
{
	if (small_const_nbits(nbits))
		return (*dst = *a & *b & BITMAP_LAST_WORD_MASK(nbits)) != 0;
	return __bitmap_and(dst, a, b, nbits);
}

static __always_inline void bitmap_or(unsigned long *dst, const unsigned long *a,
				      const unsigned long *b, unsigned int nbits)
{
	if (small_const_nbits(nbits))
		*dst = *a | *b;
	else
		__bitmap_or(dst, a, b, nbits);
}

static __always_inline void bitmap_xor(unsigned long *dst, const unsigned long *a,
				       const unsigned long *b, unsigned int nbits)
{
	if (small_const_nbits(nbits))
		*dst = *a ^ *b;
	else
		__bitmap_xor(dst, a, b, nbits);
}

/* @a without @b. Return: whether the result has any bit set. */
static __always_inline bool bitmap_andnot(unsigned long *dst, const unsigned long *a,
					  const unsigned long *b, unsigned int nbits)
{
	if (small_const_nbits(nbits))
		return (*dst = *a & ~*b & BITMAP_LAST_WORD_MASK(nbits)) != 0;
	return __bitmap_andnot(dst, a, b, nbits);
}

static __always_inline void bitmap_complement(unsigned long *dst, const unsigned long *src,
					      unsigned int nbits)
{
	if (small_const_nbits(nbits))
		*dst = ~*src;
	else
		__bitmap_complement(dst, src, nbits);
}

static __always_inline bool bitmap_equal(const unsigned long *a, const unsigned long *b,
					 unsigned int nbits)
{
	if (small_const_nbits(nbits))
		return !((*a ^ *b) & BITMAP_LAST_WORD_MASK(nbits));
	return __bitmap_equal(a, b, nbits);
}

static __always_inline bool bitmap_intersects(const unsigned long *a, const unsigned long *b,
					      unsigned int nbits)
{
	if (small_const_nbits(nbits))
		return (*a & *b & BITMAP_LAST_WORD_MASK(nbits)) != 0;
	return __bitmap_intersects(a, b, nbits);
}

/* Whether all of @a is in @b. */
static __always_inline bool bitmap_subset(const unsigned long *a, const unsigned long *b,
					  unsigned int nbits)
{
	if (small_const_nbits(nbits))
		return !(*a & ~*b & BITMAP_LAST_WORD_MASK(nbits));
	return __bitmap_subset(a, b, nbits);
}

static __always_inline unsigned int bitmap_weight(const unsigned long *map, unsigned int nbits)
{
	if (small_const_nbits(nbits))
		return hweight_long(*map & BITMAP_LAST_WORD_MASK(nbits));
	return __bitmap_weight(map, nbits);
}

static __always_inline bool bitmap_empty(const unsigned long *map, unsigned int nbits)
{
	if (small_const_nbits(nbits))
		return !(*map & BITMAP_LAST_WORD_MASK(nbits));
	return find_first_bit(map, nbits) == nbits;
}

static __always_inline bool bitmap_full(const unsigned long *map, unsigned int nbits)
{
	if (small_const_nbits(nbits))
		return !(~*map & BITMAP_LAST_WORD_MASK(nbits));
	return find_first_zero_bit(map, nbits) == nbits;
}

#endif /* _LINUX_BITMAP_H */
