// SPDX-License-Identifier: MIT
/* Spinlocks: only one holder at a time, served in order, and what each form does to interrupts and preemption. */
#include "threads.h"

#include <linux/hrtimer.h>
#include <linux/jiffies.h>
#include <linux/spinlock.h>
#include <linux/timer.h>
#include "../../kernel/locking/internals.h"
#include "../../kernel/locking/lockdep_internals.h"
#include "helpers.h"

static DEFINE_SPINLOCK(lock);

/* ---- one at a time ---- */

struct contest {
	unsigned long a, b; /* lock: always equal */
	int broken;
	ktime_t end;
};

static void touch(struct contest *c)
{
	if (c->a != c->b)
		c->broken++;
	WRITE_ONCE(c->a, c->a + 1);
	for (int i = 0; i < 20; i++)
		barrier();
	WRITE_ONCE(c->b, c->b + 1);
}

#define TURNS 3000

/* Every form in turn. Return: how often the lock was held. */
static int hold_in_all_forms(void *data)
{
	struct contest *c = data;
	unsigned long flags;
	int held = 0;

	for (int i = 0; i < TURNS && ktime_get() < c->end; i++) {
		switch (i % 4) {
		case 0:
			spin_lock_irq(&lock);
			touch(c);
			spin_unlock_irq(&lock);
			break;
		case 1:
			spin_lock_irqsave(&lock, flags);
			touch(c);
			spin_unlock_irqrestore(&lock, flags);
			break;
		case 2:
			if (!spin_trylock_irqsave(&lock, flags))
				continue;
			touch(c);
			spin_unlock_irqrestore(&lock, flags);
			break;
		case 3:
			local_irq_disable();
			spin_lock(&lock);
			touch(c);
			spin_unlock(&lock);
			local_irq_enable();
			break;
		}
		held++;
	}
	return held;
}

static void one_cpu_at_a_time_holds_the_lock(struct kunit *test)
{
	struct contest c = { .end = ktime_get() + 200 * NSEC_PER_MSEC };
	struct task_struct *p[8];
	int held = 0;

	for (int i = 0; i < 8; i++)
		p[i] = start_thread(test, hold_in_all_forms, &c, i % num_online_cpus(), FAIR);
	for (int i = 0; i < 8; i++)
		held += join(p[i]);
	KUNIT_EXPECT_EQ(test, c.broken, 0);
	KUNIT_EXPECT_EQ(test, c.a, held);
	KUNIT_EXPECT_EQ(test, c.b, held);
	KUNIT_EXPECT_FALSE(test, spin_is_locked(&lock));
}

struct handler {
	struct hrtimer timer;
	struct contest *c;
	int count;
};

static enum hrtimer_restart hold_in_handler(struct hrtimer *timer)
{
	struct handler *h = container_of(timer, struct handler, timer);

	spin_lock(&lock);
	touch(h->c);
	spin_unlock(&lock);
	h->count++;
	hrtimer_forward_now(timer, 200 * NSEC_PER_USEC);
	return HRTIMER_RESTART;
}

static int start_handler(void *data)
{
	struct handler *h = data;

	hrtimer_init(&h->timer, CLOCK_MONOTONIC, HRTIMER_MODE_REL);
	h->timer.function = hold_in_handler;
	hrtimer_start(&h->timer, 0, HRTIMER_MODE_REL);
	return 0;
}

static void handlers_and_tasks_share_a_lock_taken_with_interrupts_off(struct kunit *test)
{
	struct contest c = { .end = ktime_get() + 50 * NSEC_PER_MSEC };
	struct handler h[8];
	struct task_struct *p[8];
	int cpu, n = 0, held = 0;

	for_each_online_cpu(cpu) {
		if (n == 8)
			break;
		h[n] = (struct handler){ .c = &c };
		join(start_thread(test, start_handler, &h[n], cpu, FAIR));
		p[n] = start_thread(test, hold_in_all_forms, &c, cpu, FAIR);
		n++;
	}
	for (int i = 0; i < n; i++)
		held += join(p[i]);
	for (int i = 0; i < n; i++) {
		hrtimer_cancel(&h[i].timer);
		if (time_is_exact()) /* or else the host may not have let this CPU run at all */
			KUNIT_EXPECT_GT(test, h[i].count, 0);
		held += h[i].count;
	}
	KUNIT_EXPECT_EQ(test, c.broken, 0);
	KUNIT_EXPECT_EQ(test, c.a, held);
}

