/* SPDX-License-Identifier: MIT */
/* Who handles non-maskable interrupts besides the traces of other CPUs. */
#ifndef _ASM_NMI_H
#define _ASM_NMI_H

#include <linux/rculist.h>

struct pt_regs;

#define NMI_LOCAL 0
#define NMI_DONE 0	/* not mine */
#define NMI_HANDLED 1

typedef int (*nmi_handler_t)(unsigned int type, struct pt_regs *regs);

struct nmiaction {
	struct list_head list; /* changed under a lock, read under RCU */
	nmi_handler_t handler;
	const char *name;
};

int __register_nmi_handler(unsigned int type, struct nmiaction *action);

/**
 * register_nmi_handler - have @fn called for NMIs; it must take no lock, and may interrupt anything
 * @t: NMI_LOCAL
 *
 * Context: task. Return: 0; -EINVAL for another type or no function.
 */
#define register_nmi_handler(t, fn, fg, n)                                   \
	({                                                                   \
		static struct nmiaction __action = { .handler = (fn), .name = (n) }; \
		__register_nmi_handler((t), &__action);                      \
	})

/* unregister_nmi_handler - when this returns, it runs nowhere. Context: task, may sleep. */
void unregister_nmi_handler(unsigned int type, const char *name);

#endif
