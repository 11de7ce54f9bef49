// SPDX-License-Identifier: MIT
/*
 * What happens at the UD2 of a BUG() or a WARN(): its address is looked up in the table that those
 * macros fill, and the entry says where the source is and whether to go on.
 */
#include <linux/bug.h>
#include <linux/kallsyms.h>
#include <linux/kernel.h>
#include <linux/panic.h>
#include <linux/sched.h>
#include <linux/sched/debug.h>
#include <linux/smp.h>
#include <linux/stacktrace.h>

#define UD2_LENGTH 2

extern struct bug_entry __start___bug_table[], __stop___bug_table[];

static struct bug_entry *find_bug(unsigned long ip)
{
	struct bug_entry *bug;

	for (bug = __start___bug_table; bug < __stop___bug_table; bug++)
		if ((unsigned long)&bug->addr + bug->addr == ip)
			return bug;
	return NULL;
}

static const char *bug_file(const struct bug_entry *bug)
{
	return (const char *)&bug->file + bug->file;
}

void __warn_printk(const char *fmt, ...)
{
	struct va_format text = { .fmt = fmt };
	va_list args;

	va_start(args, fmt);
	text.va = &args;
	pr_warn("------------[ cut here ]------------\n");
	pr_warn("%pV", &text);
	va_end(args);
}

static void report_warning(const struct bug_entry *bug, struct pt_regs *regs)
{
	char place[KSYM_SYMBOL_LEN];
	struct unwind_state s;

	sprint_symbol_no_offset(place, regs->ip);
	if (!report_begin()) {
		pr_warn("WARNING at %s:%d %s, inside another report\n", bug_file(bug), bug->line,
			place);
		return;
	}
	if (!(bug->flags & BUGFLAG_MESSAGE))
		pr_warn("------------[ cut here ]------------\n");
	pr_warn("WARNING: CPU: %d PID: %d at %s:%d %s\n", raw_smp_processor_id(), current->pid,
		bug_file(bug), bug->line, place);
	print_task_header(KERN_WARNING);
	unwind_start_regs(&s, current, regs);
	show_trace(KERN_WARNING, &s);
	pr_warn("---[ end trace ]---\n");
	report_end();
}

bool handle_bug(struct pt_regs *regs)
{
	struct bug_entry *bug = find_bug(regs->ip);

	if (!bug)
		return false;
	if (!(bug->flags & BUGFLAG_WARNING)) {
		pr_emerg("------------[ cut here ]------------\n");
		pr_emerg("kernel BUG at %s:%d!\n", bug_file(bug), bug->line);
		return false;
	}
	if (!(bug->flags & BUGFLAG_DONE)) {
		if (bug->flags & BUGFLAG_ONCE)
			bug->flags |= BUGFLAG_DONE;
		report_warning(bug, regs);
	}
	regs->ip += UD2_LENGTH;
	return true;
}
