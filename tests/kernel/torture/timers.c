// SPDX-License-Identifier: MIT
/*
 * Torture of timers and hrtimers. Each task sets timers of its own and deletes other tasks' ones. What must hold: a timer
 * that was set fires once, or was deleted before, and is never early; its function never runs twice at once; after
 * del_timer_sync() or hrtimer_cancel() it runs no more.
 */
#include "torture.h"

#include <linux/hrtimer.h>
#include <linux/jiffies.h>
#include <linux/timer.h>

#define TIMERS 4 /* a task */

enum { DELETED, MOVED };

struct victim {
	struct timer_list timer;
	struct hrtimer hrtimer;
	atomic_t inside; /* the function runs */
	unsigned long
		not_before; /* 0: not known, since the timer was moved while it may have been firing */
	ktime_t hr_not_before;
};

static struct victim victims[TORTURE_TASKS][TIMERS];
static atomic_long_t started, ended; /* how often a timer became pending, and stopped being so */
static atomic_long_t fired;

static void function_runs(struct victim *v)
{
	torture_check(atomic_inc_return(&v->inside) == 1);
	atomic_long_inc(&fired);
	atomic_long_inc(&ended);
}

static void timer_fires(struct timer_list *timer)
{
	struct victim *v = from_timer(v, timer, timer);
	unsigned long not_before = READ_ONCE(v->not_before);

	function_runs(v);
	torture_check(in_serving_softirq());
	torture_check(!not_before || time_after_eq(jiffies, not_before));
	if (not_before & 1)
		udelay(20);
	atomic_dec(&v->inside);
}

static enum hrtimer_restart hrtimer_fires(struct hrtimer *timer)
{
	struct victim *v = container_of(timer, struct victim, hrtimer);

	function_runs(v);
	torture_check(in_hardirq());
	torture_check(ktime_get() >= READ_ONCE(v->hr_not_before));
	atomic_dec(&v->inside);
	return HRTIMER_NORESTART;
}

static void note_deleted(struct torturer *t, bool was_pending)
{
	if (!was_pending)
		return;
	t->stat[DELETED]++;
	atomic_long_inc(&ended);
}

/* ---- timers ---- */

/* Only its task sets a timer, so none but that has to wait until an older setting is over. */
static void set_timer(struct torturer *t, struct victim *v)
{
	bool exact = one_in(t, 2);

	if (exact)
		note_deleted(t, del_timer_sync(&v->timer));
	WRITE_ONCE(v->not_before, 0);
	barrier();
	if (exact)
		WRITE_ONCE(v->not_before, jiffies + torture_random(t, 4));
	if (mod_timer(&v->timer, v->not_before ?: jiffies + torture_random(t, 70)))
		t->stat[MOVED]++;
	else
		atomic_long_inc(&started);
}

static void timer_op(struct torturer *t)
{
	struct victim *mine = &victims[t->index][torture_random(t, TIMERS)];
	struct victim *any = &victims[torture_random(t, TORTURE_TASKS)][torture_random(t, TIMERS)];

	switch (torture_random(t, 8)) {
	case 0:
		note_deleted(t, del_timer(&any->timer));
		break;
	case 1:
		note_deleted(t, del_timer_sync(&mine->timer));
		torture_check(!timer_pending(&mine->timer));
		torture_check(!atomic_read(&mine->inside));
		break;
	case 2:
		if (mod_timer_pending(&mine->timer, jiffies + 5))
			t->stat[MOVED]++;
		break;
	default:
		set_timer(t, mine);
	}
}

/* ---- hrtimers ---- */

static void set_hrtimer(struct torturer *t, struct victim *v)
{
	ktime_t delay = torture_random(t, 300000);

	note_deleted(t, hrtimer_cancel(&v->hrtimer));
	WRITE_ONCE(v->hr_not_before, ktime_get() + delay);
	atomic_long_inc(&started);
	hrtimer_start(&v->hrtimer, v->hr_not_before, HRTIMER_MODE_ABS);
}

static void hrtimer_op(struct torturer *t)
{
	struct victim *mine = &victims[t->index][torture_random(t, TIMERS)];
	struct victim *any = &victims[torture_random(t, TORTURE_TASKS)][torture_random(t, TIMERS)];

	switch (torture_random(t, 8)) {
	case 0:
		note_deleted(t, hrtimer_try_to_cancel(&any->hrtimer) == 1);
		break;
	case 1:
		note_deleted(t, hrtimer_cancel(&mine->hrtimer));
		torture_check(!hrtimer_active(&mine->hrtimer));
		torture_check(!atomic_read(&mine->inside));
		break;
	default:
		set_hrtimer(t, mine);
		if (one_in(t, 4))
			udelay(torture_random(t, 300));
	}
}

/* ---- the cases ---- */

static void make_victims(void)
{
	for (int i = 0; i < TORTURE_TASKS; i++) {
		for (int j = 0; j < TIMERS; j++) {
			struct victim *v = &victims[i][j];

			timer_setup(&v->timer, timer_fires, 0);
			hrtimer_init(&v->hrtimer, CLOCK_MONOTONIC, HRTIMER_MODE_ABS);
			v->hrtimer.function = hrtimer_fires;
			atomic_set(&v->inside, 0);
		}
	}
}

static void torture_timers(struct kunit *test, const char *name, void (*op)(struct torturer *t))
{
	struct torture_kind kind = { .name = name, .op = op, .stats = { "deleted", "moved" } };
	long left = 0;

	make_victims();
	atomic_long_set(&started, 0);
	atomic_long_set(&ended, 0);
	atomic_long_set(&fired, 0);
	torture_run(test, &kind, 2);
	for (int i = 0; i < TORTURE_TASKS; i++) {
		for (int j = 0; j < TIMERS; j++) {
			left += del_timer_sync(&victims[i][j].timer);
			left += hrtimer_cancel(&victims[i][j].hrtimer);
			KUNIT_EXPECT_EQ(test, atomic_read(&victims[i][j].inside), 0);
		}
	}
	KUNIT_EXPECT_EQ(test, atomic_long_read(&started), atomic_long_read(&ended) + left);
	KUNIT_EXPECT_GT(test, atomic_long_read(&fired), 0);
	kunit_info(test, "%lld fired\n", atomic_long_read(&fired));
}

static void timers(struct kunit *test)
{
	torture_timers(test, "timers", timer_op);
}

static void hrtimers(struct kunit *test)
{
	torture_timers(test, "hrtimers", hrtimer_op);
}

static struct kunit_case timer_cases[] = { KUNIT_CASE(timers), KUNIT_CASE(hrtimers), {} };

static struct kunit_suite timer_suite = {
	.name = "torture_timers",
	.test_cases = timer_cases,
};
kunit_test_suite(timer_suite);
