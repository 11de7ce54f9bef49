// SPDX-License-Identifier: MIT
/*
 * Wake-ups: who may wake whom and from where, and that none gets lost. Most cases here are races that are run many
 * times; a task that misses its wake-up is noticed, reported, and woken by the case, so that the others go on.
 */
#include "threads.h"

#include <linux/atomic.h>
#include <linux/completion.h>
#include <linux/hrtimer.h>
#include <linux/jiffies.h>
#include <linux/list.h>
#include <linux/prandom.h>
#include <linux/timer.h>
#include <linux/wait.h>
#include <asm/apic.h>
#include <asm/msr.h>

/* Where the host is slow, a race is tried for so long rather than so often. */
#define RACE_TIME ((time_is_exact() ? 40 : 300) * NSEC_PER_MSEC)

/* ---- what a wake-up does ---- */

static int sleep_in_state(void *data)
{
	set_current_state((long)data);
	schedule();
	return get_current_state();
}

static void waking_says_whether_it_woke(struct kunit *test)
{
	struct task_struct *p =
		new_thread(test, sleep_in_state, (void *)TASK_UNINTERRUPTIBLE, ANY_CPU, FAIR);

	KUNIT_EXPECT_EQ(test, wake_up_process(current), 0);
	KUNIT_EXPECT_EQ(test, wake_up_process(p), 1);
	wait_until_asleep(p);
	KUNIT_EXPECT_EQ(test, wake_up_process(p), 1);
	KUNIT_EXPECT_EQ(test, join(p), TASK_RUNNING);
}

static void waking_picks_its_states_only(struct kunit *test)
{
	static const unsigned int states[] = { TASK_INTERRUPTIBLE, TASK_UNINTERRUPTIBLE,
					       TASK_KILLABLE, TASK_IDLE };

	for (int i = 0; i < ARRAY_SIZE(states); i++) {
		struct task_struct *p =
			start_thread(test, sleep_in_state, (void *)(long)states[i], ANY_CPU, FAIR);

		wait_until_asleep(p);
		KUNIT_EXPECT_EQ(test, p->__state, states[i]);
		KUNIT_EXPECT_EQ(test, wake_up_state(p, TASK_NORMAL & ~states[i]), 0);
		KUNIT_EXPECT_TRUE(test, is_asleep(p));
		KUNIT_EXPECT_EQ(test, wake_up_state(p, states[i]), 1);
		join(p);
	}
}

static void a_task_that_has_ended_is_not_woken(struct kunit *test)
{
	struct task_struct *p =
		start_thread(test, sleep_in_state, (void *)TASK_RUNNING, ANY_CPU, FAIR);

	get_task_struct(p);
	join(p);
	KUNIT_EXPECT_TRUE(test, eventually(READ_ONCE(p->__state) == TASK_DEAD && is_asleep(p)));
	KUNIT_EXPECT_EQ(test, wake_up_process(p), 0);
	KUNIT_EXPECT_EQ(test, wake_up_state(p, ~TASK_DEAD), 0);
	put_task_struct(p);
}

static void a_wakeup_before_schedule_cancels_the_sleep(struct kunit *test)
{
	unsigned long sleeps = current->nvcsw;

	for (int i = 0; i < 100; i++) {
		set_current_state(TASK_UNINTERRUPTIBLE);
		KUNIT_EXPECT_EQ(test, wake_up_process(current), 1);
		KUNIT_EXPECT_EQ(test, get_current_state(), TASK_RUNNING);
		schedule();
	}
	KUNIT_EXPECT_EQ(test, current->nvcsw, sleeps);
}

static int wake_parent(void *data)
{
	return wake_up_process(data);
}

/* The sleeper is preempted between its state and schedule(): still queued, it is woken without being queued twice. */
static void a_wakeup_while_preempted_cancels_the_sleep(struct kunit *test)
{
	take_cpu(test, 0, 20);
	for (int i = 0; i < 50; i++) {
		struct task_struct *p = new_thread(test, wake_parent, current, 0, 30);
		unsigned long sleeps = current->nvcsw;

		set_current_state(TASK_UNINTERRUPTIBLE);
		wake_up_process(p);
		KUNIT_EXPECT_EQ(test, get_current_state(), TASK_RUNNING);
		schedule();
		KUNIT_EXPECT_EQ(test, current->nvcsw, sleeps);
		KUNIT_EXPECT_EQ(test, join(p), 1);
	}
}

/* ---- where from ---- */

struct remote_wake {
	struct task_struct *task;
	struct hrtimer hrtimer;
	struct timer_list timer;
	unsigned long context; /* preempt_count() of the waker */
	int woken;
};

static void do_remote_wake(void *data)
{
	struct remote_wake *r = data;

	r->context = preempt_count();
	r->woken = wake_up_process(r->task);
}

static enum hrtimer_restart wake_from_hrtimer(struct hrtimer *t)
{
	do_remote_wake(container_of(t, struct remote_wake, hrtimer));
	return HRTIMER_NORESTART;
}

