#include "harness/driver/compare/view.h"

#include "harness/driver/base/forms/markdown.h"
#include "harness/driver/base/forms/terminal.h"
#include "harness/driver/base/version.h"
#include "harness/driver/base/wrapped.h"
#include "harness/driver/compare/data.h"
#include "harness/driver/compare/surroundings.h"
#include "harness/driver/compare/words.h"
#include "harness/driver/show/grid.h"

#include <string.h>

/* Of a person's forms; CSV and JSON have all. */
enum { SURROUNDINGS_SHOWN_MAX = 24, HEADLINE_SHOWN_MAX = 100, OTHERS_SHOWN_MAX = 40 };

/* How text and Markdown write what both of them say. */
struct writer {
	FILE *file;
	void (*title)(FILE *file, const char *text);
	void (*item)(FILE *file, const char *text);
	void (*sentence)(FILE *file, const char *text);
	void (*begin_rows)(FILE *file);
	void (*row)(FILE *file, const struct compared_row *row);
};

/* ---- text ---- */

/* The columns before what a row is of. */
enum { VERDICT_WIDTH = 11, RATIO_WIDTH = 11, VALUE_WIDTH = 8, LABEL_AT = 45 };

/* Columns on the screen: of UTF-8 we write the plus-minus sign alone, of two bytes. */
static int padding(const char *text, int width)
{
	return width - (int)strlen(text) + (strstr(text, "\u00b1") != NULL);
}

static void text_title(FILE *file, const char *text)
{
	print("\n");
	wrapped_print(file, text, 0, 0);
}

static void text_item(FILE *file, const char *text)
{
	wrapped_print(file, text, 2, 4);
}

static void text_sentence(FILE *file, const char *text)
{
	print("\n");
	wrapped_print(file, text, 0, 0);
}

static void text_columns(FILE *file, const char *verdict, const char *ratio, const char *a,
			 const char *b, const char *label)
{
	char line[LABEL_AT + COMPARE_LABEL_MAX + 256];
	snprintf(line, sizeof line, "%-*s%*s%s  %*s  %*s  %s", VERDICT_WIDTH, verdict,
		 padding(ratio, RATIO_WIDTH) + 2, "", ratio, VALUE_WIDTH, a, VALUE_WIDTH, b, label);
	wrapped_print(file, line, 0, LABEL_AT);
}

static void text_begin_rows(FILE *file)
{
	print("\n");
	text_columns(file, "verdict", "B/A", "A", "B", "of");
}

static void text_row(FILE *file, const struct compared_row *row)
{
	char ratio[COMPARE_NUMBER_MAX], a[COMPARE_NUMBER_MAX], b[COMPARE_NUMBER_MAX];
	char label[COMPARE_LABEL_MAX];
	compare_label(row, label);
	if (*compare_why(row))
		notes_append(label, sizeof label, " (%s)", compare_why(row));
	text_columns(file, compare_verdict_word(row), compare_ratio_words(row, ratio),
		     compare_value_words(row, SIDE_A, a), compare_value_words(row, SIDE_B, b),
		     label);
}

/* ---- Markdown ---- */

static void markdown_between(FILE *file, const char *before, const char *text, const char *after)
{
	markdown_markup(file, before);
	markdown_text(file, text);
	markdown_markup(file, after);
}

static void markdown_title(FILE *file, const char *text)
{
	markdown_between(file, "\n**", text, "**\n\n");
}

static void markdown_item(FILE *file, const char *text)
{
	markdown_between(file, "- ", text, "\n");
}

static void markdown_sentence(FILE *file, const char *text)
{
	markdown_between(file, "\n", text, "\n");
}

static void markdown_begin_rows(FILE *file)
{
	markdown_markup(file, "| verdict | B/A | A | B | of |\n|---|--:|--:|--:|---|\n");
}

static void markdown_row(FILE *file, const struct compared_row *row)
{
	char text[COMPARE_NUMBER_MAX], label[COMPARE_LABEL_MAX];
	markdown_between(file, "| ", compare_verdict_word(row), " | ");
	markdown_text(file, compare_ratio_words(row, text));
	for (enum side_id side = SIDE_A; side < SIDES; side++)
		markdown_between(file, " | ", compare_value_words(row, side, text), "");
	markdown_between(file, " | ", compare_label(row, label), "");
	if (*compare_why(row))
		markdown_between(file, " (", compare_why(row), ")");
	markdown_markup(file, " |\n");
}

static const struct writer writers[] = {
	[COMPARE_TEXT] = {.title = text_title,
			  .item = text_item,
			  .sentence = text_sentence,
			  .begin_rows = text_begin_rows,
			  .row = text_row},
	[COMPARE_MARKDOWN] = {.title = markdown_title,
			      .item = markdown_item,
			      .sentence = markdown_sentence,
			      .begin_rows = markdown_begin_rows,
			      .row = markdown_row},
};

