#include "harness/driver/tables.h"

#include "harness/common/units.h"
#include "harness/driver/machine.h"
#include "harness/driver/version.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { COLUMNS_MAX = 4, LINES_MAX = 64, CELL_MAX = 40 };

/* The main table: a line per arm, a group of columns per heap size; dirty, warm, same CPU. */
struct table {
	size_t column_count, line_count;
	uint64_t heap_bytes[COLUMNS_MAX];
	const struct series *lines[LINES_MAX]; /* the call_ns series of the arm, at some heap */
	const char *state, *cache;
};

/* Up to four heaps, evenly picked from those measured, first and last among them. */
static void pick_heaps(struct table *table, const struct dataset *dataset)
{
	uint64_t all[64];
	size_t count = 0;
	for (size_t i = 0; i < dataset->series_count; i++) {
		const struct series *series = &dataset->series[i];
		size_t at = 0;
		if (strcmp(series->experiment, "spawn") != 0 || !series->block_count)
			continue;
		while (at < count && all[at] != series->heap_bytes)
			at++;
		if (at == count && count < sizeof all / sizeof *all)
			all[count++] = series->heap_bytes;
	}
	for (size_t i = 1; i < count; i++)
		for (size_t j = i; j > 0 && all[j] < all[j - 1]; j--) {
			uint64_t swap = all[j];
			all[j] = all[j - 1];
			all[j - 1] = swap;
		}
	table->column_count = count < COLUMNS_MAX ? count : COLUMNS_MAX;
	for (size_t i = 0; i < table->column_count; i++)
		table->heap_bytes[i] =
			all[table->column_count > 1 ? i * (count - 1) / (table->column_count - 1)
						    : 0];
}

static bool is_plain_cell(const struct table *table, const struct series *series)
{
	return strcmp(series->child_cpu, "same") == 0 && strcmp(series->state, table->state) == 0 &&
	       strcmp(series->cache, table->cache) == 0 && !series->twin;
}

static void make_table(struct table *table, const struct dataset *dataset, const char *state,
		       const char *cache)
{
	*table = (struct table){.state = state, .cache = cache};
	pick_heaps(table, dataset);
	if (table->column_count == 0)
		return;
	/* An arm is in the table if the smallest heap has it; exit arms come before exec arms. */
	static const char *const actions[] = {"exit", "exec"};
	for (size_t a = 0; a < 2; a++)
		for (size_t i = 0; i < dataset->series_count; i++) {
			const struct series *series = &dataset->series[i];
			if (strcmp(series->experiment, "spawn") == 0 && series->is_main &&
			    is_plain_cell(table, series) &&
			    series->heap_bytes == table->heap_bytes[0] &&
			    strcmp(series->action, actions[a]) == 0 &&
			    table->line_count < LINES_MAX)
				table->lines[table->line_count++] = series;
		}
}

/* A row of the table's own cell at one of its heaps. */
static const struct row *row_at(const struct summary *summary, const struct series *line,
				uint64_t heap_bytes, const char *metric)
{
	struct series key = *line;
	key.heap_bytes = heap_bytes;
	return summary_find(summary, &key, NULL, NULL, metric);
}

/* "21.3 us" and how far the interval reaches, or a dash and, in the note, the reason. */
static const char *time_text(const struct row *row, bool with_interval, char text[CELL_MAX])
{
	char value[UNITS_TEXT_MAX];
	if (!row || row->count == 0)
		return "n/a";
	units_format_ns(row->interval.center, value);
	if (!with_interval)
		snprintf(text, CELL_MAX, "%s", value);
	else if (!row->interval.has_interval)
		snprintf(text, CELL_MAX, "%s +-?", value);
	else
		snprintf(text, CELL_MAX, "%s +-%.0f%%", value,
			 stats_relative_half_width(&row->interval) * 100);
	return text;
}

static const char *ratio_text(const struct summary *summary, const struct row *row,
			      char text[CELL_MAX])
{
	const struct ratio *ratio = row ? summary_ratio(summary, row->series) : NULL;
	if (!ratio)
		return "n/a";
	double center = ratio->interval.center;
	snprintf(text, CELL_MAX, "%.*f",
		 center < 0.01 ? 4
		 : center < 1  ? 3
		 : center < 10 ? 2
			       : 1,
		 center);
	return text;
}

