/* SPDX-License-Identifier: MIT */
/*
 * The few ACPI tables that a kernel without an AML interpreter can use: which CPUs and I/O APICs there are, where the
 * PM timer ticks, how to reset and to power off. Section numbers are those of the ACPI specification 6.4.
 */
#ifndef _LINUX_ACPI_H
#define _LINUX_ACPI_H

#include <linux/compiler.h>
#include <linux/types.h>
#include <linux/threads.h>
#include <asm/irq_vectors.h>

#define MAX_IOAPICS 8

/* 5.2.6, System Description Table Header. */
struct acpi_table_header {
	char signature[4];
	u32 length;
	u8 revision;
	u8 checksum;
	char oem_id[6];
	char oem_table_id[8];
	u32 oem_revision;
	char asl_compiler_id[4];
	u32 asl_compiler_revision;
} __packed;

/* 5.2.3.2, Generic Address Structure. */
struct acpi_generic_address {
	u8 space_id;
	u8 bit_width;
	u8 bit_offset;
	u8 access_width;
	u64 address;
} __packed;

#define ACPI_ADR_SPACE_SYSTEM_MEMORY 0
#define ACPI_ADR_SPACE_SYSTEM_IO     1

/* What the MADT says (5.2.12). */
struct acpi_madt_info {
	u64 lapic_address;
	unsigned int nr_cpus;         /* enabled ones, in the table's order */
	unsigned int nr_cpus_ignored; /* enabled, but beyond NR_CPUS */
	u32 apicid[NR_CPUS];
	unsigned int nr_ioapics;
	struct {
		u32 address;
		u32 gsi_base;
	} ioapic[MAX_IOAPICS];
	struct {
		u32 gsi;
		u16 flags;     /* polarity in bits 0-1, trigger in bits 2-3: 0 is the bus's own */
	} isa[NR_IRQS_LEGACY]; /* the ISA lines, overrides applied */
};

/* What the FADT (5.2.9) and the DSDT's _S5 object (7.4.2) say. A port is 0 when the machine does not have it. */
struct acpi_power_info {
	u16 pm_timer_port;
	u8 pm_timer_bits; /* 24 or 32 */
	u16 smi_command_port;
	u8 acpi_enable;
	u16 pm1a_control_port, pm1b_control_port;
	bool s5_valid;
	u8 s5_type_a, s5_type_b;
	bool reset_valid;
	struct acpi_generic_address reset_reg;
	u8 reset_value;
};

extern bool acpi_madt_valid; /* acpi_madt describes this machine; else it holds defaults */
extern struct acpi_madt_info acpi_madt;
extern struct acpi_power_info acpi_power;

/*
 * acpi_init - read the tables, and fill cpu_possible_mask and cpu_present_mask from them
 *
 * Context: boot CPU, after mm_init(). What is malformed is reported and left out.
 */
void acpi_init(void);

/**
 * acpi_parse_madt, acpi_parse_fadt, acpi_parse_s5 - read one table
 * @table: a complete copy of the table, @table->length bytes, checksum already verified
 * @info: filled in; holds the defaults of a machine without the table when parsing fails
 *
 * Context: any; they touch nothing but their arguments.
 * Return: 0; -EINVAL when the table contradicts itself; -ENOENT when the DSDT has no _S5.
 */
int acpi_parse_madt(const struct acpi_table_header *table, struct acpi_madt_info *info);
int acpi_parse_fadt(const struct acpi_table_header *table, struct acpi_power_info *info, u64 *dsdt);
int acpi_parse_s5(const struct acpi_table_header *dsdt, struct acpi_power_info *info);

#define ACPI_RSDP_LENGTH 36

/* Where the list of tables is: the XSDT, if not 0, is to be preferred. */
struct acpi_root {
	u32 rsdt;
	u64 xsdt;
};

/**
 * acpi_parse_rsdp - read what may be the root pointer (5.2.5.3), ACPI_RSDP_LENGTH bytes
 * Context: any. Return: 0; -EINVAL when it is not one. One whose second half alone is bad has no XSDT.
 */
int acpi_parse_rsdp(const void *at, struct acpi_root *root);

/* acpi_table_valid - Return: does @table, of which @size bytes can be read, have a sane length and checksum? */
bool acpi_table_valid(const struct acpi_table_header *table, size_t size);

#endif
