// SPDX-License-Identifier: MIT
/*
 * The two 8259A interrupt controllers of the PC, whose work the I/O APIC does. Firmware leaves them delivering on the
 * vectors of exceptions; even masked they may still raise a spurious IRQ 7 or 15, so they are moved out of the way first
 * (8259A data sheet, initialisation command words). No locks: used once.
 */
#include <linux/init.h>
#include <asm/apic.h>
#include <asm/io.h>

#define PIC1           0x20
#define PIC2           0xa0
#define PIC_DATA       1 /* offset of the second port */
#define ICW1_INIT_ICW4 0x11
#define ICW4_8086      0x01
#define SLAVE_LINE     2

static void __init pic_write(u16 port, u8 value)
{
	outb(value, port);
	io_delay();
}

void __init i8259_disable(void)
{
	pic_write(PIC1, ICW1_INIT_ICW4);
	pic_write(PIC2, ICW1_INIT_ICW4);
	pic_write(PIC1 + PIC_DATA, I8259_VECTOR); /* ICW2: base vector */
	pic_write(PIC2 + PIC_DATA, I8259_VECTOR + 8);
	pic_write(PIC1 + PIC_DATA,
		  1 << SLAVE_LINE); /* ICW3: where the slave hangs, and its number */
	pic_write(PIC2 + PIC_DATA, SLAVE_LINE);
	pic_write(PIC1 + PIC_DATA, ICW4_8086);
	pic_write(PIC2 + PIC_DATA, ICW4_8086);
	pic_write(PIC1 + PIC_DATA, 0xff); /* OCW1: mask all */
	pic_write(PIC2 + PIC_DATA, 0xff);
}
