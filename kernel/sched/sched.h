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
#include <asm/tsc.h>

/* task_struct.on_rq */
#define TASK_ON_RQ_QUEUED 1
#define TASK_ON_RQ_MIGRATING 2		/* runnable, but between two run queues */

#define PULL_SEARCH_MAX 32		/* pulling holds two locks: it must not take longer the more tasks there are */

#define ENQUEUE_WAKEUP 0x01		/* it slept before, or is new */

/* task_struct.switch_work */
#define SWITCH_DEAD 0x01		/* give the task back */
#define SWITCH_MIGRATE 0x02		/* it may not stay on this CPU: find it another */
#define SWITCH_WORKER 0x04		/* a kworker: if it sleeps, another may be wanted */

/* Real-time tasks that wait for the CPU: a FIFO for each priority, and a bit for each FIFO that is not empty. */
struct rt_rq {
	unsigned long bitmap[2];
	struct list_head queue[MAX_RT_PRIO];
};

/* Fair tasks that wait for the CPU, sorted by vruntime. */
struct cfs_rq {
	struct rb_root_cached tasks_timeline;
	u64 min_vruntime;		/* never goes back; where a task that joins is placed */
	unsigned long load;		/* sum of the weights in the tree */
	unsigned int nr_queued;		/* tasks in the tree */
};

/* The running task is in none of the queues: picking takes it out, put_prev_task() puts it back. */
struct rq {
	arch_spinlock_t lock;
	unsigned int nr_running;	/* on_rq tasks, the running one included, the idle task not */
	struct task_struct *curr;
	int curr_prio;			/* curr->prio, for who has not got the lock: curr may be gone before he looks */
	struct task_struct *idle;
	int cpu;
	bool resched_ipi_sent;		/* this CPU has been sent one and has not been through __schedule() since */
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

	/* @p is about to be switched out and wants to run on: it goes back into the queue. */
	void (*put_prev_task)(struct rq *rq, struct task_struct *p);

	/* The running task has had the CPU for @delta cycles since the last time. May be NULL. */
	void (*update_curr)(struct rq *rq, struct task_struct *curr, u64 delta);

	/* @p has joined the queue, and has the running task's prio: call resched_curr() if it should go first. May be NULL. */
	void (*check_preempt_curr)(struct rq *rq, struct task_struct *p);

	/* A tick came while @curr runs: call resched_curr() if its time is up. May be NULL. */
	void (*task_tick)(struct rq *rq, struct task_struct *curr);

	/* The running task lets its equals go first. */
	void (*yield_task)(struct rq *rq, struct task_struct *p);

	/* One of the first PULL_SEARCH_MAX queued tasks that may run on @cpu, for the load balancer. Return: it, or NULL. May be NULL itself. */
	struct task_struct *(*pick_pullable)(struct rq *rq, int cpu);

	/* @p, in no queue, goes from one run queue to another. May be NULL. */
	void (*migrate_task)(struct task_struct *p, struct rq *from, struct rq *to);

	/* @p is about to join this class on @rq, or its weight has changed. May be NULL. */
	void (*switched_to)(struct rq *rq, struct task_struct *p);
};

extern const struct sched_class rt_sched_class, fair_sched_class, idle_sched_class;
extern const struct sched_class *const sched_classes[];	/* ends with NULL */

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

/*
 * Join or leave @rq. Context: rq->lock held, task_cpu(p) is that of @rq. @on_rq: 0 if @p sleeps; a task that leaves to
 * join again is TASK_ON_RQ_MIGRATING and never 0 in between: a waker, which looks without the lock, would enqueue it too.
 */
void activate_task(struct rq *rq, struct task_struct *p, int flags);
void deactivate_task(struct rq *rq, struct task_struct *p, int on_rq);

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
extern int sched_nr_cpus;		/* that run tasks; changes only while booting */
int select_task_rq_smp(struct task_struct *p);

/* A CPU for @p, which is in no queue. Context: p->pi_lock held. */
static __always_inline int select_task_rq(struct task_struct *p)
{
	return sched_nr_cpus == 1 ? p->cpu : select_task_rq_smp(p);
}

bool newidle_balance(struct rq *this_rq);
void trigger_load_balance(struct rq *rq);
void init_balance(void);
void double_rq_lock(struct rq *a, struct rq *b);
void double_rq_unlock(struct rq *a, struct rq *b);

/* The run queue of @p, locked, with pi_lock too. Context: interrupts off. */
struct rq *task_rq_lock(struct task_struct *p);
void task_rq_unlock(struct rq *rq, struct task_struct *p);

/*
 * Switch from @prev's stack to @next's. Return: the task that ran before, as the one that is switched in sees it: not
 * the @prev that it gave when it was switched out. __switch_to_asm() keeps no register but the frame pointer, so the
 * compiler is told that all others are gone, and saves those that it needs.
 */
static __always_inline struct task_struct *switch_to(struct task_struct *prev, struct task_struct *next)
{
	struct task_struct *last;

	__asm__ __volatile__("call __switch_to_asm"
			     : "=a"(last), "+D"(prev), "+S"(next), ASM_CALL_CONSTRAINT
			     :
			     : "rbx", "rcx", "rdx", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15",
			       "memory", "cc");
	return last;
}

void ret_from_fork(void);

/* Remember that the running code wakes @p. Context: p->pi_lock held. */
#ifdef CONFIG_DEBUG_ATOMIC_SLEEP
void note_waker(struct task_struct *p);
#else
static inline void note_waker(struct task_struct *p __maybe_unused)
{
}
#endif

/* Make @p runnable if its state is one of @state: see core.c. Context: interrupts off. */
int try_to_wake_up(struct task_struct *p, unsigned int state);

/* Called by switch.asm as the first thing that a new task does. */
void schedule_tail(struct task_struct *prev);

static inline u64 ms_to_cycles(unsigned int ms)
{
	return (u64)tsc_khz * ms;
}

/* Of each class: an empty queue; and what the class counts in cycles, once tsc_khz is known. */
void init_fair(struct cfs_rq *cfs);
void init_rt(struct rt_rq *rt);
void init_fair_params(void);
void init_rt_params(void);
void set_load_weight(struct task_struct *p);

#endif
