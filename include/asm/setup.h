/* SPDX-License-Identifier: MIT */
/* What the boot loader told us, read once by setup_arch(). */
#ifndef _ASM_SETUP_H
#define _ASM_SETUP_H

#include <linux/init.h>
#include <linux/types.h>

#define MULTIBOOT2_BOOT_MAGIC 0x36d76289	/* Multiboot2 specification, section 3.3 */
#define PVH_BOOT_MAGIC 0x336ec578		/* Xen's docs/misc/pvh.pandoc */

extern phys_addr_t rsdp_phys;		/* ACPI's root pointer; 0 when the loader gave none: search the BIOS area */
extern phys_addr_t trampoline_phys;	/* a page below 640 KiB for code that starts in real mode; 0: there is none */

/**
 * setup_arch - read what the boot loader left: memory map, command line, initrd, RSDP
 * Fills memblock, boot_command_line, initrd_start and initrd_size, rsdp_phys. What contradicts itself is reported and
 * left out; a machine without usable memory fails later, in paging_init(), when a console can say so.
 *
 * Context: boot CPU, first of all; the early page tables map the first 4 GiB.
 */
void setup_arch(u32 magic, u64 info_phys);

#endif
