// SPDX-License-Identifier: MIT
/*
 * The reports about sleeping where one must not, and WARN(). They are provoked with
 * atomic_sleep=warn in effect, read back from the log, and must leave everything as it was.
 */
#include <kunit/test.h>
#include <linux/bottom_half.h>
#include <linux/bug.h>
#include <linux/delay.h>
#include <linux/irqflags.h>
#include <linux/kernel.h>
#include <linux/preempt.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/wait.h>
#include "../../kernel/debug/report.h"
#include "helpers.h"

#define INVALID_CONTEXT "BUG: sleeping function called from invalid context at "
#define HERE            "tests/kernel/report_test.c"

static bool panics_before;
static DEFINE_SPINLOCK(outer_lock);
static DEFINE_SPINLOCK(inner_lock);

static int report_test_init(struct kunit *test)
{
	panics_before = atomic_sleep_panics;
	atomic_sleep_panics = false;
	return 0;
}

static void report_test_exit(struct kunit *test)
{
	atomic_sleep_panics = panics_before;
}

static void debug_or_skip(struct kunit *test)
{
	if (!IS_ENABLED(CONFIG_DEBUG_ATOMIC_SLEEP))
		kunit_skip(test, "the release profile does not look");
}

/* Has the log a line with @what that ends with this file and @line? */
static bool names_line(u64 mark, const char *what, int line)
{
	char want[64];

	snprintf(want, sizeof(want), "(" HERE ":%d)", line);
	return log_has_both(mark, what, want);
}

static void held_locks_are_listed_with_the_place_that_took_them(struct kunit *test)
{
	int outer_line, inner_line;
	u64 mark = log_mark();

	debug_or_skip(test);
	outer_line = __LINE__ + 1;
	spin_lock(&outer_lock);
	inner_line = __LINE__ + 1;
	spin_lock(&inner_lock);
	might_sleep();
	spin_unlock(&inner_lock);
	spin_unlock(&outer_lock);
	KUNIT_EXPECT_TRUE(test, log_has(mark, INVALID_CONTEXT HERE));
	KUNIT_EXPECT_TRUE(test, log_has(mark, "2 locks held by kunit/held_loc"));
	KUNIT_EXPECT_TRUE(test, names_line(mark, " #0: (outer_lock){", outer_line));
	KUNIT_EXPECT_TRUE(test, names_line(mark, " #1: (inner_lock){", inner_line));
	KUNIT_EXPECT_TRUE(test, names_line(mark, "Preemption disabled at: ", outer_line));
	KUNIT_EXPECT_TRUE(test, log_has(mark, "preempt_count: 2, expected: 0"));
	mark = log_mark();
	spin_lock(&outer_lock);
	might_sleep();
	spin_unlock(&outer_lock);
	KUNIT_EXPECT_TRUE(test, log_has(mark, "1 lock held by"));
	KUNIT_EXPECT_FALSE(test, log_has(mark, "inner_lock"));
}

static void a_released_lock_is_not_listed(struct kunit *test)
{
	u64 mark = log_mark();

	debug_or_skip(test);
	spin_lock(&outer_lock);
	spin_lock(&inner_lock);
	spin_unlock(&outer_lock); /* not in reverse order */
	might_sleep();
	spin_unlock(&inner_lock);
	KUNIT_EXPECT_TRUE(test, log_has(mark, "1 lock held by"));
	KUNIT_EXPECT_TRUE(test, log_has(mark, " #0: (inner_lock){"));
	KUNIT_EXPECT_FALSE(test, log_has(mark, "outer_lock"));
}

static void might_sleep_in_irq(void *unused)
{
	might_sleep();
}

