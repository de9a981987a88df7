/* Files that a run folder gets. */
#ifndef FORKCOST_OUTFILE_H
#define FORKCOST_OUTFILE_H

#include "harness/common/problem.h"

#include <stdio.h>

/* Makes or empties FOLDER/NAME. NULL with the problem set if that cannot be. */
FILE *outfile_open(const char *folder, const char *name, struct problem *problem);

/* Closes it; fails if anything could not be written. */
enum outcome outfile_close(FILE *file, const char *folder, const char *name,
			   struct problem *problem);

#endif
