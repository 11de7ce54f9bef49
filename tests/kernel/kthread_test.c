// SPDX-License-Identifier: MIT
/* The lives of kernel threads: made, started, stopped, ended, and given back, without losing memory on the way. */
#include "../../kernel/fork.h"
#include "helpers.h"
#include "threads.h"

#include <linux/atomic.h>
#include <linux/completion.h>
#include <linux/gfp.h>
#include <linux/jiffies.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/vmalloc.h>
#include <linux/wait.h>

static int return_data(void *data)
{
	return (long)data;
}

static int sleep_until_stopped(void *data)
{
	for (;;) {
		set_current_state(TASK_INTERRUPTIBLE);
		if (kthread_should_stop())
			break;
		schedule();
	}
	__set_current_state(TASK_RUNNING);
	return (long)data;
}

static void a_created_thread_does_not_run_until_it_is_woken(struct kunit *test)
{
	struct task_struct *p = new_thread(test, return_data, (void *)7, ANY_CPU, FAIR);

	schedule_timeout_uninterruptible(2);
	KUNIT_EXPECT_TRUE(test, is_asleep(p));
	KUNIT_EXPECT_EQ(test, p->nvcsw, 0);
	wake_up_process(p);
	KUNIT_EXPECT_EQ(test, join(p), 7);
}

static void there_are_no_more_tasks_than_numbers(struct kunit *test)
{
	int max = max_threads;
	struct task_struct *p;

	WRITE_ONCE(max_threads, 3);
	p = kthread_create(return_data, NULL, "one too many");
	WRITE_ONCE(max_threads, max);
	KUNIT_EXPECT_EQ(test, PTR_ERR(p), -EAGAIN);
	KUNIT_EXPECT_EQ(test, join(start_thread(test, return_data, (void *)3, ANY_CPU, FAIR)), 3);
}

static int end_in_a_section(void *unused)
{
	preempt_disable();
	return 4;
}

static void who_ends_with_preemption_off_is_reported_and_ends(struct kunit *test)
{
	u64 mark = log_mark();

	KUNIT_EXPECT_EQ(test, join(start_thread(test, end_in_a_section, NULL, ANY_CPU, FAIR)), 4);
	KUNIT_EXPECT_TRUE(test, log_has(mark, "exited with preempt_count 00000001"));
}

static int begin_and_sleep_until_stopped(void *data)
{
	WRITE_ONCE(*(bool *)data, true);
	return sleep_until_stopped((void *)55);
}

static void stop_wakes_the_thread_and_returns_its_result(struct kunit *test)
{
	for (int i = 0; i < 50; i++) {
		bool begun = false;
		struct task_struct *p =
			start_thread(test, begin_and_sleep_until_stopped, &begun, ANY_CPU, FAIR);

		if (i & 1) /* else at any time on its way to sleep */
			wait_until_asleep(p);
		else
			eventually(READ_ONCE(begun));
		KUNIT_EXPECT_EQ(test, kthread_stop(p), 55);
		put_task_struct(p);
	}
}

static void stop_before_the_first_run_returns_eintr(struct kunit *test)
{
	atomic_t ran = ATOMIC_INIT(0);
	struct task_struct *p = new_thread(test, return_data, &ran, ANY_CPU, FAIR);

	KUNIT_EXPECT_EQ(test, kthread_stop(p), -EINTR);
	put_task_struct(p);
}

static void stop_after_the_end_returns_the_result(struct kunit *test)
{
	struct task_struct *p = start_thread(test, return_data, (void *)-5, ANY_CPU, FAIR);

	KUNIT_EXPECT_TRUE(test, eventually(READ_ONCE(p->__state) == TASK_DEAD));
	KUNIT_EXPECT_EQ(test, kthread_stop(p), -5);
	put_task_struct(p);
}

static void nobody_should_stop_whom_nobody_stopped(struct kunit *test)
{
	KUNIT_EXPECT_FALSE(test, kthread_should_stop());
}

static int exit_deep_inside(void *data)
{
	kthread_exit((long)data);
}

static void kthread_exit_ends_with_its_result(struct kunit *test)
{
	struct task_struct *p = start_thread(test, exit_deep_inside, (void *)33, ANY_CPU, FAIR);

	KUNIT_EXPECT_EQ(test, join(p), 33);
}

static int return_own_data(void *data)
{
	return kthread_data(current) == data;
}

static void kthread_data_is_the_threads_argument(struct kunit *test)
{
	struct task_struct *p = start_thread(test, return_own_data, test, ANY_CPU, FAIR);

	KUNIT_EXPECT_EQ(test, join(p), 1);
}