/* ---- in order ---- */

#define MAX_WAITERS 8

struct turn {
	int *order, *next;
	int me;
};

static int take_turn(void *data)
{
	struct turn *t = data;

	spin_lock(&lock);
	t->order[(*t->next)++] = t->me;
	spin_unlock(&lock);
	return 0;
}

/* The waiters come one after the other: each is in the queue, which its tail tells, before the next one starts. */
static void waiters_are_served_in_the_order_they_came(struct kunit *test)
{
	int order[MAX_WAITERS], next = 0, n = 0, cpu;
	struct task_struct *p[MAX_WAITERS];
	struct turn t[MAX_WAITERS];

	take_cpu(test, 0, BOSS);
	for_each_online_cpu(cpu) {
		if (cpu == 0 || n == MAX_WAITERS)
			continue;
		t[n] = (struct turn){ order, &next, n };
		p[n] = new_thread(test, take_turn, &t[n], cpu, 50);
		n++;
	}
	if (n < 2)
		kunit_mark_skipped(test, "needs three CPUs");
	spin_lock(&lock);
	KUNIT_EXPECT_FALSE(test, spin_is_contended(&lock));
	for (int i = 0; i < n; i++) {
		u16 tail = lock.rlock.raw_lock.tail;

		wake_up_process(p[i]);
		KUNIT_EXPECT_TRUE(test, spin_until(READ_ONCE(lock.rlock.raw_lock.tail) != tail));
		KUNIT_EXPECT_TRUE(test, spin_is_contended(&lock));
	}
	KUNIT_EXPECT_EQ(test, next, 0);
	KUNIT_EXPECT_FALSE(test, spin_trylock(&lock));
	spin_unlock(&lock);
	for (int i = 0; i < n; i++)
		join(p[i]);
	for (int i = 0; i < n; i++)
		KUNIT_EXPECT_EQ(test, order[i], i);
	KUNIT_EXPECT_FALSE(test, spin_is_locked(&lock));
}

/* ---- what the forms do ---- */

static void trylock_says_whether_it_got_the_lock_and_else_changes_nothing(struct kunit *test)
{
	unsigned long flags;

	KUNIT_EXPECT_TRUE(test, spin_trylock(&lock));
	KUNIT_EXPECT_EQ(test, preempt_count(), 1);
	KUNIT_EXPECT_TRUE(test, spin_is_locked(&lock));
	KUNIT_EXPECT_FALSE(test, spin_trylock(&lock));
	KUNIT_EXPECT_EQ(test, preempt_count(), 1);
	KUNIT_EXPECT_FALSE(test, spin_trylock_irqsave(&lock, flags));
	KUNIT_EXPECT_FALSE(test, irqs_disabled());
	KUNIT_EXPECT_FALSE(test, spin_trylock_irq(&lock));
	KUNIT_EXPECT_FALSE(test, irqs_disabled());
	KUNIT_EXPECT_FALSE(test, spin_trylock_bh(&lock));
	KUNIT_EXPECT_EQ(test, preempt_count(), 1);
	spin_unlock(&lock);
	KUNIT_EXPECT_EQ(test, preempt_count(), 0);
	KUNIT_EXPECT_TRUE(test, spin_trylock_irqsave(&lock, flags));
	KUNIT_EXPECT_TRUE(test, irqs_disabled());
	spin_unlock_irqrestore(&lock, flags);
	KUNIT_EXPECT_FALSE(test, irqs_disabled());
	KUNIT_EXPECT_TRUE(test, spin_trylock_bh(&lock));
	KUNIT_EXPECT_EQ(test, preempt_count(), SOFTIRQ_DISABLE_OFFSET + 1);
	spin_unlock_bh(&lock);
	KUNIT_EXPECT_EQ(test, preempt_count(), 0);
	KUNIT_EXPECT_FALSE(test, spin_is_locked(&lock));
}

