/* SPDX-License-Identifier: MIT */
/*
 * What the suites of the scheduler, of waiting and of time share: threads that a case starts where and how it wants
 * and joins, waiting for something to come true, and the question whether guest time is exact.
 *
 * A case that must decide who runs when pins itself to a CPU as a SCHED_FIFO task with take_cpu(): what it starts there
 * with a lower priority runs when the case sleeps, and not before.
 */
#ifndef _TESTS_KERNEL_THREADS_H
#define _TESTS_KERNEL_THREADS_H

#include <kunit/test.h>
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/kthread.h>
#include <linux/ktime.h>
#include <linux/sched.h>
#include <linux/smp.h>
#include <asm/processor.h>

#define ANY_CPU  -1
#define FAIR     0 /* in place of a SCHED_FIFO priority */
#define BOSS     90 /* the case's own priority, after take_cpu() */
#define PATIENCE (20 * NSEC_PER_SEC) /* guest time after which a case says that something never comes */

/* The calling case runs on @cpu only, before all with a lower priority than @prio. */
void take_cpu(struct kunit *test, int cpu, int prio);

/* An online CPU other than @cpu; ends the case as skipped if there is none. */
int other_cpu(struct kunit *test, int cpu);

/**
 * new_thread - a thread that does not run yet, on @cpu (or ANY_CPU), with SCHED_FIFO priority @prio (or FAIR)
 *
 * wake_up_process() starts it, join() waits for its end. Ends the case if there is no memory. Context: task.
 */
struct task_struct *new_thread(struct kunit *test, int (*fn)(void *data), void *data, int cpu, int prio);

/* The same, started. */
struct task_struct *start_thread(struct kunit *test, int (*fn)(void *data), void *data, int cpu,
				 int prio);

/* Wait until @p has ended. Return: what its function returned. */
int join(struct task_struct *p);

/* Is @p asleep: off its run queue and off its CPU? */
bool is_asleep(const struct task_struct *p);
void wait_until_asleep(struct task_struct *p);

/*
 * open_when_asleep - complete_all(@gate) as soon as this task sleeps: in what it calls next, which has to wait for who is
 * behind the gate. stop_opener - afterwards.
 */
void open_when_asleep(struct completion *gate);
void stop_opener(void);

/* Does guest time count instructions (icount)? Then it can be measured exactly; else the host may stop a CPU. */
bool time_is_exact(void);

/* How late a timer's wake-up of this task comes that is set for @delay from now: at 0, on the way into the sleep. */
s64 lateness(ktime_t delay);

/*
 * measure_trip - about how long the way into a sleep and back takes. Where the host may stop a CPU on that way, the
 * shortest of several counts: cases try points of the trip by the hundred, and a host's time slice, taken for a trip,
 * has them wait for minutes.
 */
ktime_t measure_trip(void);

/* Keep the CPU busy for 20 microseconds, and 40 000 instructions at the least. */
void compute(void);

/* The same for a spin: where time is exact no host delays anybody, and every turn is emulated. */
static inline ktime_t spin_patience(void)
{
	return time_is_exact() ? PATIENCE / 100 : PATIENCE;
}

/* Sleep for *@us microseconds, and longer the next time. */
void nap(unsigned long *us);

/*
 * Sleep, or spin, until @cond is true. Return: false if it did not become true in all the time there is. The sleeps get
 * longer, so that what is waited for makes progress even on a slow CPU, below the case's priority.
 */
#define eventually(cond)                                                        \
	({                                                                      \
		ktime_t __end = ktime_get() + PATIENCE;                         \
		unsigned long __us = 30;                                        \
		bool __ok;                                                      \
		while (!(__ok = (cond)) && ktime_get() < __end)                 \
			nap(&__us);                                             \
		__ok;                                                           \
	})
#define spin_until(cond)                                                        \
	({                                                                      \
		ktime_t __end = ktime_get() + spin_patience();                  \
		bool __ok;                                                      \
		while (!(__ok = (cond)) && ktime_get() < __end)                 \
			cpu_relax();                                            \
		__ok;                                                           \
	})

#endif
