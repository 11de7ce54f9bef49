// SPDX-License-Identifier: MIT
/*
 * Atomic operations: what each one stores and returns, and that none is lost when all CPUs go at
 * the same word at once.
 */
#include <kunit/test.h>
#include <linux/atomic.h>
#include <linux/bitops.h>
#include <linux/kernel.h>
#include <linux/smp.h>
#include "helpers.h"

#define ROUNDS      2000
#define FAST_ROUNDS 100000

static void arithmetic_stores_and_returns_as_named(struct kunit *test)
{
	atomic_t v = ATOMIC_INIT(10);

	atomic_add(5, &v);
	atomic_sub(3, &v);
	atomic_inc(&v);
	atomic_dec(&v);
	KUNIT_EXPECT_EQ(test, atomic_read(&v), 12);
	KUNIT_EXPECT_EQ(test, atomic_add_return(8, &v), 20);
	KUNIT_EXPECT_EQ(test, atomic_sub_return(1, &v), 19);
	KUNIT_EXPECT_EQ(test, atomic_inc_return(&v), 20);
	KUNIT_EXPECT_EQ(test, atomic_dec_return(&v), 19);
	KUNIT_EXPECT_EQ(test, atomic_fetch_add(1, &v), 19);
	KUNIT_EXPECT_EQ(test, atomic_fetch_sub(20, &v), 20);
	KUNIT_EXPECT_EQ(test, atomic_fetch_inc(&v), 0);
	KUNIT_EXPECT_EQ(test, atomic_fetch_dec(&v), 1);
	KUNIT_EXPECT_EQ(test, atomic_read(&v), 0);
}

static void tests_tell_of_zero_and_of_sign(struct kunit *test)
{
	atomic_t v = ATOMIC_INIT(2);

	KUNIT_EXPECT_FALSE(test, atomic_dec_and_test(&v));
	KUNIT_EXPECT_TRUE(test, atomic_dec_and_test(&v));
	KUNIT_EXPECT_FALSE(test, atomic_inc_and_test(&v));
	KUNIT_EXPECT_TRUE(test, atomic_sub_and_test(1, &v));
	KUNIT_EXPECT_TRUE(test, atomic_add_negative(-1, &v));
	KUNIT_EXPECT_FALSE(test, atomic_add_negative(1, &v));
	atomic_set(&v, -1);
	KUNIT_EXPECT_TRUE(test, atomic_inc_and_test(&v));
}

static void logic_stores_and_returns_as_named(struct kunit *test)
{
	atomic_t v = ATOMIC_INIT(0xf0);

	atomic_or(0x0f, &v);
	atomic_and(0x3c, &v);
	atomic_xor(0xff, &v);
	KUNIT_EXPECT_EQ(test, atomic_read(&v), 0xc3);
	atomic_andnot(0x03, &v);
	KUNIT_EXPECT_EQ(test, atomic_fetch_or(0x01, &v), 0xc0);
	KUNIT_EXPECT_EQ(test, atomic_fetch_and(0x81, &v), 0xc1);
	KUNIT_EXPECT_EQ(test, atomic_fetch_xor(0xff, &v), 0x81);
	KUNIT_EXPECT_EQ(test, atomic_fetch_andnot(0x0e, &v), 0x7e);
	KUNIT_EXPECT_EQ(test, atomic_read(&v), 0x70);
}

static void conditional_forms_change_nothing_otherwise(struct kunit *test)
{
	atomic_t v = ATOMIC_INIT(1);
	int expected = 5;

	KUNIT_EXPECT_TRUE(test, atomic_add_unless(&v, 2, 0));
	KUNIT_EXPECT_FALSE(test, atomic_add_unless(&v, 2, 3));
	KUNIT_EXPECT_EQ(test, atomic_fetch_add_unless(&v, 1, 3), 3);
	KUNIT_EXPECT_EQ(test, atomic_read(&v), 3);
	KUNIT_EXPECT_EQ(test, atomic_dec_if_positive(&v), 2);
	atomic_set(&v, 0);
	KUNIT_EXPECT_FALSE(test, atomic_inc_not_zero(&v));
	KUNIT_EXPECT_LT(test, atomic_dec_if_positive(&v), 0);
	KUNIT_EXPECT_EQ(test, atomic_cmpxchg(&v, 1, 2), 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&v), 0);
	KUNIT_EXPECT_FALSE(test, atomic_try_cmpxchg(&v, &expected, 7));
	KUNIT_EXPECT_EQ(test, expected, 0);
	KUNIT_EXPECT_TRUE(test, atomic_try_cmpxchg(&v, &expected, 7));
	KUNIT_EXPECT_EQ(test, atomic_xchg(&v, 9), 7);
	KUNIT_EXPECT_EQ(test, atomic_read(&v), 9);
}

