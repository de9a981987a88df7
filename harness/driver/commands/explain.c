/* forkcost explain: what happens to a page when a process is started and both write, live, step by step. */
#include "harness/driver/commands/explain.h"

#include "harness/common/units.h"
#include "harness/driver/commands/command.h"

#include <inttypes.h>
#include <string.h>

/* Pages unless an option says otherwise, and what their number must be a multiple of: whole large pages. */
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
};

static const struct option_row rows[] = {
	[OPTION_PRIMITIVE] = {"primitive", "NAME",
			      "which primitive; see forkcost list [fork, then vfork]",
			      .values = VALUES_PRIMITIVES},
	[OPTION_PAGES] = {"pages", "N",
			  .help = "how many pages [64; for huge pages a few whole ones]"},
	[OPTION_WHO] = {"who", "WHO", "parent or child writes first [child]", VALUES_WORDS,
			"parent child"},
	[OPTION_PAGE_KIND] = {"page-kind", "KIND", "4k, thp, mthp or hugetlb [4k]", VALUES_WORDS,
			      "4k thp mthp hugetlb"},
	[OPTION_JSON] = {"json", .help = "as JSON; never pauses"},
	[OPTION_NO_PAUSE] = {"no-pause", .help = "do not wait for Enter after each step"},
	{0},
};

static enum outcome take_who(struct explain_options *options, const char *value,
			     struct problem *problem)
{
	options->first_given = true;
	options->first = strcmp(value, "parent") == 0 ? WALK_CALLER : WALK_CHILD;
	if (options->first == WALK_CALLER || strcmp(value, "child") == 0)
		return OUTCOME_OK;
	return fail(problem, "cannot let '%s' write first; give parent or child", value);
}

static enum outcome take_page_kind(struct explain_options *options, const char *value,
				   struct problem *problem)
{
	unsigned level;
	if (!axis_find(&axes[AXIS_PAGE_KIND], value, &level) || !page_counts[level].usual)
		return fail(problem,
			    "cannot find page kind '%s'; there are: 4k, thp, mthp, hugetlb", value);
	options->page_kind = level;
	return OUTCOME_OK;
}

static enum outcome take_pages(struct explain_options *options, const char *value,
			       struct problem *problem)
{
	uint64_t multiple = page_counts[options->page_kind].multiple;
	options->pages = page_counts[options->page_kind].usual;
	if (value && units_parse_count(value, 1, EXPLAIN_PAGES_MAX, &options->pages, problem))
		return fail(problem, "cannot take '%s' for --pages: give a number from 1 to %d",
			    value, EXPLAIN_PAGES_MAX);
	if (options->pages % multiple == 0)
		return OUTCOME_OK;
	return fail(problem,
		    "cannot make %" PRIu64
		    " pages out of whole ones of kind %s: give a multiple of %" PRIu64
		    " for --pages",
		    options->pages, axis_name(&axes[AXIS_PAGE_KIND], options->page_kind), multiple);
}

enum outcome explain_parse(struct explain_options *options, const struct given *given,
			   struct problem *problem)
{
	const char *const *values = given->values;
	*options = (struct explain_options){.first = WALK_CHILD,
					    .primitive = values[OPTION_PRIMITIVE],
					    .json = values[OPTION_JSON],
					    .no_pause = values[OPTION_NO_PAUSE]};
	if ((values[OPTION_WHO] && take_who(options, values[OPTION_WHO], problem)) ||
	    (values[OPTION_PAGE_KIND] &&
	     take_page_kind(options, values[OPTION_PAGE_KIND], problem)))
		return OUTCOME_FAILED;
	return take_pages(options, values[OPTION_PAGES], problem);
}

static enum status run(const struct given *given)
{
	struct explain_options options;
	struct problem problem;
	if (explain_parse(&options, given, &problem))
		return complain(&problem, STATUS_USAGE);
	switch (explain(&options, &problem)) {
	case EXPLAINED_HOLDS:
		return STATUS_DONE;
	case EXPLAINED_FAILS:
		return STATUS_FAILED;
	case EXPLAINED_USAGE:
		return complain(&problem, STATUS_USAGE);
	case EXPLAINED_INTERRUPTED:
		return STATUS_INTERRUPTED;
	default:
		return complain(&problem, STATUS_FAILED);
	}
}

COMMAND(explain, .summary = "what happens to a page when a process is started, live, step by step",
	.options = {.text = "Starts a child, lets both write, one step after the other, and shows "
			    "after each step what the kernel says about both: addresses, frames, "
			    "page faults, page tables. Each step says what should happen, and "
			    "checks that it does. Frame numbers are shown to root only.\vExit "
			    "status: 0 every statement holds, 1 one does not, or explain cannot "
			    "run, 2 usage, 130 interrupted.",
		    .rows = rows},
	.run = run);
