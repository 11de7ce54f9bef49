/* SPDX-License-Identifier: MIT */
/*
 * Between the 8042 controller (i8042.c), which moves bytes, and the keyboard (keyboard.c), which
 * knows what they mean.
 */
#ifndef DRIVERS_INPUT_H
#define DRIVERS_INPUT_H

#include <linux/types.h>

#define LED_SCROLL	0x01
#define LED_NUM		0x02
#define LED_CAPS	0x04

/* keyboard_scancode - one byte of scan code set 1. Context: hardirq, one CPU at a time. */
void keyboard_scancode(u8 code);

/* i8042_set_leds - light exactly these LED_*; takes effect later. A keyboard that has not
 * answered for 100 ms is sent the next byte all the same. Context: the keyboard's hardirq. */
void i8042_set_leds(u8 leds);

/* i8042_lit_leds - Return: the LED_* that the keyboard has acknowledged; -EBUSY: not yet. Context: any. */
int i8042_lit_leds(void);

#endif
