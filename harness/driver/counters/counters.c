#include "harness/driver/counters/counters.h"

#include "harness/common/units.h"
#include "harness/driver/base/notes.h"
#include "harness/driver/counters/groups.h"
#include "harness/driver/counters/tracefs.h"
#include "harness/driver/counters/trial.h"

#include <assert.h>
#include <ctype.h>
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#ifdef __x86_64__
enum { IS_X86 = true };
#else
enum { IS_X86 = false };
#endif

enum {
	DRAFTS_MAX = COUNTERS_MAX / 2, /* each also with its child */
	GROUPS_MAX = COUNTER_GROUPS_MAX / 2,
};

enum mode { MODE_USER, MODE_KERNEL, MODE_BOTH, MODE_ALL };

/* A counter that opens alone, before it has a group. */
struct draft {
	struct wire_counter counter;
	const struct counters_role *role;
	enum mode mode;
};

struct maker {
	struct counters *out;
	struct draft drafts[DRAFTS_MAX];
	size_t draft_count;
	int tracefs, tracefs_error; /* -1 and errno if it is not to be had */
	struct problem *problem;
};

/* ---- what is missing ---- */

static struct counters_missing *add_missing(struct counters *counters, const char *stem,
					    enum mode mode)
{
	assert(counters->missing_count < COUNTERS_MISSING_MAX);
	struct counters_missing *missing = &counters->missing[counters->missing_count++];
	wire_copy(missing->name, sizeof missing->name, stem);
	strncat(missing->name, roles_modes[mode], sizeof missing->name - strlen(missing->name) - 1);
	missing->state = COUNTER_UNAVAILABLE;
	return missing;
}

#define say_missing(counters, stem, ...) \
	notes_fill(add_missing(counters, stem, MODE_ALL)->why, WIRE_TEXT_MAX, __VA_ARGS__)

/* If none of a role's modes is counted and all for one reason, the role has one entry. */
static void fold_missing(struct counters *counters, const struct counters_role *role, size_t first)
{
	struct counters_missing *missing = &counters->missing[first];
	if (counters->missing_count != first + COUNTER_MODES)
		return;
	for (size_t i = 1; i < COUNTER_MODES; i++)
		if (strcmp(missing[i].why, missing->why) != 0)
			return;
	wire_copy(missing->name, sizeof missing->name, role->name);
	counters->missing_count = first + 1;
}

/* ---- trying ---- */

struct trial {
	struct wire_counter counter[COUNTER_MODES];
	int error[COUNTER_MODES];
};

static void try_modes(struct trial *trial, const struct perf_event_attr *attr)
{
	for (unsigned mode = 0; mode < COUNTER_MODES; mode++) {
		trial->counter[mode] = (struct wire_counter){.attr = *attr};
		/* Nothing is excluded but the other mode: some PMUs refuse to exclude the
		 * hypervisor, some guests, and on a POWER host the kernel itself is the
		 * "hypervisor". */
		trial->counter[mode].attr.exclude_kernel = mode == MODE_USER;
		trial->counter[mode].attr.exclude_user = mode == MODE_KERNEL;
		trial->error[mode] = trial_alone(&trial->counter[mode]);
	}
	/* The kernel asks for permission before it looks for the event. Where there is no event, no
	 * permission helps. */
	int error = trial->error[MODE_USER];
	if (error == ENOENT || error == ENODEV || error == ENXIO)
		trial->error[MODE_KERNEL] = trial->error[MODE_BOTH] = error;
}

/* True unless every mode is refused for what the event is. */
static bool worth_keeping(const struct trial *trial)
{
	for (unsigned mode = 0; mode < COUNTER_MODES; mode++) {
		int error = trial->error[mode];
		if (!error || error == EACCES || error == EPERM || error == ENOSYS)
			return true;
	}
	return false;
}

