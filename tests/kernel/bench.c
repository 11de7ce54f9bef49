// SPDX-License-Identifier: MIT
/*
 * The `bench` command: what the kernel's everyday operations cost, in guest instructions. It means something under
 * QEMU's -icount shift=0 on one CPU, where the TSC advances by one an instruction: `make bench` runs it so, in the
 * release profile. Everything runs under SCHED_FIFO, so that only the tasks of a measurement take part in it.
 *
 * Rates are the time of many rounds divided by their number, less what an empty round costs; delays from an interrupt
 * to a task are medians.
 */
#include <catnap/shell.h>
#include <linux/bitops.h>
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/err.h>
#include <linux/hrtimer.h>
#include <linux/interrupt.h>
#include <linux/kthread.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/rtmutex.h>
#include <linux/rwsem.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/semaphore.h>
#include <linux/seqlock.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <linux/sort.h>
#include <linux/spinlock.h>
#include <linux/srcu.h>
#include <linux/string.h>
#include <linux/timer.h>
#include <linux/wait.h>
#include <linux/workqueue.h>
#include <asm/msr.h>
#include <asm/tsc.h>

#define ROUNDS       1000
#define SAMPLES      101
#define PRIO         50
#define MAX_SLEEPERS 1000

static bool bench_failed;        /* a measurement could not be made */
static unsigned long bench_busy; /* bit 0: one runs */
static bool bench_interrupted;   /* Ctrl-C: what has begun is finished, and then no more */

/* ---- tools ---- */

static bool bench_stopped(void)
{
	return bench_failed || bench_interrupted || signal_pending(current);
}

/* Makes a measurement and prints it, unless the bench is to stop or could not make it. */
#define row(what, measure)                                                                         \
	do {                                                                                       \
		u64 __value = bench_stopped() ? 0 : (measure);                                     \
		if (!bench_stopped())                                                              \
			shell_printf("%-58s %6llu\n", what, __value);                              \
	} while (0)

static struct task_struct *start(int (*fn)(void *), void *arg, int prio)
{
	struct sched_param param = { .sched_priority = prio };
	struct task_struct *p = kthread_create(fn, arg, "bench");

	if (IS_ERR(p)) {
		bench_failed = true;
		return NULL;
	}
	get_task_struct(p);
	kthread_bind(p, raw_smp_processor_id());
	if (prio)
		sched_setscheduler_nocheck(p, SCHED_FIFO, &param);
	wake_up_process(p);
	return p;
}

/* A signal does not end the wait: the thread uses what its caller has on the stack. */
static void join(struct task_struct *p)
{
	int result;

	if (!p)
		return;
	while (kthread_wait_exit(p, &result)) {
		bench_interrupted = true;
		flush_signals(current);
	}
	put_task_struct(p);
}

static int compare_u64(const void *a, const void *b)
{
	u64 x = *(const u64 *)a, y = *(const u64 *)b;

	return (x > y) - (x < y);
}

static u64 median(u64 *samples, int n)
{
	sort(samples, n, sizeof(*samples), compare_u64, NULL);
	return samples[n / 2];
}

/* What ROUNDS rounds of @op cost, each, less the loop itself. */
#define per_round(op)                                                                              \
	({                                                                                         \
		u64 __t0, __t1, __t2;                                                              \
		int __i;                                                                           \
		__t0 = rdtsc();                                                                    \
		for (__i = 0; __i < ROUNDS; __i++)                                                 \
			barrier();                                                                 \
		__t1 = rdtsc();                                                                    \
		for (__i = 0; __i < ROUNDS; __i++) {                                               \
			op;                                                                        \
			barrier();                                                                 \
		}                                                                                  \
		__t2 = rdtsc();                                                                    \
		((__t2 - __t1) - (__t1 - __t0) + ROUNDS / 2) / ROUNDS;                             \
	})

/* ---- two tasks wake each other ---- */

struct pingpong {
	wait_queue_head_t wait[2];
	int turn;
	u64 cycles;
};

static int pong(void *arg)
{
	struct pingpong *pp = arg;
	int i;

	for (i = 0; i < ROUNDS; i++) {
		wait_event(pp->wait[1], pp->turn == 1);
		pp->turn = 0;
		wake_up(&pp->wait[0]);
	}
	return 0;
}

