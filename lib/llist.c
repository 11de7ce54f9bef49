// SPDX-License-Identifier: MIT
/* The parts of <linux/llist.h> that are worth a call. */
#include <linux/llist.h>

/* A failed try_cmpxchg() leaves the new first entry in @entry. */
struct llist_node *llist_del_first(struct llist_head *head)
{
	struct llist_node *entry = smp_load_acquire(&head->first);

	while (entry && !try_cmpxchg(&head->first, &entry, READ_ONCE(entry->next)))
		;
	return entry;
}

struct llist_node *llist_reverse_order(struct llist_node *head)
{
	struct llist_node *reversed = NULL;

	while (head) {
		struct llist_node *next = head->next;

		head->next = reversed;
		reversed = head;
		head = next;
	}
	return reversed;
}
