#include "harness/driver/export.h"

#include "harness/common/units.h"
#include "harness/driver/machine.h"
#include "harness/driver/version.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { PANELS = 3, SAMPLES_SHOWN_MAX = 3000 };

struct exporter {
	const struct summary *summary;
	char folder[WIRE_PATH_MAX + 200];
	struct problem *problem;
	uint64_t panel_heaps[PANELS]; /* smallest, middle, largest */
	size_t panel_count;
};

void export_clean_text(char *text)
{
	for (char *c = text; *c; c++)
		if ((unsigned char)*c < ' ' || *c == 0x7f || strchr("\"'\\`>", *c))
			*c = ' ';
}

static FILE *open_data(const struct exporter *exporter, const char *name)
{
	char path[sizeof exporter->folder + 64];
	snprintf(path, sizeof path, "%s/%s", exporter->folder, name);
	FILE *file = fopen(path, "we");
	if (!file)
		fail(exporter->problem, "cannot write %s: %s; make the folder writable", path,
		     strerror(errno));
	return file;
}

static enum outcome close_data(const struct exporter *exporter, FILE *file)
{
	if (fclose(file) == 0)
		return OUTCOME_OK;
	return fail(exporter->problem, "cannot write into %s: %s; free some disk space",
		    exporter->folder, strerror(errno));
}

static void put_name(FILE *file, const char *name)
{
	char text[WIRE_NAME_MAX];
	wire_copy(text, sizeof text, name);
	export_clean_text(text);
	fputs(text, file);
}

/* The smallest, middle and largest heap measured. */
static void pick_panels(struct exporter *exporter)
{
	uint64_t heaps[64];
	size_t count = 0;
	const struct dataset *dataset = exporter->summary->dataset;
	for (size_t i = 0; i < dataset->series_count && count < 64; i++) {
		const struct series *series = &dataset->series[i];
		size_t at = 0;
		if (strcmp(series->experiment, "spawn") != 0 || !series->block_count)
			continue;
		while (at < count && heaps[at] < series->heap_bytes)
			at++;
		if (at < count && heaps[at] == series->heap_bytes)
			continue;
		memmove(heaps + at + 1, heaps + at, (count - at) * sizeof *heaps);
		heaps[at] = series->heap_bytes;
		count++;
	}
	const size_t picks[PANELS] = {0, count / 2, count ? count - 1 : 0};
	for (size_t i = 0; i < PANELS && count; i++)
		if (i == 0 || picks[i] != picks[i - 1])
			exporter->panel_heaps[exporter->panel_count++] = heaps[picks[i]];
}

static bool in_cell(const struct series *series, const char *state)
{
	return *series->primitive && !series->twin && strcmp(series->experiment, "spawn") == 0 &&
	       strcmp(series->state, state) == 0 && strcmp(series->cache, "warm") == 0 &&
	       strcmp(series->child_cpu, "same") == 0;
}

/* Figures compare primitives with exec, which all processes can; thread and eager_copy, which
 * cannot, are shown with exit. */
static bool is_shown_action(const struct summary *summary, const struct series *series)
{
	if (strcmp(series->action, "exec") == 0)
		return true;
	const struct row *exec = summary_find(summary, series, NULL, "exec", "call_ns");
	return !exec || exec->count == 0;
}

/* The metric, or for a thread, which is not reaped, joined_ns. */
static bool is_shown_metric(const struct series *series, const char *metric)
{
	if (!series->block_count)
		return false;
	return strcmp(series->metric, metric) == 0 ||
	       (strcmp(metric, "reaped_ns") == 0 && strcmp(series->metric, "joined_ns") == 0);
}

static void put_interval(FILE *file, uint64_t heap_bytes, const struct stats_interval *interval)
{
	if (interval->has_interval)
		fprintf(file, "%" PRIu64 "\t%.6g\t%.6g\t%.6g\n", heap_bytes, interval->center,
			interval->low, interval->high);
	else
		fprintf(file, "%" PRIu64 "\t%.6g\tNaN\tNaN\n", heap_bytes, interval->center);
}

static int by_heap(const void *a, const void *b)
{
	const struct series *left = *(const struct series *const *)a;
	const struct series *right = *(const struct series *const *)b;
	return (left->heap_bytes > right->heap_bytes) - (left->heap_bytes < right->heap_bytes);
}

