/* Outcomes and the one sentence that goes with a failure. Library code returns these; only main()
 * prints them and exits. */
#ifndef FORKCOST_PROBLEM_H
#define FORKCOST_PROBLEM_H

enum { PROBLEM_TEXT_MAX = 512 };

enum outcome { OUTCOME_OK, OUTCOME_FAILED };

/* What went wrong, as one line: the act, the object, and a remedy. */
struct problem {
	char text[PROBLEM_TEXT_MAX];
};

/* Formats the text and returns OUTCOME_FAILED, so that callers can write `return fail(problem,
 * ...)`. If it is longer than PROBLEM_TEXT_MAX its middle is cut; line breaks become spaces. */
enum outcome fail(struct problem *problem, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif
