// SPDX-License-Identifier: MIT
/*
 * Lockdep: the lists of held locks, the classes, and the cache that makes validation cheap.
 *
 * Each task lists the locks it holds. Only the task itself writes its list, an interrupt on top of
 * it included, which leaves it as it found it: it uses the entries behind, and one that is being
 * written is not valid. Reports read other tasks' lists as they are.
 *
 * What is held in one context, one lock inside the other, with how and where each was taken, is a
 * chain, and its key is a hash of all that. A chain whose key is in lock_chains[] was validated
 * before, and everything that could be said about it is known: so taking a lock nearly always costs
 * the computation of one key and one comparison. The rest is for chains seen the first time:
 * check_new_lock() in lockdep_graph.c adds them to the graph, under graph_lock, and then the chain
 * to the cache. An interrupt begins a chain of its own: what it interrupted does not wait inside.
 *
 * Validation never nests: current->lockdep_recursion is set meanwhile, and what it calls, printk()
 * above all, takes its locks unseen. graph_lock is a plain lock word, taken with interrupts off;
 * nothing else is taken inside. In an NMI nothing is validated, since graph_lock may be held.
 */
#include <linux/bug.h>
#include <linux/hash.h>
#include <linux/kallsyms.h>
#include <linux/kernel.h>
#include <linux/lockdep.h>
#include <linux/percpu.h>
#include <linux/preempt.h>
#include <linux/printk.h>
#include <linux/sched.h>
#include <linux/spinlock.h>
#include <linux/string.h>

#include "lockdep_internals.h"

#ifdef CONFIG_DEBUG_LOCK_ALLOC

#define CLASS_HASH_BITS 10
#define HELD_IRQS_ON    (BIT(16) | BIT(17)) /* both: hardirqs_on, softirqs_on */
#define HELD_IN_HARDIRQ BIT(18)
#define HELD_IN_SOFTIRQ BIT(19)
#define HELD_IN_NMI     BIT(20)
#define HELD_NESTED     BIT(21)
#define HELD_SUBCLASS   (7 * BIT(22))
#define HELD_SUBCLASS_1 BIT(22)
#define HELD_FUNCTION   BIT(25)
#define HELD_VALID      BIT(31)
#define HELD_CONTEXT    (HELD_IN_HARDIRQ | HELD_IN_SOFTIRQ | HELD_IN_NMI)

int debug_locks = 1;
struct lock_class_key __lockdep_no_validate__;

static arch_spinlock_t graph_lock = __ARCH_SPIN_LOCK_UNLOCKED;
struct lock_class lock_classes[MAX_LOCKDEP_KEYS]; /* graph_lock, like all that follows */
struct lock_chain lock_chains[MAX_LOCKDEP_CHAINS];
unsigned int nr_lock_classes, nr_lock_chains, max_lock_depth;
static unsigned int last_class, free_class; /* highest one used; first in the list of free ones */
static u16 class_hash[1 << CLASS_HASH_BITS];
static struct lock_class_key *registered_keys;
static u64 first_chain_key; /* of nothing held: another one makes all chains unknown */
static bool chains_forgotten;
struct lockdep_sandbox *lockdep_sandbox;

/* ---- who may be validated ---- */

static bool in_sandbox(const struct task_struct *curr)
{
	return lockdep_sandbox && lockdep_sandbox->task == curr;
}

bool lockdep_in_sandbox(void)
{
	return in_sandbox(current);
}

static bool may_validate(const struct task_struct *curr)
{
	if (curr->lockdep_recursion || in_nmi())
		return false;
	if (unlikely(in_sandbox(curr)))
		return !lockdep_sandbox->report.kind;
	return debug_locks;
}

struct lockdep_report *claim_report(enum lockdep_kind kind)
{
	struct lockdep_report *report = &lockdep_last_report;

	if (in_sandbox(current)) {
		report = &lockdep_sandbox->report;
		if (report->kind)
			return NULL;
	} else if (!xchg(&debug_locks, 0)) {
		return NULL;
	}
	memset(report, 0, sizeof(*report));
	report->kind = kind;
	return report;
}

void lockdep_set_sandbox(struct lockdep_sandbox *sandbox)
{
	if (sandbox) {
		memset(&sandbox->report, 0, sizeof(sandbox->report));
		sandbox->task = current;
	}
	WRITE_ONCE(lockdep_sandbox, sandbox);
}

