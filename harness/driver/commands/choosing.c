#include "harness/driver/commands/choosing.h"

#include "harness/common/units.h"

enum outcome choosing_read(const struct given *given, int first, struct row_choice *choice,
			   struct problem *problem)
{
	const char *const *values = given->values + first;
	*choice = (struct row_choice){.experiment = values[CHOOSING_EXPERIMENT],
				      .primitive = values[CHOOSING_PRIMITIVE],
				      .action = values[CHOOSING_ACTION],
				      .metric = values[CHOOSING_METRIC],
				      .with_heap = values[CHOOSING_HEAP]};
	if (choice->with_heap &&
	    units_parse_bytes(values[CHOOSING_HEAP], &choice->heap_bytes, problem))
		return options_blame("heap", problem);
	return OUTCOME_OK;
}
