// SPDX-License-Identifier: MIT
/* Memory as a whole: the order in which the allocators start, each on the shoulders of the one before. */
#include <linux/kernel.h>
#include <linux/memblock.h>
#include <linux/mm.h>
#include "internal.h"

static __init unsigned long ram_pages(void)
{
	unsigned long pages = 0;

	for (unsigned int i = 0; i < memblock.memory.cnt; i++)
		pages += PFN_DOWN(memblock.memory.regions[i].end - memblock.memory.regions[i].base);
	return pages;
}

void __init mm_init(void)
{
	page_alloc_init();
	pagetable_init();
	slab_init();
	stack_init();
	pr_info("Memory: %lu of %lu KiB free\n", nr_free_pages() * (PAGE_SIZE / 1024),
		ram_pages() * (PAGE_SIZE / 1024));
}

void si_meminfo(struct sysinfo *info)
{
	*info = (struct sysinfo){
		.totalram = zone.managed_pages,
		.freeram = nr_free_pages(),
		.slabram = nr_slab_pages(),
		.reserveram = zone.reserve,
		.mem_unit = PAGE_SIZE,
	};
}