/* One block per primitive: the metric over the heap, or its ratio to fork's. */
static enum outcome put_by_heap(const struct exporter *exporter, const char *name,
				const char *state, const char *metric, bool as_ratio)
{
	const struct summary *summary = exporter->summary;
	const struct dataset *dataset = summary->dataset;
	FILE *file = open_data(exporter, name);
	if (!file)
		return OUTCOME_FAILED;
	bool *done = calloc(dataset->series_count + 1, sizeof *done);
	const struct series **points = calloc(dataset->series_count + 1, sizeof(struct series *));
	for (size_t i = 0; done && points && i < dataset->series_count; i++) {
		const struct series *first = &dataset->series[i];
		size_t count = 0;
		for (size_t j = i; j < dataset->series_count; j++) {
			const struct series *series = &dataset->series[j];
			if (done[j] || strcmp(series->primitive, first->primitive) != 0 ||
			    !in_cell(series, state) || !is_shown_metric(series, metric) ||
			    !is_shown_action(summary, series) ||
			    (as_ratio && !summary_ratio(summary, series)))
				continue;
			done[j] = true;
			points[count++] = series;
		}
		if (!count)
			continue;
		qsort(points, count, sizeof(struct series *), by_heap);
		put_name(file, first->primitive);
		putc('\n', file);
		for (size_t p = 0; p < count; p++)
			put_interval(
				file, points[p]->heap_bytes,
				as_ratio ? &summary_ratio(summary, points[p])->interval
					 : &summary->rows[points[p] - dataset->series].interval);
		fputs("\n\n", file);
	}
	free(done);
	free(points);
	return close_data(exporter, file);
}

static double center_or_nan(const struct row *row)
{
	return row && row->count ? row->interval.center : NAN;
}

/* Where a primitive's time goes: call returned, child or program started, reaped. */
static enum outcome put_timeline(const struct exporter *exporter, size_t panel)
{
	const struct summary *summary = exporter->summary;
	const struct dataset *dataset = summary->dataset;
	char name[32], heap[UNITS_TEXT_MAX];
	snprintf(name, sizeof name, "timeline-%zu.dat", panel);
	FILE *file = open_data(exporter, name);
	if (!file)
		return OUTCOME_FAILED;
	bool titled = false;
	for (size_t i = 0; panel < exporter->panel_count && i < dataset->series_count; i++) {
		const struct series *series = &dataset->series[i];
		if (series->heap_bytes != exporter->panel_heaps[panel] ||
		    !in_cell(series, "dirty") || strcmp(series->metric, "call_ns") != 0 ||
		    !series->block_count || !is_shown_action(summary, series))
			continue;
		if (!titled)
			fprintf(file, "heap %s\n", units_format_bytes(series->heap_bytes, heap));
		titled = true;
		const char *start =
			strcmp(series->action, "exec") == 0 ? "exec_start_ns" : "child_start_ns";
		double reaped =
			center_or_nan(summary_find(summary, series, NULL, NULL, "reaped_ns"));
		if (isnan(reaped))
			reaped = center_or_nan(
				summary_find(summary, series, NULL, NULL, "joined_ns"));
		put_name(file, series->primitive);
		fprintf(file, " %s\t%.6g\t%.6g\t%.6g\n", series->action,
			center_or_nan(&summary->rows[i]),
			center_or_nan(summary_find(summary, series, NULL, NULL, start)), reaped);
	}
	return close_data(exporter, file);
}

/* fork's samples in the order they were taken. Above SAMPLES_SHOWN_MAX every k-th, and the title
 * says so. */
static enum outcome put_samples(const struct exporter *exporter, size_t panel)
{
	const struct dataset *dataset = exporter->summary->dataset;
	const struct series *chosen = NULL;
	char name[32], heap[UNITS_TEXT_MAX];
	snprintf(name, sizeof name, "samples-%zu.dat", panel);
	FILE *file = open_data(exporter, name);
	if (!file)
		return OUTCOME_FAILED;
	for (size_t i = 0; panel < exporter->panel_count && i < dataset->series_count; i++) {
		const struct series *series = &dataset->series[i];
		if (series->heap_bytes != exporter->panel_heaps[panel] ||
		    !in_cell(series, "dirty") || strcmp(series->metric, "call_ns") != 0 ||
		    !series->block_count)
			continue;
		if (!chosen || (strcmp(series->primitive, "fork") == 0 &&
				strcmp(chosen->primitive, "fork") != 0))
			chosen = series;
	}
	if (chosen) {
		size_t count = 0, index = 0;
		for (size_t b = 0; b < chosen->block_count; b++)
			count += chosen->blocks[b].count;
		size_t step = count > SAMPLES_SHOWN_MAX
				      ? (count + SAMPLES_SHOWN_MAX - 1) / SAMPLES_SHOWN_MAX
				      : 1;
		put_name(file, chosen->primitive);
		fprintf(file, " %s call_ns, heap %s", chosen->action,
			units_format_bytes(chosen->heap_bytes, heap));
		if (step > 1)
			fprintf(file, ", 1 of %zu samples", step);
		putc('\n', file);
		for (size_t b = 0; b < chosen->block_count; b++)
			for (size_t i = 0; i < chosen->blocks[b].count; i++, index++)
				if (index % step == 0)
					fprintf(file, "%zu\t%.6g\t%" PRIu64 "\n", index,
						chosen->blocks[b].values[i],
						chosen->blocks[b].replicate);
	}
	return close_data(exporter, file);
}

