/* SPDX-License-Identifier: MIT */
/* NULL, and where a member lies inside its structure. */
#ifndef _LINUX_STDDEF_H
#define _LINUX_STDDEF_H

#include <linux/types.h>

#undef NULL
#define NULL ((void *)0)

#undef offsetof
#define offsetof(type, member) __builtin_offsetof(type, member)

#define sizeof_field(type, member) sizeof((((type *)0)->member))
#define offsetofend(type, member) (offsetof(type, member) + sizeof_field(type, member))

#define DECLARE_FLEX_ARRAY(type, name) \
	struct {                       \
		struct {               \
		} __empty_##name;      \
		type name[];           \
	}

#endif /* _LINUX_STDDEF_H */
