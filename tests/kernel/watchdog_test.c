// SPDX-License-Identifier: MIT
/*
 * The watchdogs: what they report, whom they name, and what they leave alone. Debug kernels only. Their
 * times are short here, and no case expects a report within a time.
 */
#include "helpers.h"
#include "threads.h"

#include <linux/hung_task.h>
#include <linux/mutex.h>
#include <linux/nmi.h>
#include <linux/rtmutex.h>
#include <linux/rwsem.h>
#include <linux/semaphore.h>
#include <linux/wait.h>

#include "../../kernel/debug/watchdog.h"

#ifdef CONFIG_LOCKUP_DETECTOR

#define SHORT (20 * NSEC_PER_MSEC)

/* ---- soft and hard lockups ---- */

static u64 usual_ns;

static int make_impatient(struct kunit *test)
{
	usual_ns = hard_lockup_ns;
	WRITE_ONCE(hard_lockup_ns, SHORT);
	return 0;
}

static void make_patient(struct kunit *test)
{
	WRITE_ONCE(hard_lockup_ns, usual_ns);
}

struct section {
	void (*enter)(void);
	void (*leave)(void);
	bool hard;
	bool reported;
};

static noinline int stay_in_section(void *data)
{
	struct section *s = data;
	int cpu;

	s->enter();
	cpu = raw_smp_processor_id();
	s->reported = wait_until(lockup_reported(cpu, s->hard));
	s->leave();
	return 0;
}

/* The last CPU stays in the section until that is reported. */
static void reports_lockup(struct kunit *test, struct section s, const char *headline)
{
	int cpu = cpumask_last(cpu_online_mask);
	u64 mark = log_mark();
	char text[64];

	join(start_thread(test, stay_in_section, &s, cpu, FAIR));
	KUNIT_EXPECT_TRUE(test, s.reported);
	snprintf(text, sizeof(text), headline, cpu);
	KUNIT_EXPECT_TRUE(test, log_has(mark, text));
	KUNIT_EXPECT_TRUE(test, log_has(mark, "stay_in_section+0x"));
	KUNIT_EXPECT_TRUE(test, eventually(!lockup_reported(cpu, s.hard)));
}

/*
 * Where the host stops a CPU that holds a run queue's lock, the one that waits for the lock has its interrupts off for
 * so long, truly: then the watchdog is given more than a host's time slices.
 */
static void outlast_the_host(void)
{
	if (!time_is_exact())
		WRITE_ONCE(hard_lockup_ns, 10 * SHORT);
}

static void expect_no_lockup(struct kunit *test, u64 mark)
{
	KUNIT_EXPECT_FALSE(test, log_has(mark, "soft lockup"));
	KUNIT_EXPECT_FALSE(test, log_has(mark, "hard LOCKUP"));
}

static void preempt_off(void)
{
	preempt_disable();
}

static void preempt_on(void)
{
	preempt_enable();
}

static void bh_off(void)
{
	local_bh_disable();
}

static void bh_on(void)
{
	local_bh_enable();
}

static void irqs_off(void)
{
	local_irq_disable();
}

static void irqs_on(void)
{
	local_irq_enable();
}

static void preemption_off_for_long_is_a_soft_lockup(struct kunit *test)
{
	reports_lockup(test, (struct section){ preempt_off, preempt_on },
		       "BUG: soft lockup - CPU#%d stuck for");
}

static void bottom_halves_off_for_long_are_a_soft_lockup(struct kunit *test)
{
	reports_lockup(test, (struct section){ bh_off, bh_on },
		       "BUG: soft lockup - CPU#%d stuck for");
}

static void a_cpu_without_interrupts_is_a_hard_lockup(struct kunit *test)
{
	other_cpu(test, 0);
	reports_lockup(test, (struct section){ irqs_off, irqs_on, .hard = true },
		       "Watchdog detected hard LOCKUP on cpu %d");
}

/*
 * Each tick may well hit a section; that they end shows only if the scheduler is asked to run. Where CPUs take turns on
 * one host thread, one without cpu_relax() would leave the others little more than their ticks.
 */
static int sections_all_the_time(void *data)
{
	ktime_t end = ktime_get() + 6 * hard_lockup_ns;

	while (ktime_get() < end) {
		preempt_disable();
		for (int i = 0; i < 1000; i++)
			barrier();
		cpu_relax();
		preempt_enable();
	}
	return 0;
}

static int run_all_the_time(void *data)
{
	ktime_t end = ktime_get() + 6 * hard_lockup_ns;

	while (ktime_get() < end)
		compute();
	return 0;
}

