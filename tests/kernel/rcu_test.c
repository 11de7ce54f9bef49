// SPDX-License-Identifier: MIT
/*
 * RCU: what a grace period waits for and what not, on every CPU, whatever that is doing; callbacks;
 * lists that are read while they change; the checks and the stall detector.
 */
#include <kunit/test.h>
#include <linux/bottom_half.h>
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/hashtable.h>
#include <linux/hrtimer.h>
#include <linux/interrupt.h>
#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/prandom.h>
#include <linux/rculist.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <linux/vmalloc.h>
#include <asm/pgtable.h>
#include "../../kernel/debug/report.h"
#include "../../kernel/rcu/rcu.h"
#include "helpers.h"
#include "threads.h"

#define UPDATES   400
#define CALLBACKS 500

/* Keeps a CPU in some section, from entered until released. */
struct section {
	void (*enter)(void);
	void (*leave)(void);
	bool entered, release, left;
	int spin_us; /* after the release, before it leaves */
};

/* A PAUSE costs the emulator much, and none at all would keep the other CPUs waiting. */
static void spin(void)
{
	for (int i = 0; i < 500; i++)
		barrier();
	cpu_relax();
}

static int stay_in_section(void *data)
{
	struct section *s = data;

	s->enter();
	WRITE_ONCE(s->entered, true);
	while (!READ_ONCE(s->release))
		spin();
	udelay(s->spin_us);
	WRITE_ONCE(s->left, true);
	s->leave();
	return 0;
}

static void enter_rcu(void)
{
	rcu_read_lock();
	rcu_read_lock(); /* they nest */
	rcu_read_unlock();
}

static void leave_rcu(void)
{
	rcu_read_unlock();
}

static void enter_preempt(void)
{
	preempt_disable();
}

static void leave_preempt(void)
{
	preempt_enable();
}

static void enter_irq(void)
{
	local_irq_disable();
}

static void leave_irq(void)
{
	local_irq_enable();
}

static void nothing(void)
{
}

struct waiter {
	struct rcu_head head;
	bool called, in_softirq;
	int cpu, number, *next_number;
	bool *left; /* if set: was the section left before? */
	bool too_early;
};

static void called_back(struct rcu_head *head)
{
	struct waiter *w = container_of(head, struct waiter, head);

	w->in_softirq = in_serving_softirq() && !irqs_disabled();
	w->cpu = raw_smp_processor_id();
	if (w->left && !READ_ONCE(*w->left))
		w->too_early = true;
	if (w->next_number)
		w->number = (*w->next_number)++;
	WRITE_ONCE(w->called, true);
}

/* The case stays on CPU 0. Return: another one. */
static int leave_other_cpu(struct kunit *test)
{
	set_cpus_allowed_ptr(current, cpumask_of(0));
	return other_cpu(test, 0);
}

static void waits_for(struct kunit *test, struct section s)
{
	int cpu = leave_other_cpu(test);
	struct task_struct *p = start_thread(test, stay_in_section, &s, cpu, FAIR);
	struct waiter w[6] = {};

	KUNIT_ASSERT_TRUE(test, wait_until(READ_ONCE(s.entered)));
	for (int i = 0; i < 6; i++) {
		w[i].left = &s.left;
		call_rcu(&w[i].head, called_back);
		if (i >= 3)
			msleep(8); /* ticks enough for a grace period that does not wait */
		KUNIT_EXPECT_FALSE(test, READ_ONCE(w[0].called));
	}
	WRITE_ONCE(s.release, true);
	synchronize_rcu();
	KUNIT_EXPECT_TRUE(test, READ_ONCE(s.left));
	rcu_barrier();
	for (int i = 0; i < 6; i++)
		KUNIT_EXPECT_TRUE(test, w[i].called && !w[i].too_early);
	join(p);
}

static void a_grace_period_waits_for_readers(struct kunit *test)
{
	waits_for(test, (struct section){ .enter = enter_rcu, .leave = leave_rcu, .spin_us = 500 });
}

static void it_waits_for_bottom_halves_off(struct kunit *test)
{
	waits_for(test, (struct section){ .enter = rcu_read_lock_bh, .leave = rcu_read_unlock_bh });
}

static void it_waits_for_preemption_off(struct kunit *test)
{
	waits_for(test, (struct section){ .enter = enter_preempt, .leave = leave_preempt });
}

