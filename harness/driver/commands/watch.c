#include "harness/driver/commands/watch.h"

#include "harness/common/textfile.h"
#include "harness/common/units.h"
#include "harness/driver/base/quiet.h"
#include "harness/driver/base/stats.h"
#include "harness/driver/machine/machine.h"
#include "harness/driver/machine/siblings.h"
#include "harness/driver/run/session.h"

#include <assert.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

/* A look takes 0.25 ms. */
enum { WATCH_S = 2, LOOKS_MAX = 10000, STANDSTILL_S = 20 };

static const double QUIET_SHARE = 0.9; /* of all looks */
static const double TOLD_SHARE = 0.02; /* of the time that others had the CPU */
static const double BUSY_SHARE = 0.1;  /* of a sibling's time */
static const double STEP_WIDTH = 1.05; /* of a chain's step: above, the frequency moved */

struct watched {
	int cpu;
	size_t count, sibling_count;
	int siblings[SIBLINGS_MAX];
	double sibling_busy[SIBLINGS_MAX]; /* shares; NAN: not known */
	double contention[LOOKS_MAX], off_cpu_ns[LOOKS_MAX], step_ns[LOOKS_MAX];
	struct quiet_seen seen[LOOKS_MAX];
	struct wire_cell_facts facts;
};

/* A CPU that /proc/stat does not show has none. */
static void read_siblings(const struct watched *watched, struct textfile_ticks ticks[SIBLINGS_MAX])
{
	char text[TEXTFILE_MAX];
	bool is_read = textfile_read("/proc/stat", text, sizeof text);
	for (size_t i = 0; i < watched->sibling_count; i++) {
		ticks[i] = (struct textfile_ticks){0};
		if (is_read)
			textfile_add_ticks(text, watched->siblings[i], &ticks[i]);
	}
}

/* Keeps the looks in which all witnesses spoke. */
static void read_looks(struct watched *watched, const struct wire_area *area)
{
	for (uint64_t i = 0; i < area->answer.sample_count && watched->count < LOOKS_MAX; i++) {
		const struct wire_sample *sample = &area->samples[i];
		if (sample->contention <= 0 || !(sample->set & 1) || sample->value[0] <= 0)
			continue;
		watched->contention[watched->count] = sample->contention;
		watched->seen[watched->count] =
			(struct quiet_seen){(double)sample->at_ns / 1e9, sample->contention};
		watched->off_cpu_ns[watched->count] = sample->off_cpu_ns;
		watched->step_ns[watched->count++] = sample->value[0];
	}
	watched->facts = area->answer.cells[0];
}

static enum outcome take(struct watched *watched, const struct wire_clock *clock,
			 struct problem *problem)
{
	struct session session;
	struct textfile_ticks before[SIBLINGS_MAX] = {{0}}, after[SIBLINGS_MAX] = {{0}};
	bool trustworthy;
	int other;
	if (machine_choose_cpus(-1, &watched->cpu, &other, problem) ||
	    session_open(&session, LOOKS_MAX, problem))
		return OUTCOME_FAILED;
	assert(session.area);
	watched->sibling_count = siblings_of(watched->cpu, watched->siblings);
	struct wire_request *request = &session.area->request;
	/* One arm and one cell, of no name, because there must be one. */
	*request = (struct wire_request){.mode = WIRE_WATCH,
					 .caller_cpu = watched->cpu,
					 .other_cpu = other,
					 .arm_count = 1,
					 .cell_count = 1,
					 .cell_ns = WATCH_S * 1000000000ull,
					 .clock = *clock};
	machine_leave_cpu(watched->cpu);
	read_siblings(watched, before);
	enum outcome outcome = session_start(&session, 1, problem);
	if (!outcome)
		outcome = session_wait(&session, STANDSTILL_S, NULL, NULL, &trustworthy, problem);
	read_siblings(watched, after);
	if (!outcome)
		read_looks(watched, session.area);
	session_close(&session);
	for (size_t i = 0; i < watched->sibling_count; i++) {
		double all = (double)(after[i].all - before[i].all);
		const bool known = before[i].all > 0 && after[i].all > before[i].all;
		watched->sibling_busy[i] =
			known ? 1 - (double)(after[i].idle - before[i].idle) / all : NAN;
	}
	return outcome;
}

__attribute__((format(printf, 3, 4))) static void blame(struct watch_report *report,
							const char *who, const char *format, ...)
{
	va_list args;
	if (report->cause_count == WATCH_CAUSES_MAX)
		return;
	report->causes[report->cause_count].who = who;
	va_start(args, format);
	vsnprintf(report->causes[report->cause_count++].text, WATCH_TEXT_MAX, format, args);
	va_end(args);
}

