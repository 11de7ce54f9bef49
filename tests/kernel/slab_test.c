// SPDX-License-Identifier: MIT
/* The rules of kmalloc() and of caches of objects. */
#include <kunit/test.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/prandom.h>
#include <linux/smp.h>
#include <linux/slab.h>
#include <linux/string.h>
#include "helpers.h"

#define CHURN_OBJECTS 128
#define CHURN_ROUNDS  4000

static void sizes_and_alignment_are_as_promised(struct kunit *test)
{
	for (size_t size = 1; size <= 4 * PAGE_SIZE; size += 1 + size / 7) {
		void *object = kmalloc(size, GFP_KERNEL);

		KUNIT_ASSERT_NOT_NULL(test, object);
		KUNIT_EXPECT_GE(test, ksize(object), size);
		KUNIT_EXPECT_EQ(test, (unsigned long)object % ARCH_KMALLOC_MINALIGN, 0UL);
		memset(object, 0xee, ksize(object));
		kfree(object);
	}
	for (size_t size = 8; size <= KMALLOC_MAX_CACHE_SIZE; size *= 2) {
		void *object = kmalloc(size, GFP_KERNEL);

		KUNIT_ASSERT_NOT_NULL(test, object);
		KUNIT_EXPECT_EQ(test, (unsigned long)object % size, 0UL);
		kfree(object);
	}
}

static void kzalloc_gives_zeroes(struct kunit *test)
{
	for (size_t size = 8; size <= 32768; size *= 4) {
		char *object = kmalloc(size, GFP_KERNEL);

		KUNIT_ASSERT_NOT_NULL(test, object);
		memset(object, 0xff, size);
		kfree(object);
		object = kzalloc(size, GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, object);
		KUNIT_EXPECT_NULL(test, memchr_inv(object, 0, size));
		kfree(object);
	}
}

static void sizes_at_the_edges_have_a_meaning(struct kunit *test)
{
	size_t too_large = KMALLOC_MAX_SIZE + 1, huge = SIZE_MAX / 2;

	OPTIMIZER_HIDE_VAR(too_large);
	OPTIMIZER_HIDE_VAR(huge);
	KUNIT_EXPECT_PTR_EQ(test, kmalloc(0, GFP_KERNEL), ZERO_SIZE_PTR);
	KUNIT_EXPECT_EQ(test, ksize(ZERO_SIZE_PTR), (size_t)0);
	KUNIT_EXPECT_NULL(test, kmalloc(too_large, GFP_KERNEL));
	KUNIT_EXPECT_NULL(test, kmalloc(huge, GFP_KERNEL));
	KUNIT_EXPECT_NULL(test, kmalloc_array(huge, 4, GFP_KERNEL));
	KUNIT_EXPECT_NULL(test, kcalloc(huge, 8, GFP_KERNEL));
	kfree(ZERO_SIZE_PTR);
	kfree(NULL);
}

static void krealloc_keeps_the_contents(struct kunit *test)
{
	char *text = krealloc(NULL, 8, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, text);
	strcpy(text, "wake up");
	for (size_t size = 16; size <= 65536; size *= 4) {
		char *larger = krealloc(text, size, GFP_KERNEL);

		KUNIT_ASSERT_NOT_NULL(test, larger);
		text = larger;
		KUNIT_EXPECT_STREQ(test, text, "wake up");
	}
	KUNIT_EXPECT_PTR_EQ(test, krealloc(text, 0, GFP_KERNEL), ZERO_SIZE_PTR);
}

static size_t random_size(u32 random)
{
	return random & 0xf00 ? 1 + (random >> 16) % 300 : 1 + (random >> 12) % 12000;
}

