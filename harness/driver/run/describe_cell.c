#include "harness/driver/run/describe.h"

#include "harness/common/pagemap.h"
#include "harness/driver/base/forms/json.h"
#include "harness/driver/plan/kinds.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Appends a value to a column, which begins with its first one. */
static void put(json_t *columns, const char *name, json_t *value)
{
	json_t *column = json_object_get(columns, name);
	if (!column) {
		column = json_array();
		json_object_set_new(columns, name, column);
	}
	json_array_append_new(column, value);
}

/* Tenths are enough, thousandths for what is small, as times a page are; whole numbers stay whole. */
static json_t *number(double value)
{
	double parts = fabs(value) < 100 ? 1000 : 10;
	value = round(value * parts) / parts;
	return value == floor(value) ? json_integer((json_int_t)value) : json_real(value);
}

static void put_counts(json_t *counts, const struct plan *plan, const struct wire_sample *sample)
{
	uint32_t at = 0; /* in the group */
	for (size_t i = 0; i < plan->counters.count; i++) {
		const struct wire_counter *counter = &plan->counters.counted[i];
		if (counter->group != sample->pass - (uint32_t)PASS_COUNTED)
			continue;
		if (sample->counted >> at & 1)
			put(counts, counter->name, json_integer((json_int_t)sample->count[at]));
		at++;
	}
}

/* A counter that one of the arm's samples had to refuse is refused in all of them: what is left would
 * be a choice among them. */
static void refuse_counts(json_t *counts, const struct plan *plan, const struct wire_answer *answer,
			  uint32_t group, size_t sample_count)
{
	for (size_t i = 0; i < plan->counters.count; i++) {
		const struct wire_counter *counter = &plan->counters.counted[i];
		const char *why = answer->counter_refused[i];
		if (counter->group == group &&
		    json_array_size(json_object_get(counts, counter->name)) < sample_count)
			json_object_set_new(
				counts, counter->name,
				json_string(*why ? why
						 : "unavailable: the worker did not count it"));
	}
}

/* One arm's samples of one pass in one cell, column by column; NULL if there are none. Of metrics and counters that
 * the plan does not have, a worker may set bits all the same: they are left out. */
static json_t *describe_pass(const struct plan *plan, const struct wire_experiment *experiment,
			     const struct wire_area *area, uint32_t cell, uint32_t arm,
			     unsigned pass)
{
	bool is_counted = pass >= PASS_COUNTED;
	json_t *metrics = json_object(), *counts = json_object();
	json_t *result =
		json_pack("{s:[],s:[],s:[],s:o}", "round", "place", "at_us", "metrics", metrics);
	for (uint64_t i = 0; i < area->answer.sample_count; i++) {
		const struct wire_sample *sample = &area->samples[i];
		if (sample->cell != cell || sample->arm != arm || sample->pass != pass)
			continue;
		put(result, "round", json_integer(sample->round));
		put(result, "place", json_integer(sample->place));
		put(result, "at_us", json_integer((json_int_t)(sample->at_ns / 1000)));
		put(result, "contention", number(sample->contention));
		put(result, "step_ns", number(sample->step_ns));
		put(result, "off_cpu_ns", json_integer((json_int_t)sample->off_cpu_ns));
		for (uint32_t m = 0; m < experiment->metric_count; m++)
			if (sample->set >> m & 1)
				put(metrics, experiment->metrics[m].name, number(sample->value[m]));
		if (is_counted) {
			put(result, "window_ns", number(sample->window_ns));
			put_counts(counts, plan, sample);
		}
	}
	size_t sample_count = json_array_size(json_object_get(result, "round"));
	refuse_counts(counts, plan, &area->answer, pass - PASS_COUNTED, sample_count);
	if (is_counted)
		json_object_set(result, "counts", counts);
	json_decref(counts);
	if (sample_count)
		return result;
	json_decref(result);
	return NULL;
}

/* The histogram of an arm in a cell: pairs of bucket and count; NULL if there is none. */
static json_t *describe_histogram(const struct wire_experiment *experiment,
				  const struct wire_area *area, uint32_t cell, uint32_t arm)
{
	for (uint32_t i = 0; i < area->answer.histogram_count; i++) {
		const struct wire_histogram *histogram = &area->answer.histograms[i];
		if (histogram->cell != cell || histogram->arm != arm || !experiment->histogram)
			continue;
		json_t *buckets = json_array();
		for (unsigned b = 0; b < HISTOGRAM_BUCKETS; b++)
			if (histogram->counts[b])
				json_array_append_new(buckets,
						      json_pack("[i,I]", (int)b,
								(json_int_t)histogram->counts[b]));
		return json_pack("{s:s,s:i,s:o}", "metric",
				 experiment->metrics[experiment->histogram - 1].name, "per_octave",
				 HISTOGRAM_PER_OCTAVE, "buckets", buckets);
	}
	return NULL;
}

