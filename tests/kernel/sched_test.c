// SPDX-License-Identifier: MIT
/*
 * The scheduler's rules: who runs when, and where. Most cases take a CPU with the highest priority, make tasks ready
 * there in a certain order, sleep, and look at what came of it. Shares of CPU time are compared in guest time; where
 * the host may stop a CPU for a while, the shares get more time to even out, which unfair ones never do.
 */
#include "threads.h"

#include <linux/atomic.h>
#include <linux/hrtimer.h>
#include <linux/jiffies.h>
#include <linux/mm.h>
#include <linux/vmalloc.h>
#include <asm/msr.h>

/* ---- order ---- */

/* What happened, in order, as letters. */
struct trail {
	atomic_t length;
	char steps[62];
};

static void step(struct trail *trail, char c)
{
	trail->steps[atomic_inc_return(&trail->length) - 1] = c;
}

struct walker {
	struct trail *trail;
	char name;
	struct task_struct *wakes; /* in the middle of the walk, if not NULL */
};

/* Leave one letter, or two with a wake-up in between: "h" and "H". */
static int walk(void *data)
{
	struct walker *w = data;

	step(w->trail, w->name);
	if (w->wakes) {
		wake_up_process(w->wakes);
		step(w->trail, w->name - 'a' + 'A');
	}
	return 0;
}

#define FIFO_TASKS 8

static void run_walkers(struct kunit *test, struct trail *trail, const int *prios)
{
	struct task_struct *p[FIFO_TASKS];
	struct walker w[FIFO_TASKS];

	for (int i = 0; i < FIFO_TASKS; i++) {
		w[i] = (struct walker){ trail, 'a' + i, NULL };
		p[i] = new_thread(test, walk, &w[i], 0, prios[i]);
	}
	for (int i = 0; i < FIFO_TASKS; i++)
		wake_up_process(p[i]);
	KUNIT_EXPECT_EQ(test, atomic_read(&trail->length), 0);
	for (int i = 0; i < FIFO_TASKS; i++)
		join(p[i]);
}

static void fifo_tasks_run_in_the_order_they_were_woken(struct kunit *test)
{
	static const int prios[FIFO_TASKS] = { 10, 10, 10, 10, 10, 10, 10, 10 };
	struct trail trail = {};

	take_cpu(test, 0, BOSS);
	run_walkers(test, &trail, prios);
	KUNIT_EXPECT_STREQ(test, trail.steps, "abcdefgh");
}

static void higher_priority_runs_first(struct kunit *test)
{
	static const int prios[FIFO_TASKS] = { 10, 30, FAIR, 89, 1, 30, 64, 35 };
	struct trail trail = {};

	take_cpu(test, 0, BOSS);
	run_walkers(test, &trail, prios);
	KUNIT_EXPECT_STREQ(test, trail.steps, "dghbfaec");
}

static void waking_a_higher_priority_preempts_at_once(struct kunit *test)
{
	struct trail trail = {};
	struct walker w = { &trail, 'h', NULL };
	struct task_struct *p;

	take_cpu(test, 0, 10);
	p = new_thread(test, walk, &w, 0, 11);
	wake_up_process(p);
	step(&trail, 'm');
	join(p);
	KUNIT_EXPECT_STREQ(test, trail.steps, "hm");
}

static void waking_an_equal_or_lower_priority_does_not_preempt(struct kunit *test)
{
	struct trail trail = {};
	struct walker w = { &trail, 'e', NULL }, v = { &trail, 'l', NULL };
	struct task_struct *p, *q;

	take_cpu(test, 0, 10);
	q = new_thread(test, walk, &v, 0, 9);
	p = new_thread(test, walk, &w, 0, 10);
	wake_up_process(q);
	wake_up_process(p);
	step(&trail, 'm');
	join(p);
	join(q);
	KUNIT_EXPECT_STREQ(test, trail.steps, "mel");
}

static void yield_goes_behind_equals_but_not_behind_lower_ones(struct kunit *test)
{
	struct trail trail = {};
	struct walker w[4] = { { &trail, 'l' }, { &trail, 'a' }, { &trail, 'b' }, { &trail, 'c' } };
	struct task_struct *p[4];

	take_cpu(test, 0, 10);
	for (int i = 0; i < 4; i++)
		p[i] = new_thread(test, walk, &w[i], 0, i ? 10 : 9);
	for (int i = 0; i < 4; i++)
		wake_up_process(p[i]);
	yield();
	step(&trail, 'm');
	for (int i = 0; i < 4; i++)
		join(p[i]);
	KUNIT_EXPECT_STREQ(test, trail.steps, "abcml");
}

