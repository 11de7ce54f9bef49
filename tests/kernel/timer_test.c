// SPDX-License-Identifier: MIT
/*
 * Time: the timer wheel, high-resolution timers, and sleeping for a while. A timer must never be early, whatever the
 * host does; how late it may be is a question only where guest time is exact. Distances that would take real seconds
 * are waited for only there, too: an idle machine then skips the time in between.
 */
#include "helpers.h"
#include "threads.h"

#include <linux/atomic.h>
#include <linux/hrtimer.h>
#include <linux/jiffies.h>
#include <linux/prandom.h>
#include <linux/sched/signal.h>
#include <linux/timer.h>
#include <linux/vmalloc.h>
#include <asm/msr.h>

/* ---- the wheel ---- */

struct shot {
	struct timer_list timer;
	unsigned long distance, expires, fired_at;
	int count, cpu;
	unsigned long context;
};

static void fire(struct timer_list *t)
{
	struct shot *s = from_timer(s, t, timer);

	WRITE_ONCE(s->fired_at, jiffies);
	s->cpu = raw_smp_processor_id();
	s->context = preempt_count();
	WRITE_ONCE(s->count, s->count + 1);
}

static void arm(struct shot *s, unsigned long distance)
{
	timer_setup(&s->timer, fire, 0);
	s->count = 0;
	s->distance = distance;
	s->expires = jiffies + distance;
	mod_timer(&s->timer, s->expires);
}

/* Just below, at, and just above the distance at which each level begins. */
static unsigned long level_distance(int i)
{
	unsigned long start = i < 3 ? 2 : 63UL << 3 * (i / 3 - 1);

	return start + i % 3 - 1;
}

#define LEVEL_SHOTS 24 /* eight levels */

static void timers_of_all_levels_are_never_early_and_at_most_an_eighth_late(struct kunit *test)
{
	struct shot *shot = kunit_kzalloc(test, LEVEL_SHOTS * sizeof(*shot), GFP_KERNEL);
	bool exact = time_is_exact();
	unsigned long limit = exact ? 4100 : 70;

	KUNIT_ASSERT_NOT_NULL(test, shot);
	KUNIT_EXPECT_EQ(test, set_cpus_allowed_ptr(current, cpumask_of(0)), 0);
	for (int i = 0; i < LEVEL_SHOTS; i++)
		arm(&shot[i], level_distance(i));
	for (int i = 0; i < LEVEL_SHOTS; i++) {
		struct shot *s = &shot[i];

		if (s->distance > limit) {
			KUNIT_EXPECT_EQ(test, s->count, 0);
			KUNIT_EXPECT_EQ(test, del_timer_sync(&s->timer), 1);
			continue;
		}
		KUNIT_EXPECT_TRUE(test, eventually(READ_ONCE(s->count)));
		KUNIT_EXPECT_TRUE(test, time_after_eq(s->fired_at, s->expires));
		if (exact)
			KUNIT_EXPECT_LE(test, s->fired_at - s->expires, s->distance * 8 / 63 + 1);
	}
}

static void a_timer_of_the_past_fires_at_the_next_tick(struct kunit *test)
{
	struct shot s;
	unsigned long start = jiffies;

	arm(&s, -10UL);
	KUNIT_EXPECT_TRUE(test, eventually(READ_ONCE(s.count)));
	if (time_is_exact())
		KUNIT_EXPECT_LE(test, s.fired_at - start, 2);
}

static void the_function_runs_once_in_softirq_on_the_timers_cpu(struct kunit *test)
{
	int cpu;

	for_each_online_cpu(cpu) {
		struct shot s = {};

		timer_setup(&s.timer, fire, 0);
		s.timer.expires = jiffies + 1;
		add_timer_on(&s.timer, cpu);
		KUNIT_EXPECT_TRUE(test, eventually(READ_ONCE(s.count)));
		schedule_timeout_uninterruptible(2);
		KUNIT_EXPECT_EQ(test, s.count, 1);
		KUNIT_EXPECT_EQ(test, s.cpu, cpu);
		KUNIT_EXPECT_EQ(test, s.context & (HARDIRQ_MASK | NMI_MASK | SOFTIRQ_OFFSET),
				SOFTIRQ_OFFSET);
		KUNIT_EXPECT_FALSE(test, timer_pending(&s.timer));
		del_timer_sync(&s.timer);
	}
}

