/* A step held against the theory: which statements there are about it, and whether each holds. */
#include "harness/driver/explain/check.h"

#include "harness/driver/base/notes.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#define COUNT "%" PRIu64

static struct check *add(struct step_result *result, enum verdict verdict)
{
	/* More statements than there is room for would be a mistake in this file: the last gives way. */
	if (result->check_count == CHECKS_MAX)
		result->check_count--;
	struct check *check = &result->checks[result->check_count++];
	*check = (struct check){.verdict = verdict};
	return check;
}

__attribute__((format(printf, 3, 4))) static void state(struct step_result *result, bool holds,
							const char *format, ...)
{
	struct check *check = add(result, holds ? VERDICT_HOLDS : VERDICT_FAILS);
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(check->text, sizeof check->text, format, arguments);
	va_end(arguments);
}

__attribute__((format(printf, 3, 4))) static void unseen(struct step_result *result,
							 const char *why, const char *what, ...)
{
	struct check *check = add(result, VERDICT_UNSEEN);
	va_list arguments;
	check->why = why;
	va_start(arguments, what);
	vsnprintf(check->text, sizeof check->text, what, arguments);
	va_end(arguments);
}

static bool within(uint64_t value, struct range range)
{
	return value >= range.least && value <= range.most;
}

/* Adds ", expected 5" or ", expected 1 to 5" to the last statement if it fails. */
static void add_expected(struct step_result *result, uint64_t value, struct range range)
{
	char *text = result->checks[result->check_count - 1].text;
	if (!within(value, range) && range.least == range.most)
		notes_append(text, CHECK_TEXT_MAX, ", expected " COUNT, range.least);
	else if (!within(value, range))
		notes_append(text, CHECK_TEXT_MAX, ", expected " COUNT " to " COUNT, range.least,
			     range.most);
}

/* States a number, and what it should have been where it is not. */
#define STATE_COUNT(result, value, range, ...)                          \
	do {                                                            \
		state((result), within((value), (range)), __VA_ARGS__); \
		add_expected((result), (value), (range));               \
	} while (0)

static void check_faults(struct step_result *result, const struct walk_took *rehearsals,
			 size_t rehearsed)
{
	uint32_t act = result->scene->walk.steps[result->step].act;
	if (act != WALK_OWN && act != WALK_WRITE)
		return;
	struct range range = write_effect_faults(result->after.effect, result->page_kind,
						 result->pages.count, result->pages.page_bytes);
	STATE_COUNT(result, result->faults, range,
		    COUNT " page fault%s in the %s for " COUNT " page%s written", result->faults,
		    result->faults == 1 ? "" : "s", step_name(result->after.writer),
		    result->pages.count, result->pages.count == 1 ? "" : "s");
	size_t others = 0;
	for (size_t i = 0; i < rehearsed; i++)
		others += !within(rehearsals[i].faults, range);
	if (rehearsed)
		state(result, others == 0, "the same in %zu of %zu rehearsals", rehearsed - others,
		      rehearsed);
}

/* Whether a process wrote the pages in this step, or shares the memory of the one that did. */
static bool wrote(const struct step_result *result, enum walk_who who)
{
	return result->after.wrote && (result->after.writer == who || result->after.one_table);
}

static void check_frames_changed(struct step_result *result, enum walk_who who)
{
	if (result->step == 0 || result->before.frame[who] == THEORY_NO_FRAME ||
	    result->after.frame[who] == THEORY_NO_FRAME)
		return;
	enum write_effect effect = wrote(result, who) ? result->after.effect : EFFECT_NONE;
	struct range range =
		write_effect_frames_changed(effect, result->page_kind, result->pages.count);
	struct fact changed =
		observation_frames_differ(&result->observations[who], &result->earlier[who]);
	if (changed.known)
		STATE_COUNT(result, changed.value, range,
			    "the %s's frames: " COUNT " of " COUNT " changed", step_name(who),
			    changed.value, result->pages.count);
	else
		unseen(result, changed.why, "whether the %s's frames changed", step_name(who));
}

