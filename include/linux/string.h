/* SPDX-License-Identifier: MIT */
/*
 * Strings and memory. The mem* and simple str* names map to the compiler's builtins, which are
 * done in place where the size is known and otherwise call the functions of lib/string.c. All of
 * it runs in any context, except what takes a gfp_t: that allocates, and sleeps when the flags
 * allow it.
 */
#ifndef _LINUX_STRING_H
#define _LINUX_STRING_H

#include <linux/compiler.h>
#include <linux/errno.h>
#include <linux/stdarg.h>
#include <linux/stddef.h>
#include <linux/types.h>

void *memcpy(void *dest, const void *src, size_t n);
void *memmove(void *dest, const void *src, size_t n);
void *memset(void *s, int c, size_t n);
int memcmp(const void *a, const void *b, size_t n);
void *memchr(const void *s, int c, size_t n);
size_t strlen(const char *s);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t n);
char *strchr(const char *s, int c);
char *strrchr(const char *s, int c);
char *strstr(const char *s, const char *find);
char *strcpy(char *dest, const char *src);
char *strncpy(char *dest, const char *src, size_t n);
char *strcat(char *dest, const char *src);
char *strncat(char *dest, const char *src, size_t n);
size_t strspn(const char *s, const char *accept);
size_t strcspn(const char *s, const char *reject);
char *strpbrk(const char *s, const char *accept);

/* lib/string.c defines the functions themselves. */
#ifndef __CATNAP_STRING_IMPL
#define memcpy(d, s, n) __builtin_memcpy(d, s, n)
#define memmove(d, s, n) __builtin_memmove(d, s, n)
#define memset(s, c, n) __builtin_memset(s, c, n)
#define memcmp(a, b, n) __builtin_memcmp(a, b, n)
#define strlen(s) __builtin_strlen(s)
#define strcmp(a, b) __builtin_strcmp(a, b)
#define strncmp(a, b, n) __builtin_strncmp(a, b, n)
#endif

/* The first byte that is not @c, or NULL. */
void *memchr_inv(const void *s, int c, size_t n);
/* The first byte equal to @c; the address past the area if there is none. */
void *memscan(void *s, int c, size_t n);
void *memset16(u16 *s, u16 v, size_t count);
void *memset32(u32 *s, u32 v, size_t count);
void *memset64(u64 *s, u64 v, size_t count);

size_t strnlen(const char *s, size_t max);
int strcasecmp(const char *a, const char *b);
int strncasecmp(const char *a, const char *b, size_t n);
/* The first @c, or the terminating zero where there is none. */
char *strchrnul(const char *s, int c);
char *strnchr(const char *s, size_t n, int c);
char *strnstr(const char *s, const char *find, size_t n);

/**
 * strscpy - copy a string into a buffer of @size bytes
 * The result is always terminated, unless @size is 0.
 * Context: any.
 * Return: characters copied, without the zero; -E2BIG if the source was cut short or @size is 0.
 */
ssize_t strscpy(char *dest, const char *src, size_t size);
/* As strscpy(), with the rest of the buffer cleared. */
ssize_t strscpy_pad(char *dest, const char *src, size_t size);
/* Return: the length of what they tried to build; >= @size means that it was cut. */
size_t strlcpy(char *dest, const char *src, size_t size);
size_t strlcat(char *dest, const char *src, size_t size);

/**
 * strsep - split the next token off a string
 * Cuts *@s at the first character of @delim and moves *@s past it, to NULL after the last token.
 * Two neighbouring delimiters give an empty token.
 * Context: any.
 * Return: the token; NULL if *@s was NULL.
 */
char *strsep(char **s, const char *delim);

char *skip_spaces(const char *s);
/* Cut spaces off both ends: in place at the tail, by the value returned at the head. */
char *strim(char *s);
static inline char *strstrip(char *s)
{
	return strim(s);
}
/* Equal, where one of them may end in a newline: for words written to a file. */
bool sysfs_streq(const char *a, const char *b);
char *strreplace(char *s, char old, char new);

/**
 * match_string - which of an array's strings is this one
 * Context: any.
 * @n: number of strings; (size_t)-1: the array ends with NULL.
 * Return: the index; -EINVAL if none is equal.
 */
int match_string(const char *const *array, size_t n, const char *string);

/* The length of @prefix if @str begins with it, else 0. */
static inline size_t str_has_prefix(const char *str, const char *prefix)
{
	size_t len = strlen(prefix);

	return strncmp(str, prefix, len) == 0 ? len : 0;
}

static inline bool strstarts(const char *str, const char *prefix)
{
	return strncmp(str, prefix, strlen(prefix)) == 0;
}

/* The part after the last '/'. */
static inline const char *kbasename(const char *path)
{
	const char *tail = strrchr(path, '/');

	return tail ? tail + 1 : path;
}

/**
 * kstrdup - copy a string into memory of its own
 * Context: as kmalloc() with @gfp.
 * Return: the copy, for kfree(); NULL without memory or if @s is NULL.
 */
char *kstrdup(const char *s, gfp_t gfp);
/* At most @max characters of @s, terminated. */
char *kstrndup(const char *s, size_t max, gfp_t gfp);
void *kmemdup(const void *src, size_t len, gfp_t gfp);
/* @len bytes with a zero after them. */
char *kmemdup_nul(const char *s, size_t len, gfp_t gfp);

#endif /* _LINUX_STRING_H */
