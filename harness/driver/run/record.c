#include "harness/driver/run/record.h"

#include "harness/driver/base/forms/json.h"
#include "harness/driver/base/outfile.h"
#include "harness/driver/base/stats.h"
#include "harness/driver/base/version.h"
#include "harness/driver/machine/machine.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* Enough for a tenth of a nanosecond in a number of seconds. */
#define JSON_FLAGS (JSON_COMPACT | JSON_REAL_PRECISION(12))

static enum outcome append(struct record *record, json_t *line, struct problem *problem)
{
	char *text = line ? json_dumps(line, JSON_FLAGS) : NULL;
	json_decref(line);
	if (!text)
		return fail(problem, "cannot write a line of samples.jsonl: out of memory");
	size_t length = strlen(text);
	text[length++] = '\n'; /* takes the place of the end mark; the length says where it ends */
	size_t done = 0;
	while (done < length) {
		ssize_t got = write(record->samples_fd, text + done, length - done);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			break;
		done += (size_t)got;
	}
	free(text);
	if (done < length || fdatasync(record->samples_fd) < 0)
		return fail(problem, "cannot write %s/samples.jsonl: %s; %s", record->folder,
			    strerror(errno), outfile_remedy(errno));
	return OUTCOME_OK;
}

static json_t *level_json(const struct axis *axis, uint64_t level)
{
	return axis->kind == AXIS_LEVELS ? json_string(axis_name(axis, level))
					 : json_integer((json_int_t)level);
}

/* Empty: the plan chooses. */
static json_t *choice_json(const struct axis *axis, const struct choice *choice)
{
	json_t *list = json_array();
	for (size_t i = 0; i < choice->count; i++)
		json_array_append_new(list, level_json(axis, choice->level[i]));
	return list;
}

static json_t *chosen_experiments(const struct plan *plan)
{
	json_t *names = json_array();
	for (uint32_t e = 0; e < plan->catalog.experiment_count; e++)
		if (plan->settings.experiments[e] || plan->catalog.experiments[e].in_every_plan)
			json_array_append_new(names,
					      json_string(plan->catalog.experiments[e].name));
	return names;
}

static json_t *describe_settings(const struct plan *plan, int argc, char **argv)
{
	const struct settings *settings = &plan->settings;
	json_t *words = json_array();
	for (int i = 0; i < argc; i++)
		json_array_append_new(words, json_text(argv[i]));
	json_t *result =
		json_pack("{s:s,s:o,s:o,s:o}", "preset", settings->preset, "arguments", words,
			  axis_heap.plural, choice_json(&axis_heap, &settings->heaps),
			  axis_action.plural, choice_json(&axis_action, &settings->actions));
	for (enum axis_id axis = 0; axis < AXIS_COUNT; axis++)
		json_object_set_new(result, axes[axis].plural,
				    choice_json(&axes[axis], &settings->levels[axis]));
	json_object_update_new(
		result,
		json_pack("{s:b,s:f,s:f,s:i,s:I,s:f,s:I,s:i,s:i,s:I}", "other_placements_added",
			  !settings->levels[AXIS_CHILD_CPU].given, "precision", settings->precision,
			  "budget_s", (double)settings->budget_ns / 1e9, "replicates_for_precision",
			  STATS_PRECISION_VALUES_MIN, "replicates_max",
			  (json_int_t)settings->replicates_max, "cell_s",
			  (double)settings->cell_ns / 1e9, "seed", (json_int_t)settings->seed,
			  "caller_cpu", plan->caller_cpu, "other_cpu", plan->other_cpu,
			  "evict_bytes", (json_int_t)plan->evict_bytes));
	json_object_update_new(result,
			       json_pack("{s:o,s:s,s:b}", "experiments", chosen_experiments(plan),
					 "counters", settings->counters, "heaps_given",
					 (int)settings->heaps.given));
	return result;
}

static json_t *describe_catalog(const struct wire_catalog *catalog)
{
	json_t *experiments = json_array();
	for (uint32_t e = 0; e < catalog->experiment_count; e++) {
		const struct wire_experiment *experiment = &catalog->experiments[e];
		json_t *metrics = json_array();
		for (uint32_t m = 0; m < experiment->metric_count; m++)
			json_array_append_new(metrics,
					      json_pack("{s:s,s:s,s:s}", "name",
							experiment->metrics[m].name, "unit",
							experiment->metrics[m].unit, "summary",
							experiment->metrics[m].summary));
		json_array_append_new(experiments,
				      json_pack("{s:s,s:b,s:b,s:o}", "name", experiment->name,
						"countable", (int)experiment->is_countable,
						"counts_children", (int)experiment->counts_children,
						"metrics", metrics));
	}
	return experiments;
}

