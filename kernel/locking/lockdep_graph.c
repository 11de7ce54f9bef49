// SPDX-License-Identifier: MIT
/*
 * Lockdep's graph: an edge from class A to class B says that B was taken while A was held. What is
 * checked when a lock is taken in a chain that is new, and what each check looks for:
 *
 *	wait context	the lock sleeps, and something around it does not allow that
 *	usage		it is taken in an interrupt and elsewhere open to that interrupt; or so are two
 *			locks that the graph connects, which is as bad:
 *
 *			CPU 0				CPU 1
 *			  has safe			  has unsafe, interrupts on
 *			  waits for ... unsafe		  interrupt: waits for safe
 *	recursion	another lock of its class is held already
 *	cycle		the graph leads from it to a lock that is held
 *
 * Readers. Not every edge makes a waiter wait: a recursive reader (R) gets past everything but a
 * writer, and a lock held shared (S) keeps nobody else out but writers. So a path in which a lock is
 * taken by R and held as S, "-> R) (S ->", is no path: nobody waits there. Others are: an ordinary
 * reader waits behind a writer that waits for readers. The search carries along whether it came to a
 * class by R edges only ("weak"), and so visits each class twice at most.
 */
#include <linux/bits.h>
#include <linux/hash.h>
#include <linux/kallsyms.h>
#include <linux/kernel.h>
#include <linux/lockdep.h>
#include <linux/preempt.h>
#include <linux/sched.h>
#include <linux/stacktrace.h>
#include <linux/string.h>

#include "lockdep_internals.h"

#ifdef CONFIG_DEBUG_LOCK_ALLOC

#define TRACE_HASH_BITS 10
#define SEEN_FULLY      1 /* with all edges that lead on */
#define SEEN_WEAKLY     2

struct lock_edge lock_edges[MAX_LOCKDEP_ENTRIES];
unsigned int nr_lock_edges, nr_stack_trace_words;
static unsigned int last_edge, free_edge;

/* ---- traces: how a lock was taken, each kept once ---- */

/* A trace is the index of the next in its bucket, its length, and the low halves of addresses. */
static u32 stack_traces[MAX_STACK_TRACE_WORDS];
static u32 trace_hash[1 << TRACE_HASH_BITS];

unsigned int trace_entries(u16 trace, const u32 **entries)
{
	*entries = &stack_traces[trace + 2];
	return trace ? stack_traces[trace + 1] : 0;
}

static u16 find_trace(u32 bucket, const u32 *entries, u32 n)
{
	u32 i = trace_hash[bucket];

	while (i &&
	       (stack_traces[i + 1] != n || memcmp(&stack_traces[i + 2], entries, n * sizeof(u32))))
		i = stack_traces[i];
	return i;
}

static u16 store_trace(u32 bucket, const u32 *entries, u32 n)
{
	u32 i = nr_stack_trace_words ?: 1;

	if (i + 2 + n > MAX_STACK_TRACE_WORDS)
		return 0; /* reports have to do without */
	nr_stack_trace_words = i + 2 + n;
	stack_traces[i] = trace_hash[bucket];
	stack_traces[i + 1] = n;
	memcpy(&stack_traces[i + 2], entries, n * sizeof(u32));
	trace_hash[bucket] = i;
	return i;
}

/*
 * Where lockdep's own frames end, and the lock's: at the return address @from_ip, or, if the place
 * that takes the lock was inlined, in the function that it is in. 0: nowhere.
 */
static unsigned int first_frame(const unsigned long *frames, unsigned int n, unsigned long from_ip)
{
	struct ksym sym;
	unsigned int i;

	for (i = 0; i < n; i++)
		if (frames[i] == from_ip)
			return i;
	if (kallsyms_find(from_ip, &sym))
		for (i = 0; i < n; i++)
			if (frames[i] - sym.start <= sym.size)
				return i;
	return 0;
}

/* How the running code came to take a lock at @from_ip. Return: 0 without room. */
u16 save_trace(unsigned long from_ip)
{
	unsigned long full[LOCKDEP_TRACE_DEPTH + 8];
	unsigned int n = stack_trace_save(full, ARRAY_SIZE(full), 1);
	unsigned int first = first_frame(full, n, from_ip), i;
	u32 entries[LOCKDEP_TRACE_DEPTH], bucket = 0;

	n = min_t(unsigned int, n - first, LOCKDEP_TRACE_DEPTH);
	for (i = 0; i < n; i++) {
		entries[i] = (u32)full[first + i];
		bucket = hash_32(bucket ^ entries[i], 32);
	}
	bucket >>= 32 - TRACE_HASH_BITS;
	return find_trace(bucket, entries, n) ?: store_trace(bucket, entries, n);
}

