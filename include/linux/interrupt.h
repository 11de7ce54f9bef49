/* SPDX-License-Identifier: MIT */
/*
 * Interrupt handlers of drivers. A handler runs in hardirq context with interrupts off on its CPU: it may wake tasks,
 * take spinlocks (which everybody else then takes with the _irqsave form) and allocate with GFP_ATOMIC; it may not
 * sleep. One line's handlers never run on two CPUs at once.
 */
#ifndef _LINUX_INTERRUPT_H
#define _LINUX_INTERRUPT_H

#include <linux/types.h>
#include <linux/atomic.h>
#include <linux/bitops.h>
#include <linux/irqreturn.h>
#include <linux/irqflags.h>
#include <linux/cpumask.h>

#define IRQF_TRIGGER_NONE    0x00000000 /* as the firmware says */
#define IRQF_TRIGGER_RISING  0x00000001
#define IRQF_TRIGGER_FALLING 0x00000002
#define IRQF_TRIGGER_HIGH    0x00000004
#define IRQF_TRIGGER_LOW     0x00000008
#define IRQF_TRIGGER_MASK    0x0000000f
#define IRQF_SHARED          0x00000080 /* other handlers may use the line too, if they all say so */
#define IRQF_ONESHOT         0x00002000 /* the line is held back until the handler's thread has ended */

typedef irqreturn_t (*irq_handler_t)(int irq, void *dev_id);

/**
 * request_threaded_irq - run @handler whenever line @irq interrupts, and @thread_fn when that says so
 * @irq: line; 0 to 15 are the ISA lines
 * @handler: called in hardirq context; says whether its device had interrupted, and with
 *	IRQ_WAKE_THREAD, that @thread_fn is to run. NULL: it always is; that takes IRQF_ONESHOT
 * @thread_fn: called in the thread irq/@irq-@name, a real-time task, and may sleep; says whether its device had
 *	interrupted; NULL: no thread
 * @flags: IRQF_SHARED; IRQF_ONESHOT, when the device goes on interrupting until @thread_fn has seen to
 *	it; a trigger overrides what the firmware says. Sharers must agree on all of them
 * @name: for /proc/interrupts; kept by reference
 * @dev_id: given to both, and names them in free_irq(): not NULL on a shared line
 *
 * Context: task, may sleep. The handler may run before this returns.
 * Return: 0; -EINVAL for no such line, no handler or a shared line without @dev_id; -EBUSY when the line is taken by
 * someone who does not share, or differently triggered; -ENOMEM.
 */
int __must_check request_threaded_irq(unsigned int irq, irq_handler_t handler, irq_handler_t thread_fn,
				      unsigned long flags, const char *name, void *dev_id);

/* request_irq - the same without a thread. */
static inline int __must_check request_irq(unsigned int irq, irq_handler_t handler,
					   unsigned long flags, const char *name, void *dev_id)
{
	return request_threaded_irq(irq, handler, NULL, flags, name, dev_id);
}

/* irq_wake_thread - have the thread of @dev_id run as if its handler had said so. Context: any but NMI. */
void irq_wake_thread(unsigned int irq, void *dev_id);

/**
 * free_irq - undo request_irq(); when it returns, the handler runs nowhere and will not run again
 * @irq: the line
 * @dev_id: what request_irq() was given
 *
 * The thread runs once more if it has been asked to, and ends. Context: task, may sleep; not from the
 * handler itself nor from its thread. The device must not interrupt any more unless it shares.
 * Return: the name given to request_irq(), NULL (and a warning) when there is no such handler.
 */
const void *free_irq(unsigned int irq, void *dev_id);

/**
 * disable_irq - hold back a line's interrupts, and wait until running handlers and their threads have ended
 * @irq: the line
 *
 * Context: task, may sleep; holding nothing that the handler wants. Nests. An edge that comes meanwhile is delivered by the
 * last enable_irq(), it is not lost. disable_irq_nosync() does not wait: any context.
 */
void disable_irq(unsigned int irq);
void disable_irq_nosync(unsigned int irq);

/* enable_irq - undo one disable_irq(). Context: any. */
void enable_irq(unsigned int irq);

/* synchronize_irq - wait until no handler of line @irq is running, and no thread. Context: see disable_irq(). */
void synchronize_irq(unsigned int irq);

/* synchronize_hardirq - only for the handlers. Context: task or softirq. Return: no thread is active. */
bool synchronize_hardirq(unsigned int irq);

/**
 * irq_set_affinity - have line @irq interrupt the first online CPU of @cpumask
 *
 * Context: any.
 * Return: 0; -EINVAL when no CPU of @cpumask is online, or there is no such line.
 */
int irq_set_affinity(unsigned int irq, const struct cpumask *cpumask);

/* irq_init - prepare the table of interrupt lines. Context: boot CPU, before ioapic_init(). */
void irq_init(void);

/* Softirqs, in the order in which they run. */
enum {
	HI_SOFTIRQ,
	TIMER_SOFTIRQ,
	TASKLET_SOFTIRQ,
	SCHED_SOFTIRQ,
	RCU_SOFTIRQ,
	PROVOKE_SOFTIRQ,	/* mistakes made on purpose */
	NR_SOFTIRQS,
};

