// SPDX-License-Identifier: MIT
/*
 * High-resolution timers, and the interrupt that drives all of time on a CPU. The local APIC's timer is always set to
 * the earliest deadline: the next tick, or the first timer of this CPU's tree. hrtimer_interrupt() serves whichever is
 * due and sets the next.
 *
 * Locks: base->lock guards a CPU's tree; interrupts off. A function runs without it, in hardirq context, and
 * base->running tells hrtimer_cancel() elsewhere that it does.
 */
#include <linux/bug.h>
#include <linux/hrtimer.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/percpu.h>
#include <linux/sched.h>
#include <linux/smp.h>
#include <linux/string.h>
#include <asm/apic.h>
#include <catnap/context.h>

#include "tick.h"

struct hrtimer_cpu_base {
	raw_spinlock_t lock;
	struct rb_root_cached active;
	struct hrtimer *running;
	ktime_t next;       /* expiry of the first in the tree, KTIME_MAX for none */
	ktime_t programmed; /* what the local APIC is set to */
	bool in_interrupt;  /* hrtimer_interrupt() will set the next deadline */
};

static DEFINE_PER_CPU_ALIGNED(struct hrtimer_cpu_base, hrtimer_bases);

/* Set the local APIC's timer. Context: the base's own CPU, interrupts off. */
static void program(struct hrtimer_cpu_base *base, ktime_t deadline, ktime_t now)
{
	base->programmed = deadline;
	lapic_next_event(deadline > now ? deadline - now : 0);
}

static bool less(struct rb_node *a, const struct rb_node *b)
{
	return rb_entry(a, struct hrtimer, node)->expires <
	       rb_entry(b, struct hrtimer, node)->expires;
}

static void update_next(struct hrtimer_cpu_base *base)
{
	struct rb_node *first = rb_first_cached(&base->active);

	base->next = first ? rb_entry(first, struct hrtimer, node)->expires : KTIME_MAX;
}

static void enqueue_hrtimer(struct hrtimer_cpu_base *base, struct hrtimer *timer)
{
	rb_add_cached(&timer->node, &base->active, less);
	WRITE_ONCE(timer->queued, true);
	if (timer->expires < base->next)
		base->next = timer->expires;
}

static int remove_hrtimer(struct hrtimer_cpu_base *base, struct hrtimer *timer)
{
	if (!timer->queued)
		return 0;
	rb_erase_cached(&timer->node, &base->active);
	WRITE_ONCE(timer->queued, false);
	update_next(base);
	return 1;
}

static struct hrtimer_cpu_base *lock_hrtimer_base(const struct hrtimer *timer, unsigned long *flags)
	__acquires(base->lock)
{
	for (;;) {
		struct hrtimer_cpu_base *base = READ_ONCE(timer->base);

		if (likely(base)) {
			raw_spin_lock_irqsave(&base->lock, *flags);
			if (likely(base == timer->base))
				return base;
			raw_spin_unlock_irqrestore(&base->lock, *flags);
		}
		cpu_relax(); /* between two CPUs: see switch_base() */
	}
}

void hrtimer_init(struct hrtimer *timer, clockid_t clock_id __maybe_unused,
		  enum hrtimer_mode mode __maybe_unused)
{
	memset(timer, 0, sizeof(*timer));
	timer->base = raw_cpu_ptr(&hrtimer_bases);
}

/* A timer whose function runs now stays with its CPU, where hrtimer_cancel() looks for it. */
static struct hrtimer_cpu_base *switch_base(struct hrtimer *timer, struct hrtimer_cpu_base *base)
{
	struct hrtimer_cpu_base *new_base = this_cpu_ptr(&hrtimer_bases);

	if (base == new_base || base->running == timer)
		return base;
	WRITE_ONCE(timer->base, NULL); /* others wait in lock_hrtimer_base() */
	raw_spin_unlock(&base->lock);
	raw_spin_lock(&new_base->lock);
	WRITE_ONCE(timer->base, new_base);
	return new_base;
}

/* A base of another CPU got a timer only because that one's function runs: hrtimer_interrupt() there will see to it. */
static void reprogram(struct hrtimer_cpu_base *base)
{
	if (!base->in_interrupt && base->next < base->programmed)
		program(base, base->next, ktime_get());
}

void hrtimer_start(struct hrtimer *timer, ktime_t tim, const enum hrtimer_mode mode)
{
	struct hrtimer_cpu_base *base;
	unsigned long flags;

	BUG_ON(!timer->function);
	base = lock_hrtimer_base(timer, &flags);
	remove_hrtimer(base, timer);
	timer->expires = (mode & HRTIMER_MODE_REL) ? ktime_add_safe(ktime_get(), tim) : tim;
	base = switch_base(timer, base);
	enqueue_hrtimer(base, timer);
	reprogram(base);
	raw_spin_unlock_irqrestore(&base->lock, flags);
}

