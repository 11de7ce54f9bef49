// SPDX-License-Identifier: MIT
/*
 * provoke: make one chosen mistake and read the report. `provoke CONTEXT PRIMITIVE` calls something
 * that can sleep from where sleeping is forbidden; every pair works. `provoke CRASH` breaks
 * something else. The mistakes are the real ones, made through the same functions that any driver
 * calls.
 */
#include <linux/bottom_half.h>
#include <linux/bug.h>
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/errno.h>
#include <linux/hrtimer.h>
#include <linux/interrupt.h>
#include <linux/irqdesc.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/mutex.h>
#include <linux/panic.h>
#include <linux/preempt.h>
#include <linux/rcupdate.h>
#include <linux/rwsem.h>
#include <linux/sched.h>
#include <linux/semaphore.h>
#include <linux/seqlock.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/timer.h>
#include <linux/wait.h>
#include <linux/workqueue.h>
#include <asm/nmi.h>
#include <asm/processor.h>
#include <asm/apic.h>
#include <catnap/shell.h>

#include "provoke.h"

#define SOON_NS        1000000
#define PROVOKE_IRQ    5
#define OVERFLOW_FRAME 256 /* bytes of stack that each level of the recursion takes */

static DEFINE_SPINLOCK(provoke_lock);
static DEFINE_RWLOCK(provoke_rwlock);
static DEFINE_SEQLOCK(provoke_seqlock);
static DEFINE_MUTEX(provoke_mutex);
static DEFINE_SEMAPHORE(provoke_semaphore);
static DECLARE_RWSEM(provoke_rwsem);
static DECLARE_COMPLETION(provoke_completion);
static DECLARE_WAIT_QUEUE_HEAD(provoke_queue);
static bool provoke_condition = true;

typedef void (*primitive_fn)(void);

static primitive_fn interrupt_primitive; /* for the callbacks; one provoke at a time */
static bool interrupt_done;

/* ---- what can sleep ---- */

static void call_schedule(void)
{
	schedule();
}

