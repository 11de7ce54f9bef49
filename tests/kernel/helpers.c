// SPDX-License-Identifier: MIT
/*
 * See helpers.h. Cases run one at a time, so what is static here belongs to the running one.
 */
#include <linux/console.h>
#include <linux/cpumask.h>
#include <linux/hrtimer.h>
#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/sched/task.h>
#include <linux/tty.h>
#include "helpers.h"
#include "threads.h"

#define LEAK_ATTEMPTS 5

u64 log_mark(void)
{
	static u64 seq; /* only so that the next call has less to read */
	static struct printk_record record;

	while (printk_read(&seq, &record))
		;
	return seq;
}

bool log_has_both(u64 mark, const char *a, const char *b)
{
	static struct printk_record record;
	static char line[PRINTK_MESSAGE_MAX];
	size_t len = 0;

	while (printk_read(&mark, &record)) {
		size_t part = min_t(size_t, record.len, sizeof(line) - 1 - len);

		memcpy(line + len, record.text, part);
		len += part;
		line[len] = '\0';
		if (strstr(line, a) && strstr(line, b))
			return true;
		if (record.newline)
			len = 0;
	}
	return false;
}

/* The console owner's, like everything below a console's write(). */
static char captured[8192];
static size_t captured_len;
static bool capturing;

static void capture_write(struct console *con, const char *s, unsigned int n)
{
	if (!capturing)
		return;
	n = min_t(size_t, n, sizeof(captured) - 1 - captured_len);
	memcpy(captured + captured_len, s, n);
	captured_len += n;
}

static struct console capture_console = { .name = "capture", .write = capture_write };

void console_capture(void)
{
	static bool registered; /* there is no way back, so it stays and ignores what it gets */

	if (!registered)
		register_console(&capture_console);
	registered = true;
	console_lock();
	captured_len = 0;
	capturing = true;
	console_unlock();
}

const char *console_captured(void)
{
	console_lock();
	capturing = false;
	captured[captured_len] = '\0';
	console_unlock();
	return captured;
}

struct hardirq_call {
	struct hrtimer timer;
	void (*fn)(void *data);
	void *data;
	struct completion done;
};

static enum hrtimer_restart hardirq_callback(struct hrtimer *timer)
{
	struct hardirq_call *call = container_of(timer, struct hardirq_call, timer);

	call->fn(call->data);
	complete(&call->done);
	return HRTIMER_NORESTART;
}

void run_in_hardirq(void (*fn)(void *data), void *data)
{
	struct hardirq_call call = { .fn = fn, .data = data };

	init_completion(&call.done);
	hrtimer_init(&call.timer, CLOCK_MONOTONIC, HRTIMER_MODE_REL_HARD);
	call.timer.function = hardirq_callback;
	hrtimer_start(&call.timer, 0, HRTIMER_MODE_REL_HARD);
	wait_for_completion(&call.done);
	hrtimer_cancel(&call.timer);
}

#define FIGHT_TIME (500 * NSEC_PER_MSEC)

static ktime_t fight_end = KTIME_MAX;

bool time_left(void)
{
	return time_is_exact() || ktime_get() < READ_ONCE(fight_end);
}

int run_on_all_cpus(struct kunit *test, int (*fn)(void *data), void *data)
{
	struct task_struct *thread[NR_CPUS];
	int cpu, sum = 0, result = 0;

	for_each_online_cpu(cpu) {
		thread[cpu] = kthread_create(fn, data, "test/%d", cpu);
		if (IS_ERR(thread[cpu])) {
			KUNIT_FAIL(test, "no thread for CPU %d: %pe\n", cpu, thread[cpu]);
			continue;
		}
		get_task_struct(thread[cpu]);
		kthread_bind(thread[cpu], cpu);
	}
	WRITE_ONCE(fight_end, ktime_get() + FIGHT_TIME);
	for_each_online_cpu(cpu)
		if (!IS_ERR(thread[cpu]))
			wake_up_process(thread[cpu]);
	for_each_online_cpu(cpu) {
		if (IS_ERR(thread[cpu]))
			continue;
		kthread_wait_exit(thread[cpu], &result);
		put_task_struct(thread[cpu]);
		sum += result;
	}
	WRITE_ONCE(fight_end, KTIME_MAX);
	return sum;
}

unsigned long hoard_pages(struct list_head *hoard, gfp_t gfp)
{
	unsigned long count = 0;
	struct page *page;

	for (int order = MAX_ORDER - 1; order >= 0; order--) {
		while ((page = alloc_pages(gfp | __GFP_NOWARN | __GFP_NORETRY, order))) {
			list_add(&page->lru, hoard);
			count += 1UL << order;
		}
	}
	if (!(gfp & __GFP_DIRECT_RECLAIM))
		return count;
	/* What ended just before may give its memory back a moment later. */
	while ((page = alloc_page(gfp | __GFP_NOWARN))) {
		list_add(&page->lru, hoard);
		count++;
	}
	return count;
}

void free_hoard(struct list_head *hoard)
{
	struct page *page, *next;

	list_for_each_entry_safe(page, next, hoard, lru)
		__free_pages(page, page->order);
	INIT_LIST_HEAD(hoard);
}

void release_caches(void)
{
	thread_stack_drain();
	slab_shrink_all();
}

long pages_lost_by(struct kunit *test, void (*fn)(struct kunit *test))
{
	long lost = 1;

	for (int i = 0; lost && i < LEAK_ATTEMPTS; i++) {
		long before;

		release_caches();
		before = nr_free_pages();
		fn(test);
		release_caches();
		lost = before - (long)nr_free_pages();
	}
	return lost;
}

/* What the terminal was like before terminal_take(). */
static struct task_struct *old_foreground; /* referenced */
static unsigned int old_lflag;
static bool taken;

int terminal_take(struct kunit *test)
{
	struct task_struct *foreground = READ_ONCE(console_tty.foreground);

	if (foreground && !strcmp(foreground->comm, "sh"))
		kunit_skip(test, "the shell reads the terminal: run this without &");
	old_foreground = foreground ? get_task_struct(foreground) : NULL;
	old_lflag = console_tty.lflag;
	taken = true;
	tty_set_foreground(&console_tty, current, 0);
	take_typed();
	return 0;
}

void terminal_give_back(struct kunit *test)
{
	if (!taken)
		return;
	taken = false;
	tty_set_foreground(&console_tty, old_foreground, old_lflag);
	if (old_foreground)
		put_task_struct(old_foreground);
}

void type_text(const char *text)
{
	for (; *text; text++)
		tty_insert_char(&console_tty, *text);
}

const char *take_typed(void)
{
	static char typed[TTY_INPUT_SIZE + 1];
	size_t len = 0;

	spin_lock_irq(&console_tty.lock);
	while (console_tty.tail != console_tty.head)
		typed[len++] = console_tty.input[console_tty.tail++ % TTY_INPUT_SIZE];
	spin_unlock_irq(&console_tty.lock);
	typed[len] = '\0';
	return typed;
}
