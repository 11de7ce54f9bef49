// SPDX-License-Identifier: MIT
/*
 * Threaded interrupt handlers: when the thread runs and as what, how IRQF_ONESHOT holds the line back,
 * and that nothing is freed or disabled while a thread runs. The line is fake_line.h's.
 */
#include <kunit/test.h>
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/errno.h>
#include <linux/interrupt.h>
#include <linux/irqdesc.h>
#include <linux/kthread.h>
#include <linux/sched.h>
#include <linux/smp.h>
#include <linux/timer.h>
#include "fake_line.h"
#include "helpers.h"
#include "threads.h"

#define STORM      300 /* of each CPU, at the most */
#define STORM_TIME (300 * NSEC_PER_MSEC)

/* A device with a handler and a thread, and what they saw. */
struct device {
	atomic_t calls, runs;    /* of the handler; of the thread, begun */
	atomic_t inside;         /* threads in the function now */
	irqreturn_t answer;      /* the handler's */
	struct completion *gate; /* the thread sleeps until it is open */
	bool stranger;           /* the thread says that the interrupt was not its device's */
	bool task, overlapped;
	unsigned int policy;
	char comm[TASK_COMM_LEN];
	bool ended;
	int served; /* the handler's last call that the thread has seen */
};

static irqreturn_t handler(int irq, void *dev_id)
{
	struct device *device = dev_id;

	atomic_inc(&device->calls);
	return device->answer;
}

static irqreturn_t thread_fn(int irq, void *dev_id)
{
	struct device *device = dev_id;

	if (atomic_inc_return(&device->inside) != 1)
		device->overlapped = true;
	device->task = in_task() && !in_atomic() && !irqs_disabled() && irq == TEST_IRQ;
	device->policy = current->policy;
	strscpy(device->comm, current->comm, sizeof(device->comm));
	WRITE_ONCE(device->served, atomic_read(&device->calls));
	atomic_inc(&device->runs);
	if (device->gate)
		wait_for_completion(device->gate);
	WRITE_ONCE(device->ended, true);
	atomic_dec(&device->inside);
	return device->stranger ? IRQ_NONE : IRQ_HANDLED;
}

static bool has_run(struct device *device, int times)
{
	return wait_until(atomic_read(&device->runs) >= times && !atomic_read(&device->inside));
}

static struct irq_desc *line(void)
{
	return irq_to_desc(TEST_IRQ);
}

static void the_thread_is_a_task_of_its_own(struct kunit *test)
{
	struct device device = { .answer = IRQ_WAKE_THREAD };
	char name[TASK_COMM_LEN];
	int cpu, raised = 0;

	KUNIT_ASSERT_EQ(test, request_threaded_irq(TEST_IRQ, handler, thread_fn, 0, "dev", &device),
			0);
	for_each_online_cpu(cpu) {
		interrupt_and_wait(test, cpu);
		KUNIT_EXPECT_TRUE(test, has_run(&device, ++raised));
		KUNIT_EXPECT_EQ(test, atomic_read(&device.calls), raised);
	}
	KUNIT_EXPECT_TRUE(test, device.task);
	KUNIT_EXPECT_EQ(test, device.policy, (unsigned int)SCHED_FIFO);
	snprintf(name, sizeof(name), "irq/%d-dev", (int)TEST_IRQ);
	KUNIT_EXPECT_STREQ(test, device.comm, name);
	device.answer = IRQ_HANDLED;
	interrupt_and_wait(test, 0);
	KUNIT_EXPECT_STREQ(test, free_irq(TEST_IRQ, &device), "dev");
	KUNIT_EXPECT_EQ(test, atomic_read(&device.runs), raised);
}

