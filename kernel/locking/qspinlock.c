// SPDX-License-Identifier: MIT
/*
 * The slow path of a spinlock: a queue in which each waiter spins on a node of its own. The idea is that of
 * J. M. Mellor-Crummey and M. L. Scott, "Algorithms for Scalable Synchronization on Shared-Memory Multiprocessors",
 * 1991: releasing a lock for which sixty CPUs wait disturbs the cache of one. The lock word has room for the tail of
 * the queue only, so the nodes are per CPU: a CPU waits for one lock in task context, for another in a softirq that
 * interrupted that, in a hard interrupt, and in an NMI: four nodes are enough.
 *
 * The waiter at the head spins on the lock word until the holder clears the locked byte, takes the lock, and passes
 * the head to the next.
 */
#include <linux/percpu.h>
#include <linux/stddef.h>
#include <asm/spinlock.h>

#include "internals.h"

struct mcs_spinlock {
	struct mcs_spinlock *next; /* set by the waiter behind */
	int locked;                /* set by the one in front: this one is the head now */
	int count;                 /* nodes of this CPU in use; in the first one */
};

#define MAX_NODES 4

static DEFINE_PER_CPU_ALIGNED(struct mcs_spinlock, mcs_nodes[MAX_NODES]);

/* CPU and index of a node in 16 bits; never 0, which means "no queue". */
static u16 encode_tail(int cpu, int idx)
{
	return (cpu + 1) << 2 | idx;
}

static struct mcs_spinlock *decode_tail(u16 tail)
{
	return per_cpu_ptr(&mcs_nodes[tail & 3], (tail >> 2) - 1);
}

void queued_spin_lock_slowpath(arch_spinlock_t *lock)
{
	struct mcs_spinlock *first = this_cpu_ptr(&mcs_nodes[0]), *node, *prev;
	int idx = first->count++;
	u16 tail = encode_tail(this_cpu_read(cpu_number), idx), old;
	u32 val;

	barrier(); /* an interrupt from here on takes the next node */
	node = first + idx;
	node->locked = 0;
	node->next = NULL;

	old = xchg(&lock->tail, tail); /* full barrier: the node is ready before others find it */
	if (old) {
		prev = decode_tail(old);
		WRITE_ONCE(prev->next, node);
		smp_cond_load_acquire(&node->locked, VAL || spin_wait_turn());
	}

	/* Head of the queue: the lock is this CPU's as soon as it is free, since a tail keeps the fast path out. */
	val = smp_cond_load_acquire(&lock->val, !(VAL & 0xff) || spin_wait_turn());
	if (val == (u32)tail << 16 && try_cmpxchg(&lock->val, &val, _Q_LOCKED_VAL))
		goto release; /* nobody behind: the queue is empty again */

	WRITE_ONCE(lock->locked, 1);
	smp_cond_load_relaxed(&node->next,
			      VAL); /* somebody has the tail, and is about to say who */
	smp_store_release(&node->next->locked, 1);
release:
	barrier();
	first->count--;
}
