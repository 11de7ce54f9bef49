/* SPDX-License-Identifier: MIT */
/*
 * Values at addresses that need not be multiples of their size. The packed structure tells the
 * compiler so; on x86 it becomes a plain load or store.
 */
#ifndef _ASM_UNALIGNED_H
#define _ASM_UNALIGNED_H

#include <linux/compiler.h>
#include <asm/byteorder.h>

#define get_unaligned(ptr)                                                      \
	(((const struct { typeof(*(ptr)) x; } __packed *)(const void *)(ptr))->x)
#define put_unaligned(val, ptr)                                                 \
	((void)(((struct { typeof(*(ptr)) x; } __packed *)(void *)(ptr))->x = (val)))

#define __DEFINE_UNALIGNED(order, bits)                                         \
	static inline u##bits get_unaligned_##order##bits(const void *p)        \
	{                                                                       \
		return order##bits##_to_cpu(get_unaligned((const u##bits *)p)); \
	}                                                                       \
	static inline void put_unaligned_##order##bits(u##bits val, void *p)    \
	{                                                                       \
		put_unaligned(cpu_to_##order##bits(val), (u##bits *)p);         \
	}

__DEFINE_UNALIGNED(le, 16)
__DEFINE_UNALIGNED(le, 32)
__DEFINE_UNALIGNED(le, 64)
__DEFINE_UNALIGNED(be, 16)
__DEFINE_UNALIGNED(be, 32)
__DEFINE_UNALIGNED(be, 64)

#endif /* _ASM_UNALIGNED_H */
