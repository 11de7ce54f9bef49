/* SPDX-License-Identifier: MIT */
/* The page allocator's book-keeping: one zone, which holds all RAM. */
#ifndef _LINUX_MMZONE_H
#define _LINUX_MMZONE_H

#include <linux/mm_types.h>
#include <linux/spinlock.h>

#define MAX_ORDER 11			/* blocks are of order 0 to 10: 4 KiB to 4 MiB */
#define MAX_ORDER_NR_PAGES (1UL << (MAX_ORDER - 1))

struct free_area {
	struct list_head free_list;	/* struct page.lru of first pages */
	unsigned long nr_free;
};

struct zone {
	spinlock_t lock;		/* innermost but for the console's: nothing is taken inside it */
	/* zone.lock guards: */
	struct free_area free_area[MAX_ORDER];
	unsigned int nonempty;		/* bit n: free_area[n] holds a block */
	unsigned long free_pages;
	unsigned int waiters;		/* tasks that look for memory, and may wait for it */
	unsigned int frees;		/* blocks freed while there were some */

	unsigned long managed_pages;	/* all that the allocator was given */
	unsigned long reserve;		/* pages that only __GFP_HIGH may use up */
};

extern struct zone zone;

#endif
