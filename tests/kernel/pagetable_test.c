// SPDX-License-Identifier: MIT
/*
 * W^X: the page tables are walked from the root, as the CPU does it. A page is writable when every
 * level says so, and executable when no level forbids it.
 */
#include <kunit/test.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/smp.h>
#include <asm/msr.h>
#include <asm/pgtable.h>
#include <asm/special_insns.h>
#include "helpers.h"

#define LEVELS  4
#define RIGHTS  (_PAGE_RW | _PAGE_NX)
#define CR0_WP  (1UL << 16)
#define EFER_NX (1UL << 11)

extern char _text[], _etext[], __init_text_start[], __init_text_end[], __start_rodata[];
extern char __end_rodata[], __init_data_start[], __init_data_end[], _data[], _edata[], _end[];
extern char __start_ro_after_init[], __end_ro_after_init[];

struct walk {
	unsigned long pages;        /* mappings found */
	unsigned long both;         /* writable and executable ones */
	unsigned long first;        /* the first of those */
	unsigned long outside_text; /* executable ones outside the kernel's code */
};

static void look_at_mapping(struct walk *walk, unsigned long addr, u64 rights)
{
	walk->pages++;
	if (rights & _PAGE_NX)
		return;
	if (addr < (unsigned long)_text || addr >= (unsigned long)_etext)
		walk->outside_text++;
	if ((rights & _PAGE_RW) && !walk->both++)
		walk->first = addr;
}

/* Recursion as deep as there are levels. @rights: what the levels above leave. */
static void walk_table(struct walk *walk, const u64 *table, int level, unsigned long base,
		       u64 rights)
{
	for (unsigned long i = 0; i < PTRS_PER_TABLE; i++) {
		u64 entry = READ_ONCE(table[i]);
		unsigned long addr = base + (i << (PAGE_SHIFT + 9 * (level - 1)));
		u64 both = (rights & entry & _PAGE_RW) | ((rights | entry) & _PAGE_NX);

		if (!(entry & _PAGE_PRESENT))
			continue;
		if (level == LEVELS && i >= PTRS_PER_TABLE / 2)
			addr |= 0xffffUL << 48;
		if (level == 1 || entry & _PAGE_PSE)
			look_at_mapping(walk, addr, both);
		else
			walk_table(walk, __va(entry & PTE_PFN_MASK), level - 1, addr, both);
	}
}

static void no_page_is_writable_and_executable(struct kunit *test)
{
	struct walk walk = { 0 };

	walk_table(&walk, swapper_pg_dir, LEVELS, 0, _PAGE_RW);
	KUNIT_EXPECT_GT(test, walk.pages, 100UL);
	KUNIT_EXPECT_EQ(test, walk.both, 0UL);
	KUNIT_EXPECT_EQ(test, walk.first, 0UL);
	KUNIT_EXPECT_EQ(test, walk.outside_text, 0UL);
}

/* Do all pages of the range have just these rights? */
static bool range_has(const char *start, const char *end, u64 rights)
{
	for (; start < end; start += PAGE_SIZE) {
		u64 *pte = kernel_pte((unsigned long)start);

		if (!pte || !(*pte & _PAGE_PRESENT) || (*pte & RIGHTS) != rights)
			return false;
	}
	return true;
}

static void each_part_of_the_image_has_its_rights_only(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, range_has(_text, _etext, 0));
	KUNIT_EXPECT_TRUE(test, range_has(__start_rodata, __end_rodata, _PAGE_NX));
	KUNIT_EXPECT_TRUE(test, range_has(__per_cpu_start, __per_cpu_end, _PAGE_NX));
	KUNIT_EXPECT_TRUE(test, range_has(__end_ro_after_init, _edata, _PAGE_NX | _PAGE_RW));
}

static void boot_code_is_gone_and_boot_settings_are_fixed(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, range_has(__start_ro_after_init, __end_ro_after_init, _PAGE_NX));
	for (char *at = __init_text_start; at < __init_text_end; at += PAGE_SIZE)
		KUNIT_EXPECT_FALSE(test, kern_addr_valid((unsigned long)at));
	for (char *at = __init_data_start; at < __init_data_end; at += PAGE_SIZE)
		KUNIT_EXPECT_FALSE(test, kern_addr_valid((unsigned long)at));
}

/* No address near 0, nor any other of the lower half, means anything: NULL pointers fault. */
static void the_lower_half_is_empty(struct kunit *test)
{
	for (int i = 0; i < PTRS_PER_TABLE / 2; i++)
		KUNIT_EXPECT_EQ(test, swapper_pg_dir[i] & _PAGE_PRESENT, 0UL);
}

static void addresses_are_judged_without_touching_them(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, kern_addr_valid((unsigned long)test));
	KUNIT_EXPECT_TRUE(test, kern_addr_valid((unsigned long)the_lower_half_is_empty));
	KUNIT_EXPECT_TRUE(test, kern_addr_valid((unsigned long)__va(0x300000)));
	KUNIT_EXPECT_FALSE(test, kern_addr_valid(0));
	KUNIT_EXPECT_FALSE(test, kern_addr_valid(0x100000));
	KUNIT_EXPECT_FALSE(test, kern_addr_valid(1UL << 47));
	KUNIT_EXPECT_FALSE(test, kern_addr_valid(0x1234888000300000UL));
	KUNIT_EXPECT_FALSE(test, kern_addr_valid(STACKS_START));
}

static void count_careless_cpus(void *data)
{
	if (!(read_cr0() & CR0_WP) || !(rdmsrl_value(MSR_EFER) & EFER_NX) ||
	    (read_cr3() & PTE_PFN_MASK) != __pa(swapper_pg_dir))
		atomic_inc((atomic_t *)data);
}

static void every_cpu_obeys_the_same_tables(struct kunit *test)
{
	atomic_t careless = ATOMIC_INIT(0);

	on_each_cpu(count_careless_cpus, &careless, 1);
	KUNIT_EXPECT_EQ(test, atomic_read(&careless), 0);
}

static struct kunit_case pagetable_cases[] = {
	KUNIT_CASE(no_page_is_writable_and_executable),
	KUNIT_CASE(each_part_of_the_image_has_its_rights_only),
	KUNIT_CASE(boot_code_is_gone_and_boot_settings_are_fixed),
	KUNIT_CASE(the_lower_half_is_empty),
	KUNIT_CASE(addresses_are_judged_without_touching_them),
	KUNIT_CASE(every_cpu_obeys_the_same_tables),
	{}
};

static struct kunit_suite pagetable_suite = { .name = "pagetable", .test_cases = pagetable_cases };

kunit_test_suite(pagetable_suite);
