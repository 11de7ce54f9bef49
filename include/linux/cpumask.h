/* SPDX-License-Identifier: MIT */
/*
 * Sets of CPUs. With at most 64 CPUs a set is one word, every operation is one or two instructions,
 * and a cpumask_var_t is an array on the stack that needs no allocation. Four sets describe the
 * machine:
 *   possible  may ever run        present  found by firmware
 *   online    schedules tasks now active   tasks may be moved to it
 * They change only while CPUs are brought up and are read without a lock.
 */
#ifndef _LINUX_CPUMASK_H
#define _LINUX_CPUMASK_H

#include <linux/bitmap.h>
#include <linux/build_bug.h>
#include <linux/threads.h>
#include <linux/types.h>

typedef struct cpumask {
	DECLARE_BITMAP(bits, NR_CPUS);
} cpumask_t;

typedef struct cpumask cpumask_var_t[1];

static_assert(NR_CPUS <= BITS_PER_LONG, "a cpumask is one word");

/* One more than the highest possible CPU number; set once, while booting. */
extern unsigned int nr_cpu_ids;
#define nr_cpumask_bits ((unsigned int)NR_CPUS)

extern struct cpumask __cpu_possible_mask, __cpu_present_mask, __cpu_online_mask, __cpu_active_mask;
#define cpu_possible_mask ((const struct cpumask *)&__cpu_possible_mask)
#define cpu_present_mask ((const struct cpumask *)&__cpu_present_mask)
#define cpu_online_mask ((const struct cpumask *)&__cpu_online_mask)
#define cpu_active_mask ((const struct cpumask *)&__cpu_active_mask)

#define cpumask_bits(maskp) ((maskp)->bits)
#define cpumask_pr_args(maskp) nr_cpu_ids, cpumask_bits(maskp)

#define CPU_MASK_ALL ((struct cpumask){ { ~0UL } })
#define CPU_MASK_NONE ((struct cpumask){ { 0UL } })
#define CPU_MASK_CPU0 ((struct cpumask){ { 1UL } })
#define cpu_all_mask ((const struct cpumask *)&__cpu_all_mask)
#define cpu_none_mask ((const struct cpumask *)&__cpu_none_mask)
extern const struct cpumask __cpu_all_mask, __cpu_none_mask;

/* The set of one CPU, for arguments. */
#define cpumask_of(cpu) ((const struct cpumask *)&__cpu_bit_masks[cpu])
extern const struct cpumask __cpu_bit_masks[NR_CPUS];

/* Each search gives a CPU, or a value >= nr_cpu_ids when there is none. */
static inline unsigned int cpumask_next(int n, const struct cpumask *mask)
{
	return find_next_bit(cpumask_bits(mask), NR_CPUS, n + 1);
}

static inline unsigned int cpumask_next_zero(int n, const struct cpumask *mask)
{
	return find_next_zero_bit(cpumask_bits(mask), NR_CPUS, n + 1);
}

static inline unsigned int cpumask_next_and(int n, const struct cpumask *a, const struct cpumask *b)
{
	return find_next_and_bit(cpumask_bits(a), cpumask_bits(b), NR_CPUS, n + 1);
}

static inline unsigned int cpumask_first(const struct cpumask *mask)
{
	return cpumask_next(-1, mask);
}

static inline unsigned int cpumask_first_zero(const struct cpumask *mask)
{
	return cpumask_next_zero(-1, mask);
}

static inline unsigned int cpumask_first_and(const struct cpumask *a, const struct cpumask *b)
{
	return cpumask_next_and(-1, a, b);
}

static inline unsigned int cpumask_last(const struct cpumask *mask)
{
	return find_last_bit(cpumask_bits(mask), NR_CPUS);
}

static inline unsigned int cpumask_any_but(const struct cpumask *mask, unsigned int cpu)
{
	unsigned int i = cpumask_first(mask);

	return i == cpu ? cpumask_next(i, mask) : i;
}

