#include "harness/driver/explain/show.h"

#include "harness/common/units.h"
#include "harness/driver/base/forms/terminal.h"
#include "harness/driver/base/notes.h"
#include "harness/driver/base/wrapped.h"
#include "harness/driver/explain/draw.h"
#include "harness/driver/explain/words.h"

#include <inttypes.h>
#include <string.h>

enum { CELL_MAX = 64, NAME_WIDTH = 17, CELL_WIDTH = 28 };

/* By which register the MMU is told whose page tables to walk. */
static const char *root_register(void)
{
#if defined(__x86_64__)
	return "CR3";
#elif defined(__aarch64__)
	return "TTBR0_EL1";
#elif defined(__riscv)
	return "satp";
#else
	return "a register of its own";
#endif
}

void show_begin(struct show *show, FILE *file, const char *machine, bool emulated)
{
	char text[WORDS_MAX];
	*show = (struct show){.file = file};
	print_to(file, "fork and related calls, step by step, with live processes\n");
	wrapped_print(file, machine, 0, 0);
	if (emulated)
		wrapped_print(file,
			      "The CPU is emulated: costs below say nothing about any processor.",
			      0, 0);
	print_to(file, "\n");
	snprintf(text, sizeof text,
		 "Both processes use the same virtual addresses, and an address alone does not say "
		 "to which process it belongs. The MMU walks the page tables whose root the kernel "
		 "puts into %s when it switches to a process. So the question is what those tables "
		 "contain, and what changes in them.",
		 root_register());
	wrapped_print(file, text, 0, 0);
}

void show_scene(struct show *show, const struct scene *scene)
{
	char text[WORDS_MAX], line[WRAPPED_WIDTH + 1];
	memset(line, '=', WRAPPED_WIDTH);
	line[WRAPPED_WIDTH] = '\0';
	show->scenes++;
	show->steps = 0;
	print_to(show->file, "\n%s\n%s\n", line, words_scene(scene, text));
	wrapped_print(show->file, scene->primitive->summary, 0, 0);
}

/* ---- the table ---- */

/* The number of a reason, from 1. */
static size_t reason_number(struct show *show, const char *why)
{
	for (size_t i = 0; i < show->reason_count; i++)
		if (strcmp(show->reasons[i], why) == 0)
			return i + 1;
	if (show->reason_count < SHOW_REASONS_MAX)
		show->reasons[show->reason_count++] = why;
	return show->reason_count;
}

/* A reason as it fits a cell: its first word with a footnote, or all of a short one. */
static const char *why_text(struct show *show, const char *why, char text[CELL_MAX])
{
	const char *colon = strchr(why, ':');
	if (colon)
		return notes_fill(text, CELL_MAX, "%.*s [%zu]", (int)(colon - why), why,
				  reason_number(show, why));
	return why;
}

enum form { FORM_DECIMAL, FORM_HEX, FORM_YES, FORM_BYTES, FORM_CHARACTER, FORM_TIMES };

static const char *fact_text(struct show *show, const struct fact *fact, enum form form,
			     char text[CELL_MAX])
{
	char size[UNITS_TEXT_MAX];
	uint64_t value = fact->value;
	if (!fact->known)
		return why_text(show, fact->why, text);
	switch (form) {
	case FORM_HEX:
		return notes_fill(text, CELL_MAX, "0x%" PRIx64, value);
	case FORM_YES:
		return value ? "yes" : "no";
	case FORM_BYTES:
		return notes_fill(text, CELL_MAX, "%s", units_format_bytes(value, size));
	case FORM_CHARACTER:
		if (value > ' ' && value < 127)
			return notes_fill(text, CELL_MAX, "'%c'", (char)value);
		return notes_fill(text, CELL_MAX, "%" PRIu64, value);
	case FORM_TIMES:
		return notes_fill(text, CELL_MAX, "%" PRIu64 " time%s", value,
				  value == 1 ? "" : "s");
	default:
		return notes_fill(text, CELL_MAX, "%" PRIu64, value);
	}
}

static void row(const struct show *show, const char *name, const char *parent, const char *child)
{
	print_to(show->file, "  %-*s  %-*s  %s\n", NAME_WIDTH, name, CELL_WIDTH, parent, child);
}

/* A row of facts; a process that is not there has none. */
static void fact_row(struct show *show, const struct step_result *result, const char *name,
		     enum form form, const struct fact *parent, const struct fact *child)
{
	char texts[WALK_WHO_COUNT][CELL_MAX];
	row(show, name, fact_text(show, parent, form, texts[0]),
	    theory_is_there(&result->after, WALK_CHILD) ? fact_text(show, child, form, texts[1])
							: "-");
}

static const char *process_text(const struct step_result *result, enum walk_who who,
				char text[CELL_MAX])
{
	static const char *const standings[] = {
		[STANDING_RUNS] = "",
		[STANDING_STOPPED] = ", blocked",
		[STANDING_FOREIGN] = ", another program",
	};
	if (result->after.standing[who] == STANDING_GONE)
		return "gone";
	if (!theory_is_there(&result->after, who))
		return "-";
	return notes_fill(text, CELL_MAX, "%d%s", result->ids[who],
			  standings[result->after.standing[who]]);
}

static const char *address_text(const struct step_result *result, enum walk_who who,
				char text[CELL_MAX])
{
	if (!theory_is_there(&result->after, who))
		return "-";
	if (result->after.frame[who] == THEORY_NO_FRAME)
		return "another program";
	return notes_fill(text, CELL_MAX, "0x%" PRIx64, result->pages.address);
}

/* The kernel shows no entry's permission; what it is follows from what was done, and the faults of the
 * next write prove it. */
