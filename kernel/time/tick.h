/* SPDX-License-Identifier: MIT */
/* Inside the time room: the periodic tick, as the timer interrupt sees it. */
#ifndef _KERNEL_TIME_TICK_H
#define _KERNEL_TIME_TICK_H

#include <linux/ktime.h>

/* tick_handle - do what is due each tick, if one is. Context: hardirq. Return: when the next tick of this CPU is due. */
ktime_t tick_handle(ktime_t now);

/* tick_first - Return: when the first tick of this CPU is due. */
ktime_t tick_first(ktime_t now);

#endif
