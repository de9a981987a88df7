#include "harness/driver/data/numbers.h"

#include "harness/driver/base/fields.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* So many digits fit an int64_t. */
enum { DIGITS_MAX = 18, MARK_BYTES = 24 };

/* A power of ten, and a whole number up to 2^53, are doubles exactly, so that their quotient is rounded as strtod()
 * rounds (Clinger 1990). */
static const double tens[DIGITS_MAX + 1] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,
					    1e7,  1e8,  1e9,  1e10, 1e11, 1e12, 1e13,
					    1e14, 1e15, 1e16, 1e17, 1e18};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* What else may stand in a number. */
static bool is_sign_or_point(char c)
{
	return c == '+' || c == '-' || c == '.' || c == 'e' || c == 'E';
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static const char *skip_blanks(const char *at, const char *end)
{
	while (at < end && is_blank(*at))
		at++;
	return at;
}

/* Any number, as JSON's reader reads it. Returns its end; NULL if it is none. */
static const char *read_rare(const char *at, const char *end, double *value, bool *is_count)
{
	uint64_t count;
	const char *last = at;
	while (last < end && (is_digit(*last) || is_sign_or_point(*last)))
		last++;
	json_t *number = json_loadb(at, (size_t)(last - at), JSON_DECODE_ANY, NULL);
	const bool is_number = json_is_number(number);
	*value = json_number_value(number);
	*is_count = fields_count(number, FIELDS_COUNT_MAX, &count);
	json_decref(number);
	return is_number ? last : NULL;
}

/* One number. Nearly all are digits, with a point among them or not. Returns its end; NULL if it is none. */
static const char *read_number(const char *at, const char *end, double *value, bool *is_count)
{
	const char *const begin = at;
	const char *point = NULL;
	uint64_t digits = 0;
	/* A digit more than fits shows by the length. */
	for (; at < end && at - begin <= DIGITS_MAX && (is_digit(*at) || (*at == '.' && !point));
	     at++)
		if (*at == '.')
			point = at;
		else
			digits = 10 * digits + (uint64_t)(*at - '0');
	const size_t decimals = point ? (size_t)(at - point - 1) : 0;
	const char *const whole_end = point ? point : at;
	if (at == end || at - begin > DIGITS_MAX || digits > FIELDS_COUNT_MAX ||
	    whole_end == begin || (*begin == '0' && whole_end - begin > 1) ||
	    (point && !decimals) || is_sign_or_point(*at))
		return read_rare(begin, end, value, is_count);
	*value = point ? (double)digits / tens[decimals] : (double)digits;
	*is_count = !point;
	return at;
}

/* Room for `wanted` elements; false: no memory. */
static bool reserve(void *array, size_t wanted, size_t *capacity, size_t element_bytes)
{
	void **const place = array;
	if (wanted <= *capacity)
		return true;
	const size_t wider = wanted > 2 * *capacity ? wanted : 2 * *capacity;
	void *grown = realloc(*place, wider * element_bytes);
	if (!grown)
		return false;
	*place = grown;
	*capacity = wider;
	return true;
}

static bool append(struct numbers *numbers, const char *text, size_t length)
{
	if (!reserve(&numbers->text, numbers->length + length, &numbers->capacity, 1))
		return false;
	memcpy(numbers->text + numbers->length, text, length);
	numbers->length += length;
	return true;
}

/* The numbers of a list behind its bracket; `*next` is behind its end, or NULL if it has none or holds anything else.
 * False: no memory. */
static bool read_list(struct numbers *numbers, const char *at, const char *end, const char **next)
{
	struct number_place place = {.begin = numbers->value_count, .are_counts = true};
	*next = NULL;
	for (;;) {
		bool is_count;
		if (!reserve(&numbers->values, place.begin + place.count + 1,
			     &numbers->value_capacity, sizeof *numbers->values))
			return false;
		at = skip_blanks(at, end);
		if (at == end || !(is_digit(*at) || *at == '-') ||
		    !(at = read_number(at, end, &numbers->values[place.begin + place.count],
				       &is_count)))
			return true;
		place.count++;
		place.are_counts = place.are_counts && is_count;
		at = skip_blanks(at, end);
		if (at == end || (*at != ',' && *at != ']'))
			return true;
		if (*at++ == ']')
			break;
	}
	if (!reserve(&numbers->places, numbers->place_count + 1, &numbers->place_capacity,
		     sizeof *numbers->places))
		return false;
	numbers->places[numbers->place_count++] = place;
	numbers->value_count += place.count;
	*next = at;
	return true;
}

/* Behind the string that begins here. */
static const char *skip_string(const char *at, const char *end)
{
	for (at++; at < end && *at != '"'; at++)
		at += *at == '\\';
	return at < end ? at + 1 : end;
}

/* Puts the line without its lists of numbers into `text`; false: no memory. */
static bool take_out(struct numbers *numbers, const char *at, const char *end)
{
	char mark[MARK_BYTES];
	const char *from = at, *next;
	numbers->value_count = numbers->place_count = numbers->length = 0;
	while (at < end) {
		if (*at == '"') {
			at = skip_string(at, end);
			continue;
		}
		if (*at++ != '[')
			continue;
		if (!read_list(numbers, at, end, &next))
			return false;
		if (!next)
			continue;
		const int length = snprintf(mark, sizeof mark, "%zu]", numbers->place_count - 1);
		if (!append(numbers, from, (size_t)(at - from)) ||
		    !append(numbers, mark, (size_t)length))
			return false;
		from = at = next;
	}
	return append(numbers, from, (size_t)(end - from));
}

json_t *numbers_load(struct numbers *numbers, const char *text, size_t length)
{
	if (!take_out(numbers, text, text + length))
		return NULL;
	return json_loadb(numbers->text, numbers->length, JSON_REJECT_DUPLICATES, NULL);
}

struct number_list numbers_list(const struct numbers *numbers, const json_t *list)
{
	/* Every list of numbers was taken out, so one that is here is a mark. */
	const json_t *mark = json_array_size(list) == 1 ? json_array_get(list, 0) : NULL;
	if (!json_is_integer(mark))
		return (struct number_list){.count = json_array_size(list)};
	const struct number_place *place = &numbers->places[json_integer_value(mark)];
	return (struct number_list){place->count, numbers->values + place->begin,
				    place->are_counts};
}

void numbers_free(struct numbers *numbers)
{
	free(numbers->values);
	free(numbers->places);
	free(numbers->text);
	*numbers = (struct numbers){0};
}
