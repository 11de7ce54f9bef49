// SPDX-License-Identifier: MIT
/* Waiting for bits and variables: who waits for one is woken for it, and for nothing else. */
#include "waiters.h"

#include <linux/jiffies.h>
#include <linux/wait_bit.h>
#include "../../kernel/debug/report.h"
#include "helpers.h"

#define BIT_A   0
#define OTHER   1
#define FAR_BIT 70 /* in the second word */

static unsigned long word[2];
static int var;

static void set_bit_a(void)
{
	set_bit(BIT_A, word);
}

static void clear_and_wake(void)
{
	clear_and_wake_up_bit(BIT_A, word);
}

static void nothing(void)
{
}

static int wait_plain(void)
{
	return wait_on_bit(word, BIT_A, TASK_UNINTERRUPTIBLE);
}

static int wait_interruptible(void)
{
	return wait_on_bit(word, BIT_A, TASK_INTERRUPTIBLE);
}

static int wait_killable(void)
{
	return wait_on_bit(word, BIT_A, TASK_KILLABLE);
}

static int wait_long(void)
{
	return wait_on_bit_timeout(word, BIT_A, TASK_UNINTERRUPTIBLE, 100 * HZ);
}

static int lock_plain(void)
{
	return wait_on_bit_lock(word, BIT_A, TASK_UNINTERRUPTIBLE);
}

static int lock_interruptible(void)
{
	return wait_on_bit_lock(word, BIT_A, TASK_INTERRUPTIBLE);
}

static int lock_killable(void)
{
	return wait_on_bit_lock(word, BIT_A, TASK_KILLABLE);
}

static const struct lock_form waits[] = {
	{ wait_plain, nothing, TASK_UNINTERRUPTIBLE },
	{ wait_interruptible, nothing, TASK_INTERRUPTIBLE },
	{ wait_killable, nothing, TASK_KILLABLE },
	{ wait_long, nothing, TASK_UNINTERRUPTIBLE },
};

static const struct lock_form locks[] = {
	{ lock_plain, clear_and_wake, TASK_UNINTERRUPTIBLE },
	{ lock_interruptible, clear_and_wake, TASK_INTERRUPTIBLE },
	{ lock_killable, clear_and_wake, TASK_KILLABLE },
};

#define for_each_form(f, table)                                                                    \
	for (const struct lock_form *f = table; f < table + ARRAY_SIZE(table); f++)

static void a_clear_bit_is_not_waited_for(struct kunit *test)
{
	unsigned long sleeps = current->nvcsw;

	KUNIT_EXPECT_EQ(test, wait_on_bit(word, BIT_A, TASK_UNINTERRUPTIBLE), 0);
	KUNIT_EXPECT_EQ(test, wait_on_bit(word, FAR_BIT, TASK_INTERRUPTIBLE), 0);
	KUNIT_EXPECT_EQ(test, wait_on_bit_timeout(word, BIT_A, TASK_INTERRUPTIBLE, 1), 0);
	KUNIT_EXPECT_EQ(test, wait_on_bit_lock(word, FAR_BIT, TASK_UNINTERRUPTIBLE), 0);
	KUNIT_EXPECT_TRUE(test, test_bit(FAR_BIT, word));
	clear_and_wake_up_bit(FAR_BIT, word);
	KUNIT_EXPECT_FALSE(test, test_bit(FAR_BIT, word));
	wait_var_event(&var, true);
	KUNIT_EXPECT_EQ(test, current->nvcsw, sleeps);
}

static void a_waiter_sleeps_in_its_state_until_the_bit_is_clear(struct kunit *test)
{
	for_each_form(form, waits) check_sleeps_in_its_state(test, form, set_bit_a, clear_and_wake);
	for_each_form(form, locks) check_sleeps_in_its_state(test, form, set_bit_a, clear_and_wake);
}

static void signals_end_the_waits_that_allow_it(struct kunit *test)
{
	for_each_form(form, waits) check_signals(test, form, set_bit_a, clear_and_wake);
	for_each_form(form, locks) check_signals(test, form, set_bit_a, clear_and_wake);
}

static void a_timeout_returns_eagain_and_not_before_its_time(struct kunit *test)
{
	unsigned long start;
	int err;

	set_bit(BIT_A, word);
	start = jiffies;
	err = wait_on_bit_timeout(word, BIT_A, TASK_UNINTERRUPTIBLE, 5);
	KUNIT_EXPECT_EQ(test, err, -EAGAIN);
	KUNIT_EXPECT_GE(test, jiffies - start, 5UL);
	clear_bit(BIT_A, word);
}