int hrtimer_try_to_cancel(struct hrtimer *timer)
{
	struct hrtimer_cpu_base *base;
	unsigned long flags;
	int ret = -1;

	base = lock_hrtimer_base(timer, &flags);
	if (base->running != timer)
		ret = remove_hrtimer(base, timer);
	raw_spin_unlock_irqrestore(&base->lock, flags);
	return ret;
}

int hrtimer_cancel(struct hrtimer *timer)
{
	int ret;

	while ((ret = hrtimer_try_to_cancel(timer)) < 0)
		cpu_relax();
	return ret;
}

bool hrtimer_active(const struct hrtimer *timer)
{
	struct hrtimer_cpu_base *base;
	unsigned long flags;
	bool active;

	base = lock_hrtimer_base(timer, &flags);
	active = timer->queued || base->running == timer;
	raw_spin_unlock_irqrestore(&base->lock, flags);
	return active;
}

u64 hrtimer_forward(struct hrtimer *timer, ktime_t now, ktime_t interval)
{
	ktime_t delta = now - timer->expires;
	u64 overruns;

	if (delta < 0 || WARN_ON(interval <= 0))
		return 0;
	overruns = delta / interval + 1;
	timer->expires += (ktime_t)overruns * interval;
	return overruns;
}

static void run_hrtimer(struct hrtimer_cpu_base *base, struct hrtimer *timer)
{
	enum hrtimer_restart restart;
	struct running_callback cb;

	base->running = timer;
	remove_hrtimer(base, timer);
	raw_spin_unlock(&base->lock);
	callback_begin(&cb, "hrtimer callback", timer->function, NO_LINE);
	restart = timer->function(timer);
	callback_end(&cb);
	raw_spin_lock(&base->lock);
	if (restart == HRTIMER_RESTART && !timer->queued)
		enqueue_hrtimer(base, timer);
	base->running = NULL;
}

/* One CPU's tree: run what is due at @now. Kept out of the tick's way: most ticks find nothing. */
static noinline void run_hrtimers(struct hrtimer_cpu_base *base, ktime_t now)
{
	raw_spin_lock(&base->lock);
	base->in_interrupt = true;
	while (base->next <= now)
		run_hrtimer(base, rb_entry(rb_first_cached(&base->active), struct hrtimer, node));
	base->in_interrupt = false;
	raw_spin_unlock(&base->lock);
}

void hrtimer_interrupt(void)
{
	struct hrtimer_cpu_base *base = this_cpu_ptr(&hrtimer_bases);
	ktime_t now = ktime_get(), tick;

	if (base->next <= now) {
		run_hrtimers(base, now);
		now = ktime_get();
	}
	tick = tick_handle(now);
	program(base, min(tick, base->next), now);
}

void hrtimer_interrupt_abandoned(void)
{
	struct hrtimer_cpu_base *base = this_cpu_ptr(&hrtimer_bases);
	ktime_t now = ktime_get();

	base->in_interrupt = false;
	program(base, min(tick_handle(now), base->next), now);
}

void tick_init_cpu(void)
{
	struct hrtimer_cpu_base *base = this_cpu_ptr(&hrtimer_bases);
	ktime_t now = ktime_get();

	lapic_timer_start();
	program(base, tick_first(now), now);
}

void __init hrtimers_init(void)
{
	int cpu;

	for_each_possible_cpu(cpu) {
		struct hrtimer_cpu_base *base = per_cpu_ptr(&hrtimer_bases, cpu);

		raw_spin_lock_init(&base->lock);
		base->active = RB_ROOT_CACHED;
		base->next = KTIME_MAX;
		base->programmed = KTIME_MAX;
	}
}

/* ---- sleeping until a time ---- */

static enum hrtimer_restart hrtimer_wakeup(struct hrtimer *timer)
{
	struct hrtimer_sleeper *t = container_of(timer, struct hrtimer_sleeper, timer);
	struct task_struct *task = t->task;

	WRITE_ONCE(t->task, NULL);
	wake_up_process(task);
	return HRTIMER_NORESTART;
}

int __sched schedule_hrtimeout(ktime_t *expires, const enum hrtimer_mode mode)
{
	struct hrtimer_sleeper t;

	if (!expires) {
		schedule();
		return -EINTR;
	}
	hrtimer_init(&t.timer, CLOCK_MONOTONIC, mode);
	t.timer.function = hrtimer_wakeup;
	t.task = current;
	might_resched(); /* the time may be over already, and nothing sleep */
	hrtimer_start(&t.timer, *expires, mode);
	if (READ_ONCE(t.task))
		schedule();
	hrtimer_cancel(&t.timer);
	__set_current_state(TASK_RUNNING);
	return t.task ? -EINTR : 0;
}

int __sched schedule_hrtimeout_range(ktime_t *expires, u64 delta __maybe_unused,
				     const enum hrtimer_mode mode)
{
	return schedule_hrtimeout(expires, mode);
}
