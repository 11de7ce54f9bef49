// SPDX-License-Identifier: MIT
/*
 * Memory pools: as many elements as were set aside can always be had; who may sleep waits for one, and is woken by
 * whoever gives one back, an interrupt included.
 */
#include <kunit/test.h>
#include <linux/kthread.h>
#include <linux/mempool.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include "helpers.h"
#include "threads.h"

#define ELEMENTS 4

/* The allocator behind the pool: it can be told to fail, and counts. */
static bool out_of_memory;
static int taken, returned;

static void *counted_alloc(gfp_t gfp, void *pool_data)
{
	void *element = out_of_memory ? NULL : kmalloc((size_t)pool_data, gfp);

	taken += element != NULL;
	return element;
}

static void counted_free(void *element, void *pool_data)
{
	returned++;
	kfree(element);
}

static mempool_t *make_pool(struct kunit *test, int elements)
{
	mempool_t *pool;

	out_of_memory = false;
	taken = returned = 0;
	pool = mempool_create(elements, counted_alloc, counted_free, (void *)100UL);
	KUNIT_ASSERT_NOT_NULL(test, pool);
	KUNIT_EXPECT_EQ(test, pool->curr_nr, elements);
	return pool;
}

static void destroy_pool(struct kunit *test, mempool_t *pool)
{
	mempool_destroy(pool);
	KUNIT_EXPECT_EQ(test, taken, returned);
}

/* Take all that the pool has. */
static void drain(struct kunit *test, mempool_t *pool, void *element[], int elements)
{
	out_of_memory = true;
	for (int i = 0; i < elements; i++) {
		element[i] = mempool_alloc(pool, GFP_ATOMIC);
		KUNIT_EXPECT_NOT_NULL(test, element[i]);
	}
	KUNIT_EXPECT_NULL(test, mempool_alloc(pool, GFP_ATOMIC));
	KUNIT_EXPECT_NULL(test, mempool_alloc(pool, GFP_NOWAIT));
}

static void the_allocator_comes_first_then_the_pool(struct kunit *test)
{
	mempool_t *pool = make_pool(test, ELEMENTS);
	void *element = mempool_alloc(pool, GFP_KERNEL), *all[ELEMENTS];

	KUNIT_EXPECT_NOT_NULL(test, element);
	KUNIT_EXPECT_EQ(test, pool->curr_nr, ELEMENTS);
	mempool_free(element, pool);
	KUNIT_EXPECT_EQ(test, returned, 1); /* the pool is full */
	drain(test, pool, all, ELEMENTS);
	for (int i = 0; i < ELEMENTS; i++)
		mempool_free(all[i], pool);
	KUNIT_EXPECT_EQ(test, pool->curr_nr, ELEMENTS);
	KUNIT_EXPECT_EQ(test, returned, 1); /* it was filled first */
	mempool_free(NULL, pool);
	destroy_pool(test, pool);
}

static int allocate(void *data)
{
	mempool_t *pool = data;
	void *element = mempool_alloc(pool, GFP_KERNEL);

	if (!element)
		return -ENOMEM;
	mempool_free(element, pool);
	return 0;
}

struct gift {
	mempool_t *pool;
	void *element;
	bool in_interrupt;
};

static void give_back(void *data)
{
	struct gift *gift = data;

	gift->in_interrupt = in_hardirq();
	mempool_free(gift->element, gift->pool);
}

static void a_waiter_is_woken_by_a_free_in_an_interrupt(struct kunit *test)
{
	mempool_t *pool = make_pool(test, ELEMENTS);
	struct task_struct *waiter;
	void *element[ELEMENTS];
	struct gift gift = { pool };
	ktime_t start;

	waiter = new_thread(test, allocate, pool, ANY_CPU, FAIR);
	drain(test, pool, element, ELEMENTS);
	wake_up_process(waiter);
	wait_until_asleep(waiter);
	start = ktime_get();
	gift.element = element[0];
	run_in_hardirq(give_back, &gift);
	KUNIT_EXPECT_TRUE(test, gift.in_interrupt);
	KUNIT_EXPECT_EQ(test, join(waiter), 0);
	/* Woken, that is, and not because its patience of 5 seconds was over. */
	if (time_is_exact())
		KUNIT_EXPECT_LT(test, ktime_get() - start, (ktime_t)NSEC_PER_SEC);
	for (int i = 1; i < ELEMENTS; i++)
		mempool_free(element[i], pool);
	destroy_pool(test, pool);
}

