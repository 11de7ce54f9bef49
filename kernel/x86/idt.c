// SPDX-License-Identifier: MIT
/*
 * The interrupt descriptor table. All 256 vectors lead to stubs in entry.asm through interrupt gates, so every handler
 * starts with interrupts off; three go through the IST. Filled once by the boot CPU, only read afterwards.
 */
#include <linux/types.h>
#include <linux/init.h>
#include <asm/desc.h>
#include <asm/irq_vectors.h>
#include <asm/traps.h>

#define GATE_INTERRUPT                                                                             \
	0x8e /* present, ring 0, 64-bit interrupt gate: SDM volume 3, section 6.14.1 */

extern void (*const entry_stubs[NR_VECTORS])(void); /* entry.asm */

static struct gate_desc idt_table[NR_VECTORS] __aligned(4096) __ro_after_init;

static u8 vector_ist(unsigned int vector)
{
	switch (vector) {
	case X86_TRAP_DF:
		return IST_DF;
	case X86_TRAP_NMI:
		return IST_NMI;
	case X86_TRAP_MC:
		return IST_MC;
	default:
		return IST_NONE;
	}
}

void __init idt_init(void)
{
	for (unsigned int vector = 0; vector < NR_VECTORS; vector++) {
		unsigned long stub = (unsigned long)entry_stubs[vector];

		idt_table[vector] = (struct gate_desc){
			.offset_low = (u16)stub,
			.offset_middle = (u16)(stub >> 16),
			.offset_high = (u32)(stub >> 32),
			.selector = __KERNEL_CS,
			.ist = vector_ist(vector),
			.type = GATE_INTERRUPT,
		};
	}
}

void idt_load(void)
{
	struct desc_ptr ptr = { sizeof(idt_table) - 1, (unsigned long)idt_table };

	__asm__ __volatile__("lidt %0" : : "m"(ptr));
}
