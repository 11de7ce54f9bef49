// SPDX-License-Identifier: MIT
/*
 * The slow paths of a rw_semaphore, and the debug profile's checks. The count says all about who is
 * inside; who waits stands in a list under wait_lock, and RWSEM_FLAG_WAITERS is set as long as the
 * list is not empty. The flag keeps the fast paths out, and sends those who leave here; with it set
 * only grant(), under wait_lock, lets anybody in, so the order is that of the list.
 *
 * No wake-up is lost. A waiter sets the flag by a cmpxchg that finds somebody inside or the flag
 * set: whoever is inside leaves after that, sees the flag, and calls grant(). Only the last reader
 * does, the one whose subtraction leaves nothing but the flag. What was done inside is seen by
 * those let in: leaving is a release, or full barrier, on the count, and grant() has read the count
 * before it marks a waiter, which looks under wait_lock.
 */
#include <linux/bug.h>
#include <linux/errno.h>
#include <linux/hung_task.h>
#include <linux/rwsem.h>

struct rwsem_waiter {
	struct list_head list;
	struct task_struct *task;
	bool write;
	bool granted; /* inside, and out of the list */
};

#define first_waiter(sem) list_first_entry_or_null(&(sem)->wait_list, struct rwsem_waiter, list)

void __init_rwsem(struct rw_semaphore *sem, const char *name, struct lock_class_key *key)
{
	debug_check_no_locks_freed(sem, sizeof(*sem));
	*sem = (struct rw_semaphore)__RWSEM_INITIALIZER(*sem);
	raw_spin_lock_init(&sem->wait_lock);
	lockdep_init_map_wait(&sem->dep_map, name, key, 0, LD_WAIT_SLEEP);
}

/*
 * Let the first in, and those behind it that may be inside together with it. A reader that leaves
 * meanwhile without being seen here will come with its own call. Context: wait_lock held.
 */
static void grant(struct rw_semaphore *sem)
{
	struct rwsem_waiter *first;

	while ((first = first_waiter(sem))) {
		s64 inside = atomic_long_read(&sem->count) & ~RWSEM_FLAG_WAITERS;
		s64 add = first->write ? RWSEM_WRITER_LOCKED : RWSEM_READER_BIAS;

		if (first->write ? inside : inside & RWSEM_WRITER_LOCKED)
			return;
		atomic_long_add(add, &sem->count);
		list_del(&first->list);
		first->granted = true;
		wake_up_process(first->task);
	}
	atomic_long_andnot(RWSEM_FLAG_WAITERS, &sem->count);
}

/* Come in, or see to it that whoever is inside will not miss the caller. wait_lock held. */
static bool trylock_or_announce(struct rw_semaphore *sem, bool write)
{
	s64 count = atomic_long_read(&sem->count), new;
	bool free;

	do {
		if (write) {
			free = !count;
			new = free ? RWSEM_WRITER_LOCKED : count | RWSEM_FLAG_WAITERS;
		} else {
			free = !(count & (RWSEM_WRITER_LOCKED | RWSEM_FLAG_WAITERS));
			new = free ? count + RWSEM_READER_BIAS : count | RWSEM_FLAG_WAITERS;
		}
	} while (!atomic_long_try_cmpxchg_acquire(&sem->count, &count, new));
	return free;
}

/* No barrier after the state: grant() looks for waiters, and wakes them, under wait_lock. */
static int __sched wait_in_list(struct rw_semaphore *sem, bool write, unsigned int state)
{
	struct rwsem_waiter waiter = { .task = current, .write = write };

	list_add_tail(&waiter.list, &sem->wait_list);
	hung_task_set_blocker(sem, write ? BLOCKER_TYPE_RWSEM_WRITER : BLOCKER_TYPE_RWSEM_READER);
	while (!waiter.granted) {
		if (signal_pending_state(state, current)) {
			list_del(&waiter.list);
			grant(sem); /* those behind a writer that gives up may be let in now */
			break;
		}
		__set_current_state(state);
		raw_spin_unlock(&sem->wait_lock);
		schedule();
		raw_spin_lock(&sem->wait_lock);
	}
	hung_task_clear_blocker();
	return waiter.granted ? 0 : -EINTR;
}

static int __sched lock_slowpath(struct rw_semaphore *sem, bool write, unsigned int state)
{
	int err = 0;

	raw_spin_lock(&sem->wait_lock);
	if (!trylock_or_announce(sem, write))
		err = wait_in_list(sem, write, state);
	raw_spin_unlock(&sem->wait_lock);
	return err;
}

int __sched __down_read_slowpath(struct rw_semaphore *sem, unsigned int state)
{
	return lock_slowpath(sem, false, state);
}

int __sched __down_write_slowpath(struct rw_semaphore *sem, unsigned int state)
{
	return lock_slowpath(sem, true, state);
}

