// SPDX-License-Identifier: MIT
/* Reader-writer semaphores: readers together, writers alone, all in the order they came. */
#include "waiters.h"

#include <linux/rwsem.h>
#include "../../kernel/debug/report.h"
#include "helpers.h"

static DECLARE_RWSEM(rwsem);

static void take(void)
{
	down_write(&rwsem);
}

static void give(void)
{
	up_write(&rwsem);
}

static void give_read(void)
{
	up_read(&rwsem);
}

static int read_plain(void)
{
	down_read(&rwsem);
	return 0;
}

static int read_interruptible(void)
{
	return down_read_interruptible(&rwsem);
}

static int read_killable(void)
{
	return down_read_killable(&rwsem);
}

static int try_read(void)
{
	return down_read_trylock(&rwsem) ? 0 : -EBUSY;
}

static int write_plain(void)
{
	down_write(&rwsem);
	return 0;
}

static int write_killable(void)
{
	return down_write_killable(&rwsem);
}

static int try_write(void)
{
	return down_write_trylock(&rwsem) ? 0 : -EBUSY;
}

/* In as a writer, out as a reader. */
static void downgrade_and_give(void)
{
	downgrade_write(&rwsem);
	up_read(&rwsem);
}

static const struct lock_form forms[] = {
	{ read_plain, give_read, TASK_UNINTERRUPTIBLE },
	{ read_interruptible, give_read, TASK_INTERRUPTIBLE },
	{ read_killable, give_read, TASK_KILLABLE },
	{ write_plain, give, TASK_UNINTERRUPTIBLE },
	{ write_killable, give, TASK_KILLABLE },
	{ write_plain, downgrade_and_give, TASK_UNINTERRUPTIBLE },
	{ try_read, give_read, TASK_RUNNING },
	{ try_write, give, TASK_RUNNING },
};

#define READER                    (&forms[0])
#define WRITER                    (&forms[3])
#define for_each_sleeping_form(f) for (const struct lock_form *f = forms; f < forms + 6; f++)

static bool only_reads(const struct lock_form *form)
{
	return form->unlock == give_read;
}

static void readers_share_and_a_writer_is_alone(struct kunit *test)
{
	KUNIT_EXPECT_FALSE(test, rwsem_is_locked(&rwsem));
	KUNIT_EXPECT_EQ(test, down_read_trylock(&rwsem), 1);
	KUNIT_EXPECT_EQ(test, down_read_trylock(&rwsem), 1);
	KUNIT_EXPECT_EQ(test, down_write_trylock(&rwsem), 0);
	up_read(&rwsem);
	KUNIT_EXPECT_EQ(test, down_write_trylock(&rwsem), 0);
	KUNIT_EXPECT_TRUE(test, rwsem_is_locked(&rwsem));
	up_read(&rwsem);
	KUNIT_EXPECT_EQ(test, down_write_trylock(&rwsem), 1);
	KUNIT_EXPECT_EQ(test, down_write_trylock(&rwsem), 0);
	KUNIT_EXPECT_EQ(test, down_read_trylock(&rwsem), 0);
	up_write(&rwsem);
	KUNIT_EXPECT_FALSE(test, rwsem_is_locked(&rwsem));
}

static void readers_never_meet_a_writer(struct kunit *test)
{
	check_contest(test, forms, ARRAY_SIZE(forms), only_reads);
	KUNIT_EXPECT_FALSE(test, rwsem_is_locked(&rwsem));
	KUNIT_EXPECT_FALSE(test, rwsem_is_contended(&rwsem));
}

static void a_waiter_sleeps_in_its_state_until_it_may_come_in(struct kunit *test)
{
	for_each_sleeping_form(form) check_sleeps_in_its_state(test, form, take, give);
}

static void signals_end_the_waits_that_allow_it(struct kunit *test)
{
	for_each_sleeping_form(form) check_signals(test, form, take, give);
}

static void who_was_let_in_is_inside_signal_or_not(struct kunit *test)
{
	for_each_sleeping_form(form) check_granted_before_the_signal(test, form, take, give);
}

/* Readers that stand together come in together; the writer after them waits, as do those behind. */
static void waiters_come_in_in_the_order_they_came(struct kunit *test)
{
	const struct lock_form *form[] = { READER, READER, WRITER, READER, WRITER };
	struct waiter w[5] = {};

	down_write(&rwsem);
	for (int i = 0; i < 5; i++)
		start_sleeper(test, &w[i], form[i], FAIR);
	KUNIT_EXPECT_TRUE(test, rwsem_is_contended(&rwsem));
	up_write(&rwsem);
	KUNIT_EXPECT_TRUE(test, eventually(READ_ONCE(w[0].inside) && READ_ONCE(w[1].inside)));
	KUNIT_EXPECT_EQ(test, end_waiter(&w[0]), 0);
	for (int i = 2; i < 5; i++) {
		KUNIT_EXPECT_TRUE(test, is_asleep(w[i].task));
		KUNIT_EXPECT_FALSE(test, w[i].inside);
	}
	for (int i = 1; i < 4; i++) {
		KUNIT_EXPECT_EQ(test, end_waiter(&w[i]), 0);
		KUNIT_EXPECT_TRUE(test, eventually(READ_ONCE(w[i + 1].inside)));
		for (int j = i + 2; j < 5; j++)
			KUNIT_EXPECT_FALSE(test, READ_ONCE(w[j].inside));
	}
	KUNIT_EXPECT_EQ(test, end_waiter(&w[4]), 0);
	KUNIT_EXPECT_FALSE(test, rwsem_is_locked(&rwsem));
}

