#include "harness/driver/analysis/variance.h"

#include "harness/driver/base/stats.h"

#include <math.h>

/* Sums over groups of one level: of the squares of their sums over their counts, and of their squared counts. */
struct level {
	size_t groups;
	double squares, counts_squared;
};

/* A group that is being filled. */
struct group {
	double sum, count;
};

static void add(struct group *group, struct group part)
{
	group->sum += part.sum;
	group->count += part.count;
}

static void close_group(struct level *level, struct group group)
{
	level->groups++;
	level->squares += group.sum * group.sum / group.count;
	level->counts_squared += group.count * group.count;
}

/* Whether sample number `i` is the first of its visit. */
static bool begins_visit(const struct block *block, size_t i)
{
	return i == 0 || block->rounds[i] != block->rounds[i - 1] ||
	       block->places[i] <= block->places[i - 1];
}

bool variance_split(const struct series *series, struct variance *variance)
{
	struct level visits = {0}, replicates = {0};
	struct group run = {0};
	double squares = 0,
	       per_replicate = 0; /* squared counts of visits, over their replicate's */
	for (size_t b = 0; b < series->block_count; b++) {
		const struct block *block = &series->blocks[b];
		struct group replicate = {0};
		double before = visits.counts_squared;
		struct group visit = {0};
		for (size_t i = 0; i < block->count; i++) {
			if (!(block->values[i] > 0))
				return false;
			double value = log(block->values[i]);
			squares += value * value;
			if (begins_visit(block, i))
				visit = (struct group){0};
			add(&visit, (struct group){value, 1});
			if (i + 1 < block->count && !begins_visit(block, i + 1))
				continue;
			close_group(&visits, visit);
			add(&replicate, visit);
		}
		if (replicate.count == 0)
			continue;
		close_group(&replicates, replicate);
		per_replicate += (visits.counts_squared - before) / replicate.count;
		add(&run, replicate);
	}
	if (replicates.groups < 2)
		return false;
	/* Each level's mean square is what the levels below it put into it, and so many times its own variance. */
	double samples_free = run.count - (double)visits.groups;
	double visits_free = (double)(visits.groups - replicates.groups);
	double replicates_free = (double)replicates.groups - 1;
	double within = samples_free > 0 ? fmax(squares - visits.squares, 0) / samples_free : 0;
	double between = 0;
	if (visits_free > 0)
		between = (visits.squares - replicates.squares - visits_free * within) /
			  (run.count - per_replicate);
	between = fmax(between, 0);
	double among =
		(replicates.squares - run.sum * run.sum / run.count - replicates_free * within -
		 (per_replicate - visits.counts_squared / run.count) * between) /
		(run.count - replicates.counts_squared / run.count);
	*variance = (struct variance){
		.samples = (size_t)run.count,
		.visits = visits.groups,
		.replicates = replicates.groups,
		.samples_sd = samples_free > 0 ? sqrt(within) : (double)NAN,
		.visits_sd = visits_free > 0 ? sqrt(between) : (double)NAN,
		.replicates_sd = sqrt(fmax(among, 0)),
	};
	return true;
}

/* How many parts of variance `part` add no more than `whole`. */
static size_t enough(double part, double whole, size_t most)
{
	if (!(part > 0))
		return 1;
	return whole > 0 ? (size_t)fmin(ceil(part / whole), (double)most) : most;
}

struct variance_wish variance_wish(const struct variance *variance, double half_width)
{
	struct variance_wish wish = {1, 1, 0};
	double samples = pow(variance->samples_sd, 2), visits = pow(variance->visits_sd, 2);
	double all = pow(variance->replicates_sd, 2);
	if (!isnan(samples)) {
		wish.samples = enough(samples, isnan(visits) ? all : visits, VARIANCE_SAMPLES_MAX);
		samples /= (double)wish.samples;
	}
	if (!isnan(visits)) {
		double visit = visits + (isnan(samples) ? 0 : samples);
		wish.visits = enough(visit, all, VARIANCE_VISITS_MAX);
		all += visit / (double)wish.visits;
	} else {
		all += isnan(samples) ? 0 : samples;
	}
	for (size_t n = STATS_PRECISION_VALUES_MIN; n <= DATASET_REPLICATES_MAX; n++)
		/* Of logs: sinh() of their half width is relative_half_width() of the times. */
		if (sinh(stats_half_width(sqrt(all), n)) <= half_width) {
			wish.replicates = n;
			break;
		}
	return wish;
}
