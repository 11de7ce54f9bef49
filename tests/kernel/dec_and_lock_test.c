// SPDX-License-Identifier: MIT
/* Small helpers around locks: the last reference, locks of one bit, letting go for a moment. */
#include "threads.h"

#include <linux/bit_spinlock.h>
#include <linux/kref.h>
#include <linux/mutex.h>
#include <linux/spinlock.h>

static DEFINE_SPINLOCK(spinlock);
static DEFINE_MUTEX(mutex);

/* Return: was it the last? Then the lock was held. */
static bool drop(struct kunit *test, atomic_t *count)
{
	if (!atomic_dec_and_lock(count, &spinlock))
		return false;
	KUNIT_EXPECT_EQ(test, atomic_read(count), 0);
	KUNIT_EXPECT_TRUE(test, spin_is_locked(&spinlock));
	spin_unlock(&spinlock);
	return true;
}

static bool drop_irqsave(struct kunit *test, atomic_t *count)
{
	unsigned long flags;

	if (!atomic_dec_and_lock_irqsave(count, &spinlock, flags))
		return false;
	KUNIT_EXPECT_TRUE(test, spin_is_locked(&spinlock));
	KUNIT_EXPECT_TRUE(test, irqs_disabled());
	spin_unlock_irqrestore(&spinlock, flags);
	return true;
}

static void the_last_count_is_dropped_with_the_lock_held(struct kunit *test)
{
	atomic_t count = ATOMIC_INIT(2);

	KUNIT_EXPECT_FALSE(test, drop(test, &count));
	KUNIT_EXPECT_EQ(test, atomic_read(&count), 1);
	KUNIT_EXPECT_FALSE(test, spin_is_locked(&spinlock));
	KUNIT_EXPECT_TRUE(test, drop(test, &count));
	atomic_set(&count, 2);
	KUNIT_EXPECT_FALSE(test, drop_irqsave(test, &count));
	KUNIT_EXPECT_FALSE(test, irqs_disabled());
	KUNIT_EXPECT_TRUE(test, drop_irqsave(test, &count));
	KUNIT_EXPECT_FALSE(test, irqs_disabled());
	KUNIT_EXPECT_EQ(test, preempt_count(), 0);
	atomic_set(&count, 2);
	KUNIT_EXPECT_EQ(test, atomic_dec_and_mutex_lock(&count, &mutex), 0);
	KUNIT_EXPECT_FALSE(test, mutex_is_locked(&mutex));
	KUNIT_EXPECT_EQ(test, atomic_dec_and_mutex_lock(&count, &mutex), 1);
	KUNIT_EXPECT_TRUE(test, mutex_is_locked(&mutex));
	mutex_unlock(&mutex);
}

static bool released;

static void release_locked_by_spinlock(struct kref *kref) __releases(&spinlock)
{
	released = spin_is_locked(&spinlock);
	spin_unlock(&spinlock);
}

static void release_locked_by_mutex(struct kref *kref)
{
	released = mutex_is_locked(&mutex);
	mutex_unlock(&mutex);
}

static void the_last_kref_is_released_with_the_lock_held(struct kunit *test)
{
	struct kref kref;

	released = false;
	kref_init(&kref);
	kref_get(&kref);
	KUNIT_EXPECT_EQ(test, kref_put_lock(&kref, release_locked_by_spinlock, &spinlock), 0);
	KUNIT_EXPECT_FALSE(test, released);
	KUNIT_EXPECT_EQ(test, kref_put_lock(&kref, release_locked_by_spinlock, &spinlock), 1);
	KUNIT_EXPECT_TRUE(test, released);
	released = false;
	kref_init(&kref);
	KUNIT_EXPECT_EQ(test, kref_put_mutex(&kref, release_locked_by_mutex, &mutex), 1);
	KUNIT_EXPECT_TRUE(test, released);
	KUNIT_EXPECT_FALSE(test, mutex_is_locked(&mutex));
}

static int hold_many(void *data)
{
	unsigned long *word = data;

	for (int i = 0; i < 2000; i++) {
		bit_spin_lock(3, word);
		WRITE_ONCE(word[1], word[1] + 1);
		bit_spin_unlock(3, word);
	}
	return 2000;
}

static void one_cpu_at_a_time_holds_the_bit(struct kunit *test)
{
	unsigned long word[2] = {};
	struct task_struct *p[4];
	int held = 0;

	for (int i = 0; i < 4; i++)
		p[i] = start_thread(test, hold_many, word, ANY_CPU, FAIR);
	for (int i = 0; i < 4; i++)
		held += join(p[i]);
	KUNIT_EXPECT_EQ(test, word[1], held);
	KUNIT_EXPECT_EQ(test, word[0], 0);
	bit_spin_lock(5, word);
	KUNIT_EXPECT_EQ(test, preempt_count(), 1);
	KUNIT_EXPECT_TRUE(test, bit_spin_is_locked(5, word));
	KUNIT_EXPECT_EQ(test, bit_spin_trylock(5, word), 0);
	KUNIT_EXPECT_EQ(test, preempt_count(), 1);
	bit_spin_unlock(5, word);
	KUNIT_EXPECT_EQ(test, bit_spin_trylock(5, word), 1);
	bit_spin_unlock(5, word);
	KUNIT_EXPECT_EQ(test, preempt_count(), 0);
}

static int take_the_lock(void *inside)
{
	spin_lock(&spinlock);
	WRITE_ONCE(*(bool *)inside, true);
	spin_unlock(&spinlock);
	return 0;
}

static void cond_resched_lock_lets_waiters_in(struct kunit *test)
{
	struct task_struct *p;
	bool inside = false;

	take_cpu(test, 0, BOSS);
	p = new_thread(test, take_the_lock, &inside, other_cpu(test, 0), 50);
	spin_lock(&spinlock);
	KUNIT_EXPECT_EQ(test, cond_resched_lock(&spinlock), 0);
	wake_up_process(p);
	KUNIT_EXPECT_TRUE(test, spin_until(spin_is_contended(&spinlock)));
	KUNIT_EXPECT_FALSE(test, READ_ONCE(inside));
	KUNIT_EXPECT_EQ(test, cond_resched_lock(&spinlock), 1);
	KUNIT_EXPECT_TRUE(test, READ_ONCE(inside));
	KUNIT_EXPECT_TRUE(test, spin_is_locked(&spinlock));
	spin_unlock(&spinlock);
	join(p);
}

static struct kunit_case dec_and_lock_cases[] = {
	KUNIT_CASE(the_last_count_is_dropped_with_the_lock_held),
	KUNIT_CASE(the_last_kref_is_released_with_the_lock_held),
	KUNIT_CASE(one_cpu_at_a_time_holds_the_bit),
	KUNIT_CASE(cond_resched_lock_lets_waiters_in),
	{}
};

static struct kunit_suite dec_and_lock_suite = {
	.name = "dec_and_lock",
	.test_cases = dec_and_lock_cases,
};
kunit_test_suite(dec_and_lock_suite);
