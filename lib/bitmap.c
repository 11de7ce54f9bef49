// SPDX-License-Identifier: MIT
/*
 * Bitmaps of any length: see <linux/bitmap.h>. Operations that make a bitmap work on whole words;
 * those that look at one mask off the bits past the end.
 */
#include <linux/bitmap.h>
#include <linux/ctype.h>
#include <linux/kernel.h>
#include <linux/slab.h>

/* Word @i of a map of @nbits: all ones, but for the bits past the end in the last one. */
static unsigned long word_mask(unsigned int i, unsigned int nbits)
{
	return i == BITS_TO_LONGS(nbits) - 1 ? BITMAP_LAST_WORD_MASK(nbits) : ~0UL;
}

#define for_each_word(i, nbits) for (unsigned int i = 0; i < BITS_TO_LONGS(nbits); i++)

bool __bitmap_and(unsigned long *dst, const unsigned long *a, const unsigned long *b,
		  unsigned int nbits)
{
	unsigned long any = 0;

	for_each_word(i, nbits) any |= dst[i] = a[i] & b[i] & word_mask(i, nbits);
	return any != 0;
}

bool __bitmap_andnot(unsigned long *dst, const unsigned long *a, const unsigned long *b,
		     unsigned int nbits)
{
	unsigned long any = 0;

	for_each_word(i, nbits) any |= dst[i] = a[i] & ~b[i] & word_mask(i, nbits);
	return any != 0;
}

void __bitmap_or(unsigned long *dst, const unsigned long *a, const unsigned long *b,
		 unsigned int nbits)
{
	for_each_word(i, nbits) dst[i] = a[i] | b[i];
}

void __bitmap_xor(unsigned long *dst, const unsigned long *a, const unsigned long *b,
		  unsigned int nbits)
{
	for_each_word(i, nbits) dst[i] = a[i] ^ b[i];
}

void __bitmap_complement(unsigned long *dst, const unsigned long *src, unsigned int nbits)
{
	for_each_word(i, nbits) dst[i] = ~src[i];
}

bool __bitmap_equal(const unsigned long *a, const unsigned long *b, unsigned int nbits)
{
	for_each_word(i, nbits) if ((a[i] ^ b[i]) & word_mask(i, nbits)) return false;
	return true;
}

bool __bitmap_intersects(const unsigned long *a, const unsigned long *b, unsigned int nbits)
{
	for_each_word(i, nbits) if (a[i] & b[i] & word_mask(i, nbits)) return true;
	return false;
}

bool __bitmap_subset(const unsigned long *a, const unsigned long *b, unsigned int nbits)
{
	for_each_word(i, nbits) if (a[i] & ~b[i] & word_mask(i, nbits)) return false;
	return true;
}

unsigned int __bitmap_weight(const unsigned long *map, unsigned int nbits)
{
	unsigned int weight = 0;

	for_each_word(i, nbits) weight += hweight_long(map[i] & word_mask(i, nbits));
	return weight;
}

/* Word @i of @src, 0 outside of it and past the end. */
static unsigned long word_or_zero(const unsigned long *src, long i, unsigned int nbits)
{
	if (i < 0 || i >= (long)BITS_TO_LONGS(nbits))
		return 0;
	return src[i] & word_mask(i, nbits);
}

/* Each word of the result is made of two neighbours; the order keeps dst == src safe. */
void bitmap_shift_right(unsigned long *dst, const unsigned long *src, unsigned int shift,
			unsigned int nbits)
{
	unsigned int words = shift / BITS_PER_LONG, bits = shift % BITS_PER_LONG;

	for (unsigned int i = 0; i < BITS_TO_LONGS(nbits); i++) {
		unsigned long low = word_or_zero(src, (long)i + words, nbits);
		unsigned long high = word_or_zero(src, (long)i + words + 1, nbits);

		dst[i] = bits ? low >> bits | high << (BITS_PER_LONG - bits) : low;
	}
}

void bitmap_shift_left(unsigned long *dst, const unsigned long *src, unsigned int shift,
		       unsigned int nbits)
{
	unsigned int words = shift / BITS_PER_LONG, bits = shift % BITS_PER_LONG;

	for (unsigned int i = BITS_TO_LONGS(nbits); i-- > 0;) {
		unsigned long high = word_or_zero(src, (long)i - words, nbits);
		unsigned long low = word_or_zero(src, (long)i - words - 1, nbits);

		dst[i] = bits ? high << bits | low >> (BITS_PER_LONG - bits) : high;
	}
}

