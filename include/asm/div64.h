/* SPDX-License-Identifier: MIT */
/* do_div(n, base): n becomes the quotient, the value is the remainder. */
#ifndef _ASM_DIV64_H
#define _ASM_DIV64_H

#include <linux/types.h>

#define do_div(n, base)                                 \
	({                                              \
		u32 __do_div_base = (base);             \
		u32 __do_div_rem = (u64)(n) % __do_div_base; \
		(n) = (u64)(n) / __do_div_base;         \
		__do_div_rem;                           \
	})

#endif /* _ASM_DIV64_H */
