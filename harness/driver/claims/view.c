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

enum { VALUE_MAX = 48, LINE_MAX = 640, VERDICT_MAX = 1280, ABSENT_MAX = 2 * LINE_MAX + 128 };

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
static void put_value(enum finding_id id, const struct finding *finding, char *text, size_t bytes)
{
	char room[VALUE_MAX], low[VALUE_MAX], high[VALUE_MAX];
	enum finding_unit unit = definitions[id].unit;
	const char *center = value_text(unit, finding->center, room);
	const char *most = finding->center_at_most ? "at most " : "";
	if (finding->low == finding->high)
		snprintf(text, bytes, "%s%s%s", most, center, unit_text(unit));
	else
		snprintf(text, bytes, "%s%s (%s%s to %s%s)%s", most, center,
			 finding->low_at_most ? "at most " : "",
			 value_text(unit, finding->low, low), finding->high_above ? "above " : "",
			 value_text(unit, finding->high, high), unit_text(unit));
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

/* "; required: at least 2 times": what the rule wants; empty if it is only shown. */
static const char *wanted_text(const struct rule *rule, char text[VALUE_MAX + 32])
{
	char threshold[VALUE_MAX];
	if (rule->role == SHOWN)
		return "";
	snprintf(text, VALUE_MAX + 32, "; %s: %s %s%s",
		 rule->role == CORRECTS   ? "a correction if"
		 : rule->role == SUPPORTS ? "holds if"
					  : "required",
		 other_bound(rule)            ? "exactly"
		 : rule->relation == AT_LEAST ? "at least"
					      : "at most",
		 value_text(definitions[rule->finding].unit, rule->threshold, threshold),
		 unit_text(definitions[rule->finding].unit));
	return text;
}

/* What a rule saw, in one line. A reason that the verdict gave is not repeated. */
static const char *evidence_text(const struct rule *rule, const struct finding *finding,
				 const struct judgement *judgement, char text[LINE_MAX])
{
	char value[3 * VALUE_MAX + 48], wanted[VALUE_MAX + 32], where[FINDING_WHERE_MAX + 4] = "";
	if (!finding->known) {
		bool told = strstr(judgement->why, finding->why);
		snprintf(text, LINE_MAX, "%s: not known%s%s", definitions[rule->finding].words,
			 told ? "" : ": ", told ? "" : finding->why);
		return text;
	}
	put_value(rule->finding, finding, value, sizeof value);
	if (*finding->where)
		snprintf(where, sizeof where, ", %s", finding->where);
	snprintf(text, LINE_MAX, "%s: %s%s%s", definitions[rule->finding].words, value, where,
		 wanted_text(rule, wanted));
	return text;
}

/* By what the MMU of the run's machine is told, as far as is known. */
static const char *note_of(enum claim_id claim, const struct summary *summary, char text[LINE_MAX])
{
	const json_t *environment = summary->dataset->environment;
	const char *machine = json_string_value(
		json_object_get(json_object_get(environment, "kernel"), "machine"));
	const json_t *flags = json_object_get(json_object_get(environment, "facts"), "tlb_flags");
	const json_t *pcid = json_object_get(flags, "pcid");
	if (claim != C5 || !machine)
		return "";
	if (strcmp(machine, "x86_64") == 0)
		snprintf(text, LINE_MAX,
			 "Here by a register: the kernel loads CR3 with the root of the next page "
			 "tables%s.",
			 json_is_true(pcid) ? ", tagged (PCID), so that the TLB keeps the entries "
					      "of other address spaces"
			 : json_is_false(pcid) ? "; without PCID this flushes the TLB"
					       : "");
	else if (strncmp(machine, "riscv", 5) == 0)
		snprintf(text, LINE_MAX,
			 "Here by a register: satp contains the root of the page tables.");
	else if (strcmp(machine, "aarch64") == 0)
		snprintf(text, LINE_MAX,
			 "Here by a register: TTBR0_EL1 contains the root of the page tables.");
	else
		return "";
	return text;
}

static bool is_rule_of(const struct rule *rule, enum claim_id claim)
{
	return rule->claim == claim;
}

/* Whether the rule is shown in a line of its own: of two bounds the first is for both. */
static bool has_line(const struct rule *rule, enum claim_id claim)
{
	return is_rule_of(rule, claim) && (!other_bound(rule) || rule < other_bound(rule));
}

/* Whether this rule's correction applies, and was not told by a rule before it. */
static bool corrects(const struct rule *rule, const struct finding *findings)
{
	if (rule->role != CORRECTS || claim_rule_met(rule, &findings[rule->finding]) != MET)
		return false;
	for (const struct rule *other = claim_rules; other < rule; other++)
		if (is_rule_of(other, rule->claim) && other->role == CORRECTS &&
		    other->correction == rule->correction &&
		    claim_rule_met(other, &findings[other->finding]) == MET)
			return false;
	return true;
}

/* Every correction that applies, one after the other. */
static const char *correction_text(enum claim_id claim, const struct judgement *judgement,
				   const struct finding *findings, char text[LINE_MAX])
{
	*text = '\0';
	if (judgement->ruling != RULING_CORRECTED)
		return text;
	for (size_t i = 0; i < claim_rule_count; i++) {
		size_t length = strlen(text);
		if (is_rule_of(&claim_rules[i], claim) && corrects(&claim_rules[i], findings))
			snprintf(text + length, LINE_MAX - length, "%s%s", length ? "; " : "",
				 claim_rules[i].correction);
	}
	return text;
}

static const char *figure_text(enum claim_id claim, char text[VALUE_MAX])
{
	snprintf(text, VALUE_MAX, claims[claim].figure ? "plots/%s" : "forkcost explain",
		 claims[claim].figure ? claims[claim].figure : "");
	return text;
}

/* The verdict with what belongs to it: "holds, with this correction: ...". */
static const char *verdict_text(enum claim_id claim, const struct judgement *judgement,
				const struct finding *findings, char text[VERDICT_MAX])
{
	char correction[LINE_MAX], from[3 * VALUE_MAX + 48], ratio[3 * VALUE_MAX + 48],
		heap[VALUE_MAX];
	const char *ruling = claim_ruling_words(judgement->ruling);
	if (judgement->ruling == RULING_CORRECTED)
		snprintf(text, VERDICT_MAX, "%s: %s", ruling,
			 correction_text(claim, judgement, findings, correction));
	else if (judgement->ruling == RULING_OPEN)
		snprintf(text, VERDICT_MAX, "%s: %s", ruling, judgement->why);
	else if (claim == C11 && judgement->ruling == RULING_REFUTED && findings[WINS_2].known) {
		const struct finding *wins = &findings[WINS_2];
		const bool already =
			wins->center_at_most && findings[FORK_OVER_VFORK_SMALLEST].known;
		put_value(WINS_2, wins, from, sizeof from);
		put_value(FORK_OVER_VFORK_SMALLEST, &findings[FORK_OVER_VFORK_SMALLEST], ratio,
			  sizeof ratio);
		if (already)
			snprintf(text, VERDICT_MAX,
				 "%s: already at the smallest heap measured, %s, fork and exec "
				 "take %s as long as vfork and exec",
				 ruling, value_text(FINDING_BYTES, wins->center, heap), ratio);
		else
			snprintf(text, VERDICT_MAX,
				 "%s: from a heap of %s on vfork and exec take half as long, or "
				 "less",
				 ruling, from);
	} else
		snprintf(text, VERDICT_MAX, "%s", ruling);
	return text;
}

/* ---- claims that are no part of the run ---- */

/* Whether none of what the claim stands or falls with was part of the run; of one that only shows something,
 * none of that. */
static bool is_absent(enum claim_id claim, const struct finding *findings)
{
	bool absent = true;
	for (size_t i = 0; i < claim_rule_count; i++) {
		const struct rule *rule = &claim_rules[i];
		bool decides = rule->role == REQUIRED || rule->role == SUPPORTS;
		if (is_rule_of(rule, claim) && (decides || claims[claim].history))
			absent = absent && findings[rule->finding].absent;
	}
	return absent;
}

/* "C1 to C5, C12": the claims that are no part of the run. */
static const char *absent_list(const struct finding *findings, char text[LINE_MAX])
{
	size_t length = 0;
	*text = '\0';
	for (enum claim_id first = 0, next; first < CLAIM_COUNT && length < LINE_MAX;
	     first = next) {
		next = first + 1;
		if (!is_absent(first, findings))
			continue;
		while (next < CLAIM_COUNT && is_absent(next, findings))
			next++;
		length += (size_t)snprintf(text + length, LINE_MAX - length, "%s%s",
					   length ? ", " : "", claims[first].id);
		if (next - first > 1 && length < LINE_MAX)
			length += (size_t)snprintf(text + length, LINE_MAX - length, "%s%s",
						   next - first > 2 ? " to " : ", ",
						   claims[next - 1].id);
	}
	return text;
}

/* Adds a name to a list with commas, once. */
static void add_name(char text[LINE_MAX], const char *name)
{
	size_t length = strlen(text), name_length = strlen(name);
	for (const char *at = text; (at = strstr(at, name)); at += name_length)
		if (at[name_length] == '\0' || at[name_length] == ',')
			return;
	snprintf(text + length, LINE_MAX - length, "%s%s", length ? "," : "", name);
}

/* The experiments that would measure what those claims lack: "inherit,first_write". */
static const char *absent_experiments(const struct finding *findings, char text[LINE_MAX])
{
	*text = '\0';
	for (size_t i = 0; i < claim_rule_count; i++) {
		const struct rule *rule = &claim_rules[i];
		if (is_absent(rule->claim, findings) && findings[rule->finding].absent)
			add_name(text, definitions[rule->finding].one.experiment);
	}
	return text;
}

/* One line for all of them; empty if there are none. */
static const char *absent_text(const struct finding *findings, char text[ABSENT_MAX])
{
	char list[LINE_MAX], experiments[LINE_MAX];
	*text = '\0';
	if (*absent_list(findings, list))
		snprintf(text, ABSENT_MAX,
			 "not part of this run: %s; forkcost run --experiment %s measures what "
			 "they need",
			 list, absent_experiments(findings, experiments));
	return text;
}

/* ---- terminal ---- */

static void put_terminal(const struct summary *summary, enum claim_id claim,
			 const struct finding *findings, FILE *file)
{
	char line[VERDICT_MAX + 8], verdict[VERDICT_MAX], text[LINE_MAX], figure[VALUE_MAX];
	struct judgement judgement = claim_judge(claim, findings);
	snprintf(line, sizeof line, "%-4s %s", claims[claim].id, claims[claim].words);
	wrapped_print(file, line, 0, 5);
	snprintf(line, sizeof line, "=> %s", verdict_text(claim, &judgement, findings, verdict));
	wrapped_print(file, line, 5, 8);
	for (size_t i = 0; i < claim_rule_count; i++)
		if (has_line(&claim_rules[i], claim)) {
			snprintf(line, sizeof line, "- %s",
				 evidence_text(&claim_rules[i], &findings[claim_rules[i].finding],
					       &judgement, text));
			wrapped_print(file, line, 5, 7);
		}
	wrapped_print(file, note_of(claim, summary, text), 5, 5);
	print_to(file, "     see: %s\n\n", figure_text(claim, figure));
}

/* ---- Markdown ---- */

static void put_markdown(const struct summary *summary, enum claim_id claim,
			 const struct finding *findings, FILE *file)
{
	char verdict[VERDICT_MAX], text[LINE_MAX], figure[VALUE_MAX];
	struct judgement judgement = claim_judge(claim, findings);
	verdict_text(claim, &judgement, findings, verdict);
	size_t words = strcspn(verdict, ":"); /* the verdict proper */
	char rest[VERDICT_MAX];
	snprintf(rest, sizeof rest, "%s", verdict + words);
	verdict[words] = '\0';
	markdown_markup(file, "| ");
	markdown_text(file, claims[claim].id);
	markdown_markup(file, " | ");
	markdown_text(file, claims[claim].words);
	markdown_markup(file, " | **");
	markdown_text(file, verdict);
	markdown_markup(file, "**");
	markdown_text(file, rest);
	markdown_markup(file, " | ");
	bool first = true;
	for (size_t i = 0; i < claim_rule_count; i++)
		if (has_line(&claim_rules[i], claim)) {
			markdown_markup(file, first ? "" : "<br>");
			markdown_text(file, evidence_text(&claim_rules[i],
							  &findings[claim_rules[i].finding],
							  &judgement, text));
			first = false;
		}
	if (*note_of(claim, summary, text)) {
		markdown_markup(file, "<br>");
		markdown_text(file, text);
	}
	markdown_markup(file, " | ");
	markdown_text(file, figure_text(claim, figure));
	markdown_markup(file, " |\n");
}

static void put_markdown_head(const char *run, const char *machine, FILE *file)
{
	markdown_markup(file, "<!-- made by forkcost " FORKCOST_VERSION " from run ");
	markdown_comment(file, run);
	markdown_markup(file, " -->\n"
			      "\n"
			      "Common claims about fork, checked against run ");
	markdown_text(file, run);
	markdown_markup(file, " (");
	markdown_text(file, machine);
	markdown_markup(file, "):\n"
			      "\n"
			      "| | claim | verdict | numbers | figure |\n"
			      "|---|---|---|---|---|\n");
}

/* ---- JSON ---- */

static json_t *finding_json(const struct rule *rule, const struct finding *finding)
{
	static const char *const roles[] = {[REQUIRED] = "required",
					    [SUPPORTS] = "supports",
					    [CORRECTS] = "corrects",
					    [SHOWN] = "shown"};
	static const char *const mets[] = {[MET] = "met", [NOT_MET] = "not met", [OPEN] = "open"};
	static const char *const units[] = {[FINDING_COUNTS] = "count",
					    [FINDING_SHARE] = "share",
					    [FINDING_TIMES] = "times",
					    [FINDING_NS] = "ns",
					    [FINDING_BYTES] = "bytes"};
	json_t *json = json_pack("{s:s,s:s,s:s,s:s}", "name", definitions[rule->finding].name,
				 "words", definitions[rule->finding].words, "unit",
				 units[definitions[rule->finding].unit], "role", roles[rule->role]);
	if (rule->role != SHOWN) {
		json_object_set_new(json, rule->relation == AT_LEAST ? "at_least" : "at_most",
				    json_real(rule->threshold));
		json_object_set_new(json, "rule", json_string(mets[claim_rule_met(rule, finding)]));
	}
	if (!finding->known) {
		json_object_set_new(json, "why", json_string(finding->why));
		return json;
	}
	json_object_set_new(json, finding->center_at_most ? "value_at_most" : "value",
			    json_real(finding->center));
	json_object_set_new(json, finding->low_at_most ? "low_at_most" : "low",
			    json_real(finding->low));
	json_object_set_new(json, finding->high_above ? "high_above" : "high",
			    json_real(finding->high));
	json_object_set_new(json, "replicates", json_integer((json_int_t)finding->replicates));
	json_object_set_new(json, "where", json_string(finding->where));
	return json;
}

static json_t *claim_json(enum claim_id claim, const struct finding *findings)
{
	char text[LINE_MAX], figure[VALUE_MAX];
	struct judgement judgement = claim_judge(claim, findings);
	json_t *evidence = json_array();
	for (size_t i = 0; i < claim_rule_count; i++)
		if (is_rule_of(&claim_rules[i], claim))
			json_array_append_new(
				evidence,
				finding_json(&claim_rules[i], &findings[claim_rules[i].finding]));
	return json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:o}", "id", claims[claim].id, "claim",
			 claims[claim].words, "verdict", claim_ruling_words(judgement.ruling),
			 "correction", correction_text(claim, &judgement, findings, text), "why",
			 judgement.why, "see", figure_text(claim, figure), "evidence", evidence);
}

