/* SPDX-License-Identifier: MIT */
/*
 * Torture: many tasks do random things to a few objects, for as long as torture= says, and what must always hold is
 * checked all the while. A kind of torture is an operation that a task does again and again; the frame starts the
 * tasks, moves them about, sends them signals, lets all of them pause together now and then, and says in the end how
 * much was done and how often it was close. Everything random comes from seed=: with QEMU's -icount one seed is one run.
 */
#ifndef _TESTS_KERNEL_TORTURE_H
#define _TESTS_KERNEL_TORTURE_H

#include "../threads.h"

#include <linux/atomic.h>
#include <linux/prandom.h>
#include <linux/sched/signal.h>

#define TORTURE_TASKS 16
#define TORTURE_STATS 4

struct torture_kind;

struct torturer {
	struct task_struct *task;
	struct rnd_state rnd; /* its own, so that nobody else's draws change it */
	int index;
	unsigned long ops;
	unsigned long stat[TORTURE_STATS]; /* what else it counts: see torture_kind.stats */
	void *priv;			   /* the kind's */
};

struct torture_kind {
	const char *name;
	const void *data;		/* the kind's */
	int tasks;			/* 0: three for each CPU */
	const char *stats[TORTURE_STATS];	/* what the torturers' counts mean; NULL for none */
	/* One operation. It ends by itself within a second or so, or when torture_stopping(). Context: task. */
	void (*op)(struct torturer *t);
	void (*disturb)(void);		/* now and then, from the case's task; may be NULL */
	void (*before_stop)(void);	/* the time is over, and they still run; may be NULL */
	void (*stop)(void);		/* torture_stopping() is true now: wake who has to see it; may be NULL */
	bool signals;			/* send SIGINT to torturers */
};

/**
 * torture_run - torture for the time that is this case's share
 * @cases: so many cases share the suite's time
 *
 * Ends when all tasks have. Context: a case.
 */
void torture_run(struct kunit *test, const struct torture_kind *kind, int cases);

/* The kind that runs, and the sum of a torturers' count, for checks at the end. */
extern const struct torture_kind *torture_kind;
unsigned long torture_sum(int stat);

/* torture_stopping - must operations end? */
bool torture_stopping(void);

/* torture_broken - something that must hold does not: the case fails, once for each place. Context: any but NMI. */
void __printf(2, 3) torture_broken(int line, const char *fmt, ...);

/* torture_check - what must hold */
#define torture_check(cond)                                                                        \
	do {                                                                                       \
		static bool __said;                                                                \
		if (unlikely(!(cond)) && !xchg(&__said, true))                                     \
			torture_broken(__LINE__, "%s: %s", __FILE__, #cond);                       \
	} while (0)

/* A number below @ceil; true once in @n times. */
static inline u32 torture_random(struct torturer *t, u32 ceil)
{
	return ((u64)prandom_u32_state(&t->rnd) * ceil) >> 32;
}

static inline bool one_in(struct torturer *t, u32 n)
{
	return !torture_random(t, n);
}

/* torture_dawdle - stay a moment in a section that may not sleep: mostly nothing, at times long. */
void torture_dawdle(struct torturer *t);

/* torture_doze - the same where sleeping is allowed: yield, be preempted, sleep a jiffy or two. Context: task. */
void torture_doze(struct torturer *t);

#endif
