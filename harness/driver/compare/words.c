#include "harness/driver/compare/words.h"

#include "harness/common/units.h"
#include "harness/driver/compare/between.h"
#include "harness/driver/compare/controls.h"
#include "harness/driver/compare/surroundings.h"
#include "harness/driver/show/blocks.h"

#include <math.h>
#include <string.h>

static const char *const side_names[SIDES] = {"A", "B"};
static const char *const side_keys[SIDES] = {"a", "b"};

/* Of a kernel's command line more than any has, and little enough for a few lines of a terminal. */
enum { VALUE_SHOWN_MAX = 320 };

const char *compare_label(const struct compared_row *row, char label[COMPARE_LABEL_MAX])
{
	const struct series *series = &row->series;
	struct filter levels = {.heap_bytes = series->heap_bytes};
	char size[UNITS_TEXT_MAX], words[LEVEL_WORDS_MAX];
	const char *const names[] = {series->experiment, series->primitive, series->action,
				     series->case_name, series->metric};
	*label = '\0';
	for (enum axis_id axis = 0; axis < AXIS_COUNT; axis++)
		levels.level[axis] = series->level[axis];
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (*names[i])
			notes_append(label, COMPARE_LABEL_MAX, "%s%s", *label ? " " : "", names[i]);
	notes_append(label, COMPARE_LABEL_MAX, ", %s%s",
		     series->heap_bytes ? units_format_bytes(series->heap_bytes, size) : "heap 0",
		     level_words(&levels, 0, words));
	return label;
}

const char *compare_ratio_words(const struct compared_row *row, char text[COMPARE_NUMBER_MAX])
{
	const struct difference *difference = &row->difference;
	const struct stats_interval interval = {.center = difference->ratio,
						.low = difference->low,
						.high = difference->high,
						.has_interval = true};
	if (difference->why || !isfinite(difference->ratio))
		return notes_fill(text, COMPARE_NUMBER_MAX, "n/a");
	if (!(difference->ratio > 0))
		return notes_fill(text, COMPARE_NUMBER_MAX, "0");
	block_number(&interval, text);
	if (difference->between == BETWEEN_ASSUMED)
		notes_append(text, COMPARE_NUMBER_MAX, "*");
	return text;
}

const char *compare_value_words(const struct compared_row *row, enum side_id side,
				char text[COMPARE_NUMBER_MAX])
{
	char number[UNITS_TEXT_MAX];
	if (compare_is_time(row))
		return notes_fill(text, COMPARE_NUMBER_MAX, "%s",
				  units_format_ns(row->center[side], number));
	return notes_fill(text, COMPARE_NUMBER_MAX, "%.4g%s", row->center[side],
			  strcmp(row->series.unit, "1/s") == 0 ? "/s" : "");
}

const char *compare_why(const struct compared_row *row)
{
	return row->difference.why ? row->difference.why : "";
}

void compare_run_words(const struct compare *compare, enum side_id side, size_t number,
		       char text[NOTE_BYTES])
{
	const struct compared_run *run = &compare->runs[side][number];
	notes_fill(text, NOTE_BYTES, "%s: %s (%s; ", side_names[side], run->folder, run->id);
	if (isnan(run->disturbed))
		notes_append(text, NOTE_BYTES, "disturbed samples: not recorded)");
	else
		notes_append(text, NOTE_BYTES, "%.1f %% of samples disturbed)",
			     100 * run->disturbed);
}

void compare_surroundings_words(const json_t *difference, char text[NOTE_BYTES])
{
	notes_fill(text, NOTE_BYTES, "%s:", json_string_value(json_object_get(difference, "key")));
	for (enum side_id side = SIDE_A; side < SIDES; side++) {
		const json_t *values = json_object_get(difference, side_keys[side]);
		notes_append(text, NOTE_BYTES, "%s %s ", side ? ";" : "", side_names[side]);
		for (size_t i = 0; i < json_array_size(values); i++) {
			const char *value = json_string_value(json_array_get(values, i));
			notes_append(text, NOTE_BYTES, "%s%.*s%s", i ? " | " : "", VALUE_SHOWN_MAX,
				     *value ? value : "(empty)",
				     strlen(value) > VALUE_SHOWN_MAX ? "..." : "");
		}
	}
	/* What does not fit is cut, and --format json has it. */
	if (strlen(text) == NOTE_BYTES - 1)
		memcpy(text + NOTE_BYTES - 4, "...", 4);
}

