/* SPDX-License-Identifier: MIT */
/*
 * RCU, read-copy-update: readers that take no lock, against updaters that replace things and wait.
 *
 *	reader						updater
 *	  rcu_read_lock();				  new = a changed copy of old;
 *	  p = rcu_dereference(gp);			  rcu_assign_pointer(gp, new);
 *	  use *p;					  synchronize_rcu();
 *	  rcu_read_unlock();				  kfree(old);
 *
 * synchronize_rcu() waits for a grace period: until every reader that was in its section when it was
 * called has left it. Readers that begin later cannot find the old object any more.
 *
 * A read-side section has preemption off, so it may not sleep; what must sleep uses <linux/srcu.h>.
 * That is why a section costs three instructions, and why one rule says where sleeping is allowed. The
 * other kind, sections that may be preempted, would have to keep lists of preempted readers and of
 * their priorities; the price here is that a task with higher priority waits for the end of a section.
 */
#ifndef _LINUX_RCUPDATE_H
#define _LINUX_RCUPDATE_H

#include <linux/bottom_half.h>
#include <linux/build_bug.h>
#include <linux/compiler.h>
#include <linux/lockdep.h>
#include <linux/percpu.h>
#include <linux/preempt.h>
#include <linux/types.h>
#include <asm/barrier.h>

/* ---- readers ---- */

#ifdef CONFIG_DEBUG_LOCK_ALLOC
extern struct lockdep_map rcu_lock_map, rcu_bh_lock_map, rcu_sched_lock_map;

#define rcu_lock_acquire(map) lock_acquire(map, 0, 0, 2, _THIS_IP_)
#define rcu_lock_release(map) lock_release(map, _THIS_IP_)

/* rcu_read_lock_held - is the running task in a section? For checks: true when nobody knows. */
int rcu_read_lock_held(void);
int rcu_read_lock_bh_held(void);
int rcu_read_lock_sched_held(void);
int rcu_read_lock_any_held(void);

/* rcu_read_depth - how many sections that turn preemption off the running task is in. Context: any. */
int rcu_read_depth(void);

/* rcu_read_began - Return: where the outermost of them began; 0 outside. */
unsigned long rcu_read_began(void);

void lockdep_rcu_suspicious(const char *file, int line, const char *s);

/* RCU_LOCKDEP_WARN - report, once, that @c should not be true. */
#define RCU_LOCKDEP_WARN(c, s)                                            \
	do {                                                              \
		static bool __warned;                                     \
		if (unlikely(!__warned && (c))) {                         \
			__warned = true;                                  \
			lockdep_rcu_suspicious(__FILE__, __LINE__, s);    \
		}                                                         \
	} while (0)
#else
#define rcu_lock_acquire(map) do { } while (0)
#define rcu_lock_release(map) do { } while (0)
#define rcu_read_lock_held() 1
#define rcu_read_lock_bh_held() 1
#define rcu_read_lock_sched_held() 1
#define rcu_read_lock_any_held() 1
#define rcu_read_depth() 0
#define RCU_LOCKDEP_WARN(c, s) do { } while (0 && (c))
#endif

/**
 * rcu_read_lock - begin a read-side section: what it finds by rcu_dereference() stays until its end
 *
 * Context: any, NMI included. Nests. The section must not sleep.
 */
static __always_inline void rcu_read_lock(void)
{
	preempt_disable();
	rcu_lock_acquire(&rcu_lock_map);
}

/* rcu_read_unlock - end it. Context: as it began. */
static __always_inline void rcu_read_unlock(void)
{
	rcu_lock_release(&rcu_lock_map);
	preempt_enable();
}

/* The same with bottom halves off; and by the name for those who rely on preemption being off. */
static __always_inline void rcu_read_lock_bh(void)
{
	local_bh_disable();
	rcu_lock_acquire(&rcu_bh_lock_map);
}

static __always_inline void rcu_read_unlock_bh(void)
{
	rcu_lock_release(&rcu_bh_lock_map);
	local_bh_enable();
}

static __always_inline void rcu_read_lock_sched(void)
{
	preempt_disable();
	rcu_lock_acquire(&rcu_sched_lock_map);
}

static __always_inline void rcu_read_unlock_sched(void)
{
	rcu_lock_release(&rcu_sched_lock_map);
	preempt_enable();
}

/* ---- pointers ---- */

#define __rcu_dereference_check(p, c)                                                     \
	({                                                                                \
		__typeof__(*(p)) *__rcu_ptr = (__typeof__(*(p)) __force *)READ_ONCE(p);   \
		RCU_LOCKDEP_WARN(!(c), "suspicious rcu_dereference_check() usage");       \
		__rcu_ptr;                                                                \
	})

/**
 * rcu_dereference - fetch a pointer that updaters may be changing; the object is complete
 *
 * What it points to is read after the pointer itself (the address depends on it), and the updater wrote
 * it before: pairs with rcu_assign_pointer(). Context: inside rcu_read_lock(); the form _check may also
 * be where @c is true, usually "the updaters' lock is held".
 */
#define rcu_dereference(p) rcu_dereference_check(p, 0)
#define rcu_dereference_check(p, c) __rcu_dereference_check(p, (c) || rcu_read_lock_held())
#define rcu_dereference_bh(p) rcu_dereference_bh_check(p, 0)
#define rcu_dereference_bh_check(p, c) __rcu_dereference_check(p, (c) || rcu_read_lock_bh_held())
#define rcu_dereference_sched(p) rcu_dereference_sched_check(p, 0)
#define rcu_dereference_sched_check(p, c) \
	__rcu_dereference_check(p, (c) || rcu_read_lock_sched_held())
