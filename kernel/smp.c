// SPDX-License-Identifier: MIT
/*
 * Having other CPUs call a function. Each CPU has a lock-free list of calls for it; who adds to an empty list sends the
 * interrupt. A call belongs to its sender until CSD_LOCK is clear: the target clears it before an asynchronous
 * function, after one that is waited for. The only lock is this flag.
 */
#include <linux/bug.h>
#include <linux/errno.h>
#include <linux/percpu.h>
#include <linux/smp.h>
#include <asm/processor.h>

#define CSD_LOCK 0x01
#define CSD_WAIT 0x02 /* the sender waits until the function has run */

static DEFINE_PER_CPU(struct llist_head, call_queue);

/* A sender's calls, one for each target. They are not on its stack since it need not wait for them. */
static DEFINE_PER_CPU(call_single_data_t[NR_CPUS], calls_to);

/* Pairs with the release in csd_unlock(): what the function wrote is seen. */
static void csd_wait(call_single_data_t *csd)
{
	while (smp_load_acquire(&csd->flags) & CSD_LOCK)
		cpu_relax();
}

static void csd_unlock(call_single_data_t *csd)
{
	smp_store_release(&csd->flags, 0);
}

/* llist_add() is a full barrier: the target finds the fields filled in. */
static void csd_send(int cpu, call_single_data_t *csd, smp_call_func_t func, void *info,
		     unsigned int flags)
{
	csd->func = func;
	csd->info = info;
	csd->flags = CSD_LOCK | flags;
	if (llist_add(&csd->llist, per_cpu_ptr(&call_queue, cpu)))
		smp_send_call_function(cpu);
}

static void csd_run(call_single_data_t *csd)
{
	smp_call_func_t func = csd->func;
	void *info = csd->info;

	if (csd->flags & CSD_WAIT) {
		func(info);
		csd_unlock(csd);
	} else {
		csd_unlock(csd);
		func(info);
	}
}

void flush_smp_call_function_queue(void)
{
	struct llist_node *node = llist_reverse_order(llist_del_all(this_cpu_ptr(&call_queue)));

	while (node) {
		call_single_data_t *csd = llist_entry(node, call_single_data_t, llist);

		node = node->next; /* the sender may use the call again as soon as it is unlocked */
		csd_run(csd);
	}
}

static void call_locally(smp_call_func_t func, void *info)
{
	unsigned long flags;

	local_irq_save(flags);
	func(info);
	local_irq_restore(flags);
}

/* With interrupts off, two CPUs that call each other would both wait for ever. */
static void check_context(void)
{
	WARN_ON_ONCE(irqs_disabled() || in_interrupt());
}

int smp_call_function_single(int cpu, smp_call_func_t func, void *info, int wait)
{
	int this_cpu = get_cpu();
	int ret = 0;

	if (cpu == this_cpu) {
		call_locally(func, info);
	} else if ((unsigned int)cpu >= nr_cpu_ids || !cpu_online(cpu)) {
		ret = -ENXIO;
	} else {
		smp_call_function_many(cpumask_of(cpu), func, info, wait);
	}
	put_cpu();
	return ret;
}

void smp_call_function_many(const struct cpumask *mask, smp_call_func_t func, void *info, bool wait)
{
	call_single_data_t *calls = *this_cpu_ptr(&calls_to);
	struct cpumask cpus;
	int cpu;

	cpumask_and(&cpus, mask, cpu_online_mask);
	cpumask_clear_cpu(smp_processor_id(), &cpus);
	if (cpumask_empty(&cpus))
		return;
	check_context();
	for_each_cpu(cpu, &cpus) {
		csd_wait(&calls[cpu]); /* the call before this one */
		csd_send(cpu, &calls[cpu], func, info, wait ? CSD_WAIT : 0);
	}
	if (wait)
		for_each_cpu(cpu, &cpus)
			csd_wait(&calls[cpu]);
}

void smp_call_function(smp_call_func_t func, void *info, int wait)
{
	preempt_disable();
	smp_call_function_many(cpu_online_mask, func, info, wait);
	preempt_enable();
}

void on_each_cpu_mask(const struct cpumask *mask, smp_call_func_t func, void *info, bool wait)
{
	int this_cpu = get_cpu();

	smp_call_function_many(mask, func, info, wait);
	if (cpumask_test_cpu(this_cpu, mask))
		call_locally(func, info);
	put_cpu();
}

void on_each_cpu(smp_call_func_t func, void *info, int wait)
{
	on_each_cpu_mask(cpu_online_mask, func, info, wait);
}
