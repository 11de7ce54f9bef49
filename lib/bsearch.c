// SPDX-License-Identifier: MIT
/* Binary search: see <linux/bsearch.h>. */
#include <linux/bsearch.h>
#include <linux/stddef.h>

void *bsearch(const void *key, const void *base, size_t num, size_t size, cmp_func_t cmp)
{
	const char *first = base;

	while (num) {
		const char *middle = first + num / 2 * size;
		int order = cmp(key, middle);

		if (order == 0)
			return (void *)middle;
		if (order > 0) {
			first = middle + size;
			num--;
		}
		num /= 2;
	}
	return NULL;
}
