// SPDX-License-Identifier: MIT
/*
 * The frame: see torture.h. One torture at a time; what is static belongs to it. The case's own task disturbs: it draws
 * a torturer, and moves it to another CPU, changes its nice level or signals it; and now and then it has all of them
 * stand still for a jiffy or two, so that queues run empty and everybody starts again at once.
 */
#include "torture.h"

#include <linux/init.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/random.h>
#include <linux/slab.h>

#define MAX_SECONDS 86400
#define REPORT      NSEC_PER_SEC /* how often progress is told */

static unsigned int torture_seconds; /* a suite; 0: what is usual */

const struct torture_kind *torture_kind;
static struct torturer *torturers;
static int nr_torturers;
static struct kunit *torture_test;
static bool stopping, pausing;

static int __init torture_setup(char *val)
{
	unsigned int seconds;

	if (kstrtouint(val, 0, &seconds) || !seconds || seconds > MAX_SECONDS)
		return -EINVAL;
	torture_seconds = seconds;
	return 0;
}
early_param("torture", torture_setup);

bool torture_stopping(void)
{
	return READ_ONCE(stopping);
}

void torture_broken(int line, const char *fmt, ...)
{
	char text[128];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	KUNIT_FAIL(torture_test, "torture of %s: line %d, %s (seed=%llu)\n", torture_kind->name,
		   line, text, random_boot_seed());
}

void torture_dawdle(struct torturer *t)
{
	if (one_in(t, 50))
		udelay(torture_random(t, 40));
	else if (one_in(t, 4))
		for (int i = torture_random(t, 200); i; i--)
			barrier();
}

void torture_doze(struct torturer *t)
{
	switch (torture_random(t, 40)) {
	case 0:
		schedule_timeout_uninterruptible(1 + torture_random(t, 2));
		break;
	case 1:
	case 2:
		usleep_range(20, 100);
		break;
	case 3:
	case 4:
	case 5:
		yield();
		break;
	case 6:
		set_preempt_need_resched();
		preempt_check_resched();
		break;
	default:
		torture_dawdle(t);
	}
}

unsigned long torture_sum(int stat)
{
	unsigned long sum = 0;

	for (int i = 0; i < nr_torturers; i++)
		sum += READ_ONCE(torturers[i].stat[stat]);
	return sum;
}

static unsigned long all_ops(void)
{
	unsigned long sum = 0;

	for (int i = 0; i < nr_torturers; i++)
		sum += READ_ONCE(torturers[i].ops);
	return sum;
}

/* cpu_relax(): an operation may not sleep at all, and others are to have their turn where CPUs share a host thread. */
static int torture_task(void *data)
{
	struct torturer *t = data;

	t->task->allowed = sigmask(SIGINT) | sigmask(SIGKILL);
	while (!torture_stopping()) {
		torture_kind->op(t);
		WRITE_ONCE(t->ops, t->ops + 1);
		flush_signals(current);
		while (READ_ONCE(pausing) && !torture_stopping())
			schedule_timeout_uninterruptible(1);
		if (one_in(t, 8))
			torture_doze(t);
		if (one_in(t, 8))
			cpu_relax();
		cond_resched();
	}
	return 0;
}

/* ---- the disturber ---- */

static void disturb_one(struct rnd_state *rnd)
{
	struct torturer *t = &torturers[prandom_u32_state(rnd) % nr_torturers];
	u32 draw = prandom_u32_state(rnd);

	switch (draw % 4) {
	case 0:
		set_cpus_allowed_ptr(t->task, cpumask_of((draw >> 8) % num_online_cpus()));
		break;
	case 1:
		set_cpus_allowed_ptr(t->task, cpu_online_mask);
		break;
	case 2:
		set_user_nice(t->task, (int)(draw >> 8) % 10 - 5);
		break;
	default:
		if (torture_kind->signals)
			send_sig((draw >> 8) % 4 ? SIGINT : SIGKILL, t->task, 1);
	}
}

static void pause_all(struct rnd_state *rnd)
{
	WRITE_ONCE(pausing, true);
	schedule_timeout_idle(2 + prandom_u32_state(rnd) % 3);
	WRITE_ONCE(pausing, false);
}

static void tell(const char *what, ktime_t start)
{
	char text[96];
	int len = 0;

	text[0] = '\0';
	for (int i = 0; i < TORTURE_STATS && torture_kind->stats[i]; i++)
		len += scnprintf(text + len, sizeof(text) - len, ", %lu %s", torture_sum(i),
				 torture_kind->stats[i]);
	kunit_info(torture_test, "torture of %s %s: %lld ms, %d tasks, %lu operations%s\n",
		   torture_kind->name, what, (ktime_get() - start) / NSEC_PER_MSEC, nr_torturers,
		   all_ops(), text);
}

static void disturb_until(ktime_t start, ktime_t end)
{
	ktime_t next = start + REPORT;
	struct rnd_state rnd;

	prandom_seed_state(&rnd, get_random_u64());
	while (ktime_get() < end && torture_test->status == KUNIT_SUCCESS) {
		u32 draw = prandom_u32_state(&rnd);

		usleep_range(100 + draw % 2000, 200 + draw % 2000);
		disturb_one(&rnd);
		if (torture_kind->disturb)
			torture_kind->disturb();
		if (draw >> 24 == 0)
			pause_all(&rnd);
		if (ktime_get() >= next) {
			next += REPORT;
			tell("goes on", start);
		}
	}
}

/* ---- a run ---- */

static void start_torturers(struct kunit *test)
{
	nr_torturers = torture_kind->tasks
			       ?: min(3 * num_online_cpus(), (unsigned int)TORTURE_TASKS);
	torturers = kunit_kzalloc(test, nr_torturers * sizeof(*torturers), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, torturers);
	for (int i = 0; i < nr_torturers; i++) {
		struct torturer *t = &torturers[i];

		t->index = i;
		prandom_seed_state(&t->rnd, get_random_u64());
		t->task = get_task_struct(new_thread(test, torture_task, t, ANY_CPU, FAIR));
	}
	for (int i = 0; i < nr_torturers; i++)
		wake_up_process(torturers[i].task);
}

/* Where every instruction counts, the usual time is short; a suite that is to find something gets its time by torture=. */
static ktime_t time_for(int cases)
{
	ktime_t usual = time_is_exact() ? NSEC_PER_SEC / 5 : 2 * NSEC_PER_SEC;

	return (torture_seconds ? torture_seconds * NSEC_PER_SEC : usual) / cases;
}

void torture_run(struct kunit *test, const struct torture_kind *kind, int cases)
{
	ktime_t start = ktime_get();

	torture_kind = kind;
	torture_test = test;
	WRITE_ONCE(stopping, false);
	start_torturers(test);
	disturb_until(start, start + time_for(cases));
	if (kind->before_stop)
		kind->before_stop();
	WRITE_ONCE(stopping, true);
	if (kind->stop)
		kind->stop();
	for (int i = 0; i < nr_torturers; i++)
		join(torturers[i].task);
	for (int i = 0; i < nr_torturers; i++) /* until now the others may have sent it signals */
		put_task_struct(torturers[i].task);
	tell("done", start);
	KUNIT_EXPECT_GT(test, all_ops(), 0UL);
}
