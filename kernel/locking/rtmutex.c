// SPDX-License-Identifier: MIT
/*
 * The slow paths of rt_mutexes: waiting with priority inheritance. The owner word and its flag work
 * as a mutex's (see mutex.c): with RT_MUTEX_HAS_WAITERS set the owner unlocks here, and hands over.
 *
 * Who waits for whom is a forest: a task waits for one mutex at most, which has one owner. Priority
 * flows along it:
 *
 *	task -- pi_blocked_on --> waiter --> mutex -- owner --> task -- pi_blocked_on --> ...
 *	     <-- pi_waiters ---------------- first of the mutex's waiters
 *
 * One lock, chain_lock, guards all of it, for every rt_mutex: so a chain is walked, and changed, as
 * one consistent picture, and a cycle is seen before it closes. That is much simpler than a lock
 * for each mutex and each task, as Linux has them, and costs only those who have to wait anyway.
 * It is taken with interrupts off, because the scheduler calls rt_mutex_adjust_pi() from anywhere.
 * Order: chain_lock, a task's pi_lock (inside wake_up_process() and rt_mutex_setprio()), rq->lock.
 *
 * Owners met on the way are alive: each has its mutex's flag set, and so cannot let go of the
 * mutex, much less end, without the lock.
 */
#include <linux/bug.h>
#include <linux/errno.h>
#include <linux/hung_task.h>
#include <linux/rtmutex.h>
#include <linux/spinlock.h>

struct rt_mutex_waiter {
	struct rb_node tree;    /* in the mutex's waiters */
	struct rb_node pi_tree; /* in the owner's pi_waiters, of the first waiter */
	struct task_struct *task;
	struct rt_mutex *lock;
	int prio;     /* the task's, as sorted by */
	bool granted; /* it is the owner, and in no tree */
};

static DEFINE_RAW_SPINLOCK(chain_lock);

#define node_to_waiter(node)    rb_entry_safe(node, struct rt_mutex_waiter, tree)
#define pi_node_to_waiter(node) rb_entry_safe(node, struct rt_mutex_waiter, pi_tree)

void __rt_mutex_init(struct rt_mutex *lock, const char *name, struct lock_class_key *key)
{
	debug_check_no_locks_freed(lock, sizeof(*lock));
	*lock = (struct rt_mutex)__RT_MUTEX_INITIALIZER(*lock);
	lockdep_init_map_wait(&lock->dep_map, name, key, 0, LD_WAIT_SLEEP);
}

/* ---- who waits ---- */

static struct rt_mutex_waiter *first_waiter(struct rt_mutex *lock)
{
	return node_to_waiter(rb_first_cached(&lock->waiters));
}

static bool waits_before(struct rb_node *a, const struct rb_node *b)
{
	return node_to_waiter(a)->prio < node_to_waiter(b)->prio;
}

static bool pi_waits_before(struct rb_node *a, const struct rb_node *b)
{
	return pi_node_to_waiter(a)->prio < pi_node_to_waiter(b)->prio;
}

/* The mutex's first waiter counts for its owner. These two stand around a change of the first. */
static void take_from_owner(struct rt_mutex *lock)
{
	struct rt_mutex_waiter *first = first_waiter(lock);

	if (first)
		rb_erase_cached(&first->pi_tree, &rt_mutex_owner(lock)->pi_waiters);
}

static void give_to_owner(struct rt_mutex *lock)
{
	struct rt_mutex_waiter *first = first_waiter(lock);

	if (first)
		rb_add_cached(&first->pi_tree, &rt_mutex_owner(lock)->pi_waiters, pi_waits_before);
}

static void enqueue(struct rt_mutex_waiter *waiter)
{
	take_from_owner(waiter->lock);
	waiter->prio = waiter->task->prio;
	rb_add_cached(&waiter->tree, &waiter->lock->waiters, waits_before);
	give_to_owner(waiter->lock);
}