/* "3" or "3 to 20". */
static const char *range_text(size_t low, size_t high, char text[48])
{
	if (low == high)
		snprintf(text, 48, "%zu", low);
	else
		snprintf(text, 48, "%zu to %zu", low, high);
	return text;
}

/* Two lines under a figure: what it shows, and where it comes from. */
static enum outcome put_caption(const struct exporter *exporter, const char *figure,
				const char *what)
{
	const struct dataset *dataset = exporter->summary->dataset;
	char name[64], machine[256], text[512];
	const char *run = json_string_value(json_object_get(dataset->run, "id"));
	const char *kernel = json_string_value(
		json_object_get(json_object_get(dataset->environment, "kernel"), "release"));
	size_t n_low = SIZE_MAX, n_high = 0, replicates_low = SIZE_MAX, replicates_high = 0;
	for (size_t i = 0; i < dataset->series_count; i++) {
		const struct row *row = &exporter->summary->rows[i];
		if (!row->count || !row->series->is_main ||
		    !(in_cell(row->series, "dirty") || in_cell(row->series, "clean")))
			continue;
		n_low = row->count < n_low ? row->count : n_low;
		n_high = row->count > n_high ? row->count : n_high;
		size_t blocks = row->series->block_count;
		replicates_low = blocks < replicates_low ? blocks : replicates_low;
		replicates_high = blocks > replicates_high ? blocks : replicates_high;
	}
	snprintf(name, sizeof name, "caption-%s.dat", figure);
	FILE *file = open_data(exporter, name);
	if (!file)
		return OUTCOME_FAILED;
	char samples[48], replicates[48];
	if (n_high)
		snprintf(text, sizeof text, "%s; %s samples in %s replicates", what,
			 range_text(n_low, n_high, samples),
			 range_text(replicates_low, replicates_high, replicates));
	else
		snprintf(text, sizeof text, "%s; nothing measured", what);
	export_clean_text(text);
	fprintf(file, "%s\n", text);
	machine_summary(dataset->environment, machine, sizeof machine);
	snprintf(text, sizeof text, "%s; Linux %s; run %s; forkcost %s", machine,
		 kernel ? kernel : "unknown", run ? run : "unknown", FORKCOST_VERSION);
	export_clean_text(text);
	fprintf(file, "%s\n", text);
	return close_data(exporter, file);
}

static enum outcome put_all(const struct exporter *exporter)
{
	static const char *const states[] = {"dirty", "clean"};
	char name[64];
	for (size_t i = 0; i < 2; i++) {
		snprintf(name, sizeof name, "spawn-by-heap-call-%s.dat", states[i]);
		if (put_by_heap(exporter, name, states[i], "call_ns", false))
			return OUTCOME_FAILED;
		snprintf(name, sizeof name, "spawn-by-heap-reaped-%s.dat", states[i]);
		if (put_by_heap(exporter, name, states[i], "reaped_ns", false))
			return OUTCOME_FAILED;
		snprintf(name, sizeof name, "ratio-%s.dat", states[i]);
		if (put_by_heap(exporter, name, states[i], "reaped_ns", true))
			return OUTCOME_FAILED;
	}
	for (size_t panel = 0; panel < PANELS; panel++)
		if (put_timeline(exporter, panel) || put_samples(exporter, panel))
			return OUTCOME_FAILED;
	if (put_caption(exporter, "spawn-by-heap",
			"exec (thread, eager_copy: exit), caches warm; medians, bands: 95 % t "
			"interval on "
			"logs of replicate medians") ||
	    put_caption(
		    exporter, "ratio-to-fork-by-heap",
		    "reaped_ns relative to fork, round by round; bands: 95 % t interval on logs of "
		    "replicate ratios"))
		return OUTCOME_FAILED;
	if (put_caption(exporter, "timeline", "dirty heap, caches warm; medians without intervals"))
		return OUTCOME_FAILED;
	return put_caption(
		exporter, "samples-in-order",
		"dirty heap, caches warm; raw samples, no interval; shade changes with the "
		"replicate");
}

enum outcome export_write(const struct summary *summary, const char *folder,
			  struct problem *problem)
{
	struct exporter exporter = {.summary = summary, .problem = problem};
	static const char *const levels[] = {"plots", "plots/data"};
	for (size_t i = 0; i < 2; i++) {
		snprintf(exporter.folder, sizeof exporter.folder, "%s/%s", folder, levels[i]);
		if (mkdir(exporter.folder, 0777) < 0 && errno != EEXIST)
			return fail(problem,
				    "cannot make the folder %s: %s; make its parent writable",
				    exporter.folder, strerror(errno));
	}
	pick_panels(&exporter);
	return put_all(&exporter);
}
