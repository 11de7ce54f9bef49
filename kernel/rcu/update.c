// SPDX-License-Identifier: MIT
/* RCU for updaters that wait, and the checks of the debug profile. The work is tree.c's. */
#include <linux/bug.h>
#include <linux/completion.h>
#include <linux/kernel.h>
#include <linux/printk.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/sched/debug.h>
#include <linux/smp.h>
#include <linux/wait.h>

/* ---- waiting ---- */

struct rcu_synchronize {
	struct rcu_head head;
	struct completion done;
};

static void wakeme_after_rcu(struct rcu_head *head)
{
	complete(&container_of(head, struct rcu_synchronize, head)->done);
}

/* On one CPU, a caller that may sleep is in no section, and so nobody is. */
void __sched synchronize_rcu(void)
{
	struct rcu_synchronize rs;

	might_sleep();
	if (num_online_cpus() == 1 && !in_atomic())
		return;
	if (unlikely(in_nmi()))
		return; /* reported; no grace period ends while this CPU does not leave its NMI */
	init_completion(&rs.done);
	call_rcu(&rs.head, wakeme_after_rcu);
	wait_for_completion(&rs.done);
}

static DEFINE_PER_CPU(struct rcu_head, barrier_head); /* whose turn it is */
static DECLARE_WAIT_QUEUE_HEAD(barrier_turn);
static bool barrier_busy;
static atomic_t barrier_count; /* CPUs whose callbacks have not all been called */
static struct completion barrier_done;

static void barrier_callback(struct rcu_head *head)
{
	if (atomic_dec_and_test(&barrier_count))
		complete(&barrier_done);
}

static void barrier_on_cpu(void *unused)
{
	call_rcu(this_cpu_ptr(&barrier_head), barrier_callback);
}

/* A CPU calls its callbacks in order, so one more, behind all others, tells when those have been called. */
void __sched rcu_barrier(void)
{
	wait_event(barrier_turn, !xchg(&barrier_busy, true));
	init_completion(&barrier_done);
	atomic_set(&barrier_count, num_online_cpus());
	on_each_cpu(barrier_on_cpu, NULL, 1);
	wait_for_completion(&barrier_done);
	smp_store_release(&barrier_busy, false);
	wake_up(&barrier_turn);
}

/* ---- checks ---- */

#ifdef CONFIG_DEBUG_LOCK_ALLOC

/* A section never waits, and nothing inside may sleep. */
#define RCU_MAP(_name)                                                                             \
	{                                                                                          \
		.name = (_name), .wait_type_outer = LD_WAIT_FREE, .wait_type_inner = LD_WAIT_SPIN  \
	}

struct lockdep_map rcu_lock_map = RCU_MAP("rcu_read_lock");
struct lockdep_map rcu_bh_lock_map = RCU_MAP("rcu_read_lock_bh");
struct lockdep_map rcu_sched_lock_map = RCU_MAP("rcu_read_lock_sched");

int rcu_read_lock_held(void)
{
	return lock_is_held(&rcu_lock_map);
}

int rcu_read_lock_bh_held(void)
{
	return in_softirq() || irqs_disabled();
}

int rcu_read_lock_sched_held(void)
{
	return lock_is_held(&rcu_sched_lock_map) || !preemptible();
}

int rcu_read_lock_any_held(void)
{
	return lock_is_held(&rcu_lock_map) || lock_is_held(&rcu_bh_lock_map) ||
	       lock_is_held(&rcu_sched_lock_map);
}

static bool is_rcu_section(const struct held_lock *held)
{
	return held->instance == &rcu_lock_map || held->instance == &rcu_sched_lock_map;
}

int rcu_read_depth(void)
{
	int i, depth = 0;

	for (i = 0; i < min(current->lockdep_depth, MAX_LOCK_DEPTH); i++)
		depth += is_rcu_section(&current->held_locks[i]);
	return depth;
}

unsigned long rcu_read_began(void)
{
	int i;

	for (i = 0; i < min(current->lockdep_depth, MAX_LOCK_DEPTH); i++)
		if (is_rcu_section(&current->held_locks[i]))
			return current->held_locks[i].acquire_ip;
	return 0;
}

void lockdep_rcu_suspicious(const char *file, int line, const char *s)
{
	pr_warn("=============================\n"
		"WARNING: suspicious RCU usage\n"
		"-----------------------------\n");
	pr_warn("%s:%d %s!\n", file, line, s);
	debug_show_held_locks(current);
	dump_stack();
}

#endif