/* The condition is true, so this would not sleep: might_sleep() reports it all the same. */
static void call_wait_event(void)
{
	wait_event(provoke_queue, provoke_condition);
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

static void call_kmalloc(void)
{
	kfree(kmalloc(64, GFP_KERNEL));
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

static void call_synchronize_rcu(void)
{
	synchronize_rcu();
}

static struct task_struct
	*provoke_thread; /* for kthread_stop(): made beforehand, by a task that may sleep */

static int sleep_until_stopped(void *unused)
{
	wait_event_interruptible(provoke_queue, kthread_should_stop());
	return 0;
}

static bool make_thread(void)
{
	provoke_thread = kthread_run(sleep_until_stopped, NULL, "provoked");
	return !IS_ERR(provoke_thread);
}

static void call_kthread_stop(void)
{
	kthread_stop(provoke_thread);
}

static void call_cond_resched(void)
{
	cond_resched();
}

/* ---- where sleeping is forbidden ---- */

static void in_spinlock(primitive_fn primitive)
{
	spin_lock(&provoke_lock);
	primitive();
	spin_unlock(&provoke_lock);
}

static void in_spinlock_irqsave(primitive_fn primitive)
{
	unsigned long flags;

	spin_lock_irqsave(&provoke_lock, flags);
	primitive();
	spin_unlock_irqrestore(&provoke_lock, flags);
}

static void in_rwlock_read(primitive_fn primitive)
{
	read_lock(&provoke_rwlock);
	primitive();
	read_unlock(&provoke_rwlock);
}

static void in_rwlock_write(primitive_fn primitive)
{
	write_lock(&provoke_rwlock);
	primitive();
	write_unlock(&provoke_rwlock);
}

static void in_seqlock_write(primitive_fn primitive)
{
	write_seqlock(&provoke_seqlock);
	primitive();
	write_sequnlock(&provoke_seqlock);
}

static void in_preempt_off(primitive_fn primitive)
{
	preempt_disable();
	primitive();
	preempt_enable();
}

static void in_irqs_off(primitive_fn primitive)
{
	local_irq_disable();
	primitive();
	local_irq_enable();
}

static void in_bh_off(primitive_fn primitive)
{
	local_bh_disable();
	primitive();
	local_bh_enable();
}

static void in_rcu_read(primitive_fn primitive)
{
	rcu_read_lock();
	primitive();
	rcu_read_unlock();
}

static void call_interrupt_primitive(void)
{
	interrupt_primitive();
	WRITE_ONCE(interrupt_done, true);
}

static enum hrtimer_restart hrtimer_callback(struct hrtimer *timer)
{
	call_interrupt_primitive();
	return HRTIMER_NORESTART;
}

static void timer_callback(struct timer_list *timer)
{
	call_interrupt_primitive();
}

static irqreturn_t device_handler(int irq, void *dev_id)
{
	call_interrupt_primitive();
	return IRQ_HANDLED;
}

static void tasklet_function(struct tasklet_struct *t)
{
	call_interrupt_primitive();
}

static void rcu_callback(struct rcu_head *head)
{
	call_interrupt_primitive();
}

static int nmi_handler(unsigned int type, struct pt_regs *regs)
{
	if (READ_ONCE(interrupt_done))
		return NMI_DONE;
	call_interrupt_primitive();
	return NMI_HANDLED;
}

/*
 * The task spins on the CPU that is to be interrupted: so it is the one named in the report.
 */
static void be_interrupted(void)
{
	while (!READ_ONCE(interrupt_done))
		cpu_relax();
}

static void expect_interrupt(primitive_fn primitive)
{
	interrupt_primitive = primitive;
	interrupt_done = false;
}

/* No device is on this line; the interrupt controller is told to deliver it as if there were one. */
static void from_hardirq(primitive_fn primitive)
{
	struct irq_desc *desc = irq_to_desc(PROVOKE_IRQ);

	expect_interrupt(primitive);
	if (!desc || request_irq(PROVOKE_IRQ, device_handler, 0, "provoke", NULL)) {
		shell_printf("provoke: interrupt line %d is taken\n", PROVOKE_IRQ);
		return;
	}
	desc->irq_data.chip->irq_retrigger(&desc->irq_data);
	be_interrupted();
	free_irq(PROVOKE_IRQ, NULL);
}

static void from_hrtimer(primitive_fn primitive)
{
	struct hrtimer timer;

	expect_interrupt(primitive);
	hrtimer_init(&timer, CLOCK_MONOTONIC, HRTIMER_MODE_REL_HARD);
	timer.function = hrtimer_callback;
	hrtimer_start(&timer, ns_to_ktime(SOON_NS), HRTIMER_MODE_REL_HARD);
	be_interrupted();
	hrtimer_cancel(&timer);
}

static void from_softirq(primitive_fn primitive)
{
	static struct rcu_head head;

	expect_interrupt(primitive);
	call_rcu(&head, rcu_callback);
	be_interrupted();
}

/* It runs where bottom halves are enabled again. */
static void from_tasklet_function(primitive_fn primitive)
{
	static DECLARE_TASKLET(tasklet, tasklet_function);

	expect_interrupt(primitive);
	local_bh_disable();
	tasklet_schedule(&tasklet);
	local_bh_enable();
	tasklet_kill(&tasklet);
}

static void from_nmi(primitive_fn primitive)
{
	expect_interrupt(primitive);
	if (register_nmi_handler(NMI_LOCAL, nmi_handler, 0, "provoke"))
		return;
	preempt_disable();
	nmi_send(raw_smp_processor_id());
	be_interrupted();
	preempt_enable();
	unregister_nmi_handler(NMI_LOCAL, "provoke");
}

static void from_timer_callback(primitive_fn primitive)
{
	struct timer_list timer;

	expect_interrupt(primitive);
	timer_setup_on_stack(&timer, timer_callback, 0);
	mod_timer(&timer, jiffies + 2);
	be_interrupted();
	del_timer_sync(&timer);
	destroy_timer_on_stack(&timer);
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

/* ---- the command ---- */

static const struct {
	const char *name;
	void (*enter)(primitive_fn primitive);
	const char *help;
} contexts[] = {
	{ "spinlock", in_spinlock, "between spin_lock() and spin_unlock()" },
	{ "spinlock-irqsave", in_spinlock_irqsave, "the same with interrupts off" },
	{ "rwlock-read", in_rwlock_read, "between read_lock() and read_unlock()" },
	{ "rwlock-write", in_rwlock_write, "between write_lock() and write_unlock()" },
	{ "seqlock-write", in_seqlock_write, "between write_seqlock() and write_sequnlock()" },
	{ "preempt-off", in_preempt_off, "between preempt_disable() and preempt_enable()" },
	{ "irqs-off", in_irqs_off, "between local_irq_disable() and local_irq_enable()" },
	{ "bh-off", in_bh_off, "between local_bh_disable() and local_bh_enable()" },
	{ "rcu-read", in_rcu_read, "between rcu_read_lock() and rcu_read_unlock()" },
	{ "hardirq", from_hardirq, "in the handler of a device's interrupt" },
	{ "hrtimer", from_hrtimer, "in the callback of an hrtimer, in the timer interrupt" },
	{ "timer", from_timer_callback, "in the callback of a struct timer_list, a softirq" },
	{ "tasklet", from_tasklet_function, "in a tasklet, a softirq" },
	{ "softirq", from_softirq, "in the callback of call_rcu(), a softirq" },
	{ "nmi", from_nmi, "in the handler of an NMI" },
};

static const struct {
	const char *name;
	primitive_fn call;
	const char *help;
	bool (*prepare)(void); /* called before, where sleeping is allowed; may be NULL */
} primitives[] = {
	{ "schedule", call_schedule, "schedule()" },
	{ "wait_event", call_wait_event, "wait_event() on a condition that is true already" },
	{ "msleep", call_msleep, "msleep(1)" },
	{ "mutex", call_mutex_lock, "mutex_lock() on a mutex that nobody has" },
	{ "down", call_down, "down() on a semaphore that nobody has" },
	{ "down_read", call_down_read, "down_read() on an rw_semaphore that nobody has" },
	{ "wait_for_completion", call_wait_for_completion, "on a completion that came already" },
	{ "kmalloc", call_kmalloc, "kmalloc(64, GFP_KERNEL)" },
	{ "flush_work", call_flush_work, "flush_work() of an item that is idle" },
	{ "cancel_work_sync", call_cancel_work_sync, "the same for cancel_work_sync()" },
	{ "synchronize_rcu", call_synchronize_rcu, "synchronize_rcu()" },
	{ "kthread_stop", call_kthread_stop, "kthread_stop() of a thread that sleeps", make_thread },
	{ "cond_resched", call_cond_resched, "cond_resched() when no other task wants the CPU" },
}, crashes[] = {
	{ "panic", do_panic, "call panic()" },
	{ "null", do_null, "write through a NULL pointer" },
	{ "stack-overflow", do_stack_overflow, "recurse without end" },
	{ "divide", do_divide, "divide by zero" },
	{ "bug", do_bug, "BUG_ON()" },
	{ "warn", do_warn, "WARN_ON(), which reports and goes on" },
};

static void list_all(void)
{
	unsigned int i;

	shell_printf("usage: provoke CONTEXT PRIMITIVE, or provoke CRASH\n\nCONTEXT\n");
	for (i = 0; i < ARRAY_SIZE(contexts); i++)
		shell_printf("  %-20s%s\n", contexts[i].name, contexts[i].help);
	shell_printf("PRIMITIVE\n");
	for (i = 0; i < ARRAY_SIZE(primitives); i++)
		shell_printf("  %-20s%s\n", primitives[i].name, primitives[i].help);
	shell_printf("CRASH\n");
	for (i = 0; i < ARRAY_SIZE(crashes); i++)
		shell_printf("  %-20s%s\n", crashes[i].name, crashes[i].help);
	for (i = 0; provoke_lockups[i].name; i++)
		shell_printf("  %-20s%s\n", provoke_lockups[i].name, provoke_lockups[i].help);
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

static primitive_fn prepare_primitive(const char *name)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(primitives); i++)
		if (!strcmp(primitives[i].name, name))
			break;
	if (i == ARRAY_SIZE(primitives) || (primitives[i].prepare && !primitives[i].prepare()))
		return NULL;
	return primitives[i].call;
}

static int provoke_sleep(const char *context, const char *primitive)
{
	primitive_fn call;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(contexts); i++)
		if (!strcmp(contexts[i].name, context))
			break;
	if (i == ARRAY_SIZE(contexts))
		return -EINVAL;
	call = prepare_primitive(primitive);
	if (!call)
		return -EINVAL;
	contexts[i].enter(call);
	return 0;
}

static int provoke(int argc, char **argv)
{
	if (argc == 2)
		return provoke_crash(argv[1]);
	if (argc == 3)
		return provoke_sleep(argv[1], argv[2]);
	list_all();
	return argc == 1 ? 0 : -EINVAL;
}
SHELL_COMMAND(provoke, provoke, "CONTEXT PRIMITIVE | CRASH",
	      "make a mistake and read the report; alone: list them", SHELL_TASK);
