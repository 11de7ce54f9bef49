// SPDX-License-Identifier: MIT
/*
 * Torture of locks. Each is taken in all its forms by many tasks, and for spinning locks by a timer's interrupt, too.
 * What must hold: a writer is alone; readers are never together with one; nothing that was written inside is lost; a
 * form that fails has a reason to; a seqlock's reader never accepts halves of two writes.
 */
#include "../helpers.h"
#include "torture.h"

#include <linux/hrtimer.h>
#include <linux/mutex.h>
#include <linux/rtmutex.h>
#include <linux/rwlock.h>
#include <linux/rwsem.h>
#include <linux/semaphore.h>
#include <linux/seqlock.h>
#include <linux/spinlock.h>

#define CASES 8

enum { WRITES, READS, FAILED };

/* What a lock guards: who is inside, and a count that only goes up if nobody else is. */
static atomic_t writers, readers;
static unsigned long guarded, twin; /* equal, but for inside */
static unsigned long irq_writes;    /* the interrupt's share; under the lock */

static DEFINE_SPINLOCK(spin);
static DEFINE_RWLOCK(rw);
static DEFINE_SEQLOCK(seq);
static DEFINE_MUTEX(mutex);
static DECLARE_RWSEM(rwsem);
static DEFINE_SEMAPHORE(sem);
static DEFINE_RT_MUTEX(rt);
static unsigned long irq_flags[TORTURE_TASKS]; /* of each task's spin_lock_irqsave() */

/* How the running form of a lock is given back; 0 when it was not taken. */
typedef int (*lock_fn)(struct torturer *t);
typedef void (*unlock_fn)(struct torturer *t, int form);

struct lock_kind {
	lock_fn write, read; /* read may be NULL */
	unlock_fn unlock;
	bool sleeps;
};

/* ---- inside ---- */

static void write_inside(void (*linger)(struct torturer *t), struct torturer *t)
{
	unsigned long value;

	torture_check(atomic_inc_return(&writers) == 1);
	torture_check(atomic_read(&readers) == 0);
	value = guarded;
	torture_check(value == twin);
	WRITE_ONCE(guarded, value + 1);
	if (linger)
		linger(t);
	WRITE_ONCE(twin, value + 1);
	torture_check(READ_ONCE(guarded) == value + 1);
	atomic_dec(&writers);
}

static void read_inside(void (*linger)(struct torturer *t), struct torturer *t)
{
	unsigned long value = READ_ONCE(guarded);

	atomic_inc(&readers);
	torture_check(atomic_read(&writers) == 0);
	linger(t);
	torture_check(READ_ONCE(guarded) == value && READ_ONCE(twin) == value);
	atomic_dec(&readers);
}

static void lock_op(struct torturer *t)
{
	const struct lock_kind *kind = torture_kind->data;
	void (*linger)(struct torturer * t) = kind->sleeps ? torture_doze : torture_dawdle;
	bool read = kind->read && !one_in(t, 3);
	int form = read ? kind->read(t) : kind->write(t);

	if (!form) {
		t->stat[FAILED]++;
		return;
	}
	if (read)
		read_inside(linger, t);
	else
		write_inside(linger, t);
	t->stat[read ? READS : WRITES]++;
	kind->unlock(t, form);
}

/* ---- spinlocks, by an interrupt, too ---- */

static struct hrtimer irq_timer;

static enum hrtimer_restart write_in_hardirq(struct hrtimer *timer)
{
	if (spin_trylock(&spin)) {
		write_inside(NULL, NULL);
		irq_writes++;
		spin_unlock(&spin);
	} else if (READ_ONCE(guarded) & 1) {
		spin_lock(&spin);
		write_inside(NULL, NULL);
		irq_writes++;
		spin_unlock(&spin);
	}
	return HRTIMER_NORESTART;
}

static void start_irq(void)
{
	hrtimer_start(&irq_timer, (guarded * 7919) % 100000, HRTIMER_MODE_REL_HARD);
}

static int spin_write(struct torturer *t)
{
	switch (torture_random(t, 3)) {
	case 0:
		spin_lock_irq(&spin);
		return 1;
	case 1:
		spin_lock_irqsave(&spin, irq_flags[t->index]);
		return 2;
	}
	local_irq_disable();
	if (spin_trylock(&spin))
		return 1;
	local_irq_enable();
	return 0;
}

