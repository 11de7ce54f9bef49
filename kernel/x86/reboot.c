// SPDX-License-Identifier: MIT
/*
 * Ways out of the machine, the polite ones first. A panic comes through here with any lock held and other CPUs
 * stopped at any point, so nothing is locked, waited for or allocated; registers mapped into memory are the exception
 * that reset registers on PCs do not make.
 */
#include <linux/acpi.h>
#include <linux/irqflags.h>
#include <linux/printk.h>
#include <linux/reboot.h>
#include <asm/desc.h>
#include <asm/io.h>
#include <asm/page.h>
#include <asm/processor.h>

#define QEMU_DEBUG_EXIT 0xf4
#define KBC_STATUS      0x64 /* 8042: bit 1 says that its input buffer is full */
#define KBC_COMMAND     0x64
#define KBC_INPUT_FULL  0x02
#define KBC_PULSE_RESET 0xfe
#define RESET_CONTROL   0xcf9 /* Intel chipsets: full reset, then go */

/* PM1 control register: ACPI 4.8.3.2.1. */
#define PM1_SCI_EN        0x0001
#define PM1_SLP_TYP(type) ((u16)((type) << 10))
#define PM1_SLP_TYP_MASK  0x1c00
#define PM1_SLP_EN        0x2000

void debug_exit(u8 value)
{
	outb(value, QEMU_DEBUG_EXIT);
}

/* About a microsecond a turn on a PC: an access to port 0x80 goes to the ISA bus. */
static void wait_io(unsigned int turns)
{
	while (turns--)
		io_delay();
}

void machine_halt(void)
{
	local_irq_disable();
	for (;;)
		halt();
}

static void pm1_write(u16 port, u8 type)
{
	if (port)
		outw((inw(port) & ~PM1_SLP_TYP_MASK) | PM1_SLP_TYP(type) | PM1_SLP_EN, port);
}

/* ACPI 7.4.2: SLP_TYP and SLP_EN of both PM1 control registers, once firmware has handed them to us (4.8.2.2). */
static void acpi_power_off(void)
{
	u16 port = acpi_power.pm1a_control_port;

	if (!acpi_power.s5_valid || !port)
		return;
	if (!(inw(port) & PM1_SCI_EN) && acpi_power.smi_command_port) {
		outb(acpi_power.acpi_enable, acpi_power.smi_command_port);
		for (int i = 0; i < 3000 && !(inw(port) & PM1_SCI_EN); i++)
			wait_io(1000);
	}
	pm1_write(port, acpi_power.s5_type_a);
	pm1_write(acpi_power.pm1b_control_port, acpi_power.s5_type_b);
	wait_io(100000);
}

void machine_power_off(void)
{
	local_irq_disable();
	debug_exit(DEBUG_EXIT_POWEROFF);
	acpi_power_off();
	pr_emerg("The machine cannot switch itself off; you may do so now.\n");
	machine_halt();
}

static void acpi_reset(void)
{
	const struct acpi_generic_address *reg = &acpi_power.reset_reg;

	if (acpi_power.reset_valid && reg->space_id == ACPI_ADR_SPACE_SYSTEM_IO &&
	    reg->address <= 0xffff) {
		outb(acpi_power.reset_value, (u16)reg->address);
		wait_io(10000);
	}
}

static void kbc_reset(void)
{
	for (int i = 0; i < 10000 && (inb(KBC_STATUS) & KBC_INPUT_FULL); i++)
		io_delay();
	outb(KBC_PULSE_RESET, KBC_COMMAND);
	wait_io(10000);
}

void machine_restart(char *cmd)
{
	const struct desc_ptr empty_idt = { 0, 0 };

	local_irq_disable();
	acpi_reset();
	kbc_reset();
	outb(0x02, RESET_CONTROL);
	outb(0x06, RESET_CONTROL);
	wait_io(10000);

	/* No IDT: the breakpoint becomes a double fault, and that a triple fault, which resets the CPU. */
	__asm__ __volatile__("lidt %0; int3" : : "m"(empty_idt));
	machine_halt();
}