static void the_rule_broken_is_the_innermost_context(struct kunit *test)
{
	u64 mark = log_mark();

	debug_or_skip(test);
	spin_lock(&outer_lock);
	might_sleep();
	spin_unlock(&outer_lock);
	KUNIT_EXPECT_TRUE(test, log_has(mark, "Rule broken: who holds a spinlock"));
	mark = log_mark();
	preempt_disable();
	might_sleep();
	preempt_enable();
	KUNIT_EXPECT_TRUE(test, log_has(mark, "Rule broken: code between preempt_disable()"));
	mark = log_mark();
	local_irq_disable();
	might_sleep();
	local_irq_enable();
	KUNIT_EXPECT_TRUE(test, log_has(mark, "Rule broken: code with interrupts off"));
	mark = log_mark();
	local_bh_disable();
	might_sleep();
	local_bh_enable();
	KUNIT_EXPECT_TRUE(test, log_has(mark, "Rule broken: code between local_bh_disable()"));
	mark = log_mark();
	run_in_hardirq(might_sleep_in_irq, NULL);
	KUNIT_EXPECT_TRUE(test, log_has(mark, "Rule broken: an interrupt handler"));
}

static void primitives_are_reported_even_if_they_would_not_sleep(struct kunit *test)
{
	static DECLARE_WAIT_QUEUE_HEAD(queue);
	u64 mark = log_mark();

	debug_or_skip(test);
	preempt_disable();
	wait_event(queue, true);
	KUNIT_EXPECT_TRUE(test, log_has(mark, INVALID_CONTEXT));
	mark = log_mark();
	kfree(kmalloc(8, GFP_KERNEL));
	KUNIT_EXPECT_TRUE(test, log_has(mark, INVALID_CONTEXT));
	mark = log_mark();
	kfree(kmalloc(8, GFP_ATOMIC));
	KUNIT_EXPECT_FALSE(test, log_has(mark, "BUG"));
	preempt_enable();
}

/* kthread_stop() and msleep() call what calls might_sleep() and schedule(). */
static void one_mistake_is_one_report(struct kunit *test)
{
	unsigned int before = sleep_reports.nr;

	debug_or_skip(test);
	preempt_disable();
	msleep(1);
	KUNIT_EXPECT_EQ(test, sleep_reports.nr - before, 1u);
	msleep(1);
	KUNIT_EXPECT_EQ(test, sleep_reports.nr - before, 2u);
	kfree(kmalloc(8, GFP_KERNEL));
	schedule();
	KUNIT_EXPECT_EQ(test, sleep_reports.nr - before, 4u);
	preempt_enable();
	local_irq_disable();
	msleep(1);
	KUNIT_EXPECT_TRUE(test, irqs_disabled());
	local_irq_enable();
	KUNIT_EXPECT_EQ(test, sleep_reports.nr - before, 5u);
}

static bool sleepy_condition(void)
{
	might_sleep();
	return true;
}

/* Linux looks at the state, which is not set yet when the condition is tested first. */
static void a_condition_may_not_sleep_not_even_when_it_is_true_at_once(struct kunit *test)
{
	static DECLARE_WAIT_QUEUE_HEAD(queue);
	u64 mark = log_mark();
	int line;

	debug_or_skip(test);
	line = __LINE__ + 1;
	wait_event(queue, sleepy_condition());
	KUNIT_EXPECT_TRUE(test,
			  names_line(mark, "Context: inside the condition of wait_event()", line));
	KUNIT_EXPECT_TRUE(test, log_has(mark, "Rule broken: the condition of wait_event()"));
	KUNIT_EXPECT_FALSE(test, log_has(mark, "do not call blocking ops"));
	mark = log_mark();
	wait_event_timeout(queue, sleepy_condition(), 1);
	KUNIT_EXPECT_TRUE(test, log_has(mark, INVALID_CONTEXT HERE));
	mark = log_mark();
	wait_event(queue, ({
			   wait_event(queue, true);
			   true;
		   }));
	KUNIT_EXPECT_TRUE(test, log_has(mark, INVALID_CONTEXT HERE));
	mark = log_mark();
	might_sleep(); /* behind it all */
	KUNIT_EXPECT_FALSE(test, log_has(mark, "BUG"));
}

static void who_has_announced_to_sleep_may_not_sleep_for_something_else(struct kunit *test)
{
	u64 mark = log_mark();
	int line;

	debug_or_skip(test);
	set_current_state(TASK_INTERRUPTIBLE);
	cond_resched();
	KUNIT_EXPECT_FALSE(test, log_has(mark, "BUG"));
	line = __LINE__ + 1;
	set_current_state(TASK_INTERRUPTIBLE);
	might_sleep();
	__set_current_state(TASK_RUNNING);
	KUNIT_EXPECT_TRUE(test, names_line(mark, "when !TASK_RUNNING; state=1 set at ", line));
}

