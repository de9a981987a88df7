#include "harness/driver/explain/show.h"

#include "harness/common/units.h"
#include "harness/driver/base/forms/terminal.h"
#include "harness/driver/base/notes.h"
#include "harness/driver/base/wrapped.h"
#include "harness/driver/explain/words.h"

#include <inttypes.h>
#include <string.h>

enum { CELL_MAX = 64, NAME_WIDTH = 17, CELL_WIDTH = 28 };

/* Which register says whose page tables the MMU walks. */
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
		return notes_fill(text, CELL_MAX, "%" PRIu64 " time%s", value, units_plural(value));
	default:
		return notes_fill(text, CELL_MAX, "%" PRIu64, value);
	}
}

enum row {
	ROW_PROCESS,
	ROW_ADDRESS,
	ROW_FRAME,
	ROW_MAP_COUNT,
	ROW_EXCLUSIVE,
	ROW_SOFT_DIRTY,
	ROW_WRITABLE,
	ROW_CONTENT,
	ROW_FAULTS,
	ROW_PAGE_TABLES,
	ROW_COUNT,
};

static const char *cell_text(struct show *show, const struct step_result *result, enum row row,
			     enum walk_who who, char text[CELL_MAX])
{
	const struct observation *now = &result->observations[who];
	const struct fact *faults_before = &result->earlier[who].faults;
	enum standing standing = result->after.standing[who];
	if (!theory_is_there(&result->after, who))
		return row == ROW_PROCESS && standing == STANDING_GONE ? "gone" : "-";
	if ((row == ROW_ADDRESS || row == ROW_WRITABLE) &&
	    result->after.frame[who] == THEORY_NO_FRAME)
		return "another program";
	switch (row) {
	case ROW_PROCESS:
		return notes_fill(text, CELL_MAX, "%d%s", result->ids[who],
				  standing == STANDING_STOPPED   ? ", blocked"
				  : standing == STANDING_FOREIGN ? ", another program"
								 : "");
	case ROW_ADDRESS:
		return notes_fill(text, CELL_MAX, "0x%" PRIx64, result->pages.address);
	case ROW_FRAME:
		return fact_text(show, &now->frame, FORM_HEX, text);
	case ROW_MAP_COUNT:
		return fact_text(show, &now->map_count, FORM_TIMES, text);
	case ROW_EXCLUSIVE:
		return fact_text(show, &now->exclusive, FORM_YES, text);
	case ROW_SOFT_DIRTY:
		return fact_text(show, &now->soft_dirty, FORM_YES, text);
	case ROW_WRITABLE:
		/* The kernel shows no entry's permission; what it is follows from what was done, and
		 * the faults of the next write prove it. */
		return result->after.writable[who] ? "yes" : "no";
	case ROW_CONTENT:
		return fact_text(show, &result->bytes[who], FORM_CHARACTER, text);
	case ROW_FAULTS:
		if (!now->faults.known || !faults_before->known || result->step == 0)
			return fact_text(show, &now->faults, FORM_DECIMAL, text);
		return notes_fill(text, CELL_MAX, "%" PRIu64 " (+%" PRIu64 ")", now->faults.value,
				  now->faults.value - faults_before->value);
	default:
		return fact_text(show, &now->page_tables_bytes, FORM_BYTES, text);
	}
}

static void put_row(const struct show *show, const char *name, const char *parent,
		    const char *child)
{
	print_to(show->file, "  %-*s  %-*s  %s\n", NAME_WIDTH, name, CELL_WIDTH, parent, child);
}

static void show_table(struct show *show, const struct step_result *result)
{
	static const char *const names[ROW_COUNT] = {
		[ROW_PROCESS] = "process",       [ROW_ADDRESS] = "  virtual address",
		[ROW_FRAME] = "  frame number",  [ROW_MAP_COUNT] = "  frame is mapped",
		[ROW_EXCLUSIVE] = "  exclusive", [ROW_SOFT_DIRTY] = "  soft-dirty",
		[ROW_WRITABLE] = "  writable *", [ROW_CONTENT] = "  content",
		[ROW_FAULTS] = "  minor faults", [ROW_PAGE_TABLES] = "  page tables",
	};
	bool is_thread = result->scene->primitive->traits & TRAIT_THREAD;
	put_row(show, "", "parent", "child");
	for (enum row row = 0; row < ROW_COUNT; row++) {
		char texts[WALK_WHO_COUNT][CELL_MAX];
		if (row == ROW_ADDRESS || row == ROW_FAULTS)
			print_to(show->file, "  %s\n",
				 row == ROW_ADDRESS ? "its first page" : "all of it");
		const char *parent = cell_text(show, result, row, WALK_CALLER, texts[WALK_CALLER]);
		const char *child = cell_text(show, result, row, WALK_CHILD, texts[WALK_CHILD]);
		put_row(show, row == ROW_PROCESS && is_thread ? "thread" : names[row], parent,
			child);
	}
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
	while (show->reasons_shown < show->reason_count) {
		const char *reason = show->reasons[show->reasons_shown++];
		notes_fill(text, sizeof text, "[%zu] %s", show->reasons_shown, reason);
		wrapped_print(show->file, text, 2, 6);
	}
}