/* ---- searching ---- */

/* A class that the search has come to. The queue of them is also the tree of ways there. */
struct search_node {
	u16 class_idx;
	u16 edge;   /* by which */
	u16 parent; /* index of the node before; 0: it is the root */
	bool weak;
};

static struct search_node queue[2 * MAX_LOCKDEP_KEYS + 1]; /* from 1 on */
unsigned int max_search_queue;
unsigned long nr_lock_searches;
u32 search_number;

typedef bool (*match_fn)(const struct search_node *node, unsigned long data);

/* Has the search been there already, with all that can be reached from there? */
static bool seen(const struct search_node *node)
{
	struct lock_class *class = &lock_classes[node->class_idx];

	if (class->search_number != search_number) {
		class->search_number = search_number;
		class->seen = 0;
	}
	if (class->seen & (node->weak ? SEEN_FULLY | SEEN_WEAKLY : SEEN_FULLY))
		return true;
	class->seen |= node->weak ? SEEN_WEAKLY : SEEN_FULLY;
	return false;
}

/* Where @edge leads from @node, if anybody has to wait there. */
static bool follow(const struct lock_edge *edge, bool forward, const struct search_node *node,
		   struct search_node *to)
{
	u8 in = forward ? DEP_HELD_EXCLUSIVE : DEP_TAKEN_FULLY;
	u8 out = forward ? DEP_TAKEN_FULLY : DEP_HELD_EXCLUSIVE;
	u8 kinds = node->weak ? edge->kinds & in : edge->kinds;

	to->class_idx = forward ? edge->to : edge->from;
	to->edge = edge - lock_edges;
	to->parent = node - queue;
	to->weak = !(kinds & out);
	return kinds;
}

/*
 * Breadth first from @class_idx along the edges, or against them; the shortest way is found. The
 * root itself is not matched. Return: the matching node's index in queue[], or 0.
 */
static unsigned int search(bool forward, unsigned int class_idx, bool weak, match_fn match,
			   unsigned long data)
{
	unsigned int head = 1, tail = 2, e;

	nr_lock_searches++;
	search_number++;
	queue[1] = (struct search_node){ .class_idx = class_idx, .weak = weak };
	for (; head < tail; head++) {
		const struct lock_class *class = &lock_classes[queue[head].class_idx];

		for (e = forward ? class->edges_after : class->edges_before; e;
		     e = forward ? lock_edges[e].next_after : lock_edges[e].next_before) {
			struct search_node *to = &queue[tail];

			if (!follow(&lock_edges[e], forward, &queue[head], to) || seen(to))
				continue;
			if (match(to, data))
				return tail;
			max_search_queue = max(max_search_queue, tail++);
		}
	}
	return 0;
}

static void add_to_path(struct lockdep_report *report, unsigned int class_idx, unsigned int edge)
{
	if (report->nr_path == LOCKDEP_PATH_MAX) {
		report->path_cut = true;
		return;
	}
	report->path[report->nr_path].class_idx = class_idx;
	report->path[report->nr_path++].edge = edge;
}

/* The way of a forward search, from its root to @node. */
static void add_way_to(struct lockdep_report *report, unsigned int node)
{
	if (queue[node].parent)
		add_way_to(report, queue[node].parent);
	if (queue[node].parent)
		add_to_path(report, queue[node].class_idx, queue[node].edge);
}

/* The way of a backward search: from @node to its root, along the edges. */
static void add_way_from(struct lockdep_report *report, unsigned int node)
{
	add_to_path(report, queue[node].class_idx, 0);
	for (; queue[node].parent; node = queue[node].parent)
		add_to_path(report, queue[queue[node].parent].class_idx, queue[node].edge);
}

/* ---- usage ---- */

static unsigned int usage_of(const struct held_lock *hlock)
{
	unsigned int usage = 0;

	if (hlock->in_hardirq && !hlock->trylock)
		usage |= BIT(LOCK_USED_IN_HARDIRQ);
	if (hlock->in_softirq && !hlock->trylock)
		usage |= BIT(LOCK_USED_IN_SOFTIRQ);
	if (hlock->hardirqs_on)
		usage |= BIT(LOCK_ENABLED_HARDIRQ);
	if (hlock->softirqs_on)
		usage |= BIT(LOCK_ENABLED_SOFTIRQ);
	return hlock->read ? usage << 1 : usage;
}

