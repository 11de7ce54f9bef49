// SPDX-License-Identifier: MIT
/*
 * The line discipline: what the bytes of a terminal mean. Ctrl-C is acted on as it arrives, in the
 * interrupt handler, because the task it concerns does not read. All else waits for the reader,
 * which echoes and edits in its own context.
 */
#include <linux/console.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/tty.h>

#define DEL 0x7f

static bool is_interrupt(struct tty_struct *tty, char c)
{
	return c == CTRL('C') && (tty->lflag & ISIG) && tty->foreground;
}

bool n_tty_receive_char(struct tty_struct *tty, char c)
{
	if (!is_interrupt(tty, c))
		return true;
	WRITE_ONCE(tty->tail, tty->head); /* what was typed ahead is called off, too */
	send_sig(SIGINT, tty->foreground, 1);
	return false;
}

void n_tty_scan_input(struct tty_struct *tty)
{
	unsigned int at;

	for (at = tty->tail; at != tty->head; at++) {
		if (!is_interrupt(tty, tty->input[at % TTY_INPUT_SIZE]))
			continue;
		WRITE_ONCE(tty->tail, at + 1);
		send_sig(SIGINT, tty->foreground, 1);
	}
}

unsigned int n_tty_set_lflag(struct tty_struct *tty, unsigned int lflag)
{
	unsigned long flags;
	unsigned int before;

	spin_lock_irqsave(&tty->lock, flags);
	before = tty->lflag;
	tty->lflag = lflag;
	spin_unlock_irqrestore(&tty->lock, flags);
	return before;
}

static void echo(struct tty_struct *tty, const char *s, size_t n)
{
	if (tty->lflag & ECHO)
		tty_write(s, n);
}

static void erase(struct tty_struct *tty, size_t chars)
{
	while (chars--)
		echo(tty, "\b \b", 3);
}

static ssize_t read_line(struct tty_struct *tty, char *buf, size_t n)
{
	size_t len = 0;

	while (len < n) {
		int c = tty_getchar_timeout(tty, MAX_SCHEDULE_TIMEOUT);

		if (c < 0)
			return c;
		if (c == '\r')
			c = '\n';
		if (c == CTRL('D')) {
			break;
		} else if (c == '\b' || c == DEL) {
			erase(tty, len ? 1 : 0);
			len -= len ? 1 : 0;
		} else if (c == CTRL('U')) {
			erase(tty, len);
			len = 0;
		} else if (c == '\n' || c == '\t' || c >= ' ') {
			buf[len++] = c;
			echo(tty, &buf[len - 1], 1);
			if (c == '\n')
				break;
		}
	}
	return len;
}

ssize_t n_tty_read(struct tty_struct *tty, char *buf, size_t n)
{
	size_t len = 0;
	int c;

	if (!n)
		return 0;
	if (tty->lflag & ICANON)
		return read_line(tty, buf, n);
	do {
		c = tty_getchar_timeout(tty, MAX_SCHEDULE_TIMEOUT);
		if (c < 0)
			return c;
		buf[len++] = c;
	} while (len < n && tty_has_input(tty));
	return len;
}