static int ping(void *arg)
{
	struct pingpong *pp = arg;
	u64 start = rdtsc();
	int i;

	for (i = 0; i < ROUNDS; i++) {
		pp->turn = 1;
		wake_up(&pp->wait[1]);
		wait_event(pp->wait[0], pp->turn == 0);
	}
	pp->cycles = rdtsc() - start;
	return 0;
}

static u64 bench_pingpong(int prio)
{
	struct pingpong pp = { .turn = 0 };
	struct task_struct *a, *b;

	init_waitqueue_head(&pp.wait[0]);
	init_waitqueue_head(&pp.wait[1]);
	b = start(pong, &pp, prio);
	if (!b)
		return 0;
	a = start(ping, &pp, prio);
	if (!a)
		ping(&pp); /* or pong would wait for ever */
	join(a);
	join(b);
	return pp.cycles / (2 * ROUNDS);
}

static int yielder(void *arg)
{
	u64 *cycles = arg;
	int i;

	yield(); /* both have begun */
	*cycles = rdtsc();
	for (i = 0; i < ROUNDS; i++)
		yield();
	*cycles = rdtsc() - *cycles;
	return 0;
}

/* Less important than this task: neither runs before this one waits for them. */
static u64 bench_yield(int prio)
{
	u64 cycles[2];
	struct task_struct *a = start(yielder, &cycles[0], prio),
			   *b = start(yielder, &cycles[1], prio);

	join(a);
	join(b);
	return cycles[0] / (2 * ROUNDS);
}

/* ---- from a wake-up, or a timer, to the task ---- */

struct latency {
	struct completion arm, done;
	struct task_struct *sleeper;
	u64 start; /* stored by the waker, or the timer's function, right before it wakes */
	bool woken;
	u64 sample[SAMPLES];
	struct hrtimer timer;
	ktime_t due;
};

/* Sleeps at the lowest level, as everything that sleeps does in the end. */
static int latency_sleeper(void *arg)
{
	struct latency *l = arg;
	int i;

	for (i = 0; i < SAMPLES; i++) {
		complete(&l->arm);
		for (;;) {
			set_current_state(TASK_UNINTERRUPTIBLE);
			if (READ_ONCE(l->woken))
				break;
			schedule();
		}
		l->sample[i] = rdtsc() - l->start;
		__set_current_state(TASK_RUNNING);
		WRITE_ONCE(l->woken, false);
	}
	complete(&l->done);
	return 0;
}

static u64 bench_wake_higher(struct latency *l)
{
	int i;

	init_completion(&l->arm);
	init_completion(&l->done);
	l->woken = false;
	l->sleeper = start(latency_sleeper, l, PRIO + 20);
	if (!l->sleeper)
		return 0;
	for (i = 0; i < SAMPLES; i++) {
		wait_for_completion(&l->arm);
		l->start = rdtsc();
		WRITE_ONCE(l->woken, true);
		wake_up_process(l->sleeper);
	}
	wait_for_completion(&l->done);
	join(l->sleeper);
	return median(l->sample, SAMPLES);
}

static enum hrtimer_restart latency_timer(struct hrtimer *timer)
{
	struct latency *l = container_of(timer, struct latency, timer);

	l->start = rdtsc();
	WRITE_ONCE(l->woken, true);
	wake_up_process(l->sleeper);
	return HRTIMER_NORESTART;
}

static u64 bench_timer_to_task(struct latency *l)
{
	int i;

	init_completion(&l->arm);
	init_completion(&l->done);
	hrtimer_init(&l->timer, CLOCK_MONOTONIC, HRTIMER_MODE_REL);
	l->timer.function = latency_timer;
	l->woken = false;
	l->sleeper = start(latency_sleeper, l, PRIO + 20);
	if (!l->sleeper)
		return 0;
	for (i = 0; i < SAMPLES; i++) {
		wait_for_completion(&l->arm);
		hrtimer_start(&l->timer, 100 * NSEC_PER_USEC, HRTIMER_MODE_REL);
	}
	wait_for_completion(&l->done); /* asleep: the timer interrupts the idle task */
	hrtimer_cancel(&l->timer);
	join(l->sleeper);
	return median(l->sample, SAMPLES);
}

/*
 * The time that a busy loop misses is what an interrupt costs. A round of the loop that takes longer than usual had
 * an interrupt in it: a tick, or a timer whose function notes when it was called.
 */
static u64 loop_stamp; /* the last time that the loop looked at the clock */
static u64 callback_stamp;

