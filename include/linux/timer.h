/* SPDX-License-Identifier: MIT */
/*
 * Kernel timers: call a function at a time given in jiffies. They are meant for timeouts, which are nearly always
 * deleted before they expire: adding and deleting costs the same however many there are, and the price is that a far
 * timer may be late, by an eighth of its distance or so (8/63 at the most); never early. The function runs in softirq
 * context on the CPU where the timer was added: it must not sleep.
 */
#ifndef _LINUX_TIMER_H
#define _LINUX_TIMER_H

#include <linux/jiffies.h>
#include <linux/list.h>

struct timer_list {
	struct hlist_node entry;	/* the wheel's lock */
	unsigned long expires;		/* in jiffies */
	void (*function)(struct timer_list *timer);
	u32 flags;			/* which CPU's wheel, and which bucket there */
};

#define TIMER_CPUMASK 0x0003ffff
#define TIMER_MIGRATING 0x00040000	/* between two CPUs' wheels */
#define TIMER_DEFERRABLE 0		/* accepted for Linux's sake: the tick never stops here */
#define TIMER_PINNED 0			/* timers stay where they were added anyway */
#define TIMER_IRQSAFE 0x00200000	/* interrupts stay off from when it is not pending until its function has returned */
#define TIMER_ARRAYSHIFT 22

#define __TIMER_INITIALIZER(_function, _flags)                                                     \
	{ .entry = { NULL, NULL }, .function = (_function), .flags = (_flags) }
#define DEFINE_TIMER(_name, _function)                                                             \
	struct timer_list _name = __TIMER_INITIALIZER(_function, 0)

/* timer_setup - give a timer its function. Context: any; the timer is not pending. */
static inline void timer_setup(struct timer_list *timer, void (*func)(struct timer_list *), unsigned int flags)
{
	timer->entry.next = NULL;
	timer->entry.pprev = NULL;
	timer->function = func;
	timer->flags = flags;
}

#define timer_setup_on_stack(timer, func, flags) timer_setup(timer, func, flags)
#define destroy_timer_on_stack(timer) do { (void)(timer); } while (0)
#define from_timer(var, callback_timer, timer_fieldname)                                           \
	container_of(callback_timer, typeof(*var), timer_fieldname)

/* timer_pending - will it expire? Only a hint, unless the caller keeps others from changing it. */
static inline int timer_pending(const struct timer_list *timer)
{
	return READ_ONCE(timer->entry.pprev) != NULL;
}

/* add_timer - start a timer that is not pending, on this CPU. Context: any but NMI. */
void add_timer(struct timer_list *timer);
void add_timer_on(struct timer_list *timer, int cpu);

/* mod_timer - (re)start a timer to expire at @expires. Context: any but NMI. Return: 1 if it was pending, else 0. */
int mod_timer(struct timer_list *timer, unsigned long expires);
int mod_timer_pending(struct timer_list *timer, unsigned long expires);
int timer_reduce(struct timer_list *timer, unsigned long expires);

/* del_timer - stop a timer; its function may still be running elsewhere. Return: 1 if it was pending, else 0. */
int del_timer(struct timer_list *timer);
#define timer_delete(t) del_timer(t)

/**
 * del_timer_sync - stop a timer and wait until its function does not run on any CPU
 *
 * Context: task or softirq, not hardirq; without any lock that the function takes, or both wait for ever.
 * Return: 1 if it was pending, else 0.
 */
int del_timer_sync(struct timer_list *timer);
#define timer_delete_sync(t) del_timer_sync(t)

/* try_to_del_timer_sync - the same without waiting. Return: -1 if its function runs right now. */
int try_to_del_timer_sync(struct timer_list *timer);

/* timers_init - the wheels of all possible CPUs. Context: boot CPU. */
void timers_init(void);

/* run_local_timers - raise TIMER_SOFTIRQ if a timer of this CPU is due. Context: hardirq, every tick. */
void run_local_timers(void);

#endif
