// SPDX-License-Identifier: MIT
/*
 * Exceptions. With no user mode and no demand paging every one of them is a bug in the kernel, except the UD2 of a
 * WARN(), after which the code goes on. So interrupts stay off in here: the state to report must not change, and what
 * returns was about to do the next instruction anyway. Uses no lock; runs on any stack.
 */
#include <linux/bug.h>
#include <linux/init.h>
#include <linux/panic.h>
#include <linux/printk.h>
#include <linux/stddef.h>
#include <linux/vmalloc.h>
#include <asm/page.h>
#include <asm/desc.h>
#include <asm/irq_vectors.h>
#include <asm/smp.h>
#include <asm/special_insns.h>
#include <asm/traps.h>

/* SDM volume 3, table 6-1. */
static const char *const exception_names[NR_EXCEPTIONS] = {
	[X86_TRAP_DE] = "divide error",
	[X86_TRAP_DB] = "debug",
	[X86_TRAP_BP] = "int3",
	[4] = "overflow",
	[5] = "bounds",
	[X86_TRAP_UD] = "invalid opcode",
	[7] = "device not available (floating point in the kernel)",
	[X86_TRAP_DF] = "double fault",
	[10] = "invalid TSS",
	[11] = "segment not present",
	[12] = "stack segment",
	[13] = "general protection fault",
	[16] = "x87 floating-point exception",
	[17] = "alignment check",
	[X86_TRAP_MC] = "machine check",
	[19] = "SIMD floating-point exception",
	[20] = "virtualization exception",
	[21] = "control protection exception",
};

static void do_page_fault(struct pt_regs *regs, unsigned long address)
{
	const char *what = "page fault";

	if (stack_guard_hit(address))
		handle_stack_overflow(regs, address);
	if (address < PAGE_SIZE)
		what = "NULL pointer dereference";
	else if (regs->orig_ax & X86_PF_INSTR)
		what = "jump to what is not code";
	else if (regs->orig_ax & X86_PF_RSVD)
		what = "corrupted page table";
	else if (regs->orig_ax & X86_PF_PROT)
		what = "protection violation";
	if (!report_running())
		pr_alert("BUG: %s, %s address %016lx\n", what,
			 regs->orig_ax & X86_PF_WRITE ? "writing" : "reading", address);
	die("page fault", regs, regs->orig_ax);
}

/*
 * A push onto a full stack faults, and so does the CPU's own push of the page fault's frame: that makes a double fault.
 * CR2 still holds the first address (SDM volume 3, section 6.15, "interrupt 14").
 */
static void do_double_fault(struct pt_regs *regs, unsigned long cr2)
{
	if (stack_guard_hit(cr2) || stack_guard_hit(regs->sp - 8))
		handle_stack_overflow(regs, cr2);
	die("double fault", regs, regs->orig_ax);
}

void do_exception(struct pt_regs *regs, unsigned long vector)
{
	unsigned long cr2 = read_cr2(); /* first of all: a nested fault would overwrite it */
	const char *name = vector < NR_EXCEPTIONS ? exception_names[vector] : NULL;

	switch (vector) {
	case X86_TRAP_UD:
		if (handle_bug(regs))
			return;
		break;
	case X86_TRAP_PF:
		do_page_fault(regs, cr2);
		return;
	case X86_TRAP_DF:
		do_double_fault(regs, cr2);
		return;
	}
	die(name ? name : "unknown exception", regs, regs->orig_ax);
}

void __init trap_init(void)
{
	idt_init();
	cpu_init();
}
