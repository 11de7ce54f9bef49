// SPDX-License-Identifier: MIT
/* Sequence counts and seqlocks: no reader keeps half of what a writer wrote. */
#include "threads.h"

#include <linux/bottom_half.h>
#include <linux/hrtimer.h>
#include <linux/mutex.h>
#include <linux/seqlock.h>
#include "../../kernel/debug/report.h"
#include "helpers.h"

static DEFINE_SEQLOCK(seqlock);

static void a_reader_retries_if_a_write_came_between(struct kunit *test)
{
	unsigned int seq = read_seqbegin(&seqlock);

	KUNIT_EXPECT_FALSE(test, read_seqretry(&seqlock, seq));
	write_seqlock(&seqlock);
	KUNIT_EXPECT_TRUE(test, read_seqretry(&seqlock, seq));
	KUNIT_EXPECT_EQ(test, raw_read_seqcount(&seqlock.seqcount) & 1, 1);
	write_sequnlock(&seqlock);
	KUNIT_EXPECT_TRUE(test, read_seqretry(&seqlock, seq));
	seq = read_seqbegin(&seqlock);
	KUNIT_EXPECT_EQ(test, seq & 1, 0);
	KUNIT_EXPECT_FALSE(test, read_seqretry(&seqlock, seq));
	read_seqlock_excl(&seqlock); /* a reader: others need not retry */
	KUNIT_EXPECT_FALSE(test, read_seqretry(&seqlock, seq));
	read_sequnlock_excl(&seqlock);
}

static void what_began_during_a_write_is_retried(struct kunit *test)
{
	unsigned int seq;

	write_seqlock(&seqlock);
	seq = raw_seqcount_begin(&seqlock.seqcount); /* does not wait for the end */
	KUNIT_EXPECT_TRUE(test, read_seqretry(&seqlock, seq));
	write_sequnlock(&seqlock);
	KUNIT_EXPECT_TRUE(test, read_seqretry(&seqlock, seq));
}

struct reader {
	bool begun, done;
};

static int begin_to_read(void *data)
{
	struct reader *r = data;

	WRITE_ONCE(r->begun, true);
	read_seqbegin(&seqlock);
	WRITE_ONCE(r->done, true);
	return 0;
}

static void a_reader_waits_for_the_writer_to_end(struct kunit *test)
{
	struct reader r = {};
	struct task_struct *p;

	take_cpu(test, 0, BOSS);
	p = new_thread(test, begin_to_read, &r, other_cpu(test, 0), 50);
	write_seqlock(&seqlock);
	wake_up_process(p);
	KUNIT_EXPECT_TRUE(test, spin_until(READ_ONCE(r.begun)));
	for (int i = 0; i < 5; i++)
		compute();
	KUNIT_EXPECT_FALSE(test, READ_ONCE(r.done));
	write_sequnlock(&seqlock);
	KUNIT_EXPECT_TRUE(test, spin_until(READ_ONCE(r.done)));
	join(p);
}

/* ---- never half ---- */

struct pair {
	unsigned long a, b; /* equal when no writer is inside */
	ktime_t end;
	int reads, writes, broken;
	struct hrtimer timer;
};

static void write_pair(struct pair *p)
{
	WRITE_ONCE(p->a, p->a + 1);
	for (int i = 0; i < 10; i++)
		barrier();
	WRITE_ONCE(p->b, p->b + 1);
	p->writes++;
}

static void read_pair(struct pair *p)
{
	unsigned long a, b;
	unsigned int seq;

	do {
		seq = read_seqbegin(&seqlock);
		a = READ_ONCE(p->a);
		for (int i = 0; i < 10; i++)
			barrier();
		b = READ_ONCE(p->b);
	} while (read_seqretry(&seqlock, seq));
	if (a != b)
		WRITE_ONCE(p->broken, 1);
}

static int read_often(void *data)
{
	struct pair *p = data;
	int reads = 0;

	do {
		read_pair(p);
		reads++;
	} while (ktime_get() < p->end);
	return reads;
}

static int write_often(void *data)
{
	struct pair *p = data;
	unsigned long flags;

	for (int i = 0; !i || (i < 20000 && ktime_get() < p->end); i++) {
		if (i % 2) {
			write_seqlock_irq(&seqlock);
			write_pair(p);
			write_sequnlock_irq(&seqlock);
		} else {
			write_seqlock_irqsave(&seqlock, flags);
			write_pair(p);
			write_sequnlock_irqrestore(&seqlock, flags);
		}
		if (i % 8 == 0)
			yield();
	}
	return 0;
}

static enum hrtimer_restart read_in_handler(struct hrtimer *timer)
{
	read_pair(container_of(timer, struct pair, timer));
	hrtimer_forward_now(timer, 50 * NSEC_PER_USEC);
	return HRTIMER_RESTART;
}

