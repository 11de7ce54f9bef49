// SPDX-License-Identifier: MIT
/* Very many tasks at a time. Each has a stack, so this takes a machine with gigabytes of memory; others skip it. */
#include "threads.h"

#include <linux/atomic.h>
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/vmalloc.h>
#include <linux/wait.h>

#define MANY 100000

static DECLARE_WAIT_QUEUE_HEAD(queue);
static atomic_t waiting, woken;
static bool morning;

static int sleep_till_morning(void *unused)
{
	atomic_inc(&waiting);
	wait_event(queue, READ_ONCE(morning));
	atomic_inc(&woken);
	return 0;
}

static void one_hundred_thousand_tasks_sleep_and_are_all_woken(struct kunit *test)
{
	struct task_struct **p;

	if (nr_free_pages() < (3UL << 30 >> PAGE_SHIFT) / 10 * 9)
		kunit_skip(test, "needs 3 GiB of memory");
	p = vmalloc(MANY * sizeof(*p));
	KUNIT_ASSERT_NOT_NULL(test, p);
	for (int i = 0; i < MANY; i++)
		p[i] = start_thread(test, sleep_till_morning, NULL, ANY_CPU, FAIR);
	KUNIT_EXPECT_TRUE(test, eventually(atomic_read(&waiting) == MANY));
	wait_until_asleep(p[MANY - 1]);
	KUNIT_EXPECT_EQ(test, atomic_read(&woken), 0);
	WRITE_ONCE(morning, true);
	wake_up_all(&queue);
	for (int i = 0; i < MANY; i++)
		join(p[i]);
	KUNIT_EXPECT_EQ(test, atomic_read(&woken), MANY);
	KUNIT_EXPECT_FALSE(test, waitqueue_active(&queue));
	vfree(p);
}

static struct kunit_case scale_cases[] = {
	KUNIT_CASE_SLOW(one_hundred_thousand_tasks_sleep_and_are_all_woken),
	{}
};

static struct kunit_suite scale_suite = {
	.name = "scale",
	.test_cases = scale_cases,
};
kunit_test_suite(scale_suite);
