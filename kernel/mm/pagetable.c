// SPDX-License-Identifier: MIT
/*
 * The kernel's page tables: one tree for all CPUs, since there are no processes with address spaces of their own.
 * Entries are filled in and cleared by whoever owns the range; pgtable_lock is only for linking in a new table, which
 * two owners of neighbouring ranges may want at once. Tables stay for good.
 */
#include <linux/errno.h>
#include <linux/gfp.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/memblock.h>
#include <linux/mm.h>
#include <linux/poison.h>
#include <linux/sched.h>
#include <linux/smp.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <asm/barrier.h>
#include <asm/pgtable.h>
#include <asm/special_insns.h>
#include <asm/tlbflush.h>
#include "internal.h"

#define TABLE_LEVELS 4
#define FLUSH_ALL_PAGES                                                                            \
	32UL /* from here on one flush of everything is cheaper than one of each page */

u64 swapper_pg_dir[PTRS_PER_TABLE] __aligned(PAGE_SIZE);

static DEFINE_SPINLOCK(pgtable_lock);
static bool boot_tables __ro_after_init = true; /* new tables come from memblock */

extern char _text[], _etext[], __init_text_start[], __init_text_end[], __start_rodata[],
	__end_rodata[];
extern char __start_ro_after_init[], __end_ro_after_init[], __init_data_start[], __init_data_end[];
extern char _data[], _end[];

/* Bits 12-20 of an address index the last table, level 1, bits 21-29 the one above, and so on. */
static u64 *table_entry(u64 *table, unsigned long addr, int level)
{
	return &table[addr >> (PAGE_SHIFT + 9 * (level - 1)) & (PTRS_PER_TABLE - 1)];
}

/* The entry for @addr in its table of @level; NULL when a table on the way is missing or a large page ends it. */
static u64 *find_entry(unsigned long addr, int level)
{
	u64 *table = swapper_pg_dir;

	for (int i = TABLE_LEVELS; i > level; i--) {
		u64 entry = READ_ONCE(*table_entry(table, addr, i));

		if (!(entry & _PAGE_PRESENT) || entry & _PAGE_PSE)
			return NULL;
		table = __va(entry & PTE_PFN_MASK);
	}
	return table_entry(table, addr, level);
}

static u64 *alloc_table(void)
{
	if (boot_tables)
		return memblock_alloc(PAGE_SIZE, PAGE_SIZE);
	return (u64 *)get_zeroed_page(GFP_ATOMIC);
}

/* The same, with the missing tables made; NULL without memory. */
static u64 *make_entry(unsigned long addr, int level)
{
	u64 *table = swapper_pg_dir;
	unsigned long flags;

	spin_lock_irqsave(&pgtable_lock, flags);
	for (int i = TABLE_LEVELS; i > level && table; i--) {
		u64 *entry = table_entry(table, addr, i);

		if (*entry & _PAGE_PRESENT) {
			table = __va(*entry & PTE_PFN_MASK);
			continue;
		}
		table = alloc_table();
		if (table) {
			smp_wmb(); /* the zeroes before the link: find_entry() takes no lock */
			WRITE_ONCE(*entry, __pa(table) | _PAGE_PRESENT | _PAGE_RW | _PAGE_ACCESSED);
		}
	}
	spin_unlock_irqrestore(&pgtable_lock, flags);
	return table ? table_entry(table, addr, level) : NULL;
}

u64 *kernel_pte(unsigned long addr)
{
	return find_entry(addr, 1);
}

bool kern_addr_valid(unsigned long addr)
{
	u64 *entry;

	if ((long)addr >> 47 !=
	    -1) /* not the upper half: tables are indexed without the bits above 47 */
		return false;
	entry = find_entry(addr, 2);
	if (entry && !(READ_ONCE(*entry) & _PAGE_PSE))
		entry = find_entry(addr, 1);
	return entry && READ_ONCE(*entry) & _PAGE_PRESENT;
}

int alloc_kernel_ptes(unsigned long addr, unsigned long size)
{
	for (unsigned long next = addr & PMD_MASK; next < addr + size; next += PMD_SIZE)
		if (!make_entry(max(addr, next), 1))
			return -ENOMEM;
	return 0;
}

