// SPDX-License-Identifier: MIT
/*
 * Reading ACPI tables that may be wrong in any way: nothing is believed before it is known to lie inside the table.
 * These functions look at nothing but their arguments, so tests can feed them broken tables. No state, no locks.
 * Section numbers are those of the ACPI specification 6.4.
 */
#include <linux/acpi.h>
#include <linux/build_bug.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/printk.h>
#include <linux/string.h>
#include <asm/apic.h>

/* 5.2.5.3, Root System Description Pointer; the second half since revision 2. */
struct rsdp {
	char signature[8];
	u8 checksum;
	char oem_id[6];
	u8 revision;
	u32 rsdt;
	u32 length;
	u64 xsdt;
	u8 extended_checksum;
	u8 reserved[3];
} __packed;

static_assert(sizeof(struct rsdp) == ACPI_RSDP_LENGTH);

#define RSDP_V1_LENGTH 20

/* 5.2.12, Multiple APIC Description Table; entries follow it. */
struct madt {
	struct acpi_table_header header;
	u32 lapic_address;
	u32 flags;
} __packed;

enum { /* table 5-21 */
       MADT_LAPIC = 0,
       MADT_IOAPIC = 1,
       MADT_INTERRUPT_OVERRIDE = 2,
       MADT_LAPIC_ADDRESS = 5,
       MADT_X2APIC = 9,
};

#define MADT_CPU_ENABLED 1

struct madt_entry {
	u8 type, length;
	union {
		struct {
			u8 uid, apicid;
			u32 flags;
		} __packed lapic;
		struct {
			u8 id, reserved;
			u32 address, gsi_base;
		} __packed ioapic;
		struct {
			u8 bus, source;
			u32 gsi;
			u16 flags;
		} __packed override;
		struct {
			u16 reserved;
			u64 address;
		} __packed lapic_address;
		struct {
			u16 reserved;
			u32 apicid, flags, uid;
		} __packed x2apic;
	};
} __packed;

/* 5.2.9, Fixed ACPI Description Table, as far as it is used. */
struct fadt {
	struct acpi_table_header header;
	u32 firmware_ctrl;
	u32 dsdt;
	u8 reserved, profile;
	u16 sci_irq;
	u32 smi_command;
	u8 acpi_enable, acpi_disable, s4bios, pstate;
	u32 pm1a_event, pm1b_event, pm1a_control, pm1b_control, pm2_control, pm_timer;
	u32 gpe0, gpe1;
	u8 pm1_event_len, pm1_control_len, pm2_control_len, pm_timer_len;
	u8 unused[20];
	u32 flags;
	struct acpi_generic_address reset_reg;
	u8 reset_value;
	u16 arm_boot_arch;
	u8 minor_revision;
	u64 x_firmware_ctrl;
	u64 x_dsdt;
} __packed;

static_assert(offsetof(struct fadt, pm_timer) == 76);
static_assert(offsetof(struct fadt, reset_reg) == 116);
static_assert(offsetof(struct fadt, x_dsdt) == 140);

#define FADT_MIN_LENGTH       offsetof(struct fadt, reset_reg) /* revision 1 ends here */
#define FADT_FLAG_TIMER_32BIT (1U << 8)
#define FADT_FLAG_RESET_REG   (1U << 10)

static bool bytes_sum_to_zero(const void *start, u32 length)
{
	u8 sum = 0;

	for (u32 i = 0; i < length; i++)
		sum += ((const u8 *)start)[i];
	return sum == 0;
}

bool acpi_table_valid(const struct acpi_table_header *table, size_t size)
{
	return size >= sizeof(*table) && table->length >= sizeof(*table) && table->length <= size &&
	       bytes_sum_to_zero(table, table->length);
}

int acpi_parse_rsdp(const void *at, struct acpi_root *root)
{
	const struct rsdp *rsdp = at;

	memset(root, 0, sizeof(*root));
	if (memcmp(rsdp->signature, "RSD PTR ", sizeof(rsdp->signature)) != 0 ||
	    !bytes_sum_to_zero(rsdp, RSDP_V1_LENGTH))
		return -EINVAL;
	root->rsdt = rsdp->rsdt;
	if (rsdp->revision >= 2 && bytes_sum_to_zero(rsdp, sizeof(*rsdp)))
		root->xsdt = rsdp->xsdt;
	return 0;
}

