// SPDX-License-Identifier: MIT
/*
 * The shell's `lockdep`: what the validator knows, and mistakes to see it at work. The tables are
 * read without a lock, one entry at a time, as a debugger would.
 */
#include <catnap/shell.h>
#include <linux/bits.h>
#include <linux/glob.h>
#include <linux/irqflags.h>
#include <linux/kernel.h>
#include <linux/lockdep.h>
#include <linux/mutex.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>

#include "lockdep_internals.h"

#ifdef CONFIG_DEBUG_LOCK_ALLOC

static int show_statistics(void)
{
	shell_printf("validating: %s\n", debug_locks ? "yes" : "no, after a report");
	shell_printf("lock classes: %u [max: %u]\n", nr_lock_classes, MAX_LOCKDEP_KEYS - 1);
	shell_printf("direct dependencies: %u [max: %u]\n", nr_lock_edges, MAX_LOCKDEP_ENTRIES - 1);
	shell_printf("dependency chains: %u [max: %u]\n", nr_lock_chains,
		     MAX_LOCKDEP_CHAINS / 4 * 3);
	shell_printf("stack-trace words: %u [max: %u]\n", nr_stack_trace_words,
		     MAX_STACK_TRACE_WORDS);
	shell_printf("deepest nesting: %u [max: %u]\n", max_lock_depth, MAX_LOCK_DEPTH);
	shell_printf("searches: %lu, longest queue: %u\n", nr_lock_searches, max_search_queue);
	return 0;
}

static const char *wait_name(u8 type)
{
	static const char *const names[LD_WAIT_MAX] = { "-", "free", "spins", "sleeps" };

	return names[min_t(u8, type, LD_WAIT_MAX - 1)];
}

static void show_edges(const struct lock_class *class)
{
	char name[LOCK_NAME_LEN];
	unsigned int e;

	for (e = class->edges_after; e; e = lock_edges[e].next_after)
		shell_printf("  -> %s\n", lock_class_name(lock_edges[e].to, name));
}

static int show_classes(const char *glob, bool edges)
{
	char name[LOCK_NAME_LEN], usage[5];
	unsigned int i;

	for (i = 1; i < MAX_LOCKDEP_KEYS; i++) {
		const struct lock_class *class = &lock_classes[i];

		if (!class->key || !glob_match(glob, lock_class_name(i, name)))
			continue;
		class_usage_chars(class, usage);
		shell_printf("{%s} %-6s %s\n", usage, wait_name(class->wait_type_inner), name);
		if (edges)
			show_edges(class);
	}
	return 0;
}

/* ---- mistakes ---- */

static DEFINE_MUTEX(lock_a);
static DEFINE_MUTEX(lock_b);
static DEFINE_SPINLOCK(spin_a);

static noinline void take_a_then_b(void)
{
	mutex_lock(&lock_a);
	mutex_lock(&lock_b);
	mutex_unlock(&lock_b);
	mutex_unlock(&lock_a);
}

static noinline void take_b_then_a(void)
{
	mutex_lock(&lock_b);
	mutex_lock(&lock_a);
	mutex_unlock(&lock_a);
	mutex_unlock(&lock_b);
}

/* Both orders, one after the other, by one task: no deadlock can come of it, and yet. */
static void try_abba(void)
{
	take_a_then_b();
	take_b_then_a();
}

/* As if in an interrupt: then with interrupts on. */
static void try_irq(void)
{
	local_irq_disable();
	preempt_count_add(HARDIRQ_OFFSET);
	spin_lock(&spin_a);
	spin_unlock(&spin_a);
	preempt_count_sub(HARDIRQ_OFFSET);
	local_irq_enable();
	spin_lock(&spin_a);
	spin_unlock(&spin_a);
}

static void try_unlock(void) __releases(&spin_a)
{
	spin_lock(&spin_a);
	spin_unlock(&spin_a);
	spin_unlock(&spin_a);
}

static void try_exit(void)
{
	mutex_lock(&lock_a);
}

/* For ever, but for what watches over it. */
static void try_recursion(void)
{
	spin_lock(&spin_a);
	spin_lock(&spin_a);
	spin_unlock(&spin_a);
	spin_unlock(&spin_a);
}

/* No mistake but a limit: each key is a class a nesting level. */
static void try_classes(void)
{
	size_t i, n = MAX_LOCKDEP_KEYS / MAX_LOCKDEP_SUBCLASSES;
	struct lock_class_key *keys = kcalloc(n, sizeof(*keys), GFP_KERNEL);
	spinlock_t lock;

	if (!keys)
		return;
	for (i = 0; i < n; i++) {
		lockdep_register_key(&keys[i]);
		spin_lock_init(&lock);
		lockdep_set_class(&lock, &keys[i]);
		for (int level = 0; level < MAX_LOCKDEP_SUBCLASSES; level++) {
			spin_lock_nested(&lock, level);
			spin_unlock(&lock);
		}
	}
	while (i--)
		lockdep_unregister_key(&keys[i]);
	kfree(keys);
}

static const struct {
	const char *name;
	void (*make)(void);
	const char *help;
} mistakes[] = {
	{ "abba", try_abba, "two mutexes in both orders" },
	{ "irq", try_irq, "a spinlock of an interrupt, taken with interrupts on" },
	{ "unlock", try_unlock, "a spinlock given back twice" },
	{ "exit", try_exit, "a task that ends with a mutex" },
	{ "recursion", try_recursion, "a spinlock taken twice: hangs" },
	{ "classes", try_classes, "more classes of locks than there is room for" },
};

static int try_mistake(const char *name)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(mistakes); i++) {
		if (!strcmp(mistakes[i].name, name)) {
			mistakes[i].make();
			return 0;
		}
	}
	for (i = 0; i < ARRAY_SIZE(mistakes); i++)
		shell_printf("%-10s %s\n", mistakes[i].name, mistakes[i].help);
	return -EINVAL;
}

static int lockdep_main(int argc, char **argv)
{
	if (argc == 1)
		return show_statistics();
	if (argc > 3)
		return -EINVAL;
	if (!strcmp(argv[1], "classes"))
		return show_classes(argc > 2 ? argv[2] : "*", false);
	if (!strcmp(argv[1], "edges"))
		return show_classes(argc > 2 ? argv[2] : "*", true);
	if (!strcmp(argv[1], "try"))
		return try_mistake(argc > 2 ? argv[2] : "");
	return -EINVAL;
}

#else

static int lockdep_main(int argc, char **argv)
{
	shell_printf("the release profile has no lock validator\n");
	return 1;
}

#endif

SHELL_COMMAND(lockdep, lockdep_main, "[classes|edges|try [WHAT]]", "what the lock validator knows",
	      SHELL_TASK);
