// SPDX-License-Identifier: MIT
/* Bytes as hexadecimal text: see <linux/hex.h>. */
#include <linux/ctype.h>
#include <linux/errno.h>
#include <linux/hex.h>
#include <linux/kernel.h>
#include <asm/unaligned.h>

const char hex_asc[] = "0123456789abcdef";

int hex_to_bin(unsigned char ch)
{
	if (!isxdigit(ch))
		return -1;
	return isdigit(ch) ? ch - '0' : tolower(ch) - 'a' + 10;
}

int hex2bin(u8 *dst, const char *src, size_t count)
{
	for (; count; count--, src += 2) {
		int high = hex_to_bin(src[0]), low = high < 0 ? -1 : hex_to_bin(src[1]);

		if (low < 0)
			return -EINVAL;
		*dst++ = high << 4 | low;
	}
	return 0;
}

char *bin2hex(char *dst, const void *src, size_t count)
{
	for (const u8 *p = src; count; count--)
		dst = hex_byte_pack(dst, *p++);
	return dst;
}

/* The group at @p as one number in this CPU's byte order, all digits. */
static int format_group(char *buf, size_t size, const u8 *p, int groupsize)
{
	switch (groupsize) {
	case 8:
		return snprintf(buf, size, "%16.16llx", get_unaligned((const u64 *)p));
	case 4:
		return snprintf(buf, size, "%8.8x", get_unaligned((const u32 *)p));
	case 2:
		return snprintf(buf, size, "%4.4x", get_unaligned((const u16 *)p));
	default:
		return snprintf(buf, size, "%2.2x", *p);
	}
}

int hex_dump_to_buffer(const void *buf, size_t len, int rowsize, int groupsize, char *linebuf,
		       size_t linebuflen, bool ascii)
{
	const u8 *p = buf;
	char line[32 * 3 + 2 + 32 + 1];
	size_t at = 0, column;

	rowsize = rowsize == 32 ? 32 : 16;
	len = min_t(size_t, len, rowsize);
	if (groupsize != 2 && groupsize != 4 && groupsize != 8)
		groupsize = 1;
	if (len % groupsize)
		groupsize = 1;
	for (size_t i = 0; i < len; i += groupsize) {
		if (i)
			line[at++] = ' ';
		at += format_group(line + at, sizeof(line) - at, p + i, groupsize);
	}
	column = rowsize * 2 + rowsize / groupsize + 1;
	while (ascii && len && at < column)
		line[at++] = ' ';
	for (size_t i = 0; ascii && i < len; i++)
		line[at++] = isprint(p[i]) ? p[i] : '.';
	line[at] = '\0';
	return snprintf(linebuf, linebuflen, "%s", line);
}

void print_hex_dump(const char *level, const char *prefix_str, int prefix_type, int rowsize,
		    int groupsize, const void *buf, size_t len, bool ascii)
{
	const u8 *p = buf;
	char line[32 * 3 + 2 + 32 + 1];

	rowsize = rowsize == 32 ? 32 : 16;
	for (size_t i = 0; i < len; i += rowsize) {
		hex_dump_to_buffer(p + i, len - i, rowsize, groupsize, line, sizeof(line), ascii);
		if (prefix_type == DUMP_PREFIX_ADDRESS)
			printk("%s%s%p: %s\n", level, prefix_str, p + i, line);
		else if (prefix_type == DUMP_PREFIX_OFFSET)
			printk("%s%s%.8zx: %s\n", level, prefix_str, i, line);
		else
			printk("%s%s%s\n", level, prefix_str, line);
	}
}
