// SPDX-License-Identifier: MIT
/*
 * The shell: how a line is cut into jobs, how it is edited, what running it shows. Keys are typed
 * ahead into the terminal, so that the editor finds them there; output is read from a console.
 */
#include <kunit/test.h>
#include <linux/cpumask.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/prandom.h>
#include <linux/string.h>
#include <linux/tty.h>
#include <linux/wait.h>
#include "../../drivers/shell/shell.h"
#include "helpers.h"

#define ESC  "\033"
#define LEFT ESC "[D"
#define UP   ESC "[A"
#define DOWN ESC "[B"

/* ---- the parser ---- */

/* "one,two;three&": words joined by commas, each job with what ended it. NULL when refused. */
static const char *parse(const char *text, struct parse_error *error)
{
	static char shown[512];
	struct job *job;
	LIST_HEAD(jobs);
	size_t len = 0;
	int err = parse_line(text, &jobs, error);

	if (err)
		return list_empty(&jobs) ? NULL : "refused, with jobs left";
	shown[0] = '\0';
	list_for_each_entry(job, &jobs, node) {
		for (int i = 0; i < job->argc; i++)
			len += scnprintf(shown + len, sizeof(shown) - len, "%s%s", i ? "," : "",
					 job->argv[i]);
		len += scnprintf(shown + len, sizeof(shown) - len, "%s",
				 job->background ? "&" : ";");
	}
	free_jobs(&jobs);
	return shown;
}

#define EXPECT_JOBS(test, text, want)                                                              \
	do {                                                                                       \
		struct parse_error __error;                                                        \
		KUNIT_EXPECT_STREQ(test, parse(text, &__error), want);                             \
	} while (0)

static void blanks_separate_words_and_semicolons_commands(struct kunit *test)
{
	EXPECT_JOBS(test, "echo a  b", "echo,a,b;");
	EXPECT_JOBS(test, "  a\t b ;c;; d ; ", "a,b;c;d;");
	EXPECT_JOBS(test, "sleep 1& ps &echo x", "sleep,1&ps&echo,x;");
	EXPECT_JOBS(test, "", "");
	EXPECT_JOBS(test, " ; ;", "");
}

static void quotes_and_backslashes_keep_characters(struct kunit *test)
{
	EXPECT_JOBS(test, "echo 'a ;& b' c", "echo,a ;& b,c;");
	EXPECT_JOBS(test, "echo \"a 'b' \\\"c\\\" \\\\ \\n\"", "echo,a 'b' \"c\" \\ \\n;");
	EXPECT_JOBS(test, "echo a'b'\"c\"d", "echo,abcd;");
	EXPECT_JOBS(test, "echo '' \"\" x", "echo,,,x;");
	EXPECT_JOBS(test, "echo a\\ b \\; \\'", "echo,a b,;,';");
	EXPECT_JOBS(test, "echo '\\'", "echo,\\;");
}

static void a_comment_reaches_to_the_end(struct kunit *test)
{
	EXPECT_JOBS(test, "# echo a; echo b", "");
	EXPECT_JOBS(test, "echo a # b 'c", "echo,a;");
	EXPECT_JOBS(test, "echo a#b", "echo,a#b;");
}

static void a_mistake_is_named_and_nothing_is_kept(struct kunit *test)
{
	static const struct {
		const char *text, *what;
		size_t column;
	} wrong[] = {
		{ "echo ok; echo 'open", "never closed", 15 },
		{ "echo \"open", "never closed", 6 },
		{ "a && b", "'&&'", 3 },
		{ "& a", "in front of '&'", 1 },
		{ "a; &", "in front of '&'", 4 },
		{ "a | b", "'|'", 3 },
		{ "a >b", "'>'", 3 },
	};
	struct parse_error error;

	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		if (parse(wrong[i].text, &error))
			KUNIT_FAIL(test, "\"%s\" was taken\n", wrong[i].text);
		KUNIT_EXPECT_NOT_NULL(test, strstr(error.what, wrong[i].what));
		KUNIT_EXPECT_EQ(test, error.column, wrong[i].column);
	}
}

static void a_command_has_a_largest_number_of_words(struct kunit *test)
{
	struct parse_error error;
	char text[2 * SHELL_ARGS_MAX + 4];

	memset(text, 0, sizeof(text));
	for (int i = 0; i < SHELL_ARGS_MAX; i++)
		memcpy(text + 2 * i, "a ", 2);
	KUNIT_EXPECT_NOT_NULL(test, parse(text, &error));
	strcat(text, "b");
	KUNIT_EXPECT_NULL(test, parse(text, &error));
	KUNIT_EXPECT_NOT_NULL(test, strstr(error.what, "words"));
}

