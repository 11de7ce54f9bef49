// SPDX-License-Identifier: MIT
/*
 * Spinlocks of the debug profile: the same steps as the inline ones in <linux/spinlock.h>, with checks, and with a note
 * in the running task's list of held locks of the place that took each.
 */
#include <linux/bug.h>
#include <linux/ktime.h>
#include <linux/nmi.h>
#include <linux/percpu.h>
#include <linux/printk.h>
#include <linux/sched.h>
#include <linux/smp.h>
#include <linux/spinlock.h>

#include "internals.h"

#ifdef CONFIG_DEBUG_SPINLOCK

void __raw_spin_lock_init(raw_spinlock_t *lock, const char *name, struct lock_class_key *key)
{
	debug_check_no_locks_freed(lock, sizeof(*lock));
	*lock = (raw_spinlock_t)__RAW_SPIN_LOCK_INITIALIZER(*lock);
	lockdep_init_map_wait(&lock->dep_map, name, key, 0, LD_WAIT_SPIN);
}

DEFINE_PER_CPU(struct spin_wait, spin_wait);
s64 spin_lockup_ns = 10 * NSEC_PER_SEC;

bool lock_bug_begin(void)
{
	static int reported;

	return lockdep_in_sandbox() || !xchg(&reported, 1);
}

void lock_dump(const void *lock, const char *name, u32 magic, const struct task_struct *owner,
	       int owner_cpu)
{
	char address[24];

	if (!name)
		snprintf(address, sizeof(address), "%px", lock);
	pr_emerg(" lock: %s, .magic: %08x, .owner: %s/%d, .owner_cpu: %d\n", name ?: address, magic,
		 owner ? owner->comm : "<none>", owner ? owner->pid : -1, owner_cpu);
	dump_stack();
}

static void spin_dump(raw_spinlock_t *lock, const char *msg)
{
	pr_emerg("BUG: spinlock %s on CPU#%d, %s/%d\n", msg, this_cpu_read(cpu_number),
		 current->comm, current->pid);
	lock_dump(lock, lock->magic == SPINLOCK_MAGIC ? lock->dep_map.name : NULL, lock->magic,
		  READ_ONCE(lock->owner), lock->owner_cpu);
}

/* A lock that cannot be right: the machine goes on, and may well hang right there. */
static noinline void spin_bug(raw_spinlock_t *lock, const char *msg)
{
	if (lock_bug_begin())
		spin_dump(lock, msg);
}

/* Nobody holds a spinlock for so long: who does, and what does that CPU do? */
static noinline void report_lockup(raw_spinlock_t *lock)
{
	static int reported;
	int cpu = READ_ONCE(lock->owner_cpu);

	if (!lockdep_in_sandbox() && xchg(&reported, 1))
		return;
	spin_dump(lock, "lockup suspected");
	if (cpu >= 0 && cpu != this_cpu_read(cpu_number))
		trigger_single_cpu_backtrace(cpu);
}

bool spin_wait_turn(void)
{
	struct spin_wait *wait = this_cpu_ptr(&spin_wait);

	if (wait->lock && unlikely(ktime_get() - wait->since > spin_lockup_ns)) {
		wait->since = S64_MAX; /* once for each wait */
		report_lockup(wait->lock);
	}
	return false;
}

/* Somebody holds it. Waiting makes no sense if that is the caller, or another task of this CPU. */
static noinline void debug_spin_lock_contended(raw_spinlock_t *lock)
{
	struct spin_wait outer = *this_cpu_ptr(&spin_wait); /* of what this interrupted */

	if (READ_ONCE(lock->owner) == current)
		spin_bug(lock, "recursion");
	else if (READ_ONCE(lock->owner_cpu) == this_cpu_read(cpu_number))
		spin_bug(lock, "cpu recursion");
	*this_cpu_ptr(&spin_wait) = (struct spin_wait){ lock, ktime_get() };
	arch_spin_lock(&lock->raw_lock);
	*this_cpu_ptr(&spin_wait) = outer;
}

static __always_inline void debug_spin_lock_after(raw_spinlock_t *lock)
{
	WRITE_ONCE(lock->owner_cpu, this_cpu_read(cpu_number));
	WRITE_ONCE(lock->owner, current);
}

/* Who gives it back is not its owner: nobody is when it is free. */
static noinline void spin_bug_owner(raw_spinlock_t *lock)
{
	spin_bug(lock, raw_spin_is_locked(lock) ? "wrong owner" : "already unlocked");
}

