// SPDX-License-Identifier: MIT
/*
 * The class of the idle tasks: picked when nobody else wants the CPU, and in no queue when not. An idle task is
 * TASK_ON_RQ_MIGRATING all its life, so nobody puts it back or moves it: the other operations are never called.
 */
#include "sched.h"

static struct task_struct *pick_next_task_idle(struct rq *rq)
{
	return rq->idle;
}

const struct sched_class idle_sched_class = {
	.name = "idle",
	.pick_next_task = pick_next_task_idle,
};