int map_kernel_range(unsigned long addr, phys_addr_t phys, unsigned long size, u64 prot)
{
	int error = alloc_kernel_ptes(addr, size);

	for (unsigned long done = 0; !error && done < size; done += PAGE_SIZE)
		WRITE_ONCE(*kernel_pte(addr + done), (phys + done) | prot);
	return error;
}

/* For what stays: 2 MiB pages where the range holds whole ones. */
static __init void map_large(unsigned long addr, phys_addr_t phys, unsigned long size, u64 prot)
{
	while (size) {
		bool large = !((addr | phys) & ~PMD_MASK) && size >= PMD_SIZE;
		unsigned long step = large ? PMD_SIZE : PAGE_SIZE;

		*make_entry(addr, large ? 2 : 1) = phys | prot | (large ? _PAGE_PSE : 0);
		addr += step;
		phys += step;
		size -= step;
	}
}

void __init map_boot_range(unsigned long addr, phys_addr_t phys, unsigned long size)
{
	map_large(addr, phys, size, PAGE_KERNEL);
}

static __init void map_image(char *start, char *end, u64 prot)
{
	if (map_kernel_range((unsigned long)start, __pa(start), end - start, prot))
		panic("Out of memory while mapping the kernel");
}

void __init paging_init(void)
{
	if (!memblock.memory.cnt)
		panic("The boot loader gave no memory map");
	map_image(_text, _etext, PAGE_KERNEL_ROX);
	map_image(__init_text_start, __init_text_end, PAGE_KERNEL_ROX);
	map_image(__start_rodata, __end_rodata, PAGE_KERNEL_RO);
	map_image(_data, _end, PAGE_KERNEL);
	WRITE_ONCE(*kernel_pte((unsigned long)init_stack - PAGE_SIZE), 0);

	for (unsigned int i = 0; i < memblock.mapped.cnt; i++) {
		const struct memblock_region *region = &memblock.mapped.regions[i];

		map_large((unsigned long)__va(region->base), region->base,
			  region->end - region->base, PAGE_KERNEL);
	}
	write_cr3(__pa(swapper_pg_dir));
	memblock.limit = MAX_PHYS_ADDR;
}

/* From here on tables come from the page allocator. */
void __init pagetable_init(void)
{
	boot_tables = false;
}

struct flush_range {
	unsigned long start, end;
};

static void flush_tlb_func(void *info)
{
	const struct flush_range *range = info;

	if (range->end - range->start > FLUSH_ALL_PAGES * PAGE_SIZE) {
		write_cr3(
			read_cr3()); /* no page is global, so this forgets all (SDM volume 3, section 4.10.4.1) */
		return;
	}
	for (unsigned long addr = range->start; addr < range->end; addr += PAGE_SIZE)
		invlpg(addr);
}

void flush_tlb_kernel_range(unsigned long start, unsigned long end)
{
	struct flush_range range = { start, end };

	if (num_online_cpus() > 1)
		on_each_cpu(flush_tlb_func, &range, 1);
	else
		flush_tlb_func(&range);
}

void flush_tlb_all(void)
{
	flush_tlb_kernel_range(0, ~0UL);
}

/* Take the rights @clear from a part of the image. */
static void change_image(char *start, char *end, u64 clear)
{
	for (char *addr = start; addr < end; addr += PAGE_SIZE) {
		u64 *pte = kernel_pte((unsigned long)addr);

		WRITE_ONCE(*pte, *pte & ~clear);
	}
}

/*
 * A late call into what was code finds int3. Besides, an emulator that translates code keeps watching a page for writes as long as
 * it has code of it; in whatever the page is used for next, every store would be slow.
 */
static unsigned long free_image(char *start, char *end)
{
	for (char *addr = start; addr < end; addr += PAGE_SIZE) {
		memset(__va(__pa(addr)), POISON_FREE_INITMEM, PAGE_SIZE);
		free_boot_page(pfn_to_page(PFN_DOWN(__pa(addr))));
	}
	return end - start;
}

void free_initmem(void)
{
	unsigned long bytes;

	change_image(__init_text_start, __init_text_end, _PAGE_PRESENT);
	change_image(__init_data_start, __init_data_end, _PAGE_PRESENT);
	change_image(__start_ro_after_init, __end_ro_after_init, _PAGE_RW);
	flush_tlb_all();
	bytes = free_image(__init_text_start, __init_text_end);
	bytes += free_image(__init_data_start, __init_data_end);
	pr_info("Freed %lu KiB that only booting needed\n", bytes / 1024);
}
