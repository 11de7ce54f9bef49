// SPDX-License-Identifier: MIT
/* SRCU: readers may sleep, and updaters wait for those of their own srcu_struct, and for no later ones. */
#include <kunit/test.h>
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/kthread.h>
#include <linux/prandom.h>
#include <linux/rculist.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/srcu.h>
#include "../../kernel/debug/report.h"
#include "helpers.h"
#include "threads.h"

#define UPDATES 150

DEFINE_STATIC_SRCU(ours);
DEFINE_STATIC_SRCU(other);

static bool panics_before;

static int srcu_test_init(struct kunit *test)
{
	panics_before = atomic_sleep_panics;
	atomic_sleep_panics = false;
	return 0;
}

static void srcu_test_exit(struct kunit *test)
{
	atomic_sleep_panics = panics_before;
}

/* A reader that sleeps in its section until the gate is open, and then for a while. */
struct reader {
	struct srcu_struct *ssp;
	struct completion entered, gate;
	bool left;
};

static int read_and_sleep(void *data)
{
	struct reader *r = data;
	int idx = srcu_read_lock(r->ssp);
	int inner = srcu_read_lock(r->ssp);

	complete(&r->entered);
	srcu_read_unlock(r->ssp, idx); /* in whichever order */
	wait_for_completion(&r->gate);
	msleep(2);
	WRITE_ONCE(r->left, true);
	srcu_read_unlock(r->ssp, inner);
	return 0;
}

static struct task_struct *start_reader(struct kunit *test, struct reader *r,
					struct srcu_struct *ssp)
{
	struct task_struct *p;

	r->ssp = ssp;
	r->left = false;
	init_completion(&r->entered);
	init_completion(&r->gate);
	p = start_thread(test, read_and_sleep, r, ANY_CPU, FAIR);
	wait_for_completion(&r->entered);
	return p;
}

static void a_reader_may_sleep(struct kunit *test)
{
	u64 mark = log_mark();
	int idx = srcu_read_lock(&ours);

	might_sleep();
	msleep(1);
	synchronize_rcu();
	synchronize_srcu(&other);
	srcu_read_unlock(&ours, idx);
	KUNIT_EXPECT_FALSE(test, log_has(mark, "BUG"));
	KUNIT_EXPECT_FALSE(test, log_has(mark, "WARNING"));
}

struct waiter {
	struct rcu_head head;
	struct srcu_struct *ssp;
	bool called, atomic, *left, too_early;
	int number, *next_number;
};

static void called_back(struct rcu_head *head)
{
	struct waiter *w = container_of(head, struct waiter, head);

	w->atomic = in_softirq();
	if (w->left && !READ_ONCE(*w->left))
		w->too_early = true;
	if (w->next_number)
		w->number = (*w->next_number)++;
	WRITE_ONCE(w->called, true);
}

static int synchronize_and_note(void *data)
{
	struct waiter *w = data;

	synchronize_srcu(w->ssp);
	called_back(&w->head);
	return 0;
}

static struct task_struct *begin_synchronizing(struct kunit *test, struct waiter *w)
{
	return start_thread(test, synchronize_and_note, w, ANY_CPU, FAIR);
}

static struct task_struct *begin_calling(struct kunit *test, struct waiter *w)
{
	call_srcu(w->ssp, &w->head, called_back);
	return NULL;
}

/* A reader that came before is waited for, one that comes later is not. */
static void waits_for_reader(struct kunit *test,
			     struct task_struct *(*begin)(struct kunit *test, struct waiter *w))
{
	struct reader before, after;
	struct waiter w = { .ssp = &ours, .left = &before.left };
	struct task_struct *first = start_reader(test, &before, &ours), *second, *p;

	p = begin(test, &w);
	msleep(8);
	KUNIT_EXPECT_FALSE(test, READ_ONCE(w.called));
	second = start_reader(test, &after, &ours);
	complete_all(&before.gate);
	KUNIT_EXPECT_TRUE(test, eventually(READ_ONCE(w.called)));
	KUNIT_EXPECT_FALSE(test, w.too_early);
	KUNIT_EXPECT_FALSE(test, READ_ONCE(after.left));
	complete_all(&after.gate);
	join(first);
	join(second);
	if (p)
		join(p);
	else
		KUNIT_EXPECT_TRUE(test, w.atomic);
	srcu_barrier(&ours);
}