/* For how much of the time; NAN: the kernel does not say. */
static double share_of(const struct watched *watched, uint64_t ns)
{
	return ns == WIRE_UNKNOWN || watched->facts.duration_ns == 0
		       ? NAN
		       : (double)ns / (double)watched->facts.duration_ns;
}

static void name_siblings(struct watch_report *report, const struct watched *watched)
{
	for (size_t i = 0; i < watched->sibling_count; i++)
		if (isnan(watched->sibling_busy[i]))
			blame(report, "sibling CPU",
			      "unavailable: /proc/stat did not say how busy CPU %d, the other "
			      "hardware thread of its core, was",
			      watched->siblings[i]);
		else if (watched->sibling_busy[i] > BUSY_SHARE)
			blame(report, "sibling CPU",
			      "CPU %d, the other hardware thread of its core, was busy for %.0f %% "
			      "of the time; keep processes off it",
			      watched->siblings[i], 100 * watched->sibling_busy[i]);
}

static void name_causes(struct watch_report *report, const struct watched *watched,
			double crowded_share)
{
	double least_ns = stats_quantile(watched->step_ns, watched->count, 0.05);
	double most_ns = stats_quantile(watched->step_ns, watched->count, 0.95);
	double waited = share_of(watched, watched->facts.wait_ns);
	double stolen = share_of(watched, watched->facts.steal_ns);
	name_siblings(report, watched);
	bool is_explained = report->cause_count > 0;
	if (waited > TOLD_SHARE)
		blame(report, "same CPU",
		      "other processes had CPU %d for %.0f %% of the time; keep them off it, or "
		      "measure with --cpu on another",
		      watched->cpu, 100 * waited);
	if (stolen > TOLD_SHARE)
		blame(report, "hypervisor", "it took CPU %d away for %.0f %% of the time (steal)",
		      watched->cpu, 100 * stolen);
	if (most_ns > least_ns * STEP_WIDTH)
		blame(report, "frequency",
		      "a multiplication took %.2f to %.2f ns: the frequency moved; see cpupower "
		      "frequency-info",
		      least_ns, most_ns);
	if (crowded_share > TOLD_SHARE && !is_explained)
		blame(report, "neighbours",
		      "its core was crowded in %.0f %% of the moments, and no busy sibling is to "
		      "be "
		      "seen from here: other guests of the host, where this is one",
		      100 * crowded_share);
}

static void tell(struct watch_report *report, struct watched *watched,
		 const struct quiet_levels *levels)
{
	size_t crowded = 0, disturbed = 0;
	const double off_cpu_max_ns = quiet_off_cpu_max_ns(watched->off_cpu_ns, watched->count, 0);
	double away_ns = 0;
	for (size_t i = 0; i < watched->count; i++) {
		bool is_crowded =
			!quiet_is_alone(levels, watched->seen[i].at_s, watched->seen[i].contention);
		bool is_away = watched->off_cpu_ns[i] > off_cpu_max_ns;
		crowded += is_crowded;
		away_ns += watched->off_cpu_ns[i];
		disturbed += is_crowded || is_away;
	}
	double all = (double)watched->count;
	snprintf(report->share, sizeof report->share,
		 "CPU %d was undisturbed in %.0f %% of %zu moments of %d s: contention %.2f in the "
		 "median, %.2f at most in nine of ten, quiet up to %.2f; off the CPU for %.0f %% "
		 "of the time",
		 watched->cpu, 100 * (1 - (double)disturbed / all), watched->count, WATCH_S,
		 stats_quantile(watched->contention, watched->count, 0.5),
		 stats_quantile(watched->contention, watched->count, 0.9),
		 levels->level[0].contention_max,
		 100 * fmin(away_ns / (double)watched->facts.duration_ns, 1));
	name_causes(report, watched, (double)crowded / all);
	report->is_quiet = (double)disturbed <= (1 - QUIET_SHARE) * all && !report->cause_count;
}

enum outcome watch_cpu(const struct wire_clock *clock, struct watch_report *report,
		       struct problem *problem)
{
	struct quiet_levels levels;
	struct watched *watched = calloc(1, sizeof *watched);
	*report = (struct watch_report){0};
	if (!watched)
		return fail(problem, "cannot watch the CPU: out of memory; free some");
	enum outcome outcome = take(watched, clock, problem);
	if (!outcome && !quiet_find(&levels, watched->seen, watched->count))
		outcome = fail(problem, "cannot watch the CPU: out of memory; free some");
	if (!outcome && levels.count == 0)
		outcome = fail(problem,
			       "cannot tell how quiet CPU %d is: the clock is too coarse, "
			       "or the CPU was never free; try again",
			       watched->cpu);
	if (!outcome)
		tell(report, watched, &levels);
	free(watched);
	return outcome;
}