static void wake_from_timer(struct timer_list *t)
{
	do_remote_wake(container_of(t, struct remote_wake, timer));
}

static void a_hardirq_wakes_the_task_that_it_interrupted(struct kunit *test)
{
	struct remote_wake r = { .task = current };

	hrtimer_init(&r.hrtimer, CLOCK_MONOTONIC, HRTIMER_MODE_REL);
	r.hrtimer.function = wake_from_hrtimer;
	set_current_state(TASK_UNINTERRUPTIBLE);
	hrtimer_start(&r.hrtimer, 10 * NSEC_PER_USEC, HRTIMER_MODE_REL);
	schedule();
	hrtimer_cancel(&r.hrtimer);
	KUNIT_EXPECT_EQ(test, r.context & HARDIRQ_MASK, HARDIRQ_OFFSET);
	KUNIT_EXPECT_EQ(test, r.woken, 1);
}

static void a_softirq_wakes_a_task(struct kunit *test)
{
	struct remote_wake r = { .task = current };

	timer_setup(&r.timer, wake_from_timer, 0);
	set_current_state(TASK_UNINTERRUPTIBLE);
	mod_timer(&r.timer, jiffies + 1);
	schedule();
	del_timer_sync(&r.timer);
	KUNIT_EXPECT_EQ(test, r.context & (HARDIRQ_MASK | SOFTIRQ_OFFSET), SOFTIRQ_OFFSET);
	KUNIT_EXPECT_EQ(test, r.woken, 1);
}

static void another_cpus_interrupt_wakes_a_task(struct kunit *test)
{
	int cpu, self = 0;

	KUNIT_EXPECT_EQ(test, set_cpus_allowed_ptr(current, cpumask_of(self)), 0);
	other_cpu(test, self);
	for_each_online_cpu(cpu) {
		struct remote_wake r = { .task = current };

		set_current_state(TASK_UNINTERRUPTIBLE);
		KUNIT_EXPECT_EQ(test, smp_call_function_single(cpu, do_remote_wake, &r, 1), 0);
		schedule();
		KUNIT_EXPECT_EQ(test, r.woken, 1);
	}
}

/* ---- none is lost, none is made up ---- */

/*
 * The picture at set_current_state(), tried out: one CPU stores the state and reads the condition, the other stores the
 * condition and reads the state, each as fast as it can and without waiting for the other. Both number what they store,
 * and write down what they read. If the sleeper's n-th look finds condition c, the waker stores c + 1 only after that;
 * what the waker then reads must be state n or a later one. Else both have read old values, and a sleeper would have
 * missed its wake-up: a CPU's store buffer lets that happen wherever the barrier is missing.
 */
#define NUMBER_SHIFT 12     /* above all state bits */
#define LOOKS        500000 /* longer than the host lets one CPU run alone while the other waits */

struct litmus {
	int block[2] __aligned(64);
	unsigned int condition __aligned(64);
	struct task_struct *sleeper __aligned(64);
	wait_queue_head_t queue;
	bool by_queue, done;
	int looks;
	u32 *condition_seen, *state_seen;
};

/* Announce @block and wait until the other side has come as far. */
static void meet(int *mine, int *other, int block)
{
	smp_store_release(mine, block);
	while (smp_load_acquire(other) < block)
		cpu_relax();
}

static int litmus_waker(void *data)
{
	struct litmus *l = data;

	for (int block = 0;;) {
		meet(&l->block[1], &l->block[0], ++block);
		if (READ_ONCE(l->done))
			return 0;
		for (int n = 1; n <= l->looks; n++) {
			WRITE_ONCE(l->condition, n); /* [C] */
			smp_mb();
			l->state_seen[n] = READ_ONCE(l->sleeper->__state); /* [D] */
		}
		meet(&l->block[1], &l->block[0], ++block);
	}
}

static void litmus_sleeper(struct litmus *l, struct wait_queue_entry *wait)
{
	for (int n = 1; n <= l->looks; n++) {
		int state = TASK_UNINTERRUPTIBLE | n << NUMBER_SHIFT;

		if (!l->by_queue) {
			set_current_state(state);                       /* [A] */
			l->condition_seen[n] = READ_ONCE(l->condition); /* [B] */
			continue;
		}
		local_irq_disable(); /* so that nothing but prepare_to_wait() itself can be the barrier */
		prepare_to_wait(&l->queue, wait, state);
		l->condition_seen[n] = READ_ONCE(l->condition);
		local_irq_enable();
	}
}

/* Return: how often both read old values. *@met: how often the two were really at it at the same time. */
static int count_lost(const struct litmus *l, int *met)
{
	int lost = 0;

	for (int n = 1; n <= l->looks; n++) {
		u32 seen = l->condition_seen[n];

		lost += seen < l->looks && l->state_seen[seen + 1] >> NUMBER_SHIFT < n;
		*met += n > 1 && seen != l->condition_seen[n - 1];
	}
	return lost;
}

