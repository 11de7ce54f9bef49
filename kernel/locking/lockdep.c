// SPDX-License-Identifier: MIT
/*
 * Held locks: each task has a short list of what it holds and where it took that, and each lock remembers in which
 * contexts it was taken. Only the task itself writes its list, an interrupt on top of it included, which leaves it as
 * it found it; reports read other tasks' lists as they are.
 */
#include <linux/bug.h>
#include <linux/lockdep.h>
#include <linux/printk.h>
#include <linux/sched.h>
#include <linux/string.h>

#ifdef CONFIG_DEBUG_LOCK_ALLOC

void lockdep_init_map_wait(struct lockdep_map *map, const char *name,
			   struct lock_class_key *key __maybe_unused, int subclass __maybe_unused,
			   u8 wait_type_inner)
{
	map->name = name;
	map->usage = 0;
	map->wait_type_inner = wait_type_inner;
}

/* Most locks are taken in task context with interrupts off already, which says nothing new about them. */
static noinline void record_usage(struct lockdep_map *map, bool irqs_off, int read)
{
	u8 usage = 0;

	if (in_hardirq())
		usage |= LOCK_USED_IN_HARDIRQ;
	else if (!irqs_off)
		usage |= LOCK_ENABLED_HARDIRQ;
	if (in_serving_softirq() && !in_hardirq())
		usage |= LOCK_USED_IN_SOFTIRQ;
	else if (!irqs_off && !softirq_count())
		usage |= LOCK_ENABLED_SOFTIRQ;
	if (read)
		usage <<= LOCK_USAGE_READ_SHIFT;
	if ((map->usage & usage) != usage)
		map->usage |= usage;
}

void lock_acquire(struct lockdep_map *map, unsigned int subclass __maybe_unused, int trylock,
		  int read, unsigned long ip)
{
	struct task_struct *curr = current;
	bool irqs_off = irqs_disabled();
	struct held_lock *hlock;
	int depth = curr->lockdep_depth;

	if (!irqs_off || in_interrupt())
		record_usage(map, irqs_off, read);
	curr->lockdep_depth = depth + 1; /* first: an interrupt here uses the next entry */
	barrier();
	if (WARN_ON_ONCE(depth >= MAX_LOCK_DEPTH))
		return;
	hlock = &curr->held_locks[depth];
	hlock->instance = map;
	hlock->acquire_ip = ip;
	hlock->read = read;
	hlock->trylock = trylock;
	hlock->hardirqs_off = irqs_off;
}

static int find_held(const struct task_struct *curr, const struct lockdep_map *map)
{
	int i = min(curr->lockdep_depth, MAX_LOCK_DEPTH);

	while (--i >= 0)
		if (curr->held_locks[i].instance == map)
			return i;
	return -1;
}

/* Locks are mostly released in reverse order; if not, the later ones move down. An interrupt must not see that. */
void lock_release(struct lockdep_map *map, unsigned long ip)
{
	struct task_struct *curr = current;
	int i, depth = curr->lockdep_depth;
	unsigned long flags;

	if (likely(depth > 0 && depth <= MAX_LOCK_DEPTH &&
		   curr->held_locks[depth - 1].instance == map)) {
		curr->lockdep_depth = depth - 1;
		return;
	}
	local_irq_save(flags);
	i = find_held(curr, map);
	if (likely(i >= 0)) {
		for (; i < min(curr->lockdep_depth, MAX_LOCK_DEPTH) - 1; i++)
			curr->held_locks[i] = curr->held_locks[i + 1];
		curr->lockdep_depth--;
	} else if (curr->lockdep_depth <= MAX_LOCK_DEPTH) {
		WARN_ONCE(1, "%s/%d releases lock (%s) that it does not hold, at %pS\n", curr->comm,
			  curr->pid, map->name, (void *)ip);
	} else {
		curr->lockdep_depth--;
	}
	local_irq_restore(flags);
}

bool lock_is_held(const struct lockdep_map *map)
{
	return find_held(current, map) >= 0;
}

bool holds_spinning_lock(void)
{
	const struct task_struct *curr = current;
	int i = min(curr->lockdep_depth, MAX_LOCK_DEPTH);

	while (--i >= 0)
		if (curr->held_locks[i].instance->wait_type_inner != LD_WAIT_SLEEP)
			return true;
	return false;
}

static char usage_char(u8 usage, u8 used, u8 enabled)
{
	if (usage & used)
		return (usage & enabled) ? '?' : '-';
	return (usage & enabled) ? '+' : '.';
}

void lock_usage_chars(const struct lockdep_map *map, char usage[5])
{
	u8 write = map->usage, read = map->usage >> LOCK_USAGE_READ_SHIFT;

	usage[0] = usage_char(write, LOCK_USED_IN_HARDIRQ, LOCK_ENABLED_HARDIRQ);
	usage[1] = usage_char(read, LOCK_USED_IN_HARDIRQ, LOCK_ENABLED_HARDIRQ);
	usage[2] = usage_char(write, LOCK_USED_IN_SOFTIRQ, LOCK_ENABLED_SOFTIRQ);
	usage[3] = usage_char(read, LOCK_USED_IN_SOFTIRQ, LOCK_ENABLED_SOFTIRQ);
	usage[4] = '\0';
}

#endif
