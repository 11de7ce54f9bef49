// SPDX-License-Identifier: MIT
/*
 * The C side of interrupt entry: entry.asm calls one of these with interrupts off. They count themselves in
 * preempt_count between irq_enter() and irq_exit(), run the handler and acknowledge the interrupt to the local APIC,
 * once each, before irq_exit(), which may turn interrupts on to run softirqs. All state is the CPU's own: no lock.
 */
#include <linux/hardirq.h>
#include <linux/hrtimer.h>
#include <linux/irqdesc.h>
#include <linux/printk.h>
#include <linux/sched.h>
#include <linux/smp.h>
#include <asm/apic.h>
#include <asm/traps.h>

DEFINE_PER_CPU(struct irq_cpustat, irq_stat);
static DEFINE_PER_CPU(struct pt_regs *, irq_regs);

struct pt_regs *get_irq_regs(void)
{
	return in_hardirq() && !in_nmi() ? this_cpu_read(irq_regs) : NULL;
}

static __always_inline void interrupt_enter(struct pt_regs *regs)
{
	irq_enter();
	this_cpu_write(irq_regs, regs);
}

/* The EOI comes first: with interrupts off nothing nests, and a callback that wrongly sleeps does not stop the clock. */
void timer_interrupt(struct pt_regs *regs)
{
	interrupt_enter(regs);
	this_cpu_inc(irq_stat.timer_irqs);
	apic_eoi();
	hrtimer_interrupt();
	irq_exit();
}

void reschedule_interrupt(struct pt_regs *regs)
{
	interrupt_enter(regs);
	this_cpu_inc(irq_stat.resched_irqs);
	scheduler_ipi();
	apic_eoi();
	irq_exit();
}

void call_function_interrupt(struct pt_regs *regs)
{
	interrupt_enter(regs);
	this_cpu_inc(irq_stat.call_irqs);
	apic_eoi();
	flush_smp_call_function_queue();
	irq_exit();
}

void error_interrupt(struct pt_regs *regs)
{
	u32 status;

	interrupt_enter(regs);
	this_cpu_inc(irq_stat.error_irqs);
	apic_write(APIC_ESR, 0); /* latches what happened: SDM volume 3, section 10.5.3 */
	status = apic_read(APIC_ESR);
	pr_err("apic: error %#x on CPU %d\n", status, raw_smp_processor_id());
	apic_eoi();
	irq_exit();
}

/* The interrupt went away before it was taken: it is the one that wants no EOI (SDM volume 3, section 10.9). */
void spurious_interrupt(struct pt_regs *regs)
{
	interrupt_enter(regs);
	this_cpu_inc(irq_stat.spurious_irqs);
	irq_exit();
}

/* A vector that is nobody's: acknowledged only if the APIC really delivered it, which an 8259 or an INT n does not. */
static void unexpected_interrupt(unsigned int vector)
{
	this_cpu_inc(irq_stat.spurious_irqs);
	if (this_cpu_read(irq_stat.spurious_irqs) <= 10)
		pr_warn("unexpected interrupt vector %#x on CPU %d\n", vector,
			raw_smp_processor_id());
	if (apic_in_service(vector))
		apic_eoi();
}

void common_interrupt(struct pt_regs *regs)
{
	unsigned int vector = ~regs->orig_ax;
	unsigned int irq = vector - FIRST_DEVICE_VECTOR;

	interrupt_enter(regs);
	if (irq < NR_IRQS && irq_to_desc(irq))
		generic_handle_irq(irq);
	else
		unexpected_interrupt(vector);
	irq_exit();
}
