// SPDX-License-Identifier: MIT
/*
 * Heapsort: see <linux/sort.h>. The array is first made a heap, in which every element is at
 * least as large as its children 2i + 1 and 2i + 2; then the largest, at the root, goes to the
 * end, again and again.
 */
#include <linux/sort.h>

struct sorter {
	char *base;
	size_t size;
	cmp_r_func_t cmp;
	swap_func_t swap;
	const void *priv;
};

static void swap_bytes(void *a, void *b, int size)
{
	char *p = a, *q = b;

	for (; size >= 8; size -= 8, p += 8, q += 8) {
		u64 tmp;

		__builtin_memcpy(&tmp, p, 8);
		__builtin_memcpy(p, q, 8);
		__builtin_memcpy(q, &tmp, 8);
	}
	for (; size; size--, p++, q++) {
		char tmp = *p;

		*p = *q;
		*q = tmp;
	}
}

static void *at(const struct sorter *s, size_t i)
{
	return s->base + i * s->size;
}

/* Let the element @i sink below its larger child until neither is larger, in a heap of @num. */
static void sift_down(const struct sorter *s, size_t i, size_t num)
{
	size_t child;

	while ((child = 2 * i + 1) < num) {
		if (child + 1 < num && s->cmp(at(s, child), at(s, child + 1), s->priv) < 0)
			child++;
		if (s->cmp(at(s, i), at(s, child), s->priv) >= 0)
			return;
		s->swap(at(s, i), at(s, child), s->size);
		i = child;
	}
}

void sort_r(void *base, size_t num, size_t size, cmp_r_func_t cmp, swap_func_t swap,
	    const void *priv)
{
	struct sorter s = { base, size, cmp, swap ? swap : swap_bytes, priv };

	for (size_t i = num / 2; i-- > 0;)
		sift_down(&s, i, num);
	while (num > 1) {
		num--;
		s.swap(at(&s, 0), at(&s, num), size);
		sift_down(&s, 0, num);
	}
}

static int call_plain_cmp(const void *a, const void *b, const void *priv)
{
	return (*(const cmp_func_t *)priv)(a, b);
}

void sort(void *base, size_t num, size_t size, cmp_func_t cmp, swap_func_t swap)
{
	sort_r(base, num, size, call_plain_cmp, swap, &cmp);
}
