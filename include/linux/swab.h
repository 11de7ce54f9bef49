/* SPDX-License-Identifier: MIT */
/*
 * Reversing the bytes of a value. <asm/byteorder.h> has the conversions that say what they are
 * for.
 */
#ifndef _LINUX_SWAB_H
#define _LINUX_SWAB_H

#include <linux/types.h>

#define swab16(x) ((u16)__builtin_bswap16((u16)(x)))
#define swab32(x) ((u32)__builtin_bswap32((u32)(x)))
#define swab64(x) ((u64)__builtin_bswap64((u64)(x)))
#define __swab16(x) swab16(x)
#define __swab32(x) swab32(x)
#define __swab64(x) swab64(x)

#endif /* _LINUX_SWAB_H */
