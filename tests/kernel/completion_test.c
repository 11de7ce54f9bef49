// SPDX-License-Identifier: MIT
/* Completions: they count, they wake in order, and they may live on the waiter's stack. */
#include "threads.h"

#include <linux/completion.h>
#include <linux/hrtimer.h>
#include <linux/jiffies.h>
#include <linux/limits.h>
#include <linux/sched/signal.h>

static void complete_before_the_wait_is_remembered(struct kunit *test)
{
	DECLARE_COMPLETION_ONSTACK(x);
	unsigned long sleeps = current->nvcsw;

	KUNIT_EXPECT_FALSE(test, completion_done(&x));
	complete(&x);
	KUNIT_EXPECT_TRUE(test, completion_done(&x));
	wait_for_completion(&x);
	KUNIT_EXPECT_FALSE(test, completion_done(&x));
	KUNIT_EXPECT_EQ(test, current->nvcsw, sleeps);
}

static void each_complete_lets_one_waiter_go(struct kunit *test)
{
	DECLARE_COMPLETION_ONSTACK(x);

	for (int i = 0; i < 3; i++)
		complete(&x);
	for (int i = 0; i < 3; i++)
		KUNIT_EXPECT_TRUE(test, try_wait_for_completion(&x));
	KUNIT_EXPECT_FALSE(test, try_wait_for_completion(&x));
	KUNIT_EXPECT_EQ(test, wait_for_completion_timeout(&x, 1), 0);
}

static void complete_all_holds_until_reinit(struct kunit *test)
{
	DECLARE_COMPLETION_ONSTACK(x);

	complete_all(&x);
	complete(&x);
	for (int i = 0; i < 3; i++) {
		wait_for_completion(&x);
		KUNIT_EXPECT_TRUE(test, try_wait_for_completion(&x));
	}
	KUNIT_EXPECT_TRUE(test, completion_done(&x));
	reinit_completion(&x);
	KUNIT_EXPECT_FALSE(test, completion_done(&x));
	KUNIT_EXPECT_FALSE(test, try_wait_for_completion(&x));
}

/* ---- the forms ---- */

struct form {
	long (*wait)(struct completion *x);
	unsigned int state;
	bool timed;
};

#define TIMEOUT (10 * HZ)

static long plain(struct completion *x)
{
	wait_for_completion(x);
	return 0;
}

static long interruptible(struct completion *x)
{
	return wait_for_completion_interruptible(x);
}

static long killable(struct completion *x)
{
	return wait_for_completion_killable(x);
}

static long timeout(struct completion *x)
{
	return wait_for_completion_timeout(x, TIMEOUT);
}

static long interruptible_timeout(struct completion *x)
{
	return wait_for_completion_interruptible_timeout(x, TIMEOUT);
}

static long killable_timeout(struct completion *x)
{
	return wait_for_completion_killable_timeout(x, TIMEOUT);
}

static const struct form forms[] = {
	{ plain, TASK_UNINTERRUPTIBLE, false },
	{ interruptible, TASK_INTERRUPTIBLE, false },
	{ killable, TASK_KILLABLE, false },
	{ timeout, TASK_UNINTERRUPTIBLE, true },
	{ interruptible_timeout, TASK_INTERRUPTIBLE, true },
	{ killable_timeout, TASK_KILLABLE, true },
};

#define for_each_form(f) for (const struct form *f = forms; f < forms + ARRAY_SIZE(forms); f++)

struct waiter {
	struct completion *x;
	const struct form *form;
	char name;
	char *trail;
};

static int wait_in_form(void *data)
{
	struct waiter *w = data;
	long ret;

	allow_signal(SIGINT);
	allow_signal(SIGKILL);
	ret = w->form->wait(w->x);
	if (w->trail)
		w->trail[strlen(w->trail)] = w->name;
	return ret;
}

static struct task_struct *start_waiter(struct kunit *test, struct waiter *w)
{
	struct task_struct *p = start_thread(test, wait_in_form, w, ANY_CPU, FAIR);

	wait_until_asleep(p);
	return p;
}

static void a_waiter_sleeps_in_its_state_until_completed(struct kunit *test)
{
	for_each_form(form)
	{
		DECLARE_COMPLETION_ONSTACK(x);
		struct waiter w = { &x, form };
		struct task_struct *p = start_waiter(test, &w);
		long ret;

		KUNIT_EXPECT_EQ(test, p->__state, form->state);
		complete(&x);
		ret = join(p);
		KUNIT_EXPECT_TRUE(test, form->timed ? ret > 0 && ret <= TIMEOUT : !ret);
		KUNIT_EXPECT_FALSE(test, completion_done(&x));
		KUNIT_EXPECT_FALSE(test, waitqueue_active(&x.wait));
	}
}

static void a_spurious_wakeup_does_not_end_the_wait(struct kunit *test)
{
	for_each_form(form)
	{
		DECLARE_COMPLETION_ONSTACK(x);
		struct waiter w = { &x, form };
		struct task_struct *p = start_waiter(test, &w);

		for (int i = 0; i < 3; i++) {
			wake_up_process(p);
			wait_until_asleep(p);
		}
		complete(&x);
		KUNIT_EXPECT_GE(test, join(p), 0);
		KUNIT_EXPECT_FALSE(test, completion_done(&x));
	}
}

