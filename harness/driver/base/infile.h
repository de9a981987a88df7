/* The files of a run's folder, for reading. What lies there may have been put there by anybody: a link is
 * not followed, nothing but a regular file is read, and no more of it than makes sense. The folder itself
 * is the user's word, and may be a link. */
#ifndef FORKCOST_INFILE_H
#define FORKCOST_INFILE_H

#include "harness/common/problem.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

/* The open folder, for openat(); -1 with the problem set. The caller closes it. */
int infile_folder(const char *folder, struct problem *problem);

/* Whether there is anything of that name in a folder. */
bool infile_is_there(const char *folder, const char *name);

/* A folder below an open one, not through a link; -1, and errno says why. The caller closes it. */
int infile_below(int folder, const char *name);

/* NAME in an open folder, as a stream that the caller closes; NULL with the problem set. `folder_name` is
 * for messages. */
FILE *infile_open(int folder, const char *folder_name, const char *name, struct problem *problem);

/* A small file as one JSON object; NULL with the problem set if it is none, or larger than 16 MiB. Takes the
 * stream over and closes it. */
json_t *infile_json(FILE *file, const char *folder_name, const char *name, struct problem *problem);

#endif
