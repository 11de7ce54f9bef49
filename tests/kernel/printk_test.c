// SPDX-License-Identifier: MIT
/*
 * The rules of printk(): what is stored, what the consoles show of it, and that no context is
 * excluded. What the console shows is read from a console of the test's own.
 */
#include <kunit/test.h>
#include <linux/console.h>
#include <linux/kernel.h>
#include <linux/printk.h>
#include <linux/smp.h>
#include <linux/string.h>
#include <asm/apic.h>
#include "helpers.h"

#define RING 1024 /* records that are kept, at least */
#define NMIS 50

static int loglevel_before;

static int printk_test_init(struct kunit *test)
{
	loglevel_before = console_loglevel;
	return 0;
}

static void printk_test_exit(struct kunit *test)
{
	console_loglevel = loglevel_before;
}

/* The next record since @seq that begins with @text; NULL: none. */
static const struct printk_record *find_record(u64 *seq, const char *text)
{
	static struct printk_record record;

	while (printk_read(seq, &record))
		if (record.len >= strlen(text) && !memcmp(record.text, text, strlen(text)))
			return &record;
	return NULL;
}

static void a_message_has_the_level_it_says(struct kunit *test)
{
	static const char *const texts[] = {
		KERN_EMERG "level test 0\n",
		KERN_ALERT "level test 1\n",
		KERN_CRIT "level test 2\n",
		KERN_ERR "level test 3\n",
		"level test 4\n",
		KERN_NOTICE "level test 5\n",
		KERN_INFO "level test 6\n",
		KERN_DEBUG "level test 7\n",
	};
	u64 seq = log_mark();

	console_loglevel = 0;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		printk("%s", texts[i]);
	console_loglevel = loglevel_before;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		const struct printk_record *record = find_record(&seq, "level test");

		KUNIT_ASSERT_NOT_NULL(test, record);
		KUNIT_EXPECT_EQ(test, (size_t)record->level, i);
		KUNIT_EXPECT_EQ(test, (int)record->text[record->len - 1], '0' + (int)i);
		KUNIT_EXPECT_TRUE(test, record->newline && !record->cont);
	}
}

static void the_console_shows_what_is_below_its_level(struct kunit *test)
{
	u64 mark = log_mark();
	const char *shown;

	console_loglevel = LOGLEVEL_NOTICE;
	console_capture();
	pr_warn("important enough\n");
	pr_notice("not important enough\n");
	pr_notice("part one");
	pr_cont(" and part two\n");
	shown = console_captured();
	console_loglevel = loglevel_before;
	KUNIT_EXPECT_NOT_NULL(test, strstr(shown, "] important enough\n"));
	KUNIT_EXPECT_NULL(test, strstr(shown, "not important enough"));
	KUNIT_EXPECT_NULL(test, strstr(shown, "part two"));
	KUNIT_EXPECT_TRUE(test, log_has(mark, "not important enough"));
	KUNIT_EXPECT_TRUE(test, log_has(mark, "part one and part two"));
}

static void each_newline_ends_a_record(struct kunit *test)
{
	u64 seq = log_mark();
	const char *shown;

	console_capture();
	pr_info("line one\nline two\nline three");
	pr_cont(" goes on\n");
	pr_info("left open");
	pr_info("a new message does not go on\n");
	shown = console_captured();
	KUNIT_EXPECT_NOT_NULL(test, find_record(&seq, "line one"));
	KUNIT_EXPECT_NOT_NULL(test, find_record(&seq, "line two"));
	KUNIT_EXPECT_NOT_NULL(test, find_record(&seq, "line three"));
	KUNIT_EXPECT_NOT_NULL(test, strstr(shown, "] line two\n["));
	KUNIT_EXPECT_NOT_NULL(test, strstr(shown, "] line three goes on\n"));
	KUNIT_EXPECT_NOT_NULL(test, strstr(shown, "] left open\n["));
}

/* "0001000200030004…": every four characters say where they stand. */
static char *count_up(struct kunit *test, size_t len)
{
	char *text = kunit_kzalloc(test, len + 8, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, text);
	for (size_t i = 0; i < len; i += 4)
		snprintf(text + i, 5, "%04zu", i / 4);
	text[len] = '\0';
	return text;
}

static void a_long_line_is_stored_in_parts_and_shown_whole(struct kunit *test)
{
	char *text = count_up(test, 5 * PRINTK_TEXT_MAX + 3);
	u64 mark = log_mark();

	console_capture();
	KUNIT_EXPECT_EQ(test, pr_info("%s\n", text), (int)strlen(text) + 1);
	KUNIT_EXPECT_NOT_NULL(test, strstr(console_captured(), text));
	KUNIT_EXPECT_TRUE(test, log_has(mark, text));
}

