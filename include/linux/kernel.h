/* SPDX-License-Identifier: MIT */
/*
 * What nearly every source file wants: sizes, rounding, number conversion, formatted text,
 * printk(), and might_sleep(), the mark of every function that can put its caller to sleep.
 */
#ifndef _LINUX_KERNEL_H
#define _LINUX_KERNEL_H

#include <linux/align.h>
#include <linux/bitops.h>
#include <linux/build_bug.h>
#include <linux/compiler.h>
#include <linux/container_of.h>
#include <linux/hex.h>
#include <linux/kstrtox.h>
#include <linux/limits.h>
#include <linux/linkage.h>
#include <linux/log2.h>
#include <linux/math.h>
#include <linux/minmax.h>
#include <linux/panic.h>
#include <linux/printk.h>
#include <linux/sprintf.h>
#include <linux/stdarg.h>
#include <linux/stddef.h>
#include <linux/stringify.h>
#include <linux/typecheck.h>
#include <linux/types.h>
#include <asm/byteorder.h>

/* Directions, as block and file code pass them. */
#define READ 0
#define WRITE 1

#define ARRAY_SIZE(arr) (sizeof(arr) / sizeof((arr)[0]) + __must_be_array(arr))
#define PTR_IF(cond, ptr) ((cond) ? (ptr) : NULL)

#define upper_32_bits(n) ((u32)(((u64)(n)) >> 32))
#define lower_32_bits(n) ((u32)((n) & 0xffffffff))
#define upper_16_bits(n) ((u16)((n) >> 16))
#define lower_16_bits(n) ((u16)((n) & 0xffff))

#define __COUNT_ARGS(_0, _1, _2, _3, _4, _5, _6, _7, _8, _9, _10, _11, _12, n, ...) n
#define COUNT_ARGS(x...) __COUNT_ARGS(, ##x, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0)
#define __CONCAT(a, b) a##b
#define CONCATENATE(a, b) __CONCAT(a, b)

/* How far the kernel is; kernel/main.c moves it on. Before SYSTEM_RUNNING only the boot task runs. */
extern enum system_states {
	SYSTEM_BOOTING,
	SYSTEM_RUNNING,
} system_state;

/*
 * might_sleep() stands at the head of every function that can sleep, so that a call from atomic
 * context is reported on the first run and not when the sleep first happens. __might_sleep()
 * looks at preempt_count and the interrupt flag and reports the place; release kernels compile it
 * to nothing.
 */
#ifdef CONFIG_DEBUG_ATOMIC_SLEEP
void __might_sleep(const char *file, int line);
#define might_sleep() __might_sleep(__FILE__, __LINE__)

/* __might_resched - the same for what may give the CPU away, but keeps the task's state: fine in a wait_event(). */
void __might_resched(const char *file, int line);
#define might_resched() __might_resched(__FILE__, __LINE__)
#else
static inline void __might_sleep(const char *file __maybe_unused, int line __maybe_unused)
{
}
#define might_sleep() do { } while (0)
#define might_resched() do { } while (0)
#endif

#define might_sleep_if(cond)           \
	do {                           \
		if (cond)              \
			might_sleep(); \
	} while (0)

/**
 * memparse - read a size with an optional suffix K, M, G, T, P or E (powers of 1024)
 * Context: any.
 * @retptr: unless NULL, becomes the first character not read.
 * Return: the size in bytes; overflow wraps.
 */
unsigned long long memparse(const char *ptr, char **retptr);

/**
 * get_option - read one integer off a comma-separated list
 * Context: any. *@str moves past what was read and the comma; @pint may be NULL.
 * Return: 0 no number, 1 a number and the end, 2 a number and a comma, 3 a number and a dash.
 */
int get_option(char **str, int *pint);

/**
 * next_arg - cut the next `name` or `name=value` off a command line
 * A value in double quotes may hold spaces. Context: any; @args is written to.
 * @val: becomes the value, NULL where there is no '='.
 * Return: the rest of the line.
 */
char *next_arg(char *args, char **param, char **val);

#endif /* _LINUX_KERNEL_H */
