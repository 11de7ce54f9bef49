/* SPDX-License-Identifier: MIT */
/* Sorting linked lists: a merge sort, stable, without memory of its own. */
#ifndef _LINUX_LIST_SORT_H
#define _LINUX_LIST_SORT_H

#include <linux/types.h>

typedef int __attribute__((nonnull(2, 3))) (*list_cmp_func_t)(void *priv, const struct list_head *a,
							      const struct list_head *b);

/**
 * list_sort - sort a list
 * @cmp: > 0 if @a is to stand behind @b; anything else keeps their order
 * Context: any that @cmp allows; the list is the caller's meanwhile.
 */
void list_sort(void *priv, struct list_head *head, list_cmp_func_t cmp);

#endif /* _LINUX_LIST_SORT_H */