static unsigned long graph_lock_irqsave(struct task_struct *curr)
{
	unsigned long flags;

	local_irq_save(flags);
	curr->lockdep_recursion++;
	arch_spin_lock(&graph_lock);
	return flags;
}

/* And print what was found, if anything. */
static void graph_unlock_irqrestore(struct task_struct *curr, unsigned long flags,
				    const struct lockdep_report *report)
{
	arch_spin_unlock(&graph_lock);
	if (unlikely(report))
		print_lockdep_report(report);
	curr->lockdep_recursion--;
	local_irq_restore(flags);
}

void lockdep_off(void)
{
	current->lockdep_recursion++;
}

void lockdep_on(void)
{
	current->lockdep_recursion--;
}

/* ---- classes ---- */

extern char _text[], _etext[], _data[], __bss_stop[];

/* A CPU's copy of a per-CPU variable stands for the variable: all copies are one class. */
static void *percpu_template(const void *obj)
{
	size_t size = __per_cpu_end - __per_cpu_start;
	int cpu;

	for (cpu = 0; cpu < NR_CPUS; cpu++) {
		size_t offset = (const char *)obj - (__per_cpu_start + __per_cpu_offset[cpu]);

		if (offset < size)
			return __per_cpu_start + offset;
	}
	return NULL;
}

/* Functions are keys, too: see lock_function_acquire(). */
static bool is_static(const void *obj)
{
	const char *p = obj;

	return (p >= _data && p < __bss_stop) || (p >= _text && p < _etext);
}

static const char *name_of(const struct lockdep_map *map)
{
	struct ksym sym;

	if (map->name)
		return map->name;
	return kallsyms_find((unsigned long)map->key, &sym) ? sym.name : "?";
}

static bool is_registered(const struct lock_class_key *key)
{
	const struct lock_class_key *k;

	for (k = registered_keys; k; k = k->next)
		if (k == key)
			return true;
	return false;
}

/* A lock without a key is its own; memory that comes and goes could make strangers one class. */
static struct lock_class_key *key_of(struct lockdep_map *map)
{
	const void *key = map->key;

	if (!key)
		key = percpu_template(map) ?: map;
	else if (is_registered(map->key))
		return map->key;
	if (!is_static(key) && !(key >= (void *)__per_cpu_start && key < (void *)__per_cpu_end))
		return NULL;
	return (struct lock_class_key *)key;
}

static u16 *class_bucket(const struct lock_class_key *key, unsigned int subclass)
{
	return &class_hash[hash_long((unsigned long)key + subclass, CLASS_HASH_BITS)];
}

static unsigned int find_class(const struct lock_class_key *key, unsigned int subclass)
{
	unsigned int i = *class_bucket(key, subclass);

	while (i && (lock_classes[i].key != key || lock_classes[i].subclass != subclass))
		i = lock_classes[i].hash_next;
	return i;
}

static unsigned int count_name(const char *name, unsigned int subclass)
{
	unsigned int i, n = 0;

	for (i = 1; i <= last_class; i++)
		if (lock_classes[i].key && lock_classes[i].subclass == subclass &&
		    !strcmp(lock_classes[i].name, name))
			n++;
	return n;
}

static unsigned int alloc_class(void)
{
	unsigned int i = free_class;

	if (i)
		free_class = lock_classes[i].hash_next;
	else if (last_class + 1 < MAX_LOCKDEP_KEYS)
		i = ++last_class;
	return i;
}

static unsigned int add_class(struct lockdep_map *map, struct lock_class_key *key,
			      unsigned int subclass)
{
	unsigned int i = alloc_class();
	u16 *bucket = class_bucket(key, subclass);

	if (!i)
		return 0;
	lock_classes[i] = (struct lock_class){
		.key = key,
		.name = name_of(map),
		.subclass = subclass,
		.wait_type_inner = map->wait_type_inner,
		.wait_type_outer = map->wait_type_outer ?: map->wait_type_inner,
		.hash_next = *bucket,
	};
	lock_classes[i].name_version = min(count_name(lock_classes[i].name, subclass), 255U);
	*bucket = i;
	nr_lock_classes++;
	return i;
}

/* Context: graph_lock held. Return: 0 after a report. */
static unsigned int look_up_class(struct lockdep_map *map, unsigned int subclass,
				  struct lockdep_report **report)
{
	struct lock_class_key *key = key_of(map);
	unsigned int i;