static enum hrtimer_restart stamp_timer(struct hrtimer *timer __maybe_unused)
{
	callback_stamp = rdtsc();
	return HRTIMER_NORESTART;
}

static u64 usual_round(void)
{
	u64 t = rdtsc(), best = ~0UL;
	int i;

	for (i = 0; i < 64; i++) {
		u64 now = rdtsc();

		loop_stamp = now;
		best = min(best, now - t);
		t = now;
	}
	return best;
}

/* Loop until the first round that is longer than @round. Return: by how much it is. */
static u64 next_gap(u64 round)
{
	u64 t = rdtsc();

	for (;;) {
		u64 now = rdtsc();

		if (now - t > 2 * round)
			return now - t - round;
		loop_stamp = now;
		t = now;
	}
}

static void bench_interrupts(void)
{
	static u64 tick[SAMPLES], entry[SAMPLES];
	struct hrtimer timer;
	u64 round = usual_round();
	int i;

	hrtimer_init(&timer, CLOCK_MONOTONIC, HRTIMER_MODE_REL);
	timer.function = stamp_timer;
	for (i = 0; i < SAMPLES; i++) {
		tick[i] = next_gap(round);
		hrtimer_start(&timer, 20 * NSEC_PER_USEC, HRTIMER_MODE_REL);
		next_gap(round);
		entry[i] = callback_stamp - loop_stamp;
	}
	hrtimer_cancel(&timer); /* the last gap may have been another interrupt's */
	row("interrupted instruction -> timer callback", median(entry, SAMPLES));
	row("timer interrupt round trip, nothing to do", median(tick, SAMPLES));
}

/* ---- many sleepers on one queue ---- */

struct crowd {
	wait_queue_head_t wait;
	struct completion begun, all_woken;
	int n, woken;
	int round;   /* wake-all: everybody waits for the next */
	int permits; /* wake-one: so many may leave */
	bool exclusive;
	struct task_struct *task[MAX_SLEEPERS];
};

static int crowd_member(void *arg)
{
	struct crowd *c = arg;

	complete(&c->begun);
	if (c->exclusive) {
		wait_event_exclusive(c->wait, c->permits > 0 && c->permits--);
		if (++c->woken == c->n)
			complete(&c->all_woken);
		return 0;
	}
	wait_event(c->wait, c->round >= 1);
	if (++c->woken == c->n)
		complete(&c->all_woken);
	wait_event(c->wait, c->round >= 2);
	return 0;
}

/* Return: whether any has started; c->n have. All of them are asleep in the queue then. */
static bool crowd_start(struct crowd *c, int n, bool exclusive, int prio)
{
	int i;

	init_waitqueue_head(&c->wait);
	init_completion(&c->begun);
	init_completion(&c->all_woken);
	c->n = c->woken = c->permits = 0;
	c->round = 0;
	c->exclusive = exclusive;
	while (c->n < n && (c->task[c->n] = start(crowd_member, c, prio)))
		c->n++;
	for (i = 0; i < c->n; i++)
		wait_for_completion(&c->begun);
	msleep(8); /* all of them have run until they slept */
	return c->n;
}

static void crowd_join(struct crowd *c)
{
	int i;

	for (i = 0; i < c->n; i++)
		join(c->task[i]);
}

static u64 bench_wake_one(struct crowd *c, int n)
{
	u64 t0, t1;

	if (!crowd_start(c, n, true, PRIO - 10))
		return 0;
	c->permits = c->n;
	t0 = rdtsc();
	wake_up(&c->wait);
	t1 = rdtsc();
	wake_up_all(&c->wait);
	wait_for_completion(&c->all_woken);
	crowd_join(c);
	return t1 - t0;
}

static u64 bench_wake_all(struct crowd *c, int n)
{
	u64 t0, t1;

	if (!crowd_start(c, n, false, PRIO - 10))
		return 0;
	t0 = rdtsc();
	c->round = 1;
	wake_up_all(&c->wait);
	wait_for_completion(&c->all_woken);
	t1 = rdtsc();
	c->round = 2;
	wake_up_all(&c->wait);
	crowd_join(c);
	return (t1 - t0) / n;
}

/* ---- work put off ---- */

static u64 deferred_stamp; /* when the function began */

static void stamp_tasklet(struct tasklet_struct *t)
{
	deferred_stamp = rdtsc();
}

static void stamp_work(struct work_struct *work)
{
	deferred_stamp = rdtsc();
}

