/* SPDX-License-Identifier: MIT */
/*
 * Boot-time declarations: sections that are only needed while booting, and handlers for words of the kernel command
 * line.
 */
#ifndef _LINUX_INIT_H
#define _LINUX_INIT_H

#include <linux/compiler.h>

#define COMMAND_LINE_SIZE 2048

extern char boot_command_line[COMMAND_LINE_SIZE];

struct obs_kernel_param {
	const char *str;		/* "name=" takes a value, "name" alone is a flag */
	int (*setup_func)(char *val);
};

/**
 * early_param - give the word @str of the command line a handler
 * @str: the word, without "="
 * @fn: int fn(char *val): @val is what stands behind "=" ("" when there is no "=")
 *
 * Context: @fn runs once on the boot CPU, interrupts off, before any allocator works: it parses and stores.
 * Return (of @fn): 0; a negative errno makes the word be reported as malformed, and @fn must have kept the default.
 */
#define early_param(str, fn)                                                                       \
	static const struct obs_kernel_param __setup_##fn __used __section(".init.setup")          \
		__aligned(8) = { str, fn }

/* parse_early_params - call the handler of each word of boot_command_line; report the words nobody knows. */
void parse_early_params(void);

#endif
