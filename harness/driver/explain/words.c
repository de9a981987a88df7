#include "harness/driver/explain/words.h"

#include "harness/common/traits.h"
#include "harness/common/units.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>

static const struct walk_step *step_of(const struct told *told)
{
	return &told->scene->walk.steps[told->step];
}

const char *words_scene(const struct scene *scene, char text[WORDS_MAX])
{
	snprintf(text, WORDS_MAX, "%s: %s", scene->primitive->name, scene->heading);
	return text;
}

/* Whether this process wrote in an earlier step of the walk; it owned the pages at its begin. */
static bool wrote_before(const struct told *told)
{
	const struct walk_step *steps = told->scene->walk.steps;
	for (uint32_t i = 2; i < told->step; i++)
		if (steps[i].act == WALK_WRITE && steps[i].who == step_of(told)->who)
			return true;
	return false;
}

/* What holds the pages, where the kernel may settle many of them by one fault. */
static const char *folio_words(const struct told *told)
{
	if (told->page_kind == PAGE_KIND_THP)
		return ", in huge pages of 2 MiB,";
	return told->page_kind == PAGE_KIND_MTHP ? ", in large pages of 64 KiB," : "";
}

const char *words_title(const struct told *told, char text[WORDS_MAX])
{
	const char *name = told->scene->primitive->name;
	char size[UNITS_TEXT_MAX];
	switch (step_of(told)->act) {
	case WALK_OWN:
		snprintf(text, WORDS_MAX, "the parent has %" PRIu64 " page%s of %s%s of its own",
			 told->pages.count, told->pages.count == 1 ? "" : "s",
			 units_format_bytes(told->pages.page_bytes, size), folio_words(told));
		break;
	case WALK_START:
		snprintf(text, WORDS_MAX, "the parent starts a child (%s)", name);
		break;
	case WALK_WRITE:
		snprintf(text, WORDS_MAX, "the %s writes each page%s",
			 step_name(step_of(told)->who), wrote_before(told) ? " again" : "");
		break;
	case WALK_EXEC:
		snprintf(text, WORDS_MAX, "the child execs another program");
		break;
	default:
		snprintf(text, WORDS_MAX, "the child ends");
		break;
	}
	return text;
}

static const char *meaning_of_start(const struct told *told)
{
	uint32_t traits = told->scene->primitive->traits;
	if (traits & TRAIT_LIBC_CHILD)
		return "libc's child borrowed the parent's memory for a moment and is another "
		       "program by now. Nothing was copied, nothing write-protected.";
	if (traits & TRAIT_COPIES_HEAP)
		return "The child got page tables of its own and wrote every page at once, so "
		       "every page was copied. The parent kept its frames, and has them for itself "
		       "again; but its entries are still write-protected.";
	if (traits & TRAIT_THREAD)
		return "A thread is no other process: one memory, one set of page tables. Nothing "
		       "was copied, nothing write-protected.";
	if (traits & TRAIT_SHARES_MEMORY && traits & TRAIT_STOPS_CALLER)
		return "The child lives in the parent's memory: one set of page tables for both. "
		       "Nothing was copied, nothing write-protected. The parent stands still in "
		       "the call until the child exits or execs.";
	if (traits & TRAIT_SHARES_MEMORY)
		return "The child lives in the parent's memory: one set of page tables for both. "
		       "Nothing was copied, nothing write-protected.";
	if (traits & TRAIT_STOPS_CALLER)
		return "The child got page tables of its own, with the same frames behind the same "
		       "virtual addresses, and the parent stands still besides, until the child "
		       "exits or execs. No page was copied; both lost the right to write.";
	return "The child got page tables of its own, and the same virtual address leads to the "
	       "same frame in both. No page was copied; but both lost the right to write, so that "
	       "the kernel hears of the first write to each page.";
}

