// SPDX-License-Identifier: MIT
/*
 * Random numbers: see <linux/prandom.h> and <linux/random.h>. splitmix64 (Steele, Lea and Flood,
 * "Fast Splittable Pseudorandom Number Generators", 2014) spreads a seed over a state and is,
 * over a shared counter, the generator for those who keep no state.
 */
#include <linux/atomic.h>
#include <linux/bitops.h>
#include <linux/hash.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/prandom.h>
#include <linux/random.h>
#include <linux/string.h>

static u64 boot_seed = 1;
static bool boot_seed_given;
static atomic64_t drawn; /* how often get_random_u64() was called */

static int __init parse_seed(char *val)
{
	int err = kstrtou64(val, 0, &boot_seed);

	boot_seed_given = !err;
	return err;
}
early_param("seed", parse_seed);

u64 random_boot_seed(void)
{
	return boot_seed;
}

bool random_seed_given(void)
{
	return boot_seed_given;
}

/* A bijection of 64 bits in which every input bit changes each output bit half of the time. */
static u64 mix64(u64 x)
{
	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
	x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
	return x ^ (x >> 31);
}

u64 get_random_u64(void)
{
	return mix64(mix64(boot_seed) + (u64)atomic64_inc_return(&drawn) * GOLDEN_RATIO_64);
}

u32 get_random_u32(void)
{
	return get_random_u64() >> 32;
}

void get_random_bytes(void *buf, size_t len)
{
	for (u8 *p = buf; len; len--)
		*p++ = get_random_u64() >> 56;
}

/* Two outputs of a bijection on different inputs are not both 0, so neither is the state. */
void prandom_seed_state(struct rnd_state *state, u64 seed)
{
	for (int i = 0; i < 4; i += 2) {
		u64 x = mix64(seed += GOLDEN_RATIO_64);

		state->s[i] = x;
		state->s[i + 1] = x >> 32;
	}
}

u32 prandom_u32_state(struct rnd_state *state)
{
	u32 *s = state->s;
	u32 result = rol32(s[0] + s[3], 7) + s[0];
	u32 t = s[1] << 9;

	s[2] ^= s[0];
	s[3] ^= s[1];
	s[1] ^= s[2];
	s[0] ^= s[3];
	s[2] ^= t;
	s[3] = rol32(s[3], 11);
	return result;
}

void prandom_bytes_state(struct rnd_state *state, void *buf, size_t nbytes)
{
	for (u8 *p = buf; nbytes; nbytes--)
		*p++ = prandom_u32_state(state) >> 24;
}
