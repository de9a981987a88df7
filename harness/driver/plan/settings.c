#include "harness/driver/plan/settings.h"

#include "harness/common/units.h"
#include "harness/driver/base/notes.h"
#include "harness/driver/machine/program.h"

#include <string.h>
#include <time.h>
#include <unistd.h>

struct preset {
	const char *name, *summary, *heaps;
	bool is_quick, is_full;
	uint64_t budget_s, cell_ms;
};

static const struct preset presets[] = {
	{"quick", "a first look in a minute and a half", "0,1M..64M*4", true, false, 62, 30},
	{"bench", "the standard run", "0,1M..1G*4", false, false, 660, 60},
	{"full", "to 4 GiB, or a quarter of memory", "0,1M..4G*4", false, true, 2400, 200},
};

enum { PRESET_COUNT = sizeof presets / sizeof *presets };

/* What an option's handler works on. */
struct parse {
	struct settings *settings;
	const struct wire_catalog *catalog;
	struct problem *problem;
	void *into; /* the setting that the row names */
};

typedef enum outcome take_option(struct parse *parse, const char *value);

/* The chosen levels of an axis. */
static struct choice *choice_of(struct settings *settings, const struct axis *axis)
{
	if (axis == &axis_heap)
		return &settings->heaps;
	return axis == &axis_action ? &settings->actions : &settings->levels[axis - axes];
}

static enum outcome check_heaps(const struct choice *heaps, struct problem *problem)
{
	uint64_t page_bytes = (uint64_t)sysconf(_SC_PAGESIZE);
	for (size_t i = 0; i < heaps->count; i++)
		if (heaps->level[i] % page_bytes)
			return fail(problem,
				    "cannot build a heap of %llu bytes: it is not a multiple of "
				    "the page size, %llu; round it",
				    (unsigned long long)heaps->level[i],
				    (unsigned long long)page_bytes);
	return OUTCOME_OK;
}

static enum outcome take_axis(struct parse *parse, const struct axis *axis, const char *value)
{
	struct choice *choice = choice_of(parse->settings, axis);
	choice->given = true;
	if (choice_parse(axis, value, choice, parse->problem))
		return OUTCOME_FAILED;
	return axis == &axis_heap ? check_heaps(choice, parse->problem) : OUTCOME_OK;
}

static enum outcome take_counters(struct parse *parse, const char *value)
{
	if (*value && wire_copy(parse->settings->counters, sizeof parse->settings->counters, value))
		return OUTCOME_OK;
	return fail(parse->problem,
		    "cannot read --counters '%s'; give names separated by commas, or none; see "
		    "forkcost counters",
		    value);
}

static enum outcome take_primitive(struct parse *parse, const char *value)
{
	const struct wire_catalog *catalog = parse->catalog;
	const char *names[WIRE_PRIMITIVES_MAX];
	for (uint32_t p = 0; p < catalog->primitive_count; p++)
		names[p] = catalog->primitives[p].name;
	parse->settings->primitives_given = true;
	return choice_find_names(value, "primitive", names, catalog->primitive_count,
				 parse->settings->primitives, parse->problem);
}

static enum outcome take_experiment(struct parse *parse, const char *value)
{
	const struct wire_catalog *catalog = parse->catalog;
	const char *names[WIRE_EXPERIMENTS_MAX];
	for (uint32_t e = 0; e < catalog->experiment_count; e++)
		names[e] = catalog->experiments[e].name;
	parse->settings->experiments_given = true;
	return choice_find_names(value, "experiment", names, catalog->experiment_count,
				 parse->settings->experiments, parse->problem);
}

static enum outcome take_flag(struct parse *parse, const char *value)
{
	(void)value;
	*(bool *)parse->into = true;
	return OUTCOME_OK;
}

static enum outcome take_share(struct parse *parse, const char *value)
{
	return units_parse_percent(value, parse->into, parse->problem);
}

static enum outcome take_duration(struct parse *parse, const char *value)
{
	return units_parse_duration(value, parse->into, parse->problem);
}

static enum outcome take_replicates(struct parse *parse, const char *value)
{
	return units_parse_count(value, 1, SETTINGS_REPLICATES_MAX,
				 &parse->settings->replicates_max, parse->problem);
}

static enum outcome take_seed(struct parse *parse, const char *value)
{
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
		    "cannot make caches cold by reading %s bytes; give --evict a size larger than "
		    "the last-level cache, or --cache warm",
		    value);
}

static enum outcome take_working_set(struct parse *parse, const char *value)
{
	uint64_t *bytes = &parse->settings->working_set_bytes;
	if (units_parse_bytes(value, bytes, parse->problem))
		return OUTCOME_FAILED;
	if (*bytes && *bytes <= WIRE_WORKING_SET_MAX && *bytes % 4096 == 0)
		return OUTCOME_OK;
	return fail(
		parse->problem,
		"cannot use '%s' as a working set; give --working-set a multiple of 4K, up to 1G",
		value);
}

