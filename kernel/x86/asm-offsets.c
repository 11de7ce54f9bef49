// SPDX-License-Identifier: MIT
/*
 * What assembly must know of C's structures and constants. This file is compiled but never linked: the Makefile turns
 * each "->NAME value" of its assembly output into a %define in asm-offsets.inc.
 */
#include <linux/preempt.h>
#include <linux/sched.h>
#include <linux/stddef.h>
#include <linux/thread_info.h>
#include <asm/desc.h>
#include <asm/irq_vectors.h>
#include <asm/ptrace.h>
#include <asm/traps.h>
#include "trampoline.h"

#define DEFINE(sym, val)          __asm__ __volatile__("\n.ascii \"->" #sym " %c0\"" : : "i"(val))
#define OFFSET(sym, type, member) DEFINE(sym, offsetof(type, member))

void asm_offsets(void);

void asm_offsets(void)
{
	DEFINE(THREAD_SIZE, THREAD_SIZE);
	OFFSET(TASK_SP, struct task_struct, thread.sp);

	OFFSET(PT_REGS_ORIG_AX, struct pt_regs, orig_ax);
	OFFSET(PT_REGS_IP, struct pt_regs, ip);
	OFFSET(PT_REGS_FLAGS, struct pt_regs, flags);
	OFFSET(PT_REGS_SP, struct pt_regs, sp);
	DEFINE(NMI_MASK, NMI_MASK);

	DEFINE(NR_VECTORS, NR_VECTORS);
	DEFINE(NR_EXCEPTIONS, NR_EXCEPTIONS);
	DEFINE(NMI_VECTOR, X86_TRAP_NMI);
	DEFINE(LOCAL_TIMER_VECTOR, LOCAL_TIMER_VECTOR);
	DEFINE(CALL_FUNCTION_VECTOR, CALL_FUNCTION_VECTOR);
	DEFINE(RESCHEDULE_VECTOR, RESCHEDULE_VECTOR);
	DEFINE(ERROR_APIC_VECTOR, ERROR_APIC_VECTOR);
	DEFINE(SPURIOUS_APIC_VECTOR, SPURIOUS_APIC_VECTOR);

	DEFINE(KERNEL_CS, __KERNEL_CS);
	DEFINE(KERNEL_DS, __KERNEL_DS);
	OFFSET(AP_CR0, struct trampoline_args, cr0);
	OFFSET(AP_CR3, struct trampoline_args, cr3);
	OFFSET(AP_CR4, struct trampoline_args, cr4);
	OFFSET(AP_EFER, struct trampoline_args, efer);
	OFFSET(AP_GS_BASE, struct trampoline_args, gs_base);
	OFFSET(AP_STACK, struct trampoline_args, stack);
}
