// SPDX-License-Identifier: MIT
/*
 * The scheduler core: schedule() and the way to it, try_to_wake_up(), and the switch from one task to the next.
 *
 * Life of a task's state. It runs with TASK_RUNNING, on_rq 1, on_cpu 1. To sleep it stores another state, tests what
 * it waits for, and calls schedule(), which takes it off the run queue (on_rq 0) and switches; the last thing a switch
 * does for the old task is to clear on_cpu, and from then on another CPU may run it. A waker that finds the state it
 * looks for makes it TASK_RUNNING: if the task is still on_rq, that alone cancels the sleep; otherwise the waker puts
 * it on a run queue once on_cpu is 0. sched.h has the locks.
 */
#include <linux/bug.h>
#include <linux/cpumask.h>
#include <linux/hrtimer.h>
#include <linux/kthread.h>
#include <linux/init.h>
#include <linux/jiffies.h>
#include <linux/rtmutex.h>
#include <linux/rcupdate.h>
#include <linux/sched/debug.h>
#include <linux/sprintf.h>
#include <linux/wait_bit.h>
#include <asm/tsc.h>
#include <catnap/context.h>

#include "../workqueue_internal.h"
#include "sched.h"

DEFINE_PER_CPU_ALIGNED(struct rq, runqueues);
DEFINE_PER_CPU(struct task_struct *, current_task) = &init_task;
DEFINE_PER_CPU(u32, __preempt_count) = PREEMPT_NEED_RESCHED + PREEMPT_DISABLE_OFFSET;

/* From the highest to the lowest. The idle class always has a task. */
const struct sched_class *const sched_classes[] = {
	&rt_sched_class,
	&fair_sched_class,
	&idle_sched_class,
	NULL,
};

/* ---- preempt_count with checks ---- */

#ifdef CONFIG_DEBUG_PREEMPT
void preempt_count_add(int val)
{
	__preempt_count_add(val);
	if ((preempt_count() & PREEMPT_MASK) == val)
		current->preempt_disable_ip = _RET_IP_;
}

void __local_bh_disable(unsigned long ip)
{
	__preempt_count_add(SOFTIRQ_DISABLE_OFFSET);
	if ((softirq_count() & ~SOFTIRQ_OFFSET) == SOFTIRQ_DISABLE_OFFSET)
		current->bh_disable_ip = ip;
}

void preempt_count_sub(int val)
{
	if (WARN_ON_ONCE(val > preempt_count()))
		return;
	__preempt_count_sub(val);
}
#endif

/* ---- run queues ---- */

struct rq *task_rq_lock(struct task_struct *p)
{
	struct rq *rq;

	arch_spin_lock(&p->pi_lock);
	for (;;) {
		rq = task_rq(p);
		rq_lock(rq);
		if (likely(rq == task_rq(p)))
			return rq;
		rq_unlock(rq); /* the load balancer moved it meanwhile */
	}
}

void task_rq_unlock(struct rq *rq, struct task_struct *p)
{
	rq_unlock(rq);
	arch_spin_unlock(&p->pi_lock);
}

void resched_curr(struct rq *rq)
{
	if (rq == this_rq()) {
		set_preempt_need_resched();
	} else if (!rq->resched_ipi_sent) {
		rq->resched_ipi_sent = true;
		smp_send_reschedule(rq->cpu);
	}
}

/* Each CPU writes its own need_resched only; others ask by interrupt, whose exit then preempts. */
void scheduler_ipi(void)
{
	set_preempt_need_resched();
}

static __always_inline void __activate_task(struct rq *rq, struct task_struct *p, int flags)
{
	p->sched_class->enqueue_task(rq, p, flags);
	p->on_rq = TASK_ON_RQ_QUEUED;
	rq->nr_running++;
}

void activate_task(struct rq *rq, struct task_struct *p, int flags)
{
	__activate_task(rq, p, flags);
}

/* The running task is in no queue; it stops counting, and put_prev_task() will not put it back. */
static __always_inline void deactivate_curr(struct rq *rq, struct task_struct *curr, int on_rq)
{
	curr->on_rq = on_rq;
	rq->nr_running--;
}

void deactivate_task(struct rq *rq, struct task_struct *p, int on_rq)
{
	deactivate_curr(rq, p, on_rq);
	p->sched_class->dequeue_task(rq, p);
}

