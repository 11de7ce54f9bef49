// SPDX-License-Identifier: MIT
/*
 * The reports about sleeping where one must not: what was going on, the locks held and where each
 * was taken, how the code came there, and the rule in words. The two checks are schedule()'s, when
 * it is too late, and might_sleep()'s, which catches the call whether or not it would have slept.
 * atomic_sleep= says what follows: panic (the default) or warn.
 */
#include <linux/console.h>
#include <linux/init.h>
#include <linux/kallsyms.h>
#include <linux/kernel.h>
#include <linux/lockdep.h>
#include <linux/panic.h>
#include <linux/preempt.h>
#include <linux/printk.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/sched/debug.h>
#include <linux/stacktrace.h>
#include <linux/string.h>

#include "report.h"

#define SCHEDULE_DEPTH 4 /* frames between schedule() and __schedule_bug(), at most */

bool atomic_sleep_panics = true;

static int __init atomic_sleep_setup(char *val)
{
	static const char *const choices[] = { "warn", "panic" };
	int choice = match_string(choices, ARRAY_SIZE(choices), val);

	if (choice < 0)
		return -EINVAL;
	atomic_sleep_panics = choice;
	return 0;
}
early_param("atomic_sleep", atomic_sleep_setup);

struct sleep_reports sleep_reports;

static const struct {
	const char *name;
	const char *broken;
	const char *mend;
} rules[] = {
	[RULE_NMI] = {
		"nmi",
		"Rule broken: an NMI handler may not sleep. It has interrupted\n"
		"code that can be anywhere, even in the scheduler, and no task is\n"
		"there to be put to sleep.\n",
		"To mend it: only note what happened, without a lock, and let an\n"
		"interrupt or a task do the rest.\n",
	},
	[RULE_HARDIRQ] = {
		"hardirq",
		"Rule broken: an interrupt handler may not sleep. It runs on top\n"
		"of whatever task it interrupted: that task would sleep instead,\n"
		"and the interrupt would not end before it was woken.\n",
		"To mend it: wake a task with wake_up() or complete() and let\n"
		"that one sleep; start a timer instead of waiting; allocate with\n"
		"GFP_ATOMIC; protect data with spin_lock_irqsave(), not with a\n"
		"mutex.\n",
	},
	[RULE_SOFTIRQ] = {
		"softirq",
		"Rule broken: a softirq may not sleep, and timer callbacks and\n"
		"tasklets are softirqs. They run on top of whatever task was\n"
		"interrupted: that task would sleep instead.\n",
		"To mend it: wake a task and let that one sleep; or start the\n"
		"timer again with mod_timer() instead of waiting; allocate with\n"
		"GFP_ATOMIC; protect data with a spinlock, not with a mutex.\n",
	},
	[RULE_LOCK] = {
		"lock",
		"Rule broken: who holds a spinlock may not sleep. The CPUs that\n"
		"want the lock spin until it is free, and the sleeper may need\n"
		"one of them before it can go on: then nobody ever does.\n",
		"To mend it: sleep before taking the lock or after releasing it,\n"
		"and test again afterwards what the lock protects; or make it a\n"
		"mutex, if no interrupt handler takes it; or use what does not\n"
		"sleep: GFP_ATOMIC, udelay().\n",
	},
	[RULE_RCU] = {
		"rcu",
		"Rule broken: code between rcu_read_lock() and rcu_read_unlock()\n"
		"may not sleep. Whoever waits for a grace period, and every object\n"
		"that waits to be freed, would wait until the sleeper came back.\n",
		"To mend it: take a reference or copy what is needed, call\n"
		"rcu_read_unlock(), and sleep then; or make it an SRCU section,\n"
		"whose readers may sleep: srcu_read_lock(); allocate with\n"
		"GFP_ATOMIC.\n",
	},
	[RULE_BH] = {
		"bh",
		"Rule broken: code between local_bh_disable() and\n"
		"local_bh_enable() may not sleep. Softirqs of this CPU would wait\n"
		"until the task came back.\n",
		"To mend it: call local_bh_enable() (or spin_unlock_bh()) first;\n"
		"allocate with GFP_ATOMIC.\n",
	},
	[RULE_PREEMPT] = {
		"preempt",
		"Rule broken: code between preempt_disable() and preempt_enable()\n"
		"may not sleep. It asked to keep this CPU (per-CPU data,\n"
		"smp_processor_id()), and sleeping gives the CPU away.\n",
		"To mend it: call preempt_enable() (or put_cpu()) before\n"
		"sleeping, and look the per-CPU data up again afterwards; or copy\n"
		"what is needed first; allocate with GFP_ATOMIC.\n",
	},
	[RULE_EITHER] = {
		"lock or preempt",
		"Rule broken: who holds a spinlock, or has called\n"
		"preempt_disable(), may not sleep.\n",
		"To mend it: end that before sleeping; or use what does not\n"
		"sleep: GFP_ATOMIC, udelay(). A debug kernel says which it was,\n"
		"and where it began.\n",
	},
	[RULE_IRQS] = {
		"irqs",
		"Rule broken: code with interrupts off may not sleep. The next\n"
		"task would run with them off too, and the interrupt that is to\n"
		"wake this one might never be taken.\n",
		"To mend it: call local_irq_enable() (or spin_unlock_irq())\n"
		"before sleeping, and test again afterwards what was protected;\n"
		"allocate with GFP_ATOMIC.\n",
	},
	[RULE_IDLE] = {
		"idle",
		"Rule broken: the idle task may not sleep. It is what a CPU runs\n"
		"when all others do.\n",
		"To mend it: let another task do the work (kthread_run()).\n",
	},
	[RULE_CONDITION] = {
		"condition",
		"Rule broken: the condition of wait_event() may not sleep, nor may\n"
		"anything else between set_current_state() and schedule(). The\n"
		"task has announced that it sleeps: to sleep for something else\n"
		"makes it TASK_RUNNING, and the wake-up it waits for gets lost.\n",
		"To mend it: test a variable in the condition, and do what may\n"
		"sleep afterwards; or wait with wait_woken(), which tests while\n"
		"the task is TASK_RUNNING.\n",
	},
};

