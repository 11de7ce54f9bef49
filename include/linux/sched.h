/* SPDX-License-Identifier: MIT */
/*
 * Tasks, and how they give up the CPU. Every task is a kernel thread: its state says whether it may run, its class
 * and priority say when. set_current_state() followed by schedule() is the bottom of every sleep in the kernel; use
 * <linux/wait.h> unless you are writing something like it.
 */
#ifndef _LINUX_SCHED_H
#define _LINUX_SCHED_H

#include <asm/current.h>
#include <asm/processor.h>
#include <linux/atomic.h>
#include <linux/cpumask.h>
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/lockdep.h>
#include <linux/preempt.h>
#include <linux/rbtree.h>
#include <linux/refcount.h>
#include <linux/sched/prio.h>
#include <linux/signal.h>
#include <linux/spinlock.h>
#include <linux/thread_info.h>
#include <linux/types.h>

/*
 * Task states. A task that runs or waits for a CPU is TASK_RUNNING, except between setting another state and
 * schedule(): being preempted there does not make it sleep.
 */
#define TASK_RUNNING 0x0000
#define TASK_INTERRUPTIBLE 0x0001	/* woken by a wake-up or by any signal it accepts */
#define TASK_UNINTERRUPTIBLE 0x0002	/* woken by a wake-up only */
#define __TASK_STOPPED 0x0004
#define __TASK_TRACED 0x0008
#define TASK_PARKED 0x0040
#define TASK_DEAD 0x0080		/* has run for the last time */
#define TASK_WAKEKILL 0x0100		/* SIGKILL wakes it as well */
#define TASK_WAKING 0x0200		/* try_to_wake_up() is moving it to a run queue */
#define TASK_NOLOAD 0x0400
#define TASK_NEW 0x0800			/* never ran */

#define TASK_KILLABLE (TASK_WAKEKILL | TASK_UNINTERRUPTIBLE)
#define TASK_IDLE (TASK_UNINTERRUPTIBLE | TASK_NOLOAD)
#define TASK_NORMAL (TASK_INTERRUPTIBLE | TASK_UNINTERRUPTIBLE)

/* Policies: uapi numbers. */
#define SCHED_NORMAL 0
#define SCHED_FIFO 1
#define SCHED_RR 2
#define SCHED_IDLE 5

#define PF_IDLE 0x00000002		/* the idle task of a CPU */
#define PF_EXITING 0x00000004		/* in do_exit() */
#define PF_WQ_WORKER 0x00000020		/* a kworker */
#define PF_MEMALLOC 0x00000800		/* makes memory free: may use the reserve to do so */
#define PF_NO_SETAFFINITY 0x04000000	/* bound by kthread_bind(): affinity is not to be changed */
#define PF_KTHREAD 0x00200000

#define TASK_COMM_LEN 16
#define MAX_SCHEDULE_TIMEOUT LONG_MAX

struct rq;
struct running_callback;
struct sched_class;
struct kthread;
struct wait_queue_head;

struct sched_param {
	int sched_priority;		/* 1 (lowest) to 99 for SCHED_FIFO and SCHED_RR, else 0 */
};

/* What the fair class keeps of a task. rq->lock guards all of it. Times are in TSC cycles. */
struct sched_entity {
	struct rb_node run_node;
	u64 vruntime;			/* CPU time, divided by the weight */
	u64 exec_start;			/* when the current stay on the CPU was last accounted */
	u64 sum_exec_runtime;		/* CPU time of its whole life */
	u64 slice_start;		/* sum_exec_runtime when its turn began */
	u32 weight;			/* 1024 at nice 0, 1.25 times more a nice level down */
	u32 inv_weight;			/* 2^32 / weight */
};

/* What the real-time class keeps. rq->lock guards it. */
struct sched_rt_entity {
	struct list_head run_list;
	bool requeue_tail;		/* at the next switch it goes behind its equals: it yielded, or its slice ended */
};

/* The function that might_sleep() reported last: its frame, where it returns to, where it starts. */
struct reported_call {
	unsigned long frame, caller, function;
};

/* Who made a task runnable the last time, for debuggers. pi_lock. */
struct wake_record {
	u64 when;			/* in TSC cycles; 0: nobody yet */
	pid_t pid;			/* whose CPU the waker had: itself, or the one that it interrupted */
	unsigned int preempt_count;	/* of the waker: which of the two */
	char comm[TASK_COMM_LEN];
};

