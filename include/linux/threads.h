/* SPDX-License-Identifier: MIT */
/* How many CPUs and tasks there can be. */
#ifndef _LINUX_THREADS_H
#define _LINUX_THREADS_H

#define NR_CPUS CONFIG_NR_CPUS
#define PID_MAX_LIMIT (1 << 22)		/* PIDs run from 1 to PID_MAX_LIMIT - 1 */

#endif
