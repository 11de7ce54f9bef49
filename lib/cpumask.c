// SPDX-License-Identifier: MIT
/*
 * The sets of CPUs that describe the machine: see <linux/cpumask.h>. Whoever brings CPUs up fills
 * them.
 */
#include <linux/cpumask.h>

unsigned int nr_cpu_ids = NR_CPUS;

/* CPU 0 runs this kernel from the start. */
struct cpumask __cpu_possible_mask = { { 1 } };
struct cpumask __cpu_present_mask = { { 1 } };
struct cpumask __cpu_online_mask = { { 1 } };
struct cpumask __cpu_active_mask = { { 1 } };

const struct cpumask __cpu_all_mask = { { ~0UL } };
const struct cpumask __cpu_none_mask = { { 0 } };

#define ONE(n)     [n] = { { 1UL << (n) } }
#define FOUR(n)    ONE(n), ONE(n + 1), ONE(n + 2), ONE(n + 3)
#define SIXTEEN(n) FOUR(n), FOUR(n + 4), FOUR(n + 8), FOUR(n + 12)

const struct cpumask __cpu_bit_masks[NR_CPUS] = {
	SIXTEEN(0),
	SIXTEEN(16),
	SIXTEEN(32),
	SIXTEEN(48),
};
static_assert(NR_CPUS == 64, "the table above has 64 entries");
