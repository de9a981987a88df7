/* Fields of JSON that came from a file: looked at before they are used, each in its range. */
#ifndef FORKCOST_FIELDS_H
#define FORKCOST_FIELDS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The most that a double holds exactly; no count and no number of bytes comes near. */
#define FIELDS_COUNT_MAX (UINT64_C(1) << 53)

/* More nanoseconds than a run can last: 31 years. */
#define FIELDS_NUMBER_MAX 1e18

/* Less than any clock tells apart, and so far from the least double that no sum, ratio or interval of such
 * numbers runs out of its range. */
#define FIELDS_NUMBER_MIN 1e-18

/* A whole number from 0 to `most`; false if it is anything else or not there. */
bool fields_count(const json_t *value, uint64_t most, uint64_t *count);

/* Whether a number is 0, or from FIELDS_NUMBER_MIN to FIELDS_NUMBER_MAX. */
static inline bool fields_can_be(double number)
{
	return number >= 0 && number <= FIELDS_NUMBER_MAX &&
	       (number <= 0 || number >= FIELDS_NUMBER_MIN);
}

/* 0, or a number from FIELDS_NUMBER_MIN to FIELDS_NUMBER_MAX; false if it is anything else or not there. */
bool fields_number(const json_t *value, double *number);

/* Whether a text, as JSON's reader lets through, has control characters. */
bool fields_has_controls(const char *text);

/* Copies a text of an object. False if there is none, it is too long, or holds control characters, which no
 * text of ours does. */
bool fields_text(const json_t *object, const char *key, char *text, size_t text_bytes);

/* The same for a reason, which is never empty. */
bool fields_reason(const json_t *object, const char *key, char *text, size_t text_bytes);

#endif
