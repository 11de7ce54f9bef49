/* SPDX-License-Identifier: MIT */
/*
 * An interrupt line that no device has: its chip is made here, and an interrupt between CPUs with the
 * line's vector stands for the device.
 */
#ifndef TESTS_KERNEL_FAKE_LINE_H
#define TESTS_KERNEL_FAKE_LINE_H

#include <kunit/test.h>
#include <linux/irqdesc.h>

#define TEST_IRQ (NR_IRQS - 1)

/* How often the chip was called since the line was made. */
extern struct fake_chip_calls {
	int masks, unmasks, retriggers;
	unsigned int type;
} chip_calls; /* under the line's lock */

/* Make the line, edge triggered, and take it away: for kunit_suite's init and exit. */
int fake_line_init(struct kunit *test);
void fake_line_exit(struct kunit *test);

/* Interrupt @cpu; and wait until that is over: counted, and then interrupted by something else. */
void raise_on(int cpu);
void interrupt_and_wait(struct kunit *test, int cpu);

#endif
