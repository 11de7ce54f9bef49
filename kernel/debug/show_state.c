// SPDX-License-Identifier: MIT
/*
 * Showing what there is to see of tasks and registers: for SysRq, for `bt`, and for the reports.
 * All of it prints through printk() and may run in an interrupt handler, so the list of tasks is
 * only looked at if its lock is free.
 */
#include <linux/hung_task.h>
#include <linux/kallsyms.h>
#include <linux/kernel.h>
#include <linux/lockdep.h>
#include <linux/nmi.h>
#include <linux/printk.h>
#include <linux/sched.h>
#include <linux/sched/debug.h>
#include <linux/smp.h>
#include <linux/stacktrace.h>
#include <asm/special_insns.h>

#define CODE_BEFORE 16 /* bytes shown before and from the instruction pointer on */
#define CODE_AFTER  16

static void show_sleeping_stack(struct task_struct *p)
{
	struct unwind_state s;

	unwind_start_task(&s, p);
	show_trace(KERN_INFO, &s);
}

void show_stack(struct task_struct *p)
{
	if (p == current)
		dump_stack();
	else if (!READ_ONCE(p->on_cpu))
		show_sleeping_stack(p);
	else if (!trigger_single_cpu_backtrace(task_cpu(p)))
		pr_info(" (running, and the CPUs are being looked at already)\n");
}

void sched_show_task(struct task_struct *p)
{
	pr_info("task:%-15s state:%c pid:%-5d cpu:%d\n", p->comm, task_state_to_char(p), p->pid,
		task_cpu(p));
	if (p == current || !READ_ONCE(p->on_cpu))
		show_stack(p);
	else
		pr_info(" (running on CPU %d)\n", task_cpu(p));
}

static bool __lock_task_list(unsigned long *flags)
{
	local_irq_save(*flags);
	if (_raw_spin_trylock(spinlock_check(&tasklist_lock)))
		return true;
	local_irq_restore(*flags);
	pr_warn("The list of tasks is locked at the moment; try again\n");
	return false;
}

#define lock_task_list(flags) __cond_lock(&tasklist_lock, __lock_task_list(flags))

/*
 * An idle worker (TASK_IDLE) waits for work, uninterruptibly only so that it does not count as
 * load: not blocked.
 */
static bool state_matches(struct task_struct *p, unsigned int state_filter)
{
	unsigned int state = READ_ONCE(p->__state);

	if (state_filter == TASK_UNINTERRUPTIBLE && (state & TASK_NOLOAD))
		return false;
	return !state_filter || (state & state_filter);
}

void show_state_filter(unsigned int state_filter)
{
	struct task_struct *p;
	unsigned long flags;

	if (!lock_task_list(&flags))
		return;
	for_each_process(p) {
		if (!state_matches(p, state_filter))
			continue;
		sched_show_task(p);
		debug_show_wait_chain(p);
	}
	spin_unlock_irqrestore(&tasklist_lock, flags);
}

void debug_show_all_locks(void)
{
	struct task_struct *p;
	unsigned long flags;

	if (!IS_ENABLED(CONFIG_DEBUG_LOCK_ALLOC))
		pr_info("only a debug kernel records who holds which lock\n");
	if (!lock_task_list(&flags))
		return;
	for_each_process(p)
		debug_show_held_locks(p);
	spin_unlock_irqrestore(&tasklist_lock, flags);
}

/*
 * The bytes around an instruction, its first one in brackets: only what lies in the same function.
 */
static void show_code(unsigned long ip)
{
	char text[4 * (CODE_BEFORE + CODE_AFTER) + 8];
	unsigned long addr, end;
	struct ksym sym;
	int len = 0;

	if (!text_is_mapped(ip) || !kallsyms_find(ip, &sym))
		return;
	end = min(ip + CODE_AFTER, sym.start + sym.size);
	for (addr = max(ip - CODE_BEFORE, sym.start); addr < end; addr++)
		len += scnprintf(text + len, sizeof(text) - len, addr == ip ? " <%02x>" : " %02x",
				 *(const u8 *)addr);
	pr_emerg("Code:%s\n", text);
}

void show_regs(struct pt_regs *regs)
{
	char place[KSYM_SYMBOL_LEN];
	struct unwind_state s;

	print_task_header(KERN_EMERG);
	sprint_location(place, regs->ip, false);
	pr_emerg("RIP: %04lx:%s\n", regs->cs, place);
	show_code(regs->ip);
	pr_emerg("RSP: %04lx:%016lx EFLAGS: %08lx (interrupts %s)\n", regs->ss, regs->sp,
		 regs->flags, regs_irqs_disabled(regs) ? "off" : "on");
	pr_emerg("RAX: %016lx RBX: %016lx RCX: %016lx\n", regs->ax, regs->bx, regs->cx);
	pr_emerg("RDX: %016lx RSI: %016lx RDI: %016lx\n", regs->dx, regs->si, regs->di);
	pr_emerg("RBP: %016lx R08: %016lx R09: %016lx\n", regs->bp, regs->r8, regs->r9);
	pr_emerg("R10: %016lx R11: %016lx R12: %016lx\n", regs->r10, regs->r11, regs->r12);
	pr_emerg("R13: %016lx R14: %016lx R15: %016lx\n", regs->r13, regs->r14, regs->r15);
	pr_emerg("CR2: %016lx CR3: %016lx preempt_count: %08x\n", read_cr2(), read_cr3(),
		 preempt_count());
	unwind_start_regs(&s, current, regs);
	show_trace(KERN_EMERG, &s);
}
