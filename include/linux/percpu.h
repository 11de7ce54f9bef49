/* SPDX-License-Identifier: MIT */
/* Per-CPU variables: see <asm/percpu.h> for how they are reached, and setup_per_cpu_areas() for the copies. */
#ifndef _LINUX_PERCPU_H
#define _LINUX_PERCPU_H

#include <asm/percpu.h>
#include <linux/preempt.h>

/* setup_per_cpu_areas - make the other possible CPUs' copies. Context: boot CPU, after mm_init(). Panics without memory. */
void setup_per_cpu_areas(void);

#endif
