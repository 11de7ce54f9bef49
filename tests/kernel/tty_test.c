// SPDX-License-Identifier: MIT
/*
 * The terminal and its line discipline, on a terminal of the test's own: what a reader gets of what
 * is typed, and when. Bytes are typed in hardirq context, as by a keyboard.
 */
#include <kunit/test.h>
#include <linux/errno.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/string.h>
#include <linux/tty.h>
#include "helpers.h"

#define DEL    "\177"
#define CTRL_C "\003"
#define CTRL_D "\004"
#define CTRL_U "\025"

static int tty_test_init(struct kunit *test)
{
	struct tty_struct *tty = kunit_kzalloc(test, sizeof(*tty), GFP_KERNEL);

	if (!tty)
		return -ENOMEM;
	spin_lock_init(&tty->lock);
	init_waitqueue_head(&tty->read_wait);
	tty->lflag = ICANON;
	test->priv = tty;
	return 0;
}

static void type(struct tty_struct *tty, const char *text)
{
	unsigned long flags;

	local_irq_save(flags);
	while (*text)
		tty_insert_char(tty, *text++);
	local_irq_restore(flags);
}

/* Type, read one line, and compare. */
static void expect_line(struct kunit *test, const char *typed, const char *want)
{
	char buf[64];
	ssize_t len;

	type(test->priv, typed);
	len = n_tty_read(test->priv, buf, sizeof(buf) - 1);
	KUNIT_ASSERT_GE(test, len, (ssize_t)0);
	buf[len] = '\0';
	KUNIT_EXPECT_STREQ(test, buf, want);
}

static void a_read_returns_one_line(struct kunit *test)
{
	expect_line(test, "one\ntwo\r", "one\n");
	expect_line(test, "", "two\n");
	expect_line(test, "tab\there\n", "tab\there\n");
	expect_line(test, "\n", "\n");
	KUNIT_EXPECT_FALSE(test, tty_has_input(test->priv));
}

static void erase_and_kill_edit_the_line(struct kunit *test)
{
	expect_line(test, "abx" DEL "c\n", "abc\n");
	expect_line(test, "abx\bc\n", "abc\n");
	expect_line(test, "x" DEL DEL DEL DEL "y\n", "y\n");
	expect_line(test, "wrong" CTRL_U "right\n", "right\n");
	expect_line(test, CTRL_U DEL "\n", "\n");
	expect_line(test, "a\001\002\033b\n", "ab\n");
}

static void end_of_file_ends_the_read_at_once(struct kunit *test)
{
	expect_line(test, CTRL_D, "");
	expect_line(test, "no newline" CTRL_D "next\n", "no newline");
	expect_line(test, "", "next\n");
	expect_line(test, "gone" CTRL_U CTRL_D, "");
}

static void a_line_longer_than_the_buffer_comes_in_parts(struct kunit *test)
{
	struct tty_struct *tty = test->priv;
	char buf[8] = { 0 };

	type(tty, "abcdefgh\n");
	KUNIT_EXPECT_EQ(test, n_tty_read(tty, buf, 0), (ssize_t)0);
	KUNIT_EXPECT_EQ(test, n_tty_read(tty, buf, 5), (ssize_t)5);
	KUNIT_EXPECT_EQ(test, n_tty_read(tty, buf + 5, 3), (ssize_t)3);
	KUNIT_EXPECT_EQ(test, memcmp(buf, "abcdefgh", 8), 0);
	KUNIT_EXPECT_EQ(test, n_tty_read(tty, buf, 8), (ssize_t)1);
}

static void without_a_discipline_bytes_come_as_they_are(struct kunit *test)
{
	struct tty_struct *tty = test->priv;
	char buf[16] = { 0 };

	KUNIT_EXPECT_EQ(test, n_tty_set_lflag(tty, 0), (unsigned int)ICANON);
	type(tty, "a\r" DEL CTRL_D CTRL_C);
	KUNIT_EXPECT_EQ(test, n_tty_read(tty, buf, sizeof(buf)), (ssize_t)5);
	KUNIT_EXPECT_STREQ(test, buf, "a\r" DEL CTRL_D CTRL_C);
	type(tty, "\377");
	KUNIT_EXPECT_EQ(test, tty_getchar_timeout(tty, MAX_SCHEDULE_TIMEOUT), 0xff);
}

static void echo_shows_what_the_reader_takes(struct kunit *test)
{
	n_tty_set_lflag(test->priv, ICANON | ECHO);
	console_capture();
	type(test->priv, "unread");
	KUNIT_EXPECT_STREQ(test, console_captured(), "");
	console_capture();
	expect_line(test, CTRL_U "ab" DEL "c\r", "ac\n");
	KUNIT_EXPECT_STREQ(test, console_captured(),
			   "unread\b \b\b \b\b \b\b \b\b \b\b \bab\b \bc\n");
}

