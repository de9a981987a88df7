#include "harness/driver/show/article.h"

#include "harness/common/units.h"
#include "harness/driver/base/forms/latex.h"
#include "harness/driver/base/forms/typst.h"
#include "harness/driver/base/notes.h"
#include "harness/driver/machine/machine.h"
#include "harness/driver/show/blocks.h"

#include <math.h>
#include <string.h>

enum { ROWS_MAX = GRID_ROWS_MAX - 1 };
enum { HEAP = 5, FIRST_AXIS, COLUMNS = FIRST_AXIS + AXIS_COUNT, WORD_MAX = 64, CAPTION_MAX = 1024 };

struct article {
	const struct summary *summary;
	size_t count, missing; /* missing: rows asked for without values */
	const char *reason;    /* of those; NULL: they have several */
	const struct row *rows[ROWS_MAX];
	bool varies[COLUMNS];
	bool has_width[STATS_NO_WIDTH + 1];
};

static const char *head(size_t column)
{
	static const char *const heads[FIRST_AXIS] = {"experiment", "primitive", "action",
						      "case",       "metric",    "heap"};
	return column < FIRST_AXIS ? heads[column] : axes[column - FIRST_AXIS].name;
}

static const char *word(const struct row *row, size_t column, char text[WORD_MAX])
{
	const struct series *series = row->series;
	const char *const words[HEAP] = {series->experiment, series->primitive, series->action,
					 series->case_name, series->metric};
	char heap[UNITS_TEXT_MAX];
	const char *is = column < HEAP    ? words[column]
			 : column == HEAP ? units_format_bytes(series->heap_bytes, heap)
					  : series->level[column - FIRST_AXIS];
	snprintf(text, WORD_MAX, "%s", is);
	return text;
}

static bool is_taken(const struct row_choice *choice, const struct series *series)
{
	return row_choice_takes(choice, series) && (choice->metric || series->is_main);
}

/* Counts are what they are; only what is measured has a width. */
static enum stats_width width_of(const struct row *row)
{
	return series_has_interval(row->series) ? stats_width(&row->interval) : STATS_NARROW;
}

static const char *reason(const struct article *article)
{
	return article->reason ? article->reason : "see the notes in summary.csv";
}

static enum outcome choose(struct article *article, const struct row_choice *choice,
			   struct problem *problem)
{
	char text[WORD_MAX], first[WORD_MAX];
	for (size_t i = 0; i < article->summary->row_count; i++) {
		const struct row *row = &article->summary->rows[i];
		if (!is_taken(choice, row->series))
			continue;
		if (!row->count) {
			if (!article->missing++)
				article->reason = row->note;
			else if (article->reason && strcmp(article->reason, row->note) != 0)
				article->reason = NULL;
			continue;
		}
		if (article->count == ROWS_MAX)
			return fail(problem,
				    "cannot show more than %zu rows in a table; give --experiment, "
				    "--primitive or --heap, or --format csv",
				    article->count);
		article->rows[article->count++] = row;
		article->has_width[width_of(row)] = true;
	}
	if (!article->count) {
		if (article->missing)
			fail(problem, "cannot show %zu row%s without values: %s; give --format csv",
			     article->missing, units_plural(article->missing), reason(article));
		else
			row_choice_blame(choice, article->summary, problem);
		return OUTCOME_FAILED;
	}
	for (size_t column = 0; column < COLUMNS; column++)
		for (size_t i = 1; i < article->count; i++)
			article->varies[column] = article->varies[column] ||
						  strcmp(word(article->rows[0], column, first),
							 word(article->rows[i], column, text)) != 0;
	return OUTCOME_OK;
}

/* What all rows have in common, and where they were measured. */
static const char *caption(const struct article *article, char text[CAPTION_MAX])
{
	char value[WORD_MAX], machine[256];
	const struct dataset *dataset = article->summary->dataset;
	const char *run = json_string_value(json_object_get(dataset->run, "id"));
	*text = '\0';
	for (size_t column = 0; column < COLUMNS; column++) {
		const bool plain = column >= FIRST_AXIS &&
				   strcmp(word(article->rows[0], column, value),
					  axis_plain_name(&axes[column - FIRST_AXIS])) == 0;
		if (!article->varies[column] && !plain && *word(article->rows[0], column, value))
			notes_append(text, CAPTION_MAX, "%s%s %s", *text ? ", " : "", head(column),
				     value);
	}
	machine_summary(dataset->environment, machine, sizeof machine);
	notes_append(text, CAPTION_MAX, "; %s; run %s", machine, run ? run : "unknown");
	return text;
}

/* How many rows the table lacks, and why; empty where it has all. */
static const char *missing(const struct article *article, char text[CAPTION_MAX])
{
	*text = '\0';
	if (article->missing)
		notes_append(text, CAPTION_MAX, "%zu row%s without values: %s", article->missing,
			     units_plural(article->missing), reason(article));
	return text;
}