static void wide_forms_carry_into_the_upper_half(struct kunit *test)
{
	atomic64_t v = ATOMIC64_INIT(0xffffffff);

	KUNIT_EXPECT_EQ(test, atomic64_inc_return(&v), 1LL << 32);
	KUNIT_EXPECT_EQ(test, atomic64_sub_return(1, &v), 0xffffffffLL);
	atomic64_set(&v, 1LL << 40);
	KUNIT_EXPECT_FALSE(test, atomic64_dec_and_test(&v));
	KUNIT_EXPECT_EQ(test, atomic64_fetch_and(0xff, &v), (1LL << 40) - 1);
	KUNIT_EXPECT_TRUE(test, atomic64_add_negative(-0x100, &v));
	KUNIT_EXPECT_EQ(test, atomic64_xchg(&v, -5), -1LL);
	KUNIT_EXPECT_EQ(test, atomic64_cmpxchg(&v, -5, 1LL << 50), -5LL);
	KUNIT_EXPECT_EQ(test, atomic64_read(&v), 1LL << 50);
	KUNIT_EXPECT_FALSE(test, atomic64_add_unless(&v, 1, 1LL << 50));
}

/* An exchange of each width, in the middle of memory that must stay as it is. */
#define CHECK_WIDTH(test, type)                                                                    \
	do {                                                                                       \
		type word[3] = { (type)-1, 1, (type)-1 }, old = 3;                                 \
		KUNIT_EXPECT_EQ(test, xchg(&word[1], 2), (type)1);                                 \
		KUNIT_EXPECT_EQ(test, cmpxchg(&word[1], 9, 3), (type)2);                           \
		KUNIT_EXPECT_EQ(test, cmpxchg(&word[1], 2, 3), (type)2);                           \
		KUNIT_EXPECT_TRUE(test, try_cmpxchg(&word[1], &old, (type)-2));                    \
		KUNIT_EXPECT_EQ(test, xadd(&word[1], 4), (type)-2);                                \
		KUNIT_EXPECT_EQ(test, word[1], (type)2);                                           \
		KUNIT_EXPECT_EQ(test, word[0], (type)-1);                                          \
		KUNIT_EXPECT_EQ(test, word[2], (type)-1);                                          \
	} while (0)

static void exchanges_touch_their_width_only(struct kunit *test)
{
	CHECK_WIDTH(test, u8);
	CHECK_WIDTH(test, u16);
	CHECK_WIDTH(test, u32);
	CHECK_WIDTH(test, u64);
}

static void bits_are_numbered_across_words(struct kunit *test)
{
	unsigned long map[3] = { 0 };
	unsigned long nr = 130;

	OPTIMIZER_HIDE_VAR(nr);
	set_bit(0, map);
	set_bit(63, map);
	set_bit(nr, map);
	KUNIT_EXPECT_EQ(test, map[0], 1UL << 63 | 1);
	KUNIT_EXPECT_EQ(test, map[1], 0UL);
	KUNIT_EXPECT_EQ(test, map[2], 4UL);
	KUNIT_EXPECT_TRUE(test, test_bit(nr, map));
	KUNIT_EXPECT_FALSE(test, test_bit(129, map));
	clear_bit(63, map);
	change_bit(64, map);
	KUNIT_EXPECT_EQ(test, map[0], 1UL);
	KUNIT_EXPECT_EQ(test, map[1], 1UL);
	__set_bit(70, map);
	__clear_bit(64, map);
	__change_bit(71, map);
	KUNIT_EXPECT_EQ(test, map[1], 0xc0UL);
}

static void test_and_forms_return_the_old_bit(struct kunit *test)
{
	unsigned long map[2] = { 0 };

	KUNIT_EXPECT_FALSE(test, test_and_set_bit(65, map));
	KUNIT_EXPECT_TRUE(test, test_and_set_bit(65, map));
	KUNIT_EXPECT_TRUE(test, test_and_change_bit(65, map));
	KUNIT_EXPECT_FALSE(test, test_and_clear_bit(65, map));
	KUNIT_EXPECT_FALSE(test, test_and_change_bit(65, map));
	KUNIT_EXPECT_TRUE(test, test_and_clear_bit(65, map));
	KUNIT_EXPECT_FALSE(test, __test_and_set_bit(1, map));
	KUNIT_EXPECT_TRUE(test, __test_and_clear_bit(1, map));
	KUNIT_EXPECT_EQ(test, map[0] | map[1], 0UL);
	KUNIT_EXPECT_EQ(test, __ffs(0x50), 4UL);
	KUNIT_EXPECT_EQ(test, __fls(0x50), 6UL);
	KUNIT_EXPECT_EQ(test, ffz(7), 3UL);
	KUNIT_EXPECT_EQ(test, fls(0) + ffs(0) + fls64(0), 0);
	KUNIT_EXPECT_EQ(test, fls64(1ULL << 63), 64);
}

