// SPDX-License-Identifier: MIT
/*
 * Tasklets. Each CPU has two queues, emptied by two softirqs; a queue belongs to its CPU, with
 * interrupts off. All else is in the bits of tasklet_struct.state.
 *
 * SCHED means that there is a token: the right, and the duty, to put the tasklet into a queue or to
 * run it. tasklet_schedule() makes it, and running uses it up. RUN is a lock: its holder runs the
 * function. A CPU that cannot run what it took from its queue need not try again and again; it gives
 * the token to who is in its way, in the same atomic step that finds him there:
 *
 *	AGAIN	the holder of RUN has it, and queues the tasklet when he lets RUN go
 *	HELD	tasklet_enable() has it, and queues the tasklet when the count is 0
 *
 * tasklet_kill() returns once there is no token and nobody holds RUN; the tasklet may be freed then.
 * So it is not touched any more by a CPU that has given away both.
 */
#include <linux/bug.h>
#include <linux/init.h>
#include <linux/interrupt.h>
#include <linux/kernel.h>
#include <linux/percpu.h>
#include <linux/sched.h>
#include <linux/wait.h>
#include <catnap/context.h>

struct tasklet_head {
	struct tasklet_struct *head, **tail;
};

static DEFINE_PER_CPU(struct tasklet_head, tasklet_vec);
static DEFINE_PER_CPU(struct tasklet_head, tasklet_hi_vec);

static DECLARE_WAIT_QUEUE_HEAD(tasklet_waiters); /* tasklet_kill(), tasklet_disable() */

void tasklet_setup(struct tasklet_struct *t, void (*callback)(struct tasklet_struct *))
{
	*t = (struct tasklet_struct){ .callback = callback, .use_callback = true };
}

void tasklet_init(struct tasklet_struct *t, void (*func)(unsigned long), unsigned long data)
{
	*t = (struct tasklet_struct){ .func = func, .data = data };
}

static __always_inline void enqueue(struct tasklet_struct *t, struct tasklet_head *vec,
				    unsigned int softirq)
{
	struct tasklet_head *queue;
	unsigned long flags;

	local_irq_save(flags);
	queue = this_cpu_ptr(vec);
	t->next = NULL;
	*queue->tail = t;
	queue->tail = &t->next;
	raise_softirq_irqoff(softirq);
	local_irq_restore(flags);
}

void __tasklet_schedule(struct tasklet_struct *t)
{
	enqueue(t, &tasklet_vec, TASKLET_SOFTIRQ);
}

void __tasklet_hi_schedule(struct tasklet_struct *t)
{
	enqueue(t, &tasklet_hi_vec, HI_SOFTIRQ);
}

/* Context: the caller has the token. */
static void requeue(struct tasklet_struct *t)
{
	if (test_bit(TASKLET_STATE_HI, &t->state))
		__tasklet_hi_schedule(t);
	else
		__tasklet_schedule(t);
}

/* Let RUN go. A full barrier, before the look at who waits: waiters look at RUN after they queued. */
static __always_inline void tasklet_unlock(struct tasklet_struct *t)
{
	unsigned long old = xadd(&t->state, -BIT(TASKLET_STATE_RUN));

	if (unlikely(old & BIT(TASKLET_STATE_AGAIN))) {
		clear_bit(TASKLET_STATE_AGAIN, &t->state);
		requeue(t);
	}
	if (unlikely(waitqueue_active(&tasklet_waiters)))
		wake_up_all(&tasklet_waiters);
}

/* RUN was taken. Take it, if it is free now, or leave the token to its holder. Return: taken. */
static noinline bool lock_or_leave(struct tasklet_struct *t, bool hi)
{
	unsigned long old, new;

	assign_bit(TASKLET_STATE_HI, &t->state, hi);
	old = READ_ONCE(t->state);
	do {
		new = old | BIT(TASKLET_STATE_RUN);
		if (new == old)
			new |= BIT(TASKLET_STATE_AGAIN);
	} while (!try_cmpxchg(&t->state, &old, new));
	return !(old & BIT(TASKLET_STATE_RUN));
}

