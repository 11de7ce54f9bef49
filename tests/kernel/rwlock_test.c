// SPDX-License-Identifier: MIT
/* Rwlocks: readers together, writers alone, in order; what each form does to the CPU. */
#include "threads.h"

#include <linux/bottom_half.h>
#include <linux/hrtimer.h>
#include <linux/spinlock.h>
#include "../../kernel/debug/report.h"
#include "../../kernel/locking/lockdep_internals.h"
#include "helpers.h"

static DEFINE_RWLOCK(lock);

/* Would a reader come in now? A writer? */
static bool reader_gets_in(void)
{
	if (!read_trylock(&lock))
		return false;
	read_unlock(&lock);
	return true;
}

static bool writer_gets_in(void)
{
	if (!write_trylock(&lock))
		return false;
	write_unlock(&lock);
	return true;
}

static void readers_share_and_a_writer_is_alone(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, reader_gets_in());
	KUNIT_EXPECT_TRUE(test, writer_gets_in());
	read_lock(&lock);
	KUNIT_EXPECT_TRUE(test, reader_gets_in());
	KUNIT_EXPECT_FALSE(test, writer_gets_in());
	read_unlock(&lock);
	write_lock(&lock);
	KUNIT_EXPECT_FALSE(test, reader_gets_in());
	KUNIT_EXPECT_FALSE(test, writer_gets_in());
	write_unlock(&lock);
	KUNIT_EXPECT_EQ(test, preempt_count(), 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&lock.raw_lock.cnts), 0);
}

/* ---- readers never meet a writer ---- */

struct contest {
	unsigned long a, b; /* lock: equal whenever no writer is inside */
	int broken;
	ktime_t end;
};

static void look(struct contest *c)
{
	unsigned long a = READ_ONCE(c->a);

	for (int i = 0; i < 10; i++)
		barrier();
	if (a != READ_ONCE(c->b))
		WRITE_ONCE(c->broken, 1);
}

static int change(struct contest *c)
{
	look(c);
	WRITE_ONCE(c->a, c->a + 1);
	for (int i = 0; i < 10; i++)
		barrier();
	WRITE_ONCE(c->b, c->b + 1);
	return 1;
}

static void try_to_look(struct contest *c)
{
	if (!read_trylock(&lock))
		return;
	look(c);
	read_unlock(&lock);
}

static int try_to_change(struct contest *c)
{
	if (!write_trylock(&lock))
		return 0;
	change(c);
	write_unlock(&lock);
	return 1;
}

#define TURNS 3000
#define FORMS 8

static int use_form(struct contest *c, int form)
{
	unsigned long flags;
	int wrote = 0;

	switch (form) {
	case 0:
		read_lock(&lock);
		look(c);
		read_unlock(&lock);
		break;
	case 1:
		read_lock_irq(&lock);
		look(c);
		read_unlock_irq(&lock);
		break;
	case 2:
		write_lock_irq(&lock);
		wrote = change(c);
		write_unlock_irq(&lock);
		break;
	case 3:
		read_lock_bh(&lock);
		look(c);
		read_unlock_bh(&lock);
		break;
	case 4:
		write_lock_irqsave(&lock, flags);
		wrote = change(c);
		write_unlock_irqrestore(&lock, flags);
		break;
	case 5:
		try_to_look(c);
		break;
	case 6:
		local_irq_disable();
		wrote = try_to_change(c);
		local_irq_enable();
		break;
	case 7:
		read_lock_irqsave(&lock, flags);
		look(c);
		read_unlock_irqrestore(&lock, flags);
		break;
	}
	return wrote;
}

static int use_all_forms(void *data)
{
	struct contest *c = data;
	int wrote = 0;

	for (int i = 0; i < FORMS || (i < TURNS && ktime_get() < c->end); i++)
		wrote += use_form(c, i % FORMS);
	return wrote;
}

struct handler {
	struct hrtimer timer;
	struct contest *c;
};

static enum hrtimer_restart read_in_handler(struct hrtimer *timer)
{
	struct handler *h = container_of(timer, struct handler, timer);

	read_lock(&lock);
	look(h->c);
	read_unlock(&lock);
	hrtimer_forward_now(timer, 100 * NSEC_PER_USEC);
	return HRTIMER_RESTART;
}