	if (unlikely(!key)) {
		*report = claim_report(LOCKDEP_NON_STATIC_KEY);
		if (*report)
			(*report)->text = map->name;
		return 0;
	}
	i = find_class(key, subclass) ?: add_class(map, key, subclass);
	if (unlikely(!i)) {
		*report = claim_report(LOCKDEP_NO_ROOM);
		if (*report)
			(*report)->text = "MAX_LOCKDEP_KEYS";
		return 0;
	}
	if (subclass < NR_LOCKDEP_CACHING_CLASSES)
		map->class_cache[subclass] = i;
	return i;
}

void lockdep_init_map_type(struct lockdep_map *map, const char *name, struct lock_class_key *key,
			   int subclass, u8 wait_type_inner, u8 wait_type_outer)
{
	struct task_struct *curr = current;
	struct lockdep_report *report = NULL;
	unsigned long flags;

	*map = (struct lockdep_map){
		.key = key,
		.name = name,
		.wait_type_inner = wait_type_inner,
		.wait_type_outer = wait_type_outer,
	};
	if (likely(!subclass) || !may_validate(curr))
		return;
	flags = graph_lock_irqsave(curr);
	map->class_cache[0] = look_up_class(map, subclass, &report);
	graph_unlock_irqrestore(curr, flags, report);
}

void lockdep_register_key(struct lock_class_key *key)
{
	struct task_struct *curr = current;
	unsigned long flags = graph_lock_irqsave(curr);
	bool wrong = is_registered(key) || is_static(key);

	if (!wrong) {
		key->next = registered_keys;
		registered_keys = key;
	}
	graph_unlock_irqrestore(curr, flags, NULL);
	WARN_ON(wrong);
}

static void forget_class(unsigned int i)
{
	struct lock_class *class = &lock_classes[i];
	u16 *link = class_bucket(class->key, class->subclass);

	while (*link != i)
		link = &lock_classes[*link].hash_next;
	*link = class->hash_next;
	forget_edges_of(i);
	class->key = NULL;
	class->name = "?"; /* the old one may go with the lock */
	class->hash_next = free_class;
	free_class = i;
	nr_lock_classes--;
}

/*
 * A chain does not say quickly which classes it has in it, so all are forgotten, by beginning new
 * ones with another key, and validated again when they come again.
 */
static void forget_classes_of(const struct lock_class_key *key)
{
	unsigned int i, subclass;

	for (subclass = 0; subclass < MAX_LOCKDEP_SUBCLASSES; subclass++) {
		i = find_class(key, subclass);
		if (i)
			forget_class(i);
	}
	WRITE_ONCE(first_chain_key, first_chain_key + GOLDEN_RATIO_64);
	chains_forgotten = true;
}

void lockdep_unregister_key(struct lock_class_key *key)
{
	struct task_struct *curr = current;
	unsigned long flags = graph_lock_irqsave(curr);
	struct lock_class_key **link = &registered_keys;
	bool wrong;

	while (*link && *link != key)
		link = &(*link)->next;
	wrong = !*link;
	if (!wrong) {
		*link = key->next;
		forget_classes_of(key);
	}
	graph_unlock_irqrestore(curr, flags, NULL);
	WARN_ON(wrong);
}

void lockdep_reset_lock(struct lockdep_map *map)
{
	struct task_struct *curr = current;
	unsigned long flags = graph_lock_irqsave(curr);

	forget_classes_of(map->key ?: percpu_template(map) ?: (void *)map);
	memset(map->class_cache, 0, sizeof(map->class_cache));
	graph_unlock_irqrestore(curr, flags, NULL);
}

/* ---- chains ---- */

/* Multiplied so that high bits depend on everything; the product chooses the place in the table. */
static __always_inline u64 next_chain_key(u64 key, u32 word)
{
	return (key ^ word) * GOLDEN_RATIO_64;
}

static __always_inline unsigned int chain_slot(u64 key)
{
	return key >> (64 - LOCKDEP_CHAINS_BITS);
}

static bool same_context(u32 a, u32 b)
{
	return !((a ^ b) & (HELD_CONTEXT | HELD_VALID));
}

static u64 parent_chain_key(const struct task_struct *curr, const struct held_lock *hlock)
{
	if (hlock == curr->held_locks || !same_context(hlock[-1].word, hlock->word))
		return first_chain_key;
	return hlock[-1].chain_key;
}

