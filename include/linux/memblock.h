/* SPDX-License-Identifier: MIT */
/*
 * Memory before there is an allocator: sorted lists of ranges, and an allocator that takes the lowest free one. Once
 * mm_init() has given what is left to the page allocator, nothing here may be called but memblock_is_mapped().
 * Context for all: boot CPU, interrupts off.
 */
#ifndef _LINUX_MEMBLOCK_H
#define _LINUX_MEMBLOCK_H

#include <linux/types.h>

#define MEMBLOCK_REGIONS 128

struct memblock_region {
	phys_addr_t base, end;		/* end: first byte behind */
};

struct memblock_type {
	const char *name;
	unsigned int cnt;
	struct memblock_region regions[MEMBLOCK_REGIONS];	/* sorted, apart from each other */
};

extern struct memblock {
	phys_addr_t limit;		/* allocate below this */
	struct memblock_type memory;	/* RAM */
	struct memblock_type reserved;	/* what of it is in use */
	struct memblock_type mapped;	/* what the direct map covers: RAM and the firmware's tables */
} memblock;

/* Ranges may overlap what is known already and may be empty. A full list is reported and forgets the range. */
void memblock_add(phys_addr_t base, phys_addr_t size);
void memblock_reserve(phys_addr_t base, phys_addr_t size);
void memblock_map(phys_addr_t base, phys_addr_t size);

/* memblock_is_mapped - Return: does the direct map cover all of the range? Context: any. */
bool memblock_is_mapped(phys_addr_t base, phys_addr_t size);

/* memblock_phys_alloc_range - reserve @size bytes of RAM within [start, end). Return: their address; 0: no room. */
phys_addr_t memblock_phys_alloc_range(phys_addr_t size, phys_addr_t align, phys_addr_t start, phys_addr_t end);

/* memblock_alloc - memory for good, zeroed, from the direct map. Panics without. */
void *memblock_alloc(phys_addr_t size, phys_addr_t align);

/* memblock_next_free - the first range at or above *base that is RAM and not reserved. Return: false at the end. */
bool memblock_next_free(phys_addr_t *base, phys_addr_t *end);

#endif
