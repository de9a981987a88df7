/* A step held against the theory: which statements there are about it, and whether each holds. */
#include "harness/driver/explain/step.h"

#include "harness/common/units.h"
#include "harness/driver/base/notes.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#define COUNT "%" PRIu64

__attribute__((format(printf, 4, 0))) static void add(struct step_result *result,
						      enum verdict verdict, const char *why,
						      const char *format, va_list arguments)
{
	/* More statements than there is room for would be a mistake in this file: the last gives way. */
	if (result->check_count == CHECKS_MAX)
		result->check_count--;
	struct check *check = &result->checks[result->check_count++];
	*check = (struct check){.verdict = verdict, .why = why};
	vsnprintf(check->text, sizeof check->text, format, arguments);
}

__attribute__((format(printf, 3, 4))) static void state(struct step_result *result, bool holds,
							const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	add(result, holds ? VERDICT_HOLDS : VERDICT_FAILS, NULL, format, arguments);
	va_end(arguments);
}

/* If the fact is known, nothing: true. Else what is not known, and why. */
__attribute__((format(printf, 3, 4))) static bool
seen(struct step_result *result, const struct fact *fact, const char *what, ...)
{
	va_list arguments;
	if (fact->known)
		return true;
	va_start(arguments, what);
	add(result, VERDICT_UNSEEN, fact->why, what, arguments);
	va_end(arguments);
	return false;
}

static bool within(uint64_t value, struct range range)
{
	return value >= range.least && value <= range.most;
}

/* States a number, and what it should have been where it is not: ", expected 5", ", expected 1 to 5". */
__attribute__((format(printf, 4, 5))) static void
state_count(struct step_result *result, uint64_t value, struct range range, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	add(result, within(value, range) ? VERDICT_HOLDS : VERDICT_FAILS, NULL, format, arguments);
	va_end(arguments);
	char *text = result->checks[result->check_count - 1].text;
	if (!within(value, range))
		notes_append(text, CHECK_TEXT_MAX, ", expected " COUNT, range.least);
	if (!within(value, range) && range.least != range.most)
		notes_append(text, CHECK_TEXT_MAX, " to " COUNT, range.most);
}

static void check_faults(struct step_result *result, const struct walk_took *rehearsals,
			 size_t rehearsed)
{
	uint32_t act = result->scene->walk.steps[result->step].act;
	if (act != WALK_OWN && act != WALK_WRITE)
		return;
	struct range range = write_effect_faults(result->after.effect, result->page_kind,
						 result->pages.count, result->pages.page_bytes);
	state_count(result, result->faults, range,
		    COUNT " page fault%s in the %s for " COUNT " page%s written", result->faults,
		    units_plural(result->faults), step_name(result->after.writer),
		    result->pages.count, units_plural(result->pages.count));
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
	if (seen(result, &changed, "whether the %s's frames changed", step_name(who)))
		state_count(result, changed.value, range,
			    "the %s's frames: " COUNT " of " COUNT " changed", step_name(who),
			    changed.value, result->pages.count);
}

static struct range all_or_none(const struct step_result *result, bool all)
{
	uint64_t count = all ? result->pages.count : 0;
	return (struct range){count, count};
}

static void check_same_frames(struct step_result *result)
{
	const struct theory *theory = &result->after;
	if (theory->frame[WALK_CALLER] == THEORY_NO_FRAME ||
	    theory->frame[WALK_CHILD] == THEORY_NO_FRAME)
		return;
	uint64_t count = result->pages.count;
	struct range range =
		all_or_none(result, theory->frame[WALK_CALLER] == theory->frame[WALK_CHILD]);
	struct fact apart = observation_frames_differ(&result->observations[WALK_CALLER],
						      &result->observations[WALK_CHILD]);
	if (seen(result, &apart, "whether both have the same frames"))
		state_count(result, count - apart.value, range,
			    COUNT " of " COUNT " pages in the same frame in both",
			    count - apart.value, count);
}

static void check_exclusive(struct step_result *result, enum walk_who who)
{
	int map_count = theory_map_count(&result->after, who);
	if (map_count == 0)
		return;
	struct fact exclusive = observation_exclusive(&result->observations[who]);
	if (seen(result, &exclusive, "whether the %s alone maps its pages", step_name(who)))
		state_count(result, exclusive.value, all_or_none(result, map_count == 1),
			    "exclusive in the %s: " COUNT " of " COUNT " pages", step_name(who),
			    exclusive.value, result->pages.count);
}

/* Of large folios kernels count mappings in ways of their own. */
static void check_map_count(struct step_result *result, enum walk_who who)
{
	uint64_t should = (uint64_t)theory_map_count(&result->after, who);
	const struct fact *count = &result->observations[who].map_count;
	struct range range = {should, should};
	if (should == 0 || page_kind_is_transparent(result->page_kind))
		return;
	if (seen(result, count, "how often the %s's frame is mapped", step_name(who)))
		state_count(result, count->value, range,
			    "the %s's first frame is mapped " COUNT " time%s", step_name(who),
			    count->value, units_plural(count->value));
}

static void check_memory(struct step_result *result)
{
	enum standing child = result->after.standing[WALK_CHILD];
	if ((child != STANDING_RUNS && child != STANDING_FOREIGN) ||
	    !seen(result, &result->same_mm, "whether both have the same address space"))
		return;
	bool one = result->same_mm.value, should = result->after.one_table;
	state(result, one == should, "parent and child have %s%s",
	      one ? "the same address space and page tables" : "separate page tables",
	      one == should ? "" : ", which was not expected");
}

static void check_byte(struct step_result *result, enum walk_who who)
{
	if (!result->bytes[who].known)
		return;
	char read = (char)result->bytes[who].value, should = result->after.byte[who];
	if (read == should)
		state(result, true, "the %s reads '%c'", step_name(who), read);
	else
		state(result, false, "the %s reads byte %d, expected '%c'", step_name(who),
		      (unsigned char)read, should);
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
