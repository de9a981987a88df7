#include "harness/driver/doubts.h"

#include "harness/common/plausible.h"
#include "harness/driver/roles.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* One series with what its samples are held against. */
struct doubt {
	const struct dataset *dataset;
	const struct series *series;
	double max_hz;
	bool with_child;
	char why[PLAUSIBLE_TEXT_MAX];
};

static const char *fact(const struct dataset *dataset, const char *key)
{
	const json_t *facts = json_object_get(dataset->environment, "facts");
	const char *text = json_string_value(json_object_get(facts, key));
	return text && *text >= '0' && *text <= '9' ? text : NULL; /* else why there is none */
}

static bool begins(const char *text, const char *with)
{
	return strncmp(text, with, strlen(with)) == 0;
}

/* The same event's counter of another mode: cycles_both -> cycles_user. NULL if there is none. */
static const struct series *other_mode(const struct doubt *doubt, const char *mode)
{
	static const char both[] = "_both";
	const char *metric = doubt->series->metric, *at = strstr(metric, both);
	char name[COUNTER_NAME_MAX];
	if (!at)
		return NULL;
	snprintf(name, sizeof name, "%.*s%s%s", (int)(at - metric), metric, mode,
		 at + strlen(both));
	return dataset_find(doubt->dataset, doubt->series, name);
}

/* The value that another series has of the same sample; NAN if it has none. */
static double same_sample(const struct series *other, size_t block, size_t sample,
			  const struct block *like)
{
	if (!other || block >= other->block_count)
		return NAN;
	const struct block *found = &other->blocks[block];
	if (found->replicate != like->replicate || found->count != like->count ||
	    found->at_us[sample] != like->at_us[sample])
		return NAN;
	return found->values[sample];
}

/* The number that CPUs can make in the window. Of an event by its own name that is not known. */
static bool rate_holds(struct doubt *doubt, const struct block *block, size_t sample)
{
	enum role_index role = roles_of_metric(doubt->series->metric);
	uint64_t count = (uint64_t)block->values[sample];
	double window_ns = block->window_ns[sample];
	unsigned cpus = doubt->with_child ? 2 : 1;
	if (role == ROLE_COUNT)
		return true;
	if (role == ROLE_CYCLES || role == ROLE_DTLB_WALK_CYCLES)
		return plausible_cycles(count, window_ns, doubt->max_hz, cpus, doubt->why);
	return plausible_rate(count, window_ns, roles_most_per_ns(role, doubt->max_hz), cpus,
			      doubt->why);
}

static bool faults_hold(struct doubt *doubt, const struct block *block, size_t sample)
{
	const struct series *pages = dataset_find(doubt->dataset, doubt->series, "pages");
	if (!pages || !pages->block_count)
		return true;
	return plausible_faults((uint64_t)block->values[sample],
				(uint64_t)pages->blocks[0].values[0], doubt->with_child ? 2 : 1,
				doubt->why);
}

static bool split_holds(struct doubt *doubt, size_t block, size_t sample)
{
	const struct block *like = &doubt->series->blocks[block];
	double user = same_sample(other_mode(doubt, "_user"), block, sample, like);
	double kernel = same_sample(other_mode(doubt, "_kernel"), block, sample, like);
	if (isnan(user) || isnan(kernel))
		return true;
	return plausible_split((uint64_t)user, (uint64_t)kernel, (uint64_t)like->values[sample],
			       doubt->why);
}

static bool sample_holds(struct doubt *doubt, size_t block, size_t sample)
{
	const struct block *values = &doubt->series->blocks[block];
	const char *metric = doubt->series->metric;
	if (!rate_holds(doubt, values, sample))
		return false;
	if (begins(metric, "page_faults_") && !faults_hold(doubt, values, sample))
		return false;
	return split_holds(doubt, block, sample);
}

bool doubts_refuse(const struct dataset *dataset, const struct series *series, char *why,
		   size_t why_bytes)
{
	struct doubt doubt = {
		.dataset = dataset,
		.series = series,
		.max_hz =
			plausible_max_hz(fact(dataset, "cpu_max_khz"), fact(dataset, "cpu_boost")),
		.with_child = strstr(series->metric, "_with_child") != NULL,
	};
	for (size_t b = 0; series->is_counter && b < series->block_count; b++)
		for (size_t i = 0; i < series->blocks[b].count; i++)
			if (!sample_holds(&doubt, b, i)) {
				snprintf(why, why_bytes, "refused: %s", doubt.why);
				return true;
			}
	return false;
}
