// SPDX-License-Identifier: MIT
/*
 * Wait queues: every form of waiting in <linux/wait.h>, with its return values, and every way of waking. The forms
 * stand in a table, so that one case proves a rule for all of them. What concerns the order in a queue is tried with
 * entries whose functions write down that they were called; no tasks are needed for that.
 */
#include "threads.h"

#include <linux/atomic.h>
#include <linux/hrtimer.h>
#include <linux/jiffies.h>
#include <linux/sched/signal.h>
#include <linux/wait.h>

/* ---- the forms ---- */

struct scene {
	wait_queue_head_t queue;
	spinlock_t lock;
	int condition;
	int tests;         /* how often the condition was tested */
	int true_from;     /* the test from which on it is true though nobody says so, if not 0 */
	int before, after; /* what wait_event_cmd()'s commands did */
	long timeout;
	const struct form *form;
	bool wrong_context; /* the condition was tested without the lock that the form promises */
	int slept;          /* switches that the waiter asked for */
	unsigned int state_after;
};

struct form {
	const char *name;
	long (*wait)(struct scene *s);
	unsigned int state;
	bool timed, exclusive;
	enum { NO_LOCK, OWN_LOCK, QUEUE_LOCK, QUEUE_LOCK_IRQ } lock;
};

static bool condition(struct scene *s)
{
	if (s->form->lock == OWN_LOCK && !(spin_is_locked(&s->lock) && irqs_disabled()))
		s->wrong_context = true;
	if (s->form->lock >= QUEUE_LOCK && !spin_is_locked(&s->queue.lock))
		s->wrong_context = true;
	WRITE_ONCE(s->tests, s->tests + 1);
	return READ_ONCE(s->condition) || (s->true_from && s->tests >= s->true_from);
}

#define FORM(_name, expression)                                                                    \
	static long do_##_name(struct scene *s)                                                    \
	{                                                                                          \
		return (expression);                                                               \
	}

FORM(wait_event, ({
	     wait_event(s->queue, condition(s));
	     0;
     }))
FORM(wait_event_cmd, ({
	     wait_event_cmd(s->queue, condition(s), s->before++, s->after++);
	     0;
     }))
FORM(wait_event_exclusive, ({
	     wait_event_exclusive(s->queue, condition(s));
	     0;
     }))
FORM(wait_event_idle, ({
	     wait_event_idle(s->queue, condition(s));
	     0;
     }))
FORM(wait_event_idle_exclusive, ({
	     wait_event_idle_exclusive(s->queue, condition(s));
	     0;
     }))
FORM(wait_event_interruptible, wait_event_interruptible(s->queue, condition(s)))
FORM(wait_event_interruptible_exclusive, wait_event_interruptible_exclusive(s->queue, condition(s)))
FORM(wait_event_killable, wait_event_killable(s->queue, condition(s)))
FORM(wait_event_killable_exclusive, wait_event_killable_exclusive(s->queue, condition(s)))
FORM(wait_event_timeout, wait_event_timeout(s->queue, condition(s), s->timeout))
FORM(wait_event_idle_timeout, wait_event_idle_timeout(s->queue, condition(s), s->timeout))
FORM(wait_event_interruptible_timeout,
     wait_event_interruptible_timeout(s->queue, condition(s), s->timeout))
FORM(wait_event_killable_timeout, wait_event_killable_timeout(s->queue, condition(s), s->timeout))
FORM(wait_event_lock_irq, ({
	     wait_event_lock_irq(s->queue, condition(s), s->lock);
	     0;
     }))
FORM(wait_event_lock_irq_cmd, ({
	     wait_event_lock_irq_cmd(s->queue, condition(s), s->lock, s->before++);
	     0;
     }))
FORM(wait_event_lock_irq_timeout,
     wait_event_lock_irq_timeout(s->queue, condition(s), s->lock, s->timeout))
FORM(wait_event_interruptible_lock_irq,
     wait_event_interruptible_lock_irq(s->queue, condition(s), s->lock))
FORM(wait_event_interruptible_lock_irq_timeout,
     wait_event_interruptible_lock_irq_timeout(s->queue, condition(s), s->lock, s->timeout))
FORM(wait_event_interruptible_locked, wait_event_interruptible_locked(s->queue, condition(s)))
FORM(wait_event_interruptible_locked_irq,
     wait_event_interruptible_locked_irq(s->queue, condition(s)))
FORM(wait_event_interruptible_exclusive_locked,
     wait_event_interruptible_exclusive_locked(s->queue, condition(s)))
FORM(wait_event_interruptible_exclusive_locked_irq,
     wait_event_interruptible_exclusive_locked_irq(s->queue, condition(s)))

#define ROW(_name, _state, ...)                                                                    \
	{                                                                                          \
#_name, do_##_name, _state, __VA_ARGS__                                            \
	}

