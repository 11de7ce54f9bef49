// SPDX-License-Identifier: MIT
/* Semaphores: so many and no more, served in order, given back by anybody, from anywhere. */
#include "waiters.h"

#include <linux/jiffies.h>
#include <linux/semaphore.h>
#include "../../kernel/debug/report.h"
#include "helpers.h"

static DEFINE_SEMAPHORE(semaphore);

static void take(void)
{
	down(&semaphore);
}

static void give(void)
{
	up(&semaphore);
}

static int down_plain(void)
{
	down(&semaphore);
	return 0;
}

static int down_intr(void)
{
	return down_interruptible(&semaphore);
}

static int down_kill(void)
{
	return down_killable(&semaphore);
}

static int down_try(void)
{
	return down_trylock(&semaphore) ? -EBUSY : 0;
}

static int down_soon(void)
{
	return down_timeout(&semaphore, 3);
}

static int down_long(void)
{
	return down_timeout(&semaphore, 100 * HZ);
}

static const struct lock_form forms[] = {
	{ down_plain, give, TASK_UNINTERRUPTIBLE }, { down_intr, give, TASK_INTERRUPTIBLE },
	{ down_kill, give, TASK_KILLABLE },         { down_long, give, TASK_UNINTERRUPTIBLE },
	{ down_try, give, TASK_RUNNING },           { down_soon, give, TASK_UNINTERRUPTIBLE },
};

#define SOON (&forms[5])

#define for_each_sleeping_form(f) for (const struct lock_form *f = forms; f < forms + 4; f++)

static void a_semaphore_counts(struct kunit *test)
{
	struct semaphore three;

	sema_init(&three, 3);
	for (int i = 0; i < 3; i++)
		KUNIT_EXPECT_EQ(test, down_trylock(&three), 0);
	KUNIT_EXPECT_EQ(test, down_trylock(&three), 1);
	up(&three);
	down(&three);
	KUNIT_EXPECT_EQ(test, down_trylock(&three), 1);
	for (int i = 0; i < 4; i++)
		up(&three); /* one more than were taken: allowed */
	for (int i = 0; i < 4; i++)
		KUNIT_EXPECT_EQ(test, down_interruptible(&three), 0);
	KUNIT_EXPECT_EQ(test, down_timeout(&three, 1), -ETIME);
}

static void one_task_at_a_time_has_a_semaphore_of_one(struct kunit *test)
{
	check_contest(test, forms, ARRAY_SIZE(forms), NULL);
	KUNIT_EXPECT_EQ(test, down_trylock(&semaphore), 0);
	KUNIT_EXPECT_EQ(test, down_trylock(&semaphore), 1);
	up(&semaphore);
}

static void a_waiter_sleeps_in_its_state_until_it_is_served(struct kunit *test)
{
	for_each_sleeping_form(form) check_sleeps_in_its_state(test, form, take, give);
}

static void signals_end_the_waits_that_allow_it(struct kunit *test)
{
	for_each_sleeping_form(form) check_signals(test, form, take, give);
}

static void who_was_served_has_it_signal_or_not(struct kunit *test)
{
	for_each_sleeping_form(form) check_granted_before_the_signal(test, form, take, give);
}

static void a_timeout_returns_etime_and_not_before_its_time(struct kunit *test)
{
	unsigned long start;

	down(&semaphore);
	start = jiffies;
	KUNIT_EXPECT_EQ(test, down_timeout(&semaphore, 5), -ETIME);
	KUNIT_EXPECT_GE(test, jiffies - start, 5UL);
	up(&semaphore);
	KUNIT_EXPECT_EQ(test, down_timeout(&semaphore, 5), 0);
	up(&semaphore);
}

/* The time is up, but before the waiter runs, and leaves the queue, somebody serves it. */
static void who_was_served_after_its_time_has_it_all_the_same(struct kunit *test)
{
	struct waiter w = {};

	take_cpu(test, 0, BOSS);
	down(&semaphore);
	for (;;) { /* until it is caught waiting: the host may have stopped for a while */
		start_waiter(test, &w, SOON, 0, 50);
		KUNIT_EXPECT_TRUE(test, eventually(is_asleep(w.task)));
		if (!list_empty(&semaphore.wait_list))
			break;
		end_waiter(&w);
	}
	KUNIT_EXPECT_TRUE(test, spin_until(task_is_running(w.task)));
	up(&semaphore);
	KUNIT_EXPECT_EQ(test, down_trylock(&semaphore), 1);
	KUNIT_EXPECT_EQ(test, end_waiter(&w), 0);
	KUNIT_EXPECT_EQ(test, down_trylock(&semaphore), 0);
	up(&semaphore);
}

