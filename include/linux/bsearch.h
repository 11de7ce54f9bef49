/* SPDX-License-Identifier: MIT */
/* Binary search in a sorted array. */
#ifndef _LINUX_BSEARCH_H
#define _LINUX_BSEARCH_H

#include <linux/types.h>

/**
 * bsearch - find an element equal to @key
 * @cmp: called with @key first and an element second, as for sort()
 * Context: any that @cmp allows.
 * Return: one such element, NULL if there is none.
 */
void *bsearch(const void *key, const void *base, size_t num, size_t size, cmp_func_t cmp);

#endif /* _LINUX_BSEARCH_H */