static void keep_draft(struct maker *maker, const struct wire_counter *counter,
		       const struct counters_role *role, enum mode mode)
{
	assert(maker->draft_count < DRAFTS_MAX); /* new_role() saw to it */
	struct draft *draft = &maker->drafts[maker->draft_count++];
	*draft = (struct draft){.counter = *counter, .role = role, .mode = mode};
	snprintf(draft->counter.name, sizeof draft->counter.name, "%s%s", role->name,
		 roles_modes[mode]);
}

/* Says why the kernel refused a counter of a role. */
static void say_refused(struct counters *counters, const char *role, enum mode mode,
			const struct permit_request *request, int error)
{
	struct counters_missing *missing = add_missing(counters, role, mode);
	missing->state = permit_explain(&counters->permit, request, error, missing->why);
}

static void keep_trial(struct maker *maker, const struct counters_role *role,
		       const struct trial *trial)
{
	struct counters *counters = maker->out;
	size_t first = counters->missing_count;
	for (unsigned mode = 0; mode < COUNTER_MODES; mode++) {
		if (!trial->error[mode]) {
			keep_draft(maker, &trial->counter[mode], role, mode);
			continue;
		}
		struct permit_request request = {
			.hardware = role->hardware,
			.in_kernel = mode != MODE_USER,
			.part = mode != MODE_BOTH && !trial->error[MODE_BOTH],
		};
		say_refused(counters, role->name, mode, &request, trial->error[mode]);
	}
	fold_missing(counters, role, first);
}

/* ---- roles ---- */

static void say_event(struct counters_role *role, const char *event, const char *differs)
{
	snprintf(role->event, sizeof role->event, "%s", event);
	snprintf(role->differs, sizeof role->differs, "%s", differs ? differs : "");
}

static void say_no_event(struct counters *counters, const char *role)
{
	const struct events *events = &counters->events;
	if (events->family)
		say_missing(counters, role, "unavailable: libpfm4 has no event for it on %s",
			    events->pmu_words);
	else if (*events->pmu)
		say_missing(counters, role,
			    "unavailable: no event for it is known on %s; name one in --counters",
			    events->pmu_words);
	else
		say_missing(counters, role,
			    "unavailable: libpfm4 does not know this CPU, and no generic event "
			    "counts it");
}

/* Tries the own event of the CPU, then the kernel's generic one, which is all that software roles have. */
static void add_event_role(struct maker *maker, enum role_index index, struct counters_role *role)
{
	struct counters *counters = maker->out;
	const struct role_generic *generic = &roles[index].generic;
	struct perf_event_attr attr;
	struct trial trial, other;
	char event[EVENT_NAME_MAX];
	bool own = events_of_role(&counters->events, index, &attr, event);
	role->hardware = index < ROLE_PMU_COUNT;
	if (own) {
		say_event(role, event, counters->events.family->events[index].differs);
		try_modes(&trial, &attr);
	}
	if (generic->name && (!own || !worth_keeping(&trial))) {
		attr = (struct perf_event_attr){
			.type = generic->type, .size = sizeof attr, .config = generic->config};
		try_modes(&other, &attr);
		if (!own || worth_keeping(&other)) {
			say_event(role, generic->name, generic->differs);
			trial = other;
		}
	} else if (!own) {
		say_no_event(counters, role->name);
		return;
	}
	keep_trial(maker, role, &trial);
}

/* Tries an attr whose count cannot be split by mode; tracepoints all lie in the kernel. */
static void add_one_mode(struct maker *maker, struct counters_role *role,
			 struct wire_counter *counter)
{
	struct permit_request request = {.in_kernel = true};
	int error = trial_alone(counter);
	role->one_mode = true;
	if (!error)
		keep_draft(maker, counter, role, MODE_ALL);
	else
		say_refused(maker->out, role->name, MODE_ALL, &request, error);
}

