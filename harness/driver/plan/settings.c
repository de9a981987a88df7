#include "harness/driver/plan/settings.h"

#include "harness/common/units.h"
#include "harness/driver/plan/catalog.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

struct preset {
	const char *name, *summary, *heaps;
	bool is_quick;
	uint64_t budget_s, cell_ms;
};

static const struct preset presets[] = {
	{"quick", "a first look in a minute and a half", "0,1M..64M*4", true, 50, 1},
	{"bench", "the standard run", "0,1M..1G*4", false, 366, 120},
	{"full", "to 4 GiB, or a quarter of memory", "0,1M..4G*4", false, 2400, 400},
};

enum { PRESET_COUNT = sizeof presets / sizeof *presets };

/* What an option's handler works on. */
struct parse {
	struct settings *settings;
	const struct wire_catalog *catalog;
	struct problem *problem;
};

typedef enum outcome take_option(struct parse *parse, const char *value);

/* Splits "a,b" and hands each part to `add`; empty parts are refused. */
static enum outcome each_name(struct parse *parse, const char *list, const char *what,
			      bool (*add)(struct parse *, const char *, const void *),
			      const void *context, const char *known)
{
	for (const char *from = list;;) {
		char name[WIRE_NAME_MAX];
		size_t length = strcspn(from, ",");
		if (length == 0 || length >= sizeof name)
			return fail(parse->problem,
				    "cannot read %s '%s'; write names with commas between: %s",
				    what, list, known);
		memcpy(name, from, length);
		name[length] = '\0';
		if (!add(parse, name, context))
			return fail(parse->problem, "cannot find %s '%s'; there are: %s", what,
				    name, known);
		if (!from[length])
			return OUTCOME_OK;
		from += length + 1;
	}
}

struct level_choice {
	const struct axis *axis;
	struct levels *levels;
};

static bool add_level(struct parse *parse, const char *name, const void *context)
{
	(void)parse;
	const struct level_choice *choice = context;
	unsigned level;
	if (!axis_find(choice->axis, name, &level))
		return false;
	choice->levels->chosen[level] = true;
	return true;
}

static enum outcome take_levels(struct parse *parse, const char *value, const struct axis *axis,
				struct levels *levels)
{
	char known[160] = "";
	for (unsigned i = 0; i < axis->level_count; i++)
		if (axis->levels[i][0])
			snprintf(known + strlen(known), sizeof known - strlen(known), "%s%s",
				 *known ? ", " : "", axis->levels[i]);
	memset(levels, 0, sizeof *levels);
	struct level_choice choice = {axis, levels};
	return each_name(parse, value, axis->name, add_level, &choice, known);
}

/* The first of the rows: what is given beside it comes after, and so stays. */
static enum outcome take_preset(struct parse *parse, const char *value)
{
	return settings_preset(parse->settings, value, parse->problem);
}

static enum outcome take_heap(struct parse *parse, const char *value)
{
	struct settings *settings = parse->settings;
	uint64_t page_bytes = (uint64_t)sysconf(_SC_PAGESIZE);
	if (units_parse_bytes_list(value, settings->heap_bytes, SETTINGS_HEAPS_MAX,
				   &settings->heap_count, parse->problem))
		return OUTCOME_FAILED;
	for (size_t i = 0; i < settings->heap_count; i++)
		if (settings->heap_bytes[i] % page_bytes)
			return fail(parse->problem,
				    "cannot build a heap of %llu bytes: it is not a multiple of "
				    "the page "
				    "size, %llu; round it",
				    (unsigned long long)settings->heap_bytes[i],
				    (unsigned long long)page_bytes);
	settings->heaps_given = true;
	return OUTCOME_OK;
}

static enum outcome take_state(struct parse *parse, const char *value)
{
	parse->settings->states_given = true;
	return take_levels(parse, value, &axis_state, &parse->settings->states);
}

static enum outcome take_cache(struct parse *parse, const char *value)
{
	parse->settings->caches_given = true;
	return take_levels(parse, value, &axis_cache, &parse->settings->caches);
}

static enum outcome take_child_cpu(struct parse *parse, const char *value)
{
	parse->settings->child_cpu_given = true;
	return take_levels(parse, value, &axis_child_cpu, &parse->settings->child_cpus);
}

static enum outcome take_action(struct parse *parse, const char *value)
{
	parse->settings->actions_given = true;
	return take_levels(parse, value, &axis_action, &parse->settings->actions);
}

