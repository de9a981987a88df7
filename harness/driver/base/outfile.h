/* The files of a run's folder: every one is made here. What lies in a run's folder may have been put there
 * by anybody, so nothing in it is followed or written into: a file gets a new name first and takes its own
 * when it is whole. Only a file is replaced; a link, a folder or a special file of that name is refused. The
 * run's folder itself is the user's word, and may be a link. */
#ifndef FORKCOST_OUTFILE_H
#define FORKCOST_OUTFILE_H

#include "harness/common/problem.h"
#include "harness/common/wire.h"

#include <stdbool.h>
#include <stdio.h>

enum { OUTFILE_PATH_MAX = WIRE_PATH_MAX + 512, OUTFILE_NAME_MAX = 200 };

struct outfile {
	int folder;                  /* where it lies, open */
	int descriptor;              /* itself */
	int error;                   /* errno of the first write that failed; 0: none did */
	char path[OUTFILE_PATH_MAX]; /* as messages name it */
	char name[OUTFILE_NAME_MAX], temporary[OUTFILE_NAME_MAX + 40];
};

/* Begins FOLDER/NAME. NAME may have folders, as "plots/data/x.dat": they are made if they are not there, and
 * refused if they are links. NULL with the problem set if that cannot be. */
FILE *outfile_open(struct outfile *outfile, const char *folder, const char *name,
		   struct problem *problem);

/* Ends it and gives it its name. If anything could not be written, whatever had that name before stays. */
enum outcome outfile_close(struct outfile *outfile, FILE *file, struct problem *problem);

/* Both, for a file that is there as bytes. */
enum outcome outfile_whole(const char *folder, const char *name, const void *bytes, size_t count,
			   struct problem *problem);

/* Makes the folder that a user names for files, unless it is there. Its parent must be. */
enum outcome outfile_folder(const char *folder, struct problem *problem);

/* Ends it and leaves nothing of it. */
void outfile_drop(struct outfile *outfile, FILE *file);

/* Writes all of it; false: it could not, and errno says why. */
bool outfile_put(int descriptor, const char *bytes, size_t count);

/* What to do about a write that failed with this errno. */
const char *outfile_remedy(int error);

#endif