/* Interrupts read in between: that is why all writers turn them off. */
static void readers_never_meet_a_writer(struct kunit *test)
{
	struct contest c = { .end = ktime_get() + 100 * NSEC_PER_MSEC };
	struct handler h = { .c = &c };
	struct task_struct *p[8];
	int wrote = 0;

	hrtimer_init(&h.timer, CLOCK_MONOTONIC, HRTIMER_MODE_REL);
	h.timer.function = read_in_handler;
	hrtimer_start(&h.timer, 0, HRTIMER_MODE_REL);
	for (int i = 0; i < 8; i++)
		p[i] = start_thread(test, use_all_forms, &c, i % num_online_cpus(), FAIR);
	for (int i = 0; i < 8; i++)
		wrote += join(p[i]);
	hrtimer_cancel(&h.timer);
	KUNIT_EXPECT_EQ(test, c.broken, 0);
	KUNIT_EXPECT_EQ(test, c.a, wrote);
	KUNIT_EXPECT_EQ(test, c.b, wrote);
	KUNIT_EXPECT_EQ(test, atomic_read(&lock.raw_lock.cnts), 0);
}

/* ---- in order ---- */

struct visit {
	struct hrtimer timer;
	bool inside;
};

static int write_once(void *data)
{
	struct visit *v = data;

	write_lock_irq(&lock);
	WRITE_ONCE(v->inside, true);
	write_unlock_irq(&lock);
	return 0;
}

static int read_once(void *data)
{
	struct visit *v = data;

	read_lock(&lock);
	WRITE_ONCE(v->inside, true);
	read_unlock(&lock);
	return 0;
}

static enum hrtimer_restart visit_in_handler(struct hrtimer *timer)
{
	read_once(container_of(timer, struct visit, timer));
	return HRTIMER_NORESTART;
}

static bool writer_waits(void)
{
	return atomic_read(&lock.raw_lock.cnts) & _QW_WAITING;
}

/* The queue's word tells that it waits. */
static void a_reader_waits_for_the_writer_inside(struct kunit *test)
{
	struct visit r = {};
	struct task_struct *p;

	take_cpu(test, 0, BOSS);
	p = new_thread(test, read_once, &r, other_cpu(test, 0), 50);
	write_lock(&lock);
	wake_up_process(p);
	KUNIT_EXPECT_TRUE(test, spin_until(READ_ONCE(lock.raw_lock.wait_lock.val)));
	for (int i = 0; i < 5; i++)
		compute();
	KUNIT_EXPECT_FALSE(test, READ_ONCE(r.inside));
	write_unlock(&lock);
	join(p);
	KUNIT_EXPECT_TRUE(test, r.inside);
}

static void a_waiting_writer_keeps_new_readers_out(struct kunit *test)
{
	struct visit w = {};
	struct task_struct *p;

	take_cpu(test, 0, BOSS);
	p = new_thread(test, write_once, &w, other_cpu(test, 0), 50);
	read_lock(&lock);
	wake_up_process(p);
	KUNIT_EXPECT_TRUE(test, spin_until(writer_waits()));
	KUNIT_EXPECT_FALSE(test, reader_gets_in());
	KUNIT_EXPECT_TRUE(test, rwlock_is_contended(&lock));
	KUNIT_EXPECT_FALSE(test, READ_ONCE(w.inside));
	read_unlock(&lock);
	join(p);
	KUNIT_EXPECT_TRUE(test, w.inside);
	KUNIT_EXPECT_FALSE(test, rwlock_is_contended(&lock));
}

/* Else it would wait for a writer that waits for the task that it interrupted. */
static void a_reader_in_an_interrupt_overtakes_a_waiting_writer(struct kunit *test)
{
	struct visit w = {}, r = {};
	struct task_struct *p;

	take_cpu(test, 0, BOSS);
	p = new_thread(test, write_once, &w, other_cpu(test, 0), 50);
	hrtimer_init(&r.timer, CLOCK_MONOTONIC, HRTIMER_MODE_REL);
	r.timer.function = visit_in_handler;
	read_lock(&lock);
	wake_up_process(p);
	KUNIT_EXPECT_TRUE(test, spin_until(writer_waits()));
	hrtimer_start(&r.timer, 0, HRTIMER_MODE_REL);
	KUNIT_EXPECT_TRUE(test, spin_until(READ_ONCE(r.inside)));
	KUNIT_EXPECT_FALSE(test, READ_ONCE(w.inside));
	read_unlock(&lock);
	join(p);
	hrtimer_cancel(&r.timer);
}