/* Its softirq runs where bottom halves are enabled again, as it would where an interrupt ends. */
static u64 bench_tasklet(u64 *sample)
{
	static DECLARE_TASKLET(tasklet, stamp_tasklet);

	for (int i = 0; i < SAMPLES; i++) {
		u64 start;

		local_bh_disable();
		start = rdtsc();
		tasklet_schedule(&tasklet);
		local_bh_enable();
		sample[i] = deferred_stamp - start;
	}
	return median(sample, SAMPLES);
}

static void make_fifo(struct work_struct *work)
{
	struct sched_param fifo = { .sched_priority = PRIO };

	sched_setscheduler_nocheck(current, SCHED_FIFO, &fifo);
}

static void make_fair(struct work_struct *work)
{
	sched_set_normal(current, 0);
}

static void run_and_wait(work_func_t fn)
{
	struct work_struct work;

	INIT_WORK_ONSTACK(&work, fn);
	schedule_work(&work);
	flush_work(&work);
}

/* The kworker has the priority of this task, which lets it go first: a queueing, a wake-up and a switch. */
static u64 bench_work(u64 *sample)
{
	static DECLARE_WORK(work, stamp_work);

	run_and_wait(make_fifo);
	for (int i = 0; i < SAMPLES; i++) {
		u64 start = rdtsc();

		schedule_work(&work);
		yield();
		sample[i] = deferred_stamp - start;
		flush_work(&work);
	}
	run_and_wait(make_fair);
	return median(sample, SAMPLES);
}

static void bench_deferral(void)
{
	static DEFINE_SRCU(srcu);
	static u64 sample[SAMPLES];
	int idx;

	row("tasklet_schedule -> it runs", bench_tasklet(sample));
	row("schedule_work -> it runs, SCHED_FIFO", bench_work(sample));
	row("rcu_read_lock + rcu_read_unlock",
	    per_round(rcu_read_lock(); barrier(); rcu_read_unlock()));
	row("srcu_read_lock + srcu_read_unlock",
	    per_round(idx = srcu_read_lock(&srcu); barrier(); srcu_read_unlock(&srcu, idx)));
}

/* ---- a task's life ---- */

static int do_nothing(void *unused __maybe_unused)
{
	return 0;
}

static u64 bench_task_life(void)
{
	int i, rounds = ROUNDS / 4;
	u64 t0 = rdtsc();

	for (i = 0; i < rounds; i++) {
		struct task_struct *p = kthread_create(do_nothing, NULL, "life");

		if (IS_ERR(p)) {
			bench_failed = true;
			return 0;
		}
		get_task_struct(p);
		wake_up_process(p);
		join(p);
	}
	return (rdtsc() - t0) / rounds;
}

/* ---- the table ---- */

static void bench_locks(void)
{
	static DEFINE_RWLOCK(rwlock);
	static DEFINE_SEQLOCK(seqlock);
	static DEFINE_MUTEX(mutex);
	static DEFINE_RT_MUTEX(rt_mutex);
	static DEFINE_SEMAPHORE(semaphore);
	static DECLARE_RWSEM(rwsem);
	unsigned int seq;

	row("read_lock + read_unlock",
	    per_round(read_lock(&rwlock); barrier(); read_unlock(&rwlock)));
	row("write_lock + write_unlock",
	    per_round(write_lock(&rwlock); barrier(); write_unlock(&rwlock)));
	row("read_seqbegin + read_seqretry",
	    per_round(do seq = read_seqbegin(&seqlock); while (read_seqretry(&seqlock, seq))));
	row("write_seqlock + write_sequnlock",
	    per_round(write_seqlock(&seqlock); barrier(); write_sequnlock(&seqlock)));
	row("mutex_lock + mutex_unlock",
	    per_round(mutex_lock(&mutex); barrier(); mutex_unlock(&mutex)));
	row("down + up", per_round(down(&semaphore); barrier(); up(&semaphore)));
	row("down_read + up_read", per_round(down_read(&rwsem); barrier(); up_read(&rwsem)));
	row("down_write + up_write", per_round(down_write(&rwsem); barrier(); up_write(&rwsem)));
	row("rt_mutex_lock + rt_mutex_unlock",
	    per_round(rt_mutex_lock(&rt_mutex); barrier(); rt_mutex_unlock(&rt_mutex)));
}

