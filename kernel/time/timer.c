// SPDX-License-Identifier: MIT
/*
 * The timer wheel behind <linux/timer.h>, one for each CPU. Eight levels of 64 buckets; a bucket of level n is 8^n
 * jiffies wide, and a timer goes into the lowest level that reaches as far as its expiry, at the time rounded up to
 * the bucket. It stays there: nothing is moved to finer levels when the time comes near, which is why a far timer
 * may be late by an eighth of its distance (8/63: one bucket, where 63 of the next finer level do not reach), and why
 * adding, deleting and expiring cost the same for any number.
 *
 * Locks: base->lock guards a wheel and the timers in it; interrupts off, because handlers start timers. The function
 * runs without it, so that it may restart its own timer.
 */
#include <linux/bug.h>
#include <linux/hrtimer.h>
#include <linux/init.h>
#include <linux/interrupt.h>
#include <linux/kernel.h>
#include <linux/percpu.h>
#include <linux/sched.h>
#include <linux/smp.h>
#include <linux/timer.h>
#include <catnap/context.h>

#define LVL_CLK_SHIFT 3
#define LVL_BITS      6
#define LVL_SIZE      (1UL << LVL_BITS)
#define LVL_DEPTH     8
#define WHEEL_SIZE    (LVL_SIZE * LVL_DEPTH)

#define LVL_SHIFT(n) ((n)*LVL_CLK_SHIFT)
#define LVL_GRAN(n)  (1UL << LVL_SHIFT(n)) /* jiffies a bucket of level n */
#define LVL_START(n)                                                                               \
	((LVL_SIZE - 1) << LVL_SHIFT((n)-1)) /* first distance that level n - 1 cannot hold */
#define WHEEL_TIMEOUT_MAX (LVL_START(LVL_DEPTH) - LVL_GRAN(LVL_DEPTH - 1))

struct timer_base {
	raw_spinlock_t lock;
	struct timer_list *running_timer; /* its function runs now */
	unsigned long clk;                /* jiffies up to which all buckets have been emptied */
	unsigned long next_expiry;        /* no bucket is due before */
	bool running; /* between two buckets: next_expiry will be looked up again */
	unsigned long pending_map[BITS_TO_LONGS(WHEEL_SIZE)];
	struct hlist_head vectors[WHEEL_SIZE];
};

static DEFINE_PER_CPU_ALIGNED(struct timer_base, timer_bases);

/* The bucket for @expires seen from base->clk, and in *@bucket_expiry when that bucket is due. */
static unsigned int calc_wheel_index(unsigned long expires, unsigned long clk,
				     unsigned long *bucket_expiry)
{
	unsigned long delta = expires - clk;
	unsigned int lvl = 0;

	if ((long)delta < 0) {
		*bucket_expiry = clk; /* late already: the next bucket to be emptied */
		return clk & (LVL_SIZE - 1);
	}
	if (delta > WHEEL_TIMEOUT_MAX)
		expires = clk + WHEEL_TIMEOUT_MAX;
	while (lvl < LVL_DEPTH - 1 && delta >= LVL_START(lvl + 1))
		lvl++;
	/* Round up, never early: a bucket is emptied when its time begins. */
	expires = (expires >> LVL_SHIFT(lvl)) + (lvl ? 1 : 0);
	*bucket_expiry = expires << LVL_SHIFT(lvl);
	return lvl * LVL_SIZE + (expires & (LVL_SIZE - 1));
}

static void enqueue_timer(struct timer_base *base, struct timer_list *timer)
{
	unsigned long bucket_expiry;
	unsigned int idx = calc_wheel_index(timer->expires, base->clk, &bucket_expiry);

	hlist_add_head(&timer->entry, &base->vectors[idx]);
	__set_bit(idx, base->pending_map);
	timer->flags = (timer->flags & ((1U << TIMER_ARRAYSHIFT) - 1)) | idx << TIMER_ARRAYSHIFT;
	if (time_before(bucket_expiry, base->next_expiry))
		base->next_expiry = bucket_expiry;
}

/* Take @timer out. next_expiry may be too early then, which costs a look and nothing else. */
static int detach_timer(struct timer_base *base, struct timer_list *timer)
{
	unsigned int idx = timer->flags >> TIMER_ARRAYSHIFT;

	if (!timer_pending(timer))
		return 0;
	__hlist_del(&timer->entry);
	timer->entry.pprev = NULL;
	if (hlist_empty(&base->vectors[idx]))
		__clear_bit(idx, base->pending_map);
	return 1;
}

static struct timer_base *base_of(u32 flags)
{
	return per_cpu_ptr(&timer_bases, flags & TIMER_CPUMASK);
}

/* The locked base of @timer, which may go to another one while this waits. */
static struct timer_base *lock_timer_base(struct timer_list *timer, unsigned long *flags)
	__acquires(base->lock)
{
	for (;;) {
		u32 tf = READ_ONCE(timer->flags);
		struct timer_base *base = base_of(tf);

		if (!(tf & TIMER_MIGRATING)) {
			raw_spin_lock_irqsave(&base->lock, *flags);
			if (!((timer->flags ^ tf) & (TIMER_CPUMASK | TIMER_MIGRATING)))
				return base;
			raw_spin_unlock_irqrestore(&base->lock, *flags);
		}
		cpu_relax();
	}
}

