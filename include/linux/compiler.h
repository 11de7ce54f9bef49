/* SPDX-License-Identifier: MIT */
/*
 * What the compiler is told beyond the language: attributes, branch hints, and the accesses it must not invent, tear
 * or merge. READ_ONCE() and WRITE_ONCE() are for every variable that another CPU or an interrupt changes meanwhile.
 */
#ifndef _LINUX_COMPILER_H
#define _LINUX_COMPILER_H

#include <linux/compiler_types.h>

#define likely(x) __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)

/* The compiler may not move memory accesses across this line; the CPU still may. */
#define barrier() __asm__ __volatile__("" : : : "memory")
#define barrier_data(ptr) __asm__ __volatile__("" : : "r"(ptr) : "memory")
#define OPTIMIZER_HIDE_VAR(var) __asm__("" : "=r"(var) : "0"(var))

#define READ_ONCE(x) (*(const volatile __typeof__(x) *)&(x))
#define WRITE_ONCE(x, val) do { *(volatile __typeof__(x) *)&(x) = (val); } while (0)
#define data_race(expr) (expr)

/* For an asm statement that calls: makes the compiler set up the stack frame first, so that traces are complete. */
register unsigned long current_stack_pointer __asm__("rsp");
#define ASM_CALL_CONSTRAINT "+r"(current_stack_pointer)

#define unreachable() __builtin_unreachable()
#define fallthrough __attribute__((__fallthrough__))

#define __same_type(a, b) __builtin_types_compatible_p(__typeof__(a), __typeof__(b))
#define __must_be_array(a) (0 * sizeof(struct { int : -!!(__same_type((a), &(a)[0])); }))

/* Address of the caller, and of the instruction being executed. */
#define _RET_IP_ ((unsigned long)__builtin_return_address(0))
#define _THIS_IP_ ({ unsigned long __ip; __asm__ __volatile__("lea 0(%%rip), %0" : "=r"(__ip)); __ip; })

#define __PASTE2(a, b) a##b
#define __PASTE(a, b) __PASTE2(a, b)
#define __UNIQUE_ID(prefix) __PASTE(__PASTE(__UNIQUE_ID_, prefix), __COUNTER__)

#endif
