// SPDX-License-Identifier: MIT
/*
 * SCHED_FIFO and SCHED_RR: the highest priority runs, and among equals the one that waited longest. A list for each
 * priority and a bitmap of the lists in use: picking costs the same with ten tasks and with ten thousand.
 */
#include "sched.h"

#define RR_TIMESLICE 100 /* ms, as in Linux; it ends at the next tick */

static u64 rr_timeslice; /* the same in cycles */

void init_rt_params(void)
{
	rr_timeslice = ms_to_cycles(RR_TIMESLICE);
}

void init_rt(struct rt_rq *rt)
{
	int prio;

	for (prio = 0; prio < MAX_RT_PRIO; prio++)
		INIT_LIST_HEAD(&rt->queue[prio]);
}

static __always_inline void rt_queue(struct rt_rq *rt, struct task_struct *p, bool tail)
{
	unsigned int prio = p->prio;
	struct list_head *queue = &rt->queue[prio];

	if (tail)
		list_add_tail(&p->rt.run_list, queue);
	else
		list_add(&p->rt.run_list, queue);
	__set_bit(prio, rt->bitmap);
}

static __always_inline void rt_unqueue(struct rt_rq *rt, struct task_struct *p, unsigned long prio)
{
	__list_del_entry(&p->rt.run_list);
	if (list_empty(&rt->queue[prio]))
		__clear_bit(prio, rt->bitmap);
}

static void enqueue_task_rt(struct rq *rq, struct task_struct *p, int flags __maybe_unused)
{
	rt_queue(&rq->rt, p, true);
}

static void dequeue_task_rt(struct rq *rq, struct task_struct *p)
{
	rt_unqueue(&rq->rt, p, p->prio);
}

static struct task_struct *pick_next_task_rt(struct rq *rq)
{
	struct rt_rq *rt = &rq->rt;
	struct task_struct *p;
	unsigned long prio;

	if (rt->bitmap[0])
		prio = __ffs(rt->bitmap[0]);
	else if (rt->bitmap[1])
		prio = 64 + __ffs(rt->bitmap[1]);
	else
		return NULL;
	p = list_first_entry(&rt->queue[prio], struct task_struct, rt.run_list);
	rt_unqueue(rt, p, prio);
	return p;
}

/* Preempted, it stays first of its priority; it goes last when it yielded or used up its slice. */
static void put_prev_task_rt(struct rq *rq, struct task_struct *p)
{
	rt_queue(&rq->rt, p, p->rt.requeue_tail);
	p->rt.requeue_tail = false;
}

static void task_tick_rt(struct rq *rq, struct task_struct *p)
{
	if (p->policy != SCHED_RR || p->se.sum_exec_runtime - p->se.slice_start < rr_timeslice)
		return;
	p->se.slice_start = p->se.sum_exec_runtime;
	if (list_empty(&rq->rt.queue[p->prio]))
		return;
	p->rt.requeue_tail = true;
	resched_curr(rq);
}

static void yield_task_rt(struct rq *rq __maybe_unused, struct task_struct *p)
{
	p->rt.requeue_tail = true;
}

static struct task_struct *pick_pullable_rt(struct rq *rq, int cpu)
{
	int prio, left = PULL_SEARCH_MAX;
	struct task_struct *p;

	for_each_set_bit(prio, rq->rt.bitmap, MAX_RT_PRIO) {
		list_for_each_entry(p, &rq->rt.queue[prio], rt.run_list) {
			if (!left--)
				return NULL;
			if (cpumask_test_cpu(cpu, &p->cpus_mask))
				return p;
		}
	}
	return NULL;
}

static void switched_to_rt(struct rq *rq __maybe_unused, struct task_struct *p)
{
	p->se.slice_start = p->se.sum_exec_runtime;
	p->rt.requeue_tail = false;
}

const struct sched_class rt_sched_class = {
	.name = "rt",
	.enqueue_task = enqueue_task_rt,
	.dequeue_task = dequeue_task_rt,
	.pick_next_task = pick_next_task_rt,
	.put_prev_task = put_prev_task_rt,
	.task_tick = task_tick_rt,
	.yield_task = yield_task_rt,
	.pick_pullable = pick_pullable_rt,
	.switched_to = switched_to_rt,
};
