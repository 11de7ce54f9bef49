// SPDX-License-Identifier: MIT
/*
 * Tasks that are not woken. A timer looks at all tasks now and then; one that sleeps uninterruptibly
 * and has not been switched to in a number of looks is reported, with the chain of who waits for
 * whom: the lock that it waits for, who holds that, what that one waits for, and so on, until
 * somebody does not wait for a lock, or the chain comes back to a task that is in it: a deadlock.
 *
 * Looks are counted, not seconds: a clock that jumped, because the host stopped the machine for a
 * while, makes one look late, and one look alone never makes a report.
 *
 * Locks: tasklist_lock keeps the tasks of a chain alive, and guards what is static here. A task's
 * pi_lock keeps it asleep while it is looked at: nobody can wake it meanwhile, so the lock or queue
 * that it noted is there. What it holds is found by comparing pointers only. The links are looked at
 * one after the other, so all are looked at twice, and a chain counts that was the same both times.
 */
#include <linux/hung_task.h>
#include <linux/init.h>
#include <linux/jiffies.h>
#include <linux/kallsyms.h>
#include <linux/kernel.h>
#include <linux/mutex.h>
#include <linux/panic.h>
#include <linux/printk.h>
#include <linux/rtmutex.h>
#include <linux/rwsem.h>
#include <linux/sched.h>
#include <linux/sched/debug.h>
#include <linux/semaphore.h>
#include <linux/string.h>
#include <linux/timer.h>
#include <linux/wait.h>

#ifdef CONFIG_DETECT_HUNG_TASK

#define MAX_TIMEOUT 86400 /* seconds */
#define LOOKS       5     /* one to begin with, then so many that the time is over with the last */
#define REPORTED    (LOOKS + 1) /* looks: it need not be looked at any more */
#define MAX_CHAIN   16
#define TRIES       3 /* to see the same chain twice */

enum link_kind { RUNS, WAITS_FOR_LOCK, WAITS_ON_QUEUE, SLEEPS };

/* What one task waits for. Only the task is known to be there: what else is a pointer is compared. */
struct wait_link {
	struct task_struct *task;
	enum link_kind kind;
	unsigned long sleeps; /* so often the task has gone to sleep */
	unsigned long blocker;
	const struct lockdep_map *map;
	const struct task_struct *holder_hint; /* what the lock says */
	pid_t holder_pid;                      /* the same of a semaphore */
	struct task_struct *holder;            /* NULL: not known */
	char name[48];
};

struct wait_chain {
	struct wait_link link[MAX_CHAIN];
	int len;
	int cycle; /* the last link's holder is the task of this one; -1: no cycle */
};

static unsigned int timeout_secs = 120; /* 0: off */
static u64 period = (u64)120 * HZ / (LOOKS - 1);
static struct wait_chain chain; /* tasklist_lock */

static int __init timeout_setup(char *val)
{
	unsigned int seconds;

	if (kstrtouint(val, 0, &seconds) || seconds > MAX_TIMEOUT)
		return -EINVAL;
	timeout_secs = seconds;
	period = max_t(u64, (u64)seconds * HZ / (LOOKS - 1), 1);
	return 0;
}
early_param("hung_task_timeout_secs", timeout_setup);

static const char *lock_kind(unsigned long blocker)
{
	static const char *const names[] = {
		[BLOCKER_TYPE_MUTEX] = "mutex",
		[BLOCKER_TYPE_SEM] = "semaphore",
		[BLOCKER_TYPE_RWSEM_READER] = "rw_semaphore, to read",
		[BLOCKER_TYPE_RWSEM_WRITER] = "rw_semaphore, to write",
		[BLOCKER_TYPE_RT_MUTEX] = "rt_mutex",
	};

	return names[hung_task_get_blocker_type(blocker)];
}

/* ---- one link ---- */

/* Copy what the lock says of itself. Context: the task's pi_lock held, and it sleeps for the lock. */
static void look_at_lock(struct wait_link *link)
{
	void *lock = hung_task_blocker_to_lock(link->blocker);

	switch (hung_task_get_blocker_type(link->blocker)) {
	case BLOCKER_TYPE_MUTEX:
		link->map = &((struct mutex *)lock)->dep_map;
		link->holder_hint = __mutex_owner(lock);
		break;
	case BLOCKER_TYPE_SEM:
		link->map = &((struct semaphore *)lock)->lock.dep_map;
		link->holder_pid = READ_ONCE(((struct semaphore *)lock)->last_holder);
		break;
	case BLOCKER_TYPE_RT_MUTEX:
		link->map = &((struct rt_mutex *)lock)->dep_map;
		link->holder_hint = rt_mutex_owner(lock);
		break;
	default:
		link->map = &((struct rw_semaphore *)lock)->dep_map;
		link->holder_hint = READ_ONCE(((struct rw_semaphore *)lock)->owner);
	}
	strscpy(link->name, link->map->name, sizeof(link->name));
}