/* First and last byte of each object say which it is. Return: objects that another wrote to. */
static int churn(u64 seed)
{
	u8 *object[CHURN_OBJECTS] = { NULL };
	struct rnd_state rnd;
	int wrong = 0;

	prandom_seed_state(&rnd, seed);
	for (int round = 0; round < CHURN_ROUNDS && time_left(); round++) {
		u32 random = prandom_u32_state(&rnd);
		int i = random % CHURN_OBJECTS;

		if (object[i]) {
			wrong += object[i][0] != i || object[i][ksize(object[i]) - 1] != i;
			kfree(object[i]);
			object[i] = NULL;
			continue;
		}
		object[i] = kmalloc(random_size(random), GFP_KERNEL | __GFP_NOWARN);
		if (object[i])
			object[i][0] = object[i][ksize(object[i]) - 1] = i;
	}
	for (int i = 0; i < CHURN_OBJECTS; i++)
		kfree(object[i]);
	return wrong;
}

static void churn_here(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, churn(1), 0);
}

static void objects_never_overlap_and_none_is_lost(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, pages_lost_by(test, churn_here), 0L);
}

/* Objects change hands through these slots: most are freed on another CPU than they came from. */
static void *exchange[32];

static int pass_objects_on(void *unused)
{
	struct rnd_state rnd;
	int wrong = 0;

	prandom_seed_state(&rnd, raw_smp_processor_id());
	for (int round = 0; round < CHURN_ROUNDS && time_left(); round++) {
		size_t size = 8 << prandom_u32_state(&rnd) % 6;
		u64 *object = kmalloc(size, GFP_KERNEL | __GFP_NOWARN);

		if (object)
			*object = (u64)object;
		object = xchg(&exchange[prandom_u32_state(&rnd) % ARRAY_SIZE(exchange)], object);
		wrong += object && *object != (u64)object;
		kfree(object);
	}
	return wrong;
}

static void pass_objects_around(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, run_on_all_cpus(test, pass_objects_on, NULL), 0);
	for (size_t i = 0; i < ARRAY_SIZE(exchange); i++) {
		kfree(exchange[i]);
		exchange[i] = NULL;
	}
}

static void any_cpu_may_free_what_another_allocated(struct kunit *test)
{
	unsigned long before;

	pass_objects_around(test);
	slab_shrink_all();
	before = nr_slab_pages();
	pass_objects_around(test);
	slab_shrink_all();
	/* Tasks come and go with the threads; nothing else may have grown. */
	KUNIT_EXPECT_LE(test, nr_slab_pages(), before + (num_online_cpus() << 3));
}

static int constructed;

static void construct(void *object)
{
	constructed++;
	memset(object, 0x5a, 100);
}

static void a_cache_aligns_and_constructs_its_objects(struct kunit *test)
{
	struct kmem_cache *cache;
	u8 *object[50];

	cache = kmem_cache_create("test-100", 100, 0, SLAB_HWCACHE_ALIGN, construct);
	KUNIT_ASSERT_NOT_NULL(test, cache);
	KUNIT_EXPECT_EQ(test, kmem_cache_size(cache), 100U);
	constructed = 0;
	for (int i = 0; i < 50; i++) {
		object[i] = kmem_cache_alloc(cache, GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, object[i]);
		KUNIT_EXPECT_EQ(test, (unsigned long)object[i] % 64, 0UL);
		KUNIT_EXPECT_NULL(test, memchr_inv(object[i], 0x5a, 100));
	}
	KUNIT_EXPECT_EQ(test, constructed, 50);
	for (int i = 0; i < 50; i++)
		kmem_cache_free(cache, object[i]);
	KUNIT_EXPECT_EQ(test, kmem_cache_shrink(cache), 0);
	KUNIT_EXPECT_EQ(test, cache->nr_slabs, 0UL);
	kmem_cache_destroy(cache);
}

static void make_and_destroy_caches(struct kunit *test)
{
	for (unsigned int size = 8; size < 3000; size += 333) {
		struct kmem_cache *cache = kmem_cache_create("test", size, 8, 0, NULL);

		KUNIT_ASSERT_NOT_NULL(test, cache);
		kmem_cache_free(cache, kmem_cache_zalloc(cache, GFP_KERNEL));
		kmem_cache_destroy(cache);
	}
	kmem_cache_destroy(NULL);
}

