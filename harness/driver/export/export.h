/* A run's rows in the form of another program. One file of export/ each, which ends with EXPORT(...): that puts a
 * pointer into a linker section, so that a new form is a new file and no other edit. */
#ifndef FORKCOST_EXPORT_H
#define FORKCOST_EXPORT_H

#include "harness/common/problem.h"
#include "harness/driver/analysis/summary.h"

#include <stdio.h>

struct export_format {
	const char *name;    /* as --format takes it */
	const char *summary; /* a line of help */
	/* Writes the rows that `wanted` takes. */
	enum outcome (*write)(FILE *file, const struct summary *summary, const char *experiment,
			      struct problem *problem);
};

#define EXPORT(id_, ...)                                                               \
	static const struct export_format id_##_format = {__VA_ARGS__};                \
	__attribute__((used, retain,                                                   \
		       section("forkcost_exports"))) static const struct export_format \
		*const id_##_entry = &id_##_format

/* The forms by number; NULL behind the last. */
const struct export_format *export_at(size_t index);

/* NULL if there is none of that name. */
const struct export_format *export_find(const char *name);

/* Whether a row goes out: it has values, is of that experiment (NULL: any), and no A/A control. */
bool export_takes(const struct row *row, const char *experiment);

/* What the row is of: "spawn/fork/exit/heap_bytes:0/call_ns", with the axes that are not at their plain level before
 * the metric. Returns `text`. */
enum { EXPORT_NAME_MAX = 1024 };
const char *export_name(const struct row *row, char text[EXPORT_NAME_MAX]);

/* The medians of a row's replicates, of its undisturbed samples, in the row's unit; returns how many. `samples`, if
 * not NULL: of how many samples each is. */
size_t export_replicates(const struct row *row, double values[DATASET_REPLICATES_MAX],
			 size_t samples[DATASET_REPLICATES_MAX]);

#endif
