// SPDX-License-Identifier: MIT
/*
 * Values read out of a string: see sscanf() in <linux/sprintf.h>. Reading stops at the first
 * thing that does not match; what was stored before stays stored.
 */
#include <linux/ctype.h>
#include <linux/kernel.h>
#include <linux/string.h>

/* One conversion of the format. */
struct scan {
	bool suppress;      /* '*': read it, store nothing */
	unsigned int width; /* 0: none given */
	int bytes;          /* of the integer to store */
	char letter;
	const char *set, *set_end; /* of %[set] */
};

static const char *parse_scan_length(const char *fmt, struct scan *scan)
{
	scan->bytes = sizeof(int);
	if (*fmt == 'h') {
		scan->bytes = fmt[1] == 'h' ? sizeof(char) : sizeof(short);
		return fmt + (fmt[1] == 'h' ? 2 : 1);
	}
	if (*fmt == 'l' || *fmt == 'L' || *fmt == 'z') {
		scan->bytes = sizeof(long);
		return fmt + (fmt[0] == 'l' && fmt[1] == 'l' ? 2 : 1);
	}
	return fmt;
}

/* Behind the '%'. Return: the format behind the conversion. */
static const char *parse_scan(const char *fmt, struct scan *scan)
{
	*scan = (struct scan){ .suppress = *fmt == '*' };
	fmt += scan->suppress;
	for (; isdigit(*fmt); fmt++)
		scan->width = scan->width * 10 + (*fmt - '0');
	fmt = parse_scan_length(fmt, scan);
	scan->letter = *fmt;
	if (*fmt)
		fmt++;
	if (scan->letter == '[') {
		scan->set = fmt;
		fmt += *fmt == '^';
		fmt += *fmt == ']';
		fmt = strchrnul(fmt, ']');
		scan->set_end = fmt;
		fmt += *fmt == ']';
	}
	return fmt;
}

static bool in_set(const struct scan *scan, char c)
{
	bool invert = *scan->set == '^';
	const char *p = scan->set + invert;

	for (; p < scan->set_end; p++) {
		if (p + 2 < scan->set_end && p[1] == '-') {
			if (c >= p[0] && c <= p[2])
				return !invert;
			p += 2;
		} else if (c == *p) {
			return !invert;
		}
	}
	return invert;
}

static void store_integer(void *to, int bytes, u64 value)
{
	switch (bytes) {
	case 1:
		*(u8 *)to = value;
		break;
	case 2:
		*(u16 *)to = value;
		break;
	case 4:
		*(u32 *)to = value;
		break;
	default:
		*(u64 *)to = value;
		break;
	}
}

static unsigned int scan_base(char letter)
{
	switch (letter) {
	case 'i':
		return 0;
	case 'o':
		return 8;
	case 'x':
	case 'X':
		return 16;
	default:
		return 10;
	}
}

/* Return: the string behind the number, NULL if there is none. */
static const char *scan_integer(const struct scan *scan, const char *str, u64 *value)
{
	char digits[32], *end;
	size_t len = scan->width ? min_t(size_t, scan->width, sizeof(digits) - 1)
				 : sizeof(digits) - 1;
	bool negative, is_signed = scan->letter == 'd' || scan->letter == 'i';

	str = skip_spaces(str);
	strscpy(digits, str, len + 1);
	negative = is_signed && digits[0] == '-';
	if (!isxdigit(digits[negative]))
		return NULL;
	*value = simple_strtoull(digits + negative, &end, scan_base(scan->letter));
	if (end == digits + negative)
		return NULL;
	if (negative)
		*value = -*value;
	return str + (end - digits);
}

/* How many characters %c, %s or %[ takes at @str; 0: it does not match. */
static size_t scan_text_length(const struct scan *scan, const char *str)
{
	size_t limit = scan->width ? scan->width : (scan->letter == 'c' ? 1 : INT_MAX), n = 0;

	if (scan->letter == 'c')
		return strnlen(str, limit) == limit ? limit : 0;
	while (n < limit && str[n] &&
	       (scan->letter == '[' ? in_set(scan, str[n]) : !isspace(str[n])))
		n++;
	return n;
}

static void store_text(const struct scan *scan, char *to, const char *str, size_t len)
{
	memcpy(to, str, len);
	if (scan->letter != 'c')
		to[len] = '\0';
}

int vsscanf(const char *str, const char *fmt, va_list args)
{
	const char *start = str;
	int stored = 0;

	while (*fmt) {
		struct scan scan;
		size_t len;
		u64 value;

		if (isspace(*fmt)) {
			fmt = skip_spaces(fmt);
			str = skip_spaces(str);
			continue;
		}
		if (*fmt != '%' || fmt[1] == '%') {
			fmt += *fmt == '%';
			if (*fmt++ != *str++)
				return stored;
			continue;
		}
		fmt = parse_scan(fmt + 1, &scan);
		switch (scan.letter) {
		case 'n':
			*va_arg(args, int *) = str - start;
			continue;
		case 's':
			str = skip_spaces(str);
			fallthrough;
		case 'c':
		case '[':
			len = scan_text_length(&scan, str);
			if (!len)
				return stored;
			if (!scan.suppress)
				store_text(&scan, va_arg(args, char *), str, len);
			str += len;
			break;
		case 'd':
		case 'i':
		case 'u':
		case 'o':
		case 'x':
		case 'X':
			str = scan_integer(&scan, str, &value);
			if (!str)
				return stored;
			if (!scan.suppress)
				store_integer(va_arg(args, void *), scan.bytes, value);
			break;
		default:
			return stored;
		}
		stored += !scan.suppress;
	}
	return stored;
}

int sscanf(const char *str, const char *fmt, ...)
{
	va_list args;
	int stored;

	va_start(args, fmt);
	stored = vsscanf(str, fmt, args);
	va_end(args);
	return stored;
}