struct task_struct {
	/* Read by everybody; written as the state machine in kernel/sched/core.c says. */
	unsigned int __state;
	int on_rq;			/* runnable, whether running, queued or on its way to another CPU. rq->lock */
	int on_cpu;			/* its stack is in use by a CPU; cleared last when it switches out */
	unsigned int switch_work;	/* SWITCH_*: what is to be done once it has switched out. rq->lock */
	int cpu;			/* whose run queue it is on, or was last. rq->lock, or pi_lock while it sleeps */
	struct thread_struct thread;
	void *stack;			/* lowest address */
	unsigned int flags;		/* PF_*; its own, but for PF_NO_SETAFFINITY */

	/* Scheduling. rq->lock and pi_lock to write. */
	int prio;			/* lower runs first: 0-98 real-time, 120 for all fair tasks, 140 idle */
	int normal_prio;		/* what prio is without anybody waiting for an rt_mutex it holds */
	int pi_prio;			/* of the most important one who does; MAX_PRIO without */
	int static_prio;		/* of the nice level: 120 + nice */
	unsigned int rt_priority;	/* 1-99, 0 for fair tasks */
	unsigned int policy;
	const struct sched_class *sched_class;
	struct sched_entity se;
	struct sched_rt_entity rt;
	struct cpumask cpus_mask;
	int nr_cpus_allowed;

	arch_spinlock_t pi_lock;	/* one waker at a time; interrupts off; before any rq->lock */

	/* Priority inheritance: kernel/locking/rtmutex.c, and its lock. */
	struct rb_root_cached pi_waiters;	/* of each rt_mutex it holds, the first who waits; sorted by prio */
	struct rt_mutex_waiter *pi_blocked_on;	/* the wait it is in, or NULL */

	/* Signals: accepted and not yet taken. Changed with atomic bit operations. */
	sigset_t pending;
	sigset_t allowed;

	unsigned long nvcsw, nivcsw;	/* switches: voluntary, involuntary. rq->lock */

	pid_t pid;
	char comm[TASK_COMM_LEN];
	refcount_t usage;
	struct list_head tasks;		/* tasklist_lock */
	struct hlist_node pid_node;	/* tasklist_lock */
	int exit_code;
	struct kthread *kthread;

#ifdef CONFIG_DEBUG_PREEMPT
	unsigned long preempt_disable_ip;	/* who took the count from 0 */
	unsigned long bh_disable_ip;		/* who disabled bottom halves */
#endif
#ifdef CONFIG_DEBUG_ATOMIC_SLEEP
	unsigned long task_state_change;	/* who last set a sleeping state */
	struct wait_queue_head *wait_head;	/* queue it sleeps on, for waitq and ps */
	unsigned long wait_condition_ip;	/* the wait_event() whose condition it tests, or 0 */
	struct running_callback *callback;	/* the innermost callback on its stack */
	struct reported_call sleep_reported;
	struct wake_record woken;
#endif
#ifdef CONFIG_DEBUG_LOCK_ALLOC
	unsigned long blocker;			/* lock it sleeps for: see <linux/hung_task.h> */
	int lockdep_depth;
	int lockdep_recursion;			/* not 0: nothing is validated */
	struct held_lock held_locks[MAX_LOCK_DEPTH];
#endif
#ifdef CONFIG_DETECT_HUNG_TASK
	unsigned long last_switch_count;	/* at the last look, and how many looks it has been. tasklist_lock */
	unsigned int hung_looks;
#endif
};

extern struct task_struct init_task;
extern unsigned long init_stack[THREAD_SIZE / sizeof(unsigned long)];
extern spinlock_t tasklist_lock;	/* guards the list of tasks and PIDs; taken with interrupts off */
extern struct list_head task_list;

/* Every task but the idle ones. tasklist_lock must be held. */
#define for_each_process(p) list_for_each_entry(p, &task_list, tasks)

/* ---- states ---- */

#ifdef CONFIG_DEBUG_ATOMIC_SLEEP
#define debug_task_state_change(value) do { current->task_state_change = (value) ? _THIS_IP_ : 0; } while (0)
#else
#define debug_task_state_change(value) do { } while (0)
#endif