static const struct form forms[] = {
	ROW(wait_event, TASK_UNINTERRUPTIBLE),
	ROW(wait_event_cmd, TASK_UNINTERRUPTIBLE),
	ROW(wait_event_exclusive, TASK_UNINTERRUPTIBLE, .exclusive = true),
	ROW(wait_event_idle, TASK_IDLE),
	ROW(wait_event_idle_exclusive, TASK_IDLE, .exclusive = true),
	ROW(wait_event_interruptible, TASK_INTERRUPTIBLE),
	ROW(wait_event_interruptible_exclusive, TASK_INTERRUPTIBLE, .exclusive = true),
	ROW(wait_event_killable, TASK_KILLABLE),
	ROW(wait_event_killable_exclusive, TASK_KILLABLE, .exclusive = true),
	ROW(wait_event_timeout, TASK_UNINTERRUPTIBLE, .timed = true),
	ROW(wait_event_idle_timeout, TASK_IDLE, .timed = true),
	ROW(wait_event_interruptible_timeout, TASK_INTERRUPTIBLE, .timed = true),
	ROW(wait_event_killable_timeout, TASK_KILLABLE, .timed = true),
	ROW(wait_event_lock_irq, TASK_UNINTERRUPTIBLE, .lock = OWN_LOCK),
	ROW(wait_event_lock_irq_cmd, TASK_UNINTERRUPTIBLE, .lock = OWN_LOCK),
	ROW(wait_event_lock_irq_timeout, TASK_UNINTERRUPTIBLE, .lock = OWN_LOCK, .timed = true),
	ROW(wait_event_interruptible_lock_irq, TASK_INTERRUPTIBLE, .lock = OWN_LOCK),
	ROW(wait_event_interruptible_lock_irq_timeout, TASK_INTERRUPTIBLE, .lock = OWN_LOCK,
	    .timed = true),
	ROW(wait_event_interruptible_locked, TASK_INTERRUPTIBLE, .lock = QUEUE_LOCK),
	ROW(wait_event_interruptible_locked_irq, TASK_INTERRUPTIBLE, .lock = QUEUE_LOCK_IRQ),
	ROW(wait_event_interruptible_exclusive_locked, TASK_INTERRUPTIBLE, .lock = QUEUE_LOCK,
	    .exclusive = true),
	ROW(wait_event_interruptible_exclusive_locked_irq, TASK_INTERRUPTIBLE,
	    .lock = QUEUE_LOCK_IRQ, .exclusive = true),
};

#define for_each_form(f) for (const struct form *f = forms; f < forms + ARRAY_SIZE(forms); f++)

static void set_scene(struct scene *s, const struct form *form)
{
	memset(s, 0, sizeof(*s));
	init_waitqueue_head(&s->queue);
	spin_lock_init(&s->lock);
	s->form = form;
	s->timeout = 10 * HZ;
}

/* Wait with the lock that the form wants. Accepts SIGINT and SIGKILL. */
static int wait_in_scene(void *data)
{
	struct scene *s = data;
	const struct form *form = s->form;
	long ret;

	allow_signal(SIGINT);
	allow_signal(SIGKILL);
	if (form->lock == OWN_LOCK)
		spin_lock_irq(&s->lock);
	else if (form->lock == QUEUE_LOCK)
		spin_lock(&s->queue.lock);
	else if (form->lock == QUEUE_LOCK_IRQ)
		spin_lock_irq(&s->queue.lock);
	s->slept = -current->nvcsw;
	ret = form->wait(s);
	s->slept += current->nvcsw;
	s->state_after = get_current_state();
	if (form->lock == OWN_LOCK)
		spin_unlock_irq(&s->lock);
	else if (form->lock == QUEUE_LOCK)
		spin_unlock(&s->queue.lock);
	else if (form->lock == QUEUE_LOCK_IRQ)
		spin_unlock_irq(&s->queue.lock);
	flush_signals(current);
	disallow_signal(SIGINT);
	disallow_signal(SIGKILL);
	return ret;
}

/* Whatever became of the wait: the task runs, and has left the queue. */
static void check_end(struct kunit *test, struct scene *s)
{
	KUNIT_EXPECT_EQ(test, s->state_after, TASK_RUNNING);
	KUNIT_EXPECT_FALSE(test, waitqueue_active(&s->queue));
	KUNIT_EXPECT_FALSE(test, s->wrong_context);
	if (test->status == KUNIT_FAILURE)
		kunit_info(test, "... that was %s()\n", s->form->name);
}

static struct task_struct *start_waiter(struct kunit *test, struct scene *s)
{
	struct task_struct *p = start_thread(test, wait_in_scene, s, ANY_CPU, FAIR);

	wait_until_asleep(p);
	return p;
}

static void a_true_condition_does_not_sleep(struct kunit *test)
{
	for_each_form(form)
	{
		struct scene s;

		set_scene(&s, form);
		s.condition = 1;
		KUNIT_EXPECT_EQ(test, wait_in_scene(&s), form->timed ? s.timeout : 0);
		KUNIT_EXPECT_EQ(test, s.slept, 0);
		check_end(test, &s);
	}
}

static void
a_waiter_sleeps_in_its_state_and_wakes_when_told_that_the_condition_is_true(struct kunit *test)
{
	for_each_form(form)
	{
		struct task_struct *p;
		struct scene s;
		long ret;

		set_scene(&s, form);
		p = start_waiter(test, &s);
		KUNIT_EXPECT_EQ(test, p->__state, form->state);
		KUNIT_EXPECT_TRUE(test, waitqueue_active(&s.queue));
		WRITE_ONCE(s.condition, 1);
		KUNIT_EXPECT_TRUE(test, is_asleep(p));
		wake_up(&s.queue);
		ret = join(p);
		if (form->timed)
			KUNIT_EXPECT_TRUE(test, ret > 0 && ret <= s.timeout);
		else
			KUNIT_EXPECT_EQ(test, ret, 0);
		KUNIT_EXPECT_EQ(test, s.slept, 1);
		check_end(test, &s);
	}
}

