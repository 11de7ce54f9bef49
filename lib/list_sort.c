// SPDX-License-Identifier: MIT
/*
 * Merge sort of lists: see <linux/list_sort.h>. Bottom up: runs[i] is a sorted chain of 2^i
 * entries or none, as in a binary counter that each entry increments; a carry merges two runs of
 * one size. The runs are singly linked through `next`; the `prev` links are made at the end.
 */
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/list_sort.h>

#define MAX_RUNS 32 /* the last one takes whatever comes: enough for 2^32 entries */

/* @a's entries come first where they are equal: they were first in the list. */
static struct list_head *merge(void *priv, list_cmp_func_t cmp, struct list_head *a,
			       struct list_head *b)
{
	struct list_head *head = NULL, **tail = &head;

	while (a && b) {
		struct list_head **from = cmp(priv, a, b) <= 0 ? &a : &b;

		*tail = *from;
		tail = &(*from)->next;
		*from = *tail;
	}
	*tail = a ? a : b;
	return head;
}

/* Make the ring again from a chain of `next`. */
static void relink(struct list_head *head, struct list_head *chain)
{
	struct list_head *prev = head;

	for (; chain; chain = chain->next) {
		prev->next = chain;
		chain->prev = prev;
		prev = chain;
	}
	prev->next = head;
	head->prev = prev;
}

void list_sort(void *priv, struct list_head *head, list_cmp_func_t cmp)
{
	struct list_head *runs[MAX_RUNS] = { NULL }, *entry = head->next, *sorted = NULL;
	int i;

	head->prev->next = NULL;
	if (entry == head)
		entry = NULL;
	while (entry) {
		struct list_head *run = entry;

		entry = entry->next;
		run->next = NULL;
		for (i = 0; i < MAX_RUNS - 1 && runs[i]; i++) {
			run = merge(priv, cmp, runs[i], run);
			runs[i] = NULL;
		}
		runs[i] = runs[i] ? merge(priv, cmp, runs[i], run) : run;
	}
	for (i = 0; i < MAX_RUNS; i++)
		if (runs[i])
			sorted = sorted ? merge(priv, cmp, runs[i], sorted) : runs[i];
	relink(head, sorted);
}