/* A wheel that has stood still for want of timers catches up before one is added, or the distance would be too long. */
static void forward_base(struct timer_base *base)
{
	unsigned long now = jiffies;

	if (!base->running && time_after(now, base->clk))
		base->clk = time_after(base->next_expiry, now) ? now : base->next_expiry;
}

#define MOD_TIMER_PENDING_ONLY 1
#define MOD_TIMER_REDUCE       2

/*
 * Start on this CPU's wheel, or on @cpu's. A timer whose function runs right now stays on its wheel: del_timer_sync()
 * looks there to see it run.
 */
static int __mod_timer(struct timer_list *timer, unsigned long expires, unsigned int options,
		       int cpu)
{
	struct timer_base *base, *new_base;
	unsigned long flags;
	int was_pending;

	BUG_ON(!timer->function);
	base = lock_timer_base(timer, &flags);
	was_pending = timer_pending(timer);
	if ((options & MOD_TIMER_PENDING_ONLY) && !was_pending)
		goto out;
	if ((options & MOD_TIMER_REDUCE) && was_pending && time_before_eq(timer->expires, expires))
		goto out;
	detach_timer(base, timer);

	if (cpu < 0)
		cpu = raw_smp_processor_id();
	new_base = per_cpu_ptr(&timer_bases, cpu);
	if (base != new_base && base->running_timer != timer) {
		/* On no wheel for a moment: the flag keeps others out of lock_timer_base() until the new lock is held. */
		WRITE_ONCE(timer->flags, timer->flags | TIMER_MIGRATING);
		raw_spin_unlock(&base->lock);
		base = new_base;
		raw_spin_lock(&base->lock);
		WRITE_ONCE(timer->flags, (timer->flags & ~(TIMER_CPUMASK | TIMER_MIGRATING)) | cpu);
	}
	timer->expires = expires;
	forward_base(base);
	enqueue_timer(base, timer);
out:
	raw_spin_unlock_irqrestore(&base->lock, flags);
	return was_pending;
}

int mod_timer(struct timer_list *timer, unsigned long expires)
{
	return __mod_timer(timer, expires, 0, -1);
}

int mod_timer_pending(struct timer_list *timer, unsigned long expires)
{
	return __mod_timer(timer, expires, MOD_TIMER_PENDING_ONLY, -1);
}

int timer_reduce(struct timer_list *timer, unsigned long expires)
{
	return __mod_timer(timer, expires, MOD_TIMER_REDUCE, -1);
}

void add_timer(struct timer_list *timer)
{
	BUG_ON(timer_pending(timer));
	__mod_timer(timer, timer->expires, 0, -1);
}

void add_timer_on(struct timer_list *timer, int cpu)
{
	BUG_ON(timer_pending(timer));
	__mod_timer(timer, timer->expires, 0, cpu);
}

int del_timer(struct timer_list *timer)
{
	struct timer_base *base;
	unsigned long flags;
	int was_pending;

	base = lock_timer_base(timer, &flags);
	was_pending = detach_timer(base, timer);
	raw_spin_unlock_irqrestore(&base->lock, flags);
	return was_pending;
}

int try_to_del_timer_sync(struct timer_list *timer)
{
	struct timer_base *base;
	unsigned long flags;
	int ret = -1;

	base = lock_timer_base(timer, &flags);
	if (base->running_timer != timer)
		ret = detach_timer(base, timer);
	raw_spin_unlock_irqrestore(&base->lock, flags);
	return ret;
}

int del_timer_sync(struct timer_list *timer)
{
	int ret;

	WARN_ON_ONCE(in_hardirq());
	lock_function_wait(timer->function);
	while ((ret = try_to_del_timer_sync(timer)) < 0)
		cpu_relax();
	return ret;
}

/* The earliest time at which a bucket that holds timers is due. */
static unsigned long find_next_expiry(struct timer_base *base)
{
	unsigned long next = base->clk + MAX_JIFFY_OFFSET;
	unsigned int lvl;

	for (lvl = 0; lvl < LVL_DEPTH; lvl++) {
		unsigned long map = base->pending_map[lvl], clk, bucket;

		if (!map)
			continue;
		/* The first set bit at or after the level's clock, which is base->clk in its buckets, rounded up. */
		clk = (base->clk + LVL_GRAN(lvl) - 1) >> LVL_SHIFT(lvl);
		bucket = clk & (LVL_SIZE - 1);
		map = bucket ? map >> bucket | map << (LVL_SIZE - bucket) : map;
		bucket = (clk + __ffs(map)) << LVL_SHIFT(lvl);
		if (time_before(bucket, next))
			next = bucket;
	}
	return next;
}