static void adding_changing_and_deleting_say_what_was_pending(struct kunit *test)
{
	struct shot s = {};

	timer_setup(&s.timer, fire, 0);
	KUNIT_EXPECT_EQ(test, del_timer(&s.timer), 0);
	KUNIT_EXPECT_EQ(test, mod_timer_pending(&s.timer, jiffies + 1000), 0);
	KUNIT_EXPECT_FALSE(test, timer_pending(&s.timer));
	KUNIT_EXPECT_EQ(test, mod_timer(&s.timer, jiffies + 1000), 0);
	KUNIT_EXPECT_TRUE(test, timer_pending(&s.timer));
	KUNIT_EXPECT_EQ(test, mod_timer(&s.timer, jiffies + 2000), 1);
	KUNIT_EXPECT_EQ(test, mod_timer_pending(&s.timer, jiffies + 3000), 1);
	s.expires = s.timer.expires;
	KUNIT_EXPECT_EQ(test, timer_reduce(&s.timer, s.expires + 5), 1);
	KUNIT_EXPECT_EQ(test, s.timer.expires, s.expires);
	KUNIT_EXPECT_EQ(test, timer_reduce(&s.timer, s.expires - 5), 1);
	KUNIT_EXPECT_EQ(test, s.timer.expires, s.expires - 5);
	KUNIT_EXPECT_EQ(test, del_timer(&s.timer), 1);
	KUNIT_EXPECT_EQ(test, del_timer_sync(&s.timer), 0);
	s.timer.expires = jiffies + 1000;
	add_timer(&s.timer);
	KUNIT_EXPECT_EQ(test, try_to_del_timer_sync(&s.timer), 1);
	KUNIT_EXPECT_EQ(test, s.count, 0);
}

static void a_timer_that_is_changed_fires_at_the_new_time_only(struct kunit *test)
{
	struct shot late, soon;

	local_irq_disable(); /* so that it does not fire before it is changed */
	arm(&late, 1);
	mod_timer(&late.timer, jiffies + 8);
	local_irq_enable();
	late.expires = late.timer.expires;
	arm(&soon, 4000);
	mod_timer(&soon.timer, jiffies + 2);
	KUNIT_EXPECT_TRUE(test, eventually(READ_ONCE(soon.count)));
	KUNIT_EXPECT_TRUE(test, eventually(READ_ONCE(late.count)));
	KUNIT_EXPECT_TRUE(test, time_after_eq(late.fired_at, late.expires));
	KUNIT_EXPECT_EQ(test, late.count, 1);
	KUNIT_EXPECT_EQ(test, soon.count, 1);
	del_timer_sync(&late.timer);
	del_timer_sync(&soon.timer);
}

static void rearm(struct timer_list *t)
{
	struct shot *s = from_timer(s, t, timer);

	s->count++;
	if (s->count < 5)
		mod_timer(t, jiffies + 1);
}

static void a_function_may_restart_its_own_timer(struct kunit *test)
{
	struct shot s = {};

	timer_setup(&s.timer, rearm, 0);
	mod_timer(&s.timer, jiffies + 1);
	KUNIT_EXPECT_TRUE(test, eventually(READ_ONCE(s.count) == 5));
	KUNIT_EXPECT_EQ(test, del_timer_sync(&s.timer), 0);
}

/* A function that stays inside until it is told to go. */
struct slow {
	struct timer_list timer;
	struct hrtimer hrtimer;
	bool inside, go, left;
};

static void stay_inside(struct slow *s)
{
	WRITE_ONCE(s->inside, true);
	spin_until(READ_ONCE(s->go));
	WRITE_ONCE(s->left, true);
}

static void slow_timer(struct timer_list *t)
{
	stay_inside(container_of(t, struct slow, timer));
}

static int let_go(void *data)
{
	struct slow *s = data;

	for (int i = 0; i < 50; i++)
		compute();
	WRITE_ONCE(s->go, true);
	return 0;
}

