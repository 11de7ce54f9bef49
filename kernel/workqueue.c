// SPDX-License-Identifier: MIT
/*
 * Workqueues: the order among work items. An item waits in a pool, in the list of what may begin or,
 * when its workqueue has max_active there already, in a list of its workqueue; worker.c runs it.
 *
 * PENDING is the right to queue an item: whoever sets it queues it, and it is cleared when the item
 * begins. To cancel is to get that right. cancel_work_sync() keeps it until the item has ended, so
 * that nobody queues it meanwhile; CANCELING tells others that there is nothing to wait for but that.
 *
 * flush_work() leaves a barrier in the pool: see start_barriers(). flush_workqueue() changes the colour
 * of the items queued from now on, and waits until there is none of the other; one at a time, so two
 * colours are enough.
 */
#include <linux/bug.h>
#include <linux/errno.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/panic.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <linux/sprintf.h>
#include <linux/stdarg.h>
#include "workqueue_internal.h"

struct workqueue_struct *system_wq, *system_highpri_wq, *system_long_wq, *system_unbound_wq;

static DECLARE_WAIT_QUEUE_HEAD(cancel_wait); /* for somebody else's cancel_work_sync() */

static unsigned long *work_bits(struct work_struct *work)
{
	return (unsigned long *)&work->data;
}

/* ---- queueing ---- */

/* Let an item begin, as soon as a worker has time. Context: pool->lock held. */
static void activate_work(struct pool_workqueue *pwq, struct work_struct *work)
{
	pwq->nr_active++;
	work->inactive = false;
	list_move_tail(&work->entry, &pwq->pool->worklist);
	kick_pool(pwq->pool);
}

/*
 * The pool is stored before the entry is linked: is_queued() reads them the other way round. Context:
 * pool->lock held.
 */
static void insert_work(struct pool_workqueue *pwq, struct work_struct *work)
{
	WRITE_ONCE(work->pool, pwq->pool);
	work->pwq = pwq;
	work->color = pwq->work_color;
	pwq->nr_in_flight[work->color]++;
	smp_wmb();
	if (likely(pwq->nr_active < pwq->wq->max_active)) {
		activate_work(pwq, work);
	} else {
		work->inactive = true;
		list_add_tail(&work->entry, &pwq->inactive_works);
	}
}

/* Does @work wait in this pool? Context: pool->lock held; other pools take and give it meanwhile. */
static bool is_queued(struct work_struct *work, struct worker_pool *pool)
{
	if (list_empty(&work->entry))
		return false;
	smp_rmb(); /* pairs with insert_work() */
	return READ_ONCE(work->pool) == pool;
}

void pwq_dec_nr_in_flight(struct pool_workqueue *pwq, int color, bool inactive)
{
	struct work_struct *next;

	if (!inactive) {
		pwq->nr_active--;
		next = list_first_entry_or_null(&pwq->inactive_works, struct work_struct, entry);
		if (unlikely(next))
			activate_work(pwq, next);
	}
	if (!--pwq->nr_in_flight[color] && unlikely(color != pwq->work_color))
		wake_up_all(&pwq->wq->flush_wait);
}

static struct pool_workqueue *pwq_of(struct workqueue_struct *wq, int cpu)
{
	if (wq->flags & WQ_UNBOUND)
		return &wq->pwqs[0];
	if (cpu >= nr_cpu_ids || unlikely(!cpu_online(cpu)))
		cpu = raw_smp_processor_id();
	return &wq->pwqs[cpu];
}

/* Is the caller an item of @wq? Its worker does not change that. */
static bool is_chained_work(struct workqueue_struct *wq)
{
	struct worker *worker = current_worker();

	return worker && worker->current_pwq && worker->current_pwq->wq == wq;
}

/* Context: the caller has set PENDING; interrupts off. */
static void __queue_work(int cpu, struct workqueue_struct *wq, struct work_struct *work)
{
	struct pool_workqueue *pwq = pwq_of(wq, cpu);
	struct worker_pool *pool = READ_ONCE(work->pool) ?: pwq->pool;
	struct worker *worker;

	if (unlikely(atomic_read(&wq->nr_drainers)) && WARN_ON_ONCE(!is_chained_work(wq))) {
		clear_bit(WORK_STRUCT_PENDING_BIT, work_bits(work));
		return;
	}
	raw_spin_lock(&pool->lock);
	if (unlikely(pool != pwq->pool)) {
		/* Where it ran last it may still run; then it has to run there again. */
		worker = find_worker_executing_work(pool, work);
		if (worker && worker->current_pwq->wq == wq) {
			pwq = worker->current_pwq;
		} else {
			raw_spin_unlock(&pool->lock);
			pool = pwq->pool;
			raw_spin_lock(&pool->lock);
		}
	}
	insert_work(pwq, work);
	raw_spin_unlock(&pool->lock);
}

