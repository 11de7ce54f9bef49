// SPDX-License-Identifier: MIT
/*
 * The shell: a kernel thread that reads a line, cuts it into jobs and runs them. A command that may
 * block gets a thread of its own, so that it has a PID, a name and a place to sleep. The shell
 * waits for a foreground job on its completion and meanwhile makes it the task that Ctrl-C
 * interrupts; a background job is left alone until it has ended.
 *
 * A job is freed by the shell, after its thread has called complete(), the last thing it does to it.
 */
#include <linux/completion.h>
#include <linux/errno.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/printk.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/tty.h>
#include "shell.h"

#define COOKED (ISIG | ICANON | ECHO) /* the terminal as a command finds it */
#define RAW    0                      /* while the line editor reads: Ctrl-C is a key like others */

static LIST_HEAD(background_jobs); /* the shell's task only */
static struct task_struct *shell_task;
static DECLARE_WAIT_QUEUE_HEAD(job_ended); /* where `wait` sleeps */
static atomic_t running_jobs;              /* background jobs, */
static atomic_t ended_jobs;                /* and those of them done and not yet reported */
static char run_line[COMMAND_LINE_SIZE];

static int __init run_setup(char *val)
{
	return strscpy(run_line, val, sizeof(run_line)) < 0 ? -EINVAL : 0;
}
early_param("run", run_setup);

int shell_printf(const char *fmt, ...)
{
	va_list args;
	int len;

	va_start(args, fmt);
	len = tty_vprintf(fmt, args);
	va_end(args);
	return len;
}

/* ---- commands ---- */

const struct shell_command *find_command(const char *name)
{
	const struct shell_command *const *p;

	for_each_shell_command(p) if (!strcmp((*p)->name, name)) return *p;
	return NULL;
}

const struct shell_command *next_command(const struct shell_command *after, const char *prefix,
					 size_t prefix_len)
{
	const struct shell_command *next = NULL;
	const struct shell_command *const *p;

	for_each_shell_command(p)
	{
		if (strncmp((*p)->name, prefix, prefix_len))
			continue;
		if (after && strcmp((*p)->name, after->name) <= 0)
			continue;
		if (!next || strcmp((*p)->name, next->name) < 0)
			next = *p;
	}
	return next;
}

/* Letters to insert, delete or change to get from one word to the other (Levenshtein). */
static unsigned int edit_distance(const char *a, const char *b)
{
	unsigned int row[24];
	size_t len = strlen(b), i, j;

	if (len >= ARRAY_SIZE(row))
		return UINT_MAX;
	for (j = 0; j <= len; j++)
		row[j] = j;
	for (i = 1; *a; a++, i++) {
		unsigned int diagonal = row[0];

		row[0] = i;
		for (j = 1; j <= len; j++) {
			unsigned int above = row[j];

			row[j] = min(min(above, row[j - 1]) + 1, diagonal + (*a != b[j - 1]));
			diagonal = above;
		}
	}
	return row[len];
}

static void complain_unknown(const char *name)
{
	const struct shell_command *const *p;
	const char *nearest = NULL;
	unsigned int distance = 3; /* farther away it is no typing mistake */

	for_each_shell_command(p)
	{
		unsigned int d = edit_distance(name, (*p)->name);

		if (d < distance && d < strlen(name)) {
			distance = d;
			nearest = (*p)->name;
		}
	}
	if (nearest)
		shell_printf("sh: %s: command not found (did you mean '%s'?)\n", name, nearest);
	else
		shell_printf("sh: %s: command not found ('help' lists all)\n", name);
}

/* Runs a command in this task and makes an exit status of whatever it returns. */
static int run_command(const struct shell_command *command, int argc, char **argv)
{
	bool surplus = argc > 1 && !*command->usage;
	int result = surplus ? -EINVAL : command->main(argc, argv);

	if (result >= 0)
		return result;
	if (result == -EINTR || result == -ERESTARTSYS) {
		int sig = kernel_dequeue_signal();

		return STATUS_SIGNAL + (sig ? sig : SIGINT);
	}
	if (result == -EINVAL) {
		shell_printf("usage: %s%s%s\n", command->name, *command->usage ? " " : "",
			     command->usage);
		return STATUS_USAGE;
	}
	shell_printf("%s: %pe\n", command->name, ERR_PTR(result));
	return STATUS_FAILED;
}

