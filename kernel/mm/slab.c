// SPDX-License-Identifier: MIT
/*
 * Objects of a fixed size, cut from slabs of a few pages (Bonwick, "The Slab Allocator", USENIX 1994). Each CPU has a
 * list of free objects in front of the slabs, so that kmem_cache_alloc() and _free() are a pop and a push with
 * interrupts off; an empty list takes a batch from the slabs, a full one gives a batch back. kmalloc() picks one of 13
 * such caches by size. A free object's first word links it to the next one; the debug profile poisons the others.
 *
 * Locks: kmem_cache.lock, with interrupts off; zone.lock is taken inside it.
 */
#include <linux/atomic.h>
#include <linux/bug.h>
#include <linux/gfp.h>
#include <linux/irqflags.h>
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/lockdep.h>
#include <linux/mm.h>
#include <linux/poison.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <linux/string.h>
#include <asm/pgtable.h>
#include "internal.h"

#define SLAB_OBJECTS_WANTED 8U /* per slab, if SLAB_ORDER_WANTED allows */
#define SLAB_ORDER_WANTED   3U
#define SLAB_EMPTY_KEPT     1U     /* slabs without an object in use that a cache keeps for later */
#define CPU_LIST_BYTES      16384U /* what a CPU may keep of a cache, as far as these two allow: */
#define CPU_LIST_MIN        2U
#define CPU_LIST_MAX        64U

#define POISON_WORD  (POISON_FREE * 0x0101010101010101ULL)
#define POISON_BYTES 256U /* bytes of an object that are poisoned: enough to catch, and cheap */

struct kmem_cache kmalloc_caches[KMALLOC_CACHES];

static const struct {
	unsigned int size;
	const char *name;
} kmalloc_info[KMALLOC_CACHES] = {
	{ 8, "kmalloc-8" },       { 16, "kmalloc-16" },     { 32, "kmalloc-32" },
	{ 64, "kmalloc-64" },     { 96, "kmalloc-96" },     { 128, "kmalloc-128" },
	{ 192, "kmalloc-192" },   { 256, "kmalloc-256" },   { 512, "kmalloc-512" },
	{ 1024, "kmalloc-1024" }, { 2048, "kmalloc-2048" }, { 4096, "kmalloc-4096" },
	{ 8192, "kmalloc-8192" },
};

static struct kmem_cache kmem_cache_cache; /* what kmem_cache_create() makes */

static DEFINE_SPINLOCK(slab_caches_lock);
static LIST_HEAD(slab_caches); /* under slab_caches_lock */

static atomic_long_t slab_pages = ATOMIC_LONG_INIT(0);

static void *get_next(void *object)
{
	return *(void **)object;
}

static void set_next(void *object, void *next)
{
	*(void **)object = next;
}

/*
 * The words of an object that are poisoned: all but the first, up to POISON_BYTES. The second, where there is one, is
 * mixed with the object's address, so that no copy of a free object looks like one.
 */
static unsigned int poison_words(const struct kmem_cache *s)
{
	return min(s->object_size, POISON_BYTES) / sizeof(u64);
}

static u64 free_mark(const u64 *words)
{
	return (u64)words ^ POISON_WORD;
}

static bool is_poisoned(const struct kmem_cache *s, const void *object)
{
	unsigned int words = poison_words(s);
	const u64 *word = object;

	for (unsigned int i = 1; i < words; i++)
		if (word[i] != (i == 1 ? free_mark(word) : POISON_WORD))
			return false;
	return true;
}

static void poison(const struct kmem_cache *s, void *object)
{
	unsigned int words = poison_words(s);
	u64 *word = object;

	if (!IS_ENABLED(CONFIG_DEBUG_SLAB) || words < 2)
		return;
	word[1] = free_mark(word);
	memset(word + 2, POISON_FREE, (words - 2) * sizeof(u64));
}

