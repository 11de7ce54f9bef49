// SPDX-License-Identifier: MIT
/*
 * The state that every CPU brings itself into before it runs anything else: control registers and descriptor tables.
 * The boot CPU passes here in trap_init(), the others as soon as they reach C.
 */
#include <asm/desc.h>
#include <asm/smp.h>
#include <asm/special_insns.h>

/* SDM volume 3, section 2.5. */
#define X86_CR0_MP  (1UL << 1)
#define X86_CR0_EM  (1UL << 2)
#define X86_CR0_NE  (1UL << 5)
#define X86_CR4_MCE (1UL << 6)

/*
 * No kernel code uses the FPU, so no switch saves it: EM makes a stray floating-point or vector instruction raise an
 * exception instead of using another task's values. WP makes read-only pages so for the kernel too. Without MCE a
 * machine check would shut the CPU down without a word.
 */
void cpu_init(void)
{
	write_cr0((read_cr0() & ~X86_CR0_MP) | X86_CR0_EM | X86_CR0_NE | X86_CR0_WP);
	gdt_init_cpu();
	idt_load();
	write_cr4(read_cr4() | X86_CR4_MCE);
}
