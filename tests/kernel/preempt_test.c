// SPDX-License-Identifier: MIT
/* preempt_count: what it says in every context, and what happens when it comes back to 0. */
#include "helpers.h"
#include "threads.h"

#include <linux/hardirq.h>
#include <linux/hrtimer.h>
#include <linux/interrupt.h>
#include <linux/jiffies.h>
#include <linux/preempt.h>
#include <linux/timer.h>

/* What the predicates say at some place. */
struct view {
	unsigned int count;
	bool in_task, in_interrupt, in_hardirq, in_softirq, in_serving_softirq, in_atomic, irqs_off,
		preemptible;
};

static struct view look(void)
{
	return (struct view){
		.count = preempt_count(),
		.in_task = in_task(),
		.in_interrupt = in_interrupt(),
		.in_hardirq = in_hardirq(),
		.in_softirq = in_softirq(),
		.in_serving_softirq = in_serving_softirq(),
		.in_atomic = in_atomic(),
		.irqs_off = irqs_disabled(),
		.preemptible = preemptible(),
	};
}

static void expect_view(struct kunit *test, const char *where, const struct view *seen,
			const struct view *want)
{
	if (memcmp(seen, want, sizeof(*seen)))
		KUNIT_FAIL(
			test,
			"%s: count %08x task %d interrupt %d hardirq %d softirq %d serving %d atomic %d irqs off %d "
			"preemptible %d\n",
			where, seen->count, seen->in_task, seen->in_interrupt, seen->in_hardirq,
			seen->in_softirq, seen->in_serving_softirq, seen->in_atomic, seen->irqs_off,
			seen->preemptible);
}

static void a_task_counts_nothing(struct kunit *test)
{
	struct view seen = look(), want = { .in_task = true, .preemptible = true };

	expect_view(test, "task", &seen, &want);
}

static void disabling_preemption_nests(struct kunit *test)
{
	struct view seen[3], want = { .count = 2, .in_task = true, .in_atomic = true };

	preempt_disable();
	preempt_disable();
	seen[0] = look();
	preempt_enable();
	seen[1] = look();
	preempt_enable();
	seen[2] = look();
	expect_view(test, "two deep", &seen[0], &want);
	want.count = 1;
	expect_view(test, "one deep", &seen[1], &want);
	want = (struct view){ .in_task = true, .preemptible = true };
	expect_view(test, "after", &seen[2], &want);
}

static void disabled_bottom_halves_count_but_do_not_serve(struct kunit *test)
{
	struct view seen, want = { .count = SOFTIRQ_DISABLE_OFFSET,
				   .in_task = true,
				   .in_interrupt = true,
				   .in_softirq = true,
				   .in_atomic = true };

	local_bh_disable();
	seen = look();
	local_bh_enable();
	expect_view(test, "bottom halves disabled", &seen, &want);
	KUNIT_EXPECT_EQ(test, preempt_count(), 0);
}

static void interrupts_off_is_not_preemptible(struct kunit *test)
{
	struct view seen, want = { .in_task = true, .irqs_off = true };

	local_irq_disable();
	seen = look();
	local_irq_enable();
	expect_view(test, "interrupts off", &seen, &want);
}

/* ---- interrupt contexts ---- */

struct probe {
	struct hrtimer hrtimer;
	struct timer_list timer;
	struct view seen;
	struct task_struct *task;
	bool waiting, done;
};

static enum hrtimer_restart look_in_hrtimer(struct hrtimer *t)
{
	struct probe *p = container_of(t, struct probe, hrtimer);

	/* hrtimer_start() may not be over, and counts something itself; a softirq is not what is to be interrupted. */
	if (!READ_ONCE(p->waiting) || in_serving_softirq()) {
		hrtimer_forward_now(t, 50 * NSEC_PER_USEC);
		return HRTIMER_RESTART;
	}
	p->seen = look();
	p->task = current;
	WRITE_ONCE(p->done, true);
	return HRTIMER_NORESTART;
}

