/* SPDX-License-Identifier: MIT */
/* DECLARE_PER_CPU() and DEFINE_PER_CPU(), under the header name that Linux gives them. */
#ifndef _LINUX_PERCPU_DEFS_H
#define _LINUX_PERCPU_DEFS_H

#include <asm/percpu.h>

#endif
