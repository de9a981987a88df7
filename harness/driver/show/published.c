#include "harness/driver/show/published.h"

#include "harness/common/units.h"
#include "harness/driver/base/locate.h"
#include "harness/driver/base/notes.h"
#include "harness/driver/show/figures.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILE_BYTES_MAX = 1 << 20, FIELDS_MAX = 32, FIELD_MAX = 400, CAPTION_MAX = 8192 };

static const char caption_name[] = "caption-spawn-by-heap.dat";

enum { PRIMITIVE, SCOPE, HEAP, LATENCY, YEAR, SOURCE, COLUMN_COUNT };

static const char *const columns[COLUMN_COUNT] = {
	[PRIMITIVE] = "primitive", [SCOPE] = "scope", [HEAP] = "heap_bytes",
	[LATENCY] = "latency_us",  [YEAR] = "year",   [SOURCE] = "source"};

/* ---- reading ---- */

struct fields {
	size_t count;
	char text[FIELDS_MAX][FIELD_MAX]; /* cut short if need be */
};

struct reader {
	const char *at, *end;
	unsigned line;
};

/* The next field; false: it was the row's last. A line end within quotes is part of the field. */
static bool take_field(struct reader *reader, char text[FIELD_MAX])
{
	size_t length = 0;
	bool quoted = reader->at < reader->end && *reader->at == '"';
	reader->at += quoted;
	for (; reader->at < reader->end; reader->at++) {
		char c = *reader->at;
		if (quoted && c == '"') {
			if (reader->at + 1 == reader->end || reader->at[1] != '"') {
				quoted = false;
				continue;
			}
			reader->at++;
		} else if (!quoted && (c == ',' || c == '\n')) {
			break;
		}
		reader->line += c == '\n';
		if (length < FIELD_MAX - 1 && c != '\r')
			text[length++] = c ? c : ' ';
	}
	text[length] = '\0';
	bool more = reader->at < reader->end && *reader->at == ',';
	reader->at += reader->at < reader->end;
	return more;
}

/* The next row that is neither empty nor a comment; false: there is none. */
static bool take_row(struct reader *reader, struct fields *fields)
{
	while (reader->at < reader->end) {
		reader->line++;
		if (*reader->at == '#' || *reader->at == '\n' || *reader->at == '\r') {
			const char *end =
				memchr(reader->at, '\n', (size_t)(reader->end - reader->at));
			reader->at = end ? end + 1 : reader->end;
			continue;
		}
		char rest[FIELD_MAX] = "";
		bool more = true;
		for (fields->count = 0; more;) {
			bool fits = fields->count < FIELDS_MAX;
			more = take_field(reader, fits ? fields->text[fields->count] : rest);
			fields->count += fits;
		}
		return true;
	}
	return false;
}

static bool find_columns(const struct fields *head, size_t places[COLUMN_COUNT], const char *name,
			 struct problem *problem)
{
	for (size_t c = 0; c < COLUMN_COUNT; c++) {
		size_t at = 0;
		while (at < head->count && strcmp(head->text[at], columns[c]) != 0)
			at++;
		if (at == head->count) {
			fail(problem,
			     "cannot read %s: it has no column %s; see the columns in "
			     "docs/RESULTS-FORMAT.md",
			     name, columns[c]);
			return false;
		}
		places[c] = at;
	}
	return true;
}

static bool read_number(const char *text, double most, double *number)
{
	char *end;
	if (!isdigit((unsigned char)*text))
		return false;
	*number = strtod(text, &end);
	return !*end && *number >= 0 && *number <= most;
}

/* Sources count from 1, in the order in which they come. */
static unsigned number_of(const struct published *published, const struct published_point *point)
{
	unsigned most = 0;
	for (size_t i = 0; i < published->count; i++) {
		const struct published_point *other = &published->points[i];
		if (strcmp(other->source, point->source) == 0)
			return other->number;
		most = other->number > most ? other->number : most;
	}
	return most + 1;
}