/* The uses that do not go with use @bit: of a reader only those of writers. */
static unsigned int conflicting(unsigned int bit)
{
	unsigned int other = (bit ^ LOCK_USAGE_DIR_BIT) & ~LOCK_USAGE_READ_BIT;

	return bit & LOCK_USAGE_READ_BIT ? BIT(other) : BIT(other) | BIT(other + 1);
}

/* Of the uses in @data, those that the search at @node can be stopped by: weakly not by readers. */
static unsigned int matching_usage(const struct search_node *node, unsigned long data)
{
	unsigned int usage = lock_classes[node->class_idx].usage & data;

	return node->weak ? usage & ~LOCKF_READ : usage;
}

static bool match_usage(const struct search_node *node, unsigned long data)
{
	return matching_usage(node, data);
}

static bool report_inconsistent(const struct held_lock *hlock, unsigned int bit,
				unsigned int others, struct lockdep_report **reportp)
{
	struct lockdep_report *report = claim_report(LOCKDEP_INCONSISTENT);

	if (report) {
		report->next = *hlock;
		report->usage = bit;
		report->usage_other = __ffs(others);
		report->ip = hlock->acquire_ip;
		add_to_path(report, hlock->class_idx, 0);
	}
	*reportp = report;
	return false;
}

static bool report_inversion(const struct held_lock *hlock, unsigned int bit, bool forward,
			     unsigned int node, struct lockdep_report **reportp)
{
	struct lockdep_report *report = claim_report(LOCKDEP_IRQ_INVERSION);
	unsigned long other = BIT((bit ^ LOCK_USAGE_DIR_BIT) & ~LOCK_USAGE_READ_BIT);

	if (report) {
		report->next = *hlock;
		report->usage = bit;
		report->usage_other = __ffs(matching_usage(&queue[node], other | other << 1));
		if (forward) {
			add_to_path(report, hlock->class_idx, 0);
			add_way_to(report, node);
		} else {
			add_way_from(report, node);
		}
	}
	*reportp = report;
	return false;
}

/*
 * A use that is new to the class. In an interrupt: is there a way to a lock that is held open to
 * such interrupts? Open to them: is there a way here from a lock that is taken in one?
 */
static bool check_new_usage(struct held_lock *hlock, unsigned int bit,
			    struct lockdep_report **report)
{
	struct lock_class *class = &lock_classes[hlock->class_idx];
	bool forward = !(bit & LOCK_USAGE_DIR_BIT);
	unsigned int other = (bit ^ LOCK_USAGE_DIR_BIT) & ~LOCK_USAGE_READ_BIT, node;

	if (class->usage & conflicting(bit))
		return report_inconsistent(hlock, bit, class->usage & conflicting(bit), report);
	node = search(forward, hlock->class_idx, bit & LOCK_USAGE_READ_BIT, match_usage,
		      BIT(other) | BIT(other + 1));
	if (node)
		return report_inversion(hlock, bit, forward, node, report);
	class->usage_trace[bit] = save_trace(hlock->acquire_ip);
	class->usage |= BIT(bit);
	return true;
}

bool check_usage(struct held_lock *hlock, struct lockdep_report **report)
{
	unsigned int new = usage_of(hlock) & ~lock_classes[hlock->class_idx].usage;

	for (; new; new &= new - 1)
		if (!check_new_usage(hlock, __ffs(new), report))
			return false;
	return true;
}

/* ---- wait contexts ---- */

static u8 class_wait_inner(const struct held_lock *hlock)
{
	return lock_classes[hlock->class_idx].wait_type_inner;
}

/* What may be waited for, as what surrounds @next has it: the strictest of all. */
static u8 allowed_wait(struct task_struct *curr, const struct held_lock *next,
		       const struct held_lock **strictest)
{
	u8 allowed = next->in_hardirq || next->in_softirq ? LD_WAIT_SPIN : LD_WAIT_MAX;
	const struct held_lock *hlock;

	for (hlock = curr->held_locks; hlock < next; hlock++) {
		if (hlock->in_hardirq != next->in_hardirq || hlock->in_softirq != next->in_softirq)
			continue;
		if (class_wait_inner(hlock) && class_wait_inner(hlock) < allowed) {
			allowed = class_wait_inner(hlock);
			*strictest = hlock;
		}
	}
	return allowed;
}

/*
 * The functions that take a sleeping lock call might_sleep() first, which has reported this if
 * preemption or interrupts are off, and better. What is left are lock_check(), that is
 * might_lock(), and maps that only look like locks.
 */
static bool check_wait_context(struct task_struct *curr, const struct held_lock *next,
			       struct lockdep_report **reportp)
{
	const struct lock_class *class = &lock_classes[next->class_idx];
	const struct held_lock *strictest = NULL;
	struct lockdep_report *report;