/* Until reaped; for a thread, which is not reaped, until joined. */
static const struct row *end_row(const struct summary *summary, const struct series *line,
				 uint64_t heap_bytes)
{
	const struct row *row = row_at(summary, line, heap_bytes, "reaped_ns");
	if (row && row->count)
		return row;
	return row_at(summary, line, heap_bytes, "joined_ns");
}

static void print_table(const struct summary *summary, const struct table *table)
{
	char text[CELL_MAX], heap[UNITS_TEXT_MAX];
	printf("%-15s %-5s", "heap", "");
	for (size_t c = 0; c < table->column_count; c++)
		printf("  %17s", units_format_bytes(table->heap_bytes[c], heap));
	printf("\n%-15s %-5s", "primitive", "child");
	for (size_t c = 0; c < table->column_count; c++)
		printf("  %8s %8s", "call", "reaped");
	printf("\n");
	for (size_t i = 0; i < table->line_count; i++) {
		const struct series *line = table->lines[i];
		printf("%-15.15s %-5.5s", line->primitive, line->action);
		for (size_t c = 0; c < table->column_count; c++) {
			printf("  %8s", time_text(row_at(summary, line, table->heap_bytes[c], NULL),
						  false, text));
			printf(" %8s", time_text(end_row(summary, line, table->heap_bytes[c]),
						 false, text));
		}
		printf("\n");
	}
}

/* What the heap's and the caches' state does to one arm: a line per heap. */
static void print_state_lines(const struct summary *summary, const struct table *table,
			      const char *primitive, const char *metric)
{
	static const char *const cells[][2] = {
		{"dirty", "warm"}, {"clean", "warm"}, {"dirty", "cold"}, {"clean", "cold"}};
	for (size_t c = 0; c < table->column_count; c++) {
		char heap[UNITS_TEXT_MAX], text[CELL_MAX];
		const struct row *rows[4];
		bool any = false;
		for (size_t i = 0; i < 4; i++) {
			struct series key = *table->lines[0];
			key.heap_bytes = table->heap_bytes[c];
			wire_copy(key.state, sizeof key.state, cells[i][0]);
			wire_copy(key.cache, sizeof key.cache, cells[i][1]);
			rows[i] = summary_find(summary, &key, primitive, "exit", metric);
			any = any || (rows[i] && rows[i]->count);
		}
		if (!any)
			continue;
		printf("%-6s %-10s %9s", primitive, metric,
		       units_format_bytes(table->heap_bytes[c], heap));
		for (size_t i = 0; i < 4; i++)
			printf("  %10s", time_text(rows[i], false, text));
		printf("\n");
	}
}

static void print_states(const struct summary *summary, const struct table *table)
{
	printf("what the state of heap and caches does (child exits)\n\n");
	printf("%-6s %-10s %9s  %10s  %10s  %10s  %10s\n", "", "", "heap", "dirty warm",
	       "clean warm", "dirty cold", "clean cold");
	print_state_lines(summary, table, "fork", "call_ns");
	print_state_lines(summary, table, "vfork", "reaped_ns");
	printf("\n");
}

static const struct row *check_row(const struct summary *summary, const char *experiment,
				   const char *case_name)
{
	for (size_t i = 0; i < summary->row_count; i++) {
		const struct series *series = summary->rows[i].series;
		if (strcmp(series->experiment, experiment) == 0 &&
		    strcmp(series->case_name, case_name) == 0 && summary->rows[i].count)
			return &summary->rows[i];
	}
	return NULL;
}

/* The A/A check: how many twins differ from their originals by more than chance would have it. */
static void print_twins(const struct summary *summary)
{
	size_t twins = 0, apart = 0;
	double worst = 0;
	for (size_t i = 0; i < summary->ratio_count; i++) {
		const struct ratio *ratio = &summary->ratios[i];
		if (!ratio->series->twin || !ratio->series->is_main ||
		    !ratio->interval.has_interval)
			continue;
		twins++;
		worst = fmax(worst, fabs(ratio->interval.center - 1));
		apart += ratio->interval.low > 1 || ratio->interval.high < 1;
	}
	if (twins)
		printf("  A/A: fork differs from itself in %zu of %zu cells (5 %% by chance), "
		       "worst "
		       "%.1f %%\n",
		       apart, twins, worst * 100);
	else
		printf("  A/A: unavailable: fewer than 5 replicates\n");
}

