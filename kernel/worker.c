// SPDX-License-Identifier: MIT
/*
 * Kworkers: the threads that run work items, in pools. A pool bound to a CPU wants one of its workers
 * to be running, and no more: nr_running counts those that run an item and have not slept in it. When
 * that becomes 0 and items wait, the next idle worker is woken. The scheduler tells: each switch ends
 * with a look at what is special about the task that goes (SWITCH_*), and for these tasks that is
 * wq_worker_sleeping(); a switch between other tasks costs nothing more. A worker that has slept counts
 * as asleep until its item ends, so for that time two may run: that saves a second hook, where it
 * wakes up.
 *
 * So that there is somebody to wake, an idle worker is kept in reserve: who becomes busy as the last
 * one has kworkerd make another, and does not wait for it.
 */
#include <linux/bug.h>
#include <linux/err.h>
#include <linux/init.h>
#include <linux/kthread.h>
#include <linux/panic.h>
#include <linux/percpu.h>
#include <linux/sched/debug.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include "workqueue_internal.h"

#define CREATE_COOLDOWN        (HZ / 10) /* before memory is asked for again */
#define MAX_IDLE_WORKERS_RATIO 4         /* idle workers beyond two, to busy ones */

unsigned long wq_idle_timeout = 300 * HZ;

static DEFINE_PER_CPU(struct worker_pool[NR_STD_WORKER_POOLS], cpu_worker_pools);
static struct worker_pool unbound_pools[NR_STD_WORKER_POOLS];
static struct task_struct *kworkerd; /* set once, while booting */
static bool pools_want;              /* some pool's wants_worker was set */

struct worker_pool *worker_pool(int cpu, bool highpri)
{
	return cpu < 0 ? &unbound_pools[highpri] : &(*per_cpu_ptr(&cpu_worker_pools, cpu))[highpri];
}

static bool is_bound(const struct worker_pool *pool)
{
	return pool->cpu >= 0;
}

/* ---- who runs: Context of all, pool->lock held ---- */

static bool need_more_worker(const struct worker_pool *pool)
{
	return !list_empty(&pool->worklist) && !pool->nr_running;
}

static void want_worker(struct worker_pool *pool)
{
	pool->wants_worker = true;
	WRITE_ONCE(pools_want, true);
	if (kworkerd)
		wake_up_process(kworkerd);
}

void kick_pool(struct worker_pool *pool)
{
	struct worker *worker;

	if (!need_more_worker(pool))
		return;
	worker = list_first_entry_or_null(&pool->idle_list, struct worker, entry);
	if (worker)
		wake_up_process(worker->task);
	else
		want_worker(pool);
}

static void enter_idle(struct worker *worker)
{
	struct worker_pool *pool = worker->pool;

	pool->nr_idle++;
	worker->last_active = jiffies;
	list_add(&worker->entry, &pool->idle_list);
}

static void leave_idle(struct worker *worker)
{
	worker->pool->nr_idle--;
	list_del_init(&worker->entry);
}

/* Nobody counts as running in an unbound pool: it wants a worker for every item. */
static void count_running(struct worker *worker, int change)
{
	if (is_bound(worker->pool))
		worker->pool->nr_running += change;
}

static void stop_counting(struct worker *worker)
{
	worker->sleeping = true;
	count_running(worker, -1);
	kick_pool(worker->pool);
}

/*
 * The task is switched out, and cannot run before this returns: this is the only CPU that it runs on.
 * It changes these fields itself, so they stay as they are.
 */
void wq_worker_sleeping(struct task_struct *task)
{
	struct worker *worker = kthread_data(task);

	if (!worker->current_work || worker->sleeping)
		return;
	raw_spin_lock(&worker->pool->lock);
	stop_counting(worker);
	raw_spin_unlock(&worker->pool->lock);
}

struct worker *find_worker_executing_work(struct worker_pool *pool, struct work_struct *work)
{
	struct worker *worker;

	/* The function too: an item may be freed while it runs, and another be made in its place. */
	hash_for_each_possible(pool->busy_hash, worker, hentry,
			       (unsigned long)work) if (worker->current_work == work &&
							worker->current_func ==
								work->func) return worker;
	return NULL;
}

struct worker *current_worker(void)
{
	return in_task() && (current->flags & PF_WQ_WORKER) ? kthread_data(current) : NULL;
}

/* ---- running an item ---- */

/* Those who wait for this item to end wait for this worker now. */
static noinline void start_barriers(struct worker *worker, struct work_struct *work)
{
	struct wq_barrier *barrier;

	list_for_each_entry(barrier, &worker->pool->barriers, entry) {
		if (barrier->work == work) {
			barrier->work = NULL;
			barrier->worker = worker;
		}
	}
}

static noinline void end_barriers(struct worker *worker)
{
	struct wq_barrier *barrier, *next;

	list_for_each_entry_safe(barrier, next, &worker->pool->barriers, entry) {
		if (barrier->worker == worker) {
			list_del(&barrier->entry);
			complete(&barrier->done); /* it may be gone now */
		}
	}
}