static void add_trace_role(struct maker *maker, enum role_index index, struct counters_role *role)
{
	const struct role_tracepoint *tracepoint = &roles[index].tracepoint;
	const char *filter = tracepoint->filter ? tracepoint->filter : "";
	struct wire_counter counter = {
		.attr = {.type = PERF_TYPE_TRACEPOINT, .size = sizeof counter.attr}};
	uint64_t number = 0;
	int error = maker->tracefs_error;
	role->one_mode = true;
	snprintf(role->event, sizeof role->event, "%s%s%s", tracepoint->path, *filter ? " if " : "",
		 filter);
	const char *never =
		tracepoint->x86_only && !IS_X86 ? tracepoint->x86_only : tracepoint->unseen;
	if (never) {
		say_missing(maker->out, role->name, "unavailable: %s", never);
		return;
	}
	if (!error &&
	    !tracefs_event(maker->tracefs, tracepoint->path, tracepoint->format_says, &number))
		error = errno;
	if (error) {
		struct counters_missing *missing = add_missing(maker->out, role->name, MODE_ALL);
		missing->state = permit_explain_tracefs(error, tracepoint->path, missing->why);
		return;
	}
	counter.attr.config = number;
	snprintf(counter.filter, sizeof counter.filter, "%s", filter);
	add_one_mode(maker, role, &counter);
}

/* ---- names ---- */

static struct counters_role *new_role(struct maker *maker, const char *stem)
{
	struct counters *counters = maker->out;
	if (counters->role_count == COUNTERS_ROLES_MAX ||
	    maker->draft_count + COUNTER_MODES > DRAFTS_MAX) {
		fail(maker->problem,
		     "cannot count so many at once: at most %d counters, and most names make "
		     "three; shorten the list",
		     DRAFTS_MAX);
		return NULL;
	}
	for (size_t i = 0; i < counters->role_count; i++)
		if (strcmp(counters->roles[i].name, stem) == 0) {
			fail(maker->problem,
			     "cannot count '%s' twice: two names in the list mean it; drop one",
			     stem);
			return NULL;
		}
	struct counters_role *role = &counters->roles[counters->role_count++];
	snprintf(role->name, sizeof role->name, "%s", stem);
	return role;
}

static enum outcome add_role(struct maker *maker, enum role_index index)
{
	struct counters_role *role = new_role(maker, roles[index].name);
	if (!role)
		return OUTCOME_FAILED;
	if (index < ROLE_TRACE_FIRST)
		add_event_role(maker, index, role);
	else
		add_trace_role(maker, index, role);
	return OUTCOME_OK;
}

/* "skx::DTLB_LOAD_MISSES:STLB_HIT" as a metric: dtlb_load_misses_stlb_hit. */
static void make_stem(const char *event, char stem[COUNTER_STEM_MAX])
{
	const char *from = strstr(event, "::");
	size_t length = 0;
	for (from = from ? from + 2 : event; *from && length < COUNTER_STEM_MAX - 1; from++)
		if (isalnum((unsigned char)*from))
			stem[length++] = (char)tolower((unsigned char)*from);
		else if (length && stem[length - 1] != '_')
			stem[length++] = '_';
	while (length && stem[length - 1] == '_')
		length--;
	stem[length] = '\0';
}

static enum outcome add_event(struct maker *maker, const char *name)
{
	const struct events *events = &maker->out->events;
	struct wire_counter counter = {0};
	char full[EVENT_NAME_MAX], stem[COUNTER_STEM_MAX];
	const char *why;
	if (!events_encode(events, name, &counter.attr, full, &why))
		return fail(maker->problem,
			    "cannot count '%s': it is not a role, and libpfm4 says about it as an "
			    "event: %s; see forkcost counters",
			    name, events->started ? why : events->why);
	if (events_has_mode(events, name))
		return fail(maker->problem,
			    "cannot count '%s' with a mode: user, kernel and both are counted in "
			    "any case; leave out the :u or :k",
			    name);
	make_stem(name, stem);
	struct counters_role *role = new_role(maker, stem);
	if (!role)
		return OUTCOME_FAILED;
	say_event(role, full, NULL);
	role->hardware = counter.attr.type != PERF_TYPE_SOFTWARE &&
			 counter.attr.type != PERF_TYPE_TRACEPOINT;
	if (counter.attr.type == PERF_TYPE_TRACEPOINT) {
		add_one_mode(maker, role, &counter);
		return OUTCOME_OK;
	}
	struct trial trial;
	try_modes(&trial, &counter.attr);
	keep_trial(maker, role, &trial);
	return OUTCOME_OK;
}

