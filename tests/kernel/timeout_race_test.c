// SPDX-License-Identifier: MIT
/*
 * A timeout against a wake-up. Both end the same sleep, so each kernel has to decide who was first, once, and nothing of
 * the loser may be left over: no unit, mutex or completion handed to a task that has given up, no wake-up spent on it,
 * no timer that ends a later sleep. Each case tries a wake-up at every point of the way on which a timeout is handled.
 *
 * Where time is exact, a point is an instruction: a timer's interrupt comes at the nanosecond that is asked for, on the
 * same CPU or on another one, whose instructions then go on while the first one stands still. Elsewhere the points are
 * random. Sleeps begin right after a tick, so the next ones are a known time away.
 */
#include "threads.h"

#include <linux/completion.h>
#include <linux/hrtimer.h>
#include <linux/jiffies.h>
#include <linux/mutex.h>
#include <linux/sched/signal.h>
#include <linux/semaphore.h>
#include <linux/wait.h>

#define POINTS (time_is_exact() ? 500 : 60)

/* An interrupt at a time. */
struct point {
	struct hrtimer timer;
	void (*action)(void);
	ktime_t at;
	bool done;
};

static enum hrtimer_restart point_reached(struct hrtimer *timer)
{
	struct point *p = container_of(timer, struct point, timer);

	p->action();
	WRITE_ONCE(p->done, true);
	return HRTIMER_NORESTART;
}

static void arm_here(void *data)
{
	struct point *p = data;

	hrtimer_init(&p->timer, CLOCK_MONOTONIC, HRTIMER_MODE_ABS_HARD);
	p->timer.function = point_reached;
	hrtimer_start(&p->timer, p->at, HRTIMER_MODE_ABS_HARD);
}

static void arm(struct point *p, int cpu, ktime_t at)
{
	p->at = at;
	p->done = false;
	smp_call_function_single(cpu, arm_here, p, 1);
}

/* Sleep until a tick has come. Return: when its way to this task was over. */
static ktime_t sleep_until_tick(void)
{
	schedule_timeout_uninterruptible(1);
	return ktime_get();
}

/* How long a sleep of one jiffy takes that begins right after a tick: from the end of one to the end of the other. */
static ktime_t measure_jiffy(void)
{
	ktime_t start = sleep_until_tick();

	return DIV_ROUND_CLOSEST(sleep_until_tick() - start, TICK_NSEC) * TICK_NSEC;
}

/* ---- one task, and a wake-up from an interrupt on its own CPU or on another ---- */

struct race {
	long (*sleep)(void);                         /* for a jiffy */
	void (*wake)(void);                          /* in hardirq */
	void (*check)(struct kunit *test, long ret); /* both have been; what did sleep() return? */
	bool (*timed_out)(long ret);
};

static void run_race_from(struct kunit *test, const struct race *race, int cpu)
{
	ktime_t trip = measure_trip(), jiffy = measure_jiffy();
	struct point point = { .action = race->wake };
	int timeouts = 0, points = POINTS;

	for (int i = 0; i < points && test->status == KUNIT_SUCCESS; i++) {
		ktime_t start = sleep_until_tick();
		long ret;

		arm(&point, cpu, start + jiffy - 2 * trip + 3 * trip * i / points);
		ret = race->sleep();
		timeouts += race->timed_out(ret);
		KUNIT_EXPECT_TRUE(test, spin_until(READ_ONCE(point.done)));
		race->check(test, ret);
		hrtimer_cancel(&point.timer);
	}
	if (!time_is_exact() || test->status != KUNIT_SUCCESS)
		return;
	/* The points reach from before the timeout to behind it. */
	KUNIT_EXPECT_GT(test, timeouts, 0);
	KUNIT_EXPECT_LT(test, timeouts, points);
}

static void run_race(struct kunit *test, const struct race *race)
{
	take_cpu(test, 0, BOSS);
	run_race_from(test, race, 0);
	if (num_online_cpus() > 1)
		run_race_from(test, race, other_cpu(test, 0));
}

static bool is_etime(long ret)
{
	return ret == -ETIME;
}