static void signals_end_the_waits_that_allow_it(struct kunit *test)
{
	for_each_form(form)
	{
		for (int sig = SIGINT; sig <= SIGKILL; sig += SIGKILL - SIGINT) {
			DECLARE_COMPLETION_ONSTACK(x);
			struct waiter w = { &x, form };
			struct task_struct *p = start_waiter(test, &w);

			send_sig(sig, p, 0);
			if ((form->state & TASK_INTERRUPTIBLE) ||
			    (sig == SIGKILL && (form->state & TASK_WAKEKILL))) {
				KUNIT_EXPECT_EQ(test, join(p), -ERESTARTSYS);
				KUNIT_EXPECT_FALSE(test, waitqueue_active(&x.wait));
				continue;
			}
			KUNIT_EXPECT_TRUE(test, is_asleep(p));
			complete(&x);
			KUNIT_EXPECT_GE(test, join(p), 0);
		}
	}
}

static void a_timeout_returns_0_and_not_before_its_time(struct kunit *test)
{
	DECLARE_COMPLETION_ONSTACK(x);
	unsigned long start = jiffies;

	KUNIT_EXPECT_EQ(test, wait_for_completion_timeout(&x, 3), 0);
	KUNIT_EXPECT_GE(test, jiffies - start, 3);
	start = jiffies;
	KUNIT_EXPECT_EQ(test, wait_for_completion_interruptible_timeout(&x, 3), 0);
	KUNIT_EXPECT_GE(test, jiffies - start, 3);
	KUNIT_EXPECT_EQ(test, wait_for_completion_killable_timeout(&x, 0), 0);
	complete(&x);
	KUNIT_EXPECT_GE(test, wait_for_completion_timeout(&x, 1), 1);
	complete(&x);
	KUNIT_EXPECT_EQ(test, wait_for_completion_timeout(&x, 0), 1);
}

static void complete_wakes_in_the_order_of_waiting(struct kunit *test)
{
	DECLARE_COMPLETION_ONSTACK(x);
	struct task_struct *p[5];
	struct waiter w[5];
	char trail[8] = "";

	take_cpu(test, 0, BOSS);
	for (int i = 0; i < 5; i++) {
		w[i] = (struct waiter){ &x, &forms[0], 'a' + i, trail };
		p[i] = start_thread(test, wait_in_form, &w[i], 0, 10);
		wait_until_asleep(p[i]);
	}
	complete(&x);
	complete(&x);
	KUNIT_EXPECT_TRUE(test, is_asleep(p[2]));
	join(p[0]);
	join(p[1]);
	complete_all(&x);
	for (int i = 2; i < 5; i++)
		join(p[i]);
	KUNIT_EXPECT_STREQ(test, trail, "abcde");
}

/* ---- from an interrupt, on the stack ---- */

struct late {
	struct hrtimer timer;
	struct completion *x;
};

static enum hrtimer_restart complete_in_interrupt(struct hrtimer *timer)
{
	complete(container_of(timer, struct late, timer)->x);
	return HRTIMER_NORESTART;
}

static void an_interrupt_completes(struct kunit *test)
{
	DECLARE_COMPLETION_ONSTACK(x);
	struct late late = { .x = &x };

	hrtimer_init(&late.timer, CLOCK_MONOTONIC, HRTIMER_MODE_REL);
	late.timer.function = complete_in_interrupt;
	for (int i = 0; i < 50; i++) {
		hrtimer_start(&late.timer, i * 300, HRTIMER_MODE_REL);
		wait_for_completion(&x);
	}
	hrtimer_cancel(&late.timer);
}

struct errand {
	struct completion *x; /* on the stack of the one who sent this */
	struct completion begun;
	bool over;
};

static int run_errands(void *data)
{
	struct errand *e = data;

	for (;;) {
		wait_for_completion(&e->begun);
		if (e->over)
			return 0;
		complete(e->x);
	}
}

/* The waiter returns and reuses its stack as soon as it can; complete() must be through with it by then. */
static noinline void send_errand(struct kunit *test, struct errand *e)
{
	struct {
		struct completion x;
		u8 after[64];
	} frame;

	init_completion(&frame.x);
	memset(frame.after, 0x5a, sizeof(frame.after));
	e->x = &frame.x;
	complete(&e->begun);
	wait_for_completion(&frame.x);
	memset(&frame, 0xa5, sizeof(frame));
	barrier();
	for (int i = 0; i < sizeof(frame); i++)
		KUNIT_EXPECT_EQ(test, ((volatile u8 *)&frame)[i], 0xa5);
}

static void a_completion_may_live_on_the_waiters_stack(struct kunit *test)
{
	ktime_t end = ktime_get() + 200 * NSEC_PER_MSEC;
	struct errand e = {};
	struct task_struct *p;

	init_completion(&e.begun);
	p = start_thread(test, run_errands, &e, ANY_CPU, FAIR);
	for (int i = 0; i < 1000 && ktime_get() < end; i++)
		send_errand(test, &e);
	e.over = true;
	complete(&e.begun);
	join(p);
}

static struct kunit_case completion_cases[] = {
	KUNIT_CASE(complete_before_the_wait_is_remembered),
	KUNIT_CASE(each_complete_lets_one_waiter_go),
	KUNIT_CASE(complete_all_holds_until_reinit),
	KUNIT_CASE(a_waiter_sleeps_in_its_state_until_completed),
	KUNIT_CASE(a_spurious_wakeup_does_not_end_the_wait),
	KUNIT_CASE(signals_end_the_waits_that_allow_it),
	KUNIT_CASE(a_timeout_returns_0_and_not_before_its_time),
	KUNIT_CASE(complete_wakes_in_the_order_of_waiting),
	KUNIT_CASE(an_interrupt_completes),
	KUNIT_CASE(a_completion_may_live_on_the_waiters_stack),
	{}
};

static struct kunit_suite completion_suite = {
	.name = "completion",
	.test_cases = completion_cases,
};
kunit_test_suite(completion_suite);
