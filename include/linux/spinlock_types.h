/* SPDX-License-Identifier: MIT */
/* The types and initialisers of spinlocks; <linux/spinlock.h> has the operations. */
#ifndef _LINUX_SPINLOCK_TYPES_H
#define _LINUX_SPINLOCK_TYPES_H

#include <asm/spinlock.h>
#include <linux/lockdep.h>
#include <linux/stddef.h>

typedef struct raw_spinlock {
	arch_spinlock_t raw_lock;
#ifdef CONFIG_DEBUG_SPINLOCK
	u32 magic;			/* SPINLOCK_MAGIC from initialisation on */
	int owner_cpu;			/* -1 while free */
	struct task_struct *owner;	/* NULL while free */
#endif
#ifdef CONFIG_DEBUG_LOCK_ALLOC
	struct lockdep_map dep_map;
#endif
} raw_spinlock_t;

#define SPINLOCK_MAGIC 0xdead4ead

#ifdef CONFIG_DEBUG_SPINLOCK
#define SPIN_DEBUG_INIT .magic = SPINLOCK_MAGIC, .owner_cpu = -1, .owner = NULL,
#else
#define SPIN_DEBUG_INIT
#endif

#define __RAW_SPIN_LOCK_INITIALIZER(lockname)                                                      \
	{ .raw_lock = __ARCH_SPIN_LOCK_UNLOCKED, SPIN_DEBUG_INIT DEP_MAP_INIT(dep_map, lockname) }
#define __RAW_SPIN_LOCK_UNLOCKED(lockname) (raw_spinlock_t) __RAW_SPIN_LOCK_INITIALIZER(lockname)
#define DEFINE_RAW_SPINLOCK(x) raw_spinlock_t x = __RAW_SPIN_LOCK_UNLOCKED(x)

/* In Linux a spinlock_t sleeps in real-time kernels and a raw_spinlock_t never does. Here both spin. */
typedef struct spinlock {
	union {
		struct raw_spinlock rlock;
#ifdef CONFIG_DEBUG_LOCK_ALLOC
		struct {
			u8 __before_dep_map[offsetof(struct raw_spinlock, dep_map)];
			struct lockdep_map dep_map;
		};
#endif
	};
} spinlock_t;

#define __SPIN_LOCK_INITIALIZER(lockname) { { .rlock = __RAW_SPIN_LOCK_INITIALIZER(lockname) } }
#define __SPIN_LOCK_UNLOCKED(lockname) (spinlock_t) __SPIN_LOCK_INITIALIZER(lockname)
#define DEFINE_SPINLOCK(x) spinlock_t x = __SPIN_LOCK_UNLOCKED(x)

#include <linux/rwlock_types.h>

#endif