bool queue_work_on(int cpu, struct workqueue_struct *wq, struct work_struct *work)
{
	unsigned long flags;
	bool queued;

	local_irq_save(flags);
	queued = !test_and_set_bit(WORK_STRUCT_PENDING_BIT, work_bits(work));
	if (queued)
		__queue_work(cpu, wq, work);
	local_irq_restore(flags);
	preempt_check_resched();
	return queued;
}

/* Interrupts are off, from the moment when the timer is not pending any more: see try_to_grab_pending(). */
void delayed_work_timer_fn(struct timer_list *t)
{
	struct delayed_work *dwork = from_timer(dwork, t, timer);

	__queue_work(dwork->cpu, dwork->wq, &dwork->work);
}

/* Context: the caller has set PENDING; interrupts off. */
static void __queue_delayed_work(int cpu, struct workqueue_struct *wq, struct delayed_work *dwork,
				 unsigned long delay)
{
	if (!delay) {
		__queue_work(cpu, wq, &dwork->work);
		return;
	}
	dwork->wq = wq;
	dwork->cpu = cpu;
	dwork->timer.expires = jiffies + delay;
	if (cpu != WORK_CPU_UNBOUND && cpu_online(cpu))
		add_timer_on(&dwork->timer, cpu);
	else
		add_timer(&dwork->timer);
}

bool queue_delayed_work_on(int cpu, struct workqueue_struct *wq, struct delayed_work *dwork,
			   unsigned long delay)
{
	unsigned long flags;
	bool queued;

	local_irq_save(flags);
	queued = !test_and_set_bit(WORK_STRUCT_PENDING_BIT, work_bits(&dwork->work));
	if (queued)
		__queue_delayed_work(cpu, wq, dwork, delay);
	local_irq_restore(flags);
	preempt_check_resched();
	return queued;
}

/* ---- taking back ---- */

/* Those who wait for an item that will not run need not wait. Context: pool->lock held. */
static void drop_barriers(struct worker_pool *pool, struct work_struct *work)
{
	struct wq_barrier *barrier, *next;

	list_for_each_entry_safe(barrier, next, &pool->barriers, entry) {
		if (barrier->work == work) {
			list_del(&barrier->entry);
			complete(&barrier->done);
		}
	}
}

/* Take @work out of the pool, if it waits there. Context: interrupts off. */
static bool dequeue_work(struct work_struct *work)
{
	struct worker_pool *pool = READ_ONCE(work->pool);
	bool queued;

	if (!pool)
		return false;
	raw_spin_lock(&pool->lock);
	queued = is_queued(work, pool);
	if (queued) {
		list_del_init(&work->entry);
		drop_barriers(pool, work);
		pwq_dec_nr_in_flight(work->pwq, work->color, work->inactive);
	}
	raw_spin_unlock(&pool->lock);
	return queued;
}

/**
 * try_to_grab_pending - get PENDING, wherever the item is
 *
 * Between setting PENDING and queueing the item, or starting its timer, everybody has interrupts off;
 * so has the timer, between being pending and queueing. So -EAGAIN means that another CPU is at it now,
 * and trying again helps, in any context.
 *
 * Return: 1 if the item was to run, 0 if not; PENDING is the caller's, and interrupts are off.
 * -EAGAIN; -ENOENT if cancel_work_sync() has it.
 */
static int try_to_grab_pending(struct work_struct *work, bool is_dwork, unsigned long *flags)
{
	local_irq_save(*flags);
	if (is_dwork && del_timer(&to_delayed_work(work)->timer))
		return 1;
	if (!test_and_set_bit(WORK_STRUCT_PENDING_BIT, work_bits(work)))
		return 0;
	if (dequeue_work(work))
		return 1;
	local_irq_restore(*flags);
	if (test_bit(WORK_STRUCT_CANCELING_BIT, work_bits(work)))
		return -ENOENT;
	cpu_relax();
	return -EAGAIN;
}

bool mod_delayed_work_on(int cpu, struct workqueue_struct *wq, struct delayed_work *dwork,
			 unsigned long delay)
{
	unsigned long flags;
	int ret;

	do {
		ret = try_to_grab_pending(&dwork->work, true, &flags);
	} while (ret == -EAGAIN);
	if (ret >= 0) {
		__queue_delayed_work(cpu, wq, dwork, delay);
		local_irq_restore(flags);
		preempt_check_resched();
	}
	return ret;
}

