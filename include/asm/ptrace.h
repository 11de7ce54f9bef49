/* SPDX-License-Identifier: MIT */
/* The registers that interrupt and exception entry saves, in the order in which kernel/x86/entry.asm pushes them. */
#ifndef _ASM_PTRACE_H
#define _ASM_PTRACE_H

#include <linux/types.h>

struct pt_regs {
	unsigned long r15, r14, r13, r12, bp, bx;	/* pushed by entry, callee-saved */
	unsigned long r11, r10, r9, r8, ax, cx, dx, si, di;
	unsigned long orig_ax;				/* error code; ~vector for interrupts */
	unsigned long ip, cs, flags, sp, ss;		/* pushed by the CPU: SDM volume 3, section 6.14.2 */
};

#define X86_EFLAGS_IF (1UL << 9)

static inline bool regs_irqs_disabled(const struct pt_regs *regs)
{
	return !(regs->flags & X86_EFLAGS_IF);
}

static inline unsigned long instruction_pointer(const struct pt_regs *regs)
{
	return regs->ip;
}

#endif
