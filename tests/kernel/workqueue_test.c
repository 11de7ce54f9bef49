// SPDX-License-Identifier: MIT
/*
 * Workqueues: where and when items run, how many at a time, and what flushing and cancelling wait
 * for. Items that have to be in the way wait for a completion of the test.
 */
#include <kunit/test.h>
#include <linux/bottom_half.h>
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/kthread.h>
#include <linux/prandom.h>
#include <linux/sched.h>
#include <linux/smp.h>
#include <linux/workqueue.h>
#include "../../kernel/workqueue_internal.h"
#include "helpers.h"
#include "threads.h"

#define CROWD  20
#define ROUNDS 600

/* An item that notes what it saw. */
struct note {
	struct delayed_work dwork;
	atomic_t runs;
	atomic_t inside;   /* kworkers in the function now */
	bool overlapped;   /* there were two */
	bool task, worker; /* the context was right */
	int cpu, nice;
	char comm[TASK_COMM_LEN];
	unsigned long when;        /* jiffies */
	struct completion *gate;   /* sleep until it is open */
	unsigned int ms;           /* or for a while */
	atomic_t *together, *most; /* items in their functions now, and the most there were */
	int again;                 /* how often it queues itself */
	struct workqueue_struct *wq;
	int *order, number;
	bool ended;
};

static void note_item(struct note *note)
{
	note->task = in_task() && !in_atomic() && !irqs_disabled();
	note->worker = (current->flags & PF_WQ_WORKER) && current_work() == &note->dwork.work;
	note->cpu = raw_smp_processor_id();
	note->nice = task_nice(current);
	note->when = jiffies;
	strscpy(note->comm, current->comm, sizeof(note->comm));
	if (note->order)
		note->number = (*note->order)++;
}

static void enter_together(struct note *note)
{
	int now;

	if (!note->together)
		return;
	now = atomic_inc_return(note->together);
	while (atomic_read(note->most) < now)
		atomic_set(note->most, now);
}

static void noting(struct work_struct *work)
{
	struct note *note = container_of(to_delayed_work(work), struct note, dwork);

	if (atomic_inc_return(&note->inside) != 1)
		note->overlapped = true;
	note_item(note);
	enter_together(note);
	atomic_inc(&note->runs);
	if (note->gate)
		wait_for_completion(note->gate);
	if (note->ms)
		msleep(note->ms);
	if (note->again-- > 0)
		queue_work(note->wq, work);
	if (note->together)
		atomic_dec(note->together);
	WRITE_ONCE(note->ended, true);
	atomic_dec(&note->inside);
}

static void note_init(struct note *note)
{
	memset(note, 0, sizeof(*note));
	note->wq = system_wq;
	INIT_DELAYED_WORK(&note->dwork, noting);
}

#define work_of(note) (&(note)->dwork.work)

static struct note *make_notes(struct kunit *test, int n)
{
	struct note *notes = kunit_kmalloc(test, n * sizeof(*notes), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, notes);
	for (int i = 0; i < n; i++)
		note_init(&notes[i]);
	return notes;
}

static struct workqueue_struct *make_wq(struct kunit *test, unsigned int flags, int max_active)
{
	struct workqueue_struct *wq = alloc_workqueue("test-%d", flags, max_active, 1);

	KUNIT_ASSERT_NOT_NULL(test, wq);
	return wq;
}

static bool has_run(struct note *note, int times)
{
	return wait_until(atomic_read(&note->runs) >= times && !atomic_read(&note->inside));
}

/* ---- running ---- */

static void an_item_runs_in_a_kworker_of_its_cpu(struct kunit *test)
{
	struct note *note = make_notes(test, 1);
	char name[TASK_COMM_LEN];
	int cpu;

	for_each_online_cpu(cpu) {
		KUNIT_EXPECT_TRUE(test, schedule_work_on(cpu, work_of(note)));
		KUNIT_EXPECT_TRUE(test, has_run(note, cpu + 1));
		KUNIT_EXPECT_TRUE(test, note->task && note->worker);
		KUNIT_EXPECT_EQ(test, note->cpu, cpu);
		snprintf(name, sizeof(name), "kworker/%d:", cpu);
		KUNIT_EXPECT_EQ(test, strncmp(note->comm, name, strlen(name)), 0);
		set_cpus_allowed_ptr(current, cpumask_of(cpu));
		preempt_disable(); /* stay, to be here when it begins */
		schedule_work(work_of(note));
		preempt_enable();
		flush_work(work_of(note));
		KUNIT_EXPECT_EQ(test, note->cpu, cpu);
		atomic_dec(&note->runs);
	}
	KUNIT_EXPECT_NULL(test, current_work());
	cancel_work_sync(work_of(note));
}

static DECLARE_WORK(declared, NULL);

