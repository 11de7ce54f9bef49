// SPDX-License-Identifier: MIT
/*
 * Commands about tasks: who there is, what they do, where they sleep; signals, priorities, CPUs.
 *
 * A listing first takes references on all tasks, under tasklist_lock, and looks at them afterwards
 * with the lock dropped. While a task's pi_lock is held it cannot be woken: that makes it safe to
 * look at the wait queue a blocked task stands in, even one on its own stack.
 */
#include <linux/ctype.h>
#include <linux/delay.h>
#include <linux/errno.h>
#include <linux/hung_task.h>
#include <linux/jiffies.h>
#include <linux/kallsyms.h>
#include <linux/kernel.h>
#include <linux/kstrtox.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/sched/debug.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include <linux/stacktrace.h>
#include <linux/string.h>
#include <linux/timekeeping.h>
#include <linux/tty.h>
#include <linux/vmalloc.h>
#include <linux/wait.h>
#include "shell.h"

#define NAME_MAX_SHOWN 28
#define TRACE_MAX      32

/* ---- all tasks ---- */

struct task_list {
	size_t count;
	struct task_struct **task; /* referenced */
};

static size_t count_tasks(void)
{
	struct task_struct *p;
	size_t count = 0;

	spin_lock_irq(&tasklist_lock);
	for_each_process(p)
		count++;
	spin_unlock_irq(&tasklist_lock);
	return count;
}

static int get_task_list(struct task_list *list)
{
	size_t room = count_tasks() + 32; /* some may be born meanwhile */
	struct task_struct *p;

	list->count = 0;
	list->task = vmalloc(room * sizeof(*list->task));
	if (!list->task)
		return -ENOMEM;
	spin_lock_irq(&tasklist_lock);
	for_each_process(p)
		if (list->count < room && !(READ_ONCE(p->__state) & TASK_DEAD))
			list->task[list->count++] = get_task_struct(p);
	spin_unlock_irq(&tasklist_lock);
	return 0;
}

static void put_task_list(struct task_list *list)
{
	while (list->count)
		put_task_struct(list->task[--list->count]);
	vfree(list->task);
}

static struct task_struct *get_task_of(const char *text)
{
	struct task_struct *p;
	pid_t pid;

	if (kstrtoint(text, 10, &pid))
		return ERR_PTR(-EINVAL);
	p = find_get_task_by_vpid(pid);
	if (!p)
		shell_printf("there is no task with PID %d\n", pid);
	return p;
}

/* ---- where a task sleeps ---- */

/* A task's place in a wait queue, copied while it could not move. */
struct wait_place {
	struct task_struct *task;
	const void *queue;
	char name[48];
	unsigned int position; /* in the queue, from 1; 0: woken and about to leave it */
	bool exclusive;
};

#ifdef CONFIG_DEBUG_ATOMIC_SLEEP
/* Fills in what the queue says. Returns false when its lock is taken: look again. */
static bool look_at_queue(struct wait_queue_head *queue, struct wait_place *place)
{
	struct wait_queue_entry *entry;
	unsigned int position = 0;

	/* pi_lock comes after the queue's lock when a task is woken; so this may only try. */
	if (!spin_trylock(&queue->lock))
		return false;
	list_for_each_entry(entry, &queue->head, entry) {
		position++;
		if (entry->private != place->task)
			continue;
		place->position = position;
		place->exclusive = entry->flags & WQ_FLAG_EXCLUSIVE;
	}
	spin_unlock(&queue->lock);
	return true;
}

/* Returns whether @p sleeps on a wait queue. */
static bool find_wait_place(struct task_struct *p, struct wait_place *place)
{
	struct wait_queue_head *queue;
	unsigned long flags;
	bool looked;

	memset(place, 0, sizeof(*place));
	place->task = p;
	do {
		local_irq_save(flags);
		arch_spin_lock(&p->pi_lock);
		queue = NULL;
		if (!READ_ONCE(p->on_rq) && !READ_ONCE(p->on_cpu) && !task_is_running(p))
			queue = p->wait_head;
		if (queue)
			strscpy(place->name, queue->lock.dep_map.name, sizeof(place->name));
		looked = !queue || look_at_queue(queue, place);
		arch_spin_unlock(&p->pi_lock);
		local_irq_restore(flags);
		cpu_relax();
	} while (!looked);
	place->queue = queue;
	return queue;
}
#else
/* The release profile does not note which queue a task sleeps on. */
static bool find_wait_place(struct task_struct *p, struct wait_place *place)
{
	return false;
}
#endif

