#include "harness/driver/explain/story.h"

#include "harness/common/futex.h"
#include "harness/common/traits.h"
#include "harness/driver/base/interrupts.h"
#include "harness/driver/base/stats.h"
#include "harness/driver/machine/hugepages.h"
#include "harness/driver/run/session.h"

#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
	STEP_LIMIT_MS = 60000, /* rehearsals and each step */
	LOOK_INTERVAL_MS = 1,
	STANDSTILL_S = 20,
};

uint64_t story_page_bytes(enum page_kind page_kind)
{
	return page_kind == PAGE_KIND_HUGETLB ? HUGE_BYTES : (uint64_t)sysconf(_SC_PAGESIZE);
}

static void fill_request(const struct story *story, const struct scene *scene,
			 struct wire_request *request)
{
	struct wire_arm *arm = &request->arms[0];
	request->mode = WIRE_WALK;
	request->level[AXIS_PAGE_KIND] = request->cells[0].level[AXIS_PAGE_KIND] = story->page_kind;
	request->caller_cpu = story->caller_cpu;
	request->other_cpu = -1;
	request->arm_count = request->cell_count = 1;
	request->heap_bytes = story->page_count * story_page_bytes(story->page_kind);
	request->clock = *story->clock;
	request->walk = scene->walk;
	arm->action = scene->action;
	wire_copy(arm->experiment, sizeof arm->experiment, "spawn");
	wire_copy(arm->primitive, sizeof arm->primitive, scene->primitive->name);
}

/* ---- taking turns with the worker ---- */

static bool is_running(const struct session *session)
{
	siginfo_t ended = {0};
	return waitid(P_PID, (id_t)session->worker, &ended, WEXITED | WNOHANG | WNOWAIT) == 0 &&
	       ended.si_pid == 0;
}

/* Waits until *word is `value` and *seen holds all of `mask`; false if the worker ended or took too long. */
static bool await(const struct session *session, const int32_t *word, int32_t value,
		  const uint32_t *seen, uint32_t mask)
{
	const struct timespec pause = {.tv_nsec = LOOK_INTERVAL_MS * 1000000L};
	for (int left = STEP_LIMIT_MS / LOOK_INTERVAL_MS; left > 0; left--) {
		if (__atomic_load_n(word, __ATOMIC_ACQUIRE) == value &&
		    (__atomic_load_n(seen, __ATOMIC_ACQUIRE) & mask) == mask)
			return true;
		if (!is_running(session) || interrupts_came())
			return false;
		nanosleep(&pause, NULL);
	}
	return false;
}

/* The worker's own words if it is gone, else that it hangs. */
static enum outcome give_up(struct session *session, const char *what, struct problem *problem)
{
	bool trustworthy;
	if (interrupts_came())
		return fail(problem, "interrupted");
	if (is_running(session))
		return fail(problem, "cannot go on: %s took longer than %d s; give fewer --pages",
			    what, STEP_LIMIT_MS / 1000);
	if (session_wait(session, STANDSTILL_S, NULL, NULL, &trustworthy, problem))
		return OUTCOME_FAILED;
	return fail(problem, "cannot go on: the worker left early; report this");
}

/* Who reads its first page after a step. */
static uint32_t readers(const struct theory *theory)
{
	uint32_t mask = 0;
	for (unsigned who = 0; who < WALK_WHO_COUNT; who++)
		mask |= (theory->standing[who] == STANDING_RUNS ? 1u : 0) << who;
	return mask;
}

static enum outcome take_step(struct session *session, const struct step_result *result,
			      struct problem *problem)
{
	struct wire_walked *walked = &session->area->answer.walked;
	uint32_t step = result->step;
	futex_raise(&walked->turn, (int)(2 * step));
	if (await(session, &walked->turn, (int32_t)(2 * step + 1), &walked->seen[step],
		  readers(&result->after)))
		return OUTCOME_OK;
	return give_up(session, "a step", problem);
}

/* ---- what became of it ---- */

static enum outcome look(struct step_result *result, struct problem *problem)
{
	for (unsigned who = 0; who < WALK_WHO_COUNT; who++) {
		bool has_pages = result->after.frame[who] != THEORY_NO_FRAME;
		/* A thread has its caller's process. */
		bool is_thread = result->scene->primitive->traits & TRAIT_THREAD;
		int process = result->ids[is_thread ? WALK_CALLER : who];
		observation_free(&result->earlier[who]);
		result->earlier[who] = result->observations[who];
		result->observations[who] = (struct observation){.entries_why = "not there"};
		if (!theory_is_there(&result->after, who))
			continue;
		if (!observation_make(&result->observations[who], process, result->ids[who],
				      has_pages ? &result->pages : NULL))
			return fail(
				problem,
				"cannot keep %llu page entries: out of memory; give fewer --pages",
				(unsigned long long)result->pages.count);
	}
	result->same_mm = (struct fact){.why = "there is no child"};
	enum standing child = result->after.standing[WALK_CHILD];
	if (child == STANDING_RUNS || child == STANDING_FOREIGN)
		result->same_mm =
			observation_same_mm(result->ids[WALK_CALLER], result->ids[WALK_CHILD]);
	return OUTCOME_OK;
}

