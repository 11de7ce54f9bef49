/* SPDX-License-Identifier: MIT */
/*
 * What an interrupt controller tells the generic interrupt layer. The layer calls a chip with the line's lock held and
 * interrupts off.
 */
#ifndef _LINUX_IRQ_H
#define _LINUX_IRQ_H

#include <linux/types.h>
#include <linux/interrupt.h>
#include <asm/irq_vectors.h>

#define IRQ_TYPE_NONE         IRQF_TRIGGER_NONE
#define IRQ_TYPE_EDGE_RISING  IRQF_TRIGGER_RISING
#define IRQ_TYPE_EDGE_FALLING IRQF_TRIGGER_FALLING
#define IRQ_TYPE_LEVEL_HIGH   IRQF_TRIGGER_HIGH
#define IRQ_TYPE_LEVEL_LOW    IRQF_TRIGGER_LOW
#define IRQ_TYPE_SENSE_MASK   IRQF_TRIGGER_MASK
#define IRQ_TYPE_LEVEL_MASK   (IRQ_TYPE_LEVEL_HIGH | IRQ_TYPE_LEVEL_LOW)

struct irq_data;

struct irq_chip {
	const char *name;
	void (*irq_mask)(struct irq_data *data);
	void (*irq_unmask)(struct irq_data *data);
	void (*irq_eoi)(struct irq_data *data);
	int (*irq_set_type)(struct irq_data *data, unsigned int flow_type);
	int (*irq_set_affinity)(struct irq_data *data, int cpu);
	void (*irq_retrigger)(
		struct irq_data *data); /* deliver an edge again that came while disabled */
};

/* The chip's view of a line. */
struct irq_data {
	unsigned int irq;
	unsigned long hwirq;         /* the chip's own number: for the I/O APIC the GSI */
	unsigned int type;           /* IRQ_TYPE_*, how it is triggered now */
	int cpu;                     /* interrupts this CPU */
	const struct irq_chip *chip; /* NULL: no such line */
	void *chip_data;
};

/* irq_set_chip - connect line @irq to its controller. Context: boot, before anyone can request the line. */
void irq_set_chip(unsigned int irq, const struct irq_chip *chip, void *chip_data,
		  unsigned long hwirq, unsigned int type);

/* generic_handle_irq - run the handlers of line @irq and acknowledge it. Context: hardirq, interrupts off. */
void generic_handle_irq(unsigned int irq);

#endif