/*
 * set_current_state - announce that the running task is about to sleep (or is not, after all)
 *
 * The barrier is half of what keeps wake-ups from getting lost; the other half is in try_to_wake_up():
 *
 *	sleeper						waker
 *	  [A] current->state = TASK_INTERRUPTIBLE	  [C] condition = true
 *	      smp_mb()					      smp_mb()
 *	  [B] if (!condition)				  [D] if (p->state & TASK_NORMAL)
 *		      schedule()				      p->state = TASK_RUNNING, enqueue
 *
 * Without the barriers both CPUs may read old values ([B] before [A], [D] before [C]): the sleeper misses the
 * condition, the waker misses the sleeper. With them at least one of the two sees what the other wrote.
 */
#define set_current_state(state_value)                                                             \
	do {                                                                                       \
		debug_task_state_change(state_value);                                              \
		smp_store_mb(current->__state, (state_value));                                     \
	} while (0)

/* __set_current_state - the same without the barrier: for going back to TASK_RUNNING. */
#define __set_current_state(state_value)                                                           \
	do {                                                                                       \
		debug_task_state_change(state_value);                                              \
		WRITE_ONCE(current->__state, (state_value));                                       \
	} while (0)

#define get_current_state() READ_ONCE(current->__state)
#define task_is_running(task) (READ_ONCE((task)->__state) == TASK_RUNNING)

/* task_state_to_char - R, S, D, X or I as in ps. Context: any. */
char task_state_to_char(struct task_struct *p);

/* ---- giving up the CPU ---- */

/**
 * schedule - let another task run; if the state is not TASK_RUNNING, sleep until somebody wakes this one
 *
 * Context: task, preempt_count 0, interrupts on; anything else is reported as "scheduling while atomic". A signal
 * that the state accepts makes it return at once.
 */
void schedule(void);

/* yield - go behind all tasks of the same priority. Context: task; sleeps not, but others run. */
void yield(void);

/**
 * schedule_timeout - sleep until woken or until @timeout jiffies have passed
 *
 * The caller has set the state; with TASK_RUNNING it only yields. Context: task, may sleep.
 * Return: jiffies left, 0 when the time is up. MAX_SCHEDULE_TIMEOUT never ends by itself.
 */
signed long schedule_timeout(signed long timeout);
signed long schedule_timeout_interruptible(signed long timeout);
signed long schedule_timeout_killable(signed long timeout);
signed long schedule_timeout_uninterruptible(signed long timeout);
signed long schedule_timeout_idle(signed long timeout);

static __always_inline bool need_resched(void)
{
	return unlikely(test_preempt_need_resched());
}

/*
 * interrupted_preemptible - could the code that this interrupt came upon be switched away from? It then holds no lock
 * that spins, and is in no RCU section. The idle task counts, though it has preemption off once, all its life: it gives
 * way by itself. Context: hard interrupt.
 */
static inline bool interrupted_preemptible(void)
{
	int count = preempt_count() - HARDIRQ_OFFSET;

	return !count || (count == PREEMPT_OFFSET && (current->flags & PF_IDLE));
}

/* cond_resched - let another task run if one should. Context: task, may sleep. Return: 1 if it did, else 0. */
int __cond_resched(void);
#define cond_resched() ({ might_resched(); __cond_resched(); })

/*
 * cond_resched_lock - the same for the holder of a lock, which is let go meanwhile, also if others
 * wait for it. Context: task, holding @lock and nothing else that spins. Return: 1 if it was let go.
 */
int __cond_resched_lock(spinlock_t *lock);
int __cond_resched_rwlock_read(rwlock_t *lock);
int __cond_resched_rwlock_write(rwlock_t *lock);
#define cond_resched_lock(lock) __cond_resched_lock(lock)
#define cond_resched_rwlock_read(lock) __cond_resched_rwlock_read(lock)
#define cond_resched_rwlock_write(lock) __cond_resched_rwlock_write(lock)

/* sched_notify_sleep - call wq_worker_sleeping() whenever the running task, bound to its CPU, goes to sleep; or not. */
void sched_notify_sleep(bool notify);

/* preempt_schedule_irq - switch at the end of an interrupt. Context: interrupts off, count 0; returns with them off. */
void preempt_schedule_irq(void);

/* ---- waking ---- */

/**
 * wake_up_process - make a sleeping task runnable, whatever it sleeps for
 *
 * Context: any but NMI. A full barrier before the state is read: what the caller stored before is seen by the task.
 * Return: 1 if it was asleep, 0 if it was running already.
 */
