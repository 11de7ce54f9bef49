// SPDX-License-Identifier: MIT
/*
 * The 8042 keyboard controller (IBM PS/2 Hardware Interface, "Keyboard and Auxiliary Device
 * Controller"). Initialised by polling, with a time limit on every step: a controller that is not
 * there or does not answer costs milliseconds and a message. The keyboard sends scan code set 2,
 * the controller translates it to set 1.
 *
 * After that the interrupt handler owns both ports. LEDs take two bytes, each acknowledged by an
 * interrupt; `leds` walks through that without anybody waiting.
 */
#include <linux/delay.h>
#include <linux/errno.h>
#include <linux/interrupt.h>
#include <linux/io.h>
#include <linux/jiffies.h>
#include <linux/printk.h>
#include <linux/tty.h>
#include "input.h"

#define I8042_IRQ     1
#define I8042_DATA    0x60
#define I8042_STATUS  0x64 /* read */
#define I8042_COMMAND 0x64 /* write */

#define STATUS_OUTPUT_FULL 0x01 /* a byte for us */
#define STATUS_INPUT_FULL  0x02 /* the controller has not taken our last byte yet */
#define STATUS_AUX         0x20 /* the byte for us is the mouse's */

#define CMD_READ_CONFIG      0x20
#define CMD_WRITE_CONFIG     0x60
#define CMD_DISABLE_AUX      0xa7
#define CMD_SELF_TEST        0xaa
#define CMD_TEST_KEYBOARD    0xab
#define CMD_DISABLE_KEYBOARD 0xad
#define CMD_ENABLE_KEYBOARD  0xae
#define SELF_TEST_PASSED     0x55
#define KEYBOARD_TEST_PASSED 0x00

#define CONFIG_KEYBOARD_IRQ 0x01
#define CONFIG_AUX_IRQ      0x02
#define CONFIG_KEYBOARD_OFF 0x10
#define CONFIG_AUX_OFF      0x20
#define CONFIG_TRANSLATE    0x40 /* set 2 to set 1 */

#define KBD_SET_LEDS      0xed
#define KBD_SCAN_CODE_SET 0xf0
#define KBD_ENABLE        0xf4
#define KBD_RESET         0xff
#define KBD_ACK           0xfa
#define KBD_RESEND        0xfe
#define KBD_RESET_PASSED  0xaa

#define POLL_US                10
#define CONTROLLER_PATIENCE_MS 50
#define RESET_PATIENCE_MS      1000 /* a keyboard tests itself for up to 750 ms */
#define FLUSH_MAX              64
#define MAX_RESENDS            3
#define ACK_PATIENCE           (HZ / 10)

/* The interrupt handler's. */
static struct {
	enum { LEDS_SET, LEDS_COMMAND_SENT, LEDS_VALUE_SENT } step;
	u8 wanted, sent;
	int resends;
	unsigned long since; /* jiffies of the last byte sent */
} leds;

static bool __init wait_status(u8 mask, u8 value, int ms)
{
	int polls = ms * 1000 / POLL_US;

	while ((inb(I8042_STATUS) & mask) != value) {
		if (!polls--)
			return false;
		udelay(POLL_US);
	}
	return true;
}

static int __init send_byte(u16 port, u8 byte)
{
	if (!wait_status(STATUS_INPUT_FULL, 0, CONTROLLER_PATIENCE_MS))
		return -ETIMEDOUT;
	outb(byte, port);
	return 0;
}

static int __init receive_byte(int ms)
{
	if (!wait_status(STATUS_OUTPUT_FULL, STATUS_OUTPUT_FULL, ms))
		return -ETIMEDOUT;
	return inb(I8042_DATA);
}

/* Sends a command to the controller; returns its answer or a negative errno. */
static int __init controller_ask(u8 command)
{
	int err = send_byte(I8042_COMMAND, command);

	return err ? err : receive_byte(CONTROLLER_PATIENCE_MS);
}

static int __init write_config(u8 config)
{
	int err = send_byte(I8042_COMMAND, CMD_WRITE_CONFIG);

	return err ? err : send_byte(I8042_DATA, config);
}

/* Sends a byte to the keyboard until it acknowledges it. */
static int __init keyboard_send(u8 byte)
{
	int tries = MAX_RESENDS;

	while (tries--) {
		int answer = send_byte(I8042_DATA, byte);

		if (!answer)
			answer = receive_byte(CONTROLLER_PATIENCE_MS);
		if (answer == KBD_ACK)
			return 0;
		if (answer < 0)
			return answer;
	}
	return -EIO;
}

/* What was typed before we came, and what the firmware left. */
static int __init flush_output(void)
{
	int bytes = FLUSH_MAX;

	while (inb(I8042_STATUS) & STATUS_OUTPUT_FULL) {
		if (!bytes--)
			return -ENODEV; /* a bus without a controller reads 0xff for ever */
		inb(I8042_DATA);
		udelay(POLL_US);
	}
	return 0;
}

