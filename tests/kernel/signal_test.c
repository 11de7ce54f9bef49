// SPDX-License-Identifier: MIT
/* Signals, as far as sleeping needs them: what is accepted, what it ends, and that none is lost on the way to sleep. */
#include "threads.h"

#include <linux/hrtimer.h>
#include <linux/jiffies.h>
#include <linux/sched/signal.h>
#include <linux/wait.h>

static void bad_signal_numbers_are_refused(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, send_sig(0, current, 0), -EINVAL);
	KUNIT_EXPECT_EQ(test, send_sig(-1, current, 0), -EINVAL);
	KUNIT_EXPECT_EQ(test, send_sig(_NSIG + 1, current, 0), -EINVAL);
	KUNIT_EXPECT_FALSE(test, signal_pending(current));
}

static void a_thread_gets_only_the_signals_it_allows(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, send_sig(SIGINT, current, 0), 0);
	KUNIT_EXPECT_FALSE(test, signal_pending(current));
	allow_signal(SIGINT);
	send_sig(SIGTERM, current, 0);
	KUNIT_EXPECT_FALSE(test, signal_pending(current));
	send_sig(SIGINT, current, 0);
	KUNIT_EXPECT_TRUE(test, signal_pending(current));
	KUNIT_EXPECT_FALSE(test, fatal_signal_pending(current));
	disallow_signal(SIGINT);
	KUNIT_EXPECT_FALSE(test, signal_pending(current));
}

static void signals_are_taken_lowest_first_and_once(struct kunit *test)
{
	static const int sigs[] = { SIGTERM, SIGINT, _NSIG, SIGKILL };

	for (int i = 0; i < ARRAY_SIZE(sigs); i++) {
		allow_signal(sigs[i]);
		send_sig(sigs[i], current, 0);
		send_sig(sigs[i], current, 0);
	}
	KUNIT_EXPECT_TRUE(test, fatal_signal_pending(current));
	KUNIT_EXPECT_EQ(test, kernel_dequeue_signal(), SIGINT);
	KUNIT_EXPECT_EQ(test, kernel_dequeue_signal(), SIGKILL);
	KUNIT_EXPECT_FALSE(test, fatal_signal_pending(current));
	KUNIT_EXPECT_EQ(test, kernel_dequeue_signal(), SIGTERM);
	KUNIT_EXPECT_EQ(test, kernel_dequeue_signal(), _NSIG);
	KUNIT_EXPECT_EQ(test, kernel_dequeue_signal(), 0);
	send_sig(SIGINT, current, 0);
	flush_signals(current);
	KUNIT_EXPECT_FALSE(test, signal_pending(current));
}

/* ---- what it wakes ---- */

struct sleeper {
	unsigned int state;
	long timeout, ret;
};

static int sleep_with_signals(void *data)
{
	struct sleeper *s = data;

	allow_signal(SIGINT);
	allow_signal(SIGKILL);
	set_current_state(s->state);
	s->ret = schedule_timeout(s->timeout);
	return kernel_dequeue_signal();
}

static void check_sleep(struct kunit *test, unsigned int state, int sig, bool ends)
{
	struct sleeper s = { .state = state, .timeout = 100 * HZ };
	struct task_struct *p = start_thread(test, sleep_with_signals, &s, ANY_CPU, FAIR);

	wait_until_asleep(p);
	send_sig(sig, p, 0);
	if (!ends) {
		KUNIT_EXPECT_TRUE(test, is_asleep(p));
		wake_up_process(p);
	}
	KUNIT_EXPECT_EQ(test, join(p), sig);
	KUNIT_EXPECT_GT(test, s.ret, 0);
}

static void an_interruptible_sleep_ends_for_any_signal(struct kunit *test)
{
	check_sleep(test, TASK_INTERRUPTIBLE, SIGINT, true);
	check_sleep(test, TASK_INTERRUPTIBLE, SIGKILL, true);
}

static void a_killable_sleep_ends_for_sigkill_only(struct kunit *test)
{
	check_sleep(test, TASK_KILLABLE, SIGINT, false);
	check_sleep(test, TASK_KILLABLE, SIGKILL, true);
}

static void an_uninterruptible_sleep_ends_for_no_signal(struct kunit *test)
{
	check_sleep(test, TASK_UNINTERRUPTIBLE, SIGINT, false);
	check_sleep(test, TASK_UNINTERRUPTIBLE, SIGKILL, false);
	check_sleep(test, TASK_IDLE, SIGKILL, false);
}