static void queued_twice_before_it_begins_it_runs_once(struct kunit *test)
{
	struct note *note = make_notes(test, 1);

	KUNIT_EXPECT_FALSE(test, work_pending(&declared));
	preempt_disable(); /* the kworker of this CPU cannot begin */
	KUNIT_EXPECT_TRUE(test, schedule_work(work_of(note)));
	KUNIT_EXPECT_FALSE(test, schedule_work(work_of(note)));
	KUNIT_EXPECT_TRUE(test, work_pending(work_of(note)));
	KUNIT_EXPECT_EQ(test, work_busy(work_of(note)), (unsigned int)WORK_BUSY_PENDING);
	preempt_enable();
	KUNIT_EXPECT_TRUE(test, has_run(note, 1));
	cancel_work_sync(work_of(note));
	KUNIT_EXPECT_EQ(test, atomic_read(&note->runs), 1);
}

static void queued_while_it_runs_it_runs_again_afterwards(struct kunit *test)
{
	DECLARE_COMPLETION_ONSTACK(gate);
	struct note *note = make_notes(test, 1);
	int cpu;

	note->gate = &gate;
	schedule_work(work_of(note));
	KUNIT_ASSERT_TRUE(test, wait_until(atomic_read(&note->inside)));
	KUNIT_EXPECT_EQ(test, work_busy(work_of(note)), (unsigned int)WORK_BUSY_RUNNING);
	for_each_online_cpu(cpu) /* wherever it is queued, the first run is not over */
		KUNIT_EXPECT_EQ(test, schedule_work_on(cpu, work_of(note)), cpu == 0);
	msleep(8);
	KUNIT_EXPECT_EQ(test, atomic_read(&note->runs), 1);
	KUNIT_EXPECT_EQ(test, work_busy(work_of(note)),
			(unsigned int)(WORK_BUSY_RUNNING | WORK_BUSY_PENDING));
	complete_all(&gate);
	KUNIT_EXPECT_TRUE(test, has_run(note, 2));
	flush_work(work_of(note));
	KUNIT_EXPECT_FALSE(test, note->overlapped);
}

static void it_never_runs_on_two_cpus(struct kunit *test)
{
	DECLARE_COMPLETION_ONSTACK(gate);
	struct note *note = make_notes(test, 1);

	if (num_online_cpus() == 1)
		kunit_skip(test, "needs two CPUs");
	note->gate = &gate;
	schedule_work_on(0, work_of(note));
	KUNIT_ASSERT_TRUE(test, wait_until(atomic_read(&note->inside)));
	schedule_work_on(1, work_of(note));
	msleep(8);
	KUNIT_EXPECT_EQ(test, atomic_read(&note->runs), 1);
	complete_all(&gate);
	flush_work(work_of(note));
	KUNIT_EXPECT_EQ(test, atomic_read(&note->runs), 2);
	KUNIT_EXPECT_EQ(test, note->cpu, 0);
	KUNIT_EXPECT_FALSE(test, note->overlapped);
}

static void queue_it(void *data)
{
	queue_work(system_wq, data);
}

static void it_may_be_queued_in_hardirq_and_softirq(struct kunit *test)
{
	struct note *note = make_notes(test, 1);

	run_in_hardirq(queue_it, work_of(note));
	KUNIT_EXPECT_TRUE(test, has_run(note, 1));
	local_bh_disable();
	schedule_work(work_of(note));
	local_bh_enable();
	KUNIT_EXPECT_TRUE(test, has_run(note, 2));
	flush_work(work_of(note));
}

/* ---- how many at a time ---- */

/* All of a crowd sleep, on one CPU, until the last item of the same CPU has run. */
static void let_sleep_together(struct kunit *test, int n)
{
	DECLARE_COMPLETION_ONSTACK(gate);
	struct note *notes = make_notes(test, n + 1);

	for (int i = 0; i <= n; i++) {
		if (i < n)
			notes[i].gate = &gate;
		schedule_work_on(0, work_of(&notes[i]));
	}
	KUNIT_EXPECT_TRUE(test, has_run(&notes[n], 1));
	for (int i = 0; i < n; i++)
		KUNIT_EXPECT_EQ(test, atomic_read(&notes[i].inside), 1);
	complete_all(&gate);
	for (int i = 0; i <= n; i++)
		flush_work(work_of(&notes[i]));
}

static void a_sleeping_item_holds_up_no_other(struct kunit *test)
{
	let_sleep_together(test, CROWD);
}

/* Others may run meanwhile, but this is not asleep. */
static void computing(struct work_struct *work)
{
	struct note *note = container_of(to_delayed_work(work), struct note, dwork);

	enter_together(note);
	for (int i = 0; i < 20; i++)
		yield();
	wait_until(atomic_read(note->most) >= note->number);
	atomic_inc(&note->runs);
	atomic_dec(note->together);
}

