/* Paths that a change of fork should leave alone: how far they moved (METHODOLOGY, "Compare"). */
#ifndef FORKCOST_COMPARE_CONTROLS_H
#define FORKCOST_COMPARE_CONTROLS_H

#include "harness/driver/base/notes.h"
#include "harness/driver/compare/compare.h"

/* Where kernels or their command lines differ, or are not recorded, adds a sentence: by how much an empty window, a vfork whose child
 * exits and a plain system call moved, or that the runs do not have them. After compare_end(). */
void controls_words(const struct compare *compare, struct notes *notes);

#endif
