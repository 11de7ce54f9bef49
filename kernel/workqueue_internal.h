/* SPDX-License-Identifier: MIT */
/*
 * Between workqueue.c, which keeps order among work items, and worker.c, whose kworkers run them.
 *
 * pool->lock guards a pool and all that is in it: items, workers, and the pool_workqueues that feed it.
 * It is taken with interrupts off, also at the end of a task switch; inside it tasks are woken.
 */
#ifndef _KERNEL_WORKQUEUE_INTERNAL_H
#define _KERNEL_WORKQUEUE_INTERNAL_H

#include <linux/completion.h>
#include <linux/hashtable.h>
#include <linux/lockdep.h>
#include <linux/sched.h>
#include <linux/spinlock.h>
#include <linux/sprintf.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#define NR_STD_WORKER_POOLS 2 /* a CPU: for ordinary items, and for WQ_HIGHPRI */
#define HIGHPRI_NICE_LEVEL MIN_NICE
#define BUSY_WORKER_HASH_ORDER 6

struct worker_pool {
	raw_spinlock_t lock;
	int cpu;			/* -1: unbound */
	int id;
	int nice;
	struct list_head worklist;	/* items to be begun, in order */
	struct list_head idle_list;	/* of workers; the one that ran last is first */
	int nr_workers, nr_idle;
	int nr_running;			/* bound: that are not idle, and have not slept in their item */
	int next_worker_id;
	bool wants_worker;		/* kworkerd is to make one */
	struct list_head barriers;	/* of flush_work() */
	DECLARE_HASHTABLE(busy_hash, BUSY_WORKER_HASH_ORDER); /* workers, by their current_work */
};

struct worker {
	struct list_head entry;		/* idle_list */
	struct hlist_node hentry;	/* busy_hash */
	struct work_struct *current_work; /* NULL between items; may be freed while it runs */
	work_func_t current_func;
	struct pool_workqueue *current_pwq;
	struct list_head scheduled;	/* items that have to run here because they run here now */
	struct worker_pool *pool;
	struct task_struct *task;
	unsigned long last_active;	/* when it became idle; jiffies */
	bool sleeping;			/* it slept in its item, and does not count in nr_running until the end */
	bool die;
};

/* What a workqueue has in a pool. */
struct pool_workqueue {
	struct worker_pool *pool;
	struct workqueue_struct *wq;
	int nr_active;			/* items in worklist or running */
	struct list_head inactive_works; /* others, until nr_active is less than max_active */
	int work_color;			/* of items queued now */
	int nr_in_flight[2];		/* items of each colour that have not ended */
};

struct workqueue_struct {
	char name[24];
	unsigned int flags;
	int max_active;
	atomic_t nr_drainers;
	wait_queue_head_t flush_wait;	/* for a colour to run out, and for the turn */
	bool flushing;			/* whose turn it is */
#ifdef CONFIG_DEBUG_LOCK_ALLOC
	char lock_name[40];
	struct lock_class_key key;
	struct lockdep_map lockdep_map;	/* held while an item runs */
#endif
	int nr_pwqs;			/* bound: one for each CPU */
	struct pool_workqueue pwqs[];
};

/* flush_work() waits until one item has ended. */
struct wq_barrier {
	struct list_head entry;
	struct work_struct *work;	/* waits in the pool; NULL once it has begun */
	struct worker *worker;		/* runs it */
	struct completion done;
};

extern unsigned long wq_idle_timeout;	/* jiffies until a worker too many ends; a test makes it shorter */

/* The pool of @cpu, or the unbound one for -1. */
struct worker_pool *worker_pool(int cpu, bool highpri);

/* Have somebody run what is in the worklist, if nobody does. Context: pool->lock held. */
void kick_pool(struct worker_pool *pool);

/* The worker that runs @work, or NULL. Context: pool->lock held. */
struct worker *find_worker_executing_work(struct worker_pool *pool, struct work_struct *work);

/* The running task, if it is a kworker, else NULL. */
struct worker *current_worker(void);

/* An item has ended, or been taken back. Context: pool->lock held. */
void pwq_dec_nr_in_flight(struct pool_workqueue *pwq, int color, bool inactive);

/* kernel/sched: a bound kworker's task has gone to sleep. Context: the end of the switch; interrupts off. */
void wq_worker_sleeping(struct task_struct *task);

void worker_pools_init(void);
void spawn_kworkers(void);

#ifdef CONFIG_DEBUG_LOCK_ALLOC
/* A class of its own: else an item that flushes another workqueue would look as if it waited for itself. */
static inline void init_wq_lockdep(struct workqueue_struct *wq)
{
	snprintf(wq->lock_name, sizeof(wq->lock_name), "(wq_completion)%s", wq->name);
	lockdep_register_key(&wq->key);
	lockdep_init_map(&wq->lockdep_map, wq->lock_name, &wq->key, 0);
}

static inline void free_wq_lockdep(struct workqueue_struct *wq)
{
	lockdep_unregister_key(&wq->key);
}
#else
#define init_wq_lockdep(wq) do { } while (0)
#define free_wq_lockdep(wq) do { } while (0)
#endif

#endif
