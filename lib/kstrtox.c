// SPDX-License-Identifier: MIT
/* Numbers out of strings: see <linux/kstrtox.h>. All of them come down to parse_digits(). */
#include <linux/ctype.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/kstrtox.h>
#include <linux/string.h>

static int digit_value(char c)
{
	if (isdigit(c))
		return c - '0';
	return isalpha(c) ? tolower(c) - 'a' + 10 : 36;
}

/* Settle base 0 by the prefix, and step over the "0x" that belongs to base 16. */
static const char *parse_base(const char *s, unsigned int *base)
{
	bool hex = s[0] == '0' && tolower(s[1]) == 'x' && isxdigit(s[2]);

	if (*base == 0)
		*base = hex ? 16 : (s[0] == '0' ? 8 : 10);
	return hex && *base == 16 ? s + 2 : s;
}

/* The digits at @s; @overflow says that *@res has wrapped. Return: the first character not read. */
static const char *parse_digits(const char *s, unsigned int base, unsigned long long *res,
				bool *overflow)
{
	*res = 0;
	*overflow = false;
	for (; digit_value(*s) < (int)base; s++) {
		*overflow |= __builtin_mul_overflow(*res, base, res);
		*overflow |= __builtin_add_overflow(*res, digit_value(*s), res);
	}
	return s;
}

/* All of @s up to an optional newline. */
static int parse_whole(const char *s, unsigned int base, unsigned long long *res)
{
	const char *digits = parse_base(s, &base);
	bool overflow;

	s = parse_digits(digits, base, res, &overflow);
	if (s == digits)
		return -EINVAL;
	if (*s == '\n')
		s++;
	if (*s)
		return -EINVAL;
	return overflow ? -ERANGE : 0;
}

int kstrtoull(const char *s, unsigned int base, unsigned long long *res)
{
	unsigned long long value;
	int err = parse_whole(s + (*s == '+'), base, &value);

	if (!err)
		*res = value;
	return err;
}

int kstrtoll(const char *s, unsigned int base, long long *res)
{
	bool negative = *s == '-';
	unsigned long long value;
	int err = parse_whole(s + (*s == '-' || *s == '+'), base, &value);

	if (err)
		return err;
	if (value > (unsigned long long)LLONG_MAX + negative)
		return -ERANGE;
	*res = negative ? -value : value;
	return 0;
}

#define DEFINE_KSTRTO(name, type, wide_name, wide_type)                                            \
	int name(const char *s, unsigned int base, type *res)                                      \
	{                                                                                          \
		wide_type value;                                                                   \
		int err = wide_name(s, base, &value);                                              \
                                                                                                   \
		if (err)                                                                           \
			return err;                                                                \
		if (value != (wide_type)(type)value)                                               \
			return -ERANGE;                                                            \
		*res = value;                                                                      \
		return 0;                                                                          \
	}

DEFINE_KSTRTO(kstrtouint, unsigned int, kstrtoull, unsigned long long)
DEFINE_KSTRTO(kstrtoint, int, kstrtoll, long long)
DEFINE_KSTRTO(kstrtou16, u16, kstrtoull, unsigned long long)
DEFINE_KSTRTO(kstrtos16, s16, kstrtoll, long long)
DEFINE_KSTRTO(kstrtou8, u8, kstrtoull, unsigned long long)
DEFINE_KSTRTO(kstrtos8, s8, kstrtoll, long long)

int kstrtobool(const char *s, bool *res)
{
	char c = s ? tolower(s[0]) : '\0';

	if (c == 'o')
		c = tolower(s[1]) == 'n' ? '1' : (tolower(s[1]) == 'f' ? '0' : '\0');
	if (!c || !strchr("yt1nf0", c))
		return -EINVAL;
	*res = strchr("yt1", c) != NULL;
	return 0;
}

unsigned long long simple_strtoull(const char *s, char **endp, unsigned int base)
{
	unsigned long long value;
	bool overflow;

	s = parse_base(s, &base);
	s = parse_digits(s, base, &value, &overflow);
	if (endp)
		*endp = (char *)s;
	return value;
}

unsigned long simple_strtoul(const char *s, char **endp, unsigned int base)
{
	return simple_strtoull(s, endp, base);
}

long long simple_strtoll(const char *s, char **endp, unsigned int base)
{
	return *s == '-' ? -simple_strtoull(s + 1, endp, base) : simple_strtoull(s, endp, base);
}

long simple_strtol(const char *s, char **endp, unsigned int base)
{
	return simple_strtoll(s, endp, base);
}