static void jobs_keep_their_text(struct kunit *test)
{
	struct parse_error error;
	LIST_HEAD(jobs);

	KUNIT_ASSERT_EQ(test, parse_line("  sleep '1 0'  & ps", &jobs, &error), 0);
	KUNIT_EXPECT_STREQ(test, list_first_entry(&jobs, struct job, node)->text, "sleep '1 0'");
	KUNIT_EXPECT_STREQ(test, list_last_entry(&jobs, struct job, node)->text, "ps");
	free_jobs(&jobs);
}

static void parse_anything(struct kunit *test)
{
	static const char alphabet[] = "ab \t;&'\"\\#|<";
	struct parse_error error;
	struct rnd_state rnd;

	prandom_seed_state(&rnd, 1);
	for (int round = 0; round < 500; round++) {
		char text[48];
		size_t len = prandom_u32_state(&rnd) % sizeof(text);

		for (size_t i = 0; i < len; i++)
			text[i] = alphabet[prandom_u32_state(&rnd) % (sizeof(alphabet) - 1)];
		text[len] = '\0';
		parse(text, &error);
	}
}

static void any_line_is_parsed_or_refused_and_leaves_nothing(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, pages_lost_by(test, parse_anything), 0L);
}

static struct kunit_case parser_cases[] = {
	KUNIT_CASE(blanks_separate_words_and_semicolons_commands),
	KUNIT_CASE(quotes_and_backslashes_keep_characters),
	KUNIT_CASE(a_comment_reaches_to_the_end),
	KUNIT_CASE(a_mistake_is_named_and_nothing_is_kept),
	KUNIT_CASE(a_command_has_a_largest_number_of_words),
	KUNIT_CASE(jobs_keep_their_text),
	KUNIT_CASE(any_line_is_parsed_or_refused_and_leaves_nothing),
	{}
};

static struct kunit_suite parser_suite = { .name = "shell_parser", .test_cases = parser_cases };

kunit_test_suite(parser_suite);

/* ---- the line editor ---- */

static char line[SHELL_LINE_MAX];

static int edit(const char *keys)
{
	type_text(keys);
	return edit_line(line);
}

#define EXPECT_LINE(test, keys, want)                                                              \
	do {                                                                                       \
		KUNIT_EXPECT_EQ(test, edit(keys), (int)sizeof(want) - 1);                          \
		KUNIT_EXPECT_STREQ(test, line, want);                                              \
	} while (0)

static void a_line_is_what_was_typed(struct kunit *test)
{
	EXPECT_LINE(test, "echo a\r", "echo a");
	EXPECT_LINE(test, "\n", "");
	EXPECT_LINE(test, "\001\006\002\005x\r", "x");
}

static void keys_edit_inside_the_line(struct kunit *test)
{
	EXPECT_LINE(test, "ac" LEFT "b\r", "abc");
	EXPECT_LINE(test, "bc\001a\005d\r", "abcd");
	EXPECT_LINE(test,
		    "bd" ESC "[Ha" ESC "[C"
		    "c" ESC "[Fe\r",
		    "abcde");
	EXPECT_LINE(test, "abX" LEFT LEFT "\177\005\177\r", "b");
	EXPECT_LINE(test, "aXb" LEFT LEFT ESC "[3~\r", "ab");
	EXPECT_LINE(test, "aXb\001\006\004\r", "ab");
	EXPECT_LINE(test, "keep cut" LEFT LEFT LEFT "\013\r", "keep ");
	EXPECT_LINE(test, "cut keep" LEFT LEFT LEFT LEFT "\025\r", "keep");
	EXPECT_LINE(test, "one two  \027three\r", "one three");
}

static void unknown_escape_sequences_type_nothing(struct kunit *test)
{
	EXPECT_LINE(test,
		    "a" ESC "[5~b" ESC "[1;5Cc" ESC "[Zd" ESC "OP"
		    "e\r",
		    "abcde");
}

static void ctrl_c_and_ctrl_d_end_the_line_differently(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, edit("half a line\003"), -EINTR);
	KUNIT_EXPECT_EQ(test, edit("\004"), LINE_EOF);
	EXPECT_LINE(test, "a\004b\r", "ab");
}

static void a_line_too_long_is_refused_with_a_beep(struct kunit *test)
{
	char *long_line = kunit_kzalloc(test, SHELL_LINE_MAX, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, long_line);
	memset(long_line, 'x', SHELL_LINE_MAX - 2);
	history_add(long_line);
	console_capture();
	KUNIT_EXPECT_EQ(test, edit(UP "yz\r"), LINE_TOO_LONG);
	KUNIT_EXPECT_NOT_NULL(test, strchr(console_captured(), '\a'));
	KUNIT_EXPECT_EQ(test, strlen(line), (size_t)SHELL_LINE_MAX - 1);
	KUNIT_EXPECT_EQ(test, line[SHELL_LINE_MAX - 2], 'y');
	/* Making room again makes it a line like others. */
	KUNIT_EXPECT_EQ(test, edit(UP "yz\177\177\r"), SHELL_LINE_MAX - 3);
}