/* Whoever names a program has its level, too. Axes come before it. */
static enum outcome take_target(struct parse *parse, const char *value)
{
	struct settings *settings = parse->settings;
	struct choice *levels = &settings->levels[AXIS_PROGRAM];
	if (!levels->given)
		choice_set(levels, PROGRAM_OWN);
	levels->given = true;
	choice_add(levels, PROGRAM_GIVEN);
	return program_find(value, settings->target, sizeof settings->target, parse->problem);
}

static enum outcome take_output(struct parse *parse, const char *value)
{
	if (*value && wire_copy(parse->settings->output, sizeof parse->settings->output, value))
		return OUTCOME_OK;
	return fail(parse->problem,
		    "cannot use '%s' as output folder; give a path of 1 to %d characters", value,
		    WIRE_PATH_MAX - 1);
}

static enum outcome take_published(struct parse *parse, const char *value)
{
	parse->settings->published = value;
	return OUTCOME_OK;
}

/* An option with free values that its function takes, and one that sets nothing but the setting named. */
#define TAKES(name, argument, help, take)                         \
	{                                                         \
		{name, argument, help, VALUES_ANY, NULL}, take, 0 \
	}
#define SETS(name, argument, help, take, setting)                                                  \
	{                                                                                          \
		{name, argument, help, VALUES_ANY, NULL}, take, offsetof(struct settings, setting) \
	}

/* One row an option that is no axis, with its handler. What the preset sets, others change: it is taken first. */
static const struct {
	struct option_row row;
	take_option *take;
	size_t into; /* the offset of the setting, where that is all there is to it */
} rows[] = {
	{{"preset", "NAME", "quick, bench or full; other options override it [bench]", VALUES_WORDS,
	  "quick bench full"},
	 NULL,
	 0},
	{{"experiment", "NAMES", "which experiments; null and known_delay always run [all]",
	  VALUES_EXPERIMENTS, NULL},
	 take_experiment,
	 0},
	{{"primitive", "NAMES", "which primitives; see forkcost list [all]", VALUES_PRIMITIVES,
	  NULL},
	 take_primitive,
	 0},
	TAKES("counters", "NAMES",
	      "roles or libpfm4 events, or none; see forkcost counters [all roles]", take_counters),
	SETS("precision", "SHARE",
	     "end a heap once the 95 % intervals of its rows are this narrow [2%]", take_share,
	     precision),
	SETS("budget", "TIME", "stop after this time, as 5m, or when all is precise [by preset]",
	     take_duration, budget_ns),
	TAKES("replicates", "N", "maximum of fresh workers per heap [1000]", take_replicates),
	SETS("cell-time", "TIME", "how long a worker repeats rounds in one cell [by preset]",
	     take_duration, cell_ns),
	TAKES("seed", "N", "seed of all shuffling [from the clock; recorded]", take_seed),
	TAKES("cpu", "N", "CPU of the worker [the last one allowed]", take_cpu),
	TAKES("evict", "SIZE", "buffer that is read before cold samples [measured]", take_evict),
	TAKES("working-set", "SIZE",
	      "memory that is used before used samples [1.5 times the L2 cache]", take_working_set),
	TAKES("target", "PROGRAM",
	      "a program that exec starts as well, as the level given of --program [none]",
	      take_target),
	{{"output", "FOLDER", "where run folders are made [results]", VALUES_FOLDER, NULL},
	 take_output,
	 0},
	SETS("dry-run", NULL,
	     "print the plan, its time and memory; measures speed for some seconds", take_flag,
	     dry_run),
	{{"published", "FILE", "draw published points over spawn-by-heap, of this file or our own",
	  VALUES_OPTIONAL, NULL},
	 take_published,
	 0},
	SETS("no-plots", NULL, "do not draw", take_flag, no_plots),
	SETS("no-table", NULL, "do not print the table at the end", take_flag, no_table),
};

enum {
	ROW_PRESET = AXIS_COUNT + 2, /* behind the axes' */
	ROW_COUNT = sizeof rows / sizeof *rows,
	AXIS_ROW_COUNT = AXIS_COUNT + 2,
	OPTION_COUNT = AXIS_ROW_COUNT + ROW_COUNT
};

_Static_assert((int)OPTION_COUNT <= (int)OPTIONS_MAX, "options.h has no room for another option");

/* The axis of an option: the first options are the axes', heap before, action behind. */
static const struct axis *axis_of(size_t option)
{
	if (option == 0)
		return &axis_heap;
	return option <= AXIS_COUNT ? &axes[option - 1] : &axis_action;
}

