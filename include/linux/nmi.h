/* SPDX-License-Identifier: MIT */
/*
 * What other CPUs are doing, asked by a non-maskable interrupt, which reaches them whatever they
 * have turned off. A CPU so asked holds still in its NMI handler while the one that asked prints
 * its trace.
 */
#ifndef _LINUX_NMI_H
#define _LINUX_NMI_H

#include <linux/types.h>

struct pt_regs;

/**
 * trigger_all_cpu_backtrace - print every online CPU's trace, this one's first
 *
 * Context: any but NMI.
 * Return: false when another CPU is doing the same at the moment.
 */
bool trigger_all_cpu_backtrace(void);

/* trigger_single_cpu_backtrace - the same for one CPU. */
bool trigger_single_cpu_backtrace(int cpu);

/* stop_other_cpus - hold the other CPUs for good; @show: print their traces. Context: a report. */
void stop_other_cpus(bool show);

/**
 * nmi_cpu_backtrace - hold still if asked to
 *
 * Context: NMI handler.
 * Return: true when the NMI was for this.
 */
bool nmi_cpu_backtrace(struct pt_regs *regs);

#endif
