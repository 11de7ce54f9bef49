// SPDX-License-Identifier: MIT
/*
 * Torture of workqueues: items that many tasks queue, delay, flush and cancel, on queues of several kinds, and whose
 * functions sleep. What must hold: an item runs once for each time that it was queued and not cancelled, and never
 * twice at once; flushing means done, cancelling means neither pending nor running; a delayed item is not early.
 */
#include "torture.h"

#include <linux/jiffies.h>
#include <linux/workqueue.h>

#define SHARED 6 /* items that everybody queues; each task has one of its own besides */

enum { CANCELLED, FLUSHES };

struct item {
	struct delayed_work dwork;
	atomic_t inside;
	atomic_t runs;
	atomic_t queued, cancelled;
	unsigned long not_before; /* of a task's own */
	bool sleeps;
};

static struct item shared[SHARED], own[TORTURE_TASKS];
static struct workqueue_struct *queues[4]; /* none is destroyed before the end */

static void work_function(struct work_struct *work)
{
	struct item *item = container_of(to_delayed_work(work), struct item, dwork);
	unsigned long not_before = READ_ONCE(item->not_before);

	torture_check(atomic_inc_return(&item->inside) == 1);
	torture_check(in_task() && !irqs_disabled());
	torture_check(!not_before || time_after_eq(jiffies, not_before));
	if (item->sleeps && (atomic_read(&item->runs) & 7) == 0)
		schedule_timeout_uninterruptible(1);
	else
		cond_resched();
	atomic_inc(&item->runs);
	atomic_dec(&item->inside);
}

static struct workqueue_struct *some_queue(struct torturer *t)
{
	return queues[torture_random(t, ARRAY_SIZE(queues))];
}

static void note_queued(struct item *item, bool queued)
{
	if (queued)
		atomic_inc(&item->queued);
}

static void note_cancelled(struct torturer *t, struct item *item, bool was_pending)
{
	if (!was_pending)
		return;
	atomic_inc(&item->cancelled);
	t->stat[CANCELLED]++;
}

static bool all_done(const struct item *item)
{
	return atomic_read(&item->runs) + atomic_read(&item->cancelled) ==
	       atomic_read(&item->queued);
}

/* Nobody else queues it, so it is known what has to be done when. */
static void use_own(struct torturer *t, struct item *item)
{
	unsigned long delay = torture_random(t, 3);

	WRITE_ONCE(item->not_before, 0);
	switch (torture_random(t, 4)) {
	case 0:
		note_queued(item, queue_work(some_queue(t), &item->dwork.work));
		flush_work(&item->dwork.work);
		t->stat[FLUSHES]++;
		break;
	case 1:
		WRITE_ONCE(item->not_before, jiffies + delay);
		note_queued(item, queue_delayed_work(some_queue(t), &item->dwork, delay));
		torture_doze(t);
		note_cancelled(t, item, cancel_delayed_work_sync(&item->dwork));
		break;
	case 2:
		note_queued(item, queue_delayed_work(some_queue(t), &item->dwork, 20));
		flush_delayed_work(&item->dwork);
		t->stat[FLUSHES]++;
		break;
	default:
		note_queued(item, queue_work_on(torture_random(t, num_online_cpus()), queues[0],
						&item->dwork.work));
		note_cancelled(t, item, cancel_work_sync(&item->dwork.work));
	}
	torture_check(!atomic_read(&item->inside));
	torture_check(!delayed_work_pending(&item->dwork));
	torture_check(all_done(item));
}

/* Items and queues do not change partners while they are busy, which Linux does not promise to work. */
static void use_shared(struct torturer *t, int i)
{
	struct item *item = &shared[i];
	struct workqueue_struct *wq = queues[i % ARRAY_SIZE(queues)];

	switch (torture_random(t, 10)) {
	case 0:
		note_cancelled(t, item, cancel_delayed_work(&item->dwork));
		break;
	case 1:
		note_cancelled(t, item, cancel_delayed_work_sync(&item->dwork));
		break;
	case 2:
		flush_delayed_work(&item->dwork);
		t->stat[FLUSHES]++;
		break;
	case 3:
		flush_work(&item->dwork.work);
		t->stat[FLUSHES]++;
		break;
	case 4:
	case 5:
		note_queued(item, queue_delayed_work(wq, &item->dwork, torture_random(t, 3)));
		break;
	case 6:
		/* It was pending: it is still queued once. */
		note_queued(item, !mod_delayed_work(wq, &item->dwork, torture_random(t, 3)));
		break;
	default:
		note_queued(item, queue_work(wq, &item->dwork.work));
	}
}

static void work_op(struct torturer *t)
{
	if (one_in(t, 3))
		use_own(t, &own[t->index]);
	else
		use_shared(t, torture_random(t, SHARED));
}

static void make_item(struct item *item, bool sleeps)
{
	memset(item, 0, sizeof(*item));
	INIT_DELAYED_WORK(&item->dwork, work_function);
	item->sleeps = sleeps;
}

static int sum_runs(void)
{
	int sum = 0;

	for (int i = 0; i < SHARED; i++)
		sum += atomic_read(&shared[i].runs);
	for (int i = 0; i < TORTURE_TASKS; i++)
		sum += atomic_read(&own[i].runs);
	return sum;
}

static void work_items(struct kunit *test)
{
	struct torture_kind kind = { .name = "workqueues",
				     .op = work_op,
				     .stats = { "cancelled", "flushes" } };

	queues[0] = system_wq;
	queues[1] = system_unbound_wq;
	queues[2] = alloc_workqueue("torture", 0, 2);
	queues[3] = alloc_ordered_workqueue("ordered", 0);
	KUNIT_ASSERT_NOT_NULL(test, queues[2]);
	KUNIT_ASSERT_NOT_NULL(test, queues[3]);
	for (int i = 0; i < SHARED; i++)
		make_item(&shared[i], i & 1);
	for (int i = 0; i < TORTURE_TASKS; i++)
		make_item(&own[i], i & 1);
	torture_run(test, &kind, 1);
	for (int i = 0; i < SHARED; i++) {
		flush_delayed_work(&shared[i].dwork);
		KUNIT_EXPECT_FALSE(test, delayed_work_pending(&shared[i].dwork));
		KUNIT_EXPECT_TRUE(test, all_done(&shared[i]));
	}
	destroy_workqueue(queues[2]);
	destroy_workqueue(queues[3]);
	KUNIT_EXPECT_GT(test, sum_runs(), 0);
	kunit_info(test, "%d runs\n", sum_runs());
}

static struct kunit_case work_cases[] = { KUNIT_CASE(work_items), {} };

static struct kunit_suite work_suite = {
	.name = "torture_work",
	.test_cases = work_cases,
};
kunit_test_suite(work_suite);
