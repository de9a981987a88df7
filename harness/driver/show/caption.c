#include "harness/driver/show/caption.h"

#include "harness/common/units.h"
#include "harness/driver/base/notes.h"
#include "harness/driver/base/version.h"
#include "harness/driver/machine/machine.h"
#include "harness/driver/show/blocks.h"
#include "harness/driver/show/exec_floor.h"

#include <string.h>

enum { CAPTION_LINE_MAX = 1024, CAPTION_TEXT_MAX = 4096 };

/* The smallest and the largest of some numbers. */
struct span {
	size_t low, high; /* high 0: none */
};

static void span_add(struct span *span, size_t number)
{
	if (span->high == 0 || number < span->low)
		span->low = number;
	if (number > span->high)
		span->high = number;
}

/* "3" or "3 to 20". */
static const char *span_text(const struct span *span, char text[48])
{
	if (span->low == span->high)
		snprintf(text, 48, "%zu", span->low);
	else
		snprintf(text, 48, "%zu to %zu", span->low, span->high);
	return text;
}

/* Appends a part to the paragraph. */
static void add(char text[CAPTION_TEXT_MAX], const char *part)
{
	if (part && *part)
		notes_append(text, CAPTION_TEXT_MAX, "%s%s", *text ? "; " : "", part);
}

static void put_line(FILE *file, const char *text)
{
	gnuplot_text(file, text);
	gnuplot_put(file, "\n");
}

static void add_what(char text[CAPTION_TEXT_MAX], const struct figures *figures,
		     const struct caption *caption)
{
	char count[128], first[48], second[48], why[FILTER_WHY_MAX] = "";
	char what[CAPTION_LINE_MAX / 2];
	struct span samples = {0}, replicates = {0};
	for (size_t i = 0; i < figures->summary->row_count; i++) {
		const struct row *row = &figures->summary->rows[i];
		if (!row->count || !filter_matches(&caption->filter, row->series) ||
		    (!caption->filter.metric && !caption->filter.counters && !row->series->is_main))
			continue;
		span_add(&samples, row->count);
		span_add(&replicates, row->series->block_count);
	}
	block_words(&caption->filter, caption->what, what, sizeof what);
	add(text, what);
	if (samples.high) {
		snprintf(count, sizeof count, "%s samples in %s replicate%s",
			 span_text(&samples, first), span_text(&replicates, second),
			 units_plural(replicates.high));
		add(text, count);
		return;
	}
	if (caption->filter.experiment)
		filter_why_none(figures->summary, caption->filter.experiment, why);
	add(text, "nothing measured");
	if (*why)
		notes_append(text, CAPTION_TEXT_MAX, ": %s", why);
}

static void put_origin(FILE *file, const struct dataset *dataset)
{
	char text[CAPTION_LINE_MAX], machine[256];
	const char *run = json_string_value(json_object_get(dataset->run, "id"));
	const char *kernel = json_string_value(
		json_object_get(json_object_get(dataset->environment, "kernel"), "release"));
	machine_summary(dataset->environment, machine, sizeof machine);
	snprintf(text, sizeof text, "%s; Linux %s; run %s; forkcost %s", machine,
		 kernel ? kernel : "unknown", run ? run : "unknown", FORKCOST_VERSION);
	put_line(file, text);
}

enum outcome caption_write(const struct figures *figures, const struct caption *caption)
{
	char name[96], left_out[FILTER_WHY_MAX], of_exec[EXEC_FLOOR_MAX];
	char text[CAPTION_TEXT_MAX] = "";
	snprintf(name, sizeof name, "caption-%s.dat", caption->figure);
	FILE *file = figures_open(figures, name);
	if (!file)
		return OUTCOME_FAILED;
	add_what(text, figures, caption);
	add(text, caption->remark);
	if (!caption->filter.counters) /* a floor of times */
		add(text, exec_floor_words(figures->summary, &caption->filter, of_exec));
	if (caption->filter.experiment)
		add(text,
		    filter_cases_left_out(figures->summary, caption->filter.experiment, left_out));
	put_line(file, text);
	put_origin(file, figures->summary->dataset);
	return figures_close(figures, file);
}