/* Tasks and interrupts read; on one CPU it is preemption and interrupts that come between. */
static void no_reader_keeps_half_of_a_write(struct kunit *test)
{
	struct pair pair = { .end = ktime_get() + 50 * NSEC_PER_MSEC };
	struct task_struct *p[4];

	hrtimer_init(&pair.timer, CLOCK_MONOTONIC, HRTIMER_MODE_REL);
	pair.timer.function = read_in_handler;
	hrtimer_start(&pair.timer, 0, HRTIMER_MODE_REL);
	for (int i = 0; i < 4; i++)
		p[i] = start_thread(test, i % 2 ? read_often : write_often, &pair,
				    i % num_online_cpus(), FAIR);
	for (int i = 0; i < 4; i++)
		pair.reads += join(p[i]);
	hrtimer_cancel(&pair.timer);
	KUNIT_EXPECT_EQ(test, pair.broken, 0);
	KUNIT_EXPECT_EQ(test, pair.a, pair.writes);
	KUNIT_EXPECT_EQ(test, pair.b, pair.writes);
	KUNIT_EXPECT_GT(test, pair.writes, 0);
	KUNIT_EXPECT_GT(test, pair.reads, 0);
}

/* ---- forms ---- */

static void the_forms_turn_off_what_they_say_and_back_on(struct kunit *test)
{
	unsigned long flags;

	write_seqlock(&seqlock);
	KUNIT_EXPECT_EQ(test, preempt_count(), 1);
	write_sequnlock(&seqlock);
	write_seqlock_bh(&seqlock);
	KUNIT_EXPECT_NE(test, softirq_count(), 0);
	write_sequnlock_bh(&seqlock);
	write_seqlock_irq(&seqlock);
	KUNIT_EXPECT_TRUE(test, irqs_disabled());
	write_sequnlock_irq(&seqlock);
	KUNIT_EXPECT_FALSE(test, irqs_disabled());
	local_irq_disable();
	write_seqlock_irqsave(&seqlock, flags);
	write_sequnlock_irqrestore(&seqlock, flags);
	KUNIT_EXPECT_TRUE(test, irqs_disabled());
	local_irq_enable();
	KUNIT_EXPECT_EQ(test, preempt_count(), 0);
}

/* A preempted writer would keep its own CPU's readers spinning; a mutex alone does not prevent it. */
static void a_writer_under_a_mutex_is_not_preempted(struct kunit *test)
{
	static DEFINE_MUTEX(mutex);
	static seqcount_mutex_t count = SEQCNT_MUTEX_ZERO(count, &mutex);
	unsigned int seq = read_seqcount_begin(&count);

	mutex_lock(&mutex);
	KUNIT_EXPECT_EQ(test, preempt_count(), 0);
	write_seqcount_begin(&count);
	KUNIT_EXPECT_EQ(test, preempt_count(), 1);
	write_seqcount_end(&count);
	KUNIT_EXPECT_EQ(test, preempt_count(), 0);
	mutex_unlock(&mutex);
	KUNIT_EXPECT_TRUE(test, read_seqcount_retry(&count, seq));
}

static void locked_counts_take_every_kind_of_lock(struct kunit *test)
{
	static DEFINE_RAW_SPINLOCK(raw);
	static DEFINE_RWLOCK(rwlock);
	static seqcount_raw_spinlock_t under_raw = SEQCNT_RAW_SPINLOCK_ZERO(under_raw, &raw);
	seqcount_rwlock_t under_rwlock;
	u64 mark = log_mark();

	seqcount_rwlock_init(&under_rwlock, &rwlock);
	raw_spin_lock(&raw);
	write_seqcount_begin(&under_raw);
	write_seqcount_end(&under_raw);
	raw_spin_unlock(&raw);
	write_lock(&rwlock);
	write_seqcount_begin(&under_rwlock);
	write_seqcount_end(&under_rwlock);
	write_unlock(&rwlock);
	KUNIT_EXPECT_EQ(test, read_seqcount_begin(&under_raw), 2);
	KUNIT_EXPECT_EQ(test, read_seqcount_begin(&under_rwlock), 2);
	KUNIT_EXPECT_FALSE(test, log_has(mark, "WARNING"));
}

static void invalidating_makes_readers_retry_and_wait_for_nothing(struct kunit *test)
{
	seqcount_t count;
	unsigned int seq;

	seqcount_init(&count);
	seq = read_seqcount_begin(&count);
	write_seqcount_invalidate(&count);
	KUNIT_EXPECT_TRUE(test, read_seqcount_retry(&count, seq));
	seq = read_seqcount_begin(&count);
	raw_write_seqcount_barrier(&count);
	KUNIT_EXPECT_TRUE(test, read_seqcount_retry(&count, seq));
	seq = read_seqcount_begin(&count);
	KUNIT_EXPECT_FALSE(test, read_seqcount_retry(&count, seq));
}

