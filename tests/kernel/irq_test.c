// SPDX-License-Identifier: MIT
/* Interrupt lines, calls between CPUs, NMIs. The line is one that no device has: see fake_line.h. */
#include <kunit/test.h>
#include <linux/console.h>
#include <linux/cpumask.h>
#include <linux/delay.h>
#include <linux/errno.h>
#include <linux/interrupt.h>
#include <linux/irqdesc.h>
#include <linux/kernel.h>
#include <linux/sched.h>
#include <linux/smp.h>
#include <linux/spinlock.h>
#include <asm/apic.h>
#include <asm/nmi.h>
#include "fake_line.h"
#include "helpers.h"

#define CALLS 40

/* A device: how often its handler ran, and what the handler saw. */
struct device {
	atomic_t calls;
	irqreturn_t answer;
	bool in_hardirq, irqs_off;
	int cpu;
	atomic_t inside; /* handlers running now */
	bool overlapped; /* there was more than one */
	bool dawdle;     /* the first call goes on until let_go is set, and a while longer */
	bool let_go;
	bool returned;
};

static irqreturn_t handler(int irq, void *dev_id)
{
	struct device *device = dev_id;

	device->in_hardirq = in_hardirq() && irq == TEST_IRQ;
	device->irqs_off = irqs_disabled();
	device->cpu = raw_smp_processor_id();
	device->overlapped |= atomic_inc_return(&device->inside) > 1;
	if (atomic_inc_return(&device->calls) == 1 && device->dawdle) {
		wait_until(READ_ONCE(device->let_go));
		udelay(2000);
	}
	atomic_dec(&device->inside);
	WRITE_ONCE(device->returned, true);
	return device->answer;
}

static void a_handler_runs_once_per_interrupt_in_hardirq(struct kunit *test)
{
	struct device device = { .answer = IRQ_HANDLED };
	int cpu, raised = 0;

	KUNIT_ASSERT_EQ(test, request_irq(TEST_IRQ, handler, 0, "device", &device), 0);
	for_each_online_cpu(cpu) {
		interrupt_and_wait(test, cpu);
		KUNIT_EXPECT_EQ(test, atomic_read(&device.calls), ++raised);
		KUNIT_EXPECT_EQ(test, device.cpu, cpu);
		KUNIT_EXPECT_TRUE(test, device.in_hardirq && device.irqs_off);
	}
	KUNIT_EXPECT_STREQ(test, free_irq(TEST_IRQ, &device), "device");
	KUNIT_EXPECT_EQ(test, chip_calls.unmasks, 1);
	KUNIT_EXPECT_EQ(test, chip_calls.masks, 1);
}

static void wrong_requests_are_refused(struct kunit *test)
{
	struct device device = { .answer = IRQ_HANDLED };

	KUNIT_EXPECT_EQ(test, request_irq(NR_IRQS, handler, 0, "none", &device), -EINVAL);
	KUNIT_EXPECT_EQ(test, request_irq(TEST_IRQ - 1, handler, 0, "none", &device), -EINVAL);
	KUNIT_EXPECT_EQ(test, request_irq(TEST_IRQ, NULL, 0, "none", &device), -EINVAL);
	KUNIT_EXPECT_EQ(test, request_irq(TEST_IRQ, handler, IRQF_SHARED, "none", NULL), -EINVAL);
	KUNIT_EXPECT_EQ(test, request_irq(TEST_IRQ, handler, IRQF_TRIGGER_FALLING, "none", NULL),
			-EINVAL);
	KUNIT_ASSERT_EQ(test, request_irq(TEST_IRQ, handler, 0, "first", &device), 0);
	KUNIT_EXPECT_EQ(test, request_irq(TEST_IRQ, handler, 0, "second", &device), -EBUSY);
	KUNIT_EXPECT_EQ(test, request_irq(TEST_IRQ, handler, IRQF_SHARED, "second", &device),
			-EBUSY);
	free_irq(TEST_IRQ, &device);
}

static void freeing_what_is_not_there_is_reported(struct kunit *test)
{
	u64 mark = log_mark();

	KUNIT_EXPECT_NULL(test, free_irq(TEST_IRQ, &mark));
	KUNIT_EXPECT_TRUE(test, log_has(mark, "no such handler"));
}

