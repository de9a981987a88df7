/* Where the kernel's time goes: what perf script says, made up with shares that are known; items by function; intervals. */
#include "harness/common/shuffle.h"
#include "harness/driver/profile/folded.h"
#include "harness/driver/profile/shares.h"
#include "harness/driver/show/breakdown.h"
#include "tests/unit/unit.h"

#include <math.h>
#include <stdlib.h>

static struct {
	size_t count, depth;
	long thread;
	uint64_t at_ns;
	char first[STACKS_NAME_MAX], last[STACKS_NAME_MAX];
} seen;

static void see(void *context, const struct stack *stack)
{
	(void)context;
	seen.count++;
	seen.depth = stack->depth;
	seen.thread = stack->thread;
	seen.at_ns = stack->at_ns;
	*seen.first = *seen.last = '\0';
	if (stack->depth) {
		snprintf(seen.first, sizeof seen.first, "%s", stack->functions[0]);
		snprintf(seen.last, sizeof seen.last, "%s", stack->functions[stack->depth - 1]);
	}
}

/* In parts of so many bytes. */
static struct stacks feed(const char *text, size_t step)
{
	static struct stacks stacks;
	memset(&seen, 0, sizeof seen);
	stacks = (struct stacks){.take = see};
	for (size_t at = 0, left = strlen(text); left; at += step, left -= step) {
		step = step < left ? step : left;
		stacks_feed(&stacks, text + at, step);
	}
	stacks_end(&stacks);
	return stacks;
}

static const char good[] = "a b: 1 2.3:   464 12704.615507745: \n"
			   "\tffffffff81575435 inherit_event.isra.0\n"
			   "\tffffffff81000130 entry_SYSCALL_64_after_hwframe\n"
			   "\n"
			   "forkcost-target 465 12704.615607736: \n"
			   "\n";

TEST(samples_are_read_in_parts_of_any_size)
{
	for (size_t step = 1; step < sizeof good; step++) {
		const struct stacks stacks = feed(good, step);
		assert_int_equal(stacks.strange, 0);
		assert_int_equal(seen.count, 2);
		assert_int_equal(seen.depth, 0);
		assert_int_equal(seen.thread, 465);
		assert_int_equal(seen.at_ns, 12704615607736);
	}
	feed("a b: 1 2.3:   464 12704.615507745: \n"
	     "\tffffffff81575435 odd name;x\n"
	     "\t            1234 [unknown]",
	     7);
	assert_int_equal(seen.thread, 464);
	assert_int_equal(seen.at_ns, 12704615507745);
	assert_int_equal(seen.depth, 2);
	assert_string_equal(seen.first, "odd_name_x");
	assert_string_equal(seen.last, "[unknown]");
}

TEST(what_makes_no_sense_is_passed_over)
{
	static const char *const strange[] = {
		"x 1 12: \n",     "x 1 12.5\n", "x 1 99999999999999999999.5: \n",
		"x one 12.5: \n", "12.5: \n",   "\tffffffff81575435 function_of_nothing\n",
		"no sense\n",
	};
	for (size_t i = 0; i < COUNT_OF(strange); i++) {
		const struct stacks stacks = feed(strange[i], 1000);
		assert_int_equal(stacks.strange, 1);
		assert_int_equal(seen.count, 0);
	}
	assert_int_equal(feed("x 1 12.5: \n\tno_address\n", 9).strange, 1);
	assert_int_equal(seen.count, 1);
	assert_int_equal(feed("x 1 [000] 12.5: PERF_RECORD_LOST lost 12\n", 9).lost, 12);
}

/* Deeper and longer than there is room for. */
TEST(stacks_and_names_are_bounded)
{
	static char text[1 << 20];
	size_t length = (size_t)snprintf(text, sizeof text, "x 1 12.5: \n");
	for (int i = 0; i < 1000; i++)
		length +=
			(size_t)snprintf(text + length, sizeof text - length, "\tff f%0400d\n", i);
	const struct stacks stacks = feed(text, 4096);
	assert_int_equal(stacks.strange, 0);
	assert_int_equal(seen.count, 1);
	assert_int_equal(seen.depth, STACKS_DEPTH_MAX);
	assert_int_equal(strlen(seen.last), STACKS_NAME_MAX - 1);
}

