/* SPDX-License-Identifier: MIT */
/* The steps of parse_early_params(), one word at a time. */
#ifndef _KERNEL_PARAMS_H
#define _KERNEL_PARAMS_H

/**
 * next_param - cut the next word out of *@args and take the quotes off
 * *@args moves behind it; *@val is what stands behind "=", or "".
 * Context: any. Return: the name, or NULL at the end of the line.
 */
char *next_param(char **args, char **val);

/* parse_param - give @val to the handler of @name, and report what is wrong. Context: as that handler. */
void parse_param(const char *name, char *val);

#endif
