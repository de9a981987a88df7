#include "harness/driver/claims/view.h"

#include "harness/common/units.h"
#include "harness/driver/base/forms/json.h"
#include "harness/driver/base/forms/markdown.h"
#include "harness/driver/base/forms/terminal.h"
#include "harness/driver/base/notes.h"
#include "harness/driver/base/outfile.h"
#include "harness/driver/base/version.h"
#include "harness/driver/base/wrapped.h"
#include "harness/driver/machine/machine.h"

#include <jansson.h>
#include <math.h>
#include <string.h>

enum {
	VALUE_MAX = 48,
	RANGE_MAX = 3 * VALUE_MAX + 48,
	LINE_MAX = 640,
	ABSENT_MAX = 2 * LINE_MAX + 128,
	LINES_MAX = 16,
};

/* A number without its unit where all numbers of a finding share that: "2.61", "99.8", "+83.8 ns". */
static const char *value_text(enum finding_unit unit, double value, char text[VALUE_MAX])
{
	char units[UNITS_TEXT_MAX];
	if (!isfinite(value) && !(unit == FINDING_BYTES && value > 0))
		return "n/a";
	switch (unit) {
	case FINDING_SHARE:
		return notes_fill(text, VALUE_MAX, "%.3g", 100 * value);
	case FINDING_TIMES:
		return notes_fill(text, VALUE_MAX, "%.3g", value);
	case FINDING_NS:
		return notes_fill(text, VALUE_MAX, "%s%s", value < 0 ? "-" : "",
				  units_format_ns(fabs(value), units));
	case FINDING_BYTES:
		return notes_fill(text, VALUE_MAX, "%s",
				  units_format_bytes((uint64_t)value, units));
	default:
		return notes_fill(text, VALUE_MAX, "%.4g", value);
	}
}

static const char *unit_text(enum finding_unit unit)
{
	return unit == FINDING_SHARE ? " %" : unit == FINDING_TIMES ? " times" : "";
}

/* "2.61 (2.52 to 2.7) times"; "at most 4 MiB", "9 MiB (7 MiB to above 16 MiB)" where what was measured ends. A
 * count that never differed has no range. */
static const char *range_text(enum finding_id id, const struct finding *finding,
			      char text[RANGE_MAX])
{
	char value[VALUE_MAX];
	enum finding_unit unit = definitions[id].unit;
	notes_fill(text, RANGE_MAX, "%s%s", finding->center_at_most ? "at most " : "",
		   value_text(unit, finding->center, value));
	if (finding->low != finding->high) {
		notes_append(text, RANGE_MAX, " (%s%s to ", finding->low_at_most ? "at most " : "",
			     value_text(unit, finding->low, value));
		notes_append(text, RANGE_MAX, "%s%s)", finding->high_above ? "above " : "",
			     value_text(unit, finding->high, value));
	}
	notes_append(text, RANGE_MAX, "%s", unit_text(unit));
	return text;
}

/* The rule of the same claim that asks for the other bound of the same finding; NULL if there is none. */
static const struct rule *other_bound(const struct rule *rule)
{
	for (size_t i = 0; i < claim_rule_count; i++)
		if (claim_rules[i].claim == rule->claim && &claim_rules[i] != rule &&
		    claim_rules[i].finding == rule->finding)
			return &claim_rules[i];
	return NULL;
}

/* What a rule saw and wants, in one line: "a, against b: 2.61 (2.52 to 2.7) times, heap 4 MiB; required: at least 2
 * times". A reason that the verdict gave is not repeated. */
static void put_evidence(const struct rule *rule, const struct finding *finding,
			 const struct judgement *judgement, char text[LINE_MAX])
{
	static const char *const roles[] = {[REQUIRED] = "required",
					    [SUPPORTS] = "holds if",
					    [CORRECTS] = "a correction if",
					    [DENIES] = "half right if"};
	char range[RANGE_MAX], threshold[VALUE_MAX];
	const struct definition *definition = &definitions[rule->finding];
	if (!finding->known) {
		notes_fill(text, LINE_MAX, "%s: not known", definition->words);
		if (!strstr(judgement->why, finding->why))
			notes_append(text, LINE_MAX, ": %s", finding->why);
		return;
	}
	notes_fill(text, LINE_MAX, "%s: %s%s%s", definition->words,
		   range_text(rule->finding, finding, range), *finding->where ? ", " : "",
		   finding->where);
	if (rule->role != SHOWN)
		notes_append(text, LINE_MAX, "; %s: %s %s%s", roles[rule->role],
			     other_bound(rule)            ? "exactly"
			     : rule->relation == AT_LEAST ? "at least"
							  : "at most",
			     value_text(definition->unit, rule->threshold, threshold),
			     unit_text(definition->unit));
}

