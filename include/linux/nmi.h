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

/* ---- lockups: see kernel/debug/watchdog.c ---- */

#ifdef CONFIG_LOCKUP_DETECTOR
/* lockup_detector_init - from now on other CPUs are watched. Context: boot, interrupts work. */
void lockup_detector_init(void);

/* watchdog_tick - look whether this CPU switches tasks and another one takes interrupts. Context: tick of @period ns. */
void watchdog_tick(u64 period);

/* touch_softlockup_watchdog - this CPU is busy with something that takes long and is no lockup. Context: any. */
void touch_softlockup_watchdog(void);
#else
static inline void lockup_detector_init(void)
{
}

static inline void watchdog_tick(u64 period __maybe_unused)
{
}

static inline void touch_softlockup_watchdog(void)
{
}
#endif

#endif
