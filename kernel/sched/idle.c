// SPDX-License-Identifier: MIT
/* The class of the idle tasks: always runnable, never queued, picked when nobody else wants the CPU. */
#include <linux/bug.h>

#include "sched.h"

static void no_queue(struct rq *rq __maybe_unused, struct task_struct *p __maybe_unused)
{
	BUG();
}

static void enqueue_task_idle(struct rq *rq, struct task_struct *p, int flags __maybe_unused)
{
	no_queue(rq, p);
}

static struct task_struct *pick_next_task_idle(struct rq *rq)
{
	return rq->idle;
}

static void put_prev_task_idle(struct rq *rq __maybe_unused, struct task_struct *p __maybe_unused,
			       u64 delta __maybe_unused)
{
}

static void task_tick_idle(struct rq *rq __maybe_unused, struct task_struct *p __maybe_unused,
			   u64 delta __maybe_unused)
{
}

static struct task_struct *pick_pullable_idle(struct rq *rq __maybe_unused, int cpu __maybe_unused)
{
	return NULL;
}

const struct sched_class idle_sched_class = {
	.name = "idle",
	.enqueue_task = enqueue_task_idle,
	.dequeue_task = no_queue,
	.pick_next_task = pick_next_task_idle,
	.put_prev_task = put_prev_task_idle,
	.check_preempt_curr = no_queue,
	.task_tick = task_tick_idle,
	.yield_task = no_queue,
	.pick_pullable = pick_pullable_idle,
};
