/* SPDX-License-Identifier: MIT */
/*
 * Waiting for time to pass. msleep() and usleep_range() sleep; udelay() and ndelay() keep the CPU busy, which is right
 * for a few microseconds and where sleeping is not allowed.
 */
#ifndef _LINUX_DELAY_H
#define _LINUX_DELAY_H

#include <linux/sched.h>

/* Busy-wait, at least so long. Context: any. */
void ndelay(unsigned long nsecs);
void udelay(unsigned long usecs);
void mdelay(unsigned long msecs);

/* msleep - sleep at least @msecs; no signal ends it. Context: task, may sleep. */
void msleep(unsigned int msecs);

/* msleep_interruptible - Return: milliseconds that were left when a signal came, else 0. */
unsigned long msleep_interruptible(unsigned int msecs);

/* usleep_range - sleep at least @min and about at most @max microseconds. Context: task, may sleep. */
void usleep_range(unsigned long min, unsigned long max);

static inline void fsleep(unsigned long usecs)
{
	if (usecs <= 10)
		udelay(usecs);
	else
		usleep_range(usecs, 2 * usecs);
}

static inline void ssleep(unsigned int seconds)
{
	msleep(seconds * 1000);
}

#endif