	if (!class->wait_type_inner || next->trylock ||
	    class->wait_type_outer <= allowed_wait(curr, next, &strictest))
		return true;
	report = claim_report(LOCKDEP_WAIT_CONTEXT);
	if (report) {
		report->next = *next;
		if (strictest)
			report->prev = *strictest;
	}
	*reportp = report;
	return false;
}

/* ---- cycles ---- */

static bool report_pair(enum lockdep_kind kind, const struct held_lock *prev,
			const struct held_lock *next, struct lockdep_report **report)
{
	*report = claim_report(kind);
	if (*report) {
		(*report)->prev = *prev;
		(*report)->next = *next;
	}
	return false;
}

static bool match_held(const struct search_node *node, unsigned long data)
{
	const struct held_lock *prev = (const struct held_lock *)data;

	return node->class_idx == prev->class_idx && (!prev->read || !node->weak);
}

static bool check_no_cycle(const struct held_lock *prev, const struct held_lock *next,
			   struct lockdep_report **report)
{
	unsigned int node =
		search(true, next->class_idx, next->read == 2, match_held, (unsigned long)prev);

	if (!node)
		return true;
	report_pair(LOCKDEP_CIRCULAR, prev, next, report);
	if (*report) {
		add_to_path(*report, next->class_idx, LOCKDEP_NEW_EDGE);
		add_way_to(*report, node);
	}
	return false;
}

static unsigned int gathered_usage;

/* Not a match, but a collection over all that can be reached. */
static bool gather_usage(const struct search_node *node, unsigned long data)
{
	gathered_usage |= matching_usage(node, data);
	return false;
}

static unsigned int usage_behind(bool forward, const struct held_lock *hlock, bool weak)
{
	gathered_usage = lock_classes[hlock->class_idx].usage & (weak ? ~LOCKF_READ : ~0U);
	search(forward, hlock->class_idx, weak, gather_usage, ~0UL);
	return gathered_usage;
}

static bool report_irq_order(const struct held_lock *prev, const struct held_lock *next,
			     unsigned int safe, unsigned int unsafe, struct lockdep_report **report)
{
	struct search_node root = { .class_idx = prev->class_idx, .weak = prev->read };
	unsigned int node;

	report_pair(LOCKDEP_IRQ_ORDER, prev, next, report);
	if (!*report)
		return false;
	(*report)->usage = safe;
	(*report)->usage_other = unsafe;
	node = matching_usage(&root, BIT(safe))
		       ? 0
		       : search(false, prev->class_idx, prev->read, match_usage, BIT(safe));
	if (node)
		add_way_from(*report, node);
	else
		add_to_path(*report, prev->class_idx, 0);
	add_to_path(*report, next->class_idx, LOCKDEP_NEW_EDGE);
	root = (struct search_node){ .class_idx = next->class_idx, .weak = next->read == 2 };
	if (!matching_usage(&root, BIT(unsafe)))
		add_way_to(*report, search(true, next->class_idx, next->read == 2, match_usage,
					   BIT(unsafe)));
	return false;
}

/* Does the new edge lead from a lock taken in interrupts to one held open to them? */
static bool check_irq_order(const struct held_lock *prev, const struct held_lock *next,
			    struct lockdep_report **report)
{
	unsigned int before = usage_behind(false, prev, prev->read);
	unsigned int after;

	before &= BIT(LOCK_USED_IN_HARDIRQ) | BIT(LOCK_USED_IN_HARDIRQ_READ) |
		  BIT(LOCK_USED_IN_SOFTIRQ) | BIT(LOCK_USED_IN_SOFTIRQ_READ);
	if (!before)
		return true;
	after = usage_behind(true, next, next->read == 2);
	for (; before; before &= before - 1) {
		unsigned int safe = __ffs(before);
		unsigned int unsafe = (safe ^ LOCK_USAGE_DIR_BIT) & ~LOCK_USAGE_READ_BIT;

		if (!(after & BIT(unsafe)))
			unsafe++; /* by readers */
		if (after & BIT(unsafe))
			return report_irq_order(prev, next, safe, unsafe, report);
	}
	return true;
}

/* ---- edges ---- */

static enum lock_dep dep_kind(const struct held_lock *prev, const struct held_lock *next)
{
	return (prev->read ? 0 : DEP_ER) + (next->read == 2 ? 0 : DEP_SN);
}

static unsigned int find_edge(unsigned int from, unsigned int to)
{
	unsigned int e = lock_classes[from].edges_after;

	while (e && lock_edges[e].to != to)
		e = lock_edges[e].next_after;
	return e;
}