static void a_line_of_just_a_record_is_not_followed_by_an_empty_one(struct kunit *test)
{
	char *text = count_up(test, PRINTK_TEXT_MAX);
	u64 seq = log_mark();
	const struct printk_record *record;

	console_capture();
	pr_info("%s\n", text);
	record = find_record(&seq, "0000");
	KUNIT_ASSERT_NOT_NULL(test, record);
	KUNIT_EXPECT_EQ(test, (int)record->len, PRINTK_TEXT_MAX);
	KUNIT_EXPECT_TRUE(test, record->newline);
	KUNIT_EXPECT_NULL(test, strstr(console_captured(), "\n\n"));
}

static void what_exceeds_a_message_is_cut_and_the_next_stands_apart(struct kunit *test)
{
	char *text = count_up(test, PRINTK_MESSAGE_MAX + 100);
	const char *shown;

	console_capture();
	KUNIT_EXPECT_LT(test, pr_info("%s\n", text), PRINTK_MESSAGE_MAX);
	pr_info("after the cut\n");
	shown = console_captured();
	text[PRINTK_MESSAGE_MAX - 8] = '\0';
	KUNIT_EXPECT_NOT_NULL(test, strstr(shown, text));
	shown = strstr(shown, "] after the cut\n");
	KUNIT_ASSERT_NOT_NULL(test, shown);
	while (*shown != '[')
		shown--;
	KUNIT_EXPECT_EQ(test, shown[-1], '\n');
}

static void the_ring_keeps_the_newest_in_order(struct kunit *test)
{
	static struct printk_record record;
	unsigned int number, expected = 0, count = 0;
	u64 seq = 0;

	console_loglevel = 0;
	for (unsigned int i = 0; i < RING + 300; i++)
		printk(KERN_DEBUG "ring test %u\n", i);
	console_loglevel = loglevel_before;
	while (printk_read(&seq, &record)) {
		record.text[min_t(size_t, record.len, PRINTK_TEXT_MAX - 1)] = '\0';
		if (sscanf(record.text, "ring test %u", &number) != 1)
			continue;
		if (count++)
			KUNIT_EXPECT_EQ(test, number, expected);
		expected = number + 1;
	}
	KUNIT_EXPECT_EQ(test, expected, RING + 300U);
	KUNIT_EXPECT_GE(test, count, RING - 100U);
	KUNIT_EXPECT_LE(test, count, (unsigned int)RING);
	KUNIT_EXPECT_FALSE(test, printk_read(&seq, &record));
}

static void what_the_console_missed_is_counted_there(struct kunit *test)
{
	console_capture();
	console_loglevel = 0;
	console_lock();
	for (unsigned int i = 0; i < RING + 50; i++)
		printk(KERN_DEBUG "unseen %u\n", i);
	console_unlock();
	console_loglevel = loglevel_before;
	KUNIT_EXPECT_NOT_NULL(test, strstr(console_captured(), "messages dropped **"));
}

static void print_in_hardirq(void *data)
{
	pr_info("from a %s\n", in_hardirq() ? "hardirq" : "task");
}

static void hardirq_may_print(struct kunit *test)
{
	u64 mark = log_mark();

	console_capture();
	run_in_hardirq(print_in_hardirq, NULL);
	KUNIT_EXPECT_NOT_NULL(test, strstr(console_captured(), "from a hardirq\n"));
	KUNIT_EXPECT_TRUE(test, log_has(mark, "from a hardirq"));
}

static void a_message_for_taken_consoles_is_printed_by_their_owner(struct kunit *test)
{
	console_capture();
	console_lock();
	pr_info("while they are taken\n");
	console_unlock();
	KUNIT_EXPECT_NOT_NULL(test, strstr(console_captured(), "while they are taken\n"));
}

/* Prints a numbered series from each CPU; message i of CPU c is "series c i" and filler. */
#define FILLER "the quick brown fox jumps over the lazy dog"

static int series_length;

static int print_series(void *unused)
{
	for (int i = 0; i < series_length; i++)
		printk(KERN_DEBUG "series %d %d " FILLER "\n", raw_smp_processor_id(), i);
	return 0;
}

