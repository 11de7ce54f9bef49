// SPDX-License-Identifier: MIT
/*
 * The stacks of threads. Each has a slot of twice its size, STACKS_START + n * 2 * THREAD_SIZE: the lower half is never
 * mapped, so a stack that grows too far faults at once instead of running into its neighbour.
 *
 * Unmapping costs an interrupt on every CPU, so it is avoided twice: each CPU keeps a few stacks ready, and what is too
 * many waits until thread_stack_drain() unmaps all of it with one flush. The page table entries of an unused slot hold
 * no address, so the first one links it to the next unused slot.
 *
 * Locks: a CPU's own list needs interrupts off; the rest is under stack_lock, with pgtable_lock and zone.lock inside.
 */
#include <linux/bug.h>
#include <linux/gfp.h>
#include <linux/irqflags.h>
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/sched.h>
#include <linux/smp.h>
#include <linux/spinlock.h>
#include <linux/thread_info.h>
#include <linux/vmalloc.h>
#include <linux/wait.h>
#include <asm/pgtable.h>
#include <asm/tlbflush.h>
#include "internal.h"

#define SLOT_SIZE   (2 * THREAD_SIZE)
#define NR_SLOTS    ((STACKS_END - STACKS_START) / SLOT_SIZE)
#define STACK_PAGES (THREAD_SIZE / PAGE_SIZE)
#define STACK_ORDER get_order(THREAD_SIZE)
#define READY_MAX   16UL /* stacks a CPU keeps; fewer on a small machine */
#define READY_MIN   2UL

/* A stack nobody uses; this is its lowest word. */
struct idle_stack {
	struct idle_stack *next;
};

struct stack_list {
	struct idle_stack *first;
	unsigned long count;
};

static DEFINE_PER_CPU(struct stack_list, ready_stacks);
static unsigned long ready_max __ro_after_init = READY_MIN;

static DEFINE_SPINLOCK(stack_lock); /* taken with interrupts off; guards: */
static struct stack_list waiting_stacks;
static unsigned int draining;   /* calls of thread_stack_drain() that are giving stacks back */
static unsigned long free_slot; /* 1 + the first unused slot's number; 0: none */
static unsigned long next_slot; /* this one and those behind it were never used */

static DECLARE_WAIT_QUEUE_HEAD(drained);

static unsigned long slot_stack(unsigned long slot)
{
	return STACKS_START + slot * SLOT_SIZE + THREAD_SIZE;
}

/* An unused slot's stack, its page tables in place; 0 without memory. stack_lock is held. */
static unsigned long take_slot(void)
{
	unsigned long slot = free_slot ? free_slot - 1 : next_slot, stack = slot_stack(slot);

	if (free_slot) {
		free_slot = *kernel_pte(stack) >> PAGE_SHIFT;
		return stack;
	}
	if (slot == NR_SLOTS || alloc_kernel_ptes(stack, THREAD_SIZE))
		return 0;
	next_slot++;
	return stack;
}

static void *map_new_stack(void)
{
	struct page *page = alloc_pages(GFP_NOWAIT, STACK_ORDER);
	unsigned long stack, flags;

	if (!page)
		return NULL;
	spin_lock_irqsave(&stack_lock, flags);
	stack = take_slot();
	spin_unlock_irqrestore(&stack_lock, flags);
	if (!stack) {
		__free_pages(page, STACK_ORDER);
		return NULL;
	}
	/* the tables are there, so this cannot fail */
	WARN_ON(map_kernel_range(stack, page_to_phys(page), THREAD_SIZE, PAGE_KERNEL));
	return (void *)stack;
}

/* A stack that waits to be unmapped is as good as a ready one. */
static void *take_waiting_stack(void)
{
	struct idle_stack *stack;
	unsigned long flags;

	if (!READ_ONCE(waiting_stacks.first))
		return NULL;
	spin_lock_irqsave(&stack_lock, flags);
	stack = waiting_stacks.first;
	if (stack) {
		waiting_stacks.first = stack->next;
		waiting_stacks.count--;
	}
	spin_unlock_irqrestore(&stack_lock, flags);
	return stack;
}