/* What tells the MMU of a switch on the run's machine, as far as is known. */
static void put_note(enum claim_id claim, const json_t *environment, char text[LINE_MAX])
{
	static const struct {
		const char *machine, *how; /* machine: how its name begins */
		bool has_pcid;
	} registers[] = {
		{"x86_64", "the kernel loads CR3 with the root of the next page tables", true},
		{"riscv", "satp contains the root of the page tables", false},
		{"aarch64", "TTBR0_EL1 contains the root of the page tables", false},
	};
	const char *machine = json_string_value(
		json_object_get(json_object_get(environment, "kernel"), "machine"));
	const json_t *flags = json_object_get(json_object_get(environment, "facts"), "tlb_flags");
	const json_t *pcid = json_object_get(flags, "pcid");
	const char *tagged =
		json_is_true(pcid) ? ", tagged (PCID), so that the TLB keeps the entries of other "
				     "address spaces"
		: json_is_false(pcid) ? "; without PCID this flushes the TLB"
				      : "";
	for (size_t i = 0; claim == C5 && machine && i < sizeof registers / sizeof *registers; i++)
		if (strncmp(machine, registers[i].machine, strlen(registers[i].machine)) == 0)
			notes_fill(text, LINE_MAX, "Here by a register: %s%s.", registers[i].how,
				   registers[i].has_pcid ? tagged : "");
}

/* The next rule of the claim behind `last` (NULL: of all); NULL if there is none. */
static const struct rule *next_rule(enum claim_id claim, const struct rule *last)
{
	const struct rule *rule = last ? last + 1 : claim_rules;
	while (rule < claim_rules + claim_rule_count && rule->claim != claim)
		rule++;
	return rule < claim_rules + claim_rule_count ? rule : NULL;
}

/* Every correction that applies, or, of a claim that is refuted, what is so instead: one after the other and each
 * once. */
static void put_corrections(enum claim_id claim, const struct finding *findings, bool refuted,
			    char text[LINE_MAX])
{
	for (const struct rule *rule = NULL; (rule = next_rule(claim, rule));) {
		const bool applies = refuted ? rule->role == REQUIRED && rule->correction
					     : claim_rule_corrects(rule);
		if (applies &&
		    claim_rule_met(rule, &findings[rule->finding]) == (refuted ? NOT_MET : MET) &&
		    !strstr(text, rule->correction))
			notes_append(text, LINE_MAX, "%s%s", *text ? "; " : "", rule->correction);
	}
}

/* From which heap on vfork wins, where that refutes the claim that it is obsolete. */
static void put_win(const struct finding *findings, char text[LINE_MAX])
{
	const struct finding *wins = &findings[WINS_2],
			     *least = &findings[FORK_OVER_VFORK_SMALLEST];
	char range[RANGE_MAX], heap[VALUE_MAX];
	if (!wins->known)
		return;
	if (wins->center_at_most && least->known)
		notes_fill(text, LINE_MAX,
			   "already at the smallest heap measured, %s, fork and exec take %s as "
			   "long as vfork and exec",
			   value_text(FINDING_BYTES, wins->center, heap),
			   range_text(FORK_OVER_VFORK_SMALLEST, least, range));
	else
		notes_fill(text, LINE_MAX,
			   "from a heap of %s on vfork and exec take half as long, or less",
			   range_text(WINS_2, wins, range));
}