static void preempted_fifo_task_stays_first_of_its_priority(struct kunit *test)
{
	struct trail trail = {};
	struct walker h = { &trail, 'h', NULL }, a = { &trail, 'a', NULL },
		      b = { &trail, 'b', NULL };
	struct task_struct *ph, *pa, *pb;

	take_cpu(test, 0, BOSS);
	ph = new_thread(test, walk, &h, 0, 20);
	a.wakes = ph;
	pa = start_thread(test, walk, &a, 0, 10);
	pb = start_thread(test, walk, &b, 0, 10);
	join(pa);
	join(pb);
	join(ph);
	KUNIT_EXPECT_STREQ(test, trail.steps, "ahAb");
}

static void lowering_the_own_priority_lets_others_run_at_once(struct kunit *test)
{
	struct sched_param param = { .sched_priority = 5 };
	struct trail trail = {};
	struct walker w = { &trail, 'a', NULL };
	struct task_struct *p;

	take_cpu(test, 0, 20);
	p = start_thread(test, walk, &w, 0, 10);
	step(&trail, '1');
	KUNIT_EXPECT_EQ(test, sched_setscheduler_nocheck(current, SCHED_FIFO, &param), 0);
	step(&trail, '2');
	join(p);
	KUNIT_EXPECT_STREQ(test, trail.steps, "1a2");
}

static void raising_the_priority_of_a_queued_task_preempts_at_once(struct kunit *test)
{
	struct sched_param param = { .sched_priority = 30 };
	struct trail trail = {};
	struct walker a = { &trail, 'a', NULL }, b = { &trail, 'b', NULL };
	struct task_struct *p, *q;

	take_cpu(test, 0, 20);
	p = start_thread(test, walk, &a, 0, FAIR);
	q = start_thread(test, walk, &b, 0, FAIR);
	step(&trail, '1');
	KUNIT_EXPECT_EQ(test, sched_setscheduler_nocheck(q, SCHED_FIFO, &param), 0);
	step(&trail, '2');
	join(p);
	join(q);
	KUNIT_EXPECT_STREQ(test, trail.steps, "1b2a");
}

static void schedule_in_state_running_does_not_sleep(struct kunit *test)
{
	unsigned long sleeps = current->nvcsw;

	for (int i = 0; i < 100; i++)
		schedule();
	KUNIT_EXPECT_EQ(test, current->nvcsw, sleeps);
}

static void cond_resched_lets_a_task_that_is_due_run(struct kunit *test)
{
	bool resched = false;

	take_cpu(test, 0, 20);
	for (int i = 0; i < 100 && !resched; i++) { /* an interrupt in between may do it instead */
		struct trail trail = {};
		struct walker w = { &trail, 'a', NULL };
		struct task_struct *p = new_thread(test, walk, &w, 0, 30);

		preempt_disable();
		wake_up_process(p);
		KUNIT_EXPECT_TRUE(test, need_resched());
		preempt_enable_no_resched();
		resched = cond_resched();
		KUNIT_EXPECT_EQ(test, atomic_read(&trail.length), 1);
		join(p);
	}
	KUNIT_EXPECT_TRUE(test, resched);
	KUNIT_EXPECT_EQ(test, cond_resched(), 0);
}

static void bad_policies_and_priorities_are_refused(struct kunit *test)
{
	struct sched_param p0 = { 0 }, p1 = { 1 }, p99 = { 99 }, p100 = { 100 }, minus = { -1 };

	KUNIT_EXPECT_EQ(test, sched_setscheduler_nocheck(current, SCHED_FIFO, &p0), -EINVAL);
	KUNIT_EXPECT_EQ(test, sched_setscheduler_nocheck(current, SCHED_RR, &p100), -EINVAL);
	KUNIT_EXPECT_EQ(test, sched_setscheduler_nocheck(current, SCHED_FIFO, &minus), -EINVAL);
	KUNIT_EXPECT_EQ(test, sched_setscheduler_nocheck(current, SCHED_NORMAL, &p1), -EINVAL);
	KUNIT_EXPECT_EQ(test, sched_setscheduler_nocheck(current, 99, &p0), -EINVAL);
	KUNIT_EXPECT_EQ(test, current->policy, SCHED_NORMAL);
	KUNIT_EXPECT_EQ(test, sched_setscheduler_nocheck(current, SCHED_FIFO, &p99), 0);
	KUNIT_EXPECT_EQ(test, current->prio, 0);
	KUNIT_EXPECT_EQ(test, sched_setscheduler_nocheck(current, SCHED_IDLE, &p0), 0);
	set_user_nice(current, -100);
	KUNIT_EXPECT_EQ(test, task_nice(current), MIN_NICE);
	set_user_nice(current, 100);
	KUNIT_EXPECT_EQ(test, task_nice(current), MAX_NICE);
	sched_set_fifo(current);
	KUNIT_EXPECT_EQ(test, task_nice(current), MAX_NICE);
	KUNIT_EXPECT_TRUE(test, rt_task(current));
}