static void spin_unlock_form(struct torturer *t, int form)
{
	if (form == 1)
		spin_unlock_irq(&spin);
	else
		spin_unlock_irqrestore(&spin, irq_flags[t->index]);
}

static int bh_write(struct torturer *t)
{
	if (!one_in(t, 3)) {
		spin_lock_bh(&spin);
		return 1;
	}
	local_bh_disable();
	if (spin_trylock(&spin))
		return 2;
	local_bh_enable();
	return 0;
}

static void bh_unlock(struct torturer *t, int form)
{
	if (form == 1) {
		spin_unlock_bh(&spin);
		return;
	}
	spin_unlock(&spin);
	local_bh_enable();
}

/* ---- rwlocks and seqlocks ---- */

static int rw_write(struct torturer *t)
{
	if (one_in(t, 4))
		return write_trylock(&rw) ? 1 : 0;
	write_lock(&rw);
	return 1;
}

static int rw_read(struct torturer *t)
{
	if (one_in(t, 4))
		return read_trylock(&rw) ? 2 : 0;
	read_lock(&rw);
	return 2;
}

static void rw_unlock(struct torturer *t, int form)
{
	if (form == 1)
		write_unlock(&rw);
	else
		read_unlock(&rw);
}

/* A reader that must begin again counts as failed; one that need not has seen one write only. */
static void seq_op(struct torturer *t)
{
	unsigned long a, b;
	unsigned int start;

	if (one_in(t, 3)) {
		write_seqlock(&seq);
		write_inside(torture_dawdle, t);
		write_sequnlock(&seq);
		t->stat[WRITES]++;
		return;
	}
	start = read_seqbegin(&seq);
	a = READ_ONCE(guarded);
	torture_dawdle(t);
	b = READ_ONCE(twin);
	if (read_seqretry(&seq, start)) {
		t->stat[FAILED]++;
		return;
	}
	torture_check(a == b);
	t->stat[READS]++;
}

/* ---- locks that sleep ---- */

/* Why did it fail? A signal is the only reason, and it must be one that this form accepts. */
static int taken(int err, int form, bool killable)
{
	if (!err)
		return form;
	torture_check(err == -EINTR);
	torture_check(killable ? fatal_signal_pending(current) : signal_pending(current));
	return 0;
}

static int mutex_write(struct torturer *t)
{
	switch (torture_random(t, 4)) {
	case 0:
		return mutex_trylock(&mutex);
	case 1:
		return taken(mutex_lock_interruptible(&mutex), 1, false);
	case 2:
		return taken(mutex_lock_killable(&mutex), 1, true);
	}
	mutex_lock(&mutex);
	return 1;
}

static void mutex_unlock_form(struct torturer *t, int form)
{
	torture_check(__mutex_owner(&mutex) == current);
	mutex_unlock(&mutex);
}

static int rt_write(struct torturer *t)
{
	if (one_in(t, 10)) {
		struct sched_param param = { .sched_priority = 1 + torture_random(t, 40) };

		sched_setscheduler_nocheck(current, SCHED_FIFO, &param);
	} else if (one_in(t, 5)) {
		sched_set_normal(current, 0);
	}
	switch (torture_random(t, 4)) {
	case 0:
		return rt_mutex_trylock(&rt);
	case 1:
		return taken(rt_mutex_lock_interruptible(&rt), 1, false);
	case 2:
		return taken(rt_mutex_lock_killable(&rt), 1, true);
	}
	rt_mutex_lock(&rt);
	return 1;
}

/* What was lent for this mutex goes back with it. */
static void rt_unlock(struct torturer *t, int form)
{
	torture_check(rt_mutex_owner(&rt) == current);
	rt_mutex_unlock(&rt);
	torture_check(READ_ONCE(current->prio) == READ_ONCE(current->normal_prio));
}

static int rwsem_write(struct torturer *t)
{
	switch (torture_random(t, 3)) {
	case 0:
		return down_write_trylock(&rwsem);
	case 1:
		return taken(down_write_killable(&rwsem), 1, true);
	}
	down_write(&rwsem);
	return 1;
}

