/* SPDX-License-Identifier: MIT */
/*
 * The basic types. u64 is `unsigned long long`, as in Linux, so that "%llu" prints it; types that
 * many headers embed (list_head, atomic_t) live here to keep those headers free of each other.
 */
#ifndef _LINUX_TYPES_H
#define _LINUX_TYPES_H

#include <linux/stddef.h>

typedef signed char s8;
typedef unsigned char u8;
typedef short s16;
typedef unsigned short u16;
typedef int s32;
typedef unsigned int u32;
typedef long long s64;
typedef unsigned long long u64;

typedef s8 __s8, int8_t;
typedef u8 __u8, uint8_t, u_int8_t;
typedef s16 __s16, int16_t;
typedef u16 __u16, uint16_t, u_int16_t;
typedef s32 __s32, int32_t;
typedef u32 __u32, uint32_t, u_int32_t;
typedef s64 __s64, int64_t;
typedef u64 __u64, uint64_t, u_int64_t;

/* The suffix says the byte order of the value in memory; <asm/byteorder.h> converts. */
typedef u16 __le16, __be16, __sum16;
typedef u32 __le32, __be32, __wsum;
typedef u64 __le64, __be64;

typedef _Bool bool;
enum { false = 0, true = 1 };

typedef unsigned long size_t;
typedef long ssize_t;
typedef long ptrdiff_t;
typedef long intptr_t;
typedef unsigned long uintptr_t;
typedef unsigned long ulong;
typedef unsigned int uint;
typedef unsigned short ushort;
typedef unsigned char unchar;

typedef u32 dev_t;
typedef unsigned short umode_t;
typedef u32 nlink_t;
typedef unsigned int mode_t;
typedef int pid_t;
typedef u32 uid_t;
typedef u32 gid_t;
typedef long long loff_t;
typedef long off_t;
typedef unsigned long ino_t;
typedef long long time64_t;
typedef int clockid_t;
typedef u64 sector_t;
typedef u64 blkcnt_t;

typedef unsigned int gfp_t;
typedef unsigned int slab_flags_t;
typedef unsigned int fmode_t;
typedef unsigned int __poll_t;
typedef u64 phys_addr_t;
typedef u64 dma_addr_t;
typedef phys_addr_t resource_size_t;
typedef unsigned long irq_hw_number_t;

typedef struct {
	int counter;
} atomic_t;

typedef struct {
	s64 counter;
} atomic64_t;

#define ATOMIC_INIT(i) { (i) }

struct list_head {
	struct list_head *next, *prev;
};

struct hlist_head {
	struct hlist_node *first;
};

struct hlist_node {
	struct hlist_node *next, **pprev;
};

struct callback_head {
	struct callback_head *next;
	void (*func)(struct callback_head *head);
};
#define rcu_head callback_head

typedef void (*rcu_callback_t)(struct rcu_head *head);
typedef void (*call_rcu_func_t)(struct rcu_head *head, rcu_callback_t func);
typedef int (*cmp_func_t)(const void *a, const void *b);
typedef int (*cmp_r_func_t)(const void *a, const void *b, const void *priv);
typedef void (*swap_func_t)(void *a, void *b, int size);

#define DECLARE_BITMAP(name, bits) unsigned long name[BITS_TO_LONGS(bits)]

#endif /* _LINUX_TYPES_H */