static __always_inline void debug_spin_unlock(raw_spinlock_t *lock)
{
	if (unlikely(lock->magic != SPINLOCK_MAGIC))
		spin_bug(lock, "bad magic");
	if (unlikely(lock->owner != current))
		spin_bug_owner(lock);
	else if (unlikely(lock->owner_cpu != this_cpu_read(cpu_number)))
		spin_bug(lock, "wrong CPU");
	WRITE_ONCE(lock->owner, NULL);
	WRITE_ONCE(lock->owner_cpu, -1);
}

static __always_inline void __do_lock(raw_spinlock_t *lock)
{
	if (unlikely(lock->magic != SPINLOCK_MAGIC))
		spin_bug(lock, "bad magic");
	if (unlikely(!arch_spin_trylock(&lock->raw_lock)))
		debug_spin_lock_contended(lock);
	debug_spin_lock_after(lock);
}

static __always_inline void do_lock(raw_spinlock_t *lock, unsigned int subclass, unsigned long ip)
{
	spin_acquire(&lock->dep_map, subclass, 0, ip);
	__do_lock(lock);
}

static __always_inline void do_unlock(raw_spinlock_t *lock, unsigned long ip)
{
	lock_release(&lock->dep_map, ip);
	debug_spin_unlock(lock);
	arch_spin_unlock(&lock->raw_lock);
}

void _raw_spin_lock(raw_spinlock_t *lock)
{
	__lock_preempt_disable(_RET_IP_);
	do_lock(lock, 0, _RET_IP_);
}

void _raw_spin_lock_irq(raw_spinlock_t *lock)
{
	__local_irq_disable(_RET_IP_);
	__lock_preempt_disable(_RET_IP_);
	do_lock(lock, 0, _RET_IP_);
}

unsigned long _raw_spin_lock_irqsave(raw_spinlock_t *lock)
{
	unsigned long flags;

	__local_irq_save(flags, _RET_IP_);
	__lock_preempt_disable(_RET_IP_);
	do_lock(lock, 0, _RET_IP_);
	return flags;
}

void _raw_spin_lock_bh(raw_spinlock_t *lock)
{
	__local_bh_disable(_RET_IP_);
	__lock_preempt_disable(_RET_IP_);
	do_lock(lock, 0, _RET_IP_);
}

void _raw_spin_lock_nested(raw_spinlock_t *lock, unsigned int subclass)
{
	__lock_preempt_disable(_RET_IP_);
	do_lock(lock, subclass, _RET_IP_);
}

unsigned long _raw_spin_lock_irqsave_nested(raw_spinlock_t *lock, unsigned int subclass)
{
	unsigned long flags;

	__local_irq_save(flags, _RET_IP_);
	__lock_preempt_disable(_RET_IP_);
	do_lock(lock, subclass, _RET_IP_);
	return flags;
}

void _raw_spin_lock_bh_nested(raw_spinlock_t *lock, unsigned int subclass)
{
	__local_bh_disable(_RET_IP_);
	__lock_preempt_disable(_RET_IP_);
	do_lock(lock, subclass, _RET_IP_);
}

void _raw_spin_lock_nest_lock(raw_spinlock_t *lock, struct lockdep_map *nest_lock)
{
	__lock_preempt_disable(_RET_IP_);
	lock_acquire_nest(&lock->dep_map, nest_lock, 0, _RET_IP_);
	__do_lock(lock);
}

bool _raw_spin_trylock(raw_spinlock_t *lock)
{
	__lock_preempt_disable(_RET_IP_);
	if (!arch_spin_trylock(&lock->raw_lock)) {
		preempt_enable();
		return false;
	}
	lock_acquire(&lock->dep_map, 0, 1, 0, _RET_IP_);
	debug_spin_lock_after(lock);
	return true;
}

void _raw_spin_unlock(raw_spinlock_t *lock)
{
	do_unlock(lock, _RET_IP_);
	__unlock_preempt_enable();
}

void _raw_spin_unlock_irq(raw_spinlock_t *lock)
{
	do_unlock(lock, _RET_IP_);
	local_irq_enable();
	__unlock_preempt_enable();
}

void _raw_spin_unlock_irqrestore(raw_spinlock_t *lock, unsigned long flags)
{
	do_unlock(lock, _RET_IP_);
	local_irq_restore(flags);
	__unlock_preempt_enable();
}

void _raw_spin_unlock_bh(raw_spinlock_t *lock)
{
	do_unlock(lock, _RET_IP_);
	preempt_enable_no_resched();
	local_bh_enable();
}

#endif