#define MEETINGS 100000

/* Of the races between two CPUs none lost a wake-up; which says little if the two met less often than @enough. */
static void expect_none_lost(struct kunit *test, int lost, int met, int enough)
{
	KUNIT_EXPECT_EQ(test, lost, 0);
	if (met < enough)
		kunit_mark_skipped(test, "the host hardly ran both CPUs at a time");
}

static void run_litmus(struct kunit *test, bool by_queue)
{
	static struct litmus l;
	ktime_t end = ktime_get() + 5 * RACE_TIME;
	int block = 0, lost = 0, met = 0;
	struct task_struct *waker;
	DEFINE_WAIT(wait);

	l = (struct litmus){ .by_queue = by_queue,
			     .sleeper = current,
			     .looks = by_queue ? LOOKS / 8 : LOOKS };
	if (time_is_exact())
		kunit_skip(test, "one host thread runs all CPUs, in order");
	init_waitqueue_head(&l.queue);
	waker = new_thread(test, litmus_waker, &l, other_cpu(test, 0), BOSS);
	l.condition_seen = kunit_kmalloc(test, (l.looks + 1) * sizeof(u32), GFP_KERNEL);
	l.state_seen = kunit_kmalloc(test, (l.looks + 1) * sizeof(u32), GFP_KERNEL);
	KUNIT_ASSERT_TRUE(test, l.condition_seen && l.state_seen);
	take_cpu(test, 0, BOSS);
	wake_up_process(waker);
	while (!l.done) {
		l.condition = 0;
		l.done = ktime_get() > end || met > MEETINGS || lost;
		set_current_state(TASK_UNINTERRUPTIBLE);
		meet(&l.block[0], &l.block[1], ++block);
		if (l.done)
			break;
		litmus_sleeper(&l, &wait);
		meet(&l.block[0], &l.block[1], ++block);
		lost = count_lost(&l, &met);
	}
	finish_wait(&l.queue, &wait);
	join(waker);
	expect_none_lost(test, lost, met, MEETINGS / 100);
}

static void set_current_state_orders_the_state_before_the_condition(struct kunit *test)
{
	run_litmus(test, false);
}

static void prepare_to_wait_orders_the_state_before_the_condition(struct kunit *test)
{
	run_litmus(test, true);
}

/*
 * The pictures at waitqueue_active() and wait_woken(), tried out: in each round sleeper and waker do their halves, begun
 * together and a little apart, and then compare. The waker makes the condition true and looks for the sleeper, or notes
 * the wake-up; the sleeper queues itself, or forgets the last wake-up, and tests the condition. One of them has to see
 * the other.
 */
struct duel {
	int block[2] __aligned(64);
	unsigned int condition __aligned(64);
	wait_queue_head_t queue __aligned(64);
	struct wait_queue_entry entry __aligned(64);
	bool by_flag, done;
	bool seen[2]; /* the condition by the sleeper; the sleeper by the waker */
};

#define MAX_APART 48

static void be_apart(struct rnd_state *rnd)
{
	unsigned int turns = prandom_u32_state(rnd) % MAX_APART;

	while (turns--)
		barrier();
}

static int duel_waker(void *data)
{
	struct duel *d = data;
	struct rnd_state rnd;

	prandom_seed_state(&rnd, 2);
	for (int block = 0;;) {
		meet(&d->block[1], &d->block[0], ++block);
		if (READ_ONCE(d->done))
			return 0;
		be_apart(&rnd);
		WRITE_ONCE(d->condition, 1);
		if (d->by_flag)
			woken_wake_function(&d->entry, TASK_NORMAL, 0, NULL);
		else
			d->seen[1] = wq_has_sleeper(&d->queue);
		meet(&d->block[1], &d->block[0], ++block);
	}
}

/* By the flag, the barrier is [E] in wait_woken(); else it is here, where prepare_to_wait() has it. */
static void duel_sleeper(struct duel *d)
{
	if (d->by_flag) {
		wait_woken(&d->entry, TASK_UNINTERRUPTIBLE, 1);
	} else {
		list_add(&d->entry.entry, &d->queue.head);
		smp_mb();
	}
	d->seen[0] = READ_ONCE(d->condition);
}

static void prepare_duel(struct duel *d)
{
	d->condition = 0;
	INIT_LIST_HEAD(&d->queue.head);
	d->entry.flags = WQ_FLAG_WOKEN; /* so wait_woken() does not sleep */
}

