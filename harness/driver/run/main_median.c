#include "harness/driver/run/main_median.h"

#include "harness/driver/base/stats.h"

#include <math.h>
#include <string.h>

static bool is_plain(const struct wire_sample *sample)
{
	return sample->pass == PASS_PLAIN && sample->set;
}

static double taken_at_s(const struct main_median *medians, const struct wire_sample *sample)
{
	return medians->began_s + (double)sample->at_ns / 1e9;
}

bool main_median_look(struct main_median *medians, const struct wire_area *area, double began_s)
{
	enum { OLDER_MAX = MAIN_MEDIAN_SEEN_MAX / 2 };
	medians->began_s = began_s;
	for (uint64_t i = 0; i < area->answer.sample_count; i++) {
		const struct wire_sample *sample = &area->samples[i];
		if (!is_plain(sample))
			continue;
		if (medians->seen_count == MAIN_MEDIAN_SEEN_MAX) {
			memmove(medians->seen, medians->seen + OLDER_MAX,
				OLDER_MAX * sizeof *medians->seen);
			medians->seen_count = OLDER_MAX;
		}
		medians->seen[medians->seen_count++] =
			(struct quiet_seen){taken_at_s(medians, sample), sample->contention};
	}
	return quiet_find(&medians->levels, medians->seen, medians->seen_count);
}

bool main_median_of(const struct main_median *medians, const struct wire_area *area, uint32_t cell,
		    uint32_t arm, double *scratch, double *median)
{
	size_t all = 0, n = 0;
	const struct wire_sample *end = area->samples + area->answer.sample_count;
	for (const struct wire_sample *sample = area->samples; sample < end; sample++)
		if (sample->cell == cell && sample->arm == arm && is_plain(sample))
			scratch[all++] = sample->value[__builtin_ctz(sample->set)];
	const double typical_ns = all ? stats_median(scratch, all) : 0;
	all = 0;
	for (const struct wire_sample *sample = area->samples; sample < end; sample++)
		if (sample->cell == cell && sample->arm == arm && is_plain(sample))
			scratch[all++] = sample->off_cpu_ns;
	const double off_cpu_max_ns = quiet_off_cpu_max_ns(scratch, all, typical_ns);
	for (const struct wire_sample *sample = area->samples; sample < end; sample++)
		if (sample->cell == cell && sample->arm == arm && is_plain(sample) &&
		    quiet_is_alone(&medians->levels, taken_at_s(medians, sample),
				   sample->contention) &&
		    !(sample->off_cpu_ns > off_cpu_max_ns))
			scratch[n++] = sample->value[__builtin_ctz(sample->set)];
	*median = n && quiet_takes_part(n, all) ? stats_median(scratch, n) : (double)NAN;
	return all > 0;
}
