// SPDX-License-Identifier: MIT
/*
 * The keyboard: scan codes in, characters out. They are handed over in hardirq context on the CPU
 * that gets the keyboard's interrupts, so they come one at a time with those of real keys.
 */
#include <kunit/test.h>
#include <linux/delay.h>
#include <linux/errno.h>
#include <linux/io.h>
#include <linux/irqdesc.h>
#include <linux/kernel.h>
#include <linux/prandom.h>
#include <linux/smp.h>
#include <linux/string.h>
#include <linux/tty.h>
#include "../../drivers/input/input.h"
#include "helpers.h"

#define KEYBOARD_IRQ      1
#define I8042_DATA        0x60
#define I8042_STATUS      0x64
#define I8042_OUTPUT_FULL 0x01
#define KBD_ACK           0xfa

#define UP           0x80 /* in a break code */
#define ESC          0x01
#define KEY_1        0x02
#define KEY_2        0x03
#define KEY_MINUS    0x0c
#define BACKSPACE    0x0e
#define TAB          0x0f
#define ENTER        0x1c
#define CTRL_KEY     0x1d
#define KEY_A        0x1e
#define KEY_H        0x23
#define SHIFT        0x2a
#define KEY_C        0x2e
#define KEY_B        0x30
#define SLASH        0x35
#define RIGHT_SHIFT  0x36
#define KP_STAR      0x37
#define ALT          0x38
#define SPACE        0x39
#define CAPS         0x3a
#define NUM          0x45
#define SCROLL       0x46
#define HOME         0x47
#define ARROW_UP     0x48
#define KP_MINUS     0x4a
#define KP_5         0x4c
#define KP_PLUS      0x4e
#define DELETE       0x53
#define SYSRQ        0x54
#define E0           0xe0
#define E1           0xe1
#define TAP(key)     (key), (key) | UP
#define SHIFTED(key) SHIFT, TAP(key), SHIFT | UP

struct codes {
	const u8 *code;
	size_t count;
};

static void press_in_interrupt(void *data)
{
	const struct codes *codes = data;

	for (size_t i = 0; i < codes->count; i++)
		keyboard_scancode(codes->code[i]);
}

static const char *press(const u8 *code, size_t count)
{
	struct irq_desc *desc = irq_to_desc(KEYBOARD_IRQ);
	struct codes codes = { code, count };

	smp_call_function_single(desc ? desc->irq_data.cpu : 0, press_in_interrupt, &codes, 1);
	return take_typed();
}

#define PRESS(...)                                                                                 \
	({                                                                                         \
		const u8 __codes[] = { __VA_ARGS__ };                                              \
		press(__codes, sizeof(__codes));                                                   \
	})

static void keys_type_when_pressed_and_not_when_released(struct kunit *test)
{
	KUNIT_EXPECT_STREQ(test, PRESS(TAP(KEY_A), TAP(KEY_B)), "ab");
	KUNIT_EXPECT_STREQ(test, PRESS(KEY_A, KEY_B, KEY_A | UP, KEY_B | UP), "ab");
	KUNIT_EXPECT_STREQ(test, PRESS(KEY_A | UP, ENTER | UP), "");
	KUNIT_EXPECT_STREQ(test, PRESS(TAP(ENTER), TAP(TAB), TAP(SPACE), TAP(BACKSPACE), TAP(ESC)),
			   "\r\t \177\033");
}

static void a_held_key_repeats(struct kunit *test)
{
	KUNIT_EXPECT_STREQ(test, PRESS(KEY_A, KEY_A, KEY_A, KEY_A | UP), "aaa");
}

static void shift_gives_the_upper_characters(struct kunit *test)
{
	KUNIT_EXPECT_STREQ(test, PRESS(SHIFTED(KEY_A), TAP(KEY_A), SHIFTED(KEY_1)), "Aa!");
	KUNIT_EXPECT_STREQ(test, PRESS(RIGHT_SHIFT, TAP(SLASH), RIGHT_SHIFT | UP, TAP(SLASH)),
			   "?/");
}