static void unpoison(const struct kmem_cache *s, void *object)
{
	if (IS_ENABLED(CONFIG_DEBUG_SLAB) && poison_words(s) > 1)
		memset((u64 *)object + 1, POISON_INUSE, (poison_words(s) - 1) * sizeof(u64));
}

/* An object on its way out: nobody has written to it since it was freed. */
static void check_free_object(const struct kmem_cache *s, void *object)
{
	void *next = get_next(object);

	WARN(!is_poisoned(s, object), "%s: object %px was written to after it was freed\n", s->name,
	     object);
	if (next && !kern_addr_valid((unsigned long)next))
		panic("%s: the first word of free object %px was overwritten with %px", s->name,
		      object, next);
}

/* Where the slab of @object begins. */
static unsigned long slab_start(const void *object)
{
	return (unsigned long)object & ~((PAGE_SIZE << virt_to_page(object)->order) - 1);
}

/* An object on its way in: it is one of this cache, and in use. Otherwise it is left alone. */
static bool check_used_object(const struct kmem_cache *s, void *object)
{
	if (WARN(!kern_addr_valid((unsigned long)object) ||
			 (unsigned long)object >= VMALLOC_START ||
			 virt_to_page(object)->slab_cache != s,
		 "%s: %px is none of its objects\n", s->name, object))
		return false;
	if (WARN(((unsigned long)object - slab_start(object)) % s->size,
		 "%s: %px does not start an object\n", s->name, object))
		return false;
	return !WARN(poison_words(s) > 1 && is_poisoned(s, object),
		     "%s: object %px is freed twice\n", s->name, object);
}

/* As many pages as the cache wants for a slab; where memory is too fragmented for that, as few as one object needs. */
static struct page *alloc_slab_pages(const struct kmem_cache *s, gfp_t gfp)
{
	struct page *page = alloc_pages(gfp, s->order);

	return page ?: alloc_pages(gfp, get_order(s->size));
}

/* A slab with all objects free; NULL without memory. Interrupts may be off, so this does not sleep whatever @gfp says. */
static struct page *new_slab(struct kmem_cache *s, gfp_t gfp)
{
	struct page *page = alloc_slab_pages(s, gfp & ~(__GFP_DIRECT_RECLAIM | __GFP_ZERO));
	char *object;

	if (!page)
		return NULL;
	for (unsigned int i = 0; i < 1U << page->order; i++) {
		page[i].slab_cache = s;
		page[i].order = page->order;
	}
	page->inuse = 0;
	page->freelist = NULL;
	object = page_address(page);
	for (unsigned int left = PAGE_SIZE << page->order; left >= s->size; left -= s->size) {
		set_next(object, page->freelist);
		poison(s, object);
		page->freelist = object;
		object += s->size;
	}
	return page;
}

static void add_empty_slab(struct kmem_cache *s, struct page *page)
{
	list_add(&page->lru, &s->partial);
	s->nr_slabs++;
	s->nr_empty++;
	atomic_long_add(1L << page->order, &slab_pages);
}

static void drop_empty_slab(struct kmem_cache *s, struct page *page)
{
	list_del(&page->lru);
	s->nr_slabs--;
	s->nr_empty--;
	atomic_long_sub(1L << page->order, &slab_pages);
	__free_pages(page, page->order);
}

/* Move objects from a slab that has some to this CPU's list, until that has @want. */
static void take_objects(struct kmem_cache *s, struct kmem_cache_cpu *c, struct page *page,
			 unsigned int want)
{
	if (!page->inuse)
		s->nr_empty--;
	while (page->freelist && c->count < want) {
		void *object = page->freelist;

		page->freelist = get_next(object);
		page->inuse++;
		set_next(object, c->freelist);
		c->freelist = object;
		c->count++;
	}
	if (!page->freelist)
		list_del(&page->lru);
}

