// SPDX-License-Identifier: MIT
/*
 * provoke: make one chosen mistake and read the report. `provoke CONTEXT PRIMITIVE` calls something
 * that can sleep from where it may not; every pair works, and `all` in place of one of them tries each,
 * and says of each what came of it. `provoke CRASH` breaks something else. The mistakes are the real
 * ones, made through the same functions that any driver calls; where the primitive could do without
 * sleeping, it does.
 */
#include <linux/bug.h>
#include <linux/completion.h>
#include <linux/console.h>
#include <linux/delay.h>
#include <linux/errno.h>
#include <linux/interrupt.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/mutex.h>
#include <linux/panic.h>
#include <linux/preempt.h>
#include <linux/rcupdate.h>
#include <linux/rwsem.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/semaphore.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/vmalloc.h>
#include <linux/wait.h>
#include <linux/workqueue.h>
#include <catnap/shell.h>

#include "contexts.h"
#include "provoke.h"
#include "report.h"

#define FREED_IRQ      7   /* a line without a device */
#define OVERFLOW_FRAME 256 /* bytes of stack that each level of the recursion takes */

static DEFINE_MUTEX(provoke_mutex);
static DEFINE_SEMAPHORE(provoke_semaphore);
static DECLARE_RWSEM(provoke_rwsem);
static DECLARE_COMPLETION(provoke_completion);
static DECLARE_WAIT_QUEUE_HEAD(provoke_queue);
static bool provoke_condition = true;

/* ---- what can sleep ---- */

static void call_schedule(void)
{
	schedule();
}

static void call_schedule_timeout(void)
{
	schedule_timeout(1);
}

/* The condition is true, so this would not sleep: might_sleep() reports it all the same. */
static void call_wait_event(void)
{
	wait_event(provoke_queue, provoke_condition);
}

static void call_wait_event_interruptible(void)
{
	wait_event_interruptible(provoke_queue, provoke_condition);
}

static void call_msleep(void)
{
	msleep(1);
}

/* Nobody has these, so they would not sleep either. */
static void call_mutex_lock(void)
{
	mutex_lock(&provoke_mutex);
	mutex_unlock(&provoke_mutex);
}

static void call_down(void)
{
	down(&provoke_semaphore);
	up(&provoke_semaphore);
}

static void call_down_read(void)
{
	down_read(&provoke_rwsem);
	up_read(&provoke_rwsem);
}

static void call_wait_for_completion(void)
{
	complete(&provoke_completion);
	wait_for_completion(&provoke_completion);
}

static void call_synchronize_rcu(void)
{
	synchronize_rcu();
}

static void call_kmalloc(void)
{
	kfree(kmalloc(64, GFP_KERNEL));
}

static void *provoke_memory; /* from vmalloc() */

static void call_vmalloc(void)
{
	provoke_memory = vmalloc(PAGE_SIZE);
}

static void free_memory(void)
{
	vfree(provoke_memory);
}

static void do_nothing(struct work_struct *work)
{
}

static DECLARE_WORK(provoke_work, do_nothing);

/* The item is idle, so there is nothing to wait for. */
static void call_flush_work(void)
{
	flush_work(&provoke_work);
}

static void call_cancel_work_sync(void)
{
	cancel_work_sync(&provoke_work);
}

static struct task_struct *provoke_thread;

static int return_at_once(void *unused)
{
	return 0;
}

/* A thread that has ended already, kept by a reference. */
static bool make_thread(void)
{
	int result;

	provoke_thread = kthread_create(return_at_once, NULL, "provoked");
	if (IS_ERR(provoke_thread))
		return false;
	get_task_struct(provoke_thread);
	wake_up_process(provoke_thread);
	if (!kthread_wait_exit(provoke_thread, &result))
		return true;
	put_task_struct(provoke_thread);
	return false;
}

static void call_kthread_stop(void)
{
	kthread_stop(provoke_thread);
}

static void put_thread(void)
{
	put_task_struct(provoke_thread);
}

static irqreturn_t never_called(int irq, void *dev_id)
{
	return IRQ_NONE;
}

static bool request_line(void)
{
	return !request_irq(FREED_IRQ, never_called, 0, "provoked", NULL);
}

