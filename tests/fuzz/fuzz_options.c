/* Options of every command, and the sizes, ranges, times, shares and names in them: whatever is typed,
 * it is either refused with a remedy, or what comes out is within its documented range. The input is
 * the command line, its words parted by a zero byte; the first is the command. */
#include "harness/common/units.h"
#include "harness/driver/commands/command.h"
#include "harness/driver/commands/explain.h"
#include "harness/driver/commands/once.h"
#include "harness/driver/plan/settings.h"
#include "tests/fuzz/fuzz.h"

#include <string.h>
#include <unistd.h>

enum { WORDS_MAX = 32, TEXT_MAX = 4096 };

/* A catalogue as the worker gives it, small. */
static const struct wire_catalog *catalog(void)
{
	static struct wire_catalog made;
	made.primitive_count = 3;
	wire_copy(made.primitives[0].name, WIRE_NAME_MAX, "fork");
	wire_copy(made.primitives[1].name, WIRE_NAME_MAX, "vfork");
	wire_copy(made.primitives[2].name, WIRE_NAME_MAX, "posix_spawn");
	made.experiment_count = 2;
	wire_copy(made.experiments[0].name, WIRE_NAME_MAX, "spawn");
	wire_copy(made.experiments[1].name, WIRE_NAME_MAX, "first_write");
	return &made;
}

/* One line that says what cannot be done and, behind a sign, what to do. */
static void check_problem(const struct problem *problem)
{
	const char *end = memchr(problem->text, '\0', sizeof problem->text);
	FUZZ_HOLDS(end);
	FUZZ_HOLDS(strncmp(problem->text, "cannot ", strlen("cannot ")) == 0);
	for (const char *c = problem->text; *c; c++)
		FUZZ_HOLDS((unsigned char)*c >= ' ');
	const char *remedy = strstr(problem->text, "; ");
	const char *give = strstr(problem->text, ": give ");
	FUZZ_HOLDS(give || (remedy && end - remedy > 6));
}

static void check_choice(const struct choice *choice, const struct axis *axis, bool may_be_empty)
{
	FUZZ_HOLDS(choice->count <= CHOICE_MAX && (may_be_empty || choice->count));
	for (size_t i = 0; i < choice->count; i++) {
		FUZZ_HOLDS(axis->kind == AXIS_SIZES || axis_has(axis, choice->level[i]));
		FUZZ_HOLDS(i == 0 || choice->level[i - 1] < choice->level[i]);
	}
}

static void check_heap(uint64_t bytes)
{
	FUZZ_HOLDS(bytes % (uint64_t)sysconf(_SC_PAGESIZE) == 0);
}

static void check_settings(const struct settings *settings)
{
	check_choice(&settings->heaps, &axis_heap, false);
	for (size_t i = 0; i < settings->heaps.count; i++)
		check_heap(settings->heaps.level[i]);
	check_choice(&settings->actions, &axis_action, false);
	FUZZ_HOLDS(settings->actions.level[0] != ACTION_NONE);
	/* Of some axes, as of threads, the plan chooses where nobody asked. */
	for (enum axis_id axis = 0; axis < AXIS_COUNT; axis++)
		check_choice(&settings->levels[axis], &axes[axis],
			     axes[axis].unasked && !*axes[axis].unasked);
	FUZZ_HOLDS(settings->precision >= 0.0001 && settings->precision <= 1);
	FUZZ_HOLDS(settings->budget_ns > 0 && settings->cell_ns > 0);
	FUZZ_HOLDS(settings->replicates_max >= 1 && settings->replicates_max <= 1000);
	FUZZ_HOLDS(settings->caller_cpu >= -1 && settings->caller_cpu < WIRE_CPUS_MAX);
	FUZZ_HOLDS(settings->evict_bytes > 0);
	FUZZ_HOLDS(settings->working_set_bytes <= WIRE_WORKING_SET_MAX);
	bool primitives = false, experiments = false;
	for (uint32_t i = 0; i < catalog()->primitive_count; i++)
		primitives = primitives || settings->primitives[i];
	for (uint32_t i = 0; i < catalog()->experiment_count; i++)
		experiments = experiments || settings->experiments[i];
	FUZZ_HOLDS(primitives && experiments);
	FUZZ_HOLDS(strnlen(settings->counters, SETTINGS_COUNTERS_MAX) < SETTINGS_COUNTERS_MAX);
	FUZZ_HOLDS(*settings->output && strnlen(settings->output, WIRE_PATH_MAX) < WIRE_PATH_MAX);
	FUZZ_HOLDS(*settings->preset && strnlen(settings->preset, WIRE_NAME_MAX) < WIRE_NAME_MAX);
}

