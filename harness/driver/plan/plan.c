#include "harness/driver/plan/plan.h"

#include <string.h>

const struct wire_primitive *catalog_primitive(const struct wire_catalog *catalog, const char *name)
{
	for (uint32_t i = 0; i < catalog->primitive_count; i++)
		if (strcmp(catalog->primitives[i].name, name) == 0)
			return &catalog->primitives[i];
	return NULL;
}

/* What the machine does not give: a level that is not plain and that nobody asked for. Such levels run apart, so there
 * is one at most. AXIS_COUNT: all were asked for. */
static enum axis_id lacking_axis(const struct plan *plan, const struct plan_job *job)
{
	enum axis_id axis = 0;
	while (axis < AXIS_COUNT && (!axes[axis].may_lack || plan->settings.levels[axis].given ||
				     job->level[axis] == axis_plain(&axes[axis])))
		axis++;
	return axis;
}

bool plan_leave_out(const struct plan *plan, const struct plan_job *job, const char *why,
		    struct plan_gaps *gaps)
{
	struct plan_gap gap = {.axis = lacking_axis(plan, job)};
	if (gap.axis == AXIS_COUNT)
		return false;
	gap.level = job->level[gap.axis];
	wire_copy(gap.why, sizeof gap.why, why);
	for (size_t i = 0; i < gaps->count; i++)
		if (gaps->gap[i].axis == gap.axis && gaps->gap[i].level == gap.level)
			return true;
	if (gaps->count < sizeof gaps->gap / sizeof *gaps->gap)
		gaps->gap[gaps->count++] = gap;
	return true;
}

const char *plan_describe_gap(const struct plan_gap *gap, char text[NOTE_BYTES])
{
	const struct axis *axis = &axes[gap->axis];
	char level[AXIS_TEXT_MAX];
	axis_text(axis, gap->level, level);
	if (gap->axis == AXIS_PAGE_KIND)
		return notes_fill(text, NOTE_BYTES, "page kind %s: %s", level, gap->why);
	return notes_fill(text, NOTE_BYTES, "%s %s: %s", axis->name, level, gap->why);
}

/* Appends " dirty/write-protected": the levels of an axis that some of the cells has. */
static void append_levels(char *text, size_t bytes, const struct axis *axis,
			  const struct wire_cell *cells, uint32_t cell_count)
{
	struct choice seen = {0};
	for (uint32_t c = 0; c < cell_count; c++)
		choice_add(&seen, cells[c].level[axis - axes]);
	for (size_t i = 0; i < seen.count; i++) {
		char level[AXIS_TEXT_MAX], words[AXIS_WORDS_MAX];
		axis_text(axis, seen.level[i], level);
		notes_append(text, bytes, "%s%s", i ? "/" : " ",
			     axis_short_words(axis, level, words));
	}
}

/* What all jobs but its own are at by the row. */
static bool goes_without_saying(const struct plan_job *job, enum axis_id axis)
{
	return axis_is_apart_in(&axes[axis], job->experiment->name) &&
	       job->level[axis] == axis_plain(&axes[axis]);
}

const char *plan_describe_levels(const struct plan_job *job, const struct wire_cell *cells,
				 uint32_t cell_count, char *text, size_t text_bytes)
{
	*text = '\0';
	for (int of_worker = 1; of_worker >= 0; of_worker--)
		for (enum axis_id axis = 0; axis < AXIS_COUNT; axis++)
			if (axes[axis].needs_new_worker == of_worker &&
			    job->experiment->varies >> axis & 1 && !goes_without_saying(job, axis))
				append_levels(text, text_bytes, &axes[axis], cells, cell_count);
	return text;
}

bool plan_are_alike(const struct plan_job *a, const struct plan_job *b, uint32_t except)
{
	for (enum axis_id axis = 0; axis < AXIS_COUNT; axis++)
		if (!(except >> axis & 1) && a->level[axis] != b->level[axis])
			return false;
	return a->experiment == b->experiment;
}

bool plan_evicts(const struct plan *plan)
{
	for (size_t i = 0; i < plan->job_count; i++)
		if (plan->jobs[i].evicts)
			return true;
	return false;
}

uint32_t plan_counter_groups(const struct plan *plan)
{
	size_t count = plan->counters.count;
	return count ? plan->counters.counted[count - 1].group + 1 : 0;
}
