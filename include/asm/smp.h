/* SPDX-License-Identifier: MIT */
/* What starting the other processors needs from the architecture; the API is in <linux/smp.h>. */
#ifndef _ASM_SMP_H
#define _ASM_SMP_H

#include <asm/percpu.h>
#include <linux/compiler.h>

#define raw_smp_processor_id() this_cpu_read(cpu_number)

/* cpu_init - bring this CPU's control registers, descriptor tables and GS base in order. Context: its boot path. */
void cpu_init(void);

/* smp_prepare_cpus - number the CPUs of the MADT. Context: boot CPU, from acpi_init(). */
void smp_prepare_cpus(void);

#endif
