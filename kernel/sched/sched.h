/* SPDX-License-Identifier: MIT */
/*
 * Inside the scheduler: the run queue of a CPU, and the interface of a scheduling class.
 *
 * Locks. rq->lock guards a run queue and all that is on it; it is held across the switch, from the task that goes to
 * the one that comes. p->pi_lock lets one waker at a time at a sleeping task. Order: a wait queue's lock, pi_lock,
 * rq->lock, and of two rq->locks that of the lower CPU first. All are taken with interrupts off and are plain lock
 * words: they are below preempt_count and lockdep, which call into the scheduler themselves.
 */
#ifndef _KERNEL_SCHED_SCHED_H
#define _KERNEL_SCHED_SCHED_H

#include <asm/msr.h>
#include <linux/percpu.h>
#include <linux/sched.h>
#include <linux/smp.h>

/* task_struct.on_rq */
#define TASK_ON_RQ_QUEUED 1
#define TASK_ON_RQ_MIGRATING 2		/* runnable, but between two run queues */

#define ENQUEUE_WAKEUP 0x01		/* it slept before, or is new */

/* task_struct.switch_work */
#define SWITCH_DEAD 0x01		/* give the task back */
#define SWITCH_MIGRATE 0x02		/* it may not stay on this CPU: find it another */

/* Real-time tasks that wait for the CPU: a FIFO for each priority, and a bit for each FIFO that is not empty. */
struct rt_rq {
	unsigned long bitmap[2];
	struct list_head queue[MAX_RT_PRIO];
};

/* Fair tasks that wait for the CPU, sorted by vruntime. */
struct cfs_rq {
	struct rb_root_cached tasks_timeline;
	u64 min_vruntime;		/* never goes back; where a task that joins is placed */
	unsigned long load;		/* sum of weights, the running task's included */
	unsigned int nr_running;	/* the running task included */
};

/* The running task is in none of the queues: picking takes it out, put_prev_task() puts it back. */
struct rq {
	arch_spinlock_t lock;
	unsigned int nr_running;	/* on_rq tasks, the running one included, the idle task not */
	struct task_struct *curr;
	struct task_struct *idle;
	int cpu;
	bool resched_ipi_sent;		/* this CPU has been sent one and has not been through __schedule() since */
	u64 nr_switches;
	struct rt_rq rt;
	struct cfs_rq cfs;
};

DECLARE_PER_CPU(struct rq, runqueues);

#define cpu_rq(cpu) per_cpu_ptr(&runqueues, cpu)
#define this_rq() this_cpu_ptr(&runqueues)
#define task_rq(p) cpu_rq(task_cpu(p))

/*
 * A scheduling policy. The core keeps on_rq, nr_running and CPU time; a class keeps its queue and decides the order.
 * Context of all: rq->lock held, interrupts off. To add one, write a file like rt.c and name it in sched_classes[].
 */
struct sched_class {
	const char *name;

	/* @p, which does not run, joins the queue. */
	void (*enqueue_task)(struct rq *rq, struct task_struct *p, int flags);

	/* @p, which does not run, leaves the queue. */
	void (*dequeue_task)(struct rq *rq, struct task_struct *p);

	/* Take the task to run next out of the queue. Return: the task, or NULL if the queue is empty. */
	struct task_struct *(*pick_next_task)(struct rq *rq);

	/* @p ran for @delta cycles and is to be switched out; if it is still TASK_ON_RQ_QUEUED it goes back into the queue. */
	void (*put_prev_task)(struct rq *rq, struct task_struct *p, u64 delta);

	/* @p has joined the queue, and the running task is of the same class: call resched_curr() if @p should run now. */
	void (*check_preempt_curr)(struct rq *rq, struct task_struct *p);

	/* A tick came while @p runs, @delta cycles after it was last accounted: call resched_curr() if its time is up. */
	void (*task_tick)(struct rq *rq, struct task_struct *p, u64 delta);

	/* The running task lets its equals go first. */
	void (*yield_task)(struct rq *rq, struct task_struct *p);

	/* A queued task that may run on @cpu and would not be missed here, for the load balancer. Return: it, or NULL. */
	struct task_struct *(*pick_pullable)(struct rq *rq, int cpu);

	/* @p, in no queue, goes from one run queue to another. May be NULL. */
	void (*migrate_task)(struct task_struct *p, struct rq *from, struct rq *to);

	/* @p is about to join this class on @rq, or its weight has changed. May be NULL. */
	void (*switched_to)(struct rq *rq, struct task_struct *p);
};

extern const struct sched_class rt_sched_class, fair_sched_class, idle_sched_class;

static __always_inline void rq_lock(struct rq *rq)
{
	arch_spin_lock(&rq->lock);
}

static __always_inline void rq_unlock(struct rq *rq)
{
	arch_spin_unlock(&rq->lock);
}

/* Make @rq's CPU call __schedule() soon. Context: rq->lock held. */
void resched_curr(struct rq *rq);

/* Join or leave @rq. Context: rq->lock held, task_cpu(p) is that of @rq. */
void activate_task(struct rq *rq, struct task_struct *p, int flags);
void deactivate_task(struct rq *rq, struct task_struct *p);

/* Let the running task be preempted if @p, which has just joined, should go first. Context: rq->lock held. */
void check_preempt_curr(struct rq *rq, struct task_struct *p);

/* Move a queued task that does not run. Context: both rq->locks held. */
void move_queued_task(struct rq *from, struct rq *to, struct task_struct *p);
void set_task_cpu(struct task_struct *p, struct rq *to);

/* A new task's scheduling parameters. Context: task; nobody else knows @p. */
void sched_fork(struct task_struct *p);

/* kernel/fork.c: a task for a CPU's idle loop; its stack is the one that CPU starts on. */
struct task_struct *alloc_idle_task(void);

/* kernel/sched/balance.c */
int select_task_rq(struct task_struct *p);
bool newidle_balance(struct rq *this_rq);
void trigger_load_balance(struct rq *rq);
void init_balance(void);
void double_rq_lock(struct rq *a, struct rq *b);
void double_rq_unlock(struct rq *a, struct rq *b);

/* The run queue of @p, locked, with pi_lock too. Context: interrupts off. */
struct rq *task_rq_lock(struct task_struct *p);
void task_rq_unlock(struct rq *rq, struct task_struct *p);

/* kernel/sched/switch.asm: change stacks. Return: the task that was switched out, as seen by the one switched in. */
struct task_struct *__switch_to_asm(struct task_struct *prev, struct task_struct *next);
void ret_from_fork(void);

/* Called by switch.asm as the first thing that a new task does. */
void schedule_tail(struct task_struct *prev);

/* fair.c: cycle counts derived from tsc_khz. */
void init_fair(struct cfs_rq *cfs);
void init_rt(struct rt_rq *rt);
void init_fair_params(void);
void set_load_weight(struct task_struct *p);

#endif
