#include "harness/driver/profile/profile.h"

#include "harness/common/units.h"
#include "harness/driver/base/forms/json.h"
#include "harness/driver/base/interrupts.h"
#include "harness/driver/base/outfile.h"
#include "harness/driver/base/version.h"
#include "harness/driver/machine/machine.h"
#include "harness/driver/profile/sampler.h"
#include "harness/driver/run/runner.h"

#include <stdlib.h>
#include <string.h>

/* Warm-ups take 2 ms, a short window some tens of microseconds: many windows in a row make the most of both. */
enum { BURST = 100 };

/* A window of an arm, on the clock that samples are on too. */
struct window {
	uint64_t from_ns, to_ns;
	long child;
	struct profile_arm *arm;
};

/* Samples meet windows, both in the order of time. */
struct meeting {
	struct profile *profile;
	long caller;
	size_t count, at; /* windows; those before `at` are over */
	struct window *windows;
	unsigned in[ITEM_ALL_COUNT]; /* the window at `at` */
};

static void end_window(struct meeting *meeting)
{
	const struct window *window = &meeting->windows[meeting->at++];
	shares_add(&window->arm->shares, (double)(window->to_ns - window->from_ns), meeting->in);
	memset(meeting->in, 0, sizeof meeting->in);
}

static void meet(void *context, const struct stack *stack)
{
	struct meeting *meeting = context;
	char whose[2 * WIRE_NAME_MAX + UNITS_TEXT_MAX + 16], heap[UNITS_TEXT_MAX];
	while (meeting->at < meeting->count && meeting->windows[meeting->at].to_ns < stack->at_ns)
		end_window(meeting);
	const struct window *window = &meeting->windows[meeting->at];
	if (meeting->at == meeting->count || stack->at_ns < window->from_ns)
		return;
	/* An idle CPU is the window's time as well. */
	bool is_ours = stack->thread == meeting->caller || stack->thread == window->child ||
		       stack->thread == 0;
	if (!is_ours) {
		meeting->in[ITEM_OTHERS]++;
		return;
	}
	snprintf(whose, sizeof whose, "%s %s %s;%s", window->arm->primitive, window->arm->action,
		 units_format_bytes(window->arm->heap_bytes, heap),
		 stack->thread == 0                 ? "idle"
		 : stack->thread == meeting->caller ? "caller"
						    : "child");
	meeting->in[folded_add(&meeting->profile->folded, whose, stack)]++;
}

static int by_time(const void *a, const void *b)
{
	const struct window *one = a, *other = b;
	return one->from_ns < other->from_ns ? -1 : one->from_ns > other->from_ns;
}

/* The plain windows of a job's samples; those that stamp have one page fault more. */
static enum outcome find_windows(struct meeting *meeting, const struct plan *plan,
				 const struct plan_job *job, const struct wire_area *area,
				 struct profile_arm *const arms[WIRE_ARMS_MAX],
				 struct problem *problem)
{
	uint64_t count = area->answer.sample_count;
	meeting->windows = calloc(count + 1, sizeof *meeting->windows);
	if (!meeting->windows)
		return fail(problem, "cannot keep %llu windows: out of memory; free some",
			    (unsigned long long)count);
	for (uint64_t i = 0; i < count; i++) {
		const struct wire_sample *sample = &area->samples[i];
		/* The worker could have written to the request that its answer was checked against. */
		if (sample->pass != PASS_PLAIN || sample->arm >= job->arm_count ||
		    !arms[sample->arm])
			continue;
		uint64_t length_ns = (uint64_t)runner_window_ns(
			plan->arm_experiment[job->arm_from + sample->arm], sample);
		meeting->windows[meeting->count++] =
			(struct window){sample->opened_ns, sample->opened_ns + length_ns,
					sample->child, arms[sample->arm]};
	}
	qsort(meeting->windows, meeting->count, sizeof *meeting->windows, by_time);
	return OUTCOME_OK;
}

/* Arms of the profile for those of a job that use a primitive; rulers ride along without. */
static enum outcome add_arms(struct profile *profile, const struct plan *plan,
			     const struct plan_job *job, struct profile_arm *arms[WIRE_ARMS_MAX],
			     struct problem *problem)
{
	for (uint32_t a = 0; a < job->arm_count; a++) {
		const struct wire_arm *arm = &plan->arms[job->arm_from + a];
		arms[a] = NULL;
		if (!plan->arm_primitive[job->arm_from + a] || arm->aa_control ||
		    wire_cell_skips(&job->cells[0], a))
			continue;
		if (profile->arm_count == PROFILE_ARMS_MAX)
			return fail(problem,
				    "cannot profile more than %d arms at once; give fewer with "
				    "--primitive or --heap",
				    PROFILE_ARMS_MAX);
		arms[a] = &profile->arms[profile->arm_count++];
		*arms[a] = (struct profile_arm){.primitive = arm->primitive,
						.action = axis_name(&axis_action, arm->action),
						.heap_bytes = job->heap_bytes};
	}
	return OUTCOME_OK;
}

/* Whose id is known only while it runs. */
struct watched {
	const struct session *session;
	long worker;
};

static bool look(void *context, const struct wire_answer *answer)
{
	struct watched *watched = context;
	(void)answer;
	watched->worker = watched->session->worker;
	return !interrupts_came();
}