struct line {
	char trail[8];
	int inside;
};

static struct line line;

static int read_in_line(void *initial)
{
	read_lock(&lock);
	line.trail[strlen(line.trail)] = (long)initial; /* one reader at a time here */
	read_unlock(&lock);
	return 0;
}

static int write_in_line(void *initial)
{
	write_lock(&lock);
	line.trail[strlen(line.trail)] = (long)initial;
	write_unlock(&lock);
	return 0;
}

/* Each is in the queue, which the queue's word tells, before the next one starts. */
static void waiters_are_served_in_the_order_they_came(struct kunit *test)
{
	struct task_struct *p[3];

	take_cpu(test, 0, BOSS);
	if (num_online_cpus() < 4)
		kunit_skip(test, "needs four CPUs");
	line = (struct line){};
	p[0] = new_thread(test, write_in_line, (void *)'a', 1, 50);
	p[1] = new_thread(test, read_in_line, (void *)'b', 2, 50);
	p[2] = new_thread(test, write_in_line, (void *)'c', 3, 50);
	write_lock(&lock);
	for (int i = 0; i < 3; i++) {
		u32 queue = lock.raw_lock.wait_lock.val;

		wake_up_process(p[i]);
		KUNIT_EXPECT_TRUE(test,
				  spin_until(READ_ONCE(lock.raw_lock.wait_lock.val) != queue));
	}
	KUNIT_EXPECT_STREQ(test, line.trail, "");
	write_unlock(&lock);
	for (int i = 0; i < 3; i++)
		join(p[i]);
	KUNIT_EXPECT_STREQ(test, line.trail, "abc");
}

/* ---- what the forms do ---- */

#define EXPECT_CPU(preempt, softirq, irqs_off_)                                                    \
	do {                                                                                       \
		KUNIT_EXPECT_EQ(test, preempt_count() & PREEMPT_MASK, preempt);                    \
		KUNIT_EXPECT_EQ(test, softirq_count() != 0, softirq);                              \
		KUNIT_EXPECT_EQ(test, irqs_disabled(), irqs_off_);                                 \
	} while (0)

static void the_forms_turn_off_what_they_say_and_back_on(struct kunit *test)
{
	unsigned long flags, inner;

	read_lock(&lock);
	EXPECT_CPU(1, 0, 0);
	read_unlock(&lock);
	write_lock(&lock);
	EXPECT_CPU(1, 0, 0);
	write_unlock(&lock);
	EXPECT_CPU(0, 0, 0);
	read_lock_bh(&lock);
	EXPECT_CPU(1, 1, 0);
	read_unlock_bh(&lock);
	write_lock_bh(&lock);
	EXPECT_CPU(1, 1, 0);
	write_unlock_bh(&lock);
	EXPECT_CPU(0, 0, 0);
	read_lock_irq(&lock);
	EXPECT_CPU(1, 0, 1);
	read_unlock_irq(&lock);
	write_lock_irq(&lock);
	EXPECT_CPU(1, 0, 1);
	write_unlock_irq(&lock);
	EXPECT_CPU(0, 0, 0);
	local_irq_save(flags);
	read_lock_irqsave(&lock, inner);
	read_unlock_irqrestore(&lock, inner);
	EXPECT_CPU(0, 0, 1);
	write_lock_irqsave(&lock, inner);
	write_unlock_irqrestore(&lock, inner);
	EXPECT_CPU(0, 0, 1);
	local_irq_restore(flags);
	EXPECT_CPU(0, 0, 0);
	write_lock(&lock);
	if (write_trylock_irqsave(&lock, flags)) {
		KUNIT_FAIL(test, "two writers\n");
		write_unlock_irqrestore(&lock, flags);
	}
	EXPECT_CPU(1, 0, 0);
	write_unlock(&lock);
	EXPECT_CPU(0, 0, 0);
}