static void a_woken_waiter_tests_its_condition_again(struct kunit *test)
{
	for_each_form(form)
	{
		struct task_struct *p;
		struct scene s;

		set_scene(&s, form);
		p = start_waiter(test, &s);
		for (int i = 0; i < 3; i++) {
			int tests = READ_ONCE(s.tests);

			wake_up(&s.queue);
			if (!eventually(READ_ONCE(s.tests) > tests)) {
				KUNIT_FAIL(test, "%s() did not test its condition\n", form->name);
				break;
			}
			wait_until_asleep(p);
			KUNIT_EXPECT_FALSE(test, READ_ONCE(p->flags) & PF_EXITING);
		}
		WRITE_ONCE(s.condition, 1);
		wake_up(&s.queue);
		KUNIT_EXPECT_GE(test, join(p), 0);
		check_end(test, &s);
	}
}

static void wake_up_interruptible_leaves_others_asleep(struct kunit *test)
{
	for_each_form(form)
	{
		struct task_struct *p;
		struct scene s;

		set_scene(&s, form);
		p = start_waiter(test, &s);
		WRITE_ONCE(s.condition, 1);
		wake_up_interruptible(&s.queue);
		if (form->state != TASK_INTERRUPTIBLE) {
			KUNIT_EXPECT_TRUE(test, is_asleep(p));
			wake_up(&s.queue);
		}
		join(p);
		check_end(test, &s);
	}
}

/* ---- signals ---- */

static bool ends_for(const struct form *form, int sig)
{
	return (form->state & TASK_INTERRUPTIBLE) ||
	       (sig == SIGKILL && (form->state & TASK_WAKEKILL));
}

static void check_signal(struct kunit *test, int sig)
{
	for_each_form(form)
	{
		struct task_struct *p;
		struct scene s;

		set_scene(&s, form);
		p = start_waiter(test, &s);
		KUNIT_EXPECT_EQ(test, send_sig(sig, p, 0), 0);
		if (ends_for(form, sig)) {
			KUNIT_EXPECT_EQ(test, join(p), -ERESTARTSYS);
		} else {
			KUNIT_EXPECT_TRUE(test, is_asleep(p));
			WRITE_ONCE(s.condition, 1);
			wake_up(&s.queue);
			KUNIT_EXPECT_GE(test, join(p), 0);
		}
		check_end(test, &s);
	}
}

static void sigint_ends_interruptible_waits_only(struct kunit *test)
{
	check_signal(test, SIGINT);
}

static void sigkill_ends_interruptible_and_killable_waits_only(struct kunit *test)
{
	check_signal(test, SIGKILL);
}

static void
a_signal_that_is_pending_prevents_the_sleep_unless_the_condition_is_true(struct kunit *test)
{
	allow_signal(SIGKILL);
	for_each_form(form)
	{
		struct scene s;

		if (!ends_for(form, SIGKILL))
			continue;
		set_scene(&s, form);
		send_sig(SIGKILL, current, 0);
		KUNIT_EXPECT_EQ(test, wait_in_scene(&s), -ERESTARTSYS);
		KUNIT_EXPECT_EQ(test, s.slept, 0);
		check_end(test, &s);

		set_scene(&s, form);
		s.condition = 1;
		allow_signal(SIGKILL);
		send_sig(SIGKILL, current, 0);
		KUNIT_EXPECT_EQ(test, wait_in_scene(&s), form->timed ? s.timeout : 0);
		check_end(test, &s);
		allow_signal(SIGKILL);
	}
	disallow_signal(SIGKILL);
}

/* ---- time ---- */

static void a_timeout_returns_0_and_not_before_its_time(struct kunit *test)
{
	for_each_form(form)
	{
		unsigned long start;
		struct scene s;

		if (!form->timed)
			continue;
		set_scene(&s, form);
		s.timeout = 3;
		start = jiffies;
		KUNIT_EXPECT_EQ(test, wait_in_scene(&s), 0);
		KUNIT_EXPECT_GE(test, jiffies - start, 3);
		check_end(test, &s);
	}
}

static void a_timeout_of_0_only_tests_the_condition(struct kunit *test)
{
	for_each_form(form)
	{
		struct scene s;

		if (!form->timed)
			continue;
		set_scene(&s, form);
		s.timeout = 0;
		KUNIT_EXPECT_EQ(test, wait_in_scene(&s), 0);
		KUNIT_EXPECT_EQ(test, s.slept, 0);
		s.condition = 1;
		KUNIT_EXPECT_EQ(test, wait_in_scene(&s), 1);
	}
}

