// SPDX-License-Identifier: MIT
/*
 * Torture of RCU and SRCU. Updaters replace objects in slots, and entries of a list, all the time, and give the old ones
 * back in every way there is; an object is poisoned the moment that is allowed. What must hold: no reader ever sees
 * poison, however long it stays; what was given to a callback comes back once, and all of it.
 */
#include "torture.h"

#include <linux/rculist.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/srcu.h>

#define CASES 3
#define SLOTS 4

enum { READS, UPDATES };

enum { LIVE = 0x11fe11fe, DEAD = 0xdeaddead };

struct object {
	unsigned int magic;
	unsigned long a, b; /* equal */
	struct list_head node;
	struct rcu_head rcu;
};

static struct object __rcu *slots[SLOTS];
static LIST_HEAD(list);
static DEFINE_SPINLOCK(update_lock);
static atomic_t made, freed;
DEFINE_STATIC_SRCU(srcu);

static struct object *make_object(struct torturer *t)
{
	struct object *o = kmalloc(sizeof(*o), GFP_KERNEL);

	if (!o)
		return NULL;
	o->a = prandom_u32_state(&t->rnd);
	o->b = o->a;
	o->magic = LIVE;
	atomic_inc(&made);
	return o;
}

static void check_object(const struct object *o)
{
	torture_check(READ_ONCE(o->magic) == LIVE);
	torture_check(READ_ONCE(o->a) == READ_ONCE(o->b));
}

static void free_object(struct object *o)
{
	torture_check(o->magic == LIVE);
	WRITE_ONCE(o->magic, DEAD);
	WRITE_ONCE(o->a, ~o->a);
	atomic_inc(&freed);
	kfree(o);
}

static void free_in_callback(struct rcu_head *head)
{
	torture_check(in_serving_softirq() || in_task());
	free_object(container_of(head, struct object, rcu));
}

/* ---- RCU ---- */

static void retire(struct torturer *t, struct object *old)
{
	if (!old)
		return;
	if (one_in(t, 8)) {
		synchronize_rcu();
		free_object(old);
	} else if (one_in(t, 4)) {
		atomic_inc(&freed); /* nobody sees when */
		kfree_rcu(old, rcu);
	} else {
		call_rcu(&old->rcu, free_in_callback);
	}
}

/* Preemption is off in a section, bottom halves too in some, and sections nest. */
static void read_slot(struct torturer *t)
{
	struct object *o;
	bool nested = one_in(t, 4), bh = one_in(t, 4);

	rcu_read_lock();
	if (bh)
		local_bh_disable();
	o = rcu_dereference(slots[torture_random(t, SLOTS)]);
	if (nested)
		rcu_read_lock();
	if (o)
		check_object(o);
	torture_dawdle(t);
	if (nested)
		rcu_read_unlock();
	torture_dawdle(t);
	if (o)
		check_object(o);
	if (bh)
		local_bh_enable();
	rcu_read_unlock();
	t->stat[READS]++;
}

static void update_slot(struct torturer *t)
{
	struct object *new = make_object(t), *old;
	int i = torture_random(t, SLOTS);

	spin_lock(&update_lock);
	old = rcu_dereference_protected(slots[i], 1);
	rcu_assign_pointer(slots[i], new);
	spin_unlock(&update_lock);
	retire(t, old);
	t->stat[UPDATES]++;
}

static void rcu_op(struct torturer *t)
{
	if (one_in(t, 4))
		update_slot(t);
	else
		read_slot(t);
}

/* ---- a list ---- */

static void read_list(struct torturer *t)
{
	struct object *o;

	rcu_read_lock();
	list_for_each_entry_rcu(o, &list, node) {
		check_object(o);
		if (one_in(t, 4))
			torture_dawdle(t);
	}
	rcu_read_unlock();
	t->stat[READS]++;
}

/* About eight entries. */
static void update_list(struct torturer *t)
{
	struct object *new = make_object(t), *old = NULL;

	spin_lock(&update_lock);
	if (new &&one_in(t, 2))
		list_add_rcu(&new->node, &list);
	else if (new)
		list_add_tail_rcu(&new->node, &list);
	if (list_count_nodes(&list) > 8) {
		old = list_first_entry(&list, struct object, node);
		list_del_rcu(&old->node);
	}
	spin_unlock(&update_lock);
	retire(t, old);
	t->stat[UPDATES]++;
}

static void list_op(struct torturer *t)
{
	if (one_in(t, 4))
		update_list(t);
	else
		read_list(t);
}

/* ---- SRCU: readers sleep ---- */

static void srcu_op(struct torturer *t)
{
	struct object *o, *new;
	int i = torture_random(t, SLOTS), idx;

	if (!one_in(t, 4)) {
		idx = srcu_read_lock(&srcu);
		o = srcu_dereference(slots[i], &srcu);
		if (o)
			check_object(o);
		torture_doze(t);
		if (o)
			check_object(o);
		srcu_read_unlock(&srcu, idx);
		t->stat[READS]++;
		return;
	}
	new = make_object(t);
	spin_lock(&update_lock);
	o = rcu_dereference_protected(slots[i], 1);
	rcu_assign_pointer(slots[i], new);
	spin_unlock(&update_lock);
	t->stat[UPDATES]++;
	if (!o)
		return;
	if (one_in(t, 2)) {
		synchronize_srcu(&srcu);
		free_object(o);
	} else {
		call_srcu(&srcu, &o->rcu, free_in_callback);
	}
}

/* ---- the cases ---- */

static void torture_rcu(struct kunit *test, const char *name, void (*op)(struct torturer *t))
{
	struct torture_kind kind = { .name = name, .op = op, .stats = { "reads", "updates" } };
	struct object *o, *next;

	atomic_set(&made, 0);
	atomic_set(&freed, 0);
	torture_run(test, &kind, CASES);
	rcu_barrier();
	srcu_barrier(&srcu);
	for (int i = 0; i < SLOTS; i++) {
		o = rcu_dereference_protected(slots[i], 1);
		RCU_INIT_POINTER(slots[i], NULL);
		if (o)
			free_object(o);
	}
	list_for_each_entry_safe(o, next, &list, node) {
		list_del(&o->node);
		free_object(o);
	}
	KUNIT_EXPECT_EQ(test, atomic_read(&freed), atomic_read(&made));
	KUNIT_EXPECT_GT(test, torture_sum(READS), 0UL);
	KUNIT_EXPECT_GT(test, torture_sum(UPDATES), 0UL);
}

static void replaced_objects(struct kunit *test)
{
	torture_rcu(test, "RCU", rcu_op);
}

static void a_list(struct kunit *test)
{
	torture_rcu(test, "an RCU list", list_op);
}

static void sleeping_readers(struct kunit *test)
{
	torture_rcu(test, "SRCU", srcu_op);
}

static struct kunit_case rcu_cases[] = { KUNIT_CASE(replaced_objects),
					 KUNIT_CASE(a_list),
					 KUNIT_CASE(sleeping_readers),
					 {} };

static struct kunit_suite rcu_suite = {
	.name = "torture_rcu",
	.test_cases = rcu_cases,
};
kunit_test_suite(rcu_suite);