/* ---- text and Markdown ---- */

static void put_value_cell(struct grid *grid, const struct row *row)
{
	if (!series_has_interval(row->series))
		grid_cell(grid, "%.6g %s", row->interval.center, row->series->unit);
	else if (strcmp(row->series->unit, "ns") == 0)
		block_time_cell(grid, row);
	else
		block_number_cell(grid, &row->interval);
}

static void fill(const struct article *article, struct grid *grid)
{
	char text[CAPTION_MAX], value[WORD_MAX];
	size_t left = 0;
	for (size_t column = 0; column < COLUMNS; column++)
		left += article->varies[column];
	grid_begin(grid, left, "%s", caption(article, text));
	for (size_t i = 0; i <= article->count; i++) {
		grid_row(grid);
		for (size_t column = 0; column < COLUMNS; column++)
			if (article->varies[column])
				grid_cell(grid, "%s",
					  i ? word(article->rows[i - 1], column, value)
					    : head(column));
		if (i)
			put_value_cell(grid, article->rows[i - 1]);
		else
			grid_cell(grid, "value");
	}
	grid_note(grid, "%s", missing(article, text));
}

/* ---- LaTeX and Typst ---- */

/* A unit in the words of siunitx and of Typst; NULL: neither has it. */
struct unit {
	const char *name, *latex, *typst;
};

static const struct unit units[] = {
	{"ns", "\\nano\\second", "ns"},    {"us", "\\micro\\second", "µs"},
	{"ms", "\\milli\\second", "ms"},   {"s", "\\second", "s"},
	{"1/s", "\\per\\second", "1\\/s"}, {NULL, NULL, NULL},
};

/* The value of a row as a number with its margin: "22.15(31)", or without one; and its unit. */
static const struct unit *number(const struct row *row, char text[BLOCK_TEXT_MAX])
{
	const struct stats_interval *interval = &row->interval;
	const char *name = row->series->unit;
	double scale = 1;
	if (strcmp(name, "ns") == 0)
		scale = units_scale_ns(interval->center, &name);
	if (series_has_interval(row->series) && interval->has_interval)
		block_parentheses(interval, scale, text);
	else
		snprintf(text, BLOCK_TEXT_MAX, "%.*g", interval->has_interval ? 6 : 3,
			 interval->center / scale);
	if (!series_has_interval(row->series))
		snprintf(text, BLOCK_TEXT_MAX, "%.6g", interval->center);
	const struct unit *unit = units;
	while (unit->name && strcmp(unit->name, name) != 0)
		unit++;
	return unit;
}

static const char *const marks[] = {
	[STATS_NARROW] = "", [STATS_WIDE] = "a", [STATS_TOO_WIDE] = "b", [STATS_NO_WIDTH] = "c"};
static const char *const mark_words[] = {
	[STATS_NARROW] = "In parentheses: half of the run's 95 % interval, in units of the last "
			 "digit.",
	[STATS_WIDE] = "Interval wider than \u00b110 %.",
	[STATS_TOO_WIDE] = "Interval wider than \u00b125 %: too wide to cite.",
	[STATS_NO_WIDTH] = "No interval: " STATS_TOO_FEW "."};

static void put_latex(FILE *file, const struct article *article)
{
	char text[CAPTION_MAX], value[WORD_MAX], digits[BLOCK_TEXT_MAX];
	latex_markup(file, "% needs booktabs, siunitx and threeparttable\n\\begin{table}\n"
			   "\\centering\n\\begin{threeparttable}\n\\caption{");
	latex_text(file, caption(article, text));
	latex_markup(file, "}\n\\label{tab:forkcost-");
	latex_markup(file, article->varies[0] ? "rows" : "");
	for (const char *at = word(article->rows[0], 0, value); !article->varies[0] && *at; at++)
		latex_markup(file, *at >= 'a' && *at <= 'z' ? (char[]){*at, '\0'} : "-");
	latex_markup(file, "}\n\\begin{tabular}{");
	for (size_t column = 0; column < COLUMNS; column++)
		latex_markup(file, article->varies[column] ? "l" : "");
	latex_markup(file, "r}\n\\toprule\n");
	for (size_t i = 0; i <= article->count; i++) {
		const struct row *row = i ? article->rows[i - 1] : NULL;
		for (size_t column = 0; column < COLUMNS; column++) {
			if (!article->varies[column])
				continue;
			latex_text(file, row ? word(row, column, value) : head(column));
			latex_markup(file, " & ");
		}
		if (!row) {
			latex_markup(file, "value \\\\\n\\midrule\n");
			continue;
		}
		const struct unit *unit = number(row, digits);
		latex_markup(file, unit->name ? "\\qty{" : "\\num{");
		latex_markup(file, digits);
		latex_markup(file, unit->name ? "}{" : "} ");
		if (unit->name)
			latex_markup(file, unit->latex);
		else
			latex_text(file, row->series->unit);
		latex_markup(file, unit->name ? "}" : "");
		if (width_of(row) != STATS_NARROW) {
			latex_markup(file, "\\tnote{");
			latex_markup(file, marks[width_of(row)]);
			latex_markup(file, "}");
		}
		latex_markup(file, " \\\\\n");
	}
	latex_markup(file, "\\bottomrule\n\\end{tabular}\n\\begin{tablenotes}\\footnotesize\n");
	for (size_t i = STATS_NARROW; i <= STATS_NO_WIDTH; i++) {
		if (i != STATS_NARROW && !article->has_width[i])
			continue;
		latex_markup(file, "\\item[");
		latex_markup(file, marks[i]);
		latex_markup(file, "] ");
		latex_text(file, mark_words[i]);
		latex_markup(file, "\n");
	}
	if (article->missing) {
		latex_markup(file, "\\item[] ");
		latex_text(file, missing(article, text));
		latex_markup(file, ".\n");
	}
	latex_markup(file, "\\end{tablenotes}\n\\end{threeparttable}\n\\end{table}\n");
}

