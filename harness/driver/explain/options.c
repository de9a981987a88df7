#include "harness/driver/explain/options.h"

#include "harness/common/units.h"
#include "harness/driver/base/forms/terminal.h"
#include "harness/driver/base/options.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Pages unless told otherwise, and what their number must be a multiple of: whole large pages. */
static const struct {
	uint64_t usual, multiple;
} page_counts[PAGE_KIND_COUNT] = {
	[PAGE_KIND_4K] = {64, 1},
	[PAGE_KIND_THP] = {512, 512},
	[PAGE_KIND_MTHP] = {64, 16},
	[PAGE_KIND_HUGETLB] = {2, 1},
};

enum {
	OPTION_PRIMITIVE,
	OPTION_PAGES,
	OPTION_WHO,
	OPTION_PAGE_KIND,
	OPTION_JSON,
	OPTION_NO_PAUSE,
	OPTIONS_OF_EXPLAIN,
};

static const struct option_row rows[OPTIONS_OF_EXPLAIN] = {
	[OPTION_PRIMITIVE] = {"primitive", "NAME"},
	[OPTION_PAGES] = {"pages", "N"},
	[OPTION_WHO] = {"who", "WHO"},
	[OPTION_PAGE_KIND] = {"page-kind", "KIND"},
	[OPTION_JSON] = {"json", NULL},
	[OPTION_NO_PAUSE] = {"no-pause", NULL},
};

void explain_print_help(void)
{
	print("usage: forkcost explain [options]\n\n"
	      "Starts a child and has both write, one step after the other, and shows at each\n"
	      "step what the kernel shows of both: addresses, frames, page faults, page tables.\n"
	      "Each step says what should happen, and checks that it does. Frame numbers are\n"
	      "shown to root only.\n\n"
	      "  --primitive NAME   which primitive; see forkcost list [fork, then vfork]\n"
	      "  --pages N          how many pages [64; of large kinds a few whole ones]\n"
	      "  --who WHO          parent or child writes first [child]\n"
	      "  --page-kind KIND   4k, thp, mthp or hugetlb [4k]\n"
	      "  --json             as JSON; never pauses\n"
	      "  --no-pause         do not wait for Enter after each step\n\n"
	      "exit status: 0 every statement holds, 1 one does not, or it cannot be played,\n"
	      "2 usage, 130 interrupted\n");
}

static enum outcome take(void *context, size_t index, const char *value, struct problem *problem)
{
	struct explain_options *options = context;
	unsigned level;
	switch (index) {
	case OPTION_PRIMITIVE:
		options->primitive = value;
		return OUTCOME_OK;
	case OPTION_PAGES:
		if (!units_parse_count(value, 1, EXPLAIN_PAGES_MAX, &options->pages, problem))
			return OUTCOME_OK;
		return fail(problem, "cannot take '%s' for --pages: give a number from 1 to %d",
			    value, EXPLAIN_PAGES_MAX);
	case OPTION_WHO:
		options->first_given = true;
		options->first = strcmp(value, "parent") == 0 ? WALK_CALLER : WALK_CHILD;
		if (options->first == WALK_CHILD && strcmp(value, "child") != 0)
			return fail(problem, "cannot let '%s' write first; give parent or child",
				    value);
		return OUTCOME_OK;
	case OPTION_PAGE_KIND:
		if (!axis_find(&axes[AXIS_PAGE_KIND], value, &level))
			return fail(problem,
				    "cannot find page kind '%s'; there are: 4k, thp, mthp, hugetlb",
				    value);
		options->page_kind = level;
		return OUTCOME_OK;
	case OPTION_JSON:
		options->json = true;
		return OUTCOME_OK;
	default:
		options->no_pause = true;
		return OUTCOME_OK;
	}
}

enum outcome explain_parse(struct explain_options *options, int argc, char **argv, bool *help,
			   struct problem *problem)
{
	const struct options known = {"explain", rows, OPTIONS_OF_EXPLAIN, take, options};
	*options = (struct explain_options){.first = WALK_CHILD};
	if (options_read(&known, argc, argv, help, problem))
		return OUTCOME_FAILED;
	uint64_t multiple = page_counts[options->page_kind].multiple;
	if (!options->pages)
		options->pages = page_counts[options->page_kind].usual;
	if (*help || options->pages % multiple == 0)
		return OUTCOME_OK;
	return fail(problem,
		    "cannot make %" PRIu64 " pages out of whole ones of kind %s: give a multiple "
		    "of %" PRIu64 " for --pages",
		    options->pages, axis_name(&axes[AXIS_PAGE_KIND], options->page_kind), multiple);
}
