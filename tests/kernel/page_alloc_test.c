// SPDX-License-Identifier: MIT
/*
 * The page allocator's rules. The free blocks of a buddy system are determined by which pages are
 * free, whatever happened before: so after equal frees the lists must be equal, order by order.
 */
#include <kunit/test.h>
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/prandom.h>
#include <linux/smp.h>
#include <linux/string.h>
#include <linux/vmalloc.h>
#include "../../kernel/mm/internal.h"
#include "helpers.h"

#define CHURN_BLOCKS 64
#define CHURN_ROUNDS 2000

struct free_counts {
	unsigned long order[MAX_ORDER];
};

static struct free_counts count_free(void)
{
	struct free_counts counts;

	spin_lock_irq(&zone.lock);
	for (int i = 0; i < MAX_ORDER; i++)
		counts.order[i] = zone.free_area[i].nr_free;
	spin_unlock_irq(&zone.lock);
	return counts;
}

/* Do what fn(test) does, and see the same free blocks afterwards. As pages_lost_by(). */
static bool blocks_return_after(struct kunit *test, void (*fn)(struct kunit *test))
{
	for (int i = 0; i < 5; i++) {
		struct free_counts before, after;

		release_caches();
		before = count_free();
		fn(test);
		release_caches();
		after = count_free();
		if (!memcmp(&before, &after, sizeof(before)))
			return true;
	}
	return false;
}

static void a_block_is_aligned_to_its_size(struct kunit *test)
{
	for (unsigned int order = 0; order < MAX_ORDER - 1; order++) {
		struct page *page = alloc_pages(GFP_KERNEL, order);

		KUNIT_ASSERT_NOT_NULL(test, page);
		KUNIT_EXPECT_EQ(test, page_to_pfn(page) & ((1UL << order) - 1), 0UL);
		KUNIT_EXPECT_EQ(test, (unsigned int)page->order, order);
		__free_pages(page, order);
	}
}

static void zeroed_pages_are_zero(struct kunit *test)
{
	unsigned long addr = __get_free_pages(GFP_KERNEL, 3);

	KUNIT_ASSERT_NE(test, addr, 0UL);
	memset((void *)addr, 0xff, 8 * PAGE_SIZE);
	free_pages(addr, 3);
	addr = __get_free_pages(GFP_KERNEL | __GFP_ZERO, 3);
	KUNIT_ASSERT_NE(test, addr, 0UL);
	KUNIT_EXPECT_NULL(test, memchr_inv((void *)addr, 0, 8 * PAGE_SIZE));
	free_pages(addr, 3);
}

/* Every page of a block says whose it is; the block's order is in its struct page. */
static void stamp(struct page *page)
{
	for (unsigned int i = 0; i < 1U << page->order; i++)
		*(struct page **)(page_address(page) + i * PAGE_SIZE) = page;
}

static bool stamped(struct page *page)
{
	for (unsigned int i = 0; i < 1U << page->order; i++)
		if (*(struct page **)(page_address(page) + i * PAGE_SIZE) != page)
			return false;
	return true;
}

/* Allocate and free at random. Return: blocks found overwritten by another's stamp. */
static int churn(u64 seed)
{
	struct page *block[CHURN_BLOCKS] = { NULL };
	struct rnd_state rnd;
	int wrong = 0;

	prandom_seed_state(&rnd, seed);
	for (int round = 0; round < CHURN_ROUNDS && time_left(); round++) {
		u32 random = prandom_u32_state(&rnd);
		struct page **slot = &block[random % CHURN_BLOCKS];

		if (*slot) {
			wrong += !stamped(*slot);
			__free_pages(*slot, (*slot)->order);
			*slot = NULL;
		} else {
			*slot = alloc_pages(GFP_KERNEL | __GFP_NOWARN, random >> 16 & 3);
			if (*slot)
				stamp(*slot);
		}
	}
	for (int i = 0; i < CHURN_BLOCKS; i++) {
		if (!block[i])
			continue;
		wrong += !stamped(block[i]);
		__free_pages(block[i], block[i]->order);
	}
	return wrong;
}

static void churn_here(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, churn(1), 0);
}

static void blocks_never_overlap_and_all_return(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, blocks_return_after(test, churn_here));
}

/* With nothing free but one block, that block must come out of its pages again. */
static void freed_buddies_merge_to_the_block_they_were(struct kunit *test)
{
	const unsigned int order = 6, pages = 1U << order;
	struct page *block, *page[1U << 6];
	LIST_HEAD(hoard);

	block = alloc_pages(GFP_KERNEL, order);
	KUNIT_ASSERT_NOT_NULL(test, block);
	hoard_pages(&hoard, GFP_ATOMIC);
	__free_pages(block, order);
	for (unsigned int i = 0; i < pages; i++)
		page[i] = alloc_pages(GFP_ATOMIC | __GFP_NOWARN, 0);
	KUNIT_EXPECT_NULL(test, alloc_pages(GFP_ATOMIC | __GFP_NOWARN, 0));
	for (unsigned int i = 0; i < pages; i++) /* 37 is odd: each page once, neighbours apart */
		if (page[i * 37 % pages])
			__free_page(page[i * 37 % pages]);
	page[0] = alloc_pages(GFP_ATOMIC | __GFP_NOWARN, order);
	free_hoard(&hoard);
	KUNIT_ASSERT_NOT_NULL(test, page[0]);
	KUNIT_EXPECT_PTR_EQ(test, page[0], block);
	__free_pages(page[0], order);
}