/* Queue a crowd of items that compute until @meet of them do so. Return: how many did. */
static int most_together(struct kunit *test, struct workqueue_struct *wq, int meet)
{
	struct note *notes = make_notes(test, CROWD);
	atomic_t together = ATOMIC_INIT(0), most = ATOMIC_INIT(0);

	set_cpus_allowed_ptr(current, cpumask_of(0));
	for (int i = 0; i < CROWD; i++) {
		notes[i].together = &together;
		notes[i].most = &most;
		notes[i].number = meet;
		INIT_WORK(work_of(&notes[i]), computing);
		queue_work(wq, work_of(&notes[i]));
	}
	for (int i = 0; i < CROWD; i++) {
		flush_work(work_of(&notes[i]));
		KUNIT_EXPECT_EQ(test, atomic_read(&notes[i].runs), 1);
	}
	return atomic_read(&most);
}

static void items_that_compute_take_turns(struct kunit *test)
{
	struct workqueue_struct *intensive = make_wq(test, WQ_CPU_INTENSIVE, 0);

	KUNIT_EXPECT_EQ(test, most_together(test, system_wq, 1), 1);
	KUNIT_EXPECT_EQ(test, most_together(test, intensive, CROWD), CROWD);
	destroy_workqueue(intensive);
}

/* It opens the gate for one that sleeps, which then comes back while this one still computes. */
static void computing_after_opening(struct work_struct *work)
{
	struct note *note = container_of(to_delayed_work(work), struct note, dwork);

	complete_all(note->gate);
	note->gate = NULL;
	computing(work);
}

static void a_kworker_that_slept_leaves_the_rest_to_the_other(struct kunit *test)
{
	DECLARE_COMPLETION_ONSTACK(gate);
	struct note *notes = make_notes(test, CROWD);
	atomic_t together = ATOMIC_INIT(0), most = ATOMIC_INIT(0);

	for (int i = 0; i < CROWD; i++) {
		notes[i].together = &together;
		notes[i].most = &most;
		notes[i].gate = i < 2 ? &gate : NULL;
		INIT_WORK(work_of(&notes[i]), i == 1 ? computing_after_opening : computing);
	}
	notes[0].together = NULL;
	INIT_WORK(work_of(&notes[0]), noting);
	schedule_work_on(0, work_of(&notes[0]));
	KUNIT_EXPECT_TRUE(test, wait_until(atomic_read(&notes[0].inside)));
	for (int i = 1; i < CROWD; i++)
		schedule_work_on(0, work_of(&notes[i]));
	for (int i = 0; i < CROWD; i++)
		flush_work(work_of(&notes[i]));
	KUNIT_EXPECT_EQ(test, atomic_read(&most), 1);
}

static void unbound_items_run_all_at_once(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, most_together(test, system_unbound_wq, CROWD), CROWD);
}

static void no_more_than_max_active_run_at_a_time(struct kunit *test)
{
	DECLARE_COMPLETION_ONSTACK(gate);
	struct note *notes = make_notes(test, 8);
	struct workqueue_struct *wq = make_wq(test, 0, 3);
	atomic_t together = ATOMIC_INIT(0), most = ATOMIC_INIT(0);

	for (int i = 0; i < 8; i++) {
		notes[i].gate = &gate;
		notes[i].together = &together;
		notes[i].most = &most;
		queue_work_on(0, wq, work_of(&notes[i]));
	}
	KUNIT_EXPECT_TRUE(test, wait_until(atomic_read(&together) == 3));
	msleep(8);
	KUNIT_EXPECT_EQ(test, atomic_read(&together), 3);
	KUNIT_EXPECT_TRUE(test, cancel_work_sync(work_of(&notes[6])));
	complete(&gate);
	KUNIT_EXPECT_TRUE(test, wait_until(atomic_read(&notes[3].runs)));
	complete_all(&gate);
	destroy_workqueue(wq);
	KUNIT_EXPECT_EQ(test, atomic_read(&most), 3);
	for (int i = 0; i < 8; i++)
		KUNIT_EXPECT_EQ(test, atomic_read(&notes[i].runs), i != 6);
}

static void an_ordered_workqueue_runs_one_after_the_other(struct kunit *test)
{
	struct workqueue_struct *wq = alloc_ordered_workqueue("ordered", 0);
	struct note *notes = make_notes(test, CROWD);
	atomic_t together = ATOMIC_INIT(0), most = ATOMIC_INIT(0);
	int order = 0;

	KUNIT_ASSERT_NOT_NULL(test, wq);
	for (int i = 0; i < CROWD; i++) {
		notes[i].order = &order;
		notes[i].together = &together;
		notes[i].most = &most;
		queue_work_on(i % num_online_cpus(), wq, work_of(&notes[i]));
	}
	destroy_workqueue(wq);
	for (int i = 0; i < CROWD; i++)
		KUNIT_EXPECT_EQ(test, notes[i].number, i);
	KUNIT_EXPECT_EQ(test, order, CROWD);
	KUNIT_EXPECT_EQ(test, atomic_read(&most), 1);
}