static void without_a_handler_only_oneshot_will_do(struct kunit *test)
{
	struct device device = {};

	KUNIT_EXPECT_EQ(test, request_threaded_irq(TEST_IRQ, NULL, NULL, IRQF_ONESHOT, "dev", NULL),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, request_threaded_irq(TEST_IRQ, NULL, thread_fn, 0, "dev", &device),
			-EINVAL);
	KUNIT_ASSERT_EQ(
		test, request_threaded_irq(TEST_IRQ, NULL, thread_fn, IRQF_ONESHOT, "dev", &device),
		0);
	KUNIT_EXPECT_EQ(test,
			request_threaded_irq(TEST_IRQ, NULL, thread_fn, IRQF_ONESHOT, "b", test),
			-EBUSY);
	interrupt_and_wait(test, 0);
	KUNIT_EXPECT_TRUE(test, has_run(&device, 1));
	free_irq(TEST_IRQ, &device);
}

/* Each interrupt means one more run, however long the one before takes. */
static void without_oneshot_interrupts_come_meanwhile(struct kunit *test)
{
	DECLARE_COMPLETION_ONSTACK(gate);
	struct device device = { .answer = IRQ_WAKE_THREAD, .gate = &gate };

	KUNIT_ASSERT_EQ(test, request_threaded_irq(TEST_IRQ, handler, thread_fn, 0, "dev", &device),
			0);
	interrupt_and_wait(test, 0);
	KUNIT_ASSERT_TRUE(test, wait_until(atomic_read(&device.inside)));
	interrupt_and_wait(test, 0);
	interrupt_and_wait(test, 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&device.calls), 3);
	KUNIT_EXPECT_EQ(test, atomic_read(&device.runs), 1);
	complete_all(&gate);
	synchronize_irq(TEST_IRQ);
	KUNIT_EXPECT_EQ(test, atomic_read(&device.runs), 2);
	KUNIT_EXPECT_EQ(test, device.served, 3);
	free_irq(TEST_IRQ, &device);
}

static void oneshot_holds_an_edge_back_until_the_thread_has_run(struct kunit *test)
{
	DECLARE_COMPLETION_ONSTACK(gate);
	struct device device = { .answer = IRQ_WAKE_THREAD, .gate = &gate };

	KUNIT_ASSERT_EQ(test,
			request_threaded_irq(TEST_IRQ, handler, thread_fn, IRQF_ONESHOT, "dev",
					     &device),
			0);
	interrupt_and_wait(test, 0);
	KUNIT_ASSERT_TRUE(test, wait_until(atomic_read(&device.inside)));
	KUNIT_EXPECT_EQ(test, chip_calls.masks, 0);
	interrupt_and_wait(test, 0);
	interrupt_and_wait(test, 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&device.calls), 1);
	KUNIT_EXPECT_EQ(test, chip_calls.masks, 1);
	complete_all(&gate);
	KUNIT_EXPECT_TRUE(test, has_run(&device, 2));
	KUNIT_EXPECT_EQ(test, chip_calls.retriggers, 1);
	KUNIT_EXPECT_EQ(test, atomic_read(&device.calls), 2);
	synchronize_irq(TEST_IRQ);
	interrupt_and_wait(test, 0);
	KUNIT_EXPECT_TRUE(test, has_run(&device, 3));
	free_irq(TEST_IRQ, &device);
}

/* It would interrupt again as soon as it is acknowledged. */
static void oneshot_masks_a_level_at_once(struct kunit *test)
{
	DECLARE_COMPLETION_ONSTACK(gate);
	struct device device = { .answer = IRQ_WAKE_THREAD, .gate = &gate };

	KUNIT_ASSERT_EQ(test,
			request_threaded_irq(TEST_IRQ, handler, thread_fn,
					     IRQF_ONESHOT | IRQF_TRIGGER_HIGH, "dev", &device),
			0);
	interrupt_and_wait(test, 0);
	KUNIT_ASSERT_TRUE(test, wait_until(atomic_read(&device.inside)));
	KUNIT_EXPECT_EQ(test, chip_calls.masks, 1);
	KUNIT_EXPECT_EQ(test, chip_calls.unmasks, 1);
	complete_all(&gate);
	synchronize_irq(TEST_IRQ);
	KUNIT_EXPECT_EQ(test, chip_calls.unmasks, 2);
	KUNIT_EXPECT_EQ(test, chip_calls.retriggers, 0);
	device.answer = IRQ_HANDLED;
	interrupt_and_wait(test, 0);
	KUNIT_EXPECT_EQ(test, chip_calls.masks, 1);
	free_irq(TEST_IRQ, &device);
}