/* ---- preempted is not sleeping ---- */

struct victim {
	struct task_struct *preemptor;
	struct hrtimer timer;
	bool by_interrupt;
	bool preempted;           /* set by the preemptor */
	unsigned int state_after; /* the preemption */
};

static int preempt_victim(void *data)
{
	struct victim *v = data;

	WRITE_ONCE(v->preempted, true);
	return 0;
}

static enum hrtimer_restart wake_preemptor(struct hrtimer *timer)
{
	wake_up_process(container_of(timer, struct victim, timer)->preemptor);
	return HRTIMER_NORESTART;
}

/* Announce a sleep, and be preempted before going through with it. */
static int be_preempted(void *data)
{
	struct victim *v = data;

	hrtimer_init(&v->timer, CLOCK_MONOTONIC, HRTIMER_MODE_REL);
	v->timer.function = wake_preemptor;
	set_current_state(TASK_UNINTERRUPTIBLE);
	if (v->by_interrupt)
		hrtimer_start(&v->timer, 20 * NSEC_PER_USEC, HRTIMER_MODE_REL);
	else
		wake_up_process(v->preemptor);
	spin_until(READ_ONCE(v->preempted));
	v->state_after = get_current_state();
	__set_current_state(TASK_RUNNING);
	hrtimer_cancel(&v->timer);
	return 1;
}

static void check_preempted_victim(struct kunit *test, bool by_interrupt)
{
	struct victim v = { .by_interrupt = by_interrupt };
	struct task_struct *p;

	take_cpu(test, 0, BOSS);
	v.preemptor = new_thread(test, preempt_victim, &v, 0, 20);
	p = start_thread(test, be_preempted, &v, 0, 10);
	if (!eventually(READ_ONCE(p->flags) & PF_EXITING)) {
		KUNIT_FAIL(test, "the preempted task was taken for a sleeping one\n");
		wake_up_process(p);
	}
	KUNIT_EXPECT_EQ(test, join(p), 1);
	join(v.preemptor);
	KUNIT_EXPECT_EQ(test, v.state_after, TASK_UNINTERRUPTIBLE);
}

static void preempted_is_not_sleeping_when_a_wakeup_preempts(struct kunit *test)
{
	check_preempted_victim(test, false);
}

static void preempted_is_not_sleeping_when_an_interrupt_preempts(struct kunit *test)
{
	check_preempted_victim(test, true);
}

/* ---- shares of the CPU ---- */

struct hog {
	bool *stop;
	u64 loops;
};

static int hog_cpu(void *data)
{
	struct hog *hog = data;

	while (!READ_ONCE(*hog->stop)) {
		compute();
		WRITE_ONCE(hog->loops, hog->loops + 1);
	}
	return 0;
}

#define MAX_HOGS 8

struct hogs {
	bool stop;
	int count;
	struct hog hog[MAX_HOGS];
	struct task_struct *task[MAX_HOGS];
};

static void new_hog(struct kunit *test, struct hogs *hogs, int cpu, int prio)
{
	struct hog *hog = &hogs->hog[hogs->count];

	*hog = (struct hog){ .stop = &hogs->stop };
	hogs->task[hogs->count++] = new_thread(test, hog_cpu, hog, cpu, prio);
}

static void start_hogs(struct hogs *hogs)
{
	for (int i = 0; i < hogs->count; i++)
		wake_up_process(hogs->task[i]);
}

static void stop_hogs(struct hogs *hogs)
{
	WRITE_ONCE(hogs->stop, true);
	for (int i = 0; i < hogs->count; i++)
		join(hogs->task[i]);
}