int shell_exec(int argc, char **argv)
{
	const struct shell_command *command = find_command(argv[0]);

	if (!command) {
		complain_unknown(argv[0]);
		return STATUS_NOT_FOUND;
	}
	if (command->flags & SHELL_BUILTIN) {
		shell_printf("sh: %s: works as a command of its own only\n", argv[0]);
		return STATUS_USAGE;
	}
	set_task_comm(current, argv[0]);
	return run_command(command, argc, argv);
}

/* ---- jobs ---- */

bool jobs_ended(void)
{
	return atomic_read(&ended_jobs) > 0;
}

/* What the shell and its jobs accept. A job does so before it runs: `kill` may come first. */
#define SHELL_SIGNALS                                                                              \
	(sigmask(SIGHUP) | sigmask(SIGINT) | sigmask(SIGQUIT) | sigmask(SIGTERM) | sigmask(SIGKILL))

static int job_thread(void *data)
{
	struct job *job = data;
	bool background = job->background;

	if (!background)
		tty_set_foreground(&console_tty, current, COOKED);
	job->status = run_command(job->command, job->argc, job->argv);
	complete(&job->done); /* the shell may report the job, and free it, from here on */
	if (background) {
		atomic_inc(&ended_jobs);
		atomic_dec(
			&running_jobs); /* last: `wait` finds every job that it waited for done */
		wake_up(&job_ended);
		wake_up_interruptible(&console_tty.read_wait); /* the shell reports it */
	}
	return 0;
}

static void describe_status(int status, char *buf, size_t size)
{
	static const struct {
		int sig;
		const char *text;
	} ends[] = {
		{ SIGHUP, "Hangup" },  { SIGINT, "Interrupt" },   { SIGQUIT, "Quit" },
		{ SIGKILL, "Killed" }, { SIGTERM, "Terminated" },
	};
	size_t i;

	snprintf(buf, size, status ? "Exit %d" : "Done", status);
	for (i = 0; i < ARRAY_SIZE(ends); i++)
		if (status == STATUS_SIGNAL + ends[i].sig)
			strscpy(buf, ends[i].text, size);
}

void report_jobs(void)
{
	struct job *job, *next;
	char status[16];

	list_for_each_entry_safe(job, next, &background_jobs, node) {
		if (!completion_done(&job->done))
			continue;
		describe_status(job->status, status, sizeof(status));
		shell_printf("[%u] %-12s %s\n", job->id, status, job->text);
		list_del(&job->node);
		kfree(job);
		atomic_dec(&ended_jobs);
	}
}

static unsigned int new_job_id(void)
{
	struct job *job;
	unsigned int id = 0;

	list_for_each_entry(job, &background_jobs, node)
		id = max(id, job->id);
	return id + 1;
}

/* Ctrl-C was the end of a foreground job: show it where the cursor is. */
static void show_interrupt(int status)
{
	if (status == STATUS_SIGNAL + SIGINT)
		shell_printf("^C\n");
}

static int run_inline(struct job *job)
{
	int status;

	tty_set_foreground(&console_tty, current, COOKED);
	status = run_command(job->command, job->argc, job->argv);
	tty_set_foreground(&console_tty, current, RAW);
	flush_signals(current);
	return status;
}

/* Starts the job's thread. Takes the job over, whatever comes of it. */
static int run_thread(struct job *job)
{
	struct task_struct *task = kthread_create(job_thread, job, "%s", job->argv[0]);
	int status;

	if (IS_ERR(task)) {
		shell_printf("sh: %s: can not start a task: %pe\n", job->argv[0], task);
		kfree(job);
		return STATUS_FAILED;
	}
	job->pid = task_pid_nr(task);
	task->allowed = SHELL_SIGNALS;
	if (job->background) {
		job->id = new_job_id();
		shell_printf("[%u] %d\n", job->id, job->pid);
		list_add_tail(&job->node, &background_jobs);
		atomic_inc(&running_jobs);
		wake_up_process(task);
		return 0;
	}
	wake_up_process(task);
	wait_for_completion_state(&job->done, TASK_IDLE); /* as long as the job likes */
	tty_set_foreground(&console_tty, current, RAW);
	status = job->status;
	kfree(job);
	return status;
}