static void it_waits_for_interrupts_off(struct kunit *test)
{
	waits_for(test, (struct section){ .enter = enter_irq, .leave = leave_irq });
}

static void it_does_not_wait_for_a_cpu_that_spins_in_the_kernel(struct kunit *test)
{
	struct section s = { .enter = nothing, .leave = nothing };
	struct task_struct *p =
		start_thread(test, stay_in_section, &s, leave_other_cpu(test), FAIR);

	KUNIT_ASSERT_TRUE(test, wait_until(READ_ONCE(s.entered)));
	synchronize_rcu();
	synchronize_rcu();
	KUNIT_EXPECT_FALSE(test, READ_ONCE(s.left));
	WRITE_ONCE(s.release, true);
	join(p);
}

/* Sections follow each other so closely that every tick hits one. */
static int section_after_section(void *data)
{
	struct section *s = data;

	WRITE_ONCE(s->entered, true);
	while (!READ_ONCE(s->release)) {
		rcu_read_lock();
		for (int i = 0; i < 200; i++)
			spin();
		rcu_read_unlock();
	}
	return 0;
}

static void it_does_not_wait_for_sections_that_begin_later(struct kunit *test)
{
	struct section s = {};
	struct task_struct *p =
		start_thread(test, section_after_section, &s, leave_other_cpu(test), FAIR);

	KUNIT_ASSERT_TRUE(test, wait_until(READ_ONCE(s.entered)));
	for (int i = 0; i < 4; i++)
		synchronize_rcu();
	WRITE_ONCE(s.release, true);
	join(p);
}

static void it_does_not_wait_for_idle_cpus(struct kunit *test)
{
	msleep(20); /* the others have nothing to do */
	for (int i = 0; i < 4; i++)
		synchronize_rcu();
}

static void a_callback_runs_in_softirq_where_it_was_given(struct kunit *test)
{
	int cpu;

	for_each_online_cpu(cpu) {
		struct waiter w = {};

		set_cpus_allowed_ptr(current, cpumask_of(cpu));
		call_rcu(&w.head, called_back);
		rcu_barrier();
		KUNIT_EXPECT_TRUE(test, w.called && w.in_softirq);
		KUNIT_EXPECT_EQ(test, w.cpu, cpu);
	}
}

static void a_callback_waits_for_the_caller_s_own_section(struct kunit *test)
{
	struct waiter w = {};
	bool left = false;
	ktime_t end;

	w.left = &left;
	rcu_read_lock();
	call_rcu(&w.head, called_back);
	end = ktime_get() + 20 * NSEC_PER_MSEC;
	while (ktime_get() < end)
		spin();
	left = true;
	rcu_read_unlock();
	rcu_barrier();
	KUNIT_EXPECT_TRUE(test, w.called && !w.too_early);
}

static void call_rcu_here(void *data)
{
	call_rcu(data, called_back);
}

static void callbacks_may_be_given_in_hardirq(struct kunit *test)
{
	struct waiter w = {};

	run_in_hardirq(call_rcu_here, &w.head);
	rcu_barrier();
	KUNIT_EXPECT_TRUE(test, w.called);
}

struct again {
	struct rcu_head head;
	int left;
};

static void call_again(struct rcu_head *head)
{
	struct again *a = container_of(head, struct again, head);

	if (--a->left)
		call_rcu(head, call_again);
}

static void a_callback_may_give_itself_again(struct kunit *test)
{
	struct again a = { .left = 5 };

	call_rcu(&a.head, call_again);
	for (int i = 0; i < 5; i++)
		rcu_barrier();
	KUNIT_EXPECT_EQ(test, a.left, 0);
}

/* More than fit into one batch, over many grace periods. */
static void callbacks_run_once_and_in_order(struct kunit *test)
{
	struct waiter *w = kunit_kzalloc(test, CALLBACKS * sizeof(*w), GFP_KERNEL);
	int next = 0, wrong = 0;

	KUNIT_ASSERT_NOT_NULL(test, w);
	set_cpus_allowed_ptr(current, cpumask_of(0));
	for (int i = 0; i < CALLBACKS; i++) {
		w[i].next_number = &next;
		call_rcu(&w[i].head, called_back);
		if (i % 50 == 49)
			msleep(i % 16);
	}
	rcu_barrier();
	KUNIT_EXPECT_EQ(test, next, CALLBACKS);
	for (int i = 0; i < CALLBACKS; i++)
		wrong += w[i].number != i;
	KUNIT_EXPECT_EQ(test, wrong, 0);
}

