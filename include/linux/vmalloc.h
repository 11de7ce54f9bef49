/* SPDX-License-Identifier: MIT */
/*
 * Memory that is contiguous in the kernel's address space only, each piece with an unmapped page behind it; and the
 * stacks of threads, each with an unmapped guard below.
 */
#ifndef _LINUX_VMALLOC_H
#define _LINUX_VMALLOC_H

#include <linux/types.h>
#include <asm/page.h>

/**
 * vmalloc, vzalloc - @size bytes, page aligned; vzalloc() gives zeroes
 *
 * Context: task, may sleep.
 * Return: the address, for vfree(); NULL without memory.
 */
void *vmalloc(unsigned long size);
void *vzalloc(unsigned long size);

/**
 * vfree - give it back; NULL is fine
 *
 * Context: task, may sleep; or an interrupt of any kind but NMI, or with bottom halves off: then a work item does it,
 * later. vfree_atomic() always leaves it to that: any context but NMI.
 */
void vfree(const void *addr);
void vfree_atomic(const void *addr);

static inline bool is_vmalloc_addr(const void *addr)
{
	return (unsigned long)addr >= VMALLOC_START && (unsigned long)addr < VMALLOC_END;
}

/**
 * alloc_thread_stack - a kernel stack of THREAD_SIZE bytes, aligned to its size, with an unmapped guard below
 *
 * Context: any but NMI; never sleeps.
 * Return: its lowest address; NULL without memory.
 */
void *alloc_thread_stack(void);

/**
 * free_thread_stack - give a stack back; nobody may run on it any more
 * A few stacks stay with the CPU for the next alloc_thread_stack(). The rest waits for thread_stack_drain().
 *
 * Context: any but NMI.
 * Return: should somebody call thread_stack_drain()?
 */
bool free_thread_stack(void *stack);

/* thread_stack_drain - unmap the waiting stacks and free their memory. Context: task, interrupts on. */
void thread_stack_drain(void);

/* thread_stack_shrink_all - the same for the stacks that CPUs keep, too; all of that memory is free then. Context: task. */
void thread_stack_shrink_all(void);

/* idle_thread_stacks - stacks that nobody uses; about. Context: any. */
unsigned long idle_thread_stacks(void);

/* stack_guard_hit - does @addr lie in the guard below some stack? Context: any. */
bool stack_guard_hit(unsigned long addr);

#endif