static void high_priority_items_have_kworkers_of_their_own(struct kunit *test)
{
	struct note *note = make_notes(test, 1);

	queue_work_on(0, system_highpri_wq, work_of(note));
	flush_work(work_of(note));
	KUNIT_EXPECT_EQ(test, note->nice, -20);
	KUNIT_EXPECT_EQ(test, note->comm[strlen(note->comm) - 1], 'H');
	queue_work(system_unbound_wq, work_of(note));
	flush_work(work_of(note));
	KUNIT_EXPECT_EQ(test, note->nice, 0);
	KUNIT_EXPECT_EQ(test, strncmp(note->comm, "kworker/u", 9), 0);
}

static int nr_workers(int cpu)
{
	return READ_ONCE(worker_pool(cpu, false)->nr_workers);
}

/* All of them sleep, and nothing is queued. */
static void a_kworker_is_kept_in_reserve(struct kunit *test)
{
	DECLARE_COMPLETION_ONSTACK(gate);
	int n = nr_workers(0);
	struct note *notes = make_notes(test, n);

	for (int i = 0; i < n; i++) {
		notes[i].gate = &gate;
		schedule_work_on(0, work_of(&notes[i]));
	}
	for (int i = 0; i < n; i++)
		KUNIT_EXPECT_TRUE(test, eventually(atomic_read(&notes[i].inside)));
	KUNIT_EXPECT_TRUE(test, eventually(READ_ONCE(worker_pool(0, false)->nr_idle) > 0));
	complete_all(&gate);
	for (int i = 0; i < n; i++)
		flush_work(work_of(&notes[i]));
}

static void kworkers_that_are_too_many_end(struct kunit *test)
{
	unsigned long before = wq_idle_timeout;

	wq_idle_timeout = 2;
	let_sleep_together(test, nr_workers(0) + 5);
	KUNIT_EXPECT_TRUE(test, wait_until(nr_workers(0) <= 3));
	wq_idle_timeout = before;
	KUNIT_EXPECT_GT(test, nr_workers(0), 0);
	let_sleep_together(test, 3);
}

/* ---- flushing ---- */

static void flush_work_waits_for_the_item(struct kunit *test)
{
	struct note *notes = make_notes(test, 2);

	KUNIT_EXPECT_FALSE(test, flush_work(work_of(notes)));
	for (int i = 0; i < 50; i++) {
		WRITE_ONCE(notes->ended, false);
		schedule_work_on(i % num_online_cpus(), work_of(notes));
		flush_work(work_of(notes));
		KUNIT_EXPECT_TRUE(test, READ_ONCE(notes->ended));
	}
	KUNIT_EXPECT_FALSE(test, flush_work(work_of(notes)));
}

static void flush_work_waits_for_an_item_that_has_begun(struct kunit *test)
{
	DECLARE_COMPLETION_ONSTACK(gate);
	struct note *notes = make_notes(test, 2);

	notes[0].gate = &gate;
	schedule_work_on(0, work_of(&notes[0]));
	KUNIT_ASSERT_TRUE(test, wait_until(atomic_read(&notes[0].inside)));
	complete_all(&gate);
	KUNIT_EXPECT_TRUE(test, flush_work(work_of(&notes[0])) || notes[0].ended);
	KUNIT_EXPECT_TRUE(test, READ_ONCE(notes[0].ended));
}

/* It is always queued again, but flushing waits for one run only. */
static void an_item_that_queues_itself_can_be_flushed(struct kunit *test)
{
	struct note *note = make_notes(test, 1);

	note->again = 1000000;
	schedule_work(work_of(note));
	for (int i = 0; i < 10; i++)
		flush_work(work_of(note));
	KUNIT_EXPECT_GT(test, READ_ONCE(note->again), 0);
	cancel_work_sync(work_of(note));
	KUNIT_EXPECT_EQ(test, work_busy(work_of(note)), 0U);
}

static void self_flushing(struct work_struct *work)
{
	struct note *note = container_of(to_delayed_work(work), struct note, dwork);

	note->worker = !flush_work(work);
	atomic_inc(&note->runs);
}

static void flushing_its_queue(struct work_struct *work)
{
	struct note *note = container_of(to_delayed_work(work), struct note, dwork);

	flush_workqueue(note->wq);
	atomic_inc(&note->runs);
}

static void an_item_that_waits_for_itself_is_reported(struct kunit *test)
{
	static bool reported;
	struct note *note = make_notes(test, 1);
	u64 mark = log_mark();

	INIT_WORK(work_of(note), self_flushing);
	schedule_work(work_of(note));
	KUNIT_EXPECT_TRUE(test, has_run(note, 1));
	KUNIT_EXPECT_TRUE(test, note->worker);
	KUNIT_EXPECT_EQ(test, log_has_both(mark, "WARNING:", "flush_work"), !reported);
	flush_work(work_of(note));
	mark = log_mark();
	INIT_WORK(work_of(note), flushing_its_queue);
	schedule_work(work_of(note));
	KUNIT_EXPECT_TRUE(test, has_run(note, 2));
	KUNIT_EXPECT_EQ(test, log_has_both(mark, "WARNING:", "flush_workqueue"), !reported);
	flush_work(work_of(note));
	reported = true;
}