static enum item item_of_text(const char *inner, const char *middle, const char *outer)
{
	const char *functions[] = {inner, middle, outer};
	return item_of(functions, 3);
}

TEST(the_innermost_function_that_is_named_decides)
{
	static const struct {
		const char *inner, *middle, *outer;
		enum item item;
	} rows[] = {
		{"_raw_spin_lock", "copy_page_range", "dup_mmap", ITEM_COPY},
		{"kmem_cache_alloc_noprof", "vm_area_dup", "dup_mmap", ITEM_MAPPINGS},
		{"ptep_set_wrprotect", "copy_page_range", "dup_mmap", ITEM_PROTECT},
		{"flush_tlb_mm_range", "dup_mmap", "copy_process", ITEM_FLUSH},
		{"clear_page_erms", "dup_task_struct", "copy_process", ITEM_TASK},
		{"copy_mc_enhanced_fast_string", "do_wp_page", "handle_mm_fault", ITEM_COW},
		{"clear_page_erms", "do_anonymous_page", "exc_page_fault", ITEM_FAULTS},
		{"strnlen_user", "do_execveat_common.isra.0", "__x64_sys_execve", ITEM_EXEC},
		{"zap_pte_range", "exit_mmap", "do_exit", ITEM_TEARDOWN},
		{"_raw_write_unlock_irq", "release_task", "__arm64_sys_wait4", ITEM_EXIT},
		{"finish_task_switch.isra.0", "schedule", "do_wait", ITEM_SWITCH},
		{"memcpy", "__x64_sys_rt_sigaction", "do_syscall_64", ITEM_CALLS},
		{"kmem_cache_free", "rcu_core", "handle_softirqs", ITEM_DEFERRED},
		{"tlb_remove_table_rcu", "rcu_do_batch", "copy_process", ITEM_DEFERRED},
		{"pv_native_safe_halt", "do_idle", "start_secondary", ITEM_IDLE},
		{"perf_event_alloc", "copy_process", "kernel_clone", ITEM_PROFILING},
		{"_raw_spin_lock", "some_function", "do_syscall_64", ITEM_UNMATCHED},
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		assert_int_equal(item_of_text(rows[i].inner, rows[i].middle, rows[i].outer),
				 rows[i].item);
	const char *entry[] = {"do_syscall_64"};
	assert_int_equal(item_of(entry, 1), ITEM_CALLS);
	assert_int_equal(item_of(entry, 0), ITEM_USER);
}

TEST(stacks_are_folded_outermost_first_and_counted)
{
	static struct stack stack;
	struct folded folded = {0};
	stack.depth = 2;
	stack.functions[0] = "copy_page_range";
	stack.functions[1] = "dup_mmap";
	for (int i = 0; i < 3; i++)
		assert_int_equal(folded_add(&folded, "fork exit 0;caller", &stack), ITEM_COPY);
	stack.depth = 0;
	assert_int_equal(folded_add(&folded, "fork exit 0;child", &stack), ITEM_USER);
	char *text = NULL;
	size_t bytes;
	FILE *file = open_memstream(&text, &bytes);
	folded_write(&folded, file);
	fclose(file);
	assert_string_equal(text, "fork exit 0;caller;dup_mmap;copy_page_range 3\n"
				  "fork exit 0;child 1\n");
	free(text);
	folded_free(&folded);
}

/* Of windows with one sample each the interval is Wilson's of as many samples; where all samples of a window agree,
 * that of as many as there are windows. */
TEST(samples_of_one_window_are_worth_no_more_than_they_tell)
{
	struct shares single = {0}, alike = {0};
	unsigned in[ITEM_ALL_COUNT] = {0};
	for (int i = 0; i < 100; i++) {
		memset(in, 0, sizeof in);
		in[i < 30 ? ITEM_COPY : ITEM_TASK] = 1;
		in[ITEM_OTHERS] = 5;
		shares_add(&single, 1000, in);
		in[i < 30 ? ITEM_COPY : ITEM_TASK] = 10;
		shares_add(&alike, 1000, in);
	}
	assert_int_equal(shares_total(&single), 100);
	assert_int_equal(shares_total(&alike), 1000);
	struct stats_interval one = shares_of(&single, ITEM_COPY);
	struct stats_interval ten = shares_of(&alike, ITEM_COPY);
	assert_near(one.center, 0.3, 1e-12);
	assert_near(one.low, 0.2189, 0.001);
	assert_near(one.high, 0.3958, 0.001);
	assert_near(ten.low, one.low, 0.002);
	assert_near(ten.high, one.high, 0.002);
	/* None seen does not mean that there is none. */
	struct stats_interval none = shares_of(&single, ITEM_EXEC);
	assert_true(none.low == 0);
	assert_near(none.high, 0.037, 0.001);
	struct shares empty = {0};
	assert_true(isnan(shares_of(&empty, ITEM_COPY).center));
	assert_false(shares_of(&empty, ITEM_COPY).has_interval);
}

/* 95 % intervals of made-up windows hold the truth about as often as they say. */
TEST(intervals_cover_what_they_should)
{
	enum { RUNS = 2000, WINDOWS = 60, IN_ONE = 8 };
	unsigned covered = 0;
	struct shuffle random;
	shuffle_seed(&random, 7);
	for (int run = 0; run < RUNS; run++) {
		struct shares shares = {0};
		for (int window = 0; window < WINDOWS; window++) {
			unsigned in[ITEM_ALL_COUNT] = {0};
			/* A window's own share is 0.2 or 0.6. */
			double own = shuffle_next(&random) >> 63 ? 0.2 : 0.6;
			for (int i = 0; i < IN_ONE; i++)
				in[(double)shuffle_next(&random) < own * (double)UINT64_MAX
					   ? ITEM_COPY
					   : ITEM_TASK]++;
			shares_add(&shares, 1, in);
		}
		struct stats_interval share = shares_of(&shares, ITEM_COPY);
		covered += share.low <= 0.4 && 0.4 <= share.high;
	}
	assert_in_range(covered, RUNS * 93 / 100, RUNS * 97 / 100);
}

#define PROFILE(arms)                                                                         \
	"{\"format\":1,\"version\":\"v\",\"machine\":\"m\",\"kernel\":\"k\",\"event\":\"cpu-" \
	"clock\","                                                                            \
	"\"state\":\"dirty\",\"page_kind\":\"4k\",\"lost_samples\":0,\"stacks_dropped\":0,"   \
	"\"items\":[{\"name\":\"copy\",\"colour\":255},{\"name\":\"rest\",\"colour\":1}],"    \
	"\"arms\":[" arms "]}"
#define ARM(share)                                                                       \
	"{\"primitive\":\"fork\",\"action\":\"exit\",\"heap_bytes\":4096,\"windows\":2," \
	"\"windows_ns\":9.0,\"samples\":4,\"profiling_itself\":0,\"other_programs\":0,"  \
	"\"items\":[{\"samples\":3,\"share\":" share ",\"low\":0.2,\"high\":0.9},"       \
	"{\"samples\":1,\"share\":0.25,\"low\":0.1,\"high\":0.8}]}"

TEST(a_profile_is_read_back_or_refused)
{
	static struct breakdown breakdown;
	static const char *const bad[] = {
		"",          "{}", "[]", PROFILE(ARM("2")), PROFILE(ARM("\"x\"")), PROFILE("{}"),
		PROFILE("1")};
	struct problem problem;
	unit_write("profile.json", PROFILE(ARM("0.75")));
	assert_true(breakdown_is_there(unit_folder()));
	assert_int_equal(breakdown_read(&breakdown, unit_folder(), &problem), OUTCOME_OK);
	assert_int_equal(breakdown.arm_count, 1);
	assert_near(breakdown.arms[0].shares[0].center, 0.75, 1e-12);
	assert_int_equal(breakdown_write(&breakdown, unit_folder(), &problem), OUTCOME_OK);
	char *text = unit_read("plots/data/kernel-breakdown.dat");
	assert_string_equal(text, "-2\t0\t75\t255\n-2\t75\t100\t1\n\n\n");
	free(text);
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		unit_write("profile.json", bad[i]);
		assert_int_equal(breakdown_read(&breakdown, unit_folder(), &problem),
				 OUTCOME_FAILED);
		assert_contains(problem.text, "profile.json");
	}
}