static void a_grace_period_waits_for_sleeping_readers(struct kunit *test)
{
	for (int i = 0; i < 3; i++) { /* whichever index is current */
		waits_for_reader(test, begin_synchronizing);
		waits_for_reader(test, begin_calling);
		synchronize_srcu(&ours);
	}
}

/* The second comes while the first one's grace period is under way: that is not enough for it. */
static void each_waits_for_the_readers_of_its_own_time(struct kunit *test)
{
	struct reader r[2];
	struct waiter w[3];
	struct task_struct *reader[2], *p[3];

	for (int i = 0; i < 3; i++) {
		if (i < 2)
			reader[i] = start_reader(test, &r[i], &ours);
		w[i] = (struct waiter){ .ssp = &ours, .left = &r[min(i, 1)].left };
		p[i] = begin_synchronizing(test, &w[i]);
		msleep(4);
	}
	complete_all(&r[0].gate);
	KUNIT_EXPECT_TRUE(test, eventually(READ_ONCE(w[0].called)));
	msleep(8);
	KUNIT_EXPECT_FALSE(test, READ_ONCE(w[1].called) || READ_ONCE(w[2].called));
	complete_all(&r[1].gate);
	for (int i = 0; i < 3; i++) {
		join(p[i]);
		KUNIT_EXPECT_FALSE(test, w[i].too_early);
	}
	join(reader[0]);
	join(reader[1]);
}

/* It read the index, and counts itself only when the other one has been current for long. */
static void a_reader_with_an_old_index_is_waited_for(struct kunit *test)
{
	struct waiter w = { .ssp = &ours };
	struct task_struct *p;
	int idx;

	for (int i = 0; i < 2; i++) {
		w.called = false;
		idx = !ours.idx;
		atomic_inc(&ours.readers[idx]);
		p = begin_synchronizing(test, &w);
		msleep(8);
		KUNIT_EXPECT_FALSE(test, READ_ONCE(w.called));
		__srcu_read_unlock(&ours, idx);
		join(p);
	}
}

/* A reader that leaves as soon as all have come. */
struct gathering {
	struct reader reader;
	atomic_t coming;
};

static int synchronize_together(void *data)
{
	struct gathering *g = data;

	if (atomic_dec_and_test(&g->coming))
		complete_all(&g->reader.gate);
	synchronize_srcu(&ours);
	return !READ_ONCE(g->reader.left);
}

static void all_who_come_at_once_have_to_wait(struct kunit *test)
{
	struct gathering g;
	struct task_struct *p;

	for (int i = 0; i < 30; i++) {
		atomic_set(&g.coming, num_online_cpus());
		p = start_reader(test, &g.reader, &ours);
		KUNIT_EXPECT_EQ(test, run_on_all_cpus(test, synchronize_together, &g), 0);
		join(p);
	}
}

static void readers_of_another_are_not_waited_for(struct kunit *test)
{
	struct reader r;
	struct task_struct *p = start_reader(test, &r, &other);

	for (int i = 0; i < 3; i++)
		synchronize_srcu(&ours);
	KUNIT_EXPECT_FALSE(test, READ_ONCE(r.left));
	complete_all(&r.gate);
	join(p);
	synchronize_srcu(&other);
}

/* Two readers whose sections overlap without end: there is never nobody in a section. */
static bool stop_relay;

static int relay(void *data)
{
	bool first = !data;
	int idx;

	while (!READ_ONCE(stop_relay)) {
		idx = srcu_read_lock(&ours);
		msleep(first ? 3 : 4);
		srcu_read_unlock(&ours, idx);
	}
	return 0;
}

static void readers_that_follow_each_other_do_not_hold_it_up(struct kunit *test)
{
	struct task_struct *p[4];

	stop_relay = false;
	for (long i = 0; i < 4; i++)
		p[i] = start_thread(test, relay, (void *)(i & 1), ANY_CPU, FAIR);
	msleep(8);
	for (int i = 0; i < 3; i++)
		synchronize_srcu(&ours);
	WRITE_ONCE(stop_relay, true);
	for (int i = 0; i < 4; i++)
		join(p[i]);
}

