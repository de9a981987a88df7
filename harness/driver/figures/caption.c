#include "harness/driver/figures/figures.h"

#include "harness/driver/machine.h"
#include "harness/driver/version.h"

#include <inttypes.h>
#include <string.h>

enum { CAPTION_LINE_MAX = 1024 };

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

static void put_line(FILE *file, const char *text)
{
	if (!text || !*text)
		return;
	figures_put_text(file, text);
	putc('\n', file);
}

static void put_what(FILE *file, const struct figures *figures, const struct caption *caption)
{
	char text[CAPTION_LINE_MAX], first[48], second[48], why[PICK_WHY_MAX] = "";
	struct span samples = {0}, replicates = {0};
	for (size_t i = 0; i < figures->summary->row_count; i++) {
		const struct row *row = &figures->summary->rows[i];
		if (!row->count || !pick_takes(&caption->pick, row->series) ||
		    (!caption->pick.metric && !caption->pick.counters && !row->series->is_main))
			continue;
		span_add(&samples, row->count);
		span_add(&replicates, row->series->block_count);
	}
	if (samples.high)
		snprintf(text, sizeof text, "%s; %s samples in %s replicates", caption->what,
			 span_text(&samples, first), span_text(&replicates, second));
	if (!samples.high && caption->pick.experiment)
		pick_why_none(figures->summary, caption->pick.experiment, why);
	if (!samples.high)
		snprintf(text, sizeof text, "%s; nothing measured%s%s", caption->what,
			 *why ? ": " : "", why);
	put_line(file, text);
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

static const char *text_of(const json_t *counter, const char *key)
{
	return json_string_value(json_object_get(counter, key));
}

/* Whether an earlier counter of the list has the same reason. */
static bool reason_is_told(const json_t *counters, size_t before, const char *why)
{
	for (size_t i = 0; i < before; i++) {
		const char *earlier = text_of(json_array_get(counters, i), "missing");
		if (earlier && strcmp(earlier, why) == 0)
			return true;
	}
	return false;
}

static void add_text(char *text, size_t text_bytes, const char *before, const char *words)
{
	size_t length = strlen(text);
	snprintf(text + length, text_bytes - length, "%s%s", before, words);
}

const char *caption_counters(const struct dataset *dataset, char *text, size_t text_bytes)
{
	const json_t *counters = json_object_get(dataset->run, "counters");
	*text = '\0';
	for (size_t i = 0; i < json_array_size(counters); i++) {
		const char *why = text_of(json_array_get(counters, i), "missing");
		if (!why || reason_is_told(counters, i, why))
			continue;
		add_text(text, text_bytes, *text ? "; " : "not counted: ", "");
		for (size_t j = i, named = 0; j < json_array_size(counters); j++) {
			const json_t *counter = json_array_get(counters, j);
			const char *other = text_of(counter, "missing");
			const char *name = text_of(counter, "name");
			if (other && name && strcmp(other, why) == 0)
				add_text(text, text_bytes, named++ ? ", " : "", name);
		}
		add_text(text, text_bytes, " (", why);
		add_text(text, text_bytes, ")", "");
	}
	return text;
}

enum outcome caption_write(const struct figures *figures, const struct caption *caption)
{
	char name[96], text[CAPTION_LINE_MAX];
	snprintf(name, sizeof name, "caption-%s.dat", caption->figure);
	FILE *file = figures_open(figures, name);
	if (!file)
		return OUTCOME_FAILED;
	put_what(file, figures, caption);
	put_line(file, caption->remark);
	if (caption->about_counters)
		put_line(file, caption_counters(figures->summary->dataset, text, sizeof text));
	put_origin(file, figures->summary->dataset);
	return figures_close(figures, file);
}