void *alloc_thread_stack(void)
{
	struct idle_stack *stack;
	unsigned long flags;

	local_irq_save(flags);
	stack = __this_cpu_read(ready_stacks.first);
	if (likely(stack)) {
		__this_cpu_write(ready_stacks.first, stack->next);
		__this_cpu_dec(ready_stacks.count);
	}
	local_irq_restore(flags);
	if (likely(stack))
		return stack;
	stack = take_waiting_stack();
	return stack ? stack : map_new_stack();
}

static bool add_waiting_stack(struct idle_stack *stack)
{
	bool many;

	spin_lock(&stack_lock);
	stack->next = waiting_stacks.first;
	waiting_stacks.first = stack;
	many = ++waiting_stacks.count >= ready_max;
	spin_unlock(&stack_lock);
	return many;
}

bool free_thread_stack(void *addr)
{
	struct idle_stack *stack = addr;
	bool drain = false;
	unsigned long flags;

	local_irq_save(flags);
	if (likely(__this_cpu_read(ready_stacks.count) < ready_max)) {
		stack->next = __this_cpu_read(ready_stacks.first);
		__this_cpu_write(ready_stacks.first, stack);
		__this_cpu_inc(ready_stacks.count);
	} else {
		drain = add_waiting_stack(stack);
	}
	local_irq_restore(flags);
	return drain;
}

/* Clear the entries of an idle stack. Return: its pages, with the slot's number noted in them. */
static struct page *unmap_stack(struct idle_stack *stack)
{
	u64 *pte = kernel_pte((unsigned long)stack);
	struct page *page = pfn_to_page(PFN_DOWN(*pte & PTE_PFN_MASK));

	page->private = ((unsigned long)stack - STACKS_START) / SLOT_SIZE;
	for (unsigned int i = 0; i < STACK_PAGES; i++)
		WRITE_ONCE(pte[i], 0);
	return page;
}

static void give_slot(unsigned long slot)
{
	unsigned long flags;

	spin_lock_irqsave(&stack_lock, flags);
	WRITE_ONCE(*kernel_pte(slot_stack(slot)), free_slot << PAGE_SHIFT);
	free_slot = slot + 1;
	spin_unlock_irqrestore(&stack_lock, flags);
}

void thread_stack_drain(void)
{
	struct idle_stack *stack, *next_stack;
	struct page *page, *next;
	LIST_HEAD(pages);

	spin_lock_irq(&stack_lock);
	stack = waiting_stacks.first;
	waiting_stacks = (struct stack_list){ NULL, 0 };
	draining++;
	spin_unlock_irq(&stack_lock);
	for (; stack; stack = next_stack) {
		next_stack = stack->next;
		list_add(&unmap_stack(stack)->lru, &pages);
	}
	if (!list_empty(&pages))
		flush_tlb_all(); /* before anyone gets the pages or the addresses */
	list_for_each_entry_safe(page, next, &pages, lru) {
		give_slot(page->private);
		__free_pages(page, STACK_ORDER);
	}
	spin_lock_irq(&stack_lock);
	draining--;
	spin_unlock_irq(&stack_lock);
	wake_up_all(&drained);
}

static void give_up_ready_stacks(void *unused)
{
	struct idle_stack *stack, *next;

	for (stack = __this_cpu_read(ready_stacks.first); stack; stack = next) {
		next = stack->next;
		add_waiting_stack(stack);
	}
	__this_cpu_write(ready_stacks.first, NULL);
	__this_cpu_write(ready_stacks.count, 0);
}

void thread_stack_shrink_all(void)
{
	on_each_cpu(give_up_ready_stacks, NULL, 1);
	thread_stack_drain();
	wait_event(drained, !READ_ONCE(draining));
}

unsigned long idle_thread_stacks(void)
{
	unsigned long count = READ_ONCE(waiting_stacks.count);
	int cpu;

	for_each_online_cpu(cpu)
		count += READ_ONCE(per_cpu(ready_stacks, cpu).count);
	return count;
}

bool stack_guard_hit(unsigned long addr)
{
	if (addr >= STACKS_START && addr < STACKS_END)
		return (addr - STACKS_START) % SLOT_SIZE < THREAD_SIZE;
	return (unsigned long)init_stack - addr <= PAGE_SIZE && addr < (unsigned long)init_stack;
}

void __init stack_init(void)
{
	/* all CPUs together keep at most an eighth of a small machine's memory, and much less of a large one's */
	ready_max = clamp(zone.managed_pages / (STACK_PAGES * 512), READY_MIN, READY_MAX);
}