/*
 * The tasklet is disabled. Leave the token to tasklet_enable(), unless that has come meanwhile; RUN
 * is held, and so it is not freed.
 *
 *	hold()						tasklet_enable()
 *	  [A] set HELD					  [C] count = 0
 *	      full barrier				      full barrier
 *	  [B] if (!count) take the token back		  [D] if HELD, take the token
 *
 * At least one of the two sees what the other wrote; if both do, the atomic clear decides.
 * Return: the token is taken back.
 */
static noinline bool hold(struct tasklet_struct *t, bool hi)
{
	assign_bit(TASKLET_STATE_HI, &t->state, hi);
	set_bit(TASKLET_STATE_HELD, &t->state); /* [A] */
	smp_mb__after_atomic();
	return !atomic_read(&t->count) &&
	       test_and_clear_bit(TASKLET_STATE_HELD, &t->state); /* [B] */
}

/* Context: the caller has the token. */
static __always_inline void run_one(struct tasklet_struct *t, bool hi)
{
	if (unlikely(test_and_set_bit_lock(TASKLET_STATE_RUN, &t->state)) && !lock_or_leave(t, hi))
		return;
	/* Pairs with tasklet_disable_nosync(): it sees RUN, or the count is seen here. */
	if (likely(!atomic_read(&t->count)) || hold(t, hi)) {
		struct running_callback cb;

		/* A full barrier: who finds SCHED set up to here has stored before the function reads. */
		clear_bit(TASKLET_STATE_SCHED, &t->state);
		callback_begin(&cb, "tasklet", t->callback, NO_LINE);
		if (t->use_callback)
			t->callback(t);
		else
			t->func(t->data);
		callback_end(&cb);
	}
	tasklet_unlock(t);
}

static __always_inline void run_queue(struct tasklet_head *vec, bool hi)
{
	struct tasklet_struct *t;
	struct tasklet_head *queue;

	local_irq_disable();
	queue = this_cpu_ptr(vec);
	t = queue->head;
	queue->head = NULL;
	queue->tail = &queue->head;
	local_irq_enable();
	while (t) {
		struct tasklet_struct *next = t->next; /* it may be in a queue again, or freed */

		run_one(t, hi);
		t = next;
	}
}

static void tasklet_action(struct softirq_action *action)
{
	run_queue(&tasklet_vec, false);
}

static void tasklet_hi_action(struct softirq_action *action)
{
	run_queue(&tasklet_hi_vec, true);
}

void tasklet_disable_nosync(struct tasklet_struct *t)
{
	atomic_inc(&t->count);
	smp_mb__after_atomic(); /* before the caller looks at RUN: see run_one() */
}

void tasklet_disable(struct tasklet_struct *t)
{
	tasklet_disable_nosync(t);
	wait_event(tasklet_waiters, !test_bit(TASKLET_STATE_RUN, &t->state));
}

void tasklet_disable_in_atomic(struct tasklet_struct *t)
{
	tasklet_disable_nosync(t);
	while (test_bit(TASKLET_STATE_RUN, &t->state))
		cpu_relax();
	smp_rmb(); /* what the function wrote is seen */
}

void tasklet_enable(struct tasklet_struct *t)
{
	if (atomic_dec_and_test(&t->count) &&                  /* [C] */
	    test_and_clear_bit(TASKLET_STATE_HELD, &t->state)) /* [D] */
		requeue(t);
}

/* While it holds SCHED itself, nobody can schedule the tasklet. */
void tasklet_kill(struct tasklet_struct *t)
{
	wait_event(tasklet_waiters, !test_and_set_bit(TASKLET_STATE_SCHED, &t->state));
	wait_event(tasklet_waiters, !test_bit(TASKLET_STATE_RUN, &t->state));
	clear_bit(TASKLET_STATE_SCHED, &t->state);
	smp_mb__after_atomic();
	if (waitqueue_active(&tasklet_waiters)) /* somebody else kills it too */
		wake_up_all(&tasklet_waiters);
}

void __init softirq_init(void)
{
	int cpu;

	for_each_possible_cpu(cpu) {
		per_cpu(tasklet_vec, cpu).tail = &per_cpu(tasklet_vec, cpu).head;
		per_cpu(tasklet_hi_vec, cpu).tail = &per_cpu(tasklet_hi_vec, cpu).head;
	}
	open_softirq(TASKLET_SOFTIRQ, tasklet_action);
	open_softirq(HI_SOFTIRQ, tasklet_hi_action);
}