/* However many come after it, a callback's turn comes; a grace period is a few ticks. */
static void a_stream_of_callbacks_holds_up_none(struct kunit *test)
{
	struct waiter *w = kunit_kzalloc(test, 200 * sizeof(*w), GFP_KERNEL);
	int given = 0;

	KUNIT_ASSERT_NOT_NULL(test, w);
	set_cpus_allowed_ptr(current, cpumask_of(0));
	while (given < 200 && !READ_ONCE(w[0].called)) {
		call_rcu(&w[given++].head, called_back);
		schedule_timeout_uninterruptible(1);
	}
	KUNIT_EXPECT_LT(test, given, 200);
	rcu_barrier();
}

static int give_and_count(void *data)
{
	static struct waiter waiters[NR_CPUS][8];
	struct waiter *w = waiters[raw_smp_processor_id()];

	memset(w, 0, sizeof(waiters[0]));
	for (int i = 0; i < 8; i++)
		call_rcu(&w[i].head, called_back);
	rcu_barrier();
	for (int i = 0; i < 8; i++)
		if (!READ_ONCE(w[i].called))
			return 1;
	return 0;
}

static void rcu_barrier_waits_for_all_callbacks(struct kunit *test)
{
	for (int i = 0; i < 5; i++)
		KUNIT_EXPECT_EQ(test, run_on_all_cpus(test, give_and_count, NULL), 0);
}

struct freed {
	long payload[3];
	struct rcu_head rcu;
};

static void free_many(struct kunit *test)
{
	for (int i = 0; i < 1000; i++) {
		struct freed *f = kmalloc(sizeof(*f), GFP_KERNEL);

		KUNIT_ASSERT_NOT_NULL(test, f);
		if (i % 500)
			kfree_rcu(f, rcu);
		else
			kfree_rcu_mightsleep(f);
	}
	rcu_barrier();
}

static void kfree_rcu_frees(struct kunit *test)
{
	struct freed *none = NULL;

	kfree_rcu(none, rcu);
	KUNIT_EXPECT_EQ(test, pages_lost_by(test, free_many), 0L);
}

static void kvfree_rcu_frees_what_vmalloc_gave(struct kunit *test)
{
	struct freed *later = vmalloc(sizeof(*later)), *now = vmalloc(sizeof(*now));

	KUNIT_ASSERT_NOT_NULL(test, later);
	KUNIT_ASSERT_NOT_NULL(test, now);
	kvfree_rcu(later, rcu);
	kvfree_rcu(now);
	KUNIT_EXPECT_FALSE(test, kern_addr_valid((unsigned long)now));
	rcu_barrier();
	KUNIT_EXPECT_TRUE(test, wait_until(!kern_addr_valid((unsigned long)later)));
}

/* ---- torture: readers never see what was freed ---- */

#define ALIVE 0x600dL
#define DEAD  0xdeadL

struct thing {
	long state, copy;
	struct list_head entry;
	struct hlist_node node;
	struct rcu_head rcu;
};

static struct thing *published;
static LIST_HEAD(things);
static HLIST_HEAD(table);
static DEFINE_SPINLOCK(things_lock);
static bool stop_readers;

static bool alive(const struct thing *t)
{
	return READ_ONCE(t->state) == ALIVE && READ_ONCE(t->copy) == ALIVE;
}

static int look_once(void)
{
	struct thing *t;
	int bad = 0;

	rcu_read_lock();
	t = rcu_dereference(published);
	if (t && !alive(t))
		bad++;
	for (int i = 0; t && i < 20; i++)
		bad += !alive(t);
	list_for_each_entry_rcu(t, &things, entry)
		bad += !alive(t);
	hlist_for_each_entry_rcu(t, &table, node)
		bad += !alive(t);
	rcu_read_unlock();
	return bad;
}

static int read_on(void *data)
{
	int bad = 0, n = 0;

	while (!READ_ONCE(stop_readers)) {
		bad += look_once();
		if (++n % 64 == 0)
			yield();
		cpu_relax();
	}
	return bad;
}

static void kill_thing(struct rcu_head *head)
{
	struct thing *t = container_of(head, struct thing, rcu);

	t->state = DEAD;
	t->copy = DEAD;
	kfree(t);
}

static struct thing *new_thing(void)
{
	struct thing *t = kmalloc(sizeof(*t), GFP_KERNEL);