static bool is_asleep(const struct task_struct *p)
{
	return !READ_ONCE(p->on_rq) && !READ_ONCE(p->on_cpu) && !task_is_running(p);
}

static void look_at_sleeper(struct wait_link *link)
{
	struct task_struct *p = link->task;

	link->blocker = READ_ONCE(p->blocker);
	if (link->blocker) {
		link->kind = WAITS_FOR_LOCK;
		look_at_lock(link);
	} else if (p->wait_head) {
		link->kind = WAITS_ON_QUEUE;
		strscpy(link->name, p->wait_head->lock.dep_map.name, sizeof(link->name));
	} else {
		link->kind = SLEEPS;
	}
}

static void look_at_task(struct wait_link *link, struct task_struct *p)
{
	unsigned long flags;

	memset(link, 0, sizeof(*link));
	link->task = p;
	local_irq_save(flags);
	arch_spin_lock(&p->pi_lock);
	link->sleeps = p->nvcsw;
	if (is_asleep(p))
		look_at_sleeper(link);
	arch_spin_unlock(&p->pi_lock);
	local_irq_restore(flags);
}

bool sprint_blocker(char *buf, size_t size, struct task_struct *p)
{
	struct wait_link link;

	look_at_task(&link, p);
	if (link.kind != WAITS_FOR_LOCK)
		return false;
	strscpy(buf, link.name, size);
	return true;
}

/* Where @p took the lock that @link waits for. Return: 0 if it has not got it, or nobody wrote it down. */
static unsigned long taken_at(const struct task_struct *p, const struct wait_link *link)
{
	int i, depth = min(READ_ONCE(p->lockdep_depth), MAX_LOCK_DEPTH);

	if ((READ_ONCE(p->blocker) ^ link->blocker) <= BLOCKER_TYPE_MASK && p != link->holder_hint)
		return 0; /* it waits for the lock, too: its list names it already */
	for (i = 0; i < depth; i++)
		if (p->held_locks[i].instance == link->map)
			return p->held_locks[i].acquire_ip;
	return 0;
}

/* The lock's own word; else, for a rw_semaphore, somebody who reads. Context: tasklist_lock held. */
static struct task_struct *find_holder(const struct wait_link *link)
{
	struct task_struct *p;

	if (hung_task_get_blocker_type(link->blocker) == BLOCKER_TYPE_SEM)
		return find_task_by_vpid(link->holder_pid);
	for_each_process(p)
		if (link->holder_hint ? p == link->holder_hint : taken_at(p, link) != 0)
			return p;
	return NULL;
}

/* ---- the chain ---- */

static int find_in_chain(const struct wait_chain *c, const struct task_struct *p)
{
	for (int i = 0; i < c->len; i++)
		if (c->link[i].task == p)
			return i;
	return -1;
}

static void follow_chain(struct wait_chain *c, struct task_struct *p)
{
	c->len = 0;
	c->cycle = -1;
	while (p && c->cycle < 0 && c->len < MAX_CHAIN) {
		struct wait_link *link = &c->link[c->len++];

		look_at_task(link, p);
		if (link->kind == WAITS_FOR_LOCK)
			link->holder = find_holder(link);
		p = link->holder;
		c->cycle = find_in_chain(c, p);
	}
}

/* Is each still in the same sleep? Who is, still holds what it held, and waits for the same. */
static bool chain_is_stable(const struct wait_chain *c)
{
	struct wait_link now;

	for (int i = 0; i < c->len; i++) {
		look_at_task(&now, c->link[i].task);
		if (now.kind != c->link[i].kind || now.sleeps != c->link[i].sleeps ||
		    now.blocker != c->link[i].blocker)
			return false;
	}
	return true;
}

/* Context: tasklist_lock held. Return: false if it keeps changing, so that there is no deadlock. */
static bool get_chain(struct wait_chain *c, struct task_struct *p)
{
	for (int i = 0; i < TRIES; i++) {
		follow_chain(c, p);
		if (chain_is_stable(c))
			return true;
	}
	return false;
}

/* ---- printing ---- */

static void print_holder(const struct wait_link *link)
{
	bool semaphore = hung_task_get_blocker_type(link->blocker) == BLOCKER_TYPE_SEM;
	const struct task_struct *p = link->holder;
	char place[KSYM_SYMBOL_LEN];
	unsigned long ip;

	if (!p) {
		pr_cont("%s\n", semaphore ? ", which nobody alive has taken last" : "");
		return;
	}
	pr_cont(", %s by %s:%d", semaphore ? "last taken" : "held", p->comm, p->pid);
	ip = taken_at(p, link);
	if (ip) {
		sprint_location(place, ip, true);
		pr_cont(", taken at %s", place);
	}
	pr_cont("\n");
}