/* What every form shows of a claim. */
struct shown {
	enum claim_id claim;
	const struct finding *findings;
	struct judgement judgement;
	const char *ruling;
	char detail[LINE_MAX]; /* what belongs to the ruling: correction, reason; may be empty */
	size_t line_count;
	char lines[LINES_MAX][LINE_MAX]; /* a rule each; of two bounds the first is for both */
	char note[LINE_MAX], see[VALUE_MAX];
};

static void fill(struct shown *shown, const struct summary *summary, enum claim_id claim,
		 const struct finding *findings)
{
	const char *figure = claims[claim].figure;
	*shown = (struct shown){
		.claim = claim, .findings = findings, .judgement = claim_judge(claim, findings)};
	shown->ruling = claim_ruling_words(shown->judgement.ruling);
	if (shown->judgement.ruling == RULING_OPEN)
		notes_fill(shown->detail, LINE_MAX, "%s", shown->judgement.why);
	else if (shown->judgement.ruling == RULING_REFUTED && claim == C11)
		put_win(findings, shown->detail);
	else
		put_corrections(claim, findings, shown->judgement.ruling == RULING_REFUTED,
				shown->detail);
	for (const struct rule *rule = NULL;
	     (rule = next_rule(claim, rule)) && shown->line_count < LINES_MAX;)
		if (!other_bound(rule) || rule < other_bound(rule))
			put_evidence(rule, &findings[rule->finding], &shown->judgement,
				     shown->lines[shown->line_count++]);
	put_note(claim, summary->dataset->environment, shown->note);
	notes_fill(shown->see, VALUE_MAX, "%s%s", figure ? "plots/" : "forkcost explain",
		   figure ? figure : "");
}

/* ---- claims that are no part of the run ---- */

/* Whether none of what the claim stands or falls with was part of the run; of one that only shows something,
 * none of that. */
static bool is_absent(enum claim_id claim, const struct finding *findings)
{
	bool absent = true;
	for (const struct rule *rule = NULL; (rule = next_rule(claim, rule));) {
		bool decides = rule->role == REQUIRED || rule->role == SUPPORTS;
		if (decides || claims[claim].history)
			absent = absent && findings[rule->finding].absent;
	}
	return absent;
}

/* "C1 to C5, C12": the claims that are no part of the run. */
static void put_absent_list(const struct finding *findings, char text[LINE_MAX])
{
	*text = '\0';
	for (enum claim_id first = 0, next; first < CLAIM_COUNT; first = next) {
		next = first + 1;
		if (!is_absent(first, findings))
			continue;
		while (next < CLAIM_COUNT && is_absent(next, findings))
			next++;
		notes_append(text, LINE_MAX, "%s%s", *text ? ", " : "", claims[first].id);
		if (next - first > 1)
			notes_append(text, LINE_MAX, "%s%s", next - first > 2 ? " to " : ", ",
				     claims[next - 1].id);
	}
}

/* Adds a name to a list with commas, once. */
static void add_name(char text[LINE_MAX], const char *name)
{
	size_t name_length = strlen(name);
	for (const char *at = text; (at = strstr(at, name)); at += name_length)
		if (at[name_length] == '\0' || at[name_length] == ',')
			return;
	notes_append(text, LINE_MAX, "%s%s", *text ? "," : "", name);
}

/* One line for all of them, with the experiments that would measure what they lack; empty if there are none. */
static void put_absent(const struct finding *findings, char text[ABSENT_MAX])
{
	char list[LINE_MAX], experiments[LINE_MAX] = "";
	put_absent_list(findings, list);
	*text = '\0';
	if (!*list)
		return;
	for (const struct rule *rule = claim_rules; rule < claim_rules + claim_rule_count; rule++)
		if (is_absent(rule->claim, findings) && findings[rule->finding].absent)
			add_name(experiments, definitions[rule->finding].one.experiment);
	notes_fill(text, ABSENT_MAX,
		   "not part of this run: %s; forkcost run --experiment %s measures what "
		   "they need",
		   list, experiments);
}

/* ---- terminal ---- */