/* Tested before the sleep, in the queue, and when the time is up. */
static void a_condition_found_true_at_the_timeout_returns_1(struct kunit *test)
{
	for_each_form(form)
	{
		struct scene s;

		if (!form->timed)
			continue;
		set_scene(&s, form);
		s.timeout = 3;
		s.true_from = 3;
		KUNIT_EXPECT_EQ(test, wait_in_scene(&s), 1);
		KUNIT_EXPECT_EQ(test, s.tests, 3);
		KUNIT_EXPECT_EQ(test, s.slept, 1);
		check_end(test, &s);
	}
}

/* ---- single forms ---- */

static void wait_event_cmd_runs_its_commands_around_each_sleep(struct kunit *test)
{
	struct task_struct *p;
	struct scene s;

	set_scene(&s, &forms[1]);
	p = start_waiter(test, &s);
	KUNIT_EXPECT_EQ(test, s.before, 1);
	KUNIT_EXPECT_EQ(test, s.after, 0);
	wake_up(&s.queue);
	KUNIT_EXPECT_TRUE(test, eventually(READ_ONCE(s.before) == 2));
	wait_until_asleep(p);
	WRITE_ONCE(s.condition, 1);
	wake_up(&s.queue);
	join(p);
	KUNIT_EXPECT_EQ(test, s.before, 2);
	KUNIT_EXPECT_EQ(test, s.after, 2);
}

/* ---- the queue ---- */

/* An entry that writes down that it was called, and returns what it was told to. */
struct note {
	struct wait_queue_entry entry;
	char name;
	int ret;
};

static struct {
	char calls[32];
	int length;
	unsigned int mode;
	void *key;
	bool irqs_on;
} notes;

static int take_note(struct wait_queue_entry *entry, unsigned int mode, int flags, void *key)
{
	struct note *note = container_of(entry, struct note, entry);

	notes.calls[notes.length++] = note->name;
	notes.calls[notes.length] = '\0';
	notes.mode = mode;
	notes.key = key;
	notes.irqs_on |= !irqs_disabled();
	return note->ret;
}

static void new_notes(struct note *note, int n)
{
	memset(&notes, 0, sizeof(notes));
	for (int i = 0; i < n; i++) {
		init_waitqueue_func_entry(&note[i].entry, take_note);
		note[i].name = 'a' + i;
		note[i].ret = 1;
	}
}

/* The calls since the last time. */
static const char *calls(void)
{
	notes.length = 0;
	return notes.calls;
}

static void plain_entries_go_to_the_front_and_exclusive_ones_to_the_tail(struct kunit *test)
{
	DECLARE_WAIT_QUEUE_HEAD_ONSTACK(queue);
	struct note n[5];

	new_notes(n, 5);
	add_wait_queue_exclusive(&queue, &n[0].entry);
	add_wait_queue(&queue, &n[1].entry);
	add_wait_queue_exclusive(&queue, &n[2].entry);
	add_wait_queue(&queue, &n[3].entry);
	wake_up_all(&queue);
	KUNIT_EXPECT_STREQ(test, calls(), "dbac");
	remove_wait_queue(&queue, &n[1].entry);
	wake_up_all(&queue);
	KUNIT_EXPECT_STREQ(test, calls(), "dac");
}

static void priority_entries_stay_in_front(struct kunit *test)
{
	DECLARE_WAIT_QUEUE_HEAD_ONSTACK(queue);
	struct note n[4];

	new_notes(n, 4);
	n[0].ret = 0;
	add_wait_queue(&queue, &n[1].entry);
	add_wait_queue_priority(&queue, &n[0].entry);
	add_wait_queue(&queue, &n[2].entry);
	wake_up_all(&queue);
	KUNIT_EXPECT_STREQ(test, calls(), "acb");
	n[0].ret = 1; /* it is exclusive: one wake-up is satisfied with it */
	wake_up(&queue);
	KUNIT_EXPECT_STREQ(test, calls(), "a");
}

static void wake_up_wakes_all_plain_ones_and_one_exclusive(struct kunit *test)
{
	DECLARE_WAIT_QUEUE_HEAD_ONSTACK(queue);
	struct note n[6];

	new_notes(n, 6);
	add_wait_queue(&queue, &n[0].entry);
	add_wait_queue(&queue, &n[1].entry);
	for (int i = 2; i < 6; i++)
		add_wait_queue_exclusive(&queue, &n[i].entry);
	wake_up(&queue);
	KUNIT_EXPECT_STREQ(test, calls(), "bac");
	wake_up_nr(&queue, 3);
	KUNIT_EXPECT_STREQ(test, calls(), "bacde");
	wake_up_nr(&queue, 99);
	KUNIT_EXPECT_STREQ(test, calls(), "bacdef");
	wake_up_all(&queue);
	KUNIT_EXPECT_STREQ(test, calls(), "bacdef");
	spin_lock_irq(&queue.lock);
	wake_up_locked(&queue);
	KUNIT_EXPECT_STREQ(test, calls(), "bac");
	wake_up_all_locked(&queue);
	KUNIT_EXPECT_STREQ(test, calls(), "bacdef");
	spin_unlock_irq(&queue.lock);
}