/* A worker's reasons are for all of its cells: this one may have what another lacks. */
static void drop_reasons(json_t *missing, json_t *metrics)
{
	for (void *at = json_object_iter(metrics); at; at = json_object_iter_next(metrics, at))
		json_object_del(missing, json_object_iter_key(at));
}

/* `index` is the arm's place in the job. The arm is the plan's own: the request lay within the worker's
 * reach. */
static json_t *describe_arm(const struct plan *plan, const struct record_replicate *replicate,
			    const struct wire_area *area, uint32_t cell, uint32_t index)
{
	const struct plan_job *job = &plan->jobs[replicate->job];
	const struct wire_arm *arm = &plan->arms[job->arm_from + index];
	const struct wire_arm_facts *facts = &area->answer.arms[index];
	const struct wire_experiment *experiment = plan->arm_experiment[job->arm_from + index];
	json_t *missing = json_object(), *passes = json_object();
	for (uint32_t m = 0; m < experiment->metric_count; m++) {
		const char *why = facts->refused[0] ? facts->refused : facts->missing[m];
		if (!*why && replicate->kind == WIRE_COUNTING)
			why = "this replicate took no times: it counted";
		if (*why)
			json_object_set_new(missing, experiment->metrics[m].name, json_string(why));
	}
	for (unsigned pass = 0; pass < WIRE_PASSES_MAX; pass++) {
		char name[WIRE_NAME_MAX];
		json_t *samples = describe_pass(plan, experiment, area, cell, index, pass);
		snprintf(name, sizeof name, pass < PASS_COUNTED ? "%s" : "%s%u",
			 axis_name(&axis_pass, pass < PASS_COUNTED ? pass : PASS_COUNTED),
			 pass - PASS_COUNTED);
		if (pass < PASS_COUNTED)
			drop_reasons(missing, json_object_get(samples, "metrics"));
		if (samples)
			json_object_set_new(passes, name, samples);
	}
	json_t *result =
		json_pack("{s:s,s:s,s:s,s:s,s:b,s:o,s:o}", "experiment", arm->experiment,
			  "primitive", arm->primitive, "action",
			  axis_name(&axis_action, arm->action), "case", arm->case_name,
			  "aa_control", (int)arm->aa_control, "missing", missing, "passes", passes);
	json_t *histogram = describe_histogram(experiment, area, cell, index);
	if (histogram)
		json_object_set_new(result, "histogram", histogram);
	return result;
}

/* Puts the levels of axes that need a new worker, or of the others, into a line. An axis that the experiment
 * does not vary is empty, but for those that were always written. */
static void put_levels(json_t *line, const struct plan_job *job, const uint64_t level[AXIS_COUNT],
		       bool of_worker)
{
	for (enum axis_id axis = 0; axis < AXIS_COUNT; axis++) {
		char text[AXIS_TEXT_MAX];
		bool written = axes[axis].is_always_written || job->experiment->varies >> axis & 1;
		if (axes[axis].needs_new_worker == of_worker)
			json_object_set_new(
				line, axes[axis].name,
				json_string(written ? axis_text(&axes[axis], level[axis], text)
						    : ""));
	}
}

static json_t *describe_place(const char *type, const struct plan *plan,
			      const struct record_replicate *replicate)
{
	const struct plan_job *job = &plan->jobs[replicate->job];
	json_t *line = json_pack("{s:s,s:s,s:I,s:I,s:I}", "type", type, "experiment",
				 job->experiment->name, "heap_bytes", (json_int_t)job->heap_bytes,
				 "replicate", (json_int_t)replicate->replicate, "seed",
				 (json_int_t)replicate->seed);
	put_levels(line, job, job->level, true);
	json_object_set_new(line, "began_s", json_real(replicate->began_s));
	return line;
}