/* Without a MADT: no other CPUs, and what the MultiProcessor specification 1.4 has in its default configuration (5.1). */
static void madt_defaults(struct acpi_madt_info *info)
{
	memset(info, 0, sizeof(*info));
	info->lapic_address = APIC_DEFAULT_PHYS_BASE;
	for (u32 irq = 0; irq < NR_IRQS_LEGACY; irq++)
		info->isa[irq].gsi = irq;
}

static void madt_default_ioapic(struct acpi_madt_info *info)
{
	info->nr_ioapics = 1;
	info->ioapic[0].address = IOAPIC_DEFAULT_PHYS_BASE;
	info->isa[0].gsi = 2;
}

static void madt_add_cpu(struct acpi_madt_info *info, u32 apicid, u32 flags)
{
	if (!(flags & MADT_CPU_ENABLED))
		return;
	for (unsigned int i = 0; i < info->nr_cpus; i++)
		if (info->apicid[i] == apicid)
			return; /* firmware may list a CPU as type 0 and as type 9 */
	if (info->nr_cpus < NR_CPUS)
		info->apicid[info->nr_cpus++] = apicid;
	else
		info->nr_cpus_ignored++;
}

static int madt_add_ioapic(struct acpi_madt_info *info, u32 address, u32 gsi_base)
{
	if (!address || info->nr_ioapics == MAX_IOAPICS)
		return -EINVAL;
	info->ioapic[info->nr_ioapics].address = address;
	info->ioapic[info->nr_ioapics].gsi_base = gsi_base;
	info->nr_ioapics++;
	return 0;
}

static int madt_override(struct acpi_madt_info *info, u8 irq, u32 gsi, u16 flags)
{
	if (irq >= NR_IRQS_LEGACY)
		return -EINVAL;
	info->isa[irq].gsi = gsi;
	info->isa[irq].flags = flags;
	return 0;
}

/* How long an entry of each type that we read has to be at least. Types not named here are skipped. */
static u8 madt_entry_min(u8 type)
{
	switch (type) {
	case MADT_LAPIC:
		return 2 + sizeof(((struct madt_entry *)0)->lapic);
	case MADT_IOAPIC:
		return 2 + sizeof(((struct madt_entry *)0)->ioapic);
	case MADT_INTERRUPT_OVERRIDE:
		return 2 + sizeof(((struct madt_entry *)0)->override);
	case MADT_LAPIC_ADDRESS:
		return 2 + sizeof(((struct madt_entry *)0)->lapic_address);
	case MADT_X2APIC:
		return 2 + sizeof(((struct madt_entry *)0)->x2apic);
	default:
		return 2;
	}
}

static int madt_read_entry(struct acpi_madt_info *info, const struct madt_entry *entry)
{
	switch (entry->type) {
	case MADT_LAPIC:
		madt_add_cpu(info, entry->lapic.apicid, entry->lapic.flags);
		return 0;
	case MADT_X2APIC:
		madt_add_cpu(info, entry->x2apic.apicid, entry->x2apic.flags);
		return 0;
	case MADT_IOAPIC:
		return madt_add_ioapic(info, entry->ioapic.address, entry->ioapic.gsi_base);
	case MADT_INTERRUPT_OVERRIDE:
		return madt_override(info, entry->override.source, entry->override.gsi,
				     entry->override.flags);
	case MADT_LAPIC_ADDRESS:
		info->lapic_address = entry->lapic_address.address;
		return 0;
	default:
		return 0;
	}
}

static int madt_read_entries(struct acpi_madt_info *info, const u8 *at, const u8 *end)
{
	while (at < end) {
		const struct madt_entry *entry = (const struct madt_entry *)at;
		int ret;

		if (end - at < 2 || entry->length > end - at ||
		    entry->length < madt_entry_min(entry->type))
			return -EINVAL;
		ret = madt_read_entry(info, entry);
		if (ret)
			return ret;
		at += entry->length;
	}
	return info->nr_cpus && info->nr_ioapics ? 0 : -EINVAL;
}