#define rcu_dereference_raw(p) ((__typeof__(*(p)) __force *)READ_ONCE(p))

/* rcu_dereference_protected - the same for updaters, who keep it from changing: @c says how, and is checked. */
#define rcu_dereference_protected(p, c)                                                    \
	({                                                                                 \
		RCU_LOCKDEP_WARN(!(c), "suspicious rcu_dereference_protected() usage");    \
		(__typeof__(*(p)) __force *)(p);                                           \
	})

/* rcu_access_pointer - the pointer's value only, to compare it. rcu_pointer_handoff - it is safe otherwise from here. */
#define rcu_access_pointer(p) ((__typeof__(*(p)) __force *)READ_ONCE(p))
#define rcu_pointer_handoff(p) (p)

/* rcu_assign_pointer - publish @v: readers that find it find complete what was written before. Context: any. */
#define rcu_assign_pointer(p, v) smp_store_release(&(p), (__typeof__(p))(v))

/* RCU_INIT_POINTER - the same without the order: for NULL, or before readers can see @p. */
#define RCU_INIT_POINTER(p, v) WRITE_ONCE(p, (__typeof__(p))(v))
#define RCU_POINTER_INITIALIZER(p, v) .p = (__typeof__(*(v)) __force *)(v)

/* rcu_replace_pointer - publish @ptr. Context: as rcu_dereference_protected(). Return: the old one. */
#define rcu_replace_pointer(rcu_ptr, ptr, c)                                               \
	({                                                                                 \
		__typeof__(ptr) __old = rcu_dereference_protected((rcu_ptr), (c));         \
		rcu_assign_pointer((rcu_ptr), (ptr));                                      \
		__old;                                                                     \
	})

/* ---- updaters ---- */

/**
 * synchronize_rcu - wait until all readers that are in their sections now have left them
 *
 * A full barrier on every CPU: readers that began before are over with all they read; those that begin
 * later see what the caller stored before. Context: task, may sleep; not inside a section.
 */
void synchronize_rcu(void);
#define synchronize_rcu_expedited() synchronize_rcu()
#define synchronize_net() synchronize_rcu()

/**
 * call_rcu - the same without waiting: call @func(@head) after that
 * @head: embedded in the object; not to be used until @func is called
 *
 * @func runs in softirq context, on this CPU, in the order of the calls. Context: any but NMI.
 */
void call_rcu(struct rcu_head *head, rcu_callback_t func);

/* rcu_barrier - wait until all that was given to call_rcu() so far has been called. Context: task, may sleep. */
void rcu_barrier(void);

/**
 * kfree_rcu, kvfree_rcu - kfree(@ptr) or kvfree(@ptr), whichever is right for it, after a grace period
 * @rhf: the name of the struct rcu_head in *@ptr
 *
 * Context: any but NMI. Without @rhf (kfree_rcu_mightsleep()) it waits: task, may sleep.
 */
#define kfree_rcu(ptr, rhf...) __kfree_rcu_get(ptr, ##rhf, __kfree_rcu_head, kfree_rcu_mightsleep)(ptr, ##rhf)
#define kvfree_rcu(arg...) kfree_rcu(arg)
#define __kfree_rcu_get(_1, _2, name, ...) name
#define __kfree_rcu_head(ptr, rhf)                                                         \
	do {                                                                               \
		__typeof__(ptr) ___p = (ptr);                                              \
		BUILD_BUG_ON(offsetof(__typeof__(*(ptr)), rhf) >= KFREE_RCU_OFFSETS);      \
		if (___p)                                                                  \
			call_rcu(&___p->rhf,                                               \
				 (rcu_callback_t)offsetof(__typeof__(*(ptr)), rhf));       \
	} while (0)
#define KFREE_RCU_OFFSETS 4096 /* a callback below is no function, but where the head is in what to free */

#define kvfree_rcu_mightsleep(ptr) kfree_rcu_mightsleep(ptr)
#define kfree_rcu_mightsleep(ptr)                     \
	do {                                          \
		const void *__victim = (ptr);         \
		if (__victim) {                       \
			synchronize_rcu();            \
			kvfree(__victim);             \
		}                                     \
	} while (0)

/* rcu_head_init, rcu_head_after_call_rcu - tell whether @f waits with @rhp for its grace period. */
static inline void rcu_head_init(struct rcu_head *rhp)
{
	rhp->func = (rcu_callback_t)~0L;
}

static inline bool rcu_head_after_call_rcu(struct rcu_head *rhp, rcu_callback_t f)
{
	return READ_ONCE(rhp->func) == f;
}

#define init_rcu_head(head) do { } while (0)
#define destroy_rcu_head(head) do { } while (0)
#define init_rcu_head_on_stack(head) do { } while (0)
#define destroy_rcu_head_on_stack(head) do { } while (0)

/* ---- the scheduler's and the tick's part ---- */

DECLARE_PER_CPU(bool, rcu_qs_wanted); /* a grace period waits for this CPU */
extern bool rcu_active;               /* there is a grace period, or a callback */

void __rcu_qs(void);
void __rcu_sched_clock_irq(void);

/* rcu_note_context_switch - this CPU is in no section. Context: __schedule(), interrupts off. */
static __always_inline void rcu_note_context_switch(void)
{
	if (unlikely(this_cpu_flag(rcu_qs_wanted)))
		__rcu_qs();
}

/* rcu_sched_clock_irq - a tick: see what it interrupted, and what is due. Context: hardirq. */
static __always_inline void rcu_sched_clock_irq(void)
{
	if (unlikely(data_race(rcu_active)))
		__rcu_sched_clock_irq();
}

/* rcu_init - Context: boot CPU, before the first interrupt. */
void rcu_init(void);

#endif