static void sharers_are_all_called_until_they_leave(struct kunit *test)
{
	struct device a = { .answer = IRQ_NONE }, b = { .answer = IRQ_HANDLED };

	KUNIT_ASSERT_EQ(test, request_irq(TEST_IRQ, handler, IRQF_SHARED, "a", &a), 0);
	KUNIT_ASSERT_EQ(test, request_irq(TEST_IRQ, handler, IRQF_SHARED, "b", &b), 0);
	KUNIT_EXPECT_EQ(test,
			request_irq(TEST_IRQ, handler, IRQF_SHARED | IRQF_TRIGGER_LOW, "c", test),
			-EBUSY);
	interrupt_and_wait(test, 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&a.calls), 1);
	KUNIT_EXPECT_EQ(test, atomic_read(&b.calls), 1);
	KUNIT_EXPECT_STREQ(test, free_irq(TEST_IRQ, &a), "a");
	KUNIT_EXPECT_EQ(test, chip_calls.masks, 0);
	interrupt_and_wait(test, 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&a.calls), 1);
	KUNIT_EXPECT_EQ(test, atomic_read(&b.calls), 2);
	KUNIT_EXPECT_STREQ(test, free_irq(TEST_IRQ, &b), "b");
	KUNIT_EXPECT_EQ(test, chip_calls.masks, 1);
}

static void a_trigger_is_set_by_the_first_handler(struct kunit *test)
{
	struct device device = { .answer = IRQ_HANDLED };

	KUNIT_ASSERT_EQ(test, request_irq(TEST_IRQ, handler, IRQF_TRIGGER_HIGH, "level", &device),
			0);
	KUNIT_EXPECT_EQ(test, chip_calls.type, (unsigned int)IRQ_TYPE_LEVEL_HIGH);
	free_irq(TEST_IRQ, &device);
}

static void an_edge_while_disabled_is_delivered_by_enable(struct kunit *test)
{
	struct device device = { .answer = IRQ_HANDLED };

	KUNIT_ASSERT_EQ(test, request_irq(TEST_IRQ, handler, 0, "device", &device), 0);
	disable_irq(TEST_IRQ);
	disable_irq(TEST_IRQ);
	interrupt_and_wait(test, 0);
	interrupt_and_wait(test, 0);
	KUNIT_EXPECT_EQ(test, chip_calls.masks, 1);
	enable_irq(TEST_IRQ);
	KUNIT_EXPECT_EQ(test, chip_calls.retriggers, 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&device.calls), 0);
	enable_irq(TEST_IRQ);
	KUNIT_EXPECT_TRUE(test, wait_until(atomic_read(&device.calls) == 1));
	KUNIT_EXPECT_EQ(test, chip_calls.retriggers, 1);
	free_irq(TEST_IRQ, &device);
	KUNIT_EXPECT_EQ(test, atomic_read(&device.calls), 1);
}

static void disabling_costs_nothing_without_an_interrupt(struct kunit *test)
{
	struct device device = { .answer = IRQ_HANDLED };

	KUNIT_ASSERT_EQ(test, request_irq(TEST_IRQ, handler, 0, "device", &device), 0);
	disable_irq(TEST_IRQ);
	enable_irq(TEST_IRQ);
	KUNIT_EXPECT_EQ(test, chip_calls.masks + chip_calls.retriggers, 0);
	interrupt_and_wait(test, 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&device.calls), 1);
	free_irq(TEST_IRQ, &device);
}

static void an_unbalanced_enable_is_reported_and_ignored(struct kunit *test)
{
	struct device device = { .answer = IRQ_HANDLED };
	u64 mark = log_mark();

	KUNIT_ASSERT_EQ(test, request_irq(TEST_IRQ, handler, 0, "device", &device), 0);
	enable_irq(TEST_IRQ);
	KUNIT_EXPECT_TRUE(test, log_has(mark, "without disable_irq()"));
	interrupt_and_wait(test, 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&device.calls), 1);
	free_irq(TEST_IRQ, &device);
}

