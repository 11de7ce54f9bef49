/* SPDX-License-Identifier: MIT */
/*
 * What the files of lockdep share: its tables, which are plain arrays of fixed size, linked by index with 0 for "none",
 * so that debuggers and reports read them as they are. graph_lock guards all writes; entries are filled before they
 * are linked, and stay, unless a key is unregistered.
 */
#ifndef _KERNEL_LOCKING_LOCKDEP_INTERNALS_H
#define _KERNEL_LOCKING_LOCKDEP_INTERNALS_H

#include <linux/lockdep.h>
#include <linux/types.h>

#ifdef CONFIG_DEBUG_LOCK_ALLOC

#define MAX_LOCKDEP_KEYS 2048		/* classes; held_lock.class_idx has 13 bits */
#define MAX_LOCKDEP_ENTRIES 8192	/* edges */
#define LOCKDEP_CHAINS_BITS 14
#define MAX_LOCKDEP_CHAINS (1 << LOCKDEP_CHAINS_BITS)
#define MAX_STACK_TRACE_WORDS 65536
#define LOCKDEP_TRACE_DEPTH 14		/* return addresses kept of a trace */

/*
 * In which contexts a class was used. USED_IN: taken in such an interrupt. ENABLED: held while such an interrupt could
 * have come. Bit 0 of the number: by a reader; bit 1: ENABLED; bit 2: softirq.
 */
enum lock_usage_bit {
	LOCK_USED_IN_HARDIRQ,
	LOCK_USED_IN_HARDIRQ_READ,
	LOCK_ENABLED_HARDIRQ,
	LOCK_ENABLED_HARDIRQ_READ,
	LOCK_USED_IN_SOFTIRQ,
	LOCK_USED_IN_SOFTIRQ_READ,
	LOCK_ENABLED_SOFTIRQ,
	LOCK_ENABLED_SOFTIRQ_READ,
	LOCK_USAGE_STATES,
};

#define LOCK_USAGE_READ_BIT 1
#define LOCK_USAGE_DIR_BIT 2
#define LOCK_USAGE_SOFTIRQ_BIT 4
#define LOCKF_READ 0xaau		/* all bits of readers */

struct lock_class {
	struct lock_class_key *key;	/* NULL: the entry is free */
	const char *name;
	u16 hash_next;			/* class, in the same bucket of class_hash[]; or the next free one */
	u16 edges_after;		/* first edge to a class taken while this one was held; next_after links them */
	u16 edges_before;		/* first edge from a class held when this one was taken; next_before */
	u8 usage;			/* bits of enum lock_usage_bit */
	u8 subclass;
	u8 name_version;		/* of several classes of this name, which: from 1 */
	u8 wait_type_inner;
	u8 wait_type_outer;
	u8 seen;			/* by the search with number search_number: SEEN_* */
	u32 search_number;
	u16 usage_trace[LOCK_USAGE_STATES];	/* how it came to each bit: in stack_traces[] */
};

/*
 * How the two locks of an edge were held and taken: a set of four kinds. First letter: the first lock is held Shared or
 * Exclusively; second letter: the second is taken by a Recursive reader, who only waits for writers, or Not.
 */
enum lock_dep { DEP_SR, DEP_ER, DEP_SN, DEP_EN };
#define DEP_HELD_EXCLUSIVE (BIT(DEP_ER) | BIT(DEP_EN))
#define DEP_TAKEN_FULLY (BIT(DEP_SN) | BIT(DEP_EN))

/* "from" was held when "to" was taken. */
struct lock_edge {
	u16 from, to;			/* classes; 0: the entry is free */
	u16 next_after;			/* edge, of the same "from"; or the next free one */
	u16 next_before;		/* edge, of the same "to" */
	u16 trace;			/* how "to" was taken */
	u8 kinds;			/* set of enum lock_dep */
	u32 from_ip, to_ip;		/* who took them: low halves of addresses of code */
};

/* The locks held in a context, one inside the other, that have been validated. */
struct lock_chain {
	u64 key;			/* 0: free */
	u16 class_idx;			/* the innermost */
	u16 parent;			/* chain without that, if it had an entry; else 0 */
	u8 depth;
};

