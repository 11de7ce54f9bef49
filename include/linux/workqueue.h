/* SPDX-License-Identifier: MIT */
/*
 * Workqueues: have a function called by a kernel thread soon, where it may sleep. A work item is a
 * struct work_struct with its function; queueing it from any context has a kworker run it, once, and
 * queueing it again before it has begun changes nothing. While it runs it may be queued again, by
 * itself too; it never runs twice at the same time.
 *
 * Each CPU has a pool of kworkers that run one item after the other, as long as they do not sleep: as
 * soon as one sleeps in its item, the next kworker goes on with the others. Unbound workqueues share
 * a pool whose kworkers run on any CPU, as many at a time as there are items.
 *
 *	schedule_work()			short items that may sleep
 *	alloc_workqueue()		what must be flushed by itself, or needs a flag
 *	alloc_ordered_workqueue()	one item at a time, in the order in which they were queued
 */
#ifndef _LINUX_WORKQUEUE_H
#define _LINUX_WORKQUEUE_H

#include <linux/atomic.h>
#include <linux/bitops.h>
#include <linux/list.h>
#include <linux/threads.h>
#include <linux/timer.h>
#include <linux/types.h>

struct work_struct;
struct worker_pool;
struct pool_workqueue;
struct workqueue_struct;

typedef void (*work_func_t)(struct work_struct *work);
void delayed_work_timer_fn(struct timer_list *t);

struct work_struct {
	atomic_long_t data;		/* WORK_STRUCT_*_BIT; atomic bit operations */
	struct list_head entry;		/* empty unless it waits in a pool. pool->lock */
	work_func_t func;
	struct worker_pool *pool;	/* where it waits, or ran last. Its own lock */
	struct pool_workqueue *pwq;	/* where it waits. pool->lock, like the rest */
	u8 color;			/* which flush_workqueue() waits for it */
	bool inactive;			/* waits for its workqueue to have fewer than max_active */
};

#define WORK_STRUCT_PENDING_BIT 0	/* it is to run and has not begun, or somebody keeps it so */
#define WORK_STRUCT_CANCELING_BIT 1	/* cancel_work_sync() keeps it so */

struct delayed_work {
	struct work_struct work;
	struct timer_list timer;
	struct workqueue_struct *wq;	/* what the timer will do */
	int cpu;
};

#define to_delayed_work(_work) container_of(_work, struct delayed_work, work)

#define __WORK_INITIALIZER(n, f) { .entry = LIST_HEAD_INIT((n).entry), .func = (f) }
#define __DELAYED_WORK_INITIALIZER(n, f)                                     \
	{                                                                    \
		.work = __WORK_INITIALIZER((n).work, (f)),                   \
		.timer = __TIMER_INITIALIZER(delayed_work_timer_fn, TIMER_IRQSAFE), \
	}
#define DECLARE_WORK(n, f) struct work_struct n = __WORK_INITIALIZER(n, f)
#define DECLARE_DELAYED_WORK(n, f) struct delayed_work n = __DELAYED_WORK_INITIALIZER(n, f)
#define DECLARE_DEFERRABLE_WORK(n, f) DECLARE_DELAYED_WORK(n, f)

/* INIT_WORK - prepare an item. Context: any; it neither waits nor runs. */
#define INIT_WORK(_work, _func) \
	do { *(_work) = (struct work_struct)__WORK_INITIALIZER(*(_work), _func); } while (0)
#define INIT_WORK_ONSTACK(_work, _func) INIT_WORK(_work, _func)
#define INIT_DELAYED_WORK(_work, _func)                                             \
	do {                                                                        \
		INIT_WORK(&(_work)->work, (_func));                                 \
		timer_setup(&(_work)->timer, delayed_work_timer_fn, TIMER_IRQSAFE); \
	} while (0)
#define INIT_DELAYED_WORK_ONSTACK(_work, _func) INIT_DELAYED_WORK(_work, _func)
#define INIT_DEFERRABLE_WORK(_work, _func) INIT_DELAYED_WORK(_work, _func)
#define destroy_work_on_stack(work) do { (void)(work); } while (0)
#define destroy_delayed_work_on_stack(work) do { (void)(work); } while (0)

/* work_pending - is it to run and has not begun? A hint, unless the caller keeps others from changing it. */
#define work_pending(work) test_bit(WORK_STRUCT_PENDING_BIT, (unsigned long *)&(work)->data)
#define delayed_work_pending(w) work_pending(&(w)->work)

enum {
	WQ_UNBOUND = 1 << 1,		/* on any CPU */
	WQ_FREEZABLE = 1 << 2,		/* nothing freezes here */
	WQ_MEM_RECLAIM = 1 << 3,	/* every pool keeps a kworker in reserve anyway */
	WQ_HIGHPRI = 1 << 4,		/* kworkers of nice -20 */
	WQ_CPU_INTENSIVE = 1 << 5,	/* items do not hold up others even while they compute */
	WQ_SYSFS = 1 << 6,
	WQ_POWER_EFFICIENT = 1 << 7,
	__WQ_ORDERED = 1 << 17,

	WQ_MAX_ACTIVE = 512,
	WQ_UNBOUND_MAX_ACTIVE = WQ_MAX_ACTIVE,
	WQ_DFL_ACTIVE = WQ_MAX_ACTIVE / 2,

	WORK_CPU_UNBOUND = NR_CPUS,	/* for queue_work_on(): this CPU */

	WORK_BUSY_PENDING = 1 << 0,
	WORK_BUSY_RUNNING = 1 << 1,
};