static void the_forms_turn_off_what_they_say_and_back_on(struct kunit *test)
{
	unsigned int count[4];
	bool off[4], off_after[4];
	unsigned long flags;

	spin_lock(&lock);
	count[0] = preempt_count();
	off[0] = irqs_disabled();
	spin_unlock(&lock);
	off_after[0] = irqs_disabled();

	spin_lock_bh(&lock);
	count[1] = preempt_count();
	off[1] = irqs_disabled();
	spin_unlock_bh(&lock);
	off_after[1] = irqs_disabled();

	spin_lock_irq(&lock);
	count[2] = preempt_count();
	off[2] = irqs_disabled();
	spin_unlock_irq(&lock);
	off_after[2] = irqs_disabled();

	spin_lock_irqsave(&lock, flags);
	count[3] = preempt_count();
	off[3] = irqs_disabled();
	spin_unlock_irqrestore(&lock, flags);
	off_after[3] = irqs_disabled();

	for (int i = 0; i < 4; i++) {
		KUNIT_EXPECT_EQ(test, count[i],
				PREEMPT_OFFSET + (i == 1 ? SOFTIRQ_DISABLE_OFFSET : 0));
		KUNIT_EXPECT_EQ(test, off[i], i >= 2);
		KUNIT_EXPECT_FALSE(test, off_after[i]);
	}
	KUNIT_EXPECT_EQ(test, preempt_count(), 0);
}

static void irqsave_nests_and_restores_what_it_found(struct kunit *test)
{
	static DEFINE_SPINLOCK(inner);
	unsigned long flags, more;
	bool off_between, off_after;

	spin_lock_irqsave(&lock, flags);
	spin_lock_irqsave(&inner, more);
	spin_unlock_irqrestore(&inner, more);
	off_between = irqs_disabled();
	spin_unlock_irqrestore(&lock, flags);
	KUNIT_EXPECT_TRUE(test, off_between);
	KUNIT_EXPECT_FALSE(test, irqs_disabled());
	local_irq_disable();
	spin_lock_irqsave(&lock, flags);
	spin_unlock_irqrestore(&lock, flags);
	off_after = irqs_disabled();
	local_irq_enable();
	KUNIT_EXPECT_TRUE(test, off_after);
}

static void locks_nest_and_may_be_released_in_any_order(struct kunit *test)
{
	static DEFINE_SPINLOCK(a);
	static DEFINE_SPINLOCK(b);
	static DEFINE_SPINLOCK(c);
	int depth;

	spin_lock(&a);
	spin_lock(&b);
	spin_lock(&c);
	depth = preempt_count();
	spin_unlock(&a);
	spin_unlock(&c);
	spin_unlock(&b);
	KUNIT_EXPECT_EQ(test, depth, 3);
	KUNIT_EXPECT_EQ(test, preempt_count(), 0);
	KUNIT_EXPECT_FALSE(test, spin_is_locked(&a) || spin_is_locked(&b) || spin_is_locked(&c));
}

static int set_flag(void *data)
{
	WRITE_ONCE(*(bool *)data, true);
	return 0;
}

static void a_holder_is_not_preempted_before_it_unlocks(struct kunit *test)
{
	bool ran = false, ran_inside;
	struct task_struct *p;

	take_cpu(test, 0, 10);
	p = new_thread(test, set_flag, &ran, 0, 20);
	spin_lock(&lock);
	wake_up_process(p);
	ran_inside = READ_ONCE(ran);
	spin_unlock(&lock);
	KUNIT_EXPECT_FALSE(test, ran_inside);
	KUNIT_EXPECT_TRUE(test, READ_ONCE(ran));
	join(p);
}

struct bh {
	struct timer_list timer;
	bool fired;
};

static void bh_fired(struct timer_list *t)
{
	struct bh *bh = from_timer(bh, t, timer);

	spin_lock(&lock);
	WRITE_ONCE(bh->fired, true);
	spin_unlock(&lock);
}

