// SPDX-License-Identifier: MIT
/*
 * Starting the other processors, one at a time: INIT puts a CPU into a defined state, a startup IPI has it run the
 * trampoline (Intel SDM volume 3, section 8.4.4; MultiProcessor specification 1.4, appendix B.4). The two CPUs agree
 * through ap_state whether the new one made it, so that a late one cannot come to life after it was given up.
 */
#include <linux/acpi.h>
#include <linux/atomic.h>
#include <linux/cpumask.h>
#include <linux/err.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/kstrtox.h>
#include <linux/panic.h>
#include <linux/percpu.h>
#include <linux/printk.h>
#include <linux/sched.h>
#include <linux/smp.h>
#include <linux/string.h>
#include <asm/apic.h>
#include <asm/desc.h>
#include <asm/page.h>
#include <asm/processor.h>
#include <asm/setup.h>
#include <asm/special_insns.h>
#include <asm/tsc.h>
#include "trampoline.h"

/* What SDM section 8.4.4.1 waits between INIT and SIPI, and between the two SIPIs; and how long we hope. */
#define INIT_DELAY_US    10000
#define SIPI_DELAY_US    200
#define START_TIMEOUT_US 1000000

enum {
	AP_STARTING,
	AP_ALIVE,     /* it has reached start_secondary() */
	AP_ABANDONED, /* it took too long; it must not go on */
};

u32 cpu_to_apicid[NR_CPUS] __ro_after_init;
struct trampoline_args trampoline_args;

static atomic_t ap_state;
static unsigned int max_cpus __initdata = NR_CPUS;

static int __init parse_maxcpus(char *val)
{
	unsigned int n;

	if (kstrtouint(val, 0, &n) || !n || n > NR_CPUS)
		return -EINVAL;
	max_cpus = n;
	return 0;
}
early_param("maxcpus", parse_maxcpus);

/* The boot CPU's APIC ID: 32 bits from the topology leaf if it has one, else the 8 in leaf 1 (SDM volume 2, CPUID). */
static u32 __init boot_apicid(void)
{
	u32 max_leaf, eax, ebx, ecx, edx;

	cpuid(0, &max_leaf, &ebx, &ecx, &edx);
	if (max_leaf >= 0xb) {
		cpuid(0xb, &eax, &ebx, &ecx, &edx);
		if (ebx)
			return edx;
	}
	cpuid(1, &eax, &ebx, &ecx, &edx);
	return ebx >> 24;
}

static void __init add_cpu(u32 apicid)
{
	unsigned int cpu = nr_cpu_ids++;

	cpu_to_apicid[cpu] = apicid;
	set_cpu_possible(cpu, true);
	set_cpu_present(cpu, true);
}

/* The boot CPU is CPU 0 wherever the MADT has it, and even if it does not. */
void __init smp_prepare_cpus(void)
{
	u32 boot = boot_apicid();

	if (alloc_ist_stacks(0))
		panic("no memory for the exception stacks");
	nr_cpu_ids = 0;
	add_cpu(boot);
	set_cpu_online(0, true);
	set_cpu_active(0, true);
	for (unsigned int i = 0; i < acpi_madt.nr_cpus && nr_cpu_ids < max_cpus; i++)
		if (acpi_madt.apicid[i] != boot)
			add_cpu(acpi_madt.apicid[i]);
}

void __noreturn start_secondary(void)
{
	cpu_init();
	if (atomic_cmpxchg(&ap_state, AP_STARTING, AP_ALIVE) != AP_STARTING)
		stop_this_cpu();
	apic_init_cpu();
	sched_cpu_starting();
	set_cpu_online(smp_processor_id(), true);
	local_irq_enable();
	cpu_startup_entry();
}

/* Wait until @cond or for @us microseconds. Its value is @cond's. */
#define wait_us(cond, us)                                                                          \
	({                                                                                         \
		u64 __start = rdtsc();                                                             \
		bool __done;                                                                       \
		while (!(__done = (cond)) && cycles_2_ns(rdtsc() - __start) < (u64)(us)*1000)      \
			cpu_relax();                                                               \
		__done;                                                                            \
	})

static bool ap_alive(void)
{
	return atomic_read(&ap_state) == AP_ALIVE;
}

static void __init send_sipi(u32 apicid)
{
	apic_send_ipi(apicid,
		      APIC_DM_STARTUP | APIC_INT_ASSERT | (u32)(trampoline_phys >> PAGE_SHIFT));
}

/*
 * A CPU of the last twenty years is ready for the SIPI right after INIT and needs only one, so waiting comes second:
 * only a CPU that does not answer gets the whole of the specified sequence.
 */
static bool __init kick_ap(u32 apicid, bool patiently)
{
	apic_send_ipi(apicid, APIC_DM_INIT | APIC_INT_ASSERT);
	if (patiently)
		tsc_delay((u64)INIT_DELAY_US * 1000);
	send_sipi(apicid);
	if (wait_us(ap_alive(), SIPI_DELAY_US))
		return true;
	send_sipi(apicid);
	return wait_us(ap_alive(), START_TIMEOUT_US);
}

/* Everything that the trampoline takes over. The two addresses are those of the new CPU alone. */
static void __init fill_trampoline_args(int cpu, const struct task_struct *idle)
{
	trampoline_args = (struct trampoline_args){
		.cr0 = read_cr0(),
		.cr3 = read_cr3(),
		.cr4 = read_cr4(),
		.efer = rdmsrl_value(MSR_EFER) & ~EFER_LMA,
		.gs_base = __per_cpu_offset[cpu],
		.stack = (unsigned long)idle->stack + THREAD_SIZE,
	};
}

static int __init cpu_up(int cpu)
{
	struct task_struct *idle;

	if (!x2apic_mode && cpu_to_apicid[cpu] > 0xff)
		return -EINVAL; /* an xAPIC cannot address it */
	idle = idle_init(cpu);
	if (!idle || alloc_ist_stacks(cpu))
		return -ENOMEM;
	fill_trampoline_args(cpu, idle);
	atomic_set(&ap_state, AP_STARTING);
	if (!kick_ap(cpu_to_apicid[cpu], false) && !kick_ap(cpu_to_apicid[cpu], true) &&
	    atomic_cmpxchg(&ap_state, AP_STARTING, AP_ABANDONED) == AP_STARTING)
		return -EIO;
	return wait_us(cpu_online(cpu), START_TIMEOUT_US) ? 0 : -ETIMEDOUT;
}

void __init smp_init(void)
{
	size_t size = trampoline_end - trampoline_start;
	int cpu;

	if (nr_cpu_ids > 1 && !trampoline_phys) {
		pr_err("smp: no memory below 1 MiB to start other CPUs in\n");
		return;
	}
	memcpy(__va(trampoline_phys), trampoline_start, size);
	for_each_present_cpu(cpu) {
		int ret = cpu_online(cpu) ? 0 : cpu_up(cpu);

		if (ret)
			pr_err("smp: CPU%d (APIC ID %u) did not start: %pe\n", cpu,
			       cpu_to_apicid[cpu], ERR_PTR(ret));
	}
	pr_info("smp: %u CPUs up\n", num_online_cpus());
}

void __noreturn stop_this_cpu(void)
{
	local_irq_disable();
	set_cpu_online(raw_smp_processor_id(), false);
	for (;;)
		halt();
}
