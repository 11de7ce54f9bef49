// SPDX-License-Identifier: MIT
/* rt_mutexes: who waits lends its priority, along the chain, and only for as long as it waits. */
#include "waiters.h"

#include <linux/rtmutex.h>

static DEFINE_RT_MUTEX(m1);
static DEFINE_RT_MUTEX(m2);

#define PRIO(rt_priority) (MAX_RT_PRIO - 1 - (rt_priority))

static void take(void)
{
	rt_mutex_lock(&m1);
}

static void give(void)
{
	rt_mutex_unlock(&m1);
}

static void give_m2(void)
{
	rt_mutex_unlock(&m2);
}

static int lock_plain(void)
{
	rt_mutex_lock(&m1);
	return 0;
}

static int lock_interruptible(void)
{
	return rt_mutex_lock_interruptible(&m1);
}

static int lock_killable(void)
{
	return rt_mutex_lock_killable(&m1);
}

static int trylock(void)
{
	return rt_mutex_trylock(&m1) ? 0 : -EBUSY;
}

static const struct lock_form forms[] = {
	{ lock_plain, give, TASK_UNINTERRUPTIBLE },
	{ lock_interruptible, give, TASK_INTERRUPTIBLE },
	{ lock_killable, give, TASK_KILLABLE },
	{ trylock, give, TASK_RUNNING },
};

#define PLAIN                     (&forms[0])
#define INTERRUPTIBLE             (&forms[1])
#define for_each_sleeping_form(f) for (const struct lock_form *f = forms; f < forms + 3; f++)

static int lock_m2(void)
{
	return rt_mutex_lock_interruptible(&m2);
}

static const struct lock_form only_m2 = { lock_m2, give_m2, TASK_INTERRUPTIBLE };

/* Has the second, wants the first: the link of a chain. */
static int lock_m2_and_m1(void)
{
	int err;

	rt_mutex_lock(&m2);
	err = rt_mutex_lock_interruptible(&m1);
	if (err)
		rt_mutex_unlock(&m2);
	return err;
}

static void give_m1_and_m2(void)
{
	rt_mutex_unlock(&m1);
	rt_mutex_unlock(&m2);
}

static const struct lock_form link = { lock_m2_and_m1, give_m1_and_m2, TASK_INTERRUPTIBLE };

/* ---- a mutex like others ---- */

static void one_task_at_a_time_has_the_mutex(struct kunit *test)
{
	check_contest(test, forms, ARRAY_SIZE(forms), NULL);
	KUNIT_EXPECT_FALSE(test, rt_mutex_is_locked(&m1));
}