/* The handler still has a while to go on another CPU when the one here lets go. */
static void with_handler_running_elsewhere(struct kunit *test, void (*let_go)(struct device *))
{
	struct device device = { .answer = IRQ_HANDLED, .dawdle = true };
	int other = cpumask_last(cpu_online_mask);

	if (num_online_cpus() == 1)
		kunit_skip(test, "needs two CPUs");
	set_cpus_allowed_ptr(current, cpumask_of(0));
	KUNIT_ASSERT_EQ(test, request_irq(TEST_IRQ, handler, 0, "device", &device), 0);
	raise_on(other);
	KUNIT_ASSERT_TRUE(test, wait_until(atomic_read(&device.calls) == 1));
	WRITE_ONCE(device.let_go, true);
	let_go(&device);
	KUNIT_EXPECT_TRUE(test, READ_ONCE(device.returned));
	if (irq_to_desc(TEST_IRQ)->action)
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

static void free_irq_waits_for_a_running_handler(struct kunit *test)
{
	with_handler_running_elsewhere(test, let_go_by_free);
}

static void disable_irq_waits_for_a_running_handler(struct kunit *test)
{
	with_handler_running_elsewhere(test, let_go_by_disable);
}

/* On another CPU meanwhile: noted, and run afterwards by the CPU that is in the handler. */
static void one_line_never_runs_on_two_cpus(struct kunit *test)
{
	struct device device = { .answer = IRQ_HANDLED, .dawdle = true };
	int other = cpumask_last(cpu_online_mask);
	unsigned int before = kstat_irqs_cpu(TEST_IRQ, 0);

	if (num_online_cpus() == 1)
		kunit_skip(test, "needs two CPUs");
	set_cpus_allowed_ptr(current, cpumask_of(0));
	KUNIT_ASSERT_EQ(test, request_irq(TEST_IRQ, handler, 0, "device", &device), 0);
	raise_on(other);
	KUNIT_EXPECT_TRUE(test, wait_until(atomic_read(&device.calls) == 1));
	raise_on(0);
	KUNIT_EXPECT_TRUE(test, wait_until(kstat_irqs_cpu(TEST_IRQ, 0) != before));
	KUNIT_EXPECT_EQ(test, atomic_read(&device.calls), 1);
	WRITE_ONCE(device.let_go, true);
	KUNIT_EXPECT_TRUE(test, wait_until(atomic_read(&device.calls) == 2));
	free_irq(TEST_IRQ, &device);
	KUNIT_EXPECT_EQ(test, atomic_read(&device.calls), 2);
	KUNIT_EXPECT_FALSE(test, device.overlapped);
}

static void affinity_takes_the_first_online_cpu(struct kunit *test)
{
	int last = cpumask_last(cpu_online_mask);
	struct cpumask none = CPU_MASK_NONE;

	KUNIT_EXPECT_EQ(test, irq_set_affinity(TEST_IRQ, cpumask_of(last)), 0);
	KUNIT_EXPECT_EQ(test, irq_to_desc(TEST_IRQ)->irq_data.cpu, last);
	KUNIT_EXPECT_EQ(test, irq_set_affinity(TEST_IRQ, &none), -EINVAL);
	KUNIT_EXPECT_EQ(test, irq_set_affinity(NR_IRQS, cpumask_of(0)), -EINVAL);
}

static void the_table_names_lines_and_counts(struct kunit *test)
{
	struct device device = { .answer = IRQ_HANDLED };
	char *row = kunit_kzalloc(test, 2048, GFP_KERNEL);
	bool line = false, calls = false;
	int len;

	KUNIT_ASSERT_NOT_NULL(test, row);
	KUNIT_ASSERT_EQ(test, request_irq(TEST_IRQ, handler, 0, "listed-device", &device), 0);
	for (unsigned int i = 0; (len = show_interrupt_row(i, row, 2048)) >= 0; i++) {
		KUNIT_EXPECT_EQ(test, (size_t)len, strlen(row));
		line |= strstr(row, "listed-device") && strstr(row, "127:");
		calls |= strstr(row, "CAL:") != NULL;
	}
	KUNIT_EXPECT_TRUE(test, line && calls);
	free_irq(TEST_IRQ, &device);
}

#define WINDOW 100000 /* so many interrupts are judged together */

/* A line that interrupts this CPU @count times, with @answered answers among them. */
static void scream(struct device *device, int count, int answered)
{
	preempt_disable();
	for (int i = 0; i < count; i++) {
		device->answer = i < answered ? IRQ_HANDLED : IRQ_NONE;
		raise_on(raw_smp_processor_id());
	}
	preempt_enable();
}

static bool line_is_disabled(void)
{
	return READ_ONCE(irq_to_desc(TEST_IRQ)->depth) > 0;
}

/* Where the host stops the CPU for a while, the row is broken: then the next will do. */
static void a_line_that_nobody_answers_is_disabled(struct kunit *test)
{
	struct device device = {};
	u64 mark = log_mark();
	int calls;

	KUNIT_ASSERT_EQ(test, request_irq(TEST_IRQ, handler, 0, "device", &device), 0);
	for (int i = 0; i < 5 && !line_is_disabled(); i++)
		scream(&device, WINDOW, WINDOW - 99901);
	KUNIT_EXPECT_TRUE(test, line_is_disabled());
	KUNIT_EXPECT_TRUE(test, log_has(mark, "irq 127: nobody cared"));
	KUNIT_EXPECT_TRUE(test, log_has_both(mark, "handler+0x0", " of device"));
	calls = atomic_read(&device.calls);
	interrupt_and_wait(test, 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&device.calls), calls);
	KUNIT_EXPECT_EQ(test, chip_calls.masks, 1);
	free_irq(TEST_IRQ, &device);
	/* Who asks for it next may try again. */
	KUNIT_ASSERT_EQ(test, request_irq(TEST_IRQ, handler, 0, "device", &device), 0);
	interrupt_and_wait(test, 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&device.calls), calls + 1);
	free_irq(TEST_IRQ, &device);
}

