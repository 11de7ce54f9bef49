// SPDX-License-Identifier: MIT
/*
 * Giving back a reference to what a lock guards: the last one is given back with the lock held, so
 * that nobody finds the object between the count's 0 and its removal. As long as it is not the last
 * the lock is not touched.
 */
#include <linux/atomic.h>
#include <linux/mutex.h>
#include <linux/refcount.h>
#include <linux/spinlock.h>

int _atomic_dec_and_lock(atomic_t *atomic, spinlock_t *lock)
{
	if (atomic_add_unless(atomic, -1, 1))
		return 0;
	spin_lock(lock);
	if (atomic_dec_and_test(atomic)) {
		__release(lock); /* for sparse: the macro says that it is held */
		return 1;
	}
	spin_unlock(lock);
	return 0;
}

int _atomic_dec_and_lock_irqsave(atomic_t *atomic, spinlock_t *lock, unsigned long *flags)
{
	if (atomic_add_unless(atomic, -1, 1))
		return 0;
	spin_lock_irqsave(lock, *flags);
	if (atomic_dec_and_test(atomic)) {
		__release(lock);
		return 1;
	}
	spin_unlock_irqrestore(lock, *flags);
	return 0;
}

int atomic_dec_and_mutex_lock(atomic_t *cnt, struct mutex *lock)
{
	might_sleep();
	if (atomic_add_unless(cnt, -1, 1))
		return 0;
	mutex_lock(lock);
	if (atomic_dec_and_test(cnt))
		return 1;
	mutex_unlock(lock);
	return 0;
}

bool refcount_dec_and_lock(refcount_t *r, spinlock_t *lock)
{
	if (refcount_dec_not_one(r))
		return false;
	spin_lock(lock);
	if (refcount_dec_and_test(r)) {
		__release(lock);
		return true;
	}
	spin_unlock(lock);
	return false;
}

bool refcount_dec_and_lock_irqsave(refcount_t *r, spinlock_t *lock, unsigned long *flags)
{
	if (refcount_dec_not_one(r))
		return false;
	spin_lock_irqsave(lock, *flags);
	if (refcount_dec_and_test(r)) {
		__release(lock);
		return true;
	}
	spin_unlock_irqrestore(lock, *flags);
	return false;
}

bool refcount_dec_and_mutex_lock(refcount_t *r, struct mutex *lock)
{
	might_sleep();
	if (refcount_dec_not_one(r))
		return false;
	mutex_lock(lock);
	if (refcount_dec_and_test(r))
		return true;
	mutex_unlock(lock);
	return false;
}