/* The largest deviation of CPU time, or of work done, from what the weights promise, in tenths of a percent. */
static u64 worst_share(struct hogs *hogs, const u32 *weight, bool work)
{
	u64 got[MAX_HOGS], sum = 0, weights = 0, worst = 0;

	for (int i = 0; i < hogs->count; i++) {
		got[i] = work ? READ_ONCE(hogs->hog[i].loops) : task_sched_runtime(hogs->task[i]);
		sum += got[i];
		weights += weight[i];
	}
	for (int i = 0; i < hogs->count; i++) {
		u64 due = sum * weight[i] / weights + 1;

		worst = max(worst, (got[i] > due ? got[i] - due : due - got[i]) * 1000 / due);
	}
	return worst;
}

/*
 * Let the hogs run for @ms. Time that the host takes from the CPU is charged to who had it, and is made up for: how long
 * that takes is the host's affair.
 */
static void check_shares(struct kunit *test, struct hogs *hogs, const u32 *weight, int ms,
			 u64 limit)
{
	start_hogs(hogs);
	msleep(ms);
	if (time_is_exact()) {
		KUNIT_EXPECT_LE(test, worst_share(hogs, weight, false), limit);
		KUNIT_EXPECT_LE(test, worst_share(hogs, weight, true), limit + 5);
	} else {
		KUNIT_EXPECT_TRUE(test, eventually(worst_share(hogs, weight, false) <= limit));
	}
	stop_hogs(hogs);
}

static void equal_tasks_get_equal_time_within_2_percent(struct kunit *test)
{
	static const u32 weight[MAX_HOGS] = { 1, 1, 1, 1 };
	struct hogs hogs = {};

	take_cpu(test, 0, BOSS);
	for (int i = 0; i < 4; i++)
		new_hog(test, &hogs, 0, FAIR);
	check_shares(test, &hogs, weight, 1000, 20);
}

static void nice_levels_share_by_weight_within_5_percent(struct kunit *test)
{
	static const u32 weight[MAX_HOGS] = { 1024, 335 }; /* five levels: 1.25 ^ 5 */
	struct hogs hogs = {};

	take_cpu(test, 0, BOSS);
	new_hog(test, &hogs, 0, FAIR);
	new_hog(test, &hogs, 0, FAIR);
	set_user_nice(hogs.task[1], 5);
	check_shares(test, &hogs, weight, 600, 50);
}

static u64 ran_since(struct hogs *hogs, int i, const u64 *before)
{
	return task_sched_runtime(hogs->task[i]) - before[i];
}

static void nice_takes_effect_on_a_running_task(struct kunit *test)
{
	struct hogs hogs = {};
	u64 before[2];

	take_cpu(test, 0, BOSS);
	new_hog(test, &hogs, 0, FAIR);
	new_hog(test, &hogs, 0, FAIR);
	start_hogs(&hogs);
	msleep(30);
	set_user_nice(hogs.task[0], 19);
	set_user_nice(hogs.task[1], -10);
	for (int i = 0; i < 2; i++)
		before[i] = task_sched_runtime(hogs.task[i]);
	msleep(150);
	if (time_is_exact())
		KUNIT_EXPECT_LT(test, ran_since(&hogs, 0, before) * 4, ran_since(&hogs, 1, before));
	else /* the host may have held the CPU up for long while one of them had it */
		KUNIT_EXPECT_TRUE(test, eventually(ran_since(&hogs, 0, before) * 4 <
						   ran_since(&hogs, 1, before)));
	stop_hogs(&hogs);
}

static void cpu_time_is_accounted(struct kunit *test)
{
	struct hogs hogs = {};
	ktime_t start;
	u64 ran;

	take_cpu(test, 0, BOSS);
	new_hog(test, &hogs, 0, FAIR);
	start = ktime_get();
	start_hogs(&hogs);
	msleep(50);
	ran = task_sched_runtime(hogs.task[0]);
	KUNIT_EXPECT_LE(test, ran, ktime_get() - start);
	/* The host may have stopped the CPU while it was ours: that share grows less and less. */
	KUNIT_EXPECT_TRUE(test, eventually(task_sched_runtime(hogs.task[0]) >
					   (ktime_get() - start) / 10 * 9));
	stop_hogs(&hogs);
}

