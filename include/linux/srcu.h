/* SPDX-License-Identifier: MIT */
/*
 * SRCU: RCU whose readers may sleep. Each srcu_struct is a world of its own, so that its updaters wait
 * for its readers only:
 *
 *	reader						updater
 *	  idx = srcu_read_lock(&ss);			  rcu_assign_pointer(gp, new);
 *	  p = srcu_dereference(gp, &ss);		  synchronize_srcu(&ss);
 *	  use *p, sleep;				  kfree(old);
 *	  srcu_read_unlock(&ss, idx);
 *
 * A section costs two atomic instructions on memory that all readers share, where RCU's costs none.
 */
#ifndef _LINUX_SRCU_H
#define _LINUX_SRCU_H

#include <linux/atomic.h>
#include <linux/rcupdate.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>

struct srcu_struct {
	atomic_t readers[2];		/* in their sections, by the index they got */
	unsigned int idx;		/* that new readers get; whose turn it is writes it */
	bool synchronizing;		/* whose turn it is */
	unsigned long gp_begun;		/* grace periods; whose turn it is writes it */
	spinlock_t lock;		/* interrupts off */
	struct rcu_head *callbacks;	/* of call_srcu(), oldest first. lock */
	struct rcu_head *last_callback;	/* lock */
	struct work_struct work;	/* calls them */
#ifdef CONFIG_DEBUG_LOCK_ALLOC
	struct lockdep_map dep_map;
#endif
};

void srcu_invoke_callbacks(struct work_struct *work);

#ifdef CONFIG_DEBUG_LOCK_ALLOC
#define __SRCU_DEP_MAP_INIT(n) .dep_map = { .name = #n },
#else
#define __SRCU_DEP_MAP_INIT(n)
#endif

#define __SRCU_STRUCT_INIT(n)                                                 \
	{                                                                     \
		.lock = __SPIN_LOCK_INITIALIZER((n).lock),                    \
		.work = __WORK_INITIALIZER((n).work, srcu_invoke_callbacks),  \
		__SRCU_DEP_MAP_INIT(n)                                        \
	}
#define DEFINE_SRCU(name) struct srcu_struct name = __SRCU_STRUCT_INIT(name)
#define DEFINE_STATIC_SRCU(name) static DEFINE_SRCU(name)

int __init_srcu_struct(struct srcu_struct *ssp, const char *name, struct lock_class_key *key);

/* init_srcu_struct - Context: any; nobody uses it. Return: 0. */
#define init_srcu_struct(ssp)                                         \
	({                                                            \
		static struct lock_class_key __srcu_key;              \
		__init_srcu_struct((ssp), #ssp, &__srcu_key);         \
	})

/* cleanup_srcu_struct - before it is freed: call what waits. Context: may sleep; no readers, no more call_srcu(). */
void cleanup_srcu_struct(struct srcu_struct *ssp);

int __srcu_read_lock(struct srcu_struct *ssp);
void __srcu_read_unlock(struct srcu_struct *ssp, int idx);

#ifdef CONFIG_DEBUG_LOCK_ALLOC
#define srcu_read_lock_held(ssp) lock_is_held(&(ssp)->dep_map)
#else
#define srcu_read_lock_held(ssp) ((void)(ssp), 1)
#endif

/**
 * srcu_read_lock - begin a section, which may sleep
 *
 * Context: any but NMI. Nests. Return: what the matching srcu_read_unlock() wants, in the same context.
 */
static inline int srcu_read_lock(struct srcu_struct *ssp)
{
	int idx = __srcu_read_lock(ssp);

	rcu_lock_acquire(&ssp->dep_map);
	return idx;
}

/* srcu_read_unlock - end it. @ssp may be cleaned up, and freed, before this returns. */
static inline void srcu_read_unlock(struct srcu_struct *ssp, int idx)
{
	rcu_lock_release(&ssp->dep_map);
	__srcu_read_unlock(ssp, idx);
}

#define srcu_dereference_check(p, ssp, c) \
	__rcu_dereference_check(p, (c) || srcu_read_lock_held(ssp))
#define srcu_dereference(p, ssp) srcu_dereference_check(p, ssp, 0)

/* synchronize_srcu - wait for the readers of @ssp, as synchronize_rcu(). Context: may sleep; in no section of @ssp. */
void synchronize_srcu(struct srcu_struct *ssp);
#define synchronize_srcu_expedited(ssp) synchronize_srcu(ssp)

/* call_srcu - call @func(@head) after that, with bottom halves off, in order. Context: any but NMI. */
void call_srcu(struct srcu_struct *ssp, struct rcu_head *head, rcu_callback_t func);

/* srcu_barrier - wait until all that was given to call_srcu() so far has been called. Context: may sleep. */
void srcu_barrier(struct srcu_struct *ssp);

#endif
