/* SPDX-License-Identifier: MIT */
/* Error numbers by name. */
#ifndef _LINUX_ERRNAME_H
#define _LINUX_ERRNAME_H

/* errname - Context: any. Return: "-EINVAL" for -22 (or 22), NULL for a number without a name. */
const char *errname(int err);

#endif /* _LINUX_ERRNAME_H */