static void two_shift_keys_do_not_cancel_each_other(struct kunit *test)
{
	KUNIT_EXPECT_STREQ(test,
			   PRESS(SHIFT, RIGHT_SHIFT, SHIFT | UP, TAP(KEY_A), RIGHT_SHIFT | UP,
				 TAP(KEY_A)),
			   "Aa");
}

static void ctrl_gives_control_characters(struct kunit *test)
{
	KUNIT_EXPECT_STREQ(test, PRESS(CTRL_KEY, TAP(KEY_A), TAP(KEY_C), CTRL_KEY | UP, TAP(KEY_A)),
			   "\001\003a");
	KUNIT_EXPECT_STREQ(test, PRESS(E0, CTRL_KEY, TAP(KEY_C), E0, CTRL_KEY | UP, TAP(KEY_C)),
			   "\003c");
	KUNIT_EXPECT_STREQ(test, PRESS(CTRL_KEY, TAP(KEY_MINUS), TAP(KEY_1), CTRL_KEY | UP),
			   "\0371");
	KUNIT_EXPECT_STREQ(
		test, PRESS(CTRL_KEY, E0, CTRL_KEY, CTRL_KEY | UP, TAP(KEY_C), E0, CTRL_KEY | UP),
		"\003");
}

static void alt_sends_an_escape_first(struct kunit *test)
{
	KUNIT_EXPECT_STREQ(test, PRESS(ALT, TAP(KEY_A), ALT | UP, TAP(KEY_A)), "\033aa");
	KUNIT_EXPECT_STREQ(test, PRESS(E0, ALT, TAP(KEY_B), E0, ALT | UP, TAP(KEY_B)), "\033bb");
}

static void caps_lock_is_for_letters_only_and_shift_undoes_it(struct kunit *test)
{
	KUNIT_EXPECT_STREQ(test, PRESS(TAP(CAPS), TAP(KEY_A), TAP(KEY_1), SHIFTED(KEY_A)), "A1a");
	KUNIT_EXPECT_STREQ(test, PRESS(TAP(CAPS), TAP(KEY_A), SHIFTED(KEY_A)), "aA");
}

static void a_held_lock_key_toggles_once(struct kunit *test)
{
	KUNIT_EXPECT_STREQ(test, PRESS(CAPS, CAPS, CAPS, CAPS, CAPS | UP, TAP(KEY_A)), "A");
	KUNIT_EXPECT_STREQ(test, PRESS(CAPS, CAPS, CAPS | UP, TAP(KEY_A)), "a");
}

/* 0xe0 makes another key of it: Ctrl-Break is that of Scroll Lock. */
static void extended_keys_are_no_lock_keys(struct kunit *test)
{
	if (!irq_to_desc(KEYBOARD_IRQ) || !irq_to_desc(KEYBOARD_IRQ)->action)
		kunit_skip(test, "no keyboard");
	KUNIT_EXPECT_TRUE(test, wait_until(i8042_lit_leds() == 0));
	KUNIT_EXPECT_STREQ(test,
			   PRESS(CTRL_KEY, E0, SCROLL, E0, SCROLL | UP, CTRL_KEY | UP, E0, CAPS, E0,
				 CAPS | UP, E0, NUM, E0, NUM | UP, TAP(KEY_A)),
			   "a");
	KUNIT_EXPECT_EQ(test, i8042_lit_leds(), 0);
}

static void num_lock_makes_the_keypad_digits(struct kunit *test)
{
	KUNIT_EXPECT_STREQ(test, PRESS(TAP(HOME), TAP(KP_5), TAP(KP_MINUS), TAP(KP_PLUS)),
			   "\033[1~-+");
	KUNIT_EXPECT_STREQ(test, PRESS(TAP(NUM), TAP(HOME), TAP(KP_5), TAP(DELETE)), "75.");
	KUNIT_EXPECT_STREQ(test, PRESS(SHIFTED(HOME), E0, HOME, E0, HOME | UP), "\033[1~\033[1~");
	KUNIT_EXPECT_STREQ(test, PRESS(TAP(NUM), TAP(DELETE), TAP(KP_STAR)), "\033[3~*");
}