#define cpumask_any(mask) cpumask_first(mask)
#define cpumask_any_and(a, b) cpumask_first_and((a), (b))

#define for_each_cpu(cpu, mask)                                                         \
	for ((cpu) = cpumask_first(mask); (cpu) < NR_CPUS; (cpu) = cpumask_next((cpu), (mask)))
#define for_each_cpu_not(cpu, mask)                                                     \
	for ((cpu) = cpumask_first_zero(mask); (cpu) < nr_cpu_ids;                      \
	     (cpu) = cpumask_next_zero((cpu), (mask)))
#define for_each_cpu_and(cpu, a, b)                                                     \
	for ((cpu) = cpumask_first_and((a), (b)); (cpu) < NR_CPUS;                      \
	     (cpu) = cpumask_next_and((cpu), (a), (b)))
/* All of @mask once, from @start up and then from 0 up to it. */
#define for_each_cpu_wrap(cpu, mask, start)                                             \
	for (unsigned int __cw_n = 0, __cw_at = ((cpu) = find_next_bit_wrap(            \
			     cpumask_bits(mask), NR_CPUS, (start)), 0);                 \
	     (void)__cw_at, __cw_n < cpumask_weight(mask);                              \
	     __cw_n++, (cpu) = find_next_bit_wrap(cpumask_bits(mask), NR_CPUS, (cpu) + 1))

#define for_each_possible_cpu(cpu) for_each_cpu((cpu), cpu_possible_mask)
#define for_each_present_cpu(cpu) for_each_cpu((cpu), cpu_present_mask)
#define for_each_online_cpu(cpu) for_each_cpu((cpu), cpu_online_mask)

/* set, clear and the test_and_ pair are atomic; the __ forms are not. */
static __always_inline void cpumask_set_cpu(unsigned int cpu, struct cpumask *dst)
{
	set_bit(cpu, cpumask_bits(dst));
}

static __always_inline void __cpumask_set_cpu(unsigned int cpu, struct cpumask *dst)
{
	__set_bit(cpu, cpumask_bits(dst));
}

static __always_inline void cpumask_clear_cpu(int cpu, struct cpumask *dst)
{
	clear_bit(cpu, cpumask_bits(dst));
}

static __always_inline void __cpumask_clear_cpu(int cpu, struct cpumask *dst)
{
	__clear_bit(cpu, cpumask_bits(dst));
}

static __always_inline bool cpumask_test_cpu(int cpu, const struct cpumask *mask)
{
	return test_bit(cpu, cpumask_bits(mask));
}

static __always_inline bool cpumask_test_and_set_cpu(int cpu, struct cpumask *mask)
{
	return test_and_set_bit(cpu, cpumask_bits(mask));
}

static __always_inline bool cpumask_test_and_clear_cpu(int cpu, struct cpumask *mask)
{
	return test_and_clear_bit(cpu, cpumask_bits(mask));
}

static inline void cpumask_setall(struct cpumask *dst)
{
	bitmap_fill(cpumask_bits(dst), NR_CPUS);
}

static inline void cpumask_clear(struct cpumask *dst)
{
	bitmap_zero(cpumask_bits(dst), NR_CPUS);
}

static inline bool cpumask_and(struct cpumask *dst, const struct cpumask *a,
			       const struct cpumask *b)
{
	return bitmap_and(cpumask_bits(dst), cpumask_bits(a), cpumask_bits(b), NR_CPUS);
}

static inline void cpumask_or(struct cpumask *dst, const struct cpumask *a, const struct cpumask *b)
{
	bitmap_or(cpumask_bits(dst), cpumask_bits(a), cpumask_bits(b), NR_CPUS);
}

static inline void cpumask_xor(struct cpumask *dst, const struct cpumask *a,
			       const struct cpumask *b)
{
	bitmap_xor(cpumask_bits(dst), cpumask_bits(a), cpumask_bits(b), NR_CPUS);
}