/* Every counter asked for: which event counts it, and how that differs from its role; or why it is not
 * counted. */
static json_t *describe_counters(const struct counters *counters)
{
	json_t *list = json_array();
	for (size_t i = 0; i < counters->count; i++) {
		const struct wire_counter *counter = &counters->counted[i];
		const struct counters_role *role = counters_role_of(counters, counter->name);
		json_array_append_new(list, json_pack("{s:s,s:i,s:b,s:s,s:s}", "name",
						      counter->name, "group", (int)counter->group,
						      "with_child", (int)counter->with_child,
						      "event", role ? role->event : "", "differs",
						      role ? role->differs : ""));
	}
	for (size_t i = 0; i < counters->missing_count; i++)
		json_array_append_new(list,
				      json_pack("{s:s,s:s}", "name", counters->missing[i].name,
						"missing", counters->missing[i].why));
	return list;
}

static json_t *describe_gaps(const struct plan *plan)
{
	json_t *gaps = json_object();
	for (size_t i = 0; i < plan->gap_count; i++)
		json_object_set_new(gaps, axis_name(&axes[AXIS_PAGE_KIND], plan->gaps[i].page_kind),
				    json_string(plan->gaps[i].why));
	return gaps;
}

static json_t *known_or(uint64_t value, uint64_t unknown, const char *why)
{
	return value == unknown ? json_string(why) : json_integer((json_int_t)value);
}

static json_t *describe_limits(const struct wire_start *start)
{
	static const char *const names[WIRE_LIMIT_COUNT] = {
		[WIRE_LIMIT_ADDRESS_SPACE] = "address_space_bytes",
		[WIRE_LIMIT_CORE] = "core_bytes",
		[WIRE_LIMIT_CPU] = "cpu_s",
		[WIRE_LIMIT_DATA] = "data_bytes",
		[WIRE_LIMIT_LOCKED] = "locked_bytes",
		[WIRE_LIMIT_FILES] = "open_files",
		[WIRE_LIMIT_PROCESSES] = "processes",
		[WIRE_LIMIT_STACK] = "stack_bytes",
	};
	json_t *limits = json_object();
	for (unsigned i = 0; i < WIRE_LIMIT_COUNT; i++)
		json_object_set_new(limits, names[i],
				    start->limits[i] == WIRE_UNLIMITED
					    ? json_string("unlimited")
					    : known_or(start->limits[i], WIRE_UNKNOWN,
						       "unavailable: getrlimit"));
	return limits;
}

/* What every worker of the run starts with. */
static json_t *describe_start(const struct wire_start *start)
{
	static const char no_status[] = "unavailable: /proc/self/status";
	static const char no_call[] = "unavailable: the kernel does not say";
	const struct {
		const char *name;
		uint64_t value;
		const char *why;
	} known[] = {
		{"open_files", start->open_files, "unavailable: /proc/self/fd"},
		{"open_files_table", start->table_slots, no_status},
		{"policy", start->policy, no_call},
		{"umask", start->umask, no_call},
		{"personality", start->personality, no_call},
		{"timer_slack_ns", start->timer_slack_ns, no_call},
		{"securebits", start->securebits, no_call},
		{"no_new_privs", start->no_new_privs, no_call},
		{"seccomp", start->seccomp, no_status},
		{"seccomp_filters", start->seccomp_filters, no_status},
	};
	json_t *result = json_object();
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		json_object_set_new(result, known[i].name,
				    known_or(known[i].value, WIRE_UNKNOWN, known[i].why));
	json_object_set_new(result, "niceness", json_integer(start->niceness));
	json_object_set_new(result, "oom_score_adj",
			    start->oom_score_adj == INT32_MIN
				    ? json_string("unavailable: /proc/self/oom_score_adj")
				    : json_integer(start->oom_score_adj));
	json_object_set_new(result, "limits", describe_limits(start));
	return result;
}

/* A host name as part of a folder name. */
static void host_word(char *word, size_t word_bytes)
{
	if (gethostname(word, word_bytes) < 0)
		snprintf(word, word_bytes, "unknown");
	word[word_bytes - 1] = '\0';
	for (char *c = word; *c; c++)
		if (!isalnum((unsigned char)*c) && *c != '-' && *c != '_')
			*c = '-';
}

