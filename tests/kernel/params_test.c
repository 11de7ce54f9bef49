// SPDX-License-Identifier: MIT
/* The kernel command line: how it is cut into words, and what becomes of each. */
#include <kunit/test.h>
#include <linux/errno.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/kstrtox.h>
#include <linux/prandom.h>
#include <linux/string.h>
#include "../../kernel/params.h"
#include "helpers.h"

/* A word of our own, whose handler outlives booting. */
static int handled;
static unsigned int handled_value;

static int handle_word(char *val)
{
	unsigned int number;

	handled++;
	if (kstrtouint(val, 0, &number))
		return -EINVAL;
	handled_value = number;
	return 0;
}
early_param("kunit_params", handle_word);

static char line[256];

/* Cut @text, and compare with the names and values that follow, NULL at the end. */
static void expect_words(struct kunit *test, const char *text, const char *const *want)
{
	char *args = line, *name, *val;

	strscpy(line, text, sizeof(line));
	while ((name = next_param(&args, &val))) {
		KUNIT_ASSERT_NOT_NULL(test, want[0]);
		KUNIT_EXPECT_STREQ(test, name, want[0]);
		KUNIT_EXPECT_STREQ(test, val, want[1]);
		want += 2;
	}
	KUNIT_EXPECT_NULL(test, want[0]);
}

#define EXPECT_WORDS(test, text, ...)                                                              \
	expect_words(test, text, (const char *const[]){ __VA_ARGS__, NULL })

static void blanks_separate_words(struct kunit *test)
{
	EXPECT_WORDS(test, "quiet hz=100", "quiet", "", "hz", "100");
	EXPECT_WORDS(test, "  a=1 \t b=2\n", "a", "1", "b", "2");
	EXPECT_WORDS(test, "last=", "last", "");
	EXPECT_WORDS(test, "   ", NULL);
	EXPECT_WORDS(test, "", NULL);
}

static void quotes_keep_blanks_together(struct kunit *test)
{
	EXPECT_WORDS(test, "run=\"echo a; echo b\" next", "run", "echo a; echo b", "next", "");
	EXPECT_WORDS(test, "\"run=echo a\" x", "run", "echo a", "x", "");
	EXPECT_WORDS(test, "run=a\" b \"c", "run", "a b c");
	EXPECT_WORDS(test, "empty=\"\" x", "empty", "", "x", "");
}

static void only_the_first_equals_sign_separates(struct kunit *test)
{
	EXPECT_WORDS(test, "a=b=c", "a", "b=c");
	EXPECT_WORDS(test, "=x", "", "x");
	EXPECT_WORDS(test, "a==", "a", "=");
}

static void an_unclosed_quote_takes_the_rest_and_is_reported(struct kunit *test)
{
	u64 mark = log_mark();

	EXPECT_WORDS(test, "run=\"echo a b", "run", "echo a b");
	KUNIT_EXPECT_TRUE(test, log_has(mark, "no closing quote in \"run\""));
}

static void a_known_word_reaches_its_handler_once(struct kunit *test)
{
	char good[] = "42";

	handled = 0;
	parse_param("kunit_params", good);
	KUNIT_EXPECT_EQ(test, handled, 1);
	KUNIT_EXPECT_EQ(test, handled_value, 42U);
}

static void a_malformed_value_is_reported_and_the_old_one_stays(struct kunit *test)
{
	static const char *const bad[] = { "", "x", "12x", "-1", "99999999999999999999" };

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		char text[64], want[96];
		u64 mark = log_mark();

		handled_value = 7;
		strscpy(text, bad[i], sizeof(text));
		parse_param("kunit_params", text);
		KUNIT_EXPECT_EQ(test, handled_value, 7U);
		snprintf(want, sizeof(want), "malformed value \"%s\" for kunit_params", bad[i]);
		KUNIT_EXPECT_TRUE(test, log_has(mark, want));
	}
}

static void an_unknown_word_is_reported_by_name(struct kunit *test)
{
	char val[] = "42", none[] = "";
	u64 mark = log_mark();

	handled = 0;
	parse_param("kunit_param", val);
	KUNIT_EXPECT_TRUE(test, log_has(mark, "unknown word kunit_param=42"));
	parse_param("kunit_params_too", none);
	KUNIT_EXPECT_TRUE(test, log_has(mark, "unknown word kunit_params_too,"));
	KUNIT_EXPECT_EQ(test, handled, 0);
}

/* Whatever the line is, its words lie inside it and cutting ends. */
static void any_line_is_cut_within_its_bounds(struct kunit *test)
{
	static const char alphabet[] = "a=\" \tb";
	struct rnd_state rnd;

	prandom_seed_state(&rnd, 1);
	for (int round = 0; round < 500; round++) {
		size_t len = prandom_u32_state(&rnd) % 40, words = 0, quotes = 0;
		char *args = line, *name, *val;

		memset(line, 'Z', sizeof(line));
		for (size_t i = 0; i < len; i++) {
			line[i] = alphabet[prandom_u32_state(&rnd) % (sizeof(alphabet) - 1)];
			quotes += line[i] == '"';
		}
		if (quotes % 2)
			line[len++] = '"'; /* or the report of each would flood the log */
		line[len] = '\0';
		while ((name = next_param(&args, &val))) {
			KUNIT_ASSERT_TRUE(test, name >= line && name <= line + len);
			KUNIT_ASSERT_TRUE(test, val >= name && val <= line + len);
			KUNIT_ASSERT_NULL(test, strchr(name, '"'));
			KUNIT_ASSERT_LE(test, ++words, len + 1);
		}
		KUNIT_ASSERT_EQ(test, line[len + 1], 'Z');
	}
}

static struct kunit_case params_cases[] = {
	KUNIT_CASE(blanks_separate_words),
	KUNIT_CASE(quotes_keep_blanks_together),
	KUNIT_CASE(only_the_first_equals_sign_separates),
	KUNIT_CASE(an_unclosed_quote_takes_the_rest_and_is_reported),
	KUNIT_CASE(a_known_word_reaches_its_handler_once),
	KUNIT_CASE(a_malformed_value_is_reported_and_the_old_one_stays),
	KUNIT_CASE(an_unknown_word_is_reported_by_name),
	KUNIT_CASE(any_line_is_cut_within_its_bounds),
	{}
};

static struct kunit_suite params_suite = { .name = "params", .test_cases = params_cases };

kunit_test_suite(params_suite);
