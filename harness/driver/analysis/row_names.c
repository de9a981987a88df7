#include "harness/driver/analysis/row_names.h"

#include <stdlib.h>

uint32_t row_names_number(const struct row_names *names, const char *name)
{
	return (uint32_t)json_integer_value(json_object_get(names->numbers, name));
}

/* The same, but a name that is new gets a number; 0: no memory. */
static uint32_t number_of(struct row_names *names, const char *name)
{
	const uint32_t known = row_names_number(names, name);
	const size_t next = json_object_size(names->numbers) + 1;
	if (known)
		return known;
	return json_object_set_new_nocheck(names->numbers, name, json_integer((json_int_t)next))
		       ? 0
		       : (uint32_t)next;
}

/* False: no memory. */
static bool number_row(struct row_names *names, const struct series *series,
		       uint32_t row[ROW_NAMES])
{
	const char *texts[ROW_NAMES] = {
		[ROW_EXPERIMENT] = series->experiment, [ROW_METRIC] = series->metric,
		[ROW_PRIMITIVE] = series->primitive,   [ROW_ACTION] = series->action,
		[ROW_CASE] = series->case_name,
	};
	for (enum axis_id axis = 0; axis < AXIS_COUNT; axis++)
		texts[ROW_LEVELS + axis] = series->level[axis];
	for (size_t i = 0; i < ROW_NAMES; i++)
		if (!(row[i] = number_of(names, texts[i])))
			return false;
	return true;
}

bool row_names_make(struct row_names *names, const struct dataset *dataset)
{
	*names = (struct row_names){.numbers = json_object()};
	names->of_rows = malloc((dataset->series_count + 1) * sizeof *names->of_rows);
	bool room = names->of_rows && (names->empty = number_of(names, ""));
	for (enum axis_id axis = 0; room && axis < AXIS_COUNT; axis++)
		room = (names->plain[axis] = number_of(names, axis_plain_name(&axes[axis])));
	for (size_t i = 0; room && i < dataset->series_count; i++)
		room = number_row(names, &dataset->series[i], names->of_rows[i]);
	if (!room)
		row_names_free(names);
	return room;
}

void row_names_free(struct row_names *names)
{
	free(names->of_rows);
	json_decref(names->numbers);
	*names = (struct row_names){0};
}