static enum outcome take_page_kind(struct parse *parse, const char *value)
{
	parse->settings->page_kinds_given = true;
	return take_levels(parse, value, &axis_page_kind, &parse->settings->page_kinds);
}

static enum outcome take_touch_order(struct parse *parse, const char *value)
{
	parse->settings->touch_orders_given = true;
	return take_levels(parse, value, &axis_touch_order, &parse->settings->touch_orders);
}

/* In order, and each once: a number given twice would be measured twice. */
static bool add_threads(struct settings *settings, uint32_t count)
{
	size_t at = 0, n = settings->thread_level_count;
	while (at < n && settings->threads[at] < count)
		at++;
	if (at < n && settings->threads[at] == count)
		return true;
	if (n == SETTINGS_THREADS_MAX)
		return false;
	memmove(settings->threads + at + 1, settings->threads + at,
		(n - at) * sizeof *settings->threads);
	settings->threads[at] = count;
	settings->thread_level_count++;
	return true;
}

/* "0,1,2": how many threads run beside the caller. */
static enum outcome take_threads(struct parse *parse, const char *value)
{
	struct settings *settings = parse->settings;
	char words[SETTINGS_COUNTERS_MAX];
	if (!wire_copy(words, sizeof words, value))
		return fail(parse->problem,
			    "cannot read --threads: it is too long; give fewer numbers");
	settings->thread_level_count = 0;
	for (char *rest = words, *word; (word = strsep(&rest, ","));) {
		uint64_t count;
		if (units_parse_count(word, 0, WIRE_CPUS_MAX - 1, &count, parse->problem))
			return OUTCOME_FAILED;
		if (!add_threads(settings, (uint32_t)count))
			return fail(parse->problem,
				    "cannot plan more than %d numbers of threads; give fewer",
				    SETTINGS_THREADS_MAX);
	}
	return OUTCOME_OK;
}

static enum outcome take_counters(struct parse *parse, const char *value)
{
	if (*value && wire_copy(parse->settings->counters, sizeof parse->settings->counters, value))
		return OUTCOME_OK;
	return fail(parse->problem,
		    "cannot read --counters '%s'; give names with commas between, or none; see "
		    "forkcost counters",
		    value);
}

static bool add_primitive(struct parse *parse, const char *name, const void *context)
{
	(void)context;
	const struct wire_primitive *primitive = catalog_primitive(parse->catalog, name);
	if (primitive)
		parse->settings->primitives[primitive - parse->catalog->primitives] = true;
	return primitive != NULL;
}

static enum outcome take_primitive(struct parse *parse, const char *value)
{
	char known[WIRE_PRIMITIVES_MAX * (WIRE_NAME_MAX + 2)] = "";
	for (uint32_t i = 0; i < parse->catalog->primitive_count; i++)
		snprintf(known + strlen(known), sizeof known - strlen(known), "%s%s",
			 *known ? ", " : "", parse->catalog->primitives[i].name);
	memset(parse->settings->primitives, 0, sizeof parse->settings->primitives);
	parse->settings->primitives_given = true;
	return each_name(parse, value, "primitive", add_primitive, NULL, known);
}

static bool add_experiment(struct parse *parse, const char *name, const void *context)
{
	(void)context;
	const struct wire_experiment *experiment = catalog_experiment(parse->catalog, name);
	if (experiment)
		parse->settings->experiments[experiment - parse->catalog->experiments] = true;
	return experiment != NULL;
}

static enum outcome take_experiment(struct parse *parse, const char *value)
{
	char known[WIRE_EXPERIMENTS_MAX * (WIRE_NAME_MAX + 2)] = "";
	for (uint32_t i = 0; i < parse->catalog->experiment_count; i++)
		snprintf(known + strlen(known), sizeof known - strlen(known), "%s%s",
			 *known ? ", " : "", parse->catalog->experiments[i].name);
	memset(parse->settings->experiments, 0, sizeof parse->settings->experiments);
	parse->settings->experiments_given = true;
	return each_name(parse, value, "experiment", add_experiment, NULL, known);
}

static enum outcome take_precision(struct parse *parse, const char *value)
{
	return units_parse_percent(value, &parse->settings->precision, parse->problem);
}

static enum outcome take_budget(struct parse *parse, const char *value)
{
	parse->settings->budget_given = true;
	return units_parse_duration(value, &parse->settings->budget_ns, parse->problem);
}

