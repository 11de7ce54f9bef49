// SPDX-License-Identifier: MIT
/*
 * What an allocation that may sleep does when there is no memory: it asks the shrinkers to give back what they keep for
 * later, tries again, and then waits for others to free something. It gives up, and returns NULL, when for a while
 * nothing was freed by anyone: who runs out of memory gets an error, and no task hangs for it.
 *
 * Waiting, and not missing what is freed meanwhile:
 *
 *	who needs memory				__free_pages(), under zone.lock
 *	  [A] zone.waiters++ (under zone.lock)		  [C] adds the block to the free lists
 *	  [B] seen = zone.frees				  [D] if (zone.waiters) zone.frees++
 *	  [E] tries again, under zone.lock		  ... unlocked: wakes who waits
 *	  [F] sleeps until zone.frees != seen
 *
 * A block that [E] did not find was freed after it, and so after [A]: then [D] counts, and [F] sees another number.
 */
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/rwsem.h>
#include <linux/sched.h>
#include <linux/shrinker.h>
#include <linux/wait.h>
#include "internal.h"

#define SHRINK_BATCH 128UL
#define WAIT_JIFFIES                                                                               \
	(HZ / 50)         /* then look again: objects may have been freed, which are no pages yet */
#define MAX_IDLE_WAITS 5U /* in a row, in which nobody freed anything */
#define MAX_ROUNDS     50U /* in all: what is freed may always be too small, or another's */

static DECLARE_RWSEM(shrinker_rwsem);
static LIST_HEAD(shrinkers); /* shrinker_rwsem */

static DECLARE_WAIT_QUEUE_HEAD(pages_freed);

int register_shrinker(struct shrinker *s, const char *fmt __maybe_unused, ...)
{
	down_write(&shrinker_rwsem);
	list_add_tail(&s->list, &shrinkers);
	up_write(&shrinker_rwsem);
	return 0;
}

void unregister_shrinker(struct shrinker *s)
{
	down_write(&shrinker_rwsem);
	list_del(&s->list);
	up_write(&shrinker_rwsem);
}

/* Half of what one could give, and all in later rounds. Return: objects freed. */
static unsigned long shrink_one(struct shrinker *s, gfp_t gfp, unsigned int round)
{
	struct shrink_control sc = { .gfp_mask = gfp };
	unsigned long batch = s->batch ? s->batch : SHRINK_BATCH;
	unsigned long left = s->count_objects(s, &sc), freed = 0;

	if (left == SHRINK_EMPTY)
		return 0;
	if (!round && s->seeks)
		left = DIV_ROUND_UP(left, 2);
	while (left) {
		unsigned long ret;

		sc.nr_to_scan = sc.nr_scanned = min(left, batch);
		ret = s->scan_objects(s, &sc);
		if (ret == SHRINK_STOP)
			break;
		freed += ret;
		left -= min(left, max(sc.nr_scanned, 1UL));
		cond_resched();
	}
	return freed;
}

/* A shrinker that allocates must not come here again: PF_MEMALLOC keeps it out, and lets it use the reserve. */
static unsigned long shrink_all(gfp_t gfp, unsigned int round)
{
	unsigned long freed = 0;
	struct shrinker *s;

	if (!down_read_trylock(&shrinker_rwsem))
		return 0; /* one comes or goes, and may itself wait for memory */
	current->flags |= PF_MEMALLOC;
	list_for_each_entry(s, &shrinkers, list)
		freed += shrink_one(s, gfp, round);
	current->flags &= ~PF_MEMALLOC;
	up_read(&shrinker_rwsem);
	return freed;
}

static void add_waiter(int by)
{
	spin_lock_irq(&zone.lock);
	zone.waiters += by;
	spin_unlock_irq(&zone.lock);
}

void wake_memory_waiters(void)
{
	wake_up_all(&pages_freed);
}

/* Wait until somebody frees pages, but not for long. Return: did somebody? */
static bool __sched wait_for_pages(struct reclaim *r)
{
	return wait_event_timeout(pages_freed, READ_ONCE(zone.frees) != r->seen, WAIT_JIFFIES) > 0;
}

/* In atomic context, where the caller should not be, and when there is but one task yet, nothing can be waited for. */
static bool may_reclaim(gfp_t gfp)
{
	return gfpflags_allow_blocking(gfp) && !(current->flags & (PF_MEMALLOC | PF_IDLE)) &&
	       system_state == SYSTEM_RUNNING && preemptible();
}

static bool is_hopeless(const struct reclaim *r)
{
	if (r->gfp & __GFP_NOFAIL)
		return false;
	return r->idle_waits >= MAX_IDLE_WAITS || r->round >= MAX_ROUNDS ||
	       (r->round && (r->gfp & __GFP_NORETRY));
}

bool __sched reclaim_round(struct reclaim *r)
{
	if (!may_reclaim(r->gfp) || is_hopeless(r))
		return false;
	if (!r->round)
		add_waiter(1);
	else if (wait_for_pages(r))
		r->idle_waits = 0;
	else
		r->idle_waits++;
	r->seen = READ_ONCE(zone.frees);
	if (shrink_all(r->gfp, r->round))
		r->idle_waits = 0;
	r->round++;
	return true;
}

void reclaim_end(struct reclaim *r)
{
	if (r->round)
		add_waiter(-1);
}

/* ---- what the allocators themselves keep ---- */

static unsigned long scan_slabs(struct shrinker *s, struct shrink_control *sc)
{
	unsigned long before = nr_slab_pages(), after;

	slab_shrink_all();
	after = nr_slab_pages();
	return after < before ? before - after : SHRINK_STOP;
}

static unsigned long count_slabs(struct shrinker *s, struct shrink_control *sc)
{
	return slab_unused_objects();
}

static unsigned long scan_stacks(struct shrinker *s, struct shrink_control *sc)
{
	unsigned long before = idle_thread_stacks();

	thread_stack_shrink_all();
	return before ? before : SHRINK_STOP;
}

static unsigned long count_stacks(struct shrinker *s, struct shrink_control *sc)
{
	return idle_thread_stacks();
}

/* Each gives all in one call. */
static struct shrinker slab_shrinker = { count_slabs, scan_slabs, LONG_MAX };
static struct shrinker stack_shrinker = { count_stacks, scan_stacks, LONG_MAX };

void __init reclaim_init(void)
{
	register_shrinker(&slab_shrinker, "slab");
	register_shrinker(&stack_shrinker, "stacks");
}
