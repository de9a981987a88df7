/* What forkcost explain expects of a walk, and whether it notices when the kernel does something else. */
#include "harness/common/traits.h"
#include "harness/driver/explain/scene.h"
#include "harness/driver/explain/step.h"
#include "harness/driver/explain/theory.h"
#include "tests/unit/unit.h"

enum { PAGES = 3 };

static struct wire_catalog catalog;

static void add_primitive(const char *name, uint32_t traits)
{
	struct wire_primitive *primitive = &catalog.primitives[catalog.primitive_count++];
	wire_copy(primitive->name, sizeof primitive->name, name);
	primitive->traits = traits;
}

void unit_before(void)
{
	catalog.primitive_count = 0;
	add_primitive("fork", 0);
	add_primitive("vfork", TRAIT_SHARES_MEMORY | TRAIT_STOPS_CALLER);
	add_primitive("posix_spawn", TRAIT_SHARES_MEMORY | TRAIT_STOPS_CALLER | TRAIT_LIBC_CHILD);
	add_primitive("eager_copy", TRAIT_COPIES_HEAP);
}

/* The theory after step `step` of the first scene of a primitive. */
static struct theory theory_after(const char *primitive, enum walk_who first, uint32_t step)
{
	struct scene scenes[SCENES_MAX];
	struct theory theory;
	struct problem problem;
	size_t count;
	assert_int_equal(scenes_make(scenes, &count, &catalog, primitive, first, &problem),
			 OUTCOME_OK);
	theory_begin(&theory);
	for (uint32_t i = 0; i <= step; i++)
		theory_step(&theory, &scenes[0].walk, i, scenes[0].primitive->traits);
	return theory;
}

TEST(a_fork_shares_frames_by_copy)
{
	struct theory theory = theory_after("fork", WALK_CHILD, 1);
	assert_int_equal(theory.frame[WALK_CALLER], theory.frame[WALK_CHILD]);
	assert_int_equal(theory_map_count(&theory, WALK_CALLER), 2);
	assert_false(theory.writable[WALK_CALLER] || theory.writable[WALK_CHILD]);
	assert_false(theory.one_table);
}

TEST(who_writes_first_gets_the_copy_and_the_other_takes_back)
{
	for (enum walk_who first = WALK_CALLER; first < WALK_WHO_COUNT; first++) {
		enum walk_who second = first == WALK_CALLER ? WALK_CHILD : WALK_CALLER;
		struct theory copied = theory_after("fork", first, 2);
		struct theory taken = theory_after("fork", first, 3);
		struct theory again = theory_after("fork", first, 4);
		assert_int_equal(copied.effect, EFFECT_COPIED);
		assert_int_equal(copied.frame[first], 1);
		assert_int_equal(copied.frame[second], 0);
		assert_false(copied.writable[second]);
		assert_int_equal(taken.effect, EFFECT_REUSED);
		assert_int_equal(taken.frame[second], 0);
		assert_true(taken.writable[second]);
		assert_int_equal(again.effect, EFFECT_NONE);
	}
}

TEST(a_vfork_has_one_table_and_leaves_pages_writable)
{
	struct theory theory = theory_after("vfork", WALK_CHILD, 2);
	assert_true(theory.one_table);
	assert_int_equal(theory.effect, EFFECT_NONE);
	assert_int_equal(theory.standing[WALK_CALLER], STANDING_STOPPED);
	assert_int_equal(theory.byte[WALK_CALLER], 'C');
	theory = theory_after("vfork", WALK_CHILD, 4);
	assert_int_equal(theory.standing[WALK_CHILD], STANDING_FOREIGN);
	assert_int_equal(theory.effect, EFFECT_NONE);
}

TEST(after_an_eager_copy_the_caller_takes_its_pages_back)
{
	struct theory theory = theory_after("eager_copy", WALK_CHILD, 1);
	assert_int_equal(theory.effect, EFFECT_COPIED);
	assert_int_equal(theory.frame[WALK_CALLER], 0);
	assert_int_equal(theory_after("eager_copy", WALK_CHILD, 3).effect, EFFECT_REUSED);
}

TEST(a_parent_that_stands_still_cannot_write_first)
{
	struct scene scenes[SCENES_MAX];
	struct problem problem;
	size_t count;
	assert_int_equal(scenes_make(scenes, &count, &catalog, "vfork", WALK_CALLER, &problem),
			 OUTCOME_FAILED);
	assert_contains(problem.text, "leave out --who");
}

/* ---- statements ---- */

static const uint64_t EXCLUSIVE = UINT64_C(1) << 56, PRESENT = UINT64_C(1) << 63;

static struct fact known(uint64_t value)
{
	return (struct fact){.known = true, .value = value};
}

