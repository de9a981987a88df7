/* What the first process (harness/guest/send.h) of a machine that ran forkcost sends back. It comes from whatever kernel was booted,
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

/* Finds the parts in what was sent, which must outlive them. Fails on everything that is not as send.c sends it: another
 * version, a file that is unknown, twice there, missing or cut off, and words behind the end. Where a file is missing
 * because the command did not end well, the problem says so. */
enum outcome sent_read(struct sent *sent, const char *bytes, size_t count, struct problem *problem);

/* Fails if the command did not end well: with a status, or killed. */
enum outcome sent_check(const struct sent *sent, struct problem *problem);

#endif
