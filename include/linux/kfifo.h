/* SPDX-License-Identifier: MIT */
/*
 * Queues of fixed-size elements in a ring whose size is a power of two. `in` and `out` count
 * elements for ever and are reduced modulo the size only where the ring is touched, so in - out
 * is the length and all slots are usable. One reader and one writer need no lock between them:
 * the writer's release of `in` pairs with the reader's acquire, and the reader's release of `out`
 * with the writer's. Several readers (or writers) lock among themselves, or use the _spinlocked
 * forms.
 */
#ifndef _LINUX_KFIFO_H
#define _LINUX_KFIFO_H

#include <linux/compiler.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/types.h>

struct __kfifo {
	unsigned int in; /* elements ever written; the writer's */
	unsigned int out; /* elements ever read; the reader's */
	unsigned int mask; /* size - 1 */
	unsigned int esize; /* bytes an element */
	void *data;
};

unsigned int __kfifo_in(struct __kfifo *fifo, const void *buf, unsigned int n);
unsigned int __kfifo_out(struct __kfifo *fifo, void *buf, unsigned int n);
unsigned int __kfifo_out_peek(struct __kfifo *fifo, void *buf, unsigned int n);
int __kfifo_alloc(struct __kfifo *fifo, unsigned int size, size_t esize, gfp_t gfp);
int __kfifo_init(struct __kfifo *fifo, void *buffer, unsigned int bytes, size_t esize);
void __kfifo_free(struct __kfifo *fifo);

/* `buf` carries the element's type; with size 0 the ring is allocated by kfifo_alloc(). */
#define __STRUCT_KFIFO(type, size)      \
	{                               \
		struct __kfifo kfifo;   \
		type buf[size];         \
	}
#define __KFIFO_SIZE(size) (((size) < 2 || ((size) & ((size)-1))) ? -1 : (size))

#define STRUCT_KFIFO(type, size) struct __STRUCT_KFIFO(type, __KFIFO_SIZE(size))
#define STRUCT_KFIFO_PTR(type) struct __STRUCT_KFIFO(type, 0)

/* A queue of bytes, to be kfifo_alloc()ed. */
struct kfifo __STRUCT_KFIFO(unsigned char, 0);

/* Declare (as a variable or member; then INIT_KFIFO()), or define ready for use. */
#define DECLARE_KFIFO_PTR(fifo, type) STRUCT_KFIFO_PTR(type) fifo
#define DECLARE_KFIFO(fifo, type, size) STRUCT_KFIFO(type, size) fifo
#define DEFINE_KFIFO(fifo, type, size)                                  \
	DECLARE_KFIFO(fifo, type, size) = {                             \
		.kfifo = {                                              \
			.mask = ARRAY_SIZE((fifo).buf) - 1,             \
			.esize = sizeof((fifo).buf[0]),                 \
			.data = (fifo).buf,                             \
		},                                                      \
	}

#define __kfifo_is_array(fifo) (sizeof((fifo)->buf) != 0)

#define INIT_KFIFO(fifo)                                                                \
	((void)({                                                                       \
		typeof(&(fifo)) __fifo = &(fifo);                                       \
		bool __array = __kfifo_is_array(__fifo);                                \
		__fifo->kfifo = (struct __kfifo){                                       \
			.mask = __array ? sizeof(__fifo->buf) / sizeof(__fifo->buf[0]) - 1 : 0, \
			.esize = sizeof(__fifo->buf[0]),                                \
			.data = __array ? (void *)__fifo->buf : NULL,                   \
		};                                                                      \
	}))

#define kfifo_initialized(fifo) ((fifo)->kfifo.data != NULL)
#define kfifo_esize(fifo) ((fifo)->kfifo.esize)
#define kfifo_size(fifo) ((fifo)->kfifo.mask + 1)
/* Empties it; nobody else may use it meanwhile. kfifo_reset_out() is safe for the reader. */
#define kfifo_reset(fifo) ((void)((fifo)->kfifo.in = (fifo)->kfifo.out = 0))
#define kfifo_reset_out(fifo) \
	smp_store_release(&(fifo)->kfifo.out, READ_ONCE((fifo)->kfifo.in))
