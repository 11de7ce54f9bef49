// SPDX-License-Identifier: MIT
/*
 * The lives of tasks: how they are made, found by PID, ended, and given back.
 *
 * A task has two references to begin with: the scheduler's, dropped by the task that runs after it for the last time,
 * and that of whoever looks it up, dropped in do_exit(). Whoever keeps a pointer longer takes one of his own.
 * tasklist_lock guards the list of tasks and the PID table; it is taken with interrupts off, because SysRq walks the
 * list from an interrupt.
 */
#include <linux/bug.h>
#include <linux/errno.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/sched.h>
#include <linux/sched/debug.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/vmalloc.h>
#include <linux/wait.h>

#include "fork.h"
#include "mm/internal.h"
#include "sched/sched.h"

#define PID_HASH_SIZE 4096
#define RESERVED_PIDS 300 /* after a wrap-around, low numbers stay with the early tasks */

DEFINE_SPINLOCK(tasklist_lock);
LIST_HEAD(task_list);
static struct hlist_head pid_hash[PID_HASH_SIZE]; /* tasklist_lock */
static pid_t last_pid;                            /* tasklist_lock */
static int nr_threads;                            /* tasklist_lock */
int max_threads = PID_MAX_LIMIT - RESERVED_PIDS;

atomic_t nr_ended_tasks;
static struct kmem_cache *task_cache;
static struct task_struct *kstackd; /* frees the stacks that no CPU keeps; set once */
static bool stacks_waiting;

struct task_struct init_task = {
	.stack = init_stack,
	.flags = PF_KTHREAD | PF_IDLE,
	.pi_lock = __ARCH_SPIN_LOCK_UNLOCKED,
	.static_prio = DEFAULT_PRIO,
	.usage = REFCOUNT_INIT(2),
	.tasks = LIST_HEAD_INIT(init_task.tasks),
	.comm = "swapper/0",
};

/* ---- PIDs ---- */

static struct hlist_head *pid_bucket(pid_t nr)
{
	return &pid_hash[nr & (PID_HASH_SIZE - 1)];
}

struct task_struct *find_task_by_vpid(pid_t nr)
{
	struct task_struct *p;

	hlist_for_each_entry(p, pid_bucket(nr), pid_node)
		if (p->pid == nr)
			return p;
	return NULL;
}

struct task_struct *find_get_task_by_vpid(pid_t nr)
{
	struct task_struct *p;
	unsigned long flags;

	spin_lock_irqsave(&tasklist_lock, flags);
	p = find_task_by_vpid(nr);
	if (p)
		get_task_struct(p);
	spin_unlock_irqrestore(&tasklist_lock, flags);
	return p;
}

/* The next free number; there is one. */
static pid_t alloc_pid(void)
{
	do {
		if (++last_pid >= PID_MAX_LIMIT)
			last_pid = RESERVED_PIDS;
	} while (find_task_by_vpid(last_pid));
	return last_pid;
}

/* Return: false if there are as many tasks as numbers. */
static bool attach_task(struct task_struct *p)
{
	unsigned long flags;
	bool ok;

	spin_lock_irqsave(&tasklist_lock, flags);
	ok = nr_threads < max_threads;
	if (ok) {
		nr_threads++;
		p->pid = alloc_pid();
		hlist_add_head(&p->pid_node, pid_bucket(p->pid));
		list_add_tail(&p->tasks, &task_list);
	}
	spin_unlock_irqrestore(&tasklist_lock, flags);
	return ok;
}

static void detach_task(struct task_struct *p)
{
	unsigned long flags;

	spin_lock_irqsave(&tasklist_lock, flags);
	hlist_del_init(&p->pid_node);
	list_del_init(&p->tasks);
	nr_threads--;
	spin_unlock_irqrestore(&tasklist_lock, flags);
}

void set_task_comm(struct task_struct *p, const char *name)
{
	strscpy(p->comm, name, sizeof(p->comm));
}

/* ---- making one ---- */

/*
 * A stack that looks as if the task had called __switch_to_asm() from ret_from_fork, which finds its function and that
 * one's argument there. The stack pointer is a multiple of 16 at ret_from_fork's calls, as the ABI wants it.
 */
