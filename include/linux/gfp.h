/* SPDX-License-Identifier: MIT */
/*
 * Pages: blocks of 2^order page frames, next to each other and aligned to their size, from the direct map.
 * Context for all: any but NMI, when @gfp says so: GFP_KERNEL may sleep and is for tasks that may.
 *
 * Without memory GFP_KERNEL has caches give back what they keep (<linux/shrinker.h>), then waits until others free
 * some; when for a tenth of a second nobody did, it fails. The reserve is left to GFP_ATOMIC, which never waits.
 */
#ifndef _LINUX_GFP_H
#define _LINUX_GFP_H

#include <linux/gfp_types.h>
#include <linux/mmzone.h>
#include <linux/log2.h>
#include <asm/page.h>

static inline bool gfpflags_allow_blocking(gfp_t gfp)
{
	return gfp & __GFP_DIRECT_RECLAIM;
}

/* alloc_pages - Return: the first page of the block; NULL without memory. Give it back with __free_pages(). */
struct page *alloc_pages(gfp_t gfp, unsigned int order);
void __free_pages(struct page *page, unsigned int order);

/* The same by address. Return: 0 without memory; free_pages() takes 0. */
unsigned long __get_free_pages(gfp_t gfp, unsigned int order);
void free_pages(unsigned long addr, unsigned int order);

/* nr_free_pages - pages that nobody has, per-CPU caches of other allocators not counted. */
unsigned long nr_free_pages(void);

#define alloc_page(gfp) alloc_pages(gfp, 0)
#define __free_page(page) __free_pages(page, 0)
#define __get_free_page(gfp) __get_free_pages(gfp, 0)
#define get_zeroed_page(gfp) __get_free_pages((gfp) | __GFP_ZERO, 0)
#define free_page(addr) free_pages(addr, 0)

/* get_order - the smallest order whose block holds @size bytes, which is not 0. */
static __always_inline unsigned int get_order(unsigned long size)
{
	return size <= PAGE_SIZE ? 0 : ilog2(size - 1) + 1 - PAGE_SHIFT;
}

#endif
