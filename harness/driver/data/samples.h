/* The samples of a run, line by line: compressed, or as text, as older runs have them and whoever edits them. */
#ifndef FORKCOST_SAMPLES_H
#define FORKCOST_SAMPLES_H

#include "harness/common/problem.h"
#include "harness/driver/base/lines.h"

#include <stdio.h>

#define SAMPLES_PACKED "samples.jsonl.zst"
#define SAMPLES_PLAIN "samples.jsonl"

struct samples {
	struct lines lines;
	const char *folder, *name;      /* for messages */
	size_t line;                    /* the number of the last one, from 1 */
	char warning[PROBLEM_TEXT_MAX]; /* worth saying of the file; empty: nothing */
};

/* Of the run in an open folder: the compressed file where there is one. `folder_name` must outlive it. */
enum outcome samples_open(struct samples *samples, int folder, const char *folder_name,
			  struct problem *problem);

/* Of a stream, which is taken over. `name` is that of the file, for messages. */
void samples_of(struct samples *samples, FILE *file, const char *folder_name, const char *name);

/* The next line without its end, until the next call; NULL in `text` at the end. What was not written whole at
 * the end is dropped with a warning; all else that is wrong with the file fails. */
enum outcome samples_next(struct samples *samples, const char **text, size_t *length,
			  struct problem *problem);

/* Fills in the problem: what is wrong with the last line; always OUTCOME_FAILED. */
enum outcome samples_malformed(const struct samples *samples, const char *what,
			       struct problem *problem);

void samples_close(struct samples *samples);

#endif