static void call_free_irq(void)
{
	free_irq(FREED_IRQ, NULL);
}

static void call_cond_resched(void)
{
	cond_resched();
}

/* ---- other mistakes ---- */

static void do_panic(void)
{
	panic("provoked");
}

static void do_null(void)
{
	int *volatile pointer = NULL;

	*(volatile int *)pointer = 42;
}

static void do_divide(void)
{
	int divisor = 0;

	OPTIMIZER_HIDE_VAR(divisor);
	barrier_data((void *)(long)(42 / divisor));
}

static void do_bug(void)
{
	BUG_ON(provoke_condition);
}

static void do_warn(void)
{
	WARN_ON(provoke_condition);
}

static noinline int recurse(volatile u8 *above, int depth)
{
	volatile u8 local[OVERFLOW_FRAME];

	local[0] = above[0];
	if (depth < 0)
		return local[0];
	return recurse(local, depth + 1) + local[0];
}

static void do_stack_overflow(void)
{
	volatile u8 first = 1;

	recurse(&first, 0);
}

/* A driver that the report itself cannot do without, with a fault in it. */
static void write_broken(struct console *con, const char *s, unsigned int n)
{
	if (report_running())
		do_null();
}

static struct console broken_console = { .name = "broken", .write = write_broken };

static void do_panic_in_panic(void)
{
	register_console(&broken_console);
	panic("provoked");
}

/* ---- the command ---- */

static const struct primitive {
	const char *name;
	context_fn call;
	bool (*prepare)(void); /* before and after it, where sleeping is allowed; may be NULL */
	void (*finish)(void);
	const char *alias; /* another name, or NULL */
} primitives[] = {
	{ "schedule", call_schedule },
	{ "schedule_timeout", call_schedule_timeout },
	{ "wait_event", call_wait_event },
	{ "wait_event_interruptible", call_wait_event_interruptible },
	{ "msleep", call_msleep },
	{ "mutex", call_mutex_lock, .alias = "mutex_lock" },
	{ "down", call_down },
	{ "down_read", call_down_read },
	{ "wait_for_completion", call_wait_for_completion },
	{ "synchronize_rcu", call_synchronize_rcu },
	{ "kmalloc", call_kmalloc },
	{ "vmalloc", call_vmalloc, NULL, free_memory },
	{ "flush_work", call_flush_work },
	{ "cancel_work_sync", call_cancel_work_sync },
	{ "kthread_stop", call_kthread_stop, make_thread, put_thread },
	{ "free_irq", call_free_irq, request_line },
	{ "cond_resched", call_cond_resched },
};

static const struct {
	const char *name;
	void (*call)(void);
} crashes[] = {
	{ "panic", do_panic },
	{ "null", do_null },
	{ "stack-overflow", do_stack_overflow },
	{ "divide", do_divide },
	{ "bug", do_bug },
	{ "warn", do_warn },
	{ "panic-in-panic", do_panic_in_panic },
};

#define EVERY "all"

static bool matches(const char *pattern, const char *name)
{
	return !strcmp(pattern, name) || !strcmp(pattern, EVERY);
}

static bool is_called(const struct primitive *p, const char *name)
{
	return !strcmp(name, p->name) || (p->alias && !strcmp(name, p->alias));
}

/* All on one screen of 80 by 25. */
static void list_all(void)
{
	unsigned int i;

	shell_printf("provoke CONTEXT PRIMITIVE, provoke CRASH; provoke all\nCONTEXT\n");
	for (i = 0; i < NR_CONTEXTS; i += 2)
		shell_printf("  %-17s%-21s%-17s%s\n", contexts[i].name, contexts[i].help,
			     contexts[i + 1].name, contexts[i + 1].help);
	shell_printf("PRIMITIVE\n");
	for (i = 0; i < ARRAY_SIZE(primitives); i++)
		shell_printf("  %-*s%s", i % 3 == 2 ? 0 : 24, primitives[i].name,
			     i % 3 == 2 ? "\n" : "");
	shell_printf("\nCRASH\n");
	for (i = 0; i < ARRAY_SIZE(crashes); i++)
		shell_printf("  %s", crashes[i].name);
	shell_printf("\n");
	for (i = 0; provoke_lockups[i].name; i++)
		shell_printf("%s  %s", i && i % 5 == 0 ? "\n" : "", provoke_lockups[i].name);
	shell_printf("\n");
}

