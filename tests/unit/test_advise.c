/* Advice from made-up runs whose times are known. */
#include "harness/driver/advise/advise.h"
#include "harness/driver/analysis/summary.h"
#include "harness/driver/data/dataset.h"
#include "tests/unit/unit.h"

#include <math.h>
#include <string.h>

static struct dataset dataset;
static struct summary summary;

static const uint64_t MIB = 1 << 20;

/* Six replicates 1 % apart, of this centre. */
static void put(FILE *file, struct unit_point point, double center)
{
	static const double factors[] = {0.99, 1, 1.01, 0.99, 1, 1.01};
	for (unsigned r = 0; r < COUNT_OF(factors); r++) {
		point.value = center * factors[r];
		unit_point_put(file, r, &point);
	}
}

static void put_spawn(FILE *file, const char *primitive, const char *page_kind, uint64_t heap_bytes,
		      double call_ns)
{
	put(file,
	    (struct unit_point){.experiment = "spawn",
				.primitive = primitive,
				.action = "exec",
				.metric = "call_ns",
				.page_kind = page_kind,
				.heap_bytes = heap_bytes},
	    call_ns);
}

/* fork: 20 us and 10 us a MiB, at 0, 64 and 256 MiB. vfork: 30 us at all. THP: 2 us, at 64 MiB alone. */
static void make_run(void)
{
	FILE *file = unit_points_begin();
	for (uint64_t mib = 0; mib <= 256; mib = mib == 0 ? 64 : 4 * mib) {
		put_spawn(file, "fork", NULL, mib * MIB, 20000 + 10000 * (double)mib);
		put_spawn(file, "vfork", NULL, mib * MIB, 30000);
	}
	put_spawn(file, "fork", "thp", 64 * MIB, 2000);
	for (int i = 0; i < 3; i++) {
		static const char *const cases[] = {"never_forked", "parent_copy", "after_exec"};
		static const double write_ns[] = {1, 1500, 600};
		put(file,
		    (struct unit_point){.experiment = "first_write",
					.case_name = cases[i],
					.metric = "write_ns",
					.touch_order = "sequential",
					.heap_bytes = 16 * MIB},
		    write_ns[i]);
	}
	/* 40 us, and 3 us for each running thread; busy processes add 1 us each. */
	for (int threads = 0; threads <= 2; threads++)
		for (int i = 0; i < 2; i++)
			put(file,
			    (struct unit_point){.experiment = "tlb_shootdown",
						.case_name =
							i ? "fork_busy_processes" : "fork_running",
						.metric = "call_ns",
						.threads = threads == 0   ? "0"
							   : threads == 1 ? "1"
									  : "2"},
			    40000 + threads * (i ? 1000 : 4000));
	fclose(file);
	unit_summarize(&summary, &dataset);
}

static struct at_heap fork_at(uint64_t heap_bytes)
{
	const struct filter fork = {
		.experiment = "spawn", .primitive = "fork", .action = "exec", .metric = "call_ns"};
	return at_heap(&summary, &fork, heap_bytes);
}

TEST(times_at_other_heaps_lie_on_the_line)
{
	make_run();
	struct at_heap at = fork_at(64 * MIB);
	assert_int_equal(at.how, AT_MEASURED);
	assert_near(at.time.center, 660000, 100);
	at = fork_at(160 * MIB);
	assert_int_equal(at.how, AT_BETWEEN);
	assert_near(at.time.center, 1620000, 300);
	assert_int_equal(at.from_bytes, 64 * MIB);
	assert_int_equal(at.to_bytes, 256 * MIB);
	/* Half of each end's error: less than either has in percent. */
	struct at_heap low = fork_at(64 * MIB), high = fork_at(256 * MIB);
	assert_near(at.time.high - at.time.center,
		    hypot(low.time.high - low.time.low, high.time.high - high.time.low) / 4, 100);
	at = fork_at(1024 * MIB);
	assert_int_equal(at.how, AT_BEYOND);
	assert_near(at.time.center, 10260000, 3000);
	assert_true(at.time.high - at.time.center > 4 * (high.time.high - high.time.center));
	assert_int_equal(fork_at(4096 * MIB).how, AT_NO_HEAP);
	const struct filter thp = {
		.experiment = "spawn", .metric = "call_ns", .level[AXIS_PAGE_KIND] = "thp"};
	assert_int_equal(at_heap(&summary, &thp, MIB).how, AT_NO_HEAP);
	unit_free(&summary, &dataset);
}

static const struct advise_remedy *remedy_of(const struct advise *advise, const char *name)
{
	for (size_t i = 0; i < advise->count; i++)
		if (strcmp(advise->remedies[i].name, name) == 0)
			return &advise->remedies[i];
	assert_true(false);
	return NULL;
}

TEST(advice_is_the_shortest_that_the_run_has_at_the_heap)
{
	static struct advise advise;
	make_run();
	advise_make(&summary, ADVISE_EXEC, 256 * MIB, 8, &advise);
	assert_near(advise.call.time.center, 2580000, 300);
	const struct advise_remedy *vfork = remedy_of(&advise, "vfork");
	assert_near(vfork->times.center, 86, 0.1);
	assert_true(vfork->times.low < 86 && vfork->times.high > 86);
	assert_ptr_equal(&advise.remedies[advise.best], vfork);
	/* What it has at a smaller heap alone is held against fork there, and is not the advice. */
	const struct advise_remedy *thp = remedy_of(&advise, "huge pages (THP)");
	assert_int_equal(thp->heap_bytes, 64 * MIB);
	assert_near(thp->times.center, 330, 0.5);
	assert_int_equal(remedy_of(&advise, "a fork server")->call.how, AT_NO_HEAP);
	/* What busy processes do is no flush. */
	assert_near(advise.flush.time.center, 3000, 50);
	/* A larger heap's writes are taken from the largest that was measured. */
	assert_near(advise.reuse_write.time.center, 600, 1);
	assert_near(advise.copy_write.time.center, 1500, 1);
	unit_free(&summary, &dataset);
}

TEST(nothing_is_advised_that_is_not_clearly_shorter)
{
	static struct advise advise;
	char words[ADVISE_WORDS_MAX];
	FILE *file = unit_points_begin();
	put_spawn(file, "fork", NULL, MIB, 30000);
	put_spawn(file, "vfork", NULL, MIB, 29900);
	fclose(file);
	unit_summarize(&summary, &dataset);
	advise_make(&summary, ADVISE_EXEC, MIB, 2, &advise);
	assert_int_equal(advise.best, advise.count);
	assert_non_null(strstr(advise_words(&advise, 3, words), "No remedy"));
	assert_non_null(strstr(advise_words(&advise, 2, words), "unavailable"));
	assert_non_null(strstr(advise_words(&advise, 1, words), "unavailable"));
	assert_null(advise_words(&advise, 4, words));
	unit_free(&summary, &dataset);
}