/* The child of a fork has just written, and all is as it should be. */
static struct step_result result_of_copies(struct scene *scene, uint64_t entries[4][PAGES])
{
	struct problem problem;
	struct scene scenes[SCENES_MAX];
	size_t count;
	assert_int_equal(scenes_make(scenes, &count, &catalog, "fork", WALK_CHILD, &problem),
			 OUTCOME_OK);
	*scene = scenes[0];
	struct step_result result = {.scene = scene, .step = 2, .pages = {4096, 4096, PAGES}};
	result.before = theory_after("fork", WALK_CHILD, 1);
	result.after = theory_after("fork", WALK_CHILD, 2);
	for (size_t i = 0; i < PAGES; i++) {
		entries[0][i] = entries[1][i] = PRESENT | (i + 1); /* earlier: shared */
		entries[2][i] = PRESENT | EXCLUSIVE | (i + 1);
		entries[3][i] = PRESENT | EXCLUSIVE | (i + 101);
	}
	for (unsigned who = 0; who < WALK_WHO_COUNT; who++) {
		result.earlier[who] = (struct observation){.count = PAGES, .entries = entries[who]};
		result.observations[who] = (struct observation){
			.count = PAGES, .entries = entries[2 + who], .map_count = known(1)};
	}
	result.same_mm = known(0);
	result.bytes[WALK_CALLER] = known('A');
	result.bytes[WALK_CHILD] = known('C');
	result.faults = PAGES;
	return result;
}

static size_t failing(struct step_result *result, const char **first)
{
	size_t fails = 0;
	struct walk_took rehearsals[2] = {{1, PAGES}, {1, PAGES}};
	check_step(result, rehearsals, 2);
	*first = "";
	for (size_t i = result->check_count; i-- > 0;)
		if (result->checks[i].verdict == VERDICT_FAILS) {
			fails++;
			*first = result->checks[i].text;
		}
	return fails;
}

TEST(what_is_as_it_should_be_holds)
{
	struct scene scene;
	uint64_t entries[4][PAGES];
	const char *text;
	struct step_result result = result_of_copies(&scene, entries);
	assert_int_equal(failing(&result, &text), 0);
	assert_true(result.check_count >= 10);
	for (size_t i = 0; i < result.check_count; i++)
		assert_int_equal(result.checks[i].verdict, VERDICT_HOLDS);
}

TEST(each_thing_that_is_otherwise_fails)
{
	struct scene scene;
	uint64_t entries[4][PAGES];
	const char *text;
	struct step_result result = result_of_copies(&scene, entries);
	result.faults = PAGES - 1;
	assert_int_equal(failing(&result, &text), 1);
	assert_contains(text, "2 page faults in the child for 3 pages written, expected 3");
	result = result_of_copies(&scene, entries);
	entries[3][1] = entries[1][1]; /* not copied */
	assert_int_equal(failing(&result, &text), 3);
	assert_contains(text, "the child's frames: 2 of 3 changed, expected 3");
	result = result_of_copies(&scene, entries);
	entries[2][0] += 50;
	assert_int_equal(failing(&result, &text), 1);
	assert_contains(text, "the parent's frames: 1 of 3 changed, expected 0");
	result = result_of_copies(&scene, entries);
	entries[2][2] &= ~EXCLUSIVE;
	assert_int_equal(failing(&result, &text), 1);
	assert_contains(text, "exclusive in the parent: 2 of 3 pages, expected 3");
	result = result_of_copies(&scene, entries);
	result.observations[WALK_CHILD].map_count.value = 2;
	assert_int_equal(failing(&result, &text), 1);
	result = result_of_copies(&scene, entries);
	result.same_mm.value = 1;
	assert_int_equal(failing(&result, &text), 1);
	assert_contains(text, "page tables, which was not expected");
	result = result_of_copies(&scene, entries);
	result.bytes[WALK_CALLER].value = 'C';
	assert_int_equal(failing(&result, &text), 1);
	assert_contains(text, "the parent reads byte 67, expected 'A'");
}

TEST(a_hidden_frame_is_not_an_equal_one)
{
	struct scene scene;
	uint64_t entries[4][PAGES];
	const char *text;
	size_t unseen = 0;
	struct step_result result = result_of_copies(&scene, entries);
	for (size_t i = 0; i < 4; i++)
		for (size_t page = 0; page < PAGES; page++)
			entries[i][page] &= PRESENT | EXCLUSIVE;
	assert_int_equal(failing(&result, &text), 0);
	for (size_t i = 0; i < result.check_count; i++)
		unseen += result.checks[i].verdict == VERDICT_UNSEEN;
	assert_int_equal(unseen, 3);
}