static __always_inline void __check_preempt_curr(struct rq *rq, struct task_struct *p)
{
	int diff = p->prio - rq->curr->prio;

	if (diff < 0)
		resched_curr(rq);
	else if (!diff && p->sched_class->check_preempt_curr)
		p->sched_class->check_preempt_curr(rq, p);
}

void check_preempt_curr(struct rq *rq, struct task_struct *p)
{
	__check_preempt_curr(rq, p);
}

void set_task_cpu(struct task_struct *p, struct rq *to)
{
	if (p->sched_class->migrate_task)
		p->sched_class->migrate_task(p, task_rq(p), to);
	WRITE_ONCE(p->cpu, to->cpu);
}

void move_queued_task(struct rq *from, struct rq *to, struct task_struct *p)
{
	deactivate_task(from, p, TASK_ON_RQ_MIGRATING);
	set_task_cpu(p, to);
	activate_task(to, p, 0);
	check_preempt_curr(to, p);
}

/* The running task has had the CPU since exec_start. */
static __always_inline void account_curr(struct rq *rq, struct task_struct *curr, u64 now)
{
	u64 delta = now - curr->se.exec_start;

	curr->se.exec_start = now;
	curr->se.sum_exec_runtime += delta;
	if (curr->sched_class->update_curr)
		curr->sched_class->update_curr(rq, curr, delta);
}

/* ---- waking ---- */

/* @p has not left the run queue: it runs, or was preempted on the way to sleep. Cancel the sleep. */
static bool ttwu_runnable(struct task_struct *p)
{
	struct rq *rq;
	bool runnable;

	for (;;) {
		rq = task_rq(p);
		rq_lock(rq);
		if (likely(rq == task_rq(p)))
			break;
		rq_unlock(rq);
	}
	runnable = p->on_rq;
	if (runnable)
		WRITE_ONCE(p->__state, TASK_RUNNING);
	rq_unlock(rq);
	return runnable;
}

static __always_inline void ttwu_queue(struct task_struct *p)
{
	int cpu = select_task_rq(p);
	struct rq *rq = cpu_rq(cpu);

	if (unlikely(cpu != p->cpu))
		set_task_cpu(p, rq);
	rq_lock(rq);
	__activate_task(rq, p, ENQUEUE_WAKEUP);
	WRITE_ONCE(p->__state, TASK_RUNNING);
	__check_preempt_curr(rq, p);
	rq_unlock(rq);
}

/**
 * try_to_wake_up - make @p runnable if its state is one of @state
 *
 * Context: interrupts off.
 *
 * Taking pi_lock is a full barrier [D']: what the caller stored before it, the condition, is visible before the state
 * is read. It is the waker's half of the picture at set_current_state().
 *
 * Two more things are read without rq->lock. The sleeper's CPU stores, in this order: state, on_rq = 0, on_cpu = 0.
 *
 *	__schedule() of @p's CPU			try_to_wake_up()
 *	  p->__state = TASK_INTERRUPTIBLE		  [1] if (p->__state & state)
 *	  p->on_rq = 0					  [2]	if (!p->on_rq)
 *	  ... saves registers on p's stack ...
 *	  [R] p->on_cpu = 0 (release)			  [3]	    wait until !p->on_cpu (acquire), enqueue
 *
 * x86 keeps loads in order, so [2] cannot see an on_rq from before the state that [1] saw. Without the wait in [3]
 * another CPU could run @p on the stack on which its old CPU is still saving registers. The wait is short and cannot
 * deadlock: that CPU has interrupts off and needs nothing the waker holds.
 */
int try_to_wake_up(struct task_struct *p, unsigned int state)
{
	int woken = 0;

	arch_spin_lock(&p->pi_lock);
	smp_mb__after_spinlock();             /* [D'] */
	if (!(READ_ONCE(p->__state) & state)) /* [1] */
		goto out;
	woken = 1;
	note_waker(p);
	smp_rmb();
	if (READ_ONCE(p->on_rq) && ttwu_runnable(p)) /* [2] */
		goto out;
	smp_cond_load_acquire(&p->on_cpu, !VAL); /* [3] */
	ttwu_queue(p);
out:
	arch_spin_unlock(&p->pi_lock);
	return woken;
}

/* A task woken from task context may preempt its waker right here. Elsewhere the end of the atomic section does it. */
int wake_up_state(struct task_struct *p, unsigned int state)
{
	unsigned long flags;
	int woken;

	local_irq_save(flags);
	woken = try_to_wake_up(p, state);
	local_irq_restore(flags);
	preempt_check_resched();
	return woken;
}

