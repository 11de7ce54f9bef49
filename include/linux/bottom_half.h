/* SPDX-License-Identifier: MIT */
/* Keeping softirqs off this CPU for a while. */
#ifndef _LINUX_BOTTOM_HALF_H
#define _LINUX_BOTTOM_HALF_H

#include <linux/preempt.h>

#ifdef CONFIG_DEBUG_PREEMPT
void __local_bh_disable(unsigned long ip);
#else
#define __local_bh_disable(ip) __preempt_count_add(SOFTIRQ_DISABLE_OFFSET)
#endif

/* local_bh_disable - no softirq starts on this CPU until local_bh_enable(). Context: task or softirq. Nests. */
static __always_inline void local_bh_disable(void)
{
	__local_bh_disable(_THIS_IP_);
	barrier();
}

/* local_bh_enable - undo one local_bh_disable(); runs what is pending. Context: task or softirq, interrupts on. */
void local_bh_enable(void);

#endif
