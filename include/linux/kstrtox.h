/* SPDX-License-Identifier: MIT */
/*
 * Numbers out of strings. The kstrto* functions take the whole string, which may end in one
 * newline, or fail; the simple_* ones stop where the number ends. Base 0 reads 0x… as hex, 0… as
 * octal.
 */
#ifndef _LINUX_KSTRTOX_H
#define _LINUX_KSTRTOX_H

#include <linux/compiler.h>
#include <linux/types.h>

/**
 * kstrtoull - read an unsigned number; a single leading '+' is allowed, '-' only in the signed ones
 * Context: any.
 * Return: 0; -EINVAL not a number, -ERANGE too large for the type. *@res is written on success
 * only.
 */
int __must_check kstrtoull(const char *s, unsigned int base, unsigned long long *res);
int __must_check kstrtoll(const char *s, unsigned int base, long long *res);
int __must_check kstrtouint(const char *s, unsigned int base, unsigned int *res);
int __must_check kstrtoint(const char *s, unsigned int base, int *res);
int __must_check kstrtou16(const char *s, unsigned int base, u16 *res);
int __must_check kstrtos16(const char *s, unsigned int base, s16 *res);
int __must_check kstrtou8(const char *s, unsigned int base, u8 *res);
int __must_check kstrtos8(const char *s, unsigned int base, s8 *res);

/* y, Y, t, T, 1, on: true; n, N, f, F, 0, off: false; the rest of the word is not looked at. */
int __must_check kstrtobool(const char *s, bool *res);

static inline int __must_check kstrtoul(const char *s, unsigned int base, unsigned long *res)
{
	return kstrtoull(s, base, (unsigned long long *)res);
}

static inline int __must_check kstrtol(const char *s, unsigned int base, long *res)
{
	return kstrtoll(s, base, (long long *)res);
}

static inline int __must_check kstrtou64(const char *s, unsigned int base, u64 *res)
{
	return kstrtoull(s, base, res);
}

static inline int __must_check kstrtos64(const char *s, unsigned int base, s64 *res)
{
	return kstrtoll(s, base, res);
}

static inline int __must_check kstrtou32(const char *s, unsigned int base, u32 *res)
{
	return kstrtouint(s, base, res);
}

static inline int __must_check kstrtos32(const char *s, unsigned int base, s32 *res)
{
	return kstrtoint(s, base, res);
}

/* Overflow wraps silently; *@endp, unless @endp is NULL, becomes the first character not read. */
unsigned long long simple_strtoull(const char *s, char **endp, unsigned int base);
unsigned long simple_strtoul(const char *s, char **endp, unsigned int base);
long simple_strtol(const char *s, char **endp, unsigned int base);
long long simple_strtoll(const char *s, char **endp, unsigned int base);

#endif /* _LINUX_KSTRTOX_H */