static struct cost sum_up(const struct step_result *result, const struct walk_took *rehearsals,
			  size_t rehearsed)
{
	struct cost cost = {0};
	double ns[WALK_REHEARSALS_MAX];
	uint32_t act = result->scene->walk.steps[result->step].act;
	uint32_t traits = result->scene->primitive->traits;
	bool passes = act == WALK_OWN || act == WALK_WRITE;
	/* A call that lasts as long as the child's life holds all the pauses of the walk. */
	if (act == WALK_START && traits & TRAIT_STOPS_CALLER && !(traits & TRAIT_LIBC_CHILD))
		return cost;
	for (size_t i = 0; i < rehearsed; i++) {
		if (!(rehearsals[i].ns >= 0))
			return cost;
		ns[i] = rehearsals[i].ns / (passes ? (double)result->pages.count : 1);
	}
	if (rehearsed == 0)
		return cost;
	struct stats_summary summary = stats_summarize(ns, rehearsed);
	return (struct cost){rehearsed, summary.p50, summary.min, summary.max};
}

static void read_answer(struct step_result *result, const struct wire_walked *walked)
{
	static const char *const why_unread[] = {
		[STANDING_NONE] = "not there",
		[STANDING_STOPPED] = "stopped",
		[STANDING_FOREIGN] = "another program",
		[STANDING_GONE] = "not there",
	};
	uint32_t step = result->step, rehearsed = walked->rehearsed;
	if (rehearsed > WALK_REHEARSALS_MAX)
		rehearsed = WALK_REHEARSALS_MAX;
	for (unsigned who = 0; who < WALK_WHO_COUNT; who++) {
		result->ids[who] = (int)walked->ids[who];
		enum standing standing = result->after.standing[who];
		result->bytes[who] = (struct fact){.known = standing == STANDING_RUNS,
						   .value = walked->bytes[step][who],
						   .why = why_unread[standing]};
	}
	result->faults = walked->took[step][rehearsed].faults;
	result->rehearsed = rehearsed;
	result->cost = sum_up(result, walked->took[step], rehearsed);
}

static enum outcome play_steps(const struct story *story, struct session *session,
			       struct step_result *result, struct problem *problem)
{
	struct wire_walked *walked = &session->area->answer.walked;
	const struct scene *scene = result->scene;
	bool trustworthy, go_on = true;
	const uint32_t nothing = 0;
	if (!await(session, &walked->live, 1, &nothing, 0))
		return give_up(session, "the rehearsals", problem);
	result->pages =
		(struct observed_pages){walked->address, walked->page_bytes, walked->page_count};
	for (uint32_t step = 0; step < scene->walk.step_count && go_on; step++) {
		result->step = step;
		result->before = result->after;
		theory_step(&result->after, &scene->walk, step, scene->primitive->traits);
		if (take_step(session, result, problem))
			return OUTCOME_FAILED;
		read_answer(result, walked);
		if (look(result, problem))
			return OUTCOME_FAILED;
		/* The heap is built for good now: while a user reads, others may have the sizes of
		 * huge pages as they want them. A pool is needed until the last copy. */
		if (page_kind_is_transparent(story->page_kind))
			hugepages_restore();
		check_step(result, walked->took[step], result->rehearsed);
		go_on = story->on_step(story->context, result);
	}
	futex_raise(&walked->turn, (int)(2 * scene->walk.step_count));
	return go_on ? session_wait(session, STANDSTILL_S, NULL, NULL, &trustworthy, problem)
		     : OUTCOME_OK;
}

enum outcome story_play(const struct story *story, const struct scene *scene,
			struct problem *problem)
{
	struct session session;
	struct step_result result = {.scene = scene, .page_kind = story->page_kind};
	theory_begin(&result.after);
	if (session_open(&session, 0, problem))
		return OUTCOME_FAILED;
	uint64_t heap_bytes = story->page_count * story_page_bytes(story->page_kind);
	fill_request(story, scene, &session.area->request);
	enum outcome outcome = hugepages_enable(story->page_kind, 2 * heap_bytes, problem);
	if (!outcome)
		outcome = session_start(&session, 1, problem);
	if (!outcome)
		outcome = play_steps(story, &session, &result, problem);
	session_close(&session);
	hugepages_restore();
	for (unsigned who = 0; who < WALK_WHO_COUNT; who++) {
		observation_free(&result.earlier[who]);
		observation_free(&result.observations[who]);
	}
	return outcome;
}
