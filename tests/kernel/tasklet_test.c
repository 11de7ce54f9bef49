// SPDX-License-Identifier: MIT
/* Tasklets: when they run and where, and that one never runs twice at once nor not at all. */
#include <kunit/test.h>
#include <linux/bottom_half.h>
#include <linux/delay.h>
#include <linux/hardirq.h>
#include <linux/interrupt.h>
#include <linux/kthread.h>
#include <linux/prandom.h>
#include <linux/sched.h>
#include <linux/smp.h>
#include "helpers.h"
#include "threads.h"

#define ROUNDS 2000

/* A tasklet that notes what it saw. */
struct note {
	struct tasklet_struct tasklet;
	atomic_t runs;
	atomic_t inside; /* CPUs in the function now */
	bool overlapped; /* there were two */
	bool softirq;    /* the context was right every time */
	int cpu;
	int again;       /* how often it schedules itself */
	unsigned int us; /* how long it takes */
	bool held;       /* its first run does not end before this is cleared */
	bool returned;
	int wanted, seen; /* what whoever scheduled it had stored, and what it read */
	struct list_head *order;
	struct list_head entry;
};

static void noting(struct tasklet_struct *t)
{
	struct note *note = from_tasklet(note, t, tasklet);

	if (atomic_inc_return(&note->inside) != 1)
		note->overlapped = true;
	note->softirq = in_serving_softirq() && !in_hardirq() && !irqs_disabled();
	note->cpu = raw_smp_processor_id();
	WRITE_ONCE(note->seen, READ_ONCE(note->wanted));
	if (note->order)
		list_add_tail(&note->entry, note->order);
	atomic_inc(&note->runs);
	if (note->us)
		udelay(note->us);
	wait_until(!READ_ONCE(note->held));
	if (note->again-- > 0)
		tasklet_schedule(t);
	WRITE_ONCE(note->returned, true);
	atomic_dec(&note->inside);
}

static void note_init(struct note *note)
{
	memset(note, 0, sizeof(*note));
	tasklet_setup(&note->tasklet, noting);
}

static bool has_run(struct note *note, int times)
{
	return wait_until(atomic_read(&note->runs) >= times && !atomic_read(&note->inside));
}

static void from_hardirq(void *data)
{
	struct note *note = data;

	note->wanted = raw_smp_processor_id();
	tasklet_schedule(&note->tasklet);
}

static void a_tasklet_runs_after_the_interrupt_on_its_cpu(struct kunit *test)
{
	struct note note;

	note_init(&note);
	run_in_hardirq(from_hardirq, &note);
	KUNIT_ASSERT_TRUE(test, has_run(&note, 1));
	KUNIT_EXPECT_TRUE(test, note.softirq);
	KUNIT_EXPECT_EQ(test, note.cpu, note.wanted);
	tasklet_kill(&note.tasklet);
	KUNIT_EXPECT_EQ(test, atomic_read(&note.runs), 1);
}

static void a_task_s_tasklet_runs_without_an_interrupt_of_its_own(struct kunit *test)
{
	struct note note;

	note_init(&note);
	tasklet_schedule(&note.tasklet);
	KUNIT_EXPECT_TRUE(test, has_run(&note, 1));
	KUNIT_EXPECT_TRUE(test, note.softirq);
	tasklet_kill(&note.tasklet);
}

static void scheduled_often_before_it_runs_it_runs_once(struct kunit *test)
{
	struct note note;

	note_init(&note);
	local_bh_disable();
	for (int i = 0; i < 3; i++)
		tasklet_schedule(&note.tasklet);
	tasklet_hi_schedule(&note.tasklet);
	KUNIT_EXPECT_EQ(test, atomic_read(&note.runs), 0);
	local_bh_enable();
	KUNIT_EXPECT_EQ(test, atomic_read(&note.runs), 1);
	tasklet_kill(&note.tasklet);
	KUNIT_EXPECT_EQ(test, atomic_read(&note.runs), 1);
}