static bool take_point(struct published *published, const struct fields *fields,
		       const size_t places[COLUMN_COUNT])
{
	static const double HEAP_MOST = 1ull << 50, LATENCY_LEAST_US = 1e-6, LATENCY_MOST_US = 1e12;
	const char *text[COLUMN_COUNT];
	struct published_point point = {.scope = PUBLISHED_OTHER};
	double heap_bytes, latency_us, year;
	for (size_t c = 0; c < COLUMN_COUNT; c++)
		text[c] = places[c] < fields->count ? fields->text[places[c]] : "";
	if (!*text[PRIMITIVE] || !*text[SOURCE] ||
	    !wire_copy(point.primitive, sizeof point.primitive, text[PRIMITIVE]) ||
	    !read_number(text[HEAP], HEAP_MOST, &heap_bytes) ||
	    !read_number(text[LATENCY], LATENCY_MOST_US, &latency_us) ||
	    latency_us < LATENCY_LEAST_US)
		return false;
	if (strcmp(text[SCOPE], "call") == 0)
		point.scope = PUBLISHED_CALL;
	if (strcmp(text[SCOPE], "reaped") == 0)
		point.scope = PUBLISHED_REAPED;
	point.heap_bytes = (uint64_t)heap_bytes;
	point.latency_ns = 1000 * latency_us;
	snprintf(point.source, sizeof point.source, "%.*s", (int)strcspn(text[SOURCE], ","),
		 text[SOURCE]);
	if (read_number(text[YEAR], 9999, &year))
		snprintf(point.year, sizeof point.year, "%.0f", year);
	point.number = number_of(published, &point);
	published->points[published->count++] = point;
	return true;
}

enum outcome published_parse(struct published *published, const char *text, size_t bytes,
			     const char *name, struct problem *problem)
{
	static struct fields fields;
	struct reader reader = {text, text + bytes, 0};
	size_t places[COLUMN_COUNT];
	*published = (struct published){0};
	fields.count = 0;
	take_row(&reader, &fields);
	if (!find_columns(&fields, places, name, problem))
		return OUTCOME_FAILED;
	while (take_row(&reader, &fields)) {
		if (published->count == PUBLISHED_MAX)
			return fail(problem,
				    "cannot read %s: it has more than %d points; take some out",
				    name, PUBLISHED_MAX);
		if (!take_point(published, &fields, places))
			return fail(problem,
				    "cannot read %s: the row that ends in line %u lacks a "
				    "primitive, a source, or a heap or latency (from 1e-6 us on) "
				    "that is a number; "
				    "see the columns in docs/RESULTS-FORMAT.md",
				    name, reader.line);
	}
	return OUTCOME_OK;
}

enum outcome published_read(struct published *published, const char *path, struct problem *problem)
{
	char ours[PATH_MAX + 16], scripts[PATH_MAX];
	struct stat facts;
	if (!*path) {
		if (locate_plot_scripts(scripts, sizeof scripts, problem))
			return OUTCOME_FAILED;
		snprintf(ours, sizeof ours, "%s/published.csv", scripts);
		path = ours;
	}
	/* Without O_NONBLOCK, opening a FIFO waits for a writer. */
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return fail(problem, "cannot open %s: %s; give --published a file of points", path,
			    strerror(errno));
	bool is_file = fstat(fd, &facts) == 0 && S_ISREG(facts.st_mode);
	FILE *file = is_file ? fdopen(fd, "r") : NULL;
	char *text = file ? malloc(FILE_BYTES_MAX + 1) : NULL;
	size_t bytes = text ? fread(text, 1, FILE_BYTES_MAX + 1, file) : 0;
	enum outcome outcome;
	if (!text || ferror(file) || bytes > FILE_BYTES_MAX)
		outcome = fail(problem,
			       "cannot read %s: it is no regular file that can be read, of at most "
			       "1 MiB; give --published a file of points",
			       path);
	else
		outcome = published_parse(published, text, bytes, path, problem);
	free(text);
	if (file)
		fclose(file);
	else
		close(fd);
	return outcome;
}

/* ---- showing ---- */

/* A figure that reached as far as the farthest point would have no room for the run. */
static uint64_t largest_drawn(const struct summary *summary)
{
	uint64_t most = 0;
	for (size_t i = 0; i < summary->row_count; i++)
		if (strcmp(summary->rows[i].series->experiment, "spawn") == 0 &&
		    summary->rows[i].series->heap_bytes > most)
			most = summary->rows[i].series->heap_bytes;
	return 16 * most;
}

static bool is_drawn(const struct published_point *point, uint64_t most_bytes)
{
	return point->scope != PUBLISHED_OTHER && point->heap_bytes <= most_bytes;
}

