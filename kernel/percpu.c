// SPDX-License-Identifier: MIT
/* The per-CPU copies of CPUs other than the first: <asm/percpu.h> says how they are used. */
#include <linux/cpumask.h>
#include <linux/init.h>
#include <linux/memblock.h>
#include <linux/mm.h>
#include <linux/panic.h>
#include <linux/percpu.h>
#include <linux/string.h>

/* Entry 0 is set by the boot code, together with the first CPU's copy. */
unsigned long __per_cpu_offset[NR_CPUS];

DEFINE_PER_CPU(unsigned long, this_cpu_off);
DEFINE_PER_CPU(int, cpu_number);

void __init setup_per_cpu_areas(void)
{
	size_t size = __per_cpu_end - __per_cpu_start;
	int cpu;

	for_each_possible_cpu(cpu) {
		char *area;

		if (cpu == 0)
			continue;
		area = (char *)__get_free_pages(GFP_KERNEL, get_order(size));
		if (!area)
			panic("no memory for the variables of CPU %d", cpu);
		memcpy(area, __per_cpu_start, size);
		__per_cpu_offset[cpu] = area - __per_cpu_start;
		per_cpu(this_cpu_off, cpu) = __per_cpu_offset[cpu];
		per_cpu(cpu_number, cpu) = cpu;
	}
}
