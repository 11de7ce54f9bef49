/* SPDX-License-Identifier: MIT */
/*
 * Sorting arrays in place: heapsort, so n·log n at worst, no recursion and no memory. Not stable.
 */
#ifndef _LINUX_SORT_H
#define _LINUX_SORT_H

#include <linux/types.h>

/**
 * sort - sort @num elements of @size bytes
 * @cmp: < 0, 0, > 0 as *a is to stand before, beside or behind *b
 * @swap: exchanges two elements; NULL for a plain exchange of bytes
 * Context: any that @cmp and @swap allow.
 */
void sort(void *base, size_t num, size_t size, cmp_func_t cmp, swap_func_t swap);

/* The same with an argument handed on to @cmp. */
void sort_r(void *base, size_t num, size_t size, cmp_r_func_t cmp, swap_func_t swap,
	    const void *priv);

#endif /* _LINUX_SORT_H */
