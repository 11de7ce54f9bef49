// SPDX-License-Identifier: MIT
/*
 * Shell-style patterns: see <linux/glob.h>. No recursion: on a mismatch only the last `*` need
 * try a longer stretch, because any match that an earlier one could make possible, the last one
 * can too.
 */
#include <linux/glob.h>
#include <linux/stddef.h>

/* The set behind '[', which must close. Return: the pattern behind ']', NULL for a plain '['. */
static const char *match_set(const char *pat, char c, bool *matches)
{
	bool invert = *pat == '!', found = false, first = true;

	for (pat += invert; *pat && (first || *pat != ']'); first = false) {
		char low = *pat, high = low;

		if (pat[1] == '-' && pat[2] && pat[2] != ']') {
			high = pat[2];
			pat += 2;
		}
		found |= c >= low && c <= high;
		pat++;
	}
	*matches = found != invert;
	return *pat ? pat + 1 : NULL;
}

/* One character of @str. Return: the pattern behind what matched it, NULL if nothing did. */
static const char *match_one(const char *pat, char c)
{
	const char *end;
	bool matches;

	switch (*pat) {
	case '?':
		return pat + 1;
	case '[':
		end = match_set(pat + 1, c, &matches);
		if (end)
			return matches ? end : NULL;
		break;
	case '\\':
		if (pat[1])
			pat++;
		break;
	}
	return *pat == c ? pat + 1 : NULL;
}

bool glob_match(const char *pat, const char *str)
{
	const char *star = NULL, *star_str = NULL, *next;

	while (*str) {
		if (*pat == '*') {
			star = ++pat;
			star_str = str;
			continue;
		}
		next = match_one(pat, *str);
		if (next) {
			pat = next;
			str++;
		} else if (star) {
			pat = star;
			str = ++star_str;
		} else {
			return false;
		}
	}
	while (*pat == '*')
		pat++;
	return !*pat;
}