static void put_typst(FILE *file, const struct article *article)
{
	char text[CAPTION_MAX], value[WORD_MAX], digits[BLOCK_TEXT_MAX];
	size_t columns = 1;
	for (size_t column = 0; column < COLUMNS; column++)
		columns += article->varies[column];
	snprintf(value, sizeof value, "%zu", columns);
	typst_markup(file, "#figure(\n  table(\n    columns: ");
	typst_markup(file, value);
	typst_markup(file, ",\n    stroke: none,\n    table.hline(),\n");
	for (size_t i = 0; i <= article->count; i++) {
		const struct row *row = i ? article->rows[i - 1] : NULL;
		typst_markup(file, "    ");
		for (size_t column = 0; column < COLUMNS; column++) {
			if (!article->varies[column])
				continue;
			typst_markup(file, "[");
			typst_text(file, row ? word(row, column, value) : head(column));
			typst_markup(file, "], ");
		}
		if (!row) {
			typst_markup(file, "[value],\n    table.hline(stroke: 0.5pt),\n");
			continue;
		}
		const struct unit *unit = number(row, digits);
		typst_markup(file, "[");
		typst_markup(file, digits);
		typst_markup(file, " ");
		if (unit->name)
			typst_markup(file, unit->typst);
		else
			typst_text(file, row->series->unit);
		if (width_of(row) != STATS_NARROW) {
			typst_markup(file, "#super[");
			typst_markup(file, marks[width_of(row)]);
			typst_markup(file, "]");
		}
		typst_markup(file, "],\n");
	}
	typst_markup(file, "    table.hline(),\n  ),\n  caption: [");
	typst_text(file, caption(article, text));
	typst_markup(file, ".");
	for (size_t i = STATS_NARROW; i <= STATS_NO_WIDTH; i++) {
		if (i != STATS_NARROW && !article->has_width[i])
			continue;
		typst_markup(file, " ");
		if (i != STATS_NARROW) {
			typst_markup(file, "#super[");
			typst_markup(file, marks[i]);
			typst_markup(file, "]");
		}
		typst_text(file, mark_words[i]);
	}
	if (article->missing) {
		typst_markup(file, " ");
		typst_text(file, missing(article, text));
		typst_markup(file, ".");
	}
	typst_markup(file, "],\n) <tab-forkcost>\n");
}

bool article_has_form(const char *form)
{
	const char *at = strstr(" " ARTICLE_FORMS " ", form);
	return at && !strchr(form, ' ') && *form && at[-1] == ' ' && at[strlen(form)] == ' ';
}

enum outcome article_put(FILE *file, const struct summary *summary, const struct row_choice *choice,
			 const char *form, struct problem *problem)
{
	static struct article article;
	static struct grid grid;
	if (strcmp(form, "csv") == 0) {
		bool any = false;
		for (size_t i = 0; i < summary->row_count; i++)
			any = any || is_taken(choice, summary->rows[i].series);
		if (!any)
			return row_choice_blame(choice, summary, problem);
		summary_put_header(file);
		for (size_t i = 0; i < summary->row_count; i++)
			if (is_taken(choice, summary->rows[i].series))
				summary_put_row(file, &summary->rows[i]);
		return OUTCOME_OK;
	}
	article = (struct article){.summary = summary};
	if (choose(&article, choice, problem))
		return OUTCOME_FAILED;
	if (strcmp(form, "latex") == 0) {
		put_latex(file, &article);
		return OUTCOME_OK;
	}
	if (strcmp(form, "typst") == 0) {
		put_typst(file, &article);
		return OUTCOME_OK;
	}
	fill(&article, &grid);
	if (strcmp(form, "markdown") == 0)
		grid_write_markdown(&grid, file);
	else
		grid_print(&grid);
	return OUTCOME_OK;
}