static void an_exclusive_entry_that_woke_nobody_does_not_use_up_the_wakeup(struct kunit *test)
{
	DECLARE_WAIT_QUEUE_HEAD_ONSTACK(queue);
	struct note n[4];

	new_notes(n, 4);
	for (int i = 0; i < 4; i++)
		add_wait_queue_exclusive(&queue, &n[i].entry);
	n[0].ret = 0;
	n[1].ret = 0;
	wake_up(&queue);
	KUNIT_EXPECT_STREQ(test, calls(), "abc");
	n[1].ret = -1; /* ends the wake-up */
	wake_up_all(&queue);
	KUNIT_EXPECT_STREQ(test, calls(), "ab");
}

static void functions_get_mode_and_key_with_interrupts_off(struct kunit *test)
{
	DECLARE_WAIT_QUEUE_HEAD_ONSTACK(queue);
	struct note n[1];

	new_notes(n, 1);
	add_wait_queue(&queue, &n[0].entry);
	wake_up(&queue);
	KUNIT_EXPECT_EQ(test, notes.mode, TASK_NORMAL);
	KUNIT_EXPECT_NULL(test, notes.key);
	wake_up_interruptible_poll(&queue, 0x41);
	KUNIT_EXPECT_EQ(test, notes.mode, TASK_INTERRUPTIBLE);
	KUNIT_EXPECT_PTR_EQ(test, notes.key, (void *)0x41);
	KUNIT_EXPECT_FALSE(test, notes.irqs_on);
}

static void waitqueue_active_and_friends_say_who_waits(struct kunit *test)
{
	DECLARE_WAIT_QUEUE_HEAD_ONSTACK(queue);
	struct note n[2];

	new_notes(n, 2);
	KUNIT_EXPECT_FALSE(test, waitqueue_active(&queue));
	KUNIT_EXPECT_FALSE(test, wq_has_sleeper(&queue));
	KUNIT_EXPECT_FALSE(test, wq_has_single_sleeper(&queue));
	add_wait_queue(&queue, &n[0].entry);
	KUNIT_EXPECT_TRUE(test, waitqueue_active(&queue));
	KUNIT_EXPECT_TRUE(test, wq_has_sleeper(&queue));
	KUNIT_EXPECT_TRUE(test, wq_has_single_sleeper(&queue));
	add_wait_queue(&queue, &n[1].entry);
	KUNIT_EXPECT_TRUE(test, wq_has_sleeper(&queue));
	KUNIT_EXPECT_FALSE(test, wq_has_single_sleeper(&queue));
}

static void prepare_to_wait_enters_once_and_finish_wait_leaves(struct kunit *test)
{
	DECLARE_WAIT_QUEUE_HEAD_ONSTACK(queue);
	DEFINE_WAIT(a);
	DEFINE_WAIT(b);

	prepare_to_wait(&queue, &a, TASK_INTERRUPTIBLE);
	KUNIT_EXPECT_EQ(test, get_current_state(), TASK_INTERRUPTIBLE);
	prepare_to_wait(&queue, &a, TASK_UNINTERRUPTIBLE);
	KUNIT_EXPECT_EQ(test, get_current_state(), TASK_UNINTERRUPTIBLE);
	KUNIT_EXPECT_TRUE(test, wq_has_single_sleeper(&queue));
	finish_wait(&queue, &a);
	KUNIT_EXPECT_EQ(test, get_current_state(), TASK_RUNNING);
	KUNIT_EXPECT_FALSE(test, waitqueue_active(&queue));
	finish_wait(&queue, &a);

	KUNIT_EXPECT_TRUE(test, prepare_to_wait_exclusive(&queue, &a, TASK_INTERRUPTIBLE));
	KUNIT_EXPECT_FALSE(test, prepare_to_wait_exclusive(&queue, &b, TASK_INTERRUPTIBLE));
	KUNIT_EXPECT_FALSE(test, prepare_to_wait_exclusive(&queue, &a, TASK_INTERRUPTIBLE));
	KUNIT_EXPECT_PTR_EQ(test, queue.head.next, &a.entry);
	finish_wait(&queue, &b);
	finish_wait(&queue, &a);
	KUNIT_EXPECT_FALSE(test, waitqueue_active(&queue));
}

static void autoremove_leaves_the_queue_only_when_the_task_was_woken(struct kunit *test)
{
	DECLARE_WAIT_QUEUE_HEAD_ONSTACK(queue);
	DEFINE_WAIT(wait);

	prepare_to_wait(&queue, &wait, TASK_UNINTERRUPTIBLE);
	wake_up_interruptible(&queue);
	KUNIT_EXPECT_TRUE(test, waitqueue_active(&queue));
	wake_up(&queue);
	KUNIT_EXPECT_EQ(test, get_current_state(), TASK_RUNNING);
	KUNIT_EXPECT_FALSE(test, waitqueue_active(&queue));
	finish_wait(&queue, &wait);
}

static void a_default_entry_stays_in_the_queue(struct kunit *test)
{
	DECLARE_WAIT_QUEUE_HEAD_ONSTACK(queue);
	DECLARE_WAITQUEUE(wait, current);

	add_wait_queue(&queue, &wait);
	set_current_state(TASK_INTERRUPTIBLE);
	wake_up(&queue);
	KUNIT_EXPECT_EQ(test, get_current_state(), TASK_RUNNING);
	KUNIT_EXPECT_TRUE(test, waitqueue_active(&queue));
	remove_wait_queue(&queue, &wait);
	KUNIT_EXPECT_FALSE(test, waitqueue_active(&queue));
}

