// SPDX-License-Identifier: MIT
/*
 * Symbols and stack walks. The debug profile's walks are exact; the release profile's contain the
 * true frames among others. Neither may fault, whatever the stack looks like.
 */
#include <kunit/test.h>
#include <linux/hrtimer.h>
#include <linux/kallsyms.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/prandom.h>
#include <linux/sched.h>
#include <linux/sched/debug.h>
#include <linux/sched/task.h>
#include <linux/smp.h>
#include <linux/stacktrace.h>
#include <linux/string.h>
#include <linux/wait.h>
#include "helpers.h"

#define DEPTH     32
#define MAX_STEPS (4 * THREAD_SIZE / sizeof(long))
#define HERE      "tests/kernel/stacktrace_test.c"

extern char _text[], _etext[];

static unsigned long trace[DEPTH];
static unsigned int trace_count;

/* Is @addr in the function @name, or a part of it that the compiler has set apart? */
static bool is_in(unsigned long addr, const char *name)
{
	struct ksym sym;

	return kallsyms_find(addr, &sym) && !strncmp(sym.name, name, strlen(name));
}

/* Where in a trace is the first address from @from on that lies in @name? -1: nowhere. */
static int find_in(const unsigned long *trace, int count, int from, const char *name)
{
	for (int i = from; i < count; i++)
		if (is_in(trace[i] - 1, name))
			return i;
	return -1;
}

static noinline int landmark(int x)
{
	return x + (raw_smp_processor_id() & 0);
}

static void a_function_is_found_from_its_first_byte_to_its_last(struct kunit *test)
{
	unsigned long addr = (unsigned long)landmark;
	struct ksym sym, last;

	KUNIT_ASSERT_TRUE(test, kallsyms_find(addr, &sym));
	KUNIT_EXPECT_STREQ(test, sym.name, "landmark");
	KUNIT_EXPECT_EQ(test, sym.start, addr);
	KUNIT_ASSERT_GT(test, sym.size, 0UL);
	KUNIT_ASSERT_NOT_NULL(test, sym.file);
	KUNIT_EXPECT_STREQ(test, sym.file, HERE);
	KUNIT_ASSERT_TRUE(test, kallsyms_find(addr + sym.size - 1, &last));
	KUNIT_EXPECT_EQ(test, last.start, addr);
	if (kallsyms_find(addr + sym.size, &last))
		KUNIT_EXPECT_NE(test, last.start, addr);
	if (kallsyms_find(addr - 1, &last))
		KUNIT_EXPECT_NE(test, last.start, addr);
	KUNIT_EXPECT_EQ(test, landmark(1), 1);
}

static void an_address_has_its_line(struct kunit *test)
{
	unsigned long addr = (unsigned long)__builtin_return_address(0);
	char text[KSYM_SYMBOL_LEN], want[64];
	unsigned int line;

	if (!IS_ENABLED(CONFIG_FRAME_POINTER))
		kunit_skip(test, "the optimiser moves lines about");
	line = __LINE__ + 1;
	stack_trace_save(trace, 1, 0);
	sprint_location(text, trace[0], true);
	snprintf(want, sizeof(want), "(" HERE ":%u)", line);
	KUNIT_EXPECT_NOT_NULL(test, strstr(text, want));
	KUNIT_EXPECT_EQ(test, memcmp(text, "an_address_has_its_line+0x", 26), 0);
	sprint_location(text, addr, true);
	KUNIT_EXPECT_NOT_NULL(test, strstr(text, "(tests/kernel/kunit.c:"));
}

static void what_is_no_code_has_no_name(struct kunit *test)
{
	const unsigned long addrs[] = {
		0,
		1,
		0x40000000,
		(unsigned long)test,
		(unsigned long)&test,
		(unsigned long)trace,
		~0UL,
		1UL << 63,
	};
	char text[KSYM_SYMBOL_LEN];
	struct ksym sym;

	for (size_t i = 0; i < ARRAY_SIZE(addrs); i++) {
		KUNIT_EXPECT_FALSE(test, kallsyms_find(addrs[i], &sym));
		KUNIT_EXPECT_FALSE(test, kernel_text_address(addrs[i]));
	}
	sprint_symbol(text, 0x1234);
	KUNIT_EXPECT_STREQ(test, text, "0x1234");
}

static void names_print_with_offset_and_size(struct kunit *test)
{
	char text[KSYM_SYMBOL_LEN];

	sprint_symbol_no_offset(text, (unsigned long)landmark);
	KUNIT_EXPECT_STREQ(test, text, "landmark");
	sprint_symbol(text, (unsigned long)landmark);
	KUNIT_EXPECT_EQ(test, memcmp(text, "landmark+0x0/0x", 15), 0);
	snprintf(text, sizeof(text), "%pS", landmark);
	KUNIT_EXPECT_EQ(test, memcmp(text, "landmark+0x0/0x", 15), 0);
}

