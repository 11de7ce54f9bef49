// SPDX-License-Identifier: MIT
/*
 * Integer functions of <linux/math.h>, and the bit count that gcc calls by name, as the baseline
 * x86_64 has no instruction for it.
 */
#include <linux/bits.h>
#include <linux/math.h>
#include <linux/minmax.h>

/* Bit by bit from the highest: add a bit to the root as long as its square still fits. */
unsigned long int_sqrt(unsigned long x)
{
	unsigned long root = 0;

	for (unsigned long bit = 1UL << (BITS_PER_LONG - 2); bit; bit >>= 2) {
		if (x >= root + bit) {
			x -= root + bit;
			root = (root >> 1) + bit;
		} else {
			root >>= 1;
		}
	}
	return root;
}

unsigned long gcd(unsigned long a, unsigned long b)
{
	while (b) {
		a %= b;
		swap(a, b);
	}
	return a;
}

int __popcountdi2(unsigned long word);

/* Sums of neighbouring 1-, 2- and 4-bit fields in place, then all bytes into the highest. */
int __popcountdi2(unsigned long word)
{
	word -= (word >> 1) & 0x5555555555555555UL;
	word = (word & 0x3333333333333333UL) + ((word >> 2) & 0x3333333333333333UL);
	word = (word + (word >> 4)) & 0x0f0f0f0f0f0f0f0fUL;
	return (word * 0x0101010101010101UL) >> 56;
}