static bool __cancel_work(struct work_struct *work, bool is_dwork)
{
	unsigned long flags;
	int ret;

	do {
		ret = try_to_grab_pending(work, is_dwork, &flags);
	} while (ret == -EAGAIN);
	if (ret < 0)
		return false;
	clear_bit(WORK_STRUCT_PENDING_BIT, work_bits(work));
	local_irq_restore(flags);
	return ret;
}

bool cancel_work(struct work_struct *work)
{
	return __cancel_work(work, false);
}

bool cancel_delayed_work(struct delayed_work *dwork)
{
	return __cancel_work(&dwork->work, true);
}

/* ---- waiting ---- */

/* Leave a barrier behind the item. Return: false if it neither waits nor runs. */
static bool start_flush_work(struct work_struct *work, struct wq_barrier *barrier)
{
	struct worker_pool *pool = READ_ONCE(work->pool);
	bool busy;

	if (!pool)
		return false;
	init_completion(&barrier->done);
	raw_spin_lock_irq(&pool->lock);
	barrier->work = is_queued(work, pool) ? work : NULL;
	barrier->worker = barrier->work ? NULL : find_worker_executing_work(pool, work);
	busy = barrier->work || barrier->worker;
	if (busy)
		list_add_tail(&barrier->entry, &pool->barriers);
	raw_spin_unlock_irq(&pool->lock);
	return busy;
}

bool __sched flush_work(struct work_struct *work)
{
	struct wq_barrier barrier;

	might_sleep();
	if (WARN_ON_ONCE(current_work() == work))
		return false; /* it would wait for itself */
	lock_function_wait(work->func);
	if (!start_flush_work(work, &barrier))
		return false;
	wait_for_completion(&barrier.done);
	return true;
}

bool __sched flush_delayed_work(struct delayed_work *dwork)
{
	might_sleep();
	local_irq_disable();
	if (del_timer_sync(&dwork->timer))
		__queue_work(dwork->cpu, dwork->wq, &dwork->work);
	local_irq_enable();
	return flush_work(&dwork->work);
}

/* Whoever waits in cancel_wait tests CANCELING after it has queued itself; the barrier here pairs with that. */
static bool __sched __cancel_work_sync(struct work_struct *work, bool is_dwork)
{
	unsigned long flags;
	int ret;

	might_sleep();
	do {
		ret = try_to_grab_pending(work, is_dwork, &flags);
		if (unlikely(ret == -ENOENT))
			wait_event(cancel_wait,
				   !test_bit(WORK_STRUCT_CANCELING_BIT, work_bits(work)));
	} while (ret < 0);
	set_bit(WORK_STRUCT_CANCELING_BIT, work_bits(work));
	local_irq_restore(flags);
	flush_work(work);
	smp_store_release(&work->data.counter, 0);
	smp_mb();
	if (waitqueue_active(&cancel_wait))
		wake_up_all(&cancel_wait);
	return ret;
}

bool __sched cancel_work_sync(struct work_struct *work)
{
	return __cancel_work_sync(work, false);
}

bool __sched cancel_delayed_work_sync(struct delayed_work *dwork)
{
	return __cancel_work_sync(&dwork->work, true);
}

#define for_each_pwq(pwq, wq) for (pwq = (wq)->pwqs; pwq < (wq)->pwqs + (wq)->nr_pwqs; pwq++)

static void change_color(struct workqueue_struct *wq)
{
	struct pool_workqueue *pwq;

	for_each_pwq(pwq, wq)
	{
		raw_spin_lock_irq(&pwq->pool->lock);
		pwq->work_color ^= 1;
		raw_spin_unlock_irq(&pwq->pool->lock);
	}
}

/* Have all items of the other colour ended? The lock: then their workers are done with @wq. */
static bool color_flushed(struct workqueue_struct *wq)
{
	struct pool_workqueue *pwq;
	int left = 0;

	for_each_pwq(pwq, wq)
	{
		raw_spin_lock_irq(&pwq->pool->lock);
		left += pwq->nr_in_flight[pwq->work_color ^ 1];
		raw_spin_unlock_irq(&pwq->pool->lock);
	}
	return !left;
}

