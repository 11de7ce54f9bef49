/* SPDX-License-Identifier: MIT */
/*
 * xchg() and cmpxchg() on objects of 1, 2, 4 and 8 bytes: one locked instruction, and so a full barrier. The forms
 * with _relaxed, _acquire and _release order less in Linux; on x86 they are the same instruction.
 */
#ifndef _ASM_CMPXCHG_H
#define _ASM_CMPXCHG_H

#include <linux/compiler.h>

#define __x86_swap_op(insn, lock, ptr, val)                                                        \
	({                                                                                         \
		__typeof__(*(ptr)) __v = (val);                                                    \
		switch (sizeof(*(ptr))) {                                                          \
		case 1:                                                                            \
			__asm__ __volatile__(lock insn "b %b0, %1"                                 \
					     : "+q"(__v), "+m"(*(ptr)) : : "memory", "cc");        \
			break;                                                                     \
		case 2:                                                                            \
			__asm__ __volatile__(lock insn "w %w0, %1"                                 \
					     : "+r"(__v), "+m"(*(ptr)) : : "memory", "cc");        \
			break;                                                                     \
		case 4:                                                                            \
			__asm__ __volatile__(lock insn "l %k0, %1"                                 \
					     : "+r"(__v), "+m"(*(ptr)) : : "memory", "cc");        \
			break;                                                                     \
		default:                                                                           \
			__asm__ __volatile__(lock insn "q %q0, %1"                                 \
					     : "+r"(__v), "+m"(*(ptr)) : : "memory", "cc");        \
			break;                                                                     \
		}                                                                                  \
		__v;                                                                               \
	})

#define xchg(ptr, val) __x86_swap_op("xchg", "", ptr, val)
#define xadd(ptr, val) __x86_swap_op("xadd", "lock; ", ptr, val)

/* try_cmpxchg - store @new in *@ptr if that holds *@oldp. Return: whether it did; if not, *@oldp is what was there. */
#define try_cmpxchg(ptr, oldp, new)                                                                \
	({                                                                                         \
		__typeof__(*(ptr)) *__oldp = (oldp);                                               \
		__typeof__(*(ptr)) __old = *__oldp, __new = (new);                                 \
		_Bool __done;                                                                      \
		switch (sizeof(*(ptr))) {                                                          \
		case 1:                                                                            \
			__asm__ __volatile__("lock; cmpxchgb %b3, %1"                              \
					     : "=@ccz"(__done), "+m"(*(ptr)), "+a"(__old)          \
					     : "q"(__new) : "memory");                             \
			break;                                                                     \
		case 2:                                                                            \
			__asm__ __volatile__("lock; cmpxchgw %w3, %1"                              \
					     : "=@ccz"(__done), "+m"(*(ptr)), "+a"(__old)          \
					     : "r"(__new) : "memory");                             \
			break;                                                                     \
		case 4:                                                                            \
			__asm__ __volatile__("lock; cmpxchgl %k3, %1"                              \
					     : "=@ccz"(__done), "+m"(*(ptr)), "+a"(__old)          \
					     : "r"(__new) : "memory");                             \
			break;                                                                     \
		default:                                                                           \
			__asm__ __volatile__("lock; cmpxchgq %q3, %1"                              \
					     : "=@ccz"(__done), "+m"(*(ptr)), "+a"(__old)          \
					     : "r"(__new) : "memory");                             \
			break;                                                                     \
		}                                                                                  \
		if (unlikely(!__done))                                                             \
			*__oldp = __old;                                                           \
		likely(__done);                                                                    \
	})

/* cmpxchg - store @new in *@ptr if that holds @old. Return: what was there; equal to @old means that it was stored. */
#define cmpxchg(ptr, old, new)                                                                     \
	({                                                                                         \
		__typeof__(*(ptr)) __found = (old);                                                \
		(void)try_cmpxchg(ptr, &__found, new);                                             \
		__found;                                                                           \
	})

#define xchg_relaxed xchg
#define xchg_acquire xchg
#define xchg_release xchg
#define cmpxchg_relaxed cmpxchg
#define cmpxchg_acquire cmpxchg
#define cmpxchg_release cmpxchg
#define try_cmpxchg_relaxed try_cmpxchg
#define try_cmpxchg_acquire try_cmpxchg
#define try_cmpxchg_release try_cmpxchg

#endif