/* Fill this CPU's empty list half. Return: is there an object in it? */
static bool refill_cpu_list(struct kmem_cache *s, struct kmem_cache_cpu *c, gfp_t gfp)
{
	unsigned int want = s->limit / 2;
	struct page *page;

	spin_lock(&s->lock);
	while (c->count < want && !list_empty(&s->partial))
		take_objects(s, c, list_first_entry(&s->partial, struct page, lru), want);
	spin_unlock(&s->lock);
	if (c->count)
		return true;

	page = new_slab(s, gfp);
	if (!page)
		return false;
	spin_lock(&s->lock);
	add_empty_slab(s, page);
	take_objects(s, c, page, want);
	spin_unlock(&s->lock);
	return true;
}

/* Give objects of this CPU's list back to their slabs, until @keep are left. Interrupts are off. */
static noinline void flush_cpu_list(struct kmem_cache *s, struct kmem_cache_cpu *c,
				    unsigned int keep)
{
	spin_lock(&s->lock);
	for (; c->count > keep; c->count--) {
		void *object = c->freelist;
		struct page *page = virt_to_page(slab_start(object));

		c->freelist = get_next(object);
		if (!page->freelist)
			list_add(&page->lru, &s->partial);
		set_next(object, page->freelist);
		page->freelist = object;
		if (--page->inuse == 0 && ++s->nr_empty > SLAB_EMPTY_KEPT)
			drop_empty_slab(s, page);
	}
	spin_unlock(&s->lock);
}

static __always_inline void *pop_object(struct kmem_cache *s, struct kmem_cache_cpu *c)
{
	void *object = c->freelist;

	if (IS_ENABLED(CONFIG_DEBUG_SLAB))
		check_free_object(s, object);
	c->freelist = get_next(object);
	c->count--;
	return object;
}

static noinline void *init_object(struct kmem_cache *s, gfp_t gfp, void *object)
{
	unpoison(s, object);
	if (gfp & __GFP_ZERO)
		memset(object, 0, s->object_size);
	if (s->ctor)
		s->ctor(object);
	return object;
}

/* An object of this CPU's list, which may have to be filled. Context: interrupts off. */
static void *try_alloc(struct kmem_cache *s, gfp_t gfp)
{
	struct kmem_cache_cpu *c = &s->cpu[smp_processor_id()];

	return c->freelist || refill_cpu_list(s, c, gfp) ? pop_object(s, c) : NULL;
}

/* There is no page for a slab. An object may be freed as well as a page while this waits. */
static noinline void *__sched alloc_after_reclaim(struct kmem_cache *s, gfp_t gfp)
{
	struct reclaim r = { .gfp = gfp };
	void *object = NULL;

	while (!object && reclaim_round(&r)) {
		local_irq_disable();
		object = try_alloc(s, gfp | __GFP_NOWARN);
		local_irq_enable();
	}
	reclaim_end(&r);
	if (!object)
		report_alloc_failure(gfp, get_order(s->size));
	return object;
}

/* The rest of kmem_cache_alloc() when this CPU has no object; @flags are the interrupts' state to go back to. */
static noinline void *__sched alloc_slow(struct kmem_cache *s, gfp_t gfp, unsigned long flags)
{
	void *object = try_alloc(s, gfp | __GFP_NOWARN);

	local_irq_restore(flags);
	if (unlikely(!object))
		object = alloc_after_reclaim(s, gfp);
	return object ? init_object(s, gfp, object) : NULL;
}

/* The two unlikely ways end in tail calls, so this needs no stack and saves no register. */
void *__sched kmem_cache_alloc(struct kmem_cache *s, gfp_t gfp)
{
	struct kmem_cache_cpu *c;
	unsigned long flags;
	void *object;

	might_sleep_if(gfpflags_allow_blocking(gfp));
	local_irq_save(flags);
	c = &s->cpu[smp_processor_id()];
	if (unlikely(!c->freelist))
		return alloc_slow(s, gfp, flags);
	object = pop_object(s, c);
	local_irq_restore(flags);
	if (IS_ENABLED(CONFIG_DEBUG_SLAB) || unlikely(gfp & __GFP_ZERO || s->ctor))
		return init_object(s, gfp, object);
	return object;
}

