#include "harness/driver/model/model.h"

#include "harness/driver/analysis/compared.h"
#include "harness/driver/base/notes.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { PAGE_BYTES = 4096, TABLE_ENTRIES = 512 };

const char *const model_item_names[MODEL_ITEMS] = {"call", "protect", "later"};

const char *const model_over_names[MODEL_OVERS] = {
	"page", "table_page", "mapping", "sleeping_thread", "running_thread", "open_file"};

/* By name: a build without an axis has a model without it. */
static const char *const axis_names[MODEL_OVERS] = {
	[MODEL_TABLE] = "density",
	[MODEL_MAPPING] = "heap_mappings",
	[MODEL_SLEEPING_THREAD] = "sleeping_threads",
	[MODEL_RUNNING_THREAD] = "threads",
	[MODEL_OPEN_FILE] = "more_files",
};

/* AXIS_COUNT: there is none. */
static enum axis_id find_axis(enum model_over over)
{
	enum axis_id axis = 0;
	while (axis < AXIS_COUNT && strcmp(axes[axis].name, axis_names[over]) != 0)
		axis++;
	return axis;
}

/* The number that a line goes over. Density is how many pages share a page of page tables. */
static double number_of(const struct series *series, enum model_over over)
{
	const double pages = (double)series->heap_bytes / PAGE_BYTES;
	if (over == MODEL_PAGE)
		return pages;
	const double level = strtod(series->level[find_axis(over)], NULL);
	return over == MODEL_TABLE ? pages / fmin(fmax(level, 1), TABLE_ENTRIES) : level;
}

/* A value out of an interval, a part of `whole`; false where there is none. */
static bool put_point(struct line_point *point, double x, const struct stats_interval *value,
		      double whole, size_t count)
{
	if (!value->has_interval || count < 2)
		return false;
	*point = (struct line_point){
		.x = x,
		.y = value->center,
		.whole = whole,
		.error = fmax(value->standard_error, 1e-6 * fabs(value->center)),
		.half = (value->high - value->low) / 2,
		.count = count,
	};
	return isfinite(point->error) && fabs(value->center) > 0 && whole > 0;
}

/* The rows whose difference an item is; `other` NULL: the row alone. */
static bool find_rows(const struct summary *summary, const struct row *call, enum model_item item,
		      const struct row **one, const struct row **other)
{
	*one = call;
	*other = NULL;
	if (item == MODEL_CALL)
		return true;
	if (item == MODEL_LATER) {
		*one = summary_find(summary, call->series, NULL, NULL, "reaped_ns");
		if (!*one || !(*one)->count)
			*one = summary_find(summary, call->series, NULL, NULL, "joined_ns");
		*other = call;
	} else {
		struct series key = *call->series;
		wire_copy(key.level[AXIS_STATE], WIRE_NAME_MAX,
			  axis_name(&axes[AXIS_STATE], STATE_WRITE_PROTECTED));
		*other = summary_find(summary, &key, NULL, NULL, NULL);
	}
	return *one && (*one)->count && *other && (*other)->count;
}

static bool make_point(const struct summary *summary, const struct row *call, enum model_item item,
		       double x, struct line_point *point)
{
	static double values[DATASET_REPLICATES_MAX];
	const struct row *one, *other;
	if (!find_rows(summary, call, item, &one, &other))
		return false;
	if (!other)
		return put_point(point, x, &one->interval, one->interval.center,
				 one->undisturbed.series.block_count);
	const size_t count = compared_differences(one, other, values);
	if (count < 2)
		return false;
	const struct stats_interval difference = stats_difference_interval(values, count);
	/* The end takes what comes after the call, which is most of it; protection is a part of the call. */
	return put_point(point, x, &difference,
			 item == MODEL_PROTECT ? call->interval.center : fabs(difference.center),
			 count);
}

static int by_x(const void *a, const void *b)
{
	const struct line_point *left = a, *right = b;
	return (left->x > right->x) - (left->x < right->x);
}

