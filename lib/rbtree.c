// SPDX-License-Identifier: MIT
/*
 * Red-black trees: see <linux/rbtree.h>. Two rules keep the tree balanced: a red node has no red
 * child, and every way from the root down to a missing child passes as many black nodes. A
 * missing child counts as black. Each repair below exists once, for both sides: @left says on
 * which side the trouble is, and child(node, left), child(node, !left) are that side and the
 * other.
 */
#include <linux/rbtree.h>

#define RB_RED   0UL
#define RB_BLACK 1UL

static inline struct rb_node **child(struct rb_node *node, bool left)
{
	return left ? &node->rb_left : &node->rb_right;
}

static inline bool is_red(const struct rb_node *node)
{
	return node && !(node->__rb_parent_color & RB_BLACK);
}

static inline void set_black(struct rb_node *node)
{
	node->__rb_parent_color |= RB_BLACK;
}

static inline void set_red(struct rb_node *node)
{
	node->__rb_parent_color &= ~RB_BLACK;
}

static inline void set_parent(struct rb_node *node, struct rb_node *parent)
{
	node->__rb_parent_color = (unsigned long)parent | (node->__rb_parent_color & RB_BLACK);
}

/* Let what pointed down at @old point at @new. */
static inline void replace_child(struct rb_node *parent, struct rb_node *old, struct rb_node *new,
				 struct rb_root *root)
{
	if (!parent)
		WRITE_ONCE(root->rb_node, new);
	else if (parent->rb_left == old)
		parent->rb_left = new;
	else
		parent->rb_right = new;
}

/* @node goes down on side @left, its other child takes its place; the order is unchanged. */
static void rotate(struct rb_node *node, bool left, struct rb_root *root)
{
	struct rb_node *up = *child(node, !left);
	struct rb_node *inner = *child(up, left);
	struct rb_node *parent = rb_parent(node);

	*child(node, !left) = inner;
	if (inner)
		set_parent(inner, node);
	replace_child(parent, node, up, root);
	set_parent(up, parent);
	*child(up, left) = node;
	set_parent(node, up);
}

/* @node is red and its parent may be red too: the one rule that can be broken. */
void rb_insert_color(struct rb_node *node, struct rb_root *root)
{
	struct rb_node *parent, *grandparent, *uncle;

	while (is_red(parent = rb_parent(node))) {
		bool left;

		/* A red parent is not the root, so this is a node. */
		grandparent = rb_parent(parent);
		left = parent == grandparent->rb_left;
		uncle = *child(grandparent, !left);
		if (is_red(uncle)) {
			/* Push the grandparent's black down; it is red now: look from there. */
			set_black(parent);
			set_black(uncle);
			set_red(grandparent);
			node = grandparent;
			continue;
		}
		if (node == *child(parent, !left)) {
			rotate(parent, left, root);
			parent = node;
		}
		set_black(parent);
		set_red(grandparent);
		rotate(grandparent, !left, root);
		return;
	}
	if (!parent)
		set_black(node);
}

/*
 * Ways through @node, a child of @parent and possibly missing, are one black node short. A red
 * @node becomes black and that is that; otherwise the sibling's side lends, or shrinks with us.
 */
static void erase_color(struct rb_node *node, struct rb_node *parent, struct rb_root *root)
{
	while (parent && !is_red(node)) {
		bool left = node == parent->rb_left;
		struct rb_node *sibling = *child(parent, !left);

		if (is_red(sibling)) {
			set_black(sibling);
			set_red(parent);
			rotate(parent, left, root);
			sibling = *child(parent, !left);
		}
		if (!is_red(sibling->rb_left) && !is_red(sibling->rb_right)) {
			set_red(sibling);
			node = parent;
			parent = rb_parent(node);
			continue;
		}
		if (!is_red(*child(sibling, !left))) {
			set_black(*child(sibling, left));
			set_red(sibling);
			rotate(sibling, !left, root);
			sibling = *child(parent, !left);
		}
		sibling->__rb_parent_color &= ~RB_BLACK;
		sibling->__rb_parent_color |= parent->__rb_parent_color & RB_BLACK;
		set_black(parent);
		set_black(*child(sibling, !left));
		rotate(parent, left, root);
		return;
	}
	if (node)
		set_black(node);
}

