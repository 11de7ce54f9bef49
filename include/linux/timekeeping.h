/* SPDX-License-Identifier: MIT */
/* Clocks. All of them count from boot and come from the TSC, which every CPU reads alike. Context for all: any. */
#ifndef _LINUX_TIMEKEEPING_H
#define _LINUX_TIMEKEEPING_H

#include <linux/types.h>
#include <linux/ktime.h>

/* ktime_get - nanoseconds since boot; never goes back on any CPU. */
s64 ktime_get(void);

/* ktime_get_ns - the same as a plain number. */
static inline u64 ktime_get_ns(void)
{
	return (u64)ktime_get();
}

#define ktime_get_boottime() ktime_get()
#define ktime_get_raw() ktime_get()

/* timekeeping_init - time begins. Context: boot CPU, after tsc_init(). */
void timekeeping_init(void);

#endif