static void a_disabled_line_stays_so_when_the_thread_ends(struct kunit *test)
{
	DECLARE_COMPLETION_ONSTACK(gate);
	struct device device = { .answer = IRQ_WAKE_THREAD, .gate = &gate };

	KUNIT_ASSERT_EQ(test,
			request_threaded_irq(TEST_IRQ, handler, thread_fn, IRQF_ONESHOT, "dev",
					     &device),
			0);
	interrupt_and_wait(test, 0);
	KUNIT_ASSERT_TRUE(test, wait_until(atomic_read(&device.inside)));
	disable_irq_nosync(TEST_IRQ);
	enable_irq(TEST_IRQ); /* the thread runs still */
	interrupt_and_wait(test, 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&device.calls), 1);
	disable_irq_nosync(TEST_IRQ);
	complete_all(&gate);
	synchronize_irq(TEST_IRQ);
	msleep(4);
	KUNIT_EXPECT_EQ(test, atomic_read(&device.calls), 1);
	KUNIT_EXPECT_EQ(test, chip_calls.retriggers, 0);
	enable_irq(TEST_IRQ);
	KUNIT_EXPECT_TRUE(test, has_run(&device, 2));
	free_irq(TEST_IRQ, &device);
}

/* The thread still sleeps when somebody here begins to wait for it. */
static void with_thread_running(struct kunit *test, unsigned long flags,
				void (*let_go)(struct device *))
{
	DECLARE_COMPLETION_ONSTACK(gate);
	struct device device = { .answer = IRQ_WAKE_THREAD, .gate = &gate };

	KUNIT_ASSERT_EQ(
		test, request_threaded_irq(TEST_IRQ, handler, thread_fn, flags, "dev", &device), 0);
	interrupt_and_wait(test, 0);
	KUNIT_ASSERT_TRUE(test, wait_until(atomic_read(&device.inside)));
	KUNIT_EXPECT_FALSE(test, synchronize_hardirq(TEST_IRQ));
	open_when_asleep(&gate);
	let_go(&device);
	KUNIT_EXPECT_TRUE(test, READ_ONCE(device.ended));
	KUNIT_EXPECT_TRUE(test, synchronize_hardirq(TEST_IRQ));
	stop_opener();
	if (line()->action)
		free_irq(TEST_IRQ, &device);
}

static void let_go_by_free(struct device *device)
{
	free_irq(TEST_IRQ, device);
}

static void let_go_by_disable(struct device *device)
{
	disable_irq(TEST_IRQ);
}

static void let_go_by_synchronize(struct device *device)
{
	synchronize_irq(TEST_IRQ);
}

static void free_irq_waits_for_the_thread(struct kunit *test)
{
	with_thread_running(test, 0, let_go_by_free);
	with_thread_running(test, IRQF_ONESHOT, let_go_by_free);
}

static void disable_irq_waits_for_the_thread(struct kunit *test)
{
	with_thread_running(test, 0, let_go_by_disable);
	with_thread_running(test, IRQF_ONESHOT, let_go_by_synchronize);
}