static inline bool cpumask_andnot(struct cpumask *dst, const struct cpumask *a,
				  const struct cpumask *b)
{
	return bitmap_andnot(cpumask_bits(dst), cpumask_bits(a), cpumask_bits(b), NR_CPUS);
}

static inline void cpumask_complement(struct cpumask *dst, const struct cpumask *src)
{
	bitmap_complement(cpumask_bits(dst), cpumask_bits(src), NR_CPUS);
}

static inline bool cpumask_equal(const struct cpumask *a, const struct cpumask *b)
{
	return bitmap_equal(cpumask_bits(a), cpumask_bits(b), NR_CPUS);
}

static inline bool cpumask_intersects(const struct cpumask *a, const struct cpumask *b)
{
	return bitmap_intersects(cpumask_bits(a), cpumask_bits(b), NR_CPUS);
}

static inline bool cpumask_subset(const struct cpumask *a, const struct cpumask *b)
{
	return bitmap_subset(cpumask_bits(a), cpumask_bits(b), NR_CPUS);
}

static inline bool cpumask_empty(const struct cpumask *mask)
{
	return bitmap_empty(cpumask_bits(mask), NR_CPUS);
}

static inline bool cpumask_full(const struct cpumask *mask)
{
	return bitmap_full(cpumask_bits(mask), nr_cpu_ids);
}

static inline unsigned int cpumask_weight(const struct cpumask *mask)
{
	return bitmap_weight(cpumask_bits(mask), NR_CPUS);
}

static inline void cpumask_copy(struct cpumask *dst, const struct cpumask *src)
{
	bitmap_copy(cpumask_bits(dst), cpumask_bits(src), NR_CPUS);
}

/* Read "0-3,7". Return: as bitmap_parselist(); CPUs past nr_cpu_ids are -ERANGE. */
static inline int cpulist_parse(const char *buf, struct cpumask *dst)
{
	cpumask_clear(dst);
	return bitmap_parselist(buf, cpumask_bits(dst), nr_cpu_ids);
}

static inline bool alloc_cpumask_var(cpumask_var_t *mask __maybe_unused, gfp_t flags __maybe_unused)
{
	return true;
}

static inline bool zalloc_cpumask_var(cpumask_var_t *mask, gfp_t flags __maybe_unused)
{
	cpumask_clear(*mask);
	return true;
}

static inline void free_cpumask_var(cpumask_var_t mask __maybe_unused)
{
}

#define num_possible_cpus() cpumask_weight(cpu_possible_mask)
#define num_present_cpus() cpumask_weight(cpu_present_mask)
#define num_online_cpus() cpumask_weight(cpu_online_mask)
#define num_active_cpus() cpumask_weight(cpu_active_mask)
#define cpu_possible(cpu) cpumask_test_cpu((cpu), cpu_possible_mask)
#define cpu_present(cpu) cpumask_test_cpu((cpu), cpu_present_mask)
#define cpu_online(cpu) cpumask_test_cpu((cpu), cpu_online_mask)
#define cpu_active(cpu) cpumask_test_cpu((cpu), cpu_active_mask)

static inline void __cpumask_assign_cpu(struct cpumask *mask, unsigned int cpu, bool value)
{
	if (value)
		cpumask_set_cpu(cpu, mask);
	else
		cpumask_clear_cpu(cpu, mask);
}

/* For the code that brings CPUs up and nobody else. */
static inline void set_cpu_possible(unsigned int cpu, bool possible)
{
	__cpumask_assign_cpu(&__cpu_possible_mask, cpu, possible);
}

static inline void set_cpu_present(unsigned int cpu, bool present)
{
	__cpumask_assign_cpu(&__cpu_present_mask, cpu, present);
}

static inline void set_cpu_online(unsigned int cpu, bool online)
{
	__cpumask_assign_cpu(&__cpu_online_mask, cpu, online);
}

static inline void set_cpu_active(unsigned int cpu, bool active)
{
	__cpumask_assign_cpu(&__cpu_active_mask, cpu, active);
}

#endif /* _LINUX_CPUMASK_H */
