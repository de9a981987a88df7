#include "harness/driver/analysis/crosscheck.h"

#include "harness/driver/base/fields.h"
#include "harness/driver/base/infile.h"
#include "harness/driver/base/stats.h"

#include <dirent.h>
#include <errno.h>
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_statistics_double.h>
#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Median and standard error of the median of one command's times. For times that are near normal
 * the median's standard error is sqrt(pi/2) that of the mean. */
static bool read_times(const json_t *result, double *median_s, double *error_s, size_t *count)
{
	const json_t *times = json_object_get(result, "times");
	size_t n = *count = json_array_size(times);
	double *values = n >= 2 ? malloc(n * sizeof *values) : NULL;
	bool good = values != NULL;
	for (size_t i = 0; good && i < n; i++)
		good = fields_number(json_array_get(times, i), &values[i]);
	if (!good) {
		free(values);
		return false;
	}
	*median_s = stats_median(values, n);
	*error_s = gsl_stats_sd(values, 1, n) / sqrt((double)n) * sqrt(M_PI / 2);
	free(values);
	return true;
}

static enum outcome read_file(int folder, const char *folder_name, const char *name,
			      struct crosscheck_entry *entry, struct problem *problem)
{
	double once_s, once_error_s, twice_s, twice_error_s;
	size_t count;
	FILE *stream = infile_open(folder, folder_name, name, problem);
	json_t *file = stream ? infile_json(stream, folder_name, name, problem) : NULL;
	if (!file)
		return OUTCOME_FAILED;
	const json_t *results = json_object_get(file, "results");
	bool good = json_array_size(results) == 2 &&
		    read_times(json_array_get(results, 1), &twice_s, &twice_error_s, &count) &&
		    read_times(json_array_get(results, 0), &once_s, &once_error_s, &count);
	json_decref(file);
	if (!good)
		return fail(problem,
			    "cannot use %s/%s: it has no hyperfine times of two commands; delete "
			    "it or run scripts/crosscheck again",
			    folder_name, name);
	double scale = 1e9 / (double)entry->count;
	/* The two commands were timed equally often; each costs a degree of freedom. */
	double freedom = 2 * (double)count - 2;
	double half = gsl_cdf_tdist_Pinv(0.975, freedom) * hypot(once_error_s, twice_error_s);
	entry->spawn_ns = (twice_s - once_s) * scale;
	entry->low_ns = (twice_s - once_s - half) * scale;
	entry->high_ns = (twice_s - once_s + half) * scale;
	return OUTCOME_OK;
}

static int by_heap_and_name(const void *a, const void *b)
{
	const struct crosscheck_entry *left = a, *right = b;
	int names = strcmp(left->primitive, right->primitive);
	if (names)
		return names;
	return (left->heap_bytes > right->heap_bytes) - (left->heap_bytes < right->heap_bytes);
}

enum outcome crosscheck_read(struct crosscheck *crosscheck, const char *folder,
			     struct problem *problem)
{
	char place[WIRE_PATH_MAX + 160];
	*crosscheck = (struct crosscheck){0};
	snprintf(place, sizeof place, "%s/hyperfine", folder);
	int parent = infile_folder(folder, problem);
	if (parent < 0)
		return OUTCOME_FAILED;
	int below = infile_below(parent, "hyperfine");
	int error = errno;
	close(parent);
	if (below < 0 && error != ENOENT)
		return fail(problem, "cannot read %s: %s; put a folder there, or delete it", place,
			    strerror(error));
	DIR *directory = below < 0 ? NULL : fdopendir(below);
	if (!directory)
		return OUTCOME_OK;
	enum outcome outcome = OUTCOME_OK;
	const struct dirent *file;
	while (!outcome && (file = readdir(directory))) {
		struct crosscheck_entry entry = {.count = 0};
		int end = 0;
		// NOLINTNEXTLINE(cert-err34-c): a number too large only names no run
		if (sscanf(file->d_name, "%31[a-z0-9_].%31[a-z].%" SCNu64 ".%" SCNu64 ".json%n",
			   entry.primitive, entry.action, &entry.heap_bytes, &entry.count,
			   &end) != 4 ||
		    file->d_name[end] || !end || entry.count == 0)
			continue;
		if (crosscheck->count == CROSSCHECKS_MAX)
			break;
		outcome = read_file(below, place, file->d_name, &entry, problem);
		if (!outcome)
			crosscheck->entries[crosscheck->count++] = entry;
	}
	closedir(directory);
	qsort(crosscheck->entries, crosscheck->count, sizeof *crosscheck->entries,
	      by_heap_and_name);
	return outcome;
}
