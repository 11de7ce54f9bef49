/* SPDX-License-Identifier: MIT */
/*
 * The kernel's page tables (SDM volume 3, section 4.5): four levels, one tree for all CPUs. Nothing in it is writable
 * and executable, and no table that was once linked in is ever freed, so walking needs no lock.
 */
#ifndef _ASM_PGTABLE_H
#define _ASM_PGTABLE_H

#include <linux/types.h>
#include <asm/page.h>

#define _PAGE_PRESENT (1UL << 0)
#define _PAGE_RW (1UL << 1)
#define _PAGE_PWT (1UL << 3)
#define _PAGE_PCD (1UL << 4)
#define _PAGE_ACCESSED (1UL << 5)
#define _PAGE_DIRTY (1UL << 6)
#define _PAGE_PSE (1UL << 7)		/* in a page directory: maps 2 MiB itself */
#define _PAGE_NX (1UL << 63)
#define PTE_PFN_MASK 0x000ffffffffff000UL

#define PMD_SHIFT 21
#define PMD_SIZE (1UL << PMD_SHIFT)
#define PMD_MASK (~(PMD_SIZE - 1))
#define PTRS_PER_TABLE 512

#define __PAGE_BASE (_PAGE_PRESENT | _PAGE_ACCESSED | _PAGE_DIRTY)
#define PAGE_KERNEL (__PAGE_BASE | _PAGE_RW | _PAGE_NX)
#define PAGE_KERNEL_RO (__PAGE_BASE | _PAGE_NX)
#define PAGE_KERNEL_ROX __PAGE_BASE
#define PAGE_KERNEL_NOCACHE (PAGE_KERNEL | _PAGE_PCD | _PAGE_PWT)	/* PAT entry 3: uncached */

extern u64 swapper_pg_dir[PTRS_PER_TABLE];	/* the root: one for all CPUs */

/**
 * paging_init - leave the boot loader's-eye view: build the final page tables and move to them
 * Afterwards the direct map covers all RAM, the identity mapping is gone, and guard pages are unmapped.
 *
 * Context: boot CPU, after trap_init(), before mm_init(). Panics when there is no memory.
 */
void paging_init(void);

/**
 * kernel_pte - the entry that maps one 4 KiB page
 * Return: where it is; NULL when there is no table, or a 2 MiB page. Context: any, NMI included.
 */
u64 *kernel_pte(unsigned long addr);

/* kern_addr_valid - may @addr be read? Context: any, NMI included. */
bool kern_addr_valid(unsigned long addr);

/**
 * map_kernel_range - map [addr, addr + size) to [phys, phys + size), all page aligned and unmapped before
 * @prot: PAGE_KERNEL...
 *
 * Context: any but NMI.
 * Return: 0; -ENOMEM, with part of the range mapped.
 */
int map_kernel_range(unsigned long addr, phys_addr_t phys, unsigned long size, u64 prot);

/* alloc_kernel_ptes - make the tables for a range, to fill in through kernel_pte(). Return, Context: the same. */
int alloc_kernel_ptes(unsigned long addr, unsigned long size);

#endif
