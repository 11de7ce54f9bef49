/* SPDX-License-Identifier: MIT */
/*
 * Repeatable random numbers: the same seed gives the same sequence on every machine. Each user
 * keeps a state of its own, so that what one draws does not depend on what others do.
 * xoshiro128++ (Blackman and Vigna, "Scrambled Linear Pseudorandom Number Generators", 2021),
 * period 2^128 - 1. No cryptography.
 */
#ifndef _LINUX_PRANDOM_H
#define _LINUX_PRANDOM_H

#include <linux/types.h>

struct rnd_state {
	u32 s[4];
};

/* Context: any; a state is its owner's to lock. */
void prandom_seed_state(struct rnd_state *state, u64 seed);
u32 prandom_u32_state(struct rnd_state *state);
void prandom_bytes_state(struct rnd_state *state, void *buf, size_t nbytes);

#endif /* _LINUX_PRANDOM_H */
