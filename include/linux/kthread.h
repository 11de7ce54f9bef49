/* SPDX-License-Identifier: MIT */
/*
 * Kernel threads. A thread runs threadfn(data) and ends when that returns; kthread_stop() asks it to return, wakes
 * it, and waits until it has. The loop of a thread:
 *
 *	while (!kthread_should_stop())
 *		wait_event_interruptible(queue, work || kthread_should_stop());
 */
#ifndef _LINUX_KTHREAD_H
#define _LINUX_KTHREAD_H

#include <linux/err.h>
#include <linux/sched.h>

/**
 * kthread_create - make a thread that does not run yet
 * @threadfn: what it runs; the value it returns is what kthread_stop() returns
 * @namefmt: printf-style name, cut at 15 characters
 *
 * wake_up_process() starts it. Context: task, may sleep. Return: the task, or ERR_PTR(-ENOMEM), or
 * ERR_PTR(-EAGAIN) when all PIDs are in use.
 */
__printf(4, 5) struct task_struct *kthread_create_on_node(int (*threadfn)(void *data), void *data, int node,
							  const char *namefmt, ...);
#define kthread_create(threadfn, data, namefmt, arg...)                                            \
	kthread_create_on_node(threadfn, data, -1, namefmt, ##arg)

/* kthread_create_on_cpu - bound to @cpu; @namefmt may have one %u for the CPU. */
struct task_struct *kthread_create_on_cpu(int (*threadfn)(void *data), void *data, unsigned int cpu,
					  const char *namefmt);

/* kthread_run - make it and start it. Return: as kthread_create(). */
#define kthread_run(threadfn, data, namefmt, ...)                                                  \
	({                                                                                         \
		struct task_struct *__k = kthread_create(threadfn, data, namefmt, ##__VA_ARGS__);  \
		if (!IS_ERR(__k))                                                                  \
			wake_up_process(__k);                                                      \
		__k;                                                                               \
	})

/* kthread_bind - it runs on @cpu only, for ever. Context: it was created and has not been started. */
void kthread_bind(struct task_struct *k, unsigned int cpu);

/**
 * kthread_stop - make kthread_should_stop() true for @k, wake it, wait until it has ended
 *
 * The caller makes sure that @k still exists: it has not returned by itself, or the caller holds a reference.
 * Context: task, may sleep. Return: what its function returned; -EINTR if it never ran.
 */
int kthread_stop(struct task_struct *k);

/* kthread_should_stop - has somebody called kthread_stop() for the running thread? */
bool kthread_should_stop(void);

/* kthread_data - the @data of a thread. */
void *kthread_data(struct task_struct *k);

/* kthread_exit - end the running thread with @result, as if its function had returned it. */
void kthread_exit(long result) __noreturn;

/* kthread_wait_exit - wait until @k, of which the caller holds a reference, has ended; a signal interrupts.
 * Context: task, may sleep. Return: 0 with its result in *@result, or -ERESTARTSYS. */
int kthread_wait_exit(struct task_struct *k, int *result);

#endif