/* A reader in a thread of its own. */
struct reader {
	struct tty_struct *tty;
	struct task_struct *task;
	bool accept_signal;
	int want;       /* bytes to read */
	atomic_t taken; /* bytes read */
	char buf[256];
	int result; /* of the last read */
	struct completion done;
};

static int read_bytes(void *data)
{
	struct reader *reader = data;

	if (reader->accept_signal)
		allow_signal(SIGINT);
	while (atomic_read(&reader->taken) < reader->want) {
		reader->result = tty_getchar_timeout(reader->tty, MAX_SCHEDULE_TIMEOUT);
		if (reader->result < 0)
			break;
		reader->buf[atomic_read(&reader->taken)] = reader->result;
		atomic_inc(&reader->taken);
	}
	complete(&reader->done);
	return 0;
}

static struct reader *start_reader(struct kunit *test, int want, bool accept_signal)
{
	struct reader *reader = kunit_kzalloc(test, sizeof(*reader), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, reader);
	reader->tty = test->priv;
	reader->want = want;
	reader->accept_signal = accept_signal;
	init_completion(&reader->done);
	reader->task = kthread_create(read_bytes, reader, "reader");
	KUNIT_ASSERT_FALSE(test, IS_ERR(reader->task));
	get_task_struct(reader->task);
	wake_up_process(reader->task);
	return reader;
}

static void join_reader(struct reader *reader)
{
	wait_for_completion(&reader->done);
	kthread_stop(reader->task); /* the test's memory is freed after it: it has ended */
	put_task_struct(reader->task);
}

static bool asleep(struct reader *reader)
{
	return waitqueue_active(&reader->tty->read_wait) &&
	       READ_ONCE(reader->task->__state) == TASK_INTERRUPTIBLE;
}

static void type_one(void *data)
{
	tty_insert_char(data, 'x');
}

static void a_byte_wakes_the_reader(struct kunit *test)
{
	struct reader *reader = start_reader(test, 20, false);

	for (int i = 0; i < 20; i++) {
		KUNIT_ASSERT_TRUE(test, wait_until(asleep(reader)));
		KUNIT_EXPECT_EQ(test, atomic_read(&reader->taken), i);
		run_in_hardirq(type_one, test->priv);
	}
	join_reader(reader);
	KUNIT_EXPECT_EQ(test, atomic_read(&reader->taken), 20);
}

/* Typing races with the reader's way to sleep, wherever on it the byte finds it. */
static void a_byte_before_the_reader_sleeps_is_not_missed(struct kunit *test)
{
	struct reader *reader = start_reader(test, 200, false);

	for (int i = 0; i < 200; i++) {
		type(test->priv, "y");
		KUNIT_ASSERT_TRUE(test, wait_until(atomic_read(&reader->taken) == i + 1));
	}
	join_reader(reader);
	type(test->priv, "z");
	KUNIT_EXPECT_EQ(test, tty_getchar_timeout(test->priv, MAX_SCHEDULE_TIMEOUT), 'z');
}

static void a_read_without_input_times_out(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, tty_getchar_timeout(test->priv, 1), -ETIME);
	KUNIT_EXPECT_FALSE(test, waitqueue_active(&((struct tty_struct *)test->priv)->read_wait));
}

static void ctrl_c_interrupts_the_foreground_reader(struct kunit *test)
{
	struct tty_struct *tty = test->priv;
	struct reader *reader = start_reader(test, 10, true);

	tty_set_foreground(tty, reader->task, ISIG | ICANON);
	KUNIT_ASSERT_TRUE(test, wait_until(asleep(reader)));
	type(tty, CTRL_C);
	join_reader(reader);
	KUNIT_EXPECT_EQ(test, reader->result, -ERESTARTSYS);
	KUNIT_EXPECT_FALSE(test, tty_has_input(tty));
	tty_set_foreground(tty, NULL, 0);
}

static void ctrl_c_calls_off_what_was_typed_before_it(struct kunit *test)
{
	struct tty_struct *tty = test->priv;

	allow_signal(SIGINT);
	tty_set_foreground(tty, current, ISIG);
	type(tty, "old" CTRL_C "new");
	KUNIT_EXPECT_TRUE(test, signal_pending(current));
	flush_signals(current);
	KUNIT_EXPECT_EQ(test, tty_getchar_timeout(tty, MAX_SCHEDULE_TIMEOUT), 'n');
	tty_set_foreground(tty, NULL, 0);
}

