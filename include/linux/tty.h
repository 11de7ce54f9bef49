/* SPDX-License-Identifier: MIT */
/*
 * The terminal: keyboard and UART put bytes in, every console shows what is written. One terminal,
 * console_tty, stands for both screens and both keyboards.
 *
 * Input goes through a ring that interrupt handlers fill; the reader sleeps on read_wait until
 * they wake it. drivers/tty/n_tty.c gives the bytes their meaning (the line discipline).
 */
#ifndef _LINUX_TTY_H
#define _LINUX_TTY_H

#include <linux/spinlock.h>
#include <linux/stdarg.h>
#include <linux/types.h>
#include <linux/wait.h>

struct task_struct;

#define TTY_INPUT_SIZE	4096	/* bytes typed ahead; a power of two */

/* What the line discipline does; the bits of a termios c_lflag that matter here. */
#define ISIG	0x0001		/* Ctrl-C sends SIGINT to the foreground task */
#define ICANON	0x0002		/* read() returns whole lines and Ctrl-H, Ctrl-U, Ctrl-D edit them */
#define ECHO	0x0008		/* show what is typed, as the reader takes it */

#define CTRL(letter)	((letter) & 0x1f)

struct tty_struct {
	/* Guards all that follows but the wait queue. Taken by interrupt handlers. */
	spinlock_t lock;
	char input[TTY_INPUT_SIZE];
	unsigned int head, tail;	/* free-running: head - tail bytes wait to be read */
	unsigned int lost;		/* bytes that found the ring full */
	unsigned int lflag;
	struct task_struct *foreground;	/* reads, and gets SIGINT; referenced */
	void (*unthrottle)(void);	/* of the input driver that waits for room */

	wait_queue_head_t read_wait;	/* woken when a byte arrives */
};

extern struct tty_struct console_tty;

/**
 * tty_insert_char - hand one byte of input to the terminal and wake its reader
 * A byte that finds the ring full is counted in tty->lost.
 * Context: hardirq, or any other that an input interrupt can not interrupt.
 */
void tty_insert_char(struct tty_struct *tty, char c);

/* tty_receive_room - bytes the ring can take. Context: any. */
unsigned int tty_receive_room(struct tty_struct *tty);

/**
 * tty_throttle - call @unthrottle when half the ring is free, at once if it is already
 * For an input driver that can hold its bytes back. @unthrottle runs with tty->lock held.
 * Context: any.
 */
void tty_throttle(struct tty_struct *tty, void (*unthrottle)(void));

/* tty_take_lost - bytes lost since the last call. Context: any. */
unsigned int tty_take_lost(struct tty_struct *tty);

/**
 * tty_set_foreground - who may read from now on, and whom Ctrl-C interrupts
 * @task: takes a reference on it. NULL: anybody may read
 * @lflag: what the line discipline does for it. With ISIG, a Ctrl-C that was typed ahead counts
 *
 * Context: any but NMI.
 */
void tty_set_foreground(struct tty_struct *tty, struct task_struct *task, unsigned int lflag);

/* tty_in_foreground - may the running task read, and change lflag? Context: task. */
bool tty_in_foreground(struct tty_struct *tty);

/* tty_has_input - would tty_getchar() return at once? Context: any. */
bool tty_has_input(struct tty_struct *tty);

/**
 * tty_getchar_timeout - sleep until a byte arrives and take it
 * @timeout: at most this many jiffies, or MAX_SCHEDULE_TIMEOUT
 * Context: task, may sleep.
 * Return: the byte, 0 to 255; -ETIME; -ERESTARTSYS when a signal is pending; -EIO for a task in the
 * background.
 */
int tty_getchar_timeout(struct tty_struct *tty, long timeout);

/**
 * tty_write - show bytes on every console
 * Context: task, with anything held; it does not sleep. Not for interrupt handlers (use printk).
 */
void tty_write(const char *s, size_t n);
int tty_printf(const char *fmt, ...) __printf(1, 2);
int tty_vprintf(const char *fmt, va_list args) __printf(1, 0);

/* The line discipline, drivers/tty/n_tty.c. */

/**
 * n_tty_receive_char - what tty->lflag makes of a byte that has just arrived
 * Context: hardirq, tty->lock held. Return: true when the byte is to be put in the ring.
 */
bool n_tty_receive_char(struct tty_struct *tty, char c);

/* n_tty_scan_input - act on a Ctrl-C among the bytes not yet read. Context: tty->lock held. */
void n_tty_scan_input(struct tty_struct *tty);

/**
 * n_tty_set_lflag - change what the discipline does. Context: any. Return: the flags before.
 */
unsigned int n_tty_set_lflag(struct tty_struct *tty, unsigned int lflag);

/**
 * n_tty_read - read up to @n bytes: a line with ICANON, else whatever is there
 * Context: task, may sleep, one reader at a time.
 * Return: bytes read, 0 at end of file (Ctrl-D on an empty line), -ERESTARTSYS on a signal.
 */
ssize_t n_tty_read(struct tty_struct *tty, char *buf, size_t n);

/* Input drivers; each reports what it finds and survives when there is nothing. Context: boot. */
void uart_enable_input(void);
void i8042_init(void);
void vgacon_init(void);

#endif
