// SPDX-License-Identifier: MIT
/* Searching bitmaps of any length, a word at a time: see <linux/find.h>. */
#include <linux/find.h>
#include <linux/minmax.h>

/* The first bit at or after @offset that is set in WORD(i), an expression for the i-th word. */
#define FIND_NEXT(WORD, size, offset)                                                              \
	({                                                                                         \
		unsigned long __size = (size), __at = (offset), __word;                            \
		unsigned long __found = __size, i = __at / BITS_PER_LONG;                          \
		if (__at < __size) {                                                               \
			__word = (WORD) & (~0UL << (__at % BITS_PER_LONG));                        \
			while (!__word && (i + 1) * BITS_PER_LONG < __size) {                      \
				i++;                                                               \
				__word = (WORD);                                                   \
			}                                                                          \
			if (__word)                                                                \
				__found = min(i * BITS_PER_LONG + __ffs(__word), __size);          \
		}                                                                                  \
		__found;                                                                           \
	})

unsigned long _find_next_bit(const unsigned long *addr, unsigned long size, unsigned long offset)
{
	return FIND_NEXT(addr[i], size, offset);
}

unsigned long _find_next_zero_bit(const unsigned long *addr, unsigned long size,
				  unsigned long offset)
{
	return FIND_NEXT(~addr[i], size, offset);
}

unsigned long _find_next_and_bit(const unsigned long *addr1, const unsigned long *addr2,
				 unsigned long size, unsigned long offset)
{
	return FIND_NEXT(addr1[i] & addr2[i], size, offset);
}

unsigned long _find_last_bit(const unsigned long *addr, unsigned long size)
{
	unsigned long words = BITS_TO_LONGS(size);
	unsigned long mask = ~0UL >> (-size % BITS_PER_LONG);

	for (; words; words--, mask = ~0UL) {
		unsigned long word = addr[words - 1] & mask;

		if (word)
			return (words - 1) * BITS_PER_LONG + __fls(word);
	}
	return size;
}