static unsigned long old_data;

static void old_function(unsigned long data)
{
	old_data = data;
}

static struct note declared = { .tasklet = { .callback = noting, .use_callback = true } };
static DECLARE_TASKLET_OLD(declared_old, old_function);
static DECLARE_TASKLET_DISABLED(declared_disabled, noting);

static void both_kinds_get_their_argument(struct kunit *test)
{
	struct tasklet_struct old;

	tasklet_init(&old, old_function, 42);
	old_data = 1;
	local_bh_disable();
	tasklet_schedule(&declared_old);
	local_bh_enable();
	KUNIT_EXPECT_EQ(test, old_data, 0UL);
	local_bh_disable();
	tasklet_schedule(&old);
	tasklet_schedule(&declared.tasklet);
	local_bh_enable();
	KUNIT_EXPECT_EQ(test, old_data, 42UL);
	KUNIT_EXPECT_EQ(test, atomic_read(&declared.runs), 1);
	KUNIT_EXPECT_EQ(test, atomic_read(&declared_disabled.count), 1);
}

static void they_run_in_order_the_high_ones_first(struct kunit *test)
{
	struct note notes[4], *note;
	LIST_HEAD(order);
	int i;

	for (i = 0; i < 4; i++) {
		note_init(&notes[i]);
		notes[i].order = &order;
	}
	local_bh_disable();
	tasklet_schedule(&notes[2].tasklet);
	tasklet_schedule(&notes[3].tasklet);
	tasklet_hi_schedule(&notes[0].tasklet);
	tasklet_hi_schedule(&notes[1].tasklet);
	local_bh_enable();
	i = 0;
	list_for_each_entry(note, &order, entry)
		KUNIT_EXPECT_PTR_EQ(test, note, &notes[i++]);
	KUNIT_EXPECT_EQ(test, i, 4);
}

static void scheduled_while_it_runs_it_runs_again(struct kunit *test)
{
	struct note note;

	note_init(&note);
	note.again = 25;
	tasklet_schedule(&note.tasklet);
	KUNIT_EXPECT_TRUE(test, has_run(&note, 26));
	tasklet_kill(&note.tasklet);
	KUNIT_EXPECT_EQ(test, atomic_read(&note.runs), 26);
}

static void a_disabled_tasklet_waits_and_keeps_no_cpu_busy(struct kunit *test)
{
	struct note note;

	note_init(&note);
	tasklet_disable(&note.tasklet);
	tasklet_disable(&note.tasklet);
	for (int i = 0; i < 2; i++) {
		local_bh_disable();
		if (i)
			tasklet_hi_schedule(&note.tasklet);
		else
			tasklet_schedule(&note.tasklet);
		local_bh_enable();
		KUNIT_EXPECT_EQ(test, this_cpu_read(__softirq_pending) & BIT(TASKLET_SOFTIRQ), 0U);
	}
	tasklet_enable(&note.tasklet);
	msleep(10);
	KUNIT_EXPECT_EQ(test, atomic_read(&note.runs), 0);
	tasklet_enable(&note.tasklet);
	KUNIT_EXPECT_TRUE(test, has_run(&note, 1));
	tasklet_kill(&note.tasklet);
	KUNIT_EXPECT_EQ(test, atomic_read(&note.runs), 1);
}

static void schedule_here(void *data)
{
	struct note *note = data;

	tasklet_schedule(&note->tasklet);
}

/* The tasklet runs for a while on another CPU, and goes on for long after this returns. */
static bool started_elsewhere(struct kunit *test, struct note *note, bool held)
{
	if (num_online_cpus() == 1)
		kunit_skip(test, "needs two CPUs");
	set_cpus_allowed_ptr(current, cpumask_of(0));
	note_init(note);
	note->us = held ? 0 : 2000;
	note->held = held;
	smp_call_function_single(cpumask_last(cpu_online_mask), schedule_here, note, 0);
	return wait_until(atomic_read(&note->runs) == 1);
}

