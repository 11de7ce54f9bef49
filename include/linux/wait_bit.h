/* SPDX-License-Identifier: MIT */
/*
 * Waiting for a bit to be cleared, or for a variable to change, where a wait queue of its own would
 * be too much: the queues are shared, found by the address. Whoever clears the bit says so:
 *
 *	clear_bit_unlock(BIT, &word);
 *	smp_mb__after_atomic();
 *	wake_up_bit(&word, BIT);
 *
 * The barrier is the one that waitqueue_active() asks for: wake_up_bit() does not take the queue's
 * lock if nobody waits. An address is all that wakers know, so the word may be gone by then.
 */
#ifndef _LINUX_WAIT_BIT_H
#define _LINUX_WAIT_BIT_H

#include <linux/bitops.h>
#include <linux/wait.h>

struct wait_bit_key {
	void *flags;			/* the word, or the variable */
	int bit_nr;			/* -1 for a variable */
	unsigned long timeout;		/* in jiffies, absolute; for an action that looks at it */
};

struct wait_bit_queue_entry {
	struct wait_bit_key key;
	struct wait_queue_entry wq_entry;
};

#define __WAIT_BIT_KEY_INITIALIZER(word, bit) { .flags = word, .bit_nr = bit }

#define DEFINE_WAIT_BIT(name, word, bit)                                                           \
	struct wait_bit_queue_entry name = {                                                       \
		.key = __WAIT_BIT_KEY_INITIALIZER(word, bit),                                      \
		.wq_entry = {                                                                      \
			.private = current,                                                        \
			.func = wake_bit_function,                                                 \
			.entry = LIST_HEAD_INIT((name).wq_entry.entry),                            \
		},                                                                                 \
	}

/* What a waiter does to sleep. Return: 0, or an error that ends the wait. Context: may sleep. */
typedef int wait_bit_action_f(struct wait_bit_key *key, int mode);

/* Sleep; until key->timeout. Return: 0; -EINTR for a signal; -EAGAIN when the time is up. */
int bit_wait(struct wait_bit_key *key, int mode);
int bit_wait_timeout(struct wait_bit_key *key, int mode);
#define bit_wait_io bit_wait

/* wait_bit_init - Context: boot. */
void wait_bit_init(void);

/* bit_waitqueue - the queue that is used for this bit, and for others. */
struct wait_queue_head *bit_waitqueue(void *word, int bit);
struct wait_queue_head *__var_waitqueue(void *p);

int wake_bit_function(struct wait_queue_entry *wq_entry, unsigned int mode, int sync, void *key);
void __wake_up_bit(struct wait_queue_head *wq_head, void *word, int bit);
int __wait_on_bit(struct wait_queue_head *wq_head, struct wait_bit_queue_entry *wbq_entry,
		  wait_bit_action_f *action, unsigned int mode);
int __wait_on_bit_lock(struct wait_queue_head *wq_head, struct wait_bit_queue_entry *wbq_entry,
		       wait_bit_action_f *action, unsigned int mode);
int out_of_line_wait_on_bit(void *word, int bit, wait_bit_action_f *action, unsigned int mode);
int out_of_line_wait_on_bit_timeout(void *word, int bit, wait_bit_action_f *action,
				    unsigned int mode, unsigned long timeout);
int out_of_line_wait_on_bit_lock(void *word, int bit, wait_bit_action_f *action,
				 unsigned int mode);

/* wake_up_bit - the bit is clear: wake all who wait for that, one who wants to set it. Any but NMI. */
void wake_up_bit(void *word, int bit);

/* clear_and_wake_up_bit - with the barriers. Context: any but NMI. */
static inline void clear_and_wake_up_bit(int bit, void *word)
{
	clear_bit_unlock(bit, word);
	smp_mb__after_atomic();
	wake_up_bit(word, bit);
}

/**
 * wait_on_bit - sleep until a bit is clear
 * @mode: the state to sleep in
 *
 * What was done before the bit was cleared, with release, is seen afterwards. Context: task, may
 * sleep. Return: 0 when the bit was clear; -EINTR for a signal that ends a sleep in @mode.
 */
static inline int wait_on_bit_action(unsigned long *word, int bit, wait_bit_action_f *action,
				     unsigned int mode)
{
	might_sleep();
	if (!(smp_load_acquire(&word[BIT_WORD(bit)]) & BIT_MASK(bit)))
		return 0;
	return out_of_line_wait_on_bit(word, bit, action, mode);
}