/* The row of an axis; its texts stay until the program ends. Help is "dirty, write-protected [both]". */
static struct option_row axis_row(size_t index)
{
	enum { TEXT_BYTES = 160 };
	static char helps[AXIS_ROW_COUNT][TEXT_BYTES], all_words[AXIS_ROW_COUNT][TEXT_BYTES];
	static const char *const arguments[] = {
		[AXIS_LEVELS] = "LEVELS", [AXIS_COUNTS] = "NUMBERS", [AXIS_SIZES] = "SIZES"};
	const struct axis *axis = axis_of(index);
	const bool is_named = axis->kind == AXIS_LEVELS;
	char *help = helps[index], *words = all_words[index];
	*help = *words = '\0';
	for (const struct axis_level *level = axis->levels; is_named && level->name; level++)
		if (*level->name) {
			notes_append(help, TEXT_BYTES, "%s%s", *help ? ", " : "", level->name);
			notes_append(words, TEXT_BYTES, "%s%s", *words ? " " : "", level->name);
		}
	notes_append(help, TEXT_BYTES, "%s%s", *help ? " " : "", axis->help);
	return (struct option_row){axis->option, arguments[axis->kind], help,
				   is_named ? VALUES_WORDS : VALUES_ANY, is_named ? words : NULL};
}

/* What --help says before the options and, behind the \v, after them. */
static void write_text(char *text, size_t bytes)
{
	char budget[UNITS_TEXT_MAX];
	*text = '\0';
	notes_append(text, bytes,
		     "Measures what starting a process costs, and writes a run's folder.\v"
		     "Presets:\n");
	for (unsigned i = 0; i < PRESET_COUNT; i++)
		notes_append(text, bytes, "  %-6s %s; heap %s, budget %s\n", presets[i].name,
			     presets[i].summary, presets[i].heaps,
			     units_format_seconds((double)presets[i].budget_s, budget));
	notes_append(text, bytes,
		     "\n"
		     "A SIZE takes K, M, G or T, a TIME ms, s, m or h; a bare number is bytes or "
		     "seconds.\n"
		     "An option that none of the chosen experiments uses is refused.\n"
		     "\n"
		     "Exit status: 0 done, 1 some cells failed, 2 usage, 130 interrupted.");
}

const struct options *settings_options(void)
{
	static char text[1000];
	static struct option_row known[OPTION_COUNT + 1];
	static const struct options options = {.text = text, .rows = known};
	for (size_t i = 0; i < OPTION_COUNT; i++)
		known[i] = i < AXIS_ROW_COUNT ? axis_row(i) : rows[i - AXIS_ROW_COUNT].row;
	write_text(text, sizeof text);
	return &options;
}

/* The levels of an axis that nobody asked for. */
static enum outcome set_unasked(struct settings *settings, const struct axis *axis, bool is_full,
				struct problem *problem)
{
	struct choice *choice = choice_of(settings, axis);
	const char *of_preset = settings->is_quick ? axis->unasked_quick
				: is_full          ? axis->unasked_full
						   : NULL;
	const char *unasked = of_preset ? of_preset : axis->unasked;
	if (unasked && *unasked)
		return choice_parse(axis, unasked, choice, problem);
	choice->count = 0;
	return unasked || choice_add(choice, axis_plain(axis)) ? OUTCOME_OK : OUTCOME_FAILED;
}

static enum outcome set_preset(struct settings *settings, const char *name, struct problem *problem)
{
	for (unsigned i = 0; i < PRESET_COUNT; i++) {
		const struct preset *preset = &presets[i];
		if (strcmp(preset->name, name) != 0)
			continue;
		wire_copy(settings->preset, sizeof settings->preset, name);
		settings->is_quick = preset->is_quick;
		if (choice_parse(&axis_heap, preset->heaps, &settings->heaps, problem))
			return OUTCOME_FAILED;
		for (size_t row = 1; row < AXIS_ROW_COUNT; row++)
			if (set_unasked(settings, axis_of(row), preset->is_full, problem))
				return OUTCOME_FAILED;
		settings->budget_ns = preset->budget_s * 1000000000u;
		settings->cell_ns = preset->cell_ms * 1000000u;
		return OUTCOME_OK;
	}
	return fail(problem, "cannot find preset '%s'; there are: quick, bench, full", name);
}

static enum outcome set_defaults(struct settings *settings, const char *preset,
				 struct problem *problem)
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
	for (unsigned i = 0; i < WIRE_PRIMITIVES_MAX; i++)
		settings->primitives[i] = true;
	for (unsigned i = 0; i < WIRE_EXPERIMENTS_MAX; i++)
		settings->experiments[i] = true;
	return set_preset(settings, preset ? preset : "bench", problem);
}

enum outcome settings_parse(struct settings *settings, const struct given *given,
			    const struct wire_catalog *catalog, struct problem *problem)
{
	struct parse parse = {.settings = settings, .catalog = catalog, .problem = problem};
	if (set_defaults(settings, given->values[ROW_PRESET], problem))
		return OUTCOME_FAILED;
	for (size_t i = 0; i < OPTION_COUNT; i++) {
		const char *value = given->values[i];
		if (!value || i == ROW_PRESET)
			continue;
		if (i >= AXIS_ROW_COUNT)
			parse.into = (char *)settings + rows[i - AXIS_ROW_COUNT].into;
		if (i < AXIS_ROW_COUNT ? take_axis(&parse, axis_of(i), value)
				       : rows[i - AXIS_ROW_COUNT].take(&parse, value))
			return options_blame(settings_options()->rows[i].name, problem);
	}
	return OUTCOME_OK;
}