static unsigned int alloc_edge(void)
{
	unsigned int e = free_edge;

	if (e)
		free_edge = lock_edges[e].next_after;
	else if (last_edge + 1 < MAX_LOCKDEP_ENTRIES)
		e = ++last_edge;
	return e;
}

static bool add_edge(const struct held_lock *prev, const struct held_lock *next,
		     struct lockdep_report **report)
{
	struct lock_class *from = &lock_classes[prev->class_idx];
	struct lock_class *to = &lock_classes[next->class_idx];
	unsigned int e = alloc_edge();

	if (!e) {
		*report = claim_report(LOCKDEP_NO_ROOM);
		if (*report)
			(*report)->text = "MAX_LOCKDEP_ENTRIES";
		return false;
	}
	lock_edges[e] = (struct lock_edge){
		.from = prev->class_idx,
		.to = next->class_idx,
		.next_after = from->edges_after,
		.next_before = to->edges_before,
		.trace = save_trace(next->acquire_ip),
		.kinds = BIT(dep_kind(prev, next)),
		.from_ip = (u32)prev->acquire_ip,
		.to_ip = (u32)next->acquire_ip,
	};
	from->edges_after = e;
	to->edges_before = e;
	nr_lock_edges++;
	return true;
}

/* An edge that is there already, and with these kinds, has been checked. */
static bool check_edge(const struct held_lock *prev, const struct held_lock *next,
		       struct lockdep_report **report)
{
	unsigned int e = find_edge(prev->class_idx, next->class_idx);
	u8 kind = BIT(dep_kind(prev, next));

	if (e && (lock_edges[e].kinds & kind))
		return true;
	if (!check_no_cycle(prev, next, report) || !check_irq_order(prev, next, report))
		return false;
	if (!e)
		return add_edge(prev, next, report);
	lock_edges[e].kinds |= kind;
	return true;
}

static void unlink_edge(unsigned int e)
{
	struct lock_edge *edge = &lock_edges[e];
	u16 *link = &lock_classes[edge->from].edges_after;

	while (*link != e)
		link = &lock_edges[*link].next_after;
	*link = edge->next_after;
	link = &lock_classes[edge->to].edges_before;
	while (*link != e)
		link = &lock_edges[*link].next_before;
	*link = edge->next_before;
	*edge = (struct lock_edge){ .next_after = free_edge };
	free_edge = e;
	nr_lock_edges--;
}

void forget_edges_of(unsigned int class_idx)
{
	struct lock_class *class = &lock_classes[class_idx];

	while (class->edges_after)
		unlink_edge(class->edges_after);
	while (class->edges_before)
		unlink_edge(class->edges_before);
}

/* ---- a lock is taken ---- */

static bool continues(const struct held_lock *prev, const struct held_lock *next)
{
	return prev->valid && prev->in_hardirq == next->in_hardirq &&
	       prev->in_softirq == next->in_softirq && prev->in_nmi == next->in_nmi;
}

/* Return: 0 after a report, 2 if it comes again to what it reads already, and cannot wait. */
static int check_recursion(struct task_struct *curr, const struct held_lock *next,
			   struct lockdep_report **report)
{
	const struct held_lock *prev = next;

	while (prev-- > curr->held_locks && continues(prev, next)) {
		if (prev->class_idx != next->class_idx || next->nested)
			continue;
		if (next->read == 2 && prev->read)
			return 2;
		return report_pair(LOCKDEP_RECURSIVE, prev, next, report);
	}
	return 1;
}

/*
 * An edge from the lock taken just before is enough, since that has one from the lock before it, and
 * so on. But not if taking that one did not wait (no edge leads to it), or waited only for writers
 * (a path through it may be none).
 */
static bool check_edges(struct task_struct *curr, const struct held_lock *next,
			struct lockdep_report **report)
{
	const struct held_lock *prev = next;

	while (prev-- > curr->held_locks && continues(prev, next)) {
		if (!prev->class_idx || prev->class_idx == next->class_idx)
			continue;
		if (!check_edge(prev, next, report))
			return false;
		if (!prev->trylock && prev->read != 2)
			break;
	}
	return true;
}

bool check_new_lock(struct task_struct *curr, struct held_lock *next,
		    struct lockdep_report **report)
{
	int ok;

	if (!check_wait_context(curr, next, report) || !check_usage(next, report))
		return false;
	if (next->trylock)
		return true;
	ok = check_recursion(curr, next, report);
	return ok == 1 ? check_edges(curr, next, report) : ok;
}

#endif
