/* SPDX-License-Identifier: MIT */
/*
 * The end. One CPU at a time reports an error; an error inside a report is named in one line, and
 * that is all. After a panic the other CPUs are held, their traces shown, and panic= decides what
 * follows: halt (the default), exit (QEMU's isa-debug-exit, status 37) or reboot.
 */
#ifndef _LINUX_PANIC_H
#define _LINUX_PANIC_H

#include <linux/compiler.h>
#include <linux/types.h>

struct pt_regs;

/**
 * panic - report that the kernel cannot go on, and stop every CPU
 * @fmt: the reason
 *
 * Context: any, NMI included, whatever locks are held.
 */
void panic(const char *fmt, ...) __printf(1, 2) __noreturn __cold;

/* dump_stack - print who runs here and how it came here. Context: any. */
void dump_stack(void);

/**
 * die - report an exception in kernel code, and panic
 * @str: what happened
 * @regs: the registers at that moment
 * @err: the exception's error code
 *
 * Context: exception entry, any stack. Deals with no UD2 of a WARN(): see handle_bug().
 */
void die(const char *str, struct pt_regs *regs, long err) __noreturn __cold;

/**
 * handle_stack_overflow - report that the running task has run off its stack, and panic
 * @fault_address: the address in the guard page
 */
void handle_stack_overflow(struct pt_regs *regs, unsigned long fault_address) __noreturn __cold;

/**
 * report_begin - become the one CPU that reports, with interrupts off and the consoles seized
 *
 * Waits for another CPU's report. Context: any.
 * Return: false when this CPU is inside a report already, which the new error then belongs to; call
 * nothing more.
 */
bool report_begin(void);

/* report_end - the report was not fatal: give back what report_begin() took. */
void report_end(void);

/* report_running - Return: is some CPU inside a report? What could only disturb it keeps quiet. */
bool report_running(void);

/* report_panic - end a begun report, which has shown its trace, with a panic. */
void report_panic(const char *reason) __noreturn __cold;

/* report_nested - name an error inside a report in one line, and stop. */
void report_nested(const char *what) __noreturn __cold;

#endif