static void del_timer_sync_waits_for_the_function(struct kunit *test)
{
	int cpu = other_cpu(test, 0);
	struct slow s = {};
	struct task_struct *p;

	KUNIT_EXPECT_EQ(test, set_cpus_allowed_ptr(current, cpumask_of(0)), 0);
	timer_setup(&s.timer, slow_timer, 0);
	s.timer.expires = jiffies + 1;
	add_timer_on(&s.timer, cpu);
	KUNIT_EXPECT_TRUE(test, eventually(READ_ONCE(s.inside)));
	KUNIT_EXPECT_EQ(test, try_to_del_timer_sync(&s.timer), -1);
	KUNIT_EXPECT_EQ(test, del_timer(&s.timer), 0);
	p = start_thread(test, let_go, &s, 0, FAIR);
	KUNIT_EXPECT_EQ(test, del_timer_sync(&s.timer), 0);
	KUNIT_EXPECT_TRUE(test, READ_ONCE(s.left));
	join(p);
}

/* Several CPUs restart and delete the same timers; in the end no timer is left, and no function runs. */
struct race {
	struct timer_list timer[16];
	atomic_t fired;
	ktime_t end;
};

static struct race race;

static void count_race(struct timer_list *t)
{
	atomic_inc(&race.fired);
}

static int race_timers(void *data)
{
	struct rnd_state rnd;

	prandom_seed_state(&rnd, (long)data);
	for (int i = 0; i < 20000 && ktime_get() < race.end; i++) {
		u32 r = prandom_u32_state(&rnd);
		struct timer_list *t = &race.timer[r % 16];

		switch (r >> 4 & 3) {
		case 0:
			del_timer_sync(t);
			break;
		case 1:
			del_timer(t);
			break;
		default:
			mod_timer(t, jiffies + (r >> 8) % 4);
		}
	}
	return 0;
}

static void timers_stand_changes_from_all_cpus_at_once(struct kunit *test)
{
	struct task_struct *p[8];
	int fired;

	atomic_set(&race.fired, 0);
	race.end = ktime_get() + 100 * NSEC_PER_MSEC;
	for (int i = 0; i < 16; i++)
		timer_setup(&race.timer[i], count_race, 0);
	for (long i = 0; i < 8; i++)
		p[i] = start_thread(test, race_timers, (void *)i, i % num_online_cpus(), FAIR);
	for (int i = 0; i < 8; i++)
		join(p[i]);
	for (int i = 0; i < 16; i++)
		del_timer_sync(&race.timer[i]);
	fired = atomic_read(&race.fired);
	schedule_timeout_uninterruptible(6);
	KUNIT_EXPECT_EQ(test, atomic_read(&race.fired), fired);
	for (int i = 0; i < 16; i++)
		KUNIT_EXPECT_FALSE(test, timer_pending(&race.timer[i]));
}

#define MANY  100000
#define BATCH 1000

/* Cycles to add, or delete, timer @from to @from + BATCH - 1. */
static u64 cost_of_batch(struct timer_list *timer, int from, bool add)
{
	u64 start = rdtsc();

	for (int i = from; i < from + BATCH; i++) {
		if (add)
			mod_timer(&timer[i], jiffies + 20000 + i * 7 % 50000);
		else
			del_timer(&timer[i]);
	}
	return rdtsc() - start;
}

static u64 best_cost(struct timer_list *timer, int from, int to, bool add)
{
	u64 best = U64_MAX;

	for (; from < to; from += BATCH)
		best = min(best, cost_of_batch(timer, from, add));
	return best;
}

static void adding_and_deleting_cost_the_same_with_100000_timers(struct kunit *test)
{
	struct timer_list *timer = vmalloc(MANY * sizeof(*timer));
	u64 add_first, add_last, del_first, del_last;
	int times = time_is_exact() ? 2 : 8;

	KUNIT_ASSERT_NOT_NULL(test, timer);
	for (int i = 0; i < MANY; i++)
		timer_setup(&timer[i], fire, 0);
	add_first = best_cost(timer, 0, MANY / 10, true);
	best_cost(timer, MANY / 10, MANY / 10 * 9, true);
	add_last = best_cost(timer, MANY / 10 * 9, MANY, true);
	del_first = best_cost(timer, 0, MANY / 10, false);
	best_cost(timer, MANY / 10, MANY / 10 * 9, false);
	del_last = best_cost(timer, MANY / 10 * 9, MANY, false);
	KUNIT_EXPECT_LT(test, add_last, times * add_first);
	KUNIT_EXPECT_LT(test, del_first, times * del_last);
	for (int i = 0; i < MANY; i++)
		KUNIT_EXPECT_FALSE(test, timer_pending(&timer[i]));
	vfree(timer);
}