static bool are_near(const struct published_point *one, const struct published_point *other,
		     double factor)
{
	double heaps = ((double)one->heap_bytes + 1) / ((double)other->heap_bytes + 1);
	double times = one->latency_ns / other->latency_ns;
	return one->scope == other->scope && fabs(log(heaps)) < log(factor) &&
	       fabs(log(times)) < log(factor);
}

/* A line of the file: panel, heap, time, primitive, number or "-", place of the number. One number does for points of a
 * source that are within SAME of each other; numbers within CLOSE go to different sides of their points. */
static void put_points(FILE *file, const struct published *published, uint64_t most_bytes)
{
	static const double SAME = 5, CLOSE = 2.5;
	enum { PLACES = 4 };
	bool is_named[PUBLISHED_MAX] = {false};
	for (size_t i = 0; i < published->count; i++) {
		const struct published_point *point = &published->points[i];
		unsigned close = 0;
		if (!is_drawn(point, most_bytes))
			continue;
		is_named[i] = true;
		for (size_t j = 0; j < i; j++) {
			const struct published_point *other = &published->points[j];
			if (!is_named[j])
				continue;
			close += are_near(point, other, CLOSE);
			if (other->number == point->number && are_near(point, other, SAME))
				is_named[i] = false;
		}
		gnuplot_put(file, "%d\t%llu\t%.6g\t", point->scope == PUBLISHED_REAPED,
			    (unsigned long long)point->heap_bytes, point->latency_ns);
		gnuplot_text(file, point->primitive);
		if (is_named[i])
			gnuplot_put(file, "\t%u\t%u\n", point->number, close % PLACES);
		else
			gnuplot_put(file, "\t-\t-1\n");
	}
}

/* "published (hollow): 1 D. Hildenbrand 2024; 2 ...", and what is not drawn. */
static void put_caption(FILE *file, const struct published *published, uint64_t most_bytes)
{
	char text[1000] =
		"Published by others (hollow, at the dirty heap, whose state is not stated):",
	     beyond[600] = "", heap[UNITS_TEXT_MAX], time[UNITS_TEXT_MAX];
	unsigned told = 0;
	for (size_t i = 0; i < published->count; i++) {
		const struct published_point *point = &published->points[i];
		if (is_drawn(point, most_bytes) && point->number > told) {
			told = point->number;
			notes_append(text, sizeof text, " %u %s%s%s;", point->number, point->source,
				     *point->year ? " " : "", point->year);
		}
		if (point->scope != PUBLISHED_OTHER && point->heap_bytes > most_bytes)
			notes_append(beyond, sizeof beyond, "%s %s %s at %s (%s)",
				     *beyond ? "," : " Beyond the figure:", point->primitive,
				     units_format_ns(point->latency_ns, time),
				     units_format_bytes(point->heap_bytes, heap), point->source);
	}
	gnuplot_text(file, text);
	gnuplot_put(file, " other machines and kernels, see published.csv.");
	gnuplot_text(file, beyond);
	gnuplot_put(file, "\n");
}

/* The caption as it is, which is ours; "" if there is none. */
static void read_caption(const char *folder, char text[CAPTION_MAX])
{
	char path[PATH_MAX + 64];
	snprintf(path, sizeof path, "%s/plots/data/%s", folder, caption_name);
	FILE *file = fopen(path, "re");
	size_t bytes = file ? fread(text, 1, CAPTION_MAX - 1, file) : 0;
	text[bytes] = '\0';
	if (file)
		fclose(file);
}

enum outcome published_write(const struct published *published, const struct summary *summary,
			     const char *folder, struct problem *problem)
{
	struct outfile outfile;
	const struct figures figures = {.folder = folder, .outfile = &outfile, .problem = problem};
	const uint64_t most_bytes = largest_drawn(summary);
	char caption[CAPTION_MAX];
	FILE *file = figures_open(&figures, "spawn-by-heap-published.dat");
	if (!file)
		return OUTCOME_FAILED;
	put_points(file, published, most_bytes);
	if (figures_close(&figures, file))
		return OUTCOME_FAILED;
	read_caption(folder, caption);
	file = figures_open(&figures, caption_name);
	if (!file)
		return OUTCOME_FAILED;
	gnuplot_put(file, "%s", caption);
	put_caption(file, published, most_bytes);
	return figures_close(&figures, file);
}