/* Points OUTPUT/latest at the run, in one step, unless it is something else than a link. */
static void point_latest(struct record *record, const char *output, const char *name)
{
	char latest[WIRE_PATH_MAX + 16], next[sizeof latest + 32];
	struct stat there;
	snprintf(latest, sizeof latest, "%s/latest", output);
	snprintf(next, sizeof next, "%s/.latest.tmp-%d", output, (int)getpid());
	if (lstat(latest, &there) == 0 && !S_ISLNK(there.st_mode)) {
		snprintf(record->warning, sizeof record->warning,
			 "%s is no link of a run's, so it stays as it is; the run is %s", latest,
			 record->folder);
		return;
	}
	/* A convenience: a file system without links is no reason to stop. */
	if (symlink(name, next) == 0 && rename(next, latest) < 0)
		unlink(next);
	errno = 0;
}

static enum outcome make_folder(struct record *record, const char *output, struct problem *problem)
{
	char host[40], stamp[32];
	time_t now = time(NULL);
	struct tm utc;
	host_word(host, sizeof host);
	strftime(stamp, sizeof stamp, "%Y%m%dT%H%M%SZ", gmtime_r(&now, &utc));
	if (mkdir(output, 0777) < 0 && errno != EEXIST)
		return fail(problem, "cannot make the folder %s: %s; choose another with --output",
			    output, strerror(errno));
	for (int try = 0; try < 100; try++) {
		char name[96];
		snprintf(name, sizeof name, try ? "%s-%s-%d" : "%s-%s", stamp, host, try);
		snprintf(record->folder, sizeof record->folder, "%s/%s", output, name);
		if (mkdir(record->folder, 0777) == 0) {
			point_latest(record, output, name);
			return OUTCOME_OK;
		}
		if (errno != EEXIST)
			break;
	}
	return fail(problem, "cannot make the folder %s: %s; choose another with --output",
		    record->folder, strerror(errno));
}

static enum outcome write_environment(const struct record *record, const json_t *environment,
				      struct problem *problem)
{
	struct outfile outfile;
	FILE *file = outfile_open(&outfile, record->folder, "environment.json", problem);
	if (!file)
		return OUTCOME_FAILED;
	if (json_put(file, environment, JSON_INDENT(2) | JSON_REAL_PRECISION(12)))
		return outfile_close(&outfile, file, problem);
	outfile_drop(&outfile, file);
	return fail(problem, "cannot make environment.json: out of memory; end other programs");
}

enum outcome record_open(struct record *record, const struct plan *plan, int argc, char **argv,
			 struct problem *problem)
{
	char path[sizeof record->folder + 32];
	record->samples_fd = -1;
	record->warning[0] = '\0';
	if (make_folder(record, plan->settings.output, problem))
		return OUTCOME_FAILED;
	json_t *environment = machine_describe(&plan->catalog.clock);
	if (!environment)
		return fail(problem, "cannot describe this machine: out of memory");
	json_object_set_new(environment, "settings", describe_settings(plan, argc, argv));
	json_object_set_new(environment, "worker", describe_start(&plan->catalog.start));
	enum outcome wrote = write_environment(record, environment, problem);
	json_decref(environment);
	if (wrote)
		return OUTCOME_FAILED;
	snprintf(path, sizeof path, "%s/samples.jsonl", record->folder);
	record->samples_fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0666);
	if (record->samples_fd < 0)
		return fail(problem, "cannot write %s: %s; %s", path, strerror(errno),
			    outfile_remedy(errno));
	const char *name = strrchr(record->folder, '/') + 1;
	return append(record,
		      json_pack("{s:s,s:i,s:s,s:s,s:s,s:o,s:o,s:o,s:o,s:o,s:o}", "type", "run",
				"format", FORKCOST_FORMAT, "version", FORKCOST_VERSION,
				"git_commit", FORKCOST_COMMIT, "id", name, "settings",
				describe_settings(plan, argc, argv), "experiments",
				describe_catalog(&plan->catalog), "counters",
				describe_counters(&plan->counters), "page_kinds_left_out",
				describe_gaps(plan), "left_out", notes_to_json(&plan->left_out),
				"holds_for", notes_to_json(&plan->holds_for)),
		      problem);
}