/* A task that mostly sleeps does not have to wait for the end of a hog's turn. */
static void a_woken_fair_task_soon_preempts_a_hog(struct kunit *test)
{
	struct hogs hogs = {};
	s64 best = S64_MAX, worst = 0;

	KUNIT_EXPECT_EQ(test, set_cpus_allowed_ptr(current, cpumask_of(0)), 0);
	new_hog(test, &hogs, 0, FAIR);
	new_hog(test, &hogs, 0, FAIR);
	start_hogs(&hogs);
	for (int i = 0; i < 6; i++) {
		ktime_t expires = ktime_get() + 30 * NSEC_PER_MSEC;

		set_current_state(TASK_UNINTERRUPTIBLE);
		schedule_hrtimeout(&expires, HRTIMER_MODE_ABS);
		best = min(best, ktime_get() - expires);
		worst = max(worst, ktime_get() - expires);
	}
	if (time_is_exact()) { /* or else the host may hold a CPU up for longer */
		KUNIT_EXPECT_LT(test, best, TICK_NSEC);
		KUNIT_EXPECT_LT(test, worst, TICK_NSEC);
	}
	stop_hogs(&hogs);
}

static void equal_fifo_tasks_do_not_take_turns(struct kunit *test)
{
	struct hogs hogs = {};

	take_cpu(test, 0, BOSS);
	new_hog(test, &hogs, 0, 10);
	new_hog(test, &hogs, 0, 10);
	start_hogs(&hogs);
	msleep(150);
	KUNIT_EXPECT_GT(test, READ_ONCE(hogs.hog[0].loops), 0);
	KUNIT_EXPECT_EQ(test, READ_ONCE(hogs.hog[1].loops), 0);
	stop_hogs(&hogs);
}

static void equal_rr_tasks_take_turns_of_100_ms(struct kunit *test)
{
	struct sched_param param = { .sched_priority = 10 };
	struct hogs hogs = {};
	u64 turn;

	take_cpu(test, 0, BOSS);
	new_hog(test, &hogs, 0, 10);
	new_hog(test, &hogs, 0, 10);
	for (int i = 0; i < 2; i++)
		KUNIT_EXPECT_EQ(test, sched_setscheduler_nocheck(hogs.task[i], SCHED_RR, &param),
				0);
	start_hogs(&hogs);
	KUNIT_EXPECT_TRUE(test, eventually(READ_ONCE(hogs.hog[1].loops)));
	turn = task_sched_runtime(hogs.task[0]);
	KUNIT_EXPECT_GE(test, turn, 90 * NSEC_PER_MSEC);
	if (time_is_exact())
		KUNIT_EXPECT_LE(test, turn, 110 * NSEC_PER_MSEC);
	KUNIT_EXPECT_TRUE(test,
			  eventually(task_sched_runtime(hogs.task[0]) > turn + NSEC_PER_MSEC));
	stop_hogs(&hogs);
}

/* ---- what a switch costs ---- */

#define SWITCHES 4000
#define BATCH    200

struct yielders {
	int left; /* only tasks of one CPU change these */
	u64 batch_start, best;
};

static int yield_until_done(void *data)
{
	struct yielders *y = data;

	yield(); /* everybody has run once before anything is measured */
	while (y->left > 0) {
		if (y->left-- % BATCH == 0) {
			u64 now = rdtsc();

			if (y->batch_start)
				y->best = min(y->best, now - y->batch_start);
			y->batch_start = now;
		}
		yield();
	}
	return 0;
}

/* Cycles a switch among @n tasks of CPU 0 that yield in turn: those of the best batch, which nothing disturbed. */
static u64 cost_of_a_switch(struct kunit *test, int prio, int n)
{
	struct task_struct **p = vmalloc(n * sizeof(*p));
	struct yielders y = { .left = SWITCHES, .best = U64_MAX };

	KUNIT_ASSERT_NOT_NULL(test, p);
	for (int i = 0; i < n; i++)
		p[i] = new_thread(test, yield_until_done, &y, 0, prio);
	for (int i = 0; i < n; i++)
		wake_up_process(p[i]);
	for (int i = 0; i < n; i++)
		join(p[i]);
	vfree(p);
	return y.best / BATCH;
}

/* As many as there is memory for, and 10 000 at the most. */
static int many_tasks(void)
{
	return min(10000UL, nr_free_pages() / 8);
}

static void check_cost(struct kunit *test, int prio, unsigned int times)
{
	int many = many_tasks();
	u64 few_cost, many_cost;

	take_cpu(test, 0, BOSS);
	few_cost = cost_of_a_switch(test, prio, 10);
	many_cost = cost_of_a_switch(test, prio, many);
	kunit_info(test, "10 tasks: %llu cycles a switch; %d tasks: %llu\n", few_cost, many,
		   many_cost);
	/* Where time is the host's, so many stacks also cost cache misses: a linear search would cost 1000 times more. */
	KUNIT_EXPECT_LT(test, many_cost, few_cost * (time_is_exact() ? times : 40 * times) / 10);
}