static enum outcome take_replicates(struct parse *parse, const char *value)
{
	return units_parse_count(value, 1, SETTINGS_REPLICATES_MAX,
				 &parse->settings->replicates_max, parse->problem);
}

static enum outcome take_cell_time(struct parse *parse, const char *value)
{
	parse->settings->cell_time_given = true;
	return units_parse_duration(value, &parse->settings->cell_ns, parse->problem);
}

static enum outcome take_seed(struct parse *parse, const char *value)
{
	parse->settings->seed_given = true;
	return units_parse_count(value, 0, UINT64_MAX, &parse->settings->seed, parse->problem);
}

static enum outcome take_cpu(struct parse *parse, const char *value)
{
	uint64_t cpu;
	if (units_parse_count(value, 0, 1023, &cpu, parse->problem))
		return OUTCOME_FAILED;
	parse->settings->caller_cpu = (int)cpu;
	return OUTCOME_OK;
}

static enum outcome take_evict(struct parse *parse, const char *value)
{
	if (units_parse_bytes(value, &parse->settings->evict_bytes, parse->problem))
		return OUTCOME_FAILED;
	/* The largest number says that none was given. This one fits no memory either. */
	if (parse->settings->evict_bytes == UINT64_MAX)
		parse->settings->evict_bytes--;
	if (parse->settings->evict_bytes > 0)
		return OUTCOME_OK;
	return fail(parse->problem,
		    "cannot make caches cold by a walk over %s bytes; give --evict "
		    "a size larger than the last-level cache, or --cache warm",
		    value);
}

static enum outcome take_output(struct parse *parse, const char *value)
{
	if (*value && wire_copy(parse->settings->output, sizeof parse->settings->output, value))
		return OUTCOME_OK;
	return fail(parse->problem,
		    "cannot use '%s' as output folder; give a path of 1 to %d characters", value,
		    WIRE_PATH_MAX - 1);
}

static enum outcome take_dry_run(struct parse *parse, const char *value)
{
	(void)value;
	parse->settings->dry_run = true;
	return OUTCOME_OK;
}

static enum outcome take_no_table(struct parse *parse, const char *value)
{
	(void)value;
	parse->settings->no_table = true;
	return OUTCOME_OK;
}

static enum outcome take_no_plots(struct parse *parse, const char *value)
{
	(void)value;
	parse->settings->no_plots = true;
	return OUTCOME_OK;
}

/* One row an option: name, argument, help (with the default), handler. */
static const struct run_option {
	const char *name, *argument, *help;
	take_option *take;
} rows[] = {
	{"preset", "NAME", "quick, bench or full; options beside it come first [bench]",
	 take_preset},
	{"heap", "SIZES", "heap sizes and ranges, as 0,1M..4G*4 [by preset]", take_heap},
	{"state", "LEVELS", "dirty, clean [both]", take_state},
	{"cache", "LEVELS", "warm, cold [both]", take_cache},
	{"child-cpu", "LEVELS",
	 "same, free, other [same; the others, dirty and warm, at three heaps]", take_child_cpu},
	{"experiment", "NAMES", "which experiments; null and known_delay always run [all]",
	 take_experiment},
	{"primitive", "NAMES", "which primitives; see forkcost list [all]", take_primitive},
	{"action", "LEVELS", "exit, exec [both]", take_action},
	{"page-kind", "LEVELS",
	 "4k, thp, mthp, hugetlb [4k; the others at one heap, where there are any]",
	 take_page_kind},
	{"touch-order", "LEVELS", "sequential, shuffled [both]", take_touch_order},
	{"threads", "NUMBERS", "running threads of the caller [0, 1, 2, 4 ... CPUs-1]",
	 take_threads},
	{"counters", "NAMES", "roles or libpfm4 events, or none; see forkcost counters [all roles]",
	 take_counters},
	{"precision", "SHARE", "end a heap once all its rows' 95 % intervals are so narrow [2%]",
	 take_precision},
	{"budget", "TIME", "stop after so long, as 5m; used until all is precise [by preset]",
	 take_budget},
	{"replicates", "N", "at most so many fresh workers a heap [1000, the most]",
	 take_replicates},
	{"cell-time", "TIME", "how long a worker takes rounds in one cell [by preset]",
	 take_cell_time},
	{"seed", "N", "seed of all shuffling [from the clock; recorded]", take_seed},
	{"cpu", "N", "CPU of the worker [the last one allowed]", take_cpu},
	{"evict", "SIZE", "buffer that cold samples walk over [twice the last-level cache]",
	 take_evict},
	{"output", "FOLDER", "where run folders are made [results]", take_output},
	{"dry-run", NULL, "print the plan, its time and memory; measures pace for some seconds",
	 take_dry_run},
	{"no-plots", NULL, "do not draw", take_no_plots},
	{"no-table", NULL, "do not print the table at the end", take_no_table},
};

