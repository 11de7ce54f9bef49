// SPDX-License-Identifier: MIT
/*
 * Which CPU a task runs on: where a woken task is put, and how CPUs with little to do take tasks from those with much.
 * Everything here is a hint that was true a moment ago; only a move itself is done under both run queues' locks.
 */
#include <linux/cpumask.h>
#include <linux/interrupt.h>
#include <linux/jiffies.h>

#include "sched.h"

#define BALANCE_MOVES 32 /* tasks moved at a time, with interrupts off */
#define BALANCE_TICKS 8  /* a CPU that has work looks around so often; an idle one at every tick */

int sched_nr_cpus;

static DEFINE_PER_CPU(unsigned int, balance_countdown);

void double_rq_lock(struct rq *a, struct rq *b)
{
	if (a == b) {
		rq_lock(a);
	} else {
		rq_lock(a->cpu < b->cpu ? a : b);
		rq_lock(a->cpu < b->cpu ? b : a);
	}
}

void double_rq_unlock(struct rq *a, struct rq *b)
{
	rq_unlock(a);
	if (a != b)
		rq_unlock(b);
}

static int curr_prio(int cpu)
{
	return READ_ONCE(cpu_rq(cpu)->curr_prio);
}

/* Would @p run at once on @cpu? */
static bool runs_at_once(const struct task_struct *p, int cpu)
{
	return idle_cpu(cpu) || (rt_task(p) && p->prio < curr_prio(cpu));
}

/*
 * Less is better: a real-time task goes where the least important task runs; a fair one where the fewest run, but not
 * where a real-time task may never let it run.
 */
static int crowding(const struct task_struct *p, int cpu)
{
	if (rt_task(p))
		return -curr_prio(cpu);
	return rt_prio(curr_prio(cpu)) ? INT_MAX : (int)READ_ONCE(cpu_rq(cpu)->nr_running);
}

/* Called with @p->pi_lock held, so that cpus_mask does not change. */
int select_task_rq_smp(struct task_struct *p)
{
	bool prev_ok = cpumask_test_cpu(p->cpu, &p->cpus_mask);
	int cpu, best = -1;

	if (prev_ok && runs_at_once(p, p->cpu))
		return p->cpu;
	for_each_cpu_and(cpu, &p->cpus_mask, cpu_online_mask)
		if (idle_cpu(cpu))
			return cpu;
	if (prev_ok && !rt_task(p) && !rt_prio(curr_prio(p->cpu)))
		return p->cpu; /* the load balancer sees to the rest; its cache is warm here */
	for_each_cpu_and(cpu, &p->cpus_mask, cpu_online_mask)
		if (best < 0 || crowding(p, cpu) < crowding(p, best))
			best = cpu;
	return best < 0 ? p->cpu : best;
}

/* The run queue with most to do, but for those of @tried, if it has at least two tasks more than this one. */
static struct rq *find_busiest(struct rq *rq, const struct cpumask *tried)
{
	unsigned int most = READ_ONCE(rq->nr_running) + 1;
	struct rq *busiest = NULL;
	int cpu;

	for_each_online_cpu(cpu) {
		unsigned int nr = READ_ONCE(cpu_rq(cpu)->nr_running);

		if (cpu != rq->cpu && nr > most && !cpumask_test_cpu(cpu, tried)) {
			most = nr;
			busiest = cpu_rq(cpu);
		}
	}
	return busiest;
}

/*
 * Take one queued task over. A busy CPU needs its lock for itself: CPUs that have nothing to do must not queue up for
 * it, so a lock that is taken means to try later. Context: interrupts off, no lock held.
 */
static bool pull_one(struct rq *rq, struct rq *busiest)
{
	const struct sched_class *const *cls;
	struct task_struct *p = NULL;

	rq_lock(rq);
	if (!arch_spin_trylock(&busiest->lock)) {
		rq_unlock(rq);
		return false;
	}
	if (busiest->nr_running > rq->nr_running + 1) {
		for (cls = sched_classes; *cls && !p; cls++)
			if ((*cls)->pick_pullable)
				p = (*cls)->pick_pullable(busiest, rq->cpu);
		if (p)
			move_queued_task(busiest, rq, p);
	}
	rq_unlock(busiest);
	rq_unlock(rq);
	return p;
}

/* From the busiest queue that has a task for this CPU: those of the others may not be allowed to come. */
static bool pull_from_busiest(struct rq *rq)
{
	struct cpumask tried = {};
	struct rq *busiest;

	while ((busiest = find_busiest(rq, &tried))) {
		if (pull_one(rq, busiest))
			return true;
		cpumask_set_cpu(busiest->cpu, &tried);
	}
	return false;
}

bool newidle_balance(struct rq *rq)
{
	return sched_nr_cpus > 1 && pull_from_busiest(rq);
}

static void run_rebalance(struct softirq_action *action __maybe_unused)
{
	struct rq *rq = this_rq();
	unsigned long flags;
	int moves = BALANCE_MOVES;

	local_irq_save(flags);
	while (moves-- && pull_from_busiest(rq))
		;
	local_irq_restore(flags);
}

void trigger_load_balance(struct rq *rq)
{
	static const struct cpumask none;

	if (sched_nr_cpus == 1)
		return;
	if (rq->nr_running && this_cpu_read(balance_countdown)) {
		this_cpu_dec(balance_countdown);
		return;
	}
	this_cpu_write(balance_countdown, BALANCE_TICKS);
	if (find_busiest(rq, &none))
		raise_softirq_irqoff(SCHED_SOFTIRQ);
}

void init_balance(void)
{
	open_softirq(SCHED_SOFTIRQ, run_rebalance);
}
