/* SPDX-License-Identifier: MIT */
/* Mistakes for the shell's command `provoke` to make. */
#ifndef _KERNEL_DEBUG_PROVOKE_H
#define _KERNEL_DEBUG_PROVOKE_H

struct provoke_crash {
	const char *name;
	void (*call)(void);
	const char *help;
};

/* provoke_lockup.c's; one without a name ends them. */
extern const struct provoke_crash provoke_lockups[];

#endif