/* All that a list names; NULL: all roles. */
static enum outcome add_named(struct maker *maker, const char *list)
{
	for (unsigned i = 0; !list && i < ROLE_COUNT; i++)
		if (add_role(maker, (enum role_index)i))
			return OUTCOME_FAILED;
	for (const char *rest = list; rest;) {
		char name[EVENT_NAME_MAX];
		if (!units_split(&rest, name, sizeof name))
			return fail(maker->problem,
				    "cannot read the counters '%.200s'; write names separated by "
				    "commas, or none; forkcost counters lists them",
				    list);
		enum role_index index = roles_find(name);
		if (index < ROLE_COUNT ? add_role(maker, index) : add_event(maker, name))
			return OUTCOME_FAILED;
	}
	return OUTCOME_OK;
}

/* ---- groups ---- */

/* Takes user and kernel, which lie side by side, out of the drafts again where they count alike: such a
 * count is that of both modes, and of none alone. */
static void refuse_modes_alike(struct maker *maker)
{
	size_t kept = 0;
	for (size_t i = 0; i < maker->draft_count; i++) {
		const struct draft *user = &maker->drafts[i], *kernel = user + 1;
		bool pair = i + 1 < maker->draft_count && user->mode == MODE_USER &&
			    kernel->mode == MODE_KERNEL && user->role == kernel->role &&
			    user->role->hardware;
		if (!pair || trial_tells_modes(&user->counter, &kernel->counter)) {
			maker->drafts[kept++] = *user;
			continue;
		}
		for (; user <= kernel; user++)
			say_missing(maker->out, user->counter.name,
				    "unavailable: this PMU counts the same whether user or kernel "
				    "mode is excluded");
		i++;
	}
	maker->draft_count = kept;
}

/* Groups the drafts that are, or are not, for the hardware, and hands them over in that order. Of one
 * mode alone, unless that is MODE_ALL. */
static void place(struct maker *maker, bool hardware, enum mode mode)
{
	struct counters *counters = maker->out;
	const struct wire_counter *chosen[DRAFTS_MAX] = {NULL};
	uint32_t role[DRAFTS_MAX] = {0}, group[DRAFTS_MAX];
	size_t count = 0;
	for (size_t i = 0; i < maker->draft_count; i++) {
		const struct draft *draft = &maker->drafts[i];
		if (draft->role->hardware != hardware || (mode != MODE_ALL && draft->mode != mode))
			continue;
		chosen[count] = &draft->counter;
		role[count++] = (uint32_t)(draft->role - counters->roles);
	}
	counters->group_count =
		groups_form(chosen, role, count, counters->group_count, trial_together, group);
	for (size_t i = 0; i < count; i++) {
		if (group[i] == GROUPS_NONE) {
			say_missing(counters, chosen[i]->name,
				    "unavailable: it opens but never runs; something else (NMI "
				    "watchdog, perf) uses the counters");
			continue;
		}
		struct wire_counter *counter = &counters->counted[counters->count++];
		*counter = *chosen[i];
		counter->group = group[i];
	}
}

/* Groups beyond what the wire form numbers are not counted. */
static void limit_groups(struct counters *counters)
{
	while (counters->count > 0 && counters->counted[counters->count - 1].group >= GROUPS_MAX)
		say_missing(counters, counters->counted[--counters->count].name,
			    "unavailable: it needs more than %d passes; name fewer counters",
			    GROUPS_MAX);
	if (counters->group_count > GROUPS_MAX)
		counters->group_count = GROUPS_MAX;
}

