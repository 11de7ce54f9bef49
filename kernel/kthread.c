// SPDX-License-Identifier: MIT
/* Kernel threads: starting, stopping and waiting for them. The task underneath is fork.c's. */
#include <linux/bug.h>
#include <linux/errno.h>
#include <linux/kthread.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/wait.h>

#include "fork.h"

/* The first function of every thread. A thread that is stopped before it ran does not run its function. */
static void kthread_main(void *arg)
{
	struct kthread *self = arg;

	kthread_exit(READ_ONCE(self->should_stop) ? -EINTR : self->threadfn(self->data));
}

struct task_struct *kthread_create_on_node(int (*threadfn)(void *data), void *data,
					   int node __maybe_unused, const char *namefmt, ...)
{
	struct kthread_create_info info = { .threadfn = threadfn,
					    .data = data,
					    .namefmt = namefmt };
	struct task_struct *p;

	va_start(info.args, namefmt);
	p = create_task(kthread_main, &info);
	va_end(info.args);
	return p;
}

struct task_struct *kthread_create_on_cpu(int (*threadfn)(void *data), void *data, unsigned int cpu,
					  const char *namefmt)
{
	struct task_struct *p = kthread_create(threadfn, data, namefmt, cpu);

	if (!IS_ERR(p))
		kthread_bind(p, cpu);
	return p;
}

void kthread_exit(long result)
{
	current->kthread->result = result;
	do_exit(result);
}

bool kthread_should_stop(void)
{
	struct kthread *self = current->kthread;

	return self && READ_ONCE(self->should_stop);
}

void *kthread_data(struct task_struct *k)
{
	return k->kthread->data;
}

int __sched kthread_stop(struct task_struct *k)
{
	int ret;

	might_sleep();
	get_task_struct(k);
	WRITE_ONCE(k->kthread->should_stop, true);
	wake_up_process(k); /* a full barrier after the store: see set_current_state() */
	wait_for_completion(&k->kthread->exited);
	ret = k->kthread->result;
	put_task_struct(k);
	return ret;
}

int __sched kthread_wait_exit(struct task_struct *k, int *result)
{
	int err = wait_for_completion_interruptible(&k->kthread->exited);

	if (!err)
		*result = k->kthread->result;
	return err;
}
