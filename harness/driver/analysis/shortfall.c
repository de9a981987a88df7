#include "harness/driver/analysis/shortfall.h"

#include "harness/common/units.h"
#include "harness/driver/base/forms/terminal.h"
#include "harness/driver/base/stats.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

/* An entry of `not_reached`. What is no text, or no number above 0, is as good as absent. */
struct entry {
	char experiment[WIRE_NAME_MAX], level[AXIS_COUNT][WIRE_NAME_MAX];
	uint64_t heap_bytes, replicates;
};

static const json_t *entries(const struct dataset *dataset)
{
	return json_object_get(dataset->end, "not_reached");
}

static void take_word(const json_t *item, const char *key, char word[WIRE_NAME_MAX])
{
	const char *text = json_string_value(json_object_get(item, key));
	snprintf(word, WIRE_NAME_MAX, "%s", text ? text : "");
	notes_make_plain(word);
}

static uint64_t take_count(const json_t *item, const char *key)
{
	json_int_t value = json_integer_value(json_object_get(item, key));
	return value > 0 ? (uint64_t)value : 0;
}

static struct entry entry_at(const struct dataset *dataset, size_t index)
{
	const json_t *item = json_array_get(entries(dataset), index);
	struct entry entry = {.heap_bytes = take_count(item, "heap_bytes"),
			      .replicates = take_count(item, "replicates")};
	take_word(item, "experiment", entry.experiment);
	for (enum axis_id axis = 0; axis < AXIS_COUNT; axis++)
		take_word(item, axes[axis].name, entry.level[axis]);
	return entry;
}

static bool was_interrupted(const struct dataset *dataset)
{
	const char *ended = json_string_value(json_object_get(dataset->end, "ended"));
	return ended && strcmp(ended, "interrupted") == 0;
}

/* Appends "heap 64 MiB", "heap 0 with child on any CPU (3 replicates)": levels that are not the plain ones. */
static void append_entry(char text[NOTE_BYTES], const struct entry *entry)
{
	enum { ENTRY_MAX = 160 };
	char heap[UNITS_TEXT_MAX], words[AXIS_WORDS_MAX];
	if (strlen(text) + ENTRY_MAX > NOTE_BYTES) {
		if (text[strlen(text) - 1] != '.')
			notes_append(text, NOTE_BYTES, ", ...");
		return;
	}
	notes_append(text, NOTE_BYTES, "%sheap %s", *text ? ", " : "",
		     units_format_bytes(entry->heap_bytes, heap));
	for (enum axis_id axis = 0; axis < AXIS_COUNT; axis++) {
		const char *level = entry->level[axis];
		if (*level && strcmp(level, axis_plain_name(&axes[axis])) != 0)
			notes_append(text, NOTE_BYTES, " with %s",
				     axis_words(&axes[axis], level, words));
	}
	if (entry->replicates)
		notes_append(text, NOTE_BYTES, " (%" PRIu64 " replicate%s)", entry->replicates,
			     units_plural(entry->replicates));
}

const char *shortfall_of(const struct dataset *dataset, const char *experiment,
			 char text[NOTE_BYTES])
{
	char none[NOTE_BYTES] = "", few[NOTE_BYTES] = "";
	for (size_t i = 0; i < json_array_size(entries(dataset)); i++) {
		struct entry entry = entry_at(dataset, i);
		if (strcmp(entry.experiment, experiment) == 0)
			append_entry(entry.replicates ? few : none, &entry);
	}
	*text = '\0';
	if (*none)
		notes_append(text, NOTE_BYTES, "not reached: %s", none);
	if (*few)
		notes_append(text, NOTE_BYTES, "%s" STATS_TOO_FEW ", so no interval: %s",
			     *text ? "; " : "", few);
	return text;
}

/* A run that was killed has no end line: what it was to do stands in its settings alone. */
static bool was_cut_off(const struct dataset *dataset)
{
	return !dataset->end &&
	       json_object_get(json_object_get(dataset->run, "settings"), "experiments");
}