static void dequeue(struct rt_mutex_waiter *waiter)
{
	take_from_owner(waiter->lock);
	rb_erase_cached(&waiter->tree, &waiter->lock->waiters);
	give_to_owner(waiter->lock);
}

/* ---- inheritance ---- */

/*
 * The tasks that wait for what @p holds have changed: @p inherits what it should. If that changes
 * its priority, its own place among those that wait changes, and the owner of what it waits for is
 * the next. The chain ends at a task that does not wait, or whose priority stays as it is.
 */
static void adjust_chain(struct task_struct *p)
{
	for (;;) {
		struct rt_mutex_waiter *first, *waiter = p->pi_blocked_on;
		int pi_prio, prio = p->prio;

		first = pi_node_to_waiter(rb_first_cached(&p->pi_waiters));
		pi_prio = first ? first->prio : MAX_PRIO;
		if (pi_prio != p->pi_prio)
			rt_mutex_setprio(p, pi_prio);
		if (p->prio == prio || !waiter)
			return;
		dequeue(waiter);
		enqueue(waiter);
		p = rt_mutex_owner(waiter->lock);
	}
}

/*
 * A task whose priority is set while it begins to wait is sorted rightly in any case: either it is
 * waiting already when chain_lock is taken here, or it will read its new priority under chain_lock.
 */
void rt_mutex_adjust_pi(struct task_struct *p)
{
	struct rt_mutex_waiter *waiter;
	unsigned long flags;

	raw_spin_lock_irqsave(&chain_lock, flags);
	waiter = p->pi_blocked_on;
	if (waiter && waiter->prio != p->prio) {
		dequeue(waiter);
		enqueue(waiter);
		adjust_chain(rt_mutex_owner(waiter->lock));
	}
	raw_spin_unlock_irqrestore(&chain_lock, flags);
}

/* ---- locking ---- */

/* Take a mutex that is free, or see to it that its owner will not miss the caller. */
static bool trylock_or_announce(struct rt_mutex *lock)
{
	s64 owner = atomic_long_read(&lock->owner), new;

	do {
		new = owner ? (s64)(owner | RT_MUTEX_HAS_WAITERS) : (s64)current;
	} while (!atomic_long_try_cmpxchg_acquire(&lock->owner, &owner, new));
	return !owner;
}

/* The owner may be unlocking: the flag goes by a locked AND. */
static void no_more_waiters(struct rt_mutex *lock)
{
	if (!first_waiter(lock))
		atomic_long_andnot(RT_MUTEX_HAS_WAITERS, &lock->owner);
}

/* Does the chain that begins at @lock's owner end at the caller? No cycle gets in, so it ends. */
static bool would_deadlock(struct rt_mutex *lock)
{
	struct task_struct *p;

	for (;;) {
		p = rt_mutex_owner(lock);
		if (p == current)
			return true;
		if (!p->pi_blocked_on)
			return false;
		lock = p->pi_blocked_on->lock;
	}
}

/* No barrier after the state: unlocking wakes under chain_lock. */
static int __sched wait_for_lock(struct rt_mutex *lock, unsigned int state)
{
	struct rt_mutex_waiter waiter = { .task = current, .lock = lock };
	int err = 0;

	current->pi_blocked_on = &waiter;
	enqueue(&waiter);
	adjust_chain(rt_mutex_owner(lock));
	hung_task_set_blocker(lock, BLOCKER_TYPE_RT_MUTEX);
	while (!waiter.granted && !err) {
		if (signal_pending_state(state, current)) {
			err = -EINTR;
			continue;
		}
		__set_current_state(state);
		raw_spin_unlock_irq(&chain_lock);
		schedule();
		raw_spin_lock_irq(&chain_lock);
	}
	hung_task_clear_blocker();
	if (err) {
		current->pi_blocked_on = NULL;
		dequeue(&waiter);
		adjust_chain(rt_mutex_owner(lock));
	}
	return err;
}