/* Functions lie one behind the other, with nothing but padding between. */
static void every_address_of_the_code_belongs_to_one_function(struct kunit *test)
{
	unsigned long addr = (unsigned long)_text, holes = 0;
	unsigned int functions = 0;

	while (addr < (unsigned long)_etext) {
		struct ksym sym;

		if (!kallsyms_find(addr, &sym)) {
			holes++;
			addr++;
			continue;
		}
		KUNIT_ASSERT_EQ(test, sym.start, addr);
		KUNIT_ASSERT_GT(test, sym.size, 0UL);
		functions++;
		addr += sym.size;
	}
	KUNIT_EXPECT_GT(test, functions, 500U);
	KUNIT_EXPECT_LT(test, holes, 40UL * functions);
}

/* ---- walks ---- */

static noinline void innermost(unsigned int skip)
{
	trace_count = stack_trace_save(trace, DEPTH, skip);
	barrier(); /* keeps the call above from being the last thing, and so from becoming a jump */
}

static noinline void in_the_middle(unsigned int skip)
{
	innermost(skip);
	barrier();
}

static noinline void outermost(unsigned int skip)
{
	in_the_middle(skip);
	barrier();
}

static void a_trace_has_the_callers_in_order(struct kunit *test)
{
	int at;

	outermost(0);
	at = find_in(trace, trace_count, 0, "innermost");
	KUNIT_ASSERT_GE(test, at, 0);
	if (IS_ENABLED(CONFIG_FRAME_POINTER))
		KUNIT_EXPECT_EQ(test, at, 0);
	at = find_in(trace, trace_count, at + 1, "in_the_middle");
	KUNIT_ASSERT_GT(test, at, 0);
	at = find_in(trace, trace_count, at + 1, "outermost");
	KUNIT_ASSERT_GT(test, at, 0);
	at = find_in(trace, trace_count, at + 1, __func__);
	KUNIT_ASSERT_GT(test, at, 0);
	KUNIT_EXPECT_GT(test, find_in(trace, trace_count, at + 1, "kthread_main"), 0);
}

static void skipped_frames_are_left_out_and_the_size_is_kept(struct kunit *test)
{
	unsigned long two[3] = { 0, 0, 0x5a5a };
	unsigned int all;

	outermost(0);
	all = trace_count;
	outermost(2);
	KUNIT_EXPECT_EQ(test, trace_count, all - 2);
	KUNIT_EXPECT_EQ(test, stack_trace_save(two, 2, 0), 2U);
	KUNIT_EXPECT_EQ(test, two[2], 0x5a5aUL);
	KUNIT_EXPECT_EQ(test, stack_trace_save(two, 2, 1000), 0U);
}

/* What a walk from within a timer's interrupt has found. */
struct shot {
	struct hrtimer timer;
	bool done;
	unsigned int crossings;
	unsigned long interrupted; /* address where the last of them says it was */
	unsigned int count;
	unsigned long frames[DEPTH];
};

static enum hrtimer_restart take_shot(struct hrtimer *timer)
{
	struct shot *shot = container_of(timer, struct shot, timer);
	struct unwind_state s;

	unwind_start_frame(&s, __builtin_frame_address(0));
	for (; !unwind_done(&s) && shot->count < DEPTH; unwind_next(&s)) {
		shot->frames[shot->count++] = s.exact ? s.ip + 1 : s.ip;
		if (s.regs) {
			shot->crossings++;
			shot->interrupted = s.ip;
		}
	}
	WRITE_ONCE(shot->done, true);
	return HRTIMER_NORESTART;
}

/* The timer is due already: interrupts are off up to here. */
static noinline void be_interrupted(struct shot *shot)
{
	local_irq_enable();
	while (!READ_ONCE(shot->done))
		cpu_relax();
}

static void a_walk_goes_through_an_interrupt(struct kunit *test)
{
	struct shot *shot = kunit_kzalloc(test, sizeof(*shot), GFP_KERNEL);
	int at;

	KUNIT_ASSERT_NOT_NULL(test, shot);
	hrtimer_init(&shot->timer, CLOCK_MONOTONIC, HRTIMER_MODE_REL_HARD);
	shot->timer.function = take_shot;
	local_irq_disable();
	hrtimer_start(&shot->timer, 0, HRTIMER_MODE_REL_HARD);
	be_interrupted(shot);
	hrtimer_cancel(&shot->timer);
	KUNIT_EXPECT_EQ(test, shot->crossings, 1U);
	KUNIT_EXPECT_TRUE(test, is_in(shot->interrupted, "be_interrupted"));
	at = find_in(shot->frames, shot->count, 0, "timer_interrupt");
	KUNIT_EXPECT_GE(test, at, 0);
	at = find_in(shot->frames, shot->count, at + 1, "be_interrupted");
	KUNIT_EXPECT_GT(test, at, 0);
	at = find_in(shot->frames, shot->count, at + 1, __func__);
	KUNIT_EXPECT_GT(test, at, 0);
}

