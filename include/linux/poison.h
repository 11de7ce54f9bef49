/* SPDX-License-Identifier: MIT */
/*
 * Values left where something used to be. The addresses are non-canonical, so that using a removed
 * entry is a general protection fault at a number that names the mistake.
 */
#ifndef _LINUX_POISON_H
#define _LINUX_POISON_H

#define POISON_POINTER_DELTA 0xdead000000000000UL

#define LIST_POISON1 ((void *)(0x100UL + POISON_POINTER_DELTA))
#define LIST_POISON2 ((void *)(0x122UL + POISON_POINTER_DELTA))

#define POISON_INUSE 0x5a /* an object handed out, never written */
#define POISON_FREE 0x6b /* a freed object */
#define POISON_END 0xa5 /* the last byte of a freed object */
#define POISON_FREE_INITMEM 0xcc /* what only booting needed: int3 where it was code */

#endif /* _LINUX_POISON_H */