/* ---- the drawing ---- */

/* "[0x1a2b3c 'A']", or "[frame 2 'A']" where the number is hidden. */
static const char *frame_text(const struct theory *theory, const struct observation *observation,
			      enum walk_who who, char text[CELL_MAX])
{
	if (observation->frame.known)
		return notes_fill(text, CELL_MAX, "[0x%" PRIx64 " '%c']", observation->frame.value,
				  theory->byte[who]);
	return notes_fill(text, CELL_MAX, "[frame %c '%c']", 'A' + theory->frame[who],
			  theory->byte[who]);
}

/* "parent 0x7f12a4c00000 rw " */
static void draw_entry(FILE *file, const char *when, const struct step_result *result,
		       const struct theory *theory, enum walk_who who)
{
	print_to(file, "  %-7s%-7s0x%" PRIx64 " %s ", when, step_name(who), result->pages.address,
		 theory->writable[who] ? "rw" : "r-");
}

static void draw_state(FILE *file, const char *when, const struct step_result *result,
		       const struct theory *theory,
		       const struct observation observations[WALK_WHO_COUNT])
{
	char text[CELL_MAX];
	bool child_has = theory->frame[WALK_CHILD] != THEORY_NO_FRAME;
	const char *parents = frame_text(theory, &observations[WALK_CALLER], WALK_CALLER, text);
	draw_entry(file, when, result, theory, WALK_CALLER);
	if (child_has && !theory->one_table &&
	    theory->frame[WALK_CHILD] == theory->frame[WALK_CALLER]) {
		print_to(file, "---+--> %s\n", parents);
		draw_entry(file, "", result, theory, WALK_CHILD);
		print_to(file, "---+\n");
		return;
	}
	print_to(file, "------> %s\n", parents);
	if (child_has && theory->one_table)
		print_to(file, "  %-7s%-7sthe same page table\n", "", step_name(WALK_CHILD));
	if (child_has && !theory->one_table) {
		draw_entry(file, "", result, theory, WALK_CHILD);
		print_to(file, "------> %s\n",
			 frame_text(theory, &observations[WALK_CHILD], WALK_CHILD, text));
	}
	if (theory->standing[WALK_CHILD] == STANDING_FOREIGN)
		print_to(file, "  %-7s%-7s(page tables of another program)\n", "",
			 step_name(WALK_CHILD));
}

/* Two page tables and the frames behind the first page, before and after the step. Of the first step there is
 * no before. */
static void draw_step(const struct step_result *result, FILE *file)
{
	if (result->step > 0)
		draw_state(file, "before", result, &result->before, result->earlier);
	draw_state(file, result->step > 0 ? "after" : "now", result, &result->after,
		   result->observations);
}

/* ---- the statements ---- */

static void show_check(struct show *show, const struct check *check)
{
	static const char *const marks[] = {
		[VERDICT_HOLDS] = "ok", [VERDICT_FAILS] = "NO", [VERDICT_UNSEEN] = "?"};
	char text[2 * WORDS_MAX], why[CELL_MAX];
	show->counts[check->verdict]++;
	notes_fill(text, sizeof text, "%-2s  %s%s", marks[check->verdict],
		   check->verdict == VERDICT_UNSEEN ? "not checked: " : "", check->text);
	if (check->verdict == VERDICT_UNSEEN)
		notes_append(text, sizeof text, ": %s", why_text(show, check->why, why));
	wrapped_print(show->file, text, 2, 6);
}

void show_step(struct show *show, const struct step_result *result)
{
	char text[WORDS_MAX], line[WORDS_MAX + 16];
	show->steps++;
	print_to(show->file, "\n%u.%u  %s\n\n", show->scenes, show->steps,
		 words_title(result, text));
	wrapped_print(show->file, words_meaning(result, text), 2, 2);
	print_to(show->file, "\n");
	show_table(show, result);
	if (show->steps == 1)
		show_legend(show);
	print_to(show->file, "\n");
	draw_step(result, show->file);
	print_to(show->file, "\n");
	notes_fill(line, sizeof line, "cost: %s", words_cost(result, text));
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
		 show->counts[VERDICT_HOLDS], show->counts[VERDICT_FAILS],
		 show->counts[VERDICT_UNSEEN]);
	if (show->counts[VERDICT_FAILS])
		wrapped_print(show->file,
			      "Where a line says NO, this kernel does not do what the text says. "
			      "Does something move pages (KSM, NUMA balancing, compaction)? If "
			      "not, report it.",
			      0, 0);
}