static void look_in_timer(struct timer_list *t)
{
	struct probe *p = from_timer(p, t, timer);

	if (!READ_ONCE(p->waiting)) { /* the same of mod_timer() */
		mod_timer(t, jiffies + 1);
		return;
	}
	p->seen = look();
	p->task = current;
	WRITE_ONCE(p->done, true);
}

static void look_in_call(void *data)
{
	((struct probe *)data)->seen = look();
}

static void probe_hardirq(struct probe *p)
{
	hrtimer_init(&p->hrtimer, CLOCK_MONOTONIC, HRTIMER_MODE_REL);
	p->hrtimer.function = look_in_hrtimer;
	hrtimer_start(&p->hrtimer, 0, HRTIMER_MODE_REL);
	WRITE_ONCE(p->waiting, true);
	spin_until(READ_ONCE(p->done));
	hrtimer_cancel(&p->hrtimer);
}

static void a_hardirq_counts_on_top_of_what_it_interrupted(struct kunit *test)
{
	struct view want = { .count = HARDIRQ_OFFSET,
			     .in_interrupt = true,
			     .in_hardirq = true,
			     .in_atomic = true,
			     .irqs_off = true };
	struct probe plain = {}, nested = {}, bh = {};

	take_cpu(test, 0, BOSS);
	probe_hardirq(&plain);
	expect_view(test, "hardirq", &plain.seen, &want);
	KUNIT_EXPECT_PTR_EQ(test, plain.task, current);
	preempt_disable();
	probe_hardirq(&nested);
	preempt_enable();
	want.count++;
	expect_view(test, "hardirq, preemption off below", &nested.seen, &want);
	local_bh_disable();
	probe_hardirq(&bh);
	local_bh_enable();
	want.count = HARDIRQ_OFFSET + SOFTIRQ_DISABLE_OFFSET;
	want.in_softirq = true;
	expect_view(test, "hardirq, bottom halves off below", &bh.seen, &want);
	KUNIT_EXPECT_EQ(test, preempt_count(), 0);
}

static void a_softirq_serves(struct kunit *test)
{
	struct view want = { .count = SOFTIRQ_OFFSET,
			     .in_interrupt = true,
			     .in_softirq = true,
			     .in_serving_softirq = true,
			     .in_atomic = true };
	struct probe p = {};

	take_cpu(test, 0, BOSS);
	timer_setup(&p.timer, look_in_timer, 0);
	mod_timer(&p.timer, jiffies + 1);
	WRITE_ONCE(p.waiting, true);
	KUNIT_EXPECT_TRUE(test, spin_until(READ_ONCE(p.done)));
	del_timer_sync(&p.timer);
	expect_view(test, "timer function", &p.seen, &want);
}

static void a_call_from_another_cpu_is_a_hardirq(struct kunit *test)
{
	struct view want = { .count = HARDIRQ_OFFSET,
			     .in_interrupt = true,
			     .in_hardirq = true,
			     .in_atomic = true,
			     .irqs_off = true };
	int cpu = other_cpu(test, 0);
	struct probe p = {};

	take_cpu(test, 0, BOSS);
	KUNIT_EXPECT_EQ(test, smp_call_function_single(cpu, look_in_call, &p, 1), 0);
	p.seen.count &= ~(PREEMPT_MASK | SOFTIRQ_MASK); /* what it interrupted is not ours */
	p.seen.in_softirq = p.seen.in_serving_softirq = false;
	expect_view(test, "function call interrupt", &p.seen, &want);
}

static int return_count(void *unused)
{
	return preempt_count();
}

static void a_new_thread_starts_preemptible(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, join(start_thread(test, return_count, NULL, ANY_CPU, FAIR)), 0);
}

/* ---- coming back to 0 ---- */

