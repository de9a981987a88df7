#include "harness/driver/explain/draw.h"

#include "harness/driver/base/forms/terminal.h"

#include <inttypes.h>
#include <stdbool.h>

enum { FRAME_MAX = 48 };

/* "[0x1a2b3c 'A']", or "[frame 2 'A']" where the number is hidden. */
static const char *frame_text(const struct theory *theory, const struct sight *sight,
			      enum walk_who who, char text[FRAME_MAX])
{
	if (sight->frame.known)
		snprintf(text, FRAME_MAX, "[0x%" PRIx64 " '%c']", sight->frame.value,
			 theory->byte[who]);
	else
		snprintf(text, FRAME_MAX, "[frame %c '%c']", 'A' + theory->frame[who],
			 theory->byte[who]);
	return text;
}

/* "parent 0x7f12a4c00000 rw " */
static void entry(FILE *file, const char *when, const struct told *told,
		  const struct theory *theory, enum walk_who who)
{
	print_to(file, "  %-7s%-7s0x%" PRIx64 " %s ", when, step_name(who), told->pages.address,
		 theory->writable[who] ? "rw" : "r-");
}

static void draw_state(FILE *file, const char *when, const struct told *told,
		       const struct theory *theory, const struct sight sights[WALK_WHO_COUNT])
{
	char text[FRAME_MAX];
	bool child_has = theory->frame[WALK_CHILD] != THEORY_NO_FRAME;
	const char *parents = frame_text(theory, &sights[WALK_CALLER], WALK_CALLER, text);
	entry(file, when, told, theory, WALK_CALLER);
	if (child_has && !theory->one_table &&
	    theory->frame[WALK_CHILD] == theory->frame[WALK_CALLER]) {
		print_to(file, "---+--> %s\n", parents);
		entry(file, "", told, theory, WALK_CHILD);
		print_to(file, "---+\n");
		return;
	}
	print_to(file, "------> %s\n", parents);
	if (child_has && theory->one_table)
		print_to(file, "  %-7s%-7sthe same page table\n", "", step_name(WALK_CHILD));
	if (child_has && !theory->one_table) {
		entry(file, "", told, theory, WALK_CHILD);
		print_to(file, "------> %s\n",
			 frame_text(theory, &sights[WALK_CHILD], WALK_CHILD, text));
	}
	if (theory->standing[WALK_CHILD] == STANDING_FOREIGN)
		print_to(file, "  %-7s%-7s(page tables of another program)\n", "",
			 step_name(WALK_CHILD));
}

void draw_step(const struct told *told, FILE *file)
{
	if (told->step > 0)
		draw_state(file, "before", told, &told->before, told->earlier);
	draw_state(file, told->step > 0 ? "after" : "now", told, &told->after, told->sights);
}