static void sharers_have_a_thread_each(struct kunit *test)
{
	DECLARE_COMPLETION_ONSTACK(gate);
	struct device a = { .answer = IRQ_WAKE_THREAD }, b = { .answer = IRQ_WAKE_THREAD };
	unsigned long flags = IRQF_SHARED | IRQF_ONESHOT;

	b.gate = &gate;
	KUNIT_ASSERT_EQ(test, request_threaded_irq(TEST_IRQ, handler, thread_fn, flags, "a", &a),
			0);
	KUNIT_ASSERT_EQ(test, request_threaded_irq(TEST_IRQ, handler, thread_fn, flags, "b", &b),
			0);
	KUNIT_EXPECT_EQ(test,
			request_threaded_irq(TEST_IRQ, handler, thread_fn, IRQF_SHARED, "c", test),
			-EBUSY);
	interrupt_and_wait(test, 0);
	KUNIT_EXPECT_TRUE(test, has_run(&a, 1));
	KUNIT_ASSERT_TRUE(test, wait_until(atomic_read(&b.inside)));
	interrupt_and_wait(test, 0); /* held back for b */
	KUNIT_EXPECT_EQ(test, atomic_read(&a.calls), 1);
	complete_all(&gate);
	KUNIT_EXPECT_TRUE(test, has_run(&a, 2) && has_run(&b, 2));
	a.answer = IRQ_NONE;
	synchronize_irq(TEST_IRQ);
	interrupt_and_wait(test, 0);
	KUNIT_EXPECT_TRUE(test, has_run(&b, 3));
	KUNIT_EXPECT_EQ(test, atomic_read(&a.runs), 2);
	free_irq(TEST_IRQ, &b);
	a.answer = IRQ_WAKE_THREAD;
	interrupt_and_wait(test, 0);
	KUNIT_EXPECT_TRUE(test, has_run(&a, 3));
	KUNIT_EXPECT_EQ(test, atomic_read(&b.calls), 3);
	free_irq(TEST_IRQ, &a);
}

/* Freed before its thread has run for the first time, it must not hold back the others' line. */
static void freeing_at_once_leaves_the_line_open(struct kunit *test)
{
	struct device a = { .answer = IRQ_HANDLED }, b = { .answer = IRQ_WAKE_THREAD };
	unsigned long flags = IRQF_SHARED | IRQF_ONESHOT;

	KUNIT_ASSERT_EQ(test, request_threaded_irq(TEST_IRQ, handler, NULL, flags, "a", &a), 0);
	for (int i = 1; i <= 20; i++) {
		KUNIT_ASSERT_EQ(test,
				request_threaded_irq(TEST_IRQ, handler, thread_fn, flags, "b", &b),
				0);
		irq_wake_thread(TEST_IRQ, &b);
		free_irq(TEST_IRQ, &b);
		interrupt_and_wait(test, 0);
		KUNIT_EXPECT_EQ(test, atomic_read(&a.calls), i);
		KUNIT_EXPECT_EQ(test, line()->threads_active, 0U);
	}
	free_irq(TEST_IRQ, &a);
}

static int free_it(void *device)
{
	free_irq(TEST_IRQ, device);
	return 0;
}

/* Its thread still runs when another handler comes, which must not share its bit in threads_oneshot. */
static void a_handler_that_comes_while_another_leaves_keeps_the_line_back(struct kunit *test)
{
	DECLARE_COMPLETION_ONSTACK(gate);
	DECLARE_COMPLETION_ONSTACK(new_gate);
	struct device a = { .answer = IRQ_HANDLED }, new = { .answer = IRQ_WAKE_THREAD };
	struct device old = { .answer = IRQ_WAKE_THREAD, .gate = &gate };
	unsigned long flags = IRQF_SHARED | IRQF_ONESHOT;
	struct task_struct *freer;

	new.gate = &new_gate;
	KUNIT_ASSERT_EQ(test, request_threaded_irq(TEST_IRQ, handler, NULL, flags, "a", &a), 0);
	KUNIT_ASSERT_EQ(test,
			request_threaded_irq(TEST_IRQ, handler, thread_fn, flags, "old", &old), 0);
	interrupt_and_wait(test, 0);
	KUNIT_ASSERT_TRUE(test, wait_until(atomic_read(&old.inside)));
	freer = kthread_run(free_it, &old, "freer");
	get_task_struct(freer);
	KUNIT_ASSERT_TRUE(test, wait_until(!READ_ONCE(line()->action->next)));
	open_when_asleep(&gate);
	KUNIT_ASSERT_EQ(test,
			request_threaded_irq(TEST_IRQ, handler, thread_fn, flags, "new", &new), 0);
	irq_wake_thread(TEST_IRQ, &new);
	KUNIT_EXPECT_TRUE(test, wait_until(atomic_read(&new.inside)));
	kthread_stop(freer);
	put_task_struct(freer);
	KUNIT_EXPECT_NE(test, line()->threads_oneshot, 0UL);
	complete_all(&new_gate);
	KUNIT_EXPECT_TRUE(test, has_run(&new, 1));
	stop_opener();
	free_irq(TEST_IRQ, &new);
	free_irq(TEST_IRQ, &a);
}

