/* SPDX-License-Identifier: MIT */
/*
 * Lists that are read under RCU while they change. Updaters exclude each other with a lock of theirs;
 * readers walk the list inside rcu_read_lock() and see each entry either there, complete, or not
 * there. What is removed keeps its way on, so that a reader standing on it gets to the end: it may be
 * freed, or added again, only after a grace period.
 *
 * Context of what changes a list: the updaters' lock held. Of what reads it: rcu_read_lock(), or the
 * updaters' lock when the last argument, a condition, says so.
 */
#ifndef _LINUX_RCULIST_H
#define _LINUX_RCULIST_H

#include <linux/list.h>
#include <linux/rcupdate.h>

#define list_next_rcu(list) (*((struct list_head __rcu **)(&(list)->next)))
#define hlist_first_rcu(head) (*((struct hlist_node __rcu **)(&(head)->first)))
#define hlist_next_rcu(node) (*((struct hlist_node __rcu **)(&(node)->next)))
#define hlist_pprev_rcu(node) (*((struct hlist_node __rcu **)((node)->pprev)))

/* For loops: the section is checked once, where the loop begins. @cond is the loop's last argument, or 0. */
#define __list_check_rcu(dummy, cond, rest...)                                      \
	RCU_LOCKDEP_WARN(!(cond) && !rcu_read_lock_any_held(),                      \
			 "RCU-list traversed in non-reader section")

#define __list_check_srcu(cond) \
	RCU_LOCKDEP_WARN(!(cond), "RCU-list traversed without holding the required lock")

/* ---- list_head ---- */

static inline void INIT_LIST_HEAD_RCU(struct list_head *list)
{
	INIT_LIST_HEAD(list);
}

/* The one step that readers see is the last: the new entry is linked to its neighbours before. */
static inline void __list_add_rcu(struct list_head *new, struct list_head *prev,
				  struct list_head *next)
{
	new->next = next;
	new->prev = prev;
	rcu_assign_pointer(list_next_rcu(prev), new);
	next->prev = new;
}

static inline void list_add_rcu(struct list_head *new, struct list_head *head)
{
	__list_add_rcu(new, head, head->next);
}

static inline void list_add_tail_rcu(struct list_head *new, struct list_head *head)
{
	__list_add_rcu(new, head->prev, head);
}

/* The entry's next stays, for readers that stand on it. */
static inline void list_del_rcu(struct list_head *entry)
{
	__list_del_entry(entry);
	entry->prev = LIST_POISON2;
}

/* Put @new where @old stands; a reader finds one of the two. */
static inline void list_replace_rcu(struct list_head *old, struct list_head *new)
{
	new->next = old->next;
	new->prev = old->prev;
	rcu_assign_pointer(list_next_rcu(new->prev), new);
	new->next->prev = new;
	old->prev = LIST_POISON2;
}

/*
 * Append all of @list to @head and make it empty. Readers of @list must be gone before its entries
 * lead elsewhere: @sync, such as synchronize_rcu(), waits for them. Context: may sleep.
 */
static inline void list_splice_tail_init_rcu(struct list_head *list, struct list_head *head,
					     void (*sync)(void))
{
	struct list_head *first = list->next, *last = list->prev;

	if (list_empty(list))
		return;
	INIT_LIST_HEAD_RCU(list);
	sync();
	last->next = head;
	first->prev = head->prev;
	rcu_assign_pointer(list_next_rcu(head->prev), first);
	head->prev = last;
}

static inline void list_splice_init_rcu(struct list_head *list, struct list_head *head,
					void (*sync)(void))
{
	struct list_head *first = list->next, *last = list->prev, *at = head->next;

	if (list_empty(list))
		return;
	INIT_LIST_HEAD_RCU(list);
	sync();
	last->next = at;
	rcu_assign_pointer(list_next_rcu(head), first);
	first->prev = head;
	at->prev = last;
}

#define list_entry_rcu(ptr, type, member) container_of(READ_ONCE(ptr), type, member)

/* The list's first entry, or the one after @ptr; NULL if there is none. The link is read once. */
#define list_first_or_null_rcu(ptr, type, member)                                          \
	({                                                                                 \
		struct list_head *__head = (ptr), *__first = READ_ONCE(__head->next);      \
		likely(__head != __first) ? list_entry(__first, type, member) : NULL;      \
	})
#define list_next_or_null_rcu(head, ptr, type, member)                                     \
	({                                                                                 \
		struct list_head *__head = (head), *__next = READ_ONCE((ptr)->next);       \
		likely(__head != __next) ? list_entry(__next, type, member) : NULL;        \
	})

