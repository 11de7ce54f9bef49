/* SPDX-License-Identifier: MIT */
/*
 * Searching bitmaps. Every search gives the bit's number, or a value >= @size when there is none.
 * A map of one word known when compiling costs one `tzcnt`; longer ones call lib/find_bit.c.
 */
#ifndef _LINUX_FIND_H
#define _LINUX_FIND_H

#include <linux/bitops.h>
#include <linux/types.h>

unsigned long _find_next_bit(const unsigned long *addr, unsigned long size, unsigned long offset);
unsigned long _find_next_zero_bit(const unsigned long *addr, unsigned long size,
				  unsigned long offset);
unsigned long _find_next_and_bit(const unsigned long *addr1, const unsigned long *addr2,
				 unsigned long size, unsigned long offset);
unsigned long _find_last_bit(const unsigned long *addr, unsigned long size);

/* The search inside one word: only bits @offset … @size - 1 count. */
static __always_inline unsigned long __find_in_word(unsigned long word, unsigned long size,
						    unsigned long offset)
{
	if (offset >= size)
		return size;
	word &= GENMASK(size - 1, 0) & (~0UL << offset);
	return word ? (unsigned long)__builtin_ctzl(word) : size;
}

#define __one_word(size) (__builtin_constant_p(size) && (size) <= BITS_PER_LONG && (size) > 0)

static __always_inline unsigned long find_next_bit(const unsigned long *addr, unsigned long size,
						   unsigned long offset)
{
	if (__one_word(size))
		return __find_in_word(*addr, size, offset);
	return _find_next_bit(addr, size, offset);
}

static __always_inline unsigned long
find_next_zero_bit(const unsigned long *addr, unsigned long size, unsigned long offset)
{
	if (__one_word(size))
		return __find_in_word(~*addr, size, offset);
	return _find_next_zero_bit(addr, size, offset);
}

/* The next bit that is set in both maps. */
static __always_inline unsigned long find_next_and_bit(const unsigned long *addr1,
						       const unsigned long *addr2,
						       unsigned long size, unsigned long offset)
{
	if (__one_word(size))
		return __find_in_word(*addr1 & *addr2, size, offset);
	return _find_next_and_bit(addr1, addr2, size, offset);
}

static __always_inline unsigned long find_first_bit(const unsigned long *addr, unsigned long size)
{
	return find_next_bit(addr, size, 0);
}

static __always_inline unsigned long find_first_zero_bit(const unsigned long *addr,
							 unsigned long size)
{
	return find_next_zero_bit(addr, size, 0);
}

static __always_inline unsigned long find_first_and_bit(const unsigned long *addr1,
							const unsigned long *addr2,
							unsigned long size)
{
	return find_next_and_bit(addr1, addr2, size, 0);
}

static __always_inline unsigned long find_last_bit(const unsigned long *addr, unsigned long size)
{
	return _find_last_bit(addr, size);
}

/* As find_next_bit(), going on from bit 0 where there is none behind @offset. */
static __always_inline unsigned long find_next_bit_wrap(const unsigned long *addr,
							unsigned long size, unsigned long offset)
{
	unsigned long bit = find_next_bit(addr, size, offset);

	return bit < size ? bit : find_first_bit(addr, size);
}

#define for_each_set_bit(bit, addr, size)                                               \
	for ((bit) = find_first_bit((addr), (size)); (bit) < (size);                    \
	     (bit) = find_next_bit((addr), (size), (bit) + 1))
#define for_each_set_bit_from(bit, addr, size)                                          \
	for ((bit) = find_next_bit((addr), (size), (bit)); (bit) < (size);              \
	     (bit) = find_next_bit((addr), (size), (bit) + 1))
#define for_each_clear_bit(bit, addr, size)                                             \
	for ((bit) = find_first_zero_bit((addr), (size)); (bit) < (size);               \
	     (bit) = find_next_zero_bit((addr), (size), (bit) + 1))
#define for_each_clear_bit_from(bit, addr, size)                                        \
	for ((bit) = find_next_zero_bit((addr), (size), (bit)); (bit) < (size);         \
	     (bit) = find_next_zero_bit((addr), (size), (bit) + 1))

#endif /* _LINUX_FIND_H */
