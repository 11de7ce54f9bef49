// SPDX-License-Identifier: MIT
/*
 * Torture of wait queues and completions. Tokens go from task to task: who has none sleeps, in one of the many ways
 * there are, until somebody puts one into its slot and wakes it, from a task, a softirq or a hardirq. What must hold:
 * tokens are neither lost nor doubled; nobody sleeps with a token in its slot; a wait returns what its condition and
 * its signals say.
 */
#include "torture.h"

#include <linux/completion.h>
#include <linux/hrtimer.h>
#include <linux/jiffies.h>
#include <linux/random.h>
#include <linux/timer.h>
#include <linux/wait.h>

enum { TOKENS_PASSED, TIMEOUTS, SIGNALS, FROM_IRQ };

struct slot {
	atomic_t tokens;
	wait_queue_head_t own;
	struct hrtimer hrtimer; /* brings one */
	struct timer_list timer;
	atomic_t on_its_way; /* one of the two is about to */
	bool in_pool;        /* its task waits there, and looks here later */
};

static struct slot slots[TORTURE_TASKS];
static DECLARE_WAIT_QUEUE_HEAD(shared); /* all sleep here at times, and are woken together */
static atomic_t in_all;
static DECLARE_WAIT_QUEUE_HEAD(pool_queue); /* all waiters are exclusive: each token wakes one */
static atomic_t pool;
static int nr_slots;
static bool draining;
static atomic_t drained;

static bool take(struct slot *s)
{
	return atomic_dec_if_positive(&s->tokens) >= 0;
}

static bool may_take(struct slot *s)
{
	return atomic_read(&s->tokens) > 0 || torture_stopping();
}

static void wake_slot(struct slot *s)
{
	wake_up(&s->own);
	wake_up_all(&shared);
}

static void put_token(struct slot *s)
{
	atomic_inc(&s->tokens);
	wake_slot(s);
}

static enum hrtimer_restart put_in_hardirq(struct hrtimer *timer)
{
	struct slot *s = container_of(timer, struct slot, hrtimer);

	put_token(s);
	atomic_set_release(&s->on_its_way, 0);
	return HRTIMER_NORESTART;
}

static void put_in_softirq(struct timer_list *timer)
{
	struct slot *s = from_timer(s, timer, timer);

	put_token(s);
	atomic_set_release(&s->on_its_way, 0);
}

static bool take_pooled(void)
{
	return atomic_dec_if_positive(&pool) >= 0;
}

static void pass_token(struct torturer *t)
{
	struct slot *s = &slots[torture_random(t, nr_slots)];
	u32 how = torture_random(t, 11);

	t->stat[TOKENS_PASSED]++;
	if (READ_ONCE(draining)) {
		atomic_inc(&drained);
	} else if (how < 2 && !atomic_cmpxchg(&s->on_its_way, 0, 1)) {
		t->stat[FROM_IRQ]++;
		if (how)
			hrtimer_start(&s->hrtimer, torture_random(t, 50000), HRTIMER_MODE_REL_HARD);
		else
			mod_timer(&s->timer, jiffies + torture_random(t, 2));
	} else if (how > 7) {
		atomic_inc(&pool);
		wake_up(&pool_queue);
	} else {
		put_token(s);
	}
}

/* Return: as wait_event_interruptible(). */
static long wait_by_hand(struct slot *s, wait_queue_head_t *queue, bool exclusive)
{
	DEFINE_WAIT(wait);
	long ret = 0;

	while (!ret) {
		if (exclusive)
			prepare_to_wait_exclusive(queue, &wait, TASK_INTERRUPTIBLE);
		else
			prepare_to_wait(queue, &wait, TASK_INTERRUPTIBLE);
		if (may_take(s))
			break;
		if (signal_pending(current))
			ret = -ERESTARTSYS;
		else
			schedule();
	}
	finish_wait(queue, &wait);
	return ret;
}

static long wait_until_woken(struct slot *s)
{
	DEFINE_WAIT_FUNC(wait, woken_wake_function);
	long left = 3;

	add_wait_queue(&s->own, &wait);
	while (!may_take(s) && left)
		left = wait_woken(&wait, TASK_UNINTERRUPTIBLE, left);
	remove_wait_queue(&s->own, &wait);
	return left;
}

