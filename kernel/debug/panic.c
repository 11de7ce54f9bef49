// SPDX-License-Identifier: MIT
/*
 * Fatal errors. `reporter` is the CPU that may print a report: others wait, and whoever finds
 * itself there already has met an error inside a report, of which nothing can be trusted any more
 * but one line of text. Every fatal path ends in report_panic(): the other CPUs are held and shown,
 * then panic= decides. None of this takes a lock.
 */
#include <linux/atomic.h>
#include <linux/console.h>
#include <linux/init.h>
#include <linux/irqflags.h>
#include <linux/kallsyms.h>
#include <linux/kernel.h>
#include <linux/nmi.h>
#include <linux/panic.h>
#include <linux/preempt.h>
#include <linux/printk.h>
#include <linux/reboot.h>
#include <linux/sched.h>
#include <linux/sched/debug.h>
#include <linux/smp.h>
#include <linux/stacktrace.h>
#include <linux/string.h>
#include <linux/thread_info.h>
#include <asm/processor.h>

#define NOBODY (-1)

enum panic_action { PANIC_HALT, PANIC_EXIT, PANIC_REBOOT };

static const char *const action_names[] = { "halt", "exit", "reboot" };
static enum panic_action panic_action = PANIC_HALT;

static atomic_t reporter = ATOMIC_INIT(NOBODY);
static unsigned long reporter_flags; /* the reporter's: interrupts as they were */
static bool others_stopped;          /* the reporter's */

/* Exceptions whose name leaves a reader wondering. */
static const struct {
	const char *name;
	const char *meaning;
} explanations[] = {
	{ "page fault", "The code used an address where nothing is mapped, or in a way\n"
			"that the mapping forbids. Near 0 it is a NULL pointer, perhaps\n"
			"plus the offset of a structure's member: which pointer in the\n"
			"line that RIP names can be NULL, and who should have checked it?\n"
			"Otherwise: was the object freed already?\n" },
	{ "divide error", "An integer was divided by zero, or the quotient does not fit.\n"
			  "Test the divisor before dividing.\n" },
	{ "general protection fault",
	  "Most often a wild pointer: an address that is no address, out of\n"
	  "memory that was freed or never initialised. Look for a register\n"
	  "that holds text, a poison pattern or a garbled address.\n" },
};

static int __init panic_setup(char *val)
{
	int action = match_string(action_names, ARRAY_SIZE(action_names), val);

	if (action < 0)
		return -EINVAL;
	panic_action = action;
	return 0;
}
early_param("panic", panic_setup);

bool report_begin(void)
{
	int cpu = raw_smp_processor_id();
	unsigned long flags;

	local_irq_save(flags);
	if (atomic_read(&reporter) == cpu) {
		local_irq_restore(flags);
		return false;
	}
	while (atomic_cmpxchg(&reporter, NOBODY, cpu) != NOBODY)
		cpu_relax();
	reporter_flags = flags;
	bust_spinlocks(1);
	return true;
}

void report_end(void)
{
	unsigned long flags = reporter_flags;

	bust_spinlocks(0);
	atomic_set_release(&reporter, NOBODY);
	local_irq_restore(flags);
}

bool report_running(void)
{
	return atomic_read(&reporter) != NOBODY;
}

/* An error in one step, as in a console that always faults, comes here anew: each step is tried once. */
static void __noreturn leave(void)
{
	static int entered;

	entered++;
	if (entered == 1)
		console_flush_on_panic();
	if (entered > 2)
		machine_halt();
	if (panic_action == PANIC_EXIT)
		debug_exit(DEBUG_EXIT_PANIC);
	if (panic_action == PANIC_REBOOT)
		machine_restart(NULL);
	machine_halt();
}

static void stop_others_once(bool show)
{
	if (others_stopped)
		return;
	others_stopped = true;
	stop_other_cpus(show);
}

void report_nested(const char *what)
{
	local_irq_disable();
	pr_emerg("Kernel panic - not syncing: %s, inside another report; stopping here\n", what);
	stop_others_once(false);
	leave();
}

static void __noreturn finish_panic(const char *reason)
{
	stop_others_once(true);
	pr_emerg("---[ end Kernel panic - not syncing: %s ]---\n", reason);
	leave();
}

static void announce_panic(const char *reason)
{
	console_verbose();
	pr_emerg("Kernel panic - not syncing: %s\n", reason);
}

void report_panic(const char *reason)
{
	announce_panic(reason);
	finish_panic(reason);
}

void panic(const char *fmt, ...)
{
	static char reason[256]; /* the reporter's */
	char nested[80];
	va_list args;
	bool first;

	va_start(args, fmt);
	local_irq_disable();
	first = report_begin();
	if (first)
		vsnprintf(reason, sizeof(reason), fmt, args);
	else
		vsnprintf(nested, sizeof(nested), fmt, args);
	va_end(args);
	if (!first)
		report_nested(nested);
	announce_panic(reason);
	dump_stack();
	debug_show_held_locks(current);
	finish_panic(reason);
}

static void explain(const char *name)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(explanations); i++)
		if (!strcmp(explanations[i].name, name))
			pr_emerg("%s", explanations[i].meaning);
}

static void __noreturn die_nested(const char *str, struct pt_regs *regs)
{
	char what[KSYM_SYMBOL_LEN + 64];
	int len = scnprintf(what, 64, "%s at ", str);

	sprint_location(what + len, regs->ip, false);
	report_nested(what);
}

void die(const char *str, struct pt_regs *regs, long err)
{
	if (!report_begin())
		die_nested(str, regs);
	console_verbose();
	pr_emerg("Oops: %s: %04lx\n", str, err);
	show_regs(regs);
	debug_show_held_locks(current);
	pr_emerg("---[ end trace ]---\n");
	explain(str);
	report_panic(in_interrupt() ? "Fatal exception in interrupt" : "Fatal exception");
}

void handle_stack_overflow(struct pt_regs *regs, unsigned long fault_address)
{
	unsigned long low = (unsigned long)current->stack;

	if (!report_begin())
		die_nested("stack overflow", regs);
	console_verbose();
	pr_emerg("BUG: kernel stack overflow: %s/%d ran off its stack (%lx-%lx) at %lx\n",
		 current->comm, current->pid, low, low + THREAD_SIZE - 1, fault_address);
	show_regs(regs);
	debug_show_held_locks(current);
	pr_emerg("---[ end trace ]---\n");
	pr_emerg("A task has %lu KiB of stack. Look for a function that calls\n"
		 "itself, and for large local arrays: bound the depth, or use a\n"
		 "loop; allocate what is large with kmalloc().\n",
		 THREAD_SIZE / 1024);
	report_panic("kernel stack overflow");
}
