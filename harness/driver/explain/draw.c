#include "harness/driver/explain/draw.h"

#include "harness/driver/base/forms/terminal.h"

#include <inttypes.h>
#include <stdbool.h>

enum { FRAME_MAX = 48 };

/* "[0x1a2b3c 'A']", or "[frame 2 'A']" where the number is hidden. */
static const char *frame_text(const struct theory *theory, const struct observation *observation,
			      enum walk_who who, char text[FRAME_MAX])
{
	if (observation->frame.known)
		snprintf(text, FRAME_MAX, "[0x%" PRIx64 " '%c']", observation->frame.value,
			 theory->byte[who]);
	else
		snprintf(text, FRAME_MAX, "[frame %c '%c']", 'A' + theory->frame[who],
			 theory->byte[who]);
	return text;
}

/* "parent 0x7f12a4c00000 rw " */
static void entry(FILE *file, const char *when, const struct step_result *result,
		  const struct theory *theory, enum walk_who who)
{
	print_to(file, "  %-7s%-7s0x%" PRIx64 " %s ", when, step_name(who), result->pages.address,
		 theory->writable[who] ? "rw" : "r-");
}

static void draw_state(FILE *file, const char *when, const struct step_result *result,
		       const struct theory *theory,
		       const struct observation observations[WALK_WHO_COUNT])
{
	char text[FRAME_MAX];
	bool child_has = theory->frame[WALK_CHILD] != THEORY_NO_FRAME;
	const char *parents = frame_text(theory, &observations[WALK_CALLER], WALK_CALLER, text);
	entry(file, when, result, theory, WALK_CALLER);
	if (child_has && !theory->one_table &&
	    theory->frame[WALK_CHILD] == theory->frame[WALK_CALLER]) {
		print_to(file, "---+--> %s\n", parents);
		entry(file, "", result, theory, WALK_CHILD);
		print_to(file, "---+\n");
		return;
	}
	print_to(file, "------> %s\n", parents);
	if (child_has && theory->one_table)
		print_to(file, "  %-7s%-7sthe same page table\n", "", step_name(WALK_CHILD));
	if (child_has && !theory->one_table) {
		entry(file, "", result, theory, WALK_CHILD);
		print_to(file, "------> %s\n",
			 frame_text(theory, &observations[WALK_CHILD], WALK_CHILD, text));
	}
	if (theory->standing[WALK_CHILD] == STANDING_FOREIGN)
		print_to(file, "  %-7s%-7s(page tables of another program)\n", "",
			 step_name(WALK_CHILD));
}

void draw_step(const struct step_result *result, FILE *file)
{
	if (result->step > 0)
		draw_state(file, "before", result, &result->before, result->earlier);
	draw_state(file, result->step > 0 ? "after" : "now", result, &result->after,
		   result->observations);
}