/* ---- high-resolution timers ---- */

struct hrshot {
	struct hrtimer timer;
	ktime_t fired_at, period;
	int count, restarts, order, cpu;
	unsigned long context;
};

static int next_order;

static enum hrtimer_restart hrfire(struct hrtimer *t)
{
	struct hrshot *s = container_of(t, struct hrshot, timer);

	s->fired_at = ktime_get();
	s->cpu = raw_smp_processor_id();
	s->context = preempt_count();
	s->order = next_order++;
	WRITE_ONCE(s->count, s->count + 1);
	if (s->count > s->restarts)
		return HRTIMER_NORESTART;
	hrtimer_forward_now(t, s->period);
	return HRTIMER_RESTART;
}

static void hrarm(struct hrshot *s)
{
	*s = (struct hrshot){};
	hrtimer_init(&s->timer, CLOCK_MONOTONIC, HRTIMER_MODE_ABS);
	s->timer.function = hrfire;
}

#define HRSHOTS 200

static void hrtimers_expire_in_order_never_early_and_on_time(struct kunit *test)
{
	struct hrshot *s = kunit_kmalloc(test, HRSHOTS * sizeof(*s), GFP_KERNEL);
	bool exact = time_is_exact();
	struct rnd_state rnd;
	ktime_t start;

	KUNIT_ASSERT_NOT_NULL(test, s);
	KUNIT_EXPECT_EQ(test, set_cpus_allowed_ptr(current, cpumask_of(0)), 0);
	prandom_seed_state(&rnd, 42);
	next_order = 0;
	start = ktime_get() + 20 * NSEC_PER_MSEC;
	for (int i = 0; i < HRSHOTS; i++) {
		hrarm(&s[i]);
		hrtimer_start(&s[i].timer, start + prandom_u32_state(&rnd) % (40 * NSEC_PER_MSEC),
			      HRTIMER_MODE_ABS);
	}
	for (int i = 0; i < HRSHOTS; i++) {
		KUNIT_EXPECT_TRUE(test, eventually(READ_ONCE(s[i].count)));
		KUNIT_EXPECT_GE(test, s[i].fired_at, hrtimer_get_expires(&s[i].timer));
		if (exact)
			KUNIT_EXPECT_LT(test, s[i].fired_at - hrtimer_get_expires(&s[i].timer),
					NSEC_PER_MSEC);
		KUNIT_EXPECT_EQ(test, s[i].context & HARDIRQ_MASK, HARDIRQ_OFFSET);
	}
	for (int i = 0; i < HRSHOTS; i++)
		for (int j = 0; j < i; j++)
			if ((s[i].timer.expires < s[j].timer.expires) !=
				    (s[i].order < s[j].order) &&
			    s[i].timer.expires != s[j].timer.expires)
				KUNIT_FAIL(test, "%d and %d expired in the wrong order\n", i, j);
	for (int i = 0; i < HRSHOTS; i++)
		hrtimer_cancel(&s[i].timer);
}

static void an_hrtimer_that_is_late_already_fires_at_once(struct kunit *test)
{
	struct hrshot s;

	hrarm(&s);
	hrtimer_start(&s.timer, ktime_get() - NSEC_PER_SEC, HRTIMER_MODE_ABS);
	KUNIT_EXPECT_TRUE(test, spin_until(READ_ONCE(s.count)));
	hrarm(&s);
	hrtimer_start(&s.timer, 0, HRTIMER_MODE_REL);
	KUNIT_EXPECT_TRUE(test, spin_until(READ_ONCE(s.count)));
	hrtimer_cancel(&s.timer);
}

static void an_earlier_hrtimer_overtakes_a_later_one(struct kunit *test)
{
	struct hrshot late, soon;

	hrarm(&late);
	hrarm(&soon);
	hrtimer_start(&late.timer, 100 * NSEC_PER_SEC, HRTIMER_MODE_REL);
	hrtimer_start(&soon.timer, 100 * NSEC_PER_USEC, HRTIMER_MODE_REL);
	KUNIT_EXPECT_TRUE(test, eventually(READ_ONCE(soon.count)));
	KUNIT_EXPECT_EQ(test, late.count, 0);
	KUNIT_EXPECT_EQ(test, hrtimer_cancel(&late.timer), 1);
	hrtimer_cancel(&soon.timer);
}

