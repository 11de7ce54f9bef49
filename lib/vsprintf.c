// SPDX-License-Identifier: MIT
/*
 * Formatted text into a buffer: see <linux/sprintf.h> for what %p takes. Every piece goes through
 * put_char() and put_padded(), which count what does not fit, so truncation is decided in one
 * place. Runs in any context: no lock, no allocation, a bounded stack. (%pV nests one level a
 * va_format.)
 */
#include <linux/bitmap.h>
#include <linux/ctype.h>
#include <linux/err.h>
#include <linux/errname.h>
#include <linux/kallsyms.h>
#include <linux/kernel.h>
#include <linux/string.h>

/* Where the text goes; len counts on past size. */
struct text {
	char *buf;
	size_t size;
	size_t len;
};

/* One conversion: what stands between '%' and its letter. */
struct spec {
	bool left, plus, space, alternate, zero, upper;
	int width;     /* -1: none */
	int precision; /* -1: none */
	int bytes;     /* of the integer argument */
};

static void put_char(struct text *t, char c)
{
	if (t->len < t->size)
		t->buf[t->len] = c;
	t->len++;
}

static void put_repeated(struct text *t, char c, int n)
{
	while (n-- > 0)
		put_char(t, c);
}

static void put_padded(struct text *t, const struct spec *spec, const char *s, int len)
{
	int pad = spec->width - len;

	if (!spec->left)
		put_repeated(t, ' ', pad);
	for (int i = 0; i < len; i++)
		put_char(t, s[i]);
	if (spec->left)
		put_repeated(t, ' ', pad);
}

/* A bad pointer is printed as a word: a message about a failure must not fail itself. */
static const char *checked_string(const char *s)
{
	if (!s)
		return "(null)";
	if ((unsigned long)s < 4096 || IS_ERR(s))
		return "(efault)";
	return s;
}

static void put_string(struct text *t, const struct spec *spec, const char *s)
{
	s = checked_string(s);
	put_padded(t, spec, s, strnlen(s, spec->precision < 0 ? INT_MAX : spec->precision));
}

/* The digits of @value, last first. Return: their number. */
static int digits_reversed(char *buf, u64 value, unsigned int base, bool upper)
{
	int n = 0;

	while (value) {
		char c = hex_asc[value % base];

		buf[n++] = upper ? toupper(c) : c;
		value /= base;
	}
	return n;
}

/*
 * [spaces][sign or prefix][zeros][digits][spaces]. A precision is the least number of digits, and
 * turns the 0 flag off.
 */
static void put_number(struct text *t, const struct spec *spec, u64 value, unsigned int base,
		       const char *prefix)
{
	char digits[24];
	int n = digits_reversed(digits, value, base, spec->upper);
	int zeros = (spec->precision < 0 ? 1 : spec->precision) - n;
	int prefix_len = strlen(prefix), pad;

	if (spec->alternate && base == 8 && zeros <= 0)
		zeros = 1;
	zeros = max(zeros, 0);
	pad = spec->width - prefix_len - zeros - n;
	if (spec->zero && !spec->left && spec->precision < 0 && pad > 0) {
		zeros += pad;
		pad = 0;
	}
	if (!spec->left)
		put_repeated(t, ' ', pad);
	while (*prefix)
		put_char(t, *prefix++);
	put_repeated(t, '0', zeros);
	while (n)
		put_char(t, digits[--n]);
	if (spec->left)
		put_repeated(t, ' ', pad);
}

static void put_signed(struct text *t, const struct spec *spec, s64 value)
{
	u64 magnitude = value < 0 ? -(u64)value : (u64)value;
	const char *sign = value < 0 ? "-" : (spec->plus ? "+" : (spec->space ? " " : ""));

	put_number(t, spec, magnitude, 10, sign);
}

static void put_hex(struct text *t, const struct spec *spec, u64 value)
{
	const char *prefix = spec->upper ? "0X" : "0x";

	put_number(t, spec, value, 16, spec->alternate && value ? prefix : "");
}

/* All 16 digits, unless the format asks for a width of its own. */
static void put_address(struct text *t, struct spec spec, unsigned long value)
{
	if (spec.width < 0) {
		spec.width = 2 * sizeof(value) + (spec.alternate ? 2 : 0);
		spec.zero = true;
	}
	put_hex(t, &spec, value);
}

static void put_symbol(struct text *t, const struct spec *spec, char kind, unsigned long addr)
{
	char name[KSYM_SYMBOL_LEN];

	if (kind == 's')
		sprint_symbol_no_offset(name, addr);
	else if (kind == 'B')
		sprint_backtrace(name, addr);
	else
		sprint_symbol(name, addr);
	put_string(t, spec, name);
}

