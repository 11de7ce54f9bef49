// SPDX-License-Identifier: MIT
/*
 * The keyboard: scan codes of set 1 (make code below 0x80, break code with bit 7, 0xe0 in front of
 * the keys the 84-key keyboard lacked) to characters of the US layout and the escape sequences of
 * the Linux console. Everything runs in the keyboard's interrupt handler and ends in the terminal's
 * ring.
 */
#include <linux/kernel.h>
#include <linux/sysrq.h>
#include <linux/tty.h>
#include "input.h"

#define KEY_RELEASED 0x80
#define PREFIX_E0    0xe0
#define PREFIX_E1    0xe1 /* Pause only: two more bytes, twice */

/* Make codes of the keys that are not in the layout tables. */
enum {
	KEY_LEFTCTRL = 0x1d,
	KEY_LEFTSHIFT = 0x2a,
	KEY_RIGHTSHIFT = 0x36,
	KEY_KP_STAR = 0x37,
	KEY_LEFTALT = 0x38,
	KEY_CAPSLOCK = 0x3a,
	KEY_NUMLOCK = 0x45,
	KEY_SCROLLLOCK = 0x46,
	KEY_KP_FIRST = 0x47,
	KEY_KP_LAST = 0x53,
	KEY_SYSRQ = 0x54,
	KEY_E0_ENTER = 0x1c,
	KEY_E0_SLASH = 0x35,
	KEY_E0_PRINT = 0x37,
};

static const char plain_layout[] =
	"\0\0331234567890-=\177\tqwertyuiop[]\r\0asdfghjkl;'`\0\\zxcvbnm,./\0*\0 ";
static const char shift_layout[] =
	"\0\033!@#$%^&*()_+\177\tQWERTYUIOP{}\r\0ASDFGHJKL:\"~\0|ZXCVBNM<>?\0*\0 ";

/* The keypad, from KEY_KP_FIRST: with Num Lock, and without. */
static const char keypad_digits[] = "789-456+1230.";
static const char *const keypad_moves[] = {
	"\033[1~", "\033[A",  "\033[5~", "-",       "\033[D",  "",        "\033[C",
	"+",       "\033[4~", "\033[B",  "\033[6~", "\033[2~", "\033[3~",
};

/* Which keys are down: one bit for each of a pair, so that releasing one keeps the other. */
static u8 shift_keys, ctrl_keys, alt_keys;
static bool sysrq_down; /* Alt-SysRq was pressed and Alt is still down */
static u8 lock_keys;    /* LED_* */
static u8 locks_held;   /* lock keys that are down: they repeat, but toggle once */
static bool extended;   /* 0xe0 came before */
static int skip;        /* bytes of a Pause key to ignore */

static void emit(const char *s)
{
	while (*s)
		tty_insert_char(&console_tty, *s++);
}

static void set_key(u8 *keys, u8 bit, bool released)
{
	*keys = released ? *keys & ~bit : *keys | bit;
}

static void toggle_lock(u8 led, bool released)
{
	bool held = locks_held & led;

	if (extended) /* 0xe0 0x46 is Ctrl-Break */
		return;
	set_key(&locks_held, led, released);
	if (released || held)
		return;
	lock_keys ^= led;
	i8042_set_leds(lock_keys);
}

/* Keys that only change what others mean. Returns false for all the rest. */
static bool modifier(u8 key, bool released)
{
	switch (key) {
	case KEY_LEFTSHIFT:
	case KEY_RIGHTSHIFT:
		if (!extended) /* 0xe0 0x2a is a shift that the keyboard itself makes up */
			set_key(&shift_keys, key == KEY_LEFTSHIFT ? 1 : 2, released);
		return true;
	case KEY_LEFTCTRL:
		set_key(&ctrl_keys, extended ? 2 : 1, released);
		return true;
	case KEY_LEFTALT:
		set_key(&alt_keys, extended ? 2 : 1, released);
		sysrq_down = sysrq_down && alt_keys;
		return true;
	case KEY_CAPSLOCK:
		toggle_lock(LED_CAPS, released);
		return true;
	case KEY_NUMLOCK:
		toggle_lock(LED_NUM, released);
		return true;
	case KEY_SCROLLLOCK:
		toggle_lock(LED_SCROLL, released);
		return true;
	}
	return false;
}

static void keypad(u8 key)
{
	const char digit[2] = { keypad_digits[key - KEY_KP_FIRST] };
	bool numbers = !extended && (lock_keys & LED_NUM) && !shift_keys;

	emit(numbers ? digit : keypad_moves[key - KEY_KP_FIRST]);
}

static char layout_character(u8 key)
{
	char c = plain_layout[key];

	if (c >= 'a' && c <= 'z') {
		if (!shift_keys != !(lock_keys & LED_CAPS))
			c = shift_layout[key];
	} else if (shift_keys) {
		c = shift_layout[key];
	}
	return c;
}

static char control_character(char c)
{
	if (c == ' ' || c == '2')
		return 0;
	if (c == '/' || c == '-')
		return CTRL('_');
	return c >= '@' && c < 0x7f ? CTRL(c) : c;
}

static void character(u8 key)
{
	char c = layout_character(key);

	if (!c)
		return;
	if (ctrl_keys)
		c = control_character(c);
	if (alt_keys)
		tty_insert_char(&console_tty, '\033');
	tty_insert_char(&console_tty, c);
}

static void key_pressed(u8 key)
{
	if (extended) {
		if (key == KEY_E0_ENTER)
			emit("\r");
		else if (key == KEY_E0_SLASH)
			emit("/");
		else if (key >= KEY_KP_FIRST && key <= KEY_KP_LAST)
			keypad(key);
	} else if (key >= KEY_KP_FIRST && key <= KEY_KP_LAST) {
		keypad(key);
	} else if (key < sizeof(plain_layout)) {
		character(key);
	}
}

static void key_event(u8 key, bool released)
{
	bool is_sysrq = key == KEY_SYSRQ || (extended && key == KEY_E0_PRINT);

	if (modifier(key, released) || released)
		return;
	if (is_sysrq)
		sysrq_down = alt_keys;
	else if (sysrq_down)
		handle_sysrq(key < sizeof(plain_layout) ? plain_layout[key] : 0);
	else if (ctrl_keys && alt_keys && key == KEY_KP_LAST)
		handle_sysrq('b'); /* Ctrl-Alt-Del */
	else
		key_pressed(key);
}

void keyboard_scancode(u8 code)
{
	if (skip) {
		skip--;
	} else if (code == PREFIX_E1) {
		skip = 2;
	} else if (code == PREFIX_E0) {
		extended = true;
	} else {
		key_event(code & ~KEY_RELEASED, code & KEY_RELEASED);
		extended = false;
	}
}
