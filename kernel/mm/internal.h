/* SPDX-License-Identifier: MIT */
/* What the files of this room share: how they start one another, and a few steps of booting. */
#ifndef KERNEL_MM_INTERNAL_H
#define KERNEL_MM_INTERNAL_H

#include <linux/init.h>
#include <linux/gfp_types.h>
#include <linux/mm_types.h>
#include <linux/printk.h>

extern struct printk_ratelimit alloc_failure_limit;

/* In mm_init()'s order. */
void page_alloc_init(void);
void pagetable_init(void);		/* from here on page tables come from the page allocator */
void slab_init(void);
void stack_init(void);

/*
 * Looking for memory, when there is none at first:
 *
 *	struct reclaim r = { .gfp = gfp };
 *
 *	while (!memory && reclaim_round(&r))
 *		memory = try once more;
 *	reclaim_end(&r);
 */
struct reclaim {
	gfp_t gfp;
	unsigned int round;		/* so many are over */
	unsigned int idle_waits;	/* in a row, in which nothing was freed */
	unsigned int seen;		/* zone.frees before the last try */
};

/* reclaim_round - free memory, or wait for some. Context: what @gfp says. Return: is it worth another try? */
bool reclaim_round(struct reclaim *r);
void reclaim_end(struct reclaim *r);

/* wake_memory_waiters - pages were freed, and zone.waiters was not 0. Context: any but NMI. */
void wake_memory_waiters(void);

/* report_alloc_failure - unless @gfp has __GFP_NOWARN. Context: any but NMI. */
void report_alloc_failure(gfp_t gfp, unsigned int order);

/* map_boot_range - map memory for good, in large pages where they fit. Panics without memory. */
void map_boot_range(unsigned long addr, phys_addr_t phys, unsigned long size);

/* free_boot_page - give the page allocator one page of the image. Context: any but NMI. */
void free_boot_page(struct page *page);

#endif
