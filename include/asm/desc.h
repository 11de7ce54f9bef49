/* SPDX-License-Identifier: MIT */
/*
 * Descriptor tables: the GDT with its two flat segments and a TSS, one of each a CPU, and the IDT that all CPUs share.
 * The TSS serves one purpose here: its interrupt stack table (IST), through which the exceptions that must not trust
 * the current stack get their own.
 */
#ifndef _ASM_DESC_H
#define _ASM_DESC_H

#define __KERNEL_CS 0x08
#define __KERNEL_DS 0x10
#define GDT_TSS     0x18 /* takes two slots: a 16-byte descriptor */
#define GDT_ENTRIES 5

#define IST_NONE 0
#define IST_DF   1 /* double fault */
#define IST_NMI  2
#define IST_MC   3 /* machine check */
#define NR_IST   3

#ifndef __ASSEMBLY__

#include <linux/types.h>
#include <linux/compiler.h>

/* SDM volume 3, figure 7-11. */
struct tss_struct {
	u32 reserved0;
	u64 rsp[3];
	u64 reserved1;
	u64 ist[7];
	u64 reserved2;
	u16 reserved3;
	u16 iomap_base;
} __packed;

/* An interrupt gate: SDM volume 3, figure 6-8. */
struct gate_desc {
	u16 offset_low;
	u16 selector;
	u8 ist;
	u8 type;
	u16 offset_middle;
	u32 offset_high;
	u32 reserved;
} __packed;

/* The operand of LGDT and LIDT. */
struct desc_ptr {
	u16 limit;
	u64 address;
} __packed;

/* gdt_init_cpu - give this CPU its GDT, TSS and IST stacks. Context: its boot path, interrupts off, GS base set. */
void gdt_init_cpu(void);

/**
 * alloc_ist_stacks - give a CPU exception stacks with guard pages
 * @cpu: a CPU to be started, or CPU 0, which leaves its early stack
 *
 * Context: boot, after mm_init().
 * Return: 0; -ENOMEM: the CPU cannot be started, and keeps what it got.
 */
int alloc_ist_stacks(int cpu);

/**
 * ist_stack_range - find the exception stack that an address lies in
 * @addr: a stack address
 * @low: set to the stack's lowest address
 * @high: set to the address after its last byte
 *
 * Context: any, preemption off; looks at this CPU's stacks only.
 * Return: true when @addr lies in an exception stack of this CPU.
 */
bool ist_stack_range(unsigned long addr, unsigned long *low, unsigned long *high);

/* idt_init - fill the IDT (boot CPU, once); idt_load - use it on this CPU. */
void idt_init(void);
void idt_load(void);

#endif
#endif
