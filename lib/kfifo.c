// SPDX-License-Identifier: MIT
/*
 * The ring behind <linux/kfifo.h>. The writer owns `in`, the reader `out`; each reads the other's
 * index with acquire, so that the slots it learns of are full (for the reader) or done with (for
 * the writer).
 */
#include <linux/errno.h>
#include <linux/kfifo.h>
#include <linux/log2.h>
#include <linux/string.h>

/* Elements from the index @at to the end of the ring, at most @n: what one copy can move. */
static unsigned int first_part(const struct __kfifo *fifo, unsigned int at, unsigned int n)
{
	return min(n, fifo->mask + 1 - (at & fifo->mask));
}

static void *slot(const struct __kfifo *fifo, unsigned int at)
{
	return fifo->data + (size_t)(at & fifo->mask) * fifo->esize;
}

unsigned int __kfifo_in(struct __kfifo *fifo, const void *buf, unsigned int n)
{
	unsigned int in = fifo->in, part;

	/* A: pairs with B. */
	n = min(n, fifo->mask + 1 - (in - smp_load_acquire(&fifo->out)));
	part = first_part(fifo, in, n);
	memcpy(slot(fifo, in), buf, (size_t)part * fifo->esize);
	memcpy(fifo->data, buf + (size_t)part * fifo->esize, (size_t)(n - part) * fifo->esize);
	/* C: pairs with D. The elements are in before they are counted. */
	smp_store_release(&fifo->in, in + n);
	return n;
}

unsigned int __kfifo_out_peek(struct __kfifo *fifo, void *buf, unsigned int n)
{
	unsigned int out = fifo->out, part;

	/* D: pairs with C. */
	n = min(n, smp_load_acquire(&fifo->in) - out);
	part = first_part(fifo, out, n);
	memcpy(buf, slot(fifo, out), (size_t)part * fifo->esize);
	memcpy(buf + (size_t)part * fifo->esize, fifo->data, (size_t)(n - part) * fifo->esize);
	return n;
}

unsigned int __kfifo_out(struct __kfifo *fifo, void *buf, unsigned int n)
{
	n = __kfifo_out_peek(fifo, buf, n);
	/* B: pairs with A. The elements are copied out before their slots are given back. */
	smp_store_release(&fifo->out, fifo->out + n);
	return n;
}

int __kfifo_init(struct __kfifo *fifo, void *buffer, unsigned int bytes, size_t esize)
{
	unsigned int size = bytes / esize;

	*fifo = (struct __kfifo){ .esize = esize };
	if (size < 2)
		return -EINVAL;
	fifo->mask = rounddown_pow_of_two(size) - 1;
	fifo->data = buffer;
	return 0;
}

int __kfifo_alloc(struct __kfifo *fifo, unsigned int size, size_t esize, gfp_t gfp)
{
	unsigned long slots = roundup_pow_of_two(size);

	*fifo = (struct __kfifo){ .esize = esize };
	if (slots < 2 || slots > 1UL << 31)
		return -EINVAL;
	fifo->data = kmalloc_array(slots, esize, gfp);
	if (!fifo->data)
		return -ENOMEM;
	fifo->mask = slots - 1;
	return 0;
}

void __kfifo_free(struct __kfifo *fifo)
{
	kfree(fifo->data);
	*fifo = (struct __kfifo){ .esize = fifo->esize };
}
