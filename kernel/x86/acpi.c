// SPDX-License-Identifier: MIT
/*
 * Finding the ACPI tables: the root pointer, from the boot loader or in the BIOS area, leads to a list of the others.
 * Addresses from firmware are mapped only if the CPU could reach them at all, and no table is read beyond its header
 * before its length is, or at all before its checksum is right. What fails is named and left out; acpi_parse.c holds
 * what is known without. Written once at boot, read everywhere. Section numbers: ACPI specification 6.4.
 */
#include <linux/acpi.h>
#include <linux/init.h>
#include <linux/io.h>
#include <linux/printk.h>
#include <linux/string.h>
#include <asm/processor.h>
#include <asm/setup.h>
#include <asm/smp.h>

#define MAX_TABLE_LENGTH (16U << 20) /* anything longer is garbage; a big DSDT has half a MiB */

/* 5.2.5.1: where a BIOS keeps it, on a multiple of 16. */
#define EBDA_POINTER       0x40e /* its segment; the BIOS data area has it */
#define EBDA_SEARCH_LENGTH 1024
#define BIOS_AREA_START    0xe0000
#define BIOS_AREA_LENGTH   0x20000

bool acpi_madt_valid __ro_after_init;
struct acpi_madt_info acpi_madt __ro_after_init;
struct acpi_power_info acpi_power __ro_after_init;

static bool acpi_disabled __initdata;
static bool acpi_fadt_valid __initdata;

static int __init parse_acpi(char *val)
{
	if (strcmp(val, "off"))
		return -EINVAL;
	acpi_disabled = true;
	return 0;
}
early_param("acpi", parse_acpi);

/* Bits above the CPU's physical address width in a page table entry would fault (SDM volume 3, section 4.1.4). */
static bool __init phys_reachable(u64 phys, u64 size)
{
	u32 eax, ebx, ecx, edx;
	u64 limit;

	cpuid(0x80000000, &eax, &ebx, &ecx, &edx);
	if (eax < 0x80000008) {
		limit = 1ULL << 36;
	} else {
		cpuid(0x80000008, &eax, &ebx, &ecx, &edx);
		limit = 1ULL << (eax & 0xff);
	}
	return phys && phys < limit && size <= limit - phys;
}

static const void *__init acpi_map(u64 phys, u32 size)
{
	return phys_reachable(phys, size) ? (const void __force *)ioremap_cache(phys, size) : NULL;
}

static void __init acpi_unmap(const void *map)
{
	if (map)
		iounmap((void __iomem __force *)map);
}

/* Map a whole table and check it. Return: the table, for acpi_unmap(); NULL, and a report, when it is bad. */
static const struct acpi_table_header *__init acpi_get_table(u64 phys, const char *what)
{
	const struct acpi_table_header *table = acpi_map(phys, sizeof(*table));
	u32 length;

	if (!table) {
		pr_err("acpi: cannot reach the %s at %#llx\n", what, phys);
		return NULL;
	}
	length = table->length;
	acpi_unmap(table);
	if (length < sizeof(*table) || length > MAX_TABLE_LENGTH) {
		pr_err("acpi: the %s at %#llx has a bad length, %u\n", what, phys, length);
		return NULL;
	}
	table = acpi_map(phys, length);
	if (!table || !acpi_table_valid(table, length)) {
		pr_err("acpi: the %s at %#llx has a bad checksum\n", what, phys);
		acpi_unmap(table);
		return NULL;
	}
	return table;
}

/* Look for the root pointer in an area of memory. */
static bool __init rsdp_search(u64 phys, u32 length, struct acpi_root *root)
{
	const char *area = acpi_map(phys, length);
	bool ok = false;

	for (u32 offset = 0; area && !ok && offset + ACPI_RSDP_LENGTH <= length; offset += 16)
		ok = !acpi_parse_rsdp(area + offset, root);
	acpi_unmap(area);
	return ok;
}

