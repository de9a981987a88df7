/* forkcost advise: what to do about fork, with the numbers of this machine. */
#include "harness/driver/advise/advise.h"
#include "harness/common/units.h"
#include "harness/driver/base/forms/terminal.h"
#include "harness/driver/base/wrapped.h"
#include "harness/driver/commands/present.h"

enum { OPTION_HEAP, OPTION_THREADS, OPTION_EXEC, OPTION_SNAPSHOT };

static const struct option_row rows[] = {
	[OPTION_HEAP] = {"heap", "SIZE", "how much memory the program has written, as 3G [1G]",
			 VALUES_ANY, NULL},
	[OPTION_THREADS] = {"threads", "N", "its threads that run on other CPUs [0]", VALUES_ANY,
			    NULL},
	[OPTION_EXEC] = {"exec", .help = "it forks to start a program [this]"},
	[OPTION_SNAPSHOT] = {"snapshot",
			     .help = "it forks so that the child sees the heap as it was"},
	{0},
};

struct wish {
	const char *folder;
	enum advise_aim aim;
	uint64_t heap_bytes, threads;
};

static enum outcome read_wish(const struct given *given, struct wish *wish, struct problem *problem)
{
	const char *const *values = given->values;
	*wish = (struct wish){.folder = given->operand ? given->operand : "results/latest",
			      .aim = values[OPTION_SNAPSHOT] ? ADVISE_SNAPSHOT : ADVISE_EXEC,
			      .heap_bytes = 1 << 30};
	if (values[OPTION_EXEC] && values[OPTION_SNAPSHOT])
		return fail(problem, "cannot advise for --exec and --snapshot at once; give one");
	if (values[OPTION_HEAP] &&
	    units_parse_bytes(values[OPTION_HEAP], &wish->heap_bytes, problem))
		return options_blame(rows[OPTION_HEAP].name, problem);
	if (wish->heap_bytes % 4096)
		return fail(problem,
			    "cannot advise for a heap of '%s': it is no multiple of 4K; "
			    "round it",
			    values[OPTION_HEAP]);
	if (values[OPTION_THREADS] &&
	    units_parse_count(values[OPTION_THREADS], 0, CPUS_MAX - 1, &wish->threads, problem))
		return options_blame(rows[OPTION_THREADS].name, problem);
	return present_find(wish->folder, problem);
}

static void put_machine(const struct dataset *dataset, const char *folder)
{
	const char *cpu = json_string_value(json_object_get(dataset->environment, "cpu_model"));
	print("measured on %s, in %s\n\n", cpu ? cpu : "an unknown CPU", folder);
}

static void put(const struct advise *advise)
{
	static struct grid grid;
	char words[ADVISE_WORDS_MAX];
	bool any = false;
	for (size_t i = 0; advise_words(advise, i, words); i++)
		if (*words)
			wrapped_put(2, "- %s", words);
	print("\n");
	advise_table(advise, &grid);
	grid_print(&grid);
	for (size_t i = 0; i < advise->count; i++) {
		const struct advise_remedy *remedy = &advise->remedies[i];
		if (remedy->call.how == AT_NO_HEAP)
			continue;
		if (!any)
			print("\nwhat they ask for\n");
		any = true;
		wrapped_put(4, "  %s: %s", remedy->name, remedy->asks_for);
	}
}

static enum status run(const struct given *given)
{
	static struct advise advise;
	struct problem problem;
	struct dataset dataset;
	struct summary summary;
	struct wish wish;
	if (read_wish(given, &wish, &problem))
		return complain(&problem, STATUS_USAGE);
	if (present_load(wish.folder, &dataset, &summary, &problem))
		return complain(&problem, STATUS_FAILED);
	advise_make(&summary, wish.aim, wish.heap_bytes, (uint32_t)wish.threads, &advise);
	put_machine(&dataset, wish.folder);
	put(&advise);
	summary_free(&summary);
	dataset_free(&dataset);
	return STATUS_DONE;
}

COMMAND(advise, .summary = "say what to do about fork, with this machine's numbers",
	.options = {.text = "Says how long a program stands still when it forks, how much slower "
			    "its writes are afterwards, and what each remedy saves and asks for, "
			    "by the times of a run [results/latest].",
		    .rows = rows,
		    .operand = {.argument = "[RUN]", .values = VALUES_FOLDER}},
	.run = run);
