// SPDX-License-Identifier: MIT
/* Mutexes: one task at a time, served in order, and the waiter spins while the owner runs. */
#include "waiters.h"

#include <linux/mutex.h>
#include "../../kernel/debug/report.h"
#include "../../kernel/locking/lockdep_internals.h"
#include "helpers.h"

static DEFINE_MUTEX(mutex);

static void take(void)
{
	mutex_lock(&mutex);
}

static void give(void)
{
	mutex_unlock(&mutex);
}

static int lock_plain(void)
{
	mutex_lock(&mutex);
	return 0;
}

static int lock_interruptible(void)
{
	return mutex_lock_interruptible(&mutex);
}

static int lock_killable(void)
{
	return mutex_lock_killable(&mutex);
}

static int trylock(void)
{
	return mutex_trylock(&mutex) ? 0 : -EBUSY;
}

static const struct lock_form forms[] = {
	{ lock_plain, give, TASK_UNINTERRUPTIBLE },
	{ lock_interruptible, give, TASK_INTERRUPTIBLE },
	{ lock_killable, give, TASK_KILLABLE },
	{ trylock, give, TASK_RUNNING },
};

#define PLAIN                     (&forms[0])
#define for_each_sleeping_form(f) for (const struct lock_form *f = forms; f < forms + 3; f++)

static void one_task_at_a_time_has_the_mutex(struct kunit *test)
{
	check_contest(test, forms, ARRAY_SIZE(forms), NULL);
	KUNIT_EXPECT_FALSE(test, mutex_is_locked(&mutex));
}

static void trylock_says_whether_it_got_the_mutex(struct kunit *test)
{
	struct waiter w = {};

	KUNIT_EXPECT_FALSE(test, mutex_is_locked(&mutex));
	KUNIT_EXPECT_EQ(test, mutex_trylock(&mutex), 1);
	KUNIT_EXPECT_TRUE(test, mutex_is_locked(&mutex));
	start_waiter(test, &w, &forms[3], ANY_CPU, FAIR);
	KUNIT_EXPECT_EQ(test, join(w.task), -EBUSY);
	mutex_unlock(&mutex);
	KUNIT_EXPECT_FALSE(test, mutex_is_locked(&mutex));
}

static void a_waiter_sleeps_in_its_state_until_it_is_the_owner(struct kunit *test)
{
	for_each_sleeping_form(form) check_sleeps_in_its_state(test, form, take, give);
}

static void signals_end_the_waits_that_allow_it(struct kunit *test)
{
	for_each_sleeping_form(form) check_signals(test, form, take, give);
}

static void who_was_given_the_mutex_has_it_signal_or_not(struct kunit *test)
{
	for_each_sleeping_form(form) check_granted_before_the_signal(test, form, take, give);
}

static void waiters_are_served_in_the_order_they_came(struct kunit *test)
{
	struct waiter w[6] = {};
	char trail[8] = "";

	mutex_lock(&mutex);
	for (int i = 0; i < 6; i++) {
		w[i].trail = trail;
		w[i].initial = 'a' + i;
		start_sleeper(test, &w[i], &forms[i % 3], FAIR);
	}
	send_sig(SIGINT, w[1].task, 1); /* the second gives up: an interruptible one */
	KUNIT_EXPECT_EQ(test, join(w[1].task), -EINTR);
	mutex_unlock(&mutex);
	for (int i = 0; i < 6; i++)
		complete(&w[i].leave);
	for (int i = 0; i < 6; i++)
		if (i != 1)
			KUNIT_EXPECT_EQ(test, end_waiter(&w[i]), 0);
	KUNIT_EXPECT_STREQ(test, trail, "acdef");
	KUNIT_EXPECT_FALSE(test, mutex_is_locked(&mutex));
}

static void nobody_overtakes_a_waiter(struct kunit *test)
{
	struct waiter w = {};

	take_cpu(test, 0, BOSS);
	mutex_lock(&mutex);
	start_waiter(test, &w, PLAIN, 0, 50);
	KUNIT_EXPECT_TRUE(test, eventually(is_asleep(w.task)));
	mutex_unlock(&mutex);
	/* It has not run yet; all the same it has the mutex. */
	KUNIT_EXPECT_TRUE(test, mutex_is_locked(&mutex));
	KUNIT_EXPECT_EQ(test, mutex_trylock(&mutex), 0);
	KUNIT_EXPECT_EQ(test, end_waiter(&w), 0);
}

static bool has_waiters(void)
{
	return atomic_long_read(&mutex.owner) & MUTEX_FLAG_WAITERS;
}

static void a_waiter_spins_while_the_owner_runs(struct kunit *test)
{
	struct waiter w = {};
	int cpu;

	take_cpu(test, 0, BOSS);
	cpu = other_cpu(test, 0);
	mutex_lock(&mutex);
	start_waiter(test, &w, PLAIN, cpu, 50);
	KUNIT_EXPECT_TRUE(test, spin_until(has_waiters()));
	for (int i = 0; i < 10; i++)
		compute();
	mutex_unlock(&mutex);
	KUNIT_EXPECT_TRUE(test, spin_until(READ_ONCE(w.inside)));
	KUNIT_EXPECT_EQ(test, end_waiter(&w), 0);
	KUNIT_EXPECT_EQ(test, w.sleeps, 0);
}

