// SPDX-License-Identifier: MIT
/*
 * The fair class: every task gets CPU time in proportion to its weight. vruntime is the time a task has had, divided
 * by its weight; the task with the least of it runs. Tasks wait in a tree sorted by vruntime, so that picking and
 * joining cost O(log n). Nice levels are weights: one level is a factor of 1.25, which makes about 10 % of CPU time
 * between two tasks.
 */
#include <linux/math64.h>

#include "sched.h"

#define NICE_0_LOAD     1024
#define WEIGHT_IDLEPRIO 3 /* SCHED_IDLE */

static u64 sched_latency;         /* cycles in which every runnable task should have run once … */
static u64 sched_min_granularity; /* … but no slice is shorter than this */
static u64 sched_wakeup_granularity; /* by so much a woken task must lag behind to preempt */

/* round(1024 / 1.25^nice) for nice -20 to 19. */
static const u32 nice_to_weight[NICE_WIDTH] = {
	88818, 71054, 56843, 45475, 36380, 29104, 23283, 18626, 14901, 11921,
	9537,  7629,  6104,  4883,  3906,  3125,  2500,  2000,  1600,  1280,
	1024,  819,   655,   524,   419,   336,   268,   215,   172,   137,
	110,   88,    70,    56,    45,    36,    29,    23,    18,    15,
};

void init_fair_params(void)
{
	sched_latency = ms_to_cycles(12);
	sched_min_granularity = ms_to_cycles(2);
	sched_wakeup_granularity = ms_to_cycles(2);
}

void init_fair(struct cfs_rq *cfs)
{
	cfs->tasks_timeline = RB_ROOT_CACHED;
}

void set_load_weight(struct task_struct *p)
{
	p->se.weight = p->policy == SCHED_IDLE ? WEIGHT_IDLEPRIO
					       : nice_to_weight[p->static_prio - MAX_RT_PRIO];
	p->se.inv_weight = (u32)((1UL << 32) / p->se.weight);
}

/* @delta * NICE_0_LOAD / weight, without a division. */
static __always_inline u64 calc_delta_fair(u64 delta, const struct sched_entity *se)
{
	if (likely(se->weight == NICE_0_LOAD))
		return delta;
	return mul_u64_u32_shr(delta, se->inv_weight, 22); /* 2^32 / 1024 = 2^22 */
}

#define __node_2_se(node) rb_entry((node), struct sched_entity, run_node)

static __always_inline struct task_struct *task_of(struct sched_entity *se)
{
	return container_of(se, struct task_struct, se);
}

/* Signed difference: vruntime may wrap around. */
static __always_inline bool entity_before(const struct sched_entity *a,
					  const struct sched_entity *b)
{
	return (s64)(a->vruntime - b->vruntime) < 0;
}

static bool __entity_less(struct rb_node *a, const struct rb_node *b)
{
	return entity_before(__node_2_se(a), __node_2_se(b));
}

static __always_inline void advance_min_vruntime(struct cfs_rq *cfs, u64 vruntime)
{
	if ((s64)(vruntime - cfs->min_vruntime) > 0)
		cfs->min_vruntime = vruntime;
}

/* No task that is queued, or runs, may be left behind min_vruntime by @vruntime of the running one. */
static __always_inline void update_min_vruntime(struct cfs_rq *cfs, u64 vruntime)
{
	struct rb_node *leftmost = rb_first_cached(&cfs->tasks_timeline);

	if (leftmost && (s64)(__node_2_se(leftmost)->vruntime - vruntime) < 0)
		vruntime = __node_2_se(leftmost)->vruntime;
	advance_min_vruntime(cfs, vruntime);
}

/* A sleeper may have some credit, so that it runs soon, but not all that it did not use while it slept. */
static void place_entity(struct cfs_rq *cfs, struct sched_entity *se)
{
	u64 credit = se->sum_exec_runtime ? sched_latency / 2 : 0; /* a new task has none */
	u64 vruntime = cfs->min_vruntime - credit;

	if ((s64)(se->vruntime - vruntime) < 0)
		se->vruntime = vruntime;
}

static void queue_entity(struct cfs_rq *cfs, struct sched_entity *se)
{
	rb_add_cached(&se->run_node, &cfs->tasks_timeline, __entity_less);
	cfs->load += se->weight;
	cfs->nr_queued++;
}