static void an_answer_that_is_none_is_reported_and_ignored(struct kunit *test)
{
	static bool reported; /* in an earlier run of this suite */
	struct device device = { .answer = (irqreturn_t)-22 };
	u64 mark = log_mark();

	KUNIT_ASSERT_EQ(test, request_irq(TEST_IRQ, handler, 0, "bogus", &device), 0);
	interrupt_and_wait(test, 0);
	KUNIT_EXPECT_EQ(test, log_has(mark, "the handler of bogus returned 0xffffffea"), !reported);
	KUNIT_EXPECT_EQ(test, irq_to_desc(TEST_IRQ)->unhandled, 1U);
	free_irq(TEST_IRQ, &device);
	reported = true;
}

static irqreturn_t unbalanced_handler(int irq, void *dev_id)
{
	preempt_disable();
	local_irq_enable();
	return IRQ_HANDLED;
}

static void unbalanced_function(struct tasklet_struct *t)
{
	preempt_disable();
}

static void unbalanced_softirq(struct softirq_action *action)
{
	local_irq_disable();
}

/* Each is named, and leaves no harm behind. */
static void unbalanced_callbacks_are_reported_and_mended(struct kunit *test)
{
	static DECLARE_TASKLET(tasklet, unbalanced_function);
	static struct device device;
	u64 mark = log_mark();

	if (!IS_ENABLED(CONFIG_DEBUG_ATOMIC_SLEEP))
		kunit_skip(test, "only the debug profile looks");
	set_cpus_allowed_ptr(current, cpumask_of(0));
	KUNIT_ASSERT_EQ(test, request_irq(TEST_IRQ, unbalanced_handler, 0, "leaky", &device), 0);
	interrupt_and_wait(test, 0);
	free_irq(TEST_IRQ, &device);
	KUNIT_EXPECT_TRUE(test, log_has_both(mark, "handler unbalanced_handler leaves",
					     "interrupts on, entered with off"));
	local_bh_disable();
	tasklet_schedule(&tasklet);
	local_bh_enable();
	KUNIT_EXPECT_TRUE(test, log_has(mark, "tasklet unbalanced_function leaves"));
	open_softirq(PROVOKE_SOFTIRQ, unbalanced_softirq);
	local_bh_disable();
	raise_softirq(PROVOKE_SOFTIRQ);
	local_bh_enable();
	KUNIT_EXPECT_TRUE(test, log_has_both(mark, "softirq unbalanced_softirq leaves",
					     "interrupts off, entered with on"));
	KUNIT_EXPECT_TRUE(test, preemptible());
}