static void run_duel(struct kunit *test, bool by_flag)
{
	static struct duel d;
	ktime_t end = ktime_get() + 5 * RACE_TIME;
	int block = 0, lost = 0, met = 0;
	struct task_struct *waker;
	struct rnd_state rnd;

	if (time_is_exact())
		kunit_skip(test, "one host thread runs all CPUs, in order");
	d = (struct duel){ .by_flag = by_flag };
	init_waitqueue_head(&d.queue);
	init_waitqueue_func_entry(&d.entry, woken_wake_function);
	d.entry.private = current;
	prandom_seed_state(&rnd, 1);
	waker = new_thread(test, duel_waker, &d, other_cpu(test, 0), BOSS);
	take_cpu(test, 0, BOSS);
	wake_up_process(waker);
	while (!d.done) {
		prepare_duel(&d);
		d.done = ktime_get() > end || met > MEETINGS || lost;
		meet(&d.block[0], &d.block[1], ++block);
		if (d.done)
			break;
		be_apart(&rnd);
		duel_sleeper(&d);
		meet(&d.block[0], &d.block[1], ++block);
		if (by_flag)
			d.seen[1] = d.entry.flags & WQ_FLAG_WOKEN;
		lost += !d.seen[0] && !d.seen[1];
		met += d.seen[0] && d.seen[1];
	}
	join(waker);
	expect_none_lost(test, lost, met, MEETINGS / 1000);
}

static void wq_has_sleeper_orders_the_condition_before_the_queue(struct kunit *test)
{
	run_duel(test, false);
}

static void wait_woken_forgets_no_wakeup_that_it_has_not_seen(struct kunit *test)
{
	run_duel(test, true);
}

/* Two tasks that hand a turn to and fro with nothing but states and wake-ups: even turns are one's, odd the other's. */
struct game {
	int turn, last;
	ktime_t end;
};

struct player {
	struct task_struct *task, *partner;
	struct game *game;
	int me;
	bool done;
};

/* Sleep until it is @p's turn. Return: the turn. */
static int wait_for_turn(struct player *p)
{
	struct game *g = p->game;
	int turn;

	for (;;) {
		set_current_state(TASK_UNINTERRUPTIBLE);
		turn = READ_ONCE(g->turn);
		if ((turn & 1) == p->me || turn > READ_ONCE(g->last))
			break;
		schedule();
	}
	__set_current_state(TASK_RUNNING);
	return turn;
}

static int play(void *data)
{
	struct player *p = data;
	struct game *g = p->game;
	int turn;

	while ((turn = wait_for_turn(p)) <= g->last) {
		if (ktime_get() > g->end)
			WRITE_ONCE(g->last, turn);
		WRITE_ONCE(g->turn, turn + 1);
		wake_up_process(p->partner);
	}
	WRITE_ONCE(p->done, true);
	return 0;
}

static bool all_done(const struct player *p, int n)
{
	while (n--)
		if (!READ_ONCE(p[n].done))
			return false;
	return true;
}

/* Cases that run tasks which wait for each other end with this: who is still asleep then has missed a wake-up. */
static void join_players(struct kunit *test, struct player *p, int n)
{
	if (!eventually(all_done(p, n)))
		KUNIT_FAIL(test, "a wake-up was lost\n");
	while (!all_done(p, n)) {
		for (int i = 0; i < n; i++)
			wake_up_process(p[i].task);
		usleep_range(50, 100);
	}
	for (int i = 0; i < n; i++)
		join(p[i].task);
}

#define PAIRS 12

static struct player players[2 * PAIRS];
static struct game games[PAIRS];

/* Start @pairs games of @turns turns. @spread: the two of a pair on CPUs next to each other. */
static void start_players(struct kunit *test, int pairs, int turns, bool spread)
{
	for (int i = 0; i < 2 * pairs; i++) {
		struct player *p = &players[i];

		if (!(i & 1))
			games[i / 2] =
				(struct game){ .last = turns, .end = ktime_get() + RACE_TIME };
		*p = (struct player){ .game = &games[i / 2], .me = i & 1 };
		p->task = new_thread(test, play, p, spread ? i % num_online_cpus() : ANY_CPU, FAIR);
	}
	for (int i = 0; i < 2 * pairs; i++)
		players[i].partner = players[i ^ 1].task;
	for (int i = 0; i < 2 * pairs; i++)
		wake_up_process(players[i].task);
}

static void no_wakeup_is_lost_between_two_cpus(struct kunit *test)
{
	start_players(test, 1, 10000, true);
	join_players(test, players, 2);
}

static void no_wakeup_is_lost_among_many_more_tasks_than_cpus(struct kunit *test)
{
	start_players(test, PAIRS, 1200, false);
	join_players(test, players, 2 * PAIRS);
}

/* While they play, their CPUs are changed all the time. */
static void no_wakeup_is_lost_while_tasks_change_cpus(struct kunit *test)
{
	ktime_t end = ktime_get() + 2 * RACE_TIME;

	other_cpu(test, 0);
	start_players(test, 4, 3000, false);
	for (int i = 0; !all_done(players, 8) && ktime_get() < end; i++) {
		int cpu = (i * 7 + (i >> 3)) % num_online_cpus();

		KUNIT_EXPECT_EQ(test, set_cpus_allowed_ptr(players[i % 8].task, cpumask_of(cpu)),
				0);
		if (i % 64 == 63)
			usleep_range(50, 100);
	}
	for (int i = 0; i < 8; i++)
		set_cpus_allowed_ptr(players[i].task, cpu_online_mask);
	join_players(test, players, 8);
}

