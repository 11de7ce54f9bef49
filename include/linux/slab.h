/* SPDX-License-Identifier: MIT */
/*
 * Objects: kmalloc() for any size, a kmem_cache for many of one kind. Each CPU has a list of free objects of each
 * cache, guarded by nothing but interrupts being off; only when that is empty or too long is the cache locked.
 *
 *	GFP_KERNEL	in task context with nothing held; may sleep until there is memory
 *	GFP_ATOMIC	under spinlocks, in interrupts: does not sleep, so it fails more readily
 *
 * Context for all: what @gfp says, never NMI; freeing: any but NMI. Objects are aligned to 8 bytes, those of a power of
 * two to their size. In the debug profile freed objects are poisoned: writing to one, and freeing one twice, is reported.
 */
#ifndef _LINUX_SLAB_H
#define _LINUX_SLAB_H

#include <linux/gfp.h>
#include <linux/overflow.h>
#include <linux/threads.h>
#include <linux/types.h>

#define SLAB_HWCACHE_ALIGN 0x2000u	/* start each object on a cache line */
#define SLAB_PANIC 0x40000u		/* panic when the cache cannot be made */
#define SLAB_ACCOUNT 0u
#define SLAB_RECLAIM_ACCOUNT 0u
#define ARCH_KMALLOC_MINALIGN 8
#define KMALLOC_MAX_CACHE_SIZE 8192UL	/* what is larger comes as whole pages */
#define KMALLOC_MAX_SIZE (PAGE_SIZE << (MAX_ORDER - 1))
#define ZERO_SIZE_PTR ((void *)16)	/* kmalloc(0) */
#define ZERO_OR_NULL_PTR(x) ((unsigned long)(x) <= (unsigned long)ZERO_SIZE_PTR)

/* One CPU's free objects, linked through their first words. That CPU uses it with interrupts off. */
struct kmem_cache_cpu {
	void *freelist;
	unsigned int count;
} __aligned(64);

struct kmem_cache {
	unsigned int size;		/* from one object to the next */
	unsigned int object_size;	/* as asked for */
	unsigned int order;		/* pages of a slab: 2^order, or fewer while memory is fragmented */
	unsigned int limit;		/* objects that a CPU keeps at most */
	void (*ctor)(void *object);
	const char *name;
	struct list_head list;		/* all caches, under slab_caches_lock */

	spinlock_t lock;		/* taken with interrupts off; zone.lock may be taken inside */
	/* lock guards: */
	struct list_head partial;	/* slabs with free objects */
	unsigned int nr_empty;		/* those of them of which all objects are free */
	unsigned long nr_slabs;

	struct kmem_cache_cpu cpu[NR_CPUS];
};

/**
 * kmem_cache_create - a cache of objects of @size bytes
 * @align: 0, or a power of two
 * @ctor: called on each object when it is handed out; NULL: none
 *
 * Context: task, may sleep; or boot after mm_init().
 * Return: the cache, for kmem_cache_destroy(); NULL without memory.
 */
struct kmem_cache *kmem_cache_create(const char *name, unsigned int size, unsigned int align, slab_flags_t flags,
				     void (*ctor)(void *object));
#define KMEM_CACHE(type, flags)                                                                    \
	kmem_cache_create(#type, sizeof(struct type), __alignof__(struct type), flags, NULL)

/* kmem_cache_destroy - NULL is fine. Objects still in use are reported, and lost. Context: task, interrupts on. */
void kmem_cache_destroy(struct kmem_cache *s);

/* kmem_cache_shrink - give all memory in this cache that nobody uses back. Context: task, interrupts on. Return: 0. */
int kmem_cache_shrink(struct kmem_cache *s);

/* slab_shrink_all - the same for every cache. */
void slab_shrink_all(void);

void *kmem_cache_alloc(struct kmem_cache *s, gfp_t gfp) __malloc;
void kmem_cache_free(struct kmem_cache *s, void *object);

static inline void *kmem_cache_zalloc(struct kmem_cache *s, gfp_t gfp)
{
	return kmem_cache_alloc(s, gfp | __GFP_ZERO);
}

static inline unsigned int kmem_cache_size(struct kmem_cache *s)
{
	return s->object_size;
}

#define KMALLOC_CACHES 13
extern struct kmem_cache kmalloc_caches[KMALLOC_CACHES];	/* 8 16 32 64 96 128 192 256 512 ... 8192 */

/* Which of them holds @size bytes; folds to a constant. */
static __always_inline unsigned int __kmalloc_index(size_t size)
{
	if (size <= 8)
		return 0;
	if (size > 64 && size <= 96)
		return 4;
	if (size > 128 && size <= 192)
		return 6;
	if (size <= 64)
		return ilog2(size - 1) - 2;
	return size <= 128 ? 5 : ilog2(size - 1);
}

void *__kmalloc(size_t size, gfp_t gfp) __malloc;

/**
 * kmalloc - @size bytes of contiguous memory, not initialised
 * Return: the address, for kfree(); NULL without memory.
 */
static __always_inline void *kmalloc(size_t size, gfp_t gfp)
{
	if (__builtin_constant_p(size) && size && size <= KMALLOC_MAX_CACHE_SIZE)
		return kmem_cache_alloc(&kmalloc_caches[__kmalloc_index(size)], gfp);
	return __kmalloc(size, gfp);
}

static __always_inline void *kzalloc(size_t size, gfp_t gfp)
{
	return kmalloc(size, gfp | __GFP_ZERO);
}

/* kmalloc_array, kcalloc - @n elements of @size bytes; NULL also when the product overflows. */
static inline void *kmalloc_array(size_t n, size_t size, gfp_t gfp)
{
	size_t bytes;

	if (check_mul_overflow(n, size, &bytes))
		return NULL;
	return __kmalloc(bytes, gfp);
}

static inline void *kcalloc(size_t n, size_t size, gfp_t gfp)
{
	return kmalloc_array(n, size, gfp | __GFP_ZERO);
}

/* kfree - for anything from kmalloc() or kmem_cache_alloc(); NULL is fine. */
void kfree(const void *object);
void kfree_sensitive(const void *object);

/* krealloc - resize; @object may be NULL. Return: where it is now; NULL without memory, and @object stays. */
void *krealloc(const void *object, size_t new_size, gfp_t gfp) __must_check;

static inline void *krealloc_array(void *object, size_t n, size_t size, gfp_t gfp)
{
	size_t bytes;

	return check_mul_overflow(n, size, &bytes) ? NULL : krealloc(object, bytes, gfp);
}

/* ksize - bytes that @object really has. */
size_t ksize(const void *object);

/*
 * kvmalloc - as kmalloc(), from vmalloc() when there is no such block and @gfp may sleep. Context: what @gfp says;
 * kvfree(): as vfree().
 */
void *kvmalloc(size_t size, gfp_t gfp) __malloc;
void kvfree(const void *object);

static inline void *kvzalloc(size_t size, gfp_t gfp)
{
	return kvmalloc(size, gfp | __GFP_ZERO);
}

static inline void *kvmalloc_array(size_t n, size_t size, gfp_t gfp)
{
	size_t bytes;

	return check_mul_overflow(n, size, &bytes) ? NULL : kvmalloc(bytes, gfp);
}

/* slab_unused_objects - objects that nobody uses, in lists of CPUs and empty slabs; about. Context: any. */
unsigned long slab_unused_objects(void);

/* nr_slab_pages - pages in slabs. Context: any. */
unsigned long nr_slab_pages(void);

#endif
