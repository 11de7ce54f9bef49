/* SPDX-License-Identifier: MIT */
/*
 * What the suites of the sleeping locks share: a thread that takes a lock in a given form, notes
 * that it is inside, and stays there until it is told to leave.
 */
#ifndef _TESTS_KERNEL_WAITERS_H
#define _TESTS_KERNEL_WAITERS_H

#include <linux/completion.h>
#include <linux/sched/signal.h>
#include "threads.h"

/* A way to take a lock, how it sleeps, and how the lock is given back. */
struct lock_form {
	int (*lock)(void);
	void (*unlock)(void);
	unsigned int state;
};

struct waiter {
	const struct lock_form *form;
	struct task_struct *task;
	struct completion leave;
	bool inside;
	char *trail; /* whoever comes in writes its initial here; under the lock */
	char initial;
	unsigned long sleeps; /* how often it slept until it came in */
};

/* start_waiter - start the thread. It accepts SIGINT and SIGKILL. */
void start_waiter(struct kunit *test, struct waiter *w, const struct lock_form *form, int cpu,
		  int prio);

/* The same, and wait until it sleeps. */
void start_sleeper(struct kunit *test, struct waiter *w, const struct lock_form *form, int prio);

/* end_waiter - let it leave when it has been inside, and join it. Return: what form->lock() said. */
int end_waiter(struct waiter *w);

/*
 * Cases that every sleeping lock passes, in any of its forms. @take and @give are the case's own
 * way to hold the lock so that @form has to wait.
 */
void check_sleeps_in_its_state(struct kunit *test, const struct lock_form *form, void (*take)(void),
			       void (*give)(void));
void check_signals(struct kunit *test, const struct lock_form *form, void (*take)(void),
		   void (*give)(void));
void check_granted_before_the_signal(struct kunit *test, const struct lock_form *form,
				     void (*take)(void), void (*give)(void));

/* ---- one at a time ---- */

struct contest {
	unsigned long a, b; /* the lock: equal whenever nobody is inside */
	int broken;
	ktime_t end;
	const struct lock_form *forms;
	int nr_forms;
	bool (*only_reads)(const struct lock_form *form);
};

/* check_contest - many threads take turns in all forms, signals flying. */
void check_contest(struct kunit *test, const struct lock_form *forms, int nr_forms,
		   bool (*only_reads)(const struct lock_form *form));

#endif