static void disable_waits_for_the_function(struct kunit *test)
{
	struct note note;

	KUNIT_ASSERT_TRUE(test, started_elsewhere(test, &note, false));
	tasklet_disable(&note.tasklet);
	KUNIT_EXPECT_TRUE(test, READ_ONCE(note.returned));
	tasklet_enable(&note.tasklet);
	KUNIT_ASSERT_TRUE(test, started_elsewhere(test, &note, false));
	tasklet_disable_in_atomic(&note.tasklet);
	KUNIT_EXPECT_TRUE(test, READ_ONCE(note.returned));
}

static void kill_waits_for_the_function(struct kunit *test)
{
	struct note note;

	KUNIT_ASSERT_TRUE(test, started_elsewhere(test, &note, false));
	tasklet_kill(&note.tasklet);
	KUNIT_EXPECT_TRUE(test, READ_ONCE(note.returned));
}

static void kill_lets_a_scheduled_one_run_first(struct kunit *test)
{
	struct note note;

	note_init(&note);
	tasklet_disable_nosync(&note.tasklet);
	tasklet_schedule(&note.tasklet);
	msleep(4);
	tasklet_enable(&note.tasklet);
	tasklet_kill(&note.tasklet);
	KUNIT_EXPECT_EQ(test, atomic_read(&note.runs), 1);
	KUNIT_EXPECT_EQ(test, note.tasklet.state & BIT(TASKLET_STATE_SCHED), 0UL);
}

/* It runs elsewhere when its turn comes here: left to the CPU that runs it, not tried again and again. */
static void wanted_here_while_it_runs_elsewhere_it_runs_there(struct kunit *test)
{
	struct note note;

	KUNIT_ASSERT_TRUE(test, started_elsewhere(test, &note, true));
	local_bh_disable();
	tasklet_schedule(&note.tasklet);
	local_bh_enable();
	KUNIT_EXPECT_EQ(test, this_cpu_read(__softirq_pending) & BIT(TASKLET_SOFTIRQ), 0U);
	WRITE_ONCE(note.held, false);
	KUNIT_EXPECT_TRUE(test, has_run(&note, 2));
	tasklet_kill(&note.tasklet);
	KUNIT_EXPECT_FALSE(test, note.overlapped);
	KUNIT_EXPECT_EQ(test, note.cpu, (int)cpumask_last(cpu_online_mask));
}

/* It is run on another CPU, disabled, at the very moment when it is enabled here. */
static int run_when_told(void *data)
{
	struct note *note = data;

	for (int i = 1; i <= ROUNDS; i++) {
		while (READ_ONCE(note->wanted) < i)
			wait_a_turn();
		local_bh_disable();
		tasklet_schedule(&note->tasklet);
		local_bh_enable();
	}
	return 0;
}

static void enabled_while_it_is_put_aside_it_runs(struct kunit *test)
{
	struct task_struct *p;
	struct note note;
	int i = 0;

	note_init(&note);
	if (num_online_cpus() == 1)
		kunit_skip(test, "needs two CPUs");
	set_cpus_allowed_ptr(current, cpumask_of(0));
	p = kthread_create_on_cpu(run_when_told, &note, cpumask_last(cpu_online_mask),
				  "tasklet/%u");
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, p);
	get_task_struct(p);
	wake_up_process(p);
	while (i++ < ROUNDS) {
		tasklet_disable_nosync(&note.tasklet);
		WRITE_ONCE(note.wanted, i);
		for (int j = 0; j < i % 512; j++)
			barrier();
		tasklet_enable(&note.tasklet);
		if (!wait_until(READ_ONCE(note.seen) >= i))
			KUNIT_FAIL(test, "round %d: it did not run\n", i);
	}
	join(p);
	tasklet_kill(&note.tasklet);
}

