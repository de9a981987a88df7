/* Writing a run's folder: environment.json once, samples.jsonl.zst line by line, each written whole and synced,
 * so that what was measured survives whatever comes after. */
#ifndef FORKCOST_RECORD_H
#define FORKCOST_RECORD_H

#include "harness/common/problem.h"
#include "harness/common/wire.h"
#include "harness/driver/plan/plan.h"
#include "harness/driver/run/describe.h"

enum { RECORD_FOLDER_MAX = WIRE_PATH_MAX + 128 };

struct record {
	char warning[3 * WIRE_PATH_MAX]; /* worth saying of the folder; empty: nothing */
	char folder[RECORD_FOLDER_MAX];
	int samples_fd; /* -1: closed */
	struct pack *pack;
};

/* Whether a folder could be made there; makes nothing. */
enum outcome record_check_output(const char *output, struct problem *problem);

/* Makes this very folder; fails if it is there. */
enum outcome record_new_folder(const char *folder, struct problem *problem);

/* Makes OUTPUT/<UTC>-<word>/, and OUTPUT if it is not there; a number behind it if that is taken. */
enum outcome record_make_folder(const char *output, const char *word,
				char folder[RECORD_FOLDER_MAX], struct problem *problem);

/* Makes OUTPUT/<UTC>-<host>/, writes environment.json and the `run` line, and points OUTPUT/latest
 * at it. If that is no link it is the user's, stays, and there is a warning. */
enum outcome record_open(struct record *record, const struct plan *plan, int argc, char **argv,
			 struct problem *problem);

/* Appends a line for every cell that the worker finished. */
enum outcome record_cells(struct record *record, const struct plan *plan,
			  const struct record_replicate *replicate, const struct wire_area *area,
			  struct problem *problem);

/* Appends a line made by describe.h, and frees it; NULL fails. Behind the last, the `end` line, closes the file. */
enum outcome record_line(struct record *record, json_t *line, bool is_last,
			 struct problem *problem);

#endif