static void print_checks(const struct summary *summary)
{
	char text[CELL_MAX];
	const struct dataset *dataset = summary->dataset;
	printf("checks\n");
	printf("  null: an empty window takes %s\n",
	       time_text(check_row(summary, "null", ""), false, text));
	printf("  known_delay: 1 us, 10 us, 100 us read as");
	static const char *const cases[] = {"1us", "10us", "100us"};
	for (size_t i = 0; i < 3; i++)
		printf("%s %s", i ? "," : "",
		       time_text(check_row(summary, "known_delay", cases[i]), false, text));
	printf("\n");
	print_twins(summary);
	printf("  disturbance: %.0f ticks of steal, %.0f involuntary switches\n",
	       dataset->steal_ticks, dataset->involuntary_switches);
	if (dataset->mappings_min)
		printf("  the worker without a heap has %" PRIu64 " mappings\n",
		       dataset->mappings_min);
}

static void print_crosscheck(const struct summary *summary)
{
	const struct crosscheck *crosscheck = &summary->crosscheck;
	if (!crosscheck->count)
		return;
	printf("\nsecond opinion: hyperfine on whole commands against reaped_ns (clean, warm)\n");
	printf("  %-15s %-5s %10s %10s  %-22s %10s  %s\n", "primitive", "child", "heap",
	       "hyperfine", "95 % interval", "reaped_ns", "ratio");
	for (size_t i = 0; i < crosscheck->count; i++) {
		const struct crosscheck_entry *entry = &crosscheck->entries[i];
		char heap[UNITS_TEXT_MAX], spawn[UNITS_TEXT_MAX], low[UNITS_TEXT_MAX],
			high[UNITS_TEXT_MAX], own[CELL_MAX], interval[2 * UNITS_TEXT_MAX + 8];
		const struct row *row = tables_crosscheck_row(summary, entry);
		snprintf(interval, sizeof interval, "%s to %s", units_format_ns(entry->low_ns, low),
			 units_format_ns(entry->high_ns, high));
		printf("  %-15s %-5s %10s %10s  %-22s %10s  ", entry->primitive, entry->action,
		       units_format_bytes(entry->heap_bytes, heap),
		       units_format_ns(entry->spawn_ns, spawn), interval,
		       time_text(row, false, own));
		if (row && row->count)
			printf("%.2f\n", entry->spawn_ns / row->interval.center);
		else
			printf("n/a\n");
	}
}

void tables_print(const struct summary *summary, const char *folder)
{
	struct table table;
	const struct dataset *dataset = summary->dataset;
	char machine[256];
	machine_summary(dataset->environment, machine, sizeof machine);
	make_table(&table, dataset, "dirty", "warm");
	if (table.line_count == 0)
		make_table(&table, dataset, "clean", "warm");
	printf("forkcost %s on %.75s\n", FORKCOST_VERSION, machine);
	if (table.line_count) {
		printf("what starting a process costs: %s heap, caches %s, child on the caller's "
		       "CPU\n\n",
		       table.state, table.cache);
		print_table(summary, &table);
		printf("\n  call: inside the call; reaped: until wait returned (a thread: "
		       "joined)\n\n");
		print_states(summary, &table);
	}
	print_checks(summary);
	print_crosscheck(summary);
	if (dataset->failure_count)
		printf("\n%zu replicates failed; the first: %s\n", dataset->failure_count,
		       dataset->first_failure);
	printf("\nresults: %s\n", folder);
}

const struct row *tables_crosscheck_row(const struct summary *summary,
					const struct crosscheck_entry *entry)
{
	for (size_t i = 0; i < summary->row_count; i++) {
		const struct series *series = summary->rows[i].series;
		if (series->heap_bytes == entry->heap_bytes && !series->twin &&
		    strcmp(series->primitive, entry->primitive) == 0 &&
		    strcmp(series->action, entry->action) == 0 &&
		    strcmp(series->state, "clean") == 0 && strcmp(series->cache, "warm") == 0 &&
		    strcmp(series->child_cpu, "same") == 0 &&
		    strcmp(series->metric, "reaped_ns") == 0)
			return &summary->rows[i];
	}
	return NULL;
}

/* ---- files ---- */

