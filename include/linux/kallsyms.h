/* SPDX-License-Identifier: MIT */
/*
 * From an address in the kernel's code to its function and its line of source, through tables that
 * tools/mksyms.py makes and the second link puts into the image. Context for all: any, NMI
 * included; no lock, no allocation.
 */
#ifndef _LINUX_KALLSYMS_H
#define _LINUX_KALLSYMS_H

#include <linux/types.h>

#define KSYM_SYMBOL_LEN 256 /* fits whatever the sprint functions below write, NUL included */

/* What is known about an address. The strings lie in the tables and live as long as the kernel. */
struct ksym {
	const char *name;
	unsigned long start; /* of the function */
	unsigned long size;  /* bytes */
	const char *file;    /* relative to the source tree; NULL when not known */
	unsigned int line;
};

/**
 * kallsyms_find - look an address of kernel code up
 * @sym: filled when found
 *
 * For a return address pass the address less one: the call itself, not whatever comes after it.
 * Return: false when no function covers @addr, or before the tables exist.
 */
bool kallsyms_find(unsigned long addr, struct ksym *sym);

/* kernel_text_address - Return: whether a function of the kernel covers @addr. */
bool kernel_text_address(unsigned long addr);

/*
 * sprint_symbol - write "name+0xoffset/0xsize", or the address when it has no name; _no_offset: the
 * name alone; sprint_backtrace: the same for a return address. Return: the length.
 */
int sprint_symbol(char *buffer, unsigned long addr);
int sprint_symbol_no_offset(char *buffer, unsigned long addr);
int sprint_backtrace(char *buffer, unsigned long addr);

/**
 * sprint_location - write "name+0xoffset (file:line)", the form in which reports name a place
 * @buffer: KSYM_SYMBOL_LEN bytes
 * @addr: an address of code
 * @is_return: @addr is a return address: name the call before it
 *
 * Return: the length.
 */
int sprint_location(char *buffer, unsigned long addr, bool is_return);

#endif
