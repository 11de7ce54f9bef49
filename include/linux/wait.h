/* SPDX-License-Identifier: MIT */
/*
 * Wait queues: how kernel code sleeps until something is true.
 *
 *	sleeper						waker (any context, interrupts included)
 *	  wait_event(queue, condition);			  condition = true;
 *							  wake_up(&queue);
 *
 * The rules. The condition may be tested often, and must not sleep. Whoever makes it true calls wake_up() afterwards.
 * A woken sleeper tests again, because somebody else may have been quicker. A queue is a list of entries; wake_up()
 * calls each entry's function, which usually makes a task runnable; it stops after one entry that has
 * WQ_FLAG_EXCLUSIVE. Exclusive entries stand at the tail, so that all others are woken as well.
 */
#ifndef _LINUX_WAIT_H
#define _LINUX_WAIT_H

#include <asm/current.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/list.h>
#include <linux/spinlock.h>
#include <linux/types.h>

struct wait_queue_entry;
struct task_struct;

/**
 * wait_queue_func_t - what a wake-up does with an entry
 * @mode: task states to wake, as the waker gave them
 * @flags: 0
 *
 * Context: the queue's lock held, interrupts off. Must not sleep. @wq_entry may be gone when it returns.
 * Return: 0 if it woke nobody, 1 if it did (counts against the exclusive ones), negative to end the wake-up here.
 */
typedef int (*wait_queue_func_t)(struct wait_queue_entry *wq_entry, unsigned int mode, int flags, void *key);

int default_wake_function(struct wait_queue_entry *wq_entry, unsigned int mode, int flags, void *key);

#define WQ_FLAG_EXCLUSIVE 0x01		/* a wake-up wakes so many of these only */
#define WQ_FLAG_WOKEN 0x02		/* wait_woken(): a wake-up came */
#define WQ_FLAG_CUSTOM 0x04		/* func is not one of ours, private may be anything */
#define WQ_FLAG_DONE 0x10
#define WQ_FLAG_PRIORITY 0x20		/* to the front of the queue */

struct wait_queue_entry {
	unsigned int flags;
	void *private;			/* the task, for the functions declared here */
	wait_queue_func_t func;
	struct list_head entry;		/* the queue's lock */
};
typedef struct wait_queue_entry wait_queue_entry_t;

struct wait_queue_head {
	spinlock_t lock;		/* interrupts off: handlers wake */
	struct list_head head;
};
typedef struct wait_queue_head wait_queue_head_t;

#define __WAITQUEUE_INITIALIZER(name, tsk)                                                         \
	{ .flags = 0, .private = tsk, .func = default_wake_function, .entry = { NULL, NULL } }
#define DECLARE_WAITQUEUE(name, tsk) struct wait_queue_entry name = __WAITQUEUE_INITIALIZER(name, tsk)

#define __WAIT_QUEUE_HEAD_INITIALIZER(name)                                                        \
	{ .lock = __SPIN_LOCK_INITIALIZER(name), .head = LIST_HEAD_INIT(name.head) }
#define DECLARE_WAIT_QUEUE_HEAD(name) struct wait_queue_head name = __WAIT_QUEUE_HEAD_INITIALIZER(name)
#ifdef CONFIG_DEBUG_LOCK_ALLOC
/* The lock needs a class, which is not on the stack. */
#define __WAIT_QUEUE_HEAD_INIT_ONSTACK(name) ({ init_waitqueue_head(&name); name; })
#define DECLARE_WAIT_QUEUE_HEAD_ONSTACK(name) struct wait_queue_head name = __WAIT_QUEUE_HEAD_INIT_ONSTACK(name)
#else
#define DECLARE_WAIT_QUEUE_HEAD_ONSTACK(name) DECLARE_WAIT_QUEUE_HEAD(name)
#endif

void __init_waitqueue_head(struct wait_queue_head *wq_head, const char *name, struct lock_class_key *key);

