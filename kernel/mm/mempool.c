// SPDX-License-Identifier: MIT
/*
 * Pools of elements set aside. pool->lock guards the array of those that are there; it is taken with interrupts off,
 * since elements are given back in interrupts. A waiter tests under the lock, and who adds an element does so under
 * the lock and wakes afterwards: wait_event() needs no more.
 */
#include <linux/bug.h>
#include <linux/errno.h>
#include <linux/gfp.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/mempool.h>
#include <linux/mm.h>
#include <linux/slab.h>

#define RETRY_JIFFIES (5 * HZ) /* the allocator may have memory again though no element came back */

static void *take_element(mempool_t *pool)
{
	unsigned long flags;
	void *element = NULL;

	spin_lock_irqsave(&pool->lock, flags);
	if (pool->curr_nr)
		element = pool->elements[--pool->curr_nr];
	spin_unlock_irqrestore(&pool->lock, flags);
	return element;
}

/* Return: there was room for it. */
static bool add_element(mempool_t *pool, void *element)
{
	unsigned long flags;
	bool room;

	spin_lock_irqsave(&pool->lock, flags);
	room = pool->curr_nr < pool->min_nr;
	if (room)
		pool->elements[pool->curr_nr++] = element;
	spin_unlock_irqrestore(&pool->lock, flags);
	return room;
}

/* Return: 0, or -ENOMEM when the allocator gave fewer. */
static int fill(mempool_t *pool)
{
	while (READ_ONCE(pool->curr_nr) < pool->min_nr) {
		void *element = pool->alloc(GFP_KERNEL, pool->pool_data);

		if (!element)
			return -ENOMEM;
		if (!add_element(pool, element)) /* mempool_free() filled it meanwhile */
			pool->free(element, pool->pool_data);
		else
			wake_up(&pool->wait);
	}
	return 0;
}

int mempool_init(mempool_t *pool, int min_nr, mempool_alloc_t *alloc_fn, mempool_free_t *free_fn,
		 void *pool_data)
{
	*pool = (mempool_t){
		.min_nr = min_nr, .alloc = alloc_fn, .free = free_fn, .pool_data = pool_data
	};
	spin_lock_init(&pool->lock);
	init_waitqueue_head(&pool->wait);
	pool->elements = kmalloc_array(max(1, min_nr), sizeof(void *), GFP_KERNEL);
	if (!pool->elements)
		return -ENOMEM;
	if (!fill(pool))
		return 0;
	mempool_exit(pool);
	return -ENOMEM;
}

void mempool_exit(mempool_t *pool)
{
	void *element;

	while (pool->elements && (element = take_element(pool)))
		pool->free(element, pool->pool_data);
	kfree(pool->elements);
	pool->elements = NULL;
}

mempool_t *mempool_create(int min_nr, mempool_alloc_t *alloc_fn, mempool_free_t *free_fn,
			  void *pool_data)
{
	mempool_t *pool = kmalloc(sizeof(*pool), GFP_KERNEL);

	if (pool && !mempool_init(pool, min_nr, alloc_fn, free_fn, pool_data))
		return pool;
	kfree(pool);
	return NULL;
}

void mempool_destroy(mempool_t *pool)
{
	if (!pool)
		return;
	mempool_exit(pool);
	kfree(pool);
}

/* Put @elements in the place of the old array, which is returned; what does not fit stays there, at *@rest. */
static void **replace_array(mempool_t *pool, void **elements, int new_min_nr, int *rest)
{
	void **old;

	spin_lock_irq(&pool->lock);
	old = pool->elements;
	*rest = max(0, pool->curr_nr - new_min_nr);
	pool->curr_nr -= *rest;
	memcpy(elements, old + *rest, pool->curr_nr * sizeof(void *));
	pool->elements = elements;
	pool->min_nr = new_min_nr;
	spin_unlock_irq(&pool->lock);
	return old;
}

int mempool_resize(mempool_t *pool, int new_min_nr)
{
	void **elements, **old;
	int rest;

	might_sleep();
	if (WARN_ON(new_min_nr <= 0))
		return -EINVAL;
	elements = kmalloc_array(new_min_nr, sizeof(void *), GFP_KERNEL);
	if (!elements)
		return -ENOMEM;
	old = replace_array(pool, elements, new_min_nr, &rest);
	while (rest)
		pool->free(old[--rest], pool->pool_data);
	kfree(old);
	return fill(pool);
}

/*
 * The first try must not sleep: while the pool has elements, that is the faster way. It leaves the reserve alone, for
 * those who have no pool.
 */
void *__sched mempool_alloc(mempool_t *pool, gfp_t gfp_mask)
{
	gfp_t gfp = gfp_mask | __GFP_NOMEMALLOC | __GFP_NORETRY | __GFP_NOWARN;
	void *element;

	WARN_ON_ONCE(gfp_mask & __GFP_ZERO);
	might_sleep_if(gfpflags_allow_blocking(gfp_mask));
	element = pool->alloc(gfp & ~__GFP_DIRECT_RECLAIM, pool->pool_data);
	if (!element)
		element = take_element(pool);
	if (element || !gfpflags_allow_blocking(gfp_mask))
		return element;
	while (!(element = pool->alloc(gfp, pool->pool_data))) {
		wait_event_timeout(pool->wait, (element = take_element(pool)), RETRY_JIFFIES);
		if (element)
			break;
	}
	return element;
}

/*
 * The number is read without the lock. It cannot be so old that a waiter is overlooked: this element was taken before
 * it came here, and a waiter who found none left it at 0 after that or saw it at 0 before.
 */
void mempool_free(void *element, mempool_t *pool)
{
	if (!element)
		return;
	smp_rmb(); /* what handed over the element comes before the look at the number */
	if (READ_ONCE(pool->curr_nr) < READ_ONCE(pool->min_nr) && add_element(pool, element))
		wake_up(&pool->wait);
	else
		pool->free(element, pool->pool_data);
}

void *mempool_alloc_slab(gfp_t gfp_mask, void *cache)
{
	return kmem_cache_alloc(cache, gfp_mask);
}

void mempool_free_slab(void *element, void *cache)
{
	kmem_cache_free(cache, element);
}

void *mempool_kmalloc(gfp_t gfp_mask, void *size)
{
	return kmalloc((size_t)size, gfp_mask);
}

void mempool_kfree(void *element, void *size __maybe_unused)
{
	kfree(element);
}

void *mempool_alloc_pages(gfp_t gfp_mask, void *order)
{
	return alloc_pages(gfp_mask, (unsigned int)(long)order);
}

void mempool_free_pages(void *element, void *order)
{
	__free_pages(element, (unsigned int)(long)order);
}