/* Is every message of all series there, whole and in its CPU's order? */
static void check_series(struct kunit *test, u64 seq, unsigned int cpus)
{
	const struct printk_record *record;
	unsigned int next[NR_CPUS] = { 0 }, cpu, i, total = 0;
	char want[PRINTK_TEXT_MAX];

	while ((record = find_record(&seq, "series "))) {
		memcpy(want, record->text, record->len);
		want[record->len] = '\0';
		KUNIT_ASSERT_EQ(test, sscanf(want, "series %u %u", &cpu, &i), 2);
		KUNIT_ASSERT_LT(test, cpu, (unsigned int)NR_CPUS);
		KUNIT_EXPECT_EQ(test, i, next[cpu]++);
		snprintf(want, sizeof(want), "series %u %u " FILLER, cpu, i);
		KUNIT_EXPECT_EQ(test, (size_t)record->len, strlen(want));
		KUNIT_EXPECT_EQ(test, memcmp(record->text, want, record->len), 0);
		total++;
	}
	KUNIT_EXPECT_EQ(test, total, cpus * series_length);
}

static void all_cpus_may_print_at_once(struct kunit *test)
{
	unsigned long lost = printk_lost();
	u64 seq = log_mark();

	series_length = RING / 2 / num_online_cpus();
	console_loglevel = 0;
	run_on_all_cpus(test, print_series, NULL);
	console_loglevel = loglevel_before;
	check_series(test, seq, num_online_cpus());
	KUNIT_EXPECT_EQ(test, printk_lost(), lost);
}

static bool series_done;
static unsigned int nmis_before;

/* On the last CPU: NMIs into the first one, each of which prints as well. */
static int disturb_or_print(void *unused)
{
	int cpu = raw_smp_processor_id();

	if (cpu == 0) {
		wait_until(READ_ONCE(per_cpu(irq_stat, 0).nmis) != nmis_before);
		print_series(NULL);
		WRITE_ONCE(series_done, true);
	} else if (cpu == cpumask_last(cpu_online_mask)) {
		for (int i = 0; i < NMIS && !READ_ONCE(series_done); i++) {
			unsigned int before = READ_ONCE(per_cpu(irq_stat, 0).nmis);

			nmi_send(0);
			wait_until(READ_ONCE(per_cpu(irq_stat, 0).nmis) != before);
		}
	}
	return 0;
}

static void nmis_that_print_disturb_no_message(struct kunit *test)
{
	unsigned long lost = printk_lost();
	u64 seq = log_mark();

	if (num_online_cpus() == 1)
		kunit_skip(test, "needs two CPUs");
	series_done = false;
	nmis_before = per_cpu(irq_stat, 0).nmis;
	series_length = RING / 2;
	console_loglevel = 0;
	run_on_all_cpus(test, disturb_or_print, NULL);
	console_loglevel = loglevel_before;
	KUNIT_EXPECT_TRUE(test, log_has(seq, "NMI for an unknown reason on CPU 0"));
	check_series(test, seq, 1);
	KUNIT_EXPECT_EQ(test, printk_lost(), lost);
}

static void a_ratelimit_lets_ten_through(struct kunit *test)
{
	struct printk_ratelimit limit = { 0 };
	int passed = 0;

	for (int i = 0; i < 25; i++)
		passed += __printk_ratelimit(&limit);
	KUNIT_EXPECT_EQ(test, passed, 10);
}

static void the_prefix_is_seconds_and_microseconds(struct kunit *test)
{
	char prefix[32];

	KUNIT_EXPECT_EQ(test, printk_format_prefix(prefix, sizeof(prefix), 12003456789ULL), 15);
	KUNIT_EXPECT_STREQ(test, prefix, "[   12.003456] ");
	printk_format_prefix(prefix, sizeof(prefix), 123456000000000ULL);
	KUNIT_EXPECT_STREQ(test, prefix, "[123456.000000] ");
}

static struct kunit_case printk_cases[] = {
	KUNIT_CASE(a_message_has_the_level_it_says),
	KUNIT_CASE(the_console_shows_what_is_below_its_level),
	KUNIT_CASE(each_newline_ends_a_record),
	KUNIT_CASE(a_long_line_is_stored_in_parts_and_shown_whole),
	KUNIT_CASE(a_line_of_just_a_record_is_not_followed_by_an_empty_one),
	KUNIT_CASE(what_exceeds_a_message_is_cut_and_the_next_stands_apart),
	KUNIT_CASE(the_ring_keeps_the_newest_in_order),
	KUNIT_CASE(what_the_console_missed_is_counted_there),
	KUNIT_CASE(hardirq_may_print),
	KUNIT_CASE(a_message_for_taken_consoles_is_printed_by_their_owner),
	KUNIT_CASE(all_cpus_may_print_at_once),
	KUNIT_CASE(nmis_that_print_disturb_no_message),
	KUNIT_CASE(a_ratelimit_lets_ten_through),
	KUNIT_CASE(the_prefix_is_seconds_and_microseconds),
	{}
};

static struct kunit_suite printk_suite = {
	.name = "printk",
	.init = printk_test_init,
	.exit = printk_test_exit,
	.test_cases = printk_cases,
};

kunit_test_suite(printk_suite);