static void an_hrtimer_for_never_does_not_fire(struct kunit *test)
{
	struct hrshot s;

	hrarm(&s);
	hrtimer_start(&s.timer, KTIME_MAX - 1, HRTIMER_MODE_REL);
	msleep(1);
	KUNIT_EXPECT_EQ(test, s.count, 0);
	KUNIT_EXPECT_EQ(test, s.timer.expires, KTIME_MAX);
	KUNIT_EXPECT_EQ(test, hrtimer_cancel(&s.timer), 1);
}

static void restarting_an_hrtimer_makes_it_periodic(struct kunit *test)
{
	struct hrshot s;
	ktime_t start;

	hrarm(&s);
	s.period = 2 * NSEC_PER_MSEC;
	s.restarts = 9;
	start = ktime_get();
	hrtimer_start(&s.timer, start + s.period, HRTIMER_MODE_ABS);
	KUNIT_EXPECT_TRUE(test, eventually(READ_ONCE(s.count) == 10));
	KUNIT_EXPECT_GE(test, s.fired_at - start, 10 * s.period);
	if (time_is_exact())
		KUNIT_EXPECT_LT(test, s.fired_at - start, 10 * s.period + NSEC_PER_MSEC);
	KUNIT_EXPECT_EQ(test, hrtimer_cancel(&s.timer), 0);
}

static void hrtimer_forward_counts_the_periods(struct kunit *test)
{
	struct hrshot s;

	hrarm(&s);
	hrtimer_set_expires(&s.timer, 1000);
	KUNIT_EXPECT_EQ(test, hrtimer_forward(&s.timer, 999, 100), 0);
	KUNIT_EXPECT_EQ(test, hrtimer_get_expires(&s.timer), 1000);
	KUNIT_EXPECT_EQ(test, hrtimer_forward(&s.timer, 1000, 100), 1);
	KUNIT_EXPECT_EQ(test, hrtimer_get_expires(&s.timer), 1100);
	KUNIT_EXPECT_EQ(test, hrtimer_forward(&s.timer, 1350, 100), 3);
	KUNIT_EXPECT_EQ(test, hrtimer_get_expires(&s.timer), 1400);
}

static void cancelling_says_what_was_queued(struct kunit *test)
{
	struct hrshot s;

	hrarm(&s);
	KUNIT_EXPECT_FALSE(test, hrtimer_active(&s.timer));
	KUNIT_EXPECT_EQ(test, hrtimer_cancel(&s.timer), 0);
	hrtimer_start(&s.timer, 100 * NSEC_PER_SEC, HRTIMER_MODE_REL);
	KUNIT_EXPECT_TRUE(test, hrtimer_active(&s.timer));
	KUNIT_EXPECT_TRUE(test, hrtimer_is_queued(&s.timer));
	KUNIT_EXPECT_GT(test, hrtimer_get_remaining(&s.timer), 50 * NSEC_PER_SEC);
	KUNIT_EXPECT_EQ(test, hrtimer_try_to_cancel(&s.timer), 1);
	KUNIT_EXPECT_FALSE(test, hrtimer_active(&s.timer));
	KUNIT_EXPECT_EQ(test, s.count, 0);
}

static enum hrtimer_restart slow_hrtimer(struct hrtimer *t)
{
	stay_inside(container_of(t, struct slow, hrtimer));
	return HRTIMER_NORESTART;
}

static int start_slow_hrtimer(void *data)
{
	struct slow *s = data;

	hrtimer_start(&s->hrtimer, NSEC_PER_USEC, HRTIMER_MODE_REL);
	return 0;
}