/* Every CPU schedules the same one: what was stored before the last time is seen by the last run. */
static int schedule_often(void *data)
{
	struct note *note = data;

	for (int i = 0; i < ROUNDS; i++) {
		WRITE_ONCE(note->wanted, note->wanted + 1);
		if (i & 1)
			tasklet_schedule(&note->tasklet);
		else
			tasklet_hi_schedule(&note->tasklet);
		if (i % 16 == 0)
			yield();
	}
	return 0;
}

static void it_never_runs_on_two_cpus_and_no_wish_is_lost(struct kunit *test)
{
	struct note *note = kunit_kmalloc(test, sizeof(*note), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, note);
	note_init(note);
	note->us = 1;
	run_on_all_cpus(test, schedule_often, note);
	KUNIT_EXPECT_TRUE(test, wait_until(READ_ONCE(note->seen) == READ_ONCE(note->wanted)));
	tasklet_kill(&note->tasklet);
	KUNIT_EXPECT_FALSE(test, note->overlapped);
	KUNIT_EXPECT_EQ(test, atomic_read(&note->tasklet.count), 0);
	KUNIT_EXPECT_EQ(test, note->tasklet.state & BIT(TASKLET_STATE_RUN), 0UL);
}

/* The same with everybody disabling it now and then. */
static int disturb(void *data)
{
	struct rnd_state rnd;
	struct note *note = data;

	prandom_seed_state(&rnd, raw_smp_processor_id() + 1);
	for (int i = 0; i < ROUNDS; i++) {
		switch (prandom_u32_state(&rnd) % 4) {
		case 0:
			tasklet_disable(&note->tasklet);
			if (atomic_read(&note->inside))
				note->overlapped = true;
			tasklet_enable(&note->tasklet);
			break;
		case 1:
			tasklet_disable_nosync(&note->tasklet);
			tasklet_schedule(&note->tasklet);
			if (i % 8 == 0)
				yield();
			tasklet_enable(&note->tasklet);
			break;
		default:
			tasklet_schedule(&note->tasklet);
		}
	}
	WRITE_ONCE(note->wanted, note->wanted + 1);
	tasklet_schedule(&note->tasklet);
	return 0;
}

static void disabling_loses_no_wish_either(struct kunit *test)
{
	struct note *note = kunit_kmalloc(test, sizeof(*note), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, note);
	note_init(note);
	run_on_all_cpus(test, disturb, note);
	KUNIT_EXPECT_TRUE(test, wait_until(READ_ONCE(note->seen) == READ_ONCE(note->wanted)));
	tasklet_kill(&note->tasklet);
	KUNIT_EXPECT_FALSE(test, note->overlapped);
	KUNIT_EXPECT_EQ(test, note->tasklet.state & ~BIT(TASKLET_STATE_HI), 0UL);
}

static struct kunit_case tasklet_cases[] = {
	KUNIT_CASE(a_tasklet_runs_after_the_interrupt_on_its_cpu),
	KUNIT_CASE(a_task_s_tasklet_runs_without_an_interrupt_of_its_own),
	KUNIT_CASE(scheduled_often_before_it_runs_it_runs_once),
	KUNIT_CASE(both_kinds_get_their_argument),
	KUNIT_CASE(they_run_in_order_the_high_ones_first),
	KUNIT_CASE(scheduled_while_it_runs_it_runs_again),
	KUNIT_CASE(a_disabled_tasklet_waits_and_keeps_no_cpu_busy),
	KUNIT_CASE(disable_waits_for_the_function),
	KUNIT_CASE(kill_waits_for_the_function),
	KUNIT_CASE(kill_lets_a_scheduled_one_run_first),
	KUNIT_CASE(wanted_here_while_it_runs_elsewhere_it_runs_there),
	KUNIT_CASE(enabled_while_it_is_put_aside_it_runs),
	KUNIT_CASE(it_never_runs_on_two_cpus_and_no_wish_is_lost),
	KUNIT_CASE(disabling_loses_no_wish_either),
	{}
};

static struct kunit_suite tasklet_suite = { .name = "tasklet", .test_cases = tasklet_cases };
kunit_test_suite(tasklet_suite);
