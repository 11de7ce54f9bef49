// SPDX-License-Identifier: MIT
/*
 * The terminal's two ends. Input: an interrupt handler puts a byte into the ring, then wakes
 * read_wait; the reader tests the ring after it has queued itself there, so a byte that arrives
 * between test and sleep is not missed. Output: straight to the consoles, as their owner.
 */
#include <linux/console.h>
#include <linux/errno.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/sched.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/tty.h>

struct tty_struct console_tty = {
	.lock = __SPIN_LOCK_UNLOCKED(console_tty.lock),
	.lflag = ISIG | ICANON | ECHO,
	.read_wait = __WAIT_QUEUE_HEAD_INITIALIZER(console_tty.read_wait),
};

/* Caller holds tty->lock. */
static void __tty_store(struct tty_struct *tty, char c)
{
	if (tty->head - tty->tail == TTY_INPUT_SIZE) {
		tty->lost++;
		return;
	}
	tty->input[tty->head % TTY_INPUT_SIZE] = c;
	WRITE_ONCE(tty->head, tty->head + 1);
}

/* Caller holds tty->lock. */
static void __tty_unthrottle(struct tty_struct *tty)
{
	if (!tty->unthrottle || tty->head - tty->tail > TTY_INPUT_SIZE / 2)
		return;
	tty->unthrottle();
	tty->unthrottle = NULL;
}

void tty_insert_char(struct tty_struct *tty, char c)
{
	unsigned long flags;

	spin_lock_irqsave(&tty->lock, flags);
	if (n_tty_receive_char(tty, c))
		__tty_store(tty, c);
	else
		__tty_unthrottle(tty);
	spin_unlock_irqrestore(&tty->lock, flags);
	wake_up_interruptible(&tty->read_wait);
}

unsigned int tty_receive_room(struct tty_struct *tty)
{
	return TTY_INPUT_SIZE - (READ_ONCE(tty->head) - READ_ONCE(tty->tail));
}

void tty_throttle(struct tty_struct *tty, void (*unthrottle)(void))
{
	unsigned long flags;

	spin_lock_irqsave(&tty->lock, flags);
	tty->unthrottle = unthrottle;
	__tty_unthrottle(tty);
	spin_unlock_irqrestore(&tty->lock, flags);
}

unsigned int tty_take_lost(struct tty_struct *tty)
{
	unsigned long flags;
	unsigned int lost;

	spin_lock_irqsave(&tty->lock, flags);
	lost = tty->lost;
	tty->lost = 0;
	spin_unlock_irqrestore(&tty->lock, flags);
	return lost;
}

void tty_set_foreground(struct tty_struct *tty, struct task_struct *task, unsigned int lflag)
{
	struct task_struct *before;
	unsigned long flags;

	if (task)
		get_task_struct(task);
	spin_lock_irqsave(&tty->lock, flags);
	before = tty->foreground;
	tty->foreground = task;
	tty->lflag = lflag;
	n_tty_scan_input(tty);
	__tty_unthrottle(tty);
	spin_unlock_irqrestore(&tty->lock, flags);
	if (before)
		put_task_struct(before);
}

bool tty_has_input(struct tty_struct *tty)
{
	return READ_ONCE(tty->head) != READ_ONCE(tty->tail);
}

bool tty_in_foreground(struct tty_struct *tty)
{
	struct task_struct *foreground = READ_ONCE(tty->foreground);

	return !foreground || foreground == current;
}

/* Takes one byte if there is one. */
static int tty_take_char(struct tty_struct *tty)
{
	unsigned long flags;
	int c = -EAGAIN;

	spin_lock_irqsave(&tty->lock, flags);
	if (tty->head != tty->tail) {
		c = (unsigned char)tty->input[tty->tail % TTY_INPUT_SIZE];
		WRITE_ONCE(tty->tail, tty->tail + 1);
	}
	__tty_unthrottle(tty);
	spin_unlock_irqrestore(&tty->lock, flags);
	return c;
}

int tty_getchar_timeout(struct tty_struct *tty, long timeout)
{
	for (;;) {
		long left = wait_event_interruptible_timeout(tty->read_wait, tty_has_input(tty),
							     timeout);
		int c;

		if (!tty_in_foreground(tty))
			return -EIO;
		if (left < 0)
			return left;
		if (!left)
			return -ETIME;
		c = tty_take_char(tty);
		if (c >= 0)
			return c;
		timeout = left; /* another reader was faster */
	}
}

void tty_write(const char *s, size_t n)
{
	console_lock();
	console_write(s, n);
	console_unlock();
}

int tty_vprintf(const char *fmt, va_list args)
{
	char buf[256];
	char *text = buf;
	va_list again;
	int len;

	va_copy(again, args);
	len = vsnprintf(buf, sizeof(buf), fmt, args);
	if (len >= (int)sizeof(buf)) {
		text = kmalloc(len + 1, GFP_KERNEL);
		if (text) {
			vsnprintf(text, len + 1, fmt, again);
		} else {
			text = buf;
			len = sizeof(buf) - 1;
		}
	}
	va_end(again);
	tty_write(text, len);
	if (text != buf)
		kfree(text);
	return len;
}

int tty_printf(const char *fmt, ...)
{
	va_list args;
	int len;

	va_start(args, fmt);
	len = tty_vprintf(fmt, args);
	va_end(args);
	return len;
}

void __init console_init(void)
{
	vgacon_init();
	uart_enable_input();
	i8042_init();
}