static void each_free_wakes_a_waiter(struct kunit *test)
{
	mempool_t *pool = make_pool(test, 1);
	struct task_struct *waiter[6];
	void *element[1];

	for (int i = 0; i < 6; i++)
		waiter[i] = new_thread(test, allocate, pool, ANY_CPU, FAIR);
	drain(test, pool, element, 1);
	for (int i = 0; i < 6; i++)
		wake_up_process(waiter[i]);
	for (int i = 0; i < 6; i++)
		wait_until_asleep(waiter[i]);
	mempool_free(element[0], pool);
	for (int i = 0; i < 6; i++)
		KUNIT_EXPECT_EQ(test, join(waiter[i]), 0);
	KUNIT_EXPECT_EQ(test, pool->curr_nr, 1);
	destroy_pool(test, pool);
}

static void a_pool_can_be_resized(struct kunit *test)
{
	mempool_t *pool = make_pool(test, ELEMENTS);
	void *element[10];

	KUNIT_EXPECT_EQ(test, mempool_resize(pool, 10), 0);
	KUNIT_EXPECT_EQ(test, pool->curr_nr, 10);
	drain(test, pool, element, 10);
	for (int i = 0; i < 10; i++)
		mempool_free(element[i], pool);
	out_of_memory = false;
	KUNIT_EXPECT_EQ(test, mempool_resize(pool, 2), 0);
	KUNIT_EXPECT_EQ(test, pool->curr_nr, 2);
	KUNIT_EXPECT_EQ(test, taken - returned, 2);
	out_of_memory = true;
	KUNIT_EXPECT_EQ(test, mempool_resize(pool, 3), -ENOMEM);
	destroy_pool(test, pool);
}

static void a_pool_that_cannot_be_filled_is_not_made(struct kunit *test)
{
	out_of_memory = true;
	taken = returned = 0;
	KUNIT_EXPECT_NULL(test, mempool_create(2, counted_alloc, counted_free, (void *)100UL));
	KUNIT_EXPECT_EQ(test, taken, returned);
	mempool_destroy(NULL);
}

static void make_and_use_every_kind(struct kunit *test)
{
	struct kmem_cache *cache = kmem_cache_create("pool", 200, 0, 0, NULL);
	mempool_t *pool[3];

	KUNIT_ASSERT_NOT_NULL(test, cache);
	pool[0] = mempool_create_slab_pool(3, cache);
	pool[1] = mempool_create_kmalloc_pool(3, 1000);
	pool[2] = mempool_create_page_pool(3, 1);
	for (int i = 0; i < 3; i++) {
		void *element;

		KUNIT_ASSERT_NOT_NULL(test, pool[i]);
		element = mempool_alloc(pool[i], GFP_KERNEL);
		KUNIT_EXPECT_NOT_NULL(test, element);
		mempool_free(element, pool[i]);
		mempool_destroy(pool[i]);
	}
	kmem_cache_destroy(cache);
}

static void every_kind_gives_everything_back(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, pages_lost_by(test, make_and_use_every_kind), 0L);
}

/* With all memory gone, the real thing: the pool's elements go round. */
static int use_pool(void *data)
{
	mempool_t *pool = data;

	for (int i = 0; i < 50 && time_left(); i++) {
		u64 *element = mempool_alloc(pool, GFP_KERNEL);

		if (!element)
			return 1;
		*element = i;
		cond_resched();
		mempool_free(element, pool);
	}
	return 0;
}

static void a_pool_keeps_tasks_going_without_memory(struct kunit *test)
{
	mempool_t *pool = mempool_create_kmalloc_pool(2, 4096);
	struct task_struct *thread[6];
	LIST_HEAD(hoard);

	KUNIT_ASSERT_NOT_NULL(test, pool);
	for (int i = 0; i < 6; i++)
		thread[i] = new_thread(test, use_pool, pool, ANY_CPU, FAIR);
	hoard_pages(&hoard, GFP_KERNEL);
	for (int i = 0; i < 6; i++)
		wake_up_process(thread[i]);
	for (int i = 0; i < 6; i++)
		KUNIT_EXPECT_EQ(test, join(thread[i]), 0);
	free_hoard(&hoard);
	mempool_destroy(pool);
}

static struct kunit_case mempool_cases[] = { KUNIT_CASE(the_allocator_comes_first_then_the_pool),
					     KUNIT_CASE(
						     a_waiter_is_woken_by_a_free_in_an_interrupt),
					     KUNIT_CASE(each_free_wakes_a_waiter),
					     KUNIT_CASE(a_pool_can_be_resized),
					     KUNIT_CASE(a_pool_that_cannot_be_filled_is_not_made),
					     KUNIT_CASE(every_kind_gives_everything_back),
					     KUNIT_CASE(a_pool_keeps_tasks_going_without_memory),
					     {} };

static struct kunit_suite mempool_suite = {
	.name = "mempool",
	.test_cases = mempool_cases,
};

kunit_test_suite(mempool_suite);
