/* SPDX-License-Identifier: MIT */
/*
 * How C and assembly call each other: the System V x86-64 convention on both sides, so `asmlinkage`
 * (<linux/compiler_types.h>) marks what assembly calls and changes nothing.
 */
#ifndef _LINUX_LINKAGE_H
#define _LINUX_LINKAGE_H

#include <linux/compiler_types.h>
#include <linux/export.h>
#include <linux/stringify.h>

#endif /* _LINUX_LINKAGE_H */
