// SPDX-License-Identifier: MIT
/*
 * Two watchdogs over CPUs, both driven by the tick. Soft lockup: a CPU takes interrupts, but its
 * tasks cannot be switched; its own tick sees that. Hard lockup: a CPU takes no interrupts either;
 * the tick of another CPU sees that, and fetches the trace by NMI. So a machine with one CPU has the
 * first watchdog only.
 *
 * Time is what a CPU's own ticks amount to (`own`), not the clock. Where every CPU is a thread of a
 * busy host, the clock goes on while a CPU is not run at all: it then finds that many seconds have
 * passed, but takes one tick for all of them. And silence alone proves nothing about another CPU: it
 * must have answered NMIs all the while, that is, have run, without taking the tick that was due.
 * What cannot be told apart is a CPU under QEMU's -icount that takes its ticks and executes nothing
 * else, because another CPU spins without PAUSE.
 *
 * No locks: a CPU writes its own struct; of another one's it reads `own` and `answers`, and whoever
 * reports it claims `hard` by xchg.
 */
#include <linux/atomic.h>
#include <linux/hardirq.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/nmi.h>
#include <linux/panic.h>
#include <linux/percpu.h>
#include <linux/printk.h>
#include <linux/sched.h>
#include <linux/sched/debug.h>
#include <linux/smp.h>
#include <linux/time64.h>
#include <asm/apic.h>
#include <asm/nmi.h>

#include "watchdog.h"

#ifdef CONFIG_LOCKUP_DETECTOR

#define MAX_THRESH 60 /* seconds */
#define PROBES     5  /* a silent CPU is probed so often in the time after which it is reported */
#define ENOUGH     3  /* answers; two may have been lost to other NMIs */

enum hard_lockup { NOT_SEEN, SEEN, REPORTED };

u64 hard_lockup_ns = 10 * NSEC_PER_SEC; /* 0: off, and soft lockups with it */

static bool started; /* CPUs can answer */

struct watchdog {
	u64 own; /* ns of this CPU's time, in ticks that it took */

	/* Soft: */
	u64 switched; /* when tasks could last be switched */
	bool asked;   /* need_resched was set, and has to be seen clear */
	bool soft_reported;

	/* Hard, about the CPU watched: */
	int cpu;
	unsigned int probes; /* sent since it was last seen to tick */
	unsigned int answers_before;
	u64 its_own;
	u64 looked;

	/* What watchers may see of this one: */
	bool probed; /* it is to answer */
	unsigned int answers;
	unsigned int hard; /* NOT_SEEN, SEEN, REPORTED */
};

static DEFINE_PER_CPU_ALIGNED(struct watchdog, watchdogs);

static int __init thresh_setup(char *val)
{
	unsigned int seconds;

	if (kstrtouint(val, 0, &seconds) || seconds > MAX_THRESH)
		return -EINVAL;
	hard_lockup_ns = seconds * NSEC_PER_SEC;
	return 0;
}
early_param("watchdog_thresh", thresh_setup);

void touch_softlockup_watchdog(void)
{
	struct watchdog *w = raw_cpu_ptr(&watchdogs);

	w->switched = w->own;
}

bool lockup_reported(int cpu, bool hard)
{
	const struct watchdog *w = per_cpu_ptr(&watchdogs, cpu);

	return hard ? READ_ONCE(w->hard) == REPORTED : READ_ONCE(w->soft_reported);
}

/* ---- soft ---- */

static void report_soft_lockup(u64 stuck)
{
	if (!report_begin())
		return;
	pr_emerg("watchdog: BUG: soft lockup - CPU#%d stuck for %llus! [%s:%d]\n",
		 raw_smp_processor_id(), stuck / NSEC_PER_SEC, current->comm, current->pid);
	debug_show_held_locks(current);
	dump_stack();
	pr_emerg("Rule broken: a task may not keep its CPU from switching for so long. The\n"
		 "others of this CPU have had no turn, however important they are.\n"
		 "To mend it: find the loop or the wait in the trace that never ends;\n"
		 "wait by sleeping, or leave the section now and then: cond_resched().\n");
	report_end();
}

/*
 * A tick that hits preemptible code proves that all is well. A loop of short sections might be hit in
 * one each time, so half-way to a report the scheduler is asked to run: it clears need_resched.
 */