/* The slot of a chain, or the one where it belongs. One is always free. */
static unsigned int find_chain(u64 key)
{
	unsigned int slot = chain_slot(key);

	while (lock_chains[slot].key && lock_chains[slot].key != key)
		slot = (slot + 1) % MAX_LOCKDEP_CHAINS;
	return slot;
}

static bool add_chain(struct task_struct *curr, const struct held_lock *hlock, unsigned int slot,
		      struct lockdep_report **report)
{
	struct lock_chain *chain = &lock_chains[slot];
	unsigned int parent = find_chain(parent_chain_key(curr, hlock));

	if (nr_lock_chains >= MAX_LOCKDEP_CHAINS / 4 * 3) {
		*report = claim_report(LOCKDEP_NO_ROOM);
		if (*report)
			(*report)->text = "MAX_LOCKDEP_CHAINS";
		return false;
	}
	chain->class_idx = hlock->class_idx;
	chain->parent = lock_chains[parent].key ? parent : 0; /* the first is in no table */
	chain->depth = chain->parent ? lock_chains[parent].depth + 1 : 1;
	WRITE_ONCE(chain->key, hlock->chain_key);
	nr_lock_chains++;
	return true;
}

/* Forgotten chains fill the table up: empty it then. */
static void make_room_for_chains(void)
{
	if (nr_lock_chains < MAX_LOCKDEP_CHAINS / 4 * 3 || !chains_forgotten)
		return;
	memset(lock_chains, 0, sizeof(lock_chains));
	nr_lock_chains = 0;
	chains_forgotten = false;
}

/* A chain that is not where the first look finds it: see whether it is new, and if so validate it. */
static noinline void validate(struct task_struct *curr, struct held_lock *hlock)
{
	struct lockdep_report *report = NULL;
	unsigned long flags;
	unsigned int slot;

	if (!may_validate(curr) || hlock->instance->key == &__lockdep_no_validate__)
		return;
	flags = graph_lock_irqsave(curr);
	if (!hlock->class_idx) {
		hlock->class_idx = look_up_class(hlock->instance, hlock->subclass, &report);
		hlock->chain_key = next_chain_key(parent_chain_key(curr, hlock), hlock->word);
	}
	make_room_for_chains();
	slot = find_chain(hlock->chain_key);
	if (!report && hlock->class_idx && !lock_chains[slot].key) {
		max_lock_depth = max_t(unsigned int, max_lock_depth, curr->lockdep_depth);
		if (check_new_lock(curr, hlock, &report))
			add_chain(curr, hlock, slot, &report);
	}
	if (unlikely(report) && !report->next.instance)
		report->next = *hlock; /* where it happened */
	graph_unlock_irqrestore(curr, flags, report);
}

/* ---- taking and giving back ---- */

static __always_inline u32 interrupt_context_bits(u32 count, unsigned long flags)
{
	u32 bits = 0;

	if (count & NMI_MASK)
		return HELD_IN_NMI;
	if (count & HARDIRQ_MASK)
		return HELD_IN_HARDIRQ;
	if (count & SOFTIRQ_OFFSET)
		bits |= HELD_IN_SOFTIRQ;
	return flags & X86_EFLAGS_IF ? bits | BIT(16) : bits; /* softirqs are off in any case */
}

/* Where the caller runs, and whether interrupts could come, as bits of held_lock.word. */
static __always_inline u32 context_bits(void)
{
	unsigned long flags = arch_local_save_flags();
	u32 count = preempt_count();

	if (likely(!(count & (SOFTIRQ_MASK | HARDIRQ_MASK | NMI_MASK))))
		return (flags & X86_EFLAGS_IF) * (HELD_IRQS_ON / X86_EFLAGS_IF);
	return interrupt_context_bits(count, flags);
}

static noinline void too_many_locks(struct task_struct *curr)
{
	WARN_ONCE(1, "%s/%d holds more than MAX_LOCK_DEPTH (%d) locks: lockdep loses count\n",
		  curr->comm, curr->pid, MAX_LOCK_DEPTH);
}

