/* SPDX-License-Identifier: MIT */
/* The figures that `free` shows. */
#ifndef _LINUX_SYSINFO_H
#define _LINUX_SYSINFO_H

struct sysinfo {
	unsigned long totalram;		/* all of these count in mem_unit bytes */
	unsigned long freeram;
	unsigned long slabram;		/* in slabs, free objects included */
	unsigned long reserveram;	/* of what is free, for GFP_ATOMIC only */
	unsigned int mem_unit;
};

#endif