static void callbacks_are_called_in_order(struct kunit *test)
{
	struct waiter *w = kunit_kzalloc(test, 50 * sizeof(*w), GFP_KERNEL);
	int next = 0;

	KUNIT_ASSERT_NOT_NULL(test, w);
	for (int i = 0; i < 50; i++) {
		w[i].next_number = &next;
		call_srcu(&ours, &w[i].head, called_back);
		if (i % 10 == 5)
			msleep(1);
	}
	srcu_barrier(&ours);
	KUNIT_EXPECT_EQ(test, next, 50);
	for (int i = 0; i < 50; i++)
		KUNIT_EXPECT_EQ(test, w[i].number, i);
}

static void one_may_be_made_and_freed(struct kunit *test)
{
	struct srcu_struct *ssp = kmalloc(sizeof(*ssp), GFP_KERNEL);
	struct waiter w = {};
	int idx;

	KUNIT_ASSERT_NOT_NULL(test, ssp);
	KUNIT_EXPECT_EQ(test, init_srcu_struct(ssp), 0);
	idx = srcu_read_lock(ssp);
	srcu_read_unlock(ssp, idx);
	call_srcu(ssp, &w.head, called_back);
	cleanup_srcu_struct(ssp);
	KUNIT_EXPECT_TRUE(test, w.called);
	kfree(ssp);
}

static void cleaning_up_under_a_reader_is_reported(struct kunit *test)
{
	u64 mark = log_mark();
	int idx = srcu_read_lock(&ours);

	cleanup_srcu_struct(&ours);
	KUNIT_EXPECT_TRUE(test, log_has(mark, "WARNING"));
	srcu_read_unlock(&ours, idx);
}

static void a_pointer_fetched_outside_a_section_is_reported(struct kunit *test)
{
	static bool reported; /* in an earlier run of this suite */
	static int *pointer;
	u64 mark = log_mark();
	int idx;

	if (!IS_ENABLED(CONFIG_DEBUG_LOCK_ALLOC))
		kunit_skip(test, "the release profile does not note sections");
	idx = srcu_read_lock(&ours);
	srcu_dereference(pointer, &ours);
	srcu_read_unlock(&ours, idx);
	KUNIT_EXPECT_FALSE(test, log_has(mark, "suspicious RCU usage"));
	srcu_dereference(pointer, &ours);
	KUNIT_EXPECT_EQ(test, log_has(mark, "suspicious RCU usage"), !reported);
	reported = true;
}

/* Only lockdep believes that this is a section; in a real one the caller would wait for itself. */
static void who_waits_in_its_own_section_is_reported(struct kunit *test)
{
	static bool reported;
	u64 mark = log_mark();

	if (!IS_ENABLED(CONFIG_DEBUG_LOCK_ALLOC))
		kunit_skip(test, "the release profile does not note sections");
	rcu_lock_acquire(&other.dep_map);
	synchronize_srcu(&ours);
	KUNIT_EXPECT_FALSE(test, log_has(mark, "Illegal synchronize_srcu()"));
	rcu_lock_release(&other.dep_map);
	rcu_lock_acquire(&ours.dep_map);
	synchronize_srcu(&ours);
	rcu_lock_release(&ours.dep_map);
	KUNIT_EXPECT_EQ(test, log_has(mark, "Illegal synchronize_srcu()"), !reported);
	reported = true;
}

struct listed {
	int number;
	struct list_head entry;
	struct hlist_node node;
};

static int read_lists(struct list_head *list, struct hlist_head *hlist)
{
	struct listed *pos;
	int digits = 0;

	list_for_each_entry_srcu(pos, list, entry, srcu_read_lock_held(&ours))
		digits = digits * 10 + pos->number;
	hlist_for_each_entry_srcu(pos, hlist, node, srcu_read_lock_held(&ours))
		digits = digits * 10 + pos->number;
	return digits;
}