static int churn_thread(void *unused)
{
	return churn(raw_smp_processor_id());
}

static void all_cpus_may_allocate_at_once(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, run_on_all_cpus(test, churn_thread, NULL), 0);
}

static void exhaust(struct kunit *test)
{
	LIST_HEAD(common);
	LIST_HEAD(reserve);
	unsigned long got = hoard_pages(&common, GFP_KERNEL);

	KUNIT_EXPECT_GT(test, got, 1000UL);
	KUNIT_EXPECT_NULL(test, alloc_pages(GFP_KERNEL | __GFP_NOWARN, 0));
	KUNIT_EXPECT_NULL(test, alloc_pages(GFP_KERNEL | __GFP_NOWARN, MAX_ORDER - 1));
	KUNIT_EXPECT_LE(test, nr_free_pages(), zone.reserve);
	/* What is left is for those who cannot wait. */
	got = hoard_pages(&reserve, GFP_ATOMIC);
	KUNIT_EXPECT_GT(test, got, 0UL);
	KUNIT_EXPECT_EQ(test, nr_free_pages(), 0UL);
	KUNIT_EXPECT_NULL(test, alloc_pages(GFP_ATOMIC | __GFP_NOWARN, 0));
	free_hoard(&reserve);
	free_hoard(&common);
}

static void exhaustion_returns_null_and_everything_comes_back(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, blocks_return_after(test, exhaust));
}

static void failure_is_reported_unless_nowarn(struct kunit *test)
{
	u64 mark;
	LIST_HEAD(hoard);

	alloc_failure_limit = (struct printk_ratelimit){}; /* other suites fail to allocate, too */
	hoard_pages(&hoard, GFP_KERNEL);
	mark = log_mark();
	KUNIT_EXPECT_NULL(test, alloc_pages(GFP_KERNEL | __GFP_NOWARN, 3));
	KUNIT_EXPECT_FALSE(test, log_has(mark, "page allocation failure"));
	KUNIT_EXPECT_NULL(test, alloc_pages(GFP_KERNEL, 3));
	KUNIT_EXPECT_TRUE(test, log_has(mark, "page allocation failure: order:3"));
	free_hoard(&hoard);
}

static void allocate_in_hardirq(void *data)
{
	struct page *page = alloc_pages(GFP_ATOMIC, 1);

	*(bool *)data = in_hardirq() && page;
	if (page)
		__free_pages(page, 1);
}

static void hardirq_may_allocate_atomically(struct kunit *test)
{
	bool allocated = false;

	run_in_hardirq(allocate_in_hardirq, &allocated);
	KUNIT_EXPECT_TRUE(test, allocated);
}

static void a_wrong_free_is_reported_and_changes_nothing(struct kunit *test)
{
	struct page *page = alloc_pages(GFP_KERNEL, 2);
	unsigned long before;
	u64 mark = log_mark();

	KUNIT_ASSERT_NOT_NULL(test, page);
	before = nr_free_pages();
	__free_pages(page, 1);
	KUNIT_EXPECT_TRUE(test, log_has(mark, "freeing a page that is not allocated"));
	KUNIT_EXPECT_EQ(test, nr_free_pages(), before);
	__free_pages(page, 2);
	before = nr_free_pages();
	mark = log_mark();
	__free_pages(page, 2);
	KUNIT_EXPECT_TRUE(test, log_has(mark, "freeing a page that is not allocated"));
	KUNIT_EXPECT_EQ(test, nr_free_pages(), before);
}

static void lists_and_counter_agree(struct kunit *test)
{
	unsigned long listed = 0, counted = 0, pages = 0;
	struct page *page;

	spin_lock_irq(&zone.lock);
	for (int order = 0; order < MAX_ORDER; order++) {
		list_for_each_entry(page, &zone.free_area[order].free_list, lru) {
			listed += page->type == PAGE_FREE && page->order == order;
			pages += 1UL << order;
		}
		counted += zone.free_area[order].nr_free;
		if (!zone.free_area[order].nr_free != !(zone.nonempty & 1U << order))
			KUNIT_FAIL(test, "zone.nonempty is wrong about order %d\n", order);
	}
	KUNIT_EXPECT_EQ(test, pages, zone.free_pages);
	spin_unlock_irq(&zone.lock);
	KUNIT_EXPECT_EQ(test, listed, counted);
	KUNIT_EXPECT_LE(test, pages, zone.managed_pages);
}

static struct kunit_case page_alloc_cases[] = {
	KUNIT_CASE(a_block_is_aligned_to_its_size),
	KUNIT_CASE(zeroed_pages_are_zero),
	KUNIT_CASE(blocks_never_overlap_and_all_return),
	KUNIT_CASE(freed_buddies_merge_to_the_block_they_were),
	KUNIT_CASE(all_cpus_may_allocate_at_once),
	KUNIT_CASE(exhaustion_returns_null_and_everything_comes_back),
	KUNIT_CASE(failure_is_reported_unless_nowarn),
	KUNIT_CASE(hardirq_may_allocate_atomically),
	KUNIT_CASE(a_wrong_free_is_reported_and_changes_nothing),
	KUNIT_CASE(lists_and_counter_agree),
	{}
};

static struct kunit_suite page_alloc_suite = {
	.name = "page_alloc",
	.test_cases = page_alloc_cases,
};

kunit_test_suite(page_alloc_suite);