static void a_waiter_sleeps_when_the_owner_sleeps(struct kunit *test)
{
	struct waiter w = {};
	int cpu;

	take_cpu(test, 0, BOSS);
	cpu = other_cpu(test, 0);
	mutex_lock(&mutex);
	start_waiter(test, &w, PLAIN, cpu, 50);
	KUNIT_EXPECT_TRUE(test, spin_until(has_waiters()));
	KUNIT_EXPECT_TRUE(test, eventually(is_asleep(w.task)));
	mutex_unlock(&mutex);
	KUNIT_EXPECT_EQ(test, end_waiter(&w), 0);
	KUNIT_EXPECT_GT(test, w.sleeps, 0);
}

static int lock_unlock_and_end(void *unused)
{
	mutex_lock(&mutex);
	for (int i = 0; i < 100; i++)
		cpu_relax();
	mutex_unlock(&mutex);
	return 0;
}

/* Each life's task_struct is freed while others may still look whether the owner runs. */
static void an_owner_may_end_at_once(struct kunit *test)
{
	ktime_t end = ktime_get() + 50 * NSEC_PER_MSEC;
	struct task_struct *p[4];
	int lives = 0;

	while (lives < 400 && ktime_get() < end) {
		for (int i = 0; i < 4; i++)
			p[i] = start_thread(test, lock_unlock_and_end, NULL, ANY_CPU, FAIR);
		lock_unlock_and_end(NULL);
		for (int i = 0; i < 4; i++)
			join(p[i]);
		lives += 4;
	}
	KUNIT_EXPECT_FALSE(test, mutex_is_locked(&mutex));
}

static void the_holder_may_sleep_and_reports_list_the_mutex(struct kunit *test)
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
	mutex_lock(&mutex);
	nap(&us);
	KUNIT_EXPECT_FALSE(test, log_has(mark, "BUG: "));
	preempt_disable();
	might_sleep();
	preempt_enable();
	mutex_unlock(&mutex);
	snprintf(here, sizeof(here), "tests/kernel/mutex_test.c:%d)", line);
	KUNIT_EXPECT_TRUE(test, log_has(mark, "1 lock held by"));
	KUNIT_EXPECT_TRUE(test, log_has_both(mark, " #0: (mutex){+.+.}, taken at", here));
	KUNIT_EXPECT_TRUE(test, log_has(mark, "Rule broken: code between preempt_disable()"));
	atomic_sleep_panics = panics_before;
}

static void taking_a_free_mutex_where_one_may_not_sleep_is_reported(struct kunit *test)
{
	bool panics_before = atomic_sleep_panics;
	u64 mark = log_mark();

	if (!IS_ENABLED(CONFIG_DEBUG_ATOMIC_SLEEP))
		kunit_skip(test, "the release profile does not look");
	atomic_sleep_panics = false;
	local_irq_disable();
	mutex_lock(&mutex);
	mutex_unlock(&mutex);
	local_irq_enable();
	KUNIT_EXPECT_TRUE(test, log_has(mark, "sleeping function called from invalid context"));
	atomic_sleep_panics = panics_before;
}

#ifdef CONFIG_DEBUG_LOCK_ALLOC

static void misused_mutexes_are_reported(struct kunit *test)
{
	static struct lockdep_sandbox sandbox;
	static DEFINE_MUTEX(m);
	u64 mark = log_mark();

	lockdep_set_sandbox(&sandbox);
	atomic_long_set(&m.owner, (long)&init_task);
	mutex_unlock(&m);
	KUNIT_EXPECT_TRUE(test, log_has(mark, "mutex (m): unlocked by kunit/misused_"));
	KUNIT_EXPECT_EQ(test, sandbox.report.kind, LOCKDEP_BAD_UNLOCK);
	lockdep_set_sandbox(&sandbox);
	mutex_lock(&m);
	mark = log_mark();
	mutex_destroy(&m);
	KUNIT_EXPECT_TRUE(test, log_has(mark, "mutex (m): destroyed while it is locked"));
	mark = log_mark();
	mutex_unlock(&m);
	KUNIT_EXPECT_TRUE(test, log_has(mark, "destroyed, or never initialised"));
	lockdep_set_sandbox(NULL);
	mutex_init(&m);
}

#endif

static struct kunit_case mutex_cases[] = {
	KUNIT_CASE(one_task_at_a_time_has_the_mutex),
	KUNIT_CASE(trylock_says_whether_it_got_the_mutex),
	KUNIT_CASE(a_waiter_sleeps_in_its_state_until_it_is_the_owner),
	KUNIT_CASE(signals_end_the_waits_that_allow_it),
	KUNIT_CASE(who_was_given_the_mutex_has_it_signal_or_not),
	KUNIT_CASE(waiters_are_served_in_the_order_they_came),
	KUNIT_CASE(nobody_overtakes_a_waiter),
	KUNIT_CASE(a_waiter_spins_while_the_owner_runs),
	KUNIT_CASE(a_waiter_sleeps_when_the_owner_sleeps),
	KUNIT_CASE(an_owner_may_end_at_once),
	KUNIT_CASE(the_holder_may_sleep_and_reports_list_the_mutex),
	KUNIT_CASE(taking_a_free_mutex_where_one_may_not_sleep_is_reported),
#ifdef CONFIG_DEBUG_LOCK_ALLOC
	KUNIT_CASE(misused_mutexes_are_reported),
#endif
	{}
};

static struct kunit_suite mutex_suite = {
	.name = "mutex",
	.test_cases = mutex_cases,
};
kunit_test_suite(mutex_suite);