static void names_are_formatted_and_cut_at_15_characters(struct kunit *test)
{
	struct task_struct *p =
		kthread_run(sleep_until_stopped, NULL, "a-long-name-%s/%d", "indeed", 12345);
	struct task_struct *q = kthread_run(sleep_until_stopped, NULL, "%%x%d", 7);

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, p);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, q);
	KUNIT_EXPECT_STREQ(test, p->comm, "a-long-name-ind");
	KUNIT_EXPECT_STREQ(test, q->comm, "%x7");
	kthread_stop(p);
	kthread_stop(q);
}

static void a_thread_created_on_a_cpu_runs_there(struct kunit *test)
{
	int cpu;

	for_each_online_cpu(cpu) {
		struct task_struct *p =
			kthread_create_on_cpu(sleep_until_stopped, NULL, cpu, "on/%u");
		char name[TASK_COMM_LEN];

		KUNIT_ASSERT_NOT_ERR_OR_NULL(test, p);
		snprintf(name, sizeof(name), "on/%u", cpu);
		KUNIT_EXPECT_STREQ(test, p->comm, name);
		wake_up_process(p);
		wait_until_asleep(p);
		KUNIT_EXPECT_EQ(test, task_cpu(p), cpu);
		kthread_stop(p);
	}
}

#define CROWD 100

static void pids_are_unique_and_lead_to_their_task(struct kunit *test)
{
	struct task_struct *p[CROWD];

	for (int i = 0; i < CROWD; i++)
		p[i] = new_thread(test, return_data, NULL, ANY_CPU, FAIR);
	for (int i = 0; i < CROWD; i++) {
		struct task_struct *found = find_get_task_by_vpid(p[i]->pid);

		KUNIT_EXPECT_PTR_EQ(test, found, p[i]);
		if (found)
			put_task_struct(found);
		for (int j = 0; j < i; j++)
			KUNIT_EXPECT_NE(test, p[i]->pid, p[j]->pid);
	}
	for (int i = 0; i < CROWD; i++) {
		pid_t pid = p[i]->pid;

		wake_up_process(p[i]);
		join(p[i]);
		KUNIT_EXPECT_NULL(test, find_get_task_by_vpid(pid));
	}
}

static bool is_listed(const struct task_struct *wanted)
{
	struct task_struct *p;
	bool listed = false;

	spin_lock_irq(&tasklist_lock);
	for_each_process(p)
		listed |= p == wanted;
	spin_unlock_irq(&tasklist_lock);
	return listed;
}

static void a_thread_is_listed_while_it_lives(struct kunit *test)
{
	struct task_struct *p = new_thread(test, return_data, NULL, ANY_CPU, FAIR);

	KUNIT_EXPECT_TRUE(test, is_listed(p));
	get_task_struct(p);
	wake_up_process(p);
	join(p);
	KUNIT_EXPECT_FALSE(test, is_listed(p));
	put_task_struct(p);
}

static void a_new_thread_inherits_nice_but_no_policy_and_no_affinity(struct kunit *test)
{
	struct task_struct *p;

	take_cpu(test, 0, 10);
	set_user_nice(current, 3);
	p = new_thread(test, return_data, NULL, ANY_CPU, FAIR);
	KUNIT_EXPECT_EQ(test, task_nice(p), 3);
	KUNIT_EXPECT_EQ(test, p->policy, SCHED_NORMAL);
	KUNIT_EXPECT_EQ(test, p->nr_cpus_allowed, cpumask_weight(cpu_possible_mask));
	wake_up_process(p);
	join(p);
}

/* ---- nothing is lost ---- */

#define LIVES 10000

static int live(void *data)
{
	atomic_inc(data);
	return 0;
}

/* Nothing is kept for later: dead tasks, stacks, slabs. */
static unsigned long free_pages_beside_caches(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, eventually(!atomic_read(&nr_ended_tasks)));
	thread_stack_shrink_all();
	slab_shrink_all();
	return nr_free_pages();
}

static void live_lives(struct kunit *test, int n)
{
	ktime_t end = ktime_get() +
		      2 * NSEC_PER_SEC; /* where time is not exact, a slow host makes it fewer */
	bool exact = time_is_exact();
	atomic_t lives = ATOMIC_INIT(0);
	int i;

	for (i = 0; i < n && (exact || ktime_get() < end); i += 4) {
		struct task_struct *p[4];

		for (int j = 0; j < 4; j++)
			p[j] = start_thread(test, live, &lives, ANY_CPU, FAIR);
		for (int j = 0; j < 4; j++)
			join(p[j]);
	}
	KUNIT_EXPECT_EQ(test, atomic_read(&lives), i);
}

