/* SPDX-License-Identifier: MIT */
/*
 * A completion: "it has happened", told once by complete() to one waiter, or by complete_all() to all. Unlike a flag
 * and a wait queue of one's own it may live on the waiter's stack: complete() does not touch it after the waiter can
 * have gone.
 */
#ifndef _LINUX_COMPLETION_H
#define _LINUX_COMPLETION_H

#include <linux/wait.h>

struct completion {
	unsigned int done;		/* completions not yet waited for; UINT_MAX after complete_all(). wait.lock */
	wait_queue_head_t wait;
};

#define COMPLETION_INITIALIZER(work) { 0, __WAIT_QUEUE_HEAD_INITIALIZER((work).wait) }
#define COMPLETION_INITIALIZER_ONSTACK(work) (*({ init_completion(&(work)); &(work); }))
#define DECLARE_COMPLETION(work) struct completion work = COMPLETION_INITIALIZER(work)
#ifdef CONFIG_DEBUG_LOCK_ALLOC
#define DECLARE_COMPLETION_ONSTACK(work) struct completion work = COMPLETION_INITIALIZER_ONSTACK(work)
#else
#define DECLARE_COMPLETION_ONSTACK(work) struct completion work = COMPLETION_INITIALIZER(work)
#endif

#define init_completion(x)                                                                         \
	do {                                                                                       \
		(x)->done = 0;                                                                     \
		init_waitqueue_head(&(x)->wait);                                                   \
	} while (0)

/* reinit_completion - use it once more. Context: nobody waits for it or completes it. */
static inline void reinit_completion(struct completion *x)
{
	x->done = 0;
}

/* wait_for_completion - sleep until complete() comes, or return at once if it came. Context: task, may sleep. */
void wait_for_completion(struct completion *x);

/* Return: 0, or -ERESTARTSYS for a signal. */
int wait_for_completion_interruptible(struct completion *x);
int wait_for_completion_killable(struct completion *x);
int wait_for_completion_state(struct completion *x, unsigned int state);

/* @timeout in jiffies. Return: jiffies left, at least 1; 0 when the time is up; -ERESTARTSYS for a signal. */
unsigned long wait_for_completion_timeout(struct completion *x, unsigned long timeout);
long wait_for_completion_interruptible_timeout(struct completion *x, unsigned long timeout);
long wait_for_completion_killable_timeout(struct completion *x, unsigned long timeout);

/* In Linux these count as waiting for a device. */
#define wait_for_completion_io(x) wait_for_completion(x)
#define wait_for_completion_io_timeout(x, timeout) wait_for_completion_timeout(x, timeout)

/* try_wait_for_completion - take one completion without sleeping. Context: any. Return: was there one? */
bool try_wait_for_completion(struct completion *x);

/* completion_done - is nobody going to wait? Context: any. */
bool completion_done(struct completion *x);

/* complete - let one waiter go on, the first in the queue, or the next to come. Context: any but NMI. */
void complete(struct completion *x);

/* complete_all - let all waiters go on, now and later, until reinit_completion(). Context: any but NMI. */
void complete_all(struct completion *x);

#endif
