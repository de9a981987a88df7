/* Two page tables and the frames behind one page, in plain characters. */
#ifndef FORKCOST_DRAW_H
#define FORKCOST_DRAW_H

#include "harness/driver/explain/step.h"

#include <stdio.h>

/* Draws the first page before and after the step; at most 80 columns wide. Of the first step there is no before. */
void draw_step(const struct step_result *result, FILE *file);

#endif