static void put_error(struct text *t, struct spec spec, const void *ptr)
{
	const char *name = IS_ERR(ptr) ? errname(PTR_ERR(ptr)) : NULL;

	if (name)
		put_string(t, &spec, name);
	else if (IS_ERR(ptr))
		put_signed(t, &spec, PTR_ERR(ptr));
	else
		put_address(t, spec, (unsigned long)ptr);
}

/* Groups of 32 bits, the highest first, each with all its digits. */
static void put_bitmap(struct text *t, const unsigned long *map, int nbits)
{
	struct spec hex = { .zero = true, .precision = -1 };

	for (int at = round_down(nbits - 1, 32); at >= 0; at -= 32) {
		int bits = min(nbits - at, 32);

		hex.width = DIV_ROUND_UP(bits, 4);
		put_hex(t, &hex, (map[BIT_WORD(at)] >> (at % 64)) & GENMASK_ULL(bits - 1, 0));
		if (at)
			put_char(t, ',');
	}
}

static void put_bitmap_list(struct text *t, const unsigned long *map, int nbits)
{
	static const struct spec decimal = { .width = -1, .precision = -1 };
	unsigned long first, end;
	bool comma = false;

	for (first = find_first_bit(map, nbits); first < (unsigned long)nbits;
	     first = find_next_bit(map, nbits, end)) {
		end = find_next_zero_bit(map, nbits, first);
		if (comma)
			put_char(t, ',');
		comma = true;
		put_signed(t, &decimal, first);
		if (end - first > 1) {
			put_char(t, '-');
			put_signed(t, &decimal, end - 1);
		}
	}
}

static void put_hex_byte(struct text *t, u8 byte)
{
	put_char(t, hex_asc_hi(byte));
	put_char(t, hex_asc_lo(byte));
}

static void put_hex_bytes(struct text *t, const u8 *bytes, int n, char separator)
{
	for (int i = 0; i < n; i++) {
		if (i && separator)
			put_char(t, separator);
		put_hex_byte(t, bytes[i]);
	}
}

static char hex_separator(char letter)
{
	switch (letter) {
	case 'C':
		return ':';
	case 'D':
		return '-';
	case 'N':
		return '\0';
	default:
		return ' ';
	}
}

static void put_uuid(struct text *t, const u8 *uuid)
{
	for (int i = 0; i < 16; i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			put_char(t, '-');
		put_hex_byte(t, uuid[i]);
	}
}

static void put_va_format(struct text *t, const struct va_format *vaf)
{
	size_t room = t->len < t->size ? t->size - t->len : 0;
	va_list args;

	/* A copy: the caller may format the same arguments again. */
	va_copy(args, *vaf->va);
	t->len += vsnprintf(room ? t->buf + t->len : NULL, room, vaf->fmt, args);
	va_end(args);
}

/* What follows the pointer as an object to print; the same pointer may be bad. */
static void put_object(struct text *t, const struct spec *spec, const char *fmt, const void *ptr)
{
	const char *word = checked_string(ptr);
	int width = max(spec->width, 0);

	if (word != ptr) {
		put_padded(t, spec, word, strlen(word));
		return;
	}
	switch (*fmt) {
	case 'b':
		if (fmt[1] == 'l')
			put_bitmap_list(t, ptr, width);
		else
			put_bitmap(t, ptr, width);
		break;
	case 'h':
		put_hex_bytes(t, ptr, width ? min(width, 64) : 1, hex_separator(fmt[1]));
		break;
	case 'M':
		put_hex_bytes(t, ptr, 6, ':');
		break;
	case 'U':
		put_uuid(t, ptr);
		break;
	case 'a':
		put_address(t, (struct spec){ .width = -1, .precision = -1, .alternate = true },
			    *(const phys_addr_t *)ptr);
		break;
	case 'V':
		put_va_format(t, ptr);
		break;
	}
}

/* %p with the letters that follow it. Return: the format behind them. */
static const char *put_pointer(struct text *t, const struct spec *spec, const char *fmt, void *ptr)
{
	switch (*fmt) {
	case 'S':
	case 's':
	case 'B':
		put_symbol(t, spec, *fmt, (unsigned long)ptr);
		break;
	case 'e':
		put_error(t, *spec, ptr);
		break;
	case 'b':
	case 'h':
	case 'M':
	case 'U':
	case 'a':
	case 'V':
		put_object(t, spec, fmt, ptr);
		break;
	default:
		put_address(t, *spec, (unsigned long)ptr);
		break;
	}
	while (isalnum(*fmt))
		fmt++;
	return fmt;
}

static const char *parse_flags(const char *fmt, struct spec *spec)
{
	for (;; fmt++) {
		switch (*fmt) {
		case '-':
			spec->left = true;
			break;
		case '+':
			spec->plus = true;
			break;
		case ' ':
			spec->space = true;
			break;
		case '#':
			spec->alternate = true;
			break;
		case '0':
			spec->zero = true;
			break;
		default:
			return fmt;
		}
	}
}