static void put_terminal(const struct shown *shown, FILE *file)
{
	const struct claim *claim = &claims[shown->claim];
	char line[2 * LINE_MAX];
	wrapped_print(file, notes_fill(line, sizeof line, "%-4s %s", claim->id, claim->words), 0,
		      5);
	notes_fill(line, sizeof line, "=> %s%s%s", shown->ruling, *shown->detail ? ": " : "",
		   shown->detail);
	wrapped_print(file, line, 5, 8);
	for (size_t i = 0; i < shown->line_count; i++)
		wrapped_print(file, notes_fill(line, sizeof line, "- %s", shown->lines[i]), 5, 7);
	wrapped_print(file, shown->note, 5, 5);
	print_to(file, "     see: %s\n\n", shown->see);
}

/* A line, for the table of a run. */
static void put_brief(const struct shown *shown, FILE *file)
{
	const struct claim *claim = &claims[shown->claim];
	char line[3 * LINE_MAX];
	notes_fill(line, sizeof line, "%-4s %s => %s%s%s", claim->id, claim->words, shown->ruling,
		   *shown->detail ? ": " : "", shown->detail);
	wrapped_print(file, line, 2, 7);
}

/* ---- Markdown ---- */

/* Markup of ours, and text behind it. */
static void put_both(FILE *file, const char *markup, const char *text)
{
	markdown_markup(file, markup);
	markdown_text(file, text);
}

static void begin_markdown(const char *run, const char *machine, FILE *file)
{
	markdown_markup(file, "<!-- made by forkcost " FORKCOST_VERSION " from run ");
	markdown_comment(file, run);
	put_both(file,
		 " -->\n"
		 "\n"
		 "Common claims about fork, checked against run ",
		 run);
	put_both(file, " (", machine);
	markdown_markup(file, "):\n"
			      "\n"
			      "| | claim | verdict | numbers | figure |\n"
			      "|---|---|---|---|---|\n");
}

static void put_markdown(const struct shown *shown, FILE *file)
{
	put_both(file, "| ", claims[shown->claim].id);
	put_both(file, " | ", claims[shown->claim].words);
	put_both(file, " | **", shown->ruling);
	markdown_markup(file, *shown->detail ? "**: " : "**");
	markdown_text(file, shown->detail);
	markdown_markup(file, " | ");
	for (size_t i = 0; i < shown->line_count; i++)
		put_both(file, i ? "<br>" : "", shown->lines[i]);
	if (*shown->note)
		put_both(file, "<br>", shown->note);
	put_both(file, " | ", shown->see);
	markdown_markup(file, " |\n");
}

/* ---- JSON ---- */

static json_t *finding_json(const struct rule *rule, const struct finding *finding)
{
	static const char *const roles[] = {[REQUIRED] = "required",
					    [SUPPORTS] = "supports",
					    [CORRECTS] = "corrects",
					    [DENIES] = "denies",
					    [SHOWN] = "shown"};
	static const char *const mets[] = {[MET] = "met", [NOT_MET] = "not met", [OPEN] = "open"};
	static const char *const units[] = {[FINDING_COUNTS] = "count",
					    [FINDING_SHARE] = "share",
					    [FINDING_TIMES] = "times",
					    [FINDING_NS] = "ns",
					    [FINDING_BYTES] = "bytes"};
	const struct definition *definition = &definitions[rule->finding];
	json_t *json =
		json_pack("{s:s,s:s,s:s,s:s}", "name", definition->name, "words", definition->words,
			  "unit", units[definition->unit], "role", roles[rule->role]);
	if (rule->role != SHOWN) {
		json_object_set_new(json, rule->relation == AT_LEAST ? "at_least" : "at_most",
				    json_real(rule->threshold));
		json_object_set_new(json, "rule", json_string(mets[claim_rule_met(rule, finding)]));
	}
	if (!finding->known) {
		json_object_set_new(json, "why", json_string(finding->why));
		return json;
	}
	json_object_update_new(
		json,
		json_pack("{s:f,s:f,s:f,s:I,s:s}",
			  finding->center_at_most ? "value_at_most" : "value", finding->center,
			  finding->low_at_most ? "low_at_most" : "low", finding->low,
			  finding->high_above ? "high_above" : "high", finding->high, "replicates",
			  (json_int_t)finding->replicates, "where", finding->where));
	return json;
}

