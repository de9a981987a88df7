/* Archives as the kernel unpacks them for its first files: cpio's "newc" (Linux: Documentation/driver-api/early-userspace/
 * buffer-format.rst). */
#ifndef FORKCOST_CPIO_H
#define FORKCOST_CPIO_H

#include <stddef.h>
#include <stdio.h>

/* Begins as all zero but for the file, which is to be written from its beginning. */
struct cpio {
	FILE *file;
	unsigned entries;
};

/* A file that anybody may read and execute, at an absolute path; folders on the way are made. */
void cpio_put(struct cpio *cpio, const char *path, const void *bytes, size_t count);

/* A character device, likewise. */
void cpio_put_device(struct cpio *cpio, const char *path, unsigned major, unsigned minor);

/* The mark behind the last entry. Whether all could be written, the file knows. */
void cpio_end(struct cpio *cpio);

#endif