/* Other bits that happen to share the queue, and the right one while it is set. */
static void a_wake_up_for_something_else_wakes_nobody(struct kunit *test)
{
	struct waiter w = {};

	set_bit(BIT_A, word);
	start_sleeper(test, &w, &waits[0], FAIR);
	__wake_up_bit(bit_waitqueue(word, BIT_A), word, OTHER);
	KUNIT_EXPECT_TRUE(test, is_asleep(w.task));
	__wake_up_bit(bit_waitqueue(word, BIT_A), word + 1, BIT_A);
	KUNIT_EXPECT_TRUE(test, is_asleep(w.task));
	wake_up_bit(word, BIT_A);
	KUNIT_EXPECT_TRUE(test, is_asleep(w.task));
	clear_and_wake();
	KUNIT_EXPECT_EQ(test, end_waiter(&w), 0);
	KUNIT_EXPECT_EQ(test, w.sleeps, 1);
}

/* Who only waits is woken with all others; of those who want to set the bit, one. */
static void one_wake_up_wakes_all_who_wait_and_one_who_locks(struct kunit *test)
{
	const struct lock_form *form[] = { &locks[0], &waits[0], &locks[0], &waits[1] };
	static const bool woken[] = { true, true, false, true };
	struct waiter w[4] = {};

	take_cpu(test, 0, BOSS);
	set_bit(BIT_A, word);
	for (int i = 0; i < 4; i++) {
		start_waiter(test, &w[i], form[i], 0, 50);
		KUNIT_EXPECT_TRUE(test, eventually(is_asleep(w[i].task)));
	}
	clear_and_wake(); /* none of them runs as long as the case does */
	for (int i = 0; i < 4; i++)
		KUNIT_EXPECT_EQ(test, is_asleep(w[i].task), !woken[i]);
	for (int i = 0; i < 4; i++)
		KUNIT_EXPECT_EQ(test, end_waiter(&w[i]), 0);
	KUNIT_EXPECT_FALSE(test, test_bit(BIT_A, word));
}

/* The wake-up that was spent on it would be lost for the next. */
static void who_was_woken_to_lock_does_so_signal_or_not(struct kunit *test)
{
	struct waiter first = {}, second = {};

	take_cpu(test, 0, BOSS);
	set_bit(BIT_A, word);
	start_waiter(test, &first, &locks[1], 0, 50);
	KUNIT_EXPECT_TRUE(test, eventually(is_asleep(first.task)));
	start_waiter(test, &second, &locks[0], 0, 50);
	KUNIT_EXPECT_TRUE(test, eventually(is_asleep(second.task)));
	clear_and_wake();
	send_sig(SIGINT, first.task, 1);
	KUNIT_EXPECT_EQ(test, end_waiter(&first), 0);
	KUNIT_EXPECT_EQ(test, end_waiter(&second), 0);
}

static void one_task_at_a_time_sets_the_bit(struct kunit *test)
{
	check_contest(test, locks, ARRAY_SIZE(locks), NULL);
	KUNIT_EXPECT_FALSE(test, test_bit(BIT_A, word));
}

/* ---- variables ---- */

static void set_var(void)
{
	WRITE_ONCE(var, 1);
}

static void clear_var(void)
{
	smp_store_mb(var, 0);
	wake_up_var(&var);
}

static int var_plain(void)
{
	wait_var_event(&var, !READ_ONCE(var));
	return 0;
}

static int var_interruptible(void)
{
	return wait_var_event_interruptible(&var, !READ_ONCE(var)) ? -EINTR : 0;
}

static int var_killable(void)
{
	return wait_var_event_killable(&var, !READ_ONCE(var)) ? -EINTR : 0;
}

static int var_long(void)
{
	return wait_var_event_timeout(&var, !READ_ONCE(var), 100 * HZ) ? 0 : -ETIME;
}

static const struct lock_form vars[] = {
	{ var_plain, nothing, TASK_UNINTERRUPTIBLE },
	{ var_interruptible, nothing, TASK_INTERRUPTIBLE },
	{ var_killable, nothing, TASK_KILLABLE },
	{ var_long, nothing, TASK_UNINTERRUPTIBLE },
};

