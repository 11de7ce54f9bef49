/* SPDX-License-Identifier: MIT */
/*
 * Random numbers for whoever keeps no state. They derive from seed=N on the command line (default
 * 1) and a counter that all CPUs share, so a run with the same seed and the same interleaving
 * draws the same numbers. Callable from any context, NMI included; no lock. Not fit for secrets.
 */
#ifndef _LINUX_RANDOM_H
#define _LINUX_RANDOM_H

#include <linux/prandom.h>
#include <linux/types.h>

u32 get_random_u32(void);
u64 get_random_u64(void);
void get_random_bytes(void *buf, size_t len);

static inline u8 get_random_u8(void)
{
	return (u8)get_random_u32();
}

static inline u16 get_random_u16(void)
{
	return (u16)get_random_u32();
}

/* 0 … @ceil - 1 for @ceil > 0, each as likely as the others to one part in 2^32 / ceil. */
static inline u32 get_random_u32_below(u32 ceil)
{
	return (u32)(((u64)get_random_u32() * ceil) >> 32);
}

/* seed=N as given on the command line, for code that seeds a state of its own. */
u64 random_boot_seed(void);

/* Was there a seed=N? */
bool random_seed_given(void);

#endif /* _LINUX_RANDOM_H */
