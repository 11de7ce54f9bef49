/* SPDX-License-Identifier: MIT */
/*
 * What several suites need: reading back what was printed, hardirq context on demand, a thread on
 * every CPU, memory used up and given back, and the terminal for oneself.
 */
#ifndef TESTS_KERNEL_HELPERS_H
#define TESTS_KERNEL_HELPERS_H

#include <kunit/test.h>
#include <linux/list.h>
#include <linux/preempt.h>
#include <linux/sched.h>
#include <linux/types.h>
#include <asm/processor.h>

/*
 * wait_until - wait for @cond; its value is @cond's. For what a task, an interrupt or another CPU
 * does in a moment: other tasks run meanwhile, unless the caller may not be preempted. The bound,
 * counted in turns, is for a kernel that never does it.
 */
#define WAIT_TURNS 20000000
#define wait_until(cond)                                                                           \
	({                                                                                         \
		bool __cond;                                                                       \
		for (int __turn = 0; !(__cond = (cond)) && __turn < WAIT_TURNS; __turn++)          \
			wait_a_turn();                                                             \
		__cond;                                                                            \
	})

static inline void wait_a_turn(void)
{
	if (preemptible())
		yield();
	for (int i = 0; i < 50; i++) /* a pause costs an emulator a thousand times what an instruction does */
		barrier();
	cpu_relax();
}

/*
 * log_mark - where the ring of messages ends now. log_has - has a line since then @text in it?
 * log_has_both - one with both?
 */
u64 log_mark(void);
bool log_has_both(u64 mark, const char *a, const char *b);

static inline bool log_has(u64 mark, const char *text)
{
	return log_has_both(mark, text, text);
}

/* console_capture - collect what consoles are given, until console_captured() returns it. */
void console_capture(void);
const char *console_captured(void);

/* forget_lock - for a case that uses a lock shared with others otherwise than those: lockdep knows nothing about it. */
#ifdef CONFIG_DEBUG_LOCK_ALLOC
#define forget_lock(lock) lockdep_reset_lock(&(lock)->dep_map)
#else
#define forget_lock(lock) do { } while (0)
#endif

/* run_in_hardirq - call fn(data) in a timer's interrupt, and wait for it. Context: may sleep. */
void run_in_hardirq(void (*fn)(void *data), void *data);

/*
 * time_left - may the threads of run_on_all_cpus() go on? They ask in loops that fight for a lock: where the host has
 * fewer cores than the machine has CPUs, the lock's next owner has to wait for a core each time, and a number of
 * rounds that is nothing elsewhere takes minutes. Always true where time is exact.
 */
bool time_left(void);

/* run_on_all_cpus - fn(data) in a thread on each online CPU, all at once. Return: sum of results. */
int run_on_all_cpus(struct kunit *test, int (*fn)(void *data), void *data);

/* hoard_pages - take every page that @gfp may have, in large blocks. free_hoard - undo it. May sleep if @gfp may. */
unsigned long hoard_pages(struct list_head *hoard, gfp_t gfp);
void free_hoard(struct list_head *hoard);

/* release_caches - give back what the allocators above the page allocator keep for later. */
void release_caches(void);

/**
 * pages_lost_by - how many free pages fewer there are after fn(test)
 * A task that ended just before may give its memory back meanwhile, so a difference counts only if
 * it shows every time out of a few.
 */
long pages_lost_by(struct kunit *test, void (*fn)(struct kunit *test));

/*
 * terminal_take - make the case's thread the terminal's foreground, without a line discipline; for
 * kunit_suite.init. It skips the case when the shell is reading there. terminal_give_back - for
 * exit. type_text - as if typed. take_typed - what is in the terminal's ring, as a string.
 */
int terminal_take(struct kunit *test);
void terminal_give_back(struct kunit *test);
void type_text(const char *text);
const char *take_typed(void);

#endif