static void check_soft(struct watchdog *w)
{
	u64 limit = 2 * hard_lockup_ns, stuck = w->own - w->switched;

	if (interrupted_preemptible() || (w->asked && !test_preempt_need_resched())) {
		w->switched = w->own;
		w->asked = false;
		w->soft_reported = false;
	} else if (stuck >= limit && !w->soft_reported) {
		w->soft_reported = true;
		report_soft_lockup(stuck);
	} else if (stuck >= limit / 2 && !w->asked) {
		w->asked = true;
		set_preempt_need_resched();
	}
}

/* ---- hard ---- */

static int answer_probe(unsigned int type, struct pt_regs *regs)
{
	struct watchdog *w = this_cpu_ptr(&watchdogs);

	if (!READ_ONCE(w->probed))
		return NMI_DONE;
	WRITE_ONCE(w->answers, w->answers + 1);
	WRITE_ONCE(w->probed, false);
	return NMI_HANDLED;
}

/* One at a time: a CPU that the host does not run answers later, and then once. */
static void probe(int cpu)
{
	if (!xchg(&per_cpu(watchdogs, cpu).probed, true))
		nmi_send(cpu);
}

static void report_hard_lockup(int cpu)
{
	struct task_struct *p = per_cpu(current_task, cpu);

	if (!report_begin())
		return;
	pr_emerg("watchdog: Watchdog detected hard LOCKUP on cpu %d (seen from cpu %d)\n", cpu,
		 raw_smp_processor_id());
	pr_emerg("CPU %d runs %s/%d, and takes no interrupts\n", cpu, p->comm, p->pid);
	debug_show_held_locks(p);
	trigger_single_cpu_backtrace(cpu);
	pr_emerg("Rule broken: code with interrupts off has to end soon. Meanwhile its CPU\n"
		 "hears of no device, no timer and no other CPU.\n"
		 "To mend it: find in the trace what it waits for; who should have let it\n"
		 "go? A lock that is held elsewhere for ever looks so, too.\n");
	report_end();
}

/* The next CPU that is not known to be locked up: whom a CPU watches that is, others take over. */
static int choose_cpu(int this_cpu)
{
	int cpu = this_cpu;

	do {
		cpu = cpumask_next(cpu, cpu_online_mask);
		if (cpu >= nr_cpu_ids)
			cpu = cpumask_first(cpu_online_mask);
	} while (cpu != this_cpu && READ_ONCE(per_cpu(watchdogs, cpu).hard) != NOT_SEEN);
	return cpu;
}

static void begin_to_watch(struct watchdog *w, int cpu)
{
	struct watchdog *its = per_cpu_ptr(&watchdogs, cpu);

	w->cpu = cpu;
	w->its_own = READ_ONCE(its->own);
	w->answers_before = READ_ONCE(its->answers);
	w->probes = 0;
}

/* Several times in the time after which silence is reported. */
static void check_hard(struct watchdog *w)
{
	int this_cpu = raw_smp_processor_id(), cpu = choose_cpu(this_cpu);
	struct watchdog *its = per_cpu_ptr(&watchdogs, cpu);
	bool answers;

	if (cpu == this_cpu)
		return;
	if (cpu != w->cpu || w->its_own != READ_ONCE(its->own)) {
		begin_to_watch(w, cpu);
		return;
	}
	answers = READ_ONCE(its->answers) - w->answers_before >= ENOUGH;
	if (w->probes >= PROBES && answers && xchg(&its->hard, SEEN) == NOT_SEEN) {
		report_hard_lockup(cpu);
		WRITE_ONCE(its->hard, REPORTED);
	}
	w->probes++;
	probe(cpu);
}

/* ---- the tick ---- */

void watchdog_tick(u64 period)
{
	struct watchdog *w = this_cpu_ptr(&watchdogs);

	WRITE_ONCE(w->own, w->own + period);
	if (unlikely(w->hard))
		WRITE_ONCE(w->hard, NOT_SEEN);
	if (unlikely(!started || !hard_lockup_ns || report_running())) {
		touch_softlockup_watchdog(); /* waiting for a report to end is no lockup */
		w->cpu = -1;
		return;
	}
	check_soft(w);
	if (w->own - w->looked >= hard_lockup_ns / PROBES) {
		w->looked = w->own;
		check_hard(w);
	}
}

void __init lockup_detector_init(void)
{
	WRITE_ONCE(started, !register_nmi_handler(NMI_LOCAL, answer_probe, 0, "watchdog"));
}

#endif