static void bench_primitives(void)
{
	static DEFINE_SPINLOCK(lock);
	static DECLARE_WAIT_QUEUE_HEAD(empty);
	static DECLARE_COMPLETION(done);
	unsigned long flags;

	complete_all(&done);
	row("wake_up on an empty queue", per_round(wake_up(&empty)));
	row("waitqueue_active on an empty queue",
	    per_round(if (waitqueue_active(&empty)) wake_up(&empty)));
	row("spin_lock + spin_unlock", per_round(spin_lock(&lock); barrier(); spin_unlock(&lock)));
	row("spin_lock_irqsave + spin_unlock_irqrestore",
	    per_round(spin_lock_irqsave(&lock, flags); barrier();
		      spin_unlock_irqrestore(&lock, flags)));
	row("wait_for_completion, already done", per_round(wait_for_completion(&done)));
	bench_locks();
	row("kmalloc(64) + kfree", per_round(kfree(kmalloc(64, GFP_KERNEL))));
}

static struct crowd *crowd;
static struct latency *latency;

static void bench_pingpongs(void)
{
	row("wait-queue ping-pong, one way, SCHED_FIFO", bench_pingpong(PRIO - 10));
	row("wait-queue ping-pong, one way, fair", bench_pingpong(0));
}

static void bench_latencies(void)
{
	row("wake-up of a higher-priority task: call -> it runs", bench_wake_higher(latency));
	row("timer callback -> woken task runs, from idle", bench_timer_to_task(latency));
}

static void bench_yields(void)
{
	row("yield, per switch, SCHED_FIFO", bench_yield(PRIO - 10));
	row("yield, per switch, fair", bench_yield(0));
}

static void bench_crowds(void)
{
	static const int crowds[] = { 1, 10, 100, 1000 };
	char what[64];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(crowds); i++) {
		snprintf(what, sizeof(what), "wake one of %d exclusive waiters, call only",
			 crowds[i]);
		row(what, bench_wake_one(crowd, crowds[i]));
	}
	row("wake all of 1000, until all have run, per waiter", bench_wake_all(crowd, 1000));
}

static void bench_lives(void)
{
	row("task create + run + exit + join", bench_task_life());
}

static const struct {
	const char *name;
	void (*run)(void);
} groups[] = {
	{ "pingpong", bench_pingpongs },   { "latency", bench_latencies },
	{ "interrupt", bench_interrupts }, { "yield", bench_yields },
	{ "life", bench_lives },           { "primitives", bench_primitives },
	{ "deferral", bench_deferral },    { "crowd", bench_crowds },
};

/* Return: how many groups are called @name; all of them for NULL. */
static int run_groups(const char *name)
{
	unsigned int i, count = 0;

	for (i = 0; i < ARRAY_SIZE(groups); i++) {
		if (name && strcmp(name, groups[i].name))
			continue;
		if (!bench_stopped())
			groups[i].run();
		count++;
	}
	return count;
}

static void list_groups(void)
{
	unsigned int i;

	shell_printf("bench: no such group; there are");
	for (i = 0; i < ARRAY_SIZE(groups); i++)
		shell_printf(" %s", groups[i].name);
	shell_printf("\n");
}

static int measure(const char *group)
{
	struct sched_param fifo = { .sched_priority = PRIO };
	int found = 1;

	bench_failed = bench_interrupted = false;
	crowd = kmalloc(sizeof(*crowd), GFP_KERNEL);
	latency = kmalloc(sizeof(*latency), GFP_KERNEL);
	if (!crowd || !latency) {
		bench_failed = true;
	} else {
		sched_setscheduler_nocheck(current, SCHED_FIFO, &fifo);
		shell_printf("%-58s %6s\n", "operation", "cycles");
		found = run_groups(group);
		sched_set_normal(current, 0);
	}
	kfree(crowd);
	kfree(latency);
	if (bench_failed)
		shell_printf("bench: not enough memory\n");
	if (!found)
		list_groups();
	if (bench_interrupted || signal_pending(current))
		return -EINTR;
	return bench_failed || !found;
}

/* One at a time: all of them measure with the same variables. */
static int bench(int argc, char **argv)
{
	int err;

	if (argc > 2)
		return -EINVAL;
	if (test_and_set_bit_lock(0, &bench_busy)) {
		shell_printf("bench: another one runs\n");
		return 1;
	}
	err = measure(argc > 1 ? argv[1] : NULL);
	clear_bit_unlock(0, &bench_busy);
	return err;
}
SHELL_COMMAND(bench, bench, "[GROUP]", "what things cost (see `make bench`)", SHELL_TASK);