static int parse_int(const char **fmt)
{
	int n = 0;

	for (; isdigit(**fmt); (*fmt)++)
		n = min(n * 10 + (**fmt - '0'), 1 << 20);
	return n;
}

static const char *parse_length(const char *fmt, struct spec *spec)
{
	spec->bytes = sizeof(int);
	switch (*fmt) {
	case 'h':
		spec->bytes = fmt[1] == 'h' ? sizeof(char) : sizeof(short);
		return fmt + (fmt[1] == 'h' ? 2 : 1);
	case 'l':
		spec->bytes = sizeof(long);
		return fmt + (fmt[1] == 'l' ? 2 : 1);
	case 'L':
	case 'j':
	case 'z':
	case 't':
		spec->bytes = sizeof(long);
		return fmt + 1;
	default:
		return fmt;
	}
}

/* Narrow an argument to @bytes, which is what %hd and %hhx are for, with its sign or without. */
static u64 narrow(u64 value, int bytes, bool is_signed)
{
	int shift = 64 - 8 * bytes;

	return is_signed ? (u64)((s64)(value << shift) >> shift) : value << shift >> shift;
}

static bool is_integer_conversion(char c)
{
	return c && strchr("diuoxX", c);
}

static void put_integer(struct text *t, struct spec *spec, char conversion, u64 raw)
{
	bool is_signed = conversion == 'd' || conversion == 'i';
	u64 value = narrow(raw, spec->bytes, is_signed);

	spec->upper = conversion == 'X';
	if (is_signed)
		put_signed(t, spec, value);
	else if (conversion == 'o')
		put_number(t, spec, value, 8, "");
	else if (conversion == 'u')
		put_number(t, spec, value, 10, "");
	else
		put_hex(t, spec, value);
}

/*
 * The va_list stays in this function and its caller: a va_list parameter is a pointer to the
 * caller's, so each va_arg() below takes the next argument for good.
 */
static const char *format_one(struct text *t, const char *fmt, va_list args)
{
	struct spec spec = { .width = -1, .precision = -1 };
	const char *start = fmt;
	char c;

	fmt = parse_flags(fmt + 1, &spec);
	if (*fmt == '*') {
		spec.width = va_arg(args, int);
		fmt++;
		if (spec.width < 0) {
			spec.left = true;
			spec.width = -spec.width;
		}
	} else if (isdigit(*fmt)) {
		spec.width = parse_int(&fmt);
	}
	if (*fmt == '.') {
		fmt++;
		if (*fmt == '*') {
			spec.precision = max(va_arg(args, int), -1);
			fmt++;
		} else {
			spec.precision = parse_int(&fmt);
		}
	}
	fmt = parse_length(fmt, &spec);
	if (is_integer_conversion(*fmt)) {
		bool wide = spec.bytes == sizeof(long);

		put_integer(t, &spec, *fmt, wide ? va_arg(args, u64) : va_arg(args, u32));
		return fmt + 1;
	}
	switch (*fmt) {
	case 'c':
		c = va_arg(args, int);
		put_padded(t, &spec, &c, 1);
		return fmt + 1;
	case 's':
		put_string(t, &spec, va_arg(args, const char *));
		return fmt + 1;
	case 'p':
		return put_pointer(t, &spec, fmt + 1, va_arg(args, void *));
	case '%':
		put_char(t, '%');
		return fmt + 1;
	default:
		/* Not a conversion: shown as it stands, and no argument is taken. */
		put_char(t, *start);
		return start + 1;
	}
}

int vsnprintf(char *buf, size_t size, const char *fmt, va_list args)
{
	struct text t = { .buf = buf, .size = size };

	while (*fmt) {
		if (*fmt == '%')
			fmt = format_one(&t, fmt, args);
		else
			put_char(&t, *fmt++);
	}
	if (size)
		buf[min(t.len, size - 1)] = '\0';
	return t.len;
}

int vscnprintf(char *buf, size_t size, const char *fmt, va_list args)
{
	size_t len = vsnprintf(buf, size, fmt, args);

	if (!size)
		return 0;
	return min(len, size - 1);
}

int snprintf(char *buf, size_t size, const char *fmt, ...)
{
	va_list args;
	int len;

	va_start(args, fmt);
	len = vsnprintf(buf, size, fmt, args);
	va_end(args);
	return len;
}

int scnprintf(char *buf, size_t size, const char *fmt, ...)
{
	va_list args;
	int len;

	va_start(args, fmt);
	len = vscnprintf(buf, size, fmt, args);
	va_end(args);
	return len;
}

int vsprintf(char *buf, const char *fmt, va_list args)
{
	return vsnprintf(buf, INT_MAX, fmt, args);
}

int sprintf(char *buf, const char *fmt, ...)
{
	va_list args;
	int len;

	va_start(args, fmt);
	len = vsnprintf(buf, INT_MAX, fmt, args);
	va_end(args);
	return len;
}
