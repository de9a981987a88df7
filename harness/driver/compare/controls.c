#include "harness/driver/compare/controls.h"

#include <math.h>
#include <string.h>

/* The smallest heap that both sides have is taken: least else goes on there. */
static const struct control {
	const char *word, *experiment, *primitive, *action, *case_name, *metric;
} controls[] = {
	{"an empty window (null)", "null", "", "", "", "window_ns"},
	{"vfork and exit", "spawn", "vfork", "exit", "", "call_ns"},
	{"a plain system call (floors)", "floors", "", "", "system_call", "call_ns"},
};

static json_t *kernel_value(const struct compared_run *run, const char *parent, const char *key)
{
	return json_object_get(json_object_get(run->environment, parent), key);
}

/* Whether all runs record the same value. */
static bool is_alike(const struct compare *compare, const char *parent, const char *key)
{
	const json_t *first = kernel_value(&compare->runs[SIDE_A][0], parent, key);
	bool alike = first != NULL;
	for (enum side_id side = SIDE_A; side < SIDES; side++)
		for (size_t i = 0; i < compare->run_count[side]; i++) {
			const json_t *value = kernel_value(&compare->runs[side][i], parent, key);
			alike = alike && value && json_equal(value, first);
		}
	return alike;
}

static bool is_of(const struct compared_row *row, const struct control *control)
{
	const struct series *series = &row->series;
	bool is_plain = true;
	for (enum axis_id axis = 0; axis < AXIS_COUNT; axis++)
		is_plain = is_plain &&
			   (!*series->level[axis] ||
			    strcmp(series->level[axis], axis_plain_name(&axes[axis])) == 0);
	return is_plain && strcmp(series->experiment, control->experiment) == 0 &&
	       strcmp(series->primitive, control->primitive) == 0 &&
	       strcmp(series->action, control->action) == 0 &&
	       strcmp(series->case_name, control->case_name) == 0 &&
	       strcmp(series->metric, control->metric) == 0;
}

static const struct compared_row *find(const struct compare *compare, const struct control *control)
{
	const struct compared_row *found = NULL;
	for (size_t i = 0; i < compare->both; i++) {
		const struct compared_row *row = &compare->rows[i];
		if (is_of(row, control) &&
		    (!found || row->series.heap_bytes < found->series.heap_bytes))
			found = row;
	}
	return found;
}

static void add_control(const struct compare *compare, const struct control *control,
			char text[NOTE_BYTES])
{
	const struct compared_row *row = find(compare, control);
	if (!row)
		notes_append(text, NOTE_BYTES, "%s is not in the rows compared", control->word);
	else if (row->difference.why || !isfinite(row->difference.ratio))
		notes_append(text, NOTE_BYTES, "%s cannot be told: %s", control->word,
			     row->difference.why ? row->difference.why : "A is 0");
	else
		notes_append(text, NOTE_BYTES, "%s moved by %+.1f %% (%+.1f to %+.1f %%)",
			     control->word, 100 * (row->difference.ratio - 1),
			     100 * (row->difference.low - 1), 100 * (row->difference.high - 1));
}

void controls_words(const struct compare *compare, struct notes *notes)
{
	char text[NOTE_BYTES];
	if (is_alike(compare, "kernel", "release") && is_alike(compare, "kernel", "version") &&
	    is_alike(compare, "facts", "kernel_command_line"))
		return;
	notes_fill(text, sizeof text,
		   "Kernels or their command lines differ. Paths that a patch to fork should not "
		   "touch: ");
	for (size_t i = 0; i < sizeof controls / sizeof *controls; i++) {
		notes_append(text, sizeof text, "%s", i ? "; " : "");
		add_control(compare, &controls[i], text);
	}
	notes_add(notes, "%s. What moved no further than these may be code placement.", text);
}
