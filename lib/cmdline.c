// SPDX-License-Identifier: MIT
/* The words of a command line: sizes, lists of numbers, name=value. See <linux/kernel.h>. */
#include <linux/ctype.h>
#include <linux/kernel.h>
#include <linux/string.h>

unsigned long long memparse(const char *ptr, char **retptr)
{
	static const char suffixes[] = "kmgtpe";
	char *end;
	unsigned long long value = simple_strtoull(ptr, &end, 0);
	const char *suffix = *end ? strchr(suffixes, tolower(*end)) : NULL;

	if (suffix) {
		value <<= 10 * (suffix - suffixes + 1);
		end++;
	}
	if (retptr)
		*retptr = end;
	return value;
}

int get_option(char **str, int *pint)
{
	char *start = *str, *end;
	int value;

	if (!start || !*start)
		return 0;
	value = simple_strtol(start, &end, 0);
	if (pint)
		*pint = value;
	if (end == start)
		return 0;
	*str = end;
	if (*end == ',') {
		*str = end + 1;
		return 2;
	}
	return *end == '-' ? 3 : 1;
}

/* Without the quotes at the ends of what stands at @s. */
static char *unquote(char *s)
{
	size_t len = strlen(s);

	if (*s != '"')
		return s;
	if (len > 1 && s[len - 1] == '"')
		s[len - 1] = '\0';
	return s + 1;
}

char *next_arg(char *args, char **param, char **val)
{
	bool quoted = false;
	char *p, *equals = NULL;

	for (p = args; *p && (quoted || !isspace(*p)); p++) {
		if (*p == '"')
			quoted = !quoted;
		else if (*p == '=' && !equals)
			equals = p;
	}
	if (*p)
		*p++ = '\0';
	*param = unquote(args);
	*val = NULL;
	if (equals) {
		*equals = '\0';
		*val = unquote(equals + 1);
	}
	return skip_spaces(p);
}
