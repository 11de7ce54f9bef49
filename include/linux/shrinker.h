/* SPDX-License-Identifier: MIT */
/*
 * Shrinkers: who keeps memory only because it might be of use again gives it back when others need it. A
 * cache registers two functions; an allocation that may sleep and finds no memory calls them.
 */
#ifndef _LINUX_SHRINKER_H
#define _LINUX_SHRINKER_H

#include <linux/gfp.h>
#include <linux/list.h>
#include <linux/types.h>

struct shrink_control {
	gfp_t gfp_mask;			/* of the allocation that needs memory */
	unsigned long nr_to_scan;	/* objects to try */
	unsigned long nr_scanned;	/* objects tried, if scan_objects() says otherwise than nr_to_scan */
};

#define SHRINK_STOP (~0UL)		/* scan_objects(): no more of this now */
#define SHRINK_EMPTY (~0UL - 1)		/* count_objects(): nothing there at all */
#define DEFAULT_SEEKS 2

/*
 * Context of both functions: the task that allocates, which may sleep; it may hold any sleeping lock it had
 * when it called, so a function that needs such a lock tries it, and returns SHRINK_STOP. They may allocate:
 * that does not come back here.
 */
struct shrinker {
	/* How many objects could be freed? 0 when that cannot be said; cheap, and need not be exact. */
	unsigned long (*count_objects)(struct shrinker *s, struct shrink_control *sc);
	/* Try to free sc->nr_to_scan of them. Return: how many were, or SHRINK_STOP. */
	unsigned long (*scan_objects)(struct shrinker *s, struct shrink_control *sc);

	long batch;			/* objects a call of scan_objects(); 0: 128 */
	int seeks;			/* what an object costs to make again; 0: nothing, so all go at once */
	unsigned int flags;
	struct list_head list;		/* shrinker_rwsem */
};

/**
 * register_shrinker - have @s called when memory is short
 * @fmt: printf-style name
 *
 * Context: task, may sleep. Return: 0.
 */
int __printf(2, 3) register_shrinker(struct shrinker *s, const char *fmt, ...);

/* unregister_shrinker - when this returns, @s is called no more. Context: task, may sleep; not one of its functions. */
void unregister_shrinker(struct shrinker *s);

#endif