static void freeing(struct work_struct *work)
{
	msleep(4);
	kfree(work);
}

static void an_item_may_free_itself_while_it_is_flushed(struct kunit *test)
{
	for (int i = 0; i < 5; i++) {
		struct work_struct *work = kmalloc(sizeof(*work), GFP_KERNEL);

		KUNIT_ASSERT_NOT_NULL(test, work);
		INIT_WORK(work, freeing);
		schedule_work(work);
		flush_work(work);
	}
}

struct flusher {
	struct workqueue_struct *wq;
	struct completion begun;
	bool done;
};

static int flush_it(void *data)
{
	struct flusher *f = data;

	complete(&f->begun);
	flush_workqueue(f->wq);
	WRITE_ONCE(f->done, true);
	return 0;
}

static void flush_workqueue_waits_for_what_was_queued_before(struct kunit *test)
{
	DECLARE_COMPLETION_ONSTACK(first);
	DECLARE_COMPLETION_ONSTACK(second);
	struct note *notes = make_notes(test, 5);
	struct flusher flushers[2] = {};
	struct task_struct *p[2];

	flushers[0].wq = flushers[1].wq = make_wq(test, 0, 2);
	for (int i = 0; i < 4; i++) { /* the last two are not active yet */
		notes[i].gate = &first;
		queue_work_on(0, flushers[0].wq, work_of(&notes[i]));
	}
	for (int i = 0; i < 2; i++) {
		init_completion(&flushers[i].begun);
		p[i] = start_thread(test, flush_it, &flushers[i], ANY_CPU, FAIR);
		wait_for_completion(&flushers[i].begun);
		msleep(8);
	}
	notes[4].gate = &second;
	queue_work_on(0, flushers[0].wq, work_of(&notes[4]));
	KUNIT_EXPECT_FALSE(test, READ_ONCE(flushers[0].done));
	complete_all(&first);
	KUNIT_EXPECT_TRUE(test, wait_until(READ_ONCE(flushers[0].done)));
	for (int i = 0; i < 4; i++)
		KUNIT_EXPECT_TRUE(test, READ_ONCE(notes[i].ended));
	KUNIT_EXPECT_FALSE(test, READ_ONCE(notes[4].ended));
	complete_all(&second);
	for (int i = 0; i < 2; i++)
		join(p[i]);
	flush_workqueue(flushers[0].wq);
	KUNIT_EXPECT_TRUE(test, READ_ONCE(notes[4].ended));
	destroy_workqueue(flushers[0].wq);
}

static void destroying_runs_all_that_items_queue(struct kunit *test)
{
	struct note *notes = make_notes(test, 3);
	struct workqueue_struct *wq;

	for (int flags = 0; flags <= WQ_UNBOUND; flags += WQ_UNBOUND) {
		wq = make_wq(test, flags, 1);
		for (int i = 0; i < 3; i++) {
			note_init(&notes[i]);
			notes[i].wq = wq;
			notes[i].again = 5 * i;
			notes[i].ms = 1;
			queue_work(wq, work_of(&notes[i]));
		}
		destroy_workqueue(wq);
		for (int i = 0; i < 3; i++)
			KUNIT_EXPECT_EQ(test, atomic_read(&notes[i].runs), 5 * i + 1);
	}
	destroy_workqueue(NULL);
}

static int drain_it(void *wq)
{
	drain_workqueue(wq);
	return 0;
}

/* It would never become empty, if everybody could go on queueing. */
static void who_queues_while_it_is_drained_is_refused_and_told(struct kunit *test)
{
	static bool reported; /* in an earlier run of this suite */
	DECLARE_COMPLETION_ONSTACK(gate);
	struct note *notes = make_notes(test, 2);
	struct workqueue_struct *wq = make_wq(test, 0, 0);
	u64 mark = log_mark();
	struct task_struct *p;

	notes[0].gate = &gate;
	notes[0].wq = wq;
	notes[0].again = 1;
	queue_work(wq, work_of(&notes[0]));
	p = start_thread(test, drain_it, wq, ANY_CPU, FAIR);
	wait_until_asleep(p);
	queue_work(wq, work_of(&notes[1]));
	KUNIT_EXPECT_FALSE(test, work_pending(work_of(&notes[1])));
	KUNIT_EXPECT_EQ(test, log_has_both(mark, "WARNING:", "__queue_work"), !reported);
	complete_all(&gate);
	join(p);
	KUNIT_EXPECT_EQ(test, atomic_read(&notes[0].runs), 2);
	KUNIT_EXPECT_EQ(test, atomic_read(&notes[1].runs), 0);
	queue_work(wq, work_of(&notes[1]));
	flush_workqueue(wq);
	KUNIT_EXPECT_EQ(test, atomic_read(&notes[1].runs), 1);
	destroy_workqueue(wq);
	reported = true;
}

static atomic_t visits;
static struct cpumask visited;

