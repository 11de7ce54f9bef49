// SPDX-License-Identifier: MIT
/*
 * A line becomes jobs: words apart by blanks, commands apart by `;` and `&`. '…' keeps everything,
 * "…" everything but \" and \\, a backslash keeps the next character, # begins a comment. The whole
 * line is looked at before any of it runs, so that a mistake at its end does nothing by halves.
 */
#include <linux/ctype.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>
#include "shell.h"

struct parser {
	const char *line; /* its start */
	const char *at;   /* next character */
	char *out;        /* where the word being read is written */
	struct parse_error *error;
};

static int __printf(3, 4) syntax_error(struct parser *p, const char *at, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(p->error->what, sizeof(p->error->what), fmt, args);
	va_end(args);
	p->error->column = at - p->line + 1;
	return -EINVAL;
}

static void skip_blanks(struct parser *p)
{
	while (isspace(*p->at))
		p->at++;
	if (*p->at == '#')
		p->at += strlen(p->at);
}

static bool ends_command(char c)
{
	return !c || c == ';' || c == '&';
}

static int parse_quoted(struct parser *p)
{
	const char *opening = p->at;
	char quote = *p->at++;

	while (*p->at && *p->at != quote) {
		if (quote == '"' && *p->at == '\\' && (p->at[1] == '"' || p->at[1] == '\\'))
			p->at++;
		*p->out++ = *p->at++;
	}
	if (!*p->at)
		return syntax_error(p, opening, "this %c is never closed", quote);
	p->at++;
	return 0;
}

static int parse_word(struct parser *p)
{
	int err = 0;

	while (!err && !isspace(*p->at) && !ends_command(*p->at)) {
		if (strchr("|<>", *p->at))
			return syntax_error(p, p->at, "this shell has no '%c'; quote it", *p->at);
		if (*p->at == '"' || *p->at == '\'') {
			err = parse_quoted(p);
			continue;
		}
		if (*p->at == '\\' && p->at[1])
			p->at++;
		*p->out++ = *p->at++;
	}
	*p->out++ = '\0';
	return err;
}

/* The words' zeros fit: each word but the last is followed by a blank in the text. */
static struct job *new_job(size_t text_len)
{
	struct job *job = kzalloc(sizeof(*job) + 2 * (text_len + 1), GFP_KERNEL);

	if (job)
		init_completion(&job->done);
	return job;
}

static int parse_words(struct parser *p, struct job *job)
{
	int err = 0;

	p->out = job->words;
	for (skip_blanks(p); !err && !ends_command(*p->at); skip_blanks(p)) {
		if (job->argc == SHELL_ARGS_MAX)
			return syntax_error(p, p->at, "more than %d words", SHELL_ARGS_MAX);
		job->argv[job->argc++] = p->out;
		err = parse_word(p);
	}
	if (!err && *p->at == '&' && p->at[1] == '&')
		return syntax_error(p, p->at, "this shell has no '&&'; use ';'");
	if (!err && *p->at == '&' && !job->argc)
		return syntax_error(p, p->at, "there is no command in front of '&'");
	return err;
}

/* What was typed, without the blanks around it, goes behind the words. */
static void keep_text(struct parser *p, struct job *job, const char *start)
{
	size_t len = p->at - start;

	while (len && isspace(start[len - 1]))
		len--;
	memcpy(p->out, start, len);
	p->out[len] = '\0';
	job->text = p->out;
}

static int parse_command(struct parser *p, struct list_head *jobs)
{
	const char *start;
	struct job *job;
	int err;

	skip_blanks(p);
	start = p->at;
	job = new_job(strlen(start));
	if (!job)
		return -ENOMEM;
	err = parse_words(p, job);
	if (err) {
		kfree(job);
		return err;
	}
	keep_text(p, job, start);
	job->background = *p->at == '&';
	if (*p->at)
		p->at++;
	if (job->argc)
		list_add_tail(&job->node, jobs);
	else
		kfree(job);
	return 0;
}

int parse_line(const char *line, struct list_head *jobs, struct parse_error *error)
{
	struct parser parser = { .line = line, .at = line, .error = error };
	int err = 0;

	while (!err && *parser.at)
		err = parse_command(&parser, jobs);
	if (err)
		free_jobs(jobs);
	return err;
}

void free_jobs(struct list_head *jobs)
{
	struct job *job, *next;

	list_for_each_entry_safe(job, next, jobs, node) {
		list_del(&job->node);
		kfree(job);
	}
}
