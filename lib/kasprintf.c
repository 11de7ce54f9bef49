// SPDX-License-Identifier: MIT
/* Text and copies in memory allocated to fit: see <linux/sprintf.h> and <linux/string.h>. */
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>

/* Formats twice. If an argument changes meanwhile, the second text may be longer: it is cut. */
char *kvasprintf(gfp_t gfp, const char *fmt, va_list args)
{
	va_list again;
	size_t size;
	char *text;

	va_copy(again, args);
	size = vsnprintf(NULL, 0, fmt, again) + 1;
	va_end(again);
	text = kmalloc(size, gfp);
	if (text)
		vsnprintf(text, size, fmt, args);
	return text;
}

char *kasprintf(gfp_t gfp, const char *fmt, ...)
{
	va_list args;
	char *text;

	va_start(args, fmt);
	text = kvasprintf(gfp, fmt, args);
	va_end(args);
	return text;
}

void *kmemdup(const void *src, size_t len, gfp_t gfp)
{
	void *copy = kmalloc(len, gfp);

	if (copy)
		memcpy(copy, src, len);
	return copy;
}

char *kmemdup_nul(const char *s, size_t len, gfp_t gfp)
{
	char *copy = s ? kmalloc(len + 1, gfp) : NULL;

	if (copy) {
		memcpy(copy, s, len);
		copy[len] = '\0';
	}
	return copy;
}

char *kstrdup(const char *s, gfp_t gfp)
{
	return s ? kmemdup(s, strlen(s) + 1, gfp) : NULL;
}

char *kstrndup(const char *s, size_t max, gfp_t gfp)
{
	return s ? kmemdup_nul(s, strnlen(s, max), gfp) : NULL;
}
