// SPDX-License-Identifier: MIT
/*
 * The local APIC (Intel SDM volume 3, chapter 10): one in each CPU, reached through memory, or through MSRs in x2APIC
 * mode, which saves the slow memory-mapped accesses. It takes the interrupts from devices, other CPUs and its own
 * timer. All state but the three variables below is the CPU's own; there is no lock.
 */
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/panic.h>
#include <linux/printk.h>
#include <linux/acpi.h>
#include <linux/smp.h>
#include <linux/io.h>
#include <asm/apic.h>
#include <asm/processor.h>

#define CPUID1_EDX_APIC    (1U << 9)
#define CPUID1_ECX_X2APIC  (1U << 21)
#define APICBASE_EXTD      (1UL << 10) /* x2APIC mode: SDM volume 3, figure 10-26 */
#define APICBASE_ENABLE    (1UL << 11)
#define APICBASE_ADDR_MASK 0x000ffffffffff000UL
#define LVT_MODE_NMI       (4U << 8)

bool x2apic_mode __ro_after_init;
void __iomem *lapic_base __ro_after_init;
u32 lapic_timer_khz __ro_after_init;

/* Timer ticks in a nanosecond, in units of 2^-32; and the longest wait whose ticks fit the counter. */
static u64 timer_ticks_mult __ro_after_init;
static u64 timer_max_ns __ro_after_init;

/* The registers that apic_init_cpu() masks, and how many LVT entries a CPU must have for each to exist. */
static const struct {
	u16 reg;
	u8 max_lvt;
} lvt_entries[] = {
	{ APIC_LVTT, 0 },   { APIC_LVT0, 1 },  { APIC_LVT1, 2 },
	{ APIC_LVTERR, 3 }, { APIC_LVTPC, 4 }, { APIC_LVTTHMR, 5 },
};

void apic_init_cpu(void)
{
	u64 base = rdmsrl_value(MSR_IA32_APICBASE) | APICBASE_ENABLE;
	unsigned int max_lvt;

	/* Going to x2APIC takes two steps when the APIC was off: SDM volume 3, section 10.12.5. */
	wrmsrl(MSR_IA32_APICBASE, base);
	if (x2apic_mode)
		wrmsrl(MSR_IA32_APICBASE, base | APICBASE_EXTD);

	max_lvt = apic_read(APIC_LVR) >> 16 & 0xff;
	for (size_t i = 0; i < ARRAY_SIZE(lvt_entries); i++)
		if (max_lvt >= lvt_entries[i].max_lvt)
			apic_write(lvt_entries[i].reg, APIC_LVT_MASKED);

	apic_write(APIC_TASKPRI, 0); /* accept every vector */
	apic_write(APIC_SPIV, APIC_SPIV_ENABLED | SPURIOUS_APIC_VECTOR);
	/* The chipset's NMI line ends here: SDM volume 3, section 10.5.1. */
	apic_write(APIC_LVT1, LVT_MODE_NMI);
	apic_write(APIC_LVTERR, ERROR_APIC_VECTOR);
	apic_write(APIC_ESR, 0);
	apic_write(APIC_TDCR, APIC_TDR_DIV_1);
}

/*
 * Firmware may hand over in x2APIC mode, from which there is no way back but a reset (SDM volume 3, section 10.12.5);
 * every CPU that can be in it has the CPUID bit.
 */
void __init apic_init(void)
{
	u32 eax, ebx, ecx, edx;

	cpuid(1, &eax, &ebx, &ecx, &edx);
	if (!(edx & CPUID1_EDX_APIC))
		panic("no local APIC");
	x2apic_mode = ecx & CPUID1_ECX_X2APIC;
	if (!x2apic_mode) {
		u64 base = rdmsrl_value(MSR_IA32_APICBASE) & APICBASE_ADDR_MASK;

		if (acpi_madt_valid && base != acpi_madt.lapic_address)
			pr_warn("apic: the CPU has its local APIC at %#llx, the MADT at %#llx\n",
				base, acpi_madt.lapic_address);
		lapic_base = ioremap(base, PAGE_SIZE);
		if (!lapic_base)
			panic("no memory to map the local APIC");
	}
	i8259_disable();
	apic_init_cpu();
	pr_info("apic: %s mode, boot CPU has APIC ID %u\n", x2apic_mode ? "x2APIC" : "xAPIC",
		cpu_to_apicid[0]);
}

/*
 * x2APIC: one 64-bit MSR. Its write is not ordered after earlier stores, so what the interrupted CPU is to find in
 * memory might not be there yet without the fences (SDM volume 3, section 10.12.3).
 */
static void x2apic_send_ipi(u32 apicid, u32 command)
{
	__asm__ __volatile__("mfence; lfence" : : : "memory");
	wrmsrl(0x800 + (APIC_ICR >> 4), (u64)apicid << 32 | command);
}

void apic_send_ipi(u32 apicid, u32 command)
{
	unsigned long flags;

	if (x2apic_mode) {
		x2apic_send_ipi(apicid, command);
		return;
	}
	local_irq_save(flags); /* the destination and the command are two writes */
	while (apic_read(APIC_ICR) & APIC_ICR_BUSY)
		cpu_relax();
	apic_write(APIC_ICR2, apicid << 24);
	apic_write(APIC_ICR, command);
	local_irq_restore(flags);
}

bool apic_in_service(unsigned int vector)
{
	return apic_read(APIC_ISR + (vector / 32) * 0x10) & (1U << (vector % 32));
}

void smp_send_reschedule(int cpu)
{
	apic_send_ipi(cpu_to_apicid[cpu], APIC_DM_FIXED | APIC_INT_ASSERT | RESCHEDULE_VECTOR);
}

void smp_send_call_function(int cpu)
{
	apic_send_ipi(cpu_to_apicid[cpu], APIC_DM_FIXED | APIC_INT_ASSERT | CALL_FUNCTION_VECTOR);
}

void __init lapic_set_timer_khz(u32 khz)
{
	lapic_timer_khz = khz;
	timer_ticks_mult = ((u64)khz << 32) / 1000000;
	timer_max_ns = (u64)U32_MAX * 1000000 / khz;
}

void lapic_timer_start(void)
{
	apic_write(APIC_LVTT, LOCAL_TIMER_VECTOR); /* one-shot: SDM volume 3, section 10.5.4 */
}

void lapic_next_event(u64 delta_ns)
{
	u64 ticks =
		(u64)(((unsigned __int128)min(delta_ns, timer_max_ns) * timer_ticks_mult) >> 32);

	apic_write(APIC_TMICT, ticks ? ticks : 1); /* 0 would stop the timer */
}