static const struct wire_experiment *experiment_of(const struct plan *plan,
						   const struct wire_arm *arm)
{
	const struct wire_catalog *catalog = &plan->catalog;
	for (uint32_t e = 0; e < catalog->experiment_count; e++)
		if (strcmp(catalog->experiments[e].name, arm->experiment) == 0)
			return &catalog->experiments[e];
	return NULL; /* not reached: the plan is made from this catalogue */
}

/* The columns of one pass: `take` puts a sample's values into them. */
struct columns {
	json_t *round, *place, *at_us, *values[WIRE_METRICS_MAX], *counts[COUNTER_GROUP_MAX];
	json_t *window_ns;
};

static void put(json_t **column, json_t *value)
{
	if (!*column)
		*column = json_array();
	json_array_append_new(*column, value);
}

/* Tenths are enough, thousandths for what is small, as times a page are; whole numbers stay whole. */
static json_t *number(double value)
{
	double parts = fabs(value) < 100 ? 1000 : 10;
	value = round(value * parts) / parts;
	return value == floor(value) ? json_integer((json_int_t)value) : json_real(value);
}

static void put_sample(struct columns *columns, const struct wire_sample *sample)
{
	put(&columns->round, json_integer(sample->round));
	put(&columns->place, json_integer(sample->place));
	put(&columns->at_us, json_integer((json_int_t)(sample->at_ns / 1000)));
	for (uint32_t m = 0; m < WIRE_METRICS_MAX; m++)
		if (sample->set >> m & 1)
			put(&columns->values[m], number(sample->value[m]));
	if (sample->pass < PASS_COUNTED)
		return;
	put(&columns->window_ns, number(sample->window_ns));
	for (uint32_t i = 0; i < COUNTER_GROUP_MAX; i++)
		if (sample->counted >> i & 1)
			put(&columns->counts[i], json_integer((json_int_t)sample->count[i]));
}

/* A counter that one of the arm's samples had to refuse is refused in all of them: what is left would
 * be a choice among them. */
static json_t *describe_counts(const struct plan *plan, const struct wire_area *area,
			       uint32_t group, struct columns *columns)
{
	json_t *counts = json_object();
	uint32_t at = 0;
	for (size_t i = 0; i < plan->counters.count; i++) {
		const struct wire_counter *counter = &plan->counters.counted[i];
		if (counter->group != group)
			continue;
		json_t *column = columns->counts[at];
		columns->counts[at++] = NULL;
		if (json_array_size(column) < json_array_size(columns->round)) {
			const char *why = area->answer.counter_refused[i];
			json_decref(column);
			column = json_string(*why ? why
						  : "unavailable: the worker did not count it");
		}
		json_object_set_new(counts, counter->name, column);
	}
	return counts;
}

/* Of metrics and counters that the plan does not have, a worker may set bits all the same. */
static void drop_rest(struct columns *columns)
{
	for (uint32_t m = 0; m < WIRE_METRICS_MAX; m++)
		json_decref(columns->values[m]);
	for (uint32_t i = 0; i < COUNTER_GROUP_MAX; i++)
		json_decref(columns->counts[i]);
}