int wake_up_process(struct task_struct *p);

/* wake_up_state - the same, if its state is one of @state. */
int wake_up_state(struct task_struct *p, unsigned int state);

/* scheduler_ipi - another CPU asks this one to reschedule. Context: hardirq. */
void scheduler_ipi(void);

/* scheduler_tick - account the running task, and preempt it when its time is up. Context: hardirq, every tick. */
void scheduler_tick(void);

/* ---- placement and policy ---- */

static inline int task_cpu(const struct task_struct *p)
{
	return READ_ONCE(p->cpu);
}

/* task_curr - is @p the task that its CPU runs? Only a hint unless @p cannot change. */
int task_curr(const struct task_struct *p);

/* idle_cpu - has that CPU nothing to run? Only a hint. */
int idle_cpu(int cpu);

/**
 * set_cpus_allowed_ptr - restrict @p to the CPUs in @new_mask
 *
 * Context: task, may sleep: when it returns, @p runs on one of them or sleeps.
 * Return: 0; -EINVAL if none of them is online, or @p was bound by kthread_bind().
 */
int set_cpus_allowed_ptr(struct task_struct *p, const struct cpumask *new_mask);

/* sched_setscheduler_nocheck - set policy and priority. Context: any but NMI. Return: 0, or -EINVAL for bad values. */
int sched_setscheduler_nocheck(struct task_struct *p, int policy, const struct sched_param *param);
int sched_setscheduler(struct task_struct *p, int policy, const struct sched_param *param);

/* sched_set_fifo - SCHED_FIFO in the middle of the range (50); _low: priority 1; sched_set_normal: back, with @nice. */
void sched_set_fifo(struct task_struct *p);
void sched_set_fifo_low(struct task_struct *p);
void sched_set_normal(struct task_struct *p, int nice);

/* set_user_nice - weight of a fair task: -20 (most) to 19 (least); remembered for others. Context: any but NMI. */
void set_user_nice(struct task_struct *p, long nice);

static inline int task_nice(const struct task_struct *p)
{
	return PRIO_TO_NICE(p->static_prio);
}

static inline bool rt_prio(int prio)
{
	return prio < MAX_RT_PRIO;
}

static inline bool rt_task(const struct task_struct *p)
{
	return rt_prio(p->prio);
}

/* task_sched_runtime - CPU time of its life, in ns. Context: any but NMI. */
u64 task_sched_runtime(struct task_struct *p);

/* ---- identity and life ---- */

static inline pid_t task_pid_nr(const struct task_struct *p)
{
	return p->pid;
}

#define task_pid_vnr(p) task_pid_nr(p)

/* find_task_by_vpid - Context: tasklist_lock held, or use find_get_task_by_vpid(). Return: the task, or NULL. */
struct task_struct *find_task_by_vpid(pid_t nr);

/* find_get_task_by_vpid - the same with a reference, to be given back by put_task_struct(). Context: any but NMI. */
struct task_struct *find_get_task_by_vpid(pid_t nr);

void __put_task_struct(struct task_struct *p);

static inline struct task_struct *get_task_struct(struct task_struct *p)
{
	refcount_inc(&p->usage);
	return p;
}

static inline void put_task_struct(struct task_struct *p)
{
	if (refcount_dec_and_test(&p->usage))
		__put_task_struct(p);
}

void set_task_comm(struct task_struct *p, const char *name);

/* do_task_dead - the end of do_exit(): switch away for the last time. */
void do_task_dead(void) __noreturn;

/* do_exit - end the running task; kthread_stop() returns @code. Context: task. Does not return. */
void do_exit(long code) __noreturn;

/* ---- a CPU's life ---- */

/* sched_init - the boot CPU's run queue and idle task. Context: boot, before the first interrupt. */
void sched_init(void);

/* idle_init - make the idle task of @cpu. Context: task. Return: the task, or NULL without memory. */
struct task_struct *idle_init(int cpu);

/* sched_cpu_starting - the calling CPU, which runs its idle task, joins. Context: interrupts off. */
void sched_cpu_starting(void);

/* cpu_startup_entry - run what there is to run, halt when there is nothing, for ever. Context: the idle task. */
void cpu_startup_entry(void) __noreturn;

#include <linux/sched/signal.h>

#endif