static int provoke_crash(const char *name)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(crashes); i++) {
		if (!strcmp(crashes[i].name, name)) {
			crashes[i].call();
			return 0;
		}
	}
	for (i = 0; provoke_lockups[i].name; i++) {
		if (!strcmp(provoke_lockups[i].name, name)) {
			provoke_lockups[i].call();
			return 0;
		}
	}
	return -EINVAL;
}

static int provoke_cell(const struct context *context, const struct primitive *primitive)
{
	int err;

	if (primitive->prepare && !primitive->prepare())
		return -ENOMEM;
	err = run_in_context(context, primitive->call);
	if (primitive->finish)
		primitive->finish();
	return err;
}

/* Does the task stand where it stood before, with nothing held? */
static bool is_as_before(void)
{
	return preemptible() && task_is_running(current) && !lockdep_depth(current) &&
	       !mutex_is_locked(&provoke_mutex);
}

/* One line for a program to read: "cell CONTEXT PRIMITIVE: ..." */
static void judge_cell(const struct context *context, const struct primitive *primitive)
{
	unsigned int before = sleep_reports.nr, reports;
	int err = provoke_cell(context, primitive);

	reports = sleep_reports.nr - before;
	shell_printf("cell %s %s: ", context->name, primitive->name);
	if (err)
		shell_printf("not made, error %d\n", err);
	else if (!is_as_before())
		shell_printf("not left as it was\n");
	else if (reports == 1)
		shell_printf("caught, rule %s, %s\n", sleep_reports.rule, sleep_reports.reason);
	else if (reports)
		shell_printf("caught %u times\n", reports);
	else
		shell_printf("clean\n");
}

/* A signal ends it between two cells. Return: how many cells there were. */
static int provoke_cells(const char *context, const char *primitive)
{
	unsigned int c, p;
	int cells = 0;

	for (c = 0; c < NR_CONTEXTS; c++) {
		for (p = 0; p < ARRAY_SIZE(primitives); p++) {
			if (signal_pending(current) || !matches(context, contexts[c].name) ||
			    !(is_called(&primitives[p], primitive) || !strcmp(primitive, EVERY)))
				continue;
			judge_cell(&contexts[c], &primitives[p]);
			cells++;
		}
	}
	return cells;
}

static int provoke_many(const char *context, const char *primitive)
{
	int cells;

	if (atomic_sleep_panics) {
		shell_printf(
			"provoke all: boot with atomic_sleep=warn, or the first report is the last\n");
		return -EPERM;
	}
	cells = provoke_cells(context, primitive);
	shell_printf("%d cells\n", cells);
	if (signal_pending(current))
		return -EINTR;
	return cells ? 0 : -EINVAL;
}

static int provoke_one(const char *context, const char *primitive)
{
	unsigned int c, p;
	int err;

	for (c = 0; c < NR_CONTEXTS && strcmp(contexts[c].name, context);)
		c++;
	for (p = 0; p < ARRAY_SIZE(primitives) && !is_called(&primitives[p], primitive);)
		p++;
	if (c == NR_CONTEXTS || p == ARRAY_SIZE(primitives))
		return -EINVAL;
	err = provoke_cell(&contexts[c], &primitives[p]);
	if (err)
		shell_printf("provoke: this cannot be made here (error %d)\n", err);
	return 0;
}

static int provoke(int argc, char **argv)
{
	const char *context = argc > 1 ? argv[1] : NULL, *primitive = argc > 2 ? argv[2] : EVERY;

	if (argc == 3 && strcmp(context, EVERY) && strcmp(primitive, EVERY))
		return provoke_one(context, primitive);
	if (argc == 3 || (argc == 2 && !strcmp(context, EVERY)))
		return provoke_many(context, primitive);
	if (argc == 2)
		return provoke_crash(context);
	list_all();
	return argc == 1 ? 0 : -EINVAL;
}
SHELL_COMMAND(provoke, provoke, "[CONTEXT PRIMITIVE|CRASH|all]",
	      "make a mistake and read the report", SHELL_TASK);
