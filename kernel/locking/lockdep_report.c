// SPDX-License-Identifier: MIT
/*
 * What lockdep says. A report has Linux's headline, then who did what, the locks in question with the
 * places where they were taken, a picture of how it goes wrong, and the rule in words with the usual
 * ways to mend it. Printed with graph_lock free: classes and edges are read as they are.
 */
#include <linux/bits.h>
#include <linux/kallsyms.h>
#include <linux/kernel.h>
#include <linux/lockdep.h>
#include <linux/panic.h>
#include <linux/preempt.h>
#include <linux/printk.h>
#include <linux/sched.h>
#include <linux/sched/debug.h>
#include <linux/stacktrace.h>
#include <linux/string.h>

#include "lockdep_internals.h"

#ifdef CONFIG_DEBUG_LOCK_ALLOC

#define MAX_COLUMNS  3 /* CPUs drawn */
#define COLUMN_WIDTH 24

struct lockdep_report lockdep_last_report;

static const char *level; /* report_begin()'s caller */
#define say(fmt, ...) printk("%s" fmt, level, ##__VA_ARGS__)

static const char *const headlines[NR_LOCKDEP_KINDS] = {
	[LOCKDEP_CIRCULAR] = "WARNING: possible circular locking dependency detected",
	[LOCKDEP_RECURSIVE] = "WARNING: possible recursive locking detected",
	[LOCKDEP_INCONSISTENT] = "WARNING: inconsistent lock state",
	[LOCKDEP_IRQ_INVERSION] = "WARNING: possible irq lock inversion dependency detected",
	[LOCKDEP_BAD_UNLOCK] = "WARNING: bad unlock balance detected!",
	[LOCKDEP_WAIT_CONTEXT] = "[ BUG: Invalid wait context ]",
	[LOCKDEP_HELD_FREED] = "WARNING: held lock freed!",
	[LOCKDEP_NON_STATIC_KEY] = "INFO: trying to register non-static key.",
};

static const char *const rules[NR_LOCKDEP_KINDS] = {
	[LOCKDEP_CIRCULAR] = "Rule broken: locks that are held together are taken in one order,\n"
			     "everywhere. It need not have come to a deadlock yet: it will when\n"
			     "each of these is done at the same time.\n"
			     "To mend it: choose an order, write it down where the locks are\n"
			     "declared, and keep to it in each place named above; or release the\n"
			     "one before taking the other; or use trylock and begin again.\n",
	[LOCKDEP_RECURSIVE] =
		"Rule broken: who holds a lock must not take it again, nor another\n"
		"of its class without an order among them. (A reader may wait behind\n"
		"a writer that waits for that reader.)\n"
		"To mend it: let the caller hold the lock and give the inner function\n"
		"a form that expects it held; for two locks of a class, take them in\n"
		"a fixed order and say so with the _nested form.\n",
	[LOCKDEP_INCONSISTENT] =
		"Rule broken: a lock that an interrupt takes is held with such\n"
		"interrupts off everywhere else. Otherwise the interrupt can come\n"
		"while its own CPU holds the lock, and wait for ever.\n"
		"To mend it: spin_lock_irqsave() where the lock is taken outside of\n"
		"hard interrupts, spin_lock_bh() if only softirqs (timers, tasklets)\n"
		"take it.\n",
	[LOCKDEP_IRQ_ORDER] =
		"Rule broken: inside a lock that interrupts take, only such locks may\n"
		"be taken as are held with interrupts off everywhere. Otherwise an\n"
		"interrupt waits for the first, whose holder waits for the second,\n"
		"whose holder is the task that the interrupt stopped.\n"
		"To mend it: hold the second lock with interrupts off (irqsave, or _bh\n"
		"for softirqs) everywhere; or do not take it inside the first.\n",
	[LOCKDEP_IRQ_INVERSION] =
		"Rule broken: inside a lock that interrupts take, only such locks may\n"
		"be taken as are held with interrupts off everywhere. This use makes\n"
		"two locks that were right before into such a pair.\n"
		"To mend it: hold the unsafe lock with interrupts off (irqsave, or _bh\n"
		"for softirqs) everywhere; or do not take it inside the other.\n",
	[LOCKDEP_BAD_UNLOCK] = "Rule broken: only who holds a lock gives it back, and once.\n"
			       "To mend it: look for a path that unlocks twice (an error path,\n"
			       "mostly), or that did not lock before.\n",
	[LOCKDEP_WAIT_CONTEXT] =
		"Rule broken: a lock that sleeps may not be taken where one must not\n"
		"sleep: inside a lock that spins, inside rcu_read_lock(), or in an\n"
		"interrupt.\n"
		"To mend it: take the sleeping lock first, outside; or make it a\n"
		"spinlock; or let a task do this: schedule_work().\n",
	[LOCKDEP_HELD_FREED] =
		"Rule broken: a lock is given back before its memory is freed, or the\n"
		"lock initialised again.\n"
		"To mend it: unlock first, and see to it that nobody can find the\n"
		"object any more.\n",
	[LOCKDEP_HELD_AT_EXIT] =
		"Rule broken: a task gives back what it holds before it ends.\n"
		"To mend it: look for a return, or an error path, that leaves out the\n"
		"unlock.\n",
	[LOCKDEP_NON_STATIC_KEY] =
		"Rule broken: a lock in memory that is not static is initialised by a\n"
		"function: spin_lock_init(), mutex_init(), init_completion() ...\n"
		"To mend it: call that before the first use; on the stack, use the\n"
		"_ONSTACK form.\n",
};