int wake_up_process(struct task_struct *p)
{
	return wake_up_state(p, TASK_NORMAL);
}

/* ---- switching ---- */

/*
 * @p had to leave its CPU, and has. It is in no queue; being on_rq as TASK_ON_RQ_MIGRATING it is nobody else's to put
 * into one: a waker that meets it only sets its state.
 */
static void migrate_switched_out(struct task_struct *p)
{
	struct rq *rq;

	arch_spin_lock(&p->pi_lock);
	rq = cpu_rq(select_task_rq(p));
	set_task_cpu(p, rq);
	rq_lock(rq);
	activate_task(rq, p, 0);
	check_preempt_curr(rq, p);
	rq_unlock(rq);
	arch_spin_unlock(&p->pi_lock);
}

/*
 * finish_task_switch() for a task that is special. A kworker is bound to this CPU, so it cannot run, nor end, before
 * this returns even if it has been woken.
 */
static noinline void finish_special_switch(struct task_struct *prev, unsigned int work)
{
	bool slept = !prev->on_rq;

	smp_store_release(&prev->on_cpu, 0); /* [R] */
	rq_unlock(this_rq());
	if (work & SWITCH_DEAD) {
		local_irq_enable();
		put_task_struct(prev);
		return;
	}
	if (work & SWITCH_MIGRATE) {
		prev->switch_work &= ~SWITCH_MIGRATE;
		migrate_switched_out(prev);
	} else if (slept) {
		wq_worker_sleeping(prev);
	}
	local_irq_enable();
}

/*
 * The first code that the task switched in runs, on its own stack; @prev is the task that this CPU ran before. Once
 * on_cpu is 0, @prev may run, and even end, elsewhere: its switch_work is read before.
 */
static __always_inline void finish_task_switch(struct task_struct *prev)
{
	unsigned int work = prev->switch_work;

	if (unlikely(work)) {
		finish_special_switch(prev, work);
		return;
	}
	smp_store_release(&prev->on_cpu, 0); /* [R] */
	rq_unlock(this_rq());
	local_irq_enable();
}

void schedule_tail(struct task_struct *prev)
{
	finish_task_switch(prev);
	preempt_enable();
}

static __always_inline struct task_struct *pick_next_task(struct rq *rq)
{
	const struct sched_class *const *cls = sched_classes;
	struct task_struct *p;

	while (!(p = (*cls)->pick_next_task(rq)))
		cls++;
	return p;
}

enum schedule_mode { SM_SLEEP, SM_PREEMPT, SM_YIELD };

/* A signal that the sleep would end for came before it: do not sleep at all. */
static __always_inline bool sleep_prevented(struct task_struct *p, unsigned int state)
{
	if (likely(!signal_pending_state(state, p)))
		return false;
	WRITE_ONCE(p->__state, TASK_RUNNING);
	return true;
}

/*
 * __schedule - pick the next task of this CPU and switch to it
 * @mode: SM_SLEEP: the running task called schedule(), and sleeps if its state says so. SM_PREEMPT: it did not ask for
 *	this, and stays runnable whatever its state says: it may have been interrupted between setting a sleeping state
 *	and testing its condition, and nobody would wake it. SM_YIELD: it lets its equals go first.
 *
 * Context: task, with preemption disabled exactly once. Returns, as the same task, when it is switched in again.
 *
 * Taking rq->lock comes after the caller's store of the state and is a full barrier: the order that try_to_wake_up()
 * counts on.
 */
