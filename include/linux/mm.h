/* SPDX-License-Identifier: MIT */
/*
 * Memory as a whole: boot and accounts. Where allocations come from: <linux/slab.h> for objects,
 * <linux/gfp.h> for pages, <linux/vmalloc.h> for what is large and need not be contiguous.
 */
#ifndef _LINUX_MM_H
#define _LINUX_MM_H

#include <linux/gfp.h>
#include <linux/mm_types.h>
#include <linux/slab.h>
#include <linux/sysinfo.h>
#include <linux/thread_info.h>
#include <linux/vmalloc.h>
#include <asm/page.h>
#include <asm/pgtable.h>

/* mm_init - start the allocators, with all RAM that memblock has left. Context: boot CPU, after paging_init(). */
void mm_init(void);

/* reclaim_init - the allocators' caches can be asked for memory. Context: task, may sleep. */
void reclaim_init(void);

/**
 * free_initmem - give back what only booting needed, and write-protect what only booting writes
 * Unmaps .init.text and .init.data and frees their pages; __ro_after_init becomes read-only.
 *
 * Context: task, interrupts on, once, when no __init function can run any more.
 */
void free_initmem(void);

/* si_meminfo - fill in the figures. Context: any but NMI. */
void si_meminfo(struct sysinfo *info);

#endif
