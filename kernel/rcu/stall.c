// SPDX-License-Identifier: MIT
/*
 * A grace period that does not end: some CPU has been in one section, or has had preemption, bottom
 * halves or interrupts off, for seconds. Any CPU's tick notices, so the culprit need not take
 * interrupts itself; its trace is fetched by NMI. Time is the TSC's: jiffies would stand still with
 * the boot CPU.
 */
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/nmi.h>
#include <linux/panic.h>
#include <linux/printk.h>
#include <linux/sched.h>
#include <linux/sched/clock.h>
#include <linux/sched/debug.h>
#include <linux/smp.h>
#include <linux/time64.h>
#include "rcu.h"

#define MAX_STALL_TIMEOUT 300 /* seconds */

u64 rcu_stall_timeout_ns = 21 * NSEC_PER_SEC;

static int __init stall_timeout_setup(char *val)
{
	unsigned int seconds;

	if (kstrtouint(val, 0, &seconds) || !seconds || seconds > MAX_STALL_TIMEOUT)
		return -EINVAL;
	rcu_stall_timeout_ns = seconds * NSEC_PER_SEC;
	return 0;
}
early_param("rcupdate.rcu_cpu_stall_timeout", stall_timeout_setup);

static void show_stalled_cpu(int cpu)
{
	struct task_struct *p = per_cpu(current_task, cpu);

	pr_err("rcu: CPU %d runs %s/%d\n", cpu, p->comm, p->pid);
	debug_show_held_locks(p);
	trigger_single_cpu_backtrace(cpu);
}

/* Not under the lock: printing takes long, and the CPUs concerned may want it meanwhile. */
static void report_stall(u64 now)
{
	struct cpumask cpus;
	unsigned long gp;
	u64 since;
	int cpu;

	raw_spin_lock(&rcu_state.lock);
	cpumask_copy(&cpus, &rcu_state.qs_pending);
	gp = rcu_state.started;
	since = rcu_state.start_ns;
	raw_spin_unlock(&rcu_state.lock);
	if (cpumask_empty(&cpus) || now - since < rcu_stall_timeout_ns)
		return;
	pr_err("rcu: INFO: rcu_sched detected stalls on CPUs: %*pbl (detected by %d, t=%llu ms, g=%lu)\n",
	       cpumask_pr_args(&cpus), raw_smp_processor_id(), (now - since) / NSEC_PER_MSEC, gp);
	for_each_cpu(cpu, &cpus)
		show_stalled_cpu(cpu);
	pr_err("Rule broken: code with preemption, bottom halves or interrupts off has to end soon.\n"
	       "While it lasts, synchronize_rcu() waits and nothing given to call_rcu() is freed.\n"
	       "To mend it: leave the section now and then, and call cond_resched() there.\n");
}

static bool stall_due(void)
{
	return (s64)(sched_clock() - READ_ONCE(rcu_state.stall_ns)) >= 0 &&
	       READ_ONCE(rcu_state.completed) != READ_ONCE(rcu_state.started);
}

/* Another CPU's report may be this one, and puts off the next: look again when it has ended. */
void rcu_check_stall(void)
{
	if (likely(!stall_due()) || report_running() || !report_begin())
		return;
	if (stall_due()) {
		report_stall(sched_clock());
		WRITE_ONCE(rcu_state.stall_ns, sched_clock() + 3 * rcu_stall_timeout_ns);
	}
	report_end();
}