static void __sched __schedule(enum schedule_mode mode)
{
	struct task_struct *prev = current, *next;
	struct rq *rq;
	unsigned int state;
	u64 now;

	local_irq_disable();
	rcu_note_context_switch();
	rq = this_rq();
	rq_lock(rq);
	state = READ_ONCE(prev->__state);
	if (mode == SM_SLEEP && state && likely(!sleep_prevented(prev, state))) {
		deactivate_curr(rq, prev, 0);
		prev->switch_work &= ~SWITCH_MIGRATE; /* whoever wakes it finds it a CPU */
		prev->nvcsw++;
	} else {
		prev->nivcsw++;
		if (mode == SM_YIELD)
			prev->sched_class->yield_task(rq, prev);
		if (unlikely(prev->switch_work & SWITCH_MIGRATE))
			deactivate_curr(rq, prev, TASK_ON_RQ_MIGRATING);
	}
	now = rdtsc();
	account_curr(rq, prev, now);
	if (prev->on_rq == TASK_ON_RQ_QUEUED)
		prev->sched_class->put_prev_task(rq, prev);
	next = pick_next_task(rq);
	clear_preempt_need_resched();
	rq->resched_ipi_sent = false;
	next->se.exec_start = now;
	if (likely(prev != next)) {
		rq->curr = next;
		WRITE_ONCE(rq->curr_prio, next->prio);
		next->on_cpu = 1;
		this_cpu_write(current_task, next);
		finish_task_switch(switch_to(prev, next));
	} else {
		rq_unlock(rq);
		local_irq_enable();
	}
}

/* Under both locks: record the new mask, and start moving @p if it is where it may not be. */
static void set_cpus_mask(struct rq *rq, struct task_struct *p, const struct cpumask *new_mask)
{
	cpumask_copy(&p->cpus_mask, new_mask);
	p->nr_cpus_allowed = cpumask_weight(new_mask);
	if (rq->curr != p)
		return;
	if (cpumask_test_cpu(rq->cpu, new_mask)) {
		p->switch_work &= ~SWITCH_MIGRATE;
	} else {
		p->switch_work |= SWITCH_MIGRATE;
		resched_curr(rq);
	}
}

/* Keep the running task on this CPU, or let it go again where @mask says. */
static void pin_current(const struct cpumask *mask)
{
	unsigned long flags;
	struct rq *rq;

	local_irq_save(flags);
	rq = task_rq_lock(current);
	set_cpus_mask(rq, current, mask);
	task_rq_unlock(rq, current);
	local_irq_restore(flags);
}

void sched_notify_sleep(bool notify)
{
	struct rq *rq;

	local_irq_disable();
	rq = task_rq_lock(current);
	if (notify)
		current->switch_work |= SWITCH_WORKER;
	else
		current->switch_work &= ~SWITCH_WORKER;
	task_rq_unlock(rq, current);
	local_irq_enable();
}

/* Sleep where one must not, and come back with the CPU, the preempt count and the interrupt flag as they were. */
static void __sched schedule_regardless(enum schedule_mode mode)
{
	unsigned int count = preempt_count() - PREEMPT_DISABLE_OFFSET;
	unsigned long irqs_off_ip __maybe_unused = irqs_disabled_at();
	struct cpumask mask = current->cpus_mask;
	bool irqs_off = irqs_disabled();

	pin_current(cpumask_of(raw_smp_processor_id()));
	if (in_hardirq())
		hrtimer_interrupt_abandoned();
	preempt_count_set(PREEMPT_DISABLE_OFFSET);
	__schedule(mode);
	__preempt_count_add(count);
	pin_current(&mask);
	if (irqs_off)
		__local_irq_disable(irqs_off_ip);
}

/*
 * The caller must not sleep here. The report panics, unless atomic_sleep=warn was given: then sleep all the same. An
 * interrupt handler that sleeps takes the task with it that it interrupted; the clock must go on without it. The idle
 * task and an NMI, whose stack cannot wait, do not sleep: they look again and again, and time passes for them here.
 */
static noinline void __sched schedule_while_atomic(enum schedule_mode mode)
{
	bool sleepless = (current->flags & PF_IDLE) || in_nmi();

	__schedule_bug(current);
	if (sleepless)
		__set_current_state(TASK_RUNNING);
	if (!in_nmi())
		schedule_regardless(mode);
	if (sleepless)
		update_jiffies();
}

static __always_inline void schedule_checked(enum schedule_mode mode)
{
	bool atomic = in_atomic() || irqs_disabled();

	preempt_disable();
	if (unlikely(atomic))
		schedule_while_atomic(mode);
	else
		__schedule(mode);
	preempt_enable(); /* and once more, if another wants the CPU already */
}

void __sched schedule(void)
{
	schedule_checked(SM_SLEEP);
}

void __sched yield(void)
{
	might_sleep();
	__set_current_state(TASK_RUNNING);
	schedule_checked(SM_YIELD);
}

/* The idle task's schedule(): it has preemption off all its life. */
static void __sched schedule_idle(void)
{
	do {
		__schedule(SM_SLEEP);
	} while (need_resched());
}