/* The points of a line out of some rows, with rising x, each once. */
static void find_points(const struct summary *summary, const struct row *const *rows, size_t count,
			struct model_line *line)
{
	for (size_t i = 0; i < count && line->point_count < LINE_POINTS_MAX; i++)
		line->point_count += make_point(summary, rows[i], line->item,
						number_of(rows[i]->series, line->over),
						&line->points[line->point_count]);
	qsort(line->points, line->point_count, sizeof *line->points, by_x);
	size_t kept = 0;
	for (size_t i = 0; i < line->point_count; i++)
		if (!kept || line->points[i].x > line->points[kept - 1].x)
			line->points[kept++] = line->points[i];
	line->point_count = kept;
}

/* Points of an edited run may be such that no line has a finite slope. */
static bool is_finite(const struct line *line)
{
	return isfinite(line->slope.low) && isfinite(line->slope.high) &&
	       isfinite(line->at_zero.low) && isfinite(line->at_zero.high) &&
	       isfinite(line->residual_max);
}

static int compare_arms(const struct series *left, const struct series *right)
{
	const int primitives = strcmp(left->primitive, right->primitive);
	const int actions = strcmp(left->action, right->action);
	return primitives ? primitives
	       : actions  ? actions
			  : strcmp(left->level[AXIS_STATE], right->level[AXIS_STATE]);
}

static int compare_heaps(const struct series *left, const struct series *right)
{
	return (left->heap_bytes > right->heap_bytes) - (left->heap_bytes < right->heap_bytes);
}

/* By arm, then by heap, then as the run has them. */
static int by_arm(const void *a, const void *b)
{
	const struct row *left = *(const struct row *const *)a,
			 *right = *(const struct row *const *)b;
	const int arms = compare_arms(left->series, right->series);
	const int heaps = compare_heaps(left->series, right->series);
	return arms ? arms : heaps ? heaps : (left > right) - (left < right);
}

/* How many of the rows are of the first one's arm, and of its heap, too. */
static size_t count_alike(const struct row *const *rows, size_t count, bool of_heap)
{
	size_t n = 1;
	while (n < count && compare_arms(rows[n]->series, rows[0]->series) == 0 &&
	       (!of_heap || compare_heaps(rows[n]->series, rows[0]->series) == 0))
		n++;
	return n;
}

/* Protection is a part of the call, and a line only where the call is one. */
static void keep_where_call_holds(const struct model *model, struct model_line *line)
{
	const struct model_line *call =
		model_find(model, line->arm->primitive, line->arm->action,
			   line->arm->level[AXIS_STATE], MODEL_CALL, line->over);
	size_t kept = 0;
	for (size_t i = 0; call && i < line->point_count; i++)
		if (line->points[i].x >= call->points[call->line.first].x &&
		    line->points[i].x <= call->points[call->line.last].x)
			line->points[kept++] = line->points[i];
	line->point_count = kept;
}

/* Adds a line of an arm, where there are points enough. Of an axis that is varied at several heaps it is that of the heap
 * with the most levels; of equals the largest. */
static enum outcome add_line(struct model *model, const struct summary *summary,
			     const struct row *const *rows, size_t count, enum model_item item,
			     enum model_over over, struct problem *problem)
{
	struct model_line best = {.arm = rows[0]->series, .item = item, .over = over};
	if (over == MODEL_PAGE)
		find_points(summary, rows, count, &best);
	for (size_t from = 0, n; over != MODEL_PAGE && from < count; from += n) {
		struct model_line line = {.arm = rows[from]->series,
					  .item = item,
					  .over = over,
					  .heap_bytes = rows[from]->series->heap_bytes};
		n = count_alike(rows + from, count - from, true);
		if (n < LINE_POINTS_MIN)
			continue;
		find_points(summary, rows + from, n, &line);
		if (line.point_count >= best.point_count)
			best = line;
	}
	if (item == MODEL_PROTECT)
		keep_where_call_holds(model, &best);
	if (!line_fit(best.points, best.point_count, &best.line) || !is_finite(&best.line))
		return OUTCOME_OK;
	struct model_line *grown =
		dataset_grow(model->lines, model->count, &model->capacity, sizeof *model->lines);
	if (!grown)
		return fail(problem, "cannot fit a model: out of memory; end other programs");
	model->lines = grown;
	model->lines[model->count++] = best;
	return OUTCOME_OK;
}

