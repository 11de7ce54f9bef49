/* SPDX-License-Identifier: MIT */
/*
 * Signals, as far as sleeping needs them: a set of pending signals a task, which ends interruptible sleeps. A kernel
 * thread accepts only those it asked for with allow_signal(); what it does about them is its own affair.
 */
#ifndef _LINUX_SCHED_SIGNAL_H
#define _LINUX_SCHED_SIGNAL_H

#include <linux/sched.h>
#include <linux/signal.h>

/* send_sig - make @sig pending for @p, and wake it if its sleep ends for it. Context: any but NMI. @priv is ignored.
 * Return: 0, also when @p does not accept it; -EINVAL for a number that is no signal. */
int send_sig(int sig, struct task_struct *p, int priv);

/* allow_signal, disallow_signal - what the running task accepts; disallowing drops what is pending. Context: task. */
void allow_signal(int sig);
void disallow_signal(int sig);

/* flush_signals - forget all that is pending for @p. Context: any but NMI. */
void flush_signals(struct task_struct *p);

/* kernel_dequeue_signal - take the lowest pending signal of the running task. Return: its number, 0 for none. */
int kernel_dequeue_signal(void);

static inline int signal_pending(struct task_struct *p)
{
	return unlikely(READ_ONCE(p->pending) != 0);
}

static inline int fatal_signal_pending(struct task_struct *p)
{
	return unlikely((READ_ONCE(p->pending) & sigmask(SIGKILL)) != 0);
}

/* signal_pending_state - should a signal end, or prevent, a sleep in @state? */
static __always_inline int signal_pending_state(unsigned int state, struct task_struct *p)
{
	if (likely(!READ_ONCE(p->pending)))
		return 0;
	if (state & TASK_INTERRUPTIBLE)
		return 1;
	return (state & TASK_WAKEKILL) && fatal_signal_pending(p);
}

#endif
