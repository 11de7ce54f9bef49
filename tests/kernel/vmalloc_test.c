// SPDX-License-Identifier: MIT
/*
 * The rules of memory that is contiguous only in virtual addresses, of device mappings, of stacks.
 */
#include <kunit/test.h>
#include <linux/bottom_half.h>
#include <linux/io.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <linux/timer.h>
#include <linux/vmalloc.h>
#include <linux/workqueue.h>
#include <asm/desc.h>
#include <asm/pgtable.h>
#include <asm/tlbflush.h>
#include "helpers.h"

#define VGA_TEXT 0xb8000
#define STACKS   40

static u64 pte_of(const void *addr)
{
	u64 *pte = kernel_pte((unsigned long)addr);

	return pte ? READ_ONCE(*pte) : 0;
}

static bool is_data(const void *addr)
{
	const u64 want = _PAGE_PRESENT | _PAGE_RW | _PAGE_NX;

	return (pte_of(addr) & want) == want;
}

static void a_guard_page_follows_every_area(struct kunit *test)
{
	static const unsigned long sizes[] = { 1, PAGE_SIZE, PAGE_SIZE + 1, 300000 };

	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		char *area = vmalloc(sizes[i]);
		unsigned long end = PAGE_ALIGN(sizes[i]);

		KUNIT_ASSERT_NOT_NULL(test, area);
		KUNIT_EXPECT_TRUE(test, is_vmalloc_addr(area));
		KUNIT_EXPECT_TRUE(test, PAGE_ALIGNED(area));
		memset(area, 0xa5, sizes[i]);
		for (unsigned long at = 0; at < end; at += PAGE_SIZE)
			KUNIT_EXPECT_TRUE(test, is_data(area + at));
		KUNIT_EXPECT_FALSE(test, kern_addr_valid((unsigned long)area + end));
		vfree(area);
		KUNIT_EXPECT_FALSE(test, kern_addr_valid((unsigned long)area));
	}
}

static void vzalloc_gives_zeroes(struct kunit *test)
{
	char *area = vmalloc(10 * PAGE_SIZE);

	KUNIT_ASSERT_NOT_NULL(test, area);
	memset(area, 0xff, 10 * PAGE_SIZE);
	vfree(area);
	area = vzalloc(10 * PAGE_SIZE);
	KUNIT_ASSERT_NOT_NULL(test, area);
	KUNIT_EXPECT_NULL(test, memchr_inv(area, 0, 10 * PAGE_SIZE));
	vfree(area);
}

static void a_freed_gap_is_used_again(struct kunit *test)
{
	char *low = vmalloc(3 * PAGE_SIZE), *high = vmalloc(PAGE_SIZE), *again;

	KUNIT_ASSERT_NOT_NULL(test, low);
	KUNIT_ASSERT_NOT_NULL(test, high);
	vfree(low);
	again = vmalloc(PAGE_SIZE);
	KUNIT_EXPECT_TRUE(test, again && again <= low);
	vfree(again);
	vfree(high);
}

static void allocate_areas(struct kunit *test)
{
	void *area[20];

	for (int i = 0; i < 20; i++)
		area[i] = vmalloc((i + 1) * 3000);
	for (int i = 0; i < 20; i++) {
		KUNIT_EXPECT_NOT_NULL(test, area[i]);
		vfree(area[i]);
	}
	vfree(NULL);
}

static void *timer_s_area;

static void free_in_interrupt(void *area)
{
	vfree(area);
	vfree(NULL);
}

static void free_in_timer(struct timer_list *timer)
{
	kvfree(xchg(&timer_s_area, NULL));
}

static DEFINE_TIMER(free_timer, free_in_timer);

static void free_with_bottom_halves_off(void *area)
{
	local_bh_disable();
	vfree(area);
	local_bh_enable();
}

static void free_under_lock(void *area)
{
	preempt_disable();
	vfree_atomic(area);
	preempt_enable();
}

