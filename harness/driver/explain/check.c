/* A step held against the theory: which statements there are about it, and whether each holds. */
#include "harness/driver/explain/check.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#define COUNT "%" PRIu64

static struct check *add(struct told *told, enum verdict verdict)
{
	/* More statements than there is room for would be a mistake in this file: the last gives way. */
	if (told->check_count == CHECKS_MAX)
		told->check_count--;
	struct check *check = &told->checks[told->check_count++];
	*check = (struct check){.verdict = verdict};
	return check;
}

__attribute__((format(printf, 3, 4))) static void state(struct told *told, bool holds,
							const char *format, ...)
{
	struct check *check = add(told, holds ? VERDICT_HOLDS : VERDICT_FAILS);
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(check->text, sizeof check->text, format, arguments);
	va_end(arguments);
}

static void unseen(struct told *told, const char *what, const char *why)
{
	struct check *check = add(told, VERDICT_UNSEEN);
	snprintf(check->text, sizeof check->text, "%s", what);
	check->why = why;
}

static bool within(uint64_t value, struct range range)
{
	return value >= range.least && value <= range.most;
}

/* ", expected 5" or ", expected 1 to 5", for a statement that fails; else nothing. */
static const char *expected(uint64_t value, struct range range, char text[64])
{
	*text = '\0';
	if (!within(value, range) && range.least == range.most)
		snprintf(text, 64, ", expected " COUNT, range.least);
	else if (!within(value, range))
		snprintf(text, 64, ", expected " COUNT " to " COUNT, range.least, range.most);
	return text;
}

static void check_faults(struct told *told, const struct walk_took *rehearsals, size_t rehearsed)
{
	char text[64];
	uint32_t act = told->scene->walk.steps[told->step].act;
	if (act != WALK_OWN && act != WALK_WRITE)
		return;
	struct range range = fate_faults(told->after.fate, told->page_kind, told->pages.count,
					 told->pages.page_bytes);
	state(told, within(told->faults, range),
	      COUNT " page fault%s in the %s for " COUNT " page%s written%s", told->faults,
	      told->faults == 1 ? "" : "s", step_name(told->after.writer), told->pages.count,
	      told->pages.count == 1 ? "" : "s", expected(told->faults, range, text));
	size_t others = 0;
	for (size_t i = 0; i < rehearsed; i++)
		others += !within(rehearsals[i].faults, range);
	if (rehearsed)
		state(told, others == 0, "the same in %zu of %zu rehearsals", rehearsed - others,
		      rehearsed);
}

/* Whether a process wrote the pages in this step, or shares the memory of the one that did. */
static bool wrote(const struct told *told, enum walk_who who)
{
	return told->after.wrote && (told->after.writer == who || told->after.one_table);
}

static void check_frames_changed(struct told *told, enum walk_who who)
{
	char text[64], what[64];
	if (told->step == 0 || told->before.frame[who] == THEORY_NO_FRAME ||
	    told->after.frame[who] == THEORY_NO_FRAME)
		return;
	enum fate fate = wrote(told, who) ? told->after.fate : FATE_LEFT_ALONE;
	struct range range = fate_frames_changed(fate, told->page_kind, told->pages.count);
	struct fact changed = sight_apart(&told->sights[who], &told->earlier[who]);
	snprintf(what, sizeof what, "whether the %s's frames changed", step_name(who));
	if (changed.known)
		state(told, within(changed.value, range),
		      "the %s's frames: " COUNT " of " COUNT " changed%s", step_name(who),
		      changed.value, told->pages.count, expected(changed.value, range, text));
	else
		unseen(told, what, changed.why);
}

static void check_same_frames(struct told *told)
{
	char text[64];
	const struct theory *theory = &told->after;
	if (theory->frame[WALK_CALLER] == THEORY_NO_FRAME ||
	    theory->frame[WALK_CHILD] == THEORY_NO_FRAME)
		return;
	uint64_t count = told->pages.count;
	bool same = theory->frame[WALK_CALLER] == theory->frame[WALK_CHILD];
	struct range range = same ? (struct range){count, count} : (struct range){0, 0};
	struct fact apart = sight_apart(&told->sights[WALK_CALLER], &told->sights[WALK_CHILD]);
	if (!apart.known) {
		unseen(told, "whether both have the same frames", apart.why);
		return;
	}
	state(told, within(count - apart.value, range),
	      COUNT " of " COUNT " pages in the same frame in both%s", count - apart.value, count,
	      expected(count - apart.value, range, text));
}

static void check_exclusive(struct told *told, enum walk_who who)
{
	char text[64], what[64];
	int map_count = theory_map_count(&told->after, who);
	if (map_count == 0)
		return;
	uint64_t count = told->pages.count;
	struct range range = map_count == 1 ? (struct range){count, count} : (struct range){0, 0};
	struct fact exclusive = sight_exclusive(&told->sights[who]);
	snprintf(what, sizeof what, "whether the %s alone maps its pages", step_name(who));
	if (exclusive.known)
		state(told, within(exclusive.value, range),
		      "exclusive in the %s: " COUNT " of " COUNT " pages%s", step_name(who),
		      exclusive.value, count, expected(exclusive.value, range, text));
	else
		unseen(told, what, exclusive.why);
}

/* Of large folios kernels count mappings in ways of their own. */
static void check_map_count(struct told *told, enum walk_who who)
{
	char text[64], what[64];
	uint64_t should = (uint64_t)theory_map_count(&told->after, who);
	struct fact seen = told->sights[who].map_count;
	if (should == 0 || told->page_kind == PAGE_KIND_THP || told->page_kind == PAGE_KIND_MTHP)
		return;
	struct range range = {should, should};
	snprintf(what, sizeof what, "how often the %s's frame is mapped", step_name(who));
	if (seen.known)
		state(told, within(seen.value, range),
		      "the %s's first frame is mapped " COUNT " time%s%s", step_name(who),
		      seen.value, seen.value == 1 ? "" : "s", expected(seen.value, range, text));
	else
		unseen(told, what, seen.why);
}

static void check_memory(struct told *told)
{
	enum standing child = told->after.standing[WALK_CHILD];
	if (child != STANDING_RUNS && child != STANDING_FOREIGN)
		return;
	if (!told->one_memory.known) {
		unseen(told, "whether both have one memory", told->one_memory.why);
		return;
	}
	bool one = told->one_memory.value, should = told->after.one_table;
	state(told, one == should, "parent and child have %s%s",
	      one ? "one memory, and one set of page tables" : "page tables of their own",
	      one == should ? "" : ", which was not expected");
}

static void check_byte(struct told *told, enum walk_who who)
{
	if (!told->bytes[who].known)
		return;
	char seen = (char)told->bytes[who].value, should = told->after.byte[who];
	if (seen == should)
		state(told, true, "the %s reads '%c'", step_name(who), seen);
	else
		state(told, false, "the %s reads byte %d, expected '%c'", step_name(who),
		      (unsigned char)seen, should);
}

void check_step(struct told *told, const struct walk_took *rehearsals, size_t rehearsed)
{
	told->check_count = 0;
	check_faults(told, rehearsals, rehearsed);
	check_frames_changed(told, WALK_CALLER);
	check_frames_changed(told, WALK_CHILD);
	check_same_frames(told);
	check_memory(told);
	for (unsigned who = 0; who < WALK_WHO_COUNT; who++) {
		check_exclusive(told, who);
		check_map_count(told, who);
		check_byte(told, who);
	}
}