/* @node has two children: its successor, which has no left one, moves into its place. */
static struct rb_node *erase_inner(struct rb_node *node, struct rb_root *root,
				   struct rb_node **short_parent, bool *lost_black)
{
	struct rb_node *next = node->rb_right, *parent, *orphan;

	while (next->rb_left)
		next = next->rb_left;
	parent = rb_parent(next);
	orphan = next->rb_right;
	*lost_black = !is_red(next);
	if (parent == node) {
		parent = next;
	} else {
		parent->rb_left = orphan;
		next->rb_right = node->rb_right;
		set_parent(node->rb_right, next);
	}
	next->rb_left = node->rb_left;
	set_parent(node->rb_left, next);
	next->__rb_parent_color = node->__rb_parent_color;
	replace_child(rb_parent(node), node, next, root);
	*short_parent = parent;
	return orphan;
}

void rb_erase(struct rb_node *node, struct rb_root *root)
{
	struct rb_node *parent, *orphan;
	bool lost_black;

	if (node->rb_left && node->rb_right) {
		orphan = erase_inner(node, root, &parent, &lost_black);
	} else {
		parent = rb_parent(node);
		orphan = node->rb_left ? node->rb_left : node->rb_right;
		lost_black = !is_red(node);
		replace_child(parent, node, orphan, root);
	}
	if (orphan)
		set_parent(orphan, parent);
	if (lost_black)
		erase_color(orphan, parent, root);
}

void rb_replace_node(struct rb_node *victim, struct rb_node *new, struct rb_root *root)
{
	*new = *victim;
	if (new->rb_left)
		set_parent(new->rb_left, new);
	if (new->rb_right)
		set_parent(new->rb_right, new);
	replace_child(rb_parent(victim), victim, new, root);
}

static struct rb_node *outermost(struct rb_node *node, bool left)
{
	while (node && *child(node, left))
		node = *child(node, left);
	return node;
}

struct rb_node *rb_first(const struct rb_root *root)
{
	return outermost(root->rb_node, true);
}

struct rb_node *rb_last(const struct rb_root *root)
{
	return outermost(root->rb_node, false);
}

/*
 * The neighbour of @node: in its subtree on side !@left, else the first ancestor reached from
 * @left.
 */
static struct rb_node *neighbour(struct rb_node *node, bool left)
{
	struct rb_node *parent;

	if (RB_EMPTY_NODE(node))
		return NULL;
	if (*child(node, !left))
		return outermost(*child(node, !left), left);
	while ((parent = rb_parent(node)) && node == *child(parent, !left))
		node = parent;
	return parent;
}

struct rb_node *rb_next(const struct rb_node *node)
{
	return neighbour((struct rb_node *)node, true);
}

struct rb_node *rb_prev(const struct rb_node *node)
{
	return neighbour((struct rb_node *)node, false);
}

/* Down to a leaf, to the left where there is a choice. */
static struct rb_node *leftmost_leaf(struct rb_node *node)
{
	while (node && (node->rb_left || node->rb_right))
		node = node->rb_left ? node->rb_left : node->rb_right;
	return node;
}

struct rb_node *rb_first_postorder(const struct rb_root *root)
{
	return leftmost_leaf(root->rb_node);
}

struct rb_node *rb_next_postorder(const struct rb_node *node)
{
	struct rb_node *parent = node ? rb_parent(node) : NULL;

	if (parent && node == parent->rb_left && parent->rb_right)
		return leftmost_leaf(parent->rb_right);
	return parent;
}
