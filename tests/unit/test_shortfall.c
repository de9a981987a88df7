/* What a run did not get to, out of end lines made up here. */
#include "harness/driver/analysis/shortfall.h"
#include "tests/unit/unit.h"

static struct dataset dataset;
static struct notes notes;

void unit_after(void)
{
	json_decref(dataset.run);
	json_decref(dataset.end);
	dataset = (struct dataset){0};
}

static void read_end(const char *run, const char *end)
{
	unit_after();
	dataset =
		(struct dataset){.run = json_loads(run, 0, NULL), .end = json_loads(end, 0, NULL)};
	assert_true(dataset.run && dataset.end);
	shortfall_describe(&dataset, &notes);
}

static const char run[] = "{\"settings\":{\"budget_s\":30}}";

#define ENTRY(experiment, heap, kind, cpu, threads, replicates)                            \
	"{\"experiment\":\"" experiment "\",\"heap_bytes\":" heap ",\"page_kind\":\"" kind \
	"\",\"child_cpu\":\"" cpu "\",\"threads\":\"" threads "\",\"replicates\":" replicates "}"

TEST(a_whole_run_lacks_nothing)
{
	char text[NOTE_BYTES];
	read_end(run, "{\"ended\":\"complete\"}");
	assert_int_equal(notes.count, 0);
	assert_string_equal(shortfall_of(&dataset, "spawn", text), "");
	assert_false(shortfall_holds(&dataset, "spawn", 0));
	/* Nor does one of an older version, or one that was cut off. */
	read_end("{}", "{}");
	assert_int_equal(notes.count, 0);
	json_decref(dataset.end);
	dataset.end = NULL;
	shortfall_describe(&dataset, &notes);
	assert_int_equal(notes.count, 0);
}

TEST(a_sentence_an_experiment_and_one_on_the_budget)
{
	char text[NOTE_BYTES];
	read_end(run,
		 "{\"ended\":\"budget\",\"short_by_s\":130,\"short_by_more\":false,"
		 "\"not_reached\":[" ENTRY("spawn", "67108864", "4k", "same", "", "3") "," ENTRY(
			 "spawn", "268435456", "4k", "free", "",
			 "0") "," ENTRY("writes", "4194304", "thp", "same", "",
					"0") "," ENTRY("spawn", "1073741824", "4k", "same", "",
						       "0") "," ENTRY("tlb", "0", "4k", "same", "1",
								      "0") "]}");
	assert_int_equal(notes.count, 4);
	assert_string_equal(
		notes.text[0],
		"spawn: not reached: heap 256 MiB with child on any CPU, heap 1 GiB; fewer than 5 "
		"replicates, so no interval: heap 64 MiB (3 replicates)");
	assert_string_equal(notes.text[1],
			    "writes: not reached: heap 4 MiB with thp pages (2 MiB)");
	assert_string_equal(notes.text[2], "tlb: not reached: heap 0 with 1 running thread");
	assert_string_equal(notes.text[3],
			    "the budget of 30s is short by about 2m10s: give --budget 2m40s");
	assert_string_equal(shortfall_of(&dataset, "writes", text),
			    "not reached: heap 4 MiB with thp pages (2 MiB)");
	assert_true(shortfall_holds(&dataset, "spawn", 1 << 30));
	assert_false(shortfall_holds(&dataset, "writes", 1 << 30));
	assert_contains(shortfall_reason(&dataset), "raise --budget");
}

TEST(what_was_interrupted_needs_no_larger_budget)
{
	read_end(run, "{\"ended\":\"interrupted\",\"short_by_s\":130,\"not_reached\":[" ENTRY(
			      "spawn", "0", "4k", "same", "", "0") "]}");
	assert_int_equal(notes.count, 1);
	assert_contains(shortfall_reason(&dataset), "interrupted");
}

/* A run that was killed: what it was to do is known, what it lacks is not. */
TEST(what_was_cut_off_was_asked_for)
{
	read_end("{\"settings\":{\"heap_bytes\":[0,67108864],\"experiments\":[\"spawn\",7]}}",
		 "{}");
	json_decref(dataset.end);
	dataset.end = NULL;
	shortfall_describe(&dataset, &notes);
	assert_int_equal(notes.count, 1);
	assert_contains(notes.text[0], "cut off");
	assert_true(shortfall_holds(&dataset, "spawn", 16 << 20));
	assert_true(shortfall_holds(&dataset, "spawn", 0));
	assert_false(shortfall_holds(&dataset, "spawn", 128 << 20));
	assert_false(shortfall_holds(&dataset, "inherit", 0));
	assert_contains(shortfall_reason(&dataset), "cut off before; run it again");
}

/* The file may hold anything. */
TEST(what_is_no_entry_does_no_harm)
{
	read_end(run, "{\"not_reached\":7,\"short_by_s\":1e308}");
	assert_int_equal(notes.count, 0);
	read_end(run, "{\"not_reached\":[7,{},{\"experiment\":\"\\u001b[31m\\n\",\"heap_bytes\":-1,"
		      "\"replicates\":\"x\",\"page_kind\":[]}],\"short_by_s\":-1}");
	for (size_t i = 0; i < notes.count; i++)
		for (const char *c = notes.text[i]; *c; c++)
			assert_true(*c >= ' ' && *c <= '~');
	char many[20000] = "{\"not_reached\":[";
	for (int i = 0; i < 100; i++)
		snprintf(many + strlen(many), sizeof many - strlen(many),
			 "%s" ENTRY("e%d", "%d", "hugetlb", "other", "9", "0"), i ? "," : "",
			 i / 50, i * 4096);
	snprintf(many + strlen(many), sizeof many - strlen(many), "]}");
	read_end(run, many);
	assert_int_equal(notes.count, 2);
	assert_contains(notes.text[0], ", ...");
	char more[20000] = "{\"not_reached\":[";
	for (int i = 0; i < 100; i++)
		snprintf(more + strlen(more), sizeof more - strlen(more),
			 "%s" ENTRY("e%d", "0", "", "", "", "0"), i ? "," : "", i);
	snprintf(more + strlen(more), sizeof more - strlen(more), "]}");
	read_end(run, more);
	assert_true(notes.count <= NOTES_MAX);
}

/* Notes: each once, what there is no room for is counted, and there and back again. */
TEST(notes_are_kept_and_counted)
{
	static struct notes kept, back;
	notes_add(&kept, "one %d", 1);
	notes_add(&kept, "one %d", 1);
	assert_int_equal(kept.count, 1);
	for (int i = 0; i < NOTES_MAX + 2; i++)
		notes_add(&kept, "more %d", i);
	assert_int_equal(kept.count, NOTES_MAX);
	assert_int_equal(kept.more, 3);
	json_t *array = notes_to_json(&kept);
	json_array_set_new(array, 1, json_string("\x1b[2J\xc3\xa9"));
	json_array_set_new(array, 2, json_integer(3));
	notes_from_json(&back, array);
	json_decref(array);
	assert_string_equal(back.text[0], "one 1");
	assert_string_equal(back.text[1], "?[2J??");
	assert_int_equal(back.count, NOTES_MAX - 1);
}