static bool is_zero(long ret)
{
	return ret == 0;
}

/* -- a semaphore's unit -- */

static struct semaphore sem;

static long sleep_down(void)
{
	return down_timeout(&sem, 1);
}

static void wake_up_sem(void)
{
	up(&sem);
}

/* up() finds the task in the list, its time over and the lock not yet its own: then it has the unit all the same. */
static void check_unit(struct kunit *test, long ret)
{
	KUNIT_EXPECT_TRUE(test, ret == 0 || ret == -ETIME);
	KUNIT_EXPECT_EQ(test, (ret == 0) + sem.count, 1U);
	KUNIT_EXPECT_TRUE(test, list_empty(&sem.wait_list));
	if (ret)
		KUNIT_EXPECT_EQ(test, down_trylock(&sem), 0);
}

static void a_unit_given_as_the_time_ends_is_not_lost(struct kunit *test)
{
	static const struct race race = { sleep_down, wake_up_sem, check_unit, is_etime };

	sema_init(&sem, 0);
	run_race(test, &race);
}

/* -- a completion, for which a second task waits behind the first -- */

static struct completion completion, begin;
static int second_got;
static bool stop_second;

static int wait_behind(void *unused)
{
	for (;;) {
		wait_for_completion(&begin);
		if (READ_ONCE(stop_second))
			return 0;
		wait_for_completion(&completion);
		WRITE_ONCE(second_got, second_got + 1);
	}
}

/* The second one is on this CPU and less important: it comes to the completion when this one sleeps there. */
static long sleep_complete(void)
{
	complete(&begin);
	return wait_for_completion_timeout(&completion, 1);
}

static void wake_complete(void)
{
	complete(&completion);
}

static void check_completed(struct kunit *test, long ret)
{
	int before = second_got;

	if (ret) {
		KUNIT_EXPECT_FALSE(test, completion_done(&completion));
		complete(&completion);
		KUNIT_EXPECT_TRUE(test, eventually(READ_ONCE(second_got) != before));
	} else {
		/* It may have got it already, while this task slept, or spun. */
		KUNIT_EXPECT_TRUE(test, eventually(!completion_done(&completion)));
		if (!eventually(READ_ONCE(second_got) == before + 1 ||
				READ_ONCE(begin.wait.head.next) != &begin.wait.head))
			KUNIT_FAIL(test, "nobody got the completion\n");
	}
	KUNIT_EXPECT_FALSE(test, completion_done(&completion));
}

static void a_completion_as_the_time_ends_goes_to_exactly_one(struct kunit *test)
{
	static const struct race race = { sleep_complete, wake_complete, check_completed, is_zero };
	struct task_struct *second;

	init_completion(&completion);
	init_completion(&begin);
	WRITE_ONCE(stop_second, false);
	second = start_thread(test, wait_behind, NULL, 0, FAIR);
	run_race(test, &race);
	if (test->status != KUNIT_SUCCESS)
		complete_all(&completion);
	WRITE_ONCE(stop_second, true);
	complete_all(&begin);
	join(second);
}

/* -- a condition -- */

static DECLARE_WAIT_QUEUE_HEAD(queue);
static bool condition, seen;
static int looks;

static bool look(void)
{
	looks++;
	seen = READ_ONCE(condition);
	return seen;
}

static long sleep_on_queue(void)
{
	WRITE_ONCE(condition, false);
	looks = 0;
	return wait_event_timeout(queue, look(), 1);
}

static void wake_queue(void)
{
	WRITE_ONCE(condition, true);
	wake_up(&queue);
}

static void check_condition(struct kunit *test, long ret)
{
	KUNIT_EXPECT_EQ(test, ret != 0, seen);
	KUNIT_EXPECT_TRUE(test, ret || looks >= 2); /* once more when the time was over */
	KUNIT_EXPECT_FALSE(test, waitqueue_active(&queue));
}

static void a_condition_true_as_the_time_ends_is_no_timeout(struct kunit *test)
{
	static const struct race race = { sleep_on_queue, wake_queue, check_condition, is_zero };

	run_race(test, &race);
}

