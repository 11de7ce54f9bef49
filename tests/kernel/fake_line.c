// SPDX-License-Identifier: MIT
/* See fake_line.h. */
#include <linux/errno.h>
#include <linux/smp.h>
#include <linux/string.h>
#include <asm/apic.h>
#include "fake_line.h"
#include "helpers.h"

struct fake_chip_calls chip_calls;

void raise_on(int cpu)
{
	apic_send_ipi(cpu_to_apicid[cpu],
		      APIC_DM_FIXED | APIC_INT_ASSERT | (FIRST_DEVICE_VECTOR + TEST_IRQ));
}

static void fake_mask(struct irq_data *data)
{
	chip_calls.masks++;
}

static void fake_unmask(struct irq_data *data)
{
	chip_calls.unmasks++;
}

static void fake_eoi(struct irq_data *data)
{
	apic_eoi();
}

static int fake_set_type(struct irq_data *data, unsigned int type)
{
	data->type = type;
	chip_calls.type = type;
	return type == IRQ_TYPE_EDGE_FALLING ? -EINVAL : 0;
}

static int fake_set_affinity(struct irq_data *data, int cpu)
{
	data->cpu = cpu;
	return 0;
}

static void fake_retrigger(struct irq_data *data)
{
	chip_calls.retriggers++;
	raise_on(data->cpu);
}

static const struct irq_chip fake_chip = {
	.name = "test",
	.irq_mask = fake_mask,
	.irq_unmask = fake_unmask,
	.irq_eoi = fake_eoi,
	.irq_set_type = fake_set_type,
	.irq_set_affinity = fake_set_affinity,
	.irq_retrigger = fake_retrigger,
};

int fake_line_init(struct kunit *test)
{
	memset(&chip_calls, 0, sizeof(chip_calls));
	irq_set_chip(TEST_IRQ, &fake_chip, NULL, TEST_IRQ, IRQ_TYPE_EDGE_RISING);
	return 0;
}

void fake_line_exit(struct kunit *test)
{
	irq_set_chip(TEST_IRQ, NULL, NULL, 0, IRQ_TYPE_NONE);
}

static void do_nothing(void *unused)
{
}

void interrupt_and_wait(struct kunit *test, int cpu)
{
	unsigned int before = kstat_irqs_cpu(TEST_IRQ, cpu);

	raise_on(cpu);
	KUNIT_ASSERT_TRUE(test, wait_until(kstat_irqs_cpu(TEST_IRQ, cpu) != before));
	smp_call_function_single(cpu, do_nothing, NULL, 1);
}