/* The worker as it was when the cell was done, and what happened to it meanwhile. */
static json_t *describe_worker(const struct record_replicate *replicate,
			       const struct wire_answer *answer,
			       const struct wire_cell_facts *facts)
{
	static const char no_smaps[] = "unavailable: /proc/self/smaps";
	static const char no_status[] = "unavailable: /proc/self/status";
	const struct {
		const char *name;
		uint64_t value;
		const char *why;
	} known[] = {
		{"cpus_allowed", facts->cpus_allowed, ""},
		{"mappings", facts->mappings, "unavailable: /proc/self/maps"},
		{"open_files", facts->open_files, "unavailable: /proc/self/fd"},
		{"rss_bytes", facts->rss_bytes, no_status},
		{"page_tables_bytes", facts->page_tables_bytes, no_status},
		{"heap_rss_bytes", facts->heap_rss_bytes, no_smaps},
		{"heap_huge_bytes", facts->heap_huge_bytes, no_smaps},
		{"frames_scattered_ppm", facts->frames_scattered_ppm,
		 "unavailable: " PAGEMAP_HIDDEN},
		{"memory_max_bytes", facts->memory_max_bytes,
		 "unavailable: no group of cgroup v2 with a limit"},
		{"involuntary_switches", facts->involuntary_switches, ""},
		{"voluntary_switches", facts->voluntary_switches, ""},
		{"migrations", facts->migrations,
		 "unavailable: /proc/self/sched (CONFIG_SCHED_DEBUG)"},
		{"wait_ns", facts->wait_ns,
		 "unavailable: /proc/self/schedstat (CONFIG_SCHED_INFO)"},
		{"cpu_ns", facts->cpu_ns, ""},
		{"idle_ns", facts->idle_ns, "unavailable: /proc/stat"},
		{"steal_ns", facts->steal_ns, "unavailable: /proc/stat"},
		{"rounds", facts->rounds, ""},
		{"quiet_waits", facts->quiet_waits, ""},
		{"quiet_wait_ns", facts->quiet_wait_ns, ""},
		{"duration_ns", facts->duration_ns, ""},
		{"heap_build_ns", answer->build_ns, ""},
		{"steal_ticks", replicate->steal_ticks, "unavailable: /proc/stat"},
	};
	json_t *worker = json_pack("{s:s}", "kind", worker_kinds[replicate->kind].name);
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		json_object_set_new(worker, known[i].name,
				    json_known_or(known[i].value, WIRE_UNKNOWN, known[i].why));
	json_object_set_new(
		worker, "cpu_khz",
		json_known_or(replicate->cpu_khz, 0, "unavailable: the kernel does not say"));
	return worker;
}

json_t *describe_cell_line(const struct plan *plan, const struct record_replicate *replicate,
			   const struct wire_area *area, uint32_t cell)
{
	const struct wire_cell *levels = &plan->jobs[replicate->job].cells[cell];
	const struct wire_cell_facts *facts = &area->answer.cells[cell];
	json_t *line = describe_place("cell", plan, replicate);
	json_t *arms = json_array();
	const struct plan_job *job = &plan->jobs[replicate->job];
	for (uint32_t arm = 0; arm < job->arm_count; arm++)
		if (!kinds_skips(plan, job, replicate->kind, cell, arm))
			json_array_append_new(arms, describe_arm(plan, replicate, area, cell, arm));
	put_levels(line, job, levels->level, false);
	json_object_set_new(line, "counted", json_boolean(wire_cell_has(levels, WIRE_COUNTING)));
	json_object_set_new(line, "worker", describe_worker(replicate, &area->answer, facts));
	json_object_set_new(line, "arms", arms);
	return line;
}

json_t *describe_failure_line(const struct plan *plan, const struct record_replicate *replicate,
			      const char *why, const struct plan_gap *gap)
{
	json_t *line = describe_place("failure", plan, replicate);
	json_object_set_new(line, "kind", json_string(worker_kinds[replicate->kind].name));
	json_object_set_new(line, "why", json_string(why));
	char key[AXIS_WORDS_MAX];
	if (gap)
		json_object_set_new(line, axis_left_out(axes[gap->axis].name, key), json_true());
	return line;
}

static json_t *describe_not_reached(const struct plan *plan, const struct record_end *end)
{
	json_t *list = json_array();
	for (size_t i = 0; i < end->short_count; i++) {
		const struct plan_job *job = &plan->jobs[end->shorts[i].job];
		json_t *line = json_pack("{s:s,s:I}", "experiment", job->experiment->name,
					 "heap_bytes", (json_int_t)job->heap_bytes);
		put_levels(line, job, job->level, true);
		json_object_set_new(line, "replicates",
				    json_integer((json_int_t)end->shorts[i].replicates));
		json_array_append_new(list, line);
	}
	return list;
}

json_t *describe_end_line(const struct plan *plan, const struct record_end *end)
{
	json_t *line = json_pack("{s:s,s:f,s:f,s:f,s:s}", "type", "end", "duration_s",
				 end->duration_s, "counting_s", end->counting_s, "windows_s",
				 end->windows_s, "ended", end->ended);
	if (end->short_count)
		json_object_update_new(line, json_pack("{s:o,s:f,s:b}", "not_reached",
						       describe_not_reached(plan, end),
						       "short_by_s", end->short_by_s,
						       "short_by_more", (int)end->short_by_more));
	return line;
}