void __sched flush_workqueue(struct workqueue_struct *wq)
{
	might_sleep();
	if (WARN_ON_ONCE(is_chained_work(wq)))
		return; /* the item would wait for itself */
	lock_map_acquire(&wq->lockdep_map);
	lock_map_release(&wq->lockdep_map);
	wait_event(wq->flush_wait, !xchg(&wq->flushing, true));
	change_color(wq);
	wait_event(wq->flush_wait, color_flushed(wq));
	smp_store_release(&wq->flushing, false);
	wake_up_all(&wq->flush_wait);
}

static bool wq_is_idle(struct workqueue_struct *wq)
{
	struct pool_workqueue *pwq;
	int left = 0;

	for_each_pwq(pwq, wq)
	{
		raw_spin_lock_irq(&pwq->pool->lock);
		left += pwq->nr_in_flight[0] + pwq->nr_in_flight[1];
		raw_spin_unlock_irq(&pwq->pool->lock);
	}
	return !left;
}

void __sched drain_workqueue(struct workqueue_struct *wq)
{
	atomic_inc(&wq->nr_drainers);
	do {
		flush_workqueue(wq);
	} while (!wq_is_idle(wq));
	atomic_dec(&wq->nr_drainers);
}

unsigned int work_busy(struct work_struct *work)
{
	struct worker_pool *pool = READ_ONCE(work->pool);
	unsigned int busy = work_pending(work) ? WORK_BUSY_PENDING : 0;
	unsigned long flags;

	if (!pool)
		return busy;
	raw_spin_lock_irqsave(&pool->lock, flags);
	if (find_worker_executing_work(pool, work))
		busy |= WORK_BUSY_RUNNING;
	raw_spin_unlock_irqrestore(&pool->lock, flags);
	return busy;
}

struct work_struct *current_work(void)
{
	struct worker *worker = current_worker();

	return worker ? worker->current_work : NULL;
}

int __sched schedule_on_each_cpu(work_func_t func)
{
	struct work_struct *works = kcalloc(nr_cpu_ids, sizeof(*works), GFP_KERNEL);
	int cpu;

	might_sleep();
	if (!works)
		return -ENOMEM;
	for_each_online_cpu(cpu) {
		INIT_WORK(&works[cpu], func);
		schedule_work_on(cpu, &works[cpu]);
	}
	for_each_online_cpu(cpu)
		flush_work(&works[cpu]);
	kfree(works);
	return 0;
}

/* ---- workqueues ---- */

static void init_pwqs(struct workqueue_struct *wq)
{
	bool unbound = wq->flags & WQ_UNBOUND;
	int i;

	for (i = 0; i < wq->nr_pwqs; i++) {
		struct pool_workqueue *pwq = &wq->pwqs[i];

		pwq->wq = wq;
		pwq->pool = worker_pool(unbound ? -1 : i, wq->flags & WQ_HIGHPRI);
		INIT_LIST_HEAD(&pwq->inactive_works);
	}
}

struct workqueue_struct *alloc_workqueue(const char *fmt, unsigned int flags, int max_active, ...)
{
	int nr_pwqs = flags & WQ_UNBOUND ? 1 : nr_cpu_ids;
	struct workqueue_struct *wq = kzalloc(struct_size(wq, pwqs, nr_pwqs), GFP_KERNEL);
	va_list args;

	if (!wq)
		return NULL;
	va_start(args, max_active);
	vsnprintf(wq->name, sizeof(wq->name), fmt, args);
	va_end(args);
	wq->flags = flags;
	wq->max_active = clamp(max_active ?: WQ_DFL_ACTIVE, 1, WQ_MAX_ACTIVE);
	wq->nr_pwqs = nr_pwqs;
	init_waitqueue_head(&wq->flush_wait);
	init_wq_lockdep(wq);
	init_pwqs(wq);
	return wq;
}

void __sched destroy_workqueue(struct workqueue_struct *wq)
{
	if (!wq)
		return;
	drain_workqueue(wq);
	free_wq_lockdep(wq);
	kfree(wq);
}

static struct workqueue_struct *__init system_workqueue(const char *name, unsigned int flags)
{
	struct workqueue_struct *wq = alloc_workqueue("%s", flags, 0, name);

	if (!wq)
		panic("no memory for workqueue %s", name);
	return wq;
}

void __init workqueue_init_early(void)
{
	worker_pools_init();
	system_wq = system_workqueue("events", 0);
	system_highpri_wq = system_workqueue("events_highpri", WQ_HIGHPRI);
	system_long_wq = system_workqueue("events_long", 0);
	system_unbound_wq = system_workqueue("events_unbound", WQ_UNBOUND);
}

void __init workqueue_init(void)
{
	spawn_kworkers();
}
