// SPDX-License-Identifier: MIT
/*
 * Allocations when there is no memory: GFP_KERNEL asks the caches, then waits until somebody frees some, and fails when
 * nobody does; GFP_ATOMIC uses the reserve and never waits. Each case hoards all that GFP_KERNEL may have first.
 */
#include <kunit/test.h>
#include <linux/gfp.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/shrinker.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>
#include "../../kernel/mm/internal.h"
#include "helpers.h"
#include "threads.h"

static LIST_HEAD(hoard);

static void reclaim_test_exit(struct kunit *test)
{
	free_hoard(&hoard);
}

/* A page out of the hoard, or NULL. */
static void free_one_page(void)
{
	struct page *page = list_last_entry(&hoard, struct page, lru);

	list_del(&page->lru);
	__free_pages(page, page->order);
}

/* What the task under test wants, and got. */
struct wish {
	gfp_t gfp;
	size_t size;         /* kmalloc(size); 0: a page */
	unsigned long slept; /* voluntary switches */
};

static int allocate(void *data)
{
	struct wish *wish = data;
	unsigned long before = current->nvcsw;
	void *memory;

	memory = wish->size ? kmalloc(wish->size, wish->gfp | __GFP_NOWARN)
			    : (void *)__get_free_page(wish->gfp | __GFP_NOWARN);
	wish->slept = current->nvcsw - before;
	if (!memory)
		return -ENOMEM;
	if (wish->size)
		kfree(memory);
	else
		free_page((unsigned long)memory);
	return 0;
}

/* Its stack and task are there before memory is short. */
static struct task_struct *make_wisher(struct kunit *test, struct wish *wish)
{
	return new_thread(test, allocate, wish, ANY_CPU, FAIR);
}

static void gfp_kernel_sleeps_until_another_task_frees_a_page(struct kunit *test)
{
	struct wish wish = { GFP_KERNEL };
	struct task_struct *wisher = make_wisher(test, &wish);

	hoard_pages(&hoard, GFP_KERNEL);
	wake_up_process(wisher);
	KUNIT_EXPECT_TRUE(test, eventually(READ_ONCE(zone.waiters) && is_asleep(wisher)));
	free_one_page();
	KUNIT_EXPECT_EQ(test, join(wisher), 0);
	KUNIT_EXPECT_GT(test, wish.slept, 0UL);
	KUNIT_EXPECT_EQ(test, zone.waiters, 0U);
}

#define WAITS 8

/* Who waits looks again by itself, 50 times a second: without a wake-up that takes 10 ms on average. */
static void a_free_page_wakes_who_waits_for_it(struct kunit *test)
{
	struct wish wish = { GFP_KERNEL };
	struct task_struct *wisher[WAITS];
	ktime_t start, sum = 0;

	for (int i = 0; i < WAITS; i++)
		wisher[i] = make_wisher(test, &wish);
	hoard_pages(&hoard, GFP_KERNEL);
	for (int i = 0; i < WAITS; i++) {
		wake_up_process(wisher[i]);
		KUNIT_EXPECT_TRUE(test,
				  eventually(READ_ONCE(zone.waiters) && is_asleep(wisher[i])));
		start = ktime_get();
		free_one_page();
		KUNIT_EXPECT_EQ(test, join(wisher[i]), 0);
		sum += ktime_get() - start;
		hoard_pages(&hoard, GFP_KERNEL);
	}
	if (time_is_exact())
		KUNIT_EXPECT_LT(test, sum, (ktime_t)WAITS * 2 * NSEC_PER_MSEC);
}

/* An object is no page: its slab stays, with others in use. */
static void kmalloc_sleeps_until_another_task_frees_an_object(struct kunit *test)
{
	struct wish wish = { GFP_KERNEL, 4096 };
	struct task_struct *wisher = make_wisher(test, &wish);
	void *object[64];
	int n = 0;

	hoard_pages(&hoard, GFP_KERNEL);
	while (n < 64 && (object[n] = kmalloc(4096, GFP_KERNEL | __GFP_NOWARN | __GFP_NORETRY)))
		n++;
	if (!n) /* let there be one: a slab of this size */
		for (; n < 8; n++)
			object[n] = kmalloc(4096, GFP_ATOMIC | __GFP_NOWARN);
	wake_up_process(wisher);
	KUNIT_EXPECT_TRUE(test, eventually(READ_ONCE(zone.waiters) && is_asleep(wisher)));
	kfree(object[--n]);
	KUNIT_EXPECT_EQ(test, join(wisher), 0);
	while (n)
		kfree(object[--n]);
}

static void nothing_to_be_freed_is_an_error_and_no_hang(struct kunit *test)
{
	struct wish page = { GFP_KERNEL }, large = { GFP_KERNEL, 100000 },
		    hasty = { GFP_KERNEL | __GFP_NORETRY };

	hoard_pages(&hoard, GFP_KERNEL);
	KUNIT_EXPECT_EQ(test, allocate(&page), -ENOMEM);
	KUNIT_EXPECT_GT(test, page.slept, 0UL);
	KUNIT_EXPECT_EQ(test, allocate(&large), -ENOMEM);
	KUNIT_EXPECT_GT(test, large.slept, 0UL);
	KUNIT_EXPECT_EQ(test, allocate(&hasty), -ENOMEM);
	KUNIT_EXPECT_EQ(test, zone.waiters, 0U);
	KUNIT_EXPECT_NULL(test, vmalloc(100 * PAGE_SIZE));
}

