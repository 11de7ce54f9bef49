// SPDX-License-Identifier: MIT
/*
 * The line editor. It takes bytes from the terminal one at a time, asleep in between, and does all
 * echoing itself. A line longer than the screen is shown through a window of one row, so nothing
 * depends on how a terminal wraps. A character typed at the end of the line costs one byte of output.
 */
#include <linux/console.h>
#include <linux/ctype.h>
#include <linux/errno.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/tty.h>
#include "shell.h"

#define PROMPT         "# "
#define WINDOW         76 /* characters of the line on screen: 80 less prompt and cursor */
#define HISTORY_MAX    32
#define ESCAPE_JIFFIES (HZ / 20 + 1) /* the bytes of one key come faster than this */

/* Keys that send more than one byte. */
enum {
	KEY_JOBS = 0x100,
	KEY_UP,
	KEY_DOWN,
	KEY_LEFT,
	KEY_RIGHT,
	KEY_HOME,
	KEY_END,
	KEY_DELETE,
	KEY_OTHER
};

struct editor {
	char *line;
	size_t len, cursor;
	size_t window;              /* first character shown */
	bool too_long;              /* characters had to be refused */
	unsigned int back;          /* lines back in the history; 0: the line being typed */
	char typed[SHELL_LINE_MAX]; /* that line, while another is shown */
};

static struct editor editor; /* too large for a stack; the shell's task only */

static char *history[HISTORY_MAX]; /* a ring; the newest is at (history_count - 1) */
static unsigned int history_count;

void history_add(const char *line)
{
	char **slot = &history[history_count % HISTORY_MAX];
	char *copy;

	if (!*line)
		return;
	if (history_count && !strcmp(history[(history_count - 1) % HISTORY_MAX], line))
		return;
	copy = kstrdup(line, GFP_KERNEL);
	if (!copy)
		return;
	kfree(*slot);
	*slot = copy;
	history_count++;
}

/* ---- the screen ---- */

static void redraw(struct editor *ed)
{
	size_t shown, behind;

	if (ed->cursor < ed->window)
		ed->window = ed->cursor;
	if (ed->cursor > ed->window + WINDOW)
		ed->window = ed->cursor - WINDOW;
	shown = min_t(size_t, ed->len - ed->window, WINDOW);
	behind = ed->window + shown - ed->cursor;
	tty_printf("\r" PROMPT "%.*s\033[K", (int)shown, ed->line + ed->window);
	if (behind)
		tty_printf("\033[%zuD", behind);
}

static void beep(void)
{
	tty_write("\a", 1);
}

/* ---- editing ---- */

static void insert(struct editor *ed, const char *s, size_t n)
{
	if (ed->len + n >= SHELL_LINE_MAX) {
		ed->too_long = true;
		beep();
		return;
	}
	memmove(ed->line + ed->cursor + n, ed->line + ed->cursor, ed->len - ed->cursor);
	memcpy(ed->line + ed->cursor, s, n);
	ed->len += n;
	ed->cursor += n;
	if (ed->cursor == ed->len && ed->len - ed->window <= WINDOW)
		tty_write(s, n);
	else
		redraw(ed);
}

static void erase(struct editor *ed, size_t from, size_t to)
{
	memmove(ed->line + from, ed->line + to, ed->len - to);
	ed->len -= to - from;
	ed->cursor = from;
	ed->too_long = false;
	redraw(ed);
}

static void move_cursor(struct editor *ed, size_t to)
{
	ed->cursor = to;
	redraw(ed);
}

static void replace(struct editor *ed, const char *s)
{
	strscpy(ed->line, s, SHELL_LINE_MAX); /* a long run= line is cut */
	ed->len = strlen(ed->line);
	ed->cursor = ed->len;
	ed->window = 0;
	redraw(ed);
}

static size_t word_start(const struct editor *ed)
{
	size_t at = ed->cursor;

	while (at && isspace(ed->line[at - 1]))
		at--;
	while (at && !isspace(ed->line[at - 1]))
		at--;
	return at;
}

static void recall(struct editor *ed, unsigned int back)
{
	if (back > min_t(unsigned int, history_count, HISTORY_MAX)) {
		beep();
		return;
	}
	ed->line[ed->len] = '\0';
	if (!ed->back)
		strscpy(ed->typed, ed->line, sizeof(ed->typed));
	ed->back = back;
	replace(ed, back ? history[(history_count - back) % HISTORY_MAX] : ed->typed);
}

/* ---- completion of command names ---- */

/* Is the word that ends at the cursor a command's name? Then it begins at the return value. */
static ssize_t command_word(const struct editor *ed)
{
	size_t start = ed->cursor, before;

	while (start && !isspace(ed->line[start - 1]) && !strchr(";&", ed->line[start - 1]))
		start--;
	before = start;
	while (before && isspace(ed->line[before - 1]))
		before--;
	return !before || strchr(";&", ed->line[before - 1]) ? (ssize_t)start : -1;
}

static void list_matches(struct editor *ed, const char *prefix, size_t len)
{
	const struct shell_command *command = NULL;

	tty_write("\n", 1);
	while ((command = next_command(command, prefix, len)))
		tty_printf("%s ", command->name);
	tty_write("\n", 1);
	redraw(ed);
}