static void read_run(const struct given *given)
{
	struct settings settings;
	struct problem problem = {""};
	if (settings_parse(&settings, given, catalog(), &problem))
		check_problem(&problem);
	else
		check_settings(&settings);
}

static void read_once(const struct given *given)
{
	static struct wire_request request;
	const struct wire_arm *arm = &request.arms[0];
	struct problem problem = {""};
	request.heap_bytes = 0;
	if (once_parse(&request, given, &problem)) {
		check_problem(&problem);
	} else {
		check_heap(request.heap_bytes);
		FUZZ_HOLDS(request.once_count >= 1 && request.once_count <= 1000000000);
		FUZZ_HOLDS(arm->action == ACTION_EXIT || arm->action == ACTION_EXEC);
		FUZZ_HOLDS(*arm->primitive &&
			   strnlen(arm->primitive, WIRE_NAME_MAX) < WIRE_NAME_MAX);
	}
}

static void read_explain(const struct given *given)
{
	struct explain_options options;
	struct problem problem = {""};
	if (explain_parse(&options, given, &problem)) {
		check_problem(&problem);
	} else {
		FUZZ_HOLDS(options.pages >= 1 && options.pages <= EXPLAIN_PAGES_MAX);
		FUZZ_HOLDS(options.page_kind < PAGE_KIND_COUNT && options.first < WALK_WHO_COUNT);
		FUZZ_HOLDS(options.page_kind != PAGE_KIND_THP || options.pages % 512 == 0);
		FUZZ_HOLDS(options.page_kind != PAGE_KIND_MTHP || options.pages % 16 == 0);
	}
}

/* What is taken as one thing is taken alike by all that take it. */
static void read_quantities(const char *word)
{
	enum { SIZES_MAX = 8 };
	struct problem problem = {""};
	uint64_t bytes = 0, list[SIZES_MAX], duration_ns, number;
	size_t count;
	double share;
	bool is_size = units_parse_bytes(word, &bytes, &problem) == OUTCOME_OK;
	if (!is_size)
		check_problem(&problem);
	if (units_parse_bytes_list(word, list, SIZES_MAX, &count, &problem))
		check_problem(&problem);
	else
		FUZZ_HOLDS(count >= 1 && count <= SIZES_MAX && (!is_size || list[0] == bytes));
	if (units_parse_duration(word, &duration_ns, &problem))
		check_problem(&problem);
	else
		FUZZ_HOLDS(duration_ns > 0);
	if (units_parse_percent(word, &share, &problem))
		check_problem(&problem);
	else /* and nothing but digits, one point and one sign */
		FUZZ_HOLDS(share >= 0.0001 && share <= 1 &&
			   strspn(word, "0123456789.%") == strlen(word));
	if (units_parse_count(word, 3, 12345, &number, &problem))
		check_problem(&problem);
	else
		FUZZ_HOLDS(number >= 3 && number <= 12345 && is_size && number == bytes);
}

static void read_line(const struct command *command, int count, char **words)
{
	static const struct {
		const char *name;
		void (*read)(const struct given *given);
	} readers[] = {{"run", read_run}, {"once", read_once}, {"explain", read_explain}};
	struct given given;
	struct problem problem = {""};
	if (options_read(command_options(command), count, words, &given, &problem)) {
		check_problem(&problem);
		return;
	}
	for (size_t i = 0; i < sizeof readers / sizeof *readers && !given.help; i++)
		if (strcmp(command->name, readers[i].name) == 0)
			readers[i].read(&given);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char text[TEXT_MAX];
	char *words[WORDS_MAX + 1];
	int count = 0;
	if (size >= sizeof text)
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	for (char *word = text; count < WORDS_MAX && word <= text + size; word += strlen(word) + 1)
		words[count++] = word;
	words[count] = NULL;
	const struct command *command = command_find(words[0]);
	if (command)
		read_line(command, count, words);
	else
		read_quantities(words[0]);
	return 0;
}
