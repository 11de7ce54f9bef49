// SPDX-License-Identifier: MIT
/*
 * Ranges of addresses between VMALLOC_START and VMALLOC_END, for memory from single pages and for devices' registers.
 * Areas are on one list by address; a new one takes the first gap that is large enough. Each ends in a page that is
 * never mapped. vmap_lock guards the list; what is inside an area belongs to its owner.
 */
#include <linux/gfp.h>
#include <linux/io.h>
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/llist.h>
#include <linux/memblock.h>
#include <linux/mm.h>
#include <linux/mmzone.h>
#include <linux/preempt.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/vmalloc.h>
#include <linux/workqueue.h>
#include <linux/bug.h>
#include <asm/pgtable.h>
#include <asm/tlbflush.h>

struct vm_area {
	struct list_head list;
	unsigned long addr, size; /* size: with the unmapped page at the end */
	bool owns_pages;          /* the pages mapped here are freed with it */
};

static DEFINE_SPINLOCK(vmap_lock);
static LIST_HEAD(vmap_areas); /* under vmap_lock */

/* Put @area into the first gap. Return: was there one? */
static bool insert_area(struct vm_area *area)
{
	struct vm_area *next;
	bool fits;

	area->addr = VMALLOC_START;
	spin_lock(&vmap_lock);
	list_for_each_entry(next, &vmap_areas, list) {
		if (next->addr - area->addr >= area->size)
			break;
		area->addr = next->addr + next->size;
	}
	fits = VMALLOC_END - area->addr >= area->size;
	if (fits)
		list_add_tail(&area->list, &next->list);
	spin_unlock(&vmap_lock);
	return fits;
}

static struct vm_area *alloc_area(unsigned long size, bool owns_pages)
{
	struct vm_area *area;

	if (!size || size > VMALLOC_END - VMALLOC_START - 2 * PAGE_SIZE)
		return NULL;
	area = kmalloc(sizeof(*area), GFP_KERNEL);
	if (!area)
		return NULL;
	area->size = PAGE_ALIGN(size) + PAGE_SIZE;
	area->owns_pages = owns_pages;
	if (insert_area(area))
		return area;
	kfree(area);
	return NULL;
}

static struct vm_area *find_area(unsigned long addr)
{
	struct vm_area *area, *found = NULL;

	spin_lock(&vmap_lock);
	list_for_each_entry(area, &vmap_areas, list)
		if (area->addr == addr)
			found = area;
	spin_unlock(&vmap_lock);
	return found;
}

/* Unmap, flush, and only then free: until the flush another CPU may still reach the pages. */
static void free_area(struct vm_area *area)
{
	struct page *page, *next;
	LIST_HEAD(pages);

	for (unsigned long addr = area->addr; addr < area->addr + area->size; addr += PAGE_SIZE) {
		u64 *pte = kernel_pte(addr);
		u64 old = pte ? *pte : 0;

		if (!(old & _PAGE_PRESENT))
			continue;
		WRITE_ONCE(*pte, 0);
		if (area->owns_pages)
			list_add(&pfn_to_page(PFN_DOWN(old & PTE_PFN_MASK))->lru, &pages);
	}
	flush_tlb_kernel_range(area->addr, area->addr + area->size);
	list_for_each_entry_safe(page, next, &pages, lru)
		__free_page(page);
	spin_lock(&vmap_lock);
	list_del(&area->list);
	spin_unlock(&vmap_lock);
	kfree(area);
}

static int map_new_pages(struct vm_area *area, gfp_t gfp)
{
	unsigned long end = area->addr + area->size - PAGE_SIZE;
	int error = alloc_kernel_ptes(area->addr, end - area->addr);

	for (unsigned long addr = area->addr; !error && addr < end; addr += PAGE_SIZE) {
		struct page *page = alloc_page(gfp);

		if (!page)
			return -ENOMEM;
		WRITE_ONCE(*kernel_pte(addr), page_to_phys(page) | PAGE_KERNEL);
	}
	return error;
}

static void *__sched vmalloc_gfp(unsigned long size, gfp_t gfp)
{
	struct vm_area *area;

	might_sleep_if(gfpflags_allow_blocking(gfp));
	if (PFN_UP(size) > zone.managed_pages) /* what is not free now, shrinkers may give back */
		return NULL;
	area = alloc_area(size, true);
	if (!area)
		return NULL;
	if (map_new_pages(area, gfp)) {
		free_area(area);
		return NULL;
	}
	return (void *)area->addr;
}

void *vmalloc(unsigned long size)
{
	return vmalloc_gfp(size, GFP_KERNEL);
}

void *vzalloc(unsigned long size)
{
	return vmalloc_gfp(size, GFP_KERNEL | __GFP_ZERO);
}

/* Context: task, interrupts on: it flushes what other CPUs know of the area. */
static void __vfree(const void *addr)
{
	struct vm_area *area = find_area((unsigned long)addr);

	if (!WARN(!area, "vfree: %px is not from vmalloc()\n", addr))
		free_area(area);
}

static LLIST_HEAD(vfree_list); /* freed in interrupts; linked through their first words */

static void free_deferred(struct work_struct *work)
{
	struct llist_node *node, *next;

	llist_for_each_safe(node, next, llist_del_all(&vfree_list))
		__vfree(node);
}

static DECLARE_WORK(vfree_work, free_deferred);

void vfree_atomic(const void *addr)
{
	if (!addr || WARN(!is_vmalloc_addr(addr), "vfree: %px is not from vmalloc()\n", addr))
		return;
	if (llist_add((struct llist_node *)addr, &vfree_list))
		schedule_work(&vfree_work);
}

void vfree(const void *addr)
{
	if (in_interrupt()) {
		vfree_atomic(addr);
		return;
	}
	might_sleep();
	if (addr)
		__vfree(addr);
}

static void __iomem *map_phys(phys_addr_t phys, unsigned long size, u64 prot)
{
	unsigned long offset = offset_in_page(phys);
	struct vm_area *area;

	if (!size || phys + size - 1 < phys || (phys + size - 1) & ~PTE_PFN_MASK & PAGE_MASK)
		return NULL;
	area = alloc_area(offset + size, false);
	if (!area)
		return NULL;
	if (map_kernel_range(area->addr, phys - offset, area->size - PAGE_SIZE, prot)) {
		free_area(area);
		return NULL;
	}
	return (void __iomem *)(area->addr + offset);
}

void __iomem *ioremap(phys_addr_t phys, unsigned long size)
{
	return map_phys(phys, size, PAGE_KERNEL_NOCACHE);
}

void __iomem *ioremap_cache(phys_addr_t phys, unsigned long size)
{
	if (memblock_is_mapped(phys, size))
		return (void __iomem *)__va(phys);
	return map_phys(phys, size, PAGE_KERNEL);
}

void iounmap(volatile void __iomem *addr)
{
	might_sleep();
	if (is_vmalloc_addr((const void __force *)addr))
		__vfree((const void *)((unsigned long)addr & PAGE_MASK));
}
