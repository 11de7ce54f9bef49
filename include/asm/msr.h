/* SPDX-License-Identifier: MIT */
/* Model-specific registers and the time-stamp counter. Numbers: Intel SDM volume 4, chapter 2. */
#ifndef _ASM_MSR_H
#define _ASM_MSR_H

#include <linux/compiler.h>
#include <linux/types.h>

#define MSR_IA32_APICBASE 0x0000001b
#define MSR_IA32_TSC_DEADLINE 0x000006e0
#define MSR_EFER 0xc0000080
#define MSR_FS_BASE 0xc0000100
#define MSR_GS_BASE 0xc0000101
#define MSR_KERNEL_GS_BASE 0xc0000102

#define EFER_SCE (1UL << 0)
#define EFER_LME (1UL << 8)
#define EFER_LMA (1UL << 10)
#define EFER_NX (1UL << 11)

static inline u64 rdmsrl_value(u32 msr)
{
	u32 lo, hi;

	__asm__ __volatile__("rdmsr" : "=a"(lo), "=d"(hi) : "c"(msr));
	return lo | (u64)hi << 32;
}

#define rdmsrl(msr, val) ((val) = rdmsrl_value(msr))

static inline void wrmsrl(u32 msr, u64 val)
{
	__asm__ __volatile__("wrmsr" : : "c"(msr), "a"((u32)val), "d"((u32)(val >> 32)) : "memory");
}

/* rdtsc - the time-stamp counter; the CPU may read it early or late by a few instructions. */
static __always_inline u64 rdtsc(void)
{
	u64 lo, hi;		/* the upper halves of both registers are cleared */

	__asm__ __volatile__("rdtsc" : "=a"(lo), "=d"(hi));
	return lo | hi << 32;
}

/* rdtsc_ordered - the same, after all earlier loads are done (SDM volume 2, RDTSC: LFENCE before it). */
static __always_inline u64 rdtsc_ordered(void)
{
	__asm__ __volatile__("lfence" : : : "memory");
	return rdtsc();
}

#endif
