/* SPDX-License-Identifier: MIT */
/*
 * Every configuration switch of the kernel, in one place. The Makefile's PROFILE decides between two sets; this file
 * is included before anything else in every translation unit. Code asks with IS_ENABLED(CONFIG_X) inside functions and
 * #ifdef CONFIG_X around declarations, where a stub stands in when the switch is off.
 */
#ifndef _LINUX_KCONFIG_H
#define _LINUX_KCONFIG_H

#define __KERNEL__ 1
#define CONFIG_X86_64 1
#define CONFIG_SMP 1
#define CONFIG_PREEMPTION 1
#define CONFIG_NR_CPUS 64
#define CONFIG_HZ 250

#ifndef PROFILE_RELEASE
#define CONFIG_DEBUG_SPINLOCK 1		/* owner, magic and lockup checks in every spinlock */
#define CONFIG_DEBUG_LOCK_ALLOC 1	/* each task lists the locks it holds and where it took them */
#define CONFIG_DEBUG_ATOMIC_SLEEP 1	/* might_sleep() checks */
#define CONFIG_DEBUG_SLAB 1		/* poison freed objects; catch double frees and writes after the free */
#define CONFIG_DEBUG_PREEMPT 1		/* remember where preemption was disabled; check for underflow */
#define CONFIG_LOCKUP_DETECTOR 1	/* report CPUs that switch no tasks, or take no interrupts */
#define CONFIG_DETECT_HUNG_TASK 1	/* report tasks that are not woken, and who holds what they wait for */
#define CONFIG_FRAME_POINTER 1		/* exact stack traces */
#endif

/*
 * IS_ENABLED(CONFIG_X) is 1 when CONFIG_X is defined as 1 and 0 when it is not defined at all: pasting the value onto
 * __ARG_PLACEHOLDER_ makes an extra argument in the first case only, which shifts the 1 into second place.
 */
#define __ARG_PLACEHOLDER_1 0,
#define __take_second_arg(ignored, val, ...) val
#define ____is_defined(arg1_or_junk) __take_second_arg(arg1_or_junk 1, 0, 0)
#define ___is_defined(val) ____is_defined(__ARG_PLACEHOLDER_##val)
#define __is_defined(x) ___is_defined(x)
#define IS_ENABLED(option) __is_defined(option)
#define IS_BUILTIN(option) __is_defined(option)
#define IS_REACHABLE(option) __is_defined(option)

#endif
