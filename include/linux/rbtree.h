/* SPDX-License-Identifier: MIT */
/*
 * Red-black trees with embedded nodes. The tree knows no keys: its user descends from the root,
 * comparing its own objects, links the node where the descent ends (rb_link_node) and has the
 * colours put right (rb_insert_color); rb_add() and rb_find() do the descent given a comparison.
 * Height is at most 2·log2(n+1). The owner of the tree locks it. Equal keys keep their order of
 * insertion.
 */
#ifndef _LINUX_RBTREE_H
#define _LINUX_RBTREE_H

#include <linux/compiler.h>
#include <linux/container_of.h>
#include <linux/rbtree_types.h>
#include <linux/types.h>

#define rb_parent(r) ((struct rb_node *)((r)->__rb_parent_color & ~3UL))
#define rb_entry(ptr, type, member) container_of(ptr, type, member)
#define rb_entry_safe(ptr, type, member)                                \
	({                                                              \
		typeof(ptr) __rb_ptr = (ptr);                           \
		__rb_ptr ? rb_entry(__rb_ptr, type, member) : NULL;     \
	})

#define RB_EMPTY_ROOT(root) (READ_ONCE((root)->rb_node) == NULL)

/* A node that points to itself as its parent is known to be on no tree. */
#define RB_EMPTY_NODE(node) ((node)->__rb_parent_color == (unsigned long)(node))
#define RB_CLEAR_NODE(node) ((node)->__rb_parent_color = (unsigned long)(node))

/* Put the colours right after rb_link_node(). */
void rb_insert_color(struct rb_node *node, struct rb_root *root);
/* Take a node out; its links are left as they were. */
void rb_erase(struct rb_node *node, struct rb_root *root);

/* Neighbours in order; NULL at the end, and for a node that RB_CLEAR_NODE() marked. */
struct rb_node *rb_next(const struct rb_node *node);
struct rb_node *rb_prev(const struct rb_node *node);
struct rb_node *rb_first(const struct rb_root *root);
struct rb_node *rb_last(const struct rb_root *root);

/* Children before parents: the order in which a whole tree can be freed. */
struct rb_node *rb_first_postorder(const struct rb_root *root);
struct rb_node *rb_next_postorder(const struct rb_node *node);

/* Put @new in @victim's place; their keys must be equal. */
void rb_replace_node(struct rb_node *victim, struct rb_node *new, struct rb_root *root);

static inline void rb_link_node(struct rb_node *node, struct rb_node *parent,
				struct rb_node **rb_link)
{
	node->__rb_parent_color = (unsigned long)parent;
	node->rb_left = NULL;
	node->rb_right = NULL;
	*rb_link = node;
}

#define rbtree_postorder_for_each_entry_safe(pos, n, root, field)                               \
	for (pos = rb_entry_safe(rb_first_postorder(root), typeof(*pos), field);                \
	     pos && ({                                                                          \
		     n = rb_entry_safe(rb_next_postorder(&pos->field), typeof(*pos), field);    \
		     1;                                                                         \
	     });                                                                                \
	     pos = n)

#define rb_first_cached(root) ((root)->rb_leftmost)

static inline void rb_insert_color_cached(struct rb_node *node, struct rb_root_cached *root,
					  bool leftmost)
{
	if (leftmost)
		root->rb_leftmost = node;
	rb_insert_color(node, &root->rb_root);
}

/* Return: the new leftmost node if @node was it, else NULL. */
static inline struct rb_node *rb_erase_cached(struct rb_node *node, struct rb_root_cached *root)
{
	struct rb_node *leftmost = NULL;

	if (root->rb_leftmost == node)
		leftmost = root->rb_leftmost = rb_next(node);
	rb_erase(node, &root->rb_root);
	return leftmost;
}

static inline void rb_replace_node_cached(struct rb_node *victim, struct rb_node *new,
					  struct rb_root_cached *root)
{
	if (root->rb_leftmost == victim)
		root->rb_leftmost = new;
	rb_replace_node(victim, new, &root->rb_root);
}

/* Insert behind all nodes that are not greater. Return: whether @node became the leftmost. */
static __always_inline bool __rb_add(struct rb_node *node, struct rb_root *root,
				     bool (*less)(struct rb_node *, const struct rb_node *))
{
	struct rb_node **link = &root->rb_node, *parent = NULL;
	bool leftmost = true;

	while (*link) {
		parent = *link;
		if (less(node, parent)) {
			link = &parent->rb_left;
		} else {
			link = &parent->rb_right;
			leftmost = false;
		}
	}
	rb_link_node(node, parent, link);
	return leftmost;
}

/* Return: @node if it became the leftmost, else NULL. */
static __always_inline struct rb_node *
rb_add_cached(struct rb_node *node, struct rb_root_cached *tree,
	      bool (*less)(struct rb_node *, const struct rb_node *))
{
	bool leftmost = __rb_add(node, &tree->rb_root, less);

	rb_insert_color_cached(node, tree, leftmost);
	return leftmost ? node : NULL;
}

static __always_inline void rb_add(struct rb_node *node, struct rb_root *tree,
				   bool (*less)(struct rb_node *, const struct rb_node *))
{
	__rb_add(node, tree, less);
	rb_insert_color(node, tree);
}

/* Insert unless an equal node is there. Return: that node, NULL if @node was inserted. */
static __always_inline struct rb_node *
rb_find_add(struct rb_node *node, struct rb_root *tree,
	    int (*cmp)(struct rb_node *, const struct rb_node *))
{
	struct rb_node **link = &tree->rb_node, *parent = NULL;

	while (*link) {
		int c;

		parent = *link;
		c = cmp(node, parent);
		if (c == 0)
			return parent;
		link = c < 0 ? &parent->rb_left : &parent->rb_right;
	}
	rb_link_node(node, parent, link);
	rb_insert_color(node, tree);
	return NULL;
}

/* A node equal to @key, or NULL. */
static __always_inline struct rb_node *rb_find(const void *key, const struct rb_root *tree,
					       int (*cmp)(const void *key, const struct rb_node *))
{
	struct rb_node *node = tree->rb_node;

	while (node) {
		int c = cmp(key, node);

		if (c == 0)
			return node;
		node = c < 0 ? node->rb_left : node->rb_right;
	}
	return NULL;
}

/* The first, in order, of the nodes equal to @key, or NULL. */
static __always_inline struct rb_node *
rb_find_first(const void *key, const struct rb_root *tree,
	      int (*cmp)(const void *key, const struct rb_node *))
{
	struct rb_node *node = tree->rb_node, *match = NULL;

	while (node) {
		int c = cmp(key, node);

		if (c == 0)
			match = node;
		node = c <= 0 ? node->rb_left : node->rb_right;
	}
	return match;
}

#endif /* _LINUX_RBTREE_H */
