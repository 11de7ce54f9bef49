/* SPDX-License-Identifier: MIT */
/* What the boot CPU leaves for a starting processor: filled in by smp.c, read by boot/trampoline.asm. */
#ifndef KERNEL_X86_TRAMPOLINE_H
#define KERNEL_X86_TRAMPOLINE_H

#include <linux/types.h>

struct trampoline_args {
	u64 cr0, cr3, cr4, efer; /* those of the boot CPU */
	u64 gs_base;             /* of the new CPU's per-CPU data */
	u64 stack;               /* top of its idle task's stack */
};

extern struct trampoline_args trampoline_args;

/* The code between the two symbols is copied to a page below 1 MiB, whose address goes into its first word. */
extern const char trampoline_start[], trampoline_end[];

/* C entry of a new CPU, on its idle task's stack, interrupts off. */
void __noreturn start_secondary(void);

#endif