/* As many threads at a time as ever below, so that the page tables for their stacks are there. */
static void make_stack_page_tables(struct kunit *test)
{
	struct task_struct *p[200];
	atomic_t lives = ATOMIC_INIT(0);

	for (int i = 0; i < ARRAY_SIZE(p); i++)
		p[i] = new_thread(test, live, &lives, ANY_CPU, FAIR);
	for (int i = 0; i < ARRAY_SIZE(p); i++)
		wake_up_process(p[i]);
	for (int i = 0; i < ARRAY_SIZE(p); i++)
		join(p[i]);
}

static void ten_thousand_lives_lose_no_memory(struct kunit *test)
{
	unsigned long before;

	KUNIT_EXPECT_EQ(test, set_cpus_allowed_ptr(current, cpumask_of(0)), 0);
	make_stack_page_tables(test);
	before = free_pages_beside_caches(test);
	live_lives(test, LIVES);
	KUNIT_EXPECT_EQ(test, free_pages_beside_caches(test), before);
}

/* What is taken so that the next thread finds no memory; linked through the pages themselves. */
struct ballast {
	struct ballast *next;
	unsigned int order;
};

static struct ballast *take_memory(unsigned long leave_pages)
{
	struct ballast *all = NULL;

	for (int order = 8; order >= 0; order--) {
		while (nr_free_pages() > leave_pages + (1UL << order)) {
			struct ballast *b = (void *)__get_free_pages(GFP_NOWAIT, order);

			if (!b)
				break;
			*b = (struct ballast){ all, order };
			all = b;
		}
	}
	return all;
}

static void give_memory(struct ballast *b)
{
	while (b) {
		struct ballast *next = b->next;

		free_pages((unsigned long)b, b->order);
		b = next;
	}
}

#define MANY        2000
#define SPARE_ORDER 8

static void without_memory_a_thread_is_refused_and_nothing_is_lost(struct kunit *test)
{
	struct task_struct **p = kunit_kmalloc(test, MANY * sizeof(*p), GFP_KERNEL);
	unsigned long before, spare[4];
	struct ballast *ballast;
	int n = 0;

	KUNIT_ASSERT_NOT_NULL(test, p);
	KUNIT_EXPECT_EQ(test, set_cpus_allowed_ptr(current, cpumask_of(0)), 0);
	before = free_pages_beside_caches(test);
	for (int i = 0; i < ARRAY_SIZE(spare);
	     i++) /* in large blocks: a stack is one of four pages */
		spare[i] = __get_free_pages(GFP_KERNEL, SPARE_ORDER);
	ballast = take_memory(0);
	for (int i = 0; i < ARRAY_SIZE(spare); i++)
		free_pages(spare[i], SPARE_ORDER);
	while (n < MANY) {
		p[n] = kthread_create(return_data, NULL, "oom");
		if (IS_ERR(p[n]))
			break;
		n++;
	}
	KUNIT_EXPECT_GT(test, n, 0);
	KUNIT_EXPECT_LT(test, n, MANY);
	if (n < MANY)
		KUNIT_EXPECT_EQ(test, PTR_ERR(p[n]), -ENOMEM);
	while (n--)
		KUNIT_EXPECT_EQ(test, kthread_stop(p[n]), -EINTR);
	give_memory(ballast);
	live_lives(test, 4);
	/* page tables of stacks are kept for the next ones */
	KUNIT_EXPECT_GE(test, free_pages_beside_caches(test) + 8, before);
}

static struct kunit_case kthread_cases[] = {
	KUNIT_CASE(a_created_thread_does_not_run_until_it_is_woken),
	KUNIT_CASE(there_are_no_more_tasks_than_numbers),
	KUNIT_CASE(who_ends_with_preemption_off_is_reported_and_ends),
	KUNIT_CASE(stop_wakes_the_thread_and_returns_its_result),
	KUNIT_CASE(stop_before_the_first_run_returns_eintr),
	KUNIT_CASE(stop_after_the_end_returns_the_result),
	KUNIT_CASE(nobody_should_stop_whom_nobody_stopped),
	KUNIT_CASE(kthread_exit_ends_with_its_result),
	KUNIT_CASE(kthread_data_is_the_threads_argument),
	KUNIT_CASE(names_are_formatted_and_cut_at_15_characters),
	KUNIT_CASE(a_thread_created_on_a_cpu_runs_there),
	KUNIT_CASE(pids_are_unique_and_lead_to_their_task),
	KUNIT_CASE(a_thread_is_listed_while_it_lives),
	KUNIT_CASE(a_new_thread_inherits_nice_but_no_policy_and_no_affinity),
	KUNIT_CASE(ten_thousand_lives_lose_no_memory),
	KUNIT_CASE(without_memory_a_thread_is_refused_and_nothing_is_lost),
	{}
};

static struct kunit_suite kthread_suite = {
	.name = "kthread",
	.test_cases = kthread_cases,
};
kunit_test_suite(kthread_suite);