/* They do not even look at whether they could sleep. */
static void atomic_allocations_never_sleep(struct kunit *test)
{
	unsigned long switches;
	struct page *page;

	hoard_pages(&hoard, GFP_KERNEL);
	preempt_disable();
	switches = current->nvcsw;
	KUNIT_EXPECT_NULL(test, alloc_page(GFP_NOWAIT | __GFP_NOWARN));
	page = alloc_page(GFP_ATOMIC | __GFP_NOWARN);
	KUNIT_EXPECT_NOT_NULL(test, page);
	KUNIT_EXPECT_EQ(test, zone.waiters, 0U);
	KUNIT_EXPECT_EQ(test, current->nvcsw, switches);
	preempt_enable();
	if (page)
		__free_page(page);
}

static void the_reserve_is_for_atomic_allocations(struct kunit *test)
{
	unsigned long pages = 0;
	LIST_HEAD(reserve);

	hoard_pages(&hoard, GFP_KERNEL);
	KUNIT_EXPECT_LE(test, nr_free_pages(), zone.reserve);
	KUNIT_EXPECT_NULL(test, alloc_page(GFP_KERNEL | __GFP_NOWARN | __GFP_NORETRY));
	pages = hoard_pages(&reserve, GFP_ATOMIC);
	KUNIT_EXPECT_GT(test, pages, zone.reserve / 2);
	KUNIT_EXPECT_NULL(test, alloc_page(GFP_ATOMIC | __GFP_NOWARN));
	free_hoard(&reserve);
}

/* ---- shrinkers ---- */

/* A cache of pages that can be given back, on a list. */
static LIST_HEAD(cached);
static int nr_cached, counts, scans;

static unsigned long count_cached(struct shrinker *s, struct shrink_control *sc)
{
	counts++;
	return nr_cached;
}

static unsigned long scan_cached(struct shrinker *s, struct shrink_control *sc)
{
	unsigned long freed = 0;
	struct page *page;

	scans++;
	while (freed < sc->nr_to_scan && nr_cached) {
		page = list_first_entry(&cached, struct page, lru);
		list_del(&page->lru);
		__free_page(page);
		nr_cached--;
		freed++;
	}
	return freed ? freed : SHRINK_STOP;
}

static struct shrinker cache_shrinker = { .count_objects = count_cached,
					  .scan_objects = scan_cached,
					  .seeks = DEFAULT_SEEKS };

static void fill_cache(struct kunit *test, int pages)
{
	for (int i = 0; i < pages; i++) {
		struct page *page = alloc_page(GFP_KERNEL);

		KUNIT_ASSERT_NOT_NULL(test, page);
		list_add(&page->lru, &cached);
		nr_cached++;
	}
}

static void drop_cache(void)
{
	while (nr_cached)
		scan_cached(&cache_shrinker, &(struct shrink_control){ .nr_to_scan = 100 });
}

static void a_shrinker_s_memory_is_used_again(struct kunit *test)
{
	struct page *page[10] = { NULL };
	int got = 0;

	fill_cache(test, 16);
	hoard_pages(&hoard, GFP_KERNEL);
	counts = scans = 0;
	KUNIT_ASSERT_EQ(test, register_shrinker(&cache_shrinker, "test"), 0);
	for (int i = 0; i < 10; i++) {
		page[i] = alloc_page(GFP_KERNEL | __GFP_NOWARN);
		got += page[i] != NULL;
	}
	unregister_shrinker(&cache_shrinker);
	KUNIT_EXPECT_EQ(test, got, 10);
	KUNIT_EXPECT_GT(test, scans, 0);
	KUNIT_EXPECT_LT(test, nr_cached, 16);
	for (int i = 0; i < 10; i++)
		if (page[i])
			__free_page(page[i]);
	drop_cache();
	counts = 0;
	KUNIT_EXPECT_NULL(test, alloc_pages(GFP_KERNEL | __GFP_NOWARN | __GFP_NORETRY, 10));
	KUNIT_EXPECT_EQ(test, counts, 0); /* it is registered no more */
}

/* What is asked for is more than is free, and no more than a cache keeps. */
static void vmalloc_uses_a_shrinker_s_memory_too(struct kunit *test)
{
	void *area;

	vfree(vmalloc(PAGE_SIZE * (zone.reserve + 100))); /* the page tables stay */
	fill_cache(test, zone.reserve + 200);
	hoard_pages(&hoard, GFP_KERNEL);
	KUNIT_ASSERT_EQ(test, register_shrinker(&cache_shrinker, "test"), 0);
	area = vmalloc(PAGE_SIZE * (nr_free_pages() + 50));
	unregister_shrinker(&cache_shrinker);
	KUNIT_EXPECT_NOT_NULL(test, area);
	vfree(area);
	drop_cache();
}