void __sched preempt_schedule(void)
{
	if (likely(!preemptible()))
		return;
	do {
		preempt_disable();
		__schedule(SM_PREEMPT);
		preempt_enable_no_resched();
	} while (need_resched());
}

void __sched preempt_schedule_irq(void)
{
	do {
		preempt_disable();
		__schedule(SM_PREEMPT);
		local_irq_disable();
		preempt_enable_no_resched();
	} while (need_resched());
}

/*
 * The running task is never switched in again; whoever runs next on this CPU gives it back. The state is changed under
 * pi_lock, so that no waker is left that has seen an older one and would make it runnable.
 */
void __noreturn do_task_dead(void)
{
	struct rq *rq;

	preempt_disable();
	local_irq_disable();
	rq = task_rq_lock(current);
	WRITE_ONCE(current->__state, TASK_DEAD);
	current->switch_work |= SWITCH_DEAD;
	task_rq_unlock(rq, current);
	__schedule(SM_SLEEP);
	BUG();
}

int __sched __cond_resched(void)
{
	if (!should_resched(0))
		return 0;
	preempt_schedule();
	return 1;
}

/* preempt_schedule() comes with the unlocking; what is left is to let those in who wait for the lock. */
#define break_lock(lock, is_contended, unlock, lock_again)                                         \
	({                                                                                         \
		bool __break = need_resched() || is_contended(lock);                               \
		if (__break) {                                                                     \
			unlock(lock);                                                              \
			if (!cond_resched())                                                       \
				cpu_relax();                                                       \
			lock_again(lock);                                                          \
		}                                                                                  \
		__break;                                                                           \
	})

int __cond_resched_lock(spinlock_t *lock) __must_hold(lock)
{
	return break_lock(lock, spin_needbreak, spin_unlock, spin_lock);
}

int __cond_resched_rwlock_read(rwlock_t *lock) __must_hold(lock)
{
	return break_lock(lock, rwlock_needbreak, read_unlock, read_lock);
}

int __cond_resched_rwlock_write(rwlock_t *lock) __must_hold(lock)
{
	return break_lock(lock, rwlock_needbreak, write_unlock, write_lock);
}

void scheduler_tick(void)
{
	struct rq *rq = this_rq();
	struct task_struct *curr;

	rq_lock(rq);
	curr = rq->curr;
	account_curr(rq, curr, rdtsc());
	if (curr->sched_class->task_tick)
		curr->sched_class->task_tick(rq, curr);
	rq_unlock(rq);
	trigger_load_balance(rq);
}

/* ---- policy, placement ---- */

/*
 * A task has a priority of its own, normal_prio, and for as long as it holds an rt_mutex that of the
 * most important one who waits for it, pi_prio. The better of the two decides, also on the class.
 */
static void set_effective_prio(struct task_struct *p)
{
	p->prio = min(p->normal_prio, p->pi_prio);
	p->sched_class = rt_task(p) ? &rt_sched_class : &fair_sched_class;
}

static void set_policy(struct task_struct *p, int policy, int rt_priority)
{
	bool rt = policy == SCHED_FIFO || policy == SCHED_RR;

	p->policy = policy;
	p->rt_priority = rt_priority;
	p->normal_prio = rt ? MAX_RT_PRIO - 1 - rt_priority : DEFAULT_PRIO;
	set_load_weight(p);
	set_effective_prio(p);
}

/* A change of scheduling parameters: the task is off its queue meanwhile. */
struct sched_change {
	struct rq *rq;
	unsigned long flags;
	bool running, queued;
};

static void sched_change_begin(struct task_struct *p, struct sched_change *c)
{
	local_irq_save(c->flags);
	c->rq = task_rq_lock(p);
	c->running = c->rq->curr == p;
	c->queued = p->on_rq == TASK_ON_RQ_QUEUED && !c->running;
	if (c->running)
		account_curr(c->rq, p, rdtsc());
	if (c->queued)
		deactivate_task(c->rq, p, TASK_ON_RQ_MIGRATING);
}

static void sched_change_end(struct task_struct *p, struct sched_change *c)
{
	if (p->sched_class->switched_to)
		p->sched_class->switched_to(c->rq, p);
	if (c->running) {
		WRITE_ONCE(c->rq->curr_prio, p->prio);
		resched_curr(c->rq); /* let pick_next_task() judge */
	} else if (c->queued) {
		activate_task(c->rq, p, 0);
		check_preempt_curr(c->rq, p);
	}
	task_rq_unlock(c->rq, p);
	local_irq_restore(c->flags);
}

