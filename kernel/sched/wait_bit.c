// SPDX-License-Identifier: MIT
/*
 * The shared wait queues: an address, and a bit's number, hash to one of them. Several bits may share
 * a queue; each waiter's key says which one it waits for, and wake_bit_function() passes over those
 * with another. A wake-up for one bit costs a look at all who wait in the queue, and wakes nobody
 * for nothing.
 */
#include <linux/errno.h>
#include <linux/hash.h>
#include <linux/init.h>
#include <linux/jiffies.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/wait_bit.h>

#define WAIT_TABLE_BITS 8

static struct wait_queue_head bit_wait_table[1 << WAIT_TABLE_BITS];

void __init wait_bit_init(void)
{
	for (int i = 0; i < ARRAY_SIZE(bit_wait_table); i++)
		init_waitqueue_head(&bit_wait_table[i]);
}

/* The bits of a word are numbered below the word's address, which is a multiple of 8. */
struct wait_queue_head *bit_waitqueue(void *word, int bit)
{
	unsigned long val = (unsigned long)word << 6 | bit;

	return &bit_wait_table[hash_long(val, WAIT_TABLE_BITS)];
}

struct wait_queue_head *__var_waitqueue(void *p)
{
	return &bit_wait_table[hash_ptr(p, WAIT_TABLE_BITS)];
}

/* Somebody may have set the bit again: then there is nothing to wake up for. */
int wake_bit_function(struct wait_queue_entry *wq_entry, unsigned int mode, int sync, void *arg)
{
	struct wait_bit_queue_entry *waiter;
	struct wait_bit_key *key = arg;

	waiter = container_of(wq_entry, struct wait_bit_queue_entry, wq_entry);
	if (waiter->key.flags != key->flags || waiter->key.bit_nr != key->bit_nr ||
	    test_bit(key->bit_nr, key->flags))
		return 0;
	return autoremove_wake_function(wq_entry, mode, sync, key);
}

static int var_wake_function(struct wait_queue_entry *wq_entry, unsigned int mode, int sync,
			     void *arg)
{
	struct wait_bit_queue_entry *waiter;
	struct wait_bit_key *key = arg;

	waiter = container_of(wq_entry, struct wait_bit_queue_entry, wq_entry);
	if (waiter->key.flags != key->flags || waiter->key.bit_nr != key->bit_nr)
		return 0;
	return autoremove_wake_function(wq_entry, mode, sync, key);
}

void __wake_up_bit(struct wait_queue_head *wq_head, void *word, int bit)
{
	struct wait_bit_key key = __WAIT_BIT_KEY_INITIALIZER(word, bit);

	if (waitqueue_active(wq_head))
		__wake_up(wq_head, TASK_NORMAL, 1, &key);
}

void wake_up_bit(void *word, int bit)
{
	__wake_up_bit(bit_waitqueue(word, bit), word, bit);
}

void wake_up_var(void *var)
{
	__wake_up_bit(__var_waitqueue(var), var, -1);
}

void init_wait_var_entry(struct wait_bit_queue_entry *wbq_entry, void *var, int flags)
{
	*wbq_entry = (struct wait_bit_queue_entry){
		.key = __WAIT_BIT_KEY_INITIALIZER(var, -1),
		.wq_entry = {
			.flags = flags,
			.private = current,
			.func = var_wake_function,
			.entry = LIST_HEAD_INIT(wbq_entry->wq_entry.entry),
		},
	};
}

/* ---- waiting ---- */

/* The state is set, with a full barrier, before the bit is looked at: see waitqueue_active(). */
int __sched __wait_on_bit(struct wait_queue_head *wq_head, struct wait_bit_queue_entry *wbq_entry,
			  wait_bit_action_f *action, unsigned int mode)
{
	struct wait_bit_key *key = &wbq_entry->key;
	int err = 0;

	do {
		prepare_to_wait(wq_head, &wbq_entry->wq_entry, mode);
		if (test_bit(key->bit_nr, key->flags))
			err = action(key, mode);
	} while (test_bit(key->bit_nr, key->flags) && !err);
	smp_rmb(); /* acquire: the bit before what it stands for */
	finish_wait(wq_head, &wbq_entry->wq_entry);
	return err;
}

/*
 * A waiter that gives up may have been chosen by a wake-up that was meant for one: then it is out of
 * the queue already, and so it tries to set the bit all the same. If that fails, whoever set it
 * wakes the next.
 */
int __sched __wait_on_bit_lock(struct wait_queue_head *wq_head,
			       struct wait_bit_queue_entry *wbq_entry, wait_bit_action_f *action,
			       unsigned int mode)
{
	struct wait_bit_key *key = &wbq_entry->key;
	int err = 0;

	for (;;) {
		prepare_to_wait_exclusive(wq_head, &wbq_entry->wq_entry, mode);
		if (test_bit(key->bit_nr, key->flags)) {
			err = action(key, mode);
			if (err)
				finish_wait(wq_head, &wbq_entry->wq_entry);
		}
		if (!test_and_set_bit_lock(key->bit_nr, key->flags)) {
			if (!err)
				finish_wait(wq_head, &wbq_entry->wq_entry);
			return 0;
		}
		if (err)
			return err;
	}
}

int __sched out_of_line_wait_on_bit(void *word, int bit, wait_bit_action_f *action,
				    unsigned int mode)
{
	DEFINE_WAIT_BIT(wait, word, bit);

	return __wait_on_bit(bit_waitqueue(word, bit), &wait, action, mode);
}

int __sched out_of_line_wait_on_bit_timeout(void *word, int bit, wait_bit_action_f *action,
					    unsigned int mode, unsigned long timeout)
{
	DEFINE_WAIT_BIT(wait, word, bit);

	wait.key.timeout = jiffies + timeout;
	return __wait_on_bit(bit_waitqueue(word, bit), &wait, action, mode);
}

int __sched out_of_line_wait_on_bit_lock(void *word, int bit, wait_bit_action_f *action,
					 unsigned int mode)
{
	DEFINE_WAIT_BIT(wait, word, bit);

	return __wait_on_bit_lock(bit_waitqueue(word, bit), &wait, action, mode);
}

int __sched bit_wait(struct wait_bit_key *key __maybe_unused, int mode)
{
	schedule();
	return signal_pending_state(mode, current) ? -EINTR : 0;
}

int __sched bit_wait_timeout(struct wait_bit_key *key, int mode)
{
	unsigned long now = READ_ONCE(jiffies);

	if (time_after_eq(now, key->timeout))
		return -EAGAIN;
	schedule_timeout(key->timeout - now);
	return signal_pending_state(mode, current) ? -EINTR : 0;
}
