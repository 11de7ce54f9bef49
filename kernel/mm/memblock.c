// SPDX-License-Identifier: MIT
/*
 * Memory before there is an allocator. Three sorted lists of ranges: what is RAM, what of it is taken, what the direct
 * map shall cover. Free memory is the first list without the second. Used by the boot CPU alone, so without locks.
 */
#include <linux/kernel.h>
#include <linux/memblock.h>
#include <linux/panic.h>
#include <linux/sizes.h>
#include <linux/string.h>
#include <asm/page.h>

struct memblock memblock = {
	.limit = SZ_4G, /* the reach of the early page tables */
	.memory.name = "memory",
	.reserved.name = "reserved",
	.mapped.name = "mapped",
};

/* Insert [base, end) and swallow every range that it overlaps or touches. */
static __init void memblock_add_range(struct memblock_type *type, phys_addr_t base,
				      phys_addr_t size)
{
	struct memblock_region *regions = type->regions;
	phys_addr_t end = base + size;
	unsigned int first = 0, behind;

	if (!size || end < base)
		return;
	while (first < type->cnt && regions[first].end < base)
		first++;
	for (behind = first; behind < type->cnt && regions[behind].base <= end; behind++) {
		base = min(base, regions[behind].base);
		end = max(end, regions[behind].end);
	}
	if (behind == first && type->cnt == MEMBLOCK_REGIONS) {
		pr_err("memblock: more than %d ranges of %s memory\n", MEMBLOCK_REGIONS,
		       type->name);
		return;
	}
	memmove(&regions[first + 1], &regions[behind], (type->cnt - behind) * sizeof(*regions));
	type->cnt += 1 - (behind - first);
	regions[first] = (struct memblock_region){ base, end };
}

void __init memblock_add(phys_addr_t base, phys_addr_t size)
{
	memblock_add_range(&memblock.memory, base, size);
}

void __init memblock_reserve(phys_addr_t base, phys_addr_t size)
{
	memblock_add_range(&memblock.reserved, base, size);
}

void __init memblock_map(phys_addr_t base, phys_addr_t size)
{
	phys_addr_t start = base & PAGE_MASK;

	if (size)
		memblock_add_range(&memblock.mapped, start, PAGE_ALIGN(base + size) - start);
}

bool memblock_is_mapped(phys_addr_t base, phys_addr_t size)
{
	for (unsigned int i = 0; i < memblock.mapped.cnt; i++) {
		const struct memblock_region *region = &memblock.mapped.regions[i];

		if (base >= region->base && base < region->end)
			return size <= region->end - base;
	}
	return false;
}

/* Move *addr up to where no reserved range holds it. Return: where the next reserved range begins. */
static __init phys_addr_t skip_reserved(phys_addr_t *addr)
{
	for (unsigned int i = 0; i < memblock.reserved.cnt; i++) {
		const struct memblock_region *region = &memblock.reserved.regions[i];

		if (region->base > *addr)
			return region->base;
		if (region->end > *addr)
			*addr = region->end;
	}
	return ~0ULL;
}

bool __init memblock_next_free(phys_addr_t *base, phys_addr_t *end)
{
	phys_addr_t addr = *base;

	for (unsigned int i = 0; i < memblock.memory.cnt; i++) {
		const struct memblock_region *region = &memblock.memory.regions[i];

		addr = max(addr, region->base);
		while (addr < region->end) {
			phys_addr_t stop = min(skip_reserved(&addr), region->end);

			if (addr < stop) {
				*base = addr;
				*end = stop;
				return true;
			}
		}
	}
	return false;
}

phys_addr_t __init memblock_phys_alloc_range(phys_addr_t size, phys_addr_t align, phys_addr_t start,
					     phys_addr_t end)
{
	phys_addr_t base = start, stop;

	for (; memblock_next_free(&base, &stop); base = stop) {
		phys_addr_t addr = ALIGN(base, align);

		stop = min(stop, end);
		if (base >= end)
			break;
		if (addr < stop && size <= stop - addr) {
			memblock_reserve(addr, size);
			return addr;
		}
	}
	return 0;
}

void *__init memblock_alloc(phys_addr_t size, phys_addr_t align)
{
	phys_addr_t phys = memblock_phys_alloc_range(size, align, SZ_1M, memblock.limit);

	if (!phys)
		panic("Out of memory while booting: no %llu bytes in one piece", size);
	return memset(__va(phys), 0, size);
}
