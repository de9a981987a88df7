/* The first files of a machine that runs nothing but forkcost: this very one, with its worker, its targets and the libraries
 * that it has loaded, so that the same code measures there as here. */
#ifndef FORKCOST_IMAGE_H
#define FORKCOST_IMAGE_H

#include "harness/common/problem.h"

/* Where it sends what it measured (harness/guest/send.h). */
enum image_way { IMAGE_SERIAL, IMAGE_CONSOLE };

/* Makes them for options of forkcost run, a list of words that NULL ends; what is written, and where, init adds
 * (harness/guest/words.h). Returns a memory file of them, which the caller closes; -1 with the problem set. */
int image_make(const char *const *options, enum image_way way, struct problem *problem);

#endif
