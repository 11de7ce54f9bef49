/* SPDX-License-Identifier: MIT */
/*
 * BUG() for what cannot happen, WARN() for what should not. Both are a UD2 instruction in the code
 * and an entry in a table elsewhere, so a check that never fires costs a compare and a branch.
 * Context for all: any.
 */
#ifndef _LINUX_BUG_H
#define _LINUX_BUG_H

#include <linux/build_bug.h>
#include <linux/compiler.h>
#include <linux/printk.h>
#include <linux/types.h>

struct pt_regs;

#define BUGFLAG_WARNING (1 << 0) /* report and go on */
#define BUGFLAG_ONCE    (1 << 1) /* the first time only */
#define BUGFLAG_DONE    (1 << 2) /* that was it */
#define BUGFLAG_MESSAGE (1 << 3) /* __warn_printk() has begun the report */

/* Where a UD2 stands in the source. Addresses are relative to the field that holds them. */
struct bug_entry {
	s32 addr;
	s32 file;
	u16 line;
	u16 flags;
};

#define __BUG_FLAGS(flags)                                                                         \
	__asm__ __volatile__("1: ud2\n"                                                            \
			     ".pushsection __bug_table, \"aw\"\n"                                  \
			     "2: .long 1b - .\n"                                                   \
			     ".long %c0 - .\n"                                                     \
			     ".word %c1, %c2\n"                                                    \
			     ".popsection"                                                         \
			     :                                                                     \
			     : "i"(__FILE__), "i"(__LINE__), "i"(flags))

/* BUG - report this place and panic. BUG_ON - if @condition holds. */
#define BUG()                                                                                      \
	do {                                                                                       \
		__BUG_FLAGS(0);                                                                    \
		unreachable();                                                                     \
	} while (0)
#define BUG_ON(condition)                                                                          \
	do {                                                                                       \
		if (unlikely(condition))                                                           \
			BUG();                                                                     \
	} while (0)

/* WARN_ON - if @condition holds, report this place with a trace and go on. Value: @condition. */
#define __WARN_ON(condition, flags)                                                                \
	({                                                                                         \
		int __ret_warn_on = !!(condition);                                                 \
		if (unlikely(__ret_warn_on))                                                       \
			__BUG_FLAGS(BUGFLAG_WARNING | (flags));                                    \
		unlikely(__ret_warn_on);                                                           \
	})
#define WARN_ON(condition)      __WARN_ON(condition, 0)
#define WARN_ON_ONCE(condition) __WARN_ON(condition, BUGFLAG_ONCE)

/* WARN - the same with a message. */
#define WARN(condition, format...)                                                                 \
	({                                                                                         \
		int __ret_warn = !!(condition);                                                    \
		if (unlikely(__ret_warn)) {                                                        \
			__warn_printk(format);                                                     \
			__BUG_FLAGS(BUGFLAG_WARNING | BUGFLAG_MESSAGE);                            \
		}                                                                                  \
		unlikely(__ret_warn);                                                              \
	})
#define WARN_ONCE(condition, format...)                                                            \
	({                                                                                         \
		static bool __warned;                                                              \
		int __ret_once = !!(condition);                                                    \
		if (unlikely(__ret_once && !__warned)) {                                           \
			__warned = true;                                                           \
			WARN(1, format);                                                           \
		}                                                                                  \
		unlikely(__ret_once);                                                              \
	})

void __warn_printk(const char *fmt, ...) __printf(1, 2);

/**
 * handle_bug - deal with a UD2 that BUG() or WARN() planted
 *
 * Context: exception entry.
 * Return: true when it was a WARN(), which has been reported and stepped over; false when the
 * caller must die().
 */
bool handle_bug(struct pt_regs *regs);

#endif
