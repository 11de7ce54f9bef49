/* SPDX-License-Identifier: MIT */
/*
 * What the debug profile notes for reports about sleeping: which callback runs, where interrupts were
 * turned off, which wait_event() tests its condition. One call at each of these places; the release
 * profile compiles them to nothing. kernel/debug/context.c prints it.
 */
#ifndef _CATNAP_CONTEXT_H
#define _CATNAP_CONTEXT_H

#include <linux/percpu.h>
#include <linux/types.h>

/* A callback that runs, noted on the stack of whoever calls it: so it stays with a task that sleeps in one. */
struct running_callback {
#ifdef CONFIG_DEBUG_ATOMIC_SLEEP
	const char *what;
	const void *function;
	int nr;				/* of the interrupt line, for a handler */
	int count;			/* preempt_count when it began */
	bool irqs_off;			/* and whether interrupts were off */
	struct running_callback *outer;
#endif
};

#ifdef CONFIG_DEBUG_ATOMIC_SLEEP
/**
 * callback_begin - note that @function is about to run; callback_end() after it
 * @what: what it is, in words
 * @nr: of the interrupt line; NO_LINE for what is no handler of one
 *
 * A function that leaves preempt_count or interrupts otherwise than it found them is reported by name, and that undone.
 * Context: any. They nest like the calls they stand around.
 */
void callback_begin(struct running_callback *cb, const char *what, const void *function, int nr);
void callback_end(struct running_callback *cb);
#else
#define callback_begin(cb, what, function, nr) ((void)(cb))
#define callback_end(cb) ((void)(cb))
#endif

#define NO_LINE (-1)

#ifdef CONFIG_DEBUG_ATOMIC_SLEEP
DECLARE_PER_CPU(void (*)(void), idle_hook); /* what the idle task of this CPU is to call, once */

/* run_idle_hook - Context: the idle task, when it has nothing to do. */
static inline void run_idle_hook(void)
{
	void (*hook)(void) = this_cpu_read(idle_hook);

	if (likely(!hook))
		return;
	this_cpu_write(idle_hook, NULL);
	hook();
}
#else
#define run_idle_hook() do { } while (0)
#endif

#endif