static void history_goes_back_and_forth(struct kunit *test)
{
	history_add("first");
	history_add("second");
	history_add("second"); /* is kept once */
	history_add("");       /* is not kept */
	EXPECT_LINE(test, UP "\r", "second");
	EXPECT_LINE(test, UP UP "\r", "first");
	EXPECT_LINE(test, UP UP DOWN "!\r", "second!");
	EXPECT_LINE(test, "typed" UP DOWN "\r", "typed");
	EXPECT_LINE(test, UP UP "x\020\016\r", "first"); /* Ctrl-P, Ctrl-N */
	EXPECT_LINE(test, DOWN "\r", "");
}

static void history_forgets_the_oldest(struct kunit *test)
{
	char text[16], keys[256] = "";

	for (int i = 0; i < 50; i++) {
		snprintf(text, sizeof(text), "line %d", i);
		history_add(text);
	}
	for (int i = 0; i < 32; i++)
		strcat(keys, UP);
	strcat(keys, UP UP "\r"); /* two too many: beeps, and stays */
	EXPECT_LINE(test, keys, "line 18");
}

static void tab_completes_what_is_clear(struct kunit *test)
{
	EXPECT_LINE(test, "powero\t\r", "poweroff ");
	EXPECT_LINE(test, "echo x; powero\tnow\r", "echo x; poweroff now");
	EXPECT_LINE(test, "echo powero\t\r", "echo powero");
	console_capture();
	EXPECT_LINE(test, "xyzzy\t\r", "xyzzy");
	KUNIT_EXPECT_NOT_NULL(test, strchr(console_captured(), '\a'));
}

static void tab_lists_what_is_not_clear(struct kunit *test)
{
	const char *shown;

	console_capture();
	EXPECT_LINE(test, "e\t\005\025\r", "");
	shown = console_captured();
	if (!next_command(next_command(NULL, "e", 1), "e", 1))
		kunit_skip(test, "just one command begins with e");
	KUNIT_EXPECT_NOT_NULL(test, strstr(shown, "echo "));
}

static struct kunit_case editor_cases[] = { KUNIT_CASE(a_line_is_what_was_typed),
					    KUNIT_CASE(keys_edit_inside_the_line),
					    KUNIT_CASE(unknown_escape_sequences_type_nothing),
					    KUNIT_CASE(ctrl_c_and_ctrl_d_end_the_line_differently),
					    KUNIT_CASE(a_line_too_long_is_refused_with_a_beep),
					    KUNIT_CASE(history_goes_back_and_forth),
					    KUNIT_CASE(history_forgets_the_oldest),
					    KUNIT_CASE(tab_completes_what_is_clear),
					    KUNIT_CASE(tab_lists_what_is_not_clear),
					    {} };

static struct kunit_suite editor_suite = {
	.name = "shell_editor",
	.init = terminal_take,
	.exit = terminal_give_back,
	.test_cases = editor_cases,
};

kunit_test_suite(editor_suite);

/* ---- jobs ---- */

static const char *output_of(const char *text)
{
	console_capture();
	run_text(text);
	return console_captured();
}

static void commands_of_a_line_run_in_order(struct kunit *test)
{
	KUNIT_EXPECT_STREQ(test, output_of("echo one; echo -n 't w o'; echo"), "one\nt w o\n");
}

static void a_mistake_anywhere_runs_nothing(struct kunit *test)
{
	const char *shown = output_of("echo ran; echo 'open");

	KUNIT_EXPECT_NULL(test, strstr(shown, "ran\n"));
	KUNIT_EXPECT_NOT_NULL(test, strstr(shown, "column 16"));
}

static void an_unknown_command_is_named_with_the_nearest(struct kunit *test)
{
	const char *shown = output_of("poweorff");

	KUNIT_EXPECT_NOT_NULL(test, strstr(shown, "poweorff: command not found"));
	KUNIT_EXPECT_NOT_NULL(test, strstr(shown, "'poweroff'"));
	KUNIT_EXPECT_NOT_NULL(test, strstr(output_of("qqqqqq"), "'help'"));
}

