/* SPDX-License-Identifier: MIT */
/*
 * Counting semaphores: down() takes one of so many, or sleeps until up() gives one back. Those who
 * wait are served in order. Nobody owns a semaphore: whoever likes may call up(), an interrupt
 * handler too, and so no report lists one as held. For mutual exclusion a mutex is better, which
 * knows its owner.
 */
#ifndef _LINUX_SEMAPHORE_H
#define _LINUX_SEMAPHORE_H

#include <linux/list.h>
#include <linux/spinlock.h>
#include <linux/types.h>

struct semaphore {
	raw_spinlock_t lock;
	unsigned int count;		/* 0 while anybody waits. lock */
	struct list_head wait_list;	/* lock */
#ifdef CONFIG_DEBUG_LOCK_ALLOC
	pid_t last_holder;		/* PID of who got it last, who may be gone; 0 after up(). lock */
#endif
};

#define __SEMAPHORE_INITIALIZER(name, n)                                                           \
	{                                                                                          \
		.lock = __RAW_SPIN_LOCK_INITIALIZER((name).lock), .count = n,                      \
		.wait_list = LIST_HEAD_INIT((name).wait_list)                                      \
	}

/* DEFINE_SEMAPHORE - one that is free, and that one task at a time can have. */
#define DEFINE_SEMAPHORE(name) struct semaphore name = __SEMAPHORE_INITIALIZER(name, 1)

#define sema_init(sem, val)                                                                        \
	do {                                                                                       \
		static struct lock_class_key __key;                                                \
		*(sem) = (struct semaphore)__SEMAPHORE_INITIALIZER(*(sem), val);                   \
		lockdep_init_map_wait(&(sem)->lock.dep_map, #sem, &__key, 0, LD_WAIT_SPIN);        \
	} while (0)

/* down - take one, or sleep until there is one; no signal ends it. Context: task, may sleep. */
void down(struct semaphore *sem);

/* Return: 0, or -EINTR for a signal (killable: for SIGKILL). Context: task, may sleep. */
int __must_check down_interruptible(struct semaphore *sem);
int __must_check down_killable(struct semaphore *sem);

/* down_timeout - @timeout in jiffies. Context: task, may sleep. Return: 0, or -ETIME. */
int __must_check down_timeout(struct semaphore *sem, long timeout);

/* down_trylock - Context: any but NMI. Return: 0 when it got one, 1 when not. Mind the order. */
int __must_check down_trylock(struct semaphore *sem);

/* up - give one back; the first that waits gets it. Context: any but NMI. */
void up(struct semaphore *sem);

#endif