/* It is unmapped a moment later. */
static void interrupts_may_free(struct kunit *test)
{
	char *area[4];

	for (int i = 0; i < 4; i++) {
		area[i] = vmalloc(3 * PAGE_SIZE);
		KUNIT_ASSERT_NOT_NULL(test, area[i]);
	}
	run_in_hardirq(free_in_interrupt, area[0]);
	timer_s_area = area[1];
	mod_timer(&free_timer, jiffies + 1);
	free_with_bottom_halves_off(area[2]);
	free_under_lock(area[3]);
	for (int i = 0; i < 4; i++)
		KUNIT_EXPECT_TRUE(test, wait_until(!kern_addr_valid((unsigned long)area[i])));
	del_timer_sync(&free_timer);
}

static void free_areas_in_interrupts(struct kunit *test)
{
	interrupts_may_free(test);
	flush_scheduled_work();
}

static void areas_freed_in_interrupts_leave_nothing(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, pages_lost_by(test, free_areas_in_interrupts), 0L);
}

static void freed_areas_leave_nothing(struct kunit *test)
{
	allocate_areas(test); /* the page tables made now stay for good */
	KUNIT_EXPECT_EQ(test, pages_lost_by(test, allocate_areas), 0L);
}

static void what_cannot_be_is_null(struct kunit *test)
{
	KUNIT_EXPECT_NULL(test, vmalloc(0));
	KUNIT_EXPECT_NULL(test, vmalloc(1UL << 45));
	KUNIT_EXPECT_NULL(test, vmalloc(~0UL));
	KUNIT_EXPECT_NULL(test, vmalloc(1UL << 38));
}

/* The check beforehand lets it begin: there are pages, but the last ones are not for everybody. */
static void run_out_halfway(struct kunit *test)
{
	struct page *page[10];
	LIST_HEAD(hoard);

	for (int i = 0; i < 10; i++)
		page[i] = alloc_page(GFP_KERNEL);
	hoard_pages(&hoard, GFP_KERNEL);
	for (int i = 0; i < 10; i++)
		if (page[i])
			__free_page(page[i]);
	KUNIT_EXPECT_GT(test, nr_free_pages(), 15UL);
	KUNIT_EXPECT_NULL(test, vmalloc(15 * PAGE_SIZE));
	free_hoard(&hoard);
}

static void failure_halfway_gives_everything_back(struct kunit *test)
{
	vfree(vmalloc(100 * PAGE_SIZE));
	KUNIT_EXPECT_EQ(test, pages_lost_by(test, run_out_halfway), 0L);
}

static void kvmalloc_falls_back_to_single_pages(struct kunit *test)
{
	char *small = kvmalloc(100, GFP_KERNEL), *large;

	KUNIT_EXPECT_NOT_NULL(test, small);
	KUNIT_EXPECT_FALSE(test, is_vmalloc_addr(small));
	kvfree(small);
	large = kvzalloc(KMALLOC_MAX_SIZE + PAGE_SIZE, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, large);
	KUNIT_EXPECT_TRUE(test, is_vmalloc_addr(large));
	KUNIT_EXPECT_EQ(test, large[KMALLOC_MAX_SIZE], 0);
	kvfree(large);
}

static void kvmalloc_that_may_not_sleep_does_not_fall_back(struct kunit *test)
{
	void *small = kvmalloc(100, GFP_ATOMIC);

	KUNIT_EXPECT_NOT_NULL(test, small);
	kvfree(small);
	KUNIT_EXPECT_NULL(test, kvmalloc(KMALLOC_MAX_SIZE + PAGE_SIZE, GFP_ATOMIC));
}