void __lock_acquire(struct lockdep_map *map, u32 how, unsigned long ip)
{
	struct task_struct *curr = current;
	unsigned long depth = (unsigned int)curr->lockdep_depth;
	struct held_lock *hlock = &curr->held_locks[depth];
	u32 word = how | context_bits();
	u64 key = READ_ONCE(first_chain_key);

	curr->lockdep_depth = depth + 1; /* first: an interrupt here uses the next entry */
	barrier();
	if (unlikely(depth >= MAX_LOCK_DEPTH)) {
		too_many_locks(curr);
		return;
	}
	if (likely(!(how & HELD_SUBCLASS)))
		word |= READ_ONCE(map->class_cache[0]);
	else if ((how & HELD_SUBCLASS) == HELD_SUBCLASS_1)
		word |= READ_ONCE(map->class_cache[1]);
	if (depth && same_context(hlock[-1].word, word))
		key = hlock[-1].chain_key;
	key = next_chain_key(key, word);
	hlock->instance = map;
	hlock->acquire_ip = ip;
	hlock->chain_key = key;
	barrier();
	hlock->word = word;
	if (unlikely(lock_chains[chain_slot(key)].key != key))
		validate(curr, hlock);
}

void lock_acquire_nest(struct lockdep_map *map, struct lockdep_map *nest_lock, int read,
		       unsigned long ip)
{
	WARN_ON_ONCE(!lock_is_held(nest_lock));
	__lock_acquire(map, __HELD_HOW(0, 0, read) | HELD_NESTED, ip);
}

void lock_function_acquire(struct lockdep_map *map, void *fn)
{
	*map = (struct lockdep_map){ .key = fn };
	__lock_acquire(map, __HELD_HOW(0, 0, 0) | HELD_FUNCTION, _RET_IP_);
}

/* With interrupts off, since it does not matter here whether an interrupt could come. */
void lock_function_wait(void *fn)
{
	struct lockdep_map map = { .key = fn };
	unsigned long flags;

	local_irq_save(flags);
	__lock_acquire(&map, __HELD_HOW(0, 0, 0) | HELD_FUNCTION, _RET_IP_);
	lock_release(&map, _RET_IP_);
	local_irq_restore(flags);
}

/* A lock that could not be taken is not validated by being tried, so this says that it waits. */
void lock_check(struct lockdep_map *map, unsigned int subclass, int read, unsigned long ip)
{
	lock_acquire(map, subclass, 0, read, ip);
	lock_release(map, ip);
}

static int find_held(const struct task_struct *curr, const struct lockdep_map *map)
{
	int i = min(curr->lockdep_depth, MAX_LOCK_DEPTH);

	while (--i >= 0)
		if (curr->held_locks[i].instance == map && curr->held_locks[i].valid)
			return i;
	return -1;
}

/* From @i on the chains are others than they were. */
static void renew_chain_keys(struct task_struct *curr, int i)
{
	struct held_lock *hlock = &curr->held_locks[i];

	for (; i < min(curr->lockdep_depth, MAX_LOCK_DEPTH); i++, hlock++)
		hlock->chain_key = next_chain_key(parent_chain_key(curr, hlock), hlock->word);
}

static void bad_unlock(struct task_struct *curr, struct lockdep_map *map, unsigned long ip)
{
	struct lockdep_report *report;
	unsigned long flags;

	if (!may_validate(curr))
		return;
	flags = graph_lock_irqsave(curr);
	report = claim_report(LOCKDEP_BAD_UNLOCK);
	if (report) {
		report->next.instance = map;
		report->next.acquire_ip = ip;
		report->next.class_idx = map->class_cache[0];
	}
	graph_unlock_irqrestore(curr, flags, report);
}

/* Not the last that was taken: the later ones move down. An interrupt must not see that. */
static noinline void release_any(struct task_struct *curr, struct lockdep_map *map,
				 unsigned long ip)
{
	unsigned long flags;
	int i;

	local_irq_save(flags);
	i = find_held(curr, map);
	if (likely(i >= 0)) {
		int last = min(curr->lockdep_depth, MAX_LOCK_DEPTH) - 1;

		memmove(&curr->held_locks[i], &curr->held_locks[i + 1],
			(last - i) * sizeof(struct held_lock));
		curr->held_locks[last].word = 0;
		curr->lockdep_depth--;
		renew_chain_keys(curr, i);
	} else if (curr->lockdep_depth > MAX_LOCK_DEPTH) {
		curr->lockdep_depth--;
	} else {
		bad_unlock(curr, map, ip);
	}
	local_irq_restore(flags);
}

/*
 * A lock that was taken with interrupts off, and is held now that they are on: all that this context
 * holds could have been interrupted.
 */
