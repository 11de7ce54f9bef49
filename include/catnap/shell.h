/* SPDX-License-Identifier: MIT */
/*
 * The shell, seen from a command. A command is a C function, announced by SHELL_COMMAND() in
 * whatever file it lives in:
 *
 *	static int hello(int argc, char **argv)
 *	{
 *		shell_printf("hello, %s\n", argc > 1 ? argv[1] : "world");
 *		return 0;
 *	}
 *	SHELL_COMMAND(hello, hello, "[NAME]", "greet somebody", SHELL_TASK);
 *
 * It runs as a kernel thread of its own, with its own PID and its name. Ctrl-C sends that thread
 * SIGINT: sleep interruptibly, test signal_pending() in long loops, and return -EINTR.
 */
#ifndef _CATNAP_SHELL_H
#define _CATNAP_SHELL_H

#include <linux/compiler.h>
#include <linux/init.h>
#include <linux/types.h>

/* Flags of a command. */
#define SHELL_TASK	0	/* runs as a task of its own */
#define SHELL_INLINE	1	/* runs in the shell's task, unless it is put into the background */
#define SHELL_BUILTIN	2	/* runs in the shell's task, always: it looks at the shell's own state */

struct shell_command {
	const char *name;
	/* Returns an exit status or a negative errno: -EINVAL shows the usage, -EINTR makes it 130. */
	int (*main)(int argc, char **argv);
	const char *usage;	/* the arguments, as in "[-SIGNAL] PID"; "": it gets none, whatever is typed */
	const char *help;	/* one line */
	unsigned int flags;
};

/* The section holds pointers, so that the compiler's padding of structures does not matter. */
#define SHELL_COMMAND(_name, _main, _usage, _help, _flags) \
	static const struct shell_command __shell_command_##_name = { \
		.name = #_name, \
		.main = _main, \
		.usage = _usage, \
		.help = _help, \
		.flags = _flags, \
	}; \
	static const struct shell_command *const __shell_command_ptr_##_name __used \
		__section(".shellcmds") = &__shell_command_##_name

/**
 * shell_printf - print to the terminal the shell runs on
 * Context: task; does not sleep while preemption is off and the text is under 256 bytes.
 * Return: bytes printed.
 */
int shell_printf(const char *fmt, ...) __printf(1, 2);

/**
 * shell_exec - run another command in this task, as `nice` and `taskset` do
 * Complains when argv[0] is no command.
 * Context: task, may sleep. Return: its exit status, 127 when there is no such command.
 */
int shell_exec(int argc, char **argv);

/* shell_init - start the shell's thread. Context: task, may sleep. Return: 0 or a negative errno. */
int shell_init(void);

#endif