static void work_without_a_pause_is_no_lockup(struct kunit *test)
{
	u64 mark = log_mark();

	outlast_the_host();
	KUNIT_EXPECT_EQ(test, run_on_all_cpus(test, run_all_the_time, NULL), 0);
	KUNIT_EXPECT_EQ(test, run_on_all_cpus(test, sections_all_the_time, NULL), 0);
	join(start_thread(test, run_all_the_time, NULL, 0, 50));
	expect_no_lockup(test, mark);
}

static void idle_cpus_are_no_lockup(struct kunit *test)
{
	u64 mark = log_mark();

	outlast_the_host();
	msleep(6 * hard_lockup_ns / NSEC_PER_MSEC);
	expect_no_lockup(test, mark);
}

static struct kunit_case lockup_cases[] = { KUNIT_CASE(preemption_off_for_long_is_a_soft_lockup),
					    KUNIT_CASE(
						    bottom_halves_off_for_long_are_a_soft_lockup),
					    KUNIT_CASE(a_cpu_without_interrupts_is_a_hard_lockup),
					    KUNIT_CASE(work_without_a_pause_is_no_lockup),
					    KUNIT_CASE(idle_cpus_are_no_lockup),
					    {} };

/* ---- hung tasks ---- */

enum lock_type { MUTEX, SEM, READER, WRITER, RTMUTEX };

/* Two of each kind, made anew for each case. */
static struct {
	struct mutex mutex;
	struct semaphore sem;
	struct rw_semaphore rwsem;
	struct rt_mutex rt;
} a, b;

static wait_queue_head_t queue;
static bool let_go;

#define init_locks(locks)                                                                          \
	do {                                                                                       \
		mutex_init(&(locks).mutex);                                                        \
		sema_init(&(locks).sem, 1);                                                        \
		init_rwsem(&(locks).rwsem);                                                        \
		rt_mutex_init(&(locks).rt);                                                        \
	} while (0)

static int make_locks(struct kunit *test)
{
	init_locks(a);
	init_locks(b);
	init_waitqueue_head(&queue);
	WRITE_ONCE(let_go, false);
	return 0;
}

static noinline int take_a(int type)
{
	switch (type) {
	case MUTEX:
		return mutex_lock_interruptible(&a.mutex);
	case SEM:
		return down_interruptible(&a.sem);
	case READER:
		return down_read_interruptible(&a.rwsem);
	case WRITER:
		down_write(&a.rwsem);
		return 0;
	}
	return rt_mutex_lock_interruptible(&a.rt);
}

static void give_a(int type)
{
	switch (type) {
	case MUTEX:
		mutex_unlock(&a.mutex);
		return;
	case SEM:
		up(&a.sem);
		return;
	case READER:
		up_read(&a.rwsem);
		return;
	case WRITER:
		up_write(&a.rwsem);
		return;
	}
	rt_mutex_unlock(&a.rt);
}

static int hold_a(void *data)
{
	int type = (long)data;

	if (take_a(type))
		return -EINTR;
	wait_event(queue, READ_ONCE(let_go));
	give_a(type);
	return 0;
}

/* The same in the other state: uninterruptibly, as it must be to count as hung. */
static int wait_for_a(void *data)
{
	int type = (long)data;

	switch (type) {
	case MUTEX:
		mutex_lock(&a.mutex);
		break;
	case SEM:
		down(&a.sem);
		break;
	case READER:
		down_read(&a.rwsem);
		break;
	case WRITER:
		down_write(&a.rwsem);
		break;
	default:
		rt_mutex_lock(&a.rt);
	}
	give_a(type);
	return 0;
}

/* A thread that sleeps already. */
static struct task_struct *sleeper(struct kunit *test, int (*fn)(void *data), long type)
{
	struct task_struct *p = start_thread(test, fn, (void *)type, ANY_CPU, FAIR);

	wait_until_asleep(p);
	return p;
}

static void look_often(void)
{
	for (int i = 0; i < 8; i++)
		check_hung_uninterruptible_tasks();
}

static bool says(u64 mark, const char *fmt, ...)
{
	char text[160];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	return log_has(mark, text);
}

static void let_go_and_join(struct task_struct *holder, struct task_struct *waiter)
{
	WRITE_ONCE(let_go, true);
	wake_up(&queue);
	join(holder);
	join(waiter);
}

static const struct {
	int held, wanted;
	const char *text;
} pairs[] = {
	{ MUTEX, MUTEX, "waits for mutex (&(a).mutex), held by" },
	{ SEM, SEM, "waits for semaphore (&(a).sem), last taken by" },
	{ READER, WRITER, "waits for rw_semaphore, to write (&(a).rwsem), held by" },
	{ WRITER, WRITER, "waits for rw_semaphore, to write (&(a).rwsem), held by" },
	{ WRITER, READER, "waits for rw_semaphore, to read (&(a).rwsem), held by" },
	{ RTMUTEX, RTMUTEX, "waits for rt_mutex (&(a).rt), held by" },
};