static void copy_thread(struct task_struct *p, void (*fn)(void *), void *arg)
{
	unsigned long *sp = p->stack + THREAD_SIZE - 4 * sizeof(unsigned long);

	sp[0] = 0; /* rbp: stack walks end here */
	sp[1] = (unsigned long)ret_from_fork;
	sp[2] = (unsigned long)fn;
	sp[3] = (unsigned long)arg;
	p->thread.sp = (unsigned long)sp;
}

/* Dead tasks' stacks wait to be unmapped; and other memory may become free. */
static noinline void *__sched alloc_stack_slowly(void)
{
	struct reclaim r = { .gfp = GFP_KERNEL };
	void *stack;

	thread_stack_drain();
	stack = alloc_thread_stack();
	while (!stack && reclaim_round(&r))
		stack = alloc_thread_stack();
	reclaim_end(&r);
	return stack;
}

static struct task_struct *alloc_task(void)
{
	struct task_struct *p = kmem_cache_zalloc(task_cache, GFP_KERNEL);

	if (!p)
		return NULL;
	p->stack = alloc_thread_stack();
	if (unlikely(!p->stack))
		p->stack = alloc_stack_slowly();
	if (!p->stack) {
		kmem_cache_free(task_cache, p);
		return NULL;
	}
	p->flags = PF_KTHREAD;
	refcount_set(&p->usage, 2);
	INIT_LIST_HEAD(&p->tasks);
	return p;
}

/* Return: are there many stacks to be unmapped? */
static bool free_task(struct task_struct *p)
{
	bool drain = free_thread_stack(p->stack);

	kmem_cache_free(task_cache, p);
	return drain;
}

struct task_struct *alloc_idle_task(void)
{
	struct task_struct *p = alloc_task();

	if (p)
		p->static_prio = DEFAULT_PRIO;
	return p;
}

struct task_struct *create_task(void (*fn)(void *), struct kthread_create_info *info)
{
	struct task_and_kthread *both;
	struct task_struct *p = alloc_task();

	if (!p)
		return ERR_PTR(-ENOMEM);
	both = container_of(p, struct task_and_kthread, task);
	p->kthread = &both->kthread;
	p->kthread->threadfn = info->threadfn;
	p->kthread->data = info->data;
	init_completion(&p->kthread->exited);
	vsnprintf(p->comm, sizeof(p->comm), info->namefmt, info->args);
	copy_thread(p, fn, p->kthread);
	sched_fork(p);
	if (attach_task(p))
		return p;
	free_task(p);
	return ERR_PTR(-EAGAIN);
}

/* ---- ending one ---- */

void __put_task_struct(struct task_struct *p)
{
	WARN_ON(p == current);
	if (free_task(p) && kstackd) {
		WRITE_ONCE(stacks_waiting, true);
		wake_up_process(kstackd);
	}
	atomic_dec(&nr_ended_tasks);
}

void __noreturn do_exit(long code)
{
	struct task_struct *p = current;

	if (unlikely(in_interrupt()))
		panic("do_exit() in interrupt context");
	if (unlikely(p->flags & PF_IDLE))
		panic("attempt to end the idle task");
	if (unlikely(in_atomic())) {
		pr_emerg("BUG: %s/%d exited with preempt_count %08x\n", p->comm, p->pid,
			 preempt_count());
		debug_show_held_locks(p);
		preempt_count_set(0);
	}
	debug_check_no_locks_held();
	p->flags |= PF_EXITING;
	p->exit_code = code;
	atomic_inc(&nr_ended_tasks);
	detach_task(p);
	complete_all(&p->kthread->exited);
	put_task_struct(p);
	do_task_dead();
}

/* Unmapping needs every CPU's attention, so it is done for many stacks at a time, by a task that may sleep. */
static int run_kstackd(void *unused __maybe_unused)
{
	for (;;) {
		set_current_state(TASK_IDLE);
		if (!xchg(&stacks_waiting, false)) {
			schedule();
			continue;
		}
		__set_current_state(TASK_RUNNING);
		thread_stack_drain();
	}
	return 0;
}

void __init fork_init(void)
{
	task_cache = kmem_cache_create("task_struct", sizeof(struct task_and_kthread), 64,
				       SLAB_PANIC, NULL);
}

void __init spawn_kstackd(void)
{
	struct task_struct *p = kthread_run(run_kstackd, NULL, "kstackd");

	if (IS_ERR(p))
		panic("no memory for kstackd");
	kstackd = p;
}
