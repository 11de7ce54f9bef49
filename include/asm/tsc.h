/* SPDX-License-Identifier: MIT */
/* The time-stamp counter as a clock: calibrated once at boot against the ACPI PM timer or the PIT. */
#ifndef _ASM_TSC_H
#define _ASM_TSC_H

#include <linux/compiler.h>
#include <linux/types.h>
#include <asm/msr.h>

extern u32 tsc_khz;
extern u64 tsc_ns_mult; /* nanoseconds a cycle, in units of 2^-32 */

/* tsc_init - measure the frequencies of the TSC and of the local APIC timer. Context: boot CPU, interrupts off. */
void tsc_init(void);

/* cycles_2_ns - a number of TSC cycles in nanoseconds. Context: any. Does not overflow within 500 years. */
static __always_inline u64 cycles_2_ns(u64 cycles)
{
	return (u64)(((unsigned __int128)cycles * tsc_ns_mult) >> 32);
}

/* tsc_delay - spin for @ns nanoseconds. Context: any, after tsc_init(). */
void tsc_delay(u64 ns);

#endif