#define kfifo_len(fifo) (READ_ONCE((fifo)->kfifo.in) - READ_ONCE((fifo)->kfifo.out))
#define kfifo_is_empty(fifo) (kfifo_len(fifo) == 0)
#define kfifo_is_full(fifo) (kfifo_len(fifo) > (fifo)->kfifo.mask)
#define kfifo_avail(fifo) (kfifo_size(fifo) - kfifo_len(fifo))
#define kfifo_is_empty_spinlocked(fifo, lock)                   \
	({                                                      \
		unsigned long __flags;                          \
		bool __empty;                                   \
		spin_lock_irqsave(lock, __flags);               \
		__empty = kfifo_is_empty(fifo);                 \
		spin_unlock_irqrestore(lock, __flags);          \
		__empty;                                        \
	})
/* Drop the oldest element; the queue must not be empty. */
#define kfifo_skip(fifo) \
	smp_store_release(&(fifo)->kfifo.out, READ_ONCE((fifo)->kfifo.out) + 1)

/* Return: 0; -EINVAL @size below 2 elements, -ENOMEM. The size is rounded up to a power of two. */
#define kfifo_alloc(fifo, size, gfp_mask) \
	__kfifo_alloc(&(fifo)->kfifo, size, sizeof((fifo)->buf[0]), gfp_mask)
/* Use memory of the caller's, @bytes of it, rounded down. */
#define kfifo_init(fifo, buffer, bytes) \
	__kfifo_init(&(fifo)->kfifo, buffer, bytes, sizeof((fifo)->buf[0]))
#define kfifo_free(fifo) __kfifo_free(&(fifo)->kfifo)

/* One element in by value, or out to *@ptr. Return: 1; 0 if the queue is full (empty). */
#define kfifo_put(fifo, val)                                    \
	({                                                      \
		typeof((fifo)->buf[0]) __kf_val = (val);        \
		__kfifo_in(&(fifo)->kfifo, &__kf_val, 1);       \
	})
#define kfifo_get(fifo, ptr)                                    \
	({                                                      \
		typeof((fifo)->buf[0]) *__kf_ptr = (ptr);       \
		__kfifo_out(&(fifo)->kfifo, __kf_ptr, 1);       \
	})
#define kfifo_peek(fifo, ptr)                                   \
	({                                                      \
		typeof((fifo)->buf[0]) *__kf_ptr = (ptr);       \
		__kfifo_out_peek(&(fifo)->kfifo, __kf_ptr, 1);  \
	})

/* Up to @n elements. Return: how many were moved. */
#define kfifo_in(fifo, from, n)                                 \
	({                                                      \
		const typeof((fifo)->buf[0]) *__kf_from = (from); \
		__kfifo_in(&(fifo)->kfifo, __kf_from, n);       \
	})
#define kfifo_out(fifo, to, n)                                  \
	({                                                      \
		typeof((fifo)->buf[0]) *__kf_to = (to);         \
		__kfifo_out(&(fifo)->kfifo, __kf_to, n);        \
	})
#define kfifo_out_peek(fifo, to, n)                             \
	({                                                      \
		typeof((fifo)->buf[0]) *__kf_to = (to);         \
		__kfifo_out_peek(&(fifo)->kfifo, __kf_to, n);   \
	})

#define __kfifo_spinlocked(call, lock)                          \
	({                                                      \
		unsigned long __flags;                          \
		unsigned int __moved;                           \
		spin_lock_irqsave(lock, __flags);               \
		__moved = call;                                 \
		spin_unlock_irqrestore(lock, __flags);          \
		__moved;                                        \
	})
#define kfifo_in_spinlocked(fifo, from, n, lock) __kfifo_spinlocked(kfifo_in(fifo, from, n), lock)
#define kfifo_out_spinlocked(fifo, to, n, lock) __kfifo_spinlocked(kfifo_out(fifo, to, n), lock)
#define kfifo_in_locked(fifo, from, n, lock) kfifo_in_spinlocked(fifo, from, n, lock)
#define kfifo_out_locked(fifo, to, n, lock) kfifo_out_spinlocked(fifo, to, n, lock)

#endif /* _LINUX_KFIFO_H */
