/* SPDX-License-Identifier: MIT */
/* Access to pages: all RAM is in the direct map here, so a mapping is an address. */
#ifndef _LINUX_HIGHMEM_H
#define _LINUX_HIGHMEM_H

#include <linux/mm.h>
#include <linux/string.h>

static inline void *kmap_local_page(struct page *page)
{
	return page_address(page);
}

static inline void kunmap_local(const void *addr)
{
}

#define kmap(page) kmap_local_page(page)
#define kunmap(page) ((void)(page))

static inline void clear_highpage(struct page *page)
{
	memset(page_address(page), 0, PAGE_SIZE);
}

#endif