static void picking_a_fifo_task_costs_the_same_with_10_and_10000(struct kunit *test)
{
	check_cost(test, 10, 11);
}

static void picking_a_fair_task_costs_a_logarithm_more_with_10000(struct kunit *test)
{
	check_cost(test, FAIR, 25);
}

/* ---- where tasks run ---- */

static void affinity_moves_the_running_task_before_it_returns(struct kunit *test)
{
	int cpu;

	for (int i = 0; i < 20; i++) {
		for_each_online_cpu(cpu) {
			KUNIT_EXPECT_EQ(test, set_cpus_allowed_ptr(current, cpumask_of(cpu)), 0);
			KUNIT_EXPECT_EQ(test, raw_smp_processor_id(), cpu);
		}
	}
}

static void affinity_moves_a_task_that_runs_elsewhere(struct kunit *test)
{
	struct hogs hogs = {};
	int from = 0, to = other_cpu(test, 0);

	new_hog(test, &hogs, from, FAIR);
	start_hogs(&hogs);
	for (int i = 0; i < 20; i++) {
		u64 loops = READ_ONCE(hogs.hog[0].loops);

		KUNIT_EXPECT_EQ(test, set_cpus_allowed_ptr(hogs.task[0], cpumask_of(to)), 0);
		KUNIT_EXPECT_EQ(test, task_cpu(hogs.task[0]), to);
		KUNIT_EXPECT_TRUE(test, eventually(READ_ONCE(hogs.hog[0].loops) > loops));
		swap(from, to);
	}
	stop_hogs(&hogs);
}

static void affinity_moves_a_task_that_waits_for_its_cpu(struct kunit *test)
{
	struct hogs hogs = {};
	int to = other_cpu(test, 0);

	take_cpu(test, to, BOSS);
	new_hog(test, &hogs, 0, 20);
	new_hog(test, &hogs, 0, FAIR);
	start_hogs(&hogs);
	KUNIT_EXPECT_TRUE(test, eventually(READ_ONCE(hogs.hog[0].loops)));
	KUNIT_EXPECT_EQ(test, READ_ONCE(hogs.hog[1].loops), 0);
	KUNIT_EXPECT_EQ(test, set_cpus_allowed_ptr(hogs.task[1], cpumask_of(to)), 0);
	KUNIT_EXPECT_TRUE(test, eventually(READ_ONCE(hogs.hog[1].loops)));
	stop_hogs(&hogs);
}

static int report_cpu(void *unused)
{
	set_current_state(TASK_UNINTERRUPTIBLE);
	schedule();
	return raw_smp_processor_id();
}

static void affinity_of_a_sleeping_task_counts_when_it_is_woken(struct kunit *test)
{
	int to = other_cpu(test, 0);
	struct task_struct *p = start_thread(test, report_cpu, NULL, 0, FAIR);

	wait_until_asleep(p);
	KUNIT_EXPECT_EQ(test, set_cpus_allowed_ptr(p, cpumask_of(to)), 0);
	KUNIT_EXPECT_TRUE(test, is_asleep(p));
	wake_up_process(p);
	KUNIT_EXPECT_EQ(test, join(p), to);
}

static void affinity_to_no_online_cpu_is_refused(struct kunit *test)
{
	struct cpumask mask = {};

	KUNIT_EXPECT_EQ(test, set_cpus_allowed_ptr(current, &mask), -EINVAL);
	if (num_online_cpus() < NR_CPUS) {
		cpumask_set_cpu(NR_CPUS - 1, &mask);
		KUNIT_EXPECT_EQ(test, set_cpus_allowed_ptr(current, &mask), -EINVAL);
	}
	KUNIT_EXPECT_EQ(test, cpumask_weight(&current->cpus_mask),
			cpumask_weight(cpu_possible_mask));
}

static int stay_on_cpu(void *data)
{
	int cpu = (long)data;

	for (int i = 0; i < 50; i++) {
		if (raw_smp_processor_id() != cpu)
			return 0;
		usleep_range(10, 20);
	}
	return 1;
}

