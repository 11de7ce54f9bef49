// SPDX-License-Identifier: MIT
/* Threads and time for the suites: see threads.h. */
#include "threads.h"

#include <linux/hrtimer.h>
#include <linux/jiffies.h>
#include <linux/timer.h>
#include <asm/msr.h>

static void set_fifo(struct kunit *test, struct task_struct *p, int prio)
{
	struct sched_param param = { .sched_priority = prio };

	KUNIT_EXPECT_EQ(test, sched_setscheduler_nocheck(p, SCHED_FIFO, &param), 0);
}

void take_cpu(struct kunit *test, int cpu, int prio)
{
	KUNIT_EXPECT_EQ(test, set_cpus_allowed_ptr(current, cpumask_of(cpu)), 0);
	set_fifo(test, current, prio);
}

int other_cpu(struct kunit *test, int cpu)
{
	int other;

	for_each_online_cpu(other)
		if (other != cpu)
			return other;
	kunit_skip(test, "needs two CPUs");
}

struct task_struct *new_thread(struct kunit *test, int (*fn)(void *data), void *data, int cpu,
			       int prio)
{
	struct task_struct *p = kthread_create(fn, data, "test");

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, p);
	get_task_struct(p);
	if (cpu != ANY_CPU)
		KUNIT_EXPECT_EQ(test, set_cpus_allowed_ptr(p, cpumask_of(cpu)), 0);
	if (prio != FAIR)
		set_fifo(test, p, prio);
	return p;
}

struct task_struct *start_thread(struct kunit *test, int (*fn)(void *data), void *data, int cpu,
				 int prio)
{
	struct task_struct *p = new_thread(test, fn, data, cpu, prio);

	wake_up_process(p);
	return p;
}

int join(struct task_struct *p)
{
	int result = 0;

	while (kthread_wait_exit(p, &result))
		flush_signals(current);
	put_task_struct(p);
	return result;
}

bool is_asleep(const struct task_struct *p)
{
	return READ_ONCE(p->__state) && !READ_ONCE(p->on_rq) && !READ_ONCE(p->on_cpu);
}

void nap(unsigned long *us)
{
	usleep_range(*us, 2 * *us);
	*us = min(2 * *us, 2000UL);
}

void wait_until_asleep(struct task_struct *p)
{
	unsigned long us = 30;

	while (!is_asleep(p))
		nap(&us);
}

static struct {
	struct task_struct *sleeper;
	struct completion *gate;
} opening;

static void open_gate(struct timer_list *timer)
{
	if (is_asleep(opening.sleeper))
		complete_all(opening.gate);
	else
		mod_timer(timer, jiffies + 1);
}

static DEFINE_TIMER(opener, open_gate);

void open_when_asleep(struct completion *gate)
{
	opening.sleeper = current;
	opening.gate = gate;
	mod_timer(&opener, jiffies + 1);
}

void stop_opener(void)
{
	del_timer_sync(&opener);
}

/* The same code takes the same number of cycles, but for the odd time that it is interrupted. */
static bool measure_exactness(void)
{
	u64 took[16], least = U64_MAX;
	unsigned long flags;
	int same = 0;

	for (int i = 0; i < 16; i++) {
		u64 start;

		local_irq_save(flags);
		start = rdtsc();
		for (int j = 0; j < 5000; j++)
			barrier();
		took[i] = rdtsc() - start;
		local_irq_restore(flags);
		least = min(least, took[i]);
	}
	for (int i = 0; i < 16; i++)
		same += took[i] == least;
	return same >= 12;
}

bool time_is_exact(void)
{
	static int exact = -1; /* not measured yet */

	if (READ_ONCE(exact) < 0)
		WRITE_ONCE(exact, measure_exactness());
	return READ_ONCE(exact);
}

s64 lateness(ktime_t delay)
{
	ktime_t expires = ktime_get() + delay;

	set_current_state(TASK_UNINTERRUPTIBLE);
	schedule_hrtimeout(&expires, HRTIMER_MODE_ABS);
	return ktime_get() - expires;
}

ktime_t measure_trip(void)
{
	ktime_t shortest;

	lateness(0);
	if (time_is_exact())
		return max(lateness(0), lateness(0));
	shortest = lateness(0);
	for (int i = 0; i < 8; i++)
		shortest = min(shortest, lateness(0));
	return shortest;
}

/*
 * NOPs: an emulator counts them like any instruction, and has next to nothing to do. The one cpu_relax() lets other
 * CPUs run where they share a host thread; where each has its own, more of them would keep QEMU from its timers.
 */
void compute(void)
{
	ktime_t end = ktime_get() + 20 * NSEC_PER_USEC;

	do {
		for (int i = 0; i < 100; i++)
			__asm__ __volatile__(".fill 400, 1, 0x90");
	} while (ktime_get() < end);
	cpu_relax();
}