/* All lines that go over a number. `rows`: room for as many as there are. */
static enum outcome add_lines(struct model *model, const struct summary *summary,
			      const struct filter *plain, enum model_over over,
			      const struct row **rows, struct problem *problem)
{
	struct filter filter = *plain;
	size_t count = 0;
	filter.level[AXIS_STATE] = FILTER_ANY;
	if (over != MODEL_PAGE)
		filter.level[find_axis(over)] = FILTER_ANY;
	for (const struct row *row = NULL; (row = filter_next(summary, &filter, row));)
		rows[count++] = row;
	qsort(rows, count, sizeof(const void *), by_arm);
	for (size_t from = 0, n; from < count; from += n) {
		n = count_alike(rows + from, count - from, false);
		const bool is_dirty = strcmp(rows[from]->series->level[AXIS_STATE], "dirty") == 0;
		for (enum model_item item = 0; item < MODEL_ITEMS; item++)
			if ((item != MODEL_PROTECT || is_dirty) &&
			    add_line(model, summary, rows + from, n, item, over, problem))
				return OUTCOME_FAILED;
	}
	return OUTCOME_OK;
}

/* Why no line goes over a number. */
static void say_lacking(struct model *model, const struct summary *summary)
{
	for (enum model_over over = 0; over < MODEL_OVERS; over++) {
		char *why = model->lacks[over];
		bool known = false;
		for (size_t i = 0; i < model->count; i++)
			known = known || model->lines[i].over == over;
		*why = '\0';
		if (known)
			continue;
		if (over != MODEL_PAGE)
			notes_fill(why, FILTER_WHY_MAX,
				   "unavailable: fewer than three levels of %s with intervals",
				   axis_names[over]);
		else if (!*filter_why_none(summary, "spawn", why))
			notes_fill(why, FILTER_WHY_MAX,
				   "unavailable: fewer than three heaps with intervals");
	}
}

enum outcome model_make(struct model *model, const struct summary *summary, struct problem *problem)
{
	struct filter plain = {.experiment = "spawn", .metric = "call_ns"};
	const struct row **rows = calloc(summary->row_count + 1, sizeof(const void *));
	enum outcome outcome = OUTCOME_OK;
	*model = (struct model){0};
	if (!rows)
		return fail(problem, "cannot fit a model: out of memory; end other programs");
	filter_settle_levels(summary, &plain);
	for (enum model_over over = 0; over < MODEL_OVERS && !outcome; over++)
		if (over == MODEL_PAGE || find_axis(over) != AXIS_COUNT)
			outcome = add_lines(model, summary, &plain, over, rows, problem);
	free(rows);
	if (outcome)
		model_free(model);
	else
		say_lacking(model, summary);
	return outcome;
}

void model_free(struct model *model)
{
	free(model->lines);
}

const struct model_line *model_find(const struct model *model, const char *primitive,
				    const char *action, const char *state, enum model_item item,
				    enum model_over over)
{
	for (size_t i = 0; i < model->count; i++) {
		const struct model_line *line = &model->lines[i];
		if (line->item == item && line->over == over &&
		    strcmp(line->arm->primitive, primitive) == 0 &&
		    strcmp(line->arm->action, action) == 0 &&
		    strcmp(line->arm->level[AXIS_STATE], state) == 0)
			return line;
	}
	return NULL;
}

bool model_is_shown(const struct model *model, const struct model_line *line)
{
	const struct series *arm = line->arm;
	return line->over == MODEL_PAGE &&
	       (strcmp(arm->action, "exit") == 0 ||
		!model_find(model, arm->primitive, "exit", arm->level[AXIS_STATE], line->item,
			    MODEL_PAGE));
}

double model_bound(const struct model_line *line)
{
	return fmax(-line->line.slope.low, line->line.slope.high);
}

double model_whole(const struct model *model, const struct model_line *line)
{
	const struct series *arm = line->arm;
	const struct model_line *whole =
		line->item == MODEL_PROTECT
			? model_find(model, arm->primitive, arm->action, arm->level[AXIS_STATE],
				     MODEL_CALL, line->over)
			: line;
	return whole ? whole->line.at_zero.center +
			       whole->line.slope.center * line->points[line->line.last].x
		     : 0;
}

bool model_is_flat(const struct model *model, const struct model_line *line)
{
	return model_bound(line) * line->points[line->line.last].x <
	       LINE_BOUND * model_whole(model, line);
}
