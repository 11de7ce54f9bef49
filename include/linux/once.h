/* SPDX-License-Identifier: MIT */
/*
 * DO_ONCE(f, args…) calls f exactly once a boot, whichever CPU comes first: the others do not
 * wait for it to return. The value is true for the caller that did it.
 */
#ifndef _LINUX_ONCE_H
#define _LINUX_ONCE_H

#include <linux/atomic.h>
#include <linux/compiler.h>
#include <linux/types.h>

#define DO_ONCE(func, ...)                                                      \
	({                                                                      \
		static u8 __once_taken;                                         \
		bool __once_mine = !READ_ONCE(__once_taken) && !xchg(&__once_taken, 1); \
		if (unlikely(__once_mine))                                      \
			func(__VA_ARGS__);                                      \
		unlikely(__once_mine);                                          \
	})

#endif /* _LINUX_ONCE_H */