static void a_driver_may_wake_the_thread_itself(struct kunit *test)
{
	struct device device = { .answer = IRQ_HANDLED };

	KUNIT_ASSERT_EQ(test, request_threaded_irq(TEST_IRQ, handler, thread_fn, 0, "dev", &device),
			0);
	irq_wake_thread(TEST_IRQ, test);
	irq_wake_thread(TEST_IRQ, &device);
	KUNIT_EXPECT_TRUE(test, has_run(&device, 1));
	KUNIT_EXPECT_EQ(test, atomic_read(&device.calls), 0);
	free_irq(TEST_IRQ, &device);
	KUNIT_EXPECT_EQ(test, atomic_read(&device.runs), 1);
}

static void waking_a_thread_that_is_not_there_is_reported(struct kunit *test)
{
	static bool reported; /* in an earlier run of this suite */
	struct device device = { .answer = IRQ_WAKE_THREAD };
	u64 mark = log_mark();

	KUNIT_ASSERT_EQ(test, request_irq(TEST_IRQ, handler, 0, "threadless", &device), 0);
	interrupt_and_wait(test, 0);
	free_irq(TEST_IRQ, &device);
	KUNIT_EXPECT_EQ(test, log_has(mark, "of threadless returned IRQ_WAKE_THREAD"), !reported);
	reported = true;
}

/* They fight for the line's lock, which is slow on a host with fewer cores: it ends by time, too. */
static int storm(void *data)
{
	ktime_t end = ktime_get() + STORM_TIME;

	for (int i = 0; i < STORM && ktime_get() < end; i++) {
		raise_on(raw_smp_processor_id());
		if (i % 16 == 0)
			yield();
	}
	return 0;
}

static int nothing(void *data)
{
	return 0;
}

static unsigned int interrupts(void)
{
	unsigned int cpu, sum = 0;

	for_each_online_cpu(cpu)
		sum += kstat_irqs_cpu(TEST_IRQ, cpu);
	return sum;
}

/*
 * A CPU that runs a task has taken the interrupts that were on their way to it. Each may have left a note for the
 * thread's end, which then sends one more: it is calm when none has come to any CPU.
 */
static void wait_until_calm(struct kunit *test)
{
	unsigned int before;

	do {
		KUNIT_ASSERT_TRUE(test, wait_until(!line()->pending && !line()->in_progress &&
						   !line()->threads_oneshot));
		before = interrupts();
		run_on_all_cpus(test, nothing, NULL);
	} while (interrupts() != before);
}

/* From all CPUs at once: what the handler noted last, the thread has seen. */
static void no_interrupt_of_a_storm_is_lost(struct kunit *test)
{
	for (int oneshot = 0; oneshot < 2; oneshot++) {
		struct device device = { .answer = IRQ_WAKE_THREAD };

		KUNIT_ASSERT_EQ(test,
				request_threaded_irq(TEST_IRQ, handler, thread_fn,
						     oneshot ? IRQF_ONESHOT : 0, "dev", &device),
				0);
		run_on_all_cpus(test, storm, &device);
		wait_until_calm(test);
		free_irq(TEST_IRQ, &device);
		KUNIT_EXPECT_GT(test, atomic_read(&device.calls), 0);
		KUNIT_EXPECT_EQ(test, READ_ONCE(device.served), atomic_read(&device.calls));
		KUNIT_EXPECT_FALSE(test, device.overlapped);
		if (oneshot)
			KUNIT_EXPECT_EQ(test, atomic_read(&device.calls),
					atomic_read(&device.runs));
	}
}