extern struct lock_class lock_classes[MAX_LOCKDEP_KEYS];
extern struct lock_edge lock_edges[MAX_LOCKDEP_ENTRIES];
extern struct lock_chain lock_chains[MAX_LOCKDEP_CHAINS];
extern unsigned int nr_lock_classes, nr_lock_edges, nr_lock_chains, nr_stack_trace_words;
extern unsigned int max_lock_depth, max_search_queue;
extern unsigned long nr_lock_searches;
extern u32 search_number;

/* ---- reports ---- */

enum lockdep_kind {
	LOCKDEP_NONE,
	LOCKDEP_CIRCULAR,		/* the cycle is path[], closed by its last and first */
	LOCKDEP_RECURSIVE,
	LOCKDEP_INCONSISTENT,		/* one lock, used in an interrupt and open to it */
	LOCKDEP_IRQ_ORDER,		/* a new edge connects a safe lock to an unsafe one: path[] */
	LOCKDEP_IRQ_INVERSION,		/* a new use does: path[] */
	LOCKDEP_BAD_UNLOCK,
	LOCKDEP_WAIT_CONTEXT,
	LOCKDEP_HELD_FREED,
	LOCKDEP_HELD_AT_EXIT,
	LOCKDEP_NON_STATIC_KEY,
	LOCKDEP_NO_ROOM,
	NR_LOCKDEP_KINDS
};

#define LOCKDEP_PATH_MAX 16
#define LOCKDEP_NEW_EDGE 0xffff

/* What was found, gathered under graph_lock, printed without. */
struct lockdep_report {
	enum lockdep_kind kind;
	struct held_lock next;		/* the lock that it is about */
	struct held_lock prev;		/* the one held that it conflicts with */
	u8 usage;			/* enum lock_usage_bit: of the new use, or of path[0], the safe end */
	u8 usage_other;			/* of what it conflicts with */
	u8 nr_path;
	bool path_cut;			/* it was longer */
	struct {
		u16 class_idx;
		u16 edge;		/* from the class before; LOCKDEP_NEW_EDGE: the one being added */
	} path[LOCKDEP_PATH_MAX];
	const char *text;		/* which limit was reached; what else there is to say */
	const void *mem;		/* LOCKDEP_HELD_FREED */
	unsigned long len;
	unsigned long ip;
};

extern struct lockdep_report lockdep_last_report;

/*
 * For the suite: what the task does is validated, but reports go here, and not to the console unless verbose, and
 * lockdep stays on. After the first report in it nothing of the task is validated until the sandbox is opened anew.
 */
struct lockdep_sandbox {
	struct task_struct *task;
	bool verbose;
	struct lockdep_report report;
};

extern struct lockdep_sandbox *lockdep_sandbox;

/* Open for the running task; NULL: close. One at a time. Context: task. */
void lockdep_set_sandbox(struct lockdep_sandbox *sandbox);

/* claim_report - Return: where to note what was found; NULL if nothing more is to be reported. Context: any. */
struct lockdep_report *claim_report(enum lockdep_kind kind);

/* print_report - Context: graph_lock not held, validation off for this task. */
void print_lockdep_report(const struct lockdep_report *report);

/* lock_class_name - write "name", with "#2" for the second class so named and "/1" for a subclass. Return: @buf. */
#define LOCK_NAME_LEN 64
const char *lock_class_name(unsigned int class_idx, char buf[LOCK_NAME_LEN]);
void class_usage_chars(const struct lock_class *class, char usage[5]);

/* ---- the graph: lockdep_graph.c. Context for all: graph_lock held. Return: false after a report. ---- */

bool check_new_lock(struct task_struct *curr, struct held_lock *next, struct lockdep_report **report);
bool check_usage(struct held_lock *hlock, struct lockdep_report **report);
void forget_edges_of(unsigned int class_idx);
u16 save_trace(unsigned long from_ip);

/* trace_entries - a saved trace. Return: how many. */
unsigned int trace_entries(u16 trace, const u32 **entries);

#endif
#endif
