// SPDX-License-Identifier: MIT
/*
 * The table of interrupt lines, and the counts of what interrupted which CPU. A line exists once a chip has claimed it;
 * see <linux/irqdesc.h> for what desc->lock guards. Counts are each CPU's own; others only read them.
 */
#include <linux/errno.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/sprintf.h>
#include <linux/smp.h>
#include <asm/apic.h>
#include "internals.h"

static struct irq_desc irq_descs[NR_IRQS];

DEFINE_PER_CPU(unsigned int[NR_IRQS], kstat_irqs);

struct irq_desc *irq_to_desc(unsigned int irq)
{
	return irq < NR_IRQS && irq_descs[irq].irq_data.chip ? &irq_descs[irq] : NULL;
}

void __init irq_init(void)
{
	for (unsigned int irq = 0; irq < NR_IRQS; irq++) {
		struct irq_desc *desc = &irq_descs[irq];

		mutex_init(&desc->request_mutex);
		spin_lock_init(&desc->lock);
		init_waitqueue_head(&desc->wait_for_threads);
		desc->irq_data.irq = irq;
		desc->depth = 1;
		desc->masked = true;
	}
}

void irq_set_chip(unsigned int irq, const struct irq_chip *chip, void *chip_data,
		  unsigned long hwirq, unsigned int type)
{
	struct irq_data *data = &irq_descs[irq].irq_data;

	data->hwirq = hwirq;
	data->type = type;
	data->chip_data = chip_data;
	data->chip = chip;
}

unsigned int kstat_irqs_cpu(unsigned int irq, int cpu)
{
	return irq < NR_IRQS ? READ_ONCE((*per_cpu_ptr(&kstat_irqs, cpu))[irq]) : 0;
}

/* The rows behind the lines: what has no line, from the local APIC. */
static const struct {
	const char *name, *what;
	size_t offset;
} apic_rows[] = {
	{ "NMI", "Non-maskable interrupts", offsetof(struct irq_cpustat, nmis) },
	{ "LOC", "Local timer interrupts", offsetof(struct irq_cpustat, timer_irqs) },
	{ "RES", "Rescheduling interrupts", offsetof(struct irq_cpustat, resched_irqs) },
	{ "CAL", "Function call interrupts", offsetof(struct irq_cpustat, call_irqs) },
	{ "ERR", "APIC errors", offsetof(struct irq_cpustat, error_irqs) },
	{ "SPU", "Spurious interrupts", offsetof(struct irq_cpustat, spurious_irqs) },
};

static int show_heading(char *buf, size_t size)
{
	int len = scnprintf(buf, size, "    ");
	int cpu;

	for_each_online_cpu(cpu)
		len += scnprintf(buf + len, size - len, "       CPU%-2d", cpu);
	return len + scnprintf(buf + len, size - len, "\n");
}

static int show_apic_row(unsigned int n, char *buf, size_t size)
{
	int len = scnprintf(buf, size, "%3s:", apic_rows[n].name);
	int cpu;

	for_each_online_cpu(cpu) {
		const char *stat = (const char *)per_cpu_ptr(&irq_stat, cpu);

		len += scnprintf(buf + len, size - len, " %10u ",
				 READ_ONCE(*(const unsigned int *)(stat + apic_rows[n].offset)));
	}
	return len + scnprintf(buf + len, size - len, "  %s\n", apic_rows[n].what);
}

static const char *type_name(unsigned int type)
{
	return type & IRQ_TYPE_LEVEL_MASK ? "level" : "edge";
}

/* The lock keeps the actions, and with them their names, from going away. */
static int show_line(struct irq_desc *desc, char *buf, size_t size)
{
	struct irqaction *action;
	unsigned long flags;
	int len = 0, cpu;

	spin_lock_irqsave(&desc->lock, flags);
	if (desc->action) {
		len = scnprintf(buf, size, "%3u:", desc->irq_data.irq);
		for_each_online_cpu(cpu)
			len += scnprintf(buf + len, size - len, " %10u ",
					 kstat_irqs_cpu(desc->irq_data.irq, cpu));
		len += scnprintf(buf + len, size - len, "  %s %lu-%s", desc->irq_data.chip->name,
				 desc->irq_data.hwirq, type_name(desc->irq_data.type));
		for (action = desc->action; action; action = action->next)
			len += scnprintf(buf + len, size - len, "%s %s",
					 action == desc->action ? " " : ",", action->name);
		len += scnprintf(buf + len, size - len, "\n");
	}
	spin_unlock_irqrestore(&desc->lock, flags);
	return len;
}

int show_interrupt_row(unsigned int row, char *buf, size_t size)
{
	buf[0] = '\0';
	if (row == 0)
		return show_heading(buf, size);
	row--;
	if (row < NR_IRQS) {
		struct irq_desc *desc = irq_to_desc(row);

		return desc ? show_line(desc, buf, size) : 0;
	}
	row -= NR_IRQS;
	return row < ARRAY_SIZE(apic_rows) ? show_apic_row(row, buf, size) : -ENOENT;
}