static json_t *claim_json(const struct shown *shown)
{
	const struct claim *claim = &claims[shown->claim];
	json_t *evidence = json_array();
	for (const struct rule *rule = NULL; (rule = next_rule(shown->claim, rule));)
		json_array_append_new(evidence,
				      finding_json(rule, &shown->findings[rule->finding]));
	return json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:o}", "id", claim->id, "claim", claim->words,
			 "verdict", shown->ruling, "correction",
			 shown->judgement.ruling == RULING_OPEN ? "" : shown->detail, "why",
			 shown->judgement.why, "see", shown->see, "evidence", evidence);
}

static enum outcome put_json(const struct summary *summary, const char *run,
			     const struct finding *findings, FILE *file, struct problem *problem)
{
	struct shown shown;
	json_t *list = json_array();
	for (enum claim_id claim = 0; claim < CLAIM_COUNT; claim++) {
		fill(&shown, summary, claim, findings);
		json_array_append_new(list, claim_json(&shown));
	}
	bool whole = json_array_size(list) == CLAIM_COUNT;
	json_t *all = json_pack("{s:s,s:s,s:o}", "forkcost_version", FORKCOST_VERSION, "run", run,
				"claims", list);
	whole = whole && json_put(file, all, JSON_INDENT(1));
	json_decref(all);
	return whole ? OUTCOME_OK : fail(problem, "cannot write claims as JSON; report this");
}

/* ---- all of it ---- */

enum outcome claims_put(const struct summary *summary, enum claims_form form, FILE *file,
			struct problem *problem)
{
	static void (*const puts[])(const struct shown *shown, FILE *file) = {
		[CLAIMS_TERMINAL] = put_terminal,
		[CLAIMS_BRIEF] = put_brief,
		[CLAIMS_MARKDOWN] = put_markdown,
	};
	static struct finding findings[FINDING_COUNT];
	struct shown shown;
	char machine[256], absent[ABSENT_MAX];
	const char *run = json_string_value(json_object_get(summary->dataset->run, "id"));
	run = run ? run : "unknown";
	if (findings_make(summary, findings, problem))
		return OUTCOME_FAILED;
	if (form == CLAIMS_JSON)
		return put_json(summary, run, findings, file, problem);
	machine_summary(summary->dataset->environment, machine, sizeof machine);
	if (form == CLAIMS_MARKDOWN)
		begin_markdown(run, machine, file);
	else if (form == CLAIMS_BRIEF)
		print_to(file, "\n"
			       "claims (forkcost claims RUN shows them with numbers)\n");
	else
		print_to(file,
			 "common claims about fork, checked against this run\n"
			 "%.80s\n"
			 "\n",
			 machine);
	for (enum claim_id claim = 0; claim < CLAIM_COUNT; claim++)
		if (!is_absent(claim, findings)) {
			fill(&shown, summary, claim, findings);
			puts[form](&shown, file);
		}
	put_absent(findings, absent);
	if (form != CLAIMS_MARKDOWN) {
		wrapped_print(file, absent, form == CLAIMS_BRIEF ? 2 : 0,
			      form == CLAIMS_BRIEF ? 7 : 5);
	} else if (*absent) { /* names of ours alone */
		markdown_markup(file, "\n");
		markdown_markup(file, absent);
		markdown_markup(file, "\n");
	}
	return OUTCOME_OK;
}

enum outcome claims_write(const struct summary *summary, const char *folder,
			  struct problem *problem)
{
	static const struct {
		const char *name;
		enum claims_form form;
	} files[] = {{"claims.md", CLAIMS_MARKDOWN}, {"claims.json", CLAIMS_JSON}};
	for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
		struct outfile outfile;
		FILE *file = outfile_open(&outfile, folder, files[i].name, problem);
		if (!file)
			return OUTCOME_FAILED;
		if (claims_put(summary, files[i].form, file, problem)) {
			outfile_drop(&outfile, file);
			return OUTCOME_FAILED;
		}
		if (outfile_close(&outfile, file, problem))
			return OUTCOME_FAILED;
	}
	return OUTCOME_OK;
}

enum outcome claims_print_brief(const struct summary *summary, struct problem *problem)
{
	return claims_put(summary, CLAIMS_BRIEF, stdout, problem);
}