static void an_answer_now_and_then_keeps_a_line_open(struct kunit *test)
{
	struct device device = {};

	KUNIT_ASSERT_EQ(test, request_irq(TEST_IRQ, handler, 0, "device", &device), 0);
	scream(&device, WINDOW, WINDOW - 99900);
	KUNIT_EXPECT_FALSE(test, line_is_disabled());
	free_irq(TEST_IRQ, &device);
}

static void unanswered_interrupts_far_apart_keep_a_line_open(struct kunit *test)
{
	struct device device = {};

	KUNIT_ASSERT_EQ(test, request_irq(TEST_IRQ, handler, 0, "device", &device), 0);
	scream(&device, WINDOW - 1000, 0);
	msleep(150);
	scream(&device, 1000, 0);
	KUNIT_EXPECT_FALSE(test, line_is_disabled());
	free_irq(TEST_IRQ, &device);
}

static struct kunit_case line_cases[] = {
	KUNIT_CASE(a_handler_runs_once_per_interrupt_in_hardirq),
	KUNIT_CASE(wrong_requests_are_refused),
	KUNIT_CASE(freeing_what_is_not_there_is_reported),
	KUNIT_CASE(sharers_are_all_called_until_they_leave),
	KUNIT_CASE(a_trigger_is_set_by_the_first_handler),
	KUNIT_CASE(an_edge_while_disabled_is_delivered_by_enable),
	KUNIT_CASE(disabling_costs_nothing_without_an_interrupt),
	KUNIT_CASE(an_unbalanced_enable_is_reported_and_ignored),
	KUNIT_CASE(free_irq_waits_for_a_running_handler),
	KUNIT_CASE(disable_irq_waits_for_a_running_handler),
	KUNIT_CASE(one_line_never_runs_on_two_cpus),
	KUNIT_CASE(affinity_takes_the_first_online_cpu),
	KUNIT_CASE(the_table_names_lines_and_counts),
	KUNIT_CASE(a_line_that_nobody_answers_is_disabled),
	KUNIT_CASE(an_answer_that_is_none_is_reported_and_ignored),
	KUNIT_CASE(unbalanced_callbacks_are_reported_and_mended),
	KUNIT_CASE(an_answer_now_and_then_keeps_a_line_open),
	KUNIT_CASE(unanswered_interrupts_far_apart_keep_a_line_open),
	{}
};

static struct kunit_suite line_suite = {
	.name = "irq",
	.init = fake_line_init,
	.exit = fake_line_exit,
	.test_cases = line_cases,
};

kunit_test_suite(line_suite);

/* ---- CPUs call each other ---- */

struct calls {
	atomic_t count;
	struct cpumask seen;
	atomic_t outside_irq; /* calls that found interrupts on */
};

static void note_call(void *info)
{
	struct calls *calls = info;

	cpumask_set_cpu(raw_smp_processor_id(), &calls->seen);
	if (!irqs_disabled())
		atomic_inc(&calls->outside_irq);
	atomic_inc(&calls->count);
}

static void a_call_runs_on_the_cpu_named(struct kunit *test)
{
	int cpu;

	for_each_online_cpu(cpu) {
		struct calls calls = { .count = ATOMIC_INIT(0) };
		unsigned int before = per_cpu(irq_stat, cpu).call_irqs;
		int here = get_cpu();

		KUNIT_EXPECT_EQ(test, smp_call_function_single(cpu, note_call, &calls, 1), 0);
		put_cpu();
		KUNIT_EXPECT_EQ(test, atomic_read(&calls.count), 1);
		KUNIT_EXPECT_TRUE(test, cpumask_equal(&calls.seen, cpumask_of(cpu)));
		KUNIT_EXPECT_EQ(test, atomic_read(&calls.outside_irq), 0);
		if (cpu != here)
			KUNIT_EXPECT_NE(test, READ_ONCE(per_cpu(irq_stat, cpu).call_irqs), before);
	}
	KUNIT_EXPECT_EQ(test, smp_call_function_single(NR_CPUS, note_call, NULL, 1), -ENXIO);
	KUNIT_EXPECT_EQ(test, smp_call_function_single(-1, note_call, NULL, 1), -ENXIO);
}