static void waiters_are_served_in_the_order_they_came(struct kunit *test)
{
	struct waiter w[6] = {};
	char trail[8] = "";

	down(&semaphore);
	for (int i = 0; i < 6; i++) {
		w[i].trail = trail;
		w[i].initial = 'a' + i;
		start_sleeper(test, &w[i], &forms[i % 4], FAIR);
	}
	send_sig(SIGINT, w[1].task, 1); /* the second gives up: an interruptible one */
	KUNIT_EXPECT_EQ(test, join(w[1].task), -EINTR);
	up(&semaphore);
	for (int i = 0; i < 6; i++)
		complete(&w[i].leave);
	for (int i = 0; i < 6; i++)
		if (i != 1)
			KUNIT_EXPECT_EQ(test, end_waiter(&w[i]), 0);
	KUNIT_EXPECT_STREQ(test, trail, "acdef");
}

static void nobody_overtakes_a_waiter(struct kunit *test)
{
	struct waiter w = {};

	take_cpu(test, 0, BOSS);
	down(&semaphore);
	start_waiter(test, &w, &forms[0], 0, 50);
	KUNIT_EXPECT_TRUE(test, eventually(is_asleep(w.task)));
	up(&semaphore);
	KUNIT_EXPECT_EQ(test, down_trylock(&semaphore), 1);
	KUNIT_EXPECT_EQ(test, end_waiter(&w), 0);
}

static void up_in_handler(void *unused)
{
	up(&semaphore);
}

static void an_interrupt_may_call_up(struct kunit *test)
{
	struct waiter w = {};

	down(&semaphore);
	start_sleeper(test, &w, &forms[0], FAIR);
	run_in_hardirq(up_in_handler, NULL);
	KUNIT_EXPECT_TRUE(test, eventually(READ_ONCE(w.inside)));
	KUNIT_EXPECT_EQ(test, end_waiter(&w), 0);
	KUNIT_EXPECT_EQ(test, down_trylock(&semaphore), 0);
	up(&semaphore);
}

static void taking_a_free_one_where_one_may_not_sleep_is_reported(struct kunit *test)
{
	bool panics_before = atomic_sleep_panics;
	u64 mark = log_mark();

	if (!IS_ENABLED(CONFIG_DEBUG_ATOMIC_SLEEP))
		kunit_skip(test, "the release profile does not look");
	atomic_sleep_panics = false;
	preempt_disable();
	down(&semaphore);
	up(&semaphore);
	preempt_enable();
	KUNIT_EXPECT_TRUE(test, log_has(mark, "sleeping function called from invalid context"));
	atomic_sleep_panics = panics_before;
}

static struct kunit_case semaphore_cases[] = {
	KUNIT_CASE(a_semaphore_counts),
	KUNIT_CASE(one_task_at_a_time_has_a_semaphore_of_one),
	KUNIT_CASE(a_waiter_sleeps_in_its_state_until_it_is_served),
	KUNIT_CASE(signals_end_the_waits_that_allow_it),
	KUNIT_CASE(who_was_served_has_it_signal_or_not),
	KUNIT_CASE(a_timeout_returns_etime_and_not_before_its_time),
	KUNIT_CASE(who_was_served_after_its_time_has_it_all_the_same),
	KUNIT_CASE(waiters_are_served_in_the_order_they_came),
	KUNIT_CASE(nobody_overtakes_a_waiter),
	KUNIT_CASE(an_interrupt_may_call_up),
	KUNIT_CASE(taking_a_free_one_where_one_may_not_sleep_is_reported),
	{}
};

static struct kunit_suite semaphore_suite = {
	.name = "semaphore",
	.test_cases = semaphore_cases,
};
kunit_test_suite(semaphore_suite);