static void trylock_says_whether_it_got_the_mutex(struct kunit *test)
{
	struct waiter w = {};

	KUNIT_EXPECT_EQ(test, rt_mutex_trylock(&m1), 1);
	KUNIT_EXPECT_TRUE(test, rt_mutex_is_locked(&m1));
	start_waiter(test, &w, &forms[3], ANY_CPU, FAIR);
	KUNIT_EXPECT_EQ(test, join(w.task), -EBUSY);
	rt_mutex_unlock(&m1);
	KUNIT_EXPECT_FALSE(test, rt_mutex_is_locked(&m1));
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

static void waiters_are_served_by_priority_and_equals_in_order(struct kunit *test)
{
	static const int prio[] = { FAIR, 10, 30, 10, FAIR, 20 };
	struct waiter w[6] = {};
	char trail[8] = "";

	take_cpu(test, 0, BOSS);
	rt_mutex_lock(&m1);
	for (int i = 0; i < 6; i++) {
		w[i].trail = trail;
		w[i].initial = 'a' + i;
		start_sleeper(test, &w[i], PLAIN, prio[i]);
	}
	rt_mutex_unlock(&m1);
	for (int i = 0; i < 6; i++)
		complete(&w[i].leave);
	for (int i = 0; i < 6; i++)
		join(w[i].task);
	KUNIT_EXPECT_STREQ(test, trail, "cfbdae");
}

/* ---- inheritance ---- */

static void a_waiter_lends_its_priority_until_it_has_the_mutex(struct kunit *test)
{
	struct waiter low = {}, high = {};

	take_cpu(test, 0, BOSS);
	start_waiter(test, &low, PLAIN, 0, 10);
	KUNIT_EXPECT_TRUE(test, eventually(READ_ONCE(low.inside)));
	KUNIT_EXPECT_EQ(test, low.task->prio, PRIO(10));
	start_sleeper(test, &high, PLAIN, 50);
	KUNIT_EXPECT_EQ(test, low.task->prio, PRIO(50));
	KUNIT_EXPECT_EQ(test, low.task->normal_prio, PRIO(10));
	KUNIT_EXPECT_EQ(test, low.task->rt_priority, 10);
	complete(&low.leave);
	KUNIT_EXPECT_TRUE(test, eventually(READ_ONCE(high.inside)));
	KUNIT_EXPECT_EQ(test, high.task->prio, PRIO(50));
	KUNIT_EXPECT_EQ(test, low.task->prio, PRIO(10));
	join(low.task);
	KUNIT_EXPECT_EQ(test, end_waiter(&high), 0);
}

static void a_fair_owner_runs_as_a_real_time_task_meanwhile(struct kunit *test)
{
	struct waiter low = {}, high = {};

	start_waiter(test, &low, PLAIN, ANY_CPU, FAIR);
	KUNIT_EXPECT_TRUE(test, eventually(READ_ONCE(low.inside)));
	KUNIT_EXPECT_FALSE(test, rt_task(low.task));
	start_sleeper(test, &high, INTERRUPTIBLE, 50);
	KUNIT_EXPECT_TRUE(test, rt_task(low.task));
	KUNIT_EXPECT_EQ(test, low.task->policy, SCHED_NORMAL);
	send_sig(SIGINT, high.task, 1);
	KUNIT_EXPECT_EQ(test, join(high.task), -EINTR);
	KUNIT_EXPECT_FALSE(test, rt_task(low.task));
	KUNIT_EXPECT_EQ(test, low.task->prio, DEFAULT_PRIO);
	KUNIT_EXPECT_EQ(test, end_waiter(&low), 0);
}

struct inversion {
	struct completion begin;
	char trail[4];
};

static int low_task(void *data)
{
	struct inversion *i = data;

	rt_mutex_lock(&m1);
	complete(&i->begin);
	compute();
	i->trail[strlen(i->trail)] = 'l';
	rt_mutex_unlock(&m1);
	return 0;
}

static int middle_task(void *data)
{
	struct inversion *i = data;

	compute();
	i->trail[strlen(i->trail)] = 'm';
	return 0;
}

static int high_task(void *data)
{
	struct inversion *i = data;

	rt_mutex_lock(&m1);
	i->trail[strlen(i->trail)] = 'h';
	rt_mutex_unlock(&m1);
	return 0;
}

/* All on one CPU. The case wakes when low is inside, and makes the other two ready. */
static void the_middle_does_not_run_before_the_high(struct kunit *test)
{
	struct inversion i = {};
	struct task_struct *low, *middle, *high;

	init_completion(&i.begin);
	take_cpu(test, 0, BOSS);
	low = new_thread(test, low_task, &i, 0, 10);
	middle = new_thread(test, middle_task, &i, 0, 20);
	high = new_thread(test, high_task, &i, 0, 30);
	wake_up_process(low);
	wait_for_completion(&i.begin);
	wake_up_process(middle);
	wake_up_process(high);
	join(middle);
	join(high);
	join(low);
	KUNIT_EXPECT_STREQ(test, i.trail, "lhm");
}

static void priority_flows_along_the_chain_and_back(struct kunit *test)
{
	struct waiter first = {}, second = {}, third = {};

	start_waiter(test, &first, PLAIN, ANY_CPU, FAIR);
	KUNIT_EXPECT_TRUE(test, eventually(READ_ONCE(first.inside)));
	start_sleeper(test, &second, &link, 10);
	KUNIT_EXPECT_EQ(test, first.task->prio, PRIO(10));
	start_sleeper(test, &third, &only_m2, 50);
	KUNIT_EXPECT_EQ(test, first.task->prio, PRIO(50));
	KUNIT_EXPECT_EQ(test, second.task->prio, PRIO(50));
	send_sig(SIGINT, third.task, 1);
	KUNIT_EXPECT_EQ(test, join(third.task), -EINTR);
	KUNIT_EXPECT_EQ(test, first.task->prio, PRIO(10));
	KUNIT_EXPECT_EQ(test, second.task->prio, PRIO(10));
	KUNIT_EXPECT_EQ(test, end_waiter(&first), 0);
	KUNIT_EXPECT_EQ(test, end_waiter(&second), 0);
}

static void the_most_important_waiter_counts(struct kunit *test)
{
	struct waiter low = {}, w[3] = {};
	static const int prio[] = { 20, 40, 30 };

	start_waiter(test, &low, PLAIN, ANY_CPU, 10);
	KUNIT_EXPECT_TRUE(test, eventually(READ_ONCE(low.inside)));
	for (int i = 0; i < 3; i++)
		start_sleeper(test, &w[i], INTERRUPTIBLE, prio[i]);
	KUNIT_EXPECT_EQ(test, low.task->prio, PRIO(40));
	send_sig(SIGINT, w[1].task, 1);
	KUNIT_EXPECT_EQ(test, join(w[1].task), -EINTR);
	KUNIT_EXPECT_EQ(test, low.task->prio, PRIO(30));
	KUNIT_EXPECT_EQ(test, end_waiter(&low), 0);
	KUNIT_EXPECT_TRUE(test, eventually(READ_ONCE(w[2].inside)));
	KUNIT_EXPECT_EQ(test, w[2].task->prio, PRIO(30));
	KUNIT_EXPECT_EQ(test, end_waiter(&w[2]), 0);
	KUNIT_EXPECT_EQ(test, end_waiter(&w[0]), 0);
}

/* What is given back takes along only what came through it. */
static void what_other_mutexes_lend_stays(struct kunit *test)
{
	struct waiter a = {}, b = {};

	rt_mutex_lock(&m2);
	rt_mutex_lock(&m1);
	start_sleeper(test, &a, PLAIN, 20);
	start_sleeper(test, &b, &only_m2, 40);
	KUNIT_EXPECT_EQ(test, current->prio, PRIO(40));
	rt_mutex_unlock(&m2);
	KUNIT_EXPECT_EQ(test, current->prio, PRIO(20));
	rt_mutex_unlock(&m1);
	KUNIT_EXPECT_EQ(test, current->prio, DEFAULT_PRIO);
	KUNIT_EXPECT_EQ(test, end_waiter(&a), 0);
	KUNIT_EXPECT_EQ(test, end_waiter(&b), 0);
}

static void set_fifo(struct task_struct *p, int prio)
{
	struct sched_param param = { .sched_priority = prio };

	sched_setscheduler_nocheck(p, SCHED_FIFO, &param);
}

static void a_new_priority_of_a_waiter_flows_on(struct kunit *test)
{
	struct waiter low = {}, a = {}, b = {};
	char trail[4] = "";

	start_waiter(test, &low, PLAIN, ANY_CPU, 5);
	KUNIT_EXPECT_TRUE(test, eventually(READ_ONCE(low.inside)));
	a.trail = b.trail = trail;
	a.initial = 'a';
	b.initial = 'b';
	start_sleeper(test, &a, PLAIN, 20);
	start_sleeper(test, &b, PLAIN, 10);
	set_fifo(b.task, 50);
	KUNIT_EXPECT_EQ(test, low.task->prio, PRIO(50));
	set_fifo(b.task, 30);
	KUNIT_EXPECT_EQ(test, low.task->prio, PRIO(30));
	set_fifo(low.task, 15); /* its own does not matter as long as it is lent more */
	KUNIT_EXPECT_EQ(test, low.task->prio, PRIO(30));
	set_fifo(low.task, 60);
	KUNIT_EXPECT_EQ(test, low.task->prio, PRIO(60));
	KUNIT_EXPECT_EQ(test, end_waiter(&low), 0);
	complete(&a.leave);
	complete(&b.leave);
	join(a.task);
	join(b.task);
	KUNIT_EXPECT_STREQ(test, trail, "ba");
}

/* Who waits on, waits for the new owner. */
static void waiters_lend_to_the_next_owner_too(struct kunit *test)
{
	struct waiter w[3] = {};

	start_waiter(test, &w[0], PLAIN, ANY_CPU, FAIR);
	KUNIT_EXPECT_TRUE(test, eventually(READ_ONCE(w[0].inside)));
	start_sleeper(test, &w[1], PLAIN, 20);
	start_sleeper(test, &w[2], PLAIN, 10);
	KUNIT_EXPECT_EQ(test, end_waiter(&w[0]), 0);
	KUNIT_EXPECT_TRUE(test, eventually(READ_ONCE(w[1].inside)));
	KUNIT_EXPECT_EQ(test, w[1].task->prio, PRIO(20));
	set_fifo(w[2].task, 50);
	KUNIT_EXPECT_EQ(test, w[1].task->prio, PRIO(50));
	KUNIT_EXPECT_EQ(test, end_waiter(&w[1]), 0);
	KUNIT_EXPECT_EQ(test, end_waiter(&w[2]), 0);
}

/* ---- deadlock ---- */

/* Past lockdep, which would rightly complain. */
static void a_task_that_would_wait_for_itself_is_told(struct kunit *test)
{
	struct waiter w = {};

	rt_mutex_lock(&m1);
	KUNIT_EXPECT_EQ(test, __rt_mutex_lock_slowpath(&m1, TASK_INTERRUPTIBLE), -EDEADLK);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&m1.owner), (long)current);
	start_sleeper(test, &w, &link, FAIR);
	KUNIT_EXPECT_EQ(test, __rt_mutex_lock_slowpath(&m2, TASK_KILLABLE), -EDEADLK);
	KUNIT_EXPECT_NULL(test, current->pi_blocked_on);
	rt_mutex_unlock(&m1);
	KUNIT_EXPECT_EQ(test, end_waiter(&w), 0);
	KUNIT_EXPECT_FALSE(test, rt_mutex_is_locked(&m1));
	KUNIT_EXPECT_FALSE(test, rt_mutex_is_locked(&m2));
}

