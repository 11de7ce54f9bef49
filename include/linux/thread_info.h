/* SPDX-License-Identifier: MIT */
/* The kernel stack of a task: its size, and nothing else, since all state lives in struct task_struct. */
#ifndef _LINUX_THREAD_INFO_H
#define _LINUX_THREAD_INFO_H

#define THREAD_SIZE 16384UL		/* bytes; with an unmapped guard page below */

#include <asm/current.h>

#endif
