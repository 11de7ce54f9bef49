/* SPDX-License-Identifier: MIT */
/* What the files of this room share: how they start one another, and a few steps of booting. */
#ifndef KERNEL_MM_INTERNAL_H
#define KERNEL_MM_INTERNAL_H

#include <linux/init.h>
#include <linux/mm_types.h>
#include <linux/printk.h>

extern struct printk_ratelimit alloc_failure_limit;

/* In mm_init()'s order. */
void page_alloc_init(void);
void pagetable_init(void);		/* from here on page tables come from the page allocator */
void slab_init(void);
void stack_init(void);

/* map_boot_range - map memory for good, in large pages where they fit. Panics without memory. */
void map_boot_range(unsigned long addr, phys_addr_t phys, unsigned long size);

/* free_boot_page - give the page allocator one page of the image. Context: any but NMI. */
void free_boot_page(struct page *page);

#endif
