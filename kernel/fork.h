/* SPDX-License-Identifier: MIT */
/* Between fork.c, which makes tasks, and kthread.c, which says what they run. */
#ifndef _KERNEL_FORK_H
#define _KERNEL_FORK_H

#include <linux/completion.h>
#include <linux/sched.h>
#include <linux/stdarg.h>

/* What a thread is besides a task. */
struct kthread {
	int (*threadfn)(void *data);
	void *data;
	bool should_stop;		/* set once, by kthread_stop() */
	int result;			/* valid once `exited` is complete */
	struct completion exited;
};

struct task_and_kthread {
	struct task_struct task;
	struct kthread kthread;
};

struct kthread_create_info {
	int (*threadfn)(void *data);
	void *data;
	const char *namefmt;
	va_list args;
};

extern atomic_t nr_ended_tasks;		/* have called do_exit(), and have not been given back yet */

extern int max_threads;			/* so many tasks there may be at a time, so that each has a PID */

/* create_task - make a task, asleep, that will call @fn with its struct kthread. Return: it, -ENOMEM, or -EAGAIN. */
struct task_struct *create_task(void (*fn)(void *), struct kthread_create_info *info);

/* fork_init - Context: boot, after mm_init(). spawn_kstackd - Context: task, while booting. */
void fork_init(void);
void spawn_kstackd(void);

#endif
