// SPDX-License-Identifier: MIT
/*
 * Rwlocks of the debug profile: the same steps as the inline ones in <linux/rwlock.h>, with checks
 * of what can be checked (readers leave no name), and a note in the running task's list of held
 * locks.
 */
#include <linux/bug.h>
#include <linux/percpu.h>
#include <linux/printk.h>
#include <linux/sched.h>
#include <linux/spinlock.h>

#include "internals.h"

#ifdef CONFIG_DEBUG_SPINLOCK

void __rwlock_init(rwlock_t *lock, const char *name, struct lock_class_key *key)
{
	debug_check_no_locks_freed(lock, sizeof(*lock));
	*lock = (rwlock_t)__RW_LOCK_INITIALIZER(*lock);
	lockdep_init_map_wait(&lock->dep_map, name, key, 0, LD_WAIT_SPIN);
}

/* As with spinlocks. Of readers nothing is known but their number. */
static noinline void rwlock_bug(rwlock_t *lock, const char *msg)
{
	if (!lock_bug_begin())
		return;
	pr_emerg("BUG: rwlock %s on CPU#%d, %s/%d, %px\n", msg, this_cpu_read(cpu_number),
		 current->comm, current->pid, lock);
	lock_dump(lock, lock->magic == RWLOCK_MAGIC ? lock->dep_map.name : NULL, lock->magic,
		  READ_ONCE(lock->owner), lock->owner_cpu);
}

static __always_inline void check_magic(rwlock_t *lock)
{
	if (unlikely(lock->magic != RWLOCK_MAGIC))
		rwlock_bug(lock, "bad magic");
}

static __always_inline void check_recursion(rwlock_t *lock)
{
	check_magic(lock);
	if (unlikely(READ_ONCE(lock->owner) == current))
		rwlock_bug(lock, "recursion");
	else if (unlikely(READ_ONCE(lock->owner_cpu) == this_cpu_read(cpu_number)))
		rwlock_bug(lock, "cpu recursion");
}

static __always_inline void __read_lock(rwlock_t *lock, unsigned long ip)
{
	rwlock_acquire_read(&lock->dep_map, 0, 0, ip);
	check_recursion(lock);
	arch_read_lock(&lock->raw_lock);
}

static __always_inline bool __read_trylock(rwlock_t *lock, unsigned long ip)
{
	if (!arch_read_trylock(&lock->raw_lock))
		return false;
	rwlock_acquire_read(&lock->dep_map, 0, 1, ip);
	return true;
}

static __always_inline void __read_unlock(rwlock_t *lock, unsigned long ip)
{
	rwlock_release(&lock->dep_map, ip);
	check_magic(lock);
	arch_read_unlock(&lock->raw_lock);
}

static __always_inline void set_owner(rwlock_t *lock)
{
	WRITE_ONCE(lock->owner_cpu, this_cpu_read(cpu_number));
	WRITE_ONCE(lock->owner, current);
}

static __always_inline void write_lock_subclass(rwlock_t *lock, unsigned int subclass,
						unsigned long ip)
{
	rwlock_acquire(&lock->dep_map, subclass, 0, ip);
	check_recursion(lock);
	arch_write_lock(&lock->raw_lock);
	set_owner(lock);
}

static __always_inline void __write_lock(rwlock_t *lock, unsigned long ip)
{
	write_lock_subclass(lock, 0, ip);
}

static __always_inline bool __write_trylock(rwlock_t *lock, unsigned long ip)
{
	if (!arch_write_trylock(&lock->raw_lock))
		return false;
	rwlock_acquire(&lock->dep_map, 0, 1, ip);
	set_owner(lock);
	return true;
}

static __always_inline void __write_unlock(rwlock_t *lock, unsigned long ip)
{
	rwlock_release(&lock->dep_map, ip);
	check_magic(lock);
	if (unlikely(lock->owner != current))
		rwlock_bug(lock, "wrong owner");
	else if (unlikely(lock->owner_cpu != this_cpu_read(cpu_number)))
		rwlock_bug(lock, "wrong CPU");
	WRITE_ONCE(lock->owner, NULL);
	WRITE_ONCE(lock->owner_cpu, -1);
	arch_write_unlock(&lock->raw_lock);
}

__DEFINE_RWLOCK_FORMS(, read)
__DEFINE_RWLOCK_FORMS(, write)

void _raw_write_lock_nested(rwlock_t *lock, unsigned int subclass)
{
	__lock_preempt_disable(_RET_IP_);
	write_lock_subclass(lock, subclass, _RET_IP_);
}

#endif