/* Whether the settings have the experiment, and a heap of so much or more. */
static bool was_asked_for(const struct dataset *dataset, const char *experiment,
			  uint64_t heap_bytes)
{
	const json_t *settings = json_object_get(dataset->run, "settings"), *item;
	bool chosen = false, large = heap_bytes == 0;
	size_t i;
	json_array_foreach(json_object_get(settings, "experiments"), i, item)
	{
		const char *name = json_string_value(item);
		chosen = chosen || (name && strcmp(name, experiment) == 0);
	}
	json_array_foreach(json_object_get(settings, "heap_bytes"), i, item)
	{
		json_int_t size = json_integer_value(item);
		large = large || (size > 0 && (uint64_t)size >= heap_bytes);
	}
	return chosen && large;
}

bool shortfall_holds(const struct dataset *dataset, const char *experiment, uint64_t heap_bytes)
{
	if (was_cut_off(dataset))
		return was_asked_for(dataset, experiment, heap_bytes);
	for (size_t i = 0; i < json_array_size(entries(dataset)); i++) {
		struct entry entry = entry_at(dataset, i);
		if (entry.heap_bytes >= heap_bytes && strcmp(entry.experiment, experiment) == 0)
			return true;
	}
	return false;
}

const char *shortfall_reason(const struct dataset *dataset)
{
	if (was_cut_off(dataset))
		return "the run was cut off before; run it again";
	return was_interrupted(dataset) ? "the run was interrupted before; let it end"
					: "the budget ended before; raise --budget";
}

static void describe_budget(const struct dataset *dataset, struct notes *notes)
{
	const json_t *settings = json_object_get(dataset->run, "settings");
	double budget_s = json_number_value(json_object_get(settings, "budget_s"));
	double short_s = json_number_value(json_object_get(dataset->end, "short_by_s"));
	bool more = json_is_true(json_object_get(dataset->end, "short_by_more"));
	char lacks[UNITS_TEXT_MAX], enough[UNITS_TEXT_MAX], had[UNITS_TEXT_MAX];
	if (!(short_s > 0 && short_s < 1e9 && budget_s > 0 && budget_s < 1e9))
		return;
	units_format_seconds(budget_s, had);
	units_format_seconds(short_s, lacks);
	/* Rounded up to what one would type. */
	double step_s = budget_s + short_s < 600 ? 10 : 60;
	units_format_seconds(ceil((budget_s + short_s) / step_s) * step_s, enough);
	notes_add(notes, "the budget of %s is short by %s %s: give --budget %s%s", had,
		  more ? "more than" : "about", lacks, enough, more ? " or more" : "");
}

void shortfall_describe(const struct dataset *dataset, struct notes *notes)
{
	char said[WIRE_EXPERIMENTS_MAX][WIRE_NAME_MAX], text[NOTE_BYTES];
	size_t said_count = 0, size = json_array_size(entries(dataset));
	*notes = (struct notes){0};
	for (size_t i = 0; i < size && said_count < WIRE_EXPERIMENTS_MAX; i++) {
		struct entry entry = entry_at(dataset, i);
		bool seen = false;
		for (size_t s = 0; s < said_count; s++)
			seen = seen || strcmp(said[s], entry.experiment) == 0;
		if (seen)
			continue;
		memcpy(said[said_count++], entry.experiment, WIRE_NAME_MAX);
		notes_add(notes, "%s: %s", entry.experiment,
			  shortfall_of(dataset, entry.experiment, text));
	}
	if (was_cut_off(dataset))
		notes_add(notes, "the run was cut off: heaps and experiments that are missing here "
				 "were not reached");
	if (size && !was_interrupted(dataset))
		describe_budget(dataset, notes);
}

void shortfall_print_foot(const struct dataset *dataset)
{
	struct notes holds, left, missing;
	notes_from_json(&holds, json_object_get(dataset->run, "holds_for"));
	notes_from_json(&left, json_object_get(dataset->run, "left_out"));
	shortfall_describe(dataset, &missing);
	if (holds.count + left.count + missing.count)
		print("\n");
	notes_print(stdout, "", &holds);
	notes_print(stdout, "left out: ", &left);
	notes_print(stdout, "", &missing);
}