static void unqueue_entity(struct cfs_rq *cfs, struct sched_entity *se)
{
	rb_erase_cached(&se->run_node, &cfs->tasks_timeline);
	cfs->load -= se->weight;
	cfs->nr_queued--;
}

static void enqueue_task_fair(struct rq *rq, struct task_struct *p, int flags)
{
	if (flags & ENQUEUE_WAKEUP)
		place_entity(&rq->cfs, &p->se);
	queue_entity(&rq->cfs, &p->se);
}

static void dequeue_task_fair(struct rq *rq, struct task_struct *p)
{
	unqueue_entity(&rq->cfs, &p->se);
}

static struct task_struct *pick_next_task_fair(struct rq *rq)
{
	struct rb_node *leftmost = rb_first_cached(&rq->cfs.tasks_timeline);
	struct sched_entity *se;

	if (!leftmost)
		return NULL;
	se = __node_2_se(leftmost);
	unqueue_entity(&rq->cfs, se);
	se->slice_start = se->sum_exec_runtime;
	return task_of(se);
}

static void put_prev_task_fair(struct rq *rq, struct task_struct *p)
{
	queue_entity(&rq->cfs, &p->se);
}

static void update_curr_fair(struct rq *rq, struct task_struct *curr, u64 delta)
{
	curr->se.vruntime += calc_delta_fair(delta, &curr->se);
	update_min_vruntime(&rq->cfs, curr->se.vruntime);
}

/* A woken task preempts if the running one has had clearly more than its share. */
static void check_preempt_curr_fair(struct rq *rq, struct task_struct *p)
{
	struct task_struct *curr = rq->curr;
	u64 ran = calc_delta_fair(rdtsc() - curr->se.exec_start, &curr->se);
	s64 lag = curr->se.vruntime + ran - p->se.vruntime;

	if (lag > (s64)calc_delta_fair(sched_wakeup_granularity, &p->se))
		resched_curr(rq);
}

/* The part of the latency period that is the running task's by weight. */
static u64 sched_slice(const struct cfs_rq *cfs, const struct sched_entity *se)
{
	u64 period = max(sched_latency, (cfs->nr_queued + 1) * sched_min_granularity);

	return max(period * se->weight / (cfs->load + se->weight), sched_min_granularity);
}

static void task_tick_fair(struct rq *rq, struct task_struct *curr)
{
	u64 ran = curr->se.sum_exec_runtime - curr->se.slice_start;

	if (rq->cfs.nr_queued && ran >= sched_slice(&rq->cfs, &curr->se))
		resched_curr(rq);
}

/* Go right behind the task that would come last. */
static void yield_task_fair(struct rq *rq, struct task_struct *p)
{
	struct rb_node *last = rb_last(&rq->cfs.tasks_timeline.rb_root);

	if (last && !entity_before(__node_2_se(last), &p->se))
		p->se.vruntime = __node_2_se(last)->vruntime + 1;
}

static struct task_struct *pick_pullable_fair(struct rq *rq, int cpu)
{
	struct rb_node *node = rb_first_cached(&rq->cfs.tasks_timeline);
	int left;

	for (left = PULL_SEARCH_MAX; node && left; node = rb_next(node), left--)
		if (cpumask_test_cpu(cpu, &task_of(__node_2_se(node))->cpus_mask))
			return task_of(__node_2_se(node));
	return NULL;
}

/* vruntime means something only in relation to its run queue's. */
static void migrate_task_fair(struct task_struct *p, struct rq *from, struct rq *to)
{
	p->se.vruntime += READ_ONCE(to->cfs.min_vruntime) - READ_ONCE(from->cfs.min_vruntime);
}

static void switched_to_fair(struct rq *rq, struct task_struct *p)
{
	struct cfs_rq *cfs = &rq->cfs;

	if ((s64)(p->se.vruntime - cfs->min_vruntime) < 0)
		p->se.vruntime = cfs->min_vruntime;
}

const struct sched_class fair_sched_class = {
	.name = "fair",
	.enqueue_task = enqueue_task_fair,
	.dequeue_task = dequeue_task_fair,
	.pick_next_task = pick_next_task_fair,
	.put_prev_task = put_prev_task_fair,
	.update_curr = update_curr_fair,
	.check_preempt_curr = check_preempt_curr_fair,
	.task_tick = task_tick_fair,
	.yield_task = yield_task_fair,
	.pick_pullable = pick_pullable_fair,
	.migrate_task = migrate_task_fair,
	.switched_to = switched_to_fair,
};