	if (!t)
		return NULL;
	t->state = ALIVE;
	t->copy = ALIVE;
	return t;
}

static void retire(struct thing *t, struct rnd_state *rnd)
{
	if (prandom_u32_state(rnd) % 64) {
		call_rcu(&t->rcu, kill_thing);
	} else {
		synchronize_rcu();
		kill_thing(&t->rcu);
	}
}

/* Take the oldest off the lists, or replace it. Return: it. */
static struct thing *change_lists(struct thing *new, bool replace)
{
	struct thing *old;

	old = list_first_or_null_rcu(&things, struct thing, entry);
	if (old && replace) {
		list_replace_rcu(&old->entry, &new->entry);
		hlist_replace_rcu(&old->node, &new->node);
		return old;
	}
	list_add_tail_rcu(&new->entry, &things);
	hlist_add_tail_rcu(&new->node, &table);
	if (!old)
		return NULL;
	list_del_rcu(&old->entry);
	hlist_del_rcu(&old->node);
	return old;
}

static int update_on(void *data)
{
	struct rnd_state rnd;

	prandom_seed_state(&rnd, 7 + raw_smp_processor_id());
	for (int i = 0; i < UPDATES; i++) {
		struct thing *new = new_thing(), *listed = new_thing(), *old;

		if (!new || !listed) {
			kfree(new);
			kfree(listed);
			return 1;
		}
		spin_lock(&things_lock);
		old = rcu_replace_pointer(published, new, spin_is_locked(&things_lock));
		listed = change_lists(listed, i & 1);
		spin_unlock(&things_lock);
		if (old)
			retire(old, &rnd);
		if (listed)
			retire(listed, &rnd);
	}
	return 0;
}

/* Not leave anything behind for the next time. */
static void retire_all(void)
{
	struct thing *t, *next;

	synchronize_rcu();
	rcu_barrier();
	list_for_each_entry_safe(t, next, &things, entry)
		kfree(t);
	INIT_LIST_HEAD(&things);
	INIT_HLIST_HEAD(&table);
	kfree(published);
	published = NULL;
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
	retire_all();
}

/* ---- lists ---- */

struct item {
	int number;
	struct list_head entry;
	struct hlist_node node;
};

/* The numbers of a list, as digits. */
static int read_list(struct list_head *head)
{
	struct item *item;
	int digits = 0;

	rcu_read_lock();
	list_for_each_entry_rcu(item, head, entry)
		digits = digits * 10 + item->number;
	rcu_read_unlock();
	return digits;
}

static int read_hlist(struct hlist_head *head)
{
	struct item *item;
	int digits = 0;

	rcu_read_lock();
	hlist_for_each_entry_rcu(item, head, node)
		digits = digits * 10 + item->number;
	rcu_read_unlock();
	return digits;
}

static void make_items(struct item *items, int n)
{
	for (int i = 0; i < n; i++)
		items[i] = (struct item){ .number = i + 1 };
}

static DEFINE_HASHTABLE(numbers, 2);

static int hashed_with(int number)
{
	struct item *item;
	int found = 0;

	rcu_read_lock();
	hash_for_each_possible_rcu(numbers, item, node, number) found += item->number == number;
	rcu_read_unlock();
	return found;
}

static void hash_tables_have_readers_without_a_lock(struct kunit *test)
{
	struct item items[9], *item;
	int bucket, sum = 0;

	hash_init(numbers);
	make_items(items, 9);
	for (int i = 0; i < 9; i++)
		hash_add_rcu(numbers, &items[i].node, items[i].number);
	for (int i = 1; i <= 9; i++)
		KUNIT_EXPECT_EQ(test, hashed_with(i), 1);
	hash_del_rcu(&items[4].node);
	KUNIT_EXPECT_FALSE(test, hash_hashed(&items[4].node));
	KUNIT_EXPECT_EQ(test, hashed_with(5), 0);
	rcu_read_lock();
	hash_for_each_rcu(numbers, bucket, item, node) sum += item->number;
	rcu_read_unlock();
	KUNIT_EXPECT_EQ(test, sum, 40);
}

static void bare_entries_can_be_followed_too(struct kunit *test)
{
	struct item items[3];
	struct list_head *pos;
	int digits = 0;
	LIST_HEAD(list);

	make_items(items, 3);
	for (int i = 0; i < 3; i++)
		list_add_tail_rcu(&items[i].entry, &list);
	rcu_read_lock();
	list_for_each_rcu(pos, &list)
		digits = digits * 10 + list_entry(pos, struct item, entry)->number;
	rcu_read_unlock();
	KUNIT_EXPECT_EQ(test, digits, 123);
}

