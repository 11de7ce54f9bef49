// SPDX-License-Identifier: MIT
/* Waiting: busily for a little while, asleep for a longer one. */
#include <linux/delay.h>
#include <linux/hrtimer.h>
#include <linux/kernel.h>
#include <linux/jiffies.h>
#include <linux/math64.h>
#include <linux/sched/signal.h>
#include <asm/msr.h>
#include <asm/tsc.h>

void ndelay(unsigned long nsecs)
{
	u64 start = rdtsc_ordered();
	u64 cycles = mul_u64_u64_div_u64(nsecs, tsc_khz, USEC_PER_SEC) + 1;

	while (rdtsc_ordered() - start < cycles)
		cpu_relax();
}

void udelay(unsigned long usecs)
{
	ndelay(usecs * NSEC_PER_USEC);
}

void mdelay(unsigned long msecs)
{
	while (msecs--)
		udelay(USEC_PER_MSEC);
}

void __sched msleep(unsigned int msecs)
{
	unsigned long timeout = msecs_to_jiffies(msecs) + 1; /* the current jiffy is partly over */

	might_sleep();
	while (timeout)
		timeout = schedule_timeout_uninterruptible(timeout);
}

unsigned long __sched msleep_interruptible(unsigned int msecs)
{
	unsigned long timeout = msecs_to_jiffies(msecs) + 1;

	might_sleep();
	while (timeout && !signal_pending(current))
		timeout = schedule_timeout_interruptible(timeout);
	return jiffies_to_msecs(timeout);
}

void __sched usleep_range(unsigned long min, unsigned long max __maybe_unused)
{
	ktime_t delay = min_t(u64, min, KTIME_MAX / NSEC_PER_USEC) * NSEC_PER_USEC;
	ktime_t expires = ktime_add_safe(ktime_get(), delay);

	might_sleep();
	do {
		__set_current_state(TASK_UNINTERRUPTIBLE);
	} while (schedule_hrtimeout(&expires, HRTIMER_MODE_ABS));
}