static inline int wait_on_bit(unsigned long *word, int bit, unsigned int mode)
{
	return wait_on_bit_action(word, bit, bit_wait, mode);
}

#define wait_on_bit_io(word, bit, mode) wait_on_bit(word, bit, mode)

/* wait_on_bit_timeout - for @timeout jiffies at most. Return: as above, or -EAGAIN. */
static inline int wait_on_bit_timeout(unsigned long *word, int bit, unsigned int mode,
				      unsigned long timeout)
{
	might_sleep();
	if (!(smp_load_acquire(&word[BIT_WORD(bit)]) & BIT_MASK(bit)))
		return 0;
	return out_of_line_wait_on_bit_timeout(word, bit, bit_wait_timeout, mode, timeout);
}

/**
 * wait_on_bit_lock - sleep until a bit is clear, and set it: the bit is a lock
 *
 * To be given back by clear_and_wake_up_bit(). One wake-up wakes one of these. Context: task, may
 * sleep. Return: 0 when the caller has set it, -EINTR for a signal.
 */
static inline int wait_on_bit_lock_action(unsigned long *word, int bit, wait_bit_action_f *action,
					  unsigned int mode)
{
	might_sleep();
	if (!test_and_set_bit_lock(bit, word))
		return 0;
	return out_of_line_wait_on_bit_lock(word, bit, action, mode);
}

static inline int wait_on_bit_lock(unsigned long *word, int bit, unsigned int mode)
{
	return wait_on_bit_lock_action(word, bit, bit_wait, mode);
}

#define wait_on_bit_lock_io(word, bit, mode) wait_on_bit_lock(word, bit, mode)

/* ---- variables ---- */

void init_wait_var_entry(struct wait_bit_queue_entry *wbq_entry, void *var, int flags);

/* wake_up_var - after changing *@var, and a full barrier. Wakes all. Context: any but NMI. */
void wake_up_var(void *var);

/* As ___wait_event() in <linux/wait.h>, on the queue of @var. */
#define ___wait_var_event(var, condition, state, exclusive, ret, cmd)                              \
	({                                                                                         \
		__label__ __out;                                                                   \
		struct wait_queue_head *__wq_head = __var_waitqueue(var);                          \
		struct wait_bit_queue_entry __wbq_entry;                                           \
		long __ret = ret;                                                                  \
                                                                                                   \
		init_wait_var_entry(&__wbq_entry, var, exclusive ? WQ_FLAG_EXCLUSIVE : 0);         \
		for (;;) {                                                                         \
			long __int =                                                               \
				prepare_to_wait_event(__wq_head, &__wbq_entry.wq_entry, state);    \
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
		}                                                                                  \
		finish_wait(__wq_head, &__wbq_entry.wq_entry);                                     \
	__out:                                                                                     \
		__ret;                                                                             \
	})

#define __wait_var_event_intr(var, condition, state)                                               \
	({                                                                                         \
		int __ret_i = 0;                                                                   \
		might_sleep();                                                                     \
		if (!__wait_cond(condition))                                                       \
			__ret_i = ___wait_var_event(var, condition, state, 0, 0, schedule());      \
		__ret_i;                                                                           \
	})

/**
 * wait_var_event - sleep until @condition, which depends on *@var, is true
 * @var: an address; who changes what is there calls wake_up_var()
 *
 * Context: task, may sleep. The other forms' values are those of wait_event_killable() and so on.
 */
#define wait_var_event(var, condition)                                                             \
	((void)__wait_var_event_intr(var, condition, TASK_UNINTERRUPTIBLE))
#define wait_var_event_killable(var, condition)                                                    \
	__wait_var_event_intr(var, condition, TASK_KILLABLE)
#define wait_var_event_interruptible(var, condition)                                               \
	__wait_var_event_intr(var, condition, TASK_INTERRUPTIBLE)
#define wait_var_event_timeout(var, condition, timeout)                                            \
	({                                                                                         \
		long __ret = timeout;                                                              \
		might_sleep();                                                                     \
		if (!___wait_cond_timeout(condition))                                              \
			__ret = ___wait_var_event(var, ___wait_cond_timeout(condition),            \
						  TASK_UNINTERRUPTIBLE, 0, timeout,                \
						  __ret = schedule_timeout(__ret));                \
		__ret;                                                                             \
	})

#endif