static void a_removed_entry_still_leads_on(struct kunit *test)
{
	struct item items[4], *pos;
	struct hlist_head table = HLIST_HEAD_INIT;
	LIST_HEAD(list);

	make_items(items, 4);
	list_add_rcu(&items[1].entry, &list);
	list_add_rcu(&items[0].entry, &list);
	list_add_tail_rcu(&items[2].entry, &list);
	KUNIT_EXPECT_EQ(test, read_list(&list), 123);
	list_del_rcu(&items[1].entry);
	KUNIT_EXPECT_EQ(test, read_list(&list), 13);
	KUNIT_EXPECT_PTR_EQ(test, list_next_or_null_rcu(&list, &items[1].entry, struct item, entry),
			    &items[2]);
	list_replace_rcu(&items[0].entry, &items[3].entry);
	KUNIT_EXPECT_EQ(test, read_list(&list), 43);
	KUNIT_EXPECT_PTR_EQ(test, items[0].entry.next, &items[2].entry);

	hlist_add_head_rcu(&items[1].node, &table);
	hlist_add_before_rcu(&items[0].node, &items[1].node);
	hlist_add_tail_rcu(&items[2].node, &table);
	KUNIT_EXPECT_EQ(test, read_hlist(&table), 123);
	hlist_add_behind_rcu(&items[3].node, &items[0].node);
	KUNIT_EXPECT_EQ(test, read_hlist(&table), 1423);
	hlist_del_init_rcu(&items[1].node);
	KUNIT_EXPECT_EQ(test, read_hlist(&table), 143);
	KUNIT_EXPECT_TRUE(test, hlist_unhashed(&items[1].node));
	pos = &items[1];
	rcu_read_lock();
	hlist_for_each_entry_continue_rcu(pos, node)
		KUNIT_EXPECT_PTR_EQ(test, pos, &items[2]);
	rcu_read_unlock();
	hlist_replace_rcu(&items[0].node, &items[1].node);
	KUNIT_EXPECT_EQ(test, read_hlist(&table), 243);
}

static struct list_head *spliced, *spliced_to;
static bool waited;

/* New readers find the old list empty, those that stand on its entries get to its end. */
static void wait_for_splice(void)
{
	waited = list_empty(spliced) && list_count_nodes(spliced_to) == 2;
	synchronize_rcu();
}

static void splicing_waits_for_readers_of_the_old_list(struct kunit *test)
{
	struct item items[4];
	LIST_HEAD(list);
	LIST_HEAD(more);

	make_items(items, 4);
	for (int i = 0; i < 2; i++) {
		list_add_tail_rcu(&items[i].entry, &list);
		list_add_tail_rcu(&items[2 + i].entry, &more);
	}
	KUNIT_EXPECT_PTR_EQ(test, list_first_or_null_rcu(&more, struct item, entry), &items[2]);
	spliced = &more;
	spliced_to = &list;
	waited = false;
	list_splice_init_rcu(&more, &list, wait_for_splice);
	KUNIT_EXPECT_TRUE(test, waited);
	KUNIT_EXPECT_EQ(test, read_list(&list), 3412);
	KUNIT_EXPECT_NULL(test, list_first_or_null_rcu(&more, struct item, entry));
	list_splice_tail_init_rcu(&list, &more, synchronize_rcu);
	KUNIT_EXPECT_EQ(test, read_list(&more), 3412);
	KUNIT_EXPECT_EQ(test, read_list(&list), 0);
}

/* ---- what is reported ---- */

static bool panics_before;

static int rcu_test_init(struct kunit *test)
{
	panics_before = atomic_sleep_panics;
	atomic_sleep_panics = false;
	return 0;
}

static void rcu_test_exit(struct kunit *test)
{
	atomic_sleep_panics = panics_before;
	rcu_stall_timeout_ns = 21 * NSEC_PER_SEC;
	retire_all();
}

static void debug_or_skip(struct kunit *test)
{
	if (!IS_ENABLED(CONFIG_DEBUG_LOCK_ALLOC))
		kunit_skip(test, "the release profile does not note sections");
}

static noinline void begin_the_section(void)
{
	rcu_read_lock();
}