static void hrtimer_cancel_waits_for_the_function(struct kunit *test)
{
	int cpu = other_cpu(test, 0);
	struct slow s = {};
	struct task_struct *p, *q;

	KUNIT_EXPECT_EQ(test, set_cpus_allowed_ptr(current, cpumask_of(0)), 0);
	hrtimer_init(&s.hrtimer, CLOCK_MONOTONIC, HRTIMER_MODE_REL);
	s.hrtimer.function = slow_hrtimer;
	p = start_thread(test, start_slow_hrtimer, &s, cpu, FAIR);
	KUNIT_EXPECT_TRUE(test, eventually(READ_ONCE(s.inside)));
	KUNIT_EXPECT_TRUE(test, hrtimer_active(&s.hrtimer));
	KUNIT_EXPECT_EQ(test, hrtimer_try_to_cancel(&s.hrtimer), -1);
	q = start_thread(test, let_go, &s, 0, FAIR);
	KUNIT_EXPECT_EQ(test, hrtimer_cancel(&s.hrtimer), 0);
	KUNIT_EXPECT_TRUE(test, READ_ONCE(s.left));
	join(p);
	join(q);
}

static struct hrshot shared[4];

static int race_hrtimers(void *data)
{
	ktime_t end = ktime_get() + 50 * NSEC_PER_MSEC;
	struct rnd_state rnd;

	prandom_seed_state(&rnd, (long)data);
	for (int i = 0; i < 10000 && ktime_get() < end; i++) {
		u32 r = prandom_u32_state(&rnd);

		if (r & 8)
			hrtimer_cancel(&shared[r % 4].timer);
		else
			hrtimer_start(&shared[r % 4].timer, r >> 16, HRTIMER_MODE_REL);
	}
	return 0;
}

static void hrtimers_stand_changes_from_all_cpus_at_once(struct kunit *test)
{
	struct task_struct *p[8];

	for (int i = 0; i < 4; i++)
		hrarm(&shared[i]);
	for (long i = 0; i < 8; i++)
		p[i] = start_thread(test, race_hrtimers, (void *)i, i % num_online_cpus(), FAIR);
	for (int i = 0; i < 8; i++)
		join(p[i]);
	for (int i = 0; i < 4; i++) {
		hrtimer_cancel(&shared[i].timer);
		KUNIT_EXPECT_FALSE(test, hrtimer_active(&shared[i].timer));
	}
}

/* ---- conversions ---- */

static void conversions_to_jiffies_round_up(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, msecs_to_jiffies(0), 0);
	KUNIT_EXPECT_EQ(test, msecs_to_jiffies(1), 1);
	KUNIT_EXPECT_EQ(test, msecs_to_jiffies(MSEC_PER_SEC / HZ), 1);
	KUNIT_EXPECT_EQ(test, msecs_to_jiffies(MSEC_PER_SEC / HZ + 1), 2);
	KUNIT_EXPECT_EQ(test, msecs_to_jiffies(1000), HZ);
	KUNIT_EXPECT_EQ(test, msecs_to_jiffies(-1), MAX_JIFFY_OFFSET);
	KUNIT_EXPECT_EQ(test, usecs_to_jiffies(1), 1);
	KUNIT_EXPECT_EQ(test, usecs_to_jiffies(USEC_PER_SEC / HZ), 1);
	KUNIT_EXPECT_EQ(test, usecs_to_jiffies(USEC_PER_SEC / HZ + 1), 2);
	KUNIT_EXPECT_EQ(test, nsecs_to_jiffies(TICK_NSEC - 1), 0);
	KUNIT_EXPECT_EQ(test, nsecs_to_jiffies(TICK_NSEC), 1);
	KUNIT_EXPECT_EQ(test, jiffies_to_msecs(HZ), 1000);
	KUNIT_EXPECT_EQ(test, jiffies_to_usecs(1), USEC_PER_SEC / HZ);
	KUNIT_EXPECT_EQ(test, jiffies_to_nsecs(3), 3 * TICK_NSEC);
}

static void comparisons_of_jiffies_stand_a_wrap(struct kunit *test)
{
	unsigned long before = ULONG_MAX - 1, after = 3;

	KUNIT_EXPECT_TRUE(test, time_after(after, before));
	KUNIT_EXPECT_FALSE(test, time_after(before, after));
	KUNIT_EXPECT_TRUE(test, time_before(before, after));
	KUNIT_EXPECT_TRUE(test, time_after_eq(after, after));
	KUNIT_EXPECT_TRUE(test, time_in_range(after, before, after));
}