static int rwsem_read(struct torturer *t)
{
	switch (torture_random(t, 4)) {
	case 0:
		return down_read_trylock(&rwsem) ? 2 : 0;
	case 1:
		return taken(down_read_interruptible(&rwsem), 2, false);
	case 2:
		return taken(down_read_killable(&rwsem), 2, true);
	}
	down_read(&rwsem);
	return 2;
}

static void rwsem_unlock(struct torturer *t, int form)
{
	if (form == 1 && one_in(t, 3)) {
		downgrade_write(&rwsem);
		read_inside(torture_doze, t);
		form = 2;
	}
	if (form == 1)
		up_write(&rwsem);
	else
		up_read(&rwsem);
}

static int sem_write(struct torturer *t)
{
	int err;

	switch (torture_random(t, 5)) {
	case 0:
		return !down_trylock(&sem);
	case 1:
		return taken(down_interruptible(&sem), 1, false);
	case 2:
		return taken(down_killable(&sem), 1, true);
	case 3:
		err = down_timeout(&sem, torture_random(t, 4));
		torture_check(err == 0 || err == -ETIME);
		return !err;
	}
	down(&sem);
	return 1;
}

static void sem_unlock(struct torturer *t, int form)
{
	up(&sem);
}

/* ---- the cases ---- */

static void torture_lock(struct kunit *test, const char *name, const struct lock_kind *lock,
			 void (*op)(struct torturer *), void (*disturb)(void))
{
	struct torture_kind kind = { .name = name,
				     .data = lock,
				     .op = op,
				     .disturb = disturb,
				     .stats = { "writes", "reads", "not taken" },
				     .signals = lock && lock->sleeps };

	guarded = 0;
	twin = 0;
	irq_writes = 0;
	forget_lock(
		&spin); /* taken in hard interrupts in one case, and with softirqs off in another */
	hrtimer_init(&irq_timer, CLOCK_MONOTONIC, HRTIMER_MODE_REL_HARD);
	irq_timer.function = write_in_hardirq;
	torture_run(test, &kind, CASES);
	hrtimer_cancel(&irq_timer);
	KUNIT_EXPECT_EQ(test, guarded, torture_sum(WRITES) + irq_writes);
	KUNIT_EXPECT_EQ(test, guarded, twin);
	KUNIT_EXPECT_GT(test, torture_sum(WRITES), 0UL);
}

#define LOCK_CASE(case_name, text, operation, disturber, ...)                                      \
	static void case_name(struct kunit *test)                                                  \
	{                                                                                          \
		static const struct lock_kind kind = __VA_ARGS__;                                  \
		torture_lock(test, text, &kind, operation, disturber);                             \
	}

LOCK_CASE(spinlocks, "spinlocks", lock_op, start_irq, { spin_write, NULL, spin_unlock_form })
LOCK_CASE(spinlocks_bh, "spin_lock_bh", lock_op, NULL, { bh_write, NULL, bh_unlock })
LOCK_CASE(rwlocks, "rwlocks", lock_op, NULL, { rw_write, rw_read, rw_unlock })
LOCK_CASE(seqlocks, "seqlocks", seq_op, NULL, { NULL })
LOCK_CASE(mutexes, "mutexes", lock_op, NULL, { mutex_write, NULL, mutex_unlock_form, true })
LOCK_CASE(rw_semaphores, "rw_semaphores", lock_op, NULL,
	  { rwsem_write, rwsem_read, rwsem_unlock, true })
LOCK_CASE(semaphores, "semaphores", lock_op, NULL, { sem_write, NULL, sem_unlock, true })
LOCK_CASE(rt_mutexes, "rt_mutexes", lock_op, NULL, { rt_write, NULL, rt_unlock, true })

static struct kunit_case lock_cases[] = {
	KUNIT_CASE(spinlocks),  KUNIT_CASE(spinlocks_bh), KUNIT_CASE(rwlocks),
	KUNIT_CASE(seqlocks),   KUNIT_CASE(mutexes),      KUNIT_CASE(rw_semaphores),
	KUNIT_CASE(semaphores), KUNIT_CASE(rt_mutexes),   {}
};

static struct kunit_suite lock_suite = {
	.name = "torture_locks",
	.test_cases = lock_cases,
};
kunit_test_suite(lock_suite);