static void bound_threads_stay_on_their_cpu(struct kunit *test)
{
	struct task_struct *p[2 * NR_CPUS];
	int cpu, n = 0;

	for_each_online_cpu(cpu) {
		for (int i = 0; i < 2; i++, n++) {
			p[n] = kthread_create(stay_on_cpu, (void *)(long)cpu, "bound/%d", cpu);
			KUNIT_ASSERT_NOT_ERR_OR_NULL(test, p[n]);
			get_task_struct(p[n]);
			kthread_bind(p[n], cpu);
			KUNIT_EXPECT_EQ(test, set_cpus_allowed_ptr(p[n], cpu_online_mask), -EINVAL);
		}
	}
	for (int i = 0; i < n; i++)
		wake_up_process(p[i]);
	for (int i = 0; i < n; i++)
		KUNIT_EXPECT_EQ(test, join(p[i]), 1);
}

static bool every_cpu_has(struct hogs *hogs, int share)
{
	int cpu;

	for_each_online_cpu(cpu) {
		int here = 0;

		for (int i = 0; i < hogs->count; i++)
			here += task_cpu(hogs->task[i]) == cpu;
		if (here != share)
			return false;
	}
	return true;
}

/* The case's thread sleeps most of the time and is the odd one; it goes to the real-time class so as not to count. */
static void load_spreads_from_one_cpu_to_all(struct kunit *test)
{
	struct hogs hogs = {};

	other_cpu(test, 0);
	if (num_online_cpus() > MAX_HOGS / 2)
		kunit_skip(test, "written for up to %d CPUs", MAX_HOGS / 2);
	take_cpu(test, 0, BOSS);
	for (int i = 0; i < 2 * num_online_cpus(); i++)
		new_hog(test, &hogs, 0, FAIR);
	start_hogs(&hogs);
	KUNIT_EXPECT_TRUE(test, every_cpu_has(&hogs, 0) || !every_cpu_has(&hogs, 2));
	for (int i = 0; i < hogs.count; i++)
		KUNIT_EXPECT_EQ(test, set_cpus_allowed_ptr(hogs.task[i], cpu_online_mask), 0);
	KUNIT_EXPECT_TRUE(test, eventually(every_cpu_has(&hogs, 2)));
	stop_hogs(&hogs);
}

static void an_idle_cpu_takes_a_waiting_task(struct kunit *test)
{
	struct hogs hogs = {};

	other_cpu(test, 0);
	take_cpu(test, 0, BOSS);
	new_hog(test, &hogs, 0, 50);
	new_hog(test, &hogs, 0, FAIR);
	start_hogs(&hogs);
	KUNIT_EXPECT_TRUE(test, eventually(READ_ONCE(hogs.hog[0].loops)));
	KUNIT_EXPECT_EQ(test, set_cpus_allowed_ptr(hogs.task[1], cpu_online_mask), 0);
	KUNIT_EXPECT_TRUE(test, eventually(READ_ONCE(hogs.hog[1].loops)));
	KUNIT_EXPECT_NE(test, task_cpu(hogs.task[1]), 0);
	stop_hogs(&hogs);
}

/* The longest one has three tasks, which may run nowhere else. */
static void
an_idle_cpu_goes_on_to_the_next_queue_when_the_longest_has_nothing_for_it(struct kunit *test)
{
	struct cpumask two = *cpumask_of(1);
	struct hogs hogs = {};

	if (num_online_cpus() < 3)
		kunit_skip(test, "needs three CPUs");
	cpumask_set_cpu(2, &two);
	take_cpu(test, 0, BOSS);
	for (int i = 0; i < 5; i++)
		new_hog(test, &hogs, i < 3 ? 0 : 1, FAIR);
	start_hogs(&hogs);
	for (int i = 3; i < 5; i++)
		KUNIT_EXPECT_EQ(test, set_cpus_allowed_ptr(hogs.task[i], &two), 0);
	KUNIT_EXPECT_TRUE(test,
			  eventually(task_cpu(hogs.task[3]) == 2 || task_cpu(hogs.task[4]) == 2));
	stop_hogs(&hogs);
}

