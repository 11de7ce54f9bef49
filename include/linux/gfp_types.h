/* SPDX-License-Identifier: MIT */
/* How an allocation may go about it. */
#ifndef _LINUX_GFP_TYPES_H
#define _LINUX_GFP_TYPES_H

#include <linux/types.h>

#define __GFP_HIGH 0x20u		/* may use the reserve, zone.reserve pages */
#define __GFP_ZERO 0x100u		/* give zeroes */
#define __GFP_ATOMIC 0x200u
#define __GFP_DIRECT_RECLAIM 0x400u	/* the caller may sleep */
#define __GFP_KSWAPD_RECLAIM 0x800u
#define __GFP_NOWARN 0x2000u		/* do not report a failure */
#define __GFP_RETRY_MAYFAIL 0x4000u	/* as all who may sleep: try for a while, then fail */
#define __GFP_NOFAIL 0x8000u		/* try for ever; for what can neither fail nor be undone */
#define __GFP_NORETRY 0x10000u		/* ask the caches once, and do not wait for others */
#define __GFP_COMP 0x40000u
#define __GFP_NOMEMALLOC 0x80000u	/* do not use the reserve, whoever asks */

#define __GFP_RECLAIM (__GFP_DIRECT_RECLAIM | __GFP_KSWAPD_RECLAIM)

#define GFP_KERNEL __GFP_RECLAIM	/* task context; may sleep */
#define GFP_ATOMIC (__GFP_HIGH | __GFP_ATOMIC | __GFP_KSWAPD_RECLAIM)	/* any context but NMI; never sleeps */
#define GFP_NOWAIT __GFP_KSWAPD_RECLAIM	/* the same, and leaves the reserve to GFP_ATOMIC */
#define GFP_USER GFP_KERNEL
#define GFP_NOIO GFP_KERNEL
#define GFP_NOFS GFP_KERNEL
#define GFP_DMA 0u
#define GFP_DMA32 0u
#define GFP_HIGHUSER GFP_KERNEL

#endif
