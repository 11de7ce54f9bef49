/* SPDX-License-Identifier: MIT */
/*
 * Atomic integers. Linux's ordering rules hold: an operation that returns nothing orders nothing, one that returns a
 * value is a full barrier, atomic_read() and atomic_set() order nothing, a failed conditional operation orders
 * nothing. The forms with _relaxed, _acquire and _release promise less; on x86 a locked instruction gives all of it.
 * Context: any, NMI included.
 */
#ifndef _ASM_ATOMIC_H
#define _ASM_ATOMIC_H

#include <linux/types.h>
#include <asm/barrier.h>

#define ATOMIC_INIT(i) { (i) }
#define ATOMIC64_INIT(i) { (i) }

static __always_inline int atomic_read(const atomic_t *v)
{
	return READ_ONCE(v->counter);
}

static __always_inline void atomic_set(atomic_t *v, int i)
{
	WRITE_ONCE(v->counter, i);
}

static __always_inline int atomic_read_acquire(const atomic_t *v)
{
	return smp_load_acquire(&v->counter);
}

static __always_inline void atomic_set_release(atomic_t *v, int i)
{
	smp_store_release(&v->counter, i);
}

static __always_inline void atomic_add(int i, atomic_t *v)
{
	__asm__ __volatile__("lock; addl %1, %0" : "+m"(v->counter) : "ir"(i) : "memory", "cc");
}

static __always_inline void atomic_sub(int i, atomic_t *v)
{
	__asm__ __volatile__("lock; subl %1, %0" : "+m"(v->counter) : "ir"(i) : "memory", "cc");
}

static __always_inline void atomic_inc(atomic_t *v)
{
	__asm__ __volatile__("lock; incl %0" : "+m"(v->counter) : : "memory", "cc");
}

static __always_inline void atomic_dec(atomic_t *v)
{
	__asm__ __volatile__("lock; decl %0" : "+m"(v->counter) : : "memory", "cc");
}

static __always_inline void atomic_and(int i, atomic_t *v)
{
	__asm__ __volatile__("lock; andl %1, %0" : "+m"(v->counter) : "ir"(i) : "memory", "cc");
}

static __always_inline void atomic_or(int i, atomic_t *v)
{
	__asm__ __volatile__("lock; orl %1, %0" : "+m"(v->counter) : "ir"(i) : "memory", "cc");
}

static __always_inline void atomic_xor(int i, atomic_t *v)
{
	__asm__ __volatile__("lock; xorl %1, %0" : "+m"(v->counter) : "ir"(i) : "memory", "cc");
}

static __always_inline void atomic_andnot(int i, atomic_t *v)
{
	atomic_and(~i, v);
}

static __always_inline int atomic_fetch_add(int i, atomic_t *v)
{
	return xadd(&v->counter, i);
}

static __always_inline int atomic_fetch_sub(int i, atomic_t *v)
{
	return xadd(&v->counter, -i);
}

static __always_inline int atomic_add_return(int i, atomic_t *v)
{
	return i + xadd(&v->counter, i);
}

static __always_inline int atomic_sub_return(int i, atomic_t *v)
{
	return atomic_add_return(-i, v);
}

#define atomic_inc_return(v) atomic_add_return(1, v)
#define atomic_dec_return(v) atomic_sub_return(1, v)
#define atomic_fetch_inc(v) atomic_fetch_add(1, v)
#define atomic_fetch_dec(v) atomic_fetch_sub(1, v)
#define atomic_add_return_relaxed atomic_add_return
#define atomic_add_return_acquire atomic_add_return
#define atomic_add_return_release atomic_add_return
#define atomic_fetch_add_relaxed atomic_fetch_add
#define atomic_fetch_add_acquire atomic_fetch_add
#define atomic_fetch_add_release atomic_fetch_add

/* These tell from the flags whether the result is zero, or negative. */
static __always_inline bool atomic_sub_and_test(int i, atomic_t *v)
{
	bool zero;

	__asm__ __volatile__("lock; subl %2, %1"
			     : "=@ccz"(zero), "+m"(v->counter) : "ir"(i) : "memory");
	return zero;
}

static __always_inline bool atomic_dec_and_test(atomic_t *v)
{
	bool zero;

	__asm__ __volatile__("lock; decl %1" : "=@ccz"(zero), "+m"(v->counter) : : "memory");
	return zero;
}

static __always_inline bool atomic_inc_and_test(atomic_t *v)
{
	bool zero;

	__asm__ __volatile__("lock; incl %1" : "=@ccz"(zero), "+m"(v->counter) : : "memory");
	return zero;
}

static __always_inline bool atomic_add_negative(int i, atomic_t *v)
{
	bool negative;

	__asm__ __volatile__("lock; addl %2, %1"
			     : "=@ccs"(negative), "+m"(v->counter) : "ir"(i) : "memory");
	return negative;
}

