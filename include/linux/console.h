/* SPDX-License-Identifier: MIT */
/*
 * Consoles: where printk() and the tty write to. One owner at a time writes to all of them.
 * The owner keeps preemption off, so it is always running and the others wait for a line at most.
 * printk() never waits: it leaves its record to the owner.
 */
#ifndef _LINUX_CONSOLE_H
#define _LINUX_CONSOLE_H

#include <linux/init.h>
#include <linux/printk.h>
#include <linux/types.h>

struct console {
	const char *name;
	/* Writes n bytes. Called by the console owner: any context, NMI included, so it takes no lock. */
	void (*write)(struct console *con, const char *s, unsigned int n);
	struct console *next;

	/* The console owner's: */
	u64 seq;		/* next record of the printk ring to print here */
	bool open_line;		/* the last byte written was not a newline */
	bool open_record;	/* so pr_cont() may go on: and it was a printk record's */
	bool hidden_record;	/* a record too unimportant to show waits for its pr_cont() */
};

/**
 * register_console - start printing to @con, beginning with the oldest message still kept
 * Context: task, before other CPUs run or with them running; never twice for one console.
 */
void register_console(struct console *con);

/**
 * console_lock - own the consoles, waiting for the present owner
 * Context: task context only: in an interrupt the owner may be the code interrupted. Turns
 * preemption off until console_unlock(), so sleeping in between is a bug.
 */
void console_lock(void);
bool console_trylock(void);

/**
 * console_unlock - print the messages stored meanwhile and give the consoles away
 * Context: whoever owns them.
 */
void console_unlock(void);

/**
 * console_write - write to every console, as the owner
 * Context: between console_lock() and console_unlock().
 */
void console_write(const char *s, size_t n);

/* console_line_broken - has a message broken the line a task had begun, since the last call? Context: task. */
bool console_line_broken(void);

/**
 * bust_spinlocks - before (1) and after (0) reporting a fatal error
 * From the first call on, messages of this CPU reach the consoles whoever owns them; messages of
 * other CPUs are stored only. The present owner is given a moment to finish unless it is this CPU.
 * Context: any. Calls nest.
 */
void bust_spinlocks(int yes);

/* Show every message from now on, whatever `loglevel=` says. */
void console_verbose(void);

/* Print what the ring still holds, whoever owns the consoles. Context: any. */
void console_flush_on_panic(void);

/* The polled UART, from the first message on; drivers/tty/serial/8250.c. */
void __init early_console_init(void);

/* VGA text, keyboard, UART interrupt and tty; drivers/tty/tty.c. Context: task, interrupts off or on. */
void __init console_init(void);

#endif
