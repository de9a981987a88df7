#include "harness/driver/counters/events.h"

#include <perfmon/pfmlib.h>
#include <perfmon/pfmlib_perf_event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The core PMU that libpfm4 found: the one with role events if there are several, and the
 * architectural one, which is the last in the list of families, only if there is no other. */
static void find_pmu(struct events *events)
{
	int index;
	pfm_for_all_pmus(index)
	{
		pfm_pmu_info_t info = {.size = sizeof info};
		if (pfm_get_pmu_info((pfm_pmu_t)index, &info) != PFM_SUCCESS || !info.is_present ||
		    info.type != PFM_PMU_TYPE_CORE)
			continue;
		const struct role_family *family = roles_family(info.name);
		if (*events->pmu && (!family || (events->family && events->family < family)))
			continue;
		snprintf(events->pmu, sizeof events->pmu, "%s", info.name);
		snprintf(events->pmu_words, sizeof events->pmu_words, "%s", info.desc);
		events->family = family;
	}
}

void events_start(struct events *events)
{
	*events = (struct events){0};
	int status = pfm_initialize();
	events->started = status == PFM_SUCCESS;
	snprintf(events->why, sizeof events->why, "%s",
		 events->started ? "" : pfm_strerror(status));
	if (events->started)
		find_pmu(events);
}

/* Cuts "pmu::EVENT:UMASK:e=0:i=0" behind the last part that is no modifier. */
static void cut_modifiers(char *name)
{
	char *modifier = strchr(name, '=');
	if (!modifier)
		return;
	*modifier = '\0';
	char *colon = strrchr(name, ':');
	if (colon)
		*colon = '\0';
}

enum { SAID_MAX = 2 * EVENT_NAME_MAX }; /* with all modifiers */

static bool encode(const char *name, struct perf_event_attr *attr, char full[SAID_MAX], int *status)
{
	char *said = NULL;
	pfm_perf_encode_arg_t argument = {.attr = attr, .fstr = &said, .size = sizeof argument};
	*attr = (struct perf_event_attr){.size = sizeof *attr};
	*status = pfm_get_os_event_encoding(name, PFM_PLM0 | PFM_PLM3, PFM_OS_PERF_EVENT_EXT,
					    &argument);
	snprintf(full, SAID_MAX, "%s", *status == PFM_SUCCESS && said ? said : name);
	free(said);
	return *status == PFM_SUCCESS;
}

bool events_encode(const struct events *events, const char *name, struct perf_event_attr *attr,
		   char full[EVENT_NAME_MAX], const char **why)
{
	struct perf_event_attr all;
	char said[SAID_MAX];
	int status = PFM_ERR_NOINIT;
	if (!events->started || !encode(name, &all, said, &status)) {
		*why = pfm_strerror(status);
		return false;
	}
	cut_modifiers(said);
	snprintf(full, EVENT_NAME_MAX, "%.*s", EVENT_NAME_MAX - 1, said);
	/* Which modes and whose guests are counted is not libpfm4's to say. */
	*attr = (struct perf_event_attr){
		.type = all.type,
		.size = sizeof *attr,
		.config = all.config,
		.config1 = all.config1,
		.config2 = all.config2,
	};
	return true;
}

bool events_of_role(const struct events *events, enum role_index role, struct perf_event_attr *attr,
		    char full[EVENT_NAME_MAX])
{
	if (!events->family || role >= ROLE_PMU_COUNT || !events->family->events[role].name)
		return false;
	char name[2 * EVENT_NAME_MAX];
	const char *why;
	snprintf(name, sizeof name, "%s::%s", events->pmu, events->family->events[role].name);
	return events_encode(events, name, attr, full, &why);
}

bool events_has_mode(const struct events *events, const char *name)
{
	struct perf_event_attr attr;
	char said[SAID_MAX];
	int status;
	return events->started && encode(name, &attr, said, &status) &&
	       (attr.exclude_user || attr.exclude_kernel);
}