static enum rule broken_rule(const struct atomic_context *context)
{
	if (context->count & NMI_MASK)
		return RULE_NMI;
	if (context->count & HARDIRQ_MASK)
		return RULE_HARDIRQ;
	if (context->count & SOFTIRQ_OFFSET)
		return RULE_SOFTIRQ;
	if (context->count == PREEMPT_OFFSET && (current->flags & PF_IDLE))
		return RULE_IDLE; /* it has preemption off once all its life */
	if ((context->count & PREEMPT_MASK) && !IS_ENABLED(CONFIG_DEBUG_LOCK_ALLOC))
		return RULE_EITHER;
	if ((context->count & PREEMPT_MASK) && rcu_read_depth() >= (context->count & PREEMPT_MASK))
		return RULE_RCU; /* nothing but sections accounts for the count */
	if (context->count & PREEMPT_MASK)
		return holds_spinning_lock() ? RULE_LOCK : RULE_PREEMPT;
	if (context->count & SOFTIRQ_MASK)
		return RULE_BH;
	if (context->irqs_off)
		return RULE_IRQS;
	return context->in_condition ? RULE_CONDITION : RULE_IDLE;
}

#ifdef CONFIG_DEBUG_LOCK_ALLOC
static void print_held_lock(const char *lvl, int index, const struct held_lock *held)
{
	char place[KSYM_SYMBOL_LEN];
	char usage[5];

	lock_usage_chars(held, usage);
	sprint_location(place, held->acquire_ip, true);
	printk("%s #%d: (%s){%s}, taken at %s\n", lvl, index, held->instance->name, usage, place);
}

static bool is_lock(const struct held_lock *held)
{
	return held->valid && !held->function;
}

void __debug_show_held_locks(const char *lvl, struct task_struct *p)
{
	int depth = min(READ_ONCE(p->lockdep_depth), MAX_LOCK_DEPTH);
	int i, n = 0;

	for (i = 0; i < depth; i++)
		n += is_lock(&p->held_locks[i]);
	if (!n)
		return;
	printk("%s%d lock%s held by %s/%d:\n", lvl, n, n == 1 ? "" : "s", p->comm, p->pid);
	for (i = 0, n = 0; i < depth; i++)
		if (is_lock(&p->held_locks[i]))
			print_held_lock(lvl, n++, &p->held_locks[i]);
}

void debug_show_held_locks(struct task_struct *p)
{
	__debug_show_held_locks(KERN_ERR, p);
}
#else
void debug_show_held_locks(struct task_struct *p __maybe_unused)
{
}
#endif

/* All of a report but its first lines; the trace begins where @s stands. */
static void finish_report(const struct atomic_context *context, struct unwind_state *s,
			  const char *reason)
{
	enum rule rule = broken_rule(context);

	sleep_reports.nr++;
	sleep_reports.reason = reason;
	sleep_reports.rule = rules[rule].name;
	sleep_reports.context = *context;
	print_context(context);
	debug_show_held_locks(current);
	print_section(context);
	print_task_header(KERN_ERR);
	show_trace(KERN_ERR, s);
	pr_err("%s%s", rules[rule].broken, rules[rule].mend);
	if (atomic_sleep_panics)
		report_panic(reason);
	report_end();
}

/* The scheduler's frames above schedule() are of no interest to who called it. */
static void skip_to_schedule(struct unwind_state *s)
{
	struct unwind_state walk = *s;
	struct ksym sym;
	int i;

	for (i = 0; i < SCHEDULE_DEPTH && !unwind_done(&walk); i++, unwind_next(&walk)) {
		if (kallsyms_find(walk.ip - 1, &sym) && sym.start == (unsigned long)schedule) {
			*s = walk;
			return;
		}
	}
}