/* ---- both ---- */

static void put_surroundings(const struct writer *writer, const json_t *differences)
{
	const size_t count = json_array_size(differences);
	char text[NOTE_BYTES];
	if (!count)
		writer->title(writer->file,
			      "The surroundings of all runs are recorded as the same.");
	else
		writer->title(writer->file,
			      "Surroundings that differ, or are not recorded, and may explain it:");
	for (size_t i = 0; i < count && i < SURROUNDINGS_SHOWN_MAX; i++) {
		compare_surroundings_words(json_array_get(differences, i), text);
		writer->item(writer->file, text);
	}
	if (count > SURROUNDINGS_SHOWN_MAX) {
		notes_fill(text, sizeof text, "and %zu more: --format json lists them",
			   count - SURROUNDINGS_SHOWN_MAX);
		writer->item(writer->file, text);
	}
}

static bool is_sure(const struct compared_row *row)
{
	return row->verdict == VERDICT_LESS || row->verdict == VERDICT_MORE;
}

/* Rows of the headline; or of the others those that surely differ. */
static void put_rows(const struct writer *writer, const struct compare *compare, bool headline,
		     size_t most)
{
	char text[NOTE_BYTES];
	size_t count = 0;
	for (size_t i = 0; i < compare->both; i++) {
		const struct compared_row *row = &compare->rows[i];
		if (row->is_headline != headline || !(headline || is_sure(row)))
			continue;
		if (count == 0)
			writer->title(writer->file,
				      headline ? "The headline" : "Other rows that differ");
		if (count == 0)
			writer->begin_rows(writer->file);
		if (count++ < most)
			writer->row(writer->file, row);
	}
	if (count > most) {
		notes_fill(text, sizeof text, "and %zu more: --format csv lists all rows",
			   count - most);
		writer->sentence(writer->file, text);
	}
}

static void put_for_people(const struct writer *writer, const struct compare *compare,
			   const json_t *differences)
{
	static struct notes notes;
	char text[NOTE_BYTES];
	for (enum side_id side = SIDE_A; side < SIDES; side++)
		for (size_t i = 0; i < compare->run_count[side]; i++) {
			compare_run_words(compare, side, i, text);
			writer->item(writer->file, text);
		}
	put_surroundings(writer, differences);
	compare_counts_words(compare, text);
	notes_append(text, sizeof text, ".");
	writer->sentence(writer->file, text);
	notes = (struct notes){0};
	compare_cautions(compare, &notes);
	for (size_t i = 0; i < notes.count; i++)
		writer->sentence(writer->file, notes.text[i]);
	put_rows(writer, compare, true, HEADLINE_SHOWN_MAX);
	put_rows(writer, compare, false, OTHERS_SHOWN_MAX);
	writer->sentence(writer->file,
			 "B/A is the ratio of geometric means and half of its 95 % interval; ~: "
			 "wider than \u00b110 %, ?: than \u00b125 %. *: with a variance between "
			 "runs that is "
			 "assumed. \u00b10%: it never varies.");
}

static void begin(enum compare_form form, FILE *file)
{
	if (form == COMPARE_TEXT)
		print("forkcost %s compares\n", FORKCOST_VERSION);
	else
		markdown_markup(file, "<!-- made by forkcost " FORKCOST_VERSION " compare -->\n\n");
}

enum outcome compare_put(const struct compare *compare, enum compare_form form, FILE *file,
			 struct problem *problem)
{
	if (form == COMPARE_CSV) {
		compare_put_csv(compare, file);
		return OUTCOME_OK;
	}
	json_t *differences = surroundings_differences(compare);
	if (!differences)
		return fail(problem, "cannot compare surroundings: out of memory; give fewer runs");
	enum outcome outcome = OUTCOME_OK;
	if (form == COMPARE_JSON) {
		outcome = compare_put_json(compare, differences, file, problem);
	} else {
		struct writer writer = writers[form];
		writer.file = file;
		begin(form, file);
		put_for_people(&writer, compare, differences);
	}
	json_decref(differences);
	return outcome;
}

void compare_put_brief(const struct compare *compare)
{
	const struct compared_row *worst = compare_worst(compare, 0);
	char text[NOTE_BYTES], label[COMPARE_LABEL_MAX], ratio[COMPARE_NUMBER_MAX];
	compare_counts_words(compare, text);
	if (worst)
		notes_append(text, sizeof text, "; slowest against A: %s: %s",
			     compare_label(worst, label), compare_ratio_words(worst, ratio));
	if (compare->any_assumed)
		notes_append(text, sizeof text, "; variance between runs assumed");
	print("%s\n", text);
}