/* system_wq - short items; _highpri; _long - they may take long; _unbound - on any CPU, as many as there are. */
extern struct workqueue_struct *system_wq, *system_highpri_wq, *system_long_wq, *system_unbound_wq;
#define system_freezable_wq system_wq
#define system_power_efficient_wq system_wq

/**
 * alloc_workqueue - make a workqueue
 * @fmt: its name, printf-style, with the arguments behind @max_active
 * @flags: WQ_*
 * @max_active: how many of its items may run at a time (bound: on each CPU); 0 for the usual
 *
 * Context: task, may sleep. Return: the workqueue, NULL without memory.
 */
__printf(1, 4) struct workqueue_struct *alloc_workqueue(const char *fmt, unsigned int flags, int max_active, ...);
#define alloc_ordered_workqueue(fmt, flags, args...) \
	alloc_workqueue(fmt, WQ_UNBOUND | __WQ_ORDERED | (flags), 1, ##args)
#define create_workqueue(name) alloc_workqueue("%s", WQ_MEM_RECLAIM, 1, (name))
#define create_freezable_workqueue(name) create_workqueue(name)
#define create_singlethread_workqueue(name) alloc_ordered_workqueue("%s", WQ_MEM_RECLAIM, name)

/* destroy_workqueue - run what is queued and free it; delayed items must have been cancelled. Context: may sleep. */
void destroy_workqueue(struct workqueue_struct *wq);

/**
 * queue_work_on - have @work run by a kworker of @cpu
 *
 * What the caller has stored is seen by the function, even when the item was queued already. With
 * WORK_CPU_UNBOUND, or when @cpu is not online: of this CPU. An unbound workqueue ignores @cpu. An item
 * that still runs elsewhere runs there again. Context: any but NMI.
 * Return: false if it was queued already.
 */
bool queue_work_on(int cpu, struct workqueue_struct *wq, struct work_struct *work);

static inline bool queue_work(struct workqueue_struct *wq, struct work_struct *work)
{
	return queue_work_on(WORK_CPU_UNBOUND, wq, work);
}

static inline bool schedule_work(struct work_struct *work)
{
	return queue_work(system_wq, work);
}

static inline bool schedule_work_on(int cpu, struct work_struct *work)
{
	return queue_work_on(cpu, system_wq, work);
}

/* queue_delayed_work_on - the same in @delay jiffies. Return: false if it was queued, or waiting, already. */
bool queue_delayed_work_on(int cpu, struct workqueue_struct *wq, struct delayed_work *dwork,
			   unsigned long delay);

/* mod_delayed_work_on - the same, and if it was waiting, the new delay counts. Return: was it waiting? */
bool mod_delayed_work_on(int cpu, struct workqueue_struct *wq, struct delayed_work *dwork,
			 unsigned long delay);

static inline bool queue_delayed_work(struct workqueue_struct *wq, struct delayed_work *dwork,
				      unsigned long delay)
{
	return queue_delayed_work_on(WORK_CPU_UNBOUND, wq, dwork, delay);
}

static inline bool mod_delayed_work(struct workqueue_struct *wq, struct delayed_work *dwork,
				    unsigned long delay)
{
	return mod_delayed_work_on(WORK_CPU_UNBOUND, wq, dwork, delay);
}

static inline bool schedule_delayed_work(struct delayed_work *dwork, unsigned long delay)
{
	return queue_delayed_work(system_wq, dwork, delay);
}

static inline bool schedule_delayed_work_on(int cpu, struct delayed_work *dwork, unsigned long delay)
{
	return queue_delayed_work_on(cpu, system_wq, dwork, delay);
}

/**
 * flush_work - wait until @work, as it was queued last, has run
 *
 * The object may be freed by its function meanwhile. flush_delayed_work() does not wait for the delay.
 * Context: task, may sleep; not from @work itself. Return: false if it was idle.
 */
bool flush_work(struct work_struct *work);
bool flush_delayed_work(struct delayed_work *dwork);

/**
 * cancel_work_sync - keep @work from running, wait until it does not run
 *
 * Whoever queues it meanwhile, itself included, is refused. When this returns it is idle, and may be
 * freed if nobody queues it any more. Context: task, may sleep; not from @work itself.
 * Return: was it waiting to run?
 */
bool cancel_work_sync(struct work_struct *work);
bool cancel_delayed_work_sync(struct delayed_work *dwork);

/* cancel_work - the same without waiting: it may be running. Context: any but NMI. Return: was it waiting? */
bool cancel_work(struct work_struct *work);
bool cancel_delayed_work(struct delayed_work *dwork);

/* flush_workqueue - wait until all that is queued now has run. Context: task, may sleep; not from an item of @wq. */
void flush_workqueue(struct workqueue_struct *wq);
#define flush_scheduled_work() flush_workqueue(system_wq)

/* drain_workqueue - and all that these items queue; others may not queue meanwhile. Context: as flush_workqueue(). */
void drain_workqueue(struct workqueue_struct *wq);

/* schedule_on_each_cpu - run @func on every CPU, and wait. Context: task, may sleep. Return: 0, -ENOMEM. */
int schedule_on_each_cpu(work_func_t func);

/* work_busy - WORK_BUSY_PENDING and _RUNNING: a hint. Context: any but NMI. */
unsigned int work_busy(struct work_struct *work);

/* current_work - the item that the running task runs, NULL if it is no kworker. */
struct work_struct *current_work(void);

/* workqueue_init_early - what is queued from here on waits; workqueue_init - and runs. Context: boot; then a task. */
void workqueue_init_early(void);
void workqueue_init(void);

#endif