/* A thread that sleeps in a function of its own. */
struct sleeper {
	wait_queue_head_t queue;
	bool wake;
};

static noinline void sleep_here(struct sleeper *sleeper)
{
	wait_event(sleeper->queue, READ_ONCE(sleeper->wake));
	barrier();
}

static int sleeper_thread(void *data)
{
	sleep_here(data);
	return 0;
}

static void a_sleeping_task_is_walked_from_where_it_sleeps(struct kunit *test)
{
	struct sleeper sleeper = { .wake = false };
	struct task_struct *task;

	init_waitqueue_head(&sleeper.queue);
	task = kthread_create(sleeper_thread, &sleeper, "sleeper");
	KUNIT_ASSERT_FALSE(test, IS_ERR(task));
	get_task_struct(task);
	wake_up_process(task);
	KUNIT_EXPECT_TRUE(test, wait_until(READ_ONCE(task->__state) == TASK_UNINTERRUPTIBLE &&
					   !smp_load_acquire(&task->on_cpu)));
	trace_count = stack_trace_save_tsk(task, trace, DEPTH, 0);
	KUNIT_EXPECT_GE(test, find_in(trace, trace_count, 0, "sleep_here"), 0);
	KUNIT_EXPECT_TRUE(test, is_in(get_wchan(task), "sleep_here"));
	WRITE_ONCE(sleeper.wake, true);
	wake_up(&sleeper.queue);
	kthread_stop(task);
	put_task_struct(task);
	KUNIT_EXPECT_EQ(test, get_wchan(current), 0UL);
	KUNIT_EXPECT_EQ(test, stack_trace_save_tsk(current, trace, DEPTH, 0), 0U);
}

/* ---- damaged stacks ---- */

/* Walk to the end. Return: frames that the walk vouches for; -1 if one is none or it is endless. */
static int sound_frames(struct unwind_state *s)
{
	unsigned int steps = 0;
	int sound = 0;

	for (; !unwind_done(s); unwind_next(s)) {
		if (steps++ > MAX_STEPS)
			return -1;
		if (s->exact || s->guess)
			continue;
		if (!kernel_text_address(s->ip - 1))
			return -1;
		sound++;
	}
	return sound;
}

/* A frame on our stack whose caller's frame is said to be at @bp. */
static noinline int walk_with_caller_at(unsigned long bp, int self_offset)
{
	volatile unsigned long frame[4] = { bp, (unsigned long)landmark + 1, 0, 0 };
	struct unwind_state s;

	if (self_offset)
		frame[0] = (unsigned long)&frame[0] + self_offset;
	unwind_start_frame(&s, (void *)&frame[0]);
	return sound_frames(&s);
}

static void a_corrupted_frame_pointer_ends_the_exact_trace(struct kunit *test)
{
	int want = IS_ENABLED(CONFIG_FRAME_POINTER) ? 1 : 0;
	unsigned long stack = (unsigned long)current->stack;
	const unsigned long bad[] = {
		8,
		0x1000,
		0x7ffffffffff8UL,
		1UL << 63,
		~7UL,
		(unsigned long)landmark & ~7UL,
		stack,
		stack - 8,
		stack - PAGE_SIZE,
		stack + THREAD_SIZE,
		stack + THREAD_SIZE - 8,
		stack + THREAD_SIZE + 4096,
		0xdeadbeefdeadbee8UL,
		0xffff888000000000UL,
	};

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		KUNIT_EXPECT_EQ(test, walk_with_caller_at(bad[i], 0), want);
	KUNIT_EXPECT_EQ(test, walk_with_caller_at(0, 0), want);
	for (int offset = -64; offset <= -8; offset += 8) /* down, and to itself */
		KUNIT_EXPECT_EQ(test, walk_with_caller_at(0, offset), want);
	KUNIT_EXPECT_EQ(test, walk_with_caller_at(0, 4), want);
}

