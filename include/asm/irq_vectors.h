/* SPDX-License-Identifier: MIT */
/*
 * How the 256 interrupt vectors are used. The high half of a vector is its priority class at the local APIC (SDM
 * volume 3, section 10.8.3), so that the interrupts between CPUs come before devices.
 *
 *	0x00-0x1f	exceptions (SDM volume 3, table 6-1)
 *	0x20-0x2f	where the 8259s, which are masked, would deliver a spurious interrupt
 *	0x30-0xaf	devices: IRQ n has vector 0x30 + n
 *	0xec-0xff	the local APIC and other CPUs
 */
#ifndef _ASM_IRQ_VECTORS_H
#define _ASM_IRQ_VECTORS_H

#define NR_VECTORS    256
#define NR_EXCEPTIONS 32

#define I8259_VECTOR        0x20
#define FIRST_DEVICE_VECTOR 0x30
#define NR_IRQS             128
#define NR_IRQS_LEGACY      16 /* IRQ 0-15 are the ISA lines, wherever the I/O APIC has them */

#define LOCAL_TIMER_VECTOR   0xec
#define CALL_FUNCTION_VECTOR 0xfb
#define RESCHEDULE_VECTOR    0xfd
#define ERROR_APIC_VECTOR    0xfe
#define SPURIOUS_APIC_VECTOR 0xff

#endif
