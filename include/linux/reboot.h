/* SPDX-License-Identifier: MIT */
/* Leaving the machine. None of these takes a lock, so that a panic can use them. */
#ifndef _LINUX_REBOOT_H
#define _LINUX_REBOOT_H

#include <linux/types.h>
#include <linux/compiler.h>

/* Values for debug_exit(); QEMU's exit status is (value << 1) | 1. */
#define DEBUG_EXIT_POWEROFF    0x10
#define DEBUG_EXIT_TEST_FAILED 0x11
#define DEBUG_EXIT_PANIC       0x12

/* debug_exit - leave QEMU through its isa-debug-exit device; returns when there is none. Context: any. */
void debug_exit(u8 value);

/* machine_power_off - debug_exit(), ACPI soft-off, or at least halt. Context: any. */
void __noreturn machine_power_off(void);

/* machine_restart - reset by whatever way the machine has; @cmd is unused. Context: any. */
void __noreturn machine_restart(char *cmd);

/* machine_halt - stop here. Context: any. */
void __noreturn machine_halt(void);

#endif