static void wait_var_event_sleeps_until_its_condition(struct kunit *test)
{
	for_each_form(form, vars)
	{
		check_sleeps_in_its_state(test, form, set_var, clear_var);
		check_signals(test, form, set_var, clear_var);
	}
}

static void wake_up_var_wakes_those_of_its_variable(struct kunit *test)
{
	struct waiter w = {};

	set_var();
	start_sleeper(test, &w, &vars[0], FAIR);
	__wake_up_bit(__var_waitqueue(&var), word, -1);
	__wake_up_bit(__var_waitqueue(&var), &var, 0);
	KUNIT_EXPECT_TRUE(test, is_asleep(w.task));
	clear_var();
	KUNIT_EXPECT_EQ(test, end_waiter(&w), 0);
	KUNIT_EXPECT_EQ(test, w.sleeps, 1);
	set_var();
	KUNIT_EXPECT_EQ(test, wait_var_event_timeout(&var, !READ_ONCE(var), 2), 0);
	clear_var();
}

/* ---- nothing is lost ---- */

#define ROUNDS 2000

static int pong(void *over)
{
	for (;;) {
		wait_on_bit(word, FAR_BIT, TASK_UNINTERRUPTIBLE);
		if (READ_ONCE(*(bool *)over))
			return 0;
		set_bit(FAR_BIT, word);
		clear_and_wake_up_bit(BIT_A, word);
	}
}

/* Each waits for the other in turn: a lost wake-up ends the game. */
static void no_wake_up_is_lost(struct kunit *test)
{
	ktime_t end = ktime_get() + 100 * NSEC_PER_MSEC;
	struct task_struct *p;
	bool over = false;
	int err = 0;

	set_bit(BIT_A, word);
	set_bit(FAR_BIT, word);
	p = start_thread(test, pong, &over, ANY_CPU, FAIR);
	for (int i = 0; i < ROUNDS && !err && ktime_get() < end; i++) {
		clear_and_wake_up_bit(FAR_BIT, word);
		err = wait_on_bit_timeout(word, BIT_A, TASK_UNINTERRUPTIBLE, 20 * HZ);
		set_bit(BIT_A, word);
	}
	KUNIT_EXPECT_EQ(test, err, 0);
	over = true;
	clear_and_wake_up_bit(FAR_BIT, word);
	join(p);
	word[0] = word[1] = 0;
}

static void waiting_where_one_may_not_sleep_is_reported(struct kunit *test)
{
	bool panics_before = atomic_sleep_panics;
	u64 mark = log_mark();

	if (!IS_ENABLED(CONFIG_DEBUG_ATOMIC_SLEEP))
		kunit_skip(test, "the release profile does not look");
	atomic_sleep_panics = false;
	preempt_disable();
	wait_on_bit(word, BIT_A, TASK_UNINTERRUPTIBLE);
	preempt_enable();
	KUNIT_EXPECT_TRUE(test, log_has(mark, "sleeping function called from invalid context"));
	mark = log_mark();
	preempt_disable();
	wait_var_event(&var, true);
	preempt_enable();
	KUNIT_EXPECT_TRUE(test, log_has(mark, "sleeping function called from invalid context"));
	atomic_sleep_panics = panics_before;
}

static struct kunit_case wait_bit_cases[] = {
	KUNIT_CASE(a_clear_bit_is_not_waited_for),
	KUNIT_CASE(a_waiter_sleeps_in_its_state_until_the_bit_is_clear),
	KUNIT_CASE(signals_end_the_waits_that_allow_it),
	KUNIT_CASE(a_timeout_returns_eagain_and_not_before_its_time),
	KUNIT_CASE(a_wake_up_for_something_else_wakes_nobody),
	KUNIT_CASE(one_wake_up_wakes_all_who_wait_and_one_who_locks),
	KUNIT_CASE(who_was_woken_to_lock_does_so_signal_or_not),
	KUNIT_CASE(one_task_at_a_time_sets_the_bit),
	KUNIT_CASE(wait_var_event_sleeps_until_its_condition),
	KUNIT_CASE(wake_up_var_wakes_those_of_its_variable),
	KUNIT_CASE(no_wake_up_is_lost),
	KUNIT_CASE(waiting_where_one_may_not_sleep_is_reported),
	{}
};

static struct kunit_suite wait_bit_suite = {
	.name = "wait_bit",
	.test_cases = wait_bit_cases,
};
kunit_test_suite(wait_bit_suite);