/* The caller has no way to fail, and must not have the mutex. Context: chain_lock held. */
static void __noreturn __sched sleep_for_ever(struct rt_mutex *lock) __releases(&chain_lock)
{
	struct task_struct *owner = rt_mutex_owner(lock);

	WARN(1, "rtmutex deadlock detected: %s/%d waits for %s/%d, which waits for it\n",
	     current->comm, current->pid, owner->comm, owner->pid);
	hung_task_set_blocker(lock, BLOCKER_TYPE_RT_MUTEX);
	raw_spin_unlock_irq(&chain_lock);
	for (;;) {
		set_current_state(TASK_UNINTERRUPTIBLE);
		schedule();
	}
}

int __sched __rt_mutex_lock_slowpath(struct rt_mutex *lock, unsigned int state)
{
	unsigned long flags;
	int err = 0;

	raw_spin_lock_irqsave(&chain_lock, flags);
	if (!trylock_or_announce(lock)) {
		err = would_deadlock(lock) ? -EDEADLK : wait_for_lock(lock, state);
		if (err)
			no_more_waiters(lock);
		if (err == -EDEADLK && state == TASK_UNINTERRUPTIBLE)
			sleep_for_ever(lock);
	}
	raw_spin_unlock_irqrestore(&chain_lock, flags);
	return err;
}

/*
 * The first waiter gets the mutex, and inherits from those that wait on; the caller loses what it
 * had from them. The tree may be empty: the last waiter gave up before the caller got chain_lock.
 * With preemption off until all is done, the caller cannot, no longer important, be preempted
 * before it has woken the next.
 */
void __rt_mutex_unlock_slowpath(struct rt_mutex *lock)
{
	struct rt_mutex_waiter *first;
	unsigned long flags, owner = 0;

	raw_spin_lock_irqsave(&chain_lock, flags);
	first = first_waiter(lock);
	if (first) {
		take_from_owner(lock);
		rb_erase_cached(&first->tree, &lock->waiters);
		owner = (unsigned long)first->task;
		if (first_waiter(lock))
			owner |= RT_MUTEX_HAS_WAITERS;
	}
	smp_store_release(&lock->owner.counter, owner);
	if (first) {
		give_to_owner(lock);
		first->granted = true;
		first->task->pi_blocked_on = NULL;
		adjust_chain(first->task);
		wake_up_process(first->task);
		adjust_chain(current);
	}
	raw_spin_unlock_irqrestore(&chain_lock, flags);
}

#ifdef CONFIG_DEBUG_LOCK_ALLOC

static __always_inline int __sched lock_common(struct rt_mutex *lock, unsigned int state,
					       unsigned int subclass, unsigned long ip)
{
	int err = 0;

	might_sleep();
	mutex_acquire(&lock->dep_map, subclass, 0, ip);
	if (!__rt_mutex_trylock_fast(lock))
		err = __rt_mutex_lock_slowpath(lock, state);
	if (err)
		mutex_release(&lock->dep_map, ip);
	return err;
}

void __sched rt_mutex_lock_nested(struct rt_mutex *lock, unsigned int subclass)
{
	lock_common(lock, TASK_UNINTERRUPTIBLE, subclass, _RET_IP_);
}

int __sched rt_mutex_lock_interruptible(struct rt_mutex *lock)
{
	return lock_common(lock, TASK_INTERRUPTIBLE, 0, _RET_IP_);
}

int __sched rt_mutex_lock_killable(struct rt_mutex *lock)
{
	return lock_common(lock, TASK_KILLABLE, 0, _RET_IP_);
}

int rt_mutex_trylock(struct rt_mutex *lock)
{
	WARN_ON_ONCE(!in_task());
	if (!__rt_mutex_trylock_fast(lock))
		return 0;
	mutex_acquire(&lock->dep_map, 0, 1, _RET_IP_);
	return 1;
}

void rt_mutex_unlock(struct rt_mutex *lock)
{
	WARN_ON(rt_mutex_owner(lock) != current);
	mutex_release(&lock->dep_map, _RET_IP_);
	if (!__rt_mutex_unlock_fast(lock))
		__rt_mutex_unlock_slowpath(lock);
}

#endif
