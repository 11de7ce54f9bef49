/* SPDX-License-Identifier: MIT */
/* The watchdogs' times, for tests that cannot wait so long, and what they have seen. */
#ifndef _KERNEL_DEBUG_WATCHDOG_H
#define _KERNEL_DEBUG_WATCHDOG_H

#include <linux/time64.h>
#include <linux/types.h>

#ifdef CONFIG_LOCKUP_DETECTOR
extern u64 hard_lockup_ns;	/* watchdog_thresh=; a soft lockup is reported after twice as long */

/* lockup_reported - has the lockup, @hard or soft, been reported that @cpu is in? Context: any. */
bool lockup_reported(int cpu, bool hard);
#else
#define hard_lockup_ns (1 * NSEC_PER_SEC)

static inline bool lockup_reported(int cpu __attribute__((unused)), bool hard __attribute__((unused)))
{
	return false;
}
#endif

#endif