/* What all CPUs work on at once. */
static struct {
	atomic_t ready;
	atomic_t done; /* CPUs that have had their rounds; they go on until all have */
	atomic_t counter;
	atomic64_t wide;
	atomic_t loop;
	unsigned long bits;
	unsigned long lock;
	u64 locked_sum; /* under the bit lock */
	int turns;      /* the same */
	atomic_t wrong;
} shared;

static void start_together(void)
{
	atomic_inc(&shared.ready);
	wait_until(atomic_read(&shared.ready) == num_online_cpus());
}

/* Has this CPU, in round @i, to go on, so that the slowest has company? */
static bool go_on(int i, int rounds)
{
	if (i == rounds)
		atomic_inc(&shared.done);
	return i < rounds || (i < 4 * rounds && atomic_read(&shared.done) < num_online_cpus());
}

/* Return: the rounds made. */
static int count_up(void *unused)
{
	int i;

	start_together();
	for (i = 0; go_on(i, FAST_ROUNDS); i++) {
		int old = atomic_read(&shared.loop);

		atomic_inc(&shared.counter);
		atomic64_add(1LL << 33, &shared.wide);
		while (!atomic_try_cmpxchg(&shared.loop, &old, old + 2))
			cpu_relax();
	}
	return i;
}

static void no_count_is_lost_between_cpus(struct kunit *test)
{
	int total;

	memset(&shared, 0, sizeof(shared));
	total = run_on_all_cpus(test, count_up, NULL);
	KUNIT_EXPECT_EQ(test, atomic_read(&shared.counter), total);
	KUNIT_EXPECT_EQ(test, atomic64_read(&shared.wide), (s64)total << 33);
	KUNIT_EXPECT_EQ(test, atomic_read(&shared.loop), 2 * total);
}

static int set_and_lock_bits(void *unused)
{
	unsigned int cpu = raw_smp_processor_id();
	int i;

	start_together();
	for (i = 0; go_on(i, ROUNDS); i++) {
		/* My bit is mine; its neighbours belong to other CPUs. */
		atomic_add(test_and_set_bit(cpu, &shared.bits), &shared.wrong);
		atomic_add(!test_and_clear_bit(cpu, &shared.bits), &shared.wrong);
		preempt_disable();
		while (test_and_set_bit_lock(7, &shared.lock))
			cpu_relax();
		shared.locked_sum += 3;
		shared.turns++;
		clear_bit_unlock(7, &shared.lock);
		preempt_enable();
	}
	return i;
}

static void no_bit_is_lost_and_a_bit_locks(struct kunit *test)
{
	int total;

	memset(&shared, 0, sizeof(shared));
	total = run_on_all_cpus(test, set_and_lock_bits, NULL);
	KUNIT_EXPECT_EQ(test, atomic_read(&shared.wrong), 0);
	KUNIT_EXPECT_EQ(test, shared.bits, 0UL);
	KUNIT_EXPECT_EQ(test, shared.locked_sum, 3ULL * total);
	KUNIT_EXPECT_EQ(test, shared.turns, total);
}

static struct kunit_case atomic_cases[] = { KUNIT_CASE(arithmetic_stores_and_returns_as_named),
					    KUNIT_CASE(tests_tell_of_zero_and_of_sign),
					    KUNIT_CASE(logic_stores_and_returns_as_named),
					    KUNIT_CASE(conditional_forms_change_nothing_otherwise),
					    KUNIT_CASE(wide_forms_carry_into_the_upper_half),
					    KUNIT_CASE(exchanges_touch_their_width_only),
					    KUNIT_CASE(bits_are_numbered_across_words),
					    KUNIT_CASE(test_and_forms_return_the_old_bit),
					    KUNIT_CASE(no_count_is_lost_between_cpus),
					    KUNIT_CASE(no_bit_is_lost_and_a_bit_locks),
					    {} };

static struct kunit_suite atomic_suite = { .name = "atomic_bitops", .test_cases = atomic_cases };

kunit_test_suite(atomic_suite);