static void call_timer(struct timer_base *base, struct timer_list *timer) __must_hold(base->lock)
{
	void (*fn)(struct timer_list *) = timer->function;
	struct lockdep_map map __maybe_unused;
	bool irqsafe;
	struct running_callback cb;
	int count;

	base->running_timer = timer;
	irqsafe = timer->flags & TIMER_IRQSAFE;
	detach_timer(base, timer);
	raw_spin_unlock(&base->lock);
	if (!irqsafe)
		local_irq_enable();
	count = preempt_count();
	callback_begin(&cb, "timer callback", fn, NO_LINE);
	lock_function_acquire(&map, fn);
	fn(timer);
	lock_function_release(&map);
	callback_end(&cb);
	if (WARN_ONCE(count != preempt_count(),
		      "timer: %ps leaves preempt_count %08x, entered with %08x\n", fn,
		      preempt_count(), count))
		preempt_count_set(count);
	local_irq_disable();
	raw_spin_lock(&base->lock);
	base->running_timer = NULL;
}

/*
 * Empty the buckets due at base->clk, one on each level whose clock turns there. They are emptied onto a list of
 * their own first: a function that restarts its timer for "now" must not keep this going for ever.
 */
static void expire_buckets(struct timer_base *base)
{
	struct hlist_head due[LVL_DEPTH];
	unsigned long clk = base->clk++;
	unsigned int lvl, levels = 0;

	for (lvl = 0; lvl < LVL_DEPTH; lvl++) {
		unsigned int idx = lvl * LVL_SIZE + (clk & (LVL_SIZE - 1));

		if (__test_and_clear_bit(idx, base->pending_map))
			hlist_move_list(&base->vectors[idx], &due[levels++]);
		if (clk & ((1UL << LVL_CLK_SHIFT) - 1))
			break;
		clk >>= LVL_CLK_SHIFT;
	}
	while (levels--) {
		while (!hlist_empty(&due[levels]))
			call_timer(base, hlist_entry(due[levels].first, struct timer_list, entry));
	}
}

static void run_timer_softirq(struct softirq_action *action __maybe_unused)
{
	struct timer_base *base = this_cpu_ptr(&timer_bases);

	raw_spin_lock_irq(&base->lock);
	base->running = true;
	while (time_after_eq(jiffies, base->clk) && time_after_eq(jiffies, base->next_expiry)) {
		if (time_before(base->clk, base->next_expiry))
			base->clk = base->next_expiry; /* nothing in between */
		expire_buckets(base);
		base->next_expiry = find_next_expiry(base);
	}
	base->running = false;
	raw_spin_unlock_irq(&base->lock);
}

void run_local_timers(void)
{
	struct timer_base *base = this_cpu_ptr(&timer_bases);

	if (time_after_eq(jiffies, READ_ONCE(base->next_expiry)))
		raise_softirq_irqoff(TIMER_SOFTIRQ);
}

void __init timers_init(void)
{
	int cpu;

	for_each_possible_cpu(cpu) {
		struct timer_base *base = per_cpu_ptr(&timer_bases, cpu);

		raw_spin_lock_init(&base->lock);
		base->clk = jiffies;
		base->next_expiry = base->clk + MAX_JIFFY_OFFSET;
	}
	open_softirq(TIMER_SOFTIRQ, run_timer_softirq);
}

/* ---- sleeping for a time ---- */

struct process_timer {
	struct timer_list timer;
	struct task_struct *task;
};

static void process_timeout(struct timer_list *t)
{
	struct process_timer *timeout = from_timer(timeout, t, timer);

	wake_up_process(timeout->task);
}

signed long __sched schedule_timeout(signed long timeout)
{
	struct process_timer timer;
	unsigned long expire;

	if (timeout == MAX_SCHEDULE_TIMEOUT) {
		schedule();
		return timeout;
	}
	if (timeout < 0) {
		pr_err("schedule_timeout: wrong timeout value %ld\n", timeout);
		dump_stack();
		__set_current_state(TASK_RUNNING);
		return 0;
	}
	update_jiffies(); /* or the sleep would be as much too short as jiffies is late */
	expire = timeout + jiffies;
	timer.task = current;
	timer_setup_on_stack(&timer.timer, process_timeout, 0);
	mod_timer(&timer.timer, expire);
	schedule();
	/* Whatever woke the task: the timer, which lives on this stack, must not run once this has returned. */
	del_timer_sync(&timer.timer);
	timeout = expire - jiffies;
	return timeout < 0 ? 0 : timeout;
}

signed long __sched schedule_timeout_interruptible(signed long timeout)
{
	__set_current_state(TASK_INTERRUPTIBLE);
	return schedule_timeout(timeout);
}

signed long __sched schedule_timeout_killable(signed long timeout)
{
	__set_current_state(TASK_KILLABLE);
	return schedule_timeout(timeout);
}

signed long __sched schedule_timeout_uninterruptible(signed long timeout)
{
	__set_current_state(TASK_UNINTERRUPTIBLE);
	return schedule_timeout(timeout);
}

signed long __sched schedule_timeout_idle(signed long timeout)
{
	__set_current_state(TASK_IDLE);
	return schedule_timeout(timeout);
}
