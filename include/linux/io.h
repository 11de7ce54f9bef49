/* SPDX-License-Identifier: MIT */
/* Devices' registers: port and memory access of <asm/io.h>, and how to get at registers in memory. */
#ifndef _LINUX_IO_H
#define _LINUX_IO_H

#include <linux/types.h>
#include <linux/string.h>
#include <asm/io.h>
#include <asm/page.h>

/**
 * ioremap - map a device's registers, uncached; ioremap_cache - map memory outside the direct map, such as tables
 *
 * Context: task that may sleep, or boot after mm_init().
 * Return: the address that stands for @phys, for iounmap(); NULL without memory or when the range wraps around.
 */
void __iomem *ioremap(phys_addr_t phys, unsigned long size);
void __iomem *ioremap_cache(phys_addr_t phys, unsigned long size);

/* iounmap - undo either. Context: task, interrupts on, may sleep. */
void iounmap(volatile void __iomem *addr);

static inline phys_addr_t virt_to_phys(const volatile void *addr)
{
	return __pa(addr);
}

static inline void *phys_to_virt(phys_addr_t phys)
{
	return __va(phys);
}

static inline void memcpy_fromio(void *to, const volatile void __iomem *from, size_t n)
{
	memcpy(to, (const void __force *)from, n);
}

static inline void memcpy_toio(volatile void __iomem *to, const void *from, size_t n)
{
	memcpy((void __force *)to, from, n);
}

#endif