/* ---- exclusive waiters and signals ---- */

static struct task_struct *start_exclusive(struct kunit *test, struct scene *s, int cpu)
{
	struct task_struct *p = start_thread(test, wait_in_scene, s, cpu, FAIR);

	wait_until_asleep(p);
	return p;
}

static const struct form *exclusive_form(void)
{
	for_each_form(form) if (form->wait == do_wait_event_interruptible_exclusive) return form;
	return NULL;
}

static void exclusive_waiters_are_woken_in_order(struct kunit *test)
{
	struct task_struct *p[4];
	struct scene s;

	set_scene(&s, exclusive_form());
	s.condition = 0;
	for (int i = 0; i < 4; i++)
		p[i] = start_exclusive(test, &s, ANY_CPU);
	WRITE_ONCE(s.condition, 1);
	for (int i = 0; i < 4; i++) {
		wake_up(&s.queue);
		for (int j = i + 1; j < 4; j++)
			KUNIT_EXPECT_TRUE(test, is_asleep(p[j]));
		KUNIT_EXPECT_EQ(test, join(p[i]), 0);
	}
}

/* A waiter that leaves because of a signal must not take a wake-up with it that another one needs. */
static void a_signalled_waiter_leaves_the_wakeup_to_the_next(struct kunit *test)
{
	struct task_struct *first, *second;
	struct scene s;

	take_cpu(test, 0, BOSS);
	set_scene(&s, exclusive_form());
	first = start_exclusive(test, &s, 0);
	second = start_exclusive(test, &s, 0);
	send_sig(SIGINT, first, 0); /* it does not run yet, and is still in the queue */
	wake_up(&s.queue);
	KUNIT_EXPECT_EQ(test, READ_ONCE(second->__state), TASK_RUNNING);
	KUNIT_EXPECT_EQ(test, join(first), -ERESTARTSYS);
	WRITE_ONCE(s.condition, 1);
	wake_up(&s.queue);
	KUNIT_EXPECT_EQ(test, join(second), 0);
	check_end(test, &s);
}

static void a_signal_after_the_wakeup_does_not_undo_it(struct kunit *test)
{
	struct task_struct *first, *second;
	struct scene s;

	take_cpu(test, 0, BOSS);
	set_scene(&s, exclusive_form());
	first = start_exclusive(test, &s, 0);
	second = start_exclusive(test, &s, 0);
	WRITE_ONCE(s.condition, 1);
	wake_up(&s.queue);
	send_sig(SIGINT, first, 0);
	KUNIT_EXPECT_EQ(test, join(first), 0);
	KUNIT_EXPECT_TRUE(test, is_asleep(second));
	wake_up(&s.queue);
	KUNIT_EXPECT_EQ(test, join(second), 0);
	check_end(test, &s);
}

/* ---- wait_woken ---- */

static void wait_woken_returns_at_once_if_woken_since_the_last_time(struct kunit *test)
{
	DECLARE_WAIT_QUEUE_HEAD_ONSTACK(queue);
	DEFINE_WAIT_FUNC(wait, woken_wake_function);
	unsigned long sleeps = current->nvcsw;

	add_wait_queue(&queue, &wait);
	wake_up(&queue);
	KUNIT_EXPECT_EQ(test, wait_woken(&wait, TASK_UNINTERRUPTIBLE, 100), 100);
	KUNIT_EXPECT_EQ(test, current->nvcsw, sleeps);
	KUNIT_EXPECT_EQ(test, wait_woken(&wait, TASK_UNINTERRUPTIBLE, 2), 0);
	KUNIT_EXPECT_EQ(test, current->nvcsw, sleeps + 1);
	KUNIT_EXPECT_EQ(test, get_current_state(), TASK_RUNNING);
	remove_wait_queue(&queue, &wait);
}

struct post_office {
	wait_queue_head_t queue;
	int letters;
};

static int read_letters(void *data)
{
	struct post_office *o = data;
	DEFINE_WAIT_FUNC(wait, woken_wake_function);
	int got = 0;

	add_wait_queue(&o->queue, &wait);
	while (got < 2000) {
		int letters = READ_ONCE(o->letters);

		if (letters == got && !wait_woken(&wait, TASK_INTERRUPTIBLE, 20 * HZ))
			break;
		got = letters;
	}
	remove_wait_queue(&o->queue, &wait);
	return got;
}

static void wait_woken_loses_no_wakeup(struct kunit *test)
{
	struct post_office o = {};
	struct task_struct *p;

	init_waitqueue_head(&o.queue);
	p = start_thread(test, read_letters, &o, ANY_CPU, FAIR);
	for (int i = 0; i < 2000; i++) {
		WRITE_ONCE(o.letters, i + 1);
		wake_up(&o.queue);
		cond_resched();
	}
	KUNIT_EXPECT_EQ(test, join(p), 2000);
}

/* ---- the queue's lock ---- */

struct locked_op {
	wait_queue_head_t queue;
	struct wait_queue_entry entry;
	int op;
	bool begun, over;
	bool irqs_on_after;
};

#define QUEUE_OPS 9

