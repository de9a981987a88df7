/* The lists of numbers in a line of JSON, read without a value of JSON for each number: nearly all of a run's text is such
 * lists. */
#ifndef FORKCOST_NUMBERS_H
#define FORKCOST_NUMBERS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

/* One list. */
struct number_list {
	size_t count;
	const double *
		values; /* until the next line; NULL: they are not all numbers, or there are none */
	bool are_counts; /* all are whole, from 0 to FIELDS_COUNT_MAX, and written so */
};

struct number_place {
	size_t begin, count;
	bool are_counts;
};

/* All is private; begins as {0}. */
struct numbers {
	size_t value_count, value_capacity;
	double *values;
	size_t place_count, place_capacity;
	struct number_place *places;
	size_t length, capacity;
	char *text;
};

/* The JSON of a line, each list of numbers in it replaced by a list of one whole number, by which numbers_list()
 * knows it. The caller's; NULL: it is not JSON, or there is no memory. */
json_t *numbers_load(struct numbers *numbers, const char *text, size_t length);

/* A list of the line that was loaded last. What is no list is one of 0. */
struct number_list numbers_list(const struct numbers *numbers, const json_t *list);

void numbers_free(struct numbers *numbers);

#endif
