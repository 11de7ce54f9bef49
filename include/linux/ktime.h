/* SPDX-License-Identifier: MIT */
/* ktime_t: nanoseconds, signed. Helpers to make and take apart; ktime_get() is the clock that never goes back. */
#ifndef _LINUX_KTIME_H
#define _LINUX_KTIME_H

#include <linux/types.h>
#include <linux/time64.h>

typedef s64 ktime_t;

#define KTIME_MAX ((s64)~((u64)1 << 63))

static inline ktime_t ktime_set(s64 secs, unsigned long nsecs)
{
	return secs * NSEC_PER_SEC + (s64)nsecs;
}

#define ktime_add(a, b) ((a) + (b))

/* ktime_add_safe - the sum, or KTIME_MAX where that is less: "never" stays never. */
static inline s64 ktime_add_safe(s64 lhs, s64 rhs)
{
	s64 sum;

	return __builtin_add_overflow(lhs, rhs, &sum) ? KTIME_MAX : sum;
}

#define ktime_sub(a, b) ((a) - (b))
#define ktime_add_ns(kt, ns) ((kt) + (s64)(ns))
#define ktime_add_us(kt, us) ((kt) + (s64)(us) * NSEC_PER_USEC)
#define ktime_add_ms(kt, ms) ((kt) + (s64)(ms) * NSEC_PER_MSEC)
#define ktime_compare(a, b) (((a) > (b)) - ((a) < (b)))
#define ktime_after(a, b) ((a) > (b))
#define ktime_before(a, b) ((a) < (b))
#define ktime_to_ns(kt) (kt)
#define ktime_to_us(kt) ((kt) / NSEC_PER_USEC)
#define ktime_to_ms(kt) ((kt) / NSEC_PER_MSEC)
#define ns_to_ktime(ns) ((ktime_t)(ns))
#define us_to_ktime(us) ((ktime_t)(us) * NSEC_PER_USEC)
#define ms_to_ktime(ms) ((ktime_t)(ms) * NSEC_PER_MSEC)
#define ktime_us_delta(later, earlier) ktime_to_us(ktime_sub(later, earlier))
#define ktime_ms_delta(later, earlier) ktime_to_ms(ktime_sub(later, earlier))

#include <linux/timekeeping.h>

#endif