static enum outcome put_json(const char *run, const struct finding *findings, FILE *file,
			     struct problem *problem)
{
	json_t *list = json_array();
	for (enum claim_id claim = 0; claim < CLAIM_COUNT; claim++)
		json_array_append_new(list, claim_json(claim, findings));
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
	static struct finding findings[FINDING_COUNT];
	char machine[256], absent[ABSENT_MAX];
	const char *run = json_string_value(json_object_get(summary->dataset->run, "id"));
	run = run ? run : "unknown";
	if (findings_make(summary, findings, problem))
		return OUTCOME_FAILED;
	if (form == CLAIMS_JSON)
		return put_json(run, findings, file, problem);
	machine_summary(summary->dataset->environment, machine, sizeof machine);
	if (form == CLAIMS_MARKDOWN)
		put_markdown_head(run, machine, file);
	else
		print_to(file,
			 "common claims about fork, checked against this run\n"
			 "%.80s\n"
			 "\n",
			 machine);
	for (enum claim_id claim = 0; claim < CLAIM_COUNT; claim++)
		if (!is_absent(claim, findings))
			(form == CLAIMS_MARKDOWN ? put_markdown : put_terminal)(summary, claim,
										findings, file);
	absent_text(findings, absent);
	if (*absent && form == CLAIMS_MARKDOWN) { /* names of ours alone */
		markdown_markup(file, "\n");
		markdown_markup(file, absent);
		markdown_markup(file, "\n");
	} else if (*absent) {
		wrapped_print(file, absent, 0, 5);
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
	static struct finding findings[FINDING_COUNT];
	char absent[ABSENT_MAX];
	if (findings_make(summary, findings, problem))
		return OUTCOME_FAILED;
	print("\n"
	      "claims (forkcost claims RUN shows them with numbers)\n");
	for (enum claim_id claim = 0; claim < CLAIM_COUNT; claim++) {
		char line[3 * LINE_MAX], verdict[VERDICT_MAX];
		if (is_absent(claim, findings))
			continue;
		struct judgement judgement = claim_judge(claim, findings);
		snprintf(line, sizeof line, "%-4s %s => %s", claims[claim].id, claims[claim].words,
			 verdict_text(claim, &judgement, findings, verdict));
		wrapped_print(stdout, line, 2, 7);
	}
	wrapped_print(stdout, absent_text(findings, absent), 2, 7);
	return OUTCOME_OK;
}