/* -- a mutex, and a signal in the timeout's place -- */

static DEFINE_MUTEX(mutex);
static struct completion hold, held;
static struct task_struct *waiter;
static ktime_t unlock_at;
static bool stop_holder;

static int hold_mutex(void *unused)
{
	for (;;) {
		wait_for_completion(&hold);
		if (READ_ONCE(stop_holder))
			return 0;
		mutex_lock(&mutex);
		complete(&held);
		while (ktime_get() < READ_ONCE(unlock_at))
			cpu_relax();
		mutex_unlock(&mutex);
	}
}

static void signal_waiter(void)
{
	send_sig(SIGINT, waiter, 1);
}

static void try_mutex(struct kunit *test, struct point *point, int cpu, ktime_t trip, ktime_t after)
{
	ktime_t at = ktime_get() + 20 * trip;
	int err;

	WRITE_ONCE(unlock_at, at);
	complete(&hold);
	wait_for_completion(&held);
	arm(point, cpu, at - trip + after);
	err = mutex_lock_interruptible(&mutex);
	KUNIT_EXPECT_TRUE(test, err == 0 || err == -EINTR);
	KUNIT_EXPECT_EQ(test, __mutex_owner(&mutex) == current, err == 0);
	KUNIT_EXPECT_TRUE(test, spin_until(READ_ONCE(point->done)));
	flush_signals(current);
	if (__mutex_owner(&mutex) == current)
		mutex_unlock(&mutex);
	/* Nobody is left who could have it. */
	mutex_lock(&mutex);
	mutex_unlock(&mutex);
}

static void a_mutex_given_as_the_signal_comes_has_its_owner(struct kunit *test)
{
	struct point point = { .action = signal_waiter };
	struct task_struct *holder;
	int points = POINTS;
	ktime_t trip;

	init_completion(&hold);
	init_completion(&held);
	WRITE_ONCE(stop_holder, false);
	waiter = current;
	allow_signal(SIGINT);
	holder = start_thread(test, hold_mutex, NULL, 0, FAIR);
	take_cpu(test, 0, BOSS);
	trip = measure_trip();
	for (int cpu = 0; cpu < min(2U, num_online_cpus()); cpu++)
		for (int i = 0; i < points && test->status == KUNIT_SUCCESS; i++)
			try_mutex(test, &point, cpu, trip, 3 * trip * i / points);
	WRITE_ONCE(stop_holder, true);
	complete(&hold);
	join(holder);
}

/* ---- two CPUs: the timeout is on its way, and the task has left ---- */

/*
 * CPU of the timer			CPU of the point
 *   the task: sleeps, for a time	  the case: lets the task run here only from now on
 *   the time is up: its function
 *   has begun, and				  the task is woken, and goes on
 *						  waits until that function is done
 *   ... wakes the task				  sleeps once more, for something else
 *
 * Without the wait, the wake-up of the first sleep ends the second.
 */
struct leaver {
	struct task_struct *task;
	struct point point;
	struct completion go, ready, back;
	int timer_cpu;
	bool high_res;
	ktime_t jiffy, start,
		due; /* when the first sleep began, when its timeout is about to be handled */
	bool left, let_on, stop;
	bool point_woke; /* not the timeout */
	int spurious;
};

static struct leaver leaver;

static void wake_leaver(void)
{
	leaver.point_woke = wake_up_process(leaver.task);
}

static void first_sleep(struct leaver *l)
{
	l->start = sleep_until_tick();
	l->due = l->start + l->jiffy;
	complete(&l->ready);
	set_current_state(TASK_UNINTERRUPTIBLE);
	if (l->high_res)
		schedule_hrtimeout(&l->due, HRTIMER_MODE_ABS);
	else
		schedule_timeout(1);
}

/* The point's own wake-up must be over, too. */
static void second_sleep(struct leaver *l)
{
	WRITE_ONCE(l->left, true);
	spin_until(READ_ONCE(l->point.done));
	for (;;) {
		set_current_state(TASK_UNINTERRUPTIBLE);
		if (READ_ONCE(l->let_on))
			break;
		schedule();
		l->spurious += !READ_ONCE(l->let_on);
	}
	__set_current_state(TASK_RUNNING);
}