static void the_report_says_where_interrupts_and_bottom_halves_went_off(struct kunit *test)
{
	int bh_line, irq_line;
	unsigned long flags;
	u64 mark = log_mark();

	debug_or_skip(test);
	bh_line = __LINE__ + 1;
	local_bh_disable();
	local_bh_disable();
	irq_line = __LINE__ + 1;
	local_irq_disable();
	local_irq_save(flags);
	might_sleep();
	local_irq_restore(flags);
	local_irq_enable();
	local_bh_enable();
	local_bh_enable();
	KUNIT_EXPECT_TRUE(test, names_line(mark, "Bottom halves disabled at: ", bh_line));
	KUNIT_EXPECT_TRUE(test, names_line(mark, "Interrupts disabled at: ", irq_line));
	KUNIT_EXPECT_FALSE(test, log_has(mark, "Preemption disabled at: "));
	mark = log_mark();
	bh_line = __LINE__ + 1;
	spin_lock_bh(&outer_lock);
	might_sleep();
	spin_unlock_bh(&outer_lock);
	KUNIT_EXPECT_TRUE(test, names_line(mark, "Bottom halves disabled at: ", bh_line));
	KUNIT_EXPECT_TRUE(test, names_line(mark, "Preemption disabled at: ", bh_line));
}

static void the_place_of_a_nested_lock_is_its_caller_s(struct kunit *test)
{
	int bh_line, irq_line;
	unsigned long flags;
	u64 mark = log_mark();

	debug_or_skip(test);
	bh_line = __LINE__ + 1;
	spin_lock_bh_nested(&outer_lock, SINGLE_DEPTH_NESTING);
	might_sleep();
	spin_unlock_bh(&outer_lock);
	KUNIT_EXPECT_TRUE(test, names_line(mark, "Bottom halves disabled at: ", bh_line));
	irq_line = __LINE__ + 1;
	spin_lock_irqsave_nested(&outer_lock, flags, SINGLE_DEPTH_NESTING);
	might_sleep();
	spin_unlock_irqrestore(&outer_lock, flags);
	KUNIT_EXPECT_TRUE(test, names_line(mark, "Interrupts disabled at: ", irq_line));
}

static void who_may_sleep_is_not_reported(struct kunit *test)
{
	u64 mark = log_mark();
	unsigned long flags;

	might_sleep();
	spin_lock_irqsave(&outer_lock, flags);
	spin_unlock_irqrestore(&outer_lock, flags);
	might_sleep();
	schedule();
	cond_resched();
	kfree(kmalloc(8, GFP_KERNEL));
	KUNIT_EXPECT_FALSE(test, log_has(mark, "BUG"));
}

/* The frame that the trace has to show. */
static noinline void schedule_under_the_lock(void)
{
	schedule();
	barrier();
}

static void scheduling_while_atomic_is_reported_and_undone(struct kunit *test)
{
	u64 mark = log_mark();
	unsigned long flags;
	int count;

	spin_lock_irqsave(&outer_lock, flags);
	count = preempt_count();
	schedule_under_the_lock();
	KUNIT_EXPECT_EQ(test, preempt_count(), count);
	KUNIT_EXPECT_TRUE(test, irqs_disabled());
	KUNIT_EXPECT_FALSE(test, spin_trylock(&outer_lock));
	spin_unlock_irqrestore(&outer_lock, flags);
	KUNIT_EXPECT_EQ(test, preempt_count(), 0);
	KUNIT_EXPECT_FALSE(test, irqs_disabled());
	KUNIT_EXPECT_TRUE(test, log_has(mark, "BUG: scheduling while atomic: kunit/schedulin/"));
	KUNIT_EXPECT_TRUE(test, log_has(mark, "/0x00000002"));
	KUNIT_EXPECT_TRUE(test, log_has(mark, "schedule_under_the_lock+0x"));
	KUNIT_EXPECT_TRUE(test, log_has(mark, "To mend it:"));
}