static bool __init rsdp_find(struct acpi_root *root)
{
	const u16 *ebda_segment;
	u64 ebda = 0;

	if (rsdp_phys) {
		if (rsdp_search(rsdp_phys, ACPI_RSDP_LENGTH, root))
			return true;
		pr_err("acpi: the boot loader's root pointer at %#llx is not one\n",
		       (u64)rsdp_phys);
	}
	ebda_segment = acpi_map(EBDA_POINTER, sizeof(*ebda_segment));
	if (ebda_segment)
		ebda = (u64)*ebda_segment << 4;
	acpi_unmap(ebda_segment);
	return (ebda && rsdp_search(ebda, EBDA_SEARCH_LENGTH, root)) ||
	       rsdp_search(BIOS_AREA_START, BIOS_AREA_LENGTH, root);
}

/* What each signature in the root table leads to. */
static void __init acpi_read_madt(u64 phys)
{
	const struct acpi_table_header *table = acpi_get_table(phys, "MADT");

	if (!table)
		return;
	if (acpi_madt_valid)
		pr_warn("acpi: a second MADT at %#llx is ignored\n", phys);
	else if (acpi_parse_madt(table, &acpi_madt))
		pr_err("acpi: the MADT at %#llx contradicts itself\n", phys);
	else
		acpi_madt_valid = true;
	acpi_unmap(table);
}

static void __init acpi_read_dsdt(u64 phys)
{
	const struct acpi_table_header *table = acpi_get_table(phys, "DSDT");

	if (!table)
		return;
	if (acpi_parse_s5(table, &acpi_power))
		pr_warn("acpi: no _S5 in the DSDT; power-off is left to the user\n");
	acpi_unmap(table);
}

static void __init acpi_read_fadt(u64 phys)
{
	const struct acpi_table_header *table = acpi_get_table(phys, "FADT");
	u64 dsdt = 0;

	if (!table)
		return;
	if (acpi_fadt_valid)
		pr_warn("acpi: a second FADT at %#llx is ignored\n", phys);
	else if (acpi_parse_fadt(table, &acpi_power, &dsdt))
		pr_err("acpi: the FADT at %#llx is too short\n", phys);
	else
		acpi_fadt_valid = true;
	acpi_unmap(table);
	if (dsdt)
		acpi_read_dsdt(dsdt);
}

static void __init acpi_read_table(u64 phys)
{
	const struct acpi_table_header *table = acpi_map(phys, sizeof(*table));
	char signature[4];

	if (!table) {
		pr_err("acpi: cannot reach a table at %#llx\n", phys);
		return;
	}
	memcpy(signature, table->signature, sizeof(signature));
	acpi_unmap(table);
	if (!memcmp(signature, "APIC", 4))
		acpi_read_madt(phys);
	else if (!memcmp(signature, "FACP", 4))
		acpi_read_fadt(phys);
}

/* The root table: a header and an array of addresses, of 4 bytes each in the RSDT (5.2.7), of 8 in the XSDT (5.2.8). */
static bool __init acpi_read_root(u64 phys, const char *what, u32 width)
{
	const struct acpi_table_header *root = acpi_get_table(phys, what);
	const char *entries;

	if (!root)
		return false;
	entries = (const char *)(root + 1);
	for (u32 i = 0; i + width <= root->length - sizeof(*root); i += width) {
		u64 address = 0;

		memcpy(&address, entries + i, width);
		acpi_read_table(address);
	}
	acpi_unmap(root);
	return true;
}

static bool __init acpi_read_tables(void)
{
	struct acpi_root root;

	if (acpi_disabled) {
		pr_info("acpi: off\n");
		return false;
	}
	if (!rsdp_find(&root)) {
		pr_warn("acpi: no root pointer found\n");
		return false;
	}
	if (root.xsdt && acpi_read_root(root.xsdt, "XSDT", 8))
		return true;
	return acpi_read_root(root.rsdt, "RSDT", 4);
}

void __init acpi_init(void)
{
	acpi_parse_madt(NULL, &acpi_madt);
	acpi_read_tables();
	if (!acpi_madt_valid)
		pr_warn("acpi: no usable MADT; going on with one CPU\n");
	else if (acpi_madt.nr_cpus_ignored)
		pr_warn("acpi: %u CPUs beyond the %u that this kernel can use\n",
			acpi_madt.nr_cpus_ignored, NR_CPUS);
	smp_prepare_cpus();
}