static void a_destroyed_cache_leaves_nothing(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, pages_lost_by(test, make_and_destroy_caches), 0L);
}

static void a_cache_in_use_is_not_destroyed(struct kunit *test)
{
	struct kmem_cache *cache = kmem_cache_create("test-busy", 64, 0, 0, NULL);
	void *object;
	u64 mark = log_mark();

	KUNIT_ASSERT_NOT_NULL(test, cache);
	object = kmem_cache_alloc(cache, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, object);
	kmem_cache_destroy(cache);
	KUNIT_EXPECT_TRUE(test, log_has(mark, "test-busy still has objects in use"));
	kmem_cache_free(cache, object);
	kmem_cache_destroy(cache);
}

/* Takes objects over from the task and gives one back to it. */
static void allocate_in_hardirq(void *data)
{
	void **object = data;

	kfree(*object);
	*object = in_hardirq() ? kmalloc(200, GFP_ATOMIC) : NULL;
}

static void hardirq_may_allocate_and_free(struct kunit *test)
{
	for (int i = 0; i < 20; i++) {
		void *object = kmalloc(1000, GFP_KERNEL);

		run_in_hardirq(allocate_in_hardirq, &object);
		KUNIT_EXPECT_NOT_NULL(test, object);
		kfree(object);
	}
}

static void exhaust(struct kunit *test)
{
	struct chain {
		struct chain *next;
	} *chain = NULL, *object;
	struct kmem_cache *cache[64];
	unsigned int caches = 0;
	LIST_HEAD(hoard);

	hoard_pages(&hoard, GFP_KERNEL);
	KUNIT_EXPECT_NULL(test, kmalloc(100000, GFP_KERNEL | __GFP_NOWARN));
	while ((object = kmalloc(512, GFP_KERNEL | __GFP_NOWARN))) {
		object->next = chain;
		chain = object;
	}
	while (caches < ARRAY_SIZE(cache) &&
	       (cache[caches] = kmem_cache_create("test", 64, 0, 0, NULL)))
		caches++;
	KUNIT_EXPECT_LT(test, (size_t)caches, ARRAY_SIZE(cache));
	while (caches)
		kmem_cache_destroy(cache[--caches]);
	while (chain) {
		object = chain;
		chain = chain->next;
		kfree(object);
	}
	free_hoard(&hoard);
}

static void exhaustion_returns_null_and_everything_comes_back(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, pages_lost_by(test, exhaust), 0L);
}

static void debug_slab_or_skip(struct kunit *test)
{
	if (!IS_ENABLED(CONFIG_DEBUG_SLAB))
		kunit_skip(test, "the release profile does not look");
}

static void a_double_free_is_reported_and_ignored(struct kunit *test)
{
	void *object, *a, *b;
	u64 mark;

	debug_slab_or_skip(test);
	object = kmalloc(64, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, object);
	mark = log_mark();
	preempt_disable(); /* the two below shall come from this CPU's list */
	kfree(object);
	kfree(object);
	KUNIT_EXPECT_TRUE(test, log_has(mark, "is freed twice"));
	a = kmalloc(64, GFP_ATOMIC);
	b = kmalloc(64, GFP_ATOMIC);
	preempt_enable();
	KUNIT_EXPECT_PTR_NE(test, a, b);
	kfree(a);
	kfree(b);
}

static void writing_to_a_freed_object_is_reported(struct kunit *test)
{
	u64 *object, *again;
	u64 mark;

	debug_slab_or_skip(test);
	object = kmalloc(64, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, object);
	mark = log_mark();
	preempt_disable();
	kfree(object);
	object[5] = 1;
	again = kmalloc(64, GFP_ATOMIC);
	preempt_enable();
	KUNIT_EXPECT_TRUE(test, log_has(mark, "was written to after it was freed"));
	kfree(again);
}

