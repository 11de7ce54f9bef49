// SPDX-License-Identifier: MIT
/* Per-CPU variables: each CPU has its copy, and an operation on it is one instruction. */
#include <kunit/test.h>
#include <linux/cpumask.h>
#include <linux/kernel.h>
#include <linux/percpu.h>
#include <linux/preempt.h>
#include <linux/sched.h>
#include <linux/smp.h>
#include "helpers.h"

#define ROUNDS  20000
#define INITIAL 0x1234567890abcdefUL

static DEFINE_PER_CPU(unsigned long, initialised) = INITIAL;
static DEFINE_PER_CPU(unsigned long, counter);
static DEFINE_PER_CPU(u8[3], narrow);
static DEFINE_PER_CPU_ALIGNED(u64, aligned_word);

static void every_cpu_starts_with_the_template(struct kunit *test)
{
	int cpu;

	for_each_possible_cpu(cpu)
		KUNIT_EXPECT_EQ(test, per_cpu(initialised, cpu), INITIAL);
}

static void copies_are_apart_and_aligned(struct kunit *test)
{
	unsigned long size = __per_cpu_end - __per_cpu_start;
	int a, b;

	for_each_possible_cpu(a) {
		KUNIT_EXPECT_EQ(test, (unsigned long)per_cpu_ptr(&aligned_word, a) % 64, 0UL);
		KUNIT_EXPECT_EQ(test, per_cpu(cpu_number, a), a);
		KUNIT_EXPECT_EQ(test, per_cpu(this_cpu_off, a), __per_cpu_offset[a]);
		for_each_possible_cpu(b)
			if (a < b)
				KUNIT_EXPECT_GE(
					test,
					abs((long)(__per_cpu_offset[a] - __per_cpu_offset[b])),
					(long)size);
	}
}

/* The three ways to this CPU's copy lead to the same place. */
static int write_own_copy(void *unused)
{
	int cpu = raw_smp_processor_id();
	int wrong = 0;

	this_cpu_write(counter, cpu + 100);
	wrong += *this_cpu_ptr(&counter) != cpu + 100;
	wrong += per_cpu(counter, cpu) != cpu + 100;
	wrong += &get_cpu_var(counter) != per_cpu_ptr(&counter, cpu);
	put_cpu_var(counter);
	return wrong;
}

static void a_write_reaches_this_cpu_only(struct kunit *test)
{
	int cpu;

	KUNIT_EXPECT_EQ(test, run_on_all_cpus(test, write_own_copy, NULL), 0);
	for_each_online_cpu(cpu)
		KUNIT_EXPECT_EQ(test, per_cpu(counter, cpu), cpu + 100UL);
}

static void operations_do_as_named_at_each_width(struct kunit *test)
{
	preempt_disable();
	this_cpu_write(counter, 5);
	this_cpu_add(counter, 10);
	this_cpu_sub(counter, 1);
	this_cpu_inc(counter);
	this_cpu_dec(counter);
	this_cpu_or(counter, 0x100);
	this_cpu_and(counter, 0x10e);
	KUNIT_EXPECT_EQ(test, this_cpu_read(counter), 0x10eUL);
	(*this_cpu_ptr(&narrow))[0] = 0xff;
	(*this_cpu_ptr(&narrow))[2] = 0xff;
	this_cpu_write(narrow[1], 0x7f);
	this_cpu_add(narrow[1], 0x82);
	KUNIT_EXPECT_EQ(test, (int)this_cpu_read(narrow[1]), 1);
	KUNIT_EXPECT_EQ(test, (int)this_cpu_read(narrow[0]), 0xff);
	KUNIT_EXPECT_EQ(test, (int)this_cpu_read(narrow[2]), 0xff);
	preempt_enable();
}

/* From a timer's interrupt, in the midst of a task's increments of the same variable. */
static void increment_in_hardirq(void *unused)
{
	this_cpu_inc(counter);
}

static int increment_everywhere(void *unused)
{
	for (int i = 0; i < ROUNDS; i++) {
		this_cpu_inc(counter);
		if (i % 1000 == 0)
			run_in_hardirq(increment_in_hardirq, NULL);
	}
	return 0;
}

static void no_increment_is_lost_to_interrupts(struct kunit *test)
{
	unsigned long sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		per_cpu(counter, cpu) = 0;
	run_on_all_cpus(test, increment_everywhere, NULL);
	for_each_possible_cpu(cpu) {
		if (cpu_online(cpu))
			KUNIT_EXPECT_EQ(test, per_cpu(counter, cpu), ROUNDS + ROUNDS / 1000UL);
		sum += per_cpu(counter, cpu);
	}
	KUNIT_EXPECT_EQ(test, sum, num_online_cpus() * (ROUNDS + ROUNDS / 1000UL));
}

static void a_moved_task_finds_the_other_copy(struct kunit *test)
{
	int cpu;

	for_each_online_cpu(cpu)
		per_cpu(counter, cpu) = 1000 + cpu;
	for_each_online_cpu(cpu) {
		KUNIT_ASSERT_EQ(test, set_cpus_allowed_ptr(current, cpumask_of(cpu)), 0);
		KUNIT_EXPECT_EQ(test, raw_smp_processor_id(), cpu);
		KUNIT_EXPECT_EQ(test, this_cpu_read(counter), 1000UL + cpu);
		KUNIT_EXPECT_PTR_EQ(test, per_cpu(current_task, cpu), current);
	}
	set_cpus_allowed_ptr(current, cpu_online_mask);
}

static struct kunit_case percpu_cases[] = { KUNIT_CASE(every_cpu_starts_with_the_template),
					    KUNIT_CASE(copies_are_apart_and_aligned),
					    KUNIT_CASE(a_write_reaches_this_cpu_only),
					    KUNIT_CASE(operations_do_as_named_at_each_width),
					    KUNIT_CASE(no_increment_is_lost_to_interrupts),
					    KUNIT_CASE(a_moved_task_finds_the_other_copy),
					    {} };

static struct kunit_suite percpu_suite = { .name = "percpu", .test_cases = percpu_cases };

kunit_test_suite(percpu_suite);