static void change_policy(struct task_struct *p, int policy, int rt_priority, int nice)
{
	struct sched_change c;

	sched_change_begin(p, &c);
	p->static_prio = NICE_TO_PRIO(nice);
	set_policy(p, policy, rt_priority);
	sched_change_end(p, &c);
	rt_mutex_adjust_pi(p);
	preempt_check_resched();
}

void rt_mutex_setprio(struct task_struct *p, int pi_prio)
{
	struct sched_change c;

	sched_change_begin(p, &c);
	p->pi_prio = pi_prio;
	set_effective_prio(p);
	sched_change_end(p, &c);
}

int sched_setscheduler_nocheck(struct task_struct *p, int policy, const struct sched_param *param)
{
	int rt_priority = param->sched_priority;

	switch (policy) {
	case SCHED_FIFO:
	case SCHED_RR:
		if (rt_priority < 1 || rt_priority > MAX_RT_PRIO - 1)
			return -EINVAL;
		break;
	case SCHED_NORMAL:
	case SCHED_IDLE:
		if (rt_priority)
			return -EINVAL;
		break;
	default:
		return -EINVAL;
	}
	change_policy(p, policy, rt_priority, task_nice(p));
	return 0;
}

int sched_setscheduler(struct task_struct *p, int policy, const struct sched_param *param)
{
	return sched_setscheduler_nocheck(p, policy, param);
}

void sched_set_fifo(struct task_struct *p)
{
	change_policy(p, SCHED_FIFO, MAX_RT_PRIO / 2, task_nice(p));
}

void sched_set_fifo_low(struct task_struct *p)
{
	change_policy(p, SCHED_FIFO, 1, task_nice(p));
}

void sched_set_normal(struct task_struct *p, int nice)
{
	change_policy(p, SCHED_NORMAL, 0, clamp(nice, MIN_NICE, MAX_NICE));
}

void set_user_nice(struct task_struct *p, long nice)
{
	change_policy(p, p->policy, p->rt_priority, clamp(nice, (long)MIN_NICE, (long)MAX_NICE));
}

/* A task that waits for a CPU is moved by hand. It may be picked, or moved, before both run queues are locked. */
static void push_queued_task(struct task_struct *p)
{
	struct rq *from, *to;

	arch_spin_lock(&p->pi_lock);
	from = task_rq(p);
	to = cpu_rq(select_task_rq(p));
	double_rq_lock(from, to);
	if (task_rq(p) == from && p->on_rq == TASK_ON_RQ_QUEUED &&
	    !cpumask_test_cpu(from->cpu, &p->cpus_mask)) {
		if (from->curr == p) {
			p->switch_work |= SWITCH_MIGRATE;
			resched_curr(from);
		} else {
			move_queued_task(from, to, p);
		}
	}
	double_rq_unlock(from, to);
	arch_spin_unlock(&p->pi_lock);
}

int __sched set_cpus_allowed_ptr(struct task_struct *p, const struct cpumask *new_mask)
{
	struct cpumask valid;
	unsigned long flags;
	struct rq *rq;

	might_sleep();
	if (!cpumask_and(&valid, new_mask, cpu_online_mask) || (p->flags & PF_NO_SETAFFINITY))
		return -EINVAL;
	local_irq_save(flags);
	rq = task_rq_lock(p);
	set_cpus_mask(rq, p, new_mask);
	task_rq_unlock(rq, p);
	while (READ_ONCE(p->on_rq) && !cpumask_test_cpu(task_cpu(p), &p->cpus_mask)) {
		push_queued_task(p);
		local_irq_restore(flags);
		if (p == current)
			schedule();
		else
			schedule_timeout_uninterruptible(1);
		local_irq_save(flags);
	}
	local_irq_restore(flags);
	return 0;
}

int task_curr(const struct task_struct *p)
{
	return READ_ONCE(cpu_rq(task_cpu(p))->curr) == p;
}

int idle_cpu(int cpu)
{
	struct rq *rq = cpu_rq(cpu);

	return READ_ONCE(rq->curr) == rq->idle && !READ_ONCE(rq->nr_running);
}

