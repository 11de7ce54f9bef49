// SPDX-License-Identifier: MIT
/*
 * Strings and memory: see <linux/string.h>. Compilers emit calls to memcpy(), memmove(), memset()
 * and memcmp() on their own, and recognise a plain loop as one of these; OPTIMIZER_HIDE_VAR() in
 * a loop keeps such a function from becoming a call to itself.
 */
#define __CATNAP_STRING_IMPL
#include <linux/ctype.h>
#include <linux/string.h>

/*
 * Eight bytes an iteration, then the rest: an emulator counts each iteration of REP as an
 * instruction.
 */
void *memcpy(void *dest, const void *src, size_t n)
{
	void *d = dest;
	size_t words = n >> 3, bytes = n & 7;

	asm volatile("rep movsq" : "+D"(d), "+S"(src), "+c"(words) : : "memory");
	asm volatile("rep movsb" : "+D"(d), "+S"(src), "+c"(bytes) : : "memory");
	return dest;
}

void *memset(void *s, int c, size_t n)
{
	void *d = s;
	size_t words = n >> 3, bytes = n & 7;
	u64 pattern = (u8)c * 0x0101010101010101ULL;

	asm volatile("rep stosq" : "+D"(d), "+c"(words) : "a"(pattern) : "memory");
	asm volatile("rep stosb" : "+D"(d), "+c"(bytes) : "a"(pattern) : "memory");
	return s;
}

/*
 * Copying upwards is right unless dest lies inside the source. Downwards goes a word at a time
 * without the direction flag, which an interrupt handler would inherit.
 */
void *memmove(void *dest, const void *src, size_t n)
{
	char *d = dest;
	const char *s = src;

	if ((uintptr_t)d - (uintptr_t)s >= n)
		return memcpy(dest, src, n);
	while (n >= 8) {
		u64 word;

		n -= 8;
		asm volatile("movq (%1), %0" : "=r"(word) : "r"(s + n) : "memory");
		asm volatile("movq %0, (%1)" : : "r"(word), "r"(d + n) : "memory");
	}
	while (n) {
		n--;
		OPTIMIZER_HIDE_VAR(n);
		d[n] = s[n];
	}
	return dest;
}

int memcmp(const void *a, const void *b, size_t n)
{
	const u8 *p = a, *q = b;

	for (; n; n--, p++, q++) {
		OPTIMIZER_HIDE_VAR(p);
		if (*p != *q)
			return *p - *q;
	}
	return 0;
}

void *memchr(const void *s, int c, size_t n)
{
	for (const u8 *p = s; n; n--, p++)
		if (*p == (u8)c)
			return (void *)p;
	return NULL;
}

void *memchr_inv(const void *s, int c, size_t n)
{
	for (const u8 *p = s; n; n--, p++)
		if (*p != (u8)c)
			return (void *)p;
	return NULL;
}

void *memscan(void *s, int c, size_t n)
{
	void *found = memchr(s, c, n);

	return found ? found : (char *)s + n;
}

void *memset16(u16 *s, u16 v, size_t count)
{
	void *d = s;

	asm volatile("rep stosw" : "+D"(d), "+c"(count) : "a"(v) : "memory");
	return s;
}

void *memset32(u32 *s, u32 v, size_t count)
{
	void *d = s;

	asm volatile("rep stosl" : "+D"(d), "+c"(count) : "a"(v) : "memory");
	return s;
}

void *memset64(u64 *s, u64 v, size_t count)
{
	void *d = s;

	asm volatile("rep stosq" : "+D"(d), "+c"(count) : "a"(v) : "memory");
	return s;
}

size_t strlen(const char *s)
{
	const char *p = s;

	while (*p) {
		p++;
		OPTIMIZER_HIDE_VAR(p);
	}
	return p - s;
}

size_t strnlen(const char *s, size_t max)
{
	size_t n = 0;

	while (n < max && s[n])
		n++;
	return n;
}

int strcmp(const char *a, const char *b)
{
	while (*a && *a == *b) {
		a++;
		b++;
	}
	return (u8)*a - (u8)*b;
}

int strncmp(const char *a, const char *b, size_t n)
{
	for (; n; n--, a++, b++)
		if (*a != *b || !*a)
			return (u8)*a - (u8)*b;
	return 0;
}

int strcasecmp(const char *a, const char *b)
{
	return strncasecmp(a, b, (size_t)-1);
}

