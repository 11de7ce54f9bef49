// SPDX-License-Identifier: MIT
/*
 * The I/O APICs (82093AA data sheet): each pin has a redirection entry that says which vector its device raises on
 * which CPU. The firmware numbers all pins through as "global system interrupts" (GSI); the MADT says where the ISA
 * lines have gone. IRQ 0-15 are the ISA lines here, any other IRQ is the GSI of that number.
 * ioapic_lock guards the register window, which takes two accesses; it is innermost, taken with interrupts off.
 */
#include <linux/acpi.h>
#include <linux/errno.h>
#include <linux/init.h>
#include <linux/io.h>
#include <linux/irq.h>
#include <linux/printk.h>
#include <linux/spinlock.h>
#include <asm/apic.h>

#define IOREGSEL          0x00
#define IOWIN             0x10
#define IOAPIC_VER        0x01 /* bits 16-23: highest redirection entry */
#define IOAPIC_REDIR(pin) (0x10 + 2 * (pin))

/* Redirection entry, low half; the high half has the destination in bits 24-31. */
#define REDIR_LOW_ACTIVE (1U << 13)
#define REDIR_LEVEL      (1U << 15)
#define REDIR_MASKED     (1U << 16)

/* MPS INTI flags: ACPI 5.2.12.5. */
#define INTI_POLARITY(flags) ((flags)&3)
#define INTI_TRIGGER(flags)  ((flags) >> 2 & 3)
#define INTI_LOW_OR_LEVEL    3

struct ioapic {
	void __iomem *base;
	u32 gsi_base;
	unsigned int nr_pins;
};

static struct ioapic ioapics[MAX_IOAPICS];
static unsigned int nr_ioapics;
static DEFINE_SPINLOCK(ioapic_lock);

static u32 ioapic_read(const struct ioapic *ioapic, u32 reg)
{
	writel(reg, ioapic->base + IOREGSEL);
	return readl(ioapic->base + IOWIN);
}

static void ioapic_write(const struct ioapic *ioapic, u32 reg, u32 value)
{
	writel(reg, ioapic->base + IOREGSEL);
	writel(value, ioapic->base + IOWIN);
}

/* Write a line's entry: the destination first, so that an unmasked low half never goes with a stale one. */
static void ioapic_program(struct irq_data *data, bool masked)
{
	const struct ioapic *ioapic = data->chip_data;
	u32 reg = IOAPIC_REDIR(data->hwirq - ioapic->gsi_base);
	u32 low = FIRST_DEVICE_VECTOR + data->irq;
	unsigned long flags;

	if (data->type & (IRQ_TYPE_LEVEL_LOW | IRQ_TYPE_EDGE_FALLING))
		low |= REDIR_LOW_ACTIVE;
	if (data->type & IRQ_TYPE_LEVEL_MASK)
		low |= REDIR_LEVEL;
	if (masked)
		low |= REDIR_MASKED;

	spin_lock_irqsave(&ioapic_lock, flags);
	ioapic_write(ioapic, reg + 1, cpu_to_apicid[data->cpu] << 24);
	ioapic_write(ioapic, reg, low);
	spin_unlock_irqrestore(&ioapic_lock, flags);
}

static void ioapic_mask(struct irq_data *data)
{
	ioapic_program(data, true);
}

static void ioapic_unmask(struct irq_data *data)
{
	ioapic_program(data, false);
}

static void ioapic_eoi(struct irq_data *data)
{
	apic_eoi(); /* the local APIC tells the I/O APIC of a level interrupt's end */
}

static int ioapic_set_type(struct irq_data *data, unsigned int type)
{
	data->type = type; /* the line is masked; unmasking it writes the entry */
	return 0;
}

/* An entry has eight bits for the destination. */
static int ioapic_set_affinity(struct irq_data *data, int cpu)
{
	if (cpu_to_apicid[cpu] > 0xff)
		return -EINVAL;
	data->cpu = cpu;
	return 0;
}

/* A vector sent from here counts as an edge, which is what was lost. */
static void ioapic_retrigger(struct irq_data *data)
{
	apic_send_ipi(cpu_to_apicid[data->cpu],
		      APIC_DM_FIXED | APIC_INT_ASSERT | (FIRST_DEVICE_VECTOR + data->irq));
}

static const struct irq_chip ioapic_chip = {
	.name = "IO-APIC",
	.irq_mask = ioapic_mask,
	.irq_unmask = ioapic_unmask,
	.irq_eoi = ioapic_eoi,
	.irq_set_type = ioapic_set_type,
	.irq_set_affinity = ioapic_set_affinity,
	.irq_retrigger = ioapic_retrigger,
};

/* ISA lines are edges, active high, unless an override says otherwise; all others are level, active low, as in PCI. */
static unsigned int isa_irq_type(u16 flags)
{
	bool low = INTI_POLARITY(flags) == INTI_LOW_OR_LEVEL;

	if (INTI_TRIGGER(flags) == INTI_LOW_OR_LEVEL)
		return low ? IRQ_TYPE_LEVEL_LOW : IRQ_TYPE_LEVEL_HIGH;
	return low ? IRQ_TYPE_EDGE_FALLING : IRQ_TYPE_EDGE_RISING;
}

static struct ioapic *gsi_to_ioapic(u32 gsi)
{
	for (unsigned int i = 0; i < nr_ioapics; i++)
		if (gsi - ioapics[i].gsi_base < ioapics[i].nr_pins)
			return &ioapics[i];
	return NULL;
}

/* Map one I/O APIC and mask all its pins: firmware may have left some open. */
static void __init ioapic_add(u32 address, u32 gsi_base)
{
	struct ioapic *ioapic = &ioapics[nr_ioapics];
	u32 version;

	ioapic->gsi_base = gsi_base;
	ioapic->base = ioremap(address, PAGE_SIZE);
	if (!ioapic->base) {
		pr_err("ioapic: no memory to map the one at %#x\n", address);
		return;
	}
	version = ioapic_read(ioapic, IOAPIC_VER);
	if (version == ~0U) {
		pr_err("ioapic: nothing answers at %#x\n", address);
		iounmap(ioapic->base);
		return;
	}
	ioapic->nr_pins = (version >> 16 & 0xff) + 1;
	for (unsigned int pin = 0; pin < ioapic->nr_pins; pin++)
		ioapic_write(ioapic, IOAPIC_REDIR(pin), REDIR_MASKED);
	nr_ioapics++;
	pr_info("ioapic: GSI %u-%u at %#x\n", gsi_base, gsi_base + ioapic->nr_pins - 1, address);
}

static void __init ioapic_connect(unsigned int irq, u32 gsi, unsigned int type)
{
	struct ioapic *ioapic = gsi_to_ioapic(gsi);

	if (ioapic)
		irq_set_chip(irq, &ioapic_chip, ioapic, gsi, type);
}

void __init ioapic_init(void)
{
	for (unsigned int i = 0; i < acpi_madt.nr_ioapics; i++)
		ioapic_add(acpi_madt.ioapic[i].address, acpi_madt.ioapic[i].gsi_base);
	if (!nr_ioapics)
		pr_err("ioapic: none found; devices cannot interrupt\n");

	for (unsigned int irq = 0; irq < NR_IRQS_LEGACY; irq++)
		ioapic_connect(irq, acpi_madt.isa[irq].gsi, isa_irq_type(acpi_madt.isa[irq].flags));
	for (unsigned int irq = NR_IRQS_LEGACY; irq < NR_IRQS; irq++)
		ioapic_connect(irq, irq, IRQ_TYPE_LEVEL_LOW);
}
