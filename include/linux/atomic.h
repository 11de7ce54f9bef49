/* SPDX-License-Identifier: MIT */
/* Atomic integers, exchange operations and barriers: <asm/atomic.h> documents them. */
#ifndef _LINUX_ATOMIC_H
#define _LINUX_ATOMIC_H

#include <asm/atomic.h>
#include <asm/barrier.h>

#endif