/* A worker measures while its CPU is sampled. */
static enum outcome sample_job(struct profile *profile, const struct plan *plan,
			       const struct plan_job *job, struct sampler *sampler,
			       struct session *session, struct problem *problem)
{
	struct profile_arm *arms[WIRE_ARMS_MAX];
	struct meeting meeting = {.profile = profile};
	struct watched watched = {.session = session};
	bool trustworthy;
	uint64_t lost = 0;
	if (add_arms(profile, plan, job, arms, problem) || sampler_start(sampler, problem) ||
	    runner_replicate(plan, job, plan->settings.seed, WIRE_ALL, false, session, look,
			     &watched, &trustworthy, problem) ||
	    sampler_stop(sampler, problem) ||
	    find_windows(&meeting, plan, job, session->area, arms, problem))
		return OUTCOME_FAILED;
	meeting.caller = watched.worker;
	enum outcome outcome = sampler_read(sampler, meet, &meeting, &lost, problem);
	while (meeting.at < meeting.count)
		end_window(&meeting);
	free(meeting.windows);
	profile->lost += lost;
	return outcome;
}

enum outcome profile_take(struct profile *profile, struct plan *plan, struct problem *problem)
{
	struct sampler sampler;
	enum outcome outcome = OUTCOME_OK;
	if (sampler_open(&sampler, plan->caller_cpu, problem))
		return OUTCOME_FAILED;
	machine_leave_cpu(plan->caller_cpu);
	for (size_t i = 0; i < plan->job_count && !outcome; i++) {
		struct plan_job *job = &plan->jobs[i];
		struct session session = {.memory_fd = -1, .evict_fd = -1};
		job->cells[0].burst_max = BURST;
		outcome = sample_job(profile, plan, job, &sampler, &session, problem);
		session_close(&session);
	}
	sampler_close(&sampler);
	for (size_t i = 0; i < profile->arm_count && !outcome; i++)
		if (shares_total(&profile->arms[i].shares))
			return OUTCOME_OK;
	return outcome ? outcome
		       : fail(problem, "cannot tell where the time goes: no sample fell into a "
				       "window; raise --cell-time");
}

/* ---- its files ---- */

static json_t *describe_items(void)
{
	json_t *list = json_array();
	for (int item = 0; item < ITEM_COUNT; item++)
		json_array_append_new(list, json_pack("{s:s,s:i}", "name", items[item].name,
						      "colour", (int)items[item].colour));
	return list;
}

static json_t *describe_share(const struct shares *shares, enum item item)
{
	struct stats_interval share = shares_of(shares, item);
	json_t *result = json_pack("{s:I}", "samples", (json_int_t)shares->samples[item]);
	if (shares_total(shares) > 0)
		json_object_set_new(result, "share", json_real(share.center));
	if (share.has_interval)
		json_object_update_new(
			result, json_pack("{s:f,s:f}", "low", share.low, "high", share.high));
	return result;
}

static json_t *describe_arm(const struct profile_arm *arm)
{
	const struct shares *shares = &arm->shares;
	json_t *list = json_array();
	for (int item = 0; item < ITEM_COUNT; item++)
		json_array_append_new(list, describe_share(shares, (enum item)item));
	return json_pack("{s:s,s:s,s:I,s:I,s:f,s:I,s:I,s:I,s:o}", "primitive", arm->primitive,
			 "action", arm->action, "heap_bytes", (json_int_t)arm->heap_bytes,
			 "windows", (json_int_t)shares->windows, "windows_ns", shares->window_ns,
			 "samples", (json_int_t)shares_total(shares), "profiling_itself",
			 (json_int_t)shares->samples[ITEM_PROFILING], "other_programs",
			 (json_int_t)shares->samples[ITEM_OTHERS], "items", list);
}

static json_t *describe(const struct profile *profile, const struct plan *plan)
{
	char machine[256];
	json_t *environment = machine_describe(&plan->catalog.clock);
	json_t *arms = json_array();
	const char *release = json_string_value(
		json_object_get(json_object_get(environment, "kernel"), "release"));
	const struct plan_job *job = &plan->jobs[0];
	const uint64_t state = job->cells[0].level[AXIS_STATE], pages = job->level[AXIS_PAGE_KIND];
	machine_summary(environment, machine, sizeof machine);
	for (size_t i = 0; i < profile->arm_count; i++)
		json_array_append_new(arms, describe_arm(&profile->arms[i]));
	json_t *result = json_pack(
		"{s:i,s:s,s:o,s:s,s:s,s:I,s:s,s:s,s:I,s:I,s:o,s:o}", "format", 1, "version",
		FORKCOST_VERSION, "machine", json_text(machine), "kernel",
		release ? release : "unknown", "event", SAMPLER_EVENT, "period_ns",
		(json_int_t)SAMPLER_PERIOD_NS, "state", axis_name(&axes[AXIS_STATE], state),
		"page_kind", axis_name(&axes[AXIS_PAGE_KIND], pages), "lost_samples",
		(json_int_t)profile->lost, "stacks_dropped", (json_int_t)profile->folded.dropped,
		"items", describe_items(), "arms", arms);
	json_decref(environment);
	return result;
}

enum outcome profile_write(const struct profile *profile, const struct plan *plan,
			   const char *folder, struct problem *problem)
{
	struct outfile outfile;
	FILE *file = outfile_open(&outfile, folder, "stacks.folded", problem);
	if (!file)
		return OUTCOME_FAILED;
	folded_write(&profile->folded, file);
	if (outfile_close(&outfile, file, problem))
		return OUTCOME_FAILED;
	json_t *description = describe(profile, plan);
	file = outfile_open(&outfile, folder, "profile.json", problem);
	bool put = file && json_put(file, description, JSON_INDENT(2) | JSON_REAL_PRECISION(6));
	json_decref(description);
	if (put)
		return outfile_close(&outfile, file, problem);
	if (!file)
		return OUTCOME_FAILED;
	outfile_drop(&outfile, file);
	return fail(problem, "cannot make profile.json: out of memory; end other programs");
}

void profile_free(struct profile *profile)
{
	folded_free(&profile->folded);
}