/* Whoever gives up is awake before it looks for the last time: a wake-up after that goes to the next. */
static bool wait_in_pool_for(struct torturer *t, long timeout)
{
	DEFINE_WAIT(wait);
	bool got = false;

	while (!got && timeout > 0) {
		prepare_to_wait_exclusive(&pool_queue, &wait, TASK_UNINTERRUPTIBLE);
		got = take_pooled();
		if (!got)
			timeout = schedule_timeout(timeout);
	}
	__set_current_state(TASK_RUNNING);
	got = got || take_pooled();
	torture_dawdle(t);
	finish_wait(&pool_queue, &wait);
	return got;
}

/* What a wait said: an error needs a signal; the end of the time may come whenever it likes. */
static void judge(struct torturer *t, long ret, bool killable, bool timed)
{
	torture_check(get_current_state() == TASK_RUNNING);
	if (ret == -ERESTARTSYS) {
		t->stat[SIGNALS]++;
		torture_check(killable ? fatal_signal_pending(current) : signal_pending(current));
	} else if (timed) {
		torture_check(ret >= 0);
		t->stat[TIMEOUTS] += !ret;
	} else {
		torture_check(ret == 0);
	}
}

static void sleep_in_pool(struct torturer *t, struct slot *s)
{
	bool got = false;

	WRITE_ONCE(s->in_pool, true);
	if (one_in(t, 2))
		got = wait_in_pool_for(t, 1 + torture_random(t, 2));
	else
		judge(t,
		      wait_event_interruptible_exclusive(pool_queue, (got = take_pooled()) ||
									     torture_stopping()),
		      false, false);
	WRITE_ONCE(s->in_pool, false);
	if (got)
		pass_token(t);
}

static void sleep_for_token(struct torturer *t, struct slot *s)
{
	bool seen = false;
	long ret;

	switch (torture_random(t, 10)) {
	case 0:
		wait_event(s->own, may_take(s));
		break;
	case 1:
		judge(t, wait_event_interruptible(s->own, may_take(s)), false, false);
		break;
	case 2:
		judge(t, wait_event_killable(shared, may_take(s)), true, false);
		break;
	case 3:
		ret = wait_event_timeout(s->own, (seen = may_take(s)), 1 + torture_random(t, 3));
		torture_check(!ret == !seen);
		judge(t, ret, false, true);
		break;
	case 4:
		ret = wait_event_interruptible_timeout(shared, (seen = may_take(s)), 1);
		torture_check(ret < 0 || !ret == !seen);
		judge(t, ret, false, true);
		break;
	case 5:
		judge(t, wait_by_hand(s, &s->own, false), false, false);
		break;
	case 6:
		judge(t, wait_by_hand(s, &s->own, true), false, false);
		break;
	case 7:
		judge(t, wait_until_woken(s), false, true);
		break;
	case 8:
		judge(t, wait_event_interruptible_exclusive(s->own, may_take(s)), false, false);
		break;
	default:
		wait_event_idle(shared, may_take(s));
	}
}

static void wait_op(struct torturer *t)
{
	struct slot *s = &slots[t->index];

	if (take(s))
		pass_token(t);
	else if (one_in(t, 3))
		sleep_in_pool(t, s);
	else
		sleep_for_token(t, s);
}

/* ---- a start, and an end: everybody is to find the last tokens without being woken once more ---- */

static void prepare(int tasks)
{
	nr_slots = tasks;
	atomic_set(&drained, 0);
	atomic_set(&pool, 0);
	WRITE_ONCE(draining, false);
	for (int i = 0; i < nr_slots; i++) {
		struct slot *s = &slots[i];

		memset(s, 0, sizeof(*s));
		init_waitqueue_head(&s->own);
		hrtimer_init(&s->hrtimer, CLOCK_MONOTONIC, HRTIMER_MODE_REL_HARD);
		s->hrtimer.function = put_in_hardirq;
		timer_setup(&s->timer, put_in_softirq, 0);
		atomic_set(&s->tokens, i & 1);
	}
	atomic_set(&in_all, nr_slots / 2);
}

/* All may happen to sleep at their slots, and the tokens be in the pool. */
static void empty_pool(void)
{
	if (take_pooled())
		put_token(&slots[get_random_u32_below(nr_slots)]);
}

static int all_tokens(void)
{
	int sum = atomic_read(&drained) + atomic_read(&pool);

	for (int i = 0; i < nr_slots; i++)
		sum += atomic_read(&slots[i].tokens);
	return sum;
}

static int tokens_at_rest(void)
{
	int sum = atomic_read(&drained) + atomic_read(&pool);

	for (int i = 0; i < nr_slots; i++)
		if (READ_ONCE(slots[i].in_pool))
			sum += atomic_read(&slots[i].tokens);
	return sum;
}

