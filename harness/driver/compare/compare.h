/* Runs on two sides, held against each other row by row: forkcost compare (METHODOLOGY, "Compare"). */
#ifndef FORKCOST_COMPARE_H
#define FORKCOST_COMPARE_H

#include "harness/common/problem.h"
#include "harness/driver/analysis/row_choice.h"
#include "harness/driver/compare/sides.h"

#include <jansson.h>

enum side_id { SIDE_A, SIDE_B, SIDES };

enum { COMPARE_RUNS_MAX = 32, COMPARE_ID_MAX = 128 };

struct compare_wish {
	struct row_choice rows;
	double between;     /* share; NAN: between_assumed_disturbed() */
	double same_within; /* share */
	bool paired;        /* run i of A and run i of B are of one round */
};

struct compared_row {
	struct series
		series; /* names and levels alone; a level that its run lacked is the plain one */
	bool is_headline;
	uint64_t
		is_matched; /* bits of axes of which each side has one level, another one: empty in `series` */
	size_t count[SIDES]; /* runs that have it; of pairs, that the other side has, too */
	struct estimate *runs[SIDES]; /* so many, in the order of the runs */
	/* From here on made by compare_end(). */
	double center[SIDES]; /* geometric mean over runs; of a constant, itself */
	struct difference difference;
	double p_adjusted,
		p_same_adjusted; /* NAN as in `difference`, or where nothing can be told */
	enum verdict verdict;
};

struct compared_run {
	const char *folder; /* the caller's */
	char id[COMPARE_ID_MAX];
	json_t *environment;
	double disturbed; /* share of the samples of main times; NAN: no witnesses */
	bool was_emulated;
};

struct compare {
	struct compare_wish wish;
	size_t run_count[SIDES];
	struct compared_run runs[SIDES][COMPARE_RUNS_MAX];
	size_t row_count, row_capacity;
	struct compared_row *rows;
	json_t *index; /* private: numbers of rows by their keys */
	/* From here on made by compare_end(). */
	size_t both; /* rows that both sides have: they come first, what matters first among them */
	size_t only[SIDES]; /* rows that one side alone has */
	size_t chances;     /* of those in both, how many are a matter of chance */
	size_t headlines;   /* of those in both */
	bool any_assumed;   /* some interval rests on what is assumed between runs */
};

void compare_begin(struct compare *compare, const struct compare_wish *wish);

/* Takes what is wished for of a run; its summary and dataset may be freed afterwards. */
enum outcome compare_add(struct compare *compare, enum side_id side, const struct summary *summary,
			 const char *folder, struct problem *problem);

/* Makes differences, verdicts and order. Fails where both sides have no row in common. */
enum outcome compare_end(struct compare *compare, struct problem *problem);

void compare_free(struct compare *compare);

/* How many of the rows in both have a verdict; of the headline alone, or of all. */
size_t compare_count(const struct compare *compare, enum verdict verdict, bool headline_alone);

/* The headline row that is surely slower by more than this share, the worst of them; NULL: there is none. */
const struct compared_row *compare_worst(const struct compare *compare, double more_than);

/* "faster", "slower"; of what is no time, "lower", "higher"; "the same", "cannot tell". */
const char *compare_verdict_word(const struct compared_row *row);

bool compare_is_time(const struct compared_row *row);

#endif