#define list_for_each_entry_rcu(pos, head, member, cond...)                                \
	for (({ __list_check_rcu(dummy, ##cond, 0); }),                                                \
	     pos = list_entry_rcu((head)->next, typeof(*pos), member);                     \
	     &pos->member != (head);                                                       \
	     pos = list_entry_rcu(pos->member.next, typeof(*pos), member))
#define list_for_each_rcu(pos, head)                                                       \
	for (pos = rcu_dereference((head)->next); pos != (head); pos = rcu_dereference(pos->next))
/* In an SRCU section: @cond says which, usually srcu_read_lock_held(). */
#define list_for_each_entry_srcu(pos, head, member, cond)                                  \
	for (({ __list_check_srcu(cond); }),                                               \
	     pos = list_entry_rcu((head)->next, typeof(*pos), member);                     \
	     &pos->member != (head);                                                       \
	     pos = list_entry_rcu(pos->member.next, typeof(*pos), member))
#define list_for_each_entry_lockless(pos, head, member)                                    \
	for (pos = list_entry_rcu((head)->next, typeof(*pos), member);                     \
	     &pos->member != (head);                                                       \
	     pos = list_entry_rcu(pos->member.next, typeof(*pos), member))
#define list_for_each_entry_continue_rcu(pos, head, member)                                \
	for (pos = list_entry_rcu(pos->member.next, typeof(*pos), member);                 \
	     &pos->member != (head);                                                       \
	     pos = list_entry_rcu(pos->member.next, typeof(*pos), member))
#define list_for_each_entry_from_rcu(pos, head, member)                                    \
	for (; &(pos)->member != (head);                                                   \
	     pos = list_entry_rcu(pos->member.next, typeof(*(pos)), member))

/* ---- hlist ---- */

static inline void hlist_del_rcu(struct hlist_node *n)
{
	__hlist_del(n);
	WRITE_ONCE(n->pprev, LIST_POISON2);
}

/* hlist_unhashed() is true afterwards; the way on stays. */
static inline void hlist_del_init_rcu(struct hlist_node *n)
{
	if (hlist_unhashed(n))
		return;
	__hlist_del(n);
	WRITE_ONCE(n->pprev, NULL);
}

static inline void hlist_replace_rcu(struct hlist_node *old, struct hlist_node *new)
{
	struct hlist_node *next = old->next;

	new->next = next;
	WRITE_ONCE(new->pprev, old->pprev);
	rcu_assign_pointer(hlist_pprev_rcu(new), new);
	if (next)
		WRITE_ONCE(next->pprev, &new->next);
	WRITE_ONCE(old->pprev, LIST_POISON2);
}

static inline void hlist_add_head_rcu(struct hlist_node *n, struct hlist_head *h)
{
	struct hlist_node *first = h->first;

	n->next = first;
	WRITE_ONCE(n->pprev, &h->first);
	rcu_assign_pointer(hlist_first_rcu(h), n);
	if (first)
		WRITE_ONCE(first->pprev, &n->next);
}

static inline void hlist_add_before_rcu(struct hlist_node *n, struct hlist_node *next)
{
	WRITE_ONCE(n->pprev, next->pprev);
	n->next = next;
	rcu_assign_pointer(hlist_pprev_rcu(n), n);
	WRITE_ONCE(next->pprev, &n->next);
}

static inline void hlist_add_behind_rcu(struct hlist_node *n, struct hlist_node *prev)
{
	n->next = prev->next;
	WRITE_ONCE(n->pprev, &prev->next);
	rcu_assign_pointer(hlist_next_rcu(prev), n);
	if (n->next)
		WRITE_ONCE(n->next->pprev, &n->next);
}

static inline void hlist_add_tail_rcu(struct hlist_node *n, struct hlist_head *h)
{
	struct hlist_node *last = h->first;

	while (last && last->next)
		last = last->next;
	if (last)
		hlist_add_behind_rcu(n, last);
	else
		hlist_add_head_rcu(n, h);
}

#define __hlist_entry_rcu(link, pos, member) \
	hlist_entry_safe(rcu_dereference_raw(link), typeof(*(pos)), member)

#define hlist_for_each_entry_rcu(pos, head, member, cond...)                               \
	for (({ __list_check_rcu(dummy, ##cond, 0); }),                                                \
	     pos = __hlist_entry_rcu(hlist_first_rcu(head), pos, member); pos;             \
	     pos = __hlist_entry_rcu(hlist_next_rcu(&(pos)->member), pos, member))
#define hlist_for_each_entry_srcu(pos, head, member, cond)                                 \
	for (({ __list_check_srcu(cond); }),                                               \
	     pos = __hlist_entry_rcu(hlist_first_rcu(head), pos, member); pos;             \
	     pos = __hlist_entry_rcu(hlist_next_rcu(&(pos)->member), pos, member))
#define hlist_for_each_entry_rcu_bh(pos, head, member)                                     \
	hlist_for_each_entry_rcu(pos, head, member, rcu_read_lock_bh_held())
#define hlist_for_each_entry_rcu_notrace(pos, head, member)                                \
	hlist_for_each_entry_rcu(pos, head, member, 1)
#define hlist_for_each_entry_continue_rcu(pos, member)                                     \
	for (pos = __hlist_entry_rcu(hlist_next_rcu(&(pos)->member), pos, member); pos;    \
	     pos = __hlist_entry_rcu(hlist_next_rcu(&(pos)->member), pos, member))
#define hlist_for_each_entry_from_rcu(pos, member)                                         \
	for (; pos; pos = __hlist_entry_rcu(hlist_next_rcu(&(pos)->member), pos, member))

#endif
