/* SPDX-License-Identifier: MIT */
/*
 * Error numbers, with Linux's values. A function returns them negated: `return -EINVAL;`. Those
 * past 511 are the kernel's own and never leave it.
 */
#ifndef _LINUX_ERRNO_H
#define _LINUX_ERRNO_H

#define EPERM 1 /* Operation not permitted */
#define ENOENT 2 /* No such file or directory */
#define ESRCH 3 /* No such process */
#define EINTR 4 /* Interrupted by a signal */
#define EIO 5 /* Input or output failed */
#define ENXIO 6 /* No such device or address */
#define E2BIG 7 /* Argument list too long */
#define ENOEXEC 8 /* Not in an executable format */
#define EBADF 9 /* Bad file number */
#define ECHILD 10 /* No child processes */
#define EAGAIN 11 /* Try again */
#define EWOULDBLOCK EAGAIN
#define ENOMEM 12 /* Out of memory */
#define EACCES 13 /* Permission denied */
#define EFAULT 14 /* Bad address */
#define ENOTBLK 15 /* Block device required */
#define EBUSY 16 /* Device or resource busy */
#define EEXIST 17 /* Exists already */
#define EXDEV 18 /* Link across devices */
#define ENODEV 19 /* No such device */
#define ENOTDIR 20 /* Not a directory */
#define EISDIR 21 /* Is a directory */
#define EINVAL 22 /* Invalid argument */
#define ENFILE 23 /* File table full */
#define EMFILE 24 /* Too many open files */
#define ENOTTY 25 /* The device knows no such request */
#define ETXTBSY 26 /* Text file busy */
#define EFBIG 27 /* File too large */
#define ENOSPC 28 /* No space left on device */
#define ESPIPE 29 /* Not seekable */
#define EROFS 30 /* Read-only file system */
#define EMLINK 31 /* Too many links */
#define EPIPE 32 /* Nobody reads the pipe */
#define EDOM 33 /* Argument outside the function's domain */
#define ERANGE 34 /* Result not representable */
#define EDEADLK 35 /* Would deadlock */
#define EDEADLOCK EDEADLK
#define ENAMETOOLONG 36 /* Name too long */
#define ENOLCK 37 /* No locks left */
#define ENOSYS 38 /* Not implemented */
#define ENOTEMPTY 39 /* Directory not empty */
#define ELOOP 40 /* Too many symbolic links */
#define ENOMSG 42 /* No message of that type */
#define EIDRM 43 /* Identifier removed */
#define ENOSTR 60 /* Not a stream */
#define ENODATA 61 /* No data available */
#define ETIME 62 /* Timer expired */
#define ENOLINK 67 /* Link severed */
#define EPROTO 71 /* Protocol error */
#define EBADMSG 74 /* Not a data message */
#define EOVERFLOW 75 /* Value too large for its type */
#define EILSEQ 84 /* Illegal byte sequence */
#define ERESTART 85 /* Interrupted call should be restarted */
#define EUSERS 87 /* Too many users */
#define EMSGSIZE 90 /* Message too long */
#define EPROTONOSUPPORT 93 /* Protocol not supported */
#define EOPNOTSUPP 95 /* Operation not supported */
#define EADDRINUSE 98 /* Address in use */
#define EADDRNOTAVAIL 99 /* Address not available */
#define ECONNABORTED 103 /* Connection aborted */
#define ECONNRESET 104 /* Connection reset */
#define ENOBUFS 105 /* No buffer space */
#define EISCONN 106 /* Connected already */
#define ENOTCONN 107 /* Not connected */
#define ESHUTDOWN 108 /* Shut down */
#define ETIMEDOUT 110 /* Timed out */
#define ECONNREFUSED 111 /* Connection refused */
#define EHOSTUNREACH 113 /* No route to host */
#define EALREADY 114 /* In progress already */
#define EINPROGRESS 115 /* Now in progress */
#define ESTALE 116 /* Stale handle */
#define EREMOTEIO 121 /* Remote input or output failed */
#define ENOMEDIUM 123 /* No medium */
#define ECANCELED 125 /* Cancelled */
#define ENOKEY 126 /* Key not available */
#define EOWNERDEAD 130 /* Lock owner died */
#define ENOTRECOVERABLE 131 /* State not recoverable */

#define ERESTARTSYS 512 /* A signal came: restart the call when the handler returns */
#define ERESTARTNOINTR 513
#define ERESTARTNOHAND 514
#define ENOIOCTLCMD 515 /* No such ioctl */
#define ERESTART_RESTARTBLOCK 516
#define EPROBE_DEFER 517 /* Probe again later */
#define ENOTSUPP 524 /* Operation not supported (kernel internal) */

#endif /* _LINUX_ERRNO_H */
