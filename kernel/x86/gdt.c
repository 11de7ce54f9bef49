// SPDX-License-Identifier: MIT
/*
 * Segments and exception stacks. Long mode has almost done away with segmentation, but a CPU still wants a code and a
 * data descriptor, and a TSS (SDM volume 3, section 7.7) in which it looks up the stacks for the three exceptions that
 * can hit while the current stack is unusable: double fault, NMI and machine check. Everything here is one CPU's own.
 */
#include <linux/build_bug.h>
#include <linux/errno.h>
#include <linux/percpu.h>
#include <linux/stddef.h>
#include <linux/thread_info.h>
#include <linux/vmalloc.h>
#include <asm/desc.h>

/* Access and flag bits of a flat 64-bit segment: SDM volume 3, sections 3.4.5 and 3.4.5.1. */
#define GDT_CODE64   0x00af9a000000ffffULL /* present, ring 0, execute/read, L=1 */
#define GDT_DATA     0x00cf92000000ffffULL /* present, ring 0, read/write */
#define DESC_TSS64   0x9ULL                /* available 64-bit TSS: SDM volume 3, table 3-2 */
#define DESC_PRESENT (1ULL << 47)

static DEFINE_PER_CPU(u64[GDT_ENTRIES], gdt) __aligned(16);
static DEFINE_PER_CPU(struct tss_struct, cpu_tss) __aligned(64);

/* The lowest address of each exception stack; index 0 is IST 1. */
static DEFINE_PER_CPU(unsigned long[NR_IST], ist_stack);

/* For the boot CPU, in place of all three, until there is an allocator. */
static u8 early_ist_stack[THREAD_SIZE] __aligned(16);

static void tss_set_ist(int cpu, int ist, void *stack)
{
	(*per_cpu_ptr(&ist_stack, cpu))[ist - 1] = (unsigned long)stack;
	per_cpu(cpu_tss, cpu).ist[ist - 1] = (unsigned long)stack + THREAD_SIZE;
}

int alloc_ist_stacks(int cpu)
{
	for (int ist = 1; ist <= NR_IST; ist++) {
		void *stack = alloc_thread_stack();

		if (!stack)
			return -ENOMEM;
		tss_set_ist(cpu, ist, stack);
	}
	return 0;
}

bool ist_stack_range(unsigned long addr, unsigned long *low, unsigned long *high)
{
	for (int i = 0; i < NR_IST; i++) {
		unsigned long stack = (*this_cpu_ptr(&ist_stack))[i];

		if (stack && addr - stack < THREAD_SIZE) {
			*low = stack;
			*high = stack + THREAD_SIZE;
			return true;
		}
	}
	return false;
}

/* A TSS descriptor is two slots long: SDM volume 3, figure 7-4. */
static void gdt_set_tss(u64 *slot, const struct tss_struct *tss)
{
	u64 base = (unsigned long)tss;
	u64 limit = sizeof(*tss) - 1;

	slot[0] = limit | (base & 0xffffff) << 16 | DESC_TSS64 << 40 | DESC_PRESENT |
		  (base >> 24 & 0xff) << 56;
	slot[1] = base >> 32;
}

/*
 * Load the table, then every segment register. CS can only be loaded by a far transfer. Loading FS and GS is left out:
 * their selectors are 0 since boot, and writing GS would clear the base that per-CPU variables hang on (SDM volume 3,
 * section 3.4.4).
 */
static void gdt_load(const struct desc_ptr *ptr)
{
	__asm__ __volatile__("lgdt %0\n\t"
			     "pushq %1\n\t"
			     "leaq 1f(%%rip), %%rax\n\t"
			     "pushq %%rax\n\t"
			     "lretq\n"
			     "1:\n\t"
			     "movl %2, %%ds\n\t"
			     "movl %2, %%es\n\t"
			     "movl %2, %%ss\n\t"
			     "ltr %w3"
			     :
			     : "m"(*ptr), "i"(__KERNEL_CS), "r"(__KERNEL_DS), "r"(GDT_TSS)
			     : "rax", "memory");
}

void gdt_init_cpu(void)
{
	struct tss_struct *tss = this_cpu_ptr(&cpu_tss);
	u64 *table = *this_cpu_ptr(&gdt);
	struct desc_ptr ptr = { sizeof(gdt) - 1, (unsigned long)table };
	int cpu = this_cpu_read(cpu_number);

	static_assert(sizeof(struct tss_struct) == 104);
	static_assert(offsetof(struct tss_struct, ist) == 0x24);

	for (int ist = 1; ist <= NR_IST && cpu == 0; ist++)
		tss_set_ist(cpu, ist, early_ist_stack);
	tss->iomap_base = sizeof(*tss); /* beyond the limit: no I/O permission map */

	table[__KERNEL_CS / 8] = GDT_CODE64;
	table[__KERNEL_DS / 8] = GDT_DATA;
	gdt_set_tss(&table[GDT_TSS / 8], tss);
	gdt_load(&ptr);
}
