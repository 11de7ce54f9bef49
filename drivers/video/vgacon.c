// SPDX-License-Identifier: MIT
/*
 * The VGA text screen: 80 by 25 cells at physical 0xb8000, a cell being a character and its
 * colours. Everything happens in a copy in RAM (`cells`), scrolling included; at the end of a write
 * what differs from the screen is stored there, four cells at a time, because each access to video
 * memory is slow. The state belongs to the console owner and needs no lock of its own.
 *
 * Escape sequences understood (ECMA-48 names): ESC [ n A B C D, G, H f, J, K, m, s, u and ?25h ?25l;
 * enough for line editing, `top` and colours. Others are swallowed.
 */
#include <linux/console.h>
#include <linux/io.h>
#include <linux/kernel.h>
#include <linux/printk.h>
#include <linux/string.h>
#include <linux/tty.h>
#include <linux/vmalloc.h>

#define VGA_BASE      0xb8000
#define COLUMNS       80
#define ROWS          25
#define CELLS         (COLUMNS * ROWS)
#define CELLS_A_STORE (sizeof(u64) / sizeof(u16))

#define CRTC_INDEX        0x3d4
#define CRTC_DATA         0x3d5
#define CRTC_CURSOR_START 0x0a /* bit 5: cursor off */
#define CRTC_CURSOR_HIGH  0x0e
#define CRTC_CURSOR_LOW   0x0f

#define ATTR_NORMAL 0x07 /* light grey on black */
#define ATTR_BRIGHT 0x08
#define MAX_PARAMS  4
#define TAB_WIDTH   8

static union {
	u16 cell[CELLS];
	u64 store[CELLS / CELLS_A_STORE];
} cells, shown; /* as it should be; as video memory is */

static u64 __iomem *video;
static unsigned int row, column; /* column == COLUMNS: the next character wraps first */
static unsigned int saved_row, saved_column;
static unsigned int cursor_shown;
static u8 attr = ATTR_NORMAL;
static bool reversed;

/* The escape sequence being received. */
static enum { TEXT, ESCAPE, CSI } state;
static bool private_sequence; /* ESC [ ? */
static unsigned int params[MAX_PARAMS];
static unsigned int param_count; /* index of the parameter being received */

static u16 blank(void)
{
	return attr << 8 | ' ';
}

static void clear_cells(unsigned int from, unsigned int to)
{
	while (from < to)
		cells.cell[from++] = blank();
}

static void scroll_up(void)
{
	memmove(cells.cell, cells.cell + COLUMNS, sizeof(u16) * (CELLS - COLUMNS));
	clear_cells(CELLS - COLUMNS, CELLS);
}

static void new_line(void)
{
	column = 0;
	if (row == ROWS - 1)
		scroll_up();
	else
		row++;
}

static void put_character(char c)
{
	u8 colours = reversed ? (u8)(attr << 4 | attr >> 4) & 0x7f : attr;

	if (column == COLUMNS)
		new_line();
	cells.cell[row * COLUMNS + column++] = colours << 8 | (u8)c;
}

static void crtc_write(u8 index, u8 value)
{
	outb(index, CRTC_INDEX);
	outb(value, CRTC_DATA);
}

static void show_cursor(bool on)
{
	crtc_write(CRTC_CURSOR_START, on ? 0x0d : 0x20); /* scan lines 13 to 15: an underline */
}

static void update_cursor(void)
{
	unsigned int position = row * COLUMNS + min_t(unsigned int, column, COLUMNS - 1);

	if (position == cursor_shown)
		return;
	cursor_shown = position;
	crtc_write(CRTC_CURSOR_HIGH, position >> 8);
	crtc_write(CRTC_CURSOR_LOW, position & 0xff);
}

static void update_screen(void)
{
	unsigned int i;

	for (i = 0; i < CELLS / CELLS_A_STORE; i++) {
		if (shown.store[i] == cells.store[i])
			continue;
		shown.store[i] = cells.store[i];
		writeq(cells.store[i], &video[i]);
	}
	update_cursor();
}

/* SGR: colours come in ANSI order (red is 1) and go to the VGA's (red is 4). */
static void set_attribute(unsigned int code)
{
	static const u8 vga_colour[8] = { 0, 4, 2, 6, 1, 5, 3, 7 };

	if (code == 0) {
		attr = ATTR_NORMAL;
		reversed = false;
	} else if (code == 1) {
		attr |= ATTR_BRIGHT;
	} else if (code == 7 || code == 27) {
		reversed = code == 7;
	} else if (code == 22) {
		attr &= ~ATTR_BRIGHT;
	} else if (code >= 30 && code <= 37) {
		attr = (attr & 0xf8) | vga_colour[code - 30];
	} else if (code == 39) {
		attr = (attr & 0xf0) | ATTR_NORMAL;
	} else if (code >= 40 && code <= 47) {
		attr = (attr & 0x0f) | vga_colour[code - 40] << 4;
	} else if (code == 49) {
		attr &= 0x0f;
	} else if (code >= 90 && code <= 97) {
		attr = (attr & 0xf0) | ATTR_BRIGHT | vga_colour[code - 90];
	}
}