#ifdef CONFIG_DEBUG_ATOMIC_SLEEP
/* The start of the function that a call returns to. */
static unsigned long function_of(unsigned long ip)
{
	struct ksym sym;

	return kallsyms_find(ip - 1, &sym) ? sym.start : 0;
}

/*
 * One mistake, one report: once might_sleep() has reported a function that sleeps (they are marked
 * __sched), what this function calls need not be reported again. It is still running if its frame is
 * on the stack.
 * @frame: of __might_sleep(), so its words are the function's own frame, and where in it the call was
 */
static void note_reported_call(const unsigned long *frame)
{
	struct reported_call *call = &current->sleep_reported;

	if (!in_sched_functions(frame[1]))
		return;
	call->frame = frame[0];
	call->caller = ((const unsigned long *)frame[0])[1];
	call->function = function_of(frame[1]);
}

/* Is the function that was reported one of those that called the one with this @frame? */
static bool call_was_reported(const unsigned long *frame)
{
	const struct reported_call *call = &current->sleep_reported;
	unsigned long at = (unsigned long)frame, ip;

	do {
		unsigned long next = *(const unsigned long *)at;

		ip = ((const unsigned long *)at)[1];
		if (next <= at || !IS_ALIGNED(next, sizeof(long)))
			return false;
		at = next;
	} while (at < call->frame);
	return at == call->frame && ((const unsigned long *)at)[1] == call->caller &&
	       function_of(ip) == call->function;
}
#else
#define call_was_reported(frame) (false)
#endif

/*
 * The count printed includes what schedule() itself added, as Linux prints it: one spinlock held
 * shows as 0x00000002.
 */
void __schedule_bug(struct task_struct *prev)
{
	struct atomic_context context = { .count = preempt_count() - PREEMPT_DISABLE_OFFSET,
					  .irqs_off = irqs_disabled(),
					  .irqs_off_ip = irqs_disabled_at() };
	struct unwind_state s;

	if (call_was_reported(__builtin_frame_address(0)))
		return;
	if (!report_begin())
		report_nested("scheduling while atomic");
	if (atomic_sleep_panics)
		console_verbose();
	pr_err("BUG: scheduling while atomic: %s/%d/0x%08x\n", prev->comm, prev->pid,
	       context.count + PREEMPT_DISABLE_OFFSET);
	unwind_start_frame(&s, __builtin_frame_address(0));
	skip_to_schedule(&s);
	finish_report(&context, &s, "scheduling while atomic");
}

#ifdef CONFIG_DEBUG_ATOMIC_SLEEP
static void print_state(void)
{
	char place[KSYM_SYMBOL_LEN];

	sprint_location(place, current->task_state_change, true);
	pr_err("do not call blocking ops when !TASK_RUNNING; state=%x set at %s\n",
	       get_current_state(), place);
}

static void report_sleep(const char *file, int line, const struct atomic_context *context,
			 const unsigned long *frame)
{
	struct unwind_state s;

	if (system_state == SYSTEM_BOOTING || call_was_reported((const unsigned long *)frame[0]) ||
	    !report_begin())
		return;
	if (atomic_sleep_panics)
		console_verbose();
	pr_err("BUG: sleeping function called from invalid context at %s:%d\n", file, line);
	pr_err("in_atomic(): %d, irqs_disabled(): %d, non_block: 0, pid: %d, name: %s\n",
	       context->count != 0, context->irqs_off, current->pid, current->comm);
	pr_err("preempt_count: %x, expected: 0\n", context->count);
	if (rcu_read_depth())
		pr_err("RCU nest depth: %d, expected: 0\n", rcu_read_depth());
	if (context->in_condition && get_current_state())
		print_state();
	note_reported_call(frame);
	unwind_start_frame(&s, frame);
	finish_report(context, &s, "sleeping function called from invalid context");
}

void __might_resched(const char *file, int line)
{
	struct atomic_context context = { preempt_count(), irqs_disabled(), false,
					  irqs_disabled_at() };

	if (unlikely(context.count || context.irqs_off || (current->flags & PF_IDLE)))
		report_sleep(file, line, &context, __builtin_frame_address(0));
}

/* Linux looks at the state only; a condition that is true at once would get past that. */
void __might_sleep(const char *file, int line)
{
	const struct task_struct *curr = current;
	struct atomic_context context;

	if (likely(!preempt_count() && !irqs_disabled() && !curr->wait_condition_ip &&
		   !READ_ONCE(curr->__state) && !(curr->flags & PF_IDLE)))
		return;
	context = (struct atomic_context){
		.count = preempt_count(),
		.irqs_off = irqs_disabled(),
		.in_condition = curr->wait_condition_ip || READ_ONCE(curr->__state),
		.irqs_off_ip = irqs_disabled_at(),
	};
	report_sleep(file, line, &context, __builtin_frame_address(0));
}
#endif