static void freeing_what_is_no_object_is_reported(struct kunit *test)
{
	struct kmem_cache *cache;
	char *object;
	u64 mark;

	debug_slab_or_skip(test);
	object = kmalloc(64, GFP_KERNEL);
	cache = kmem_cache_create("test-other", 64, 0, 0, NULL);
	KUNIT_ASSERT_NOT_NULL(test, object);
	KUNIT_ASSERT_NOT_NULL(test, cache);
	mark = log_mark();
	kfree(object + 8);
	KUNIT_EXPECT_TRUE(test, log_has(mark, "does not start an object"));
	kmem_cache_free(cache, object);
	KUNIT_EXPECT_TRUE(test, log_has(mark, "test-other"));
	kfree((void *)writing_to_a_freed_object_is_reported);
	KUNIT_EXPECT_TRUE(test, log_has(mark, "is not from kmalloc()"));
	kfree(object);
	kmem_cache_destroy(cache);
}

static LIST_HEAD(hoard);

/* Nothing is free but every other one of a block's pages. */
static void fragment_memory(struct kunit *test)
{
	struct page *page, *next;
	LIST_HEAD(singles);

	KUNIT_ASSERT_GT(test, hoard_pages(&hoard, GFP_ATOMIC), 0UL);
	page = list_last_entry(&hoard, struct page, lru); /* a large one: they came first */
	list_del(&page->lru);
	__free_pages(page, page->order);
	while ((page = alloc_page(GFP_ATOMIC | __GFP_NOWARN)))
		list_add(&page->lru, &singles);
	list_for_each_entry_safe(page, next, &singles, lru) {
		list_move(&page->lru, &hoard);
		if (page_to_pfn(page) % 2) {
			list_del(&page->lru);
			__free_page(page);
		}
	}
}

static void use_fragments(struct kunit *test)
{
	static const unsigned int sizes[] = { 1024, 2048, 4096 };
	u8 *object[64];

	fragment_memory(test);
	KUNIT_EXPECT_NULL(test, alloc_pages(GFP_ATOMIC | __GFP_NOWARN, 3));
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		for (int j = 0; j < 64; j++) {
			object[j] = kmalloc(sizes[i], GFP_ATOMIC | __GFP_NOWARN);
			KUNIT_EXPECT_NOT_NULL(test, object[j]);
			if (object[j])
				memset(object[j], j, sizes[i]);
		}
		for (int j = 0; j < 64; j++) {
			KUNIT_EXPECT_TRUE(test, !object[j] || !memchr_inv(object[j], j, sizes[i]));
			kfree(object[j]);
		}
	}
	free_hoard(&hoard);
}

static void slabs_of_single_pages_will_do_in_fragmented_memory(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, pages_lost_by(test, use_fragments), 0L);
}

static struct kunit_case slab_cases[] = {
	KUNIT_CASE(sizes_and_alignment_are_as_promised),
	KUNIT_CASE(kzalloc_gives_zeroes),
	KUNIT_CASE(sizes_at_the_edges_have_a_meaning),
	KUNIT_CASE(krealloc_keeps_the_contents),
	KUNIT_CASE(objects_never_overlap_and_none_is_lost),
	KUNIT_CASE(any_cpu_may_free_what_another_allocated),
	KUNIT_CASE(a_cache_aligns_and_constructs_its_objects),
	KUNIT_CASE(a_destroyed_cache_leaves_nothing),
	KUNIT_CASE(a_cache_in_use_is_not_destroyed),
	KUNIT_CASE(hardirq_may_allocate_and_free),
	KUNIT_CASE(exhaustion_returns_null_and_everything_comes_back),
	KUNIT_CASE(a_double_free_is_reported_and_ignored),
	KUNIT_CASE(writing_to_a_freed_object_is_reported),
	KUNIT_CASE(freeing_what_is_no_object_is_reported),
	KUNIT_CASE(slabs_of_single_pages_will_do_in_fragmented_memory),
	{}
};

static struct kunit_suite slab_suite = { .name = "slab", .test_cases = slab_cases };

kunit_test_suite(slab_suite);