static void meaning_of_write(const struct told *told, char text[WORDS_MAX])
{
	const char *writer = step_name(step_of(told)->who);
	const char *other = step_name(step_of(told)->who == WALK_CALLER ? WALK_CHILD : WALK_CALLER);
	switch (told->after.fate) {
	case FATE_COPIED:
		snprintf(text, WORDS_MAX,
			 "Each page is shared, so its first write faults: the kernel copies the "
			 "page, and the %s goes on at the same virtual address in another frame. "
			 "The %s keeps the old frame and the old bytes.",
			 writer, other);
		break;
	case FATE_TAKEN_BACK:
		snprintf(text, WORDS_MAX,
			 "Nobody else has the pages any more, but the %s still has no right to "
			 "write them: nobody gave it back. %s; the kernel finds a single owner and "
			 "lets it write. The frame stays, nothing is copied.%s",
			 writer,
			 page_kind_is_transparent(told->page_kind)
				 ? "The first writes fault, for each page or for a whole large one "
				   "at once"
				 : "Each first write faults",
			 page_kind_is_transparent(told->page_kind)
				 ? " (Before Linux 6.15 pages of a large one that are mapped one "
				   "by one are copied here, too.)"
				 : "");
		break;
	default:
		if (told->after.one_table && told->after.standing[WALK_CALLER] == STANDING_STOPPED)
			snprintf(text, WORDS_MAX,
				 "No page fault and no copy: it is one memory, and the parent will "
				 "read the new bytes. (POSIX forbids this to the child of a vfork. "
				 "It is done here to show whose memory it is.)");
		else if (told->after.one_table)
			snprintf(text, WORDS_MAX,
				 "No page fault and no copy: it is one memory, so the %s's entry "
				 "is the %s's, and it reads the new bytes, too.",
				 other, writer);
		else if (told->before.frame[WALK_CHILD] == THEORY_NO_FRAME && !wrote_before(told))
			snprintf(text, WORDS_MAX,
				 "No page fault: %s never shared the pages by copy, so they were "
				 "never write-protected.",
				 told->scene->primitive->name);
		else
			snprintf(text, WORDS_MAX,
				 "No page fault: the pages are the %s's own, and writable.",
				 writer);
		break;
	}
}

static const char *meaning_of_exec(const struct told *told)
{
	if (told->before.one_table)
		return "The child has memory of its own now, and the parent goes on. The parent's "
		       "page tables are as they were: what was spared is the copying, and the page "
		       "faults that come after it.";
	if (told->before.frame[WALK_CHILD] != told->before.frame[WALK_CALLER])
		return "The child's memory is gone, with its copies. The parent's pages are its "
		       "own again, but still write-protected: exec does not undo that.";
	return "The child's memory is gone, and with it its claim on the pages. They are the "
	       "parent's own again, but still write-protected: exec does not undo that.";
}

const char *words_meaning(const struct told *told, char text[WORDS_MAX])
{
	switch (step_of(told)->act) {
	case WALK_OWN:
		snprintf(text, WORDS_MAX,
			 "It has written each of them, so that each has a frame, which no other "
			 "process maps. To write them once more takes no page fault.");
		break;
	case WALK_START:
		snprintf(text, WORDS_MAX, "%s", meaning_of_start(told));
		break;
	case WALK_WRITE:
		meaning_of_write(told, text);
		break;
	case WALK_EXEC:
		snprintf(text, WORDS_MAX, "%s", meaning_of_exec(told));
		break;
	default:
		snprintf(text, WORDS_MAX, "%s; the parent's pages stay as they are.",
			 told->scene->primitive->traits & TRAIT_THREAD
				 ? "The thread is gone and was joined"
				 : "It is reaped");
		break;
	}
	return text;
}

const char *words_cost_unit(const struct told *told)
{
	switch (step_of(told)->act) {
	case WALK_START:
		return told->scene->primitive->traits & TRAIT_COPIES_HEAP
			       ? "in the call, before the child copies anything"
			       : "in the call";
	case WALK_EXEC:
		return "from the call of exec to the new program's first instruction";
	case WALK_END:
		return told->scene->primitive->traits & TRAIT_THREAD
			       ? "from the thread's last instruction until the parent knows"
			       : "from the child's last instruction to the return of wait";
	default:
		return "a page";
	}
}

const char *words_cost(const struct told *told, char text[WORDS_MAX])
{
	char median[UNITS_TEXT_MAX], least[UNITS_TEXT_MAX], most[UNITS_TEXT_MAX];
	const struct cost *cost = &told->cost;
	if (cost->count == 0 && step_of(told)->act == WALK_START) {
		snprintf(text, WORDS_MAX,
			 "not timed: the call lasts as long as the child's life, which waits here");
		return text;
	}
	if (cost->count == 0) {
		snprintf(text, WORDS_MAX,
			 step_of(told)->act == WALK_END
				 ? "not timed: the new program was told to end"
				 : "not timed: the clock cannot tell");
		return text;
	}
	if (cost->median_ns <= 0) {
		snprintf(text, WORDS_MAX, "less than the clock can tell (median of %zu rehearsals)",
			 cost->count);
		return text;
	}
	snprintf(text, WORDS_MAX, "%s %s (median of %zu rehearsal%s; %s to %s)",
		 units_format_ns(cost->median_ns, median), words_cost_unit(told), cost->count,
		 cost->count == 1 ? "" : "s", units_format_ns(cost->least_ns, least),
		 units_format_ns(cost->most_ns, most));
	return text;
}
