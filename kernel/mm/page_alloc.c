// SPDX-License-Identifier: MIT
/*
 * The page allocator: a buddy system (Knuth, The Art of Computer Programming, section 2.5). A free block has 2^order
 * pages and starts at a multiple of its size. An allocation takes the smallest block that will do and cuts it in half
 * until it fits; a block that is freed joins its buddy, the other half, whenever that is free too.
 *
 * Only the first struct page of a block is ever looked at. A buddy's is: the two were one block, so the other half
 * starts a block of its own now. This is why the array needs no initialisation behind the first page of each block.
 *
 * zone.lock guards all of it and is taken with interrupts off, so interrupt handlers may allocate.
 */
#include <linux/bug.h>
#include <linux/gfp.h>
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/lockdep.h>
#include <linux/memblock.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/sizes.h>
#include <linux/string.h>
#include "internal.h"

#define RESERVE_MAX 1024UL /* pages: 4 MiB; or a 64th of all */

struct zone zone = { .lock = __SPIN_LOCK_UNLOCKED(zone.lock) };

static void add_free_block(struct page *page, unsigned int order)
{
	page->type = PAGE_FREE;
	page->order = order;
	list_add(&page->lru, &zone.free_area[order].free_list);
	zone.free_area[order].nr_free++;
	zone.nonempty |= 1U << order;
}

static void del_free_block(struct page *page, unsigned int order)
{
	list_del(&page->lru);
	if (--zone.free_area[order].nr_free == 0)
		zone.nonempty &= ~(1U << order);
}

/* Whoever makes memory free must not fail for want of a little. */
static bool may_use_reserve(gfp_t gfp)
{
	return (current->flags & PF_MEMALLOC) && !(gfp & __GFP_NOMEMALLOC) && !in_interrupt();
}

/* Take a block of 2^@order pages; zone.lock held. NULL when there is none, or only the reserve is left. */
static struct page *take_block(gfp_t gfp, unsigned int order)
{
	unsigned int usable = zone.nonempty & ~0U << order, from;
	struct page *page;

	if (!usable || (!(gfp & __GFP_HIGH) && zone.free_pages < zone.reserve + (1UL << order) &&
			!may_use_reserve(gfp)))
		return NULL;
	from = __ffs(usable);
	page = list_first_entry(&zone.free_area[from].free_list, struct page, lru);
	del_free_block(page, from);
	while (from > order) {
		from--;
		add_free_block(page + (1UL << from), from);
	}
	page->type = PAGE_USED;
	page->order = order;
	zone.free_pages -= 1UL << order;
	return page;
}

/* Add a block of pages nobody uses, joined with its buddies; zone.lock held. */
static void give_block(struct page *page, unsigned int order)
{
	unsigned long pfn = page_to_pfn(page);

	zone.free_pages += 1UL << order;
	for (; order < MAX_ORDER - 1; order++) {
		struct page *buddy = pfn_to_page(pfn ^ 1UL << order);

		if (buddy->type != PAGE_FREE || buddy->order != order)
			break;
		del_free_block(buddy, order);
		pfn &= ~(1UL << order);
		/* the later half is no block's first page any more */
		pfn_to_page(pfn | 1UL << order)->type = PAGE_RESERVED;
	}
	add_free_block(pfn_to_page(pfn), order);
}

struct printk_ratelimit
	alloc_failure_limit; /* failures come in crowds; some of the messages will do */

void report_alloc_failure(gfp_t gfp, unsigned int order)
{
	if (!(gfp & __GFP_NOWARN) && __printk_ratelimit(&alloc_failure_limit))
		pr_warn("%s: page allocation failure: order:%u, mode:%#x\n", current->comm, order,
			gfp);
}

static struct page *try_alloc_pages(gfp_t gfp, unsigned int order)
{
	unsigned long flags;
	struct page *page;

	spin_lock_irqsave(&zone.lock, flags);
	page = take_block(gfp, order);
	spin_unlock_irqrestore(&zone.lock, flags);
	return page;
}

/* There is none at first. */
static noinline struct page *__sched alloc_pages_slow(gfp_t gfp, unsigned int order)
{
	struct reclaim r = { .gfp = gfp };
	struct page *page = NULL;

	while (!page && reclaim_round(&r))
		page = try_alloc_pages(gfp, order);
	reclaim_end(&r);
	if (!page)
		report_alloc_failure(gfp, order);
	return page;
}

struct page *__sched alloc_pages(gfp_t gfp, unsigned int order)
{
	struct page *page;

	might_sleep_if(gfpflags_allow_blocking(gfp));
	if (WARN_ON_ONCE(order >= MAX_ORDER))
		return NULL;
	page = try_alloc_pages(gfp, order);
	if (unlikely(!page))
		page = alloc_pages_slow(gfp, order);
	if (unlikely(!page))
		return NULL;
	if (gfp & __GFP_ZERO)
		memset(page_address(page), 0, PAGE_SIZE << order);
	return page;
}