/* LaTeX's special characters that can occur in names and units. */
static void put_tex(FILE *file, const char *text)
{
	for (const char *c = text; *c; c++) {
		if (strchr("_%&#${}", *c))
			putc('\\', file);
		if (*c != '\\' && *c != '~' && *c != '^')
			putc(*c, file);
	}
}

static void put_cell(FILE *file, bool tex, const char *text)
{
	const char *sign = strstr(text, "+-");
	if (!tex || !sign) {
		tex ? put_tex(file, text) : (void)fputs(text, file);
		return;
	}
	fprintf(file, "%.*s$\\pm$", (int)(sign - text), text);
	put_tex(file, sign + 2);
}

static void put_table(FILE *file, const struct summary *summary, const struct table *table,
		      bool tex)
{
	const char *between = tex ? " & " : " | ", *end = tex ? " \\\\\n" : " |\n";
	char heap[UNITS_TEXT_MAX], text[CELL_MAX];
	if (tex)
		fprintf(file, "\\begin{tabular}{ll*{%zu}{rrr}}\n", table->column_count);
	fprintf(file, "%sprimitive%schild", tex ? "" : "| ", between);
	for (size_t c = 0; c < table->column_count; c++) {
		units_format_bytes(table->heap_bytes[c], heap);
		fprintf(file, "%s%s: call%sreaped%sof fork", between, heap, between, between);
	}
	fputs(end, file);
	if (tex) {
		fputs("\\hline\n", file);
	} else {
		fputs("|---|---", file);
		for (size_t c = 0; c < table->column_count; c++)
			fputs("|--:|--:|--:", file);
		fputs("|\n", file);
	}
	for (size_t i = 0; i < table->line_count; i++) {
		const struct series *line = table->lines[i];
		fputs(tex ? "" : "| ", file);
		put_cell(file, tex, line->primitive);
		fprintf(file, "%s%s", between, line->action);
		for (size_t c = 0; c < table->column_count; c++) {
			uint64_t heap_bytes = table->heap_bytes[c];
			const struct row *reaped = end_row(summary, line, heap_bytes);
			fputs(between, file);
			put_cell(file, tex,
				 time_text(row_at(summary, line, heap_bytes, NULL), true, text));
			fputs(between, file);
			put_cell(file, tex, time_text(reaped, true, text));
			fputs(between, file);
			put_cell(file, tex, ratio_text(summary, reaped, text));
		}
		fputs(end, file);
	}
	if (tex)
		fputs("\\end{tabular}\n", file);
}

static enum outcome write_file(const struct summary *summary, const char *folder, bool tex,
			       struct problem *problem)
{
	char path[WIRE_PATH_MAX + 200];
	snprintf(path, sizeof path, "%s/tables/spawn.%s", folder, tex ? "tex" : "md");
	FILE *file = fopen(path, "we");
	if (!file)
		return fail(problem, "cannot write %s: %s; make the folder writable", path,
			    strerror(errno));
	const char *run = json_string_value(json_object_get(summary->dataset->run, "id"));
	fprintf(file,
		tex ? "%% made by forkcost %s from run %s\n"
		    : "<!-- made by forkcost %s from run %s -->\n",
		FORKCOST_VERSION, run ? run : "unknown");
	static const char *const states[] = {"dirty", "clean"};
	for (size_t i = 0; i < 2; i++) {
		struct table table;
		make_table(&table, summary->dataset, states[i], "warm");
		if (table.line_count == 0)
			continue;
		fprintf(file, tex ? "%% %s heap, warm caches\n" : "\n**%s heap, warm caches**\n\n",
			states[i]);
		put_table(file, summary, &table, tex);
	}
	if (fclose(file) == 0)
		return OUTCOME_OK;
	return fail(problem, "cannot write %s: %s; free some disk space", path, strerror(errno));
}

enum outcome tables_write(const struct summary *summary, const char *folder,
			  struct problem *problem)
{
	char path[WIRE_PATH_MAX + 200];
	snprintf(path, sizeof path, "%s/tables", folder);
	if (mkdir(path, 0777) < 0 && errno != EEXIST)
		return fail(problem, "cannot make the folder %s: %s; make its parent writable",
			    path, strerror(errno));
	if (write_file(summary, folder, false, problem))
		return OUTCOME_FAILED;
	return write_file(summary, folder, true, problem);
}
