/* SPDX-License-Identifier: MIT */
/* The processor as C sees it: CPUID, halting, spinning politely, and what is kept of a task that is switched out. */
#ifndef _ASM_PROCESSOR_H
#define _ASM_PROCESSOR_H

#include <linux/types.h>
#include <linux/compiler.h>

/* What __switch_to_asm() leaves of a task: everything else is on its stack. */
struct thread_struct {
	unsigned long sp;
};

/*
 * cpu_relax - one turn of a loop that waits for another CPU. PAUSE saves power and, where CPUs share a host thread,
 * lets the other one run (SDM volume 2, PAUSE). Every spin loop has one.
 */
static __always_inline void cpu_relax(void)
{
	__asm__ __volatile__("pause" : : : "memory");
}

static inline void cpuid_count(u32 leaf, u32 subleaf, u32 *eax, u32 *ebx, u32 *ecx, u32 *edx)
{
	__asm__ __volatile__("cpuid"
			     : "=a"(*eax), "=b"(*ebx), "=c"(*ecx), "=d"(*edx)
			     : "a"(leaf), "c"(subleaf));
}

static inline void cpuid(u32 leaf, u32 *eax, u32 *ebx, u32 *ecx, u32 *edx)
{
	cpuid_count(leaf, 0, eax, ebx, ecx, edx);
}

static inline void halt(void)
{
	__asm__ __volatile__("hlt" : : : "memory");
}

/*
 * safe_halt - enable interrupts and halt, as one step: STI takes effect only after the instruction that follows it
 * (SDM volume 2, STI), so no interrupt can come between the two and leave the CPU halted with its work done.
 */
static inline void safe_halt(void)
{
	__asm__ __volatile__("sti; hlt" : : : "memory");
}

static inline void prefetchw(const void *p)
{
	__builtin_prefetch(p, 1);
}

#endif
