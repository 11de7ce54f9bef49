// SPDX-License-Identifier: MIT
/*
 * The `demo` command: sleeping and waking, four times, each in about ten lines. Every line printed
 * says which task on which CPU (or which interrupt) speaks. Read one demo, run it, change it.
 */
#include <linux/delay.h>
#include <linux/errno.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/smp.h>
#include <linux/string.h>
#include <linux/timekeeping.h>
#include <linux/timer.h>
#include <linux/tty.h>
#include <linux/wait.h>
#include "shell.h"

#define say(fmt, ...)                                                                              \
	shell_printf("[%s/%d on CPU %d] " fmt "\n", current->comm, current->pid,                   \
		     raw_smp_processor_id(), ##__VA_ARGS__)

/*
 * 1. A key wakes a sleeper. The keyboard's (or the UART's) interrupt handler puts the byte into
 * the terminal's ring and calls wake_up_interruptible() on the queue we sleep on.
 */
static int demo_keyboard(void)
{
	u64 before = ktime_get_ns(), waited;
	int key;

	say("no key has been pressed: I sleep on console_tty.read_wait. Press one.");
	if (wait_event_interruptible(console_tty.read_wait, tty_has_input(&console_tty)))
		return -EINTR;
	key = tty_getchar_timeout(&console_tty, MAX_SCHEDULE_TIMEOUT);
	if (key < 0)
		return key;
	waited = ktime_get_ns() - before;
	if (key == '\033') /* an arrow, say: the rest of it is no input for the shell */
		while (tty_getchar_timeout(&console_tty, HZ / 20) >= 0)
			;
	say("the interrupt handler of your key woke me after %llu ms; the byte was 0x%02x",
	    (unsigned long long)waited / 1000000, key);
	return 0;
}

/*
 * 2. A timer wakes a sleeper. The timer's function runs in softirq context, borrowed from whatever
 * task was interrupted: it may wake, it must not sleep.
 */
struct alarm {
	struct timer_list timer;
	wait_queue_head_t queue;
	bool rang;
	char interrupted[TASK_COMM_LEN]; /* whose stack the timer's function ran on */
};

static void alarm_rings(struct timer_list *timer)
{
	struct alarm *alarm = from_timer(alarm, timer, timer);

	strscpy(alarm->interrupted, current->comm, sizeof(alarm->interrupted));
	WRITE_ONCE(alarm->rang, true); /* first the condition, */
	wake_up(&alarm->queue);        /* then the wake-up */
}

static int demo_timer(void)
{
	struct alarm alarm = { .rang = false };
	int err;

	init_waitqueue_head(&alarm.queue);
	timer_setup_on_stack(&alarm.timer, alarm_rings, 0);
	say("I set a timer for 100 ms and sleep until alarm.rang is true");
	mod_timer(&alarm.timer, jiffies + msecs_to_jiffies(100));
	err = wait_event_interruptible(alarm.queue, READ_ONCE(alarm.rang));
	del_timer_sync(&alarm.timer); /* it lives on my stack, and so must not ring after me */
	destroy_timer_on_stack(&alarm.timer);
	if (!err)
		say("the timer interrupt came while '%s' had the CPU, and woke me",
		    alarm.interrupted);
	return err;
}

/*
 * 3. A producer and a consumer on two CPUs, with room for one parcel between them. Each sleeps
 * until the other has done its part, and re-tests when it wakes.
 */
struct mailbox {
	wait_queue_head_t filled, emptied;
	int parcel; /* 0: none */
};

#define PARCELS 4

static void produce(struct mailbox *box)
{
	int i;

	for (i = 1; i <= PARCELS; i++) {
		wait_event(box->emptied, !READ_ONCE(box->parcel));
		say("I put parcel %d into the box and wake the consumer", i);
		smp_store_release(&box->parcel, i); /* pairs with the consumer's acquire */
		wake_up(&box->filled);
	}
}

static int consumer(void *data)
{
	struct mailbox *box = data;
	int i, parcel = 0;

	for (i = 1; i <= PARCELS; i++) {
		wait_event(box->filled, (parcel = smp_load_acquire(&box->parcel)));
		say("I was woken and take parcel %d out", parcel);
		WRITE_ONCE(box->parcel, 0);
		wake_up(&box->emptied);
	}
	return 0;
}

/* Starts a thread on a CPU, and keeps a reference on it, so that kthread_stop() finds it ended. */
static struct task_struct *start_on(int cpu, int (*fn)(void *), void *data, const char *name)
{
	struct task_struct *task = kthread_create(fn, data, "%s", name);

	if (IS_ERR(task))
		return task;
	get_task_struct(task);
	kthread_bind(task, cpu);
	wake_up_process(task);
	return task;
}

static void stop_and_put(struct task_struct *task)
{
	kthread_stop(task);
	put_task_struct(task);
}

static int demo_mailbox(void)
{
	int other_cpu = cpumask_last(cpu_online_mask);
	struct mailbox box = { .parcel = 0 };
	struct task_struct *task;

	init_waitqueue_head(&box.filled);
	init_waitqueue_head(&box.emptied);
	task = start_on(0, consumer, &box, "consumer");
	if (IS_ERR(task))
		return PTR_ERR(task);
	if (!other_cpu)
		say("with one CPU only, the two have to take turns on it");
	set_cpus_allowed_ptr(current, cpumask_of(other_cpu));
	set_task_comm(current, "producer");
	produce(&box);
	stop_and_put(task); /* waits for its end: the box is on my stack */
	return 0;
}

/*
 * 4. A busy loop that never calls schedule() is preempted all the same: the timer interrupt wakes a
 * more important task, and the way out of the interrupt switches to it.
 */
static int busy_loop(void *counter)
{
	while (!kthread_should_stop())
		WRITE_ONCE(*(unsigned long *)counter, *(unsigned long *)counter + 1);
	return 0;
}

static int demo_busy(void)
{
	int i, cpu = cpumask_last(cpu_online_mask);
	unsigned long loops = 0, before = 0;
	struct task_struct *task = start_on(cpu, busy_loop, &loops, "busy");

	if (IS_ERR(task))
		return PTR_ERR(task);
	set_cpus_allowed_ptr(current, cpumask_of(cpu));
	sched_set_fifo(current);
	say("busy/%d loops on this CPU and never calls schedule(); I sleep 20 ms at a time",
	    task->pid);
	for (i = 0; i < 5 && !msleep_interruptible(20); i++) {
		say("the timer woke me and I preempted it: it had gone round %lu times",
		    loops - before);
		before = loops;
	}
	stop_and_put(task);
	return signal_pending(current) ? -EINTR : 0;
}

static const struct {
	const char *name;
	int (*run)(void);
	const char *shows;
} demos[] = {
	{ "keyboard", demo_keyboard, "a key wakes a sleeper" },
	{ "timer", demo_timer, "a timer wakes a sleeper" },
	{ "mailbox", demo_mailbox, "a producer and a consumer on two CPUs wake each other" },
	{ "busy", demo_busy, "a busy loop is preempted" },
};

static int demo_main(int argc, char **argv)
{
	size_t i;

	for (i = 0; argc == 2 && i < ARRAY_SIZE(demos); i++)
		if (!strcmp(argv[1], demos[i].name))
			return demos[i].run();
	for (i = 0; i < ARRAY_SIZE(demos); i++)
		shell_printf("demo %-10s %s\n", demos[i].name, demos[i].shows);
	return argc == 1 ? 0 : -EINVAL;
}
SHELL_COMMAND(demo, demo_main, "[NAME]", "watch tasks sleep and be woken", SHELL_TASK);