int acpi_parse_madt(const struct acpi_table_header *table, struct acpi_madt_info *info)
{
	const struct madt *madt = (const struct madt *)table;
	int ret = -EINVAL;

	madt_defaults(info);
	if (table && table->length >= sizeof(*madt)) {
		info->lapic_address = madt->lapic_address;
		ret = madt_read_entries(info, (const u8 *)(madt + 1),
					(const u8 *)table + table->length);
	}
	if (ret) {
		madt_defaults(info);
		madt_default_ioapic(info);
	}
	return ret;
}

static u16 fadt_port(u32 address)
{
	return address <= 0xffff ? (u16)address : 0;
}

int acpi_parse_fadt(const struct acpi_table_header *table, struct acpi_power_info *info, u64 *dsdt)
{
	const struct fadt *fadt = (const struct fadt *)table;

	memset(info, 0, sizeof(*info));
	*dsdt = 0;
	if (!table || table->length < FADT_MIN_LENGTH)
		return -EINVAL;

	*dsdt = fadt->dsdt;
	if (fadt->pm_timer_len == 4)
		info->pm_timer_port = fadt_port(fadt->pm_timer);
	info->pm_timer_bits = fadt->flags & FADT_FLAG_TIMER_32BIT ? 32 : 24;
	info->smi_command_port = fadt_port(fadt->smi_command);
	info->acpi_enable = fadt->acpi_enable;
	info->pm1a_control_port = fadt_port(fadt->pm1a_control);
	info->pm1b_control_port = fadt_port(fadt->pm1b_control);

	if (table->length >= offsetof(struct fadt, reset_value) + sizeof(fadt->reset_value)) {
		info->reset_valid = fadt->flags & FADT_FLAG_RESET_REG;
		info->reset_reg = fadt->reset_reg;
		info->reset_value = fadt->reset_value;
	}
	if (table->length >= sizeof(*fadt) && fadt->x_dsdt)
		*dsdt = fadt->x_dsdt;
	return 0;
}

#define AML_ZERO        0x00
#define AML_ONE         0x01
#define AML_NAME        0x08
#define AML_BYTE_PREFIX 0x0a
#define AML_PACKAGE     0x12
#define AML_ROOT        '\\'

/* An integer as firmware writes sleep types: Zero, One or a byte (20.2.3). Return: the first byte behind, or NULL. */
static const u8 *aml_small_int(const u8 *at, const u8 *end, u8 *value)
{
	if (at < end && (*at == AML_ZERO || *at == AML_ONE)) {
		*value = *at;
		return at + 1;
	}
	if (end - at >= 2 && *at == AML_BYTE_PREFIX && at[1] <= 7) {
		*value = at[1];
		return at + 2;
	}
	return NULL;
}

/* Name (\_S5, Package (n) { type_a, type_b, … }): @at stands behind the name. Bits 6-7 of PkgLength: how many follow. */
static bool aml_s5_package(const u8 *at, const u8 *end, struct acpi_power_info *info)
{
	if (end - at < 2 || *at++ != AML_PACKAGE)
		return false;
	at += 1 + (*at >> 6);
	if (end - at < 1 || *at++ < 1)
		return false;
	at = aml_small_int(at, end, &info->s5_type_a);
	if (!at)
		return false;
	if (!aml_small_int(at, end, &info->s5_type_b))
		info->s5_type_b = info->s5_type_a;
	return true;
}

/*
 * _S5 tells what to write to power off. It is always a plain package in the DSDT, so looking for its bytes, a NameOp
 * before them, does without an AML interpreter.
 */
int acpi_parse_s5(const struct acpi_table_header *dsdt, struct acpi_power_info *info)
{
	const u8 *start = (const u8 *)(dsdt + 1);
	const u8 *end = (const u8 *)dsdt + dsdt->length;

	info->s5_valid = false;
	for (const u8 *at = start + 1; end - at > 4; at++) {
		bool named = at[-1] == AML_NAME ||
			     (at - start >= 2 && at[-1] == AML_ROOT && at[-2] == AML_NAME);

		if (named && !memcmp(at, "_S5_", 4) && aml_s5_package(at + 4, end, info)) {
			info->s5_valid = true;
			return 0;
		}
	}
	return -ENOENT;
}