/* One arm's samples of one pass in one cell, column by column; NULL if there are none. */
static json_t *describe_pass(const struct plan *plan, const struct wire_experiment *experiment,
			     const struct wire_area *area, uint32_t cell, uint32_t arm,
			     unsigned pass)
{
	struct columns columns = {0};
	for (uint64_t i = 0; i < area->answer.sample_count; i++) {
		const struct wire_sample *sample = &area->samples[i];
		if (sample->cell == cell && sample->arm == arm && sample->pass == pass)
			put_sample(&columns, sample);
	}
	if (!columns.round)
		return NULL;
	json_t *metrics = json_object();
	for (uint32_t m = 0; m < experiment->metric_count; m++)
		if (columns.values[m]) {
			json_object_set_new(metrics, experiment->metrics[m].name,
					    columns.values[m]);
			columns.values[m] = NULL;
		}
	json_t *result = json_pack("{s:o,s:o,s:o,s:o}", "round", columns.round, "place",
				   columns.place, "at_us", columns.at_us, "metrics", metrics);
	if (pass >= PASS_COUNTED) {
		json_object_set_new(result, "window_ns", columns.window_ns);
		json_object_set_new(result, "counts",
				    describe_counts(plan, area, pass - PASS_COUNTED, &columns));
	}
	drop_rest(&columns);
	return result;
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

/* `index` is the arm's place in the job. The arm is the plan's own: the request lay within the worker's
 * reach. */
static json_t *describe_arm(const struct plan *plan, const struct plan_job *job,
			    const struct wire_area *area, uint32_t cell, uint32_t index)
{
	const struct wire_arm *arm = &plan->arms[job->arm_from + index];
	const struct wire_arm_facts *facts = &area->answer.arms[index];
	const struct wire_experiment *experiment = experiment_of(plan, arm);
	json_t *missing = json_object(), *passes = json_object();
	for (uint32_t m = 0; m < experiment->metric_count; m++) {
		const char *why = facts->refused[0] ? facts->refused : facts->missing[m];
		if (*why)
			json_object_set_new(missing, experiment->metrics[m].name, json_string(why));
	}
	for (unsigned pass = 0; pass < WIRE_PASSES_MAX; pass++) {
		char name[WIRE_NAME_MAX];
		json_t *samples = describe_pass(plan, experiment, area, cell, index, pass);
		snprintf(name, sizeof name, pass < PASS_COUNTED ? "%s" : "%s%u",
			 axis_name(&axis_pass, pass < PASS_COUNTED ? pass : PASS_COUNTED),
			 pass - PASS_COUNTED);
		if (samples)
			json_object_set_new(passes, name, samples);
	}
	json_t *result = json_pack("{s:s,s:s,s:s,s:s,s:b,s:o,s:o}", "experiment", arm->experiment,
				   "primitive", arm->primitive, "action",
				   axis_name(&axis_action, arm->action), "case", arm->case_name,
				   "twin", (int)arm->twin, "missing", missing, "passes", passes);
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
		{"duration_ns", facts->duration_ns, ""},
		{"heap_build_ns", answer->build_ns, ""},
		{"steal_ticks", replicate->steal_ticks, "unavailable: /proc/stat"},
	};
	json_t *worker = json_object();
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		json_object_set_new(worker, known[i].name,
				    known_or(known[i].value, WIRE_UNKNOWN, known[i].why));
	json_object_set_new(
		worker, "cpu_khz",
		known_or(replicate->cpu_khz, 0, "unavailable: the kernel does not say"));
	return worker;
}

static json_t *describe_cell(const struct plan *plan, const struct record_replicate *replicate,
			     const struct wire_area *area, uint32_t cell)
{
	const struct wire_cell *levels = &plan->jobs[replicate->job].cells[cell];
	const struct wire_cell_facts *facts = &area->answer.cells[cell];
	json_t *line = describe_place("cell", plan, replicate);
	json_t *arms = json_array();
	const struct plan_job *job = &plan->jobs[replicate->job];
	for (uint32_t arm = 0; arm < job->arm_count; arm++)
		json_array_append_new(arms, describe_arm(plan, job, area, cell, arm));
	put_levels(line, job, levels->level, false);
	json_object_set_new(line, "counted", json_boolean(levels->counted));
	json_object_set_new(line, "worker", describe_worker(replicate, &area->answer, facts));
	json_object_set_new(line, "arms", arms);
	return line;
}

enum outcome record_cells(struct record *record, const struct plan *plan,
			  const struct record_replicate *replicate, const struct wire_area *area,
			  struct problem *problem)
{
	for (uint32_t cell = 0; cell < plan->jobs[replicate->job].cell_count; cell++)
		if (area->answer.cell_done[cell] &&
		    append(record, describe_cell(plan, replicate, area, cell), problem))
			return OUTCOME_FAILED;
	return OUTCOME_OK;
}

enum outcome record_failure(struct record *record, const struct plan *plan,
			    const struct record_replicate *replicate, const char *why,
			    bool page_kind_left_out, struct problem *problem)
{
	json_t *line = describe_place("failure", plan, replicate);
	json_object_set_new(line, "why", json_string(why));
	if (page_kind_left_out)
		json_object_set_new(line, "page_kind_left_out", json_true());
	return append(record, line, problem);
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

enum outcome record_close(struct record *record, const struct plan *plan,
			  const struct record_end *end, struct problem *problem)
{
	json_t *line = json_pack("{s:s,s:f,s:s}", "type", "end", "duration_s", end->duration_s,
				 "ended", end->ended);
	if (end->short_count)
		json_object_update_new(line, json_pack("{s:o,s:f,s:b}", "not_reached",
						       describe_not_reached(plan, end),
						       "short_by_s", end->short_by_s,
						       "short_by_more", (int)end->short_by_more));
	enum outcome outcome = append(record, line, problem);
	close(record->samples_fd);
	record->samples_fd = -1;
	return outcome;
}
