#include "harness/driver/explain/words.h"

#include "harness/common/traits.h"
#include "harness/common/units.h"
#include "harness/driver/base/notes.h"

#include <inttypes.h>
#include <stdbool.h>

static const struct walk_step *step_of(const struct step_result *result)
{
	return &result->scene->walk.steps[result->step];
}

const char *words_scene(const struct scene *scene, char text[WORDS_MAX])
{
	return notes_fill(text, WORDS_MAX, "%s: %s", scene->primitive->name, scene->heading);
}

/* Whether this process wrote in an earlier step of the walk; it owned the pages at its begin. */
static bool wrote_before(const struct step_result *result)
{
	const struct walk_step *steps = result->scene->walk.steps;
	for (uint32_t i = 2; i < result->step; i++)
		if (steps[i].act == WALK_WRITE && steps[i].who == step_of(result)->who)
			return true;
	return false;
}

/* What holds the pages, where the kernel may settle many of them by one fault. */
static const char *folio_words(const struct step_result *result)
{
	if (result->page_kind == PAGE_KIND_THP)
		return ", in huge pages of 2 MiB,";
	return result->page_kind == PAGE_KIND_MTHP ? ", in large pages of 64 KiB," : "";
}

const char *words_title(const struct step_result *result, char text[WORDS_MAX])
{
	const char *name = result->scene->primitive->name;
	char size[UNITS_TEXT_MAX];
	switch (step_of(result)->act) {
	case WALK_OWN:
		return notes_fill(
			text, WORDS_MAX, "the parent has %" PRIu64 " page%s of %s%s of its own",
			result->pages.count, units_plural(result->pages.count),
			units_format_bytes(result->pages.page_bytes, size), folio_words(result));
	case WALK_START:
		return notes_fill(text, WORDS_MAX, "the parent starts a child (%s)", name);
	case WALK_WRITE:
		return notes_fill(text, WORDS_MAX, "the %s writes each page%s",
				  step_name(step_of(result)->who),
				  wrote_before(result) ? " again" : "");
	case WALK_EXEC:
		return "the child execs another program";
	default:
		return "the child ends";
	}
}

static const char *meaning_of_start(const struct step_result *result)
{
	uint32_t traits = result->scene->primitive->traits;
	if (traits & TRAIT_LIBC_CHILD)
		return "libc's child shared the parent's memory for a moment and already runs "
		       "another program. Nothing was copied, nothing was write-protected.";
	if (traits & TRAIT_COPIES_HEAP)
		return "The child got its own page tables and wrote every page at once, so every "
		       "page was copied. The parent kept its frames and is their only owner again, "
		       "but its PTEs are still write-protected.";
	if (traits & TRAIT_THREAD)
		return "A thread is not a separate process: one address space, one set of page "
		       "tables. Nothing was copied, nothing was write-protected.";
	if (traits & TRAIT_SHARES_MEMORY && traits & TRAIT_STOPS_CALLER)
		return "The child shares the parent's address space: one set of page tables for "
		       "both. Nothing was copied, nothing was write-protected. The parent is "
		       "blocked in the call until the child exits or execs.";
	if (traits & TRAIT_SHARES_MEMORY)
		return "The child shares the parent's address space: one set of page tables for "
		       "both. Nothing was copied, nothing was write-protected.";
	if (traits & TRAIT_STOPS_CALLER)
		return "The child got its own page tables, with the same frames at the same "
		       "virtual addresses. The parent is also blocked until the child exits or "
		       "execs. No page was copied, but both lost the right to write.";
	return "The child got its own page tables, and the same virtual address leads to the same "
	       "frame in both. No page was copied, but both lost the right to write, so the first "
	       "write to each page faults.";
}

