// SPDX-License-Identifier: MIT
/*
 * Non-maskable interrupts: how a CPU that has its interrupts off is made to show its stack, or to stop. The handler may
 * have interrupted anything, a held lock or half an update included, so nothing it calls may take a lock, and all it
 * changes it puts back. See nmi_entry in entry.asm for its stack, and for why it must not be left by an IRET too many.
 */
#include <linux/cpumask.h>
#include <linux/hardirq.h>
#include <linux/nmi.h>
#include <linux/printk.h>
#include <asm/apic.h>
#include <asm/smp.h>
#include <asm/traps.h>

void do_nmi(struct pt_regs *regs)
{
	nmi_enter();
	this_cpu_inc(irq_stat.nmis);
	if (!nmi_cpu_backtrace(regs))
		pr_emerg("NMI for an unknown reason on CPU %d\n", raw_smp_processor_id());
	nmi_exit();
}

void nmi_send(int cpu)
{
	apic_send_ipi(cpu_to_apicid[cpu], APIC_DM_NMI | APIC_INT_ASSERT);
}

/* One by one: the "all but self" shorthand would also reach CPUs that were never started and have no IDT. */
void nmi_send_allbutself(void)
{
	int cpu;

	for_each_online_cpu(cpu)
		if (cpu != raw_smp_processor_id())
			nmi_send(cpu);
}