/* ---- one sleep, one wake-up ---- */

struct counted {
	struct task_struct *sleeper;
	int sleeps;
	ktime_t end;
	bool done;
};

/* Is there to be one more sleep? */
static bool goes_on(struct counted *c, int sleeps_left)
{
	if (sleeps_left && ktime_get() < c->end) {
		c->sleeps++;
		return true;
	}
	WRITE_ONCE(c->done, true);
	return false;
}

static int sleep_counted(void *data)
{
	struct counted *c = data;

	for (int left = 4000; goes_on(c, left); left--) {
		set_current_state(TASK_UNINTERRUPTIBLE);
		schedule();
	}
	return 0;
}

/* Now and then only: in parallel emulation a PAUSE keeps the other CPUs from getting on. */
static void relax(int turn)
{
	if (turn % 32 == 0) {
		cpu_relax();
		cond_resched();
	}
}

static int wake_counted(void *data)
{
	struct counted *c = data;
	int woken = 0;

	for (int i = 0; !READ_ONCE(c->done); i++) {
		woken += wake_up_process(c->sleeper);
		relax(i);
	}
	return woken;
}

static void of_several_wakers_exactly_one_wakes(struct kunit *test)
{
	struct counted c = { .end = ktime_get() + RACE_TIME };
	struct task_struct *waker[4];
	int woken = 0;

	c.sleeper = start_thread(test, sleep_counted, &c, ANY_CPU, FAIR);
	for (int i = 0; i < 4; i++)
		waker[i] = new_thread(test, wake_counted, &c, i % num_online_cpus(), FAIR);
	for (int i = 0; i < 4; i++)
		wake_up_process(waker[i]);
	for (int i = 0; i < 4; i++)
		woken += join(waker[i]);
	join(c.sleeper);
	KUNIT_EXPECT_EQ(test, woken, c.sleeps);
}

/* ---- at every point of a switch ---- */

/*
 * Where time is exact, a timer of one CPU interrupts what another CPU does at a point that can be chosen to the
 * instruction: the emulator runs one CPU up to the time at which a timer of any CPU is due, and then the next CPU.
 * These cases let a task go through the scheduler on one CPU at a time agreed on, and wake it from an interrupt on
 * another CPU, at each point of that way, which takes about @trip. Elsewhere the points are random.
 */
struct point {
	struct hrtimer timer;
	struct task_struct *task;
	ktime_t at;
	int cpu_seen; /* where the task was queued */
	bool renice;  /* first change its nice level: out of its queue, and in again */
	bool fired;
};

static enum hrtimer_restart wake_at_point(struct hrtimer *timer)
{
	struct point *p = container_of(timer, struct point, timer);

	p->cpu_seen = task_cpu(p->task);
	if (p->renice)
		set_user_nice(p->task, !task_nice(p->task));
	WRITE_ONCE(p->fired, true); /* before the wake-up, as every condition */
	wake_up_process(p->task);
	return HRTIMER_NORESTART;
}

static void init_point(struct point *p, struct task_struct *task)
{
	*p = (struct point){ .task = task };
	hrtimer_init(&p->timer, CLOCK_MONOTONIC, HRTIMER_MODE_ABS);
	p->timer.function = wake_at_point;
}

static void arm_point(void *data)
{
	struct point *p = data;

	hrtimer_start(&p->timer, p->at, HRTIMER_MODE_ABS);
}

static void spin_till(ktime_t time)
{
	while (ktime_get() < time)
		cpu_relax();
}

/*
 * This case goes to sleep on one of two CPUs, and the other one, which is idle, wakes it and takes it over: not before
 * the first has saved its registers, which on_cpu tells. Else it would run on two CPUs at once, on one stack.
 */
static void a_task_still_switching_out_does_not_run_elsewhere(struct kunit *test)
{
	int other = other_cpu(test, 0), points = time_is_exact() ? 1500 : 300;
	struct cpumask both = *cpumask_of(0);
	struct point p;
	ktime_t trip;

	cpumask_set_cpu(other, &both);
	KUNIT_EXPECT_EQ(test, set_cpus_allowed_ptr(current, &both), 0);
	trip = measure_trip();
	init_point(&p, current);
	for (int i = 0; i < points; i++) {
		unsigned long magic = 0x5eed + i;
		ktime_t base;
		int self;

		preempt_disable();
		self = raw_smp_processor_id();
		preempt_enable();
		base = ktime_get() + 3 * trip;
		p.at = base + trip * i / points;
		p.fired = false;
		smp_call_function_single(self ? 0 : other, arm_point, &p, 1);
		spin_till(base);
		OPTIMIZER_HIDE_VAR(magic);
		set_current_state(TASK_UNINTERRUPTIBLE);
		if (!READ_ONCE(p.fired))
			schedule();
		__set_current_state(TASK_RUNNING);
		OPTIMIZER_HIDE_VAR(magic);
		KUNIT_EXPECT_EQ(test, magic, 0x5eed + i);
		hrtimer_cancel(&p.timer);
	}
}

