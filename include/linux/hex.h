/* SPDX-License-Identifier: MIT */
/* Bytes as hexadecimal text, and back. */
#ifndef _LINUX_HEX_H
#define _LINUX_HEX_H

#include <linux/compiler.h>
#include <linux/types.h>

extern const char hex_asc[];
#define hex_asc_lo(x) hex_asc[(x) & 0x0f]
#define hex_asc_hi(x) hex_asc[((x) & 0xf0) >> 4]

static inline char *hex_byte_pack(char *buf, u8 byte)
{
	*buf++ = hex_asc_hi(byte);
	*buf++ = hex_asc_lo(byte);
	return buf;
}

/* Return: the digit's value, -1 if @ch is not a hex digit. */
int hex_to_bin(unsigned char ch);
/* Return: 0; -EINVAL if one of the 2 * @count characters is not a hex digit. */
int __must_check hex2bin(u8 *dst, const char *src, size_t count);
/* Writes 2 * @count characters, no zero. Return: the address behind them. */
char *bin2hex(char *dst, const void *src, size_t count);

enum {
	DUMP_PREFIX_NONE,
	DUMP_PREFIX_ADDRESS,
	DUMP_PREFIX_OFFSET,
};

/**
 * hex_dump_to_buffer - one line of a hex dump
 * @rowsize: 16 or 32 bytes a line; @groupsize: 1, 2, 4 or 8 bytes a group, printed as one number
 * @ascii: append the bytes as characters, in a column of its own
 * Context: any.
 * Return: the length of the whole line; >= @linebuflen means that it was cut.
 */
int hex_dump_to_buffer(const void *buf, size_t len, int rowsize, int groupsize, char *linebuf,
		       size_t linebuflen, bool ascii);

/* Print @len bytes, a line a printk(). Context: any. */
void print_hex_dump(const char *level, const char *prefix_str, int prefix_type, int rowsize,
		    int groupsize, const void *buf, size_t len, bool ascii);

#define print_hex_dump_bytes(prefix_str, prefix_type, buf, len) \
	print_hex_dump(KERN_DEBUG, prefix_str, prefix_type, 16, 1, buf, len, true)

#endif /* _LINUX_HEX_H */
