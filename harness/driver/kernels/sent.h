/* What the emulated machine's first process (harness/guest/init.c) sends back. It comes from whatever kernel was booted,
 * so nothing in it is believed before it is looked at. */
#ifndef FORKCOST_SENT_H
#define FORKCOST_SENT_H

#include "harness/common/problem.h"

#include <stddef.h>

/* More is not read. */
enum { SENT_BYTES_MAX = 8 << 20 };

struct sent_file {
	const char *name; /* ours */
	const char *bytes;
	size_t count;
};

/* The files of a run's folder, in this order. */
enum { SENT_ENVIRONMENT, SENT_SAMPLES, SENT_FILES };

struct sent {
	int status; /* of the command, as waitpid() has it */
	struct sent_file files[SENT_FILES];
};

/* Finds the parts in what was sent, which must outlive them. Fails on everything that is not as init.c sends it: another
 * version, a file that is unknown, twice there, missing or cut off, a command that did not end well, and words behind the
 * end. */
enum outcome sent_read(struct sent *sent, const char *bytes, size_t count, struct problem *problem);

#endif
