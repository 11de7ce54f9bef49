// SPDX-License-Identifier: MIT
/*
 * The runner of the in-kernel tests: see <kunit/test.h>. Suites are found in the section
 * .kunit_suites. The runner starts each case as a kernel thread and waits for the completion in
 * struct kunit, which the thread tells when the case returns and kunit_abort() tells when it does
 * not; the clean-up then runs in a thread of its own in the same way, so that it may use
 * assertions too.
 */
#include <kunit/test.h>
#include <linux/glob.h>
#include <linux/kthread.h>
#include <linux/lockdep.h>
#include <linux/sched/signal.h>

extern struct kunit_suite *const __kunit_suites_start[], *const __kunit_suites_end[];

#define for_each_suite(p)                                                                          \
	for (struct kunit_suite *const *p = __kunit_suites_start; p < __kunit_suites_end; p++)
#define for_each_case(c, suite) for (struct kunit_case *c = (suite)->test_cases; c->run_case; c++)

/* What a thread needs to run one case. */
struct job {
	struct kunit *test;
	struct kunit_suite *suite;
	struct kunit_case *test_case;
};

struct allocation {
	struct list_head list;
	u8 data[] __aligned(16);
};

void *kunit_kmalloc(struct kunit *test, size_t size, gfp_t gfp)
{
	struct allocation *a = kmalloc(sizeof(*a) + size, gfp);
	unsigned long flags;

	if (!a)
		return NULL;
	spin_lock_irqsave(&test->lock, flags);
	list_add(&a->list, &test->allocations);
	spin_unlock_irqrestore(&test->lock, flags);
	return a->data;
}

static void free_allocations(struct kunit *test)
{
	struct allocation *a, *next;

	list_for_each_entry_safe(a, next, &test->allocations, list)
		kfree(a);
}

void __kunit_fail(struct kunit *test, const char *file, int line, const char *fmt, ...)
{
	struct va_format vaf = { .fmt = fmt };
	va_list args;

	WRITE_ONCE(test->status, KUNIT_FAILURE);
	va_start(args, fmt);
	vaf.va = &args;
	pr_err("    # %s: FAILED at %s:%d\n    # %pV", test->name, file, line, &vaf);
	va_end(args);
}

/* A failure stays a failure. */
void __kunit_mark_skipped(struct kunit *test, const char *fmt, ...)
{
	va_list args;

	if (test->status == KUNIT_FAILURE)
		return;
	va_start(args, fmt);
	vsnprintf(test->skip_reason, sizeof(test->skip_reason), fmt, args);
	va_end(args);
	WRITE_ONCE(test->status, KUNIT_SKIPPED);
}

void kunit_abort(struct kunit *test)
{
	complete(&test->ended);
	kthread_exit(0);
}

static int run_case(void *data)
{
	struct job *job = data;
	struct kunit *test = job->test;
	int err = job->suite->init ? job->suite->init(test) : 0;

	if (err)
		KUNIT_FAIL(test, "%s: init returned %pe\n", job->suite->name, ERR_PTR(err));
	else
		job->test_case->run_case(test);
	complete(&test->ended);
	return 0;
}

static int run_exit(void *data)
{
	struct job *job = data;

	job->suite->exit(job->test);
	complete(&job->test->ended);
	return 0;
}

static void run_as_thread(struct job *job, int (*threadfn)(void *data))
{
	struct task_struct *thread;

	reinit_completion(&job->test->ended);
	thread = kthread_run(threadfn, job, "kunit/%s", job->test_case->name);
	if (IS_ERR(thread))
		KUNIT_FAIL(job->test, "cannot start a thread: %pe\n", thread);
	else
		wait_for_completion_state(&job->test->ended,
					  TASK_IDLE); /* a long one does not hang */
}

/* Lockdep goes off when it reports something, whatever the case was about. Each case begins with it on. */
static void check_lockdep(struct kunit *test)
{
	if (debug_locks || !IS_ENABLED(CONFIG_DEBUG_LOCK_ALLOC))
		return;
	KUNIT_FAIL(test, "lockdep has reported something\n");
}

static enum kunit_status run_one(struct kunit_suite *suite, struct kunit_case *test_case,
				 int number)
{
	struct kunit test = { .name = test_case->name };
	struct job job = { &test, suite, test_case };

	init_completion(&test.ended);
	spin_lock_init(&test.lock);
	INIT_LIST_HEAD(&test.allocations);
	debug_locks_on();
	run_as_thread(&job, run_case);
	if (suite->exit)
		run_as_thread(&job, run_exit);
	free_allocations(&test);
	check_lockdep(&test);
	pr_info("    %s %d %s%s%s\n", test.status == KUNIT_FAILURE ? "not ok" : "ok", number,
		test.name, test.status == KUNIT_SKIPPED ? " # SKIP " : "", test.skip_reason);
	return test.status;
}

static bool case_selected(const char *glob, const struct kunit_suite *suite,
			  const struct kunit_case *test_case)
{
	char name[96];

	snprintf(name, sizeof(name), "%s.%s", suite->name, test_case->name);
	return glob_match(glob, suite->name) || glob_match(glob, name);
}

static int count_selected(const char *glob, const struct kunit_suite *suite)
{
	int count = 0;

	for_each_case(c, suite) count += case_selected(glob, suite, c);
	return count;
}

/* Return: the number of cases that failed, or were not run because of a signal. */
static int run_suite(const char *glob, struct kunit_suite *suite, int number)
{
	int failed = 0, done = 0, count = count_selected(glob, suite);
	int err = suite->suite_init ? suite->suite_init(suite) : 0;

	pr_info("    KTAP version 1\n");
	pr_info("    # Subtest: %s\n", suite->name);
	pr_info("    1..%d\n", count);
	if (err) {
		pr_err("    # suite_init returned %pe\n", ERR_PTR(err));
		failed = count;
	} else {
		for_each_case(c,
			      suite) if (case_selected(glob, suite, c) && !signal_pending(current))
			failed += run_one(suite, c, ++done) == KUNIT_FAILURE;
		failed += count - done;
		if (suite->suite_exit)
			suite->suite_exit(suite);
	}
	pr_info("%s %d %s\n", failed ? "not ok" : "ok", number, suite->name);
	return failed;
}

int kunit_run(const char *glob)
{
	int suites = 0, failed = 0, number = 0;

	for_each_suite(p) suites += count_selected(glob, *p) > 0;
	pr_info("KTAP version 1\n");
	pr_info("1..%d\n", suites);
	for_each_suite(p) if (count_selected(glob, *p) && !signal_pending(current))
		failed += run_suite(glob, *p, ++number);
	if (signal_pending(current))
		pr_err("Bail out! Interrupted\n");
	if (!suites)
		pr_err("# no suite and no case matches \"%s\"\n", glob);
	return suites ? failed : 1;
}