void __free_pages(struct page *page, unsigned int order)
{
	unsigned long flags;
	bool wanted;

	if (WARN(page->type != PAGE_USED || page->order != order,
		 "freeing a page that is not allocated: pfn %#lx, type %u, order %u, freed with order %u\n",
		 page_to_pfn(page), page->type, page->order, order))
		return;
	debug_check_no_locks_freed(page_address(page), PAGE_SIZE << order);
	spin_lock_irqsave(&zone.lock, flags);
	give_block(page, order);
	wanted = zone.waiters;
	if (unlikely(wanted))
		zone.frees++;
	spin_unlock_irqrestore(&zone.lock, flags);
	if (unlikely(wanted))
		wake_memory_waiters();
}

unsigned long __get_free_pages(gfp_t gfp, unsigned int order)
{
	struct page *page = alloc_pages(gfp, order);

	return page ? (unsigned long)page_address(page) : 0;
}

void free_pages(unsigned long addr, unsigned int order)
{
	if (addr)
		__free_pages(virt_to_page(addr), order);
}

unsigned long nr_free_pages(void)
{
	return READ_ONCE(zone.free_pages);
}

void free_boot_page(struct page *page)
{
	unsigned long flags;

	spin_lock_irqsave(&zone.lock, flags);
	zone.managed_pages++;
	give_block(page, 0);
	spin_unlock_irqrestore(&zone.lock, flags);
}

/* Give away a range of free pages in the largest blocks it holds. */
static __init void free_range(unsigned long pfn, unsigned long end)
{
	zone.managed_pages += end - pfn;
	while (pfn < end) {
		unsigned int order = MAX_ORDER - 1;

		while (pfn & ((1UL << order) - 1) || pfn + (1UL << order) > end)
			order--;
		give_block(pfn_to_page(pfn), order);
		pfn += 1UL << order;
	}
}

/*
 * Map vmemmap[] for [pfn, end), a whole number of the largest blocks, so that a buddy's struct page can always be read.
 */
static __init void map_vmemmap(unsigned long pfn, unsigned long end)
{
	unsigned long bytes = (end - pfn) * sizeof(struct page);
	unsigned long align = bytes >= PMD_SIZE ? PMD_SIZE : PAGE_SIZE;
	phys_addr_t phys = memblock_phys_alloc_range(bytes, align, SZ_1M, memblock.limit);

	BUILD_BUG_ON(MAX_ORDER_NR_PAGES * sizeof(struct page) % PAGE_SIZE);
	if (!phys)
		panic("Out of memory: no %lu bytes for the page array", bytes);
	map_boot_range((unsigned long)pfn_to_page(pfn), phys, bytes);
}

/* A largest block that is free as a whole needs no more than its first entry; any other starts as all reserved. */
static __init void clear_vmemmap(unsigned long pfn, unsigned long end)
{
	for (; pfn < end; pfn += MAX_ORDER_NR_PAGES) {
		phys_addr_t base = PFN_PHYS(pfn), stop;

		if (memblock_next_free(&base, &stop) && base == PFN_PHYS(pfn) &&
		    stop - base >= PFN_PHYS(MAX_ORDER_NR_PAGES))
			continue;
		memset(pfn_to_page(pfn), 0, MAX_ORDER_NR_PAGES * sizeof(struct page));
	}
}

/* Do one of the two for all RAM, each block once. */
static __init void for_each_ram_block(void (*fn)(unsigned long pfn, unsigned long end))
{
	unsigned long done = 0;

	for (unsigned int i = 0; i < memblock.memory.cnt; i++) {
		const struct memblock_region *region = &memblock.memory.regions[i];
		unsigned long pfn = ALIGN_DOWN(PHYS_PFN(region->base), MAX_ORDER_NR_PAGES);

		pfn = max(pfn, done);
		done = ALIGN(PFN_UP(region->end), MAX_ORDER_NR_PAGES);
		if (pfn < done)
			fn(pfn, done);
	}
}

void __init page_alloc_init(void)
{
	phys_addr_t base = 0, end;

	for (unsigned int i = 0; i < MAX_ORDER; i++)
		INIT_LIST_HEAD(&zone.free_area[i].free_list);
	for_each_ram_block(map_vmemmap);
	for_each_ram_block(clear_vmemmap);
	for (; memblock_next_free(&base, &end); base = end)
		if (PFN_UP(base) < PFN_DOWN(end))
			free_range(PFN_UP(base), PFN_DOWN(end));
	zone.reserve = min(zone.managed_pages / 64, RESERVE_MAX);
}