void __up_read_slowpath(struct rw_semaphore *sem)
{
	raw_spin_lock(&sem->wait_lock);
	grant(sem);
	raw_spin_unlock(&sem->wait_lock);
}

void __up_write_slowpath(struct rw_semaphore *sem)
{
	raw_spin_lock(&sem->wait_lock);
	atomic_long_andnot(RWSEM_WRITER_LOCKED, &sem->count);
	grant(sem);
	raw_spin_unlock(&sem->wait_lock);
}

static void __downgrade_write(struct rw_semaphore *sem)
{
	s64 count;

	count = atomic_long_add_return(RWSEM_READER_BIAS - RWSEM_WRITER_LOCKED, &sem->count);
	if (count & RWSEM_FLAG_WAITERS)
		__up_read_slowpath(sem);
}

#ifndef CONFIG_DEBUG_LOCK_ALLOC

void downgrade_write(struct rw_semaphore *sem)
{
	__downgrade_write(sem);
}

#else

static __always_inline int __sched read_common(struct rw_semaphore *sem, unsigned int state,
					       unsigned int subclass, unsigned long ip)
{
	int err = 0;

	might_sleep();
	rwsem_acquire_read(&sem->dep_map, subclass, 0, ip);
	if (!__down_read_fast(sem))
		err = __down_read_slowpath(sem, state);
	if (err)
		rwsem_release(&sem->dep_map, ip);
	return err;
}

static __always_inline int __sched write_common(struct rw_semaphore *sem, unsigned int state,
						unsigned int subclass, unsigned long ip)
{
	int err = 0;

	might_sleep();
	rwsem_acquire(&sem->dep_map, subclass, 0, ip);
	if (!__down_write_fast(sem))
		err = __down_write_slowpath(sem, state);
	if (err)
		rwsem_release(&sem->dep_map, ip);
	else
		WRITE_ONCE(sem->owner, current);
	return err;
}

void __sched down_read_nested(struct rw_semaphore *sem, unsigned int subclass)
{
	read_common(sem, TASK_UNINTERRUPTIBLE, subclass, _RET_IP_);
}

int __sched down_read_interruptible(struct rw_semaphore *sem)
{
	return read_common(sem, TASK_INTERRUPTIBLE, 0, _RET_IP_);
}

int __sched down_read_killable_nested(struct rw_semaphore *sem, unsigned int subclass)
{
	return read_common(sem, TASK_KILLABLE, subclass, _RET_IP_);
}

int down_read_trylock(struct rw_semaphore *sem)
{
	if (!__down_read_fast(sem))
		return 0;
	rwsem_acquire_read(&sem->dep_map, 0, 1, _RET_IP_);
	return 1;
}

void __sched down_write_nested(struct rw_semaphore *sem, unsigned int subclass)
{
	write_common(sem, TASK_UNINTERRUPTIBLE, subclass, _RET_IP_);
}

void __sched _down_write_nest_lock(struct rw_semaphore *sem, struct lockdep_map *nest_lock)
{
	might_sleep();
	lock_acquire_nest(&sem->dep_map, nest_lock, 0, _RET_IP_);
	if (!__down_write_fast(sem))
		__down_write_slowpath(sem, TASK_UNINTERRUPTIBLE);
	WRITE_ONCE(sem->owner, current);
}

int __sched down_write_killable_nested(struct rw_semaphore *sem, unsigned int subclass)
{
	return write_common(sem, TASK_KILLABLE, subclass, _RET_IP_);
}

int down_write_trylock(struct rw_semaphore *sem)
{
	if (!__down_write_fast(sem))
		return 0;
	rwsem_acquire(&sem->dep_map, 0, 1, _RET_IP_);
	WRITE_ONCE(sem->owner, current);
	return 1;
}

void up_read(struct rw_semaphore *sem)
{
	WARN_ON(atomic_long_read(&sem->count) < RWSEM_READER_BIAS);
	rwsem_release(&sem->dep_map, _RET_IP_);
	__up_read(sem);
}

void up_write(struct rw_semaphore *sem)
{
	WARN_ON(sem->owner != current);
	rwsem_release(&sem->dep_map, _RET_IP_);
	WRITE_ONCE(sem->owner, NULL);
	__up_write(sem);
}

/* For lockdep it is one lock given back, and another taken that cannot have to be waited for. */
void downgrade_write(struct rw_semaphore *sem)
{
	WARN_ON(sem->owner != current);
	WRITE_ONCE(sem->owner, NULL);
	rwsem_release(&sem->dep_map, _RET_IP_);
	rwsem_acquire_read(&sem->dep_map, 0, 1, _RET_IP_);
	__downgrade_write(sem);
}

void __sched down_read_non_owner(struct rw_semaphore *sem)
{
	might_sleep();
	if (!__down_read_fast(sem))
		__down_read_slowpath(sem, TASK_UNINTERRUPTIBLE);
}

void up_read_non_owner(struct rw_semaphore *sem)
{
	__up_read(sem);
}

#endif
