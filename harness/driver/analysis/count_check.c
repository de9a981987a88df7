#include "harness/driver/analysis/count_check.h"

#include "harness/driver/counters/roles.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* One series with what its samples are held against. */
struct doubt {
	const struct dataset *dataset;
	const struct series *series;
	const struct series *user, *kernel, *pages; /* of the same; NULL where there are none */
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

/* How many a cycle there can be at most; 0: as rare as page faults; below 0: not known. */
static double most_per_cycle(const char *metric)
{
	for (unsigned i = 0; i < ROLE_COUNT; i++)
		if (roles_is_metric(roles[i].name, metric))
			return roles[i].per_cycle_max;
	return -1;
}

bool count_check_is_plausible(const char *metric, uint64_t count, double window_ns, double max_hz,
			      unsigned cpus, char why[PLAUSIBLE_TEXT_MAX])
{
	double each = most_per_cycle(metric);
	*why = '\0';
	if (each < 0)
		return true;
	if (each == 1)
		return plausible_cycles(count, window_ns, max_hz, cpus, why);
	return plausible_rate(count, window_ns, each > 0 ? each * max_hz / 1e9 : 0.1, cpus, why);
}

static bool faults_hold(struct doubt *doubt, const struct block *block, size_t sample)
{
	if (!doubt->pages || !doubt->pages->block_count)
		return true;
	return plausible_faults((uint64_t)block->values[sample],
				(uint64_t)doubt->pages->blocks[0].values[0],
				doubt->with_child ? 2 : 1, doubt->why);
}

static bool split_holds(struct doubt *doubt, size_t block, size_t sample)
{
	const struct block *like = &doubt->series->blocks[block];
	double user = same_sample(doubt->user, block, sample, like);
	double kernel = same_sample(doubt->kernel, block, sample, like);
	if (isnan(user) || isnan(kernel))
		return true;
	return plausible_split((uint64_t)user, (uint64_t)kernel, (uint64_t)like->values[sample],
			       doubt->why);
}

static bool sample_holds(struct doubt *doubt, size_t block, size_t sample)
{
	const struct block *values = &doubt->series->blocks[block];
	const char *metric = doubt->series->metric;
	/* The reader sees to it that what is counted has its window and is a count. */
	if (!count_check_is_plausible(metric, (uint64_t)values->values[sample],
				      values->window_ns[sample], doubt->max_hz,
				      doubt->with_child ? 2 : 1, doubt->why))
		return false;
	static const char faults[] = "page_faults_";
	if (strncmp(metric, faults, strlen(faults)) == 0 && !faults_hold(doubt, values, sample))
		return false;
	return split_holds(doubt, block, sample);
}

bool count_check_refuses(const struct dataset *dataset, const struct series *series, char *why,
			 size_t why_bytes)
{
	struct doubt doubt = {
		.dataset = dataset,
		.series = series,
		.max_hz =
			plausible_max_hz(fact(dataset, "cpu_max_khz"), fact(dataset, "cpu_boost")),
		.with_child = strstr(series->metric, "_with_child") != NULL,
	};
	if (!series->is_counter)
		return false;
	doubt.user = other_mode(&doubt, "_user");
	doubt.kernel = other_mode(&doubt, "_kernel");
	doubt.pages = dataset_find(dataset, series, "pages");
	for (size_t b = 0; b < series->block_count; b++)
		for (size_t i = 0; i < series->blocks[b].count; i++)
			if (!sample_holds(&doubt, b, i)) {
				snprintf(why, why_bytes, "refused: %s", doubt.why);
				return true;
			}
	return false;
}