static void count_words(const struct compare *compare, bool headline_alone, char *text)
{
	size_t faster = 0, slower = 0, lower = 0, higher = 0;
	for (size_t i = 0; i < compare->both; i++) {
		const struct compared_row *row = &compare->rows[i];
		const bool time = compare_is_time(row);
		if (headline_alone && !row->is_headline)
			continue;
		faster += time && row->verdict == VERDICT_LESS;
		slower += time && row->verdict == VERDICT_MORE;
		lower += !time && row->verdict == VERDICT_LESS;
		higher += !time && row->verdict == VERDICT_MORE;
	}
	notes_append(text, NOTE_BYTES, "%zu faster, %zu slower, ", faster, slower);
	if (lower + higher)
		notes_append(text, NOTE_BYTES, "%zu lower, %zu higher, ", lower, higher);
	notes_append(text, NOTE_BYTES, "%zu the same within %g %%, %zu cannot tell",
		     compare_count(compare, VERDICT_SAME, headline_alone),
		     100 * compare->wish.same_within,
		     compare_count(compare, VERDICT_UNSURE, headline_alone));
}

void compare_counts_words(const struct compare *compare, char text[NOTE_BYTES])
{
	notes_fill(text, NOTE_BYTES, "B against A: of %zu headline rows ", compare->headlines);
	count_words(compare, true, text);
	notes_append(text, NOTE_BYTES, "; of all %zu rows ", compare->both);
	count_words(compare, false, text);
}

/* What the intervals rest on. */
static void add_between(const struct compare *compare, struct notes *notes)
{
	char words[BETWEEN_WORDS_MAX];
	bool measured = compare->run_count[SIDE_A] > 1 && compare->run_count[SIDE_B] > 1;
	if (compare->wish.paired) {
		notes_add(notes,
			  "%zu rounds of a run a side: intervals and verdicts rest on the rounds' "
			  "ratios, so that what hits both runs of a round cancels.",
			  compare->run_count[SIDE_A]);
		return;
	}
	if (measured && !compare->any_assumed) {
		notes_add(notes,
			  "Several runs a side: intervals and verdicts rest on how far the runs "
			  "themselves lie apart.");
		return;
	}
	if (isnan(compare->wish.between))
		between_words(words);
	else
		snprintf(words, sizeof words, "%g %%", 100 * compare->wish.between);
	notes_add(notes,
		  "One run a side cannot know how far runs differ by themselves: what was measured "
		  "is of "
		  "these runs. A standard deviation between runs is assumed, of %s; it is in the "
		  "intervals with "
		  "a *. --between-runs gives another; several runs a side measure it.",
		  words);
}

/* From here on a run is called disturbed. */
static const double DISTURBED_MAX = 0.2;

static void add_disturbed(const struct compared_run *run, struct notes *notes)
{
	if (run->disturbed > DISTURBED_MAX)
		notes_add(notes,
			  "Run %s: %.0f %% of samples were disturbed. Repeat it on a quieter "
			  "machine, "
			  "several times, in turns with the other side's.",
			  run->id, 100 * run->disturbed);
	if (isnan(run->disturbed))
		notes_add(notes, "Run %s has no witnesses: how disturbed it was is not known.",
			  run->id);
}

/* Runs that stand on both sides, that were disturbed, or are of no machine. */
static void add_oddities(const struct compare *compare, struct notes *notes)
{
	for (size_t i = 0; i < compare->run_count[SIDE_A]; i++)
		for (size_t j = 0; j < compare->run_count[SIDE_B]; j++)
			if (strcmp(compare->runs[SIDE_A][i].id, compare->runs[SIDE_B][j].id) == 0)
				notes_add(notes, "Run %s stands on both sides.",
					  compare->runs[SIDE_A][i].id);
	for (enum side_id side = SIDE_A; side < SIDES; side++)
		for (size_t i = 0; i < compare->run_count[side]; i++) {
			const struct compared_run *run = &compare->runs[side][i];
			add_disturbed(run, notes);
			if (run->was_emulated)
				notes_add(notes,
					  "Run %s is of an emulated CPU: its times mean nothing.",
					  run->id);
		}
}

void compare_cautions(const struct compare *compare, struct notes *notes)
{
	controls_words(compare, notes);
	add_oddities(compare, notes);
	add_between(compare, notes);
	notes_add(
		notes,
		"Of %zu rows compared %zu are a matter of chance: about %.0f of them would differ "
		"at 95 %% by luck alone. So chances are adjusted for their number (Benjamini and "
		"Hochberg): of what is said to differ, 5 %% is luck. Intervals are not adjusted. "
		"Rows of a run move together: a run that was slow as a whole is slow in many.",
		compare->both, compare->chances, 0.05 * (double)compare->chances);
	if (compare->only[SIDE_A] + compare->only[SIDE_B])
		notes_add(notes, "Not compared: %zu rows that A alone has, %zu that B alone has.",
			  compare->only[SIDE_A], compare->only[SIDE_B]);
}