static int set_flag(void *data)
{
	WRITE_ONCE(*(bool *)data, true);
	return 0;
}

static void preempt_enable_switches_at_once_when_the_last_one_is_undone(struct kunit *test)
{
	bool ran = false, early;
	struct task_struct *p;

	take_cpu(test, 0, 10);
	p = new_thread(test, set_flag, &ran, 0, 20);
	preempt_disable();
	preempt_disable();
	wake_up_process(p);
	early = READ_ONCE(ran) || !need_resched();
	preempt_enable();
	early |= READ_ONCE(ran);
	preempt_enable();
	KUNIT_EXPECT_FALSE(test, early);
	KUNIT_EXPECT_TRUE(test, READ_ONCE(ran));
	KUNIT_EXPECT_FALSE(test, need_resched());
	join(p);
}

static void local_bh_enable_switches_at_once_too(struct kunit *test)
{
	bool ran = false, early;
	struct task_struct *p;

	take_cpu(test, 0, 10);
	p = new_thread(test, set_flag, &ran, 0, 20);
	local_bh_disable();
	wake_up_process(p);
	early = READ_ONCE(ran);
	local_bh_enable();
	KUNIT_EXPECT_FALSE(test, early);
	KUNIT_EXPECT_TRUE(test, READ_ONCE(ran));
	join(p);
}

struct waker {
	struct hrtimer timer;
	struct task_struct *task;
	bool called;
};

static enum hrtimer_restart wake_in_hardirq(struct hrtimer *t)
{
	struct waker *w = container_of(t, struct waker, timer);

	wake_up_process(w->task);
	WRITE_ONCE(w->called, true);
	return HRTIMER_NORESTART;
}

/* Wake a higher priority from an interrupt, with preemption off or on. Return: had it run when the interrupt was over? */
static bool runs_after_interrupt(struct kunit *test, bool preemption)
{
	bool ran = false, seen;
	struct waker w = { .task = new_thread(test, set_flag, &ran, 0, 20) };

	hrtimer_init(&w.timer, CLOCK_MONOTONIC, HRTIMER_MODE_REL);
	w.timer.function = wake_in_hardirq;
	if (!preemption)
		preempt_disable();
	hrtimer_start(&w.timer, 0, HRTIMER_MODE_REL);
	spin_until(READ_ONCE(w.called));
	seen = READ_ONCE(ran);
	if (!preemption)
		preempt_enable();
	KUNIT_EXPECT_TRUE(test, READ_ONCE(ran));
	hrtimer_cancel(&w.timer);
	join(w.task);
	return seen;
}

static void an_interrupt_preempts_on_its_way_out_if_the_count_is_0(struct kunit *test)
{
	take_cpu(test, 0, 10);
	for (int i = 0; i < 20; i++) {
		KUNIT_EXPECT_TRUE(test, runs_after_interrupt(test, true));
		KUNIT_EXPECT_FALSE(test, runs_after_interrupt(test, false));
	}
}

static void a_switch_keeps_each_tasks_count(struct kunit *test)
{
	take_cpu(test, 0, 10);
	for (int i = 0; i < 20; i++) {
		schedule_timeout_uninterruptible(1);
		KUNIT_EXPECT_EQ(test, preempt_count(), 0);
		yield();
		KUNIT_EXPECT_EQ(test, preempt_count(), 0);
	}
}

/* ---- softirqs ---- */

static void disabled_bottom_halves_defer_softirqs_until_enabled(struct kunit *test)
{
	struct probe p = {};
	unsigned long start;
	bool early;

	take_cpu(test, 0, BOSS);
	timer_setup(&p.timer, look_in_timer, 0);
	local_bh_disable();
	local_bh_disable();
	start = jiffies;
	mod_timer(&p.timer, start + 1);
	WRITE_ONCE(p.waiting, true);
	spin_until(time_after(jiffies, start + 3));
	early = READ_ONCE(p.done);
	local_bh_enable();
	early |= READ_ONCE(p.done);
	local_bh_enable();
	KUNIT_EXPECT_FALSE(test, early);
	KUNIT_EXPECT_TRUE(test, READ_ONCE(p.done));
	KUNIT_EXPECT_PTR_EQ(test, p.task, current);
	del_timer_sync(&p.timer);
}

