/* SPDX-License-Identifier: MIT */
/* Exceptions: their numbers, and the C side of the interrupt entry code. */
#ifndef _ASM_TRAPS_H
#define _ASM_TRAPS_H

#include <asm/ptrace.h>

/* SDM volume 3, table 6-1. */
#define X86_TRAP_DE  0 /* divide error */
#define X86_TRAP_DB  1 /* debug */
#define X86_TRAP_NMI 2
#define X86_TRAP_BP  3  /* int3 */
#define X86_TRAP_UD  6  /* invalid opcode, and the UD2 of BUG() and WARN() */
#define X86_TRAP_DF  8  /* double fault */
#define X86_TRAP_PF  14 /* page fault */
#define X86_TRAP_MC  18 /* machine check */

/* Error code of a page fault: SDM volume 3, figure 4-12. */
#define X86_PF_PROT  (1UL << 0)
#define X86_PF_WRITE (1UL << 1)
#define X86_PF_RSVD  (1UL << 3)
#define X86_PF_INSTR (1UL << 4)

/* trap_init - descriptor tables and exception handlers on the boot CPU. Context: first thing after the console. */
void trap_init(void);

/**
 * get_irq_regs - the registers of what the running hard interrupt handler interrupted
 *
 * Context: any.
 * Return: NULL outside hard interrupt handlers.
 */
struct pt_regs *get_irq_regs(void);

/* Called by kernel/x86/entry.asm, with interrupts off; do_exception() may be on an IST stack. */
void do_exception(struct pt_regs *regs, unsigned long vector);
void do_nmi(struct pt_regs *regs);
void common_interrupt(struct pt_regs *regs);
void timer_interrupt(struct pt_regs *regs);
void reschedule_interrupt(struct pt_regs *regs);
void call_function_interrupt(struct pt_regs *regs);
void error_interrupt(struct pt_regs *regs);
void spurious_interrupt(struct pt_regs *regs);

#endif
