/* SPDX-License-Identifier: MIT */
/*
 * The local APIC of each CPU and the I/O APICs that devices are wired to. Registers: Intel SDM volume 3, chapter 10;
 * in x2APIC mode the register at offset n is MSR 0x800 + n/16 (section 10.12.1.2).
 */
#ifndef _ASM_APIC_H
#define _ASM_APIC_H

#include <linux/types.h>
#include <asm/io.h>
#include <asm/msr.h>
#include <asm/percpu.h>
#include <asm/irq_vectors.h>

#define APIC_DEFAULT_PHYS_BASE   0xfee00000UL
#define IOAPIC_DEFAULT_PHYS_BASE 0xfec00000UL

#define APIC_LVR          0x30 /* version; bits 16-23: highest LVT entry */
#define APIC_TASKPRI      0x80
#define APIC_EOI          0xb0
#define APIC_SPIV         0xf0
#define APIC_SPIV_ENABLED (1U << 8)
#define APIC_ISR          0x100 /* eight registers, 16 bytes apart */
#define APIC_ESR          0x280
#define APIC_ICR          0x300
#define APIC_ICR2         0x310
#define APIC_LVTT         0x320
#define APIC_LVTTHMR      0x330
#define APIC_LVTPC        0x340
#define APIC_LVT0         0x350
#define APIC_LVT1         0x360
#define APIC_LVTERR       0x370
#define APIC_LVT_MASKED   (1U << 16)
#define APIC_TMICT        0x380
#define APIC_TMCCT        0x390
#define APIC_TDCR         0x3e0
#define APIC_TDR_DIV_1    0xb

/* Interrupt command register: SDM volume 3, figure 10-12. */
#define APIC_DM_FIXED   0x000
#define APIC_DM_NMI     0x400
#define APIC_DM_INIT    0x500
#define APIC_DM_STARTUP 0x600
#define APIC_ICR_BUSY   (1U << 12)
#define APIC_INT_ASSERT (1U << 14)

extern bool x2apic_mode;         /* set once, before other CPUs run */
extern void __iomem *lapic_base; /* xAPIC mode: the mapped registers */
extern u32 cpu_to_apicid[];

static inline u32 apic_read(u32 reg)
{
	return x2apic_mode ? (u32)rdmsrl_value(0x800 + (reg >> 4)) : readl(lapic_base + reg);
}

static inline void apic_write(u32 reg, u32 value)
{
	if (x2apic_mode)
		wrmsrl(0x800 + (reg >> 4), value);
	else
		writel(value, lapic_base + reg);
}

/* apic_eoi - the interrupt in service is done (SDM volume 3, section 10.8.5). Context: interrupt entry, once each. */
static inline void apic_eoi(void)
{
	apic_write(APIC_EOI, 0);
}

/*
 * apic_init - map and enable the boot CPU's local APIC; mask the 8259s. Panics without a local APIC.
 * apic_init_cpu - the part that every CPU does for itself, interrupts off.
 */
void apic_init(void);
void apic_init_cpu(void);

/**
 * apic_send_ipi - send an interrupt, INIT, SIPI or NMI to one CPU
 * @apicid: the destination
 * @command: low half of the interrupt command register
 *
 * Context: any. In xAPIC mode it waits until the previous command has left.
 */
void apic_send_ipi(u32 apicid, u32 command);

/* apic_in_service - has this CPU accepted interrupt @vector and not yet ended it? Context: interrupts off. */
bool apic_in_service(unsigned int vector);

/* nmi_send, nmi_send_allbutself - a non-maskable interrupt to one online CPU, to all others. Context: any. */
void nmi_send(int cpu);
void nmi_send_allbutself(void);

/*
 * lapic_timer_start - unmask this CPU's timer. lapic_next_event - interrupt this CPU once, @delta_ns from now; a later
 * call replaces an earlier one. 0 means at once; what is too far for the counter comes early. Context: interrupts off.
 */
void lapic_timer_start(void);
void lapic_next_event(u64 delta_ns);

/* lapic_set_timer_khz - the result of the calibration in tsc.c. */
extern u32 lapic_timer_khz;
void lapic_set_timer_khz(u32 khz);

/**
 * ioapic_init - find the I/O APICs, mask every pin, and make IRQ 0 to NR_IRQS - 1 ready for request_irq()
 *
 * Context: boot CPU, after apic_init(). Without a usable MADT it tries the address that the MultiProcessor
 * specification gives the first one (section 3.6.5).
 */
void ioapic_init(void);

/* i8259_disable - remap the two legacy interrupt controllers out of the exceptions' way, and mask them. */
void i8259_disable(void);

/* What the local APIC and other CPUs have interrupted this one with. */
struct irq_cpustat {
	unsigned int nmis;
	unsigned int timer_irqs;
	unsigned int resched_irqs;
	unsigned int call_irqs;
	unsigned int error_irqs;
	unsigned int spurious_irqs;
};

DECLARE_PER_CPU(struct irq_cpustat, irq_stat);

#endif
