#include "harness/common/units.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct unit {
	const char *name;
	uint64_t factor;
};

static const struct unit byte_units[] = {
	{"", 1},           {"B", 1},
	{"K", 1ull << 10}, {"KiB", 1ull << 10},
	{"M", 1ull << 20}, {"MiB", 1ull << 20},
	{"G", 1ull << 30}, {"GiB", 1ull << 30},
	{"T", 1ull << 40}, {"TiB", 1ull << 40},
};

static const struct unit time_units[] = {
	{"", 1000000000ull},
	{"ns", 1},
	{"us", 1000},
	{"ms", 1000000},
	{"s", 1000000000ull},
	{"m", 60000000000ull},
	{"min", 60000000000ull},
	{"h", 3600000000000ull},
};

/* Digits and one unit from a table; nothing may be left of `text` after them. */
static bool parse_with_unit(const char *text, const struct unit *units, size_t unit_count,
			    uint64_t *value)
{
	if (!isdigit((unsigned char)*text))
		return false;
	char *end;
	errno = 0;
	unsigned long long number = strtoull(text, &end, 10);
	if (errno)
		return false;
	for (size_t i = 0; i < unit_count; i++)
		if (strcmp(end, units[i].name) == 0)
			return !__builtin_mul_overflow(number, units[i].factor, value);
	return false;
}

#define COUNT_OF(array) (sizeof(array) / sizeof *(array))

enum outcome units_parse_bytes(const char *text, uint64_t *bytes, struct problem *problem)
{
	if (parse_with_unit(text, byte_units, COUNT_OF(byte_units), bytes))
		return OUTCOME_OK;
	return fail(problem,
		    "cannot read size '%s'; write a whole number and K, M, G or T, as in 64M",
		    text);
}

bool size_list_add(struct size_list *list, uint64_t bytes)
{
	size_t at = 0;
	while (at < list->count && list->bytes[at] < bytes)
		at++;
	if (at < list->count && list->bytes[at] == bytes)
		return true;
	if (list->count == list->capacity)
		return false;
	memmove(list->bytes + at + 1, list->bytes + at, (list->count - at) * sizeof *list->bytes);
	list->bytes[at] = bytes;
	list->count++;
	return true;
}

static enum outcome add_range(struct size_list *list, char *item, char *dots,
			      struct problem *problem)
{
	uint64_t low, high, factor;
	char *star = strchr(dots, '*');
	char whole[64];
	snprintf(whole, sizeof whole, "%s", item);
	if (!star)
		return fail(
			problem,
			"cannot read range '%s': no factor; write FROM..TO*FACTOR, as in 1M..4G*4",
			whole);
	*dots = *star = '\0';
	if (units_parse_bytes(item, &low, problem) || units_parse_bytes(dots + 2, &high, problem))
		return OUTCOME_FAILED;
	if (!parse_with_unit(star + 1, byte_units, 1, &factor) || factor < 2)
		return fail(
			problem,
			"cannot read range '%s': its factor is not a whole number above 1; write "
			"it as in 1M..4G*4",
			whole);
	if (low == 0 || low > high)
		return fail(problem,
			    "cannot read range '%s': it must increase and start above 0; list 0 "
			    "separately, as in 0,1M..4G*4",
			    whole);
	for (uint64_t bytes = low; bytes <= high;) {
		if (!size_list_add(list, bytes))
			return fail(problem,
				    "cannot use range '%s': more than %zu sizes in all; use a "
				    "larger factor",
				    whole, list->capacity);
		if (__builtin_mul_overflow(bytes, factor, &bytes))
			break;
	}
	return OUTCOME_OK;
}

bool units_split(const char **list, char *word, size_t word_bytes)
{
	size_t length = strcspn(*list, ",");
	bool fits = length > 0 && length < word_bytes;
	snprintf(word, word_bytes, "%.*s", (int)(fits ? length : 0), *list);
	*list = (*list)[length] ? *list + length + 1 : NULL;
	return fits;
}

// NOLINTNEXTLINE(readability-non-const-parameter): size_list_add() writes there
enum outcome units_parse_bytes_list(const char *text, uint64_t *bytes, size_t capacity,
				    size_t *count, struct problem *problem)
{
	struct size_list list = {.bytes = bytes, .capacity = capacity};
	for (const char *rest = text; rest;) {
		char item[64];
		if (!units_split(&rest, item, sizeof item))
			return fail(problem,
				    "cannot read size list '%s'; write sizes separated by commas, "
				    "as in 0,1M,64M or 0,1M..4G*4",
				    text);
		char *dots = strstr(item, "..");
		uint64_t single;
		if (dots) {
			if (add_range(&list, item, dots, problem))
				return OUTCOME_FAILED;
		} else if (units_parse_bytes(item, &single, problem)) {
			return OUTCOME_FAILED;
		} else if (!size_list_add(&list, single)) {
			return fail(problem,
				    "cannot use size list '%s': more than %zu sizes; name fewer",
				    text, capacity);
		}
	}
	*count = list.count;
	return OUTCOME_OK;
}