#define atomic_xchg(v, new) xchg(&(v)->counter, new)
#define atomic_cmpxchg(v, old, new) cmpxchg(&(v)->counter, old, new)
#define atomic_try_cmpxchg(v, oldp, new) try_cmpxchg(&(v)->counter, oldp, new)
#define atomic_xchg_relaxed atomic_xchg
#define atomic_xchg_acquire atomic_xchg
#define atomic_xchg_release atomic_xchg
#define atomic_cmpxchg_relaxed atomic_cmpxchg
#define atomic_cmpxchg_acquire atomic_cmpxchg
#define atomic_cmpxchg_release atomic_cmpxchg
#define atomic_try_cmpxchg_relaxed atomic_try_cmpxchg
#define atomic_try_cmpxchg_acquire atomic_try_cmpxchg
#define atomic_try_cmpxchg_release atomic_try_cmpxchg

/* There is no single instruction that returns the old value of these. */
#define __atomic_define_fetch(name, expr)                                                            \
	static __always_inline int atomic_fetch_##name(int i, atomic_t *v)                           \
	{                                                                                          \
		int old = atomic_read(v);                                                        \
		do {                                                                               \
		} while (!atomic_try_cmpxchg(v, &old, expr));                                    \
		return old;                                                                        \
	}

__atomic_define_fetch(and, old & i)
__atomic_define_fetch(or, old | i)
__atomic_define_fetch(xor, old ^ i)
__atomic_define_fetch(andnot, old & ~i)

/* Add @a unless the value is @u. Return: the value before. */
static inline int atomic_fetch_add_unless(atomic_t *v, int a, int u)
{
	int old = atomic_read(v);

	do {
		if (old == u)
			break;
	} while (!atomic_try_cmpxchg(v, &old, old + a));
	return old;
}

static inline bool atomic_add_unless(atomic_t *v, int a, int u)
{
	return atomic_fetch_add_unless(v, a, u) != u;
}

#define atomic_inc_not_zero(v) atomic_add_unless(v, 1, 0)

/* Decrement unless that would go below zero. Return: the value minus one, negative when nothing was done. */
static inline int atomic_dec_if_positive(atomic_t *v)
{
	int old = atomic_read(v);

	do {
		if (old - 1 < 0)
			break;
	} while (!atomic_try_cmpxchg(v, &old, old - 1));
	return old - 1;
}

static __always_inline s64 atomic64_read(const atomic64_t *v)
{
	return READ_ONCE(v->counter);
}

static __always_inline void atomic64_set(atomic64_t *v, s64 i)
{
	WRITE_ONCE(v->counter, i);
}

static __always_inline s64 atomic64_read_acquire(const atomic64_t *v)
{
	return smp_load_acquire(&v->counter);
}

static __always_inline void atomic64_set_release(atomic64_t *v, s64 i)
{
	smp_store_release(&v->counter, i);
}

static __always_inline void atomic64_add(s64 i, atomic64_t *v)
{
	__asm__ __volatile__("lock; addq %1, %0" : "+m"(v->counter) : "er"(i) : "memory", "cc");
}

static __always_inline void atomic64_sub(s64 i, atomic64_t *v)
{
	__asm__ __volatile__("lock; subq %1, %0" : "+m"(v->counter) : "er"(i) : "memory", "cc");
}

static __always_inline void atomic64_inc(atomic64_t *v)
{
	__asm__ __volatile__("lock; incq %0" : "+m"(v->counter) : : "memory", "cc");
}

static __always_inline void atomic64_dec(atomic64_t *v)
{
	__asm__ __volatile__("lock; decq %0" : "+m"(v->counter) : : "memory", "cc");
}

static __always_inline void atomic64_and(s64 i, atomic64_t *v)
{
	__asm__ __volatile__("lock; andq %1, %0" : "+m"(v->counter) : "er"(i) : "memory", "cc");
}

static __always_inline void atomic64_or(s64 i, atomic64_t *v)
{
	__asm__ __volatile__("lock; orq %1, %0" : "+m"(v->counter) : "er"(i) : "memory", "cc");
}

static __always_inline void atomic64_xor(s64 i, atomic64_t *v)
{
	__asm__ __volatile__("lock; xorq %1, %0" : "+m"(v->counter) : "er"(i) : "memory", "cc");
}

static __always_inline void atomic64_andnot(s64 i, atomic64_t *v)
{
	atomic64_and(~i, v);
}

static __always_inline s64 atomic64_fetch_add(s64 i, atomic64_t *v)
{
	return xadd(&v->counter, i);
}

static __always_inline s64 atomic64_fetch_sub(s64 i, atomic64_t *v)
{
	return xadd(&v->counter, -i);
}

static __always_inline s64 atomic64_add_return(s64 i, atomic64_t *v)
{
	return i + xadd(&v->counter, i);
}

static __always_inline s64 atomic64_sub_return(s64 i, atomic64_t *v)
{
	return atomic64_add_return(-i, v);
}

#define atomic64_inc_return(v) atomic64_add_return(1, v)
#define atomic64_dec_return(v) atomic64_sub_return(1, v)
#define atomic64_fetch_inc(v) atomic64_fetch_add(1, v)
#define atomic64_fetch_dec(v) atomic64_fetch_sub(1, v)
#define atomic64_add_return_relaxed atomic64_add_return
#define atomic64_add_return_acquire atomic64_add_return
#define atomic64_add_return_release atomic64_add_return
#define atomic64_fetch_add_relaxed atomic64_fetch_add
#define atomic64_fetch_add_acquire atomic64_fetch_add
#define atomic64_fetch_add_release atomic64_fetch_add