/* No CPU is idle. On the one where it ran last, a real-time task runs and does not sleep. */
static void a_woken_fair_task_does_not_wait_behind_a_real_time_task(struct kunit *test)
{
	int other = other_cpu(test, 0);
	struct cpumask two = *cpumask_of(other);
	struct hogs hogs = {};
	struct task_struct *p;

	cpumask_set_cpu(0, &two);
	take_cpu(test, 0, BOSS);
	p = start_thread(test, report_cpu, NULL, 0, FAIR);
	wait_until_asleep(p);
	new_hog(test, &hogs, 0, 50);
	new_hog(test, &hogs, other, FAIR);
	start_hogs(&hogs);
	KUNIT_EXPECT_TRUE(test, eventually(READ_ONCE(hogs.hog[0].loops)));
	KUNIT_EXPECT_TRUE(test, eventually(READ_ONCE(hogs.hog[1].loops)));
	KUNIT_EXPECT_EQ(test, set_cpus_allowed_ptr(p, &two), 0);
	wake_up_process(p);
	KUNIT_EXPECT_TRUE(test, eventually(READ_ONCE(p->flags) & PF_EXITING));
	stop_hogs(&hogs);
	KUNIT_EXPECT_EQ(test, join(p), other);
}

static void a_woken_task_goes_to_an_idle_cpu(struct kunit *test)
{
	struct hogs hogs = {};
	struct task_struct *p;

	other_cpu(test, 0);
	take_cpu(test, 0, BOSS);
	p = start_thread(test, report_cpu, NULL, 0, FAIR);
	wait_until_asleep(p);
	new_hog(test, &hogs, 0, 50);
	start_hogs(&hogs);
	KUNIT_EXPECT_TRUE(test, eventually(READ_ONCE(hogs.hog[0].loops)));
	KUNIT_EXPECT_EQ(test, set_cpus_allowed_ptr(p, cpu_online_mask), 0);
	wake_up_process(p);
	KUNIT_EXPECT_NE(test, join(p), 0);
	stop_hogs(&hogs);
}

static struct kunit_case sched_cases[] = {
	KUNIT_CASE(fifo_tasks_run_in_the_order_they_were_woken),
	KUNIT_CASE(higher_priority_runs_first),
	KUNIT_CASE(waking_a_higher_priority_preempts_at_once),
	KUNIT_CASE(waking_an_equal_or_lower_priority_does_not_preempt),
	KUNIT_CASE(yield_goes_behind_equals_but_not_behind_lower_ones),
	KUNIT_CASE(preempted_fifo_task_stays_first_of_its_priority),
	KUNIT_CASE(lowering_the_own_priority_lets_others_run_at_once),
	KUNIT_CASE(raising_the_priority_of_a_queued_task_preempts_at_once),
	KUNIT_CASE(schedule_in_state_running_does_not_sleep),
	KUNIT_CASE(cond_resched_lets_a_task_that_is_due_run),
	KUNIT_CASE(bad_policies_and_priorities_are_refused),
	KUNIT_CASE(preempted_is_not_sleeping_when_a_wakeup_preempts),
	KUNIT_CASE(preempted_is_not_sleeping_when_an_interrupt_preempts),
	KUNIT_CASE(equal_tasks_get_equal_time_within_2_percent),
	KUNIT_CASE(nice_levels_share_by_weight_within_5_percent),
	KUNIT_CASE(nice_takes_effect_on_a_running_task),
	KUNIT_CASE(cpu_time_is_accounted),
	KUNIT_CASE(a_woken_fair_task_soon_preempts_a_hog),
	KUNIT_CASE(equal_fifo_tasks_do_not_take_turns),
	KUNIT_CASE(equal_rr_tasks_take_turns_of_100_ms),
	KUNIT_CASE(picking_a_fifo_task_costs_the_same_with_10_and_10000),
	KUNIT_CASE(picking_a_fair_task_costs_a_logarithm_more_with_10000),
	KUNIT_CASE(affinity_moves_the_running_task_before_it_returns),
	KUNIT_CASE(affinity_moves_a_task_that_runs_elsewhere),
	KUNIT_CASE(affinity_moves_a_task_that_waits_for_its_cpu),
	KUNIT_CASE(affinity_of_a_sleeping_task_counts_when_it_is_woken),
	KUNIT_CASE(affinity_to_no_online_cpu_is_refused),
	KUNIT_CASE(bound_threads_stay_on_their_cpu),
	KUNIT_CASE(load_spreads_from_one_cpu_to_all),
	KUNIT_CASE(an_idle_cpu_takes_a_waiting_task),
	KUNIT_CASE(an_idle_cpu_goes_on_to_the_next_queue_when_the_longest_has_nothing_for_it),
	KUNIT_CASE(a_woken_fair_task_does_not_wait_behind_a_real_time_task),
	KUNIT_CASE(a_woken_task_goes_to_an_idle_cpu),
	{}
};

static struct kunit_suite sched_suite = {
	.name = "sched",
	.test_cases = sched_cases,
};
kunit_test_suite(sched_suite);