static void ctrl_c_typed_ahead_counts_for_the_next_foreground(struct kunit *test)
{
	struct tty_struct *tty = test->priv;

	allow_signal(SIGINT);
	tty_set_foreground(tty, NULL, 0);
	type(tty, "ab" CTRL_C "cd");
	tty_set_foreground(tty, current, 0);
	KUNIT_EXPECT_FALSE(test, signal_pending(current));
	tty_set_foreground(tty, current, ISIG);
	KUNIT_EXPECT_TRUE(test, signal_pending(current));
	flush_signals(current);
	KUNIT_EXPECT_EQ(test, tty_getchar_timeout(tty, MAX_SCHEDULE_TIMEOUT), 'c');
	tty_set_foreground(tty, NULL, 0);
}

static void who_is_in_the_background_may_not_read(struct kunit *test)
{
	struct tty_struct *tty = test->priv;
	struct reader *reader;

	tty_set_foreground(tty, current, 0);
	reader = start_reader(test, 1, false);
	type(tty, "x");
	join_reader(reader);
	KUNIT_EXPECT_EQ(test, reader->result, -EIO);
	KUNIT_EXPECT_EQ(test, tty_getchar_timeout(tty, MAX_SCHEDULE_TIMEOUT), 'x');
	tty_set_foreground(tty, NULL, 0);
}

static void overflow_is_counted_and_loses_nothing_accepted(struct kunit *test)
{
	struct tty_struct *tty = test->priv;

	KUNIT_EXPECT_EQ(test, tty_receive_room(tty), (unsigned int)TTY_INPUT_SIZE);
	for (int i = 0; i < TTY_INPUT_SIZE + 10; i++)
		tty_insert_char(tty, 'a' + i % 26);
	KUNIT_EXPECT_EQ(test, tty_receive_room(tty), 0U);
	KUNIT_EXPECT_EQ(test, tty_take_lost(tty), 10U);
	KUNIT_EXPECT_EQ(test, tty_take_lost(tty), 0U);
	for (int i = 0; i < TTY_INPUT_SIZE; i++)
		KUNIT_ASSERT_EQ(test, tty_getchar_timeout(tty, 1), 'a' + i % 26);
	KUNIT_EXPECT_FALSE(test, tty_has_input(tty));
}

static void the_ring_works_across_the_wrap_of_its_indices(struct kunit *test)
{
	struct tty_struct *tty = test->priv;

	tty->head = tty->tail = -3U;
	expect_line(test, "across the wrap\n", "across the wrap\n");
	KUNIT_EXPECT_EQ(test, tty_receive_room(tty), (unsigned int)TTY_INPUT_SIZE);
}

static int unthrottled;

static void note_unthrottle(void)
{
	unthrottled++;
}

static void a_held_back_driver_is_told_once_half_is_free(struct kunit *test)
{
	struct tty_struct *tty = test->priv;

	unthrottled = 0;
	tty_throttle(tty, note_unthrottle);
	KUNIT_EXPECT_EQ(test, unthrottled, 1);
	for (int i = 0; i < TTY_INPUT_SIZE; i++)
		tty_insert_char(tty, 'x');
	tty_throttle(tty, note_unthrottle);
	for (int i = 1; i < TTY_INPUT_SIZE / 2; i++)
		KUNIT_ASSERT_EQ(test, tty_getchar_timeout(tty, 1), 'x');
	KUNIT_EXPECT_EQ(test, unthrottled, 1);
	for (int i = 0; i < 10; i++)
		tty_getchar_timeout(tty, 1);
	KUNIT_EXPECT_EQ(test, unthrottled, 2);
}

static struct kunit_case tty_cases[] = { KUNIT_CASE(a_read_returns_one_line),
					 KUNIT_CASE(erase_and_kill_edit_the_line),
					 KUNIT_CASE(end_of_file_ends_the_read_at_once),
					 KUNIT_CASE(a_line_longer_than_the_buffer_comes_in_parts),
					 KUNIT_CASE(without_a_discipline_bytes_come_as_they_are),
					 KUNIT_CASE(echo_shows_what_the_reader_takes),
					 KUNIT_CASE(a_byte_wakes_the_reader),
					 KUNIT_CASE(a_byte_before_the_reader_sleeps_is_not_missed),
					 KUNIT_CASE(a_read_without_input_times_out),
					 KUNIT_CASE(ctrl_c_interrupts_the_foreground_reader),
					 KUNIT_CASE(ctrl_c_calls_off_what_was_typed_before_it),
					 KUNIT_CASE(
						 ctrl_c_typed_ahead_counts_for_the_next_foreground),
					 KUNIT_CASE(who_is_in_the_background_may_not_read),
					 KUNIT_CASE(overflow_is_counted_and_loses_nothing_accepted),
					 KUNIT_CASE(the_ring_works_across_the_wrap_of_its_indices),
					 KUNIT_CASE(a_held_back_driver_is_told_once_half_is_free),
					 {} };

static struct kunit_suite tty_suite = {
	.name = "tty",
	.init = tty_test_init,
	.test_cases = tty_cases,
};

kunit_test_suite(tty_suite);