static void print_link(const struct wait_link *link)
{
	struct task_struct *p = link->task;
	unsigned long ip;

	pr_err(" %s:%d ", p->comm, p->pid);
	switch (link->kind) {
	case WAITS_FOR_LOCK:
		pr_cont("waits for %s (%s)", lock_kind(link->blocker), link->name);
		print_holder(link);
		return;
	case WAITS_ON_QUEUE:
		pr_cont("sleeps on wait queue (%s)", link->name);
		break;
	case SLEEPS:
		pr_cont("sleeps");
		break;
	case RUNS:
		pr_cont("%s CPU %d\n", READ_ONCE(p->on_cpu) ? "runs on" : "waits for", task_cpu(p));
		return;
	}
	ip = get_wchan(p);
	if (ip)
		pr_cont(" in %pS", (void *)ip);
	pr_cont("\n");
}

static void print_cycle(const struct wait_chain *c)
{
	int i, members = c->len - c->cycle;

	if (members == 1) {
		pr_err("DEADLOCK: %s:%d waits for itself. It never goes on.\n",
		       c->link[c->cycle].task->comm, c->link[c->cycle].task->pid);
		return;
	}
	pr_err("DEADLOCK: ");
	for (i = c->cycle; i < c->len; i++)
		pr_cont("%s:%d waits for ", c->link[i].task->comm, c->link[i].task->pid);
	pr_cont("%s:%d. None of them ever goes on.\n", c->link[c->cycle].task->comm,
		c->link[c->cycle].task->pid);
}

static void print_chain(const struct wait_chain *c, bool stable)
{
	pr_err("Who waits for whom:\n");
	for (int i = 0; i < c->len; i++)
		print_link(&c->link[i]);
	if (!stable)
		pr_err(" ... which has changed meanwhile\n");
	else if (c->cycle >= 0)
		print_cycle(c);
	else if (c->len == MAX_CHAIN)
		pr_err(" ... and so on\n");
}

void debug_show_wait_chain(struct task_struct *p)
{
	bool stable;

	if (!READ_ONCE(p->blocker))
		return;
	stable = get_chain(&chain, p);
	print_chain(&chain, stable);
}

/* ---- the watchdog ---- */

/* Sleeps in a way that is meant to be short: no signal ends it, and it is no worker that idles. */
static bool is_blocked(const struct task_struct *p)
{
	unsigned int state = READ_ONCE(p->__state);

	return (state & TASK_UNINTERRUPTIBLE) && !(state & (TASK_WAKEKILL | TASK_NOLOAD)) &&
	       is_asleep(p);
}

/* A thread that was made and not started yet sleeps, too, without ever having been switched to. */
static bool look_for_hang(struct task_struct *p)
{
	unsigned long switches = p->nvcsw + p->nivcsw;

	if (!is_blocked(p) || !switches || switches != p->last_switch_count) {
		p->last_switch_count = switches;
		p->hung_looks = is_blocked(p) && switches;
		return false;
	}
	return p->hung_looks < LOOKS && ++p->hung_looks == LOOKS;
}

bool hung_task_reported(const struct task_struct *p)
{
	return is_blocked(p) && READ_ONCE(p->hung_looks) == REPORTED;
}

/* Everybody in the chain is shown now, and not once more by a report of its own. */
static void show_members(const struct wait_chain *c)
{
	for (int i = 1; i < c->len; i++) {
		sched_show_task(c->link[i].task);
		WRITE_ONCE(c->link[i].task->hung_looks, REPORTED);
	}
}

static void print_advice(const struct wait_chain *c)
{
	if (c->cycle >= 0)
		pr_err("Rule broken: who waits for a lock may not hold what its holder waits for.\n"
		       "To mend it: take locks in one order everywhere, and none twice.\n");
	else
		pr_err("Somebody should have woken it. The chain's last task is the one to ask:\n"
		       "what keeps it from going on, and who was to wake it?\n");
}

static void report_hung_task(struct task_struct *p)
{
	bool stable;

	if (!report_begin())
		return;
	pr_err("INFO: task %s:%d blocked for more than %u seconds.\n", p->comm, p->pid,
	       timeout_secs);
	sched_show_task(p);
	stable = get_chain(&chain, p);
	print_chain(&chain, stable);
	show_members(&chain);
	print_advice(&chain);
	report_end();
	WRITE_ONCE(p->hung_looks, REPORTED);
}

void check_hung_uninterruptible_tasks(void)
{
	struct task_struct *p;
	unsigned long flags;

	spin_lock_irqsave(&tasklist_lock, flags);
	for_each_process(p)
		if (look_for_hang(p))
			report_hung_task(p);
	spin_unlock_irqrestore(&tasklist_lock, flags);
}

static void look_at_all_tasks(struct timer_list *timer)
{
	check_hung_uninterruptible_tasks();
	mod_timer(timer, jiffies + period);
}

static DEFINE_TIMER(hung_task_timer, look_at_all_tasks);

void __init hung_task_init(void)
{
	if (timeout_secs)
		mod_timer(&hung_task_timer, jiffies + period);
}

#endif