static void complete_command(struct editor *ed)
{
	const struct shell_command *first, *other;
	ssize_t start = command_word(ed);
	const char *prefix = ed->line + start;
	size_t len, common;

	if (start < 0)
		return;
	len = ed->cursor - start;
	first = next_command(NULL, prefix, len);
	if (!first) {
		beep();
		return;
	}
	common = strlen(first->name);
	for (other = first; (other = next_command(other, prefix, len));)
		while (strncmp(first->name, other->name, common))
			common--;
	if (!next_command(first, prefix, len)) {
		insert(ed, first->name + len, common - len);
		insert(ed, " ", 1);
	} else if (common > len) {
		insert(ed, first->name + len, common - len);
	} else {
		list_matches(ed, prefix, len);
	}
}

/* ---- keys ---- */

/* ESC [ 3 ~ and its like: the number says which key. */
static int numbered_key(int digit)
{
	int end = tty_getchar_timeout(&console_tty, ESCAPE_JIFFIES);

	while (isdigit(end) || end == ';') /* modifiers, which mean nothing here */
		end = tty_getchar_timeout(&console_tty, ESCAPE_JIFFIES);
	if (end != '~')
		return KEY_OTHER;
	switch (digit) {
	case '1':
	case '7':
		return KEY_HOME;
	case '3':
		return KEY_DELETE;
	case '4':
	case '8':
		return KEY_END;
	}
	return KEY_OTHER;
}

static int escape_key(void)
{
	int c = tty_getchar_timeout(&console_tty, ESCAPE_JIFFIES);

	if (c != '[' && c != 'O')
		return KEY_OTHER;
	c = tty_getchar_timeout(&console_tty, ESCAPE_JIFFIES);
	switch (c) {
	case 'A':
		return KEY_UP;
	case 'B':
		return KEY_DOWN;
	case 'C':
		return KEY_RIGHT;
	case 'D':
		return KEY_LEFT;
	case 'H':
		return KEY_HOME;
	case 'F':
		return KEY_END;
	}
	return isdigit(c) ? numbered_key(c) : KEY_OTHER;
}

/*
 * The shell's sleep: on the terminal's queue, until the keyboard's or the UART's interrupt handler
 * brings a byte, or a background job ends. Both wake the same queue after they have made their half
 * of the condition true.
 */
static int read_key(void)
{
	int c = wait_event_interruptible(console_tty.read_wait,
					 tty_has_input(&console_tty) || jobs_ended());

	if (c)
		return c;
	if (jobs_ended())
		return KEY_JOBS;
	c = tty_getchar_timeout(&console_tty, MAX_SCHEDULE_TIMEOUT);
	return c == '\033' ? escape_key() : c;
}

/* A case a key. */
static void edit_key(struct editor *ed, int key)
{
	char c = key;

	switch (key) {
	case CTRL('A'):
	case KEY_HOME:
		move_cursor(ed, 0);
		break;
	case CTRL('E'):
	case KEY_END:
		move_cursor(ed, ed->len);
		break;
	case CTRL('B'):
	case KEY_LEFT:
		move_cursor(ed, ed->cursor - (ed->cursor > 0));
		break;
	case CTRL('F'):
	case KEY_RIGHT:
		move_cursor(ed, ed->cursor + (ed->cursor < ed->len));
		break;
	case CTRL('P'):
	case KEY_UP:
		recall(ed, ed->back + 1);
		break;
	case CTRL('N'):
	case KEY_DOWN:
		if (ed->back)
			recall(ed, ed->back - 1);
		break;
	case '\b':
	case 0x7f:
		if (ed->cursor)
			erase(ed, ed->cursor - 1, ed->cursor);
		break;
	case CTRL('D'):
	case KEY_DELETE:
		if (ed->cursor < ed->len)
			erase(ed, ed->cursor, ed->cursor + 1);
		break;
	case CTRL('K'):
		ed->len = ed->cursor;
		ed->too_long = false;
		redraw(ed);
		break;
	case CTRL('U'):
		erase(ed, 0, ed->cursor);
		break;
	case CTRL('W'):
		erase(ed, word_start(ed), ed->cursor);
		break;
	case CTRL('L'):
		tty_printf("\033[H\033[2J");
		redraw(ed);
		break;
	case '\t':
		complete_command(ed);
		break;
	case KEY_JOBS:
		tty_printf("\r\033[K");
		report_jobs();
		redraw(ed);
		break;
	default:
		if (key >= ' ' && key < 0x100)
			insert(ed, &c, 1);
	}
}

static void finish_line(struct editor *ed)
{
	if (ed->cursor < ed->len)
		move_cursor(ed, ed->len);
	tty_write("\n", 1);
	ed->line[ed->len] = '\0';
}

int edit_line(char line[SHELL_LINE_MAX])
{
	struct editor *ed = &editor;
	int key;

	memset(ed, 0, sizeof(*ed));
	ed->line = line;
	console_line_broken();
	tty_printf(PROMPT);
	for (;;) {
		key = read_key();
		if (console_line_broken())
			redraw(ed); /* the prompt is somewhere above by now */
		if (key == CTRL('C') || key < 0) {
			tty_printf("^C\n");
			return -EINTR;
		}
		if (key == CTRL('D') && !ed->len) {
			finish_line(ed);
			return LINE_EOF;
		}
		if (key == '\r' || key == '\n')
			break;
		edit_key(ed, key);
	}
	finish_line(ed);
	return ed->too_long ? LINE_TOO_LONG : (int)ed->len;
}