static void who_holds_one_may_not_sleep(struct kunit *test)
{
	bool panics_before = atomic_sleep_panics;
	char here[64];
	u64 mark;
	int line_no;

	if (!IS_ENABLED(CONFIG_DEBUG_LOCK_ALLOC))
		kunit_skip(test, "the release profile does not look");
	atomic_sleep_panics = false;
	mark = log_mark();
	line_no = __LINE__ + 1;
	read_lock(&lock);
	might_sleep();
	read_unlock(&lock);
	snprintf(here, sizeof(here), "tests/kernel/rwlock_test.c:%d)", line_no);
	KUNIT_EXPECT_TRUE(test, log_has_both(mark, " #0: (lock){", here));
	KUNIT_EXPECT_TRUE(test, log_has_both(mark, "Preemption disabled at: ", here));
	KUNIT_EXPECT_TRUE(test, log_has(mark, "Rule broken: who holds a spinlock"));
	mark = log_mark();
	line_no = __LINE__ + 1;
	write_lock(&lock);
	might_sleep();
	write_unlock(&lock);
	snprintf(here, sizeof(here), "tests/kernel/rwlock_test.c:%d)", line_no);
	KUNIT_EXPECT_TRUE(test, log_has_both(mark, " #0: (lock){", here));
	mark = log_mark();
	might_sleep();
	KUNIT_EXPECT_FALSE(test, log_has(mark, "BUG: "));
	atomic_sleep_panics = panics_before;
}

/* ---- mistakes ---- */

#ifdef CONFIG_DEBUG_SPINLOCK

static void expect_bug(struct kunit *test, u64 mark, const char *what)
{
	char line[96];

	snprintf(line, sizeof(line), "BUG: rwlock %s on CPU#%d, %s/%d", what,
		 raw_smp_processor_id(), current->comm, current->pid);
	if (!log_has(mark, line))
		KUNIT_FAIL(test, "no line '%s'\n", line);
	KUNIT_EXPECT_TRUE(test, log_has(mark, " lock: "));
}

/* The lock is free: whoever spins for it after the report gets it. */
static void a_writers_mistakes_are_reported(struct kunit *test)
{
	static struct lockdep_sandbox sandbox;
	u64 mark = log_mark();

	lockdep_set_sandbox(&sandbox);
	lock.owner = current;
	read_lock(&lock);
	read_unlock(&lock);
	expect_bug(test, mark, "recursion");
	mark = log_mark();
	preempt_disable();
	lock.owner = &init_task;
	lock.owner_cpu = raw_smp_processor_id();
	write_lock(&lock);
	preempt_enable();
	expect_bug(test, mark, "cpu recursion");
	mark = log_mark();
	lock.owner = &init_task;
	write_unlock(&lock);
	expect_bug(test, mark, "wrong owner");
	mark = log_mark();
	lock.magic = 0;
	read_lock(&lock);
	lock.magic = RWLOCK_MAGIC;
	read_unlock(&lock);
	expect_bug(test, mark, "bad magic");
	lockdep_set_sandbox(NULL);
}

#endif

/* Some cases take the lock in interrupts, others with interrupts on. */
static int rwlock_test_init(struct kunit *test)
{
	forget_lock(&lock);
	return 0;
}

static struct kunit_case rwlock_cases[] = {
	KUNIT_CASE(readers_share_and_a_writer_is_alone),
	KUNIT_CASE(readers_never_meet_a_writer),
	KUNIT_CASE(a_reader_waits_for_the_writer_inside),
	KUNIT_CASE(a_waiting_writer_keeps_new_readers_out),
	KUNIT_CASE(a_reader_in_an_interrupt_overtakes_a_waiting_writer),
	KUNIT_CASE(waiters_are_served_in_the_order_they_came),
	KUNIT_CASE(the_forms_turn_off_what_they_say_and_back_on),
	KUNIT_CASE(who_holds_one_may_not_sleep),
#ifdef CONFIG_DEBUG_SPINLOCK
	KUNIT_CASE(a_writers_mistakes_are_reported),
#endif
	{}
};

static struct kunit_suite rwlock_suite = {
	.name = "rwlock",
	.init = rwlock_test_init,
	.test_cases = rwlock_cases,
};
kunit_test_suite(rwlock_suite);