/* ---- names and places ---- */

const char *lock_class_name(unsigned int class_idx, char buf[LOCK_NAME_LEN])
{
	const struct lock_class *class = &lock_classes[class_idx];
	int len = scnprintf(buf, LOCK_NAME_LEN, "%s", class_idx ? class->name : "?");

	if (class->name_version > 1)
		len += scnprintf(buf + len, LOCK_NAME_LEN - len, "#%d", class->name_version);
	if (class->subclass)
		scnprintf(buf + len, LOCK_NAME_LEN - len, "/%d", class->subclass);
	return buf;
}

static char usage_char(const struct lock_class *class, unsigned int bit)
{
	if (class->usage & BIT(bit))
		return class->usage & BIT(bit | LOCK_USAGE_DIR_BIT) ? '?' : '-';
	return class->usage & BIT(bit | LOCK_USAGE_DIR_BIT) ? '+' : '.';
}

void class_usage_chars(const struct lock_class *class, char usage[5])
{
	usage[0] = usage_char(class, LOCK_USED_IN_HARDIRQ);
	usage[1] = usage_char(class, LOCK_USED_IN_HARDIRQ_READ);
	usage[2] = usage_char(class, LOCK_USED_IN_SOFTIRQ);
	usage[3] = usage_char(class, LOCK_USED_IN_SOFTIRQ_READ);
	usage[4] = '\0';
}

void lock_usage_chars(const struct held_lock *hlock, char usage[5])
{
	class_usage_chars(&lock_classes[hlock->class_idx], usage);
}

static unsigned long code_address(u32 ip)
{
	return (unsigned long)(long)(s32)ip;
}

static void say_place(const char *before, unsigned long ip)
{
	char place[KSYM_SYMBOL_LEN];

	sprint_location(place, ip, true);
	say("%s%s\n", before, place);
}

static void say_held(const char *what, const struct held_lock *hlock)
{
	char name[LOCK_NAME_LEN], usage[5], place[KSYM_SYMBOL_LEN];

	lock_usage_chars(hlock, usage);
	sprint_location(place, hlock->acquire_ip, true);
	if (!hlock->class_idx)
		scnprintf(name, sizeof(name), "%s", hlock->instance->name);
	else
		lock_class_name(hlock->class_idx, name);
	say("%s (%s){%s}, at %s\n", what, name, usage, place);
}

