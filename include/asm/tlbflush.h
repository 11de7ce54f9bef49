/* SPDX-License-Identifier: MIT */
/* After a mapping was taken away or lost rights, every CPU must forget what it knows of it. */
#ifndef _ASM_TLBFLUSH_H
#define _ASM_TLBFLUSH_H

/**
 * flush_tlb_kernel_range - on all CPUs, for [start, end); flush_tlb_all - for everything
 *
 * Context: task, interrupts on (the other CPUs are interrupted and waited for); or before they are started.
 */
void flush_tlb_kernel_range(unsigned long start, unsigned long end);
void flush_tlb_all(void);

#endif