static struct kunit_case rtmutex_cases[] = {
	KUNIT_CASE(one_task_at_a_time_has_the_mutex),
	KUNIT_CASE(trylock_says_whether_it_got_the_mutex),
	KUNIT_CASE(a_waiter_sleeps_in_its_state_until_it_is_the_owner),
	KUNIT_CASE(signals_end_the_waits_that_allow_it),
	KUNIT_CASE(who_was_given_the_mutex_has_it_signal_or_not),
	KUNIT_CASE(waiters_are_served_by_priority_and_equals_in_order),
	KUNIT_CASE(a_waiter_lends_its_priority_until_it_has_the_mutex),
	KUNIT_CASE(a_fair_owner_runs_as_a_real_time_task_meanwhile),
	KUNIT_CASE(the_middle_does_not_run_before_the_high),
	KUNIT_CASE(priority_flows_along_the_chain_and_back),
	KUNIT_CASE(the_most_important_waiter_counts),
	KUNIT_CASE(waiters_lend_to_the_next_owner_too),
	KUNIT_CASE(what_other_mutexes_lend_stays),
	KUNIT_CASE(a_new_priority_of_a_waiter_flows_on),
	KUNIT_CASE(a_task_that_would_wait_for_itself_is_told),
	{}
};

static struct kunit_suite rtmutex_suite = {
	.name = "rtmutex",
	.test_cases = rtmutex_cases,
};
kunit_test_suite(rtmutex_suite);