static void many_leaves_this_cpu_out_and_each_includes_it(struct kunit *test)
{
	struct calls calls = { .count = ATOMIC_INIT(0) };
	unsigned int cpus = num_online_cpus();
	int here = get_cpu();

	smp_call_function_many(cpu_online_mask, note_call, &calls, true);
	KUNIT_EXPECT_EQ(test, atomic_read(&calls.count), (int)cpus - 1);
	KUNIT_EXPECT_FALSE(test, cpumask_test_cpu(here, &calls.seen));
	put_cpu();
	smp_call_function(note_call, &calls, 1);
	KUNIT_EXPECT_EQ(test, atomic_read(&calls.count), 2 * ((int)cpus - 1));
	on_each_cpu(note_call, &calls, 1);
	KUNIT_EXPECT_EQ(test, atomic_read(&calls.count), 3 * (int)cpus - 2);
	KUNIT_EXPECT_TRUE(test, cpumask_equal(&calls.seen, cpu_online_mask));
	on_each_cpu_mask(cpumask_of(0), note_call, &calls, true);
	KUNIT_EXPECT_EQ(test, atomic_read(&calls.count), 3 * (int)cpus - 1);
	KUNIT_EXPECT_EQ(test, atomic_read(&calls.outside_irq), 0);
}

static void calls_not_waited_for_all_run(struct kunit *test)
{
	struct calls calls = { .count = ATOMIC_INIT(0) };
	int want = CALLS * num_online_cpus();

	for (int i = 0; i < CALLS; i++)
		on_each_cpu(note_call, &calls, 0);
	KUNIT_EXPECT_TRUE(test, wait_until(atomic_read(&calls.count) == want));
	/* In order: once the last of each CPU has run, none is left that uses our stack. */
	on_each_cpu(note_call, &calls, 1);
	KUNIT_EXPECT_EQ(test, atomic_read(&calls.count), want + (int)num_online_cpus());
}

static struct calls crossfire;

static int call_everybody(void *unused)
{
	int i;

	for (i = 0; i < CALLS && time_left(); i++)
		on_each_cpu(note_call, &crossfire, 1);
	return i;
}

static void all_cpus_may_call_each_other_at_once(struct kunit *test)
{
	unsigned int cpus = num_online_cpus();
	int calls;

	memset(&crossfire, 0, sizeof(crossfire));
	calls = run_on_all_cpus(test, call_everybody, NULL);
	KUNIT_EXPECT_GT(test, calls, 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&crossfire.count), calls * (int)cpus);
}

static void a_reschedule_interrupt_is_counted_where_it_arrives(struct kunit *test)
{
	int cpu;

	for_each_online_cpu(cpu) {
		unsigned int *irqs = &per_cpu(irq_stat, cpu).resched_irqs;
		unsigned int before = READ_ONCE(*irqs);

		smp_send_reschedule(cpu);
		KUNIT_EXPECT_TRUE(test, wait_until(READ_ONCE(*irqs) != before));
	}
}

static struct kunit_case smp_cases[] = {
	KUNIT_CASE(a_call_runs_on_the_cpu_named),
	KUNIT_CASE(many_leaves_this_cpu_out_and_each_includes_it),
	KUNIT_CASE(calls_not_waited_for_all_run),
	KUNIT_CASE(all_cpus_may_call_each_other_at_once),
	KUNIT_CASE(a_reschedule_interrupt_is_counted_where_it_arrives),
	{}
};

static struct kunit_suite smp_suite = { .name = "smp", .test_cases = smp_cases };

kunit_test_suite(smp_suite);

/* ---- NMIs ---- */

#define UNKNOWN_NMI "NMI for an unknown reason"

static unsigned int nmis_on(int cpu)
{
	return READ_ONCE(per_cpu(irq_stat, cpu).nmis);
}

static bool nmi_and_wait(int cpu)
{
	unsigned int before = nmis_on(cpu);

	nmi_send(cpu);
	return wait_until(nmis_on(cpu) != before);
}

static void an_nmi_arrives_with_interrupts_off(struct kunit *test)
{
	u64 mark = log_mark();
	unsigned long flags;
	bool arrived;

	local_irq_save(flags);
	arrived = nmi_and_wait(raw_smp_processor_id());
	KUNIT_EXPECT_TRUE(test, irqs_disabled());
	local_irq_restore(flags);
	KUNIT_EXPECT_TRUE(test, arrived);
	KUNIT_EXPECT_TRUE(test, log_has(mark, UNKNOWN_NMI));
	KUNIT_EXPECT_EQ(test, preempt_count(), 0);
}

