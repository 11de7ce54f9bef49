/* SPDX-License-Identifier: MIT */
/*
 * A lock-free stack for many producers: llist_add() from any context, NMI included, and one
 * consumer that takes the whole list with llist_del_all(). llist_del_first() needs its callers
 * serialised: two of them could meet the ABA problem.
 */
#ifndef _LINUX_LLIST_H
#define _LINUX_LLIST_H

#include <linux/atomic.h>
#include <linux/compiler.h>
#include <linux/container_of.h>
#include <linux/types.h>

struct llist_head {
	struct llist_node *first;
};

struct llist_node {
	struct llist_node *next;
};

#define LLIST_HEAD_INIT(name) { NULL }
#define LLIST_HEAD(name) struct llist_head name = LLIST_HEAD_INIT(name)

static inline void init_llist_head(struct llist_head *list)
{
	list->first = NULL;
}

#define llist_entry(ptr, type, member) container_of(ptr, type, member)

/* NULL-safe for an entry pointer computed from a NULL node, whatever the member's offset. */
#define member_address_is_nonnull(ptr, member) \
	((uintptr_t)(ptr) + offsetof(typeof(*(ptr)), member) != 0)

#define llist_for_each(pos, node) for ((pos) = (node); pos; (pos) = (pos)->next)
#define llist_for_each_safe(pos, n, node) \
	for ((pos) = (node); (pos) && ((n) = (pos)->next, true); (pos) = (n))
#define llist_for_each_entry(pos, node, member)                                         \
	for ((pos) = llist_entry((node), typeof(*(pos)), member);                       \
	     member_address_is_nonnull(pos, member);                                    \
	     (pos) = llist_entry((pos)->member.next, typeof(*(pos)), member))
#define llist_for_each_entry_safe(pos, n, node, member)                                 \
	for (pos = llist_entry((node), typeof(*pos), member);                           \
	     member_address_is_nonnull(pos, member) &&                                  \
	     (n = llist_entry(pos->member.next, typeof(*n), member), true);             \
	     pos = n)

static inline bool llist_empty(const struct llist_head *head)
{
	return READ_ONCE(head->first) == NULL;
}

static inline struct llist_node *llist_next(struct llist_node *node)
{
	return node->next;
}

/* Push the chain @new_first … @new_last. Return: true if the list was empty before. */
static inline bool llist_add_batch(struct llist_node *new_first, struct llist_node *new_last,
				   struct llist_head *head)
{
	struct llist_node *first = READ_ONCE(head->first);

	do {
		new_last->next = first;
	} while (!try_cmpxchg(&head->first, &first, new_first));
	return !first;
}

/* Return: true if the list was empty before, when the consumer may have to be woken. */
static inline bool llist_add(struct llist_node *new, struct llist_head *head)
{
	return llist_add_batch(new, new, head);
}

/* Take everything, newest first. */
static inline struct llist_node *llist_del_all(struct llist_head *head)
{
	return xchg(&head->first, NULL);
}

/**
 * llist_del_first - take the newest entry
 * Context: any, but callers (and llist_del_all()) one at a time.
 * Return: the entry, NULL if the list was empty.
 */
struct llist_node *llist_del_first(struct llist_head *head);

/**
 * llist_reverse_order - turn a taken chain round, so that the oldest comes first
 * Context: any; the chain belongs to the caller.
 * Return: the new first node.
 */
struct llist_node *llist_reverse_order(struct llist_node *head);

#endif /* _LINUX_LLIST_H */