static void sleeping_in_a_section_names_it_and_where_it_began(struct kunit *test)
{
	u64 mark = log_mark();

	debug_or_skip(test);
	begin_the_section();
	might_sleep();
	KUNIT_EXPECT_TRUE(test,
			  log_has(mark, "BUG: sleeping function called from invalid context"));
	KUNIT_EXPECT_TRUE(test,
			  log_has_both(mark, " #0: (rcu_read_lock){", "begin_the_section+0x"));
	KUNIT_EXPECT_TRUE(test, log_has(mark, "RCU nest depth: 1, expected: 0"));
	KUNIT_EXPECT_TRUE(test, log_has(mark, "Rule broken: code between rcu_read_lock()"));
	mark = log_mark();
	schedule();
	KUNIT_EXPECT_TRUE(test, log_has(mark, "BUG: scheduling while atomic"));
	KUNIT_EXPECT_TRUE(test,
			  log_has_both(mark, " #0: (rcu_read_lock){", "begin_the_section+0x"));
	KUNIT_EXPECT_TRUE(test, log_has(mark, "Rule broken: code between rcu_read_lock()"));
	rcu_read_unlock();
	mark = log_mark();
	preempt_disable();
	might_sleep();
	preempt_enable();
	KUNIT_EXPECT_FALSE(test, log_has(mark, "RCU nest depth"));
	KUNIT_EXPECT_TRUE(test, log_has(mark, "Rule broken: code between preempt_disable()"));
}

static void every_kind_of_section_is_named(struct kunit *test)
{
	u64 mark = log_mark();

	debug_or_skip(test);
	rcu_read_lock_sched();
	might_sleep();
	rcu_read_unlock_sched();
	KUNIT_EXPECT_TRUE(test, log_has(mark, " #0: (rcu_read_lock_sched){"));
	mark = log_mark();
	rcu_read_lock_bh();
	KUNIT_EXPECT_TRUE(test, rcu_read_lock_bh_held() && rcu_read_lock_any_held());
	might_sleep();
	rcu_read_unlock_bh();
	KUNIT_EXPECT_TRUE(test, log_has(mark, " #0: (rcu_read_lock_bh){"));
	KUNIT_EXPECT_TRUE(test, log_has(mark, "Rule broken: code between local_bh_disable()"));
}

/* Each place reports once, so each run of the suite looks at what is new in it. */
static void a_pointer_fetched_outside_a_section_is_reported(struct kunit *test)
{
	static bool reported;
	struct thing *thing;
	u64 mark = log_mark();

	debug_or_skip(test);
	rcu_read_lock();
	KUNIT_EXPECT_TRUE(test, rcu_read_lock_held());
	rcu_dereference(published);
	rcu_read_unlock();
	KUNIT_EXPECT_FALSE(test, rcu_read_lock_held());
	rcu_dereference_check(published, test);
	rcu_dereference_protected(published, test);
	rcu_access_pointer(published);
	KUNIT_EXPECT_FALSE(test, log_has(mark, "suspicious"));
	for (int i = 0; i < 2; i++)
		rcu_dereference(published);
	KUNIT_EXPECT_EQ(test, log_has(mark, "WARNING: suspicious RCU usage"), !reported);
	mark = log_mark();
	list_for_each_entry_rcu(thing, &things, entry)
		break;
	KUNIT_EXPECT_EQ(test, log_has(mark, "RCU-list traversed in non-reader section"), !reported);
	mark = log_mark();
	rcu_dereference_protected(published, !test);
	KUNIT_EXPECT_EQ(test, log_has(mark, "suspicious rcu_dereference_protected() usage"),
			!reported);
	reported = true;
}

/* ---- the stall detector ---- */

/* Stays in a section until it was reported, it alone: a slow host may hold up other CPUs for as long. */
struct stall {
	void (*enter)(void);
	void (*leave)(void);
	struct waiter waiter;
	u64 mark;
	char what[64], who[64];
	bool reported;
};

static noinline int stall_in_section(void *data)
{
	struct stall *s = data;

	s->enter();
	call_rcu(&s->waiter.head, called_back);
	s->reported = wait_until(log_has(s->mark, s->what) && log_has(s->mark, s->who) &&
				 log_has(s->mark, "stall_in_section+0x") &&
				 log_has(s->mark, "To mend it: leave the section now and then"));
	s->leave();
	return 0;
}