/* While they still run: pass no more on. */
static void drain(void)
{
	WRITE_ONCE(draining, true);
	/* Each token is taken by the task whose it is, one of the pool's by whoever waits there; else a wake-up was lost. */
	torture_check(eventually(tokens_at_rest() == atomic_read(&in_all)));
	torture_check(eventually(!atomic_read(&pool) || !waitqueue_active(&pool_queue)));
}

static void wake_all(void)
{
	wake_up_all(&shared);
	wake_up_all(&pool_queue);
	for (int i = 0; i < nr_slots; i++)
		wake_up_all(&slots[i].own);
}

static void tokens_through_wait_queues(struct kunit *test)
{
	struct torture_kind kind = { .name = "wait queues",
				     .op = wait_op,
				     .before_stop = drain,
				     .disturb = empty_pool,
				     .stop = wake_all,
				     .stats = { "tokens passed", "timeouts", "signals",
						"from interrupts" },
				     .signals = true };

	kind.tasks = min(4 * num_online_cpus(), (unsigned int)TORTURE_TASKS);
	prepare(kind.tasks);
	torture_run(test, &kind, 2);
	for (int i = 0; i < nr_slots; i++) {
		hrtimer_cancel(&slots[i].hrtimer);
		del_timer_sync(&slots[i].timer);
		KUNIT_EXPECT_FALSE(test, waitqueue_active(&slots[i].own));
	}
	KUNIT_EXPECT_FALSE(test, waitqueue_active(&shared));
	KUNIT_EXPECT_FALSE(test, waitqueue_active(&pool_queue));
	KUNIT_EXPECT_EQ(test, all_tokens(), atomic_read(&in_all));
	KUNIT_EXPECT_GT(test, torture_sum(TOKENS_PASSED), 0UL);
}

/* ---- completions: many wait for one, in every form; each complete() is for exactly one ---- */

static struct completion all_wait;
static atomic_t completed, got;

static void completion_op(struct torturer *t)
{
	long ret = 1;

	if (torture_random(t, 5) < 2) {
		atomic_inc(&completed);
		complete(&all_wait);
		t->stat[TOKENS_PASSED]++;
		return;
	}
	switch (torture_random(t, 6)) {
	case 0:
		ret = try_wait_for_completion(&all_wait);
		break;
	case 1:
		ret = wait_for_completion_timeout(&all_wait, 1 + torture_random(t, 2));
		t->stat[TIMEOUTS] += !ret;
		break;
	case 2:
		ret = wait_for_completion_interruptible_timeout(&all_wait, 1);
		torture_check(ret >= 0 || signal_pending(current));
		break;
	case 3:
		ret = !wait_for_completion_interruptible(&all_wait);
		torture_check(ret || signal_pending(current));
		t->stat[SIGNALS] += !ret;
		break;
	case 4:
		ret = !wait_for_completion_killable(&all_wait);
		torture_check(ret || fatal_signal_pending(current));
		break;
	default:
		wait_for_completion(&all_wait);
	}
	if (ret > 0)
		atomic_inc(&got);
}

/* Who waits when all is over, and those it woke in vain, each get one. */
static void complete_rest(void)
{
	atomic_add(TORTURE_TASKS, &completed);
	for (int i = 0; i < TORTURE_TASKS; i++)
		complete(&all_wait);
}

/* All may happen to wait. */
static void complete_one(void)
{
	atomic_inc(&completed);
	complete(&all_wait);
}

static void completions(struct kunit *test)
{
	struct torture_kind kind = { .name = "completions",
				     .op = completion_op,
				     .stop = complete_rest,
				     .disturb = complete_one,
				     .stats = { "completions", "timeouts", "signals" },
				     .signals = true };

	init_completion(&all_wait);
	atomic_set(&completed, 0);
	atomic_set(&got, 0);
	torture_run(test, &kind, 2);
	KUNIT_EXPECT_EQ(test, atomic_read(&got) + (int)all_wait.done, atomic_read(&completed));
	KUNIT_EXPECT_FALSE(test, waitqueue_active(&all_wait.wait));
}

static struct kunit_case wait_cases[] = { KUNIT_CASE(tokens_through_wait_queues),
					  KUNIT_CASE(completions),
					  {} };

static struct kunit_suite wait_suite = {
	.name = "torture_wait",
	.test_cases = wait_cases,
};
kunit_test_suite(wait_suite);