static int __init controller_init(void)
{
	int config, answer;

	if (inb(I8042_STATUS) == 0xff)
		return -ENODEV;
	if (send_byte(I8042_COMMAND, CMD_DISABLE_KEYBOARD) ||
	    send_byte(I8042_COMMAND, CMD_DISABLE_AUX))
		return -ENODEV;
	if (flush_output())
		return -ENODEV;
	answer = controller_ask(CMD_SELF_TEST);
	if (answer != SELF_TEST_PASSED) {
		pr_warn("i8042: self test failed (%d)\n", answer);
		return -EIO;
	}
	config = controller_ask(CMD_READ_CONFIG);
	if (config < 0)
		return config;
	config &= ~(CONFIG_KEYBOARD_IRQ | CONFIG_AUX_IRQ);
	config |= CONFIG_TRANSLATE | CONFIG_KEYBOARD_OFF | CONFIG_AUX_OFF;
	if (write_config(config)) /* again after the self test, which may reset it */
		return -EIO;
	answer = controller_ask(CMD_TEST_KEYBOARD);
	if (answer != KEYBOARD_TEST_PASSED) {
		pr_warn("i8042: keyboard port failed its test (%d)\n", answer);
		return -EIO;
	}
	return send_byte(I8042_COMMAND, CMD_ENABLE_KEYBOARD);
}

static int __init keyboard_init(void)
{
	int err = keyboard_send(KBD_RESET);

	if (err)
		return err;
	if (receive_byte(RESET_PATIENCE_MS) != KBD_RESET_PASSED)
		return -EIO;
	err = keyboard_send(KBD_SCAN_CODE_SET);
	if (!err)
		err = keyboard_send(2);
	if (!err)
		err = keyboard_send(KBD_ENABLE);
	return err;
}

/* From the interrupt handler only: nobody else writes to the controller, so the wait is short. */
static void leds_send(u8 byte)
{
	int polls = CONTROLLER_PATIENCE_MS;

	while (inb(I8042_STATUS) & STATUS_INPUT_FULL) {
		if (!polls--) {
			leds.step = LEDS_SET; /* gives up; the next change tries again */
			return;
		}
		udelay(1);
	}
	outb(byte, I8042_DATA);
	leds.since = jiffies;
}

static void leds_start(void)
{
	leds.step = LEDS_COMMAND_SENT;
	leds.resends = 0;
	leds_send(KBD_SET_LEDS);
}

static void leds_acknowledged(void)
{
	if (leds.step == LEDS_COMMAND_SENT) {
		leds.step = LEDS_VALUE_SENT;
		leds.sent = leds.wanted;
		leds_send(leds.sent);
	} else if (leds.step == LEDS_VALUE_SENT) {
		leds.step = LEDS_SET;
		if (leds.sent != leds.wanted)
			leds_start();
	}
}

void i8042_set_leds(u8 wanted)
{
	leds.wanted = wanted;
	if (leds.step == LEDS_SET)
		leds_start();
	else if (time_after(jiffies, leds.since + ACK_PATIENCE))
		leds_acknowledged(); /* it got lost: go on as if it had come */
}

int i8042_lit_leds(void)
{
	return READ_ONCE(leds.step) == LEDS_SET ? READ_ONCE(leds.sent) : -EBUSY;
}

static void leds_resend(void)
{
	if (leds.step == LEDS_SET)
		return;
	if (leds.resends++ == MAX_RESENDS)
		leds.step = LEDS_SET;
	else
		leds_send(leds.step == LEDS_COMMAND_SENT ? KBD_SET_LEDS : leds.sent);
}

static irqreturn_t i8042_interrupt(int irq, void *dev_id)
{
	u8 status = inb(I8042_STATUS);
	u8 byte;

	(void)irq;
	(void)dev_id;
	if (!(status & STATUS_OUTPUT_FULL))
		return IRQ_NONE;
	byte = inb(I8042_DATA);
	if (status & STATUS_AUX)
		return IRQ_HANDLED;
	if (byte == KBD_ACK)
		leds_acknowledged();
	else if (byte == KBD_RESEND)
		leds_resend();
	else
		keyboard_scancode(byte);
	return IRQ_HANDLED;
}

static int __init i8042_start(void)
{
	int config, err;

	/* The scan codes of a key pressed meanwhile would wait without an edge to announce them. */
	err = flush_output();
	if (err)
		return err;
	config = controller_ask(CMD_READ_CONFIG);
	if (config < 0)
		return config;
	config &= ~CONFIG_KEYBOARD_OFF;
	err = request_irq(I8042_IRQ, i8042_interrupt, 0, "i8042", NULL);
	if (err)
		return err;
	err = write_config(config | CONFIG_KEYBOARD_IRQ | CONFIG_TRANSLATE);
	if (err)
		free_irq(I8042_IRQ, NULL);
	return err;
}

void __init i8042_init(void)
{
	int err = controller_init();

	if (err == -ENODEV) {
		pr_info("i8042: no keyboard controller\n");
		return;
	}
	if (!err)
		err = keyboard_init();
	if (!err)
		err = i8042_start();
	if (err)
		pr_warn("i8042: no keyboard (error %d)\n", err);
	else
		pr_info("i8042: keyboard ready\n");
}
