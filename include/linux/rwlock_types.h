/* SPDX-License-Identifier: MIT */
/* The type and initialisers of rwlocks; <linux/rwlock.h> has the operations. */
#ifndef _LINUX_RWLOCK_TYPES_H
#define _LINUX_RWLOCK_TYPES_H

#include <asm/qrwlock.h>
#include <linux/lockdep.h>

typedef struct {
	arch_rwlock_t raw_lock;
#ifdef CONFIG_DEBUG_SPINLOCK
	u32 magic;			/* RWLOCK_MAGIC from initialisation on */
	int owner_cpu;			/* of the writer; -1 without */
	struct task_struct *owner;	/* the writer, or NULL */
#endif
#ifdef CONFIG_DEBUG_LOCK_ALLOC
	struct lockdep_map dep_map;
#endif
} rwlock_t;

#define RWLOCK_MAGIC 0xdeaf1eed

#ifdef CONFIG_DEBUG_SPINLOCK
#define RWLOCK_DEBUG_INIT .magic = RWLOCK_MAGIC, .owner_cpu = -1, .owner = NULL,
#else
#define RWLOCK_DEBUG_INIT
#endif

#define __RW_LOCK_INITIALIZER(lockname)                                                            \
	{                                                                                          \
		.raw_lock = __ARCH_RW_LOCK_UNLOCKED, RWLOCK_DEBUG_INIT                             \
		DEP_MAP_INIT(dep_map, lockname)                                                    \
	}
#define __RW_LOCK_UNLOCKED(lockname) (rwlock_t) __RW_LOCK_INITIALIZER(lockname)
#define DEFINE_RWLOCK(x) rwlock_t x = __RW_LOCK_UNLOCKED(x)

#endif