static void jiffies_count_guest_time(struct kunit *test)
{
	for (int i = 0; i < 5; i++) {
		unsigned long passed = jiffies - INITIAL_JIFFIES;

		KUNIT_EXPECT_LE(test, passed * TICK_NSEC, ktime_get());
		if (time_is_exact())
			KUNIT_EXPECT_GE(test, (jiffies - INITIAL_JIFFIES + 2) * TICK_NSEC,
					ktime_get());
		schedule_timeout_uninterruptible(3);
	}
}

static void ktime_get_never_goes_back_from_cpu_to_cpu(struct kunit *test)
{
	ktime_t last = ktime_get(), now;
	int cpu;

	for (int i = 0; i < 50; i++) {
		for_each_online_cpu(cpu) {
			set_cpus_allowed_ptr(current, cpumask_of(cpu));
			now = ktime_get();
			KUNIT_EXPECT_LE(test, last, now);
			last = now;
		}
	}
}

/* ---- sleeping for a time ---- */

static void msleep_and_usleep_range_are_never_short(struct kunit *test)
{
	for (int i = 0; i < 6; i++) {
		ktime_t start = ktime_get();

		msleep(i);
		KUNIT_EXPECT_GE(test, ktime_get() - start, i * NSEC_PER_MSEC);
		start = ktime_get();
		usleep_range(137 * i, 150 * i);
		KUNIT_EXPECT_GE(test, ktime_get() - start, 137 * i * NSEC_PER_USEC);
	}
}

static void usleep_range_is_exact(struct kunit *test)
{
	s64 late, best = S64_MAX;

	for (int i = 0; i < 10; i++) {
		ktime_t start = ktime_get();

		usleep_range(500, 600);
		late = ktime_get() - start - 500 * NSEC_PER_USEC;
		KUNIT_EXPECT_GE(test, late, 0);
		best = min(best, late);
	}
	if (time_is_exact()) /* or else the host may hold the CPU up for longer */
		KUNIT_EXPECT_LT(test, best, TICK_NSEC / 4);
}

static void udelay_is_never_short(struct kunit *test)
{
	for (int i = 1; i < 100; i += 7) {
		ktime_t start = ktime_get();

		udelay(i);
		KUNIT_EXPECT_GE(test, ktime_get() - start, i * NSEC_PER_USEC);
	}
}

static int sleep_ten_seconds(void *data)
{
	long *left = data;

	allow_signal(SIGINT);
	*left = msleep_interruptible(10000);
	return signal_pending(current);
}

static void msleep_interruptible_returns_what_a_signal_left(struct kunit *test)
{
	struct task_struct *p;
	long left;

	p = start_thread(test, sleep_ten_seconds, &left, ANY_CPU, FAIR);
	wait_until_asleep(p);
	send_sig(SIGINT, p, 0);
	KUNIT_EXPECT_EQ(test, join(p), 1);
	KUNIT_EXPECT_GT(test, left, 0);
	KUNIT_EXPECT_LE(test, left, 10004);
	KUNIT_EXPECT_EQ(test, msleep_interruptible(1), 0);
}

static void a_negative_timeout_is_reported_and_does_not_sleep(struct kunit *test)
{
	unsigned long sleeps = current->nvcsw;
	u64 mark = log_mark();

	set_current_state(TASK_INTERRUPTIBLE);
	KUNIT_EXPECT_EQ(test, schedule_timeout(-5), 0);
	KUNIT_EXPECT_EQ(test, get_current_state(), TASK_RUNNING);
	KUNIT_EXPECT_EQ(test, current->nvcsw, sleeps);
	KUNIT_EXPECT_TRUE(test, log_has(mark, "schedule_timeout: wrong timeout value -5"));
}

static void schedule_timeout_returns_0_at_its_end_in_every_state(struct kunit *test)
{
	static signed long (*const forms[])(signed long) = {
		schedule_timeout_interruptible,
		schedule_timeout_killable,
		schedule_timeout_uninterruptible,
		schedule_timeout_idle,
	};

	for (int i = 0; i < ARRAY_SIZE(forms); i++) {
		unsigned long start = jiffies;

		KUNIT_EXPECT_EQ(test, forms[i](2), 0);
		KUNIT_EXPECT_GE(test, jiffies - start, 2);
		KUNIT_EXPECT_EQ(test, get_current_state(), TASK_RUNNING);
	}
}

static int sleep_long(void *data)
{
	set_current_state(TASK_UNINTERRUPTIBLE);
	return schedule_timeout((long)data) > 0;
}

