/* SPDX-License-Identifier: MIT */
/* struct page: what is known of a page frame. */
#ifndef _LINUX_MM_TYPES_H
#define _LINUX_MM_TYPES_H

#include <linux/types.h>

struct kmem_cache;

/* What a page frame is the first one of. Only first pages say; the frames behind them hold what they held before. */
enum page_type {
	PAGE_RESERVED,		/* never given to the allocator */
	PAGE_FREE,		/* a free block */
	PAGE_USED,		/* an allocated block */
};

/*
 * One for each page frame of RAM, in the array vmemmap[]. The first page of a block speaks for the block:
 * zone.lock guards a free one, its owner an allocated one, and the cache's lock a slab.
 */
struct page {
	u8 type;			/* enum page_type */
	u8 order;			/* the block is 2^order pages; slab: in each page of it */
	u16 inuse;			/* slab: objects out of the slab, with users or in per-CPU lists */
	struct list_head lru;		/* free: zone's list; slab: the cache's list; else the owner's */
	union {
		struct kmem_cache *slab_cache;	/* slab: whose, in each page of it; kmalloc() of whole pages: NULL */
		unsigned long private;		/* the owner's */
	};
	void *freelist;			/* slab: its free objects */
};

#endif