static void extended_keys_send_escape_sequences(struct kunit *test)
{
	static const struct {
		u8 code;
		const char *text;
	} keys[] = {
		{ 0x48, "\033[A" },  { 0x50, "\033[B" },  { 0x4d, "\033[C" },  { 0x4b, "\033[D" },
		{ 0x47, "\033[1~" }, { 0x4f, "\033[4~" }, { 0x49, "\033[5~" }, { 0x51, "\033[6~" },
		{ 0x52, "\033[2~" }, { 0x53, "\033[3~" }, { ENTER, "\r" },     { SLASH, "/" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		KUNIT_EXPECT_STREQ(test, PRESS(E0, keys[i].code, E0, keys[i].code | UP),
				   keys[i].text);
}

static void shifts_that_the_keyboard_makes_up_are_ignored(struct kunit *test)
{
	KUNIT_EXPECT_STREQ(
		test, PRESS(E0, SHIFT, E0, ARROW_UP, TAP(KEY_A), E0, ARROW_UP | UP, E0, SHIFT | UP),
		"\033[Aa");
	KUNIT_EXPECT_STREQ(test,
			   PRESS(SHIFT, E0, SHIFT | UP, E0, ARROW_UP, E0, ARROW_UP | UP, E0, SHIFT,
				 TAP(KEY_A), SHIFT | UP),
			   "\033[AA");
}

static void pause_sends_nothing(struct kunit *test)
{
	KUNIT_EXPECT_STREQ(test, PRESS(E1, 0x1d, 0x45, E1, 0x9d, 0xc5, TAP(KEY_A)), "a");
}

static void malformed_sequences_do_not_reach_the_next_key(struct kunit *test)
{
	KUNIT_EXPECT_STREQ(test, PRESS(E0, E0, 0x7f, TAP(KEY_A)), "a");
	KUNIT_EXPECT_STREQ(test, PRESS(E0, KEY_A | UP, TAP(KEY_A)), "a");
	KUNIT_EXPECT_STREQ(test, PRESS(E0, KEY_B, TAP(KEY_A)), "a");
	KUNIT_EXPECT_STREQ(test, PRESS(E1, E1, E0, TAP(KEY_A)), "a");
	KUNIT_EXPECT_STREQ(test, PRESS(E0, E1, 0x1d, 0x45, TAP(ARROW_UP), TAP(KEY_A)), "\033[Aa");
}

static void unknown_codes_type_nothing(struct kunit *test)
{
	for (int code = 0x55; code < 0x80; code++) {
		const u8 codes[] = { code, code | UP, E0, code, E0, code | UP };

		if ((code | UP) != E0 && (code | UP) != E1)
			KUNIT_EXPECT_STREQ(test, press(codes, sizeof(codes)), "");
	}
	KUNIT_EXPECT_STREQ(test, PRESS(0x00, 0x80, 0x00, TAP(KEY_A)), "a");
}

/* All but Alt, which makes some keys end the machine, and the locks, which outlive this. */
static void random_codes_leave_no_trace(struct kunit *test)
{
	static const u8 release[] = {
		0, 0, 0, SHIFT | UP, RIGHT_SHIFT | UP, CTRL_KEY | UP, E0, CTRL_KEY | UP
	};
	struct rnd_state rnd;

	prandom_seed_state(&rnd, 1);
	for (int round = 0; round < 50; round++) {
		u8 codes[40];

		for (size_t i = 0; i < sizeof(codes); i++) {
			u8 code = prandom_u32_state(&rnd);
			u8 key = code & ~UP;

			codes[i] = key == ALT || key == CAPS || key == NUM || key == SCROLL ? 0
											    : code;
		}
		press(codes, sizeof(codes));
		press(release, sizeof(release));
		KUNIT_ASSERT_STREQ(test, PRESS(TAP(KEY_A), TAP(KEY_1)), "a1");
	}
}

static void alt_sysrq_acts_and_types_nothing(struct kunit *test)
{
	u64 mark = log_mark();

	KUNIT_EXPECT_STREQ(test, PRESS(ALT, SYSRQ, TAP(KEY_H), SYSRQ | UP, ALT | UP), "");
	KUNIT_EXPECT_TRUE(test, log_has(mark, "sysrq: help"));
	KUNIT_EXPECT_STREQ(test, PRESS(TAP(SYSRQ), TAP(KEY_H)), "h");
}

static void leds_show_the_locks(struct kunit *test)
{
	struct irq_desc *desc = irq_to_desc(KEYBOARD_IRQ);

	if (!desc || !desc->action)
		kunit_skip(test, "no keyboard");
	KUNIT_EXPECT_TRUE(test, wait_until(i8042_lit_leds() == 0));
	PRESS(TAP(CAPS));
	KUNIT_EXPECT_TRUE(test, wait_until(i8042_lit_leds() == LED_CAPS));
	/* Faster than the keyboard answers: the last state counts. */
	PRESS(TAP(NUM), TAP(SCROLL), TAP(CAPS));
	KUNIT_EXPECT_TRUE(test, wait_until(i8042_lit_leds() == (LED_NUM | LED_SCROLL)));
	PRESS(TAP(NUM), TAP(SCROLL));
	KUNIT_EXPECT_TRUE(test, wait_until(i8042_lit_leds() == 0));
}

/* Takes the keyboard's answer away before its interrupt is handled. */
static void press_caps_and_lose_the_answer(void *lost)
{
	keyboard_scancode(CAPS);
	keyboard_scancode(CAPS | UP);
	*(bool *)lost = wait_until(inb(I8042_STATUS) & I8042_OUTPUT_FULL) &&
			inb(I8042_DATA) == KBD_ACK;
}

static void leds_survive_a_lost_acknowledgement(struct kunit *test)
{
	struct irq_desc *desc = irq_to_desc(KEYBOARD_IRQ);
	bool lost;

	if (!desc || !desc->action)
		kunit_skip(test, "no keyboard");
	KUNIT_EXPECT_TRUE(test, wait_until(i8042_lit_leds() == 0));
	smp_call_function_single(desc->irq_data.cpu, press_caps_and_lose_the_answer, &lost, 1);
	KUNIT_ASSERT_TRUE(test, lost);
	KUNIT_EXPECT_EQ(test, i8042_lit_leds(), -EBUSY);
	msleep(150);
	PRESS(TAP(NUM));
	KUNIT_EXPECT_TRUE(test, wait_until(i8042_lit_leds() == (LED_CAPS | LED_NUM)));
	PRESS(TAP(NUM), TAP(CAPS));
	KUNIT_EXPECT_TRUE(test, wait_until(i8042_lit_leds() == 0));
}

static struct kunit_case keyboard_cases[] = {
	KUNIT_CASE(keys_type_when_pressed_and_not_when_released),
	KUNIT_CASE(a_held_key_repeats),
	KUNIT_CASE(shift_gives_the_upper_characters),
	KUNIT_CASE(two_shift_keys_do_not_cancel_each_other),
	KUNIT_CASE(ctrl_gives_control_characters),
	KUNIT_CASE(alt_sends_an_escape_first),
	KUNIT_CASE(caps_lock_is_for_letters_only_and_shift_undoes_it),
	KUNIT_CASE(a_held_lock_key_toggles_once),
	KUNIT_CASE(extended_keys_are_no_lock_keys),
	KUNIT_CASE(num_lock_makes_the_keypad_digits),
	KUNIT_CASE(extended_keys_send_escape_sequences),
	KUNIT_CASE(shifts_that_the_keyboard_makes_up_are_ignored),
	KUNIT_CASE(pause_sends_nothing),
	KUNIT_CASE(malformed_sequences_do_not_reach_the_next_key),
	KUNIT_CASE(unknown_codes_type_nothing),
	KUNIT_CASE(random_codes_leave_no_trace),
	KUNIT_CASE(alt_sysrq_acts_and_types_nothing),
	KUNIT_CASE(leds_show_the_locks),
	KUNIT_CASE(leds_survive_a_lost_acknowledgement),
	{}
};

static struct kunit_suite keyboard_suite = {
	.name = "keyboard",
	.init = terminal_take,
	.exit = terminal_give_back,
	.test_cases = keyboard_cases,
};

kunit_test_suite(keyboard_suite);