#define WINDOW 100000 /* so many interrupts are judged together */
#define LIMIT  99900  /* more of them without an answer are too many */
#define LEFT   20

/* The last interrupts of a window that nobody has answered yet, as long as the line stays open. Return: it does. */
static bool stays_open_after_a_window(struct kunit *test)
{
	line()->count = WINDOW - LEFT;
	line()->unhandled = LIMIT - LEFT / 2;
	line()->last_unhandled = jiffies;
	for (int i = 0; i < LEFT; i++) {
		interrupt_and_wait(test, 0);
		synchronize_irq(TEST_IRQ);
	}
	return !line()->depth;
}

/* Where the host stops the CPU for a while, the row is broken: then the next will do. */
static void a_level_that_no_thread_answers_is_disabled(struct kunit *test)
{
	struct device device = { .stranger = true };
	u64 mark = log_mark();
	int runs;

	KUNIT_ASSERT_EQ(test,
			request_threaded_irq(TEST_IRQ, NULL, thread_fn,
					     IRQF_ONESHOT | IRQF_TRIGGER_HIGH, "deaf", &device),
			0);
	for (int i = 0; i < 5 && stays_open_after_a_window(test); i++)
		;
	KUNIT_EXPECT_EQ(test, line()->depth, 1U);
	KUNIT_EXPECT_TRUE(test, log_has(mark, "irq 127: nobody cared"));
	KUNIT_EXPECT_TRUE(test, log_has_both(mark, "thread_fn+0x0", "of deaf, in its thread"));
	runs = atomic_read(&device.runs);
	interrupt_and_wait(test, 0);
	synchronize_irq(TEST_IRQ);
	KUNIT_EXPECT_EQ(test, atomic_read(&device.runs), runs);
	free_irq(TEST_IRQ, &device);
}

static void a_level_that_a_thread_answers_stays_open(struct kunit *test)
{
	struct device device = {};

	KUNIT_ASSERT_EQ(test,
			request_threaded_irq(TEST_IRQ, NULL, thread_fn,
					     IRQF_ONESHOT | IRQF_TRIGGER_HIGH, "dev", &device),
			0);
	KUNIT_EXPECT_TRUE(test, stays_open_after_a_window(test));
	KUNIT_EXPECT_EQ(test, atomic_read(&device.runs), LEFT);
	free_irq(TEST_IRQ, &device);
}

static struct kunit_case threaded_irq_cases[] = {
	KUNIT_CASE(the_thread_is_a_task_of_its_own),
	KUNIT_CASE(without_a_handler_only_oneshot_will_do),
	KUNIT_CASE(without_oneshot_interrupts_come_meanwhile),
	KUNIT_CASE(oneshot_holds_an_edge_back_until_the_thread_has_run),
	KUNIT_CASE(oneshot_masks_a_level_at_once),
	KUNIT_CASE(a_disabled_line_stays_so_when_the_thread_ends),
	KUNIT_CASE(free_irq_waits_for_the_thread),
	KUNIT_CASE(disable_irq_waits_for_the_thread),
	KUNIT_CASE(sharers_have_a_thread_each),
	KUNIT_CASE(freeing_at_once_leaves_the_line_open),
	KUNIT_CASE(a_handler_that_comes_while_another_leaves_keeps_the_line_back),
	KUNIT_CASE(a_driver_may_wake_the_thread_itself),
	KUNIT_CASE(waking_a_thread_that_is_not_there_is_reported),
	KUNIT_CASE(a_level_that_no_thread_answers_is_disabled),
	KUNIT_CASE(a_level_that_a_thread_answers_stays_open),
	KUNIT_CASE(no_interrupt_of_a_storm_is_lost),
	{}
};

static struct kunit_suite threaded_irq_suite = {
	.name = "threaded_irq",
	.init = fake_line_init,
	.exit = fake_line_exit,
	.test_cases = threaded_irq_cases,
};

kunit_test_suite(threaded_irq_suite);