u64 task_sched_runtime(struct task_struct *p)
{
	unsigned long flags;
	struct rq *rq;
	u64 cycles;

	local_irq_save(flags);
	rq = task_rq_lock(p);
	cycles = p->se.sum_exec_runtime;
	if (rq->curr == p)
		cycles += rdtsc() - p->se.exec_start;
	task_rq_unlock(rq, p);
	local_irq_restore(flags);
	return cycles_2_ns(cycles);
}

char task_state_to_char(struct task_struct *p)
{
	unsigned int state = READ_ONCE(p->__state);

	if (state == TASK_RUNNING || state == TASK_WAKING)
		return 'R';
	if (state & TASK_INTERRUPTIBLE)
		return 'S';
	if (state & TASK_UNINTERRUPTIBLE)
		return (state & TASK_NOLOAD) ? 'I' : 'D';
	return (state & TASK_DEAD) ? 'X' : '?';
}

/* What a new task inherits: its creator's nice level, the fair class, any CPU. It sleeps until it is woken. */
void sched_fork(struct task_struct *p)
{
	p->__state = TASK_UNINTERRUPTIBLE;
	p->cpu = raw_smp_processor_id();
	p->static_prio = current->static_prio;
	p->pi_prio = MAX_PRIO;
	set_policy(p, SCHED_NORMAL, 0);
	cpumask_copy(&p->cpus_mask, cpu_possible_mask);
	p->nr_cpus_allowed = nr_cpu_ids;
}

/* The thread has not been started, so nobody else looks at it. */
void kthread_bind(struct task_struct *k, unsigned int cpu)
{
	WARN_ON(task_is_running(k));
	cpumask_clear(&k->cpus_mask);
	cpumask_set_cpu(cpu, &k->cpus_mask);
	k->nr_cpus_allowed = 1;
	k->flags |= PF_NO_SETAFFINITY;
	k->cpu = cpu;
}

/* ---- the idle task ---- */

/*
 * Work is looked for with interrupts off: a wake-up that comes after the test stays pending until safe_halt() enables
 * interrupts, and ends the halt at once.
 *
 *	without:  if (!need_resched())			with:  cli; if (!need_resched())
 *			<- interrupt wakes a task			sti; hlt
 *		  hlt	sleeps on it				       <- interrupt ends the hlt
 */
static void do_idle(void)
{
	run_idle_hook();
	local_irq_disable();
	while (!need_resched()) {
		if (newidle_balance(this_rq()))
			break;
		safe_halt();
		local_irq_disable();
	}
	local_irq_enable();
	schedule_idle();
}

void cpu_startup_entry(void)
{
	for (;;)
		do_idle();
}

static void init_idle(struct task_struct *idle, int cpu)
{
	struct rq *rq = cpu_rq(cpu);

	snprintf(idle->comm, sizeof(idle->comm), "swapper/%d", cpu);
	idle->flags |= PF_IDLE | PF_NO_SETAFFINITY;
	idle->sched_class = &idle_sched_class;
	idle->prio = idle->normal_prio = idle->pi_prio = MAX_PRIO;
	idle->cpu = cpu;
	idle->on_cpu = 1;
	idle->on_rq = TASK_ON_RQ_MIGRATING; /* in no queue; a waker only sets its state */
	idle->__state = TASK_RUNNING;
	cpumask_clear(&idle->cpus_mask);
	cpumask_set_cpu(cpu, &idle->cpus_mask);
	idle->nr_cpus_allowed = 1;
	rq->idle = idle;
	rq->curr = idle;
	rq->curr_prio = MAX_PRIO;
	per_cpu(current_task, cpu) = idle;
}

struct task_struct *idle_init(int cpu)
{
	struct task_struct *idle = alloc_idle_task();

	if (idle)
		init_idle(idle, cpu);
	return idle;
}

void sched_cpu_starting(void)
{
	struct rq *rq = this_rq();

	sched_nr_cpus++; /* CPUs start one after the other */

	rq->idle->se.exec_start = rdtsc();
	tick_init_cpu();
}

void __init sched_init(void)
{
	int cpu;

	init_fair_params();
	init_rt_params();
	for_each_possible_cpu(cpu) {
		struct rq *rq = cpu_rq(cpu);

		rq->cpu = cpu;
		init_rt(&rq->rt);
		init_fair(&rq->cfs);
	}
	init_idle(&init_task, 0);
	init_balance();
	wait_bit_init();
}
