/* SPDX-License-Identifier: MIT */
/* What follows a report about sleeping where one must not. */
#ifndef _KERNEL_DEBUG_REPORT_H
#define _KERNEL_DEBUG_REPORT_H

#include <linux/types.h>

extern bool atomic_sleep_panics;	/* atomic_sleep=; a test that means to go on turns it off meanwhile */

#endif