/* The timer's function takes the lock: it must not run on this CPU before the lock is free. */
static void lock_bh_keeps_softirqs_out(struct kunit *test)
{
	struct bh bh = {};
	unsigned long start;
	bool fired_inside;

	KUNIT_EXPECT_EQ(test, set_cpus_allowed_ptr(current, cpumask_of(0)), 0);
	timer_setup(&bh.timer, bh_fired, 0);
	spin_lock_bh(&lock);
	start = jiffies;
	mod_timer(&bh.timer, start + 1);
	spin_until(time_after(jiffies, start + 3));
	fired_inside = READ_ONCE(bh.fired);
	spin_unlock_bh(&lock);
	KUNIT_EXPECT_FALSE(test, fired_inside);
	KUNIT_EXPECT_TRUE(test, READ_ONCE(bh.fired));
	del_timer_sync(&bh.timer);
}

/* ---- mistakes ---- */

#ifdef CONFIG_DEBUG_SPINLOCK

static struct lockdep_sandbox sandbox;

static bool until_lockup; /* is reported */

/* This CPU spins for the lock, and has said what there is to say: it gets the lock now. */
static enum hrtimer_restart set_free(struct hrtimer *timer)
{
	struct spin_wait *wait = this_cpu_ptr(&spin_wait);

	if (wait->lock == &lock.rlock && (!until_lockup || wait->since == S64_MAX)) {
		arch_spin_unlock(&lock.rlock.raw_lock);
		return HRTIMER_NORESTART;
	}
	hrtimer_forward_now(timer, 50 * NSEC_PER_USEC);
	return HRTIMER_RESTART;
}

/* Take the lock, which is not free. */
static void spin_in_vain(void)
{
	struct hrtimer timer;

	hrtimer_init(&timer, CLOCK_MONOTONIC, HRTIMER_MODE_REL);
	timer.function = set_free;
	preempt_disable();
	hrtimer_start(&timer, 50 * NSEC_PER_USEC, HRTIMER_MODE_REL_PINNED);
	_raw_spin_lock(&lock.rlock);
	preempt_enable();
	hrtimer_cancel(&timer);
}

static void expect_bug(struct kunit *test, u64 mark, const char *what)
{
	char line[96];

	snprintf(line, sizeof(line), "BUG: spinlock %s on CPU#%d, %s/%d", what,
		 raw_smp_processor_id(), current->comm, current->pid);
	if (!log_has(mark, line))
		KUNIT_FAIL(test, "no line '%s'\n", line);
	KUNIT_EXPECT_TRUE(test, log_has(mark, " lock: "));
}

static void taking_it_twice_is_reported_as_recursion(struct kunit *test)
{
	u64 mark = log_mark();
	char line[80];

	lockdep_set_sandbox(&sandbox);
	spin_lock(&lock);
	spin_in_vain();
	spin_unlock(&lock);
	lock_release(&lock.dep_map, _THIS_IP_);
	preempt_enable();
	KUNIT_EXPECT_EQ(test, sandbox.report.kind, LOCKDEP_RECURSIVE);
	lockdep_set_sandbox(NULL);
	expect_bug(test, mark, "recursion");
	snprintf(line, sizeof(line), " lock: lock, .magic: dead4ead, .owner: %s/%d", current->comm,
		 current->pid);
	KUNIT_EXPECT_TRUE(test, log_has(mark, line));
}

/* The owner has been switched out with it, so it cannot give it back. */
static void waiting_for_a_task_of_the_same_cpu_is_reported(struct kunit *test)
{
	u64 mark = log_mark();

	lockdep_set_sandbox(&sandbox);
	preempt_disable();
	arch_spin_lock(&lock.rlock.raw_lock);
	lock.rlock.owner = &init_task;
	lock.rlock.owner_cpu = raw_smp_processor_id();
	spin_in_vain();
	expect_bug(test, mark, "cpu recursion");
	spin_unlock(&lock);
	preempt_enable();
	lockdep_set_sandbox(NULL);
	KUNIT_EXPECT_TRUE(test, log_has(mark, ".owner: swapper/0/0"));
}

