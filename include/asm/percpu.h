/* SPDX-License-Identifier: MIT */
/*
 * Per-CPU variables. The linker collects them in .data..percpu, which is only a template: every CPU has a copy, and
 * its GS base holds (copy - template), so that `%gs:variable` reaches this CPU's copy in one instruction, which an
 * interrupt cannot split. What one CPU owns needs no lock against others; it needs preemption off (or interrupts
 * off, when a handler uses it too) for as long as "this CPU" has to stay the same one.
 */
#ifndef _ASM_PERCPU_H
#define _ASM_PERCPU_H

#include <linux/compiler.h>
#include <linux/threads.h>

#define DECLARE_PER_CPU(type, name) extern __section(".data..percpu") __typeof__(type) name
#define DEFINE_PER_CPU(type, name) __section(".data..percpu") __typeof__(type) name
#define DECLARE_PER_CPU_ALIGNED(type, name) DECLARE_PER_CPU(type, name) __aligned(64)
#define DEFINE_PER_CPU_ALIGNED(type, name) DEFINE_PER_CPU(type, name) __aligned(64)
#define EXPORT_PER_CPU_SYMBOL(name)

extern char __per_cpu_start[], __per_cpu_end[];
extern unsigned long __per_cpu_offset[NR_CPUS];	/* copy - template, for each CPU */

DECLARE_PER_CPU(unsigned long, this_cpu_off);	/* __per_cpu_offset[] of this CPU */
DECLARE_PER_CPU(int, cpu_number);

#define __percpu_op1(qual, op, var)                                                                \
	do {                                                                                       \
		switch (sizeof(var)) {                                                             \
		case 1: __asm__ qual(op "b %%gs:%0" : "+m"(var)); break;                           \
		case 2: __asm__ qual(op "w %%gs:%0" : "+m"(var)); break;                           \
		case 4: __asm__ qual(op "l %%gs:%0" : "+m"(var)); break;                           \
		default: __asm__ qual(op "q %%gs:%0" : "+m"(var)); break;                          \
		}                                                                                  \
	} while (0)

#define __percpu_op2(qual, op, var, val)                                                           \
	do {                                                                                       \
		switch (sizeof(var)) {                                                             \
		case 1:                                                                            \
			__asm__ qual(op "b %1, %%gs:%0"                                            \
				     : "+m"(var) : "qi"((unsigned char)((unsigned long)(val) & 0xff)));     \
			break;                                                                     \
		case 2:                                                                            \
			__asm__ qual(op "w %1, %%gs:%0"                                            \
				     : "+m"(var) : "ri"((unsigned short)((unsigned long)(val) & 0xffff)));    \
			break;                                                                     \
		case 4:                                                                            \
			__asm__ qual(op "l %1, %%gs:%0"                                            \
				     : "+m"(var) : "ri"((unsigned int)((unsigned long)(val) & 0xffffffff)));      \
			break;                                                                     \
		default:                                                                           \
			__asm__ qual(op "q %1, %%gs:%0"                                            \
				     : "+m"(var) : "re"((unsigned long)(val)));                    \
			break;                                                                     \
		}                                                                                  \
	} while (0)

#define __percpu_read(qual, var)                                                                   \
	({                                                                                         \
		unsigned long __pv;                                                                \
		switch (sizeof(var)) {                                                             \
		case 1: __asm__ qual("movzbl %%gs:%1, %k0" : "=r"(__pv) : "m"(var)); break;        \
		case 2: __asm__ qual("movzwl %%gs:%1, %k0" : "=r"(__pv) : "m"(var)); break;        \
		case 4: __asm__ qual("movl %%gs:%1, %k0" : "=r"(__pv) : "m"(var)); break;          \
		default: __asm__ qual("movq %%gs:%1, %0" : "=r"(__pv) : "m"(var)); break;          \
		}                                                                                  \
		(__typeof__(var))__pv;                                                             \
	})

/* Plain operations on this CPU's copy: each is one instruction, so an interrupt or a migration cannot split it. */
#define this_cpu_read(var) __percpu_read(__volatile__, var)
#define this_cpu_write(var, val) __percpu_op2(__volatile__, "mov", var, val)
#define this_cpu_add(var, val) __percpu_op2(__volatile__, "add", var, val)
#define this_cpu_sub(var, val) __percpu_op2(__volatile__, "sub", var, val)
#define this_cpu_and(var, val) __percpu_op2(__volatile__, "and", var, val)
#define this_cpu_or(var, val) __percpu_op2(__volatile__, "or", var, val)
#define this_cpu_inc(var) __percpu_op1(__volatile__, "inc", var)
#define this_cpu_dec(var) __percpu_op1(__volatile__, "dec", var)
#define __this_cpu_read(var) this_cpu_read(var)
#define __this_cpu_write(var, val) this_cpu_write(var, val)
#define __this_cpu_add(var, val) this_cpu_add(var, val)
#define __this_cpu_sub(var, val) this_cpu_sub(var, val)
#define __this_cpu_inc(var) this_cpu_inc(var)
#define __this_cpu_dec(var) this_cpu_dec(var)

/* this_cpu_flag - is a bool set? Compared in memory: two instructions where it decides on a branch. */
#define this_cpu_flag(var)                                                                         \
	({                                                                                         \
		bool __set;                                                                        \
		__asm__ __volatile__("cmpb $0, %%gs:%1" : "=@ccnz"(__set) : "m"(var));             \
		__set;                                                                             \
	})

/* For what never changes under the running task (current, a CPU's own constants): the compiler may reuse a read. */
#define this_cpu_read_stable(var) __percpu_read(, var)

/* The address of this CPU's copy; valid for as long as the caller cannot migrate. */
#define this_cpu_ptr(ptr)                                                                          \
	((__typeof__(*(ptr)) *)((unsigned long)(ptr) + this_cpu_read(this_cpu_off)))
#define raw_cpu_ptr(ptr) this_cpu_ptr(ptr)
#define per_cpu_ptr(ptr, cpu)                                                                      \
	((__typeof__(*(ptr)) *)((unsigned long)(ptr) + __per_cpu_offset[cpu]))
#define per_cpu(var, cpu) (*per_cpu_ptr(&(var), cpu))

/* get_cpu_var - this CPU's copy as an lvalue, preemption disabled until put_cpu_var(). */
#define get_cpu_var(var) (*({ preempt_disable(); this_cpu_ptr(&(var)); }))
#define put_cpu_var(var) do { (void)&(var); preempt_enable(); } while (0)

#endif