static struct task_struct *find_ksoftirqd(int cpu)
{
	struct task_struct *p, *found = NULL;
	char name[TASK_COMM_LEN];

	snprintf(name, sizeof(name), "ksoftirqd/%d", cpu);
	spin_lock_irq(&tasklist_lock);
	for_each_process(p)
		if (!strcmp(p->comm, name))
			found = get_task_struct(p);
	spin_unlock_irq(&tasklist_lock);
	return found;
}

static void a_softirq_raised_by_a_task_is_left_to_ksoftirqd(struct kunit *test)
{
	struct task_struct *daemon = find_ksoftirqd(0);
	unsigned long sleeps;

	KUNIT_ASSERT_NOT_NULL(test, daemon);
	take_cpu(test, 0, BOSS);
	wait_until_asleep(daemon);
	sleeps = daemon->nvcsw;
	local_irq_disable(); /* else an interrupt might come first, and do it on its way out */
	raise_softirq_irqoff(TIMER_SOFTIRQ);
	local_irq_enable();
	KUNIT_EXPECT_TRUE(test, eventually(READ_ONCE(daemon->nvcsw) > sleeps));
	KUNIT_EXPECT_EQ(test, this_cpu_read(__softirq_pending) & (1U << TIMER_SOFTIRQ), 0);
	put_task_struct(daemon);
}

/* Softirqs would turn them on in the middle of the section. */
static void enabling_bottom_halves_with_interrupts_off_is_reported(struct kunit *test)
{
	static bool reported; /* in an earlier run of this suite */
	u64 mark = log_mark();

	if (!IS_ENABLED(CONFIG_DEBUG_PREEMPT))
		kunit_skip(test, "only the debug profile looks");
	local_bh_disable();
	local_bh_enable();
	KUNIT_EXPECT_FALSE(test, log_has(mark, "local_bh_enable()"));
	local_bh_disable();
	local_irq_disable();
	local_bh_enable();
	local_irq_enable();
	KUNIT_EXPECT_EQ(test, log_has(mark, "local_bh_enable() with interrupts off"), !reported);
	reported = true;
}

static struct kunit_case preempt_cases[] = {
	KUNIT_CASE(a_task_counts_nothing),
	KUNIT_CASE(disabling_preemption_nests),
	KUNIT_CASE(disabled_bottom_halves_count_but_do_not_serve),
	KUNIT_CASE(interrupts_off_is_not_preemptible),
	KUNIT_CASE(a_hardirq_counts_on_top_of_what_it_interrupted),
	KUNIT_CASE(a_softirq_serves),
	KUNIT_CASE(a_call_from_another_cpu_is_a_hardirq),
	KUNIT_CASE(a_new_thread_starts_preemptible),
	KUNIT_CASE(preempt_enable_switches_at_once_when_the_last_one_is_undone),
	KUNIT_CASE(local_bh_enable_switches_at_once_too),
	KUNIT_CASE(an_interrupt_preempts_on_its_way_out_if_the_count_is_0),
	KUNIT_CASE(a_switch_keeps_each_tasks_count),
	KUNIT_CASE(disabled_bottom_halves_defer_softirqs_until_enabled),
	KUNIT_CASE(a_softirq_raised_by_a_task_is_left_to_ksoftirqd),
	KUNIT_CASE(enabling_bottom_halves_with_interrupts_off_is_reported),
	{}
};

static struct kunit_suite preempt_suite = {
	.name = "preempt",
	.test_cases = preempt_cases,
};
kunit_test_suite(preempt_suite);
