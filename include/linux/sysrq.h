/* SPDX-License-Identifier: MIT */
/* SysRq: keys that show what the kernel is doing, or end it, when nothing else answers any more. */
#ifndef _LINUX_SYSRQ_H
#define _LINUX_SYSRQ_H

/**
 * handle_sysrq - do what belongs to a key; an unknown one lists those there are
 * @key: as typed with Alt-SysRq: 't', 'w', ...
 *
 * Context: any but NMI. Key and console drivers call it from their interrupt handlers.
 */
void handle_sysrq(int key);

#endif