static void a_malformed_argument_shows_the_usage(struct kunit *test)
{
	static const char *const wrong[] = {
		"sleep",
		"sleep soon",
		"sleep .",
		"sleep .5.",
		"sleep -1",
		"sleep 9999999",
		"sleep 1 2",
		"spin .",
		"kill",
		"kill x",
		"kill -NOSUCH 1",
		"kill -0 1",
		"bt",
		"bt x",
		"bt 1 2",
		"nice",
		"nice -n 99 ps",
		"nice -n x ps",
		"nice -p",
		"nice -p x",
		"taskset",
		"taskset '' ps",
		"taskset xyz ps",
		"taskset -c '' ps",
		"taskset -c 0- ps",
		"taskset -c x ps",
		"taskset -x 1 ps",
		"dmesg -n 99",
		"dmesg -n",
		"dmesg x",
		"help a b",
		"ps x",
		"top x",
		"jobs x",
		"wait x",
		"uptime x",
		"free x",
		"irqs x",
		"lostwake x",
		"reboot x",
		"poweroff x",
		"waitq a b",
		"test a b",
		"bench a b",
	};
	char usage[96], name[16];

	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		const struct shell_command *command;

		strscpy(name, wrong[i], strcspn(wrong[i], " ") + 1);
		command = find_command(name);
		KUNIT_ASSERT_NOT_NULL(test, command);
		snprintf(usage, sizeof(usage), "usage: %s%s%s\n", name, *command->usage ? " " : "",
			 command->usage);
		KUNIT_EXPECT_STREQ(test, output_of(wrong[i]), usage);
	}
}

static void what_is_not_there_is_named(struct kunit *test)
{
	static const struct {
		const char *text, *answer;
	} wrong[] = {
		{ "kill 99999", "there is no task with PID 99999\n" },
		{ "bt 99999", "there is no task with PID 99999\n" },
		{ "nice -p 99999", "there is no task with PID 99999\n" },
		{ "taskset -p 99999", "there is no task with PID 99999\n" },
		{ "taskset -p 1 99999", "there is no task with PID 99999\n" },
		{ "taskset 0 ps", "taskset: none of the CPUs 0 is online\n" },
		{ "help qqqqqq", "sh: qqqqqq: command not found ('help' lists all)\n" },
		{ "nice qqqqqq", "sh: qqqqqq: command not found ('help' lists all)\n" },
		{ "nice jobs", "sh: jobs: works as a command of its own only\n" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++)
		KUNIT_EXPECT_STREQ(test, output_of(wrong[i].text), wrong[i].answer);
	if (num_online_cpus() < 64)
		KUNIT_EXPECT_STREQ(test, output_of("taskset 8000000000000000 ps"),
				   "taskset: none of the CPUs 8000000000000000 is online\n");
}

static void a_background_job_is_numbered_listed_and_reported(struct kunit *test)
{
	const char *shown;

	shown = output_of("sleep 0.05 & jobs; echo meanwhile");
	KUNIT_EXPECT_EQ(test, memcmp(shown, "[1] ", 4), 0);
	KUNIT_EXPECT_NOT_NULL(test, strstr(shown, "sleep 0.05\n"));
	KUNIT_EXPECT_NOT_NULL(test, strstr(shown, "meanwhile\n"));
	wait_event_interruptible(console_tty.read_wait, jobs_ended());
	console_capture();
	report_jobs();
	shown = console_captured();
	KUNIT_EXPECT_EQ(test, memcmp(shown, "[1] Done", 8), 0);
	KUNIT_EXPECT_NOT_NULL(test, strstr(shown, "sleep 0.05\n"));
	KUNIT_EXPECT_FALSE(test, jobs_ended());
	KUNIT_EXPECT_STREQ(test, output_of("jobs"), "");
}

static void ctrl_c_ends_the_job_and_calls_off_the_line(struct kunit *test)
{
	const char *shown;

	type_text("\003"); /* typed ahead: it counts for the job that the line starts */
	shown = output_of("sleep 100; echo never");
	KUNIT_EXPECT_STREQ(test, shown, "^C\n");
}

static struct kunit_case job_cases[] = { KUNIT_CASE(commands_of_a_line_run_in_order),
					 KUNIT_CASE(a_mistake_anywhere_runs_nothing),
					 KUNIT_CASE(an_unknown_command_is_named_with_the_nearest),
					 KUNIT_CASE(a_malformed_argument_shows_the_usage),
					 KUNIT_CASE(what_is_not_there_is_named),
					 KUNIT_CASE(
						 a_background_job_is_numbered_listed_and_reported),
					 KUNIT_CASE(ctrl_c_ends_the_job_and_calls_off_the_line),
					 {} };

static struct kunit_suite job_suite = {
	.name = "shell_jobs",
	.init = terminal_take,
	.exit = terminal_give_back,
	.test_cases = job_cases,
};

kunit_test_suite(job_suite);