/* These tell from the flags whether the result is zero, or negative. */
static __always_inline bool atomic64_sub_and_test(s64 i, atomic64_t *v)
{
	bool zero;

	__asm__ __volatile__("lock; subq %2, %1"
			     : "=@ccz"(zero), "+m"(v->counter) : "er"(i) : "memory");
	return zero;
}

static __always_inline bool atomic64_dec_and_test(atomic64_t *v)
{
	bool zero;

	__asm__ __volatile__("lock; decq %1" : "=@ccz"(zero), "+m"(v->counter) : : "memory");
	return zero;
}

static __always_inline bool atomic64_inc_and_test(atomic64_t *v)
{
	bool zero;

	__asm__ __volatile__("lock; incq %1" : "=@ccz"(zero), "+m"(v->counter) : : "memory");
	return zero;
}

static __always_inline bool atomic64_add_negative(s64 i, atomic64_t *v)
{
	bool negative;

	__asm__ __volatile__("lock; addq %2, %1"
			     : "=@ccs"(negative), "+m"(v->counter) : "er"(i) : "memory");
	return negative;
}

#define atomic64_xchg(v, new) xchg(&(v)->counter, new)
#define atomic64_cmpxchg(v, old, new) cmpxchg(&(v)->counter, old, new)
#define atomic64_try_cmpxchg(v, oldp, new) try_cmpxchg(&(v)->counter, oldp, new)
#define atomic64_xchg_relaxed atomic64_xchg
#define atomic64_xchg_acquire atomic64_xchg
#define atomic64_xchg_release atomic64_xchg
#define atomic64_cmpxchg_relaxed atomic64_cmpxchg
#define atomic64_cmpxchg_acquire atomic64_cmpxchg
#define atomic64_cmpxchg_release atomic64_cmpxchg
#define atomic64_try_cmpxchg_relaxed atomic64_try_cmpxchg
#define atomic64_try_cmpxchg_acquire atomic64_try_cmpxchg
#define atomic64_try_cmpxchg_release atomic64_try_cmpxchg

/* There is no single instruction that returns the old value of these. */
#define __atomic64_define_fetch(name, expr)                                                            \
	static __always_inline s64 atomic64_fetch_##name(s64 i, atomic64_t *v)                           \
	{                                                                                          \
		s64 old = atomic64_read(v);                                                        \
		do {                                                                               \
		} while (!atomic64_try_cmpxchg(v, &old, expr));                                    \
		return old;                                                                        \
	}

__atomic64_define_fetch(and, old & i)
__atomic64_define_fetch(or, old | i)
__atomic64_define_fetch(xor, old ^ i)
__atomic64_define_fetch(andnot, old & ~i)

/* Add @a unless the value is @u. Return: the value before. */
static inline s64 atomic64_fetch_add_unless(atomic64_t *v, s64 a, s64 u)
{
	s64 old = atomic64_read(v);

	do {
		if (old == u)
			break;
	} while (!atomic64_try_cmpxchg(v, &old, old + a));
	return old;
}

static inline bool atomic64_add_unless(atomic64_t *v, s64 a, s64 u)
{
	return atomic64_fetch_add_unless(v, a, u) != u;
}

#define atomic64_inc_not_zero(v) atomic64_add_unless(v, 1, 0)

/* Decrement unless that would go below zero. Return: the value minus one, negative when nothing was done. */
static inline s64 atomic64_dec_if_positive(atomic64_t *v)
{
	s64 old = atomic64_read(v);

	do {
		if (old - 1 < 0)
			break;
	} while (!atomic64_try_cmpxchg(v, &old, old - 1));
	return old - 1;
}

typedef atomic64_t atomic_long_t;
#define ATOMIC_LONG_INIT(i) ATOMIC64_INIT(i)
#define atomic_long_read atomic64_read
#define atomic_long_set atomic64_set
#define atomic_long_add atomic64_add
#define atomic_long_sub atomic64_sub
#define atomic_long_inc atomic64_inc
#define atomic_long_dec atomic64_dec
#define atomic_long_and atomic64_and
#define atomic_long_andnot atomic64_andnot
#define atomic_long_or atomic64_or
#define atomic_long_add_return atomic64_add_return
#define atomic_long_sub_return atomic64_sub_return
#define atomic_long_inc_return atomic64_inc_return
#define atomic_long_dec_return atomic64_dec_return
#define atomic_long_dec_and_test atomic64_dec_and_test
#define atomic_long_fetch_add atomic64_fetch_add
#define atomic_long_xchg atomic64_xchg
#define atomic_long_cmpxchg atomic64_cmpxchg
#define atomic_long_try_cmpxchg atomic64_try_cmpxchg
#define atomic_long_try_cmpxchg_acquire atomic64_try_cmpxchg
#define atomic_long_try_cmpxchg_release atomic64_try_cmpxchg

#endif
