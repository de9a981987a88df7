/* What people say about fork, and a verdict on each from a run's data. The rules stand in one table, in
 * claims.c; docs/CLAIMS.md says what they mean. */
#ifndef FORKCOST_CLAIMS_H
#define FORKCOST_CLAIMS_H

#include "harness/driver/claims/findings.h"

#include <stdbool.h>
#include <stddef.h>

/* clang-format off */
enum claim_id {
	C1, C2, C3, C4, C5, C6, C7, C8, C9, C10, C11, C12, C13, C14, C15, C16, C17, C18,
	CLAIM_COUNT
};
/* clang-format on */

/* What a finding must be, with all of its range. */
enum relation { AT_LEAST, AT_MOST };

/* What a rule is for. REQUIRED: the claim stands or falls with it. SUPPORTS: the claim stands with it, but
 * does not fall without it: it is left open then. CORRECTS: where it is met the claim stands with the
 * correction. DENIES: the same, but the correction denies a part of the claim's own words. SHOWN: only shown. */
enum rule_role { REQUIRED, SUPPORTS, CORRECTS, DENIES, SHOWN };

struct rule {
	enum claim_id claim;
	enum rule_role role;
	enum finding_id finding;
	enum relation relation;
	double threshold;
	/* Of a rule that CORRECTS or DENIES; of one that is REQUIRED what is so where it is not met, or NULL. */
	const char *correction;
};

extern const struct rule claim_rules[];
extern const size_t claim_rule_count;

/* How a rule ended. OPEN: the range lies on both sides of the threshold, or the finding is not known. */
enum met { MET, NOT_MET, OPEN };

enum ruling { RULING_HOLDS, RULING_CORRECTED, RULING_HALF, RULING_REFUTED, RULING_OPEN };

struct claim {
	const char *id, *words;
	const char *
		figure; /* the one to look at, without its ending; NULL: forkcost explain shows it */
	const char *history; /* why no run can tell; NULL: one can */
};

extern const struct claim claims[CLAIM_COUNT];

enum { RULINGS_WHY_MAX = FINDING_WHY_MAX + 160 };

struct judgement {
	enum ruling ruling;
	char why[RULINGS_WHY_MAX]; /* of OPEN */
};

bool claim_rule_corrects(const struct rule *rule); /* or denies */

enum met claim_rule_met(const struct rule *rule, const struct finding *finding);

/* A verdict: refuted if something required is not met; else open if anything required or correcting is, since
 * what is missing may correct it; else half right if a rule that denies is met; else corrected if a correction is
 * met; else it holds. Of several rules that deny, one that is met is enough, whatever becomes of the others. */
struct judgement claim_judge(enum claim_id claim, const struct finding findings[FINDING_COUNT]);

/* "holds", "holds, with this correction", "half right", "does not hold here", "inconclusive". */
const char *claim_ruling_words(enum ruling ruling);

#endif
