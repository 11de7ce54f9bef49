// SPDX-License-Identifier: MIT
/*
 * Signals that wake. The pending set is changed with atomic operations and then the task is woken if it sleeps in a
 * state that the signal ends; a task that is about to sleep sees the signal in __schedule(), or in
 * prepare_to_wait_event(). The store and the wake-up are ordered as at set_current_state(): pending is the condition.
 */
#include <linux/bitops.h>
#include <linux/errno.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>

int send_sig(int sig, struct task_struct *p, int priv __maybe_unused)
{
	if (sig < 1 || !valid_signal(sig))
		return -EINVAL;
	if (!(READ_ONCE(p->allowed) & sigmask(sig)))
		return 0;
	set_bit(sig - 1, (unsigned long *)&p->pending);
	wake_up_state(p, TASK_INTERRUPTIBLE | (sig == SIGKILL ? TASK_WAKEKILL : 0));
	return 0;
}

void allow_signal(int sig)
{
	set_bit(sig - 1, (unsigned long *)&current->allowed);
}

void disallow_signal(int sig)
{
	clear_bit(sig - 1, (unsigned long *)&current->allowed);
	clear_bit(sig - 1, (unsigned long *)&current->pending);
}

void flush_signals(struct task_struct *p)
{
	WRITE_ONCE(p->pending, 0);
}

int kernel_dequeue_signal(void)
{
	sigset_t pending = READ_ONCE(current->pending);
	int sig;

	if (!pending)
		return 0;
	sig = __ffs(pending) + 1;
	clear_bit(sig - 1, (unsigned long *)&current->pending);
	return sig;
}
