/* SPDX-License-Identifier: MIT */
/* From a pointer to a member back to the structure around it, with the member's type checked. */
#ifndef _LINUX_CONTAINER_OF_H
#define _LINUX_CONTAINER_OF_H

#include <linux/build_bug.h>
#include <linux/err.h>
#include <linux/stddef.h>

#define typeof_member(type, member) typeof(((type *)0)->member)

#define container_of(ptr, type, member)                                                         \
	({                                                                                      \
		void *__mptr = (void *)(ptr);                                                   \
		_Static_assert(__same_type(*(ptr), ((type *)0)->member) ||                      \
				       __same_type(*(ptr), void),                               \
			       "container_of: the pointer is not to that member's type");       \
		(type *)(__mptr - offsetof(type, member));                                      \
	})

/* As container_of(), but NULL and error pointers come back as they are. */
#define container_of_safe(ptr, type, member)                                                    \
	({                                                                                      \
		typeof(ptr) __sptr = (ptr);                                                     \
		IS_ERR_OR_NULL(__sptr) ? (type *)ERR_CAST(__sptr) :                             \
					 container_of(__sptr, type, member);                    \
	})

#endif /* _LINUX_CONTAINER_OF_H */