static void each_context_of_schedule_is_restored(struct kunit *test)
{
	u64 mark = log_mark();

	preempt_disable();
	preempt_disable();
	schedule();
	KUNIT_EXPECT_EQ(test, preempt_count(), 2);
	KUNIT_EXPECT_FALSE(test, irqs_disabled());
	preempt_enable();
	preempt_enable();
	KUNIT_EXPECT_TRUE(test, log_has(mark, "/0x00000003"));
	mark = log_mark();
	local_irq_disable();
	schedule();
	KUNIT_EXPECT_TRUE(test, irqs_disabled());
	KUNIT_EXPECT_EQ(test, preempt_count(), 0);
	local_irq_enable();
	KUNIT_EXPECT_TRUE(test, log_has(mark, "BUG: scheduling while atomic"));
	local_bh_disable();
	schedule();
	KUNIT_EXPECT_EQ(test, preempt_count(), SOFTIRQ_DISABLE_OFFSET);
	local_bh_enable();
}

static void a_warning_names_its_place_and_goes_on(struct kunit *test)
{
	u64 mark = log_mark();
	char want[96];
	int line, value;

	spin_lock_irq(&outer_lock);
	line = __LINE__ + 1;
	value = WARN(log_mark() > 0, "warned on %s\n", "purpose");
	KUNIT_EXPECT_TRUE(test, irqs_disabled());
	KUNIT_EXPECT_EQ(test, preempt_count(), 1);
	spin_unlock_irq(&outer_lock);
	KUNIT_EXPECT_EQ(test, value, 1);
	KUNIT_EXPECT_TRUE(test, log_has(mark, "warned on purpose"));
	snprintf(want, sizeof(want), "at " HERE ":%d %s", line, __func__);
	KUNIT_EXPECT_TRUE(test, log_has(mark, want));
	mark = log_mark();
	KUNIT_EXPECT_EQ(test, WARN_ON(!mark), 0);
	KUNIT_EXPECT_FALSE(test, log_has(mark, "WARNING"));
}

/* One place: a loop around it may be unrolled, and then it is three. */
static noinline int warn_once(int condition)
{
	return WARN_ON_ONCE(condition);
}

static void a_warning_once_is_printed_once(struct kunit *test)
{
	for (int i = 0; i < 3; i++) {
		static bool warned; /* in an earlier run of this suite */
		u64 mark = log_mark();

		KUNIT_EXPECT_EQ(test, warn_once(i >= 0), 1);
		KUNIT_EXPECT_EQ(test, log_has(mark, "WARNING"), !warned);
		warned = true;
	}
}

static struct kunit_case report_cases[] = {
	KUNIT_CASE(held_locks_are_listed_with_the_place_that_took_them),
	KUNIT_CASE(a_released_lock_is_not_listed),
	KUNIT_CASE(the_rule_broken_is_the_innermost_context),
	KUNIT_CASE(primitives_are_reported_even_if_they_would_not_sleep),
	KUNIT_CASE(one_mistake_is_one_report),
	KUNIT_CASE(a_condition_may_not_sleep_not_even_when_it_is_true_at_once),
	KUNIT_CASE(who_has_announced_to_sleep_may_not_sleep_for_something_else),
	KUNIT_CASE(the_report_says_where_interrupts_and_bottom_halves_went_off),
	KUNIT_CASE(the_place_of_a_nested_lock_is_its_caller_s),
	KUNIT_CASE(who_may_sleep_is_not_reported),
	KUNIT_CASE(scheduling_while_atomic_is_reported_and_undone),
	KUNIT_CASE(each_context_of_schedule_is_restored),
	KUNIT_CASE(a_warning_names_its_place_and_goes_on),
	KUNIT_CASE(a_warning_once_is_printed_once),
	{}
};

static struct kunit_suite report_suite = {
	.name = "report",
	.init = report_test_init,
	.exit = report_test_exit,
	.test_cases = report_cases,
};

kunit_test_suite(report_suite);