static void schedule_timeout_returns_what_a_wakeup_left(struct kunit *test)
{
	static const long timeouts[] = { 10 * HZ, MAX_SCHEDULE_TIMEOUT };

	for (int i = 0; i < 2; i++) {
		struct task_struct *p =
			start_thread(test, sleep_long, (void *)timeouts[i], ANY_CPU, FAIR);

		wait_until_asleep(p);
		wake_up_process(p);
		KUNIT_EXPECT_EQ(test, join(p), 1);
	}
}

static int sleep_until(void *data)
{
	ktime_t expires = ktime_get() + 100 * NSEC_PER_SEC;

	set_current_state(TASK_INTERRUPTIBLE);
	return schedule_hrtimeout(&expires, HRTIMER_MODE_ABS);
}

static void schedule_hrtimeout_says_whether_the_time_is_up(struct kunit *test)
{
	struct task_struct *p = start_thread(test, sleep_until, NULL, ANY_CPU, FAIR);
	ktime_t start, us = 300 * NSEC_PER_USEC;

	wait_until_asleep(p);
	wake_up_process(p);
	KUNIT_EXPECT_EQ(test, join(p), -EINTR);
	start = ktime_get();
	set_current_state(TASK_UNINTERRUPTIBLE);
	KUNIT_EXPECT_EQ(test, schedule_hrtimeout(&us, HRTIMER_MODE_REL), 0);
	KUNIT_EXPECT_GE(test, ktime_get() - start, us);
	KUNIT_EXPECT_EQ(test, get_current_state(), TASK_RUNNING);
}

static struct kunit_case timer_cases[] = {
	KUNIT_CASE(timers_of_all_levels_are_never_early_and_at_most_an_eighth_late),
	KUNIT_CASE(a_timer_of_the_past_fires_at_the_next_tick),
	KUNIT_CASE(the_function_runs_once_in_softirq_on_the_timers_cpu),
	KUNIT_CASE(adding_changing_and_deleting_say_what_was_pending),
	KUNIT_CASE(a_timer_that_is_changed_fires_at_the_new_time_only),
	KUNIT_CASE(a_function_may_restart_its_own_timer),
	KUNIT_CASE(del_timer_sync_waits_for_the_function),
	KUNIT_CASE(timers_stand_changes_from_all_cpus_at_once),
	KUNIT_CASE(adding_and_deleting_cost_the_same_with_100000_timers),
	KUNIT_CASE(hrtimers_expire_in_order_never_early_and_on_time),
	KUNIT_CASE(an_hrtimer_that_is_late_already_fires_at_once),
	KUNIT_CASE(an_earlier_hrtimer_overtakes_a_later_one),
	KUNIT_CASE(an_hrtimer_for_never_does_not_fire),
	KUNIT_CASE(restarting_an_hrtimer_makes_it_periodic),
	KUNIT_CASE(hrtimer_forward_counts_the_periods),
	KUNIT_CASE(cancelling_says_what_was_queued),
	KUNIT_CASE(hrtimer_cancel_waits_for_the_function),
	KUNIT_CASE(hrtimers_stand_changes_from_all_cpus_at_once),
	KUNIT_CASE(conversions_to_jiffies_round_up),
	KUNIT_CASE(comparisons_of_jiffies_stand_a_wrap),
	KUNIT_CASE(jiffies_count_guest_time),
	KUNIT_CASE(ktime_get_never_goes_back_from_cpu_to_cpu),
	KUNIT_CASE(msleep_and_usleep_range_are_never_short),
	KUNIT_CASE(usleep_range_is_exact),
	KUNIT_CASE(udelay_is_never_short),
	KUNIT_CASE(msleep_interruptible_returns_what_a_signal_left),
	KUNIT_CASE(a_negative_timeout_is_reported_and_does_not_sleep),
	KUNIT_CASE(schedule_timeout_returns_0_at_its_end_in_every_state),
	KUNIT_CASE(schedule_timeout_returns_what_a_wakeup_left),
	KUNIT_CASE(schedule_hrtimeout_says_whether_the_time_is_up),
	{}
};

static struct kunit_suite timer_suite = {
	.name = "timer",
	.test_cases = timer_cases,
};
kunit_test_suite(timer_suite);