static void ioremap_maps_registers_uncached(struct kunit *test)
{
	u16 __iomem *screen = ioremap(VGA_TEXT + 2, 100);
	void *mapped = (void __force *)screen;
	unsigned long addr = (unsigned long)mapped;

	KUNIT_ASSERT_NOT_NULL(test, mapped);
	KUNIT_EXPECT_EQ(test, offset_in_page(addr), 2UL);
	KUNIT_EXPECT_EQ(test, pte_of(mapped) & PTE_PFN_MASK, (u64)VGA_TEXT);
	KUNIT_EXPECT_TRUE(test, is_data(mapped));
	KUNIT_EXPECT_EQ(test, pte_of(mapped) & _PAGE_PCD, _PAGE_PCD);
	iounmap(screen);
	KUNIT_EXPECT_FALSE(test, kern_addr_valid(addr));
	KUNIT_EXPECT_NULL(test, (void __force *)ioremap(~0ULL - 5, 100));
	KUNIT_EXPECT_NULL(test, (void __force *)ioremap(0x1000, 0));
}

static void every_stack_has_a_guard_below(struct kunit *test)
{
	void *stack[STACKS];

	for (int i = 0; i < STACKS; i++) {
		stack[i] = alloc_thread_stack();
		KUNIT_ASSERT_NOT_NULL(test, stack[i]);
		KUNIT_EXPECT_EQ(test, (unsigned long)stack[i] % THREAD_SIZE, 0UL);
		for (unsigned long at = 0; at < THREAD_SIZE; at += PAGE_SIZE)
			KUNIT_EXPECT_TRUE(test, is_data(stack[i] + at));
		for (unsigned long at = PAGE_SIZE; at <= THREAD_SIZE; at += PAGE_SIZE)
			KUNIT_EXPECT_EQ(test, pte_of(stack[i] - at) & _PAGE_PRESENT, 0ULL);
		KUNIT_EXPECT_TRUE(test, stack_guard_hit((unsigned long)stack[i] - 1));
		KUNIT_EXPECT_FALSE(test, stack_guard_hit((unsigned long)stack[i]));
		memset(stack[i], i, THREAD_SIZE);
	}
	for (int i = 0; i < STACKS; i++) {
		KUNIT_EXPECT_NULL(test, memchr_inv(stack[i], i, THREAD_SIZE));
		free_thread_stack(stack[i]);
	}
	thread_stack_drain();
}

static void running_stacks_have_guards_too(struct kunit *test)
{
	unsigned long below_init_stack = (unsigned long)init_stack - 1;
	struct task_struct *p;

	KUNIT_EXPECT_FALSE(test, kern_addr_valid(below_init_stack));
	KUNIT_EXPECT_TRUE(test, stack_guard_hit(below_init_stack));
	spin_lock_irq(&tasklist_lock);
	for_each_process(p) {
		KUNIT_EXPECT_TRUE(test, is_data(p->stack));
		KUNIT_EXPECT_EQ(test, pte_of(p->stack - 1) & _PAGE_PRESENT, 0ULL);
	}
	spin_unlock_irq(&tasklist_lock);
}

/* The TSS says where exceptions find their stacks; the GDT says where the TSS is. */
static void count_bad_ist_stacks(void *data)
{
	struct {
		u16 limit;
		u64 base;
	} __packed gdt;
	const struct tss_struct *tss;
	u16 selector;
	u64 *slot;

	__asm__ __volatile__("sgdt %0; str %1" : "=m"(gdt), "=m"(selector));
	slot = (u64 *)(gdt.base + selector);
	tss = (void *)((slot[0] >> 16 & 0xffffff) | (slot[0] >> 56 & 0xff) << 24 | slot[1] << 32);
	for (int i = 0; i < 2; i++) {
		const char *stack = (const char *)tss->ist[i] - THREAD_SIZE;

		if (!is_data(stack) || kern_addr_valid((unsigned long)stack - 1))
			atomic_inc((atomic_t *)data);
	}
}

static void exception_stacks_have_guards_too(struct kunit *test)
{
	atomic_t bad = ATOMIC_INIT(0);

	on_each_cpu(count_bad_ist_stacks, &bad, 1);
	KUNIT_EXPECT_EQ(test, atomic_read(&bad), 0);
}