static void say_trace(const char *indent, u16 trace)
{
	const u32 *entries;
	unsigned int n = trace_entries(trace, &entries), i;

	for (i = 0; i < n; i++)
		say_place(indent, code_address(entries[i]));
	if (!n)
		say("%s(no room was left to remember how)\n", indent);
}

static const char *irq_name(unsigned int usage)
{
	return usage & LOCK_USAGE_SOFTIRQ_BIT ? "SOFTIRQ" : "HARDIRQ";
}

/* "IN-HARDIRQ-W", or "HARDIRQ-ON-R". */
static const char *usage_name(unsigned int usage, char buf[24])
{
	scnprintf(buf, 24, "%s%s%s-%c", usage & LOCK_USAGE_DIR_BIT ? "" : "IN-", irq_name(usage),
		  usage & LOCK_USAGE_DIR_BIT ? "-ON" : "", usage & LOCK_USAGE_READ_BIT ? 'R' : 'W');
	return buf;
}

/* ---- pictures ---- */

static void draw(unsigned int column, const char *text)
{
	say("  %*s%s\n", column * COLUMN_WIDTH, "", text);
}

static void draw_lock(unsigned int column, unsigned int class_idx, const char *after)
{
	char name[LOCK_NAME_LEN], text[LOCK_NAME_LEN + 32];

	scnprintf(text, sizeof(text), "lock(%s)%s", lock_class_name(class_idx, name), after);
	draw(column, text);
}

static void draw_cpus(unsigned int n)
{
	char head[MAX_COLUMNS * COLUMN_WIDTH + 8], line[sizeof(head)];
	int len = 0, i;

	for (i = 0; i < n; i++) {
		scnprintf(head + len, sizeof(head) - len, "%*sCPU%d", i ? COLUMN_WIDTH - 4 : 0, "",
			  i);
		len += scnprintf(line + len, sizeof(line) - len, "%*s----",
				 i ? COLUMN_WIDTH - 4 : 0, "");
	}
	say("  %s\n", head);
	say("  %s\n", line);
}

/*
 * Each CPU has taken one lock of the cycle and waits for the next. A cycle of more locks than there
 * is room for is drawn with two CPUs, the second of which goes all the rest of the way.
 */
static void draw_cycle(const struct lockdep_report *r)
{
	unsigned int n = r->nr_path <= MAX_COLUMNS ? r->nr_path : 2, i;
	unsigned int last = r->nr_path - 1;

	/* path[] begins with what CPU 0 wants, and ends with what it has */
	say("How it goes wrong:\n");
	draw_cpus(n);
	draw_lock(0, r->path[last].class_idx, "");
	for (i = 1; i < n; i++)
		draw_lock(i, r->path[i - 1].class_idx, "");
	draw_lock(0, r->path[0].class_idx, "  waits");
	for (i = 1; i < n; i++)
		draw_lock(i, r->path[i == n - 1 ? last : i].class_idx, "  waits");
	say("  *** DEADLOCK ***\n");
}

static void draw_interrupted(const struct lockdep_report *r)
{
	unsigned int class_idx = r->path[0].class_idx;

	say("How it goes wrong:\n");
	draw_cpus(1);
	draw_lock(0, class_idx, "");
	draw(0, "<Interrupt>");
	draw_lock(0, class_idx, "  waits");
	say("  *** DEADLOCK ***\n");
}

static void draw_inversion(const struct lockdep_report *r)
{
	unsigned int safe = r->path[0].class_idx, unsafe = r->path[r->nr_path - 1].class_idx;

	say("How it goes wrong:\n");
	draw_cpus(2);
	draw_lock(0, unsafe, "");
	draw(1, "interrupts off");
	draw_lock(1, safe, "");
	draw_lock(1, r->path[1].class_idx, "  waits");
	draw(0, "<Interrupt>");
	draw_lock(0, safe, "  waits");
	say("  *** DEADLOCK ***\n");
}