/* The part of word @word that the bits @start … @end - 1 cover. */
static unsigned long range_mask(unsigned int word, unsigned int start, unsigned int end)
{
	unsigned long mask = ~0UL;

	if (word == BIT_WORD(start))
		mask &= BITMAP_FIRST_WORD_MASK(start);
	if (word == BIT_WORD(end - 1))
		mask &= BITMAP_LAST_WORD_MASK(end);
	return mask;
}

void bitmap_set(unsigned long *map, unsigned int start, unsigned int len)
{
	unsigned int end = start + len;

	for (unsigned int word = BIT_WORD(start); len && word <= BIT_WORD(end - 1); word++)
		map[word] |= range_mask(word, start, end);
}

void bitmap_clear(unsigned long *map, unsigned int start, unsigned int len)
{
	unsigned int end = start + len;

	for (unsigned int word = BIT_WORD(start); len && word <= BIT_WORD(end - 1); word++)
		map[word] &= ~range_mask(word, start, end);
}

unsigned long bitmap_find_next_zero_area(unsigned long *map, unsigned long size,
					 unsigned long start, unsigned int nr,
					 unsigned long align_mask)
{
	for (;;) {
		unsigned long index = find_next_zero_bit(map, size, start), end, taken;

		index = __ALIGN_MASK(index, align_mask);
		end = index + nr;
		if (end > size)
			return end;
		taken = find_next_bit(map, end, index);
		if (taken >= end)
			return index;
		start = taken + 1;
	}
}

/* A bit number, or N for the last bit. */
static int parse_bit(const char **s, unsigned int nbits, unsigned int *bit)
{
	char *end;
	unsigned long value;

	if (**s == 'N') {
		*bit = nbits - 1;
		(*s)++;
		return 0;
	}
	if (!isdigit(**s))
		return -EINVAL;
	value = simple_strtoul(*s, &end, 10);
	if (value > INT_MAX || end - *s > 10)
		return -EOVERFLOW;
	*s = end;
	*bit = value;
	return 0;
}

/* One region: "all", a, a-b or a-b:used/group. */
static int parse_region(const char **s, unsigned long *map, unsigned int nbits)
{
	unsigned int first = 0, last = nbits - 1, used, group;
	int err = 0;

	if (strstarts(*s, "all")) {
		*s += 3;
	} else {
		err = parse_bit(s, nbits, &first);
		last = first;
		if (!err && **s != '-')
			goto store;
		if (!err) {
			(*s)++;
			err = parse_bit(s, nbits, &last);
		}
	}
	if (err)
		return err;
	used = group = 1;
	if (**s == ':') {
		(*s)++;
		err = parse_bit(s, nbits, &used);
		if (err || **s != '/')
			return err ? err : -EINVAL;
		(*s)++;
		err = parse_bit(s, nbits, &group);
		if (err || !used || !group || used > group)
			return err ? err : -EINVAL;
	}
	if (first > last)
		return -EINVAL;
	if (last >= nbits)
		return -ERANGE;
	for (unsigned int at = first; at <= last; at += group)
		bitmap_set(map, at, min(used, last - at + 1));
	return 0;
store:
	if (first >= nbits)
		return -ERANGE;
	__set_bit(first, map);
	return 0;
}

int bitmap_parselist(const char *list, unsigned long *map, unsigned int nbits)
{
	bitmap_zero(map, nbits);
	for (;;) {
		int err;

		while (isspace(*list) && *list != '\n')
			list++;
		while (*list == ',' || *list == ' ' || *list == '\t')
			list++;
		if (!*list || *list == '\n')
			return 0;
		err = parse_region(&list, map, nbits);
		if (err)
			return err;
		if (*list && *list != ',' && !isspace(*list))
			return -EINVAL;
	}
}

int bitmap_print_to_pagebuf(bool list, char *buf, const unsigned long *map, int nbits)
{
	return list ? scnprintf(buf, 4096, "%*pbl\n", nbits, map)
		    : scnprintf(buf, 4096, "%*pb\n", nbits, map);
}

unsigned long *bitmap_alloc(unsigned int nbits, gfp_t flags)
{
	return kmalloc(bitmap_size(nbits), flags);
}

unsigned long *bitmap_zalloc(unsigned int nbits, gfp_t flags)
{
	return kzalloc(bitmap_size(nbits), flags);
}

void bitmap_free(const unsigned long *bitmap)
{
	kfree(bitmap);
}
