// SPDX-License-Identifier: MIT
/*
 * Torture of signals. Tasks sleep for something that never comes, in every state, with and without a time; other tasks
 * send signals to them at any moment. What must hold: a sleep that is not to end for a signal does not; one that is
 * does, whether the signal came before, while it began, or later; and it says so only if there is one.
 */
#include "torture.h"

#include <linux/jiffies.h>
#include <linux/random.h>
#include <linux/wait.h>

enum { SENT, ENDED_BY_SIGNAL, TIMEOUTS };

static DECLARE_WAIT_QUEUE_HEAD(never);
static struct task_struct *targets[TORTURE_TASKS];
static ktime_t
	stuck_since[TORTURE_TASKS]; /* when a task was last seen not to sleep against a signal */

static bool nothing(void)
{
	return torture_stopping();
}

static void send_some(struct torturer *t)
{
	int to = torture_random(t, TORTURE_TASKS);
	struct task_struct *p = READ_ONCE(targets[to]);

	if (!p)
		return;
	send_sig(one_in(t, 2) ? SIGKILL : SIGINT, p, 1);
	t->stat[SENT]++;
}

/* @ret: what the sleep returned; its signals are those that it may end for. */
static void judge(struct torturer *t, long ret, bool pending)
{
	if (ret == -ERESTARTSYS) {
		torture_check(pending);
		t->stat[ENDED_BY_SIGNAL]++;
		return;
	}
	torture_check(ret >= 0);
	t->stat[TIMEOUTS]++;
}

/* A signal that is pending when the sleep begins ends it at once. Only this task takes its signals. */
static void sleep_some(struct torturer *t)
{
	bool before_int = signal_pending(current), before_kill = fatal_signal_pending(current);
	long ticks = 1 + torture_random(t, 4), ret;
	unsigned long start = jiffies;

	switch (torture_random(t, 7)) {
	case 0:
		ret = wait_event_interruptible_timeout(never, nothing(), ticks);
		torture_check(!before_int || ret == -ERESTARTSYS || torture_stopping());
		judge(t, ret, signal_pending(current));
		break;
	case 1:
		ret = wait_event_killable_timeout(never, nothing(), ticks);
		torture_check(!before_kill || ret == -ERESTARTSYS || torture_stopping());
		judge(t, ret, fatal_signal_pending(current));
		break;
	case 2:
		ret = wait_event_timeout(never, nothing(), ticks);
		torture_check(ret >= 0);
		torture_check(ret || time_after_eq(jiffies, start + ticks));
		t->stat[TIMEOUTS]++;
		break;
	case 3:
		ret = wait_event_interruptible(never, nothing());
		judge(t, ret, signal_pending(current));
		break;
	case 4:
		ret = wait_event_killable(never, nothing());
		judge(t, ret, fatal_signal_pending(current));
		break;
	case 5:
		ret = schedule_timeout_interruptible(ticks);
		torture_check(!before_int || ret > 0 || time_after_eq(jiffies, start + ticks));
		break;
	default:
		/* The wake-up of a signal that was taken meanwhile may come late, and end this: ret says nothing. */
		ret = schedule_timeout_killable(ticks);
		torture_check(ret >= 0);
	}
}

static void signal_op(struct torturer *t)
{
	WRITE_ONCE(targets[t->index], current);
	if (one_in(t, 2))
		send_some(t);
	else
		sleep_some(t);
}

/*
 * Nobody sleeps on with a signal pending that its state accepts; where no host delays anybody, a moment is enough to
 * be sure. The tasks are there until the frame has joined them.
 */
static void look_for_sleepers(void)
{
	for (int i = 0; i < TORTURE_TASKS; i++) {
		struct task_struct *p = READ_ONCE(targets[i]);
		ktime_t now = ktime_get();

		if (!p)
			continue;
		if (!is_asleep(p) || !signal_pending_state(READ_ONCE(p->__state), p))
			stuck_since[i] = now;
		torture_check(now - stuck_since[i] <
			      (time_is_exact() ? NSEC_PER_SEC / 10 : PATIENCE));
		send_sig(get_random_u32_below(2) ? SIGINT : SIGKILL, p, 1);
	}
}

static void wake_sleepers(void)
{
	wake_up_all(&never);
}

static void sleeps_that_signals_end(struct kunit *test)
{
	struct torture_kind kind = { .name = "signals",
				     .op = signal_op,
				     .disturb = look_for_sleepers,
				     .stop = wake_sleepers,
				     .stats = { "sent", "sleeps ended by one", "timeouts" } };

	memset(targets, 0, sizeof(targets));
	for (int i = 0; i < TORTURE_TASKS; i++)
		stuck_since[i] = ktime_get();
	torture_run(test, &kind, 1);
	KUNIT_EXPECT_FALSE(test, waitqueue_active(&never));
	KUNIT_EXPECT_GT(test, torture_sum(SENT), 0UL);
	KUNIT_EXPECT_GT(test, torture_sum(ENDED_BY_SIGNAL), 0UL);
}

static struct kunit_case signal_cases[] = { KUNIT_CASE(sleeps_that_signals_end), {} };

static struct kunit_suite signal_suite = {
	.name = "torture_signals",
	.test_cases = signal_cases,
};
kunit_test_suite(signal_suite);