static int leave(void *data)
{
	struct leaver *l = data;

	for (;;) {
		wait_for_completion(&l->go);
		if (READ_ONCE(l->stop))
			return 0;
		set_cpus_allowed_ptr(current, cpumask_of(l->timer_cpu));
		first_sleep(l);
		second_sleep(l);
		complete(&l->back);
	}
}

static void try_to_leave(struct leaver *l, int cpu, ktime_t after)
{
	l->let_on = false;
	l->left = false;
	l->point.done = false;
	complete(&l->go);
	wait_for_completion(&l->ready);
	while (!is_asleep(l->task) &&
	       !READ_ONCE(l->left)) /* where the host is slow, it has left already */
		cpu_relax();
	set_cpus_allowed_ptr(l->task, cpumask_of(cpu));
	arm(&l->point, cpu, l->due + after);
	msleep(3 * MSEC_PER_SEC / HZ); /* both sleeps have begun, the first has ended */
	wait_until_asleep(l->task);
	WRITE_ONCE(l->let_on, true);
	wake_up_process(l->task);
	wait_for_completion(&l->back);
}

/* @n points in a span of time. Return: the last at which the point was earlier than the timeout. */
static ktime_t try_points(struct leaver *l, int cpu, ktime_t from, ktime_t span, int n)
{
	ktime_t last = from;

	for (int i = 0; i < n && !l->spurious; i++) {
		try_to_leave(l, cpu, from + span * i / n);
		if (l->point_woke)
			last = from + span * i / n;
	}
	return last;
}

/*
 * All points, and then those around the change more closely. Where time is exact and ticks of several CPUs fall together,
 * CPU 0 handles its own first, and sets its timer for the point before the timeout is handled: the point is on CPU 0.
 */
static void run_leaver(struct kunit *test, bool high_res)
{
	int timer_cpu = other_cpu(test, 0), points = POINTS;
	struct leaver *l = &leaver;
	ktime_t trip, from, change;

	*l = (struct leaver){ .point.action = wake_leaver,
			      .timer_cpu = timer_cpu,
			      .high_res = high_res };
	init_completion(&l->go);
	init_completion(&l->ready);
	init_completion(&l->back);
	take_cpu(test, timer_cpu, BOSS);
	trip = measure_trip();
	l->jiffy = measure_jiffy();
	take_cpu(test, 0, BOSS);
	l->task = start_thread(test, leave, l, ANY_CPU, 50);
	from = high_res ? 0 : -2 * trip;
	change = try_points(l, 0, from, 3 * trip, points / 4);
	try_points(l, 0, change - trip / 4, trip / 2, points);
	WRITE_ONCE(l->stop, true);
	complete(&l->go);
	KUNIT_EXPECT_EQ(test, l->spurious, 0);
	join(l->task);
	hrtimer_cancel(&l->point.timer);
}

static void a_timeout_handled_late_does_not_end_a_later_sleep(struct kunit *test)
{
	run_leaver(test, false);
}

static void an_hrtimer_handled_late_does_not_end_a_later_sleep(struct kunit *test)
{
	run_leaver(test, true);
}

static struct kunit_case race_cases[] = {
	KUNIT_CASE(a_timeout_handled_late_does_not_end_a_later_sleep),
	KUNIT_CASE(an_hrtimer_handled_late_does_not_end_a_later_sleep),
	KUNIT_CASE(a_unit_given_as_the_time_ends_is_not_lost),
	KUNIT_CASE(a_completion_as_the_time_ends_goes_to_exactly_one),
	KUNIT_CASE(a_condition_true_as_the_time_ends_is_no_timeout),
	KUNIT_CASE(a_mutex_given_as_the_signal_comes_has_its_owner),
	{}
};

static struct kunit_suite race_suite = {
	.name = "timeout_race",
	.test_cases = race_cases,
};
kunit_test_suite(race_suite);
