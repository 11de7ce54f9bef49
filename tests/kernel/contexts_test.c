// SPDX-License-Identifier: MIT
/*
 * Where am I? in_task(), in_interrupt() and their like, asked in every context that provoke can make, and held
 * against one table. The calls are made without a report: none of them sleeps.
 */
#include <kunit/test.h>
#include <linux/bottom_half.h>
#include <linux/irqflags.h>
#include <linux/preempt.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/sprintf.h>
#include <linux/string.h>
#include "../../kernel/debug/contexts.h"

/* What is true in a context; the others are false. */
enum answer {
	TASK = 1 << 0,      /* in_task() */
	INTERRUPT = 1 << 1, /* in_interrupt(), also while bottom halves are disabled */
	HARDIRQ = 1 << 2,
	SOFTIRQ = 1 << 3, /* in_serving_softirq() */
	BH = 1 << 4,      /* in_softirq(): that, or bottom halves disabled */
	NMI = 1 << 5,
	ATOMIC = 1 << 6,
	IRQS_OFF = 1 << 7,
	PREEMPTIBLE = 1 << 8,
	IDLE = 1 << 9, /* the idle task is current */
};

static const struct {
	const char *context;
	unsigned int answers;
} expected[NR_CONTEXTS] = {
	{ "task", TASK | PREEMPTIBLE },
	{ "spinlock", TASK | ATOMIC },
	{ "spinlock-irq", TASK | ATOMIC | IRQS_OFF },
	{ "spinlock-irqsave", TASK | ATOMIC | IRQS_OFF },
	{ "spinlock-bh", TASK | INTERRUPT | BH | ATOMIC },
	{ "rwlock-read", TASK | ATOMIC },
	{ "rwlock-write", TASK | ATOMIC },
	{ "seqlock-write", TASK | ATOMIC },
	{ "rcu-read", TASK | ATOMIC },
	{ "preempt-off", TASK | ATOMIC },
	{ "irqs-off", TASK | IRQS_OFF },
	{ "bh-off", TASK | INTERRUPT | BH | ATOMIC },
	{ "hardirq", INTERRUPT | HARDIRQ | ATOMIC | IRQS_OFF },
	{ "hrtimer", INTERRUPT | HARDIRQ | ATOMIC | IRQS_OFF },
	{ "softirq", INTERRUPT | SOFTIRQ | BH | ATOMIC },
	{ "tasklet", INTERRUPT | SOFTIRQ | BH | ATOMIC },
	{ "timer", INTERRUPT | SOFTIRQ | BH | ATOMIC },
	{ "nmi", INTERRUPT | HARDIRQ | NMI | ATOMIC | IRQS_OFF },
	{ "wait-condition", TASK | PREEMPTIBLE },
	{ "idle", TASK | ATOMIC | IDLE },
};

static unsigned int answers;
static int calls;

static void ask(void)
{
	answers = (in_task() ? TASK : 0) | (in_interrupt() ? INTERRUPT : 0) |
		  (in_hardirq() ? HARDIRQ : 0) | (in_serving_softirq() ? SOFTIRQ : 0) |
		  (in_softirq() ? BH : 0) | (in_nmi() ? NMI : 0) | (in_atomic() ? ATOMIC : 0) |
		  (irqs_disabled() ? IRQS_OFF : 0) | (preemptible() ? PREEMPTIBLE : 0) |
		  (current->flags & PF_IDLE ? IDLE : 0);
	calls++;
}

static void each_context_gets_true_answers(struct kunit *test)
{
	char got[40], want[40]; /* with the name, for who reads the failure */
	unsigned int i;
	int err;

	for (i = 0; i < NR_CONTEXTS; i++) {
		calls = 0;
		err = run_in_context(&contexts[i], ask);
		if (err == -EOPNOTSUPP)
			continue;
		snprintf(got, sizeof(got), "%s: %d, %d calls, %#x", contexts[i].name, err, calls,
			 answers);
		snprintf(want, sizeof(want), "%s: 0, 1 calls, %#x", expected[i].context,
			 expected[i].answers);
		KUNIT_EXPECT_STREQ(test, got, want);
	}
}

/* An interrupt comes on top: what it says of itself must hide what it interrupted, and not for longer. */
static unsigned int in_between;

static void ask_in_interrupt(void)
{
	ask();
	in_between = answers;
}

static void what_was_interrupted_is_as_before(struct kunit *test)
{
	const struct context *hrtimer = NULL;
	unsigned int i;

	for (i = 0; i < NR_CONTEXTS; i++)
		if (!strcmp(contexts[i].name, "hrtimer"))
			hrtimer = &contexts[i];
	KUNIT_ASSERT_NOT_NULL(test, hrtimer);
	local_bh_disable();
	KUNIT_EXPECT_EQ(test, hrtimer->enter(ask_in_interrupt), 0);
	ask();
	local_bh_enable();
	KUNIT_EXPECT_EQ(test, in_between,
			(unsigned int)(INTERRUPT | HARDIRQ | BH | ATOMIC | IRQS_OFF));
	KUNIT_EXPECT_EQ(test, answers, (unsigned int)(TASK | INTERRUPT | BH | ATOMIC));
	ask();
	KUNIT_EXPECT_EQ(test, answers, (unsigned int)(TASK | PREEMPTIBLE));
}

static struct kunit_case contexts_cases[] = { KUNIT_CASE(each_context_gets_true_answers),
					      KUNIT_CASE(what_was_interrupted_is_as_before),
					      {} };

static struct kunit_suite contexts_suite = {
	.name = "contexts",
	.test_cases = contexts_cases,
};

kunit_test_suite(contexts_suite);