static void a_pending_signal_prevents_the_sleep(struct kunit *test)
{
	unsigned long sleeps = current->nvcsw;

	allow_signal(SIGKILL);
	send_sig(SIGKILL, current, 0);
	set_current_state(TASK_INTERRUPTIBLE);
	schedule();
	set_current_state(TASK_KILLABLE);
	schedule();
	KUNIT_EXPECT_EQ(test, current->nvcsw, sleeps);
	KUNIT_EXPECT_EQ(test, get_current_state(), TASK_RUNNING);
	set_current_state(TASK_UNINTERRUPTIBLE);
	KUNIT_EXPECT_EQ(test, schedule_timeout(2), 0);
	KUNIT_EXPECT_EQ(test, current->nvcsw, sleeps + 1);
}

static void a_signal_during_a_preemption_prevents_the_sleep(struct kunit *test)
{
	allow_signal(SIGINT);
	for (int i = 0; i < 20; i++) {
		set_current_state(TASK_INTERRUPTIBLE);
		send_sig(SIGINT, current, 0);
		KUNIT_EXPECT_EQ(test, get_current_state(), TASK_RUNNING);
		schedule();
		KUNIT_EXPECT_EQ(test, kernel_dequeue_signal(), SIGINT);
	}
}

/* ---- none is lost ---- */

struct target {
	int seen, sent;
	ktime_t end;
};

static int take_signals(void *data)
{
	struct target *t = data;

	allow_signal(SIGINT);
	allow_signal(SIGTERM);
	for (;;) {
		int sig;

		set_current_state(TASK_INTERRUPTIBLE);
		schedule();
		while ((sig = kernel_dequeue_signal())) {
			if (sig == SIGTERM)
				return 0;
			WRITE_ONCE(t->seen, t->seen + 1);
		}
	}
}

/* Each signal is sent when the one before has been taken, and so about when the thread goes to sleep. */
static void no_signal_is_lost_on_the_way_to_sleep(struct kunit *test)
{
	struct target t = { .end = ktime_get() + 200 * NSEC_PER_MSEC };
	struct task_struct *p = start_thread(test, take_signals, &t, ANY_CPU, FAIR);

	wait_until_asleep(p);
	while (t.sent < 2000 && ktime_get() < t.end) {
		send_sig(SIGINT, p, 0);
		t.sent++;
		if (!eventually(READ_ONCE(t.seen) == t.sent)) {
			KUNIT_FAIL(test, "signal %d never arrived\n", t.sent);
			break;
		}
	}
	send_sig(SIGTERM, p, 0);
	wake_up_process(p);
	join(p);
}

struct sender {
	struct hrtimer timer;
	struct task_struct *task;
};

static enum hrtimer_restart send_in_interrupt(struct hrtimer *timer)
{
	send_sig(SIGINT, container_of(timer, struct sender, timer)->task, 0);
	return HRTIMER_NORESTART;
}

static void an_interrupt_handler_may_send_a_signal(struct kunit *test)
{
	DECLARE_WAIT_QUEUE_HEAD_ONSTACK(queue);
	struct sender s = { .task = current };
	bool never = false;

	allow_signal(SIGINT);
	hrtimer_init(&s.timer, CLOCK_MONOTONIC, HRTIMER_MODE_REL);
	s.timer.function = send_in_interrupt;
	for (int i = 0; i < 50; i++) {
		hrtimer_start(&s.timer, i * 200, HRTIMER_MODE_REL);
		KUNIT_EXPECT_EQ(test, wait_event_interruptible(queue, READ_ONCE(never)),
				-ERESTARTSYS);
		KUNIT_EXPECT_EQ(test, kernel_dequeue_signal(), SIGINT);
		hrtimer_cancel(&s.timer);
	}
	KUNIT_EXPECT_FALSE(test, waitqueue_active(&queue));
}

static struct kunit_case signal_cases[] = {
	KUNIT_CASE(bad_signal_numbers_are_refused),
	KUNIT_CASE(a_thread_gets_only_the_signals_it_allows),
	KUNIT_CASE(signals_are_taken_lowest_first_and_once),
	KUNIT_CASE(an_interruptible_sleep_ends_for_any_signal),
	KUNIT_CASE(a_killable_sleep_ends_for_sigkill_only),
	KUNIT_CASE(an_uninterruptible_sleep_ends_for_no_signal),
	KUNIT_CASE(a_pending_signal_prevents_the_sleep),
	KUNIT_CASE(a_signal_during_a_preemption_prevents_the_sleep),
	KUNIT_CASE(no_signal_is_lost_on_the_way_to_sleep),
	KUNIT_CASE(an_interrupt_handler_may_send_a_signal),
	{}
};

static struct kunit_suite signal_suite = {
	.name = "signal",
	.test_cases = signal_cases,
};
kunit_test_suite(signal_suite);