#define init_waitqueue_head(wq_head)                                                               \
	do {                                                                                       \
		static struct lock_class_key __wq_key;                                             \
		__init_waitqueue_head((wq_head), #wq_head, &__wq_key);                             \
	} while (0)

static inline void init_waitqueue_entry(struct wait_queue_entry *wq_entry, struct task_struct *p)
{
	wq_entry->flags = 0;
	wq_entry->private = p;
	wq_entry->func = default_wake_function;
}

static inline void init_waitqueue_func_entry(struct wait_queue_entry *wq_entry, wait_queue_func_t func)
{
	wq_entry->flags = 0;
	wq_entry->private = NULL;
	wq_entry->func = func;
}

/**
 * waitqueue_active - is anybody in the queue? For a waker that wants to save the lock of an empty queue.
 *
 * Only with a full barrier between making the condition true and this test, or a wake-up gets lost:
 *
 *	waker						sleeper
 *	  [A] condition = true				  [C] entry is added to the queue, state is set
 *	      smp_mb()					      smp_mb() in prepare_to_wait()
 *	  [B] if (waitqueue_active(&queue))		  [D] if (!condition)
 *		      wake_up(&queue)				      schedule()
 *
 * Without the waker's barrier, [B] may be done before [A]. Context: any. wq_has_sleeper() has the barrier in it.
 */
static inline int waitqueue_active(struct wait_queue_head *wq_head)
{
	return !list_empty(&wq_head->head);
}

static inline bool wq_has_sleeper(struct wait_queue_head *wq_head)
{
	smp_mb();
	return waitqueue_active(wq_head);
}

static inline bool wq_has_single_sleeper(struct wait_queue_head *wq_head)
{
	return list_is_singular(&wq_head->head);
}

/* add_wait_queue and friends - put an entry into the queue, or take it out. Context: any but NMI. */
void add_wait_queue(struct wait_queue_head *wq_head, struct wait_queue_entry *wq_entry);
void add_wait_queue_exclusive(struct wait_queue_head *wq_head, struct wait_queue_entry *wq_entry);
void add_wait_queue_priority(struct wait_queue_head *wq_head, struct wait_queue_entry *wq_entry);
void remove_wait_queue(struct wait_queue_head *wq_head, struct wait_queue_entry *wq_entry);

/* The same where the caller holds wq_head->lock. */
static inline void __add_wait_queue(struct wait_queue_head *wq_head, struct wait_queue_entry *wq_entry)
{
	struct list_head *pos;

	/* Entries with WQ_FLAG_PRIORITY stay in front. */
	list_for_each(pos, &wq_head->head)
		if (likely(!(list_entry(pos, struct wait_queue_entry, entry)->flags & WQ_FLAG_PRIORITY)))
			break;
	list_add_tail(&wq_entry->entry, pos);
}

static inline void __add_wait_queue_exclusive(struct wait_queue_head *wq_head,
					      struct wait_queue_entry *wq_entry)
{
	wq_entry->flags |= WQ_FLAG_EXCLUSIVE;
	__add_wait_queue(wq_head, wq_entry);
}

static inline void __add_wait_queue_entry_tail(struct wait_queue_head *wq_head,
					       struct wait_queue_entry *wq_entry)
{
	list_add_tail(&wq_entry->entry, &wq_head->head);
}

static inline void __add_wait_queue_entry_tail_exclusive(struct wait_queue_head *wq_head,
							 struct wait_queue_entry *wq_entry)
{
	wq_entry->flags |= WQ_FLAG_EXCLUSIVE;
	__add_wait_queue_entry_tail(wq_head, wq_entry);
}

static inline void __remove_wait_queue(struct wait_queue_head *wq_head __maybe_unused,
				       struct wait_queue_entry *wq_entry)
{
	list_del(&wq_entry->entry);
}

/**
 * __wake_up - call the functions of a queue's entries, front to back
 * @mode: task states to wake
 * @nr: how many exclusive entries to wake; 0 means all
 * @key: handed to the functions
 *
 * Context: any but NMI. Never sleeps. If it wakes a task, a full barrier comes before the task's state is read.
 */
void __wake_up(struct wait_queue_head *wq_head, unsigned int mode, int nr, void *key);

/* The same where the caller holds wq_head->lock. */
void __wake_up_locked(struct wait_queue_head *wq_head, unsigned int mode, int nr);
void __wake_up_locked_key(struct wait_queue_head *wq_head, unsigned int mode, void *key);

#define wake_up(x) __wake_up(x, TASK_NORMAL, 1, NULL)
#define wake_up_nr(x, nr) __wake_up(x, TASK_NORMAL, nr, NULL)
#define wake_up_all(x) __wake_up(x, TASK_NORMAL, 0, NULL)
#define wake_up_locked(x) __wake_up_locked((x), TASK_NORMAL, 1)
#define wake_up_all_locked(x) __wake_up_locked((x), TASK_NORMAL, 0)
#define wake_up_interruptible(x) __wake_up(x, TASK_INTERRUPTIBLE, 1, NULL)
#define wake_up_interruptible_nr(x, nr) __wake_up(x, TASK_INTERRUPTIBLE, nr, NULL)
#define wake_up_interruptible_all(x) __wake_up(x, TASK_INTERRUPTIBLE, 0, NULL)
/* For a waker that is about to sleep itself: a hint in Linux, which the scheduler here makes no use of. */
#define wake_up_sync(x) wake_up(x)
#define wake_up_interruptible_sync(x) wake_up_interruptible(x)
#define wake_up_poll(x, m) __wake_up(x, TASK_NORMAL, 1, (void *)(unsigned long)(m))
#define wake_up_interruptible_poll(x, m) __wake_up(x, TASK_INTERRUPTIBLE, 1, (void *)(unsigned long)(m))

/* ---- waiting, piece by piece ---- */

/**
 * prepare_to_wait - enter the queue and set the state, in this order
 *
 * Call it before testing the condition, in a loop; afterwards finish_wait(). An entry that is in the queue already
 * stays where it is. Context: task; does not sleep. Ends with a full barrier: see set_current_state().
 */
void prepare_to_wait(struct wait_queue_head *wq_head, struct wait_queue_entry *wq_entry, int state);

/* prepare_to_wait_exclusive - at the tail, WQ_FLAG_EXCLUSIVE. Return: was the queue empty? */
bool prepare_to_wait_exclusive(struct wait_queue_head *wq_head, struct wait_queue_entry *wq_entry, int state);

/**
 * prepare_to_wait_event - the step of wait_event(): also looks for signals
 *
 * Return: 0, or -ERESTARTSYS when a signal ends a sleep in @state; the entry is out of the queue then, so that an
 * exclusive wake-up that comes later goes to another waiter.
 */
long prepare_to_wait_event(struct wait_queue_head *wq_head, struct wait_queue_entry *wq_entry, int state);

/**
 * finish_wait - back to TASK_RUNNING and out of the queue
 *
 * An entry whose both pointers lead back to itself was taken out by autoremove_wake_function(), and nobody can reach
 * it any more: no lock is needed. list_empty_careful() looks at both, because a waker on another CPU may be in the
 * middle of list_del_init_careful(), whose last store, seen here with acquire, ends its use of the entry.
 * Context: task.
 */
static inline void finish_wait(struct wait_queue_head *wq_head, struct wait_queue_entry *wq_entry);
void __finish_wait(struct wait_queue_head *wq_head, struct wait_queue_entry *wq_entry);

/* autoremove_wake_function - default_wake_function(), and the entry leaves the queue when its task was woken. */
int autoremove_wake_function(struct wait_queue_entry *wq_entry, unsigned int mode, int flags, void *key);

/**
 * wait_woken - sleep until woken_wake_function() was called since the last wait, or @timeout jiffies passed
 *
 * For loops that must not hold the sleeping state while they test (because the test may sleep itself):
 * DEFINE_WAIT_FUNC(wait, woken_wake_function), add_wait_queue(), test, wait_woken(), test again.
 * Context: task, may sleep. Return: jiffies left.
 */
long wait_woken(struct wait_queue_entry *wq_entry, unsigned int mode, long timeout);
int woken_wake_function(struct wait_queue_entry *wq_entry, unsigned int mode, int flags, void *key);

static inline void init_wait_entry(struct wait_queue_entry *wq_entry, int flags)
{
	wq_entry->flags = flags;
	wq_entry->private = current;
	wq_entry->func = autoremove_wake_function;
	INIT_LIST_HEAD(&wq_entry->entry);
}

#define DEFINE_WAIT_FUNC(name, function)                                                           \
	struct wait_queue_entry name = {                                                           \
		.private = current, .func = function, .entry = LIST_HEAD_INIT((name).entry),       \
	}
#define DEFINE_WAIT(name) DEFINE_WAIT_FUNC(name, autoremove_wake_function)

#define init_wait(wait)                                                                            \
	do {                                                                                       \
		(wait)->private = current;                                                         \
		(wait)->func = autoremove_wake_function;                                           \
		INIT_LIST_HEAD(&(wait)->entry);                                                    \
		(wait)->flags = 0;                                                                 \
	} while (0)

/* ---- waiting for a condition ---- */

/* Test the condition, which may not sleep: the debug profile's might_sleep() knows that it is inside. */
#ifdef CONFIG_DEBUG_ATOMIC_SLEEP
#define __wait_cond(condition)                                                                     \
	({                                                                                         \
		unsigned long __outer_ip = current->wait_condition_ip;                             \
		bool __is_true;                                                                    \
                                                                                                   \
		current->wait_condition_ip = _THIS_IP_;                                            \
		__is_true = (condition);                                                           \
		current->wait_condition_ip = __outer_ip;                                           \
		__is_true;                                                                         \
	})
#else
#define __wait_cond(condition) (condition)
#endif

#define ___wait_is_interruptible(state)                                                            \
	(!__builtin_constant_p(state) || ((state) & (TASK_INTERRUPTIBLE | TASK_WAKEKILL)))

/*
 * The one loop behind all forms. @cmd sleeps. @ret is what the expression is worth when the condition is true; a
 * signal makes it -ERESTARTSYS. The condition is tested after the state is set, so a wake-up between test and sleep
 * turns the sleep into a no-op. The test after @cmd is the usual end: it saves entering the queue again for nothing.
 */
#define ___wait_event(wq_head, condition, state, exclusive, ret, cmd)                              \
	({                                                                                         \
		__label__ __out;                                                                   \
		struct wait_queue_entry __wq_entry;                                                \
		long __ret = ret;                                                                  \
                                                                                                   \
		init_wait_entry(&__wq_entry, exclusive ? WQ_FLAG_EXCLUSIVE : 0);                   \
		for (;;) {                                                                         \
			long __int = prepare_to_wait_event(&wq_head, &__wq_entry, state);          \
                                                                                                   \
			if (__wait_cond(condition))                                                \
				break;                                                             \
                                                                                                   \
			if (___wait_is_interruptible(state) && __int) {                            \
				__ret = __int;                                                     \
				goto __out;                                                        \
			}                                                                          \
                                                                                                   \
			cmd;                                                                       \
                                                                                                   \
			if (__wait_cond(condition))                                                \
				break;                                                             \
		}                                                                                  \
		finish_wait(&wq_head, &__wq_entry);                                                \
	__out:                                                                                     \
		__ret;                                                                             \
	})

#define __wait_event(wq_head, condition)                                                           \
	(void)___wait_event(wq_head, condition, TASK_UNINTERRUPTIBLE, 0, 0, schedule())

/**
 * wait_event - sleep until @condition is true; no signal ends it
 * @wq_head: the queue (not a pointer to it)
 * @condition: a C expression, tested before and after every sleep
 *
 * Context: task, may sleep.
 */
#define wait_event(wq_head, condition)                                                             \
	do {                                                                                       \
		might_sleep();                                                                     \
		if (__wait_cond(condition))                                                        \
			break;                                                                     \
		__wait_event(wq_head, condition);                                                  \
	} while (0)

/* wait_event_cmd - run @cmd1 before and @cmd2 after each sleep. */
#define wait_event_cmd(wq_head, condition, cmd1, cmd2)                                             \
	do {                                                                                       \
		if (condition)                                                                     \
			break;                                                                     \
		(void)___wait_event(wq_head, condition, TASK_UNINTERRUPTIBLE, 0, 0,                \
				    cmd1; schedule(); cmd2);                                       \
	} while (0)

#define __wait_event_intr(wq_head, condition, state, exclusive)                                    \
	({                                                                                         \
		int __ret_i = 0;                                                                   \
		might_sleep();                                                                     \
		if (!__wait_cond(condition))                                                       \
			__ret_i = ___wait_event(wq_head, condition, state, exclusive, 0, schedule()); \
		__ret_i;                                                                           \
	})

/* wait_event_interruptible - until @condition or a signal. Return: 0, or -ERESTARTSYS for the signal. */
#define wait_event_interruptible(wq_head, condition)                                               \
	__wait_event_intr(wq_head, condition, TASK_INTERRUPTIBLE, 0)

/* wait_event_killable - until @condition or SIGKILL. Return: 0, or -ERESTARTSYS. */
#define wait_event_killable(wq_head, condition)                                                    \
	__wait_event_intr(wq_head, condition, TASK_KILLABLE, 0)

/* The exclusive forms: one wake_up() wakes one of these. */
#define wait_event_interruptible_exclusive(wq_head, condition)                                     \
	__wait_event_intr(wq_head, condition, TASK_INTERRUPTIBLE, 1)
#define wait_event_killable_exclusive(wq_head, condition)                                          \
	__wait_event_intr(wq_head, condition, TASK_KILLABLE, 1)
#define wait_event_exclusive(wq_head, condition)                                                   \
	(void)__wait_event_intr(wq_head, condition, TASK_UNINTERRUPTIBLE, 1)
#define wait_event_idle(wq_head, condition)                                                        \
	(void)__wait_event_intr(wq_head, condition, TASK_IDLE, 0)
#define wait_event_idle_exclusive(wq_head, condition)                                              \
	(void)__wait_event_intr(wq_head, condition, TASK_IDLE, 1)

/* Also true when the time is up; leaves at least 1 in __ret when the condition is true. */
#define ___wait_cond_timeout(condition)                                                            \
	({                                                                                         \
		bool __cond = __wait_cond(condition);                                              \
		if (__cond && !__ret)                                                              \
			__ret = 1;                                                                 \
		__cond || !__ret;                                                                  \
	})

#define __wait_event_to(wq_head, condition, timeout, state, exclusive)                             \
	({                                                                                         \
		long __ret = timeout;                                                              \
		might_sleep();                                                                     \
		if (!___wait_cond_timeout(condition))                                              \
			__ret = ___wait_event(wq_head, ___wait_cond_timeout(condition), state,     \
					      exclusive, timeout, __ret = schedule_timeout(__ret)); \
		__ret;                                                                             \
	})

/**
 * wait_event_timeout - sleep until @condition is true, @timeout jiffies at the most
 *
 * Return: 0 if the condition was false when the time was up; otherwise the jiffies left, at least 1.
 */
#define wait_event_timeout(wq_head, condition, timeout)                                            \
	__wait_event_to(wq_head, condition, timeout, TASK_UNINTERRUPTIBLE, 0)

/* The same, or -ERESTARTSYS for a signal (killable: for SIGKILL). */
#define wait_event_interruptible_timeout(wq_head, condition, timeout)                              \
	__wait_event_to(wq_head, condition, timeout, TASK_INTERRUPTIBLE, 0)
#define wait_event_killable_timeout(wq_head, condition, timeout)                                   \
	__wait_event_to(wq_head, condition, timeout, TASK_KILLABLE, 0)
#define wait_event_idle_timeout(wq_head, condition, timeout)                                       \
	__wait_event_to(wq_head, condition, timeout, TASK_IDLE, 0)

#define __wait_event_lock_irq(wq_head, condition, lock, cmd, state)                                \
	___wait_event(wq_head, condition, state, 0, 0,                                             \
		      spin_unlock_irq(&lock); cmd; schedule(); spin_lock_irq(&lock))

/**
 * wait_event_lock_irq - wait for a condition that is tested under @lock
 *
 * The caller holds @lock, taken with spin_lock_irq(); it is dropped around each sleep and held again on return.
 */
#define wait_event_lock_irq(wq_head, condition, lock)                                              \
	wait_event_lock_irq_cmd(wq_head, condition, lock, )
#define wait_event_lock_irq_cmd(wq_head, condition, lock, cmd)                                     \
	do {                                                                                       \
		if (condition)                                                                     \
			break;                                                                     \
		(void)__wait_event_lock_irq(wq_head, condition, lock, cmd, TASK_UNINTERRUPTIBLE);  \
	} while (0)

/* The same, or -ERESTARTSYS for a signal. */
#define wait_event_interruptible_lock_irq(wq_head, condition, lock)                                \
	({                                                                                         \
		int __ret_l = 0;                                                                   \
		if (!(condition))                                                                  \
			__ret_l = __wait_event_lock_irq(wq_head, condition, lock, ,                \
							TASK_INTERRUPTIBLE);                       \
		__ret_l;                                                                           \
	})

/* The same with a timeout in jiffies, and the return value of wait_event_interruptible_timeout(). */
#define __wait_event_lock_irq_timeout(wq_head, condition, lock, timeout, state)                    \
	({                                                                                         \
		long __ret = timeout;                                                              \
		if (!___wait_cond_timeout(condition))                                              \
			__ret = ___wait_event(wq_head, ___wait_cond_timeout(condition), state, 0,  \
					      timeout, spin_unlock_irq(&lock);                     \
					      __ret = schedule_timeout(__ret);                     \
					      spin_lock_irq(&lock));                               \
		__ret;                                                                             \
	})
#define wait_event_lock_irq_timeout(wq_head, condition, lock, timeout)                             \
	__wait_event_lock_irq_timeout(wq_head, condition, lock, timeout, TASK_UNINTERRUPTIBLE)
#define wait_event_interruptible_lock_irq_timeout(wq_head, condition, lock, timeout)               \
	__wait_event_lock_irq_timeout(wq_head, condition, lock, timeout, TASK_INTERRUPTIBLE)

#define __wait_event_locked(wq_head, condition, exclusive, irq)                                    \
	({                                                                                         \
		int __ret_l = 0;                                                                   \
		DEFINE_WAIT(__wait);                                                               \
		if (exclusive)                                                                     \
			__wait.flags |= WQ_FLAG_EXCLUSIVE;                                         \
		while (!(condition)) {                                                             \
			__ret_l = do_wait_intr##irq(&(wq_head), &__wait);                          \
			if (__ret_l)                                                               \
				break;                                                             \
		}                                                                                  \
		__remove_wait_queue_safe(&__wait);                                                 \
		__set_current_state(TASK_RUNNING);                                                 \
		__ret_l;                                                                           \
	})

/* One sleep of wait_event_interruptible_locked(): drops and retakes wq_head->lock. Return: 0 or -ERESTARTSYS. */
int do_wait_intr(struct wait_queue_head *wq_head, struct wait_queue_entry *wait);
int do_wait_intr_irq(struct wait_queue_head *wq_head, struct wait_queue_entry *wait);

static inline void __remove_wait_queue_safe(struct wait_queue_entry *wait)
{
	list_del_init(&wait->entry);
}

/* wait_event_interruptible_locked - the caller holds the queue's own lock (taken with _irq in the second form). */
#define wait_event_interruptible_locked(wq_head, condition)                                        \
	((condition) ? 0 : __wait_event_locked(wq_head, condition, 0, ))
#define wait_event_interruptible_locked_irq(wq_head, condition)                                    \
	((condition) ? 0 : __wait_event_locked(wq_head, condition, 0, _irq))
#define wait_event_interruptible_exclusive_locked(wq_head, condition)                              \
	((condition) ? 0 : __wait_event_locked(wq_head, condition, 1, ))
#define wait_event_interruptible_exclusive_locked_irq(wq_head, condition)                          \
	((condition) ? 0 : __wait_event_locked(wq_head, condition, 1, _irq))

#ifdef CONFIG_DEBUG_ATOMIC_SLEEP
/* Remember, for reports, which queue the running task sleeps on. */
#define note_wait_head(wq_head) WRITE_ONCE(current->wait_head, wq_head)
#else
#define note_wait_head(wq_head) do { } while (0)
#endif

/* After the macros that use task states and schedule(): they are expanded where both headers have been read. */
#include <linux/sched.h>

static inline void finish_wait(struct wait_queue_head *wq_head, struct wait_queue_entry *wq_entry)
{
	__set_current_state(TASK_RUNNING);
	note_wait_head(NULL);
	if (unlikely(!list_empty_careful(&wq_entry->entry)))
		__finish_wait(wq_head, wq_entry);
}

#endif