/* ---- a task that is queued and moved while it is woken ---- */

/*
 * CPU 0			CPU 1
 *   the case			  the neighbour
 *   the victim, preempted
 *   in a sleeping state	  goes to sleep; idle, CPU 1 takes the victim over
 *   timer: wake the victim
 *				  the victim goes on: is there time to sleep?
 *
 * The wake-up finds the victim in one queue, in the other, or in between; the second timer stops CPU 1 once more, when
 * the victim is in schedule(). In the end the victim runs, and is in one queue.
 */
struct move {
	struct point wake;
	struct hrtimer stop;
	struct cpumask both;
	struct completion ready;
	struct task_struct *victim, *neighbour;
	ktime_t base, stop_at;
	int astray; /* how often the victim ran on a CPU other than the one it was queued for */
	bool done;
};

static int victim(void *data)
{
	struct move *m = data;

	while (!READ_ONCE(m->done)) {
		set_cpus_allowed_ptr(current, cpumask_of(0));
		set_cpus_allowed_ptr(current, &m->both);
		set_current_state(TASK_UNINTERRUPTIBLE);
		complete(&m->ready); /* the case preempts */
		schedule();
		preempt_disable();
		m->astray += task_cpu(current) != raw_smp_processor_id();
		preempt_enable();
	}
	complete(&m->ready);
	return 0;
}

static enum hrtimer_restart do_nothing(struct hrtimer *timer)
{
	return HRTIMER_NORESTART;
}

static int neighbour(void *data)
{
	struct move *m = data;

	hrtimer_init(&m->stop, CLOCK_MONOTONIC, HRTIMER_MODE_ABS);
	m->stop.function = do_nothing;
	for (;;) {
		set_current_state(TASK_UNINTERRUPTIBLE);
		if (!READ_ONCE(m->done))
			schedule();
		__set_current_state(TASK_RUNNING);
		if (READ_ONCE(m->done))
			break;
		hrtimer_start(&m->stop, m->stop_at, HRTIMER_MODE_ABS);
		spin_till(m->base);
	}
	hrtimer_cancel(&m->stop);
	return 0;
}

/* One try. Return: false if the victim does not come back from it. */
static bool move_and_wake(struct move *m, ktime_t trip, ktime_t wake, ktime_t stop)
{
	m->wake.fired = false;
	m->base = ktime_get() + 4 * trip;
	m->wake.at = m->base + wake;
	m->stop_at = m->wake.at + stop;
	arm_point(&m->wake);
	wake_up_process(m->neighbour);
	spin_till(m->wake.at);
	return spin_until(READ_ONCE(m->wake.fired)) &&
	       wait_for_completion_timeout(&m->ready, 5 * HZ);
}

/*
 * All points of the move; then the one right before the victim's CPU changes, with many more of what comes after. From
 * that one the wake-up waits for the lock of the queue that the victim leaves, and must not believe that it is there.
 */
static bool try_all_points(struct move *m, ktime_t trip)
{
	int points = time_is_exact() ? 400 : 100, change = points, moved = 0;
	bool back = true;

	for (int i = 0; i < points && back; i++) {
		back = move_and_wake(m, trip, 2 * trip * i / points, trip / 2);
		moved = m->wake.cpu_seen ? moved + 1 : 0;
		if (moved == 8 && change == points) /* not just once, by a balancing tick */
			change = i - 7;
	}
	for (int i = 0; i < 2 * points && back; i++)
		back = move_and_wake(m, trip, 2 * trip * (change - 1) / points,
				     3 * trip * i / points);
	return back;
}

static void move_under_interrupts(struct kunit *test, bool renice)
{
	static struct move m;
	int cpu = other_cpu(test, 0);
	ktime_t trip;

	m = (struct move){ .both = *cpumask_of(0) };
	cpumask_set_cpu(cpu, &m.both);
	init_completion(&m.ready);
	m.neighbour = start_thread(test, neighbour, &m, cpu, 50);
	m.victim = new_thread(test, victim, &m, ANY_CPU, FAIR);
	init_point(&m.wake, m.victim);
	m.wake.renice = renice;
	take_cpu(test, 0, BOSS);
	trip = measure_trip();
	wake_up_process(m.victim);
	wait_for_completion(&m.ready);
	if (!try_all_points(&m, trip)) {
		KUNIT_FAIL(test, "the victim is lost\n"); /* and can be neither woken nor joined */
		return;
	}
	WRITE_ONCE(m.done, true);
	wake_up_process(m.neighbour);
	eventually(wake_up_process(m.victim) || READ_ONCE(m.victim->flags) & PF_EXITING);
	join(m.neighbour);
	join(m.victim);
	hrtimer_cancel(&m.wake.timer);
	KUNIT_EXPECT_EQ(test, m.astray, 0);
}

