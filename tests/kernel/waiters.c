// SPDX-License-Identifier: MIT
/* See waiters.h. */
#include "waiters.h"

#define CONTESTANTS 8
#define TURNS       1000

static int come_in_and_stay(void *data)
{
	struct waiter *w = data;
	int err;

	allow_signal(SIGINT);
	allow_signal(SIGKILL);
	w->sleeps = current->nvcsw;
	err = w->form->lock();
	w->sleeps = current->nvcsw - w->sleeps;
	if (err)
		return err;
	if (w->trail)
		w->trail[strlen(w->trail)] = w->initial;
	WRITE_ONCE(w->inside, true);
	wait_for_completion(&w->leave);
	WRITE_ONCE(w->inside, false);
	w->form->unlock();
	return 0;
}

static void init_waiter(struct waiter *w, const struct lock_form *form)
{
	w->form = form;
	init_completion(&w->leave);
}

void start_waiter(struct kunit *test, struct waiter *w, const struct lock_form *form, int cpu,
		  int prio)
{
	init_waiter(w, form);
	w->task = start_thread(test, come_in_and_stay, w, cpu, prio);
}

void start_sleeper(struct kunit *test, struct waiter *w, const struct lock_form *form, int prio)
{
	start_waiter(test, w, form, ANY_CPU, prio);
	KUNIT_EXPECT_TRUE(test, eventually(is_asleep(w->task)));
	KUNIT_EXPECT_FALSE(test, w->inside);
}

int end_waiter(struct waiter *w)
{
	complete(&w->leave);
	return join(w->task);
}

void check_sleeps_in_its_state(struct kunit *test, const struct lock_form *form, void (*take)(void),
			       void (*give)(void))
{
	struct waiter w = {};

	take();
	start_sleeper(test, &w, form, FAIR);
	KUNIT_EXPECT_EQ(test, w.task->__state, form->state);
	wake_up_process(w.task); /* for nothing: it sleeps on */
	KUNIT_EXPECT_TRUE(test, eventually(is_asleep(w.task)));
	KUNIT_EXPECT_FALSE(test, w.inside);
	give();
	KUNIT_EXPECT_TRUE(test, eventually(READ_ONCE(w.inside)));
	KUNIT_EXPECT_EQ(test, end_waiter(&w), 0);
	take(); /* it was given back: else this would sleep for ever */
	give();
}

/* A signal that the state accepts ends the wait, and what was waited for is not lost with it. */
void check_signals(struct kunit *test, const struct lock_form *form, void (*take)(void),
		   void (*give)(void))
{
	static const int signals[] = { SIGINT, SIGKILL };

	for (int i = 0; i < ARRAY_SIZE(signals); i++) {
		bool ends = form->state & TASK_INTERRUPTIBLE ||
			    (form->state & TASK_WAKEKILL && signals[i] == SIGKILL);
		struct waiter w = {};

		take();
		start_sleeper(test, &w, form, FAIR);
		send_sig(signals[i], w.task, 1);
		if (ends) {
			KUNIT_EXPECT_EQ(test, join(w.task), -EINTR);
			KUNIT_EXPECT_FALSE(test, w.inside);
			give();
		} else {
			KUNIT_EXPECT_TRUE(test, eventually(is_asleep(w.task)));
			give();
			KUNIT_EXPECT_EQ(test, end_waiter(&w), 0);
		}
		take();
		give();
	}
}

/*
 * The signal comes first, the lock is given before the waiter can run: what it was given it must
 * not leave behind, and so it does not fail.
 */
void check_granted_before_the_signal(struct kunit *test, const struct lock_form *form,
				     void (*take)(void), void (*give)(void))
{
	struct waiter w = {};

	take_cpu(test, 0, BOSS);
	take();
	start_waiter(test, &w, form, 0, 50);
	KUNIT_EXPECT_TRUE(test, eventually(is_asleep(w.task)));
	send_sig(SIGKILL, w.task, 1);
	give();
	KUNIT_EXPECT_EQ(test, end_waiter(&w), 0);
	take();
	give();
}

static void touch(struct contest *c, bool write)
{
	if (READ_ONCE(c->a) != READ_ONCE(c->b))
		c->broken++;
	if (!write)
		return;
	WRITE_ONCE(c->a, c->a + 1);
	if (c->a % 16 == 0)
		yield();
	for (int i = 0; i < 20; i++)
		barrier();
	WRITE_ONCE(c->b, c->b + 1);
}

static int take_turns(void *data)
{
	struct contest *c = data;
	int wrote = 0;

	allow_signal(SIGINT);
	allow_signal(SIGKILL);
	for (int i = 0; i < c->nr_forms || (i < TURNS && ktime_get() < c->end); i++) {
		const struct lock_form *form = &c->forms[i % c->nr_forms];
		bool write = !c->only_reads || !c->only_reads(form);

		if (form->lock()) {
			flush_signals(current);
			continue;
		}
		touch(c, write);
		form->unlock();
		wrote += write;
	}
	return wrote;
}

void check_contest(struct kunit *test, const struct lock_form *forms, int nr_forms,
		   bool (*only_reads)(const struct lock_form *form))
{
	struct contest c = { .end = ktime_get() + 100 * NSEC_PER_MSEC,
			     .forms = forms,
			     .nr_forms = nr_forms,
			     .only_reads = only_reads };
	struct task_struct *p[CONTESTANTS];
	int wrote = 0;

	for (int i = 0; i < CONTESTANTS; i++)
		p[i] = start_thread(test, take_turns, &c, ANY_CPU, FAIR);
	for (int i = 0; ktime_get() < c.end; i++) {
		unsigned long us = 50;

		send_sig(i % 3 ? SIGINT : SIGKILL, p[i % CONTESTANTS], 1);
		nap(&us);
	}
	for (int i = 0; i < CONTESTANTS; i++)
		wrote += join(p[i]);
	KUNIT_EXPECT_EQ(test, c.broken, 0);
	KUNIT_EXPECT_EQ(test, c.a, wrote);
	KUNIT_EXPECT_EQ(test, c.b, wrote);
	KUNIT_EXPECT_GT(test, wrote, 0);
}
