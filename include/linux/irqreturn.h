/* SPDX-License-Identifier: MIT */
/* What an interrupt handler answers: was it my device that interrupted? */
#ifndef _LINUX_IRQRETURN_H
#define _LINUX_IRQRETURN_H

typedef enum irqreturn {
	IRQ_NONE = 0, /* not mine: on a shared line, ask the next */
	IRQ_HANDLED = 1,
	IRQ_WAKE_THREAD = 2, /* mine, and the thread of request_threaded_irq() does the rest */
} irqreturn_t;

#define IRQ_RETVAL(x) ((x) ? IRQ_HANDLED : IRQ_NONE)

#endif