static void use_stacks(struct kunit *test)
{
	void *stack[STACKS];

	for (int i = 0; i < STACKS; i++)
		stack[i] = alloc_thread_stack();
	for (int i = 0; i < STACKS; i++)
		if (stack[i])
			free_thread_stack(stack[i]);
}

static void drained_stacks_leave_nothing(struct kunit *test)
{
	use_stacks(test); /* afterwards every list that keeps some is full */
	KUNIT_EXPECT_EQ(test, pages_lost_by(test, use_stacks), 0L);
}

/* Reads a page whose mapping changes under it, on each CPU. */
struct remap {
	volatile char *addr;
	char want;
	atomic_t wrong;
};

static void read_mapping(void *data)
{
	struct remap *remap = data;

	if (*remap->addr != remap->want)
		atomic_inc(&remap->wrong);
}

static void a_flushed_mapping_is_forgotten_by_every_cpu(struct kunit *test)
{
	char *a = vmalloc(1), *b = vmalloc(1);
	struct remap remap = { .addr = a, .want = 'a' };
	unsigned long addr = (unsigned long)a;
	u64 pte;

	KUNIT_ASSERT_NOT_NULL(test, a);
	KUNIT_ASSERT_NOT_NULL(test, b);
	*a = 'a';
	*b = 'b';
	on_each_cpu(read_mapping, &remap, 1);
	pte = pte_of(a);
	WRITE_ONCE(*kernel_pte(addr), pte_of(b));
	flush_tlb_kernel_range(addr, addr + PAGE_SIZE);
	remap.want = 'b';
	on_each_cpu(read_mapping, &remap, 1);
	WRITE_ONCE(*kernel_pte(addr), pte);
	flush_tlb_kernel_range(addr, addr + PAGE_SIZE);
	remap.want = 'a';
	on_each_cpu(read_mapping, &remap, 1);
	KUNIT_EXPECT_EQ(test, atomic_read(&remap.wrong), 0);
	vfree(a);
	vfree(b);
}

static void freeing_what_is_not_from_vmalloc_is_reported(struct kunit *test)
{
	void *object = kmalloc(16, GFP_KERNEL), *area = vmalloc(2 * PAGE_SIZE);
	u64 mark = log_mark();

	KUNIT_ASSERT_TRUE(test, object && area);
	vfree(object);
	KUNIT_EXPECT_TRUE(test, log_has(mark, "is not from vmalloc()"));
	mark = log_mark();
	vfree(area + PAGE_SIZE);
	KUNIT_EXPECT_TRUE(test, log_has(mark, "is not from vmalloc()"));
	vfree(area);
	kfree(object);
}

static struct kunit_case vmalloc_cases[] = {
	KUNIT_CASE(freeing_what_is_not_from_vmalloc_is_reported),
	KUNIT_CASE(a_guard_page_follows_every_area),
	KUNIT_CASE(vzalloc_gives_zeroes),
	KUNIT_CASE(a_freed_gap_is_used_again),
	KUNIT_CASE(freed_areas_leave_nothing),
	KUNIT_CASE(interrupts_may_free),
	KUNIT_CASE(areas_freed_in_interrupts_leave_nothing),
	KUNIT_CASE(what_cannot_be_is_null),
	KUNIT_CASE(failure_halfway_gives_everything_back),
	KUNIT_CASE(kvmalloc_falls_back_to_single_pages),
	KUNIT_CASE(kvmalloc_that_may_not_sleep_does_not_fall_back),
	KUNIT_CASE(ioremap_maps_registers_uncached),
	KUNIT_CASE(every_stack_has_a_guard_below),
	KUNIT_CASE(running_stacks_have_guards_too),
	KUNIT_CASE(exception_stacks_have_guards_too),
	KUNIT_CASE(drained_stacks_leave_nothing),
	KUNIT_CASE(a_flushed_mapping_is_forgotten_by_every_cpu),
	{}
};

static struct kunit_suite vmalloc_suite = { .name = "vmalloc", .test_cases = vmalloc_cases };

kunit_test_suite(vmalloc_suite);