static void a_task_moved_while_an_interrupt_wakes_it_stays_whole(struct kunit *test)
{
	move_under_interrupts(test, false);
}

static void a_task_moved_while_an_interrupt_renices_it_stays_whole(struct kunit *test)
{
	move_under_interrupts(test, true);
}

/*
 * The same by chance: every sleep is broken off by a preemption, in the sleeping state, on CPUs with more tasks than
 * their share and others that are idle now and then. The tasks' nice levels are changed meanwhile, which takes them
 * out of their queue and puts them back.
 */
static int sleep_and_be_preempted(void *data)
{
	struct counted *c = data;

	for (int left = 1500; goes_on(c, left); left--) {
		set_current_state(TASK_UNINTERRUPTIBLE);
		set_preempt_need_resched();
		preempt_check_resched();
		schedule();
	}
	return 0;
}

static int sleep_often(void *data)
{
	struct counted *c = data;

	while (ktime_get() < c->end) {
		for (int i = 0; i < 300; i++)
			barrier();
		usleep_range(5, 10);
	}
	return 0;
}

#define MOVED 6

static int renice_all(void *data)
{
	struct counted *c = data;

	for (int i = 0; ktime_get() < c->end; i++) {
		set_user_nice(c[i % MOVED].sleeper, i / MOVED % 5);
		relax(i);
	}
	return 0;
}

static void tasks_moved_and_reniced_while_they_are_woken_stay_whole(struct kunit *test)
{
	struct task_struct *waker[MOVED], *restless[4], *renicer;
	static struct counted c[MOVED];
	int woken;

	other_cpu(test, 0);
	for (int i = 0; i < MOVED; i++) {
		c[i] = (struct counted){ .end = ktime_get() + RACE_TIME };
		c[i].sleeper = start_thread(test, sleep_and_be_preempted, &c[i], ANY_CPU, FAIR);
		waker[i] = start_thread(test, wake_counted, &c[i], ANY_CPU, FAIR);
	}
	for (int i = 0; i < 4; i++)
		restless[i] = start_thread(test, sleep_often, &c[0], ANY_CPU, FAIR);
	renicer = start_thread(test, renice_all, c, ANY_CPU, 20);
	for (int i = 0; i < MOVED; i++) {
		woken = join(waker[i]);
		KUNIT_EXPECT_EQ(test, woken, c[i].sleeps);
	}
	join(renicer);
	for (int i = 0; i < 4; i++)
		join(restless[i]);
	for (int i = 0; i < MOVED; i++)
		join(c[i].sleeper);
}

/* ---- the way to an idle CPU ---- */

/*
 * The timer goes off at every point of the way into the idle loop and the halt, which takes less than what a whole
 * sleep takes. A wake-up that slips in between the test for work and the halt is not seen until the next tick.
 */
#define PHASES 1500

static void a_wakeup_between_the_idle_check_and_the_halt_is_seen(struct kunit *test)
{
	bool exact = time_is_exact();
	int cpu, phases = exact ? PHASES : PHASES / 5;

	for_each_online_cpu(cpu) {
		s64 trip, worst = 0, best = S64_MAX;

		take_cpu(test, cpu, BOSS);
		trip = measure_trip();
		for (int i = 0; i < phases; i++) {
			s64 late = lateness(2 * trip * i / phases);

			worst = max(worst, late);
			best = min(best, late);
		}
		if (exact) {
			KUNIT_EXPECT_LT(test, best, TICK_NSEC / 4);
			KUNIT_EXPECT_LT(test, worst, TICK_NSEC / 4);
		}
	}
}

struct remote_sleeper {
	bool sleeping, done;
	ktime_t woken_at;
	s64 best, sum;
	int count;
};

static int sleep_and_measure(void *data)
{
	struct remote_sleeper *r = data;

	r->best = S64_MAX;
	while (!READ_ONCE(r->done)) {
		s64 late;

		WRITE_ONCE(r->sleeping, true);
		set_current_state(TASK_UNINTERRUPTIBLE);
		if (READ_ONCE(r->sleeping))
			schedule();
		__set_current_state(TASK_RUNNING);
		late = ktime_get() - READ_ONCE(r->woken_at);
		r->best = min(r->best, late);
		r->sum += late;
	}
	return 0;
}

#define WAKEUPS 200

