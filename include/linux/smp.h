/* SPDX-License-Identifier: MIT */
/* Several CPUs: which one is this, and how to have another one do something. */
#ifndef _LINUX_SMP_H
#define _LINUX_SMP_H

#include <linux/types.h>
#include <linux/cpumask.h>
#include <linux/llist.h>
#include <linux/preempt.h>
#include <asm/smp.h>

typedef void (*smp_call_func_t)(void *info);

/* A function on its way to another CPU. `flags` says whose it is: see kernel/smp.c. */
struct __call_single_data {
	struct llist_node llist;
	smp_call_func_t func;
	void *info;
	unsigned int flags;
};
typedef struct __call_single_data call_single_data_t;

/* smp_processor_id - the running CPU. Context: preemption off, or the answer is stale at once. */
#define smp_processor_id() raw_smp_processor_id()
#define get_cpu()                                                                                  \
	({                                                                                         \
		preempt_disable();                                                                 \
		raw_smp_processor_id();                                                            \
	})
#define put_cpu() preempt_enable()

/**
 * smp_call_function_single - run a function on one CPU, in hardirq context there
 * @cpu: which; this CPU calls it directly, with interrupts off
 * @func: must not sleep
 * @info: its argument
 * @wait: return only when it has run
 *
 * Context: task, interrupts on: two CPUs that call each other with interrupts off would both wait for ever.
 * Return: 0; -ENXIO when @cpu is not online.
 */
int smp_call_function_single(int cpu, smp_call_func_t func, void *info, int wait);

/**
 * smp_call_function_many - run a function on each other online CPU of a set
 * @mask: the set; this CPU is left out
 * @func: must not sleep
 * @info: its argument
 * @wait: return only when all have run it
 *
 * Context: as smp_call_function_single(), with preemption off.
 */
void smp_call_function_many(const struct cpumask *mask, smp_call_func_t func, void *info,
			    bool wait);

/* smp_call_function - the same for all other CPUs; on_each_cpu - and for this one. Context: preemption may be on. */
void smp_call_function(smp_call_func_t func, void *info, int wait);
void on_each_cpu(smp_call_func_t func, void *info, int wait);
void on_each_cpu_mask(const struct cpumask *mask, smp_call_func_t func, void *info, bool wait);

/* flush_smp_call_function_queue - call what others have sent here. Context: the interrupt for it. */
void flush_smp_call_function_queue(void);

/* smp_send_call_function - interrupt an online CPU so that it calls flush_smp_call_function_queue(). */
void smp_send_call_function(int cpu);

/* smp_send_reschedule - interrupt an online CPU so that it looks at need_resched. Context: any but NMI. */
void smp_send_reschedule(int cpu);

/**
 * smp_init - start the other CPUs that the firmware lists, up to maxcpus=
 *
 * Context: boot task, interrupts on. A CPU that does not start is reported and left out.
 */
void smp_init(void);

/* stop_this_cpu - take this CPU out and halt it for good. Context: any, NMI included. */
void __noreturn stop_this_cpu(void);

#endif
