#include "harness/driver/claims/findings.h"

#include "harness/driver/claims/compute.h"
#include "harness/driver/machine/machine.h"

#define OF(e, c, m)                                                \
	{                                                          \
		.experiment = (e), .case_name = (c), .metric = (m) \
	}
#define WRITES(c, m) OF("first_write", c, m)
#define INHERITS(c, m) OF("inherit", c, m)
#define SPAWNS(p, a, s, m)                                                                        \
	{                                                                                         \
		.experiment = "spawn", .primitive = (p), .action = (a), .level[AXIS_STATE] = (s), \
		.metric = (m)                                                                     \
	}
/* A metric of a case beside its pages, and one of two cases. */
#define OF_PAGES(experiment, c, m) experiment(c, m), experiment(c, "pages")
#define CASES(experiment, one, other, m) experiment(one, m), experiment(other, m)
#define FORK_OVER_VFORK \
	SPAWNS("fork", "exec", "dirty", "reaped_ns"), SPAWNS("vfork", "exec", "dirty", "reaped_ns")

#define FINDING(id, name, words, unit, take, parameter, ...) \
	[id] = {name, words, FINDING_##unit, compute_##take, __VA_ARGS__, parameter},
const struct definition definitions[FINDING_COUNT] = {
#include "harness/driver/claims/findings.def"
};
#undef FINDING

bool finding_is_count(enum finding_id id)
{
	compute_finding *take = definitions[id].take;
	return take == compute_share || take == compute_count || take == compute_count_difference;
}

enum outcome findings_make(const struct summary *summary, struct finding findings[FINDING_COUNT],
			   struct problem *problem)
{
	bool emulated = machine_was_emulated(summary->dataset->environment);
	for (size_t i = 0; i < FINDING_COUNT; i++) {
		findings[i] = (struct finding){0};
		struct computation task = {summary, &definitions[i], &findings[i], problem};
		if (emulated && !finding_is_count((enum finding_id)i))
			compute_unknown(&findings[i], "times of an emulated machine are not used");
		else if (definitions[i].take(&task))
			return OUTCOME_FAILED;
	}
	return OUTCOME_OK;
}