static noinline void report_leak(work_func_t func)
{
	pr_err("BUG: workqueue leaked lock or atomic: %s/0x%08x/%d\n     last function: %ps\n",
	       current->comm, preempt_count(), current->pid, func);
	debug_show_held_locks(current);
	dump_stack();
	preempt_count_set(0);
}

static void begin_work(struct worker *worker, struct work_struct *work)
{
	struct worker_pool *pool = worker->pool;

	worker->current_work = work;
	worker->current_func = work->func;
	worker->current_pwq = work->pwq;
	hash_add(pool->busy_hash, &worker->hentry, (unsigned long)work);
	list_del_init(&work->entry);
	if (unlikely(!list_empty(&pool->barriers)))
		start_barriers(worker, work);
	if (unlikely(worker->current_pwq->wq->flags & WQ_CPU_INTENSIVE))
		stop_counting(worker);
	else
		kick_pool(pool); /* an unbound pool: somebody else for the next item */
}

static void end_work(struct worker *worker, int color)
{
	struct worker_pool *pool = worker->pool;

	if (worker->sleeping) {
		worker->sleeping = false;
		count_running(worker, 1);
	}
	hash_del(&worker->hentry);
	worker->current_work = NULL;
	if (unlikely(!list_empty(&pool->barriers)))
		end_barriers(worker);
	pwq_dec_nr_in_flight(worker->current_pwq, color, false);
	worker->current_pwq = NULL;
}

/*
 * Clearing PENDING is a full barrier, before the function reads anything. Who finds it set stores
 * first and relies on the function to see that; who finds it clear queues the item again.
 *
 * Context: pool->lock held; it is dropped while the function runs.
 */
static void process_one_work(struct worker *worker, struct work_struct *work)
	__must_hold(&worker->pool->lock)
{
	struct worker_pool *pool = worker->pool;
	struct worker *collision = find_worker_executing_work(pool, work);
	work_func_t func = work->func;
	int color = work->color;
	struct lockdep_map map __maybe_unused;

	if (unlikely(collision)) { /* never twice at the same time */
		list_move_tail(&work->entry, &collision->scheduled);
		return;
	}
	begin_work(worker, work);
	clear_bit(WORK_STRUCT_PENDING_BIT, (unsigned long *)&work->data);
	raw_spin_unlock_irq(&pool->lock);
	lock_map_acquire(&worker->current_pwq->wq->lockdep_map);
	lock_function_acquire(&map, func);
	func(work); /* @work may be gone now */
	lock_function_release(&map);
	lock_map_release(&worker->current_pwq->wq->lockdep_map);
	if (unlikely(in_atomic() || lockdep_depth(current)))
		report_leak(func);
	cond_resched();
	raw_spin_lock_irq(&pool->lock);
	end_work(worker, color);
}

/* Context: pool->lock held. Return: what this worker should run next, NULL if it is to be idle. */
static struct work_struct *next_work(struct worker *worker)
{
	struct worker_pool *pool = worker->pool;

	if (unlikely(!list_empty(&worker->scheduled)))
		return list_first_entry(&worker->scheduled, struct work_struct, entry);
	if (pool->nr_running > 1) /* another one is at it */
		return NULL;
	return list_first_entry_or_null(&pool->worklist, struct work_struct, entry);
}

static void work_for_a_while(struct worker *worker)
{
	struct worker_pool *pool = worker->pool;
	struct work_struct *work;

	leave_idle(worker);
	count_running(worker, 1);
	if (list_empty(&pool->idle_list))
		want_worker(pool);
	while ((work = next_work(worker)))
		process_one_work(worker, work);
	count_running(worker, -1);
	enter_idle(worker);
}

/*
 * Idle workers sleep on no queue: who wakes one finds it in idle_list, under the lock under which it
 * got there with its state set.
 */
static int worker_thread(void *data)
{
	struct worker *worker = data;
	struct worker_pool *pool = worker->pool;

	current->flags |= PF_WQ_WORKER;
	if (is_bound(pool))
		sched_notify_sleep(true);
	raw_spin_lock_irq(&pool->lock);
	while (!worker->die) {
		if (need_more_worker(pool)) {
			work_for_a_while(worker);
			continue;
		}
		__set_current_state(TASK_IDLE);
		raw_spin_unlock_irq(&pool->lock);
		schedule();
		raw_spin_lock_irq(&pool->lock);
	}
	kick_pool(pool); /* it may have been woken for an item, too */
	raw_spin_unlock_irq(&pool->lock);
	sched_notify_sleep(false);
	current->flags &= ~PF_WQ_WORKER;
	kfree(worker);
	return 0;
}

/* ---- how many there are ---- */