static const char *meaning_of_write(const struct step_result *result, char text[WORDS_MAX])
{
	const char *writer = step_name(step_of(result)->who);
	const char *other =
		step_name(step_of(result)->who == WALK_CALLER ? WALK_CHILD : WALK_CALLER);
	switch (result->after.effect) {
	case EFFECT_COPIED:
		return notes_fill(
			text, WORDS_MAX,
			"Each page is shared, so its first write faults: the kernel copies the "
			"page, and the %s continues at the same virtual address in another frame. "
			"The %s keeps the old frame and the old bytes.",
			writer, other);
	case EFFECT_REUSED:
		return notes_fill(
			text, WORDS_MAX,
			"No other process maps the pages any more, but the %s still has no right "
			"to write them. %s; the kernel finds a single owner and makes the page "
			"writable again (reuse). The frame stays, nothing is copied.%s",
			writer,
			page_kind_is_transparent(result->page_kind)
				? "The first writes fault, for each page or for a whole huge page "
				  "at once"
				: "Each first write faults",
			page_kind_is_transparent(result->page_kind)
				? " (Before Linux 6.15, pages of a large folio that are mapped by "
				  "PTEs are copied here too.)"
				: "");
	default:
		if (result->after.one_table &&
		    result->after.standing[WALK_CALLER] == STANDING_STOPPED)
			return "No page fault and no copy: it is one address space, and the "
			       "parent will read the new bytes. (POSIX forbids this to the child "
			       "of a vfork. It is done here to show that the memory is shared.)";
		else if (result->after.one_table)
			return notes_fill(
				text, WORDS_MAX,
				"No page fault and no copy: it is one address space, so the %s's "
				"PTE is also the %s's, and both read the new bytes.",
				other, writer);
		else if (result->before.frame[WALK_CHILD] == THEORY_NO_FRAME &&
			 !wrote_before(result))
			return notes_fill(
				text, WORDS_MAX,
				"No page fault: %s never shared the pages by COW, so they were "
				"never write-protected.",
				result->scene->primitive->name);
		else
			return notes_fill(
				text, WORDS_MAX,
				"No page fault: only the %s maps the pages, and they are writable.",
				writer);
	}
}

static const char *meaning_of_exec(const struct step_result *result)
{
	if (result->before.one_table)
		return "The child has its own address space now, and the parent continues. The "
		       "parent's page tables did not change: there was no copying, and there are "
		       "no page faults after it.";
	if (result->before.frame[WALK_CHILD] != result->before.frame[WALK_CALLER])
		return "The child's old memory is gone, with its copies. The parent is the only "
		       "owner of its pages again, but they are still write-protected: exec does "
		       "not undo this.";
	return "The child's old memory is gone, and with it its references to the pages. The "
	       "parent is their only owner again, but they are still write-protected: exec does "
	       "not undo this.";
}

const char *words_meaning(const struct step_result *result, char text[WORDS_MAX])
{
	switch (step_of(result)->act) {
	case WALK_OWN:
		return "It has written each of them, so each has a frame that no other process "
		       "maps. Writing them again takes no page fault.";
	case WALK_START:
		return meaning_of_start(result);
	case WALK_WRITE:
		return meaning_of_write(result, text);
	case WALK_EXEC:
		return meaning_of_exec(result);
	default:
		return notes_fill(text, WORDS_MAX, "%s; the parent's pages stay as they are.",
				  result->scene->primitive->traits & TRAIT_THREAD
					  ? "The thread has ended and was joined"
					  : "It is reaped");
	}
}

const char *words_cost_unit(const struct step_result *result)
{
	switch (step_of(result)->act) {
	case WALK_START:
		return result->scene->primitive->traits & TRAIT_COPIES_HEAP
			       ? "in the call, before the child copies anything"
			       : "in the call";
	case WALK_EXEC:
		return "from the call of exec to the new program's first instruction";
	case WALK_END:
		return result->scene->primitive->traits & TRAIT_THREAD
			       ? "from the thread's last instruction until the parent sees it"
			       : "from the child's last instruction to the return of wait";
	default:
		return "per page";
	}
}

const char *words_cost(const struct step_result *result, char text[WORDS_MAX])
{
	char median[UNITS_TEXT_MAX], least[UNITS_TEXT_MAX], most[UNITS_TEXT_MAX];
	const struct cost *cost = &result->cost;
	if (cost->count == 0 && step_of(result)->act == WALK_START)
		return "not timed: the call lasts until the child ends, and the child waits here";
	if (cost->count == 0)
		return step_of(result)->act == WALK_END
			       ? "not timed: forkcost ended the new program"
			       : "not timed: below the clock's resolution";
	if (cost->median_ns <= 0)
		return notes_fill(text, WORDS_MAX,
				  "less than the clock's resolution (median of %zu rehearsals)",
				  cost->count);
	return notes_fill(text, WORDS_MAX, "%s %s (median of %zu rehearsal%s; %s to %s)",
			  units_format_ns(cost->median_ns, median), words_cost_unit(result),
			  cost->count, units_plural(cost->count),
			  units_format_ns(cost->least_ns, least),
			  units_format_ns(cost->most_ns, most));
}