static void format_wchan(struct task_struct *p, char *buf, size_t size)
{
	struct wait_place place;
	unsigned long address;

	if (find_wait_place(p, &place)) {
		strscpy(buf, place.name, size);
		return;
	}
	if (sprint_blocker(buf, size, p))
		return;
	address = get_wchan(p);
	if (address)
		snprintf(buf, size, "%ps", (void *)address);
	else
		strscpy(buf, "-", size);
}

/* ---- ps and top ---- */

static const char *class_name(const struct task_struct *p)
{
	switch (p->policy) {
	case SCHED_FIFO:
		return "fifo";
	case SCHED_RR:
		return "rr";
	case SCHED_IDLE:
		return "idle";
	}
	return "fair";
}

static void format_priority(const struct task_struct *p, char *buf, size_t size)
{
	if (rt_task(p))
		snprintf(buf, size, "rt%u", p->rt_priority);
	else
		snprintf(buf, size, "%d", task_nice(p));
}

/* 110 bytes at most. A row is cut at 79 columns, so that it stays one row on the screen. */
static void format_task(struct task_struct *p, const char *share, char *buf, size_t size)
{
	char wchan[NAME_MAX_SHOWN + 1], priority[8];
	unsigned long us = task_sched_runtime(p) / 1000;

	format_wchan(p, wchan, sizeof(wchan));
	format_priority(p, priority, sizeof(priority));
	snprintf(buf, size, "%5d %c %3d %-5s %4s %6lu.%03lu%s  %-*s %s", p->pid,
		 task_state_to_char(p), task_cpu(p), class_name(p), priority, us / 1000000,
		 us / 1000 % 1000, share, NAME_MAX_SHOWN, wchan, p->comm);
}

static int ps_main(int argc, char **argv)
{
	struct task_list list;
	char row[80];
	size_t i;
	int err = get_task_list(&list);

	if (err)
		return err;
	shell_printf("  PID S CPU CLASS NICE       TIME  %-*s COMMAND\n", NAME_MAX_SHOWN,
		     "WAITS ON");
	for (i = 0; i < list.count && !signal_pending(current); i++) {
		format_task(list.task[i], "", row, sizeof(row));
		shell_printf("%s\n", row);
	}
	put_task_list(&list);
	return signal_pending(current) ? -EINTR : 0;
}
SHELL_COMMAND(ps, ps_main, "", "list the tasks", SHELL_INLINE);

#define TOP_ROWS 19

struct top_row {
	struct task_struct *task;
	u64 runtime; /* ns of its life */
	u64 used;    /* ns since the screen before */
};

/* What top remembers from one screen to the next. */
struct top {
	struct task_list list;
	struct top_row *rows; /* one a task, by PID while remembered, by use on the screen */
	u64 now;
};

static int by_use(const void *a, const void *b)
{
	const struct top_row *x = a, *y = b;

	if (x->used != y->used)
		return x->used < y->used ? 1 : -1;
	return x->task->pid - y->task->pid;
}

static int by_pid(const void *a, const void *b)
{
	const struct top_row *x = a, *y = b;

	return x->task->pid - y->task->pid;
}

static u64 runtime_before(const struct top *before, struct task_struct *task)
{
	size_t low = 0, high = before->list.count;

	while (low < high) {
		size_t middle = (low + high) / 2;
		const struct top_row *row = &before->rows[middle];

		if (row->task == task)
			return row->runtime;
		if (row->task->pid < task->pid)
			low = middle + 1;
		else
			high = middle;
	}
	return 0;
}

static void top_put(struct top *top)
{
	vfree(top->rows);
	put_task_list(&top->list);
}

static int top_get(struct top *top, const struct top *before)
{
	int err = get_task_list(&top->list);
	size_t i;

	if (err)
		return err;
	top->rows = vmalloc(top->list.count * sizeof(*top->rows));
	if (!top->rows) {
		put_task_list(&top->list);
		return -ENOMEM;
	}
	top->now = ktime_get_ns();
	for (i = 0; i < top->list.count; i++) {
		struct top_row *row = &top->rows[i];

		row->task = top->list.task[i];
		row->runtime = task_sched_runtime(row->task);
		row->used = before ? row->runtime - runtime_before(before, row->task)
				   : row->runtime;
	}
	return 0;
}