static void a_reader_waits_behind_a_writer_that_waits(struct kunit *test)
{
	struct waiter w = {}, r = {};

	down_read(&rwsem);
	start_sleeper(test, &w, WRITER, FAIR);
	KUNIT_EXPECT_EQ(test, down_read_trylock(&rwsem), 0);
	start_sleeper(test, &r, READER, FAIR);
	up_read(&rwsem);
	KUNIT_EXPECT_EQ(test, end_waiter(&w), 0);
	KUNIT_EXPECT_EQ(test, end_waiter(&r), 0);
}

static void a_writer_that_gives_up_lets_in_the_readers_behind_it(struct kunit *test)
{
	struct waiter w = {}, r[2] = {};

	down_read(&rwsem);
	start_sleeper(test, &w, &forms[4], FAIR);
	start_sleeper(test, &r[0], READER, FAIR);
	start_sleeper(test, &r[1], READER, FAIR);
	send_sig(SIGKILL, w.task, 1);
	KUNIT_EXPECT_EQ(test, join(w.task), -EINTR);
	KUNIT_EXPECT_TRUE(test, eventually(READ_ONCE(r[0].inside) && READ_ONCE(r[1].inside)));
	KUNIT_EXPECT_EQ(test, down_read_trylock(&rwsem), 1); /* nobody waits any more */
	up_read(&rwsem);
	up_read(&rwsem);
	KUNIT_EXPECT_EQ(test, end_waiter(&r[0]), 0);
	KUNIT_EXPECT_EQ(test, end_waiter(&r[1]), 0);
	KUNIT_EXPECT_FALSE(test, rwsem_is_locked(&rwsem));
}

static void downgrading_lets_readers_in_and_no_writer(struct kunit *test)
{
	struct waiter r = {}, w = {};

	down_write(&rwsem);
	start_sleeper(test, &r, READER, FAIR);
	start_sleeper(test, &w, WRITER, FAIR);
	downgrade_write(&rwsem);
	KUNIT_EXPECT_TRUE(test, eventually(READ_ONCE(r.inside)));
	KUNIT_EXPECT_EQ(test, end_waiter(&r), 0);
	KUNIT_EXPECT_TRUE(test, is_asleep(w.task));
	KUNIT_EXPECT_FALSE(test, w.inside);
	up_read(&rwsem);
	KUNIT_EXPECT_EQ(test, end_waiter(&w), 0);
}

static void the_last_reader_wakes_the_writer(struct kunit *test)
{
	struct waiter w = {};

	take_cpu(test, 0, BOSS);
	down_read(&rwsem);
	KUNIT_EXPECT_EQ(test, down_read_trylock(&rwsem), 1);
	start_waiter(test, &w, WRITER, 0, 50);
	KUNIT_EXPECT_TRUE(test, eventually(is_asleep(w.task)));
	up_read(&rwsem);
	KUNIT_EXPECT_TRUE(test, is_asleep(w.task));
	up_read(&rwsem);
	KUNIT_EXPECT_FALSE(test, is_asleep(w.task));
	KUNIT_EXPECT_EQ(test, down_read_trylock(&rwsem), 0); /* it is the writer's already */
	KUNIT_EXPECT_EQ(test, end_waiter(&w), 0);
}

static void the_holder_may_sleep_and_reports_list_the_semaphore(struct kunit *test)
{
	bool panics_before = atomic_sleep_panics;
	unsigned long us = 100;
	char here[64];
	u64 mark;
	int line;

	if (!IS_ENABLED(CONFIG_DEBUG_LOCK_ALLOC))
		kunit_skip(test, "the release profile does not look");
	atomic_sleep_panics = false;
	mark = log_mark();
	line = __LINE__ + 1;
	down_read(&rwsem);
	nap(&us);
	KUNIT_EXPECT_FALSE(test, log_has(mark, "BUG: "));
	preempt_disable();
	might_sleep();
	preempt_enable();
	up_read(&rwsem);
	snprintf(here, sizeof(here), "tests/kernel/rwsem_test.c:%d)", line);
	KUNIT_EXPECT_TRUE(test, log_has_both(mark, " #0: (rwsem){", here));
	KUNIT_EXPECT_TRUE(test, log_has(mark, "Rule broken: code between preempt_disable()"));
	mark = log_mark();
	preempt_disable();
	down_read(&rwsem);
	up_read(&rwsem);
	preempt_enable();
	KUNIT_EXPECT_TRUE(test, log_has(mark, "sleeping function called from invalid context"));
	atomic_sleep_panics = panics_before;
}

static struct kunit_case rwsem_cases[] = {
	KUNIT_CASE(readers_share_and_a_writer_is_alone),
	KUNIT_CASE(readers_never_meet_a_writer),
	KUNIT_CASE(a_waiter_sleeps_in_its_state_until_it_may_come_in),
	KUNIT_CASE(signals_end_the_waits_that_allow_it),
	KUNIT_CASE(who_was_let_in_is_inside_signal_or_not),
	KUNIT_CASE(waiters_come_in_in_the_order_they_came),
	KUNIT_CASE(a_reader_waits_behind_a_writer_that_waits),
	KUNIT_CASE(a_writer_that_gives_up_lets_in_the_readers_behind_it),
	KUNIT_CASE(downgrading_lets_readers_in_and_no_writer),
	KUNIT_CASE(the_last_reader_wakes_the_writer),
	KUNIT_CASE(the_holder_may_sleep_and_reports_list_the_semaphore),
	{}
};

static struct kunit_suite rwsem_suite = {
	.name = "rwsem",
	.test_cases = rwsem_cases,
};
kunit_test_suite(rwsem_suite);
