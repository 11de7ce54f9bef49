/* SPDX-License-Identifier: MIT */
/* An interrupt line as the generic layer sees it: its handlers, and how often it has been disabled and has come. */
#ifndef _LINUX_IRQDESC_H
#define _LINUX_IRQDESC_H

#include <linux/irq.h>
#include <linux/mutex.h>
#include <linux/percpu.h>
#include <linux/spinlock.h>
#include <linux/wait.h>

struct irqaction {
	irq_handler_t handler;
	void *dev_id;
	const char *name;
	unsigned long flags;
	struct irqaction *next;

	/* Its thread, if it has one. */
	irq_handler_t thread_fn;
	struct task_struct *thread; /* referenced */
	unsigned int irq;
	unsigned long thread_mask; /* a bit of its own on the line; 0: no thread */
	bool thread_wanted;        /* it is to run, and has not begun to. desc->lock */
};

struct irq_desc {
	/*
	 * Who requests or frees, until the freed handler's thread has ended: so long its thread_mask is taken. The
	 * lock below is taken inside.
	 */
	struct mutex request_mutex;

	/* Taken with interrupts off; inside it only the chip's own lock is taken. Guards everything below. */
	spinlock_t lock;
	struct irqaction *action; /* changed with the lock held; run without it while in_progress */
	struct irq_data irq_data;
	unsigned int depth;     /* of disable_irq(); a line without handlers is at 1 */
	bool masked;            /* at the chip; a disabled line is masked only when it interrupts */
	bool pending;           /* it came while it was disabled or its handlers were running */
	bool in_progress;       /* some CPU is running its handlers */
	unsigned int count;     /* since the last check for a line that nobody answers */
	unsigned int unhandled; /* how many of these nobody answered, in a row without a pause */
	unsigned long last_unhandled; /* jiffies */
	bool thread_answered;   /* a thread returned IRQ_HANDLED since this was looked at */

	unsigned long threads_oneshot; /* thread_mask of those that the line is held back for */
	unsigned int threads_active;   /* threads wanted or running */
	wait_queue_head_t wait_for_threads;
};

DECLARE_PER_CPU(unsigned int[NR_IRQS], kstat_irqs);

/* irq_to_desc - Return: the line's descriptor, NULL when @irq is out of range or no controller serves it. */
struct irq_desc *irq_to_desc(unsigned int irq);

/* kstat_irqs_cpu - how often line @irq has interrupted @cpu. Context: any. */
unsigned int kstat_irqs_cpu(unsigned int irq, int cpu);

/**
 * show_interrupt_row - format one row of the table of interrupts
 * @row: 0 for the heading, and so on
 * @buf: filled with a line of text and its newline
 * @size: size of @buf; a row takes about 32 bytes and 11 for each CPU
 *
 * Context: any. Rows of lines that nobody uses are empty.
 * Return: the length of the text; -ENOENT past the last row.
 */
int show_interrupt_row(unsigned int row, char *buf, size_t size);

#endif