static const char *writable_text(const struct step_result *result, enum walk_who who)
{
	if (!theory_is_there(&result->after, who))
		return "-";
	if (result->after.frame[who] == THEORY_NO_FRAME)
		return "another program";
	return result->after.writable[who] ? "yes" : "no";
}

static const char *faults_text(struct show *show, const struct step_result *result,
			       enum walk_who who, char text[CELL_MAX])
{
	const struct fact *now = &result->observations[who].faults,
			  *before = &result->earlier[who].faults;
	if (!theory_is_there(&result->after, who))
		return "-";
	if (!now->known || !before->known || result->step == 0)
		return fact_text(show, now, FORM_DECIMAL, text);
	return notes_fill(text, CELL_MAX, "%" PRIu64 " (+%" PRIu64 ")", now->value,
			  now->value - before->value);
}

static void show_table(struct show *show, const struct step_result *result)
{
	const struct observation *parent = &result->observations[WALK_CALLER],
				 *child = &result->observations[WALK_CHILD];
	char texts[WALK_WHO_COUNT][CELL_MAX];
	bool thread = result->scene->primitive->traits & TRAIT_THREAD;
	row(show, "", "parent", "child");
	row(show, thread ? "thread" : "process", process_text(result, WALK_CALLER, texts[0]),
	    process_text(result, WALK_CHILD, texts[1]));
	print_to(show->file, "  its first page\n");
	row(show, "  virtual address", address_text(result, WALK_CALLER, texts[0]),
	    address_text(result, WALK_CHILD, texts[1]));
	fact_row(show, result, "  frame number", FORM_HEX, &parent->frame, &child->frame);
	fact_row(show, result, "  frame is mapped", FORM_TIMES, &parent->map_count,
		 &child->map_count);
	fact_row(show, result, "  exclusive", FORM_YES, &parent->exclusive, &child->exclusive);
	fact_row(show, result, "  soft-dirty", FORM_YES, &parent->soft_dirty, &child->soft_dirty);
	row(show, "  writable *", writable_text(result, WALK_CALLER),
	    writable_text(result, WALK_CHILD));
	fact_row(show, result, "  content", FORM_CHARACTER, &result->bytes[WALK_CALLER],
		 &result->bytes[WALK_CHILD]);
	print_to(show->file, "  all of it\n");
	row(show, "  minor faults", faults_text(show, result, WALK_CALLER, texts[0]),
	    faults_text(show, result, WALK_CHILD, texts[1]));
	fact_row(show, result, "  page tables", FORM_BYTES, &parent->page_tables_bytes,
		 &child->page_tables_bytes);
}

/* What the rows mean, once a scene. */
static void show_legend(const struct show *show)
{
	static const char *const lines[] = {
		"*           and rw or r- in the drawing: derived from what was done. The kernel "
		"does not show a PTE's write bit; the faults of the next write prove it",
		"exclusive   only one address space maps it; this gives no right to write",
		"soft-dirty  written since the bit was last cleared (clear_refs)",
		"page tables of all its mappings; fork copies only those of private pages",
		"(+N)        page faults since the previous step, including those for the "
		"process's own stack and data; the statements below count only those of the pages",
	};
	print_to(show->file, "\n");
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
		wrapped_print(show->file, lines[i], 4, 16);
}

static void tell_reasons(struct show *show)
{
	char text[WORDS_MAX];
	for (; show->reasons_told < show->reason_count; show->reasons_told++) {
		snprintf(text, sizeof text, "[%zu] %s", show->reasons_told + 1,
			 show->reasons[show->reasons_told]);
		wrapped_print(show->file, text, 2, 6);
	}
}

/* ---- the statements ---- */

static void show_check(struct show *show, const struct check *check)
{
	static const char *const marks[] = {
		[VERDICT_HOLDS] = "ok", [VERDICT_FAILS] = "NO", [VERDICT_UNSEEN] = "?"};
	char text[2 * WORDS_MAX], why[CELL_MAX];
	show->holds += check->verdict == VERDICT_HOLDS;
	show->fails += check->verdict == VERDICT_FAILS;
	show->unseen += check->verdict == VERDICT_UNSEEN;
	if (check->verdict == VERDICT_UNSEEN)
		snprintf(text, sizeof text, "%-2s  not checked: %s: %s", marks[check->verdict],
			 check->text, why_text(show, check->why, why));
	else
		snprintf(text, sizeof text, "%-2s  %s", marks[check->verdict], check->text);
	wrapped_print(show->file, text, 2, 6);
}

void show_step(struct show *show, const struct step_result *result)
{
	char text[WORDS_MAX], line[WORDS_MAX + 16];
	show->steps++;
	snprintf(line, sizeof line, "%u.%u  %s", show->scenes, show->steps,
		 words_title(result, text));
	print_to(show->file, "\n%s\n\n", line);
	wrapped_print(show->file, words_meaning(result, text), 2, 2);
	print_to(show->file, "\n");
	show_table(show, result);
	if (show->steps == 1)
		show_legend(show);
	print_to(show->file, "\n");
	draw_step(result, show->file);
	print_to(show->file, "\n");
	snprintf(line, sizeof line, "cost: %s", words_cost(result, text));
	wrapped_print(show->file, line, 2, 8);
	for (size_t i = 0; i < result->check_count; i++)
		show_check(show, &result->checks[i]);
	tell_reasons(show);
}

void show_end(const struct show *show)
{
	print_to(show->file,
		 "\n"
		 "%zu statements hold, %zu do not, %zu could not be checked\n",
		 show->holds, show->fails, show->unseen);
	if (show->fails)
		wrapped_print(show->file,
			      "Where a line says NO, this kernel does not do what the text says. "
			      "Does something move pages (KSM, NUMA balancing, compaction)? If "
			      "not, report it.",
			      0, 0);
}