static void unlocking_what_is_not_ones_own_is_reported(struct kunit *test)
{
	raw_spinlock_t *raw = &lock.rlock;
	u64 mark = log_mark();

	lockdep_set_sandbox(&sandbox);
	spin_lock(&lock);
	raw->owner = &init_task;
	spin_unlock(&lock);
	expect_bug(test, mark, "wrong owner");
	mark = log_mark();
	spin_lock(&lock);
	raw->owner_cpu = NR_CPUS - 1;
	spin_unlock(&lock);
	expect_bug(test, mark, "wrong CPU");
	mark = log_mark();
	preempt_disable();
	_raw_spin_unlock(raw);
	expect_bug(test, mark, "already unlocked");
	KUNIT_EXPECT_EQ(test, sandbox.report.kind, LOCKDEP_BAD_UNLOCK);
	lockdep_set_sandbox(NULL);
	KUNIT_EXPECT_EQ(test, preempt_count(), 0);
	KUNIT_EXPECT_FALSE(test, spin_is_locked(&lock));
}

static void a_lock_that_is_none_is_reported(struct kunit *test)
{
	u64 mark = log_mark();

	lockdep_set_sandbox(&sandbox);
	lock.rlock.magic = 0x6b6b6b6b;
	spin_lock(&lock);
	lock.rlock.magic = SPINLOCK_MAGIC;
	spin_unlock(&lock);
	lockdep_set_sandbox(NULL);
	expect_bug(test, mark, "bad magic");
	KUNIT_EXPECT_TRUE(test, log_has(mark, ".magic: 6b6b6b6b"));
}

static void a_wait_that_does_not_end_is_reported_once(struct kunit *test)
{
	s64 limit = spin_lockup_ns;
	u64 mark = log_mark();

	spin_lockup_ns = 100 * NSEC_PER_USEC;
	lockdep_set_sandbox(&sandbox);
	preempt_disable();
	arch_spin_lock(&lock.rlock.raw_lock);
	until_lockup = true;
	spin_in_vain();
	until_lockup = false;
	expect_bug(test, mark, "lockup suspected");
	spin_unlock(&lock);
	preempt_enable();
	spin_lockup_ns = limit;
	KUNIT_EXPECT_PTR_EQ(test, this_cpu_read(spin_wait.lock), NULL);
	mark = log_mark();
	spin_lock(&lock);
	spin_unlock(&lock);
	lockdep_set_sandbox(NULL);
	KUNIT_EXPECT_FALSE(test, log_has(mark, "BUG"));
}

#endif

/* Some cases take the lock in interrupts, others with interrupts on. */
static int spinlock_test_init(struct kunit *test)
{
	forget_lock(&lock);
	return 0;
}

static struct kunit_case spinlock_cases[] = {
	KUNIT_CASE(one_cpu_at_a_time_holds_the_lock),
	KUNIT_CASE(handlers_and_tasks_share_a_lock_taken_with_interrupts_off),
	KUNIT_CASE(waiters_are_served_in_the_order_they_came),
	KUNIT_CASE(trylock_says_whether_it_got_the_lock_and_else_changes_nothing),
	KUNIT_CASE(the_forms_turn_off_what_they_say_and_back_on),
	KUNIT_CASE(irqsave_nests_and_restores_what_it_found),
	KUNIT_CASE(locks_nest_and_may_be_released_in_any_order),
	KUNIT_CASE(a_holder_is_not_preempted_before_it_unlocks),
	KUNIT_CASE(lock_bh_keeps_softirqs_out),
#ifdef CONFIG_DEBUG_SPINLOCK
	KUNIT_CASE(taking_it_twice_is_reported_as_recursion),
	KUNIT_CASE(waiting_for_a_task_of_the_same_cpu_is_reported),
	KUNIT_CASE(unlocking_what_is_not_ones_own_is_reported),
	KUNIT_CASE(a_lock_that_is_none_is_reported),
	KUNIT_CASE(a_wait_that_does_not_end_is_reported_once),
#endif
	{}
};

static struct kunit_suite spinlock_suite = {
	.name = "spinlock",
	.init = spinlock_test_init,
	.test_cases = spinlock_cases,
};
kunit_test_suite(spinlock_suite);
