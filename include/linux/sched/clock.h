/* SPDX-License-Identifier: MIT */
/* The scheduler's and printk's clock. */
#ifndef _LINUX_SCHED_CLOCK_H
#define _LINUX_SCHED_CLOCK_H

#include <linux/types.h>

/* sched_clock - ns since timekeeping_init(), 0 before it. Context: any, NMI included. */
u64 sched_clock(void);

#define local_clock() sched_clock()

#endif
