// SPDX-License-Identifier: MIT
/*
 * The 16550 UART at COM1, 115200 8N1. Output is polled, a FIFO's worth at a time, and belongs to
 * the console owner. Input comes by interrupt; a full terminal leaves bytes in the FIFO and turns
 * the interrupt off until the reader has caught up, so that a long paste loses nothing.
 * Registers: PC16550D data sheet, section 8.
 */
#include <linux/console.h>
#include <linux/interrupt.h>
#include <linux/io.h>
#include <linux/printk.h>
#include <linux/sysrq.h>
#include <linux/tty.h>
#include <asm/processor.h>

#define COM1     0x3f8
#define COM1_IRQ 4

#define UART_RX          0 /* read: receive buffer */
#define UART_TX          0 /* write: transmit FIFO */
#define UART_DLL         0 /* divisor latch, while UART_LCR_DLAB is set */
#define UART_DLM         1
#define UART_IER         1
#define UART_IER_RDI     0x01 /* interrupt when a byte was received */
#define UART_FCR         2    /* write: FIFO control */
#define UART_FCR_ENABLE  0x07 /* FIFOs on and empty, interrupt at the first byte */
#define UART_LCR         3
#define UART_LCR_8N1     0x03
#define UART_LCR_DLAB    0x80
#define UART_MCR         4
#define UART_MCR_DTR_RTS 0x03
#define UART_MCR_OUT2    0x08 /* on a PC: lets the interrupt out of the card */
#define UART_LSR         5
#define UART_LSR_DR      0x01 /* a byte waits */
#define UART_LSR_BI      0x10 /* it is a break, not a byte */
#define UART_LSR_THRE    0x20 /* the transmit FIFO is empty */
#define UART_SCR         7    /* a byte of storage */

#define FIFO_SIZE  16
/*
 * Polls until the FIFO must have drained. 16 bytes take 1.4 ms on the wire, but whoever holds the
 * other end may be slow to read: give it seconds, once, and from then on nothing.
 */
#define PATIENCE   2000000
#define RX_AT_ONCE 256 /* bytes an interrupt may take */
#define RX_RESERVE 64  /* room in the terminal that is left to the keyboard */

static bool uart_stuck; /* did the last wait fail? The console owner's */
static bool sysrq_next; /* a break came in: the next byte is a SysRq key. The handler's */

static bool uart_ready(void)
{
	int polls = uart_stuck ? 1 : PATIENCE;

	while (polls--) {
		if (inb(COM1 + UART_LSR) & UART_LSR_THRE) {
			uart_stuck = false;
			return true;
		}
		cpu_relax();
	}
	uart_stuck = true;
	return false;
}

static void uart_write(struct console *con, const char *s, unsigned int n)
{
	unsigned int room = 0;

	(void)con;
	while (n) {
		unsigned int need = *s == '\n' ? 2 : 1;

		if (room < need) {
			if (!uart_ready())
				return; /* nobody listens: do not hang the kernel for it */
			room = FIFO_SIZE;
		}
		if (*s == '\n')
			outb('\r', COM1 + UART_TX);
		outb(*s, COM1 + UART_TX);
		room -= need;
		s++;
		n--;
	}
}

static struct console uart_console = {
	.name = "ttyS0",
	.write = uart_write,
};

/* The scratch register keeps what is written to it; where no UART is, the bus reads 0xff. */
static bool __init uart_present(void)
{
	outb(0x5a, COM1 + UART_SCR);
	if (inb(COM1 + UART_SCR) != 0x5a)
		return false;
	outb(0xa5, COM1 + UART_SCR);
	return inb(COM1 + UART_SCR) == 0xa5;
}

void __init early_console_init(void)
{
	if (!uart_present())
		return;
	outb(0, COM1 + UART_IER);
	outb(UART_LCR_8N1 | UART_LCR_DLAB, COM1 + UART_LCR);
	outb(1, COM1 + UART_DLL); /* 115200 / 1 */
	outb(0, COM1 + UART_DLM);
	outb(UART_LCR_8N1, COM1 + UART_LCR);
	outb(UART_FCR_ENABLE, COM1 + UART_FCR);
	outb(UART_MCR_DTR_RTS | UART_MCR_OUT2, COM1 + UART_MCR);
	register_console(&uart_console);
}

static void uart_unthrottle(void)
{
	outb(UART_IER_RDI, COM1 + UART_IER);
}

static void uart_receive(u8 status)
{
	u8 c = inb(COM1 + UART_RX);

	if (status & UART_LSR_BI) {
		sysrq_next = true;
	} else if (sysrq_next) {
		sysrq_next = false;
		handle_sysrq(c);
	} else {
		tty_insert_char(&console_tty, c);
	}
}

static irqreturn_t uart_interrupt(int irq, void *dev_id)
{
	int budget = RX_AT_ONCE;
	u8 status;

	(void)irq;
	(void)dev_id;
	while (budget-- && (status = inb(COM1 + UART_LSR)) & UART_LSR_DR) {
		if (tty_receive_room(&console_tty) < RX_RESERVE) {
			outb(0, COM1 + UART_IER);
			tty_throttle(&console_tty, uart_unthrottle);
			break;
		}
		uart_receive(status);
	}
	return IRQ_HANDLED;
}

void __init uart_enable_input(void)
{
	int err;

	if (!uart_present()) {
		pr_info("ttyS0: no UART\n");
		return;
	}
	err = request_irq(COM1_IRQ, uart_interrupt, 0, "ttyS0", NULL);
	if (err) {
		pr_err("ttyS0: no interrupt %d (error %d): output only\n", COM1_IRQ, err);
		return;
	}
	uart_unthrottle();
}