static void a_latch_sends_readers_to_the_copy_that_is_not_written(struct kunit *test)
{
	seqcount_latch_t latch;
	unsigned int seq;

	seqcount_latch_init(&latch);
	seq = raw_read_seqcount_latch(&latch);
	KUNIT_EXPECT_EQ(test, seq & 1, 0);
	raw_write_seqcount_latch(&latch); /* copy 0 is written now */
	KUNIT_EXPECT_TRUE(test, read_seqcount_latch_retry(&latch, seq));
	seq = raw_read_seqcount_latch(&latch);
	KUNIT_EXPECT_EQ(test, seq & 1, 1);
	KUNIT_EXPECT_FALSE(test, read_seqcount_latch_retry(&latch, seq));
	raw_write_seqcount_latch(&latch); /* and now copy 1 */
	KUNIT_EXPECT_TRUE(test, read_seqcount_latch_retry(&latch, seq));
	KUNIT_EXPECT_EQ(test, raw_read_seqcount_latch(&latch) & 1, 0);
}

static void the_second_try_takes_the_lock(struct kunit *test)
{
	unsigned long flags;
	int seq = 0, tries = 0;

	do {
		read_seqbegin_or_lock(&seqlock, &seq);
		KUNIT_EXPECT_EQ(test, spin_is_locked(&seqlock.lock), tries);
		if (!tries++) {
			write_seqlock(&seqlock);
			write_sequnlock(&seqlock);
		}
	} while (need_seqretry(&seqlock, seq) && (seq = 1));
	done_seqretry(&seqlock, seq);
	KUNIT_EXPECT_EQ(test, tries, 2);
	KUNIT_EXPECT_FALSE(test, spin_is_locked(&seqlock.lock));
	seq = 1;
	flags = read_seqbegin_or_lock_irqsave(&seqlock, &seq);
	KUNIT_EXPECT_TRUE(test, irqs_disabled());
	done_seqretry_irqrestore(&seqlock, seq, flags);
	KUNIT_EXPECT_FALSE(test, irqs_disabled());
}

static void a_writer_may_not_sleep(struct kunit *test)
{
	bool panics_before = atomic_sleep_panics;
	char here[64];
	u64 mark;
	int line;

	if (!IS_ENABLED(CONFIG_DEBUG_LOCK_ALLOC))
		kunit_skip(test, "the release profile does not look");
	atomic_sleep_panics = false;
	mark = log_mark();
	line = __LINE__ + 1;
	write_seqlock(&seqlock);
	might_sleep();
	write_sequnlock(&seqlock);
	snprintf(here, sizeof(here), "tests/kernel/seqlock_test.c:%d)", line);
	KUNIT_EXPECT_TRUE(test, log_has_both(mark, " #0: (seqlock){", here));
	KUNIT_EXPECT_TRUE(test, log_has_both(mark, " #1: (seqlock){", here));
	KUNIT_EXPECT_TRUE(test, log_has(mark, "Rule broken: who holds a spinlock"));
	atomic_sleep_panics = panics_before;
}

/* Some cases read in interrupts, others write with interrupts on. */
static int seqlock_test_init(struct kunit *test)
{
	forget_lock(&seqlock.lock);
	forget_lock(&seqlock.seqcount.seqcount);
	return 0;
}

static struct kunit_case seqlock_cases[] = {
	KUNIT_CASE(a_reader_retries_if_a_write_came_between),
	KUNIT_CASE(what_began_during_a_write_is_retried),
	KUNIT_CASE(a_reader_waits_for_the_writer_to_end),
	KUNIT_CASE(no_reader_keeps_half_of_a_write),
	KUNIT_CASE(the_forms_turn_off_what_they_say_and_back_on),
	KUNIT_CASE(a_writer_under_a_mutex_is_not_preempted),
	KUNIT_CASE(locked_counts_take_every_kind_of_lock),
	KUNIT_CASE(invalidating_makes_readers_retry_and_wait_for_nothing),
	KUNIT_CASE(a_latch_sends_readers_to_the_copy_that_is_not_written),
	KUNIT_CASE(the_second_try_takes_the_lock),
	KUNIT_CASE(a_writer_may_not_sleep),
	{}
};

static struct kunit_suite seqlock_suite = {
	.name = "seqlock",
	.init = seqlock_test_init,
	.test_cases = seqlock_cases,
};
kunit_test_suite(seqlock_suite);
