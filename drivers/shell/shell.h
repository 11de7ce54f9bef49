/* SPDX-License-Identifier: MIT */
/*
 * What the shell's files share. A line read by lineedit.c is cut into jobs by parse.c, which sh.c
 * runs one after the other. Everything here belongs to the shell's task, except for a running job's
 * `status` and `done`, which the job's task writes.
 */
#ifndef DRIVERS_SHELL_H
#define DRIVERS_SHELL_H

#include <catnap/shell.h>
#include <linux/completion.h>
#include <linux/list.h>
#include <linux/types.h>

#define SHELL_LINE_MAX	1024	/* a line's bytes, with its NUL */
#define SHELL_ARGS_MAX	32	/* words of a command */

#define STATUS_FAILED		1
#define STATUS_USAGE		2
#define STATUS_NOT_FOUND	127
#define STATUS_SIGNAL		128	/* plus the signal's number */

struct job {
	struct list_head node;		/* of the line, then of the background jobs */
	unsigned int id;		/* [1], [2]…: background jobs only */
	pid_t pid;
	bool background;
	const struct shell_command *command;
	int status;			/* valid when done */
	struct completion done;
	const char *text;		/* as typed */
	int argc;
	char *argv[SHELL_ARGS_MAX + 1];
	char words[];
};

/* parse.c */

struct parse_error {
	char what[64];
	size_t column;			/* from 1 */
};

/**
 * parse_line - cut a line into jobs, appended to @jobs
 * Context: task, may sleep.
 * Return: 0; -EINVAL with @error filled, or -ENOMEM: then @jobs is empty.
 */
int parse_line(const char *line, struct list_head *jobs, struct parse_error *error);
void free_jobs(struct list_head *jobs);

/* lineedit.c */

#define LINE_EOF	(-ENODATA)	/* Ctrl-D on an empty line */
#define LINE_TOO_LONG	(-E2BIG)

/**
 * edit_line - prompt for a line and let it be edited
 * Context: the shell's task, sleeps.
 * Return: its length; LINE_EOF; LINE_TOO_LONG: @line has its beginning; -EINTR for Ctrl-C.
 */
int edit_line(char line[SHELL_LINE_MAX]);

/* history_add - remember a line. Without memory it is forgotten, which costs nothing but comfort. */
void history_add(const char *line);

/* sh.c */

#define for_each_shell_command(p) for (p = __start_shellcmds; p < __stop_shellcmds; p++)
extern const struct shell_command *const __start_shellcmds[], *const __stop_shellcmds[];

const struct shell_command *find_command(const char *name);

/**
 * next_command - walk the commands that begin with @prefix in alphabetical order
 * @after: the one before, NULL to start. Return: the next one, NULL after the last.
 */
const struct shell_command *next_command(const struct shell_command *after, const char *prefix,
					 size_t prefix_len);

/* run_text - run a line as if it had been typed. Context: the shell's task, or while that is waiting. */
void run_text(const char *line);

/* jobs_ended - has a background job ended that report_jobs() has not reported? Context: any task. */
bool jobs_ended(void);

/* report_jobs - report and forget background jobs that have ended. Context: the shell's task. */
void report_jobs(void);

#endif