static void visiting(struct work_struct *work)
{
	atomic_inc(&visits);
	cpumask_set_cpu(raw_smp_processor_id(), &visited);
}

static void schedule_on_each_cpu_runs_everywhere(struct kunit *test)
{
	atomic_set(&visits, 0);
	cpumask_clear(&visited);
	KUNIT_EXPECT_EQ(test, schedule_on_each_cpu(visiting), 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&visits), (int)num_online_cpus());
	KUNIT_EXPECT_TRUE(test, cpumask_equal(&visited, cpu_online_mask));
}

/* ---- cancelling ---- */

static void a_cancelled_item_does_not_run(struct kunit *test)
{
	struct note *note = make_notes(test, 1);

	KUNIT_EXPECT_FALSE(test, cancel_work_sync(work_of(note)));
	for (int i = 0; i < 2; i++) {
		set_cpus_allowed_ptr(current, cpumask_of(0));
		preempt_disable();
		schedule_work_on(0, work_of(note));
		KUNIT_EXPECT_TRUE(test, cancel_work(work_of(note)));
		KUNIT_EXPECT_FALSE(test, work_pending(work_of(note)));
		preempt_enable();
	}
	KUNIT_EXPECT_FALSE(test, cancel_work_sync(work_of(note)));
	flush_workqueue(system_wq);
	KUNIT_EXPECT_EQ(test, atomic_read(&note->runs), 0);
	schedule_work(work_of(note));
	KUNIT_EXPECT_TRUE(test, has_run(note, 1));
	flush_work(work_of(note));
}

/* Opens the gate when cancel_work_sync() has been waiting for a while. */
static void cancel_work_sync_waits_and_keeps_it_from_coming_back(struct kunit *test)
{
	DECLARE_COMPLETION_ONSTACK(gate);
	struct note *note = make_notes(test, 1);

	note->gate = &gate;
	note->again = 1000000;
	schedule_work(work_of(note));
	KUNIT_ASSERT_TRUE(test, wait_until(atomic_read(&note->inside)));
	open_when_asleep(&gate);
	KUNIT_EXPECT_FALSE(test, cancel_work_sync(work_of(note)));
	KUNIT_EXPECT_TRUE(test, READ_ONCE(note->ended));
	KUNIT_EXPECT_EQ(test, work_busy(work_of(note)), 0U);
	KUNIT_EXPECT_EQ(test, atomic_read(&note->runs), 1);
	stop_opener();
}

static int cancel_too(void *data)
{
	struct note *note = data;

	cancel_work_sync(work_of(note));
	return READ_ONCE(note->ended) && !atomic_read(&note->inside);
}

static void several_may_cancel_at_once(struct kunit *test)
{
	DECLARE_COMPLETION_ONSTACK(gate);
	struct note *note = make_notes(test, 1);

	note->gate = &gate;
	schedule_work(work_of(note));
	KUNIT_ASSERT_TRUE(test, wait_until(atomic_read(&note->inside)));
	open_when_asleep(&gate);
	KUNIT_EXPECT_EQ(test, run_on_all_cpus(test, cancel_too, note), (int)num_online_cpus());
	stop_opener();
}

/* A barrier that waits behind an item must not wait for ever when the item is taken back. */
static int flush_note(void *data)
{
	flush_work(work_of((struct note *)data));
	return 0;
}

static void cancelling_lets_those_go_that_flush_it(struct kunit *test)
{
	DECLARE_COMPLETION_ONSTACK(gate);
	struct note *notes = make_notes(test, 2);
	struct workqueue_struct *wq = make_wq(test, 0, 1);
	struct task_struct *p;

	notes[0].gate = &gate;
	queue_work_on(0, wq, work_of(&notes[0]));
	queue_work_on(0, wq, work_of(&notes[1]));
	p = start_thread(test, flush_note, &notes[1], ANY_CPU, FAIR);
	msleep(8);
	KUNIT_EXPECT_TRUE(test, cancel_work_sync(work_of(&notes[1])));
	join(p);
	complete_all(&gate);
	destroy_workqueue(wq);
}

/* ---- delayed items ---- */

static void a_delayed_item_runs_not_before_its_time(struct kunit *test)
{
	struct note *note = make_notes(test, 1);
	unsigned long start = jiffies;
	int cpu = cpumask_last(cpu_online_mask);
	bool twice, pending;

	KUNIT_EXPECT_TRUE(test, schedule_delayed_work_on(cpu, &note->dwork, 5));
	twice = schedule_delayed_work(&note->dwork, 1) || schedule_work(work_of(note));
	pending = delayed_work_pending(&note->dwork);
	if (time_before(jiffies, start + 5)) /* else the host has held this CPU up */
		KUNIT_EXPECT_TRUE(test, pending && !twice);
	KUNIT_EXPECT_TRUE(test, has_run(note, 1));
	KUNIT_EXPECT_TRUE(test, time_after_eq(note->when, start + 5));
	KUNIT_EXPECT_EQ(test, note->cpu, cpu);
	KUNIT_EXPECT_TRUE(test, schedule_delayed_work(&note->dwork, 0));
	KUNIT_EXPECT_TRUE(test, has_run(note, 2));
	flush_work(work_of(note));
}

