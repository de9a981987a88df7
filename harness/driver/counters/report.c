#include "harness/driver/counters/report.h"

#include "harness/common/units.h"
#include "harness/driver/base/forms/terminal.h"
#include "harness/driver/base/wrapped.h"
#include "harness/driver/machine/machine.h"

#include <stdio.h>
#include <string.h>

enum { NAME_COLUMNS = 30, STATE_MAX = 64 };

/* ---- the reasons, each once ---- */

struct reasons {
	const char *text[COUNTERS_MISSING_MAX];
	size_t count;
};

/* The number of a reason, from 1. */
static size_t reason_number(struct reasons *reasons, const char *why)
{
	for (size_t i = 0; i < reasons->count; i++)
		if (strcmp(reasons->text[i], why) == 0)
			return i + 1;
	reasons->text[reasons->count] = why;
	return ++reasons->count;
}

/* ---- a role ---- */

/* Whether a metric, or a role as a whole, is counted. False for a role whose modes differ. */
static bool say_state(const struct counters *counters, struct reasons *reasons, const char *name,
		      char state[STATE_MAX])
{
	const struct wire_counter *counter = counters_find(counters, name);
	const struct counters_missing *missing = counters_find_missing(counters, name);
	snprintf(state, STATE_MAX, "unavailable");
	if (counter)
		snprintf(state, STATE_MAX, "counted in group %u", counter->group);
	else if (missing)
		snprintf(state, STATE_MAX, "%s [%zu]",
			 missing->state == COUNTER_UNAVAILABLE ? "unavailable" : "not permitted",
			 reason_number(reasons, missing->why));
	return counter || missing;
}

/* One line for modes in a row that are alike. */
static void print_modes(const struct counters *counters, const struct counters_role *role,
			struct reasons *reasons)
{
	char state[COUNTER_MODES][STATE_MAX];
	for (unsigned i = 0; i < COUNTER_MODES; i++) {
		char metric[COUNTER_NAME_MAX];
		snprintf(metric, sizeof metric, "%s%s", role->name, roles_modes[i]);
		say_state(counters, reasons, metric, state[i]);
	}
	for (unsigned from = 0, to; from < COUNTER_MODES; from = to) {
		print("%*s%s", NAME_COLUMNS, "", roles_modes[from] + 1);
		for (to = from + 1; to < COUNTER_MODES && strcmp(state[to], state[from]) == 0; to++)
			print(", %s", roles_modes[to] + 1);
		print(": %s\n", state[from]);
	}
}

/* The event without the PMU's name, which stands at the top. */
static const char *short_event(const struct counters *counters, const char *event)
{
	size_t length = strlen(counters->events.pmu);
	bool own = length && strncmp(event, counters->events.pmu, length) == 0 &&
		   strncmp(event + length, "::", 2) == 0;
	return own ? event + length + 2 : event;
}

static void print_role(const struct counters *counters, const struct counters_role *role,
		       struct reasons *reasons)
{
	enum role_index index = roles_find(role->name);
	char state[STATE_MAX], by[EVENT_NAME_MAX + WIRE_TEXT_MAX];
	const char *name = role->name;
	snprintf(by, sizeof by, "by %s%s%s%s", short_event(counters, role->event),
		 *role->differs ? " (" : "", role->differs, *role->differs ? ")" : "");
	if (strlen(name) >= NAME_COLUMNS) {
		print("%s\n", name);
		name = "";
	}
	if (index < ROLE_COUNT) {
		wrapped_put(NAME_COLUMNS, "%-*s%s", NAME_COLUMNS, name, roles[index].summary);
		name = "";
	}
	if (*role->event)
		wrapped_put(NAME_COLUMNS, "%-*s%s", NAME_COLUMNS, name, by);
	if (say_state(counters, reasons, role->name, state) || role->one_mode)
		print("%*s%s\n", NAME_COLUMNS, "", state);
	else
		print_modes(counters, role, reasons);
}

/* ---- all of them ---- */

static void print_top(const struct counters *counters)
{
	const struct events *events = &counters->events;
	if (!events->started)
		print("CPU: libpfm4 does not start: %s\n", events->why);
	else if (*events->pmu)
		print("CPU: %s (%s), says libpfm4%s\n", events->pmu_words, events->pmu,
		      events->family ? "" : "; generic events only");
	else
		print("CPU: not known to libpfm4; generic events only\n");
	if (counters->permit.paranoid == PERMIT_PARANOID_UNKNOWN)
		print("kernel.perf_event_paranoid: there is no such setting\n");
	else
		print("kernel.perf_event_paranoid: %d\n", counters->permit.paranoid);
}

static void print_end(const struct counters *counters, const struct reasons *reasons)
{
	print(reasons->count ? "\n" : "");
	for (size_t i = 0; i < reasons->count; i++)
		wrapped_put(4, "[%zu] %s", i + 1, reasons->text[i]);
	if (counters->count)
		print("\n"
		      "%zu counters, %u group%s: one pass per group, and one more per group that\n"
		      "also counts children, as NAME_with_child\n",
		      counters->count / 2, counters->group_count / 2,
		      units_plural(counters->group_count / 2));
	else
		print("\nno counters\n");
}

enum outcome counters_report(const char *list, struct problem *problem)
{
	static struct counters counters;
	struct reasons reasons = {.count = 0};
	int caller, other;
	if (machine_choose_cpus(-1, &caller, &other, problem) ||
	    counters_make(&counters, list, caller, problem))
		return OUTCOME_FAILED;
	print_top(&counters);
	for (size_t i = 0; i < counters.role_count; i++) {
		print("\n");
		print_role(&counters, &counters.roles[i], &reasons);
	}
	print_end(&counters, &reasons);
	return OUTCOME_OK;
}

static enum counters_kind kind_of(const struct counters_role *role)
{
	if (role->hardware)
		return COUNTERS_HARDWARE;
	return role->one_mode ? COUNTERS_TRACE : COUNTERS_SOFTWARE;
}

struct counters_tally counters_tally(const struct counters *counters, enum counters_kind kind)
{
	struct counters_tally tally = {0};
	for (size_t i = 0; i < counters->role_count; i++)
		if (kind_of(&counters->roles[i]) == kind)
			tally.all += counters->roles[i].one_mode ? 1 : COUNTER_MODES;
	for (size_t i = 0; i < counters->count / 2; i++)
		tally.counted +=
			kind_of(counters_role_of(counters, counters->counted[i].name)) == kind;
	for (size_t i = 0; i < counters->missing_count && !tally.why; i++) {
		const struct counters_role *role =
			counters_role_of(counters, counters->missing[i].name);
		if (role && kind_of(role) == kind)
			tally.why = counters->missing[i].why;
	}
	return tally;
}