static void reports_stall(struct kunit *test, struct stall s)
{
	int cpu = cpumask_last(cpu_online_mask);

	rcu_barrier(); /* no grace period is on its way with the long timeout */
	rcu_stall_timeout_ns = 20 * NSEC_PER_MSEC;
	s.mark = log_mark();
	snprintf(s.what, sizeof(s.what), "rcu_sched detected stalls on CPUs: %d (", cpu);
	snprintf(s.who, sizeof(s.who), "rcu: CPU %d runs test/", cpu);
	join(start_thread(test, stall_in_section, &s, cpu, FAIR));
	rcu_barrier();
	KUNIT_EXPECT_TRUE(test, s.reported);
	KUNIT_EXPECT_TRUE(test, s.waiter.called);
}

static void a_stall_names_the_cpu_and_shows_its_trace(struct kunit *test)
{
	u64 mark = log_mark();

	reports_stall(test, (struct stall){ .enter = enter_rcu, .leave = leave_rcu });
	if (IS_ENABLED(CONFIG_DEBUG_LOCK_ALLOC))
		KUNIT_EXPECT_TRUE(test,
				  log_has_both(mark, " #0: (rcu_read_lock){", "enter_rcu+0x"));
}

static void a_stall_with_interrupts_off_is_seen_from_elsewhere(struct kunit *test)
{
	leave_other_cpu(test);
	reports_stall(test, (struct stall){ .enter = enter_irq, .leave = leave_irq });
}

static void a_grace_period_without_stall_is_not_reported(struct kunit *test)
{
	ktime_t start = ktime_get(), took;
	u64 mark = log_mark();

	rcu_barrier(); /* what began before is over */
	rcu_stall_timeout_ns = 200 * NSEC_PER_MSEC;
	for (int i = 0; i < 5; i++)
		synchronize_rcu();
	rcu_barrier();
	took = ktime_get() - start;
	if (!time_is_exact() && took >= rcu_stall_timeout_ns)
		kunit_skip(test, "the host held up a CPU: that may have been a stall");
	KUNIT_EXPECT_FALSE(test, log_has(mark, "stalls on CPUs"));
}

static struct kunit_case rcu_cases[] = {
	KUNIT_CASE(a_grace_period_waits_for_readers),
	KUNIT_CASE(it_waits_for_bottom_halves_off),
	KUNIT_CASE(it_waits_for_preemption_off),
	KUNIT_CASE(it_waits_for_interrupts_off),
	KUNIT_CASE(it_does_not_wait_for_a_cpu_that_spins_in_the_kernel),
	KUNIT_CASE(it_does_not_wait_for_sections_that_begin_later),
	KUNIT_CASE(it_does_not_wait_for_idle_cpus),
	KUNIT_CASE(a_callback_runs_in_softirq_where_it_was_given),
	KUNIT_CASE(a_callback_waits_for_the_caller_s_own_section),
	KUNIT_CASE(callbacks_may_be_given_in_hardirq),
	KUNIT_CASE(a_callback_may_give_itself_again),
	KUNIT_CASE(callbacks_run_once_and_in_order),
	KUNIT_CASE(a_stream_of_callbacks_holds_up_none),
	KUNIT_CASE(rcu_barrier_waits_for_all_callbacks),
	KUNIT_CASE(kfree_rcu_frees),
	KUNIT_CASE(kvfree_rcu_frees_what_vmalloc_gave),
	KUNIT_CASE(readers_never_see_what_was_freed),
	KUNIT_CASE(a_removed_entry_still_leads_on),
	KUNIT_CASE(hash_tables_have_readers_without_a_lock),
	KUNIT_CASE(bare_entries_can_be_followed_too),
	KUNIT_CASE(splicing_waits_for_readers_of_the_old_list),
	KUNIT_CASE(sleeping_in_a_section_names_it_and_where_it_began),
	KUNIT_CASE(every_kind_of_section_is_named),
	KUNIT_CASE(a_pointer_fetched_outside_a_section_is_reported),
	KUNIT_CASE(a_stall_names_the_cpu_and_shows_its_trace),
	KUNIT_CASE(a_stall_with_interrupts_off_is_seen_from_elsewhere),
	KUNIT_CASE(a_grace_period_without_stall_is_not_reported),
	{}
};

static struct kunit_suite rcu_suite = {
	.name = "rcu",
	.init = rcu_test_init,
	.exit = rcu_test_exit,
	.test_cases = rcu_cases,
};

kunit_test_suite(rcu_suite);
