#include "harness/driver/analysis/disturbed.h"

#include "harness/common/units.h"
#include "harness/driver/base/notes.h"
#include "harness/driver/base/stats.h"
#include "harness/driver/data/dataset.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double SHARE_MIN = 0.02; /* of a cell's time, from here on */
static const double TICK_NS = 1e7;    /* idle and stolen time come in ticks of USER_HZ */

bool disturbed_open_files(const struct series *series, double *fewest, double *most)
{
	*fewest = *most = NAN;
	for (size_t b = 0; b < series->block_count; b++) {
		*fewest = fmin(*fewest, series->blocks[b].worker_facts.open_files);
		*most = fmax(*most, series->blocks[b].worker_facts.open_files);
	}
	return !isnan(*fewest);
}

/* For how much of the cell's time other processes had the CPU, at least; NAN: not known. Neither of two
 * numbers alone can tell. The worker also waits for children of its own, as for one that wakes it and has
 * yet to leave the CPU. And a CPU on which neither it nor a child runs may be idle. */
static double others_share(const struct worker_facts *worker_facts)
{
	double had = worker_facts->cpus * (worker_facts->duration_ns - TICK_NS);
	double others = (had - worker_facts->cpu_ns - worker_facts->idle_ns) / worker_facts->cpus;
	if (isnan(others) || isnan(worker_facts->wait_ns))
		return NAN;
	return fmax(0, fmin(others, worker_facts->wait_ns)) / worker_facts->duration_ns;
}

/* A tick more may be by chance. */
static double steal_share(const struct worker_facts *worker_facts)
{
	double stolen = worker_facts->steal_ns / worker_facts->cpus - TICK_NS;
	return isnan(stolen) ? NAN : fmax(0, stolen) / worker_facts->duration_ns;
}

/* What is said of one cause of disturbance. */
struct extent {
	size_t replicates;
	double duration_ns, away_ns, wait_ns, involuntary_switches, migrations;
	double *quiet, *disturbed; /* medians */
	size_t quiet_count;
};

static void add(struct extent *extent, const struct block *block, double share)
{
	const struct worker_facts *worker_facts = &block->worker_facts;
	double median = stats_median(block->values, block->count);
	if (!(share > SHARE_MIN)) {
		extent->quiet[extent->quiet_count++] = median;
		return;
	}
	extent->disturbed[extent->replicates++] = median;
	extent->duration_ns += worker_facts->duration_ns;
	extent->away_ns += share * worker_facts->duration_ns;
	extent->wait_ns += worker_facts->wait_ns;
	extent->involuntary_switches += worker_facts->involuntary_switches;
	extent->migrations += isnan(worker_facts->migrations) ? 0 : worker_facts->migrations;
}

/* What the disturbance did, where there are quiet replicates to hold against. */
static void put_extent(const struct extent *extent, const struct series *series, char *text,
		       size_t text_bytes)
{
	if (!extent->quiet_count)
		return;
	notes_append(text, text_bytes, " in %zu of %zu replicates", extent->replicates,
		     series->block_count);
	double ratio = stats_median(extent->disturbed, extent->replicates) /
		       stats_median(extent->quiet, extent->quiet_count);
	if (strcmp(series->unit, "ns") == 0 && isfinite(ratio))
		notes_append(text, text_bytes, ", median %+.0f %% against the others'",
			     (ratio - 1) * 100);
}

/* What the scheduler says of it. */
static void put_waits(const struct extent *extent, char *text, size_t text_bytes)
{
	char wait[UNITS_TEXT_MAX];
	notes_append(text, text_bytes, " (waited %s, %.0f involuntary switches",
		     units_format_ns(extent->wait_ns, wait), extent->involuntary_switches);
	if (extent->migrations > 0)
		notes_append(text, text_bytes, ", %.0f migrations", extent->migrations);
	notes_append(text, text_bytes, ")");
}

static double share_of(const struct worker_facts *worker_facts, enum disturber disturber)
{
	return disturber == DISTURBED_BY_OTHERS ? others_share(worker_facts)
						: steal_share(worker_facts);
}

bool disturbed_by(const struct series *series, enum disturber disturber)
{
	for (size_t b = 0; b < series->block_count; b++)
		if (share_of(&series->blocks[b].worker_facts, disturber) > SHARE_MIN)
			return true;
	return false;
}

const char *disturbed_text(const struct series *series, char *text, size_t text_bytes)
{
	static const char *const who_had[] = {
		[DISTURBED_BY_OTHERS] = "other processes",
		[DISTURBED_BY_HYPERVISOR] = "the hypervisor",
	};
	double *room = calloc(2 * series->block_count + 1, sizeof *room);
	*text = '\0';
	for (enum disturber who = 0; room && who < DISTURBERS; who++) {
		struct extent extent = {.quiet = room, .disturbed = room + series->block_count};
		for (size_t b = 0; b < series->block_count; b++)
			add(&extent, &series->blocks[b],
			    share_of(&series->blocks[b].worker_facts, who));
		if (!extent.replicates)
			continue;
		notes_append(
			text, text_bytes, "%sdisturbed: %s had the CPU for %.0f %% of the time",
			*text ? "; " : "", who_had[who], 100 * extent.away_ns / extent.duration_ns);
		put_extent(&extent, series, text, text_bytes);
		if (who == DISTURBED_BY_OTHERS)
			put_waits(&extent, text, text_bytes);
	}
	free(room);
	return text;
}
