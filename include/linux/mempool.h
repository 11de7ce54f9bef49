/* SPDX-License-Identifier: MIT */
/*
 * A pool of elements that are set aside, for work that must go on when memory is short. mempool_alloc() takes from
 * the allocator behind it as long as that gives; then from the pool; and then a caller that may sleep waits until
 * somebody gives an element back. So at least min_nr of them can always be in use, and such a caller never fails.
 */
#ifndef _LINUX_MEMPOOL_H
#define _LINUX_MEMPOOL_H

#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/wait.h>

/* The allocator behind a pool. Context: what @gfp_mask says; freeing: that of mempool_free(). Return: NULL: none. */
typedef void *(mempool_alloc_t)(gfp_t gfp_mask, void *pool_data);
typedef void (mempool_free_t)(void *element, void *pool_data);

typedef struct mempool_s {
	spinlock_t lock;		/* interrupts off */
	int min_nr;			/* elements that are to be here; lock, and who resizes */
	int curr_nr;			/* that are; lock */
	void **elements;		/* lock */

	void *pool_data;
	mempool_alloc_t *alloc;
	mempool_free_t *free;
	wait_queue_head_t wait;		/* for an element */
} mempool_t;

/**
 * mempool_create - a pool of @min_nr elements
 *
 * Context: task, may sleep. Return: the pool, for mempool_destroy(); NULL without memory.
 */
mempool_t *mempool_create(int min_nr, mempool_alloc_t *alloc_fn, mempool_free_t *free_fn, void *pool_data);

/* mempool_destroy - free it and the elements in it; NULL is fine. Context: task; all others have been given back. */
void mempool_destroy(mempool_t *pool);

/* The same for a pool inside another structure. Return: 0, or -ENOMEM. */
int mempool_init(mempool_t *pool, int min_nr, mempool_alloc_t *alloc_fn, mempool_free_t *free_fn, void *pool_data);
void mempool_exit(mempool_t *pool);

/**
 * mempool_resize - have @new_min_nr elements set aside from now on
 *
 * Growing, it may need memory. Context: task, may sleep; one caller at a time. Return: 0, or -ENOMEM: not all are.
 */
int mempool_resize(mempool_t *pool, int new_min_nr);

/**
 * mempool_alloc - an element
 * @gfp_mask: without __GFP_ZERO: an element from the pool is as it was left
 *
 * Context: any but NMI, with GFP_ATOMIC; task that may sleep with GFP_KERNEL.
 * Return: the element; never NULL if @gfp_mask allows to sleep.
 */
void *mempool_alloc(mempool_t *pool, gfp_t gfp_mask);

/* mempool_free - give it back; NULL is fine. Context: any but NMI. */
void mempool_free(void *element, mempool_t *pool);

/* The usual allocators: of a kmem_cache; kmalloc() of a size; blocks of 2^order pages. The last word is pool_data. */
void *mempool_alloc_slab(gfp_t gfp_mask, void *cache);
void mempool_free_slab(void *element, void *cache);
void *mempool_kmalloc(gfp_t gfp_mask, void *size);
void mempool_kfree(void *element, void *size);
void *mempool_alloc_pages(gfp_t gfp_mask, void *order);
void mempool_free_pages(void *element, void *order);

static inline mempool_t *mempool_create_slab_pool(int min_nr, struct kmem_cache *cache)
{
	return mempool_create(min_nr, mempool_alloc_slab, mempool_free_slab, cache);
}

static inline mempool_t *mempool_create_kmalloc_pool(int min_nr, size_t size)
{
	return mempool_create(min_nr, mempool_kmalloc, mempool_kfree, (void *)size);
}

static inline mempool_t *mempool_create_page_pool(int min_nr, int order)
{
	return mempool_create(min_nr, mempool_alloc_pages, mempool_free_pages, (void *)(long)order);
}

static inline int mempool_init_slab_pool(mempool_t *pool, int min_nr, struct kmem_cache *cache)
{
	return mempool_init(pool, min_nr, mempool_alloc_slab, mempool_free_slab, cache);
}

static inline int mempool_init_kmalloc_pool(mempool_t *pool, int min_nr, size_t size)
{
	return mempool_init(pool, min_nr, mempool_kmalloc, mempool_kfree, (void *)size);
}

static inline bool mempool_initialized(mempool_t *pool)
{
	return pool->elements != NULL;
}

#endif
