/* SPDX-License-Identifier: MIT */
/* Task references and lifetimes, under the header name that Linux gives them: all in <linux/sched.h>. */
#ifndef _LINUX_SCHED_TASK_H
#define _LINUX_SCHED_TASK_H

#include <linux/sched.h>

#endif
