/* A run's folder as anybody may have edited it: it is refused with a reason, or what comes out is
 * sound and can be shown, summarised and judged. The input is samples.jsonl; behind a zero byte at the
 * start of a line environment.json may follow, else a small one is taken. */
#include "harness/driver/analysis/summary.h"
#include "harness/driver/bill/bill_view.h"
#include "harness/driver/claims/view.h"
#include "harness/driver/compare/view.h"
#include "harness/driver/data/dataset.h"
#include "harness/driver/show/derived.h"
#include "harness/driver/show/figures_write.h"
#include "harness/driver/show/tables.h"
#include "tests/fuzz/fuzz.h"

#include <ftw.h>
#include <math.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* All files take longer than all else: of larger inputs only some get them. */
enum { WITH_OUTPUTS_BYTES = 4096, WITH_OUTPUTS_EVERY = 8 };

static char folder[128]; /* for what is written, and for messages */
static pid_t made_by;
static FILE *nowhere;

static int remove_one(const char *path, const struct stat *facts, int kind, struct FTW *place)
{
	(void)facts;
	(void)kind;
	(void)place;
	return remove(path);
}

/* Not by a child that a fuzzer may have forked. */
static void remove_folder(void)
{
	if (getpid() == made_by)
		nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static void prepare(void)
{
	if (nowhere)
		return;
	const char *parent = getenv("FORKCOST_TEST_FOLDER");
	snprintf(folder, sizeof folder, "%s/fuzz-run-XXXXXX", parent ? parent : "/tmp");
	made_by = getpid();
	if (!mkdtemp(folder) || atexit(remove_folder) || !(nowhere = fopen("/dev/null", "we"))) {
		perror("fuzz_run");
		exit(2);
	}
	json_object_seed(1); /* the same way each time */
}

static FILE *stream_of(const void *bytes, size_t size)
{
	FILE *stream = fmemopen((void *)bytes, size, "r");
	if (!stream)
		abort();
	return stream;
}

/* Where environment.json begins; `size` if there is none. */
static size_t find_environment(const uint8_t *data, size_t size)
{
	for (size_t i = 0; i < size; i++)
		if (data[i] == '\0' && (i == 0 || data[i - 1] == '\n'))
			return i;
	return size;
}

static enum outcome read_run(struct dataset *dataset, const uint8_t *data, size_t size,
			     struct problem *problem)
{
	static const char small[] =
		"{\"cpu_model\": \"made up\", \"hypervisor\": \"none\", \"kernel\": {\"release\": "
		"\"6.1\"}, \"topology\": {\"cpus\": 2, \"memory_bytes\": 1073741824}, \"clock\": "
		"{\"resolution_ns\": 10}, \"facts\": {\"cpu_max_khz\": \"3000000\"}}";
	size_t end = find_environment(data, size);
	FILE *environment = end < size ? stream_of(data + end + 1, size - end - 1)
				       : stream_of(small, sizeof small - 1);
	return dataset_read_streams(dataset, stream_of(data, end), environment, folder, problem);
}

/* ---- what must hold ---- */

static void check_text(const char *text, size_t capacity)
{
	FUZZ_HOLDS(strnlen(text, capacity) < capacity);
	for (const char *c = text; *c; c++)
		FUZZ_HOLDS((unsigned char)*c >= ' ' && *c != 0x7f);
}

#define CHECK_TEXT(field) check_text(field, sizeof(field))

/* One line that says what cannot be done. */
static void check_problem(const struct problem *problem)
{
	CHECK_TEXT(problem->text);
	FUZZ_HOLDS(strncmp(problem->text, "cannot ", strlen("cannot ")) == 0);
	FUZZ_HOLDS(strstr(problem->text, folder)); /* and of which file */
}

/* But for a double's last digits: between two equal values GSL puts what rounding makes of them, and exp
 * does not give back what log took. */
static bool rise(double low, double high)
{
	return low <= high * (1 + 1e-9);
}

static void check_interval(const struct stats_interval *interval)
{
	FUZZ_HOLDS(isfinite(interval->center) && interval->center >= 0);
	if (!interval->has_interval)
		return;
	FUZZ_HOLDS(isfinite(interval->low) && isfinite(interval->high));
	FUZZ_HOLDS(rise(interval->low, interval->center) && rise(interval->center, interval->high));
}

static size_t check_blocks(const struct series *series)
{
	size_t samples = 0;
	for (size_t b = 0; b < series->block_count; b++) {
		const struct block *block = &series->blocks[b];
		FUZZ_HOLDS(block->count && block->replicate < DATASET_REPLICATES_MAX);
		FUZZ_HOLDS(b == 0 || block->replicate > block[-1].replicate);
		FUZZ_HOLDS(!series->is_counter == !block->window_ns);
		for (size_t i = 0; i < block->count; i++)
			FUZZ_HOLDS(block->values[i] >= 0 && block->at_us[i] >= 0 &&
				   block->rounds[i] <= UINT16_MAX &&
				   block->places[i] <= UINT16_MAX);
		samples += block->count;
	}
	for (size_t i = 0; i < series->counted_count; i++)
		FUZZ_HOLDS(series->counted[i].median >= 0);
	return samples;
}

static void check_series(const struct series *series)
{
	CHECK_TEXT(series->experiment);
	CHECK_TEXT(series->primitive);
	CHECK_TEXT(series->case_name);
	CHECK_TEXT(series->action);
	CHECK_TEXT(series->level[AXIS_PAGE_KIND]);
	CHECK_TEXT(series->level[AXIS_STATE]);
	CHECK_TEXT(series->level[AXIS_CACHE]);
	CHECK_TEXT(series->level[AXIS_CHILD_CPU]);
	CHECK_TEXT(series->level[AXIS_TOUCH_ORDER]);
	CHECK_TEXT(series->level[AXIS_THREADS]);
	CHECK_TEXT(series->metric);
	CHECK_TEXT(series->unit);
	CHECK_TEXT(series->missing);
	FUZZ_HOLDS(series->block_count <= DATASET_REPLICATES_MAX);
	FUZZ_HOLDS(!series->block_count == (*series->missing != '\0'));
}

static void check_row(const struct row *row, const struct series *series)
{
	const struct stats_summary *spread = &row->spread;
	FUZZ_HOLDS(row->series == series);
	check_series(series);
	CHECK_TEXT(row->note);
	size_t samples = check_blocks(series);
	FUZZ_HOLDS(row->count == samples || row->count == 0);
	if (row->count == 0) {
		FUZZ_HOLDS(*row->note); /* why there is none */
	} else {
		FUZZ_HOLDS(rise(spread->min, spread->p5) && rise(spread->p5, spread->p50) &&
			   rise(spread->p50, spread->p95) && rise(spread->p95, spread->p99) &&
			   rise(spread->p99, spread->max) && spread->mad >= 0);
		check_interval(&row->interval);
	}
	if (row->ratio) {
		FUZZ_HOLDS(row->ratio->series == series && row->ratio->replicates > 0 &&
			   row->ratio->replicates <= series->block_count);
		check_interval(&row->ratio->interval);
	}
}

static void check_summary(const struct summary *summary)
{
	const struct dataset *dataset = summary->dataset;
	FUZZ_HOLDS(summary->row_count == dataset->series_count);
	FUZZ_HOLDS(summary->ratio_count <= summary->row_count);
	FUZZ_HOLDS(dataset->failed_count <= dataset->failure_count);
	FUZZ_HOLDS(isfinite(dataset->steal_ticks) && isfinite(dataset->involuntary_switches));
	CHECK_TEXT(dataset->warning);
	CHECK_TEXT(dataset->first_failure);
	for (size_t i = 0; i < dataset->failed_count; i++) {
		CHECK_TEXT(dataset->failed[i].experiment);
		CHECK_TEXT(dataset->failed[i].why);
	}
	for (size_t i = 0; i < summary->row_count; i++)
		check_row(&summary->rows[i], &dataset->series[i]);
}

/* ---- what the commands do with it ---- */

static void check_json(const char *name)
{
	char path[sizeof folder + 32];
	snprintf(path, sizeof path, "%s/%s", folder, name);
	json_t *back = json_load_file(path, JSON_REJECT_DUPLICATES, NULL);
	FUZZ_HOLDS(back);
	json_decref(back);
}

static void check_compared(const struct compared_row *row)
{
	const struct difference *difference = &row->difference;
	FUZZ_HOLDS(row->verdict < VERDICTS);
	if (difference->why) {
		FUZZ_HOLDS(row->verdict == VERDICT_UNSURE);
		return;
	}
	FUZZ_HOLDS(row->verdict == VERDICT_SAME || row->verdict == VERDICT_UNSURE);
	if (difference->between == BETWEEN_NONE)
		return;
	FUZZ_HOLDS(rise(difference->low, difference->ratio) &&
		   rise(difference->ratio, difference->high));
	FUZZ_HOLDS(difference->p_differs <= row->p_adjusted && row->p_adjusted <= 1);
}

/* A run against itself: nothing differs. */
static void put_compared(const struct summary *summary)
{
	static struct compare compare;
	const struct compare_wish wish = {.between = NAN, .same_within = 0.02};
	struct problem problem = {""};
	compare_begin(&compare, &wish);
	FUZZ_HOLDS(!compare_add(&compare, SIDE_A, summary, "a", &problem));
	FUZZ_HOLDS(!compare_add(&compare, SIDE_B, summary, "b", &problem));
	if (!compare_end(&compare, &problem)) {
		for (size_t i = 0; i < compare.both; i++)
			check_compared(&compare.rows[i]);
		for (enum compare_form form = COMPARE_TEXT; form <= COMPARE_JSON; form++)
			FUZZ_HOLDS(!compare_put(&compare, form, nowhere, &problem));
		compare_put_brief(&compare);
	}
	compare_free(&compare);
}

static void put_outputs(const struct summary *summary)
{
	struct problem problem = {""};
	FILE *terminal = stdout;
	stdout = nowhere; /* a fuzzer's own words are not thrown away with it */
	tables_print(summary);
	enum outcome brief = claims_print_brief(summary, &problem);
	put_compared(summary);
	stdout = terminal;
	FUZZ_HOLDS(!brief);
	FUZZ_HOLDS(!claims_put(summary, CLAIMS_TERMINAL, nowhere, &problem));
	FUZZ_HOLDS(!summary_write(summary, folder, &problem));
	FUZZ_HOLDS(!derived_write(summary, folder, &problem));
	FUZZ_HOLDS(!tables_write(summary, folder, &problem));
	FUZZ_HOLDS(!figures_write(summary, folder, &problem));
	FUZZ_HOLDS(!claims_write(summary, folder, &problem));
	FUZZ_HOLDS(!bill_write(summary, folder, &problem));
	check_json("claims.json");
}

/* Whether outputs are made of this input: the same each time it is run. */
static bool has_outputs(const uint8_t *data, size_t size)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325); /* FNV-1a */
	for (size_t i = 0; i < size; i++)
		hash = (hash ^ data[i]) * UINT64_C(0x100000001b3);
	return size <= WITH_OUTPUTS_BYTES || (hash >> 32) % WITH_OUTPUTS_EVERY == 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct dataset dataset;
	struct summary summary;
	struct problem problem = {""};
	prepare();
	if (read_run(&dataset, data, size, &problem)) {
		check_problem(&problem);
		FUZZ_HOLDS(!dataset.series && !dataset.run && !dataset.columns);
		return 0;
	}
	/* What was read can be summarised: nothing but memory can lack. */
	FUZZ_HOLDS(!summary_make(&summary, &dataset, folder, &problem));
	check_summary(&summary);
	if (has_outputs(data, size))
		put_outputs(&summary);
	summary_free(&summary);
	dataset_free(&dataset);
	return 0;
}