/* In tenths of a percent of one CPU. */
static unsigned int per_mille(u64 used, u64 elapsed)
{
	return elapsed ? used * 1000 / elapsed : 0;
}

static void top_summary(const struct top *top, u64 elapsed)
{
	unsigned int running = 0, busy;
	struct sysinfo info;
	u64 used = 0;
	size_t i;

	for (i = 0; i < top->list.count; i++) {
		running += task_is_running(top->list.task[i]);
		used += top->rows[i].used;
	}
	busy = per_mille(used, elapsed * num_online_cpus());
	si_meminfo(&info);
	shell_printf(
		"\033[Hup %llu s, %zu tasks, %u running; %u CPUs %u.%u%% busy; %lu of %lu KiB free\033[K\n",
		(unsigned long long)(top->now / 1000000000), top->list.count, running,
		num_online_cpus(), busy / 10, busy % 10, info.freeram * info.mem_unit / 1024,
		info.totalram * info.mem_unit / 1024);
	shell_printf("q or Ctrl-C ends\033[K\n\033[K\n");
}

static void top_show(struct top *top, u64 elapsed)
{
	char share[16], row[80];
	size_t i;

	top_summary(top, elapsed);
	shell_printf("\033[7m  PID S CPU CLASS NICE       TIME  %%CPU  %-*s COMMAND\033[0m\033[K\n",
		     NAME_MAX_SHOWN, "WAITS ON");
	sort(top->rows, top->list.count, sizeof(*top->rows), by_use, NULL);
	for (i = 0; i < top->list.count && i < TOP_ROWS; i++) {
		unsigned int used = per_mille(top->rows[i].used, elapsed);

		snprintf(share, sizeof(share), " %3u.%u", used / 10, used % 10);
		format_task(top->rows[i].task, share, row, sizeof(row));
		shell_printf("%s\033[K\n", row);
	}
	shell_printf("\033[J");
	sort(top->rows, top->list.count, sizeof(*top->rows), by_pid, NULL);
}

static int top_run(void)
{
	struct top before, now;
	int key = -ETIME;
	int err = top_get(&before, NULL);

	if (err)
		return err;
	shell_printf("\033[2J");
	top_show(&before, before.now);
	while (!err && key != 'q') {
		key = tty_getchar_timeout(&console_tty, HZ);
		if (key == -ETIME) {
			err = top_get(&now, &before);
			if (err)
				break;
			top_show(&now, now.now - before.now);
			top_put(&before);
			before = now;
		} else if (key < 0) {
			err = key;
		}
	}
	top_put(&before);
	return err;
}

/* Keys come one by one. In the foreground a job stays until its end, so lflag is its own meanwhile. */
static int top_main(int argc, char **argv)
{
	unsigned int lflag;
	int err;

	if (!tty_in_foreground(&console_tty))
		return -EIO;
	lflag = n_tty_set_lflag(&console_tty, ISIG);
	err = top_run();
	n_tty_set_lflag(&console_tty, lflag);
	return err;
}
SHELL_COMMAND(top, top_main, "", "the tasks by CPU use, live", SHELL_TASK);

/* ---- one task, one queue ---- */

static void show_trace_of(struct task_struct *p)
{
	unsigned long entry[TRACE_MAX];
	char where[KSYM_SYMBOL_LEN];
	unsigned int count, i;

	if (p == current)
		count = stack_trace_save(entry, TRACE_MAX, 0);
	else
		count = stack_trace_save_tsk(p, entry, TRACE_MAX, 0);
	for (i = 0; i < count; i++) {
		sprint_location(where, entry[i], true);
		shell_printf(" %s\n", where);
	}
	if (!count)
		shell_printf(" it is running; Alt-SysRq-l shows what the CPUs do\n");
}

static int bt_main(int argc, char **argv)
{
	struct wait_place place;
	struct task_struct *p;

	if (argc != 2)
		return -EINVAL;
	p = get_task_of(argv[1]);
	if (IS_ERR_OR_NULL(p))
		return p ? PTR_ERR(p) : STATUS_FAILED;
	shell_printf("%s/%d, state %c, CPU %d", p->comm, p->pid, task_state_to_char(p),
		     task_cpu(p));
	if (find_wait_place(p, &place))
		shell_printf(", sleeps on %s", place.name);
	shell_printf("\n");
	show_trace_of(p);
	put_task_struct(p);
	return 0;
}
SHELL_COMMAND(bt, bt_main, "PID", "show where a task sleeps", SHELL_INLINE);