static void a_report_names_the_lock_and_its_holder(struct kunit *test)
{
	for (int i = 0; i < ARRAY_SIZE(pairs); i++) {
		struct task_struct *holder, *waiter;
		u64 mark = log_mark();

		make_locks(test);
		holder = sleeper(test, hold_a, pairs[i].held);
		waiter = sleeper(test, wait_for_a, pairs[i].wanted);
		look_often();
		KUNIT_EXPECT_TRUE(test, says(mark, "INFO: task test:%d blocked for more than",
					     waiter->pid));
		KUNIT_EXPECT_TRUE(test, says(mark, " test:%d %s test:%d", waiter->pid,
					     pairs[i].text, holder->pid));
		KUNIT_EXPECT_TRUE(test,
				  says(mark, " test:%d sleeps on wait queue (&queue) in hold_a+",
				       holder->pid));
		if (pairs[i].held != SEM)
			KUNIT_EXPECT_TRUE(test, log_has_both(mark, "taken at", "take_a+0x"));
		KUNIT_EXPECT_FALSE(test, says(mark, "DEADLOCK"));
		let_go_and_join(holder, waiter);
	}
}

static void one_sleep_is_reported_once(struct kunit *test)
{
	struct task_struct *holder = sleeper(test, hold_a, MUTEX);
	struct task_struct *waiter = sleeper(test, wait_for_a, MUTEX);
	u64 mark;

	look_often();
	KUNIT_EXPECT_TRUE(test, hung_task_reported(waiter));
	mark = log_mark();
	look_often();
	KUNIT_EXPECT_FALSE(test, says(mark, "INFO: task test:%d ", waiter->pid));
	let_go_and_join(holder, waiter);
}

static int sleep_on_queue(void *data)
{
	switch ((long)data) {
	case 0:
		return wait_event_interruptible(queue, READ_ONCE(let_go));
	case 1:
		return wait_event_killable(queue, READ_ONCE(let_go));
	}
	wait_event_idle(queue, READ_ONCE(let_go));
	return 0;
}

/* They may sleep as long as they like: somebody can end it, or it is what they are for. */
static void other_ways_of_sleeping_are_not_reported(struct kunit *test)
{
	for (int i = 0; i < 3; i++) {
		struct task_struct *p = sleeper(test, sleep_on_queue, i);
		u64 mark = log_mark();

		look_often();
		KUNIT_EXPECT_FALSE(test, says(mark, "INFO: task test:%d ", p->pid));
		WRITE_ONCE(let_go, true);
		wake_up_all(&queue);
		join(p);
		WRITE_ONCE(let_go, false);
	}
}

/* Every look finds it asleep, but never twice in the same sleep. */
static void who_is_woken_in_between_is_not_reported(struct kunit *test)
{
	struct task_struct *holder = sleeper(test, hold_a, MUTEX);
	struct task_struct *waiter = sleeper(test, wait_for_a, MUTEX);
	u64 mark = log_mark();

	for (int i = 0; i < 8; i++) {
		unsigned long sleeps = waiter->nvcsw;

		check_hung_uninterruptible_tasks();
		wake_up_process(waiter);
		KUNIT_EXPECT_TRUE(test, eventually(READ_ONCE(waiter->nvcsw) != sleeps &&
						   is_asleep(waiter)));
	}
	KUNIT_EXPECT_FALSE(test, says(mark, "INFO: task test:%d ", waiter->pid));
	let_go_and_join(holder, waiter);
}

/* ---- chains and deadlocks ---- */

static int hold_b_wait_for_a(void *unused)
{
	mutex_lock(&b.mutex);
	wait_for_a((void *)MUTEX);
	mutex_unlock(&b.mutex);
	return 0;
}

static int wait_for_b(void *unused)
{
	mutex_lock(&b.mutex);
	mutex_unlock(&b.mutex);
	return 0;
}

static void a_chain_is_followed_to_its_end(struct kunit *test)
{
	struct task_struct *first = sleeper(test, hold_a, MUTEX);
	struct task_struct *middle = sleeper(test, hold_b_wait_for_a, 0);
	struct task_struct *last = sleeper(test, wait_for_b, 0);
	u64 mark = log_mark();

	spin_lock_irq(&tasklist_lock);
	debug_show_wait_chain(last);
	spin_unlock_irq(&tasklist_lock);
	KUNIT_EXPECT_TRUE(test, says(mark, " test:%d waits for mutex (&(b).mutex), held by test:%d",
				     last->pid, middle->pid));
	KUNIT_EXPECT_TRUE(test, says(mark, " test:%d waits for mutex (&(a).mutex), held by test:%d",
				     middle->pid, first->pid));
	KUNIT_EXPECT_TRUE(test, says(mark, " test:%d sleeps on wait queue (&queue)", first->pid));
	let_go_and_join(first, middle);
	join(last);
}

