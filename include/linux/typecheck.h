/* SPDX-License-Identifier: MIT */
/* Compile-time checks that an expression has the type that a macro expects. */
#ifndef _LINUX_TYPECHECK_H
#define _LINUX_TYPECHECK_H

/* Always 1; warns when @x is not of @type. */
#define typecheck(type, x)                      \
	({                                      \
		type __tc_dummy;                \
		typeof(x) __tc_dummy2;          \
		(void)(&__tc_dummy == &__tc_dummy2); \
		1;                              \
	})

#define typecheck_fn(type, function)            \
	({                                      \
		typeof(type) __tc_fn = function; \
		(void)__tc_fn;                  \
	})

#endif /* _LINUX_TYPECHECK_H */
