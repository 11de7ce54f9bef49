// SPDX-License-Identifier: MIT
/*
 * The class of the idle tasks: picked when nobody else wants the CPU, and in no queue when not. An idle task never
 * counts as on_rq, so nobody puts it back, and nobody wakes or moves it: the other operations are never called.
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
