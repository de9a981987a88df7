#include "harness/driver/compare/between.h"

#include "harness/common/units.h"
#include "harness/driver/base/notes.h"

#include <math.h>

/* Between the two heaps that were measured the share is between the two as well. */
static const struct {
	uint64_t heap_below_bytes;
	double share;
} steps[] = {
	{UINT64_C(1) << 20, 0.015},
	{UINT64_C(16) << 20, 0.04},
	{UINT64_MAX, 0.075},
};

enum { STEPS = sizeof steps / sizeof *steps };

double between_assumed(uint64_t heap_bytes)
{
	size_t i = 0;
	while (i + 1 < STEPS && heap_bytes >= steps[i].heap_below_bytes)
		i++;
	return steps[i].share;
}

static const double DISTURBED_MEASURED = 0.05, PER_DISTURBED = 0.4;

double between_assumed_disturbed(uint64_t heap_bytes, double disturbed)
{
	const double above = isnan(disturbed) ? 0 : fmax(disturbed - DISTURBED_MEASURED, 0);
	return hypot(between_assumed(heap_bytes), PER_DISTURBED * above);
}

const char *between_words(char text[BETWEEN_WORDS_MAX])
{
	char size[UNITS_TEXT_MAX];
	*text = '\0';
	for (size_t i = 0; i + 1 < STEPS; i++)
		notes_append(text, BETWEEN_WORDS_MAX, "%g %% below %s, ", steps[i].share * 100,
			     units_format_bytes(steps[i].heap_below_bytes, size));
	notes_append(text, BETWEEN_WORDS_MAX,
		     "%g %% from there on, and (in squares) %g %% for each per cent of disturbed "
		     "samples above %g",
		     steps[STEPS - 1].share * 100, PER_DISTURBED, DISTURBED_MEASURED * 100);
	return text;
}