/* Everything that changes or walks the queue. */
static void queue_op(struct locked_op *o)
{
	switch (o->op) {
	case 0:
		finish_wait(&o->queue, &o->entry);
		break;
	case 1:
		remove_wait_queue(&o->queue, &o->entry);
		break;
	case 2:
		wake_up(&o->queue);
		break;
	case 3:
		add_wait_queue(&o->queue, &o->entry);
		break;
	case 4:
		add_wait_queue_exclusive(&o->queue, &o->entry);
		break;
	case 5:
		add_wait_queue_priority(&o->queue, &o->entry);
		break;
	case 6:
		prepare_to_wait(&o->queue, &o->entry, TASK_UNINTERRUPTIBLE);
		break;
	case 7:
		prepare_to_wait_exclusive(&o->queue, &o->entry, TASK_UNINTERRUPTIBLE);
		break;
	case 8:
		prepare_to_wait_event(&o->queue, &o->entry, TASK_UNINTERRUPTIBLE);
		break;
	}
	__set_current_state(TASK_RUNNING);
}

static int do_queue_op(void *data)
{
	struct locked_op *o = data;

	WRITE_ONCE(o->begun, true);
	queue_op(o);
	o->irqs_on_after = !irqs_disabled();
	WRITE_ONCE(o->over, true);
	return 0;
}

static int wake_nobody(struct wait_queue_entry *entry, unsigned int mode, int flags, void *key)
{
	return 0;
}

/* While this CPU holds the lock, the other one gets nowhere, however long it tries. */
static void every_queue_operation_takes_the_lock(struct kunit *test)
{
	int cpu = other_cpu(test, 0);

	take_cpu(test, 0, BOSS);
	for (int op = 0; op < QUEUE_OPS; op++) {
		struct locked_op o = { .op = op };
		struct task_struct *p;
		ktime_t end;

		init_waitqueue_head(&o.queue);
		init_waitqueue_func_entry(&o.entry, wake_nobody);
		INIT_LIST_HEAD(&o.entry.entry);
		if (op < 3)
			add_wait_queue(&o.queue, &o.entry);
		p = new_thread(test, do_queue_op, &o, cpu, FAIR);
		spin_lock_irq(&o.queue.lock);
		wake_up_process(p);
		spin_until(READ_ONCE(o.begun));
		end = ktime_get() + 200 * NSEC_PER_USEC;
		for (int i = 0; i < 20 || ktime_get() < end; i++)
			cpu_relax();
		KUNIT_EXPECT_FALSE(test, READ_ONCE(o.over));
		KUNIT_EXPECT_EQ(test, waitqueue_active(&o.queue), op < 3);
		spin_unlock_irq(&o.queue.lock);
		join(p);
		KUNIT_EXPECT_TRUE(test, o.irqs_on_after);
	}
}

/* An interrupt that comes while its own CPU holds the lock would wait for ever. It comes at all points of @op. */
struct storm {
	struct locked_op *o;
	struct hrtimer timer;
	ktime_t period;
	int count;
};

static enum hrtimer_restart wake_in_interrupt(struct hrtimer *timer)
{
	struct storm *storm = container_of(timer, struct storm, timer);

	storm->count++;
	wake_up(&storm->o->queue);
	hrtimer_forward_now(timer, storm->period + storm->count % 64);
	return HRTIMER_RESTART;
}

/* An operation on an entry that is in the queue for 0 to 2, and is not for the others; then undo it. */
static void queue_op_and_back(struct locked_op *o)
{
	init_waitqueue_func_entry(&o->entry, wake_nobody);
	INIT_LIST_HEAD(&o->entry.entry);
	if (o->op < 3)
		add_wait_queue(&o->queue, &o->entry);
	queue_op(o);
	if (o->op >= 2)
		remove_wait_queue(&o->queue, &o->entry);
}

static void interrupts_may_wake_a_queue_that_they_interrupted(struct kunit *test)
{
	struct storm storm = {};

	take_cpu(test, 0, BOSS);
	hrtimer_init(&storm.timer, CLOCK_MONOTONIC, HRTIMER_MODE_REL);
	storm.timer.function = wake_in_interrupt;
	for (int op = 0; op < QUEUE_OPS; op++) {
		struct locked_op o = { .op = op };
		ktime_t start = ktime_get(), end = start + 20 * NSEC_PER_MSEC;

		init_waitqueue_head(&o.queue);
		storm.o = &o;
		for (int i = 0; i < 16; i++)
			queue_op_and_back(&o);
		storm.period = ktime_get() - start +
			       997; /* so often that the loop below still makes progress */
		storm.count = 0;
		hrtimer_start(&storm.timer, storm.period, HRTIMER_MODE_REL);
		while (READ_ONCE(storm.count) < 150 && (ktime_get() < end || !storm.count))
			queue_op_and_back(&o);
		hrtimer_cancel(&storm.timer);
		KUNIT_EXPECT_GT(test, storm.count, 0);
		KUNIT_EXPECT_FALSE(test, waitqueue_active(&o.queue));
	}
}

/* ---- all at once ---- */

#define CROWD 12

struct crowd {
	wait_queue_head_t queue;
	int tokens; /* queue.lock */
	int taken[CROWD];
	ktime_t end;
	atomic_t number;
};

