/* SPDX-License-Identifier: MIT */
/*
 * High-resolution timers: call a function at a time given in nanoseconds, exactly, from the timer interrupt. They
 * are kept sorted, in a tree for each CPU; the function runs in hardirq context and must not sleep.
 */
#ifndef _LINUX_HRTIMER_H
#define _LINUX_HRTIMER_H

#include <linux/ktime.h>
#include <linux/rbtree.h>
#include <linux/spinlock.h>

enum hrtimer_mode {
	HRTIMER_MODE_ABS = 0x00,
	HRTIMER_MODE_REL = 0x01,
	HRTIMER_MODE_PINNED = 0x02,
	HRTIMER_MODE_ABS_PINNED = HRTIMER_MODE_ABS | HRTIMER_MODE_PINNED,
	HRTIMER_MODE_REL_PINNED = HRTIMER_MODE_REL | HRTIMER_MODE_PINNED,
	HRTIMER_MODE_HARD = 0x08,
	HRTIMER_MODE_ABS_HARD = HRTIMER_MODE_ABS | HRTIMER_MODE_HARD,
	HRTIMER_MODE_REL_HARD = HRTIMER_MODE_REL | HRTIMER_MODE_HARD,
};

enum hrtimer_restart {
	HRTIMER_NORESTART,		/* done */
	HRTIMER_RESTART,		/* start again at the time that the function has set */
};

#define CLOCK_REALTIME 0
#define CLOCK_MONOTONIC 1
#define CLOCK_BOOTTIME 7
typedef int clockid_t;

struct hrtimer_cpu_base;

struct hrtimer {
	struct rb_node node;		/* base->lock */
	ktime_t expires;
	enum hrtimer_restart (*function)(struct hrtimer *timer);
	struct hrtimer_cpu_base *base;	/* of the CPU where it was started last */
	bool queued;			/* base->lock */
};

struct task_struct;

struct hrtimer_sleeper {
	struct hrtimer timer;
	struct task_struct *task;	/* to be woken; NULL once it has expired */
};

/* hrtimer_init - Context: any; the timer is not started. All clocks count from boot. */
void hrtimer_init(struct hrtimer *timer, clockid_t clock_id, enum hrtimer_mode mode);

/* hrtimer_start - (re)start on this CPU, to expire at @tim, or @tim from now. Context: any but NMI. */
void hrtimer_start(struct hrtimer *timer, ktime_t tim, const enum hrtimer_mode mode);

static inline void hrtimer_start_range_ns(struct hrtimer *timer, ktime_t tim, u64 range_ns __maybe_unused,
					  const enum hrtimer_mode mode)
{
	hrtimer_start(timer, tim, mode);
}

/* hrtimer_try_to_cancel - Return: 1 if it was queued, 0 if not, -1 if its function runs right now. */
int hrtimer_try_to_cancel(struct hrtimer *timer);

/* hrtimer_cancel - the same, waiting for the function to end. Context: not from that function. Return: 1 or 0. */
int hrtimer_cancel(struct hrtimer *timer);

/* hrtimer_active - queued, or its function runs. */
bool hrtimer_active(const struct hrtimer *timer);

static inline bool hrtimer_is_queued(const struct hrtimer *timer)
{
	return READ_ONCE(timer->queued);
}

/* hrtimer_forward - move the expiry on by multiples of @interval until it is after @now. Return: how many. */
u64 hrtimer_forward(struct hrtimer *timer, ktime_t now, ktime_t interval);

static inline u64 hrtimer_forward_now(struct hrtimer *timer, ktime_t interval)
{
	return hrtimer_forward(timer, ktime_get(), interval);
}

static inline void hrtimer_set_expires(struct hrtimer *timer, ktime_t time)
{
	timer->expires = time;
}

static inline ktime_t hrtimer_get_expires(const struct hrtimer *timer)
{
	return timer->expires;
}

static inline ktime_t hrtimer_get_remaining(const struct hrtimer *timer)
{
	return timer->expires - ktime_get();
}

static inline void hrtimer_restart(struct hrtimer *timer)
{
	hrtimer_start(timer, timer->expires, HRTIMER_MODE_ABS);
}

/**
 * schedule_hrtimeout - sleep in the state that the caller has set until *@expires or a wake-up
 *
 * Context: task, may sleep. Return: 0 when the time is up, -EINTR when woken before.
 */
int schedule_hrtimeout(ktime_t *expires, const enum hrtimer_mode mode);
int schedule_hrtimeout_range(ktime_t *expires, u64 delta, const enum hrtimer_mode mode);

/* hrtimers_init - the trees of all possible CPUs. Context: boot CPU. */
void hrtimers_init(void);

/* tick_init_cpu - start the tick of the calling CPU. Context: interrupts off. */
void tick_init_cpu(void);

/* hrtimer_interrupt_abandoned - a timer's function is about to sleep, by mistake: set the next deadline without it. */
void hrtimer_interrupt_abandoned(void);

/* hrtimer_interrupt - the local APIC's timer has fired: tick, expired timers, next deadline. Context: hardirq. */
void hrtimer_interrupt(void);

#endif
