/* forkcost explain as a person reads it: 80 columns, plain characters. */
#ifndef FORKCOST_SHOW_H
#define FORKCOST_SHOW_H

#include "harness/driver/explain/step.h"

#include <stdio.h>

enum { SHOW_REASONS_MAX = 16 };

/* What was shown so far. */
struct show {
	FILE *file;
	unsigned scenes, steps;       /* scenes begun; steps of the present one */
	size_t counts[VERDICT_COUNT]; /* of statements */
	size_t reason_count, reasons_shown;
	const char *reasons[SHOW_REASONS_MAX]; /* why things are not seen; each is shown once */
};

/* What all this is about, and on which machine. */
void show_begin(struct show *show, FILE *file, const char *machine, bool emulated);

void show_scene(struct show *show, const struct scene *scene);
void show_step(struct show *show, const struct step_result *result);

/* How many statements held, failed and could not be seen, and what would let them be seen. */
void show_end(const struct show *show);

#endif