static bool take_token(struct crowd *c)
{
	bool got;

	spin_lock_irq(&c->queue.lock);
	got = c->tokens > 0;
	c->tokens -= got;
	spin_unlock_irq(&c->queue.lock);
	return got;
}

/* Wait in one form after the other; entries are on the stack, and leave by wake-up, by timeout and by themselves. */
static int take_tokens(void *data)
{
	struct crowd *c = data;
	int me = atomic_inc_return(&c->number) - 1, got = 0;

	for (int i = 0; ktime_get() < c->end; i++) {
		bool ok = false;

		switch ((i + me) % 3) {
		case 0:
			wait_event_timeout(c->queue, (ok = take_token(c)), 1);
			break;
		case 1:
			wait_event_interruptible_timeout(c->queue, (ok = take_token(c)), 2);
			break;
		case 2:
			__wait_event_to(c->queue, (ok = take_token(c)), 1, TASK_KILLABLE, 1);
			break;
		}
		got += ok;
	}
	return got;
}

static int give_tokens(void *data)
{
	struct crowd *c = data;
	int gave = 0;

	while (ktime_get() < c->end) {
		spin_lock_irq(&c->queue.lock);
		c->tokens++;
		if (gave & 1)
			wake_up_locked(&c->queue);
		spin_unlock_irq(&c->queue.lock);
		if (!(gave++ & 1))
			wake_up(&c->queue);
		if (gave % 8 == 0)
			usleep_range(20, 40);
	}
	return gave;
}

static void many_waiters_and_wakers_keep_the_queue_whole(struct kunit *test)
{
	struct crowd c = { .end = ktime_get() + (time_is_exact() ? 40 : 200) * NSEC_PER_MSEC };
	struct task_struct *taker[CROWD], *giver[3];
	int balance = 0;

	init_waitqueue_head(&c.queue);
	for (int i = 0; i < CROWD; i++)
		taker[i] = start_thread(test, take_tokens, &c, ANY_CPU, FAIR);
	for (int i = 0; i < ARRAY_SIZE(giver); i++)
		giver[i] = start_thread(test, give_tokens, &c, ANY_CPU, FAIR);
	for (int i = 0; i < ARRAY_SIZE(giver); i++)
		balance += join(giver[i]);
	for (int i = 0; i < CROWD; i++)
		balance -= join(taker[i]);
	KUNIT_EXPECT_EQ(test, balance, c.tokens);
	KUNIT_EXPECT_FALSE(test, waitqueue_active(&c.queue));
}

static struct kunit_case wait_cases[] = {
	KUNIT_CASE(a_true_condition_does_not_sleep),
	KUNIT_CASE(a_waiter_sleeps_in_its_state_and_wakes_when_told_that_the_condition_is_true),
	KUNIT_CASE(a_woken_waiter_tests_its_condition_again),
	KUNIT_CASE(wake_up_interruptible_leaves_others_asleep),
	KUNIT_CASE(sigint_ends_interruptible_waits_only),
	KUNIT_CASE(sigkill_ends_interruptible_and_killable_waits_only),
	KUNIT_CASE(a_signal_that_is_pending_prevents_the_sleep_unless_the_condition_is_true),
	KUNIT_CASE(a_timeout_returns_0_and_not_before_its_time),
	KUNIT_CASE(a_timeout_of_0_only_tests_the_condition),
	KUNIT_CASE(a_condition_found_true_at_the_timeout_returns_1),
	KUNIT_CASE(wait_event_cmd_runs_its_commands_around_each_sleep),
	KUNIT_CASE(plain_entries_go_to_the_front_and_exclusive_ones_to_the_tail),
	KUNIT_CASE(priority_entries_stay_in_front),
	KUNIT_CASE(wake_up_wakes_all_plain_ones_and_one_exclusive),
	KUNIT_CASE(an_exclusive_entry_that_woke_nobody_does_not_use_up_the_wakeup),
	KUNIT_CASE(functions_get_mode_and_key_with_interrupts_off),
	KUNIT_CASE(waitqueue_active_and_friends_say_who_waits),
	KUNIT_CASE(prepare_to_wait_enters_once_and_finish_wait_leaves),
	KUNIT_CASE(autoremove_leaves_the_queue_only_when_the_task_was_woken),
	KUNIT_CASE(a_default_entry_stays_in_the_queue),
	KUNIT_CASE(exclusive_waiters_are_woken_in_order),
	KUNIT_CASE(a_signalled_waiter_leaves_the_wakeup_to_the_next),
	KUNIT_CASE(a_signal_after_the_wakeup_does_not_undo_it),
	KUNIT_CASE(wait_woken_returns_at_once_if_woken_since_the_last_time),
	KUNIT_CASE(wait_woken_loses_no_wakeup),
	KUNIT_CASE(every_queue_operation_takes_the_lock),
	KUNIT_CASE(interrupts_may_wake_a_queue_that_they_interrupted),
	KUNIT_CASE(many_waiters_and_wakers_keep_the_queue_whole),
	{}
};

static struct kunit_suite wait_suite = {
	.name = "wait",
	.test_cases = wait_cases,
};
kunit_test_suite(wait_suite);