/* Takes @first, and then for ever waits for @second; but a signal ends it, so that the case can. */
struct locker {
	struct mutex *first, *second;
};

static int lock_in_order(void *data)
{
	struct locker *l = data;
	int err;

	mutex_lock(l->first);
	wait_event(queue, READ_ONCE(let_go));
	lockdep_off(); /* which would warn before it happens */
	err = mutex_lock_interruptible(l->second);
	if (!err)
		mutex_unlock(l->second);
	lockdep_on();
	mutex_unlock(l->first);
	return err;
}

static void a_cycle_is_a_deadlock_with_every_member(struct kunit *test)
{
	struct mutex *c = kunit_kzalloc(test, sizeof(*c), GFP_KERNEL);
	struct locker l[3] = { { &a.mutex, &b.mutex }, { &b.mutex, c }, { c, &a.mutex } };
	struct task_struct *p[3], *outsider;
	u64 mark;

	KUNIT_ASSERT_NOT_NULL(test, c);
	mutex_init(c);
	for (int i = 0; i < 3; i++) {
		p[i] = new_thread(test, lock_in_order, &l[i], ANY_CPU, FAIR);
		p[i]->allowed = sigmask(SIGKILL);
		wake_up_process(p[i]);
		wait_until_asleep(p[i]);
	}
	WRITE_ONCE(let_go, true);
	wake_up_all(&queue);
	for (int i = 0; i < 3; i++)
		KUNIT_EXPECT_TRUE(test, eventually(p[i]->blocker && is_asleep(p[i])));
	outsider = sleeper(test, wait_for_b, 0);
	mark = log_mark();
	look_often();
	KUNIT_EXPECT_TRUE(test, says(mark, "INFO: task test:%d blocked", outsider->pid));
	KUNIT_EXPECT_TRUE(
		test,
		says(mark,
		     "DEADLOCK: test:%d waits for test:%d waits for test:%d waits for test:%d.",
		     p[1]->pid, p[2]->pid, p[0]->pid, p[1]->pid));
	for (int i = 0; i < 3; i++)
		KUNIT_EXPECT_TRUE(test, says(mark, " test:%d waits for mutex", p[i]->pid));
	send_sig(SIGKILL, p[0], 1);
	KUNIT_EXPECT_EQ(test, join(p[0]), -EINTR);
	KUNIT_EXPECT_EQ(test, join(p[2]), 0);
	KUNIT_EXPECT_EQ(test, join(p[1]), 0);
	join(outsider);
}

/* A semaphore's last holder may be gone. */
static int take_and_leave(void *unused)
{
	down(&a.sem);
	return 0;
}

static void a_holder_that_is_gone_is_not_named(struct kunit *test)
{
	struct task_struct *waiter;
	u64 mark;

	join(start_thread(test, take_and_leave, NULL, ANY_CPU, FAIR));
	waiter = sleeper(test, wait_for_a, SEM);
	mark = log_mark();
	look_often();
	KUNIT_EXPECT_TRUE(test, says(mark, "waits for semaphore (&(a).sem), which nobody alive"));
	up(&a.sem);
	join(waiter);
}

static struct kunit_case hung_cases[] = { KUNIT_CASE(a_report_names_the_lock_and_its_holder),
					  KUNIT_CASE(one_sleep_is_reported_once),
					  KUNIT_CASE(other_ways_of_sleeping_are_not_reported),
					  KUNIT_CASE(who_is_woken_in_between_is_not_reported),
					  KUNIT_CASE(a_chain_is_followed_to_its_end),
					  KUNIT_CASE(a_cycle_is_a_deadlock_with_every_member),
					  KUNIT_CASE(a_holder_that_is_gone_is_not_named),
					  {} };

#else

#define make_impatient NULL
#define make_patient   NULL
#define make_locks     NULL

static void watchdogs_are_the_debug_kernels(struct kunit *test)
{
	kunit_skip(test, "a release kernel has no watchdogs");
}

static struct kunit_case lockup_cases[] = { KUNIT_CASE(watchdogs_are_the_debug_kernels), {} };
static struct kunit_case hung_cases[] = { KUNIT_CASE(watchdogs_are_the_debug_kernels), {} };

#endif

static struct kunit_suite lockup_suite = {
	.name = "lockup",
	.init = make_impatient,
	.exit = make_patient,
	.test_cases = lockup_cases,
};
kunit_test_suite(lockup_suite);

static struct kunit_suite hung_suite = {
	.name = "hung_task",
	.init = make_locks,
	.test_cases = hung_cases,
};
kunit_test_suite(hung_suite);