static void who_may_not_sleep_does_not_shrink(struct kunit *test)
{
	fill_cache(test, 4);
	hoard_pages(&hoard, GFP_KERNEL);
	counts = 0;
	KUNIT_ASSERT_EQ(test, register_shrinker(&cache_shrinker, "test"), 0);
	KUNIT_EXPECT_NULL(test, alloc_page(GFP_NOWAIT | __GFP_NOWARN));
	KUNIT_EXPECT_NULL(test, kmalloc(100000, GFP_NOWAIT | __GFP_NOWARN));
	KUNIT_EXPECT_EQ(test, counts, 0);
	unregister_shrinker(&cache_shrinker);
	scan_cached(&cache_shrinker, &(struct shrink_control){ .nr_to_scan = 100 });
}

static int allocations_inside;

/* Memory is needed to free memory: it comes from the reserve, and does not lead here again. */
static unsigned long scan_with_allocation(struct shrinker *s, struct shrink_control *sc)
{
	struct page *page = alloc_page(GFP_KERNEL | __GFP_NOWARN);

	scans++;
	if (page)
		__free_page(page);
	allocations_inside += page != NULL;
	return SHRINK_STOP;
}

static void a_shrinker_may_allocate(struct kunit *test)
{
	struct shrinker shrinker = { .count_objects = count_cached,
				     .scan_objects = scan_with_allocation };

	fill_cache(test, 1);
	hoard_pages(&hoard, GFP_KERNEL);
	scans = allocations_inside = 0;
	register_shrinker(&shrinker, "test");
	KUNIT_EXPECT_NULL(test, alloc_page(GFP_KERNEL | __GFP_NOWARN | __GFP_NORETRY));
	unregister_shrinker(&shrinker);
	KUNIT_EXPECT_EQ(test, scans, 1);
	KUNIT_EXPECT_EQ(test, allocations_inside, 1);
	scan_cached(&shrinker, &(struct shrink_control){ .nr_to_scan = 100 });
}

/* Objects that were freed are in lists of CPUs, and their slabs kept: all of that comes back when it is needed. */
static void slabs_and_stacks_that_nobody_uses_are_given_back(struct kunit *test)
{
	void *stack[4], *object[64];
	unsigned long pages;
	LIST_HEAD(more);

	for (int i = 0; i < 4; i++)
		stack[i] = alloc_thread_stack();
	for (int i = 0; i < 64; i++)
		object[i] = kmalloc(2048, GFP_KERNEL);
	hoard_pages(&hoard, GFP_KERNEL);
	for (int i = 0; i < 64; i++)
		kfree(object[i]);
	for (int i = 0; i < 4; i++)
		if (stack[i])
			free_thread_stack(stack[i]);
	pages = hoard_pages(&more, GFP_KERNEL);
	free_hoard(&more);
	KUNIT_EXPECT_GE(test, pages, 16UL + 4 * THREAD_SIZE / PAGE_SIZE / 2);
}

static int allocate_and_free(void *unused)
{
	for (int i = 0; i < 100 && time_left(); i++) {
		void *object = kmalloc(4096, GFP_KERNEL | __GFP_NOWARN);

		cond_resched();
		kfree(object);
	}
	return 0;
}

/* A few pages for all, and everybody waits for everybody. */
static void many_tasks_share_the_last_pages(struct kunit *test)
{
	struct task_struct *thread[8];

	for (int i = 0; i < 8; i++)
		thread[i] = new_thread(test, allocate_and_free, NULL, ANY_CPU, FAIR);
	hoard_pages(&hoard, GFP_KERNEL);
	free_one_page();
	for (int i = 0; i < 8; i++)
		wake_up_process(thread[i]);
	for (int i = 0; i < 8; i++)
		KUNIT_EXPECT_EQ(test, join(thread[i]), 0);
	KUNIT_EXPECT_EQ(test, zone.waiters, 0U);
}

static struct kunit_case reclaim_cases[] = {
	KUNIT_CASE(gfp_kernel_sleeps_until_another_task_frees_a_page),
	KUNIT_CASE(a_free_page_wakes_who_waits_for_it),
	KUNIT_CASE(kmalloc_sleeps_until_another_task_frees_an_object),
	KUNIT_CASE(nothing_to_be_freed_is_an_error_and_no_hang),
	KUNIT_CASE(atomic_allocations_never_sleep),
	KUNIT_CASE(the_reserve_is_for_atomic_allocations),
	KUNIT_CASE(a_shrinker_s_memory_is_used_again),
	KUNIT_CASE(vmalloc_uses_a_shrinker_s_memory_too),
	KUNIT_CASE(who_may_not_sleep_does_not_shrink),
	KUNIT_CASE(a_shrinker_may_allocate),
	KUNIT_CASE(slabs_and_stacks_that_nobody_uses_are_given_back),
	KUNIT_CASE(many_tasks_share_the_last_pages),
	{}
};

static struct kunit_suite reclaim_suite = {
	.name = "reclaim",
	.exit = reclaim_test_exit,
	.test_cases = reclaim_cases,
};

kunit_test_suite(reclaim_suite);