/* Each of them once more, with the children counted as well, in groups behind. */
static void add_with_child(struct counters *counters)
{
	size_t count = counters->count;
	for (size_t i = 0; i < count; i++) {
		struct wire_counter *again = &counters->counted[counters->count++];
		*again = counters->counted[i];
		again->group += counters->group_count;
		again->with_child = 1;
		strncat(again->name, "_with_child", sizeof again->name - strlen(again->name) - 1);
	}
	counters->group_count *= 2;
}

/* ---- all together ---- */

static enum outcome choose(struct counters *counters, const char *list, struct problem *problem)
{
	struct maker maker = {.out = counters, .problem = problem};
	maker.tracefs = tracefs_open();
	maker.tracefs_error = maker.tracefs < 0 ? errno : 0;
	enum outcome outcome = add_named(&maker, list);
	if (maker.tracefs >= 0)
		close(maker.tracefs);
	if (outcome)
		return outcome;
	place(&maker, false, MODE_ALL);
	refuse_modes_alike(&maker);
	/* Where an event counts in one counter only, its modes must not share a pass. */
	if (trial_counts_twice())
		place(&maker, true, MODE_ALL);
	else
		for (unsigned mode = MODE_USER; mode <= MODE_BOTH; mode++)
			place(&maker, true, mode);
	limit_groups(counters);
	add_with_child(counters);
	return OUTCOME_OK;
}

enum outcome counters_make(struct counters *counters, const char *list, int cpu,
			   struct problem *problem)
{
	cpu_set_t before, there;
	memset(counters, 0, sizeof *counters);
	permit_read(&counters->permit);
	events_start(&counters->events);
	if (list && strcmp(list, "none") == 0)
		return OUTCOME_OK;
	bool moved = cpu >= 0 && sched_getaffinity(0, sizeof before, &before) == 0;
	if (moved) {
		CPU_ZERO(&there);
		CPU_SET((unsigned)cpu, &there);
		moved = sched_setaffinity(0, sizeof there, &there) == 0;
	}
	enum outcome outcome = choose(counters, list, problem);
	if (moved)
		sched_setaffinity(0, sizeof before, &before);
	return outcome;
}

const struct wire_counter *counters_find(const struct counters *counters, const char *name)
{
	for (size_t i = 0; i < counters->count; i++)
		if (strcmp(counters->counted[i].name, name) == 0)
			return &counters->counted[i];
	return NULL;
}

const struct counters_missing *counters_find_missing(const struct counters *counters,
						     const char *name)
{
	for (size_t i = 0; i < counters->missing_count; i++)
		if (strcmp(counters->missing[i].name, name) == 0)
			return &counters->missing[i];
	return NULL;
}

const struct counters_role *counters_role_of(const struct counters *counters, const char *metric)
{
	for (size_t i = 0; i < counters->role_count; i++)
		if (roles_is_metric(counters->roles[i].name, metric))
			return &counters->roles[i];
	return NULL;
}

static bool is_tracepoint_before(const struct counters *counters, size_t i)
{
	bool found = false;
	for (size_t j = 0; j < i; j++)
		found = found ||
			(counters->counted[j].attr.type == PERF_TYPE_TRACEPOINT &&
			 counters->counted[j].attr.config == counters->counted[i].attr.config);
	return found;
}

void counters_hold(const struct counters *counters, struct counters_held *held)
{
	held->count = 0;
	for (size_t i = 0; i < counters->count && held->count < COUNTERS_HELD_MAX; i++) {
		const struct wire_counter *counter = &counters->counted[i];
		bool holds = i == 0 || (counter->attr.type == PERF_TYPE_TRACEPOINT &&
					!is_tracepoint_before(counters, i));
		int fd = holds ? trial_hold(counter) : -1;
		if (fd >= 0)
			held->fds[held->count++] = fd;
	}
}

void counters_release(struct counters_held *held)
{
	while (held->count > 0)
		close(held->fds[--held->count]);
}