static void interrupts_came_on(struct task_struct *curr, u32 now)
{
	int i = min(curr->lockdep_depth, MAX_LOCK_DEPTH);
	struct lockdep_report *report = NULL;
	unsigned long flags;

	if (!may_validate(curr))
		return;
	flags = graph_lock_irqsave(curr);
	while (--i >= 0 && !report) {
		struct held_lock *hlock = &curr->held_locks[i];

		if (!same_context(hlock->word, now | HELD_VALID))
			break;
		hlock->word |= now & HELD_IRQS_ON;
		if (hlock->class_idx)
			check_usage(hlock, &report);
	}
	graph_unlock_irqrestore(curr, flags, report);
}

static noinline void release_interruptible(struct task_struct *curr, struct lockdep_map *map,
					   unsigned long ip)
{
	interrupts_came_on(curr, context_bits());
	release_any(curr, map, ip);
}

/* Interrupts, or softirqs, that were off when it was taken. */
static __always_inline bool interrupts_are_on_again(u32 word)
{
	return !irqs_disabled() && context_bits() & ~word & HELD_IRQS_ON;
}

void lock_release(struct lockdep_map *map, unsigned long ip)
{
	struct task_struct *curr = current;
	unsigned long depth = (unsigned int)curr->lockdep_depth - 1UL;
	struct held_lock *hlock = &curr->held_locks[depth];

	if (unlikely(depth >= MAX_LOCK_DEPTH || hlock->instance != map)) {
		release_any(curr, map, ip);
		return;
	}
	if (~hlock->word & HELD_IRQS_ON && unlikely(interrupts_are_on_again(hlock->word))) {
		release_interruptible(curr, map, ip);
		return;
	}
	hlock->word = 0;
	barrier();
	curr->lockdep_depth = depth;
}

void lock_set_class(struct lockdep_map *map, const char *name, struct lock_class_key *key,
		    unsigned int subclass, unsigned long ip)
{
	struct task_struct *curr = current;
	int i = find_held(curr, map), depth = curr->lockdep_depth;

	unsigned long flags;

	if (i < 0) {
		bad_unlock(curr, map, ip);
		return;
	}
	local_irq_save(flags); /* the entries above are out of sight for a moment */
	if (map->key != key || map->name != name)
		lockdep_init_map_type(map, name, key, 0, map->wait_type_inner,
				      map->wait_type_outer);
	curr->held_locks[i].class_idx = 0;
	curr->held_locks[i].subclass = subclass;
	for (; i < min(depth, MAX_LOCK_DEPTH); i++) {
		curr->lockdep_depth = i + 1;
		renew_chain_keys(curr, i);
		validate(curr, &curr->held_locks[i]);
	}
	local_irq_restore(flags);
}

/* ---- questions ---- */

bool lock_is_held_type(const struct lockdep_map *map, int read)
{
	int i = find_held(current, map);

	return i >= 0 && (read < 0 || !read == !current->held_locks[i].read);
}

bool holds_spinning_lock(void)
{
	const struct task_struct *curr = current;
	int i = min(curr->lockdep_depth, MAX_LOCK_DEPTH);

	while (--i >= 0)
		if (curr->held_locks[i].instance->wait_type_inner == LD_WAIT_SPIN)
			return true;
	return false;
}

void __debug_check_no_locks_freed(const void *mem, unsigned long len)
{
	struct task_struct *curr = current;
	struct lockdep_report *report;
	unsigned long flags;
	int i;

	if (!may_validate(curr))
		return;
	for (i = 0; i < min(curr->lockdep_depth, MAX_LOCK_DEPTH); i++)
		if ((unsigned long)curr->held_locks[i].instance - (unsigned long)mem < len)
			break;
	if (likely(i == min(curr->lockdep_depth, MAX_LOCK_DEPTH)))
		return;
	flags = graph_lock_irqsave(curr);
	report = claim_report(LOCKDEP_HELD_FREED);
	if (report) {
		report->next = curr->held_locks[i];
		report->mem = mem;
		report->len = len;
	}
	graph_unlock_irqrestore(curr, flags, report);
}

void debug_check_no_locks_held(void)
{
	struct task_struct *curr = current;
	struct lockdep_report *report;
	unsigned long flags;

	if (likely(!curr->lockdep_depth) || !may_validate(curr))
		return;
	flags = graph_lock_irqsave(curr);
	report = claim_report(LOCKDEP_HELD_AT_EXIT);
	if (report)
		report->next = curr->held_locks[0];
	graph_unlock_irqrestore(curr, flags, report);
}

#endif