static void its_time_can_be_changed(struct kunit *test)
{
	struct note *note = make_notes(test, 1);
	bool waited;

	KUNIT_EXPECT_FALSE(test, mod_delayed_work(system_wq, &note->dwork, 1000000));
	KUNIT_EXPECT_TRUE(test, mod_delayed_work(system_wq, &note->dwork, 2));
	KUNIT_EXPECT_TRUE(test, has_run(note, 1));
	schedule_delayed_work(&note->dwork, 1000000);
	KUNIT_EXPECT_TRUE(test, mod_delayed_work(system_wq, &note->dwork, 0));
	KUNIT_EXPECT_TRUE(test, has_run(note, 2));
	schedule_delayed_work(&note->dwork, 1000000);
	waited = flush_delayed_work(&note->dwork);
	KUNIT_EXPECT_EQ(test, atomic_read(&note->runs), 3);
	if (time_is_exact()) /* else a worker may be done before the flush looks for it */
		KUNIT_EXPECT_TRUE(test, waited);
	KUNIT_EXPECT_FALSE(test, flush_delayed_work(&note->dwork));
}

static void a_delayed_item_can_be_cancelled(struct kunit *test)
{
	struct note *note = make_notes(test, 1);

	local_irq_disable(); /* so that its time is not up before it is cancelled */
	schedule_delayed_work(&note->dwork, 2);
	KUNIT_EXPECT_TRUE(test, cancel_delayed_work(&note->dwork));
	KUNIT_EXPECT_FALSE(test, cancel_delayed_work(&note->dwork));
	local_irq_enable();
	schedule_delayed_work(&note->dwork, 1000000);
	KUNIT_EXPECT_TRUE(test, cancel_delayed_work_sync(&note->dwork));
	KUNIT_EXPECT_FALSE(test, cancel_delayed_work_sync(&note->dwork));
	msleep(20);
	KUNIT_EXPECT_EQ(test, atomic_read(&note->runs), 0);
	KUNIT_EXPECT_TRUE(test, schedule_delayed_work(&note->dwork, 1));
	KUNIT_EXPECT_TRUE(test, has_run(note, 1));
	flush_work(work_of(note));
}

static int irqs_were_off;

static void note_irqs(struct timer_list *unused)
{
	WRITE_ONCE(irqs_were_off, irqs_disabled());
}

/* Else an interrupt could want to cancel the item between its timer's end and its queueing, and wait for ever. */
static void the_timer_of_an_item_has_interrupts_off(struct kunit *test)
{
	struct note *note = make_notes(test, 1);
	struct timer_list timer;

	KUNIT_EXPECT_TRUE(test, note->dwork.timer.flags & TIMER_IRQSAFE);
	for (int i = 0; i < 2; i++) {
		timer_setup_on_stack(&timer, note_irqs, i ? TIMER_IRQSAFE : 0);
		WRITE_ONCE(irqs_were_off, -1); /* nobody knows yet */
		mod_timer(&timer, jiffies + 1);
		KUNIT_EXPECT_TRUE(test, eventually(READ_ONCE(irqs_were_off) >= 0));
		del_timer_sync(&timer);
		KUNIT_EXPECT_EQ(test, irqs_were_off, i == 1);
	}
}

/* ---- mistakes ---- */

static void leaking(struct work_struct *work)
{
	preempt_disable();
}

static void an_item_that_stays_atomic_is_reported(struct kunit *test)
{
	DECLARE_WORK(work, leaking);
	u64 mark = log_mark();

	schedule_work(&work);
	flush_work(&work);
	KUNIT_EXPECT_TRUE(test, log_has(mark, "BUG: workqueue leaked lock or atomic: kworker/"));
	KUNIT_EXPECT_TRUE(test, log_has(mark, "last function: leaking"));
}

/* ---- torture ---- */

struct tortured {
	struct note notes[4];
	atomic_t queued, cancelled; /* how often that was the answer */
	struct workqueue_struct *wq[3];
};

static void torture_in_hardirq(void *data)
{
	struct tortured *t = data;

	if (mod_delayed_work(t->wq[0], &t->notes[0].dwork, 1))
		atomic_inc(&t->cancelled); /* it counts as taken back, and queued again */
	atomic_inc(&t->queued);
}