static void an_nmi_leaves_held_locks_and_counts_alone(struct kunit *test)
{
	static DEFINE_SPINLOCK(lock);
	int count;

	spin_lock_irq(&lock);
	count = preempt_count();
	KUNIT_EXPECT_TRUE(test, nmi_and_wait(raw_smp_processor_id()));
	KUNIT_EXPECT_EQ(test, preempt_count(), count);
	KUNIT_EXPECT_FALSE(test, spin_trylock(&lock));
	spin_unlock_irq(&lock);
	KUNIT_EXPECT_EQ(test, preempt_count(), 0);
}

static void an_nmi_may_print_while_its_cpu_owns_the_consoles(struct kunit *test)
{
	u64 mark = log_mark();

	console_capture();
	console_lock();
	KUNIT_EXPECT_TRUE(test, nmi_and_wait(raw_smp_processor_id()));
	KUNIT_EXPECT_TRUE(test, log_has(mark, UNKNOWN_NMI));
	console_unlock();
	KUNIT_EXPECT_NOT_NULL(test, strstr(console_captured(), UNKNOWN_NMI));
}

static void nmis_in_the_midst_of_anything_are_survived(struct kunit *test)
{
	int other = cpumask_last(cpu_online_mask);
	struct calls calls = { .count = ATOMIC_INIT(0) };

	set_cpus_allowed_ptr(current, cpumask_of(0));
	for (int i = 0; i < 10; i++) {
		unsigned int before = nmis_on(other);

		if (other)
			smp_call_function_single(other, note_call, &calls, 0);
		nmi_send(other);
		kfree(kmalloc(100, GFP_KERNEL));
		KUNIT_EXPECT_TRUE(test, wait_until(nmis_on(other) != before));
	}
	on_each_cpu(note_call, &calls, 1);
	KUNIT_EXPECT_EQ(test, atomic_read(&calls.count), (int)num_online_cpus() + (other ? 10 : 0));
}

static bool first_due, second_due;

static int handle_first(unsigned int type, struct pt_regs *regs)
{
	if (!first_due)
		return NMI_DONE;
	first_due = false;
	nmi_send(raw_smp_processor_id()); /* latched until this one is over */
	return NMI_HANDLED;
}

static int handle_second(unsigned int type, struct pt_regs *regs)
{
	if (!second_due)
		return NMI_DONE;
	second_due = false;
	return NMI_HANDLED;
}

static void an_nmi_after_one_with_two_reasons_needs_none(struct kunit *test)
{
	u64 mark = log_mark();
	unsigned int before;

	set_cpus_allowed_ptr(current, cpumask_of(0));
	KUNIT_ASSERT_EQ(test, register_nmi_handler(NMI_LOCAL, handle_first, 0, "first"), 0);
	KUNIT_ASSERT_EQ(test, register_nmi_handler(NMI_LOCAL, handle_second, 0, "second"), 0);
	first_due = second_due = true;
	before = nmis_on(0);
	nmi_send(0);
	KUNIT_EXPECT_TRUE(test, wait_until(nmis_on(0) - before >= 2));
	KUNIT_EXPECT_FALSE(test, first_due || second_due);
	KUNIT_EXPECT_FALSE(test, log_has(mark, UNKNOWN_NMI));
	KUNIT_EXPECT_TRUE(test, nmi_and_wait(0)); /* but one, not two */
	KUNIT_EXPECT_TRUE(test, log_has(mark, UNKNOWN_NMI));
	unregister_nmi_handler(NMI_LOCAL, "first");
	unregister_nmi_handler(NMI_LOCAL, "second");
}

static struct kunit_case nmi_cases[] = { KUNIT_CASE(an_nmi_arrives_with_interrupts_off),
					 KUNIT_CASE(an_nmi_leaves_held_locks_and_counts_alone),
					 KUNIT_CASE(
						 an_nmi_may_print_while_its_cpu_owns_the_consoles),
					 KUNIT_CASE(nmis_in_the_midst_of_anything_are_survived),
					 KUNIT_CASE(an_nmi_after_one_with_two_reasons_needs_none),
					 {} };

static struct kunit_suite nmi_suite = { .name = "nmi", .test_cases = nmi_cases };

kunit_test_suite(nmi_suite);
