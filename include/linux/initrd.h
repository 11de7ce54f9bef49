/* SPDX-License-Identifier: MIT */
/* The initial RAM disk: an archive of files that the boot loader put into memory. */
#ifndef _LINUX_INITRD_H
#define _LINUX_INITRD_H

extern unsigned long initrd_start;	/* address in the direct map; 0 without an initrd */
extern unsigned long initrd_size;	/* bytes */

#endif