struct softirq_action {
	void (*action)(struct softirq_action *action);
};

/* open_softirq - give softirq @nr its function, which runs in softirq context, on the CPU that raised it. */
void open_softirq(int nr, void (*action)(struct softirq_action *));

/* raise_softirq - have @nr run on this CPU as soon as may be. Context: any but NMI; _irqoff: interrupts off. */
void raise_softirq(unsigned int nr);
void raise_softirq_irqoff(unsigned int nr);

/* softirq_init - the queues of tasklets. Context: boot CPU, before the first interrupt. */
void softirq_init(void);

/* spawn_ksoftirqd - a thread for each online CPU, for when softirqs do not end. Context: task, while booting. */
void spawn_ksoftirqd(void);

/*
 * Tasklets: functions that a driver's interrupt handler leaves to a softirq. Scheduled once or often
 * before it runs, a tasklet runs once, on the CPU that scheduled it first; scheduled while it runs, it
 * runs again. It never runs on two CPUs at once, so it needs no lock against itself. Its function is in
 * softirq context: it may not sleep.
 */
struct tasklet_struct {
	struct tasklet_struct *next; /* in a CPU's queue; that CPU, interrupts off */
	unsigned long state;         /* TASKLET_STATE_*; atomic bit operations */
	atomic_t count;              /* of tasklet_disable(); it runs only at 0 */
	bool use_callback;
	union {
		void (*func)(unsigned long data);
		void (*callback)(struct tasklet_struct *t);
	};
	unsigned long data;
};

enum {
	TASKLET_STATE_SCHED, /* it is to run, and has not begun to */
	TASKLET_STATE_RUN,   /* its function runs */
	/* The others are the business of kernel/irq/tasklet.c. */
	TASKLET_STATE_AGAIN,
	TASKLET_STATE_HELD,
	TASKLET_STATE_HI,
};

#define __TASKLET_INITIALIZER(disabled, ...) \
	{ .count = ATOMIC_INIT(disabled), __VA_ARGS__ }
#define DECLARE_TASKLET(name, _callback)                                  \
	struct tasklet_struct name = __TASKLET_INITIALIZER(0, .callback = \
							   _callback, .use_callback = true)
#define DECLARE_TASKLET_DISABLED(name, _callback)                         \
	struct tasklet_struct name = __TASKLET_INITIALIZER(1, .callback = \
							   _callback, .use_callback = true)
#define DECLARE_TASKLET_OLD(name, _func) \
	struct tasklet_struct name = __TASKLET_INITIALIZER(0, .func = _func)
#define DECLARE_TASKLET_DISABLED_OLD(name, _func) \
	struct tasklet_struct name = __TASKLET_INITIALIZER(1, .func = _func)

#define from_tasklet(var, callback_tasklet, tasklet_fieldname) \
	container_of(callback_tasklet, typeof(*var), tasklet_fieldname)

/* tasklet_setup - give a tasklet its function; tasklet_init - one of the old kind. Context: it is not scheduled. */
void tasklet_setup(struct tasklet_struct *t, void (*callback)(struct tasklet_struct *));
void tasklet_init(struct tasklet_struct *t, void (*func)(unsigned long), unsigned long data);

void __tasklet_schedule(struct tasklet_struct *t);
void __tasklet_hi_schedule(struct tasklet_struct *t);

/**
 * tasklet_schedule - have @t run on this CPU as soon as may be; tasklet_hi_schedule - before timers
 *
 * Nothing if it is scheduled already. A full barrier: its function sees what the caller has stored, or
 * runs once more. Context: any but NMI. From a task it runs in ksoftirqd, elsewhere when the interrupt
 * or the bottom-half-disabled section ends.
 */
static __always_inline void tasklet_schedule(struct tasklet_struct *t)
{
	if (!test_and_set_bit(TASKLET_STATE_SCHED, &t->state))
		__tasklet_schedule(t);
}

static __always_inline void tasklet_hi_schedule(struct tasklet_struct *t)
{
	if (!test_and_set_bit(TASKLET_STATE_SCHED, &t->state))
		__tasklet_hi_schedule(t);
}

/**
 * tasklet_disable - keep @t from running, and wait until it does not; what is scheduled stays so
 *
 * Nests. Context: task, may sleep; not from the tasklet itself. The form _nosync does not wait: any
 * context. The form _in_atomic spins: task or softirq, not on top of the tasklet.
 */
void tasklet_disable(struct tasklet_struct *t);
void tasklet_disable_nosync(struct tasklet_struct *t);
void tasklet_disable_in_atomic(struct tasklet_struct *t);

/* tasklet_enable - undo one tasklet_disable(); it runs if it was scheduled meanwhile. Context: any but NMI. */
void tasklet_enable(struct tasklet_struct *t);

/**
 * tasklet_kill - wait until @t has run, if it is scheduled, and does not run
 *
 * Nobody schedules it again afterwards, and it is not disabled: the caller sees to that. Context: task,
 * may sleep.
 */
void tasklet_kill(struct tasklet_struct *t);

#endif
