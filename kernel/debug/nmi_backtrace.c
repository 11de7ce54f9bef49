// SPDX-License-Identifier: MIT
/*
 * Traces of other CPUs. The asker marks a CPU in `asked` and sends it an NMI; the CPU leaves the
 * address of its interrupted registers in frozen_regs[] and spins in the handler. The asker walks
 * that CPU's stack, which cannot change now, and prints. So output is in order without a lock, and
 * nothing is printed from an NMI. Clearing `freezing` lets them go, unless a panic stops them for
 * good.
 */
#include <linux/atomic.h>
#include <linux/cpumask.h>
#include <linux/delay.h>
#include <linux/nmi.h>
#include <linux/printk.h>
#include <linux/sched.h>
#include <linux/sched/debug.h>
#include <linux/smp.h>
#include <linux/stacktrace.h>
#include <asm/apic.h>
#include <asm/current.h>
#include <asm/processor.h>

#define ANSWER_US 1000000 /* a CPU that has not answered an NMI by then never will */

static atomic_t asker = ATOMIC_INIT(-1);     /* the CPU that may use what follows */
static struct cpumask asked;                 /* CPUs on the way into their handler */
static struct pt_regs *frozen_regs[NR_CPUS]; /* CPUs that hold still */
static bool freezing;                        /* they have to go on doing so */
static bool stopping;                        /* for good, whatever an asker thinks */

bool nmi_cpu_backtrace(struct pt_regs *regs)
{
	int cpu = raw_smp_processor_id();

	if (!cpumask_test_and_clear_cpu(cpu, &asked))
		return false;
	smp_store_release(&frozen_regs[cpu], regs);
	while (READ_ONCE(freezing) || READ_ONCE(stopping)) {
		if (READ_ONCE(stopping))
			halt();
		cpu_relax();
	}
	smp_store_release(&frozen_regs[cpu], NULL); /* pairs with the acquire in all_settled() */
	return true;
}

/* Do all CPUs of the set hold still (or, when not @frozen, run again)? */
static bool all_settled(const struct cpumask *cpus, bool frozen)
{
	int cpu;

	for_each_cpu(cpu, cpus)
		if (!!smp_load_acquire(&frozen_regs[cpu]) != frozen)
			return false;
	return true;
}

static void wait_settled(const struct cpumask *cpus, bool frozen)
{
	int us;

	for (us = 0; us < ANSWER_US && !all_settled(cpus, frozen); us += 100)
		udelay(100);
}

static void freeze(const struct cpumask *cpus)
{
	int cpu;

	WRITE_ONCE(freezing, true);
	for_each_cpu(cpu, cpus) {
		cpumask_set_cpu(cpu, &asked);
		nmi_send(cpu);
	}
	wait_settled(cpus, true);
}

static void thaw(const struct cpumask *cpus)
{
	struct cpumask held = CPU_MASK_NONE;
	int cpu;

	for_each_cpu(cpu, cpus)
		if (frozen_regs[cpu])
			cpumask_set_cpu(cpu, &held);
	WRITE_ONCE(freezing, false);
	wait_settled(&held, false);
}

static void print_one(const char *lvl, int cpu)
{
	struct pt_regs *regs = smp_load_acquire(&frozen_regs[cpu]);
	struct task_struct *task = per_cpu(current_task, cpu);
	struct unwind_state s;

	if (!regs) {
		printk("%sCPU: %d does not answer\n", lvl, cpu);
		return;
	}
	print_cpu_header(lvl, cpu, task);
	unwind_start_regs(&s, task, regs);
	show_trace(lvl, &s);
}

static void print_frozen(const char *lvl, const struct cpumask *cpus)
{
	int cpu;

	for_each_cpu(cpu, cpus)
		print_one(lvl, cpu);
}

static bool print_and_release(struct cpumask *cpus)
{
	int this_cpu = get_cpu();
	bool mine = atomic_cmpxchg(&asker, -1, this_cpu) == -1;

	if (mine) {
		if (cpumask_test_and_clear_cpu(this_cpu, cpus))
			dump_stack();
		freeze(cpus);
		print_frozen(KERN_WARNING, cpus);
		thaw(cpus);
		atomic_set_release(&asker, -1);
	}
	put_cpu();
	return mine;
}

bool trigger_all_cpu_backtrace(void)
{
	struct cpumask cpus = *cpu_online_mask;

	return print_and_release(&cpus);
}

bool trigger_single_cpu_backtrace(int cpu)
{
	struct cpumask cpus = *cpumask_of(cpu);

	return print_and_release(&cpus);
}

/*
 * An asker may be among those to stop, so its turn is not waited for. It may also have let its CPUs
 * go since: each finds `stopping` set on its way out of the handler, or gets the NMI sent here.
 */
void stop_other_cpus(bool show)
{
	struct cpumask cpus = *cpu_online_mask;

	cpumask_clear_cpu(raw_smp_processor_id(), &cpus);
	WRITE_ONCE(stopping, true);
	freeze(&cpus);
	if (show)
		print_frozen(KERN_EMERG, &cpus);
}
