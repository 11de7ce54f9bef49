/* SPDX-License-Identifier: MIT */
/*
 * printk: kernel messages. A message goes into a ring of records first, from any context and
 * without a lock; whoever can own the consoles at that moment then prints what the ring holds.
 * A message that finds the consoles taken (another CPU prints, or this very CPU was interrupted
 * while printing, NMI included) is printed by their owner before it lets go.
 */
#ifndef _LINUX_PRINTK_H
#define _LINUX_PRINTK_H

#include <linux/compiler.h>
#include <linux/kern_levels.h>
#include <linux/stdarg.h>
#include <linux/types.h>

/* Messages with a level below this one are shown; `loglevel=` sets it. All are kept for dmesg. */
extern int console_loglevel;

#define CONSOLE_LOGLEVEL_DEFAULT	7
#define CONSOLE_LOGLEVEL_QUIET		4
#define CONSOLE_LOGLEVEL_MOTORMOUTH	15
#define MESSAGE_LOGLEVEL_DEFAULT	LOGLEVEL_WARNING

#define PRINTK_MESSAGE_MAX	1024	/* bytes of one printk(); what is longer is cut */
#define PRINTK_TEXT_MAX		128	/* bytes of one record; longer lines take several */

/* One stretch of one line, as it lies in the ring. */
struct printk_record {
	u64 ts_nsec;
	u8 level;
	bool cont : 1;		/* goes on with the line before it */
	bool newline : 1;	/* ends its line */
	u16 len;
	char text[PRINTK_TEXT_MAX];
};

/**
 * _printk - store a message and print it as soon as the consoles are free
 * A leading KERN_<LEVEL> sets the level. Each '\n' ends a line; a message without one leaves the
 * line open for pr_cont().
 * Context: any, NMI included. Takes no lock, never sleeps, wakes nobody.
 * Return: bytes of the formatted message.
 */
int _printk(const char *fmt, ...) __printf(1, 2);
int vprintk(const char *fmt, va_list args) __printf(1, 0);

/**
 * printk_read - copy the record number *seq, or the oldest one left when that is gone
 * *seq becomes the number after the record copied: start at 0 and call until it returns false.
 * Context: any.
 * Return: false when *seq has not been written yet.
 */
bool printk_read(u64 *seq, struct printk_record *record);

/**
 * printk_format_prefix - the timestamp in front of a line, "[    0.123456] "
 * Context: any. Return: its length.
 */
int printk_format_prefix(char *buf, size_t size, u64 ts_nsec);

/* Number of messages that found the ring's next slot still being written, and were dropped. */
unsigned long printk_lost(void);

#ifndef pr_fmt
#define pr_fmt(fmt) fmt
#endif

#define printk(fmt, ...) _printk(fmt, ##__VA_ARGS__)
/* printk() neither wakes nor locks, so the scheduler may use it while it holds a run queue. */
#define printk_deferred(fmt, ...) _printk(fmt, ##__VA_ARGS__)

/* Type-checks its arguments and prints nothing. */
#define no_printk(fmt, ...) \
	({ \
		if (0) \
			_printk(fmt, ##__VA_ARGS__); \
		0; \
	})

#define pr_emerg(fmt, ...)	printk(KERN_EMERG pr_fmt(fmt), ##__VA_ARGS__)
#define pr_alert(fmt, ...)	printk(KERN_ALERT pr_fmt(fmt), ##__VA_ARGS__)
#define pr_crit(fmt, ...)	printk(KERN_CRIT pr_fmt(fmt), ##__VA_ARGS__)
#define pr_err(fmt, ...)	printk(KERN_ERR pr_fmt(fmt), ##__VA_ARGS__)
#define pr_warn(fmt, ...)	printk(KERN_WARNING pr_fmt(fmt), ##__VA_ARGS__)
#define pr_notice(fmt, ...)	printk(KERN_NOTICE pr_fmt(fmt), ##__VA_ARGS__)
#define pr_info(fmt, ...)	printk(KERN_INFO pr_fmt(fmt), ##__VA_ARGS__)
#define pr_cont(fmt, ...)	printk(KERN_CONT fmt, ##__VA_ARGS__)

#ifdef DEBUG
#define pr_debug(fmt, ...)	printk(KERN_DEBUG pr_fmt(fmt), ##__VA_ARGS__)
#define pr_devel(fmt, ...)	printk(KERN_DEBUG pr_fmt(fmt), ##__VA_ARGS__)
#else
#define pr_debug(fmt, ...)	no_printk(KERN_DEBUG pr_fmt(fmt), ##__VA_ARGS__)
#define pr_devel(fmt, ...)	no_printk(KERN_DEBUG pr_fmt(fmt), ##__VA_ARGS__)
#endif

#define printk_once(fmt, ...) \
	({ \
		static bool __printed; \
		bool __first = !__printed; \
		if (__first) { \
			__printed = true; \
			printk(fmt, ##__VA_ARGS__); \
		} \
		__first; \
	})

#define pr_emerg_once(fmt, ...)		printk_once(KERN_EMERG pr_fmt(fmt), ##__VA_ARGS__)
#define pr_alert_once(fmt, ...)		printk_once(KERN_ALERT pr_fmt(fmt), ##__VA_ARGS__)
#define pr_crit_once(fmt, ...)		printk_once(KERN_CRIT pr_fmt(fmt), ##__VA_ARGS__)
#define pr_err_once(fmt, ...)		printk_once(KERN_ERR pr_fmt(fmt), ##__VA_ARGS__)
#define pr_warn_once(fmt, ...)		printk_once(KERN_WARNING pr_fmt(fmt), ##__VA_ARGS__)
#define pr_notice_once(fmt, ...)	printk_once(KERN_NOTICE pr_fmt(fmt), ##__VA_ARGS__)
#define pr_info_once(fmt, ...)		printk_once(KERN_INFO pr_fmt(fmt), ##__VA_ARGS__)

/**
 * __printk_ratelimit - may this place print now? At most ten times in five seconds
 * Context: any. Return: true when it may.
 */
struct printk_ratelimit {
	u64 begin_nsec;
	unsigned int printed;
};
bool __printk_ratelimit(struct printk_ratelimit *limit);

#define printk_ratelimited(fmt, ...) \
	do { \
		static struct printk_ratelimit __limit; \
		if (__printk_ratelimit(&__limit)) \
			printk(fmt, ##__VA_ARGS__); \
	} while (0)

#define pr_err_ratelimited(fmt, ...)	printk_ratelimited(KERN_ERR pr_fmt(fmt), ##__VA_ARGS__)
#define pr_warn_ratelimited(fmt, ...)	printk_ratelimited(KERN_WARNING pr_fmt(fmt), ##__VA_ARGS__)
#define pr_notice_ratelimited(fmt, ...)	printk_ratelimited(KERN_NOTICE pr_fmt(fmt), ##__VA_ARGS__)
#define pr_info_ratelimited(fmt, ...)	printk_ratelimited(KERN_INFO pr_fmt(fmt), ##__VA_ARGS__)

#endif
