/* SPDX-License-Identifier: MIT */
/*
 * Memory barriers. x86 keeps loads in order with loads, and stores in order with stores and with earlier loads; the
 * one thing it lets through is a load that overtakes an earlier store to another address (Intel SDM volume 3, section
 * 8.2.2). So smp_mb() is the only barrier that costs an instruction here; the others stop the compiler only. Write
 * them where Linux wants them all the same: they say which order the code depends on.
 */
#ifndef _ASM_BARRIER_H
#define _ASM_BARRIER_H

#include <linux/compiler.h>

#define mb() __asm__ __volatile__("mfence" : : : "memory")
#define rmb() __asm__ __volatile__("lfence" : : : "memory")
#define wmb() __asm__ __volatile__("sfence" : : : "memory")

/* A locked instruction is a full barrier (section 8.2.3.8), and cheaper than MFENCE; it touches memory nobody reads. */
#define smp_mb() __asm__ __volatile__("lock; addl $0, -4(%%rsp)" : : : "memory", "cc")
#define smp_rmb() barrier()
#define smp_wmb() barrier()

#define smp_store_mb(var, value) do { (void)xchg(&(var), value); } while (0)

#define smp_store_release(p, v)                                                                    \
	do {                                                                                       \
		barrier();                                                                         \
		WRITE_ONCE(*(p), v);                                                               \
	} while (0)

#define smp_load_acquire(p)                                                                        \
	({                                                                                         \
		__typeof__(*(p)) ___v = READ_ONCE(*(p));                                           \
		barrier();                                                                         \
		___v;                                                                              \
	})

/* Around atomic operations that return nothing: on x86 they are locked instructions and thus full barriers already. */
#define smp_mb__before_atomic() barrier()
#define smp_mb__after_atomic() barrier()
#define smp_mb__after_spinlock() barrier()
#define smp_mb__after_unlock_lock() barrier()

/* smp_cond_load_relaxed - spin until @cond_expr, which may name the loaded value VAL, is true. Return: that VAL. */
#define smp_cond_load_relaxed(ptr, cond_expr)                                                      \
	({                                                                                         \
		__typeof__(ptr) __ptr = (ptr);                                                     \
		__typeof__(*ptr) VAL;                                                              \
		for (;;) {                                                                         \
			VAL = READ_ONCE(*__ptr);                                                   \
			if (cond_expr)                                                             \
				break;                                                             \
			cpu_relax();                                                               \
		}                                                                                  \
		VAL;                                                                               \
	})

#define smp_cond_load_acquire(ptr, cond_expr)                                                      \
	({                                                                                         \
		__typeof__(*ptr) __loaded = smp_cond_load_relaxed(ptr, cond_expr);                 \
		barrier();                                                                         \
		__loaded;                                                                          \
	})

#include <asm/cmpxchg.h>
#include <asm/processor.h>

#endif