void kmem_cache_free(struct kmem_cache *s, void *object)
{
	struct kmem_cache_cpu *c;
	unsigned long flags;

	if (IS_ENABLED(CONFIG_DEBUG_SLAB) && !check_used_object(s, object))
		return;
	debug_check_no_locks_freed(object, s->object_size);
	poison(s, object);
	local_irq_save(flags);
	c = &s->cpu[smp_processor_id()];
	set_next(object, c->freelist);
	c->freelist = object;
	if (unlikely(++c->count > s->limit))
		flush_cpu_list(s, c, s->limit / 2);
	local_irq_restore(flags);
}

static void *kmalloc_pages(size_t size, gfp_t gfp)
{
	struct page *page = size <= KMALLOC_MAX_SIZE ? alloc_pages(gfp, get_order(size)) : NULL;

	if (!page)
		return NULL;
	page->slab_cache = NULL;
	return page_address(page);
}

void *__kmalloc(size_t size, gfp_t gfp)
{
	if (unlikely(size > KMALLOC_MAX_CACHE_SIZE))
		return kmalloc_pages(size, gfp);
	if (unlikely(!size))
		return ZERO_SIZE_PTR;
	return kmem_cache_alloc(&kmalloc_caches[__kmalloc_index(size)], gfp);
}

void kfree(const void *object)
{
	struct page *page = virt_to_page(object);

	if (unlikely(ZERO_OR_NULL_PTR(object)))
		return;
	if (IS_ENABLED(CONFIG_DEBUG_SLAB) &&
	    WARN(!kern_addr_valid((unsigned long)page) || !kern_addr_valid((unsigned long)object),
		 "kfree: %px is not from kmalloc()\n", object))
		return;
	if (likely(page->slab_cache))
		kmem_cache_free(page->slab_cache, (void *)object);
	else
		__free_pages(page, page->order);
}

size_t ksize(const void *object)
{
	struct page *page = virt_to_page(object);

	if (ZERO_OR_NULL_PTR(object))
		return 0;
	return page->slab_cache ? page->slab_cache->object_size : PAGE_SIZE << page->order;
}

void kfree_sensitive(const void *object)
{
	memset((void *)object, 0, ksize(object));
	barrier_data(object); /* the compiler must not drop the stores to an object that dies */
	kfree(object);
}

void *krealloc(const void *object, size_t new_size, gfp_t gfp)
{
	size_t old_size = ksize(object);
	void *new;

	if (!new_size) {
		kfree(object);
		return ZERO_SIZE_PTR;
	}
	if (new_size <= old_size)
		return (void *)object;
	new = __kmalloc(new_size, gfp);
	if (new &&old_size) {
		memcpy(new, object, old_size);
		kfree(object);
	}
	return new;
}

void *kvmalloc(size_t size, gfp_t gfp)
{
	void *object = __kmalloc(size, gfp | (size > PAGE_SIZE ? __GFP_NOWARN | __GFP_NORETRY : 0));

	if (object || size <= PAGE_SIZE || !gfpflags_allow_blocking(gfp))
		return object;
	return gfp & __GFP_ZERO ? vzalloc(size) : vmalloc(size);
}

void kvfree(const void *object)
{
	if (is_vmalloc_addr(object))
		vfree(object);
	else
		kfree(object);
}