static struct task_struct *create_worker_task(struct worker *worker, int id)
{
	struct worker_pool *pool = worker->pool;
	const char *suffix = pool->nice ? "H" : "";
	struct task_struct *p;

	if (is_bound(pool))
		p = kthread_create(worker_thread, worker, "kworker/%d:%d%s", pool->cpu, id, suffix);
	else
		p = kthread_create(worker_thread, worker, "kworker/u%d:%d%s", pool->id, id, suffix);
	if (IS_ERR(p))
		return p;
	set_user_nice(p, pool->nice);
	if (is_bound(pool))
		kthread_bind(p, pool->cpu);
	return p;
}

static int create_worker(struct worker_pool *pool)
{
	struct worker *worker = kzalloc(sizeof(*worker), GFP_KERNEL);

	if (!worker)
		return -ENOMEM;
	worker->pool = pool;
	INIT_LIST_HEAD(&worker->scheduled);
	worker->task = create_worker_task(worker, pool->next_worker_id);
	if (IS_ERR(worker->task)) {
		kfree(worker);
		return -ENOMEM;
	}
	raw_spin_lock_irq(&pool->lock);
	pool->next_worker_id++; /* kworkerd's alone */
	pool->nr_workers++;
	pool->wants_worker = false;
	enter_idle(worker);
	wake_up_process(worker->task);
	raw_spin_unlock_irq(&pool->lock);
	return 0;
}

/* Context: pool->lock held. Two idle workers may stay, and one for every four that are busy. */
static bool too_many_workers(const struct worker_pool *pool)
{
	int nr_busy = pool->nr_workers - pool->nr_idle;

	return pool->nr_idle > 2 && (pool->nr_idle - 2) * MAX_IDLE_WORKERS_RATIO >= nr_busy;
}

/* End workers that have been idle for long. Return: there may be too many later, when others are idle. */
static bool trim_pool(struct worker_pool *pool)
{
	struct worker *worker;
	bool more;

	raw_spin_lock_irq(&pool->lock);
	while (too_many_workers(pool)) {
		worker = list_last_entry(&pool->idle_list, struct worker, entry);
		if (time_before(jiffies, worker->last_active + wq_idle_timeout))
			break;
		leave_idle(worker);
		pool->nr_workers--;
		worker->die = true;
		wake_up_process(worker->task);
	}
	more = pool->nr_workers > 2;
	raw_spin_unlock_irq(&pool->lock);
	return more;
}

/* Return: look after it again in a while. */
static bool tend_pool(struct worker_pool *pool)
{
	while (READ_ONCE(pool->wants_worker) && create_worker(pool))
		schedule_timeout_uninterruptible(CREATE_COOLDOWN);
	return trim_pool(pool);
}

static bool tend_all_pools(void)
{
	bool again = false;
	int cpu, i;

	for (i = 0; i < NR_STD_WORKER_POOLS; i++) {
		again |= tend_pool(worker_pool(-1, i));
		for_each_online_cpu(cpu)
			again |= tend_pool(worker_pool(cpu, i));
	}
	return again;
}

static int run_kworkerd(void *unused)
{
	bool again = false;

	for (;;) {
		set_current_state(TASK_IDLE);
		if (!READ_ONCE(pools_want))
			schedule_timeout(again ? wq_idle_timeout : MAX_SCHEDULE_TIMEOUT);
		__set_current_state(TASK_RUNNING);
		xchg(&pools_want, false); /* before it looks: who wants one later is not missed */
		again = tend_all_pools();
	}
	return 0;
}

static void __init init_pool(struct worker_pool *pool, int cpu, int id, bool highpri)
{
	raw_spin_lock_init(&pool->lock);
	pool->cpu = cpu;
	pool->id = id;
	pool->nice = highpri ? HIGHPRI_NICE_LEVEL : 0;
	INIT_LIST_HEAD(&pool->worklist);
	INIT_LIST_HEAD(&pool->idle_list);
	INIT_LIST_HEAD(&pool->barriers);
	hash_init(pool->busy_hash);
}

void __init worker_pools_init(void)
{
	int cpu, i;

	for (i = 0; i < NR_STD_WORKER_POOLS; i++) {
		for_each_possible_cpu(cpu)
			init_pool(worker_pool(cpu, i), cpu, cpu * NR_STD_WORKER_POOLS + i, i);
		init_pool(worker_pool(-1, i), -1, nr_cpu_ids * NR_STD_WORKER_POOLS + i, i);
	}
}

/* A worker for each CPU's ordinary items; the other pools get their first when they need it. */
void __init spawn_kworkers(void)
{
	struct task_struct *p = kthread_create(run_kworkerd, NULL, "kworkerd");
	int cpu;

	if (IS_ERR(p))
		panic("no memory for kworkerd");
	kworkerd = p;
	for_each_online_cpu(cpu)
		worker_pool(cpu, false)->wants_worker = true;
	pools_want = true;
	wake_up_process(p);
}