/* Another section, rcu_read_lock()'s, will not do. */
static void lists_are_followed_in_the_section_that_is_named(struct kunit *test)
{
	static bool reported; /* in an earlier run of this suite */
	struct listed a = { .number = 1 }, b = { .number = 2 };
	struct hlist_head hlist = HLIST_HEAD_INIT;
	LIST_HEAD(list);
	u64 mark = log_mark();
	int idx;

	list_add_rcu(&a.entry, &list);
	list_add_tail_rcu(&b.entry, &list);
	hlist_add_head_rcu(&a.node, &hlist);
	idx = srcu_read_lock(&ours);
	KUNIT_EXPECT_EQ(test, read_lists(&list, &hlist), 121);
	srcu_read_unlock(&ours, idx);
	KUNIT_EXPECT_FALSE(test, log_has(mark, "suspicious RCU usage"));
	if (!IS_ENABLED(CONFIG_DEBUG_LOCK_ALLOC))
		return;
	rcu_read_lock();
	KUNIT_EXPECT_EQ(test, read_lists(&list, &hlist), 121);
	rcu_read_unlock();
	KUNIT_EXPECT_EQ(test, log_has(mark, "RCU-list traversed without"), !reported);
	reported = true;
}

/* ---- torture ---- */

#define ALIVE 0x600dL

struct thing {
	long state;
	struct rcu_head rcu;
};

static struct thing *published;
static bool stop_readers;

static int read_on(void *data)
{
	struct rnd_state rnd;
	int bad = 0;

	prandom_seed_state(&rnd, 3 + raw_smp_processor_id());
	while (!READ_ONCE(stop_readers)) {
		int idx = srcu_read_lock(&ours);
		struct thing *t = srcu_dereference(published, &ours);
		u32 dice = prandom_u32_state(&rnd);

		if (dice % 8 == 0)
			msleep(1);
		else if (dice % 4 == 0)
			yield();
		bad += t && READ_ONCE(t->state) != ALIVE;
		srcu_read_unlock(&ours, idx);
		if (dice % 32 == 1)
			yield();
	}
	return bad;
}

static void kill_thing(struct rcu_head *head)
{
	struct thing *t = container_of(head, struct thing, rcu);

	t->state = 0;
	kfree(t);
}

static int update_on(void *data)
{
	struct thing *new, *old;

	for (int i = 0; i < UPDATES && time_left(); i++) {
		new = kmalloc(sizeof(*new), GFP_KERNEL);
		if (!new)
			return 1;
		new->state = ALIVE;
		old = xchg(&published, new);
		if (!old)
			continue;
		if (i % 4) {
			call_srcu(&ours, &old->rcu, kill_thing);
			continue;
		}
		synchronize_srcu(&ours);
		kill_thing(&old->rcu);
	}
	return 0;
}

static void readers_never_see_what_was_freed(struct kunit *test)
{
	struct task_struct *reader[NR_CPUS];
	int cpu, bad = 0;

	stop_readers = false;
	for_each_online_cpu(cpu)
		reader[cpu] = start_thread(test, read_on, NULL, cpu, FAIR);
	KUNIT_EXPECT_EQ(test, run_on_all_cpus(test, update_on, NULL), 0);
	WRITE_ONCE(stop_readers, true);
	for_each_online_cpu(cpu)
		bad += join(reader[cpu]);
	KUNIT_EXPECT_EQ(test, bad, 0);
	srcu_barrier(&ours);
	kfree(xchg(&published, NULL));
}

static struct kunit_case srcu_cases[] = {
	KUNIT_CASE(a_reader_may_sleep),
	KUNIT_CASE(a_grace_period_waits_for_sleeping_readers),
	KUNIT_CASE(each_waits_for_the_readers_of_its_own_time),
	KUNIT_CASE(a_reader_with_an_old_index_is_waited_for),
	KUNIT_CASE(all_who_come_at_once_have_to_wait),
	KUNIT_CASE(readers_of_another_are_not_waited_for),
	KUNIT_CASE(readers_that_follow_each_other_do_not_hold_it_up),
	KUNIT_CASE(callbacks_are_called_in_order),
	KUNIT_CASE(one_may_be_made_and_freed),
	KUNIT_CASE(cleaning_up_under_a_reader_is_reported),
	KUNIT_CASE(a_pointer_fetched_outside_a_section_is_reported),
	KUNIT_CASE(who_waits_in_its_own_section_is_reported),
	KUNIT_CASE(lists_are_followed_in_the_section_that_is_named),
	KUNIT_CASE(readers_never_see_what_was_freed),
	{}
};

static struct kunit_suite srcu_suite = {
	.name = "srcu",
	.init = srcu_test_init,
	.exit = srcu_test_exit,
	.test_cases = srcu_cases,
};

kunit_test_suite(srcu_suite);