static void an_odd_frame_pointer_without_registers_is_survived(struct kunit *test)
{
	unsigned long stack = (unsigned long)current->stack;

	for (unsigned long at = stack + THREAD_SIZE - 512; at < stack + THREAD_SIZE + 64; at += 8)
		KUNIT_EXPECT_GE(test, walk_with_caller_at(at + 1, 0), 0);
	KUNIT_EXPECT_GE(test, walk_with_caller_at(1, 0), 0);
	KUNIT_EXPECT_GE(test, walk_with_caller_at(~0UL, 0), 0);
}

/* A start below, above and beside the stack. */
static void a_walk_that_cannot_begin_is_empty(struct kunit *test)
{
	unsigned long stack = (unsigned long)current->stack;
	const unsigned long bad[] = {
		0, 8, stack - 8, stack + THREAD_SIZE, (unsigned long)trace, 3
	};
	struct unwind_state s;

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		unwind_start_frame(&s, (void *)bad[i]);
		KUNIT_EXPECT_TRUE(test, unwind_done(&s));
	}
}

static void registers_full_of_garbage_are_survived(struct kunit *test)
{
	unsigned long stack = (unsigned long)current->stack;
	struct pt_regs *regs = kunit_kzalloc(test, sizeof(*regs), GFP_KERNEL);
	struct rnd_state rnd;

	KUNIT_ASSERT_NOT_NULL(test, regs);
	prandom_seed_state(&rnd, 1);
	for (int round = 0; round < 200; round++) {
		struct unwind_state s;
		u32 random = prandom_u32_state(&rnd);

		/* Into the stack for the most part, where there is something to stumble over. */
		regs->sp = round & 1 ? stack + random % THREAD_SIZE : (unsigned long)random << 32;
		regs->bp = round & 2 ? stack + (random >> 8) % THREAD_SIZE : random;
		regs->ip = round & 4 ? (unsigned long)landmark + random % 8 : random;
		unwind_start_regs(&s, current, regs);
		KUNIT_EXPECT_GE(test, sound_frames(&s), 0);
	}
}

static noinline int framed(int a)
{
	barrier();
	return a + 1;
}

/* At its RET a function has no frame any more: %rbp is its caller's already, and must not be taken for its own. */
static noinline void walk_from_ret(struct kunit *test, unsigned long ret)
{
	unsigned long stack[1] = { (unsigned long)__builtin_return_address(0) };
	struct pt_regs regs = { .ip = ret, .sp = (unsigned long)stack, .flags = 2 };
	struct unwind_state s;

	regs.bp = (unsigned long)__builtin_frame_address(0);
	unwind_start_regs(&s, current, &regs);
	KUNIT_EXPECT_EQ(test, s.ip, ret);
	unwind_next(&s);
	KUNIT_EXPECT_EQ(test, s.ip, stack[0]);
	unwind_next(&s);
	KUNIT_EXPECT_TRUE(test, is_in(s.ip, "a_function_that_returns_still_has_its_caller"));
}

static void a_function_that_returns_still_has_its_caller(struct kunit *test)
{
	struct ksym sym;
	unsigned long ret;

	if (!IS_ENABLED(CONFIG_FRAME_POINTER))
		kunit_skip(test, "needs frame pointers");
	KUNIT_EXPECT_EQ(test, framed(1), 2);
	KUNIT_ASSERT_TRUE(test, kallsyms_find((unsigned long)framed, &sym));
	ret = sym.start + sym.size - 1;
	if (*(const u8 *)ret != 0xc3)
		kunit_skip(test, "the compiler did not end it with RET");
	walk_from_ret(test, ret);
}

static struct kunit_case stacktrace_cases[] = {
	KUNIT_CASE(a_function_is_found_from_its_first_byte_to_its_last),
	KUNIT_CASE(an_address_has_its_line),
	KUNIT_CASE(what_is_no_code_has_no_name),
	KUNIT_CASE(names_print_with_offset_and_size),
	KUNIT_CASE(every_address_of_the_code_belongs_to_one_function),
	KUNIT_CASE(a_trace_has_the_callers_in_order),
	KUNIT_CASE(skipped_frames_are_left_out_and_the_size_is_kept),
	KUNIT_CASE(a_walk_goes_through_an_interrupt),
	KUNIT_CASE(a_function_that_returns_still_has_its_caller),
	KUNIT_CASE(a_sleeping_task_is_walked_from_where_it_sleeps),
	KUNIT_CASE(a_corrupted_frame_pointer_ends_the_exact_trace),
	KUNIT_CASE(an_odd_frame_pointer_without_registers_is_survived),
	KUNIT_CASE(a_walk_that_cannot_begin_is_empty),
	KUNIT_CASE(registers_full_of_garbage_are_survived),
	{}
};

static struct kunit_suite stacktrace_suite = {
	.name = "stacktrace",
	.test_cases = stacktrace_cases,
};

kunit_test_suite(stacktrace_suite);
