/* SPDX-License-Identifier: MIT */
/* Shell-style patterns. */
#ifndef _LINUX_GLOB_H
#define _LINUX_GLOB_H

#include <linux/types.h>

/**
 * glob_match - does all of @str match @pat
 * `*` any characters, `?` one, `[a-z]` and `[!a-z]` one of a set, `\` takes the next one literally.
 * Context: any.
 */
bool glob_match(const char *pat, const char *str);

#endif /* _LINUX_GLOB_H */