/* Wake a task on another CPU many times. It must come by itself: no tick of that CPU would bring it. */
static void wake_across(struct kunit *test, int cpu, int prio)
{
	struct remote_sleeper r = {};
	struct task_struct *p = start_thread(test, sleep_and_measure, &r, cpu, prio);
	ktime_t end = ktime_get() + RACE_TIME;

	for (int i = 1; !r.done; i++) {
		if (!eventually(READ_ONCE(r.sleeping))) {
			KUNIT_FAIL(test, "CPU %d was not told of a wake-up\n", cpu);
			WRITE_ONCE(r.done, true);
			WRITE_ONCE(r.sleeping, false);
			wake_up_process(p);
			break;
		}
		for (int j = 0; j < i; j++)
			barrier(); /* another phase every time */
		WRITE_ONCE(r.done, i == WAKEUPS || ktime_get() > end);
		r.count++;
		WRITE_ONCE(r.woken_at, ktime_get());
		WRITE_ONCE(r.sleeping, false);
		wake_up_process(p);
	}
	join(p);
	/* Otherwise the host may keep a CPU from running for longer than a tick. */
	if (time_is_exact()) {
		KUNIT_EXPECT_LT(test, r.best, TICK_NSEC);
		KUNIT_EXPECT_LT(test, r.sum / r.count, TICK_NSEC / 8);
	}
}

static void a_wakeup_reaches_an_idle_cpu_at_once(struct kunit *test)
{
	int cpu;

	other_cpu(test, 0);
	take_cpu(test, 0, BOSS);
	for_each_online_cpu(cpu)
		if (cpu != 0)
			wake_across(test, cpu, FAIR);
}

static int hog_cpu(void *data)
{
	while (!READ_ONCE(*(bool *)data))
		compute();
	return 0;
}

static void a_wakeup_preempts_a_busy_cpu_at_once(struct kunit *test)
{
	int cpu;

	other_cpu(test, 0);
	take_cpu(test, 0, BOSS);
	for_each_online_cpu(cpu) {
		bool stop = false;
		struct task_struct *hog;

		if (cpu == 0)
			continue;
		hog = start_thread(test, hog_cpu, &stop, cpu, FAIR);
		wake_across(test, cpu, 10);
		WRITE_ONCE(stop, true);
		join(hog);
	}
}

/* ---- acknowledged interrupts come again ---- */

static void timer_interrupts_keep_coming_on_every_cpu(struct kunit *test)
{
	int cpu;

	for_each_online_cpu(cpu) {
		unsigned int before = READ_ONCE(per_cpu(irq_stat, cpu).timer_irqs);

		KUNIT_EXPECT_TRUE(test,
				  eventually(READ_ONCE(per_cpu(irq_stat, cpu).timer_irqs) - before >
					     10));
	}
}

static void count_call(void *data)
{
	atomic_inc(data);
}

static void interrupts_between_cpus_keep_coming(struct kunit *test)
{
	atomic_t calls = ATOMIC_INIT(0);
	int expected = 0;

	for (int i = 0; i < 200; i++) {
		on_each_cpu(count_call, &calls, 1);
		expected += num_online_cpus();
		KUNIT_EXPECT_EQ(test, atomic_read(&calls), expected);
	}
}

static struct kunit_case wakeup_cases[] = {
	KUNIT_CASE(waking_says_whether_it_woke),
	KUNIT_CASE(waking_picks_its_states_only),
	KUNIT_CASE(a_task_that_has_ended_is_not_woken),
	KUNIT_CASE(a_wakeup_before_schedule_cancels_the_sleep),
	KUNIT_CASE(a_wakeup_while_preempted_cancels_the_sleep),
	KUNIT_CASE(a_hardirq_wakes_the_task_that_it_interrupted),
	KUNIT_CASE(a_softirq_wakes_a_task),
	KUNIT_CASE(another_cpus_interrupt_wakes_a_task),
	KUNIT_CASE(timer_interrupts_keep_coming_on_every_cpu),
	KUNIT_CASE(interrupts_between_cpus_keep_coming),
	KUNIT_CASE(a_wakeup_between_the_idle_check_and_the_halt_is_seen),
	KUNIT_CASE(a_wakeup_reaches_an_idle_cpu_at_once),
	KUNIT_CASE(a_wakeup_preempts_a_busy_cpu_at_once),
	KUNIT_CASE(set_current_state_orders_the_state_before_the_condition),
	KUNIT_CASE(prepare_to_wait_orders_the_state_before_the_condition),
	KUNIT_CASE(wq_has_sleeper_orders_the_condition_before_the_queue),
	KUNIT_CASE(wait_woken_forgets_no_wakeup_that_it_has_not_seen),
	KUNIT_CASE(no_wakeup_is_lost_between_two_cpus),
	KUNIT_CASE(no_wakeup_is_lost_among_many_more_tasks_than_cpus),
	KUNIT_CASE(no_wakeup_is_lost_while_tasks_change_cpus),
	KUNIT_CASE(of_several_wakers_exactly_one_wakes),
	KUNIT_CASE(a_task_still_switching_out_does_not_run_elsewhere),
	KUNIT_CASE(a_task_moved_while_an_interrupt_wakes_it_stays_whole),
	KUNIT_CASE(a_task_moved_while_an_interrupt_renices_it_stays_whole),
	KUNIT_CASE(tasks_moved_and_reniced_while_they_are_woken_stay_whole),
	{}
};

static struct kunit_suite wakeup_suite = {
	.name = "wakeup",
	.test_cases = wakeup_cases,
};
kunit_test_suite(wakeup_suite);
