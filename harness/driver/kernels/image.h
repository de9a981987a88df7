/* The first files of the emulated machine: this very forkcost, with its worker, its targets and the libraries that it has
 * loaded, so that the same code measures there as here. */
#ifndef FORKCOST_IMAGE_H
#define FORKCOST_IMAGE_H

#include "harness/common/problem.h"

/* Makes them for a command, a list of words that NULL ends, of which the first is forkcost's own name and left out.
 * Returns a memory file of them, which the caller closes; -1 with the problem set. */
int image_make(const char *const *command, struct problem *problem);

#endif