enum outcome units_parse_duration(const char *text, uint64_t *duration_ns, struct problem *problem)
{
	if (parse_with_unit(text, time_units, COUNT_OF(time_units), duration_ns) &&
	    *duration_ns > 0)
		return OUTCOME_OK;
	return fail(problem,
		    "cannot read duration '%s'; write a whole number above 0 and ms, s, m or h, as "
		    "in 5m",
		    text);
}

enum outcome units_parse_percent(const char *text, double *share, struct problem *problem)
{
	static const char digits[] = "0123456789";
	/* strtod() accepts more than people write: 0x10, 1e1, inf. It is given only digits and a
	 * point. */
	const size_t whole = strspn(text, digits);
	const size_t point = whole && text[whole] == '.' ? 1 : 0;
	const size_t parts = point ? strspn(text + whole + 1, digits) : 0;
	const char *end = text + whole + point + parts;
	const bool is_number = whole && parts >= point && (*end == '\0' || strcmp(end, "%") == 0);
	const double percent = is_number ? strtod(text, NULL) : -1;
	if (percent >= 0.01 && percent <= 100) {
		*share = percent / 100;
		return OUTCOME_OK;
	}
	return fail(problem, "cannot read share '%s'; write 0.01%% to 100%%, as in 2%%", text);
}

enum outcome units_parse_count(const char *text, uint64_t low, uint64_t high, uint64_t *count,
			       struct problem *problem)
{
	if (parse_with_unit(text, byte_units, 1, count) && *count >= low && *count <= high)
		return OUTCOME_OK;
	return fail(problem,
		    "cannot read number '%s'; write a whole number from %" PRIu64 " to %" PRIu64,
		    text, low, high);
}

const char *units_format_bytes(uint64_t bytes, char text[UNITS_TEXT_MAX])
{
	static const char *const names[] = {"B", "KiB", "MiB", "GiB", "TiB"};
	unsigned unit = 0;
	double value = (double)bytes;
	while (value >= 1024 && unit + 1 < COUNT_OF(names)) {
		value /= 1024;
		unit++;
	}
	if (bytes == 0)
		snprintf(text, UNITS_TEXT_MAX, "0");
	else
		snprintf(text, UNITS_TEXT_MAX, "%.*f %s", value == floor(value) ? 0 : 1, value,
			 names[unit]);
	return text;
}

double units_scale_ns(double duration_ns, const char **name)
{
	static const char *const names[] = {"ns", "us", "ms", "s"};
	double scale_ns = 1;
	unsigned unit = 0;
	/* 999.5 would print as 1000 with three digits: use the next larger unit before that. */
	while (fabs(duration_ns) / scale_ns >= 999.5 && unit + 1 < COUNT_OF(names)) {
		scale_ns *= 1000;
		unit++;
	}
	*name = names[unit];
	return scale_ns;
}

const char *units_format_ns(double duration_ns, char text[UNITS_TEXT_MAX])
{
	const char *name;
	const double value = duration_ns / units_scale_ns(duration_ns, &name), size = fabs(value);
	int decimals = size >= 99.95 ? 0 : size >= 9.995 ? 1 : 2;
	if (!isfinite(value))
		snprintf(text, UNITS_TEXT_MAX, "n/a");
	else if (size < 1e9)
		snprintf(text, UNITS_TEXT_MAX, "%.*f %s", decimals, value, name);
	else /* it would not fit as a whole, and a truncated number is another number */
		snprintf(text, UNITS_TEXT_MAX, "%.3g %s", value, name);
	return text;
}

const char *units_format_seconds(double seconds, char text[UNITS_TEXT_MAX])
{
	if (seconds > 0 && seconds < 0.5)
		return units_format_ns(seconds * 1e9, text);
	/* Above this value the conversion is not defined. */
	unsigned long whole = seconds >= 0 && seconds < 1e15 ? (unsigned long)(seconds + 0.5) : 0;
	if (!whole && !(seconds >= 0 && seconds < 1))
		snprintf(text, UNITS_TEXT_MAX, "n/a");
	else if (whole >= 3600)
		snprintf(text, UNITS_TEXT_MAX, "%luh%02lum", whole / 3600, whole / 60 % 60);
	else if (whole >= 60)
		snprintf(text, UNITS_TEXT_MAX, "%lum%02lus", whole / 60, whole % 60);
	else
		snprintf(text, UNITS_TEXT_MAX, "%lus", whole);
	return text;
}