int strncasecmp(const char *a, const char *b, size_t n)
{
	for (; n; n--, a++, b++) {
		int diff = tolower((u8)*a) - tolower((u8)*b);

		if (diff || !*a)
			return diff;
	}
	return 0;
}

char *strchrnul(const char *s, int c)
{
	while (*s && *s != (char)c)
		s++;
	return (char *)s;
}

char *strchr(const char *s, int c)
{
	s = strchrnul(s, c);
	return *s == (char)c ? (char *)s : NULL;
}

char *strnchr(const char *s, size_t n, int c)
{
	for (; n; n--, s++) {
		if (*s == (char)c)
			return (char *)s;
		if (!*s)
			break;
	}
	return NULL;
}

char *strrchr(const char *s, int c)
{
	const char *last = NULL;

	do {
		if (*s == (char)c)
			last = s;
	} while (*s++);
	return (char *)last;
}

char *strstr(const char *s, const char *find)
{
	return strnstr(s, find, strlen(s));
}

char *strnstr(const char *s, const char *find, size_t n)
{
	size_t len = strlen(find);

	n = strnlen(s, n);
	for (; n >= len; n--, s++)
		if (!memcmp(s, find, len))
			return (char *)s;
	return NULL;
}

char *strcpy(char *dest, const char *src)
{
	return memcpy(dest, src, strlen(src) + 1);
}

char *strncpy(char *dest, const char *src, size_t n)
{
	size_t len = strnlen(src, n);

	memcpy(dest, src, len);
	memset(dest + len, 0, n - len);
	return dest;
}

char *strcat(char *dest, const char *src)
{
	strcpy(dest + strlen(dest), src);
	return dest;
}

char *strncat(char *dest, const char *src, size_t n)
{
	char *end = dest + strlen(dest);
	size_t len = strnlen(src, n);

	memcpy(end, src, len);
	end[len] = '\0';
	return dest;
}

ssize_t strscpy(char *dest, const char *src, size_t size)
{
	size_t len = strnlen(src, size);

	if (!size)
		return -E2BIG;
	if (len == size) {
		memcpy(dest, src, size - 1);
		dest[size - 1] = '\0';
		return -E2BIG;
	}
	memcpy(dest, src, len + 1);
	return len;
}

ssize_t strscpy_pad(char *dest, const char *src, size_t size)
{
	ssize_t len = strscpy(dest, src, size);

	if (len >= 0)
		memset(dest + len, 0, size - len);
	return len;
}

size_t strlcpy(char *dest, const char *src, size_t size)
{
	strscpy(dest, src, size);
	return strlen(src);
}

size_t strlcat(char *dest, const char *src, size_t size)
{
	size_t len = strnlen(dest, size);

	return len + strlcpy(dest + len, src, size - len);
}

size_t strspn(const char *s, const char *accept)
{
	const char *p = s;

	while (*p && strchr(accept, *p))
		p++;
	return p - s;
}

size_t strcspn(const char *s, const char *reject)
{
	const char *p = s;

	while (*p && !strchr(reject, *p))
		p++;
	return p - s;
}

char *strpbrk(const char *s, const char *accept)
{
	s += strcspn(s, accept);
	return *s ? (char *)s : NULL;
}

char *strsep(char **s, const char *delim)
{
	char *token = *s, *end;

	if (!token)
		return NULL;
	end = strpbrk(token, delim);
	if (end)
		*end++ = '\0';
	*s = end;
	return token;
}

char *skip_spaces(const char *s)
{
	while (isspace((u8)*s))
		s++;
	return (char *)s;
}

char *strim(char *s)
{
	size_t len = strlen(s);

	while (len && isspace((u8)s[len - 1]))
		len--;
	s[len] = '\0';
	return skip_spaces(s);
}

bool sysfs_streq(const char *a, const char *b)
{
	while (*a && *a == *b) {
		a++;
		b++;
	}
	if (*a == *b)
		return true;
	return (!*a && *b == '\n' && !b[1]) || (*a == '\n' && !a[1] && !*b);
}

char *strreplace(char *s, char old, char new)
{
	for (; *s; s++)
		if (*s == old)
			*s = new;
	return s;
}

int match_string(const char *const *array, size_t n, const char *string)
{
	for (size_t i = 0; i < n && array[i]; i++)
		if (!strcmp(array[i], string))
			return i;
	return -EINVAL;
}