static void torture_once(struct tortured *t, struct rnd_state *rnd)
{
	unsigned int dice = prandom_u32_state(rnd);
	struct note *note = &t->notes[dice % 4];
	/* An item stays with its workqueue: between two it may run twice at once. */
	struct workqueue_struct *wq = t->wq[dice % 4 % 3];

	switch ((dice >> 8) % 12) {
	case 0:
		if (cancel_delayed_work_sync(&note->dwork))
			atomic_inc(&t->cancelled);
		break;
	case 1:
		if (cancel_delayed_work(&note->dwork))
			atomic_inc(&t->cancelled);
		break;
	case 2:
		flush_delayed_work(&note->dwork);
		break;
	case 3:
		flush_workqueue(wq);
		break;
	case 4:
		run_in_hardirq(torture_in_hardirq, t);
		break;
	case 5:
		msleep(1);
		break;
	case 6:
	case 7:
		if (queue_delayed_work(wq, &note->dwork, (dice >> 16) % 3))
			atomic_inc(&t->queued);
		break;
	default:
		if (queue_work_on((dice >> 16) % num_online_cpus(), wq, work_of(note)))
			atomic_inc(&t->queued);
	}
}

static int torture(void *data)
{
	struct rnd_state rnd;

	prandom_seed_state(&rnd, raw_smp_processor_id() + 99);
	for (int i = 0; i < ROUNDS && time_left(); i++)
		torture_once(data, &rnd);
	return 0;
}

static void every_queueing_is_a_run_or_a_cancellation(struct kunit *test)
{
	struct tortured *t = kunit_kzalloc(test, sizeof(*t), GFP_KERNEL);
	int runs = 0;

	KUNIT_ASSERT_NOT_NULL(test, t);
	for (int i = 0; i < 4; i++)
		note_init(&t->notes[i]);
	t->wq[0] = make_wq(test, 0, 2);
	t->wq[1] = make_wq(test, WQ_UNBOUND, 1);
	t->wq[2] = make_wq(test, WQ_HIGHPRI, 1);
	run_on_all_cpus(test, torture, t);
	for (int i = 0; i < 4; i++) {
		if (cancel_delayed_work_sync(&t->notes[i].dwork))
			atomic_inc(&t->cancelled);
		KUNIT_EXPECT_EQ(test, work_busy(work_of(&t->notes[i])), 0U);
		KUNIT_EXPECT_FALSE(test, t->notes[i].overlapped);
		runs += atomic_read(&t->notes[i].runs);
	}
	KUNIT_EXPECT_EQ(test, atomic_read(&t->queued), runs + atomic_read(&t->cancelled));
	for (int i = 0; i < 3; i++)
		destroy_workqueue(t->wq[i]);
}

static struct kunit_case workqueue_cases[] = {
	KUNIT_CASE(an_item_runs_in_a_kworker_of_its_cpu),
	KUNIT_CASE(queued_twice_before_it_begins_it_runs_once),
	KUNIT_CASE(queued_while_it_runs_it_runs_again_afterwards),
	KUNIT_CASE(it_never_runs_on_two_cpus),
	KUNIT_CASE(it_may_be_queued_in_hardirq_and_softirq),
	KUNIT_CASE(a_sleeping_item_holds_up_no_other),
	KUNIT_CASE(items_that_compute_take_turns),
	KUNIT_CASE(a_kworker_that_slept_leaves_the_rest_to_the_other),
	KUNIT_CASE(unbound_items_run_all_at_once),
	KUNIT_CASE(no_more_than_max_active_run_at_a_time),
	KUNIT_CASE(an_ordered_workqueue_runs_one_after_the_other),
	KUNIT_CASE(high_priority_items_have_kworkers_of_their_own),
	KUNIT_CASE(a_kworker_is_kept_in_reserve),
	KUNIT_CASE(kworkers_that_are_too_many_end),
	KUNIT_CASE(flush_work_waits_for_the_item),
	KUNIT_CASE(flush_work_waits_for_an_item_that_has_begun),
	KUNIT_CASE(an_item_that_queues_itself_can_be_flushed),
	KUNIT_CASE(an_item_that_waits_for_itself_is_reported),
	KUNIT_CASE(an_item_may_free_itself_while_it_is_flushed),
	KUNIT_CASE(flush_workqueue_waits_for_what_was_queued_before),
	KUNIT_CASE(destroying_runs_all_that_items_queue),
	KUNIT_CASE(who_queues_while_it_is_drained_is_refused_and_told),
	KUNIT_CASE(schedule_on_each_cpu_runs_everywhere),
	KUNIT_CASE(a_cancelled_item_does_not_run),
	KUNIT_CASE(cancel_work_sync_waits_and_keeps_it_from_coming_back),
	KUNIT_CASE(several_may_cancel_at_once),
	KUNIT_CASE(cancelling_lets_those_go_that_flush_it),
	KUNIT_CASE(a_delayed_item_runs_not_before_its_time),
	KUNIT_CASE(its_time_can_be_changed),
	KUNIT_CASE(a_delayed_item_can_be_cancelled),
	KUNIT_CASE(the_timer_of_an_item_has_interrupts_off),
	KUNIT_CASE(an_item_that_stays_atomic_is_reported),
	KUNIT_CASE(every_queueing_is_a_run_or_a_cancellation),
	{}
};

static struct kunit_suite workqueue_suite = { .name = "workqueue", .test_cases = workqueue_cases };
kunit_test_suite(workqueue_suite);