enum { ROW_COUNT = sizeof rows / sizeof *rows };

const struct options *settings_options(void)
{
	static struct option_row known[ROW_COUNT + 1];
	static char text[2000];
	static const struct options options = {.text = text, .rows = known};
	for (size_t i = 0; i < ROW_COUNT; i++)
		known[i] = (struct option_row){
			.name = rows[i].name, .argument = rows[i].argument, .help = rows[i].help};
	snprintf(text, sizeof text,
		 "Measures what starting a process costs, and writes a run's folder.\vPresets:\n");
	for (unsigned i = 0; i < PRESET_COUNT; i++) {
		char budget[UNITS_TEXT_MAX];
		size_t length = strlen(text);
		snprintf(text + length, sizeof text - length, "  %-6s %s; heap %s, budget %s\n",
			 presets[i].name, presets[i].summary, presets[i].heaps,
			 units_format_seconds((double)presets[i].budget_s, budget));
	}
	size_t length = strlen(text);
	snprintf(text + length, sizeof text - length,
		 "\nAn option that none of the chosen experiments has a use for is refused.\n\n"
		 "Exit status: 0 done, 1 some cells failed, 2 usage, 130 interrupted.");
	return &options;
}

static void choose_all(struct levels *levels)
{
	for (unsigned i = 0; i < SETTINGS_LEVELS_MAX; i++)
		levels->chosen[i] = true;
}

enum outcome settings_preset(struct settings *settings, const char *name, struct problem *problem)
{
	for (unsigned i = 0; i < PRESET_COUNT; i++) {
		const struct preset *preset = &presets[i];
		if (strcmp(preset->name, name) != 0)
			continue;
		wire_copy(settings->preset, sizeof settings->preset, name);
		if (units_parse_bytes_list(preset->heaps, settings->heap_bytes, SETTINGS_HEAPS_MAX,
					   &settings->heap_count, problem))
			return OUTCOME_FAILED;
		settings->is_quick = preset->is_quick;
		settings->budget_ns = preset->budget_s * 1000000000u;
		settings->cell_ns = preset->cell_ms * 1000000u;
		return OUTCOME_OK;
	}
	return fail(problem, "cannot find preset '%s'; there are: quick, bench, full", name);
}

static enum outcome set_defaults(struct settings *settings, struct problem *problem)
{
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	*settings = (struct settings){
		.precision = 0.02,
		.replicates_max = SETTINGS_REPLICATES_MAX,
		.seed = (uint64_t)now.tv_sec * 1000000u + (uint64_t)now.tv_nsec / 1000u,
		.caller_cpu = -1,
		.evict_bytes = UINT64_MAX,
		.output = "results",
	};
	choose_all(&settings->states);
	choose_all(&settings->caches);
	choose_all(&settings->actions);
	choose_all(&settings->page_kinds);
	choose_all(&settings->touch_orders);
	settings->child_cpus.chosen[CHILD_CPU_SAME] = true;
	for (unsigned i = 0; i < WIRE_PRIMITIVES_MAX; i++)
		settings->primitives[i] = true;
	for (unsigned i = 0; i < WIRE_EXPERIMENTS_MAX; i++)
		settings->experiments[i] = true;
	return settings_preset(settings, "bench", problem);
}

_Static_assert(sizeof rows / sizeof *rows <= OPTIONS_MAX,
	       "options.h has no room for another option");

enum outcome settings_parse(struct settings *settings, const struct given *given,
			    const struct wire_catalog *catalog, struct problem *problem)
{
	struct parse parse = {.settings = settings, .catalog = catalog, .problem = problem};
	if (set_defaults(settings, problem))
		return OUTCOME_FAILED;
	for (size_t i = 0; i < ROW_COUNT; i++)
		if (given->values[i] && rows[i].take(&parse, given->values[i]))
			return OUTCOME_FAILED;
	return OUTCOME_OK;
}