static int by_queue(const void *a, const void *b)
{
	const struct wait_place *x = a, *y = b;

	if (x->queue != y->queue)
		return x->queue < y->queue ? -1 : 1;
	return (int)x->position - (int)y->position;
}

static void show_waiters(struct wait_place *place, size_t count, const char *name)
{
	const void *queue = NULL;
	size_t i;

	sort(place, count, sizeof(*place), by_queue, NULL);
	for (i = 0; i < count; i++) {
		if (!strstr(place[i].name, name))
			continue;
		if (place[i].queue != queue)
			shell_printf("%s (0x%lx)\n", place[i].name, (unsigned long)place[i].queue);
		queue = place[i].queue;
		shell_printf("  %2u. %s/%d%s\n", place[i].position, place[i].task->comm,
			     place[i].task->pid, place[i].exclusive ? ", exclusive" : "");
	}
}

static int waitq_main(int argc, char **argv)
{
	struct wait_place *place;
	struct task_list list;
	size_t i, count = 0;
	int err;

	if (argc > 2)
		return -EINVAL;
	if (!IS_ENABLED(CONFIG_DEBUG_ATOMIC_SLEEP)) {
		shell_printf("waitq: only the debug profile notes who sleeps on which queue\n");
		return STATUS_FAILED;
	}
	err = get_task_list(&list);
	if (err)
		return err;
	place = vmalloc(list.count * sizeof(*place));
	if (place) {
		for (i = 0; i < list.count; i++)
			count += find_wait_place(list.task[i], &place[count]);
		show_waiters(place, count, argc > 1 ? argv[1] : "");
		vfree(place);
	}
	put_task_list(&list);
	return place ? 0 : -ENOMEM;
}
SHELL_COMMAND(waitq, waitq_main, "[NAME]", "show who sleeps on which wait queue", SHELL_INLINE);

/* ---- signals ---- */

static const struct {
	const char *name;
	int sig;
} signal_names[] = {
	{ "HUP", SIGHUP },   { "INT", SIGINT },   { "QUIT", SIGQUIT }, { "KILL", SIGKILL },
	{ "USR1", SIGUSR1 }, { "USR2", SIGUSR2 }, { "TERM", SIGTERM },
};

static int parse_signal(const char *text)
{
	size_t i;
	int sig;

	if (!kstrtoint(text, 10, &sig))
		return sig > 0 && valid_signal(sig) ? sig : -EINVAL;
	if (!strncmp(text, "SIG", 3))
		text += 3;
	for (i = 0; i < ARRAY_SIZE(signal_names); i++)
		if (!strcmp(text, signal_names[i].name))
			return signal_names[i].sig;
	return -EINVAL;
}

static int kill_task(struct task_struct *p, int sig)
{
	if (!sigismember(&p->allowed, sig)) {
		shell_printf(
			"kill: %s/%d does not accept signal %d: it never called allow_signal()\n",
			p->comm, p->pid, sig);
		return STATUS_FAILED;
	}
	return send_sig(sig, p, 1);
}

static int kill_main(int argc, char **argv)
{
	int sig = SIGTERM, status = 0, i = 1;

	if (argc > 1 && argv[1][0] == '-') {
		sig = parse_signal(argv[1] + 1);
		if (sig < 0)
			return sig;
		i++;
	}
	if (i == argc)
		return -EINVAL;
	for (; i < argc; i++) {
		struct task_struct *p = get_task_of(argv[i]);

		if (IS_ERR(p))
			return PTR_ERR(p);
		if (!p || kill_task(p, sig))
			status = STATUS_FAILED;
		if (p)
			put_task_struct(p);
	}
	return status;
}
SHELL_COMMAND(kill, kill_main, "[-SIGNAL] PID...", "send a signal, SIGTERM unless said",
	      SHELL_INLINE);

/* ---- time ---- */

/* "2", "0.25": seconds, to the millisecond. */
static int parse_seconds(const char *text, unsigned int *ms)
{
	unsigned int digit_worth = 100;
	unsigned long seconds;
	char *end;

	seconds = simple_strtoul(text, &end, 10);
	if (!isdigit(text[*text == '.']) || end - text > 6)
		return -EINVAL;
	*ms = seconds * 1000;
	if (*end == '.')
		for (end++; *end >= '0' && *end <= '9'; end++, digit_worth /= 10)
			*ms += (*end - '0') * digit_worth;
	return *end ? -EINVAL : 0;
}

