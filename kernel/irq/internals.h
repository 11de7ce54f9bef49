/* SPDX-License-Identifier: MIT */
/* What irqdesc.c, handle.c and manage.c share of the interrupt lines. */
#ifndef KERNEL_IRQ_INTERNALS_H
#define KERNEL_IRQ_INTERNALS_H

#include <linux/irqdesc.h>

/* Mask or unmask a line at its chip, if it is not so already. Context: desc->lock held. */
static inline void irq_set_masked(struct irq_desc *desc, bool masked)
{
	if (desc->masked == masked)
		return;
	desc->masked = masked;
	if (masked)
		desc->irq_data.chip->irq_mask(&desc->irq_data);
	else
		desc->irq_data.chip->irq_unmask(&desc->irq_data);
}

#endif