static void draw_recursion(const struct lockdep_report *r)
{
	say("How it goes wrong:\n");
	draw_cpus(1);
	draw_lock(0, r->prev.class_idx, "");
	draw_lock(0, r->next.class_idx, "  waits");
	say("  *** DEADLOCK ***\n");
}

/* ---- the parts ---- */

static void say_path(const struct lockdep_report *r)
{
	char line[LOCK_NAME_LEN];
	unsigned int i;

	say("The chain:%s\n", r->path_cut ? " (its first part)" : "");
	for (i = 0; i < r->nr_path; i++)
		say("  %s%s\n", i ? "--> " : "    ", lock_class_name(r->path[i].class_idx, line));
}

static void say_edge(const struct lock_edge *edge)
{
	char from[LOCK_NAME_LEN], to[LOCK_NAME_LEN];

	say("-> (%s) was taken while (%s) was held:\n", lock_class_name(edge->to, to),
	    lock_class_name(edge->from, from));
	say_trace("      ", edge->trace);
	say_place("   and that one at\n      ", code_address(edge->from_ip));
}

static void say_edges(const struct lockdep_report *r)
{
	unsigned int i;

	for (i = 0; i < r->nr_path; i++)
		if (r->path[i].edge && r->path[i].edge != LOCKDEP_NEW_EDGE)
			say_edge(&lock_edges[r->path[i].edge]);
}

static void say_usage(unsigned int class_idx, unsigned int usage)
{
	char name[LOCK_NAME_LEN], use[24];

	say("(%s) became {%s} here:\n", lock_class_name(class_idx, name), usage_name(usage, use));
	say_trace("      ", lock_classes[class_idx].usage_trace[usage]);
}

static void say_task(const char *what)
{
	say("%s/%d %s\n", current->comm, current->pid, what);
}

static void body_circular(const struct lockdep_report *r)
{
	say_task("is about to take");
	say_held("  ", &r->next);
	say("while it holds\n");
	say_held("  ", &r->prev);
	say("but the one that it is about to take has come before, on other paths:\n");
	say_edges(r);
	draw_cycle(r);
}

static void body_recursive(const struct lockdep_report *r)
{
	say_task("is about to take");
	say_held("  ", &r->next);
	say("while it holds %s\n",
	    r->next.instance == r->prev.instance ? "the same lock" : "another lock of its class");
	say_held("  ", &r->prev);
	draw_recursion(r);
}

static void body_inconsistent(const struct lockdep_report *r)
{
	char old[24], new[24];

	say("inconsistent {%s} -> {%s} usage.\n", usage_name(r->usage_other, old),
	    usage_name(r->usage, new));
	say_task(r->usage & LOCK_USAGE_DIR_BIT ? "holds, where such an interrupt can come"
					       : "takes, in an interrupt");
	say_held("  ", &r->next);
	say_usage(r->path[0].class_idx, r->usage_other);
	draw_interrupted(r);
}

/* path[0] is the safe end, the last the unsafe one. */
static void body_irq_order(const struct lockdep_report *r)
{
	say_task("is about to take");
	say_held("  ", &r->next);
	say("while it holds\n");
	say_held("  ", &r->prev);
	say("which connects a %s-safe lock to a %s-unsafe one.\n", irq_name(r->usage),
	    irq_name(r->usage));
	say_path(r);
	say_usage(r->path[0].class_idx, r->usage);
	say_usage(r->path[r->nr_path - 1].class_idx, r->usage_other);
	say_edges(r);
	draw_inversion(r);
}