static void erase_display(unsigned int what)
{
	unsigned int here = row * COLUMNS + column;

	clear_cells(what == 0 ? here : 0, what == 1 ? here + 1 : CELLS);
}

static void erase_line(unsigned int what)
{
	unsigned int start = row * COLUMNS;
	unsigned int here = start + column;

	clear_cells(what == 0 ? here : start, what == 1 ? here + 1 : start + COLUMNS);
}

/* Coordinates count from 1 in escape sequences; 0 and a missing number mean 1. */
static void move_to(unsigned int to_row, unsigned int to_column)
{
	row = clamp_t(unsigned int, to_row, 1, ROWS) - 1;
	column = clamp_t(unsigned int, to_column, 1, COLUMNS) - 1;
}

static void end_of_sequence(char final)
{
	unsigned int n = min_t(unsigned int, max(params[0], 1u), CELLS);
	unsigned int i;

	column = min_t(unsigned int, column, COLUMNS - 1);
	switch (final) {
	case 'A':
		row -= min(row, n);
		break;
	case 'B':
		row = min_t(unsigned int, row + n, ROWS - 1);
		break;
	case 'C':
		column = min_t(unsigned int, column + n, COLUMNS - 1);
		break;
	case 'D':
		column -= min(column, n);
		break;
	case 'G':
		move_to(row + 1, n);
		break;
	case 'H':
	case 'f':
		move_to(params[0], params[1]);
		break;
	case 'J':
		erase_display(params[0]);
		break;
	case 'K':
		erase_line(params[0]);
		break;
	case 'm':
		for (i = 0; i <= param_count; i++)
			set_attribute(params[i]);
		break;
	case 's':
		saved_row = row;
		saved_column = column;
		break;
	case 'u':
		move_to(saved_row + 1, saved_column + 1);
		break;
	case 'h':
	case 'l':
		if (private_sequence && params[0] == 25)
			show_cursor(final == 'h');
		break;
	}
}

static void sequence_character(char c)
{
	if (c >= '0' && c <= '9') {
		params[param_count] = min(params[param_count] * 10 + (c - '0'), 9999u);
	} else if (c == ';') {
		param_count = min_t(unsigned int, param_count + 1, MAX_PARAMS - 1);
		params[param_count] = 0;
	} else if (c == '?') {
		private_sequence = true;
	} else if (c >= '@' && c <= '~') {
		state = TEXT;
		end_of_sequence(c);
	}
}

static void control_character(char c)
{
	switch (c) {
	case '\n':
		new_line();
		break;
	case '\r':
		column = 0;
		break;
	case '\b':
		column = min_t(unsigned int, column, COLUMNS - 1);
		column -= column ? 1 : 0;
		break;
	case '\t':
		column = min_t(unsigned int, (column / TAB_WIDTH + 1) * TAB_WIDTH, COLUMNS - 1);
		break;
	case '\033':
		state = ESCAPE;
		break;
	}
}

static void vga_character(char c)
{
	if (state == ESCAPE) {
		state = c == '[' ? CSI : TEXT;
		private_sequence = false;
		memset(params, 0, sizeof(params));
		param_count = 0;
	} else if (state == CSI) {
		sequence_character(c);
	} else if ((u8)c < ' ') {
		control_character(c);
	} else {
		put_character(c);
	}
}

static void vga_write(struct console *con, const char *s, unsigned int n)
{
	(void)con;
	while (n--)
		vga_character(*s++);
	update_screen();
}

static struct console vga_console = {
	.name = "tty0",
	.write = vga_write,
};

/* Text memory keeps what is written to it; without a VGA the bus reads all ones. */
static bool __init vga_present(void)
{
	u16 before = readw(video);
	bool kept;

	writew(0x55aa, video);
	kept = readw(video) == 0x55aa;
	writew(before, video);
	return kept;
}

void __init vgacon_init(void)
{
	video = ioremap(VGA_BASE, sizeof(cells));
	if (!video || !vga_present()) {
		pr_info("tty0: no VGA text screen\n");
		return;
	}
	clear_cells(0, CELLS);
	memset(&shown, 0xff, sizeof(shown)); /* differs from the cells everywhere */
	show_cursor(true);
	register_console(&vga_console);
}