static void check_same_frames(struct step_result *result)
{
	const struct theory *theory = &result->after;
	if (theory->frame[WALK_CALLER] == THEORY_NO_FRAME ||
	    theory->frame[WALK_CHILD] == THEORY_NO_FRAME)
		return;
	uint64_t count = result->pages.count;
	bool same = theory->frame[WALK_CALLER] == theory->frame[WALK_CHILD];
	struct range range = same ? (struct range){count, count} : (struct range){0, 0};
	struct fact apart = observation_frames_differ(&result->observations[WALK_CALLER],
						      &result->observations[WALK_CHILD]);
	if (!apart.known) {
		unseen(result, apart.why, "whether both have the same frames");
		return;
	}
	STATE_COUNT(result, count - apart.value, range,
		    COUNT " of " COUNT " pages in the same frame in both", count - apart.value,
		    count);
}

static void check_exclusive(struct step_result *result, enum walk_who who)
{
	int map_count = theory_map_count(&result->after, who);
	if (map_count == 0)
		return;
	uint64_t count = result->pages.count;
	struct range range = map_count == 1 ? (struct range){count, count} : (struct range){0, 0};
	struct fact exclusive = observation_exclusive(&result->observations[who]);
	if (exclusive.known)
		STATE_COUNT(result, exclusive.value, range,
			    "exclusive in the %s: " COUNT " of " COUNT " pages", step_name(who),
			    exclusive.value, count);
	else
		unseen(result, exclusive.why, "whether the %s alone maps its pages",
		       step_name(who));
}

/* Of large folios kernels count mappings in ways of their own. */
static void check_map_count(struct step_result *result, enum walk_who who)
{
	uint64_t should = (uint64_t)theory_map_count(&result->after, who);
	struct fact seen = result->observations[who].map_count;
	if (should == 0 || result->page_kind == PAGE_KIND_THP ||
	    result->page_kind == PAGE_KIND_MTHP)
		return;
	struct range range = {should, should};
	if (seen.known)
		STATE_COUNT(result, seen.value, range,
			    "the %s's first frame is mapped " COUNT " time%s", step_name(who),
			    seen.value, seen.value == 1 ? "" : "s");
	else
		unseen(result, seen.why, "how often the %s's frame is mapped", step_name(who));
}

static void check_memory(struct step_result *result)
{
	enum standing child = result->after.standing[WALK_CHILD];
	if (child != STANDING_RUNS && child != STANDING_FOREIGN)
		return;
	if (!result->same_mm.known) {
		unseen(result, result->same_mm.why, "whether both have the same address space");
		return;
	}
	bool one = result->same_mm.value, should = result->after.one_table;
	state(result, one == should, "parent and child have %s%s",
	      one ? "the same address space and page tables" : "separate page tables",
	      one == should ? "" : ", which was not expected");
}

static void check_byte(struct step_result *result, enum walk_who who)
{
	if (!result->bytes[who].known)
		return;
	char seen = (char)result->bytes[who].value, should = result->after.byte[who];
	if (seen == should)
		state(result, true, "the %s reads '%c'", step_name(who), seen);
	else
		state(result, false, "the %s reads byte %d, expected '%c'", step_name(who),
		      (unsigned char)seen, should);
}

void check_step(struct step_result *result, const struct walk_took *rehearsals, size_t rehearsed)
{
	result->check_count = 0;
	check_faults(result, rehearsals, rehearsed);
	check_frames_changed(result, WALK_CALLER);
	check_frames_changed(result, WALK_CHILD);
	check_same_frames(result);
	check_memory(result);
	for (unsigned who = 0; who < WALK_WHO_COUNT; who++) {
		check_exclusive(result, who);
		check_map_count(result, who);
		check_byte(result, who);
	}
}
