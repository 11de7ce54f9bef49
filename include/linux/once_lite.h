/* SPDX-License-Identifier: MIT */
/* Doing something once a boot. Two CPUs that arrive together may both do it: fit for messages. */
#ifndef _LINUX_ONCE_LITE_H
#define _LINUX_ONCE_LITE_H

#include <linux/compiler.h>
#include <linux/types.h>

#define DO_ONCE_LITE(func, ...) DO_ONCE_LITE_IF(true, func, ##__VA_ARGS__)

/* The value is @condition's. */
#define DO_ONCE_LITE_IF(condition, func, ...)                   \
	({                                                      \
		static bool __once_done;                        \
		bool __once_cond = !!(condition);               \
		if (unlikely(__once_cond && !__once_done)) {    \
			__once_done = true;                     \
			func(__VA_ARGS__);                      \
		}                                               \
		unlikely(__once_cond);                          \
	})

#endif /* _LINUX_ONCE_LITE_H */