static void body_inversion(const struct lockdep_report *r)
{
	bool safe = !(r->usage & LOCK_USAGE_DIR_BIT);
	unsigned int other = safe ? r->nr_path - 1 : 0;
	char use[24];

	say_task(safe ? "takes, in an interrupt" : "holds, where such an interrupt can come");
	say_held("  ", &r->next);
	say("so it is {%s} from now on; but it is in a chain with the opposite.\n",
	    usage_name(r->usage, use));
	say_path(r);
	say_usage(r->path[other].class_idx, r->usage_other);
	say_edges(r);
	draw_inversion(r);
}

static void body_bad_unlock(const struct lockdep_report *r)
{
	say_task("releases a lock that it does not hold:");
	say_held("  ", &r->next);
}

static void body_wait_context(const struct lockdep_report *r)
{
	const struct held_lock *h = &r->next;

	say_task("is about to take a lock that sleeps:");
	say_held("  ", h);
	if (r->prev.instance) {
		say("inside\n");
		say_held("  ", &r->prev);
	} else {
		say("in a %s\n", h->in_hardirq ? "hard interrupt" : "softirq");
	}
}

static void body_held_freed(const struct lockdep_report *r)
{
	say("%s/%d frees, or initialises, memory %lx-%lx, with a lock still held there:\n",
	    current->comm, current->pid, (unsigned long)r->mem, (unsigned long)r->mem + r->len - 1);
	say_held("  ", &r->next);
}

static void body_non_static_key(const struct lockdep_report *r)
{
	say_task("takes a lock that was never initialised:");
	say("   (%s)\n", r->text);
}

static void (*const bodies[NR_LOCKDEP_KINDS])(const struct lockdep_report *r) = {
	[LOCKDEP_CIRCULAR] = body_circular,
	[LOCKDEP_RECURSIVE] = body_recursive,
	[LOCKDEP_INCONSISTENT] = body_inconsistent,
	[LOCKDEP_IRQ_ORDER] = body_irq_order,
	[LOCKDEP_IRQ_INVERSION] = body_inversion,
	[LOCKDEP_BAD_UNLOCK] = body_bad_unlock,
	[LOCKDEP_WAIT_CONTEXT] = body_wait_context,
	[LOCKDEP_HELD_FREED] = body_held_freed,
	[LOCKDEP_NON_STATIC_KEY] = body_non_static_key,
};

static void say_headline(const struct lockdep_report *r)
{
	say("======================================================\n");
	if (r->kind == LOCKDEP_IRQ_ORDER)
		say("WARNING: %s-safe -> %s-unsafe lock order detected\n", irq_name(r->usage),
		    irq_name(r->usage));
	else if (r->kind == LOCKDEP_HELD_AT_EXIT)
		say("WARNING: %s/%d still has locks held!\n", current->comm, current->pid);
	else if (r->kind == LOCKDEP_NO_ROOM)
		say("BUG: %s too low!\n", r->text);
	else
		say("%s\n", headlines[r->kind]);
	say("------------------------------------------------------\n");
}

static void say_all(const struct lockdep_report *r)
{
	unsigned long ip = r->ip ?: r->next.acquire_ip;

	say_headline(r);
	if (bodies[r->kind])
		bodies[r->kind](r);
	__debug_show_held_locks(level, current);
	if (r->kind == LOCKDEP_NO_ROOM)
		say("turning off the locking correctness validator.\n");
	print_task_header(level);
	say("Call Trace:\n");
	say_trace(" ", save_trace(ip));
	if (rules[r->kind])
		say("%s", rules[r->kind]);
}

void print_lockdep_report(const struct lockdep_report *r)
{
	bool sandboxed = r != &lockdep_last_report;

	if (sandboxed && !lockdep_sandbox->verbose)
		return;
	if (!report_begin())
		return;
	level = sandboxed ? KERN_DEBUG : KERN_WARNING;
	say_all(r);
	if (!sandboxed)
		say("Lockdep is off from here on.\n");
	report_end();
}

#endif