/* Runs a job that is on no list any more, and frees it when it is done. */
static int run_job(struct job *job)
{
	int status = STATUS_NOT_FOUND;
	unsigned int inline_flags = job->background ? SHELL_BUILTIN : SHELL_BUILTIN | SHELL_INLINE;

	job->command = find_command(job->argv[0]);
	if (job->command && !(job->command->flags & inline_flags))
		return run_thread(job);
	if (job->command)
		status = run_inline(job);
	else
		complain_unknown(job->argv[0]);
	kfree(job);
	return status;
}

static void run_jobs(struct list_head *jobs)
{
	while (!list_empty(jobs)) {
		struct job *job = list_first_entry(jobs, struct job, node);
		int status;

		list_del(&job->node);
		status = run_job(job);
		show_interrupt(status);
		report_jobs();
		if (status == STATUS_SIGNAL + SIGINT)
			free_jobs(jobs); /* the rest of the line is called off, too */
	}
}

void run_text(const char *line)
{
	struct parse_error error;
	LIST_HEAD(jobs);
	int err = parse_line(line, &jobs, &error);

	if (err == -EINVAL)
		shell_printf("sh: column %zu: %s. Nothing was run; Up brings the line back.\n",
			     error.column, error.what);
	else if (err)
		shell_printf("sh: %pe. Nothing was run; Up brings the line back.\n", ERR_PTR(err));
	else
		run_jobs(&jobs);
}

/* ---- the shell itself ---- */

static void report_lost_input(void)
{
	unsigned int lost = tty_take_lost(&console_tty);

	if (lost)
		shell_printf("sh: typed too far ahead: %u characters were lost\n", lost);
}

static int shell_thread(void *unused)
{
	static char line[SHELL_LINE_MAX];
	int len;

	shell_task = current;
	current->allowed = SHELL_SIGNALS;
	tty_set_foreground(&console_tty, current, RAW);
	if (*run_line) {
		shell_printf("# %s\n", run_line);
		history_add(run_line);
		run_text(run_line);
	}
	for (;;) {
		report_jobs();
		report_lost_input();
		len = edit_line(line);
		flush_signals(current); /* someone may have tried to kill the shell */
		if (len >= 0 || len == LINE_TOO_LONG)
			history_add(line);
		if (len == LINE_TOO_LONG)
			shell_printf("sh: a line has %d characters at most. Nothing was run; "
				     "Up brings back what fitted.\n",
				     SHELL_LINE_MAX - 1);
		else if (len == LINE_EOF)
			shell_printf("sh: there is nowhere to go; 'poweroff' ends the machine\n");
		else if (len > 0)
			run_text(line);
	}
	return 0;
}

int shell_init(void)
{
	struct task_struct *task = kthread_run(shell_thread, NULL, "sh");

	return PTR_ERR_OR_ZERO(task);
}

static int jobs_main(int argc, char **argv)
{
	struct job *job;

	list_for_each_entry(job, &background_jobs, node)
		shell_printf("[%u] %d %-12s %s\n", job->id, job->pid,
			     completion_done(&job->done) ? "Done" : "Running", job->text);
	return 0;
}
SHELL_COMMAND(jobs, jobs_main, "", "list the background jobs", SHELL_BUILTIN);

/* A `wait` in the background is a background job, too: it waits for all but such as itself. */
static int wait_main(int argc, char **argv)
{
	static atomic_t waiting_jobs;
	bool background = current != shell_task;
	int err;

	if (background)
		atomic_inc(&waiting_jobs);
	err = wait_event_interruptible(job_ended,
				       atomic_read(&running_jobs) <= atomic_read(&waiting_jobs));
	if (background)
		atomic_dec(&waiting_jobs);
	return err;
}
SHELL_COMMAND(wait, wait_main, "", "wait for all background jobs", SHELL_INLINE);
