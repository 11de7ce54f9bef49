/* SPDX-License-Identifier: MIT */
/*
 * Attributes of functions, types and pointers under their usual short names. The annotations in the second half mean
 * something to sparse only ("make lint"): which address space a pointer lives in, which lock a function takes.
 */
#ifndef _LINUX_COMPILER_TYPES_H
#define _LINUX_COMPILER_TYPES_H

#undef inline
#define inline inline __attribute__((__gnu_inline__)) __attribute__((__unused__))
#define __always_inline inline __attribute__((__always_inline__))
#define noinline __attribute__((__noinline__))
#define __noreturn __attribute__((__noreturn__))
#define __packed __attribute__((__packed__))
#define __aligned(x) __attribute__((__aligned__(x)))
#define __used __attribute__((__used__))
#define __maybe_unused __attribute__((__unused__))
#define __always_unused __attribute__((__unused__))
#define __must_check __attribute__((__warn_unused_result__))
#define __pure __attribute__((__pure__))
#define __attribute_const__ __attribute__((__const__))
#define __cold __attribute__((__cold__))
#define __weak __attribute__((__weak__))
#define __malloc __attribute__((__malloc__))
#define __printf(fmt, args) __attribute__((__format__(printf, fmt, args)))
#define __scanf(fmt, args) __attribute__((__format__(scanf, fmt, args)))
#define __section(s) __attribute__((__section__(s)))
#define __visible
#define asmlinkage
#define __init __section(".init.text") __cold
#define __initdata __section(".init.data")
#define __initconst __section(".init.rodata")
#define __exit __used __cold
#define __exitdata
#define __ro_after_init __section(".data..ro_after_init")
#define __read_mostly
#define ____cacheline_aligned __aligned(64)
#define ____cacheline_aligned_in_smp __aligned(64)
#define __cacheline_aligned __aligned(64)

/* Functions that only sleep on behalf of their caller: get_wchan() looks past them. */
#define __sched __section(".sched.text")

#ifdef __CHECKER__
#define __user __attribute__((noderef, address_space(1)))
#define __iomem __attribute__((noderef, address_space(2)))
#define __percpu
#define __rcu
#define __force __attribute__((force))
#define __bitwise __attribute__((bitwise))
#define __must_hold(x) __attribute__((context(x, 1, 1)))
#define __acquires(x) __attribute__((context(x, 0, 1)))
#define __releases(x) __attribute__((context(x, 1, 0)))
#define __acquire(x) __context__(x, 1)
#define __release(x) __context__(x, -1)
#define __cond_lock(x, c) ((c) ? ({ __acquire(x); 1; }) : 0)
#else
#define __user
#define __iomem
#define __percpu
#define __rcu
#define __force
#define __bitwise
#define __must_hold(x)
#define __acquires(x)
#define __releases(x)
#define __acquire(x) (void)0
#define __release(x) (void)0
#define __cond_lock(x, c) (c)
#endif

#endif
