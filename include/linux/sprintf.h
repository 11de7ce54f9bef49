/* SPDX-License-Identifier: MIT */
/*
 * Formatted text into buffers. Besides C's conversions (without floating point and %n), %p takes:
 *   %p    the address itself in 16 hex digits: this kernel hides none, so %px and %pK are the same
 *   %pS   symbol+0xoffset/0xsize, %ps without the offset, %pB for a return address in a trace
 *   %pe   an error pointer by name: -EINVAL
 *   %pV   a struct va_format: another format with its arguments
 *   %*pb  a bitmap of `width` bits in hex, %*pbl as a list: 0-3,7
 *   %*ph  `width` bytes (at most 64) in hex; %*phC with colons, %*phD dashes, %*phN nothing between
 *   %pUb  a UUID; %pM a MAC address; %pa a phys_addr_t, by reference
 * All of these run in any context, except the two that allocate.
 */
#ifndef _LINUX_SPRINTF_H
#define _LINUX_SPRINTF_H

#include <linux/compiler.h>
#include <linux/stdarg.h>
#include <linux/types.h>

struct va_format {
	const char *fmt;
	va_list *va;
};

/**
 * vsnprintf - format into a buffer of @size bytes
 * The result is terminated unless @size is 0; @buf may then be NULL.
 * Return: the length the whole text has, without the zero; >= @size means that it was cut.
 */
int __printf(3, 0) vsnprintf(char *buf, size_t size, const char *fmt, va_list args);
int __printf(3, 4) snprintf(char *buf, size_t size, const char *fmt, ...);

/* As snprintf(). Return: the characters that are in the buffer, 0 if @size is 0. */
int __printf(3, 0) vscnprintf(char *buf, size_t size, const char *fmt, va_list args);
int __printf(3, 4) scnprintf(char *buf, size_t size, const char *fmt, ...);

/* Without a limit: for formats whose longest result is known. */
int __printf(2, 0) vsprintf(char *buf, const char *fmt, va_list args);
int __printf(2, 3) sprintf(char *buf, const char *fmt, ...);

/**
 * kasprintf - format into memory allocated to fit
 * Context: as kmalloc() with @gfp.
 * Return: the text, for kfree(); NULL without memory.
 */
char *__printf(2, 3) kasprintf(gfp_t gfp, const char *fmt, ...);
char *__printf(2, 0) kvasprintf(gfp_t gfp, const char *fmt, va_list args);

/**
 * sscanf - read values out of a string
 * Knows %d %i %u %o %x %X %c %s %n %[set], `*`, widths, hh h l ll z; %s and %[ need a width.
 * Context: any.
 * Return: the number of conversions stored.
 */
int __scanf(2, 0) vsscanf(const char *str, const char *fmt, va_list args);
int __scanf(2, 3) sscanf(const char *str, const char *fmt, ...);

#endif /* _LINUX_SPRINTF_H */
