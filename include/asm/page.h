/* SPDX-License-Identifier: MIT */
/*
 * Where things are in the kernel's address space, and how virtual, physical and page-frame numbers convert.
 *
 *	0xffff888000000000	PAGE_OFFSET	direct map: all RAM, writable, never executable
 *	0xffffc90000000000	VMALLOC_START	vmalloc(), ioremap()
 *	0xffffca0000000000	STACKS_START	stacks of threads, a guard below each
 *	0xffffea0000000000	VMEMMAP_START	struct page of every page frame
 *	0xffffffff80000000	KERNEL_BASE	the kernel image
 */
#ifndef _ASM_PAGE_H
#define _ASM_PAGE_H

#include <linux/const.h>
#include <linux/types.h>

#define PAGE_SHIFT 12
#define PAGE_SIZE (1UL << PAGE_SHIFT)
#define PAGE_MASK (~(PAGE_SIZE - 1))
#define PAGE_ALIGN(addr) (((addr) + PAGE_SIZE - 1) & PAGE_MASK)
#define PAGE_ALIGNED(addr) (((unsigned long)(addr) & ~PAGE_MASK) == 0)
#define offset_in_page(p) ((unsigned long)(p) & ~PAGE_MASK)

#define PAGE_OFFSET 0xffff888000000000UL
#define VMALLOC_START 0xffffc90000000000UL
#define VMALLOC_END 0xffffc98000000000UL
#define STACKS_START 0xffffca0000000000UL
#define STACKS_END 0xffffca8000000000UL
#define VMEMMAP_START 0xffffea0000000000UL
#define KERNEL_BASE 0xffffffff80000000UL
#define __START_KERNEL_map KERNEL_BASE

/* RAM above this is left alone: it is what vmemmap's and the direct map's shares of the address space are made for. */
#define MAX_PHYS_ADDR (1ULL << 42)

/* __pa - physical address of @x, an address in the direct map or in the kernel image. Context: any. */
static inline phys_addr_t __phys_addr(unsigned long x)
{
	return x >= KERNEL_BASE ? x - KERNEL_BASE : x - PAGE_OFFSET;
}

#define __pa(x) __phys_addr((unsigned long)(x))
#define __pa_symbol(x) ((phys_addr_t)((unsigned long)(x) - KERNEL_BASE))
#define __va(x) ((void *)((unsigned long)(x) + PAGE_OFFSET))

#define PFN_UP(x) (((x) + PAGE_SIZE - 1) >> PAGE_SHIFT)
#define PFN_DOWN(x) ((x) >> PAGE_SHIFT)
#define PFN_PHYS(x) ((phys_addr_t)(x) << PAGE_SHIFT)
#define PHYS_PFN(x) ((unsigned long)((x) >> PAGE_SHIFT))

/* Only for what is in the direct map, as all memory from kmalloc() and alloc_pages() is: not for stacks or vmalloc(). */
#define vmemmap ((struct page *)VMEMMAP_START)
#define pfn_to_page(pfn) (vmemmap + (pfn))
#define page_to_pfn(page) ((unsigned long)((page) - vmemmap))
#define virt_to_pfn(addr) (__pa(addr) >> PAGE_SHIFT)
#define virt_to_page(addr) pfn_to_page(((unsigned long)(addr) - PAGE_OFFSET) >> PAGE_SHIFT)
#define page_to_phys(page) PFN_PHYS(page_to_pfn(page))
#define page_to_virt(page) __va(page_to_phys(page))
#define page_address(page) page_to_virt(page)

#endif
