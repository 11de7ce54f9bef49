/* SPDX-License-Identifier: MIT */
/* Every context that code can run in, made on demand: for provoke, and for the suites. */
#ifndef _KERNEL_DEBUG_CONTEXTS_H
#define _KERNEL_DEBUG_CONTEXTS_H

typedef void (*context_fn)(void);

struct context {
	const char *name;
	int (*enter)(context_fn fn);
	const char *help;
};

#define NR_CONTEXTS 20
extern const struct context contexts[NR_CONTEXTS];

/**
 * run_in_context - call @fn once in a context, on the CPU that the caller runs on
 *
 * Context: task, may sleep; one at a time. Return: 0; -ENOMEM, -EBUSY when the context cannot be made; -EOPNOTSUPP
 * when this profile has no way to make it.
 */
int run_in_context(const struct context *context, context_fn fn);

#endif