static int sleep_main(int argc, char **argv)
{
	unsigned int ms;

	if (argc != 2 || parse_seconds(argv[1], &ms))
		return -EINVAL;
	return msleep_interruptible(ms) ? -EINTR : 0;
}
SHELL_COMMAND(sleep, sleep_main, "SECONDS", "do nothing for a while", SHELL_TASK);

static int spin_main(int argc, char **argv)
{
	u64 end = U64_MAX;
	unsigned int ms;

	if (argc > 2 || (argc == 2 && parse_seconds(argv[1], &ms)))
		return -EINVAL;
	if (argc == 2)
		end = ktime_get_ns() + ms * 1000000ull;
	while (ktime_get_ns() < end) {
		if (signal_pending(current))
			return -EINTR;
		cpu_relax();
	}
	return 0;
}
SHELL_COMMAND(spin, spin_main, "[SECONDS]", "keep a CPU busy", SHELL_TASK);

/* ---- priority and CPUs ---- */

static int renice(const char *pid, int nice)
{
	struct task_struct *p = get_task_of(pid);

	if (IS_ERR_OR_NULL(p))
		return p ? PTR_ERR(p) : STATUS_FAILED;
	set_user_nice(p, nice);
	put_task_struct(p);
	return 0;
}

static int nice_main(int argc, char **argv)
{
	int nice = 10;

	if (argc > 2 && !strcmp(argv[1], "-n")) {
		if (kstrtoint(argv[2], 10, &nice) || nice < MIN_NICE || nice > MAX_NICE)
			return -EINVAL;
		argc -= 2;
		argv += 2;
	}
	if (argc == 3 && !strcmp(argv[1], "-p"))
		return renice(argv[2], nice);
	if (argc < 2 || argv[1][0] == '-')
		return -EINVAL;
	set_user_nice(current, nice);
	return shell_exec(argc - 1, argv + 1);
}
SHELL_COMMAND(nice, nice_main, "[-n NICE] CMD...|-p PID", "run with another share of the CPU",
	      SHELL_TASK);

static int parse_cpus(const char *text, bool list, struct cpumask *cpus)
{
	if (!*text)
		return -EINVAL;
	if (list)
		return cpulist_parse(text, cpus) ? -EINVAL : 0;
	cpumask_clear(cpus);
	return kstrtoul(text, 16, cpumask_bits(cpus)) ? -EINVAL : 0;
}

static int taskset_task(const char *pid, const char *new_cpus, bool list)
{
	struct task_struct *p = get_task_of(pid);
	struct cpumask cpus;
	int err = 0;

	if (IS_ERR_OR_NULL(p))
		return p ? PTR_ERR(p) : STATUS_FAILED;
	if (new_cpus) {
		err = parse_cpus(new_cpus, list, &cpus);
		if (!err && set_cpus_allowed_ptr(p, &cpus)) {
			shell_printf("taskset: %s/%d can not run on CPUs %s\n", p->comm, p->pid,
				     new_cpus);
			err = STATUS_FAILED;
		}
	}
	if (!err)
		shell_printf("%s/%d may run on CPUs %*pbl\n", p->comm, p->pid,
			     cpumask_pr_args(&p->cpus_mask));
	put_task_struct(p);
	return err;
}

static int taskset_main(int argc, char **argv)
{
	bool list = false, pid = false;
	struct cpumask cpus;

	for (; argc > 1 && argv[1][0] == '-'; argc--, argv++) {
		list |= strchr(argv[1], 'c') != NULL;
		pid |= strchr(argv[1], 'p') != NULL;
		if (strspn(argv[1], "-cp") != strlen(argv[1]))
			return -EINVAL;
	}
	if (pid && (argc == 2 || argc == 3))
		return taskset_task(argv[argc - 1], argc == 3 ? argv[1] : NULL, list);
	if (pid || argc < 3 || parse_cpus(argv[1], list, &cpus))
		return -EINVAL;
	if (set_cpus_allowed_ptr(current, &cpus)) {
		shell_printf("taskset: none of the CPUs %s is online\n", argv[1]);
		return STATUS_FAILED;
	}
	return shell_exec(argc - 2, argv + 2);
}
SHELL_COMMAND(taskset, taskset_main, "[-cp] [CPUS] CMD...|PID", "choose the CPUs a task may use",
	      SHELL_TASK);