static void cache_init(struct kmem_cache *s, const char *name, unsigned int size,
		       unsigned int align, void (*ctor)(void *object))
{
	s->name = name;
	s->object_size = size;
	s->size = ALIGN(size, align);
	while (s->order < SLAB_ORDER_WANTED &&
	       (PAGE_SIZE << s->order) / s->size < SLAB_OBJECTS_WANTED)
		s->order++;
	s->limit = clamp(CPU_LIST_BYTES / s->size, CPU_LIST_MIN, CPU_LIST_MAX);
	s->ctor = ctor;
	spin_lock_init(&s->lock);
	INIT_LIST_HEAD(&s->partial);

	spin_lock(&slab_caches_lock);
	list_add_tail(&s->list, &slab_caches);
	spin_unlock(&slab_caches_lock);
}

struct kmem_cache *kmem_cache_create(const char *name, unsigned int size, unsigned int align,
				     slab_flags_t flags, void (*ctor)(void *object))
{
	struct kmem_cache *s = NULL;

	if (WARN_ON(!size || size > PAGE_SIZE << SLAB_ORDER_WANTED ||
		    (align && !is_power_of_2(align))))
		goto fail;
	if (flags & SLAB_HWCACHE_ALIGN)
		align = max(align, 64U);
	s = kmem_cache_zalloc(&kmem_cache_cache, GFP_KERNEL);
	name = kstrdup(name, GFP_KERNEL);
	if (!s || !name)
		goto fail_free;
	cache_init(s, name, size, max(align, (unsigned int)ARCH_KMALLOC_MINALIGN), ctor);
	return s;

fail_free:
	kfree(name);
	kfree(s);
fail:
	if (flags & SLAB_PANIC)
		panic("kmem_cache_create: no cache of %u bytes", size);
	return NULL;
}

static void flush_this_cpu(void *info)
{
	struct kmem_cache *s = info;

	flush_cpu_list(s, &s->cpu[smp_processor_id()], 0);
}

int kmem_cache_shrink(struct kmem_cache *s)
{
	struct page *page, *next;

	on_each_cpu(flush_this_cpu, s, 1);
	spin_lock_irq(&s->lock);
	list_for_each_entry_safe(page, next, &s->partial, lru)
		if (!page->inuse)
			drop_empty_slab(s, page);
	spin_unlock_irq(&s->lock);
	return 0;
}

void slab_shrink_all(void)
{
	struct kmem_cache *s;

	spin_lock(&slab_caches_lock);
	list_for_each_entry(s, &slab_caches, list)
		kmem_cache_shrink(s);
	spin_unlock(&slab_caches_lock);
}

void kmem_cache_destroy(struct kmem_cache *s)
{
	if (!s)
		return;
	kmem_cache_shrink(s);
	if (WARN(s->nr_slabs, "kmem_cache_destroy: %s still has objects in use\n", s->name))
		return;
	spin_lock(&slab_caches_lock);
	list_del(&s->list);
	spin_unlock(&slab_caches_lock);
	kfree(s->name);
	kmem_cache_free(&kmem_cache_cache, s);
}

static unsigned long unused_objects(const struct kmem_cache *s)
{
	unsigned long count = READ_ONCE(s->nr_empty);
	int cpu;

	for_each_online_cpu(cpu)
		count += READ_ONCE(s->cpu[cpu].count);
	return count;
}

unsigned long slab_unused_objects(void)
{
	unsigned long count = 0;
	struct kmem_cache *s;

	spin_lock(&slab_caches_lock);
	list_for_each_entry(s, &slab_caches, list)
		count += unused_objects(s);
	spin_unlock(&slab_caches_lock);
	return count;
}

unsigned long nr_slab_pages(void)
{
	return atomic_long_read(&slab_pages);
}

void __init slab_init(void)
{
	for (unsigned int i = 0; i < KMALLOC_CACHES; i++) {
		unsigned int size = kmalloc_info[i].size;

		/* aligned as far as the size divides: 64 bytes for 192, all of it for powers of two */
		cache_init(&kmalloc_caches[i], kmalloc_info[i].name, size, size & -size, NULL);
	}
	cache_init(&kmem_cache_cache, "kmem_cache", sizeof(struct kmem_cache), 64, NULL);
}
